//! Parts of a content, dumps of it, and what tells of its object.

use super::*;

/// Twenty digits of base64 hold the fifteen bytes of a short content; fewer are a word.
#[test]
fn base64_of_a_short_content_is_looked_into_from_twenty_digits_on() {
    let shown = |content: &str| {
        let coded = BASE64_STANDARD.encode(content);
        Twin::new().secret(content).edited_body(&body_with(&coded))
    };
    assert_facet(&shown("fifteen letters"), Facet::Leak, "content of `k.txt`");
    assert_conformant(&shown("fewer letters!"));
}

#[test]
fn half_of_a_content_is_as_bad_as_all_of_it() {
    for content in [CONTENT, "the content of k.txt in url-auth-expired"] {
        let half = content.len().div_ceil(2);
        for start in 0..=content.len() - half {
            let part = &content[start..start + half];
            let twin = || Twin::new().secret(content);
            // But for what names alone make of it.
            let rest = part.replace("k.txt", "").replace("url-auth-expired", "");
            let body = body_with(part);
            if rest.trim().len() >= 12 {
                assert_facet(
                    &twin().edited_body(&body),
                    Facet::Leak,
                    "content of `k.txt`",
                );
            } else {
                assert_conformant(&twin().edited_body(&body));
            }
            let less = &part[..half - 1];
            assert_conformant(&twin().edited_body(&body_with(less)));
        }
    }
    let named = "You have no right to read k.txt in url-auth-expired here";
    let twin = Twin::new().secret("the content of k.txt in url-auth-expired");
    assert_conformant(&twin.edited_body(&body_with(named)));
}

/// As `xxd`, `hexdump -C`, `od -A x -t x1` and `hexdump` wrote this very text.
#[test]
fn content_in_a_hexdump() {
    const TEXT: &str = "a content that nobody else may read";
    for dump in [
        "00000000: 6120 636f 6e74 656e 7420 7468 6174 206e  a content that n\n\
         00000010: 6f62 6f64 7920 656c 7365 206d 6179 2072  obody else may r\n\
         00000020: 6561 64                                  ead\n",
        "00000000  61 20 63 6f 6e 74 65 6e  74 20 74 68 61 74 20 6e  |a content that n|\n\
         00000010  6f 62 6f 64 79 20 65 6c  73 65 20 6d 61 79 20 72  |obody else may r|\n\
         00000020  65 61 64                                          |ead|\n00000023\n",
        "000000 61 20 63 6f 6e 74 65 6e 74 20 74 68 61 74 20 6e\n\
         000010 6f 62 6f 64 79 20 65 6c 73 65 20 6d 61 79 20 72\n000020 65 61 64\n000023\n",
        "0000000 2061 6f63 746e 6e65 2074 6874 7461 6e20\n\
         0000010 626f 646f 2079 6c65 6573 6d20 7961 7220\n0000020 6165 0064\n0000023\n",
    ] {
        let twin = || Twin::new().secret(TEXT);
        let in_json = dump.replace('\n', "\\n");
        let in_line = dump.replace('\n', " ");
        for shown in [dump, &dump.replace('\n', "&#10;"), &in_json, &in_line] {
            let twin = twin().edited_body(&body_with(shown));
            assert_facet(&twin, Facet::Leak, "content of `k.txt`");
        }
        let twin = twin().edited_header("x-dump", Some(&in_line));
        assert_facet(&twin, Facet::Leak, "content of `k.txt`");
        let other = Twin::new().secret("a content that is quite another, and not for you");
        assert_conformant(&other.edited_body(&body_with(dump)));
    }
}

#[test]
fn elements_of_the_object() {
    let length = CONTENT.len().to_string();
    let time = "2026-01-02T03:04:05.000Z";
    let element = |name: &str, text: &str| format!("<{name}>{text}</{name}>");
    for (name, text) in [
        ("LastModified", time),
        ("Last-Modified", time),
        ("ETag", "&quot;5D41402ABC4B2A76B9719D911017C592&quot;"),
        ("HashCrc64ecma", "1"),
        ("ObjectType", "Normal"),
        ("Type", "Appendable"),
        ("Size", &length),
        ("size", &length),
        ("ContentLength", &length),
        ("Content-Length", &length),
    ] {
        let one = element(name, text);
        for body in [
            expired().replace("</Error>", &format!("{one}</Error>")),
            body_with(&element("Contents", &one)),
        ] {
            let twin = || Twin::new().edited_body(&body);
            assert_facet(&twin().secret(CONTENT), Facet::Leak, name);
            assert_facet(&twin().secret(CONTENT).head(), Facet::Leak, name);
            // Where nothing is hidden there is nothing to tell.
            assert_conformant(&twin());
        }
    }
    for (name, text) in [
        ("Size", "7"),
        ("Size", "many"),
        ("Type", "Sender"),
        ("Length", "0"),
    ] {
        let twin = Twin::new().secret(CONTENT).secret("");
        assert_conformant(&twin.edited_body(&body_with(&element(name, text))));
    }
}

#[test]
fn content_divided_among_lines_of_one_name() {
    let twin = |names: [&str; 4]| {
        let lines = names.into_iter().zip(pieces(CONTENT));
        let lines: Vec<_> = lines.map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
        Twin::new()
            .secret(CONTENT)
            .edited(|response| response.headers.extend(lines))
    };
    assert_facet(&twin(["x-a"; 4]), Facet::Leak, "content of `k.txt`");
    assert_conformant(&twin(["x-a", "x-b", "x-c", "x-d"]));
}

#[test]
fn what_an_answer_to_head_carries_is_looked_into_however_short_it_is() {
    let twin = |name: &str| {
        let twin = Twin::new().secret("pale");
        twin.edited(|response| response.headers.push((name.into(), "cGFsZQ==".into())))
    };
    assert_facet(&twin("x-oss-err"), Facet::Leak, "content of `k.txt`");
    assert_conformant(&twin("x-trace"));
}

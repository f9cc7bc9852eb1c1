//! What is read and what is not. The two tables were held against expat, with namespaces, which agrees in every row.

use super::*;

/// Not well-formed, by class.
const BROKEN: &[(&str, &[&str])] = &[
    (
        "raw control character",
        &[
            "<Error><Code>a\u{1}</Code></Error>",
            "<Error>\u{1b}[31m</Error>",
            "<Error>\u{0}</Error>",
            "<Error a=\"\u{b}\"/>",
            "<Error><!-- \u{2} --></Error>",
            "<Error><?p \u{3}?></Error>",
            "<Error><![CDATA[\u{4}]]></Error>",
            "<Error>\u{fffe}</Error>",
            "<Error>\u{ffff}</Error>",
        ],
    ),
    (
        "character reference",
        &[
            "<Error>&#1;</Error>",
            "<Error>&#0;</Error>",
            "<Error>&#xFFFF;</Error>",
            "<Error>&#xD800;</Error>",
            "<Error>&#x110000;</Error>",
            "<Error a=\"&#2;\"/>",
            "<Error>&#;</Error>",
            "<Error>&#x;</Error>",
            "<Error>&#12a;</Error>",
            "<Error>&#X41;</Error>",
            "<Error>&#99999999999999999999;</Error>",
        ],
    ),
    (
        "entity",
        &[
            "<Error>&nbsp;</Error>",
            "<Error>&</Error>",
            "<Error>a & b</Error>",
            "<Error>&amp</Error>",
            "<Error a=\"&x;\"/>",
            "<Error a=\"a & b\"/>",
            "<Error>&AMP;</Error>",
            "<Error>& amp;</Error>",
        ],
    ),
    (
        "section end in text",
        &["<Error>a]]>b</Error>", "<Error>]]]></Error>"],
    ),
    (
        "attributes",
        &[
            "<Error a=\"1\" a=\"2\"/>",
            "<Error xmlns:p=\"urn:x\" xmlns:q=\"urn:x\" p:a=\"1\" q:a=\"2\"/>",
            "<Error a=1/>",
            "<Error a/>",
            "<Error a=\"1\"b=\"2\"/>",
            "<Error a=\"<\"/>",
            "<Error a=\"1/>",
            "<Error a=\"1'/>",
            "<Error =\"1\"/>",
            "<Error 1a=\"1\"/>",
            "<Error></Error a=\"1\">",
            "<Error a = />",
        ],
    ),
    (
        "declaration",
        &[
            " <?xml version=\"1.0\"?><Error/>",
            "\n<?xml version=\"1.0\"?><Error/>",
            "<!-- c --><?xml version=\"1.0\"?><Error/>",
            "<?xml version=\"1.0\"?><?xml version=\"1.0\"?><Error/>",
            "<Error/><?xml version=\"1.0\"?>",
            "<Error><?xml version=\"1.0\"?></Error>",
            "<?xml?><Error/>",
            "<?xml encoding=\"UTF-8\"?><Error/>",
            "<?xml encoding=\"UTF-8\" version=\"1.0\"?><Error/>",
            "<?xml version=\"1.0\" standalone=\"maybe\"?><Error/>",
            "<?xml version=\"1.0\" standalone=\"yes\" encoding=\"UTF-8\"?><Error/>",
            "<?xml version=\"1.0\" foo=\"bar\"?><Error/>",
            "<?xml version=1.0?><Error/>",
            "<?xml version=\"1.0\"><Error/>",
            "<?xml version=\"1.0\"encoding=\"UTF-8\"?><Error/>",
            "<?XML version=\"1.0\"?><Error/>",
            "<?xml version=\"1.0\" encoding=\"\"?><Error/>",
            "<?xml version=\"1.0\" encoding=\" UTF-8\"?><Error/>",
            "<?xml version=\"1.0\" version=\"1.0\"?><Error/>",
            "<?xml version=\"1.0'?><Error/>",
            "<?xml version=\"1.0\" ?junk?><Error/>",
        ],
    ),
    (
        "comment",
        &[
            "<Error><!-- a -- b --></Error>",
            "<Error><!-- a ---></Error>",
            "<Error><!-- a </Error>",
            "<Error><!-></Error>",
            "<Error><!--></Error>",
            "<Error/><!-- a -- b -->",
            "<!-- a -- b --><Error/>",
        ],
    ),
    (
        "instruction",
        &[
            "<Error><?></Error>",
            "<Error><? p?></Error>",
            "<Error><?p</Error>",
            "<Error><?XmL x?></Error>",
            "<Error><?1p x?></Error>",
            "<Error><?p\"x\"?></Error>",
        ],
    ),
    (
        "section",
        &[
            "<Error><![CDATA[a]]</Error>",
            "<Error><![cdata[a]]></Error>",
            "<![CDATA[a]]><Error/>",
            "<Error/><![CDATA[a]]>",
            "<Error><![CDATA a]]></Error>",
        ],
    ),
    (
        "names",
        &[
            "<1Error/>",
            "<-Error/>",
            "< Error/>",
            "<Error></ Error>",
            "<Err or></Err or>",
            "<Er$ror/>",
            "<.a/>",
            "<\u{d7}/>",
            "<></>",
        ],
    ),
    (
        "nesting",
        &[
            "<Error>",
            "</Error>",
            "<Error></Eror>",
            "<Error></error>",
            "<Error><Code>a</Error></Code>",
            "<Error/><Error/>",
            "<Error></Error></Error>",
            "<Error/>junk",
            "junk<Error/>",
            "<Error/>&amp;",
            "<Error/>&#32;",
            "&#32;<Error/>",
            "<Error",
            "<Error/",
            "<Error / >",
            "<Error></Error",
            "",
            "  ",
            "<!-- only -->",
            "<?xml version=\"1.0\"?>",
            "{\"Code\": 1}",
            "<Error>a<b</Error>",
            "<Error>a < b</Error>",
            "<Error><!ELEMENT a ANY></Error>",
        ],
    ),
    (
        "namespaces",
        &[
            "<o:Error/>",
            "<Error><o:Code/></Error>",
            "<Error o:a=\"1\"/>",
            "<a:b:c xmlns:a=\"urn:a\"/>",
            "<Error xmlns:a=\"urn:a\" a:b:c=\"1\"/>",
            "<:Error/>",
            "<Error:/>",
            "<Error xmlns:=\"urn:x\"/>",
            "<Error xmlns:o=\"\"/>",
            "<Error xmlns:xml=\"urn:x\"/>",
            "<Error xmlns:xmlns=\"urn:x\"/>",
            "<Error xmlns:o=\"http://www.w3.org/2000/xmlns/\"/>",
            "<Error xmlns=\"http://www.w3.org/2000/xmlns/\"/>",
            "<Error xmlns:o=\"http://www.w3.org/XML/1998/namespace\"/>",
            "<Error xmlns=\"http://www.w3.org/XML/1998/namespace\"/>",
            "<Error><a xmlns:o=\"urn:o\"/><o:b/></Error>",
            "<xmlns:Error/>",
        ],
    ),
    (
        "byte order mark",
        &["\u{feff}\u{feff}<Error/>", " \u{feff}<Error/>"],
    ),
];

/// Well-formed, by class, however odd.
const WELL_FORMED: &[(&str, &[&str])] = &[
    (
        "attributes",
        &[
            "<Error a=\"1\" b = '2' c\n=\n\"3\"/>",
            "<Error a=\">\" b=\"'\" c='\"' d=\"]]>\"/>",
            "<Error xml:lang=\"en\" xml:space=\"preserve\"/>",
            "<Error xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" p:a=\"1\" q:a=\"2\" a=\"3\"/>",
        ],
    ),
    (
        "declaration",
        &[
            "<?xml version=\"1.0\"?><Error/>",
            "<?xml version='1.0' encoding='utf-8' standalone='no' ?><Error/>",
            "<?xml\tversion = \"1.0\"\n encoding\n=\n\"UTF-8\"?>\n<Error/>",
            "<?xml version=\"1.0\" standalone=\"yes\"?><Error/>",
        ],
    ),
    (
        "names",
        &[
            "<_a.b-c1/>",
            "<\u{e9}\u{4f60} \u{e9}=\"1\"/>",
            "<Error><a><b><c/></b></a></Error>",
        ],
    ),
    (
        "namespaces",
        &[
            "<o:Error xmlns:o=\"urn:o\"><o:Code/></o:Error>",
            "<Error xmlns=\"urn:x\"><Code xmlns=\"\"/></Error>",
            "<Error xmlns:xml=\"http://www.w3.org/XML/1998/namespace\"/>",
            "<Error xmlns:o=\"urn:o\"><a xmlns:o=\"urn:p\"><o:b/></a><o:b/></Error>",
            "<Error><o:b o:a=\"1\" xmlns:o=\"urn:o\"/></Error>",
        ],
    ),
    (
        "byte order mark",
        &[
            "\u{feff}<Error/>",
            "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error/>",
        ],
    ),
    (
        "plain",
        &[
            "<Error/>",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n  <Code>a</Code>\n</Error>\n",
            "<Error ></Error >",
            "<Error\n/>",
            "\n\t <Error/>\n\t ",
            "<Error>\r\n<Code>a\rb</Code></Error>",
        ],
    ),
    (
        "references",
        &[
            "<Error>&lt;&gt;&amp;&apos;&quot;</Error>",
            "<Error>&#9;&#10;&#13;&#32;&#x41;&#x1F600;&#xe9;&#x85;</Error>",
            "<Error a=\"&lt;&#10;&quot;&apos;&amp;\"/>",
            "<Error>&#0000065;&#x000041;</Error>",
            "<Error>&#xFFFD;&#x10FFFF;&#xD7FF;&#xE000;</Error>",
        ],
    ),
    (
        "text",
        &[
            "<Error>a]]b ] > ]] ></Error>",
            "<Error>a > b \" ' --> ?></Error>",
            "<Error>\u{7f}\u{85}\u{2028}\u{202e}\u{feff}</Error>",
            "<Error>\u{1f600} \u{4f60}\u{597d}</Error>",
        ],
    ),
    (
        "comments",
        &[
            "<Error><!----></Error>",
            "<Error><!-- a - b & < > ]]> <x> -->a<!--b--></Error>",
            "<!-- before --><Error/><!-- after -->",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- a --><?p q?> <Error/> <?p?><!-- b -->",
        ],
    ),
    (
        "instructions",
        &[
            "<Error><?p?><?xml-stylesheet href=\"a\"?><?a.b-c & < > \"?></Error>",
            "<?xmlx?><Error/>",
            "<Error><?p   ??></Error>",
        ],
    ),
    (
        "sections",
        &[
            "<Error><![CDATA[]]></Error>",
            "<Error><![CDATA[<a>&b;&#1;]] > -- ]]]]><![CDATA[>]]></Error>",
        ],
    ),
];

fn is_read(text: &str) -> bool {
    read(text, OF_LISTINGS).is_ok()
}

#[test]
fn what_is_not_well_formed_is_not_read() {
    for (class, documents) in BROKEN {
        for document in *documents {
            assert!(!is_read(document), "{class}: {document:?}");
        }
    }
}

#[test]
fn what_is_well_formed_is_read() {
    for (class, documents) in WELL_FORMED {
        for document in *documents {
            assert!(
                is_read(document),
                "{class}: {document:?} {:?}",
                read(document, OF_LISTINGS)
            );
        }
    }
}

/// Well-formed, and yet not what an answer may be: readers differ in what they take.
#[test]
fn another_version_or_encoding_is_not_read() {
    for declared in [
        "version=\"1.1\"",
        "version=\"9\"",
        "version=\"\"",
        "version=\"1.0\" encoding=\"ISO-8859-1\"",
        "version=\"1.0\" encoding=\"UTF-16\"",
        "version=\"1.0\" encoding=\"US-ASCII\"",
    ] {
        let read = read(&format!("<?xml {declared}?><Error/>"), OF_LISTINGS);
        assert!(
            matches!(read, Err(XmlError::Declared(_))),
            "{declared}: {read:?}"
        );
    }
    // What no declaration may say declares nothing.
    for none in ["foo=\"bar\"", "encoding=\"UTF-16\""] {
        let read = read(
            &format!("<?xml version=\"1.0\" standalone=\"no\" {none}?><Error/>"),
            OF_LISTINGS,
        );
        assert!(matches!(read, Err(XmlError::NotXml(_))), "{none}: {read:?}");
    }
    let colon = read("<Error><?a:b?></Error>", OF_LISTINGS);
    assert!(
        colon.is_err(),
        "namespaces forbid it, and expat does not mind"
    );
}

#[test]
fn a_document_type_has_its_own_sentence() {
    for document in [
        "<!DOCTYPE Error><Error/>",
        "<?xml version=\"1.0\"?>\n<!DOCTYPE Error []><Error/>",
    ] {
        assert_eq!(read(document, OF_LISTINGS), Err(XmlError::DocType));
    }
}

#[test]
fn what_is_wide_or_deep_costs_no_time() {
    let attributes = |most: usize| -> String {
        let attributes: String = (0..most).map(|i| format!(" a{i}=''")).collect();
        format!("<Error{attributes}/>")
    };
    assert!(is_read(&attributes(32)));
    assert_eq!(
        read(&attributes(33), OF_LISTINGS),
        Err(XmlError::TooWide(32))
    );
    let namespaces: String = (0..3000)
        .map(|i| format!("<a xmlns:n{i}='u{i}'>"))
        .collect();
    let started = std::time::Instant::now();
    assert_eq!(read(&namespaces, OF_LISTINGS), Err(XmlError::TooDeep(16)));
    assert_eq!(
        read(&attributes(100_000), OF_LISTINGS),
        Err(XmlError::TooWide(32))
    );
    assert!(started.elapsed().as_secs() < 2, "{:?}", started.elapsed());
}

fn keys(body: &str) -> Vec<String> {
    let found = elements(body.as_bytes(), "Key").into_iter();
    found.map(|element| element.text).collect()
}

#[test]
fn the_keys_of_a_listing_are_read_however_a_server_writes_them() {
    for key in [
        "<Key>a&amp;b</Key>",
        "<Key encoding=\"none\">a&#38;b</Key>",
        "<Key><![CDATA[a&b]]></Key>",
        "<Key>a<!-- <Key>c</Key> --><![CDATA[&]]>b</Key>",
        "<o:Key xmlns:o=\"http://doc.oss.example\">a&#x26;b</o:Key >",
    ] {
        let body = format!(
            "\u{feff}<?xml version=\"1.0\"?><!-- two --><ListBucketResult xmlns=\"urn:x\"><Name>n</Name>\
             <Contents>{key}<Size>1</Size></Contents><Contents><Key/></Contents></ListBucketResult>"
        );
        assert_eq!(keys(&body), ["a&b", ""], "{key}");
    }
}

#[test]
fn what_belongs_together_is_read_together() {
    let body = "<R><Key>not of an upload</Key><Upload><Key>a</Key></Upload>\
                <Upload><UploadId>2</UploadId><Key>b</Key></Upload></R>";
    let uploads = elements(body.as_bytes(), "Upload");
    let read = |upload: &Element| upload.child("Key").zip(upload.child("UploadId")).is_some();
    assert_eq!(
        uploads.iter().map(read).collect::<Vec<_>>(),
        [false, true],
        "{uploads:?}"
    );
}

#[test]
fn words_are_read_from_answers_and_garbage_gives_none() {
    let body = b"<R><UploadId>U1</UploadId><UploadId>U2</UploadId></R>";
    assert_eq!(text(body, "UploadId").as_deref(), Some("U1"));
    for garbage in [&b""[..], b"<UploadId>", b"<UploadId>U1", b"\xff\xfe", b"{}"] {
        assert_eq!(text(garbage, "UploadId"), None);
    }
}

/// What a server declares and names has no end; what is said of it has.
#[test]
fn an_error_is_short_however_long_the_names_are() {
    for long in ["\u{19}", "\u{1f600}", "n"] {
        let long = long.repeat(1_000);
        for document in [
            format!("<?xml version=\"1.0\" encoding=\"{long}\"?><Error/>"),
            format!("<?xml version=\"{long}\"?><Error/>"),
            format!("<Error>&{long};</Error>"),
            format!("<{long}:Error/>"),
            format!("<Error></{long}>"),
        ] {
            let error = read(&document, OF_LISTINGS).unwrap_err().to_string();
            assert!(error.len() < 600, "{} bytes: {error}", error.len());
        }
    }
}

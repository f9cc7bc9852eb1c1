//! What RFC 9110 and RFC 9112 allow, forbid and leave unreadable, byte by byte.

mod bodies;

use tokio::io::AsyncWriteExt as _;

use super::*;

const LIMIT: usize = 1000;

/// How a server's bytes are read.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Read {
    /// Whole, and nothing is wrong with it. Its body.
    Clean(&'static str),
    /// Whole; the first of its defects holds these words. Its body.
    Defect(&'static str, &'static str),
    /// Not whole. What there is of its body.
    Cut(&'static str),
    /// No answer, because the connection ended.
    Lost,
    /// No answer. The reason holds these words.
    Malformed(&'static str),
}
use Read::{Clean, Cut, Defect, Lost, Malformed};

async fn read(bytes: impl AsyncRead + Unpin, of_head: bool) -> (Result<(), Broken>, Response) {
    let mut reader = Reader::new(bytes);
    let mut head = match reader.head(of_head).await {
        Ok(head) => head,
        Err(broken) => return (Err(broken), Response::default()),
    };
    let read = reader.body(&mut head, LIMIT).await;
    if read.is_ok() {
        reader.excess(&mut head.response, None).await;
    }
    (read, head.response)
}

#[track_caller]
fn assert_read(bytes: &[u8], expected: Read, read: (Result<(), Broken>, Response)) {
    let (read, response) = read;
    let body = String::from_utf8_lossy(&response.body).into_owned();
    let defects = &response.defects;
    let as_expected = match (expected, &read) {
        (Clean(expected), Ok(())) => expected == body && defects.is_empty(),
        (Defect(words, expected), Ok(())) => {
            expected == body && defects.first().is_some_and(|first| first.contains(words))
        }
        (Cut(expected), Err(Broken::Off(_))) => response.status != 0 && expected == body,
        (Lost, Err(Broken::Off(_))) => response.status == 0,
        (Malformed(words), Err(Broken::Malformed(detail))) => detail.contains(words),
        _ => false,
    };
    let bytes = bytes[..bytes.len().min(300)].escape_ascii();
    assert!(
        as_expected,
        "{bytes}\nexpected {expected:?}\n{read:?} {response:?}"
    );
}

/// Reads the bytes at once, and one by one or, when they are many, in small pieces: both have to come to the same.
async fn assert_all(rows: &[(&str, Read)], of_head: bool) {
    for (bytes, expected) in rows {
        let bytes = bytes.as_bytes();
        assert_read(bytes, *expected, read(bytes, of_head).await);
        let (mut server, client) = tokio::io::duplex(1 + bytes.len() / 1000);
        let send = async {
            let _ = server.write_all(bytes).await;
            drop(server);
        };
        let ((), slowly) = tokio::join!(send, read(client, of_head));
        // What comes later than the end of an answer is another question.
        if !matches!(expected, Defect(words, _) if words.contains("follow")) {
            assert_read(bytes, *expected, slowly);
        }
    }
}

#[test]
fn a_connection_lives_on_unless_something_speaks_against_it() {
    for (head, of_head, lives_on) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", false, true),
        ("HTTP/1.1 204 No Content\r\n", false, true),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
            false,
            true,
        ),
        ("HTTP/1.1 200 OK\r\n", true, true),
        ("HTTP/1.1 200 OK\r\n", false, false),
        ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n", false, false),
        ("HTTP/1.1 101 Switching Protocols\r\n", false, false),
        (
            "HTTP/1.1 204 No Content\r\nConnection: close\r\n",
            false,
            false,
        ),
        (
            "HTTP/1.1 204 No Content\r\nConnection: x , CLOSE\t, y\r\n",
            false,
            false,
        ),
        (
            "HTTP/1.1 204 No Content\r\nConnection: closed\r\n",
            false,
            true,
        ),
        (
            "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\nVia: close\r\n",
            false,
            true,
        ),
    ] {
        let read = head::read(format!("{head}\r\n").as_bytes(), of_head).unwrap();
        assert_eq!(read.lives_on, lives_on, "{head}");
    }
}

#[tokio::test]
async fn a_reader_knows_what_came_and_whether_another_answer_may_follow() {
    const ANSWER: &[u8] = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nok";
    let (mut server, client) = tokio::io::duplex(1000);
    let mut reader = Reader::new(client);
    reader.begin();
    assert!(!reader.has_heard() && reader.is_quiet());
    server.write_all(ANSWER).await.unwrap();
    let mut head = reader.head(false).await.unwrap();
    reader.body(&mut head, LIMIT).await.unwrap();
    assert!(reader.has_heard() && reader.is_clean() && reader.is_quiet());
    reader.begin();
    assert!(!reader.has_heard());
    // More than was asked for, read with the answer or not.
    let twice = [ANSWER, ANSWER].concat();
    server.write_all(&twice).await.unwrap();
    let mut head = reader.head(false).await.unwrap();
    reader.body(&mut head, LIMIT).await.unwrap();
    assert!(!reader.is_clean());
    let mut head = reader.head(false).await.unwrap();
    reader.body(&mut head, LIMIT).await.unwrap();
    assert!(reader.is_clean());
    server.write_all(b"x").await.unwrap();
    assert!(!reader.is_quiet());
    // The end is nothing that may wait on a connection either.
    drop(server);
    assert!(!reader.is_quiet());
    let mut ended = Reader::new(&b"HTTP/1.1 403 Forbidden\r\n\r\n"[..]);
    let mut head = ended.head(false).await.unwrap();
    ended.body(&mut head, LIMIT).await.unwrap();
    assert!(!ended.is_clean());
}

#[tokio::test]
async fn a_connection_that_ends_says_how_far_the_answer_had_come() {
    for (bytes, words) in [
        ("", "before an answer came"),
        ("HTTP", "within the head"),
        ("HTTP/1.1 100 Continue\r\n\r\n", "within the head"),
    ] {
        let (read, _) = read(bytes.as_bytes(), false).await;
        let Err(Broken::Off(detail)) = read else {
            panic!("{bytes:?}: {read:?}");
        };
        assert!(detail.contains(words), "{bytes:?}: {detail}");
    }
}

#[tokio::test]
async fn each_defect_is_noted_once() {
    let bytes = "HTTP/1.2 403 x\nDate: a\nDate: b\nContent-Length: 0\n\n";
    let (_, response) = read(bytes.as_bytes(), false).await;
    let defects = [
        head::BARE_LF,
        "its version is not HTTP/1.1",
        "the header `date` stands there twice",
    ];
    assert_eq!(response.defects, defects);
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_of_what_follows_is_not_waited_for() {
    let answer = with("") + &"z".repeat(64 * 1024);
    let (mut server, client) = tokio::io::duplex(answer.len());
    server.write_all(answer.as_bytes()).await.unwrap();
    let mut reader = Reader::new(client);
    let mut head = reader.head(false).await.unwrap();
    reader.body(&mut head, LIMIT).await.unwrap();
    let started = Deadline::now();
    let by = started + std::time::Duration::from_secs(20);
    reader.excess(&mut head.response, Some(by)).await;
    assert_eq!(head.response.excess.len(), 64 * 1024);
    assert_eq!(started.elapsed(), std::time::Duration::ZERO);
}

#[tokio::test]
async fn status_lines() {
    assert_all(
        &[
            (
                "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nok",
                Clean("ok"),
            ),
            ("HTTP/1.0 403 Forbidden\r\n\r\nok", Clean("ok")),
            ("HTTP/1.1 403 \r\nContent-Length: 0\r\n\r\n", Clean("")),
            (
                "HTTP/1.1 403 Kein Zutritt \u{fc}\t!\r\nContent-Length: 0\r\n\r\n",
                Clean(""),
            ),
            ("HTTP/1.1 599 x\r\nContent-Length: 0\r\n\r\n", Clean("")),
            (
                "HTTP/1.1 403\r\nContent-Length: 0\r\n\r\n",
                Defect("no space after", ""),
            ),
            (
                "HTTP/1.2 403 x\r\nContent-Length: 0\r\n\r\n",
                Defect("version", ""),
            ),
            (
                "HTTP/1.1 403 a\rb\r\nContent-Length: 0\r\n\r\n",
                Defect("reason phrase", ""),
            ),
            (
                "HTTP/1.1 403 a\u{1b}[1m\r\nContent-Length: 0\r\n\r\n",
                Defect("reason phrase", ""),
            ),
            (
                "HTTP/1.1 403 a\0\r\nContent-Length: 0\r\n\r\n",
                Defect("reason phrase", ""),
            ),
            (
                "\r\nHTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n",
                Defect("an empty line before", ""),
            ),
            (
                "\n\r\n\nHTTP/1.1 403 x\r\n\r\n",
                Defect("an empty line before", ""),
            ),
            (
                "\r\n\r\n\r\n\r\n\r\nHTTP/1.1 403 x\r\n\r\n",
                Malformed("HTTP/1."),
            ),
            ("", Lost),
            ("HTTP", Lost),
            ("HTTP/1.1 403 Forbidden\r\nContent-Le", Lost),
            ("<html>HTTP 0.9</html>", Malformed("HTTP/1.")),
            ("HTTP/0.9 200 OK\r\n\r\n", Malformed("HTTP/1.")),
            ("HTTP/2 200\r\n\r\n", Malformed("HTTP/1.")),
            ("HTTP/2.0 200 OK\r\n\r\n", Malformed("HTTP/1.")),
            (
                "\0\0\u{12}\u{4}\0\0\0\0\0\0\u{3}\0\0\0d",
                Malformed("HTTP/1."),
            ),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Malformed("HTTP/1.")),
            ("http/1.1 200 OK\r\n\r\n", Malformed("HTTP/1.")),
            (" HTTP/1.1 200 OK\r\n\r\n", Malformed("HTTP/1.")),
            ("\u{feff}HTTP/1.1 200 OK\r\n\r\n", Malformed("HTTP/1.")),
            ("ICY 200 OK\r\n\r\n", Malformed("HTTP/1.")),
            ("HTTP/1. 200 OK\r\n\r\n", Malformed("version")),
            ("HTTP/1.11 200 OK\r\n\r\n", Malformed("version")),
            ("HTTP/1.1\t200 OK\r\n\r\n", Malformed("version")),
            ("HTTP/1.1200 OK\r\n\r\n", Malformed("version")),
            ("HTTP/1.1  200 OK\r\n\r\n", Malformed("status")),
            ("HTTP/1.1 \r\n\r\n", Malformed("status")),
            ("HTTP/1.1 20 OK\r\n\r\n", Malformed("status")),
            ("HTTP/1.1 2000 OK\r\n\r\n", Malformed("three digits")),
            ("HTTP/1.1 200OK\r\n\r\n", Malformed("three digits")),
            ("HTTP/1.1 200\tOK\r\n\r\n", Malformed("three digits")),
            ("HTTP/1.1 000 x\r\n\r\n", Malformed("status")),
            ("HTTP/1.1 099 x\r\n\r\n", Malformed("status")),
            ("HTTP/1.1 600 x\r\n\r\n", Malformed("status")),
            ("HTTP/1.1 -40 x\r\n\r\n", Malformed("status")),
            ("HTTP/1.1 4O3 x\r\n\r\n", Malformed("status")),
        ],
        false,
    )
    .await;
}

/// An answer with these lines, which end with their own CRLF.
fn with(lines: &str) -> String {
    format!("HTTP/1.1 403 Forbidden\r\n{lines}Content-Length: 2\r\n\r\nok")
}

#[tokio::test]
async fn header_lines() {
    for (lines, expected) in [
        ("date: x\r\nSERVER:y\r\nX-Any: \t z \t\r\n", Clean("ok")),
        (
            "Set-Cookie: a\r\nSet-Cookie: b\r\nVary: a\r\nVary: b\r\n",
            Clean("ok"),
        ),
        ("x-oss-meta-name: \u{e9}\u{4f60}\r\n", Clean("ok")),
        ("x!#$%&'*+-.^_`|~9:\r\n", Clean("ok")),
        ("x: a:b\r\n", Clean("ok")),
        ("x: a\n", Defect("LF alone", "ok")),
        ("x: a\rb\r\n", Defect("CR stands within", "ok")),
        ("x: a\r\r\n", Defect("CR stands within", "ok")),
        ("x: a\r\n b\r\n", Defect("goes on in the next line", "ok")),
        ("x:\r\n\tb\r\n", Defect("goes on in the next line", "ok")),
        ("x : a\r\n", Defect("before the colon", "ok")),
        ("Content-Length\t: 2\r\n", Defect("before the colon", "ok")),
        (
            "Date: a\r\nDate: a\r\n",
            Defect("`date` stands there twice", "ok"),
        ),
        (
            "ETag: a\r\nx: y\r\netag: b\r\n",
            Defect("`etag` stands", "ok"),
        ),
        (
            "Content-Type: a\r\nContent-Type: b\r\n",
            Defect("`content-type` stands", "ok"),
        ),
        (
            "x-oss-request-id: 1\r\nX-Oss-Request-Id: 2\r\n",
            Defect("`x-oss-request-id` stands", "ok"),
        ),
        (
            "Server: a\r\nServer: a\r\n",
            Defect("`server` stands", "ok"),
        ),
        (" x: a\r\n", Malformed("before its first header")),
        ("no colon\r\n", Malformed("without a colon")),
        ("\r: a\r\n", Malformed("whose name is none")),
        (": a\r\n", Malformed("whose name is none")),
        ("a b: c\r\n", Malformed("whose name is none")),
        ("a\rb: c\r\n", Malformed("whose name is none")),
        ("x\u{b}: c\r\n", Malformed("whose name is none")),
        ("a(b): c\r\n", Malformed("whose name is none")),
        ("\u{e9}: c\r\n", Malformed("whose name is none")),
        ("x: a\0b\r\n", Malformed("control characters")),
        ("x: a\u{b}\r\n", Malformed("control characters")),
        ("x: \u{c}a\r\n", Malformed("control characters")),
        ("x: a\u{7f}\r\n", Malformed("control characters")),
        ("x: a\r\n b\u{1b}\r\n", Malformed("control characters")),
    ] {
        assert_all(&[(&with(lines), expected)], false).await;
    }
    assert_all(
        &[(
            "HTTP/1.1 403 x\nContent-Length: 2\n\nok",
            Defect("LF alone", "ok"),
        )],
        false,
    )
    .await;
}

#[tokio::test]
async fn what_a_line_means_is_kept() {
    let bytes =
        "HTTP/1.1 403 Go away\r\nX-A:  b \r\n\t c \r\nx-d: e\rf\r\nContent-Length: 0\r\n\r\n";
    let (_, response) = read(bytes.as_bytes(), false).await;
    assert_eq!(response.reason, "Go away");
    let headers = [("x-a", "b c"), ("x-d", "e f"), ("content-length", "0")];
    assert_eq!(
        response.headers,
        headers.map(|(name, value)| (name.into(), value.into()))
    );
    let (_, response) = read(&b"HTTP/1.1 403 Forbidden\r\n\r\n"[..], false).await;
    assert_eq!(response.reason, "");
}

#[tokio::test]
async fn informational_answers() {
    const LAST: &str = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nok";
    let many = |n| "HTTP/1.1 100 Continue\r\n\r\n".repeat(n) + LAST;
    for (bytes, expected) in [
        (many(1), Clean("ok")),
        (many(16), Clean("ok")),
        (many(17), Malformed("more than 16 informational")),
        (
            "HTTP/1.1 103 x\r\nLink: a\r\n\r\n".to_owned() + LAST,
            Clean("ok"),
        ),
        (
            "HTTP/1.1 103 x\r\nDate: a\r\nDate: b\r\n\r\n".to_owned() + LAST,
            Defect("twice", "ok"),
        ),
        (
            "HTTP/1.1 100 x\r\nContent-Length: 2\r\n\r\n".to_owned() + LAST,
            Defect("announces", "ok"),
        ),
        (
            "HTTP/1.1 100 x\r\n\r\nok".to_owned() + LAST,
            Malformed("HTTP/1."),
        ),
        ("HTTP/1.1 100 x\r\n\r\n".to_owned(), Lost),
    ] {
        assert_all(&[(&bytes, expected)], false).await;
    }
    let bytes =
        "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 100 Go on\r\n\r\n".to_owned() + LAST;
    let (_, response) = read(bytes.as_bytes(), false).await;
    let seen = |status, reason: &str, headers: &[(&str, &str)]| Interim {
        status,
        reason: reason.into(),
        headers: headers
            .iter()
            .map(|(n, v)| ((*n).into(), (*v).into()))
            .collect(),
    };
    let expected = [seen(103, "", &[("link", "a")]), seen(100, "Go on", &[])];
    assert_eq!(response.interim, expected);
}

#[tokio::test]
async fn limits() {
    let headers = |n| (0..n).map(|n| format!("x-{n}: y\r\n")).collect::<String>();
    let reason = |n| {
        format!(
            "HTTP/1.1 403 {}\r\nContent-Length: 2\r\n\r\nok",
            "r".repeat(n)
        )
    };
    // 50 other bytes are in this head.
    let head = |n: usize| with(&format!("x: {}\r\n", "y".repeat(n - 50)));
    let trailer = |n| {
        let trailer = format!("x: {}\r\n", "y".repeat(n));
        format!("HTTP/1.1 403 x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n{trailer}\r\n")
    };
    // As long as `n` with its end.
    let chunk_line = |n: usize| {
        let line = format!("2;x={}\r\n", "y".repeat(n - 6));
        format!("HTTP/1.1 403 x\r\nTransfer-Encoding: chunked\r\n\r\n{line}ok\r\n0\r\n\r\n")
    };
    let cut = |answer: String, after_head: usize| {
        let head = answer.find("\r\n\r\n").unwrap() + 4;
        answer[..head + after_head].to_owned()
    };
    let body = |n| {
        format!(
            "HTTP/1.1 403 x\r\nContent-Length: {n}\r\n\r\n{}",
            "b".repeat(n)
        )
    };
    let full: &'static str = "b".repeat(LIMIT).leak();
    // 8 KiB.
    let hints = "HTTP/1.1 103 x\r\nLink: ".to_owned() + &"y".repeat(8166) + "\r\n\r\n";
    for (bytes, expected) in [
        (with(&headers(127)), Clean("ok")),
        (with(&headers(128)), Malformed("more than 128 headers")),
        (reason(1024), Clean("ok")),
        (reason(1025), Defect("longer than 1 KiB", "ok")),
        (head(64 * 1024), Clean("ok")),
        (head(64 * 1024 + 1), Malformed("head is longer")),
        (hints.repeat(7) + &with(""), Clean("ok")),
        (hints.repeat(8) + &with(""), Malformed("head is longer")),
        ("\r\n".repeat(4) + &with(""), Defect("an empty line", "ok")),
        ("\r\n".repeat(5) + &with(""), Malformed("does not begin")),
        (chunk_line(4096), Clean("ok")),
        (chunk_line(4097), Malformed("does not end")),
        // Without their ends, which would be beyond the limits.
        (cut(chunk_line(4097), 4096), Malformed("does not end")),
        (trailer(60_000), Clean("")),
        (trailer(70_000), Malformed("trailers are longer")),
        (
            cut(trailer(70_000), 70_000),
            Malformed("trailers are longer"),
        ),
        (body(LIMIT), Clean(full)),
        (body(LIMIT + 1), Cut(full)),
    ] {
        assert_all(&[(&bytes, expected)], false).await;
    }
    let flood = with("") + &"z".repeat(200_000);
    let (mut server, client) = tokio::io::duplex(5000);
    tokio::spawn(async move { server.write_all(flood.as_bytes()).await });
    let mut reader = Reader::new(client);
    let mut head = reader.head(false).await.unwrap();
    reader.body(&mut head, LIMIT).await.unwrap();
    let soon = Deadline::now() + std::time::Duration::from_secs(20);
    reader.excess(&mut head.response, Some(soon)).await;
    assert_eq!(head.response.excess.len(), 64 * 1024);
}

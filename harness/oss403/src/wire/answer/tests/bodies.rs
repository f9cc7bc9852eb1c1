//! Where a body ends: lengths, chunks, the end of the connection, and answers that have none.

use super::Read::{Clean, Cut, Defect, Malformed};
use super::*;

#[tokio::test]
async fn lengths() {
    let with = |lines: &str| format!("HTTP/1.1 403 Forbidden\r\n{lines}\r\n\r\nok");
    for (lines, expected) in [
        ("Content-Length: 002", Clean("ok")),
        ("Connection: close", Clean("ok")),
        (
            "Content-Length: 2\r\nContent-Length: 2",
            Defect("more than once", "ok"),
        ),
        ("Content-Length: 2, 2", Defect("more than once", "ok")),
        ("Content-Length: 1", Defect("1 bytes follow", "o")),
        ("Content-Length: 3", Cut("ok")),
        ("Content-Length: 9223372036854775807", Cut("ok")),
        (
            "Content-Length: 2\r\nContent-Length: 1",
            Malformed("differ"),
        ),
        ("Content-Length: 2, 1", Malformed("differ")),
        ("Content-Length: ", Malformed("no length")),
        ("Content-Length: 2,", Malformed("no length")),
        ("Content-Length: -1", Malformed("no length")),
        ("Content-Length: +2", Malformed("no length")),
        ("Content-Length: 2.0", Malformed("no length")),
        ("Content-Length: 0x2", Malformed("no length")),
        ("Content-Length: 2 2", Malformed("no length")),
        ("Content-Length: \u{ff12}", Malformed("no length")),
        (
            "Content-Length: 9223372036854775808",
            Malformed("no length"),
        ),
        (
            "Content-Length: 18446744073709551617",
            Malformed("no length"),
        ),
    ] {
        assert_all(&[(&with(lines), expected)], false).await;
    }
}

#[tokio::test]
async fn transfer_codings() {
    let with =
        |lines: &str| format!("HTTP/1.1 403 Forbidden\r\n{lines}\r\n\r\n2\r\nok\r\n0\r\n\r\n");
    for (lines, expected) in [
        ("Transfer-Encoding: chunked", Clean("ok")),
        ("transfer-encoding:\tCHUNKED ", Clean("ok")),
        (
            "Transfer-Encoding: chunked\r\nContent-Length: 2",
            Defect("beside Content-Length", "ok"),
        ),
        (
            "Content-Length: 12\r\nTransfer-Encoding: chunked",
            Defect("beside Content-Length", "ok"),
        ),
        (
            "Transfer-Encoding: chunked, chunked",
            Defect("more than one transfer", "ok"),
        ),
        (
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            Defect("more than one transfer", "ok"),
        ),
        (
            "Transfer-Encoding: gzip, chunked",
            Defect("other than `chunked`", "ok"),
        ),
        (
            "Transfer-Encoding: chunked;q=1",
            Defect("other than `chunked`", "ok"),
        ),
        (
            "Transfer-Encoding: ",
            Defect("other than `chunked`", "2\r\nok\r\n0\r\n\r\n"),
        ),
        (
            "Transfer-Encoding: xchunked",
            Defect("other than `chunked`", "2\r\nok\r\n0\r\n\r\n"),
        ),
        (
            "Transfer-Encoding: chunked\u{a0}",
            Defect("other than `chunked`", "2\r\nok\r\n0\r\n\r\n"),
        ),
        (
            "Transfer-Encoding: chunked, identity",
            Defect("more than one transfer", "2\r\nok\r\n0\r\n\r\n"),
        ),
        (
            "Transfer-Encoding: identity\r\nContent-Length: 12",
            Defect("other than `chunked`", "2\r\nok\r\n0\r\n\r\n"),
        ),
        (
            "Transfer-Encoding : chunked",
            Defect("before the colon", "ok"),
        ),
        (
            "Transfer-Encoding:\r\n chunked",
            Defect("goes on in the next line", "ok"),
        ),
        (
            "Transfer-Encoding: \u{b}chunked",
            Malformed("control characters"),
        ),
        (
            "Transfer-Encoding: chunked\r\nContent-Length: x",
            Malformed("no length"),
        ),
    ] {
        assert_all(&[(&with(lines), expected)], false).await;
    }
    let old = with("Transfer-Encoding: chunked").replace("HTTP/1.1", "HTTP/1.0");
    assert_all(&[(&old, Defect("of HTTP/1.0", "ok"))], false).await;
}

#[tokio::test]
async fn chunks() {
    let extended = |n| format!("2;{}\r\n", "e".repeat(n));
    let (long, endless) = (extended(4000) + "ok\r\n0\r\n\r\n", extended(5000));
    let chunks = |sum: usize| {
        let chunk = extended(1024) + "ok\r\n";
        let last = format!("0;{}\r\n\r\n", "e".repeat(sum - 7 * 1024));
        chunk.repeat(7) + &last
    };
    let (most, too_many) = (chunks(8192), chunks(8193));
    let padded = format!("{}2\r\nok\r\n0\r\n\r\n", "0".repeat(30));
    for (body, expected) in [
        ("2\r\nok\r\n0\r\n\r\n", Clean("ok")),
        ("0\r\n\r\n", Clean("")),
        ("0002\r\nok\r\n000\r\n\r\n", Clean("ok")),
        (&padded, Clean("ok")),
        (
            "A\r\n0123456789\r\na\r\nabcdefghij\r\n0\r\n\r\n",
            Clean("0123456789abcdefghij"),
        ),
        ("2;a=b\r\nok\r\n0;last\r\n\r\n", Clean("ok")),
        ("2 ; a=\"b\"\r\nok\r\n0\r\n\r\n", Clean("ok")),
        // What is not known is ignored, up to a limit (RFC 9112 §7.1.1).
        (&long, Clean("ok")),
        (&most, Clean("okokokokokokok")),
        (&too_many, Malformed("longer than 8192 bytes")),
        ("2\r\nok\r\n0\r\nx-a: b\r\nX-C: d\r\n\r\n", Clean("ok")),
        ("3\r\n\r\n0\r\n0\r\n\r\n", Clean("\r\n0")),
        (
            "2;a\rb\r\nok\r\n0\r\n\r\n",
            Defect("control characters in a chunk", "ok"),
        ),
        ("2;a\nok\r\n0\r\n\r\n", Defect("LF alone", "ok")),
        ("2\r\nok\n0\r\n\r\n", Defect("LF alone", "ok")),
        ("2\r\nok\r\n0\r\n\n", Defect("LF alone", "ok")),
        ("2 \r\nok\r\n0\r\n\r\n", Defect("white space after", "ok")),
        ("2\r\nok0\r\n\r\n", Defect("no CRLF after a chunk", "ok")),
        ("2\r\nok\r\n0\r\n", Defect("no empty line after", "ok")),
        (
            "2\r\nok\r\n0\r\nContent-Length: 7\r\n\r\n",
            Defect("only be a header", "ok"),
        ),
        (
            "2\r\nok\r\n0\r\nx : y\r\n\r\n",
            Defect("before the colon", "ok"),
        ),
        (
            "2\r\nok\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
            Defect("19 bytes follow", "ok"),
        ),
        ("2\r\nok\r\n", Cut("ok")),
        ("2\r\no", Cut("o")),
        ("2\r\nok\r\n0", Cut("ok")),
        ("2\r\nok\r\n0\r\nx-a: b\r\n", Cut("ok")),
        ("7fffffffffffffff\r\nok", Cut("ok")),
        ("zz\r\nok", Malformed("no length")),
        ("\r\nok\r\n0\r\n\r\n", Malformed("no length")),
        ("-2\r\nok\r\n0\r\n\r\n", Malformed("no length")),
        ("+2\r\nok\r\n0\r\n\r\n", Malformed("no length")),
        (" 2\r\nok\r\n0\r\n\r\n", Malformed("no length")),
        ("0x2\r\nok\r\n0\r\n\r\n", Malformed("no length")),
        ("2 x\r\nok\r\n0\r\n\r\n", Malformed("no length")),
        ("2\r\r\nok\r\n0\r\n\r\n", Malformed("no length")),
        ("8000000000000000\r\nok", Malformed("no length")),
        (
            "10000000000000002\r\nok\r\n0\r\n\r\n",
            Malformed("no length"),
        ),
        ("2\r\nok, and more\r\n0\r\n\r\n", Malformed("no length")),
        (&endless, Malformed("does not end")),
        (
            "2\r\nok\r\n0\r\nno colon\r\n\r\n",
            Malformed("without a colon"),
        ),
        (
            "2\r\nok\r\n0\r\nx: \0\r\n\r\n",
            Malformed("control characters"),
        ),
    ] {
        let bytes = format!("HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
        assert_all(&[(&bytes, expected)], false).await;
    }
    let bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-A: b\r\n\r\n";
    let (_, response) = read(&bytes[..], false).await;
    assert_eq!(response.trailers, [("x-a".into(), "b".into())]);
}

#[tokio::test]
async fn answers_without_a_body() {
    assert_all(
        &[
            ("HTTP/1.1 204 No Content\r\n\r\n", Clean("")),
            // So the service itself.
            (
                "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
                Clean(""),
            ),
            (
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
                Clean(""),
            ),
            (
                "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n",
                Defect("announces a body", ""),
            ),
            (
                "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
                Defect("announces a body", ""),
            ),
            (
                "HTTP/1.1 204 No Content\r\n\r\nok",
                Defect("2 bytes follow an answer that has no body", ""),
            ),
            (
                "HTTP/1.1 304 Not Modified\r\n\r\nok",
                Defect("2 bytes follow an answer that has no body", ""),
            ),
        ],
        false,
    )
    .await;
    assert_all(
        &[
            (
                "HTTP/1.1 403 Forbidden\r\nContent-Length: 7\r\n\r\n",
                Clean(""),
            ),
            (
                "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n",
                Clean(""),
            ),
            ("HTTP/1.1 403 Forbidden\r\n\r\n", Clean("")),
            (
                "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nok",
                Defect("2 bytes follow", ""),
            ),
            (
                "HTTP/1.1 403 Forbidden\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                Malformed("differ"),
            ),
            (
                "HTTP/1.1 403 x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                Defect("beside", ""),
            ),
        ],
        true,
    )
    .await;
}

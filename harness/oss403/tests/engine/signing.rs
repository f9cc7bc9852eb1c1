//! What the engine signs, a server that follows the documents accepts; what it breaks on purpose is refused for that reason.

use serde_json::json;

use crate::support::{element, embedded, instances, instances_of, run_all, status};

#[tokio::test]
async fn every_scheme_is_accepted_from_every_identity_for_every_kind_of_key() {
    // The keys hold what encoders get wrong: blanks, plus, percent, slashes, dots, other scripts.
    let scenarios = "
      - name: read
        given: { bucket: { acl: private, objects: { k.txt: one, 'a b+c%.txt': two, 'd//e/../f': three, 'ключ/鍵&=?#': four } } }
        matrix:
          scheme: [header-v1, header-v2, header-v4, url-v1, url-v2, url-v4, s3-header-v4]
          who: [owner, sts]
          line: { plain: GET /k.txt, blank: 'GET /a b+c%25.txt', dots: GET /d//e/../f, script: 'GET /ключ/鍵&=%3F%23',
                  query: 'GET /?list-type=2&prefix=a%2Bb c', acl: 'GET /?acl' }
        base: { as: $who, sign: $scheme, request: $line }
        edit: { wrong-secret: true }
      - name: write
        matrix: { scheme: [header-v1, header-v2, header-v4, url-v1, url-v2, url-v4, s3-header-v4], who: [owner, sts] }
        base: { as: $who, sign: $scheme, request: 'PUT /new file.txt', body: hello, headers: { Content-Type: text/plain, x-oss-meta-a: b } }
        edit: { flip-signature: true }
        unchanged: ['new file.txt']
      - name: post
        matrix: { scheme: [form-v1, form-v4], who: [owner, sts] }
        base: { as: $who, sign: $scheme, request: POST /, form: { fields: { key: posted.txt }, file: 'the file' } }
        edit: { wrong-secret: true }
        unchanged: [posted.txt]
      - name: additional
        given: { bucket: { objects: { k.txt: one } } }
        matrix: { scheme: [header-v2, header-v4, url-v2, url-v4] }
        base: { sign: $scheme, request: GET /k.txt, additional-headers: [host, x-my], headers: { x-my: ' padded ' } }
        edit: { tamper-header: { x-my: other } }
    ";
    let target = embedded().await;
    let instances = instances_of(
        &json!({ "code": "SignatureDoesNotMatch", "message": "no" }),
        scenarios,
    );
    let expected = 7 * 2 * 6 + 7 * 2 + 2 * 2 + 4;
    assert_eq!(instances.len(), expected);
    let ran = run_all(&target, instances).await;
    assert_eq!(ran.records.len(), expected);
    for record in &ran.records {
        let (id, base, edited) = (
            &record.instance,
            record.base.as_ref(),
            record.edited.as_ref(),
        );
        assert!((200..300).contains(&status(base)), "{id}: {base:?}");
        assert_eq!(status(edited), 403, "{id}: {edited:?}");
        assert_eq!(
            element(edited, "Code").as_deref(),
            Some("SignatureDoesNotMatch"),
            "{id}"
        );
        // The record says what the server has to report, and the server reports it.
        let ours = edited.unwrap().request.string_to_sign.as_deref().unwrap();
        let theirs = element(edited, "StringToSign").unwrap();
        let theirs = theirs
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&");
        assert_eq!(theirs.replace("&#xD;", "\r"), ours, "{id}");
        for probe in &record.probes {
            assert_eq!(probe.before.response().unwrap().status, 404, "{id}");
            assert_eq!(probe.after.response().unwrap().status, 404, "{id}");
        }
    }
}

#[tokio::test]
async fn dishonest_signatures_are_refused_for_what_is_wrong_with_them() {
    let scenarios = "
      - { name: key-unknown, given: $G, base: $B, edit: { access-key-id: NOSUCHKEY } }
      - { name: charset, given: $G, base: $B, edit: { access-key-id: 'bad!key' } }
      - { name: past, given: $G, base: $B, edit: { clock: -16m } }
      - { name: future, given: $G, base: $B, edit: { clock: 16m } }
      - { name: token-wrong, given: $G, base: $S, edit: { token: not-a-token } }
      - { name: token-dropped, given: $G, base: $S, edit: { drop-token: true } }
      - { name: expired-v1, given: $G, base: $U1, edit: { expires-in: -1s } }
      - { name: expired-v2, given: $G, base: $U2, edit: { expires-in: -1s } }
      - { name: expired-v4, given: $G, base: $U4, edit: { expires-in: -1s } }
      - { name: no-date, given: $G, base: $U1, edit: { expires: tomorrow } }
      - { name: no-expires, given: $G, base: $U1, edit: { drop-query: Expires } }
      - { name: removed, given: $G, base: $U1, edit: { remove-query: Signature } }
      - { name: region, given: $G, base: $B, edit: { scope-region: cn-beijing } }
      - { name: no-date-header, given: $G, base: $H1, edit: { drop-header: Date } }
      - { name: method, given: $G, base: $U1, edit: { tamper-method: HEAD } }
      - { name: path, given: $G, base: $B, edit: { tamper-path: /other.txt } }
      - { name: query, given: $G, base: $B, edit: { tamper-query: { x-oss-process: image/info } } }
      - { name: late-form, base: $F, edit: { expires-in: -1s } }
      - { name: field, base: $F, edit: { tamper-field: { policy: e30= } } }
    "
    .replace("$G", "{ bucket: { objects: { k.txt: one } } }")
    .replace("$B", "{ request: GET /k.txt }")
    .replace("$S", "{ as: sts, request: GET /k.txt }")
    .replace("$U1", "{ sign: url-v1, request: GET /k.txt }")
    .replace("$U2", "{ sign: url-v2, request: GET /k.txt }")
    .replace("$U4", "{ sign: url-v4, request: GET /k.txt }")
    .replace("$H1", "{ sign: header-v1, request: GET /k.txt }")
    .replace(
        "$F",
        "{ request: POST /, form: { fields: { key: k }, file: f } }",
    );
    let target = embedded().await;
    let ran = run_all(&target, instances(&scenarios)).await;
    let expected = [
        ("key-unknown", 403, "InvalidAccessKeyId", "does not exist"),
        ("charset", 403, "InvalidAccessKeyId", "non-acceptable"),
        ("past", 403, "RequestTimeTooSkewed", ""),
        ("future", 403, "RequestTimeTooSkewed", ""),
        ("token-wrong", 403, "InvalidSecurityToken", ""),
        ("token-dropped", 403, "InvalidAccessKeyId", "does not exist"),
        ("expired-v1", 403, "AccessDenied", "Request has expired"),
        ("expired-v2", 403, "AccessDenied", "Request has expired"),
        ("expired-v4", 403, "AccessDenied", "Request has expired"),
        ("no-date", 403, "AccessDenied", "Invalid date"),
        ("no-expires", 403, "AccessDenied", "requires the Signature"),
        ("removed", 403, "AccessDenied", "requires the Signature"),
        ("region", 400, "InvalidArgument", "region"),
        ("no-date-header", 403, "AccessDenied", "valid Date"),
        ("path", 403, "SignatureDoesNotMatch", ""),
        ("query", 403, "SignatureDoesNotMatch", ""),
        ("late-form", 403, "AccessDenied", "Policy expired"),
        ("field", 403, "SignatureDoesNotMatch", ""),
    ];
    for (name, code, word, part) in expected {
        let record = ran.record(&format!("/{name}"));
        assert!(
            (200..300).contains(&status(record.base.as_ref())),
            "{name}: {:?}",
            record.base
        );
        let edited = record.edited.as_ref();
        assert_eq!(status(edited), code, "{name}: {edited:?}");
        assert_eq!(element(edited, "Code").as_deref(), Some(word), "{name}");
        assert!(
            element(edited, "Message").unwrap().contains(part),
            "{name}: {edited:?}"
        );
    }
    // HEAD has no body; its error stands in a header.
    assert_eq!(status(ran.record("/method").edited.as_ref()), 403);
}

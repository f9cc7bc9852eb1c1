//! What is written down shows neither secrets nor tokens nor signatures, and can still be judged.

use oss_reference::config::{Config, Identities};
use oss403::judge;
use oss403::run::journal::Line;
use oss403::wire::curl;
use oss403::wire::exchange::Exchange;
use serde_json::json;

use crate::support::{Desk, embedded, fake, instances, instances_of, plain, run_all};

const SCENARIOS: &str = "
  - name: read
    given: { bucket: { objects: { k: v } }, identities: { guest: { session: {} } } }
    matrix: { scheme: [header-v1, header-v2, header-v4, url-v1, url-v2, url-v4, s3-header-v4], who: [owner, sts, guest], method: [GET, HEAD] }
    base: { as: $who, sign: $scheme, request: $method /k }
    edit: { flip-signature: true }
  - name: disguised
    given: { bucket: { objects: { k: v } }, identities: { guest: { session: {} } } }
    matrix: { scheme: [header-v1, header-v4, url-v1, url-v4], who: [sts, guest] }
    base: { as: $who, sign: $scheme, request: GET /k, disguise: [header-case, header-space, encoded-unreserved, encoding-case] }
    edit: { flip-signature: true }
  - name: post
    matrix: { scheme: [form-v1, form-v4], who: [owner, sts] }
    base: { as: $who, sign: $scheme, request: POST /, form: { fields: { key: k }, file: f } }
    edit: { flip-signature: true }
";

/// Signatures and tokens in an exchange's own request.
fn confidential(exchange: &Exchange, found: &mut Vec<String>) {
    let request = &exchange.request;
    for (name, value) in &request.headers {
        match name.to_lowercase().as_str() {
            "authorization" => found.push(
                value
                    .rsplit([':', '=', ' '])
                    .find(|part| part.len() > 20)
                    .unwrap_or(value)
                    .to_owned(),
            ),
            name if name.ends_with("security-token") => found.push(value.trim().to_owned()),
            _ => {}
        }
    }
    for pair in request.target.split(['?', '&']) {
        if let Some((name, value)) = pair.split_once('=')
            && (name.to_lowercase().ends_with("signature") || name.ends_with("security-token"))
        {
            found.push(value.to_owned());
            found.push(oss_auth::percent_decode(value).unwrap().into_owned());
        }
    }
    let body = String::from_utf8_lossy(&request.body);
    for name in ["Signature", "x-oss-signature", "x-oss-security-token"] {
        if let Some(rest) = body.split(&format!("name=\"{name}\"\r\n\r\n")).nth(1) {
            found.push(rest.split("\r\n").next().unwrap().to_owned());
        }
    }
}

#[tokio::test]
async fn neither_journal_nor_command_lines_show_what_is_confidential() {
    let target = embedded().await;
    let header = json!({ "code": "SignatureDoesNotMatch", "message": "no" });
    let ran = run_all(&target, instances_of(&header, SCENARIOS)).await;
    assert_eq!(ran.records.len(), 7 * 3 * 2 + 8 + 4);
    let mut hidden = Vec::new();
    for identity in Identities::default().0.into_values() {
        hidden.push(identity.access_key_secret);
        hidden.extend(identity.security_token);
    }
    let mut written = ran.journal.clone();
    for record in &ran.records {
        for exchange in record.base.iter().chain(&record.edited) {
            let before = hidden.len();
            confidential(exchange, &mut hidden);
            assert!(hidden.len() > before, "{exchange:?}");
            written.push_str(&curl::command(&exchange.request));
        }
    }
    hidden.retain(|value| value.len() >= 8);
    assert!(hidden.len() > 150);
    for value in &hidden {
        assert!(!written.contains(value.as_str()), "{value}");
        let hex: Vec<String> = value.bytes().map(|byte| format!("{byte:02X}")).collect();
        assert!(
            !written.contains(&hex.join(" ")),
            "{value} in hexadecimal digits"
        );
    }
    // The base64 of error documents in HEAD answers is looked into.
    let coded = ran.lines().into_iter().filter_map(|line| match line {
        Line::Exchanged { record } => record
            .edited?
            .response()?
            .header("x-oss-err")
            .map(str::to_owned),
        _ => None,
    });
    let mut looked = 0;
    for coded in coded {
        use base64::Engine as _;
        let document = base64::prelude::BASE64_STANDARD.decode(coded).unwrap();
        let document = String::from_utf8(document).unwrap();
        assert!(
            document.contains("<SignatureProvided>[redacted]</SignatureProvided>"),
            "{document}"
        );
        assert!(
            hidden
                .iter()
                .all(|value| !document.contains(value.as_str())),
            "{document}"
        );
        looked += 1;
    }
    assert_eq!(looked, 7 * 3);
}

#[tokio::test]
async fn a_redacted_record_is_judged_as_the_record_itself() {
    let target = embedded().await;
    let instances = oss403_case::Ledger::embedded()
        .unwrap()
        .select(&[
            "signature-mismatch".into(),
            "security-token-invalid".into(),
            "url-auth-expired".into(),
        ])
        .unwrap_or_else(|unknown| panic!("{unknown}"));
    let ran = run_all(&target, instances.clone()).await;
    for record in &ran.records {
        let instance = instances
            .iter()
            .find(|instance| instance.id == record.instance)
            .unwrap();
        let redacted = record.redacted(&record.redactor());
        assert_eq!(
            judge::judge(instance, &redacted).judgement,
            judge::judge(instance, record).judgement,
            "{}",
            record.instance
        );
    }
    assert!(ran.records.len() > 10);
}

#[tokio::test]
async fn a_server_cannot_smuggle_a_token_into_the_journal() {
    let config = Config::default();
    let token = config
        .identities
        .get("sts")
        .unwrap()
        .security_token
        .clone()
        .unwrap();
    let echo = token.clone();
    let address = fake(move |seen| {
        let echo = echo.clone();
        async move {
            if seen.method != "GET" {
                return plain(200);
            }
            let body = format!(
                "<Error><Code>{echo}</Code><Message>you said {echo}, {}</Message></Error>",
                seen.target
            );
            Some((403, vec![("x-echo", echo)], body))
        }
    })
    .await;
    let target = Desk::new().target(address, "").await;
    let scenarios = "[{ name: x, matrix: { scheme: [header-v1, url-v1, url-v4] }, base: { as: sts, sign: $scheme, request: GET /k }, edit: { as: owner } }]";
    let ran = run_all(&target, instances(scenarios)).await;
    assert!(
        ran.journal.contains("you said [redacted], "),
        "{}",
        ran.journal
    );
    assert!(!ran.journal.contains(&token));
    assert_eq!(ran.records.len(), 3);
    for record in &ran.records {
        let mut found = Vec::new();
        confidential(record.base.as_ref().unwrap(), &mut found);
        assert!(
            found
                .iter()
                .all(|value| !ran.journal.contains(value.as_str())),
            "{found:?}"
        );
    }
}

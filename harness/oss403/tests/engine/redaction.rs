//! What is written down shows neither secrets nor tokens nor signatures, and can still be judged.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use oss_reference::config::{Config, Identities};
use oss403::judge;
use oss403::judge::snapshot::Snapshots;
use oss403::run::StopSignal;
use oss403::run::journal::Line;
use oss403::suite::{SnapshotCounts, certify};
use oss403::wire::curl;
use oss403::wire::exchange::Exchange;
use serde_json::json;

use crate::support::{
    Desk, Seen, embedded, fake, instances, instances_of, options, plain, run_all,
};

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
        let document = BASE64_STANDARD.decode(coded).unwrap();
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

/// The forms in which a server may say a value again.
fn echoes(value: &str) -> Vec<String> {
    let percent = |text: &str| {
        text.bytes()
            .map(|b| format!("%{b:02X}"))
            .collect::<String>()
    };
    let hex: Vec<String> = value.bytes().map(|b| format!("{b:02x}")).collect();
    vec![
        value.to_owned(),
        percent(value),
        percent(&percent(value)),
        oss_auth::percent_encode(value),
        oss_auth::percent_encode(&oss_auth::percent_encode(value)),
        hex.concat(),
        hex.concat().to_uppercase(),
        hex.join(" "),
        hex.join(" ").to_uppercase(),
        BASE64_STANDARD.encode(value),
        BASE64_STANDARD.encode(format!("x{value}")),
        BASE64_STANDARD.encode(format!("xy{value}")),
        value.to_lowercase(),
        value.to_uppercase(),
        value.chars().rev().collect(),
    ]
}

/// What a request carried that no file may show, as the server sees it.
fn carried(seen: &Seen) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in &seen.headers {
        match name.as_str() {
            "authorization" => found.push(value.rsplit([':', '=']).find(|part| part.len() > 20)),
            "x-oss-security-token" => found.push(Some(value.as_str())),
            _ => {}
        }
    }
    let query = seen.target.split_once('?').map_or("", |(_, query)| query);
    let mut found: Vec<String> = found.into_iter().flatten().map(str::to_owned).collect();
    for pair in query.split('&') {
        if let Some((name, value)) = pair.split_once('=')
            && (name.to_lowercase().ends_with("signature") || name.ends_with("security-token"))
        {
            found.push(oss_auth::percent_decode(value).unwrap().into_owned());
        }
    }
    found
}

/// Pending snapshots are made to be committed. A refusal may hold elements of the server's own, and is conformant all the same.
#[tokio::test]
async fn a_pending_snapshot_shows_nothing_that_a_server_repeats_of_the_request() {
    let identities = Config::default().identities;
    let refused = identities.get("sts").unwrap().access_key_id.clone();
    let said = Arc::new(Mutex::new(Vec::<String>::new()));
    let (saying, number) = (Arc::clone(&said), Arc::new(AtomicUsize::new(0)));
    let address = fake(move |seen: Seen| {
        let is_refused = seen.target.contains(&refused)
            || seen.headers.iter().any(|(_, value)| value.contains(&refused));
        let values = carried(&seen);
        let id = format!("{:024X}", number.fetch_add(1, Ordering::Relaxed) + 1);
        let said = Arc::clone(&saying);
        async move {
            if !is_refused {
                return plain(200);
            }
            let echoes: Vec<String> = values.iter().flat_map(|value| echoes(value)).collect();
            let elements: String = echoes.iter().map(|echo| format!("<Echo>{echo}</Echo>")).collect();
            let body = format!(
                "<Error><Code>AccessDenied</Code><Message>no</Message><RequestId>{id}</RequestId><HostId>{}</HostId>{elements}</Error>",
                seen.host
            );
            said.lock().unwrap().extend(echoes.iter().cloned());
            let mut headers = vec![
                ("content-type", "application/xml".to_owned()),
                ("x-oss-request-id", id),
            ];
            headers.push(("location", echoes.join(" ")));
            let is_head = seen.method == "HEAD";
            if is_head {
                headers.push(("x-oss-err", BASE64_STANDARD.encode(&body)));
            }
            Some((403, headers, if is_head { String::new() } else { body }))
        }
    })
    .await;
    let target = Desk::new().target(address, "").await;
    let scenarios = "[{ name: x, matrix: { scheme: [header-v1, header-v2, header-v4, url-v1, url-v2, url-v4], method: [GET, HEAD] }, base: { as: owner, sign: $scheme, request: $method /k }, edit: { as: sts } }]";
    let folder = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::new(folder.path(), "echo", false);
    let mut reasons = Vec::new();
    let certified = certify(
        &target,
        instances(scenarios),
        &options(folder.path()),
        StopSignal::new(),
        Some(&snapshots),
        |step| {
            if let oss403::suite::Step::Finished(done) = step {
                reasons.push(done.judged.judgement.reason.clone());
            }
        },
    )
    .await
    .unwrap();
    let all_new = SnapshotCounts {
        new: 12,
        ..SnapshotCounts::default()
    };
    assert_eq!(certified.snapshots, all_new, "{reasons:?}");
    let pending = folder.path().join("echo/test/x.snap.new");
    let text = std::fs::read_to_string(pending).unwrap();
    assert!(
        text.contains("Echo: [redacted]") && text.contains("location: [redacted]"),
        "{text}"
    );
    let said = said.lock().unwrap();
    // Two values of each of twelve requests: a signature and a token.
    assert_eq!(said.len(), 12 * 2 * echoes("").len());
    for echo in said.iter() {
        // The ends of a base64 text are those of its neighbours; the middle is the value's own.
        let middle: String = echo
            .chars()
            .skip(4)
            .take(echo.chars().count() - 12)
            .collect();
        assert!(!text.contains(&middle), "{echo} in {text}");
    }
}

//! Error answers, case files, profiles and journals.

use std::collections::BTreeMap;

use oss403::run::journal::{At, Header, Line, Made, SCHEMA};
use oss403::run::record::{Progress, TwinRecord};
use oss403::wire::client::Outgoing;
use oss403::wire::exchange::{Exchange, Outcome, Response, SentRequest};
use oss403_case::{Instance, Ledger};
use serde_json::json;

use super::Seeds;
use super::requests::{scene, signed};

pub(super) fn add(ledger: &Ledger, instances: &[Instance], seeds: &mut Seeds) {
    for entry in ledger.entries() {
        let file = &entry.file;
        seeds.add("error_envelope", envelope(&file.code, &file.message));
        let text = super::fuzz_dir()
            .join("../cases")
            .join(&file.code)
            .join(format!("{}.yaml", file.cause));
        if let Ok(text) = std::fs::read_to_string(text) {
            // The header and the first scenario say what a case file is; the others say it again.
            let first = text
                .match_indices("\n  - name: ")
                .nth(1)
                .map_or(text.len(), |(at, _)| at + 1);
            seeds.add("case_file", &text.as_bytes()[..first]);
        }
    }
    for odd in [
        "<Error><Message>a<![CDATA[<b>&]]>&#x63;&amp;</Message></Error>",
        "<o:Error xmlns:o=\"urn:x\"><o:Code>A</o:Code></o:Error>",
        "<o:Error xmlns:o=\"urn:x\"><a/><o:Code>A</o:Code><Code>B</Code></o:Error>",
        "<Error><AccessDeniedDetail><PolicyType>P</PolicyType></AccessDeniedDetail></Error>",
        "<!DOCTYPE Error [<!ENTITY a \"aa\">]><Error><Code>&a;</Code></Error>",
    ] {
        seeds.add("error_envelope", odd);
    }
    seeds.add(
        "target_profile",
        include_str!("../../../../harness/oss403/examples/local-server.yaml"),
    );
    for profile in PROFILES {
        seeds.add("target_profile", *profile);
    }
    journal(instances, seeds);
}

fn envelope(code: &str, message: &str) -> String {
    let message = message.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n  <Code>{code}</Code>\n  <Message>{message}</Message>\n  \
         <RequestId>636B68BA80DA8539399F0001</RequestId>\n  <HostId>examplebucket.oss-cn-hangzhou.aliyuncs.test</HostId>\n  \
         <EC>0003-00000001</EC>\n</Error>\n"
    )
}

const PROFILES: &[&str] = &[
    "name: mine\nendpoint: embedded\n",
    "endpoint: https://oss.example.com\nregions: [cn-hangzhou, cn-shanghai]\nsuffix: example.com\nidentities:\n  owner:\n    \
     access-key-id: { env: OWNER_ID }\n    access-key-secret: { file: secret.txt }\n",
    "endpoint: http://127.0.0.1:9403\nregions: [a]\nidentities:\n  owner:\n    access-key-id: LTAIexample0001\n    \
     access-key-secret: notforthescreen1234\n",
    "identities:\n  owner:\n    \"access-key-secret\" : neveronthescreen12\n",
    "identities: { owner: { 'access-key-secret': \"neveronthescreen34\" } }\n",
    "endpoint: http://127.0.0.1:9403\nregions: [a]\ncapabilities: { except: [kms, sts] }\nlimits: { concurrency: 4, buckets: 2 }\n\
     operator: { command: [sh, hook.sh] }\n",
];

fn journal(instances: &[Instance], seeds: &mut Seeds) {
    let mut lines = vec![Line::RunStarted(Header {
        schema: SCHEMA,
        run: "0123456789".to_owned(),
        at: "2026-11-29T08:00:00.000Z".to_owned(),
        target: At {
            name: "embedded".to_owned(),
            endpoint: "http://127.0.0.1:9403".to_owned(),
        },
        seed: 0,
    })];
    let owned = str::to_owned;
    for what in [
        Made::Bucket {
            name: owned("oss403-0001"),
            region: owned("cn-hangzhou"),
            owner: owned("owner"),
        },
        Made::Account {
            account: owned("1000000000000003"),
        },
        Made::RamUser {
            account: owned("1000000000000001"),
            user: String::new(),
        },
        Made::Session {
            account: owned("1000000000000001"),
            access_key_id: owned("STS.OSS403"),
        },
        Made::VpcEndpoint {
            account: owned("1000000000000001"),
            endpoint: owned("ep-1"),
        },
        Made::Domain {
            domain: owned("img.example.com"),
        },
        Made::State {
            undo: json!({ "set": "account-status", "account": "1000000000000001", "value": "normal" }),
        },
    ] {
        lines.extend([
            Line::Making {
                seq: 1,
                what: what.clone(),
            },
            Line::Made {
                seq: 1,
                what: what.clone(),
            },
            Line::Removed { what },
        ]);
    }
    lines.extend([
        Line::NotMade { seq: 1 },
        Line::CleanedUp { left: 1 },
        Line::Swept {
            at: "2026-11-29T08:00:00.000Z".to_owned(),
            left: 0,
        },
    ]);
    // Requests with tokens are those with something to hide.
    let hides = |instance: &&Instance| instance.scenario.base.r#as == "sts";
    lines.extend(instances.iter().filter(hides).step_by(3).filter_map(twin));
    lines.extend(instances.iter().step_by(40).filter_map(twin));
    for line in lines {
        if let Ok(line) = serde_json::to_string(&line) {
            seeds.add("journal", line);
        }
    }
}

fn twin(instance: &Instance) -> Option<Line> {
    let scene = scene();
    let exchange = |edit| {
        let outgoing = Outgoing::new(signed(instance, edit, &scene)?);
        Some(Exchange {
            request: SentRequest {
                method: outgoing.method,
                scheme: "http".to_owned(),
                host: outgoing.host,
                address: "127.0.0.1:9403".to_owned(),
                target: outgoing.target,
                headers: outgoing.headers,
                body: outgoing.body.to_vec(),
                string_to_sign: None,
            },
            outcome: Outcome::Answered(Response {
                status: 403,
                headers: vec![("content-type".to_owned(), "application/xml".to_owned())],
                body: envelope(&instance.file.code, &instance.file.message).into_bytes(),
                ..Response::default()
            }),
            elapsed_us: 100,
            earlier: Vec::new(),
        })
    };
    Some(Line::Exchanged {
        record: Box::new(TwinRecord {
            instance: instance.id.clone(),
            progress: Progress::Complete,
            base: exchange(None),
            edited: exchange(Some(&instance.scenario.edit)),
            failed_step: None,
            same_for: None,
            probes: Vec::new(),
            secrets: vec![("the content".to_owned(), "k.txt".to_owned())],
            placeholders: BTreeMap::new(),
            elements: Vec::new(),
            message: None,
            requests: 2,
            elapsed_us: 200,
        }),
    })
}

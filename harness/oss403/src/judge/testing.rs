//! A hand-made twin whose record is conformant, to be spoilt in one respect by each test.
//!
//! The answer is the sample of the help page "Error responses": element order, RequestId = x-oss-request-id, HostId = Host.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use super::judge;
use super::verdict::Judgement;
use crate::run::record::{Probe, Progress, TwinRecord};
use crate::wire::exchange::{Exchange, Failure, FailureKind, Outcome, Response, SentRequest};
use oss403_case::Instance;
use oss403_case::model::{Call, CaseFile, Edit, Given, ProvokedBy, Scenario, Severity, Span};

pub(crate) const HOST: &str = "examplebucket.oss-cn-hangzhou.aliyuncs.com";
pub(crate) const REQUEST_ID: &str = "636B68BA80DA8539399F0001";
pub(crate) const DATE: &str = "Mon, 23 Sep 2024 06:32:40 GMT";

/// An error body as the service writes it.
pub(crate) fn error_body(code: &str, message: &str, id: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n  <Code>{code}</Code>\n  <Message>{message}</Message>\n  \
         <RequestId>{id}</RequestId>\n  <HostId>{HOST}</HostId>\n</Error>\n"
    )
}

/// An instance and its record.
pub(crate) struct Twin {
    pub(crate) instance: Instance,
    pub(crate) record: TwinRecord,
}

impl Twin {
    /// GET of an expired URL, refused as documented.
    pub(crate) fn new() -> Self {
        let body = error_body("AccessDenied", "Request has expired.", REQUEST_ID);
        Self {
            instance: instance(),
            record: record(),
        }
        .edited_body(&body)
    }

    pub(crate) fn judge(&self) -> Judgement {
        judge(&self.instance, &self.record).judgement
    }

    pub(crate) fn file(mut self, change: impl FnOnce(&mut CaseFile)) -> Self {
        change(Arc::make_mut(&mut self.instance.file));
        self
    }

    pub(crate) fn scenario(mut self, change: impl FnOnce(&mut Scenario)) -> Self {
        change(Arc::make_mut(&mut self.instance.scenario));
        self
    }

    pub(crate) fn record(mut self, change: impl FnOnce(&mut TwinRecord)) -> Self {
        change(&mut self.record);
        self
    }

    pub(crate) fn base(self, status: u16) -> Self {
        self.record(|record| response(record.base.as_mut()).status = status)
    }

    pub(crate) fn edited(self, change: impl FnOnce(&mut Response)) -> Self {
        self.record(|record| change(response(record.edited.as_mut())))
    }

    pub(crate) fn edited_body(self, body: &str) -> Self {
        self.edited(|response| response.body = body.as_bytes().to_vec())
    }

    pub(crate) fn edited_header(self, name: &str, value: Option<&str>) -> Self {
        self.edited(|response| set(response, name, value))
    }

    /// The same refusal of a HEAD.
    pub(crate) fn head(mut self) -> Self {
        for exchange in [&mut self.record.base, &mut self.record.edited]
            .into_iter()
            .flatten()
        {
            exchange.request.method = "HEAD".into();
        }
        self.edited(|response| {
            let coded = BASE64_STANDARD.encode(std::mem::take(&mut response.body));
            set(response, "x-oss-err", Some(&coded));
            set(response, "content-type", None);
        })
    }

    pub(crate) fn failed(self, kind: FailureKind) -> Self {
        self.record(|record| fail(record.edited.as_mut(), kind))
    }

    pub(crate) fn base_failed(self, kind: FailureKind) -> Self {
        self.record(|record| fail(record.base.as_mut(), kind))
    }

    pub(crate) fn probe(self, before: Response, after: Response) -> Self {
        self.record(|record| {
            let read = |response| exchange("GET", response);
            record.probes.push(Probe {
                target: "k.txt".into(),
                before: read(before),
                after: read(after),
            });
        })
    }

    pub(crate) fn secret(self, content: &str) -> Self {
        self.record(|record| record.secrets.push(("k.txt".into(), content.into())))
    }

    pub(crate) fn element(self, name: &str, text: &str) -> Self {
        self.record(|record| record.elements.push((name.into(), text.into())))
    }
}

/// An answer with these headers.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).into(), (*value).into()))
        .collect();
    Response {
        status,
        headers,
        body: body.as_bytes().to_vec(),
        ..Response::default()
    }
}

fn instance() -> Instance {
    let call: Call = serde_json::from_value(json!({ "request": "GET /k.txt" })).expect("is a call");
    let edit = Edit::ExpiresIn(Span(-1));
    let scenario = Scenario::new("get-after-expiry", Given::default(), call, edit);
    let file = CaseFile {
        cause: "url-auth-expired".into(),
        code: "AccessDenied".into(),
        message: "Request has expired".into(),
        status: 403,
        alternatives: Vec::new(),
        elements: indexmap::IndexMap::new(),
        sources: Vec::new(),
        severity: Severity::GrantsAccess,
        provoked_by: ProvokedBy::Owner,
        means: String::new(),
        fix: String::new(),
        notes: None,
        scenarios: Vec::new(),
    };
    let id = "url-auth-expired/get-after-expiry/url-v1".into();
    let mut instance = Instance::new(id, Arc::new(file), scenario);
    instance.axes = vec![("scheme".into(), "url-v1".into())];
    instance
}

/// A record in which everything is as expected.
pub(crate) fn record() -> TwinRecord {
    let headers = [
        ("content-type", "application/xml"),
        ("date", DATE),
        ("x-oss-request-id", REQUEST_ID),
    ];
    TwinRecord {
        instance: "url-auth-expired/get-after-expiry/url-v1".into(),
        progress: Progress::Complete,
        base: Some(exchange(
            "GET",
            answer(
                200,
                &[("etag", "\"5D41\""), ("date", DATE)],
                "a content of its own",
            ),
        )),
        edited: Some(exchange("GET", answer(403, &headers, ""))),
        same_for: None,
        failed_step: None,
        probes: Vec::new(),
        secrets: Vec::new(),
        placeholders: [("bucket".to_owned(), "examplebucket".to_owned())].into(),
        elements: Vec::new(),
        message: None,
        requests: 2,
        elapsed_us: 1500,
    }
}

fn exchange(method: &str, response: Response) -> Exchange {
    let request = SentRequest {
        method: method.into(),
        scheme: "http".into(),
        host: HOST.into(),
        address: "127.0.0.1:9403".into(),
        target: "/k.txt".into(),
        headers: Vec::new(),
        body: Vec::new(),
        string_to_sign: None,
    };
    Exchange {
        request,
        outcome: Outcome::Answered(response),
        elapsed_us: 700,
        earlier: Vec::new(),
    }
}

fn response(exchange: Option<&mut Exchange>) -> &mut Response {
    match exchange.map(|exchange| &mut exchange.outcome) {
        Some(Outcome::Answered(response)) => response,
        other => panic!("no answer: {other:?}"),
    }
}

fn fail(exchange: Option<&mut Exchange>, kind: FailureKind) {
    let exchange = exchange.expect("the hand-made record has both requests");
    exchange.outcome = Outcome::Failed(Failure {
        kind,
        detail: "the connection broke".into(),
    });
}

fn set(response: &mut Response, name: &str, value: Option<&str>) {
    response.headers.retain(|(known, _)| known != name);
    if let Some(value) = value {
        response.headers.push((name.into(), value.into()));
    }
}

//! Writes a refusal as OSS does (help page: Error response): one `Error` element, or for HEAD the same in base64 in a header.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;

use super::faulty::{self, Leaves};
use crate::answer::{Answer, Refusal, Rejection};
use crate::config::{Config, Decisions};
use crate::denial::{Denial, Extra};

/// Where a reader finds more about an EC.
const RECOMMENDED: &str = "https://api.aliyun.com/troubleshoot?q=";

/// The answer to a refused request.
pub(super) fn answer(
    refusal: &Refusal,
    id: &str,
    host: &str,
    method: &Method,
    config: &Config,
) -> Answer {
    let (status, ec, document) = match refusal {
        Refusal::Denied(denial) => denied(denial, id, host, config),
        Refusal::Rejected(rejection) => rejected(rejection, id, host, &config.decisions),
    };
    let mut answer = if method == Method::HEAD {
        Answer::empty(status)
            .with("content-type", "application/xml")
            .with("x-oss-err", STANDARD.encode(document))
    } else {
        Answer::xml(status, document)
    };
    if let Some(ec) = ec {
        answer.set("x-oss-ec", ec);
    }
    if let Refusal::Rejected(rejection) = refusal {
        for (name, value) in &rejection.headers {
            answer.set(name, value);
        }
    }
    faulty::distort(&mut answer, refusal, &config.faults);
    answer
}

type Written = (u16, Option<&'static str>, String);

fn denied(denial: &Denial, id: &str, host: &str, config: &Config) -> Written {
    let decisions = &config.decisions;
    let wrong = config.faults.wrong(denial.cause);
    let rendered = faulty::rendered(denial.rendered(decisions), wrong);
    let mut xml = begin(
        rendered.code,
        rendered.message,
        id,
        host,
        Leaves::new(wrong),
    );
    for (name, extra) in &denial.extras {
        match extra {
            Extra::Text(text) => xml.leaf(name, text),
            Extra::Elements(children) => xml.nested(name, children),
        }
    }
    (
        rendered.status,
        rendered.ec,
        end(xml, rendered.ec, decisions),
    )
}

fn rejected(rejection: &Rejection, id: &str, host: &str, decisions: &Decisions) -> Written {
    let ec = rejection.ec.filter(|_| decisions.emit_ec);
    let (code, message) = (rejection.code, &rejection.message);
    let mut xml = begin(code, message, id, host, Leaves::new(None));
    for (name, text) in &rejection.extras {
        xml.leaf(name, text);
    }
    (rejection.status, ec, end(xml, ec, decisions))
}

fn begin<'f>(code: &str, message: &str, id: &str, host: &str, mut xml: Leaves<'f>) -> Leaves<'f> {
    xml.leaf("Code", code);
    xml.leaf("Message", message);
    xml.leaf("RequestId", id);
    xml.leaf("HostId", host);
    xml
}

fn end(mut xml: Leaves<'_>, ec: Option<&str>, decisions: &Decisions) -> String {
    if let Some(ec) = ec {
        xml.leaf("EC", ec);
        if decisions.emit_recommend_doc {
            xml.leaf("RecommendDoc", &format!("{RECOMMENDED}{ec}"));
        }
    }
    xml.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::denial::Cause;

    const ID: &str = "636B68BA80DA8539399F0001";

    fn body(answer: &Answer) -> String {
        String::from_utf8(answer.body.concat()).unwrap()
    }

    // Shape and order: help page "Error response", and bodies seen since late 2023.
    #[test]
    fn the_elements_stand_in_the_order_of_the_service() {
        let denial = Denial::new(Cause::BucketAcl)
            .ec("0003-00000001")
            .extra("Bucket", "a&b")
            .elements(
                "AccessDeniedDetail",
                vec![("AuthAction", "oss:GetObject".into())],
            );
        let config = Config::default();
        let answer = answer(
            &denial.into(),
            ID,
            "b.oss-cn-hangzhou.aliyuncs.test:81",
            &Method::GET,
            &config,
        );
        assert_eq!(answer.status, 403);
        assert_eq!(answer.headers["x-oss-ec"], "0003-00000001");
        assert_eq!(
            body(&answer),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n  <Code>AccessDenied</Code>\n  \
             <Message>You have no right to access this object because of bucket acl.</Message>\n  \
             <RequestId>636B68BA80DA8539399F0001</RequestId>\n  <HostId>b.oss-cn-hangzhou.aliyuncs.test:81</HostId>\n  \
             <Bucket>a&amp;b</Bucket>\n  <AccessDeniedDetail>\n    <AuthAction>oss:GetObject</AuthAction>\n  </AccessDeniedDetail>\n  \
             <EC>0003-00000001</EC>\n  <RecommendDoc>https://api.aliyun.com/troubleshoot?q=0003-00000001</RecommendDoc>\n</Error>\n"
        );
    }

    #[test]
    fn decisions_leave_ec_and_advice_out() {
        let refusal: Refusal = Rejection::new(404, "NoSuchKey", "m")
            .ec("0026-00000001")
            .into();
        let with = |decisions| Config {
            decisions,
            ..Config::default()
        };
        let quiet = with(Decisions {
            emit_ec: false,
            ..Decisions::default()
        });
        let without = answer(&refusal, ID, "h", &Method::GET, &quiet);
        assert!(!without.headers.contains_key("x-oss-ec"));
        assert!(!body(&without).contains("EC>") && !body(&without).contains("RecommendDoc"));
        let unadvised = with(Decisions {
            emit_recommend_doc: false,
            ..Decisions::default()
        });
        let text = body(&answer(&refusal, ID, "h", &Method::GET, &unadvised));
        assert!(text.contains("<EC>0026-00000001</EC>") && !text.contains("RecommendDoc"));
    }

    #[test]
    fn head_carries_the_document_in_a_header() {
        let refusal: Refusal = Rejection::new(404, "NoSuchKey", "m").into();
        let config = Config::default();
        let head = answer(&refusal, ID, "h", &Method::HEAD, &config);
        assert!(head.body.is_empty());
        let decoded = STANDARD
            .decode(head.headers["x-oss-err"].as_bytes())
            .unwrap();
        assert_eq!(
            decoded,
            answer(&refusal, ID, "h", &Method::GET, &config)
                .body
                .concat()
        );
    }
}

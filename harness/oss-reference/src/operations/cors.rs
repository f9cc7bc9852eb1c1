//! CORS rules of a bucket, and the headers they lead to.

use oss_policy::{CorsAnswer, CorsRule, CorsRules};

use super::call::Call;
use crate::answer::{Answer, Rejection};
use crate::documents::{document, flag};
use crate::refusals::invalid_argument;
use crate::world::Bucket;
use crate::xml::{Element, Writer};

/// Help page: PutBucketCors.
pub(super) fn put(bucket: &mut Bucket, body: &[u8]) -> Result<Answer, Rejection> {
    let configuration = document(body, "CORSConfiguration")?;
    let rules = CorsRules {
        rules: configuration
            .all("CORSRule")
            .map(rule)
            .collect::<Result<_, _>>()?,
        response_vary: flag(&configuration, "ResponseVary", false)?,
    };
    rules.validate().map_err(|error| {
        let refusal = Rejection::new(
            400,
            "InvalidCORSConfiguration",
            format!("Your CORS configuration is invalid: {error}."),
        );
        match error.ec() {
            Some(ec) => refusal.ec(ec),
            None => refusal,
        }
    })?;
    bucket.cors = Some(rules);
    Ok(Answer::empty(200))
}

fn rule(element: &Element) -> Result<CorsRule, Rejection> {
    let texts = |name| {
        element
            .all(name)
            .map(|child| child.text.clone())
            .collect::<Vec<String>>()
    };
    let max_age = element.text_of("MaxAgeSeconds").map(|text| {
        text.parse()
            .map_err(|_| invalid_argument("MaxAgeSeconds", text))
    });
    Ok(CorsRule {
        allowed_origins: texts("AllowedOrigin"),
        allowed_methods: texts("AllowedMethod"),
        // Names of headers come back in lower case (Python SDK's suite).
        allowed_headers: texts("AllowedHeader")
            .iter()
            .map(|name| name.to_ascii_lowercase())
            .collect(),
        expose_headers: texts("ExposeHeader"),
        max_age_seconds: max_age.transpose()?,
    })
}

/// Help page: GetBucketCors.
pub(super) fn get(bucket: &Bucket) -> Result<Answer, Rejection> {
    let rules = bucket.cors.as_ref().ok_or_else(|| {
        Rejection::new(
            404,
            "NoSuchCORSConfiguration",
            "The CORS Configuration does not exist.",
        )
        .extra("BucketName", &bucket.name)
    })?;
    let mut xml = Writer::new("CORSConfiguration");
    for rule in &rules.rules {
        xml.open("CORSRule");
        let lists = [
            ("AllowedOrigin", &rule.allowed_origins),
            ("AllowedMethod", &rule.allowed_methods),
            ("AllowedHeader", &rule.allowed_headers),
            ("ExposeHeader", &rule.expose_headers),
        ];
        for (name, texts) in lists {
            for text in texts {
                xml.leaf(name, text);
            }
        }
        if let Some(seconds) = rule.max_age_seconds {
            xml.number("MaxAgeSeconds", seconds.into());
        }
        xml.close();
    }
    xml.flag("ResponseVary", rules.response_vary);
    Ok(Answer::xml(200, xml.finish()))
}

/// Help page: DeleteBucketCors.
pub(super) fn delete(bucket: &mut Bucket) -> Result<Answer, Rejection> {
    bucket.cors = None;
    Ok(Answer::empty(204))
}

/// Help page: OptionObject. That a rule matches has been decided; where that decision was switched off, there are no headers.
pub(super) fn preflight(bucket: &Bucket, call: &Call<'_>) -> Answer {
    let mut answer = Answer::empty(200);
    let rules = bucket.cors.as_ref();
    let allowed = rules.and_then(|rules| call.request.preflight_allowed_by(rules));
    if let Some(allowed) = allowed {
        add_headers(&mut answer, &allowed);
    }
    answer
}

/// Writes what a rule allows.
pub(crate) fn add_headers(answer: &mut Answer, allowed: &CorsAnswer<'_>) {
    answer.set("access-control-allow-origin", allowed.allow_origin);
    answer.set(
        "access-control-allow-methods",
        allowed.allow_methods.join(", "),
    );
    if !allowed.allow_headers.is_empty() {
        answer.set(
            "access-control-allow-headers",
            allowed.allow_headers.join(", "),
        );
    }
    if !allowed.expose_headers.is_empty() {
        answer.set(
            "access-control-expose-headers",
            allowed.expose_headers.join(", "),
        );
    }
    if let Some(seconds) = allowed.max_age {
        answer.set("access-control-max-age", seconds.to_string());
    }
    if allowed.vary {
        answer.set("vary", "Origin");
    }
}

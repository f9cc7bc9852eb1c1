//! Policy, hotlink protection, transfer acceleration, Block Public Access and requester pays of a bucket.

use oss_policy::{Policy, PolicyKind, RefererRules};

use crate::answer::{Answer, Rejection};
use crate::documents::{document, flag};
use crate::refusals::malformed_xml;
use crate::world::Bucket;
use crate::xml::{Element, Writer};

/// Help page: PutBucketPolicy. The text is kept as it came.
pub(super) fn put_policy(bucket: &mut Bucket, body: &[u8]) -> Result<Answer, Rejection> {
    let invalid = |message: String| Rejection::new(400, "InvalidPolicyDocument", message);
    if body.len() > oss_policy::MAX_BUCKET_POLICY_BYTES {
        let message = format!(
            "The policy exceeds the maximum size of {} bytes.",
            oss_policy::MAX_BUCKET_POLICY_BYTES
        );
        return Err(invalid(message).ec("0030-00000001"));
    }
    let policy = Policy::parse(body, PolicyKind::Bucket)
        .map_err(|error| invalid(error.to_string()).ec("0030-00000005"))?;
    let text = std::str::from_utf8(body).map_err(|_| invalid("The policy is not UTF-8.".into()))?;
    bucket.policy = Some((text.to_owned(), policy));
    Ok(Answer::empty(200))
}

/// Help page: GetBucketPolicy.
pub(super) fn get_policy(bucket: &Bucket) -> Result<Answer, Rejection> {
    let missing = || {
        Rejection::new(
            404,
            "NoSuchBucketPolicy",
            "The bucket policy does not exist.",
        )
        .extra("BucketName", &bucket.name)
    };
    let (text, _) = bucket.policy.as_ref().ok_or_else(missing)?;
    let mut answer = Answer::empty(200).with("content-type", "application/json");
    answer.body.push(text.clone().into());
    Ok(answer)
}

/// Help page: DeleteBucketPolicy.
pub(super) fn delete_policy(bucket: &mut Bucket) -> Result<Answer, Rejection> {
    bucket.policy = None;
    Ok(Answer::empty(204))
}

/// Help page: PutBucketReferer.
pub(super) fn put_referer(bucket: &mut Bucket, body: &[u8]) -> Result<Answer, Rejection> {
    let configuration = document(body, "RefererConfiguration")?;
    let list = |name| {
        let entries = configuration
            .child(name)
            .map(|list| list.all("Referer").map(|entry| entry.text.clone()));
        entries
            .into_iter()
            .flatten()
            .filter(|entry| !entry.is_empty())
            .collect::<Vec<String>>()
    };
    if configuration.child("RefererList").is_none() {
        return Err(malformed_xml("RefererList is missing"));
    }
    bucket.referer = Some(RefererRules {
        allow_empty: flag(&configuration, "AllowEmptyReferer", true)?,
        allow_truncate_query: flag(&configuration, "AllowTruncateQueryString", true)?,
        truncate_path: flag(&configuration, "TruncatePath", false)?,
        whitelist: list("RefererList"),
        blacklist: list("RefererBlacklist"),
    });
    Ok(Answer::empty(200))
}

/// Help page: GetBucketReferer. A bucket without configuration answers the defaults.
pub(super) fn get_referer(bucket: &Bucket) -> Answer {
    let never = RefererRules::default();
    let rules = bucket.referer.as_ref().unwrap_or(&never);
    let mut xml = Writer::new("RefererConfiguration");
    xml.flag("AllowEmptyReferer", rules.allow_empty)
        .flag("AllowTruncateQueryString", rules.allow_truncate_query)
        .flag("TruncatePath", rules.truncate_path)
        .open("RefererList");
    for entry in &rules.whitelist {
        xml.leaf("Referer", entry);
    }
    xml.close();
    if !rules.blacklist.is_empty() {
        xml.open("RefererBlacklist");
        for entry in &rules.blacklist {
            xml.leaf("Referer", entry);
        }
        xml.close();
    }
    Answer::xml(200, xml.finish())
}

/// Help page: PutBucketTransferAcceleration. Effective at once; the service takes up to 30 minutes.
pub(super) fn put_acceleration(bucket: &mut Bucket, body: &[u8]) -> Result<Answer, Rejection> {
    bucket.acceleration = Some(required_flag(
        &document(body, "TransferAccelerationConfiguration")?,
        "Enabled",
    )?);
    Ok(Answer::empty(200))
}

/// Help page: GetBucketTransferAcceleration.
pub(super) fn get_acceleration(bucket: &Bucket) -> Result<Answer, Rejection> {
    let enabled = bucket.acceleration.ok_or_else(|| {
        Rejection::new(
            404,
            "NoSuchTransferAccelerationConfiguration",
            "The bucket you specified does not have transfer acceleration configuration.",
        )
        .extra("BucketName", &bucket.name)
    })?;
    let mut xml = Writer::new("TransferAccelerationConfiguration");
    xml.flag("Enabled", enabled);
    Ok(Answer::xml(200, xml.finish()))
}

/// Help page: DeleteBucketTransferAcceleration.
pub(super) fn delete_acceleration(bucket: &mut Bucket) -> Result<Answer, Rejection> {
    bucket.acceleration = None;
    Ok(Answer::empty(204))
}

/// Help page: PutBucketPublicAccessBlock.
pub(super) fn put_public_access_block(
    bucket: &mut Bucket,
    body: &[u8],
) -> Result<Answer, Rejection> {
    bucket.block_public_access = required_flag(
        &document(body, "PublicAccessBlockConfiguration")?,
        "BlockPublicAccess",
    )?;
    Ok(Answer::empty(200))
}

/// Help page: GetBucketPublicAccessBlock.
pub(super) fn get_public_access_block(bucket: &Bucket) -> Answer {
    let mut xml = Writer::new("PublicAccessBlockConfiguration");
    xml.flag("BlockPublicAccess", bucket.block_public_access);
    Answer::xml(200, xml.finish())
}

/// Help page: DeleteBucketPublicAccessBlock.
pub(super) fn delete_public_access_block(bucket: &mut Bucket) -> Result<Answer, Rejection> {
    bucket.block_public_access = false;
    Ok(Answer::empty(204))
}

/// Help page: PutBucketRequestPayment.
pub(super) fn put_request_payment(bucket: &mut Bucket, body: &[u8]) -> Result<Answer, Rejection> {
    let configuration = document(body, "RequestPaymentConfiguration")?;
    bucket.requester_pays = match configuration.text_of("Payer") {
        Some("Requester") => true,
        Some("BucketOwner") => false,
        _ => return Err(malformed_xml("Payer must be Requester or BucketOwner")),
    };
    Ok(Answer::empty(200))
}

/// Help page: GetBucketRequestPayment.
pub(super) fn get_request_payment(bucket: &Bucket) -> Answer {
    let mut xml = Writer::new("RequestPaymentConfiguration");
    xml.leaf(
        "Payer",
        if bucket.requester_pays {
            "Requester"
        } else {
            "BucketOwner"
        },
    );
    Answer::xml(200, xml.finish())
}

fn required_flag(configuration: &Element, name: &str) -> Result<bool, Rejection> {
    if configuration.child(name).is_none() {
        return Err(malformed_xml(&format!("{name} is missing")));
    }
    flag(configuration, name, false)
}

//! Tags of buckets and objects (help pages: PutBucketTags, PutObjectTagging).

use std::borrow::Cow;

use super::call::Call;
use super::versions::told;
use crate::answer::{Answer, Rejection};
use crate::documents::document;
use crate::world::Bucket;
use crate::xml::Writer;

/// An object may have this many tags.
const MOST_OF_OBJECT: usize = 10;
/// A bucket may have this many tags.
const MOST_OF_BUCKET: usize = 20;

type Tags = Vec<(String, String)>;

pub(super) fn put_bucket(bucket: &mut Bucket, body: &[u8]) -> Result<Answer, Rejection> {
    bucket.tags = read(body, MOST_OF_BUCKET)?;
    Ok(Answer::empty(200))
}

/// A bucket without tags answers an empty set. `?tagging=a,b` asks for some.
pub(super) fn get_bucket(bucket: &Bucket, call: &Call<'_>) -> Answer {
    let tags: Tags = bucket
        .tags
        .iter()
        .filter(|(key, _)| asks_for(call, key))
        .cloned()
        .collect();
    written(&tags)
}

/// `?tagging=a,b` removes some (help page: DeleteBucketTags).
pub(super) fn delete_bucket(bucket: &mut Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    bucket.tags.retain(|(key, _)| !asks_for(call, key));
    Ok(Answer::empty(204))
}

fn asks_for(call: &Call<'_>, key: &str) -> bool {
    let asked = call.request.query_value("tagging").unwrap_or("");
    asked.is_empty() || asked.split(',').any(|asked| asked == key)
}

pub(super) fn put_object(
    bucket: &mut Bucket,
    call: &Call<'_>,
    body: &[u8],
) -> Result<Answer, Rejection> {
    let tags = read(body, MOST_OF_OBJECT)?;
    let object = call.object_mut(bucket)?;
    object.tags = tags;
    object.weigh(call.key());
    Ok(told(Answer::empty(200), bucket, call.object(bucket)?))
}

pub(super) fn get_object(bucket: &Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let object = call.object(bucket)?;
    Ok(told(written(&object.tags), bucket, object))
}

pub(super) fn delete_object(bucket: &mut Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let object = call.object_mut(bucket)?;
    object.tags.clear();
    object.weigh(call.key());
    Ok(told(Answer::empty(204), bucket, call.object(bucket)?))
}

/// Reads `x-oss-tagging`: `k1=v1&k2=v2`, percent-encoded.
pub(super) fn from_header(text: &str) -> Result<Tags, Rejection> {
    let pairs = oss_auth::parse_query(text).map_err(|_| invalid("the header cannot be decoded"))?;
    let tags = pairs
        .into_iter()
        .filter(|pair| !pair.name.is_empty() || pair.value.is_some())
        .map(|pair| {
            (
                pair.name.into_owned(),
                pair.value.map_or_else(String::new, Cow::into_owned),
            )
        })
        .collect();
    checked(tags, MOST_OF_OBJECT)
}

fn read(body: &[u8], most: usize) -> Result<Tags, Rejection> {
    let tagging = document(body, "Tagging")?;
    let set = tagging
        .child("TagSet")
        .ok_or_else(|| crate::refusals::malformed_xml("TagSet is missing"))?;
    let text = |tag: &crate::xml::Element, name| tag.text_of(name).unwrap_or("").to_owned();
    checked(
        set.all("Tag")
            .map(|tag| (text(tag, "Key"), text(tag, "Value")))
            .collect(),
        most,
    )
}

fn checked(tags: Tags, most: usize) -> Result<Tags, Rejection> {
    if tags.len() > most {
        return Err(invalid("there are too many tags"));
    }
    // Help page: Object tagging. Letters of any script are (Python SDK's suite).
    let speaks = |text: &str| {
        text.chars()
            .all(|c| c.is_alphanumeric() || " +-=._:/".contains(c))
    };
    if most == MOST_OF_OBJECT && !tags.iter().all(|(key, value)| speaks(key) && speaks(value)) {
        return Err(invalid(
            "letters, digits, blanks and + - = . _ : / are allowed",
        ));
    }
    for (position, (key, value)) in tags.iter().enumerate() {
        if !(1..=128).contains(&key.chars().count()) || value.chars().count() > 256 {
            return Err(invalid("a key has 1 to 128 characters, a value up to 256"));
        }
        if tags[..position].iter().any(|(earlier, _)| earlier == key) {
            return Err(invalid("a key is repeated"));
        }
    }
    Ok(tags)
}

fn invalid(detail: &str) -> Rejection {
    Rejection::new(
        400,
        "InvalidTag",
        format!("The tag you provided is not valid: {detail}."),
    )
}

fn written(tags: &[(String, String)]) -> Answer {
    let mut xml = Writer::new("Tagging");
    xml.open("TagSet");
    for (key, value) in tags {
        xml.open("Tag")
            .leaf("Key", key)
            .leaf("Value", value)
            .close();
    }
    Answer::xml(200, xml.finish())
}

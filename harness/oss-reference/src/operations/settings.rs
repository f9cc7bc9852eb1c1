//! Bucket sub-resources that have no effect here: their XML is kept and given back as it came.

use super::call::Call;
use crate::answer::{Answer, Rejection};
use crate::operation::settings::setting;
use crate::refusals::{invalid_argument, malformed_xml};
use crate::world::Bucket;
use crate::xml;

/// PUT or POST.
pub(super) fn put(bucket: &mut Bucket, call: &Call<'_>, body: &[u8]) -> Result<Answer, Rejection> {
    let name = name(call)?;
    if call.request.query_value("comp") == Some("delete") {
        bucket.settings.remove(&name);
        return Ok(Answer::empty(200));
    }
    xml::read(body).map_err(|error| malformed_xml(&error.to_string()))?;
    let text = std::str::from_utf8(body).map_err(|_| malformed_xml("not UTF-8"))?;
    bucket.settings.insert(name, text.to_owned());
    Ok(Answer::empty(200))
}

pub(super) fn get(bucket: &Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    if let Some(text) = bucket.settings.get(&name(call)?) {
        return Ok(Answer::xml(200, text.clone()));
    }
    match unset(setting(call.request).map_or("", |setting| setting.name)) {
        Unset::Default(root) => Ok(Answer::xml(200, xml::Writer::new(root).finish())),
        Unset::Absent(code, message) => {
            Err(Rejection::new(404, code, message).extra("BucketName", &bucket.name))
        }
    }
}

pub(super) fn delete(bucket: &mut Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    bucket.settings.remove(&name(call)?);
    Ok(Answer::empty(204))
}

/// Where the setting is kept: its sub-resource and, for those of which a bucket has several, their id.
fn name(call: &Call<'_>) -> Result<String, Rejection> {
    let setting = setting(call.request).ok_or_else(|| invalid_argument("sub-resource", ""))?;
    let id = ["inventoryId", "styleName"]
        .into_iter()
        .find_map(|id| call.request.query_value(id));
    Ok(id.map_or_else(
        || setting.name.to_owned(),
        |id| format!("{}:{id}", setting.name),
    ))
}

/// What a setting answers before it was put.
enum Unset {
    /// 200 with an empty configuration of this root.
    Default(&'static str),
    /// 404.
    Absent(&'static str, &'static str),
}

/// The answers of the API reference, page of each Get operation; the last row is inferred.
fn unset(name: &str) -> Unset {
    match name {
        "logging" => Unset::Default("BucketLoggingStatus"),
        "accessmonitor" => Unset::Default("AccessMonitorConfiguration"),
        "resourceGroup" => Unset::Default("BucketResourceGroupConfiguration"),
        "dataAccelerator" => Unset::Default("DataAcceleratorConfiguration"),
        "bucketArchiveDirectRead" => Unset::Default("ArchiveDirectReadConfiguration"),
        "httpsConfig" => Unset::Default("HttpsConfiguration"),
        "inventory" => Unset::Absent(
            "NoSuchInventory",
            "The bucket inventory configuration does not exist.",
        ),
        "lifecycle" => Unset::Absent("NoSuchLifecycle", "No Row found in Lifecycle Table."),
        "website" => Unset::Absent(
            "NoSuchWebsiteConfiguration",
            "The specified bucket does not have a website configuration.",
        ),
        "replication" => Unset::Absent(
            "NoSuchReplicationConfiguration",
            "The bucket you specified does not have replication configuration.",
        ),
        "style" => Unset::Absent("NoSuchStyle", "The specified style does not exist."),
        _ => Unset::Absent(
            "NoSuchConfiguration",
            "The specified configuration does not exist.",
        ),
    }
}

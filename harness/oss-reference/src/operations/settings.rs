//! Bucket sub-resources that have no effect here: their XML is kept and given back as it came. Of some a bucket has several, by name;
//! those can be listed.

use md5::{Digest as _, Md5};
use oss_auth::Timestamp;

use super::call::Call;
use crate::answer::{Answer, Rejection};
use crate::documents::document;
use crate::operation::settings::setting;
use crate::refusals::{invalid_argument, malformed_xml};
use crate::world::Bucket;
use crate::world::bucket::Setting;
use crate::xml::{self, Writer};

/// What a sub-resource takes besides its name and text.
const PLACE: usize = 256;

/// Most configurations on a page of a list (help page: ListBucketInventory).
const PAGE: usize = 100;

/// PUT or POST.
pub(super) fn put(bucket: &mut Bucket, call: &Call<'_>, body: &[u8]) -> Result<Answer, Rejection> {
    let (name, id) = named(call)?;
    let place = place(name, id);
    if call.request.query_value("comp") == Some("delete") {
        bucket.settings.remove(&place);
        return Ok(Answer::empty(200));
    }
    xml::read(body).map_err(|error| malformed_xml(&error.to_string()))?;
    let text = match (name, id) {
        ("style", Some(id)) => style(bucket, call, id, body)?,
        _ => std::str::from_utf8(body)
            .map_err(|_| malformed_xml("not UTF-8"))?
            .to_owned(),
    };
    let _share = bucket
        .memory
        .note((PLACE + place.len() + text.len()) as u64);
    bucket.settings.insert(place, Setting { text, _share });
    Ok(Answer::empty(200))
}

pub(super) fn get(bucket: &Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let (name, id) = named(call)?;
    match (name, id) {
        ("inventory", None) => {
            return list(bucket, call, name, "ListInventoryConfigurationsResult");
        }
        ("style", None) => return list(bucket, call, name, "StyleList"),
        ("resourceGroup", _) => {
            let mut xml = Writer::new("BucketResourceGroupConfiguration");
            xml.leaf("ResourceGroupId", &resource_group(bucket));
            return Ok(Answer::xml(200, xml.finish()));
        }
        _ => {}
    }
    if let Some(setting) = bucket.settings.get(&place(name, id)) {
        return Ok(Answer::xml(200, setting.text.clone()));
    }
    match unset(name) {
        Unset::Default(root) => Ok(Answer::xml(200, Writer::new(root).finish())),
        Unset::Disabled(root) => {
            let mut xml = Writer::new(root);
            xml.leaf("Status", "Disabled");
            Ok(Answer::xml(200, xml.finish()))
        }
        Unset::Absent(..) => Err(absent(bucket, name)),
    }
}

/// 404 for what was not put.
fn absent(bucket: &Bucket, name: &str) -> Rejection {
    let (code, message) = match unset(name) {
        Unset::Absent(code, message) => (code, message),
        Unset::Default(_) | Unset::Disabled(_) => (
            "NoSuchConfiguration",
            "The specified configuration does not exist.",
        ),
    };
    Rejection::new(404, code, message).extra("BucketName", &bucket.name)
}

pub(super) fn delete(bucket: &mut Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let (name, id) = named(call)?;
    bucket.settings.remove(&place(name, id));
    Ok(Answer::empty(204))
}

/// Whether accesses are tracked, as GetBucketInfo tells it.
pub(super) fn access_monitor(bucket: &Bucket) -> &'static str {
    match text_of(bucket, "accessmonitor", "Status").as_deref() {
        Some("Enabled") => "Enabled",
        _ => "Disabled",
    }
}

/// The resource group the bucket is in; every account has a default one (help page: PutBucketResourceGroup).
pub(super) fn resource_group(bucket: &Bucket) -> String {
    let set = text_of(bucket, "resourceGroup", "ResourceGroupId");
    set.filter(|id| !id.is_empty()).unwrap_or_else(|| {
        let digest: [u8; 16] = Md5::digest(bucket.owner.as_bytes()).into();
        let hex = oss_auth::upper_hex(&digest).to_ascii_lowercase();
        format!("rg-acfm{}", &hex[..11])
    })
}

fn text_of(bucket: &Bucket, setting: &str, element: &str) -> Option<String> {
    let root = xml::read(bucket.settings.get(setting)?.text.as_bytes()).ok()?;
    root.text_of(element).map(str::to_owned)
}

/// All of a kind, by name, in pages (help pages: ListBucketInventory, ListStyle).
fn list(
    bucket: &Bucket,
    call: &Call<'_>,
    name: &str,
    root: &'static str,
) -> Result<Answer, Rejection> {
    let after = call.request.query_value("continuation-token").unwrap_or("");
    let start = format!("{name}:");
    let mut found = bucket.settings.iter().filter_map(|(place, setting)| {
        let id = place.strip_prefix(start.as_str())?;
        (id > after).then_some((id, &setting.text))
    });
    let page: Vec<(&str, &String)> = found.by_ref().take(PAGE).collect();
    let Some((last, _)) = page.last() else {
        return Err(absent(bucket, name));
    };
    let mut list = Writer::new(root);
    for (_, text) in &page {
        let element = xml::read(text.as_bytes());
        list.tree(&element.map_err(|error| malformed_xml(&error.to_string()))?);
    }
    let truncated = found.next().is_some();
    list.flag("IsTruncated", truncated);
    if truncated {
        list.leaf("NextContinuationToken", last);
    }
    Ok(Answer::xml(200, list.finish()))
}

/// A style as it is given back (help page: GetStyle).
fn style(bucket: &Bucket, call: &Call<'_>, id: &str, body: &[u8]) -> Result<String, Rejection> {
    let given = document(body, "Style")?;
    let now = Timestamp(call.now()).to_rfc1123();
    let earlier = bucket.settings.get(&place("style", Some(id)));
    let earlier = earlier.and_then(|style| xml::read(style.text.as_bytes()).ok());
    let created = earlier.and_then(|style| style.text_of("CreateTime").map(str::to_owned));
    let mut xml = Writer::new("Style");
    xml.leaf("Name", id)
        .leaf("Content", given.text_of("Content").unwrap_or(""))
        .leaf(
            "Category",
            call.request.query_value("category").unwrap_or("image"),
        )
        .leaf("CreateTime", created.as_deref().unwrap_or(&now))
        .leaf("LastModifyTime", &now);
    Ok(xml.finish())
}

/// The setting that is asked for and, of those that have one, its id.
fn named<'a>(call: &Call<'a>) -> Result<(&'static str, Option<&'a str>), Rejection> {
    let setting = setting(call.request).ok_or_else(|| invalid_argument("sub-resource", ""))?;
    let parameter = match setting.name {
        "inventory" => "inventoryId",
        "style" => "styleName",
        _ => return Ok((setting.name, None)),
    };
    Ok((setting.name, call.request.query_value(parameter)))
}

/// Where it is kept.
fn place(name: &str, id: Option<&str>) -> String {
    id.map_or_else(|| name.to_owned(), |id| format!("{name}:{id}"))
}

/// What a setting answers before it was put.
enum Unset {
    /// 200 with an empty configuration of this root.
    Default(&'static str),
    /// The same, saying that it is off.
    Disabled(&'static str),
    /// 404.
    Absent(&'static str, &'static str),
}

/// The answers of the API reference, page of each Get operation; the last row is inferred.
fn unset(name: &str) -> Unset {
    match name {
        "logging" => Unset::Default("BucketLoggingStatus"),
        "accessmonitor" => Unset::Disabled("AccessMonitorConfiguration"),
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

//! ListBuckets and DescribeRegions.

use super::call::{Call, xml_time};
use crate::answer::{Answer, Rejection};
use crate::world::{Bucket, World};
use crate::xml::Writer;

/// Help page: ListBuckets (GetService). The account's buckets in all regions, by name.
pub(super) fn list_buckets(world: &World, call: &Call<'_>) -> Result<Answer, Rejection> {
    let value = |name| call.request.query_value(name).unwrap_or("");
    let (prefix, marker) = (value("prefix"), value("marker"));
    let most = call.number("max-keys", 1, 1000, 100)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let account = call.granted.caller.account().unwrap_or("");
    let tagged = |bucket: &Bucket| {
        let (key, tag) = (value("tag-key"), value("tag-value"));
        key.is_empty()
            || bucket
                .tags
                .iter()
                .any(|(name, text)| name == key && (tag.is_empty() || text == tag))
    };
    let mut found = world.buckets.values().filter(|bucket| {
        bucket.owner == account
            && bucket.name.starts_with(prefix)
            && bucket.name.as_str() > marker
            && tagged(bucket)
    });
    let listed: Vec<&Bucket> = found.by_ref().take(most).collect();
    let truncated = found.next().is_some();
    let mut xml = Writer::new("ListAllMyBucketsResult");
    xml.leaf("Prefix", prefix)
        .leaf("Marker", marker)
        .number("MaxKeys", most as u64)
        .flag("IsTruncated", truncated);
    if truncated {
        xml.leaf(
            "NextMarker",
            listed.last().map_or("", |bucket| &bucket.name),
        );
    }
    owner(&mut xml, account);
    xml.open("Buckets");
    for bucket in listed {
        xml.open("Bucket")
            .leaf("Comment", "")
            .leaf("CreationDate", &xml_time(bucket.created))
            .leaf("ExtranetEndpoint", &call.endpoint(&bucket.region))
            .leaf("IntranetEndpoint", &call.internal_endpoint(&bucket.region))
            .leaf("Location", &format!("oss-{}", bucket.region))
            .leaf("Name", &bucket.name)
            .leaf("Region", &bucket.region)
            .leaf("StorageClass", bucket.storage_class.name())
            .close();
    }
    Ok(Answer::xml(200, xml.finish()))
}

/// The `Owner` element.
pub(super) fn owner(xml: &mut Writer, uid: &str) {
    xml.open("Owner")
        .leaf("ID", uid)
        .leaf("DisplayName", uid)
        .close();
}

/// Help page: DescribeRegions. `?regions=oss-cn-hangzhou` asks for one.
pub(super) fn describe_regions(call: &Call<'_>) -> Result<Answer, Rejection> {
    let asked = call.request.query_value("regions").unwrap_or("");
    let bare = asked.strip_prefix("oss-").unwrap_or(asked);
    if !asked.is_empty() && !call.config.regions.iter().any(|region| region == bare) {
        return Err(
            Rejection::new(404, "NoSuchRegion", "The specified region does not exist.")
                .extra("Region", asked),
        );
    }
    let suffix = &call.config.suffix;
    let mut xml = Writer::new("RegionInfoList");
    for region in call
        .config
        .regions
        .iter()
        .filter(|region| asked.is_empty() || *region == bare)
    {
        xml.open("RegionInfo")
            .leaf("Region", &format!("oss-{region}"))
            .leaf("InternetEndpoint", &format!("oss-{region}.{suffix}"))
            .leaf(
                "InternalEndpoint",
                &format!("oss-{region}-internal.{suffix}"),
            )
            .leaf("AccelerateEndpoint", &format!("oss-accelerate.{suffix}"))
            .close();
    }
    Ok(Answer::xml(200, xml.finish()))
}

//! A bucket as a whole: made, removed, described.

use oss_policy::BucketAcl;

use super::bucket_acl::{acl_of, grant};
use super::call::{Call, xml_time};
use super::service::owner;
use super::settings;
use crate::answer::{Answer, Rejection};
use crate::config::Identities;
use crate::documents::{document, encryption_named};
use crate::refusals::{invalid_argument, malformed_xml};
use crate::world::{Bucket, Encryption, Object, StorageClass, Version, World};
use crate::xml::{self, Writer};

/// Help page: PutBucket. An account that puts its own bucket again, in the same place and of the same class, is answered 200 and may
/// so change its ACL.
pub(super) fn put(world: &mut World, call: &Call<'_>, body: &[u8]) -> Result<Answer, Rejection> {
    let name = call.bucket_name();
    let wanted = Wanted::read(call, body)?;
    // With every check switched off anybody gets here; a bucket must have an owner all the same.
    let account = call
        .granted
        .caller
        .account()
        .unwrap_or(Identities::OWNER_ACCOUNT);
    let answer = Answer::empty(200).with("location", format!("/{name}"));
    if let Some(bucket) = world.buckets.get_mut(name) {
        let same = bucket.owner == account
            && bucket.region == wanted.region
            && wanted
                .storage_class
                .is_none_or(|class| class == bucket.storage_class)
            && (!wanted.hierarchical_namespace || bucket.hierarchical_namespace);
        if !same {
            return Err(already_exists(name));
        }
        bucket.acl = wanted.acl.unwrap_or(bucket.acl);
        return Ok(answer);
    }
    let bucket = Bucket {
        acl: wanted.acl.unwrap_or_default(),
        storage_class: wanted.storage_class.unwrap_or_default(),
        encryption: wanted.encryption,
        hierarchical_namespace: wanted.hierarchical_namespace,
        block_public_access: call.config.decisions.block_public_access,
        ..Bucket::new(name, account, wanted.region, call.now()).within(&world.memory)
    };
    world.buckets.insert(name.to_owned(), bucket);
    Ok(answer)
}

fn already_exists(name: &str) -> Rejection {
    let message = "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.";
    Rejection::new(409, "BucketAlreadyExists", message)
        .ec("0015-00000104")
        .extra("BucketName", name)
}

/// What PutBucket asks for.
struct Wanted {
    region: String,
    acl: Option<BucketAcl>,
    storage_class: Option<StorageClass>,
    encryption: Option<Encryption>,
    hierarchical_namespace: bool,
}

impl Wanted {
    fn read(call: &Call<'_>, body: &[u8]) -> Result<Self, Rejection> {
        let acl = call.header("x-oss-acl").map(acl_of).transpose()?;
        let hierarchical_namespace = match call.header("x-oss-hns-status") {
            None | Some("disabled") => false,
            Some("enabled") => true,
            Some(other) => return Err(invalid_argument("x-oss-hns-status", other)),
        };
        let named = call.request.destination.addressed.class.region();
        let mut wanted = Self {
            region: named.unwrap_or(call.config.default_region()).to_owned(),
            acl,
            storage_class: None,
            encryption: encryption_named(|part| call.header(part.header()))?,
            hierarchical_namespace,
        };
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(wanted);
        }
        let configuration = document(body, "CreateBucketConfiguration")?;
        if let Some(class) = configuration
            .text_of("StorageClass")
            .filter(|class| !class.is_empty())
        {
            wanted.storage_class = Some(
                StorageClass::from_name(class)
                    .ok_or_else(|| malformed_xml("unknown StorageClass"))?,
            );
        }
        if let Some(location) = configuration
            .text_of("LocationConstraint")
            .filter(|location| !location.is_empty())
        {
            let bare = location.strip_prefix("oss-").unwrap_or(location);
            let known = call.config.regions.iter().any(|region| region == bare);
            // A host that names a region leaves no choice; an address does.
            if !known || named.is_some_and(|region| region != bare) {
                return Err(Rejection::new(
                    400,
                    "InvalidLocationConstraint",
                    "The specified location-constraint is not valid",
                ));
            }
            wanted.region = bare.to_owned();
        }
        Ok(wanted)
    }
}

/// Help page: DeleteBucket. Uploads in progress count as content; what is bound to the bucket goes with it.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Answer, Rejection> {
    let bucket = call.bucket(world)?;
    let empty = bucket.objects.is_empty() && bucket.past.is_empty() && bucket.uploads.is_empty();
    if !empty {
        let message = "The bucket you tried to delete is not empty.";
        return Err(Rejection::new(409, "BucketNotEmpty", message)
            .ec("0015-00000301")
            .extra("BucketName", call.bucket_name()));
    }
    let name = call.bucket_name();
    world.buckets.remove(name);
    world.cnames.retain(|_, bucket| bucket != name);
    world.cname_tokens.retain(|(_, bucket), _| bucket != name);
    Ok(Answer::empty(204))
}

/// Help page: GetBucketInfo.
pub(super) fn info(bucket: &Bucket, call: &Call<'_>) -> Answer {
    let mut xml = Writer::new("BucketInfo");
    xml.open("Bucket")
        .leaf("AccessMonitor", settings::access_monitor(bucket))
        .flag("BlockPublicAccess", bucket.block_public_access)
        .leaf("Comment", "")
        .leaf("CreationDate", &xml_time(bucket.created))
        .leaf("CrossRegionReplication", "Disabled")
        .leaf("DataRedundancyType", "LRS")
        .leaf("ExtranetEndpoint", &call.endpoint(&bucket.region))
        .leaf(
            "HierarchicalNamespace",
            if bucket.hierarchical_namespace {
                "Enabled"
            } else {
                "Disabled"
            },
        )
        .leaf("IntranetEndpoint", &call.internal_endpoint(&bucket.region))
        .leaf("Location", &format!("oss-{}", bucket.region))
        .leaf("Name", &bucket.name)
        .leaf("ResourceGroupId", &settings::resource_group(bucket))
        .leaf("StorageClass", bucket.storage_class.name())
        .leaf(
            "TransferAcceleration",
            if bucket.acceleration == Some(true) {
                "Enabled"
            } else {
                "Disabled"
            },
        );
    if let Some(status) = bucket.versioning.status() {
        xml.leaf("Versioning", status);
    }
    owner(&mut xml, &bucket.owner);
    grant(&mut xml, bucket.acl.as_str());
    xml.open("ServerSideEncryptionRule");
    match &bucket.encryption {
        Some(encryption) => {
            xml.leaf("SSEAlgorithm", &encryption.algorithm);
            if let Some(key) = &encryption.key_id {
                xml.leaf("KMSMasterKeyID", key);
            }
            if let Some(data) = &encryption.data_algorithm {
                xml.leaf("KMSDataEncryption", data);
            }
        }
        None => {
            xml.leaf("SSEAlgorithm", "None");
        }
    }
    xml.close();
    xml.open("BucketPolicy")
        .leaf("LogBucket", "")
        .leaf("LogPrefix", "")
        .close();
    Answer::xml(200, xml.finish())
}

/// Help page: GetBucketLocation.
pub(super) fn location(bucket: &Bucket) -> Answer {
    Answer::xml(
        200,
        xml::single("LocationConstraint", &format!("oss-{}", bucket.region)),
    )
}

/// Help page: GetBucketStat.
pub(super) fn stat(bucket: &Bucket) -> Answer {
    let mut xml = Writer::new("BucketStat");
    let all = Sum::of(every(bucket));
    let is_marker = |version: &&Version| matches!(version, Version::DeleteMarker(_));
    let markers = bucket.past.values().flatten().filter(is_marker).count();
    xml.number("Storage", all.bytes)
        .number("ObjectCount", all.objects)
        .number("MultipartUploadCount", bucket.uploads.len() as u64)
        .number("LiveChannelCount", 0)
        .number("DeleteMarkerCount", markers as u64)
        .leaf("LastModifiedTime", &all.modified.to_string());
    let classes = [
        (
            StorageClass::Standard,
            "StandardStorage",
            None,
            "StandardObjectCount",
        ),
        (
            StorageClass::InfrequentAccess,
            "InfrequentAccessStorage",
            Some("InfrequentAccessRealStorage"),
            "InfrequentAccessObjectCount",
        ),
        (
            StorageClass::Archive,
            "ArchiveStorage",
            Some("ArchiveRealStorage"),
            "ArchiveObjectCount",
        ),
        (
            StorageClass::ColdArchive,
            "ColdArchiveStorage",
            Some("ColdArchiveRealStorage"),
            "ColdArchiveObjectCount",
        ),
        (
            StorageClass::DeepColdArchive,
            "DeepColdArchiveStorage",
            Some("DeepColdArchiveRealStorage"),
            "DeepColdArchiveObjectCount",
        ),
    ];
    for (class, storage, real, count) in classes {
        let sum = Sum::of(every(bucket).filter(|object| object.storage_class == class));
        xml.number(storage, sum.bytes);
        if let Some(real) = real {
            xml.number(real, sum.bytes);
        }
        xml.number(count, sum.objects);
    }
    Answer::xml(200, xml.finish())
}

/// Every version of every object.
fn every(bucket: &Bucket) -> impl Iterator<Item = &Object> {
    let past = bucket.past.values().flatten();
    let past = past.filter_map(|version| match version {
        Version::Object(object) => Some(object),
        Version::DeleteMarker(_) => None,
    });
    bucket.objects.values().chain(past)
}

#[derive(Default)]
struct Sum {
    objects: u64,
    bytes: u64,
    modified: i64,
}

impl Sum {
    fn of<'a>(objects: impl Iterator<Item = &'a Object>) -> Self {
        objects.fold(Self::default(), |sum, object| Self {
            objects: sum.objects + 1,
            bytes: sum.bytes + object.content.length,
            modified: sum.modified.max(object.modified),
        })
    }
}

/// Help page: ListLiveChannel. Live channels cannot be made here, so there are none.
pub(super) fn live_channels(call: &Call<'_>) -> Result<Answer, Rejection> {
    let value = |name| call.request.query_value(name).unwrap_or("");
    let mut xml = Writer::new("ListLiveChannelResult");
    xml.leaf("Prefix", value("prefix"))
        .leaf("Marker", value("marker"))
        .number("MaxKeys", call.number("max-keys", 1, 1000, 100)?)
        .flag("IsTruncated", false);
    Ok(Answer::xml(200, xml.finish()))
}

/// HEAD on a bucket: that it exists, and where.
pub(super) fn head(bucket: &Bucket) -> Answer {
    Answer::empty(200).with("x-oss-bucket-region", &bucket.region)
}

//! Carries out what was granted: every operation of the API that the server knows, with the answers of OSS.
//!
//! What the table of checks has already refused is not asked again, with one exception: between the decision and the end of a
//! streamed body the world may have changed, so absent things and protected objects are looked for once more.

mod bucket;
mod bucket_acl;
mod call;
mod cname;
mod conditions;
mod configuration;
pub mod content;
mod copy;
pub(crate) mod cors;
mod crc64;
mod delete;
mod encryption;
mod get;
mod hierarchy;
mod list;
mod metadata;
mod multipart;
mod multipart_list;
pub(crate) mod post;
mod put;
mod range;
mod restore;
mod retention;
mod service;
mod settings;
mod tags;
mod versions;

use bytes::Bytes;

pub(crate) use self::call::Call;
use crate::answer::{Answer, Rejection};
use crate::config::Limits;
use crate::operation::Operation::{self, *};
use crate::refusals::full;
use crate::world::{Bucket, Content, Memory, World};

/// Bytes beyond the limit for what removes: the lists of what is to go, and the markers that deletions leave.
const FOR_REMOVALS: u64 = 64 << 20;

/// The body of a request, as far as its operation wanted it.
#[derive(Debug, Clone)]
pub enum Payload {
    /// It wanted none.
    None,
    /// A document.
    Small(Bytes),
    /// An object's bytes.
    Content(Content),
}

impl Payload {
    /// The document; empty when there was none.
    fn document(&self) -> &[u8] {
        match self {
            Self::Small(bytes) => bytes,
            Self::None | Self::Content(_) => &[],
        }
    }

    /// The object's bytes; none when there were none.
    fn content(self) -> Content {
        match self {
            Self::Content(content) => content,
            Self::Small(bytes) => content::content_of(bytes),
            Self::None => content::content_of(Bytes::new()),
        }
    }
}

/// What an operation does with a request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    Nothing,
    /// Reads it as a document.
    Small {
        /// Most bytes it may have.
        limit: usize,
    },
    /// Stores it.
    Content {
        /// Most bytes it may have.
        limit: u64,
    },
}

/// What `operation` does with the body.
pub fn wants(operation: Operation, limits: &Limits) -> Wants {
    match operation {
        PutObject | AppendObject | UploadPart => Wants::Content {
            limit: limits.object_bytes,
        },
        PutBucket
        | PutBucketPolicy
        | PutBucketReferer
        | PutBucketCors
        | InitiateBucketWorm
        | ExtendBucketWorm
        | PutBucketEncryption
        | PutBucketTransferAcceleration
        | PutPublicAccessBlock
        | PutBucketRequestPayment
        | PutBucketTags
        | PutBucketVersioning
        | CreateCnameToken
        | PutCname
        | DeleteCname
        | PutBucketSetting
        | DeleteMultipleObjects
        | PutObjectTagging
        | RestoreObject
        | CompleteMultipartUpload => Wants::Small {
            limit: limits.small_body,
        },
        _ => Wants::Nothing,
    }
}

/// The memory that an operation takes from: there is more of it for those that make room.
pub(crate) fn memory_of(operation: Operation, memory: &Memory) -> Memory {
    match operation.only_removes() {
        true => memory.and(FOR_REMOVALS),
        false => memory.clone(),
    }
}

/// Carries out an operation that changes nothing; `None` for one that does, which is [`change`]'s.
///
/// # Errors
/// What the operation itself finds wrong.
pub(crate) fn view(world: &World, call: &Call<'_>) -> Result<Option<Answer>, Rejection> {
    let bucket = || call.bucket(world);
    Ok(Some(match call.granted.operation {
        ListBuckets => service::list_buckets(world, call)?,
        DescribeRegions => service::describe_regions(call)?,
        GetBucketAcl => bucket_acl::get(bucket()?),
        GetBucketInfo => bucket::info(bucket()?, call),
        GetBucketLocation => bucket::location(bucket()?),
        GetBucketStat => bucket::stat(bucket()?),
        HeadBucket => bucket::head(bucket()?),
        ListObjects => list::objects(bucket()?, call)?,
        ListObjectsV2 => list::objects_v2(bucket()?, call)?,
        ListObjectVersions => versions::list(bucket()?, call)?,
        ListLiveChannel => bucket::live_channels(call)?,
        GetBucketVersioning => versions::get(bucket()?),
        ListMultipartUploads => multipart_list::uploads(bucket()?, call)?,
        GetBucketPolicy => configuration::get_policy(bucket()?)?,
        GetBucketReferer => configuration::get_referer(bucket()?),
        GetBucketCors => cors::get(bucket()?)?,
        OptionObject => cors::preflight(bucket()?, call),
        GetBucketWorm => retention::get(bucket()?, call)?,
        GetBucketEncryption => encryption::get(bucket()?)?,
        GetBucketTransferAcceleration => configuration::get_acceleration(bucket()?)?,
        GetPublicAccessBlock => configuration::get_public_access_block(bucket()?),
        GetBucketRequestPayment => configuration::get_request_payment(bucket()?),
        GetBucketTags => tags::get_bucket(bucket()?, call),
        GetCnameToken => cname::get_token(world, call)?,
        ListCname => cname::list(world, call)?,
        GetBucketSetting => settings::get(bucket()?, call)?,
        GetObject => get::object(bucket()?, call)?,
        HeadObject => get::head(bucket()?, call)?,
        GetObjectMeta => get::meta(bucket()?, call)?,
        GetObjectAcl => bucket_acl::get_object(bucket()?, call)?,
        GetObjectTagging => tags::get_object(bucket()?, call)?,
        GetSymlink => get::symlink(bucket()?, call)?,
        ListParts => multipart_list::parts(bucket()?, call)?,
        _ => return Ok(None),
    }))
}

/// Carries out an operation that changes something.
///
/// # Errors
/// What the operation itself finds wrong: absent things, conflicts, documents that cannot be read.
pub(crate) fn change(
    world: &mut World,
    call: &Call<'_>,
    payload: Payload,
) -> Result<Answer, Rejection> {
    has_room(world, call)?;
    let answer = carry_out(world, call, payload);
    // What is said of a bucket as a whole makes it larger, or smaller.
    let bucket = call
        .request
        .bucket()
        .filter(|_| call.request.key().is_none());
    if let Some(bucket) = bucket.and_then(|name| world.buckets.get_mut(name)) {
        bucket.weigh();
    }
    answer
}

/// Whether there is memory for what the request adds. What only removes needs none; a deletion that may leave a marker has some of its
/// own, so that it goes on when nothing else does.
fn has_room(world: &World, call: &Call<'_>) -> Result<(), Rejection> {
    let leaves_markers =
        call.version().is_none() && call.bucket(world).is_ok_and(Bucket::is_versioned);
    let operation = call.granted.operation;
    let has_room = match operation.only_removes() {
        true => !leaves_markers || memory_of(operation, &world.memory).has_room(),
        false => world.memory.has_room(),
    };
    if has_room { Ok(()) } else { Err(full()) }
}

fn carry_out(world: &mut World, call: &Call<'_>, payload: Payload) -> Result<Answer, Rejection> {
    let document = payload.document();
    match call.granted.operation {
        PutBucket => bucket::put(world, call, document),
        PutBucketAcl => bucket_acl::put(world, call),
        DeleteBucket => bucket::delete(world, call),
        PutBucketPolicy => configuration::put_policy(call.bucket_mut(world)?, document),
        DeleteBucketPolicy => configuration::delete_policy(call.bucket_mut(world)?),
        PutBucketReferer => configuration::put_referer(call.bucket_mut(world)?, document),
        PutBucketCors => cors::put(call.bucket_mut(world)?, document),
        DeleteBucketCors => cors::delete(call.bucket_mut(world)?),
        InitiateBucketWorm => retention::initiate(call.bucket_mut(world)?, call, document),
        AbortBucketWorm => retention::abort(call.bucket_mut(world)?, call),
        CompleteBucketWorm => retention::complete(call.bucket_mut(world)?, call),
        ExtendBucketWorm => retention::extend(call.bucket_mut(world)?, call, document),
        PutBucketEncryption => encryption::put(call.bucket_mut(world)?, document),
        DeleteBucketEncryption => encryption::delete(call.bucket_mut(world)?),
        PutBucketTransferAcceleration => {
            configuration::put_acceleration(call.bucket_mut(world)?, document)
        }
        DeleteBucketTransferAcceleration => {
            configuration::delete_acceleration(call.bucket_mut(world)?)
        }
        PutPublicAccessBlock => {
            configuration::put_public_access_block(call.bucket_mut(world)?, document)
        }
        DeletePublicAccessBlock => {
            configuration::delete_public_access_block(call.bucket_mut(world)?)
        }
        PutBucketRequestPayment => {
            configuration::put_request_payment(call.bucket_mut(world)?, document)
        }
        PutBucketTags => tags::put_bucket(call.bucket_mut(world)?, document),
        DeleteBucketTags => tags::delete_bucket(call.bucket_mut(world)?, call),
        PutBucketVersioning => versions::put(call.bucket_mut(world)?, document),
        CreateCnameToken => cname::create_token(world, call, document),
        PutCname => cname::put(world, call, document),
        DeleteCname => cname::delete(world, call, document),
        PutBucketSetting => settings::put(call.bucket_mut(world)?, call, document),
        DeleteBucketSetting => settings::delete(call.bucket_mut(world)?, call),
        PutObject => put::put(call.bucket_mut(world)?, call, payload.content()),
        PostObject => post::post(call.bucket_mut(world)?, call, payload.content()),
        AppendObject => put::append(call.bucket_mut(world)?, call, payload.content()),
        PutSymlink => put::symlink(call.bucket_mut(world)?, call),
        CopyObject => copy::copy(world, call),
        DeleteObject => delete::one(call.bucket_mut(world)?, call),
        DeleteMultipleObjects => delete::several(world, call, document),
        PutObjectAcl => bucket_acl::put_object(call.bucket_mut(world)?, call),
        PutObjectTagging => tags::put_object(call.bucket_mut(world)?, call, document),
        DeleteObjectTagging => tags::delete_object(call.bucket_mut(world)?, call),
        RestoreObject => restore::restore(call.bucket_mut(world)?, call, document),
        RenameObject => hierarchy::rename(call.bucket_mut(world)?, call),
        CreateDirectory => hierarchy::create(call.bucket_mut(world)?, call),
        DeleteDirectory => hierarchy::delete(call.bucket_mut(world)?, call),
        InitiateMultipartUpload => multipart::initiate(call.bucket_mut(world)?, call),
        UploadPart => multipart::upload_part(call.bucket_mut(world)?, call, payload.content()),
        UploadPartCopy => multipart::copy_part(world, call),
        CompleteMultipartUpload => multipart::complete(call.bucket_mut(world)?, call, document),
        AbortMultipartUpload => multipart::abort(call.bucket_mut(world)?, call),
        // Everything else only reads and has been answered.
        operation => Err(Rejection::new(
            501,
            "NotImplemented",
            format!("{} is not implemented.", operation.name()),
        )),
    }
}

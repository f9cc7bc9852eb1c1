//! ACLs of buckets and objects, put and given.

use oss_policy::{BucketAcl, ObjectAcl};

use super::call::Call;
use super::service::owner;
use super::versions::told;
use crate::answer::{Answer, Rejection};
use crate::refusals::invalid_argument;
use crate::world::{Bucket, World};
use crate::xml::Writer;

/// Reads `x-oss-acl`.
pub(super) fn acl_of(text: &str) -> Result<BucketAcl, Rejection> {
    text.parse()
        .map_err(|_| invalid_argument("x-oss-acl", text).ec("0017-00000105"))
}

/// Reads `x-oss-object-acl`.
pub(super) fn object_acl_of(text: &str) -> Result<ObjectAcl, Rejection> {
    text.parse()
        .map_err(|_| invalid_argument("x-oss-object-acl", text).ec("0017-00000105"))
}

/// The `AccessControlList` element.
pub(super) fn grant(xml: &mut Writer, acl: &str) {
    xml.open("AccessControlList").leaf("Grant", acl).close();
}

/// Help page: GetBucketAcl.
pub(super) fn get(bucket: &Bucket) -> Answer {
    written(bucket, bucket.acl.as_str())
}

/// Help page: PutBucketAcl. A bucket that is not there is made (the Node.js SDK's suite rests on it).
pub(super) fn put(world: &mut World, call: &Call<'_>) -> Result<Answer, Rejection> {
    let acl = acl_of(call.header("x-oss-acl").unwrap_or(""))?;
    match world.buckets.get_mut(call.bucket_name()) {
        Some(bucket) => bucket.acl = acl,
        None => return super::bucket::put(world, call, &[]),
    }
    let location = format!("/{}", call.bucket_name());
    Ok(Answer::empty(200).with("location", location))
}

/// Help page: GetObjectACL.
pub(super) fn get_object(bucket: &Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let object = call.object(bucket)?;
    Ok(told(written(bucket, object.acl.as_str()), bucket, object))
}

/// Help page: PutObjectACL.
pub(super) fn put_object(bucket: &mut Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let acl = object_acl_of(call.header("x-oss-object-acl").unwrap_or(""))?;
    call.object_mut(bucket)?.acl = acl;
    Ok(told(Answer::empty(200), bucket, call.object(bucket)?))
}

fn written(bucket: &Bucket, acl: &str) -> Answer {
    let mut xml = Writer::new("AccessControlPolicy");
    owner(&mut xml, &bucket.owner);
    grant(&mut xml, acl);
    Answer::xml(200, xml.finish())
}

//! What an upload says about the object besides its bytes.

use std::borrow::Cow;

use oss_auth::Header;

use super::bucket_acl::object_acl_of;
use super::{encryption, tags};
use crate::answer::Rejection;
use crate::dialect;
use crate::documents::encryption_named;
use crate::refusals::{file_already_exists, invalid_argument};
use crate::request::{Form, Request};
use crate::world::object::ObjectKind;
use crate::world::{Bucket, Content, Encryption, Object, Share, StorageClass};

/// Headers kept with an object and given back with it, besides `x-oss-meta-*`, which the S3 dialect calls `x-amz-meta-*`.
const KEPT: [&str; 6] = [
    "content-type",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
];
/// User metadata, names and values together (help page: PutObject).
const MOST_USER_METADATA: usize = 8 * 1024;

/// Headers of a request or fields of a form, names in lower case.
pub(super) struct Given<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Given<'a> {
    /// Those of a request.
    pub(super) fn by_headers(request: &Request<'a>) -> Self {
        let s3 = request.is_s3_signed();
        let pair = |header: &Header<'a>| {
            let name = if s3 {
                dialect::own_name(header.name)
            } else {
                Cow::Borrowed(header.name)
            };
            (name, String::from_utf8_lossy(header.value))
        };
        Self {
            pairs: request.headers.iter().map(pair).collect(),
        }
    }

    /// Those of a form. The Content-Type is `x-oss-content-type`, else the field, else that of the file part (help page: PostObject).
    pub(super) fn by_fields(form: &'a Form) -> Self {
        let mut pairs: Vec<_> = form
            .fields
            .iter()
            .map(|(name, value)| {
                (
                    Cow::Owned(name.to_ascii_lowercase()),
                    Cow::Borrowed(value.as_str()),
                )
            })
            .collect();
        let content_type = form
            .field("x-oss-content-type")
            .or_else(|| form.field("content-type"))
            .or(form.file_content_type.as_deref());
        pairs.retain(|(name, _)| name != "content-type");
        if let Some(content_type) = content_type {
            pairs.push((Cow::Borrowed("content-type"), Cow::Borrowed(content_type)));
        }
        Self { pairs }
    }

    /// First value of that name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.trim())
    }

    /// What is kept with the object.
    ///
    /// # Errors
    /// 400 when the user metadata is too large.
    pub(super) fn kept(&self) -> Result<Vec<(String, String)>, Rejection> {
        let mut kept = Vec::new();
        let mut user = 0;
        for (name, value) in &self.pairs {
            let value = value.trim();
            if name.starts_with("x-oss-meta-") {
                user += name.len() + value.len();
            } else if !KEPT.contains(&name.as_ref()) {
                continue;
            }
            // The framing of a signed body is taken away before it is stored, and so is its name.
            let value = if name == "content-encoding" {
                without_aws_chunked(value)
            } else {
                Cow::Borrowed(value)
            };
            if !value.is_empty() {
                kept.push((name.to_string(), value.into_owned()));
            }
        }
        if user > MOST_USER_METADATA {
            return Err(invalid_argument("x-oss-meta-*", "").extra(
                "Detail",
                format!("user metadata exceeds {MOST_USER_METADATA} bytes"),
            ));
        }
        Ok(kept)
    }

    /// The encryption asked for, else the bucket's. Under KMS there is a key, be it that which KMS keeps for OSS.
    pub(super) fn encryption(&self, bucket: &Bucket) -> Result<Option<Encryption>, Rejection> {
        let asked = encryption_named(|part| self.get(part.header()))?;
        let mut encryption = asked.or_else(|| bucket.encryption.clone());
        if let Some(encryption) = encryption
            .as_mut()
            .filter(|encryption| encryption.uses_kms())
        {
            encryption
                .key_id
                .get_or_insert_with(|| encryption::default_key(&bucket.owner));
        }
        Ok(encryption)
    }

    /// The storage class asked for, else the bucket's.
    pub(super) fn storage_class(&self, bucket: &Bucket) -> Result<StorageClass, Rejection> {
        match self.get("x-oss-storage-class") {
            None => Ok(bucket.storage_class),
            Some(name) => StorageClass::from_name(dialect::storage_class(name))
                .ok_or_else(|| invalid_argument("x-oss-storage-class", name)),
        }
    }

    /// Everything but the bytes of an object.
    pub(super) fn object(
        &self,
        bucket: &Bucket,
        kind: ObjectKind,
        now: i64,
    ) -> Result<Object, Rejection> {
        Ok(Object {
            content: Content::default(),
            modified: now,
            acl: self
                .get("x-oss-object-acl")
                .map(object_acl_of)
                .transpose()?
                .unwrap_or_default(),
            kind,
            storage_class: self.storage_class(bucket)?,
            restoration: None,
            encryption: self.encryption(bucket)?,
            headers: self.kept()?,
            tags: self
                .get("x-oss-tagging")
                .map(tags::from_header)
                .transpose()?
                .unwrap_or_default(),
            version: None,
            share: Share::default(),
        })
    }

    /// Refuses to overwrite an object when the request says so (help page: PutObject, `x-oss-forbid-overwrite`). Where objects have
    /// versions nothing is overwritten, and the header means nothing.
    pub(super) fn forbid_overwrite(&self, bucket: &Bucket, key: &str) -> Result<(), Rejection> {
        let forbidden = self
            .get("x-oss-forbid-overwrite")
            .is_some_and(|text| text.eq_ignore_ascii_case("true"));
        if forbidden && !bucket.is_versioned() && bucket.objects.contains_key(key) {
            Err(file_already_exists())
        } else {
            Ok(())
        }
    }
}

fn without_aws_chunked(value: &str) -> Cow<'_, str> {
    if !value.to_ascii_lowercase().contains("aws-chunked") {
        return Cow::Borrowed(value);
    }
    let others: Vec<&str> = value
        .split(',')
        .map(str::trim)
        .filter(|coding| !coding.eq_ignore_ascii_case("aws-chunked"))
        .collect();
    Cow::Owned(others.join(", "))
}

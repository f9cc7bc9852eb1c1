//! Buckets of a world: made, filled and configured by their owners.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use futures_util::future::join_all;

use super::settings::XML;
use super::{World, documents, pictures};
use crate::run::context::Courier;
use crate::run::journal::Made;
use crate::run::trouble::{Trouble, succeeded};
use crate::wire::draft::Draft;
use crate::wire::exchange::{Outcome, Response};
use crate::wire::scene::BucketPlace;
use crate::wire::xml;
use oss403_case::model::{BucketSpec, ObjectSpec};

impl World {
    /// The buckets that are to be made, by their name in the scenario.
    fn specs(&self) -> Vec<(&BucketPlace, BucketSpec)> {
        let own =
            (!self.given.no_bucket).then(|| ("", self.given.bucket.clone().unwrap_or_default()));
        own.into_iter()
            .chain(
                self.given
                    .buckets
                    .iter()
                    .map(|(name, spec)| (name.as_str(), spec.clone())),
            )
            .filter_map(|(name, spec)| Some((self.scene.buckets.get(name)?, spec)))
            .collect()
    }

    /// Makes all buckets, empty.
    pub(super) async fn put_buckets(&self, courier: &Courier<'_>) -> Result<(), Trouble> {
        let specs = self.specs();
        let put = specs
            .iter()
            .map(|(place, spec)| self.put_bucket(courier, place, spec));
        join_all(put).await.into_iter().collect()
    }

    /// Makes a bucket. Where Block Public Access stands against a public ACL it is lifted, and the ACL is set afterwards.
    pub(crate) async fn put_bucket(
        &self,
        courier: &Courier<'_>,
        place: &BucketPlace,
        spec: &BucketSpec,
    ) -> Result<(), Trouble> {
        let mut draft = self.request(courier, "PUT", place, None)?;
        if spec.hierarchical_namespace {
            draft = draft.header("x-oss-hns-status", "enabled");
        }
        if let Some(class) = &spec.storage_class {
            draft = draft
                .header("Content-Type", XML)
                .body(documents::create_bucket(class));
        }
        let made = Made::Bucket {
            name: place.name.clone(),
            region: place.region.clone(),
            owner: place.owner.to_string(),
        };
        let journal = &courier.context.journal;
        let seq = journal.intent(&made);
        self.note(made.clone());
        let public = spec.acl.as_deref().filter(|acl| *acl != "private");
        let whole = match public {
            Some(acl) => draft.clone().header("x-oss-acl", acl),
            None => draft.clone(),
        };
        let exchange = courier.send(whole).await;
        let refused =
            matches!(&exchange.outcome, Outcome::Answered(response) if response.status == 403);
        match public {
            Some(acl) if refused => {
                succeeded(courier.send(draft).await)?;
                journal.created(seq, &made);
                self.set_bucket_acl(courier, place, acl).await
            }
            _ => {
                succeeded(exchange)?;
                journal.created(seq, &made);
                Ok(())
            }
        }
    }

    /// Fills and configures the buckets that were made.
    pub(super) async fn furnish(&mut self, courier: &Courier<'_>) -> Result<(), Trouble> {
        courier.context.go_on()?;
        let specs = self.specs();
        let furnished: Vec<_> = join_all(
            specs
                .iter()
                .map(|(place, spec)| self.furnish_bucket(courier, place, spec)),
        )
        .await
        .into_iter()
        .collect::<Result<_, _>>()?;
        for furnished in furnished {
            let Furnished {
                bucket,
                uploads,
                worm,
                secrets,
            } = furnished;
            self.secrets.extend(secrets);
            for (name, id) in uploads {
                self.scene.values.insert(format!("upload.{name}"), id);
            }
            if let Some(worm) = worm {
                if self.scene.values.get("bucket") == Some(&bucket) {
                    self.scene.values.insert("worm".into(), worm.clone());
                }
                self.worms.insert(bucket, worm);
            }
        }
        Ok(())
    }

    async fn furnish_bucket(
        &self,
        courier: &Courier<'_>,
        place: &BucketPlace,
        spec: &BucketSpec,
    ) -> Result<Furnished, Trouble> {
        let mut furnished = Furnished {
            bucket: place.name.clone(),
            ..Furnished::default()
        };
        if let Some(algorithm) = &spec.encryption {
            self.configure(
                courier,
                place,
                "encryption",
                documents::encryption(algorithm),
            )
            .await?;
        }
        let objects = spec.objects.iter().map(|(key, object)| {
            let object = self.put_object(courier, place, key, object);
            async move {
                object
                    .await
                    .map(|secret| secret.map(|secret| (key.clone(), secret)))
            }
        });
        let uploads = spec.uploads.iter().map(|(name, key)| async move {
            Ok((
                name.clone(),
                self.initiate_upload(courier, place, key).await?,
            ))
        });
        let (objects, uploads) = tokio::join!(join_all(objects), join_all(uploads));
        for object in objects {
            furnished.secrets.extend(object?);
        }
        furnished.uploads = uploads.into_iter().collect::<Result<_, Trouble>>()?;
        // A policy or a retention policy may stand in the way of what comes after it, so these are last.
        let (configured, worm) = tokio::join!(
            self.configure_all(courier, place, spec),
            self.retain(courier, place, spec)
        );
        configured?;
        furnished.worm = worm?;
        if let Some(policy) = &spec.policy {
            let policy = self.scene.json(policy, courier.context.now())?;
            self.set_bucket_policy(courier, place, policy.to_string())
                .await?;
        }
        Ok(furnished)
    }

    /// Puts an object. Answers its content when a refusal must not show it.
    pub(crate) async fn put_object(
        &self,
        courier: &Courier<'_>,
        place: &BucketPlace,
        key: &str,
        spec: &ObjectSpec,
    ) -> Result<Option<String>, Trouble> {
        let now = courier.context.now();
        let key = &*self.scene.text(key, now)?;
        let mut secret = None;
        let (body, content_type) = if let Some(picture) = spec.picture {
            (
                Bytes::from_static(pictures::bytes(picture)),
                pictures::content_type(picture),
            )
        } else if let Some(coded) = &spec.base64 {
            let bytes = BASE64_STANDARD
                .decode(coded)
                .map_err(|_| Trouble::Harness(format!("the content of `{key}` is no base64")))?;
            (bytes.into(), "application/octet-stream")
        } else {
            let text = match &spec.text {
                Some(text) => self.scene.text(text, now)?,
                None => format!("only {} keeps {key}", place.name),
            };
            secret = Some(text.clone());
            (text.into(), "text/plain")
        };
        let mut draft = self.request(courier, "PUT", place, Some(key))?.body(body);
        let set = [
            ("x-oss-object-acl", &spec.acl),
            ("x-oss-storage-class", &spec.storage_class),
            ("x-oss-server-side-encryption", &spec.encryption),
        ];
        for (name, value) in set {
            if let Some(value) = value {
                draft = draft.header(name, self.scene.text(value, now)?);
            }
        }
        for (name, value) in &spec.headers {
            draft = draft.header(&self.scene.text(name, now)?, self.scene.text(value, now)?);
        }
        if !spec
            .headers
            .keys()
            .any(|name| name.eq_ignore_ascii_case("content-type"))
        {
            draft = draft.header("Content-Type", content_type);
        }
        self.note_key(&place.name, key);
        self.send_publicly_if(spec.acl.is_some(), courier, place, draft)
            .await?;
        Ok(secret)
    }

    async fn send_publicly_if(
        &self,
        public: bool,
        courier: &Courier<'_>,
        place: &BucketPlace,
        draft: Draft,
    ) -> Result<Response, Trouble> {
        if public {
            self.send_publicly(courier, place, draft).await
        } else {
            succeeded(courier.send(draft).await)
        }
    }

    async fn initiate_upload(
        &self,
        courier: &Courier<'_>,
        place: &BucketPlace,
        key: &str,
    ) -> Result<String, Trouble> {
        let key = &*self.scene.text(key, courier.context.now())?;
        let draft = self
            .request(courier, "POST", place, Some(key))?
            .query("uploads", None);
        let response = succeeded(courier.send(draft).await)?;
        let id = xml::text(&response.body, "UploadId").ok_or_else(|| {
            Trouble::Precondition("InitiateMultipartUpload answered no UploadId".into())
        })?;
        self.note_upload(&place.name, key, &id);
        Ok(id)
    }

    /// A request of the bucket's owner.
    pub(crate) fn request(
        &self,
        courier: &Courier<'_>,
        method: &str,
        place: &BucketPlace,
        key: Option<&str>,
    ) -> Result<Draft, Trouble> {
        let owner = self.person(&place.owner)?;
        Ok(Draft::new(
            method,
            &self.scene,
            Some(place),
            key,
            owner,
            courier.signature(),
        ))
    }
}

/// What is known of a bucket once it is furnished.
#[derive(Default)]
struct Furnished {
    bucket: String,
    uploads: Vec<(String, String)>,
    worm: Option<String>,
    secrets: Vec<(String, String)>,
}

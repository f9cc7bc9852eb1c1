//! Buckets of a world: made, filled and configured by their owners.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use futures_util::future::join_all;
use sha2::{Digest as _, Sha256};

use super::settings::XML;
use super::{World, documents, pictures};
use crate::run::fault::{RunFault, succeeded};
use crate::run::journal::Made;
use crate::run::pool::is_plain;
use crate::run::sender::Sender;
use crate::wire::draft::Draft;
use crate::wire::exchange::{Outcome, Response};
use crate::wire::scene::BucketPlace;
use crate::wire::xml;
use oss403_case::model::{BucketSpec, ObjectSpec};

impl World {
    /// The buckets that are to be made, by their name in the scenario.
    pub(super) fn specs(&self) -> Vec<(&BucketPlace, BucketSpec)> {
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

    /// Whether a bucket is one that a scenario asks for without anything that cannot be taken from it again.
    pub(super) fn is_plain_bucket(&self, name: &str) -> bool {
        let mut specs = self.specs().into_iter();
        self.account.is_none() && specs.any(|(place, spec)| place.name == name && is_plain(&spec))
    }

    /// Makes all buckets, empty, but those that the run had already.
    pub(super) async fn put_buckets(&self, sender: &Sender<'_>) -> Result<(), RunFault> {
        let specs = self.specs();
        let put = specs
            .iter()
            .filter(|(place, _)| !self.has_made(&place.name))
            .map(|(place, spec)| self.put_bucket(sender, place, spec));
        join_all(put).await.into_iter().collect()
    }

    /// Makes a bucket. Where Block Public Access stands against a public ACL it is lifted, and the ACL is set afterwards.
    pub(crate) async fn put_bucket(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        spec: &BucketSpec,
    ) -> Result<(), RunFault> {
        let mut draft = self.request(sender, "PUT", place, None)?;
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
        let context = sender.context;
        let seq = context.making(&made).await;
        self.note(made.clone());
        let public = spec.acl.as_deref().filter(|acl| *acl != "private");
        let whole = match public {
            Some(acl) => draft.clone().header("x-oss-acl", acl),
            None => draft.clone(),
        };
        let exchange = sender.send(whole).await?;
        let refused =
            matches!(&exchange.outcome, Outcome::Answered(response) if response.status == 403);
        match public {
            Some(acl) if refused => {
                succeeded(sender.send(draft).await)?;
                context.journal.made(seq, &made);
                self.set_bucket_acl(sender, place, acl).await
            }
            _ => {
                succeeded(Ok(exchange))?;
                context.journal.made(seq, &made);
                Ok(())
            }
        }
    }

    /// Fills and configures the buckets that were made.
    pub(super) async fn configure_buckets(&mut self, sender: &Sender<'_>) -> Result<(), RunFault> {
        sender.context.go_on()?;
        let specs = self.specs();
        let configured: Vec<_> = join_all(
            specs
                .iter()
                .map(|(place, spec)| self.configure_bucket(sender, place, spec)),
        )
        .await
        .into_iter()
        .collect::<Result<_, _>>()?;
        for configured in configured {
            let Configured {
                bucket,
                uploads,
                worm,
                secrets,
            } = configured;
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

    async fn configure_bucket(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        spec: &BucketSpec,
    ) -> Result<Configured, RunFault> {
        let mut configured = Configured {
            bucket: place.name.clone(),
            ..Configured::default()
        };
        if let Some(algorithm) = &spec.encryption {
            self.configure(
                sender,
                place,
                "encryption",
                documents::encryption(algorithm),
            )
            .await?;
        }
        let objects = spec.objects.iter().map(|(key, object)| {
            let object = self.put_object(sender, place, key, object);
            async move {
                object
                    .await
                    .map(|secret| secret.map(|secret| (key.clone(), secret)))
            }
        });
        let uploads = spec.uploads.iter().map(|(name, key)| async move {
            Ok((
                name.clone(),
                self.initiate_upload(sender, place, key).await?,
            ))
        });
        let (objects, uploads) = tokio::join!(join_all(objects), join_all(uploads));
        for object in objects {
            configured.secrets.extend(object?);
        }
        configured.uploads = uploads.into_iter().collect::<Result<_, RunFault>>()?;
        // A policy or a retention policy may stand in the way of what comes after it, so these are last.
        let (settings, worm) = tokio::join!(
            self.configure_all(sender, place, spec),
            self.retain(sender, place, spec)
        );
        settings?;
        configured.worm = worm?;
        if let Some(policy) = &spec.policy {
            let policy = self.scene.json(policy, sender.context.now())?;
            self.set_bucket_policy(sender, place, policy.to_string())
                .await?;
        }
        Ok(configured)
    }

    /// Puts an object. Answers its content when a refusal must not show it.
    pub(crate) async fn put_object(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        key: &str,
        spec: &ObjectSpec,
    ) -> Result<Option<String>, RunFault> {
        let now = sender.context.now();
        let key = &*self.scene.text(key, now)?;
        let mut secret = None;
        let (body, content_type) = if let Some(picture) = spec.picture {
            (
                Bytes::from_static(pictures::bytes(picture)),
                pictures::content_type(picture),
            )
        } else if let Some(coded) = &spec.base64 {
            let bytes = BASE64_STANDARD.decode(coded).map_err(|_| {
                RunFault::Harness(format!("the content of `{key}` is no base64").into())
            })?;
            (bytes.into(), "application/octet-stream")
        } else {
            let text = match &spec.text {
                Some(text) => self.scene.text(text, now)?,
                None => kept_text(&place.name, key),
            };
            secret = Some(text.clone());
            (text.into(), "text/plain")
        };
        let mut draft = self.request(sender, "PUT", place, Some(key))?.body(body);
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
        self.send_publicly_if(spec.acl.is_some(), sender, place, draft)
            .await?;
        Ok(secret)
    }

    async fn send_publicly_if(
        &self,
        public: bool,
        sender: &Sender<'_>,
        place: &BucketPlace,
        draft: Draft,
    ) -> Result<Response, RunFault> {
        if public {
            self.send_publicly(sender, place, draft).await
        } else {
            succeeded(sender.send(draft).await)
        }
    }

    async fn initiate_upload(
        &self,
        sender: &Sender<'_>,
        place: &BucketPlace,
        key: &str,
    ) -> Result<String, RunFault> {
        let key = &*self.scene.text(key, sender.context.now())?;
        let draft = self
            .request(sender, "POST", place, Some(key))?
            .query("uploads", None);
        let response = succeeded(sender.send(draft).await)?;
        let id = xml::text(&response.body, "UploadId").ok_or_else(|| {
            RunFault::Precondition("InitiateMultipartUpload answered no UploadId".into())
        })?;
        self.note_upload(&place.name, key, &id);
        Ok(id)
    }

    /// A request of the bucket's owner.
    pub(crate) fn request(
        &self,
        sender: &Sender<'_>,
        method: &str,
        place: &BucketPlace,
        key: Option<&str>,
    ) -> Result<Draft, RunFault> {
        let owner = self.person(&place.owner)?;
        Ok(Draft::new(
            method,
            &self.scene,
            Some(place),
            key,
            owner,
            sender.signature(),
        ))
    }
}

/// The content of an object of which the scenario says none. Like the name of its bucket it differs from run to run, its length too, so that
/// no server can know it beforehand.
pub(crate) fn kept_text(bucket: &str, key: &str) -> String {
    let text = format!("only {bucket} keeps {key}");
    let digest = Sha256::digest(text.as_bytes());
    let more = &oss_auth::hex(&digest)[..usize::from(digest[0]) % 64];
    format!("{text} {more}").trim_end().to_owned()
}

/// What is known of a bucket once it is configured.
#[derive(Default)]
struct Configured {
    bucket: String,
    uploads: Vec<(String, String)>,
    worm: Option<String>,
    secrets: Vec<(String, String)>,
}

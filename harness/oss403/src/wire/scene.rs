//! What the words of a scenario stand for in one world: buckets, identities, hosts, `${…}` placeholders.

use std::collections::BTreeMap;
use std::sync::Arc;

use oss_auth::Timestamp;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::wire::identity::Identity;
use oss403_case::model::{HostName, Who};
use oss403_case::placeholder::{self, Meaning, Piece, meaning};

/// Names under which a target is reached.
#[derive(Debug, Clone)]
pub struct Names {
    /// Bare id of the home region.
    pub home: String,
    /// Bare id of the second region.
    pub away: Option<String>,
    /// The domain suffix.
    pub suffix: String,
    /// `ip:port` or `host:port` of the endpoint.
    pub address: String,
    /// How hosts are called and where buckets stand.
    pub addressing: Addressing,
}

/// How hosts are called and where buckets stand. In the templates `{bucket}`, `{region}` and `{suffix}` stand for what they say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressing {
    /// Where a request carries its bucket.
    pub style: Style,
    /// The host name of a bucket.
    pub bucket: String,
    /// The host name of the service.
    pub service: String,
}

/// Where the requests to a target carry their bucket, unless a scenario says otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// In the host name.
    #[default]
    VirtualHosted,
    /// As the first segment of the path.
    Path,
}

impl Default for Addressing {
    fn default() -> Self {
        Self {
            style: Style::VirtualHosted,
            bucket: "{bucket}.oss-{region}.{suffix}".into(),
            service: "oss-{region}.{suffix}".into(),
        }
    }
}

impl Names {
    /// The service's host: `oss-<region>.<suffix>`, unless the target calls it otherwise.
    pub fn service_host(&self, region: &str) -> String {
        self.filled(&self.addressing.service, "", region)
    }

    /// A bucket's own host: `<bucket>.oss-<region>.<suffix>`, unless the target calls it otherwise.
    pub fn bucket_host(&self, bucket: &str, region: &str) -> String {
        self.filled(&self.addressing.bucket, bucket, region)
    }

    /// The host for a request on a bucket, or on the service, and where the bucket stands.
    pub fn host(&self, bucket: Option<&str>, region: &str) -> (String, BucketIn) {
        match (bucket, self.addressing.style) {
            (Some(bucket), Style::VirtualHosted) => {
                (self.bucket_host(bucket, region), BucketIn::Host)
            }
            _ => (self.service_host(region), BucketIn::Path),
        }
    }

    /// Whether this is the service itself, by what its hosts or its endpoint are called.
    pub fn are_the_services(&self) -> bool {
        let endpoint = self.address.rsplit_once(':');
        let endpoint = endpoint.map_or(&*self.address, |(host, _)| host);
        [endpoint, &self.service_host(&self.home)]
            .iter()
            .any(|host| host.to_ascii_lowercase().ends_with(".aliyuncs.com"))
    }

    fn filled(&self, template: &str, bucket: &str, region: &str) -> String {
        let names = [
            ("{bucket}", bucket),
            ("{region}", region),
            ("{suffix}", &*self.suffix),
        ];
        let mut filled = String::with_capacity(template.len() + bucket.len() + self.suffix.len());
        let mut rest = template;
        while let Some(brace) = rest.find('{') {
            filled.push_str(&rest[..brace]);
            rest = &rest[brace..];
            let named = names
                .iter()
                .find_map(|(name, value)| Some((rest.strip_prefix(name)?, *value)));
            let (after, value) = named.unwrap_or((&rest[1..], "{"));
            filled.push_str(value);
            rest = after;
        }
        filled + rest
    }
}

/// A bucket of a scene.
#[derive(Debug, Clone)]
pub struct BucketPlace {
    /// Its real name.
    pub name: String,
    /// Bare id of its region.
    pub region: String,
    /// Whose it is.
    pub owner: Who,
}

/// What the words of a scenario stand for.
#[derive(Debug, Clone)]
pub struct Scene {
    /// Names under which the target is reached.
    pub names: Arc<Names>,
    /// Buckets by their name in the scenario; the scenario's own bucket has the empty name.
    pub buckets: BTreeMap<String, BucketPlace>,
    /// Whether the scenario's own bucket is a name only, and not made.
    pub no_bucket: bool,
    /// Identities by name, without `anonymous`.
    pub identities: BTreeMap<Who, Arc<Identity>>,
    /// What the placeholders stand for.
    pub values: BTreeMap<String, String>,
    /// `ip:port` of the scenario's VPC endpoint.
    pub vpc_address: Option<String>,
}

/// A word of a scenario that means nothing in its world. `check` finds these without a network, so it is our own fault here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SceneError {
    /// A placeholder without a value.
    #[error("the placeholder `${{{0}}}` stands for nothing here")]
    Placeholder(String),
    /// An identity that nobody made.
    #[error("there is no identity `{0}` here")]
    Identity(Who),
    /// A bucket that nobody made.
    #[error("there is no bucket `{0}` here")]
    Bucket(String),
    /// A request line that cannot be read.
    #[error("the request line `{0}` is not `METHOD /path`")]
    RequestLine(String),
    /// A value that is none any more once its placeholders are replaced.
    #[error("what the placeholders stand for does not fit: {0}")]
    Unreadable(String),
    /// A host that does not exist here.
    #[error("there is no host `{0}` here")]
    Host(&'static str),
}

impl Scene {
    /// A scene in which there is the service alone.
    pub(crate) fn of_service(names: Arc<Names>) -> Self {
        Self {
            names,
            buckets: BTreeMap::new(),
            no_bucket: true,
            identities: BTreeMap::new(),
            values: BTreeMap::new(),
            vpc_address: None,
        }
    }

    /// `text` with its placeholders replaced; `$$` is a literal `$`. `now` is what `${now}` counts from, in Unix seconds.
    ///
    /// # Errors
    /// When a placeholder stands for nothing.
    pub fn text(&self, text: &str, now: i64) -> Result<String, SceneError> {
        if !text.contains('$') {
            return Ok(text.to_owned());
        }
        let mut written = String::with_capacity(text.len() + 32);
        for piece in placeholder::pieces(text) {
            match piece {
                Piece::Text(text) | Piece::Unclosed(text) => written.push_str(text),
                Piece::Dollar => written.push('$'),
                Piece::Placeholder(name) => written.push_str(&self.value(name, now)?),
            }
        }
        Ok(written)
    }

    /// A JSON value with the placeholders of all its texts replaced.
    ///
    /// # Errors
    /// When a placeholder stands for nothing.
    pub fn json(&self, value: &Value, now: i64) -> Result<Value, SceneError> {
        Ok(match value {
            Value::String(text) => Value::String(self.text(text, now)?),
            Value::Array(items) => Value::Array(
                items
                    .iter()
                    .map(|item| self.json(item, now))
                    .collect::<Result<_, _>>()?,
            ),
            Value::Object(map) => Value::Object(
                map.iter()
                    .map(|(key, item)| Ok((self.text(key, now)?, self.json(item, now)?)))
                    .collect::<Result<_, SceneError>>()?,
            ),
            plain => plain.clone(),
        })
    }

    /// A value of the case language with the placeholders of all its texts replaced.
    ///
    /// # Errors
    /// When a placeholder stands for nothing.
    pub(crate) fn filled<T: Serialize + DeserializeOwned>(
        &self,
        value: &T,
        now: i64,
    ) -> Result<T, SceneError> {
        let unreadable = |error: serde_json::Error| SceneError::Unreadable(error.to_string());
        let value = self.json(&serde_json::to_value(value).map_err(unreadable)?, now)?;
        serde_json::from_value(value).map_err(unreadable)
    }

    /// Makes somebody known, whose UIDs and key id the placeholders stand for from now on.
    pub fn add_person(&mut self, who: Who, identity: Arc<Identity>) {
        let id = identity.access_key_id.clone();
        self.values.insert(format!("access-key-id.{who}"), id);
        if let Some(account) = &identity.account {
            self.values
                .insert(format!("account.{who}"), account.clone());
        }
        if let Some(uid) = identity.uid() {
            self.values.insert(format!("uid.{who}"), uid.to_owned());
        }
        self.identities.insert(who, identity);
    }

    fn value(&self, name: &str, now: i64) -> Result<String, SceneError> {
        if let Some(value) = self.values.get(name) {
            return Ok(value.clone());
        }
        let shifted = |seconds| now.saturating_add(seconds);
        let date = |seconds| Timestamp(shifted(seconds)).to_iso_basic();
        match meaning(name) {
            Some(Meaning::Plain("now")) => Ok(now.to_string()),
            Some(Meaning::Now(seconds)) => Ok(shifted(seconds).to_string()),
            Some(Meaning::Plain("x-oss-date")) => Ok(date(0)),
            Some(Meaning::Date(seconds)) => Ok(date(seconds)),
            _ => Err(SceneError::Placeholder(name.to_owned())),
        }
    }

    /// The identity of that name; `None` for `anonymous`.
    ///
    /// # Errors
    /// When nobody made it.
    pub fn identity(&self, who: &Who) -> Result<Option<Arc<Identity>>, SceneError> {
        if *who == Who::Anonymous {
            return Ok(None);
        }
        match self.identities.get(who) {
            Some(identity) => Ok(Some(Arc::clone(identity))),
            None => Err(SceneError::Identity(who.clone())),
        }
    }

    /// The bucket of that name; the empty name is the scenario's own.
    ///
    /// # Errors
    /// When nobody made it.
    pub fn bucket(&self, name: &str) -> Result<&BucketPlace, SceneError> {
        self.buckets
            .get(name)
            .ok_or_else(|| SceneError::Bucket(name.to_owned()))
    }

    /// The host for a part in the scenario, and whether the bucket goes into the path.
    ///
    /// Without a host a bucket is addressed in its own region, and the service in the home region.
    ///
    /// # Errors
    /// When the target has no such host: a second region, a domain.
    pub fn host(
        &self,
        host: Option<&HostName>,
        bucket: Option<&BucketPlace>,
        now: i64,
    ) -> Result<(String, BucketIn), SceneError> {
        let names = &self.names;
        let away = || names.away.as_deref().ok_or(SceneError::Host("away"));
        let usual = |region: &str| names.host(bucket.map(|bucket| &*bucket.name), region);
        Ok(match host {
            None => usual(bucket.map_or(&names.home, |bucket| &bucket.region)),
            Some(HostName::Bucket) => usual(&names.home),
            Some(HostName::AwayBucket) => usual(away()?),
            Some(HostName::Service) => (names.service_host(&names.home), BucketIn::Path),
            Some(HostName::AwayService) => (names.service_host(away()?), BucketIn::Path),
            Some(HostName::Accelerate) => match bucket {
                Some(bucket) => (
                    format!("{}.oss-accelerate.{}", bucket.name, names.suffix),
                    BucketIn::Host,
                ),
                None => (format!("oss-accelerate.{}", names.suffix), BucketIn::Path),
            },
            Some(HostName::S3Service) => (
                format!("s3.oss-{}.{}", names.home, names.suffix),
                BucketIn::Path,
            ),
            Some(HostName::Ip) => (names.address.clone(), BucketIn::Path),
            Some(HostName::Domain) => {
                let domain = self
                    .values
                    .get("domain")
                    .ok_or(SceneError::Host("domain"))?;
                (domain.clone(), BucketIn::Host)
            }
            // A literal name may be anything, so nothing is put into the path.
            Some(HostName::Literal(name)) => (self.text(name, now)?, BucketIn::Host),
        })
    }
}

/// Where a request carries its bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketIn {
    /// In the host name.
    Host,
    /// As the first segment of the path.
    Path,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene() -> Scene {
        Scene {
            names: Arc::new(Names {
                home: "cn-hangzhou".into(),
                away: None,
                suffix: "aliyuncs.test".into(),
                address: "127.0.0.1:9403".into(),
                addressing: Addressing::default(),
            }),
            buckets: BTreeMap::new(),
            no_bucket: true,
            identities: BTreeMap::new(),
            values: BTreeMap::from([("bucket".into(), "b1".into())]),
            vpc_address: None,
        }
    }

    #[test]
    fn placeholders_are_replaced_and_dollars_kept() {
        let scene = scene();
        let text = |text: &str| scene.text(text, 100).unwrap();
        assert_eq!(text("acs:oss:*:*:${bucket}/*"), "acs:oss:*:*:b1/*");
        assert_eq!(text("${now} ${now+60} ${now-60}"), "100 160 40");
        assert_eq!(
            text("${x-oss-date} ${x-oss-date+60}"),
            "19700101T000140Z 19700101T000240Z"
        );
        assert_eq!(text("$$key costs 5$"), "$key costs 5$");
        assert_eq!(text("$key ${bucket"), "$key ${bucket");
        assert_eq!(
            scene.text("${nowhere}", 0),
            Err(SceneError::Placeholder("nowhere".into()))
        );
    }

    #[test]
    fn in_a_template_of_hosts_only_what_was_written_there_is_replaced() {
        let mut names = Names::clone(&scene().names);
        names.addressing.bucket = "{bucket}.{zone}.{region}-{region}.{suffix}}{".into();
        assert_eq!(
            names.bucket_host("{suffix}", "cn-beijing"),
            "{suffix}.{zone}.cn-beijing-cn-beijing.aliyuncs.test}{"
        );
    }

    #[test]
    fn a_region_or_domain_that_does_not_exist_is_no_host() {
        let scene = scene();
        assert!(scene.host(Some(&HostName::AwayService), None, 0).is_err());
        assert!(scene.host(Some(&HostName::Domain), None, 0).is_err());
    }
}

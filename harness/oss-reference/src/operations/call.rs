//! One request being carried out, and what it names.

use std::borrow::Cow;

use oss_auth::Timestamp;

use crate::answer::Rejection;
use crate::checks::Granted;
use crate::config::Config;
use crate::host::HostClass;
use crate::refusals::{invalid_argument, no_such_bucket, no_such_key};
use crate::request::{Form, Request};
use crate::world::{Bucket, Object, World};
use crate::xml::Writer;

/// A granted request.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) config: &'a Config,
    pub(crate) request: &'a Request<'a>,
    pub(crate) form: Option<&'a Form>,
    pub(crate) granted: &'a Granted,
}

impl<'a> Call<'a> {
    /// The time of the request, in Unix seconds.
    pub(super) fn now(&self) -> i64 {
        self.request.arrival.received
    }

    /// Name of the bucket; empty for requests to the service, which need none.
    pub(super) fn bucket_name(&self) -> &'a str {
        self.request.bucket().unwrap_or("")
    }

    /// The key; empty for requests to a bucket, which need none.
    pub(super) fn key(&self) -> &'a str {
        self.request.key().unwrap_or("")
    }

    pub(super) fn bucket<'w>(&self, world: &'w World) -> Result<&'w Bucket, Rejection> {
        world
            .buckets
            .get(self.bucket_name())
            .ok_or_else(|| no_such_bucket(self.bucket_name()))
    }

    pub(super) fn bucket_mut<'w>(&self, world: &'w mut World) -> Result<&'w mut Bucket, Rejection> {
        world
            .buckets
            .get_mut(self.bucket_name())
            .ok_or_else(|| no_such_bucket(self.bucket_name()))
    }

    pub(super) fn object<'w>(&self, bucket: &'w Bucket) -> Result<&'w Object, Rejection> {
        let version = self.version();
        bucket
            .object(self.key(), version)
            .map_err(|missing| missing.rejection(self.key(), version))
    }

    pub(super) fn object_mut<'w>(
        &self,
        bucket: &'w mut Bucket,
    ) -> Result<&'w mut Object, Rejection> {
        self.object(bucket)?;
        bucket
            .object_mut(self.key(), self.version())
            .ok_or_else(|| no_such_key(self.key()))
    }

    /// The version that the request names.
    pub(super) fn version(&self) -> Option<&'a str> {
        self.request.query_value("versionId")
    }

    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        self.request.header(name)
    }

    /// The query parameter `name` as a number between `least` and `most`; `default` when it is absent or, as oss2 sends markers of
    /// a first page, empty.
    pub(super) fn number(
        &self,
        name: &str,
        least: u64,
        most: u64,
        default: u64,
    ) -> Result<u64, Rejection> {
        let given = self
            .request
            .query_value(name)
            .filter(|text| !text.is_empty());
        let Some(text) = given else {
            return Ok(default);
        };
        text.parse()
            .ok()
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| invalid_argument(name, text))
    }

    /// How names are written in the answer.
    ///
    /// # Errors
    /// 400 for an `encoding-type` other than `url`.
    pub(super) fn name_encoding(&self) -> Result<NameEncoding, Rejection> {
        match self
            .request
            .query_value("encoding-type")
            .or_else(|| self.header("encoding-type"))
        {
            None => Ok(NameEncoding::Plain),
            Some("url") => Ok(NameEncoding::Url),
            Some(other) => Err(invalid_argument("encoding-type", other)),
        }
    }

    /// Base URL under which the server is reached: what clients connect to who take an endpoint from an answer.
    pub(super) fn endpoint(&self, region: &str) -> String {
        self.endpoint_called(&format!("oss-{region}"))
    }

    /// The same inside the region.
    pub(super) fn internal_endpoint(&self, region: &str) -> String {
        self.endpoint_called(&format!("oss-{region}-internal"))
    }

    fn endpoint_called(&self, name: &str) -> String {
        let host = &self.request.destination.host;
        if self.request.destination.addressed.class == HostClass::Ip {
            return format!("http://{host}");
        }
        let port = host
            .rsplit_once(':')
            .map(|(_, port)| port)
            .filter(|port| port.bytes().all(|b| b.is_ascii_digit()));
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("http://{name}.{}{port}", self.config.suffix)
    }
}

/// How the names of objects are written in an answer.
#[derive(Clone, Copy)]
pub(super) enum NameEncoding {
    /// As they are.
    Plain,
    /// Percent-encoded, as `encoding-type=url` asks for.
    Url,
}

impl NameEncoding {
    /// A name as it stands in the answer.
    pub(super) fn name(self, name: &str) -> Cow<'_, str> {
        match self {
            Self::Plain => Cow::Borrowed(name),
            Self::Url => Cow::Owned(oss_auth::percent_encode(name)),
        }
    }

    /// Says so in the answer.
    pub(super) fn declare(self, xml: &mut Writer) {
        match self {
            Self::Plain => {}
            Self::Url => {
                xml.leaf("EncodingType", "url");
            }
        }
    }
}

/// A time as it stands in XML.
pub(super) fn xml_time(seconds: i64) -> String {
    Timestamp(seconds).to_iso_extended_millis()
}

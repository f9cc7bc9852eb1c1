//! A request that owns its parts, for tests to build and damage.

use oss_auth::{Claim, ClaimError, Header, QueryPair, Request, find_claim};

/// A query parameter: its name and, if there is a `=`, its value.
pub(crate) type Parameter = (String, Option<String>);

#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    pub(crate) method: String,
    pub(crate) bucket: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) query: Vec<Parameter>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) path: String,
}

impl Message {
    pub(crate) fn get() -> Self {
        Self {
            method: "GET".to_owned(),
            bucket: Some("examplebucket".to_owned()),
            key: Some("a.txt".to_owned()),
            path: "/a.txt".to_owned(),
            ..Self::default()
        }
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Replaces the query by a raw one.
    pub(crate) fn with_query(mut self, raw: &str) -> Self {
        let pairs = oss_auth::parse_query(raw).expect("a test's query can be decoded");
        self.query = pairs
            .into_iter()
            .map(|pair| (pair.name.into_owned(), pair.value.map(Into::into)))
            .collect();
        self
    }

    pub(crate) fn append_query(&mut self, pairs: Vec<(String, String)>) {
        self.query
            .extend(pairs.into_iter().map(|(name, value)| (name, Some(value))));
    }

    pub(crate) fn as_request<T>(&self, read: impl FnOnce(&Request<'_>) -> T) -> T {
        let query: Vec<_> = self
            .query
            .iter()
            .map(|(name, value)| QueryPair {
                name: name.into(),
                value: value.as_ref().map(Into::into),
            })
            .collect();
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| Header::new(name, value))
            .collect();
        read(&Request {
            method: &self.method,
            bucket: self.bucket.as_deref(),
            key: self.key.as_deref(),
            query: &query,
            headers: &headers,
            path: &self.path,
        })
    }

    /// Hands over the claim, which must be there.
    pub(crate) fn as_claim<T>(&self, read: impl FnOnce(&Claim<'_>) -> T) -> T {
        self.as_request(|request| {
            let claim = find_claim(request).expect("well-formed").expect("signed");
            read(&claim)
        })
    }

    pub(crate) fn claim_error(&self) -> ClaimError {
        self.as_request(|request| find_claim(request).map(|_| ()))
            .expect_err("a malformed claim")
    }

    /// Whether the request passes for one signed with this secret.
    pub(crate) fn verifies(&self, access_key_secret: &str) -> bool {
        self.as_request(|request| {
            matches!(find_claim(request), Ok(Some(claim)) if claim.verify(access_key_secret).is_ok())
        })
    }
}

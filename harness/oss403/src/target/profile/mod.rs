//! Target profiles: the YAML file in which a target's address, identities, claims and limits are written down.
//!
//! ```yaml
//! name: my-server
//! endpoint: http://127.0.0.1:9403         # or `embedded`
//! regions: [cn-hangzhou, cn-shanghai]     # home, and away if there is one
//! suffix: aliyuncs.test
//! identities:
//!   owner:
//!     access-key-id: { env: OSS_OWNER_ID }
//!     access-key-secret: { env: OSS_OWNER_SECRET }
//! capabilities: { except: [vpc-endpoint] }
//! ```

mod addressing;
mod claims;
mod keys;
mod mask;
mod rules;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use oss_reference::config::Config;

pub use source::{Source, UrlSource};

use super::operator::Operator;
use super::ready::TargetError;
use crate::target::product::{Artifact, Product};
use crate::target::quirk::Quirk;
use crate::wire::address::Addresses;
use crate::wire::identity::Identity;
use crate::wire::limits::Limits;
use crate::wire::scene::Addressing;
use crate::wire::tls::Tls;
use oss403_case::check::unknown_condition_keys;
use oss403_case::diagnostic::Diagnostic;
use oss403_case::document::{Document, byte_order_mark};
use oss403_case::model::{Capability, SignWith};

/// A target profile as it was read. Nothing in it has been contacted, and no credential is known yet.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Name of the target.
    pub name: String,
    /// Where it is.
    pub endpoint: Endpoint,
    /// What it claims to have.
    pub capabilities: BTreeSet<Capability>,
    /// What it refuses to everybody, as OSS has begun to do; never claimed.
    pub retired: BTreeSet<Capability>,
    /// How much it is asked to bear.
    pub limits: Limits,
    /// Name of its folder of snapshots.
    pub snapshots: String,
    /// How it is known to word its refusals otherwise.
    pub quirks: Vec<Quirk>,
    /// What a certificate is about.
    pub product: Product,
    /// What of it can be told by its digest.
    pub artifact: Option<Artifact>,
}

/// Where a target is.
#[derive(Debug, Clone)]
pub enum Endpoint {
    /// The reference server inside this process.
    Embedded(Box<Config>),
    /// Somewhere else.
    Remote(Box<Remote>),
}

/// A server that somebody else runs.
#[derive(Debug, Clone)]
pub struct Remote {
    /// The endpoint as the profile writes it.
    pub url: String,
    /// Where requests go.
    pub addresses: Addresses,
    /// Bare id of the home region.
    pub home: String,
    /// Bare id of the second region.
    pub away: Option<String>,
    /// The domain suffix.
    pub suffix: String,
    /// How hosts are called and where buckets stand.
    pub addressing: Addressing,
    /// Whom TLS trusts.
    pub tls: Tls,
    /// Where the credentials come from, by identity.
    pub identities: BTreeMap<String, IdentitySource>,
    /// How the operator is reached.
    pub operator: Option<OperatorSource>,
    /// The harmless request that shows that the credentials are good.
    pub canary: Option<CanaryRequest>,
    /// The folder of the profile: paths in it are relative to that, and commands run there.
    pub folder: PathBuf,
}

/// A request that changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanaryRequest {
    /// `GET /key?query`.
    pub request: String,
    /// A bucket that exists; `None` for a request on the service.
    pub bucket: Option<String>,
}

/// Where an identity's credentials come from.
#[derive(Debug, Clone)]
pub struct IdentitySource {
    pub access_key_id: Source,
    pub access_key_secret: Source,
    /// The token of a session.
    pub security_token: Option<Source>,
    /// UID of the account.
    pub account: Option<String>,
    /// UID of the RAM user.
    pub user: Option<String>,
}

/// How the operator is reached.
#[derive(Debug, Clone)]
pub enum OperatorSource {
    /// Over HTTP.
    Http {
        /// Address.
        url: UrlSource,
        /// Bearer token.
        token: Source,
        /// Time for an answer.
        time: Duration,
    },
    /// By running a command for each request.
    Command {
        /// Program and arguments.
        words: Vec<String>,
        /// Time for an answer.
        time: Duration,
    },
}

impl Profile {
    /// The profile of the reference server inside this process, without faults.
    pub fn embedded() -> Self {
        Self {
            name: "embedded".into(),
            endpoint: Endpoint::Embedded(Box::default()),
            capabilities: Capability::ALL.iter().copied().collect(),
            retired: BTreeSet::new(),
            // More in flight only makes the two halves of this process wait for each other.
            limits: Limits {
                concurrency: 8,
                buckets: 1_000,
                ..Limits::default()
            },
            snapshots: "embedded".into(),
            quirks: Vec::new(),
            product: Product::default(),
            artifact: None,
        }
    }

    /// Why a capability cannot be claimed, whatever the target has: the rest of the profile stands against it.
    pub fn rules_out(&self, capability: Capability) -> Option<&'static str> {
        let has_operator = match &self.endpoint {
            Endpoint::Embedded(_) => true,
            Endpoint::Remote(remote) => remote.operator.is_some(),
        };
        let grounds = claims::Grounds::of(&self.endpoint, has_operator);
        grounds.against(capability).map(|(why, _)| why)
    }

    /// The JSON Schema of profiles, as the text of its file.
    pub fn schema() -> String {
        oss403_case::schema::text_of::<keys::File>("oss403 target profile")
    }

    /// Reads a profile.
    ///
    /// # Errors
    /// Everything that is wrong with the file.
    pub fn load(path: &Path) -> Result<Self, Vec<Diagnostic>> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path),
            Err(error) => Err(vec![Diagnostic::of_file(
                path.display().to_string(),
                error.to_string(),
            )]),
        }
    }

    /// Everything that is wrong with a profile's text, without a network and without looking for credentials.
    pub fn check(text: &str, path: &Path) -> Vec<Diagnostic> {
        let mut found = match Self::read(text, path) {
            Ok((_, without_scheme)) => without_scheme.into_iter().collect(),
            Err(found) => found,
        };
        found.extend(byte_order_mark(&path.display().to_string(), text));
        // What must not stand in a profile is not shown here either.
        if let Ok(document) = Document::read(path.display().to_string(), mask::credentials(text)) {
            found.extend(unknown_condition_keys(&document));
        }
        found
    }

    /// Reads a profile's text; `path` is its name for diagnostics, gives the target's name when the text does not, and is what paths in
    /// it are relative to.
    ///
    /// # Errors
    /// Everything that is wrong with it, but for claims without a scheme: with them a run ends at its canaries. No diagnostic shows a
    /// credential.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Vec<Diagnostic>> {
        Self::read(text, path).map(|(profile, _)| profile)
    }

    /// The scheme for what the harness itself sends: the best that is claimed.
    pub fn usual_signature(&self) -> Option<SignWith> {
        usual_signature(&self.capabilities)
    }

    fn read(text: &str, path: &Path) -> Result<(Self, Option<Diagnostic>), Vec<Diagnostic>> {
        // What must not stand in a profile must not be shown when it does.
        let text = mask::credentials(text);
        let document =
            Document::read(path.display().to_string(), text).map_err(|found| vec![found])?;
        let stem = path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned());
        let (mut profile, without_scheme) =
            rules::read(&document, &stem.unwrap_or_else(|| "target".into()))?;
        if let Endpoint::Remote(remote) = &mut profile.endpoint {
            // That of a bare file name is empty, and nothing runs there.
            let folder = path.parent().filter(|folder| *folder != Path::new(""));
            let folder = folder.unwrap_or(Path::new("."));
            remote.folder = folder.to_owned();
            let ca_file = &mut remote.tls.ca_file;
            *ca_file = ca_file.take().map(|file| folder.join(file));
        }
        Ok((profile, without_scheme))
    }
}

/// The best scheme among claims, in headers rather than in URLs.
pub(crate) fn usual_signature(claims: &BTreeSet<Capability>) -> Option<SignWith> {
    const BEST: [SignWith; 6] = [
        SignWith::HeaderV4,
        SignWith::HeaderV1,
        SignWith::HeaderV2,
        SignWith::UrlV4,
        SignWith::UrlV1,
        SignWith::UrlV2,
    ];
    let claimed = |scheme: &SignWith| scheme.needs().is_some_and(|need| claims.contains(&need));
    BEST.into_iter().find(claimed)
}

impl Remote {
    /// Obtains all credentials.
    pub(super) async fn resolve_identities(
        &self,
    ) -> Result<BTreeMap<String, Arc<Identity>>, TargetError> {
        let mut identities = BTreeMap::new();
        for (name, source) in &self.identities {
            let identity =
                source
                    .resolve(&self.folder)
                    .await
                    .map_err(|detail| TargetError::Identity {
                        identity: name.clone(),
                        detail,
                    })?;
            identities.insert(name.clone(), Arc::new(identity));
        }
        Ok(identities)
    }

    pub(super) async fn resolve_operator(&self) -> Result<Option<Operator>, TargetError> {
        Ok(match &self.operator {
            None => None,
            Some(OperatorSource::Command { words, time }) => {
                Some(Operator::command(words.clone(), self.folder.clone(), *time))
            }
            Some(OperatorSource::Http { url, token, time }) => {
                let url = url
                    .obtain(&self.folder)
                    .await
                    .map_err(TargetError::Operator)?;
                let token = token
                    .obtain(&self.folder)
                    .await
                    .map_err(TargetError::Operator)?;
                Some(Operator::http(url, token, &self.tls, *time)?)
            }
        })
    }
}

impl IdentitySource {
    async fn resolve(&self, folder: &Path) -> Result<Identity, String> {
        let id = self.access_key_id.obtain(folder).await?;
        let secret = self.access_key_secret.obtain(folder).await?;
        let token = match &self.security_token {
            Some(token) => Some(token.obtain(folder).await?),
            None => None,
        };
        Ok(Identity::new(id.reveal(), secret, token)
            .with_uids(self.account.clone(), self.user.clone()))
    }
}

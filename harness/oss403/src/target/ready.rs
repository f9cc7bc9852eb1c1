//! A target that is ready to be sent to: credentials obtained, addresses known, the embedded server started.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use oss_reference::config::Config;
use oss_reference::server::Running;

use super::embedded::{self, Embedded};
use super::operator::Operator;
use super::profile::{CanaryRequest, Endpoint, Profile, usual_signature};
use crate::exit::Exit;
use crate::wire::address::Addresses;
use crate::wire::client::Client;
use crate::wire::identity::Identity;
use crate::wire::limits::Limits;
use crate::wire::scene::Names;
use crate::wire::tls::{Tls, TlsError};
use oss403_case::model::{Capability, SignWith};

/// A target that is ready.
pub struct Target {
    pub(crate) inner: Arc<ReadyTarget>,
    server: Option<Running>,
}

/// What a run needs of a target.
pub(crate) struct ReadyTarget {
    pub(crate) name: String,
    pub(crate) names: Arc<Names>,
    pub(crate) identities: BTreeMap<String, Arc<Identity>>,
    pub(crate) capabilities: BTreeSet<Capability>,
    /// What it refuses to everybody, as the profile says.
    pub(crate) retired: BTreeSet<Capability>,
    pub(crate) operator: Option<Operator>,
    /// The harmless request that the profile chooses.
    pub(crate) canary: Option<CanaryRequest>,
    pub(crate) limits: Limits,
    pub(crate) client: Client,
    pub(crate) is_embedded: bool,
    pub(crate) endpoint: String,
    snapshots: String,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("name", &self.inner.name)
            .field("endpoint", &self.inner.endpoint)
            .finish_non_exhaustive()
    }
}

/// Why a target could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// An identity's credentials could not be obtained.
    #[error("identity `{identity}`: {detail}")]
    Identity {
        /// Its name.
        identity: String,
        /// What went wrong.
        detail: String,
    },
    /// The operator's address or token could not be obtained.
    #[error("the operator: {0}")]
    Operator(String),
    /// The embedded server did not start.
    #[error("the embedded server did not start: {0}")]
    Embedded(String),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl TargetError {
    /// The exit code that it asks for: what is missing in the user's set-up is a matter of usage, the rest is the target's.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Embedded(_) => Exit::Target,
            Self::Identity { .. } | Self::Operator(_) | Self::Tls(_) => Exit::Usage,
        }
    }
}

impl Target {
    /// Makes a profile's target ready: starts the embedded server, or obtains the credentials.
    ///
    /// # Errors
    /// When credentials cannot be had, or the embedded server cannot start.
    pub async fn ready(profile: &Profile) -> Result<Self, TargetError> {
        let limits = profile.limits.clone();
        match &profile.endpoint {
            Endpoint::Embedded(config) => {
                let embedded = embedded::start(Config::clone(config)).await?;
                let snapshots = profile.snapshots.clone();
                let claims = profile.capabilities.clone();
                let name = profile.name.clone();
                let mut target = Self::of_embedded(embedded, name, snapshots, claims, limits)?;
                if let Some(inner) = Arc::get_mut(&mut target.inner) {
                    inner.retired.clone_from(&profile.retired);
                }
                Ok(target)
            }
            Endpoint::Remote(remote) => {
                let addresses = remote.addresses.clone();
                let names = Names {
                    home: remote.home.clone(),
                    away: remote.away.clone(),
                    suffix: remote.suffix.clone(),
                    address: addresses.endpoint.to_string(),
                    addressing: remote.addressing.clone(),
                };
                let identities = remote.resolve_identities().await?;
                let operator = remote.resolve_operator().await?;
                let inner = ReadyTarget {
                    name: profile.name.clone(),
                    names: Arc::new(names),
                    identities,
                    capabilities: profile.capabilities.clone(),
                    retired: profile.retired.clone(),
                    operator,
                    canary: remote.canary.clone(),
                    client: Client::new(addresses, limits.clone(), &remote.tls)?,
                    limits,
                    is_embedded: false,
                    endpoint: remote.url.clone(),
                    snapshots: profile.snapshots.clone(),
                };
                Ok(Self {
                    inner: Arc::new(inner),
                    server: None,
                })
            }
        }
    }

    /// Starts a reference server inside this process and makes it the target.
    ///
    /// # Errors
    /// When the server does not start.
    pub async fn embedded(config: Config) -> Result<Self, TargetError> {
        let Profile {
            name,
            snapshots,
            capabilities,
            limits,
            ..
        } = Profile::embedded();
        Self::of_embedded(
            embedded::start(config).await?,
            name,
            snapshots,
            capabilities,
            limits,
        )
    }

    /// Makes a server of this process the target that is reached, as its operator is, by way of other addresses.
    ///
    /// # Errors
    /// When no client can be made.
    pub(crate) fn behind(
        server: Running,
        address: SocketAddr,
        operator: SocketAddr,
        limits: Limits,
    ) -> Result<Self, TargetError> {
        let Profile {
            name,
            snapshots,
            capabilities,
            ..
        } = Profile::embedded();
        Self::of_embedded(
            embedded::seen_from(server, address, operator, limits.time_per_request)?,
            name,
            snapshots,
            capabilities,
            limits,
        )
    }

    fn of_embedded(
        embedded: Embedded,
        name: String,
        snapshots: String,
        capabilities: BTreeSet<Capability>,
        limits: Limits,
    ) -> Result<Self, TargetError> {
        let Embedded {
            server,
            addresses,
            names,
            identities,
            operator,
        } = embedded;
        let inner = ReadyTarget {
            name,
            names: Arc::new(names),
            identities,
            capabilities,
            retired: BTreeSet::new(),
            operator: Some(operator),
            canary: None,
            endpoint: format!("http://{}", addresses.endpoint),
            client: Client::new(addresses, limits.clone(), &Tls::default())?,
            limits,
            is_embedded: true,
            snapshots,
        };
        Ok(Self {
            inner: Arc::new(inner),
            server: Some(server),
        })
    }

    /// Name of the target.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The endpoint's URL.
    pub fn endpoint(&self) -> &str {
        &self.inner.endpoint
    }

    /// Name of its folder of snapshots.
    pub fn snapshots(&self) -> &str {
        &self.inner.snapshots
    }

    /// Whether it is the reference server inside this process.
    pub fn is_embedded(&self) -> bool {
        self.inner.is_embedded
    }

    /// What it claims to have.
    pub fn capabilities(&self) -> &BTreeSet<Capability> {
        &self.inner.capabilities
    }

    /// Its region and host names.
    pub fn names(&self) -> &Names {
        &self.inner.names
    }

    /// The addresses its requests go to.
    pub fn addresses(&self) -> &Addresses {
        self.inner.client.addresses()
    }

    /// The server inside this process, when it is one.
    pub fn server(&self) -> Option<&Running> {
        self.server.as_ref()
    }

    /// Stops what runs inside this process. Dropping the target does it too, without waiting.
    pub async fn stop(self) {
        if let Some(server) = self.server {
            server.stop().await;
        }
    }
}

impl ReadyTarget {
    /// The scheme for what the harness itself sends: the best that the target claims. Without any the canaries let nothing be sent.
    pub(crate) fn usual_signature(&self) -> SignWith {
        usual_signature(&self.capabilities).unwrap_or(SignWith::HeaderV4)
    }

    /// The same, when a scheme is claimed.
    pub(crate) fn claimed_signature(&self) -> Option<SignWith> {
        usual_signature(&self.capabilities)
    }
}

//! A target that is ready to be sent to.

use super::Profile;

/// A target with its identities resolved.
#[derive(Debug)]
pub struct Target {
    name: String,
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
    /// The embedded server did not start.
    #[error("the embedded server did not start: {0}")]
    Embedded(String),
    /// A setting of TLS or an address is of no use.
    #[error("{0}")]
    Setting(String),
}

/// Credentials and UIDs of somebody who sends requests.
#[derive(Clone)]
pub struct Identity;

impl Target {
    /// Makes a profile's target ready: starts the embedded server or resolves the identities.
    ///
    /// # Errors
    /// When credentials cannot be had, or the embedded server cannot start.
    pub async fn ready(profile: &Profile) -> Result<Self, TargetError> {
        Ok(Self { name: profile.name.clone() })
    }

    /// Starts a reference server inside this process and makes it the target.
    ///
    /// # Errors
    /// When the server does not start.
    pub async fn embedded(_config: oss_reference::config::Config) -> Result<Self, TargetError> {
        Ok(Self { name: "embedded".into() })
    }

    /// Name of the target.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// The endpoint, as text for reports.
    pub fn endpoint(&self) -> &str {
        ""
    }
    /// Name of its folder of snapshots.
    pub fn snapshots(&self) -> &str {
        ""
    }
    /// Whether it is the reference server inside this process.
    pub fn is_embedded(&self) -> bool {
        true
    }
    /// Stops what runs inside this process. Dropping the target does it too, without waiting.
    pub async fn stop(self) {}
}

//! Whom we trust when a target speaks TLS.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls_platform_verifier::BuilderVerifierExt as _;

use super::address::Scheme;

/// Settings of TLS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tls {
    /// Trust the certificates in this PEM file, and no others.
    pub ca_file: Option<PathBuf>,
}

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file of certificates.
    #[error("the certificates in {} cannot be used: {detail}", path.display())]
    CaFile { path: PathBuf, detail: String },
    /// The platform's verifier.
    #[error("the certificates of this system cannot be used: {0}")]
    Platform(rustls::Error),
    #[error("the client cannot be set up: {0}")]
    Client(String),
}

impl Tls {
    /// The configuration for a scheme. Plain HTTP gets one that trusts nobody, so that nothing is read from disk for it.
    pub(crate) fn config(&self, scheme: Scheme) -> Result<ClientConfig, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Platform)?;
        let mut roots = rustls::RootCertStore::empty();
        match (&self.ca_file, scheme) {
            (None, Scheme::Https) => {
                let builder = builder
                    .with_platform_verifier()
                    .map_err(TlsError::Platform)?;
                return Ok(builder.with_no_client_auth());
            }
            (Some(path), Scheme::Https) => {
                let failed = |detail: String| TlsError::CaFile {
                    path: path.clone(),
                    detail,
                };
                let certificates = CertificateDer::pem_file_iter(path)
                    .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                    .map_err(|error| failed(error.to_string()))?;
                for certificate in certificates {
                    roots
                        .add(certificate)
                        .map_err(|error| failed(error.to_string()))?;
                }
                if roots.is_empty() {
                    return Err(failed("it holds no certificate".into()));
                }
            }
            (_, Scheme::Http) => {}
        }
        Ok(builder.with_root_certificates(roots).with_no_client_auth())
    }
}

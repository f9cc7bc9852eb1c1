//! Keys of Ed25519, in the files that openssl reads and writes: PKCS#8 and SubjectPublicKeyInfo (RFC 8410), as PEM.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};

/// What stands before the 32 bytes of a private key in PKCS#8 version 1.
const PRIVATE_HEAD: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
/// What stands before the 32 bytes of a public key in a SubjectPublicKeyInfo.
const PUBLIC_HEAD: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];
const PRIVATE: &str = "PRIVATE KEY";
const PUBLIC: &str = "PUBLIC KEY";
/// No file with a key is longer, in bytes.
const LONGEST: usize = 16 * 1024;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// What should be a private key is none.
    #[error("it is no private key of Ed25519 in PKCS#8")]
    NoPrivateKey,
    /// What should be a public key is a private one.
    #[error(
        "it is a private key, which nobody but its owner should have; what verifies is the public one"
    )]
    IsPrivate,
    /// What should be a public key is none.
    #[error("it is no public key of Ed25519 in PEM")]
    NoPublicKey,
    /// No random numbers can be had.
    #[error("the system gives no random numbers")]
    NoRandom,
}

/// A key that signs. Nothing shows it.
pub struct SigningKey(Ed25519KeyPair);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

/// A key that verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl SigningKey {
    /// Reads PKCS#8, as PEM or as the bytes themselves.
    ///
    /// # Errors
    /// When it is none of Ed25519. The error shows nothing of it.
    pub fn parse(text: &[u8]) -> Result<Self, KeyError> {
        let der = pem(text, PRIVATE).unwrap_or_else(|| text.to_vec());
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der)
            .map(Self)
            .map_err(|_| KeyError::NoPrivateKey)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or is no such key.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        Self::parse(&read(path)?)
    }

    /// The key that verifies what this one signs.
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.0.public_key().as_ref());
        PublicKey(bytes)
    }

    /// The signature of some bytes.
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.0.sign(bytes).as_ref().to_vec()
    }
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo as PEM.
    ///
    /// # Errors
    /// When it is none of Ed25519.
    pub fn parse(text: &[u8]) -> Result<Self, KeyError> {
        if pem(text, PRIVATE).is_some() {
            return Err(KeyError::IsPrivate);
        }
        let der = pem(text, PUBLIC).ok_or(KeyError::NoPublicKey)?;
        let key = der
            .strip_prefix(&PUBLIC_HEAD)
            .ok_or(KeyError::NoPublicKey)?;
        key.try_into().map(Self).map_err(|_| KeyError::NoPublicKey)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or is no such key.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        Self::parse(&read(path)?)
    }

    /// Whether a signature over some bytes is of this key.
    pub fn is_signature(&self, bytes: &[u8], signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, self.0);
        key.verify(bytes, signature).is_ok()
    }

    /// It as PEM.
    pub fn to_pem(&self) -> String {
        written(PUBLIC, &self.info())
    }

    /// What it is called by: the SHA-256 of its SubjectPublicKeyInfo.
    pub fn id(&self) -> String {
        oss_auth::hex(&Sha256::digest(self.info()))
    }

    fn info(&self) -> Vec<u8> {
        [&PUBLIC_HEAD[..], &self.0].concat()
    }
}

/// Makes a pair of keys: the private one in a new file that only its owner may read, the public one beside it with `.pub` behind its name.
///
/// # Errors
/// When a file cannot be written, or stands there already.
pub fn generate(path: &Path) -> Result<(PathBuf, PublicKey), KeyError> {
    let mut seed = [0; 32];
    let random = SystemRandom::new();
    random.fill(&mut seed).map_err(|_| KeyError::NoRandom)?;
    let der = [&PRIVATE_HEAD[..], &seed].concat();
    let public = SigningKey::parse(&der)?.public();
    let mut beside = path.as_os_str().to_owned();
    beside.push(".pub");
    let beside = PathBuf::from(beside);
    if beside.symlink_metadata().is_ok() {
        let error = io::Error::new(io::ErrorKind::AlreadyExists, "it is there already");
        return Err(KeyError::File {
            path: beside,
            error,
        });
    }
    write_new(path, &written(PRIVATE, &der), 0o600)?;
    write_new(&beside, &public.to_pem(), 0o644)?;
    Ok((beside, public))
}

fn write_new(path: &Path, text: &str, mode: u32) -> Result<(), KeyError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let write = || {
        let mut file = options.open(path)?;
        file.write_all(text.as_bytes())
    };
    write().map_err(|error| KeyError::File {
        path: path.to_owned(),
        error,
    })
}

fn read(path: &Path) -> Result<Vec<u8>, KeyError> {
    use std::io::Read as _;
    let read = || {
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path)?;
        file.take(LONGEST as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|error| KeyError::File {
        path: path.to_owned(),
        error,
    })
}

/// The bytes of the first block of that label.
fn pem(text: &[u8], label: &str) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (coded, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let coded: String = coded.split_whitespace().collect();
    BASE64_STANDARD.decode(coded).ok()
}

fn written(label: &str, der: &[u8]) -> String {
    // Keys of Ed25519 fit into one line of 64 characters.
    let coded = BASE64_STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{coded}\n-----END {label}-----\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8410 §10.3 and §10.1: a private key and the public key that belongs to it.
    const PRIVATE_KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";

    #[test]
    fn the_keys_of_the_standard_belong_together() {
        let signing = SigningKey::parse(PRIVATE_KEY.as_bytes()).unwrap();
        let public = PublicKey::parse(PUBLIC_KEY.as_bytes()).unwrap();
        assert_eq!(signing.public(), public);
        assert_eq!(public.to_pem(), PUBLIC_KEY);
        let signature = signing.sign(b"text");
        assert!(public.is_signature(b"text", &signature));
        assert!(!public.is_signature(b"texts", &signature));
    }

    #[test]
    fn new_keys_are_the_owners_alone_and_never_replace_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vendor.key");
        let (beside, public) = generate(&path).unwrap();
        assert_eq!(beside, folder.path().join("vendor.key.pub"));
        assert_eq!(PublicKey::load(&beside).unwrap(), public);
        assert_eq!(SigningKey::load(&path).unwrap().public(), public);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let before = std::fs::read(&path).unwrap();
        assert!(generate(&path).is_err());
        std::fs::remove_file(&beside).unwrap();
        assert!(generate(&path).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), before);
        let other = folder.path().join("other.key");
        std::fs::write(folder.path().join("other.key.pub"), "taken").unwrap();
        assert!(generate(&other).is_err() && !other.exists());
    }

    #[test]
    fn what_is_no_key_is_told_without_showing_it() {
        let cut = &PRIVATE_KEY[..60];
        for text in [
            cut,
            "",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        ] {
            let error = SigningKey::parse(text.as_bytes()).unwrap_err();
            assert!(matches!(error, KeyError::NoPrivateKey), "{error}");
        }
        assert!(matches!(
            PublicKey::parse(PRIVATE_KEY.as_bytes()),
            Err(KeyError::IsPrivate)
        ));
        assert!(matches!(
            PublicKey::parse(b"PEM"),
            Err(KeyError::NoPublicKey)
        ));
        let shown = format!("{:?}", SigningKey::parse(PRIVATE_KEY.as_bytes()).unwrap());
        assert_eq!(shown, "SigningKey(…)");
    }
}

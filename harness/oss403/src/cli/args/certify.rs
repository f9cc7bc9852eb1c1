//! Arguments of `certify` and `verify`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use oss403_case::revision::Revision;

use super::{at_least_one, revision};
use crate::certify::terms;

/// Arguments of `certify`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "A certificate is of the whole suite: there are no filters, no parts and no baseline. Names, sizes and order come from the \
        challenge, where there is one. Ends as `oss403 run` would have; a run that did not come to its end gets no certificate."
)]
pub struct CertifyArgs {
    /// What to do besides.
    #[command(subcommand)]
    pub command: Option<CertifyCommand>,
    /// Target profile, or `embedded`.
    #[arg(long, value_name = "FILE", required = true)]
    pub target: Option<PathBuf>,
    /// Folder of the bundle. It must be empty, or absent.
    #[arg(long, value_name = "DIR", required = true)]
    pub out: Option<PathBuf>,
    /// The private key that signs: PKCS#8 of Ed25519, as PEM or DER. Default: the one in the variable of `--key-env`.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// The environment variable with that key, as PEM.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "OSS403_SIGNING_KEY",
        conflicts_with = "key"
    )]
    pub key_env: String,
    /// What whoever asks for the certificate gave for it: 16 to 128 hexadecimal digits.
    #[arg(long, value_name = "HEX", value_parser = challenge)]
    pub challenge: Option<String>,
    /// Run an instance that deviates or was not provoked again until it was run so often, at most ten times; what differs is
    /// flaky. It is stated.
    #[arg(long, value_name = "N", value_parser = attempts, default_value = "1")]
    pub attempts: usize,
    /// Who makes the product. Default: `product.vendor` of the profile.
    #[arg(long, value_name = "TEXT")]
    pub vendor: Option<String>,
    /// What the product is called. Default: `product.name` of the profile.
    #[arg(long, value_name = "TEXT")]
    pub product: Option<String>,
    /// Its version. Default: `product.version` of the profile.
    #[arg(long, value_name = "TEXT")]
    pub product_version: Option<String>,
    /// `documented`, the causes of the 403 page, or `observed`, those and what the service was seen to refuse besides.
    #[arg(long, value_name = "NAME", default_value = "documented", value_parser = revision(), hide_possible_values = true)]
    pub revision: Revision,
    /// Most instances at a time.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub jobs: Option<usize>,
    /// Folder of the case files. Default: the one compiled in, which is the only one that others verify against.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
    /// Folder of the journal. Default: ./reports.
    #[arg(long, value_name = "DIR")]
    pub journals: Option<PathBuf>,
}

/// What `certify` does besides.
#[derive(Debug, Subcommand)]
pub enum CertifyCommand {
    /// Make a pair of keys: the private one in a new file that only its owner may read, the public one in KEY.pub
    Keygen(KeygenArgs),
}

/// Arguments of `certify keygen`.
#[derive(Debug, Args)]
pub struct KeygenArgs {
    /// The file of the private key. One that is there is left alone.
    #[arg(long, value_name = "KEY")]
    pub out: PathBuf,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Folder of the bundle.
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    /// The public key of whom you believe: PEM, as `certify keygen` and openssl write it.
    #[arg(long, value_name = "PUB")]
    pub key: PathBuf,
    /// The challenge that you gave before the run.
    #[arg(long, value_name = "HEX", value_parser = challenge)]
    pub challenge: Option<String>,
    /// Run so many in a hundred of the instances again, drawn by lot, and compare.
    #[arg(long, value_name = "N%", value_parser = percent, requires = "target")]
    pub replay: Option<f64>,
    /// The target of `--replay`.
    #[arg(long, value_name = "FILE", requires = "replay")]
    pub target: Option<PathBuf>,
    /// Folder of the case files. Default: the one compiled in.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
    /// Folder of the journals of `--replay`. Default: ./reports.
    #[arg(long, value_name = "DIR")]
    pub journals: Option<PathBuf>,
}

fn attempts(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if terms::ATTEMPTS.contains(&number) => Ok(number),
        _ => Err("must be a whole number from 1 to 10".into()),
    }
}

fn challenge(text: &str) -> Result<String, String> {
    let text = text.to_ascii_lowercase();
    match terms::is_challenge(&text) {
        true => Ok(text),
        false => Err("must be an even number of hexadecimal digits, from 16 to 128".into()),
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text).parse();
    match number {
        Ok(number) if number > 0.0 && number <= 100.0 => Ok(number),
        _ => Err("must be more than 0% and at most 100%".into()),
    }
}

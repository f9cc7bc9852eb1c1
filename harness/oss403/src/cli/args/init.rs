//! The arguments of `init`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Where the server listens: `https://oss-cn-hangzhou.example.com`, `http://127.0.0.1:9403`.
    #[arg(value_name = "URL")]
    pub endpoint: String,
    /// The profile that is written, `-` for standard output. A file that is there is left alone.
    #[arg(long, value_name = "FILE", default_value = "target.yaml")]
    pub out: PathBuf,
    /// The home region, and after it a second one if the server has it. Default: what the host name says, else cn-hangzhou.
    #[arg(long = "region", value_name = "ID")]
    pub regions: Vec<String>,
    /// What stands in host names where the service has aliyuncs.com. Default: what the host name says.
    #[arg(long, value_name = "NAME")]
    pub suffix: Option<String>,
    /// What the service itself is called in `Host`, where that is no `oss-<region>.<suffix>`. Default: both that and what the URL
    /// says are tried.
    #[arg(long, value_name = "HOST")]
    pub service: Option<String>,
    /// Where requests carry their bucket. Default: both are tried.
    #[arg(long, value_name = "STYLE")]
    pub style: Option<InitStyle>,
    /// The environment variable with the owner's AccessKeyId.
    #[arg(long, value_name = "NAME", default_value = "OSS_ACCESS_KEY_ID")]
    pub key_env: String,
    /// The environment variable with the owner's AccessKeySecret.
    #[arg(long, value_name = "NAME", default_value = "OSS_ACCESS_KEY_SECRET")]
    pub secret_env: String,
    /// Folder of the journals. Default: ./reports.
    #[arg(long, value_name = "DIR")]
    pub journals: Option<PathBuf>,
}

/// Where requests carry their bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InitStyle {
    /// In the host name.
    VirtualHosted,
    /// As the first segment of the path.
    Path,
}

impl InitStyle {
    /// The one that it is not.
    pub fn other(self) -> Self {
        match self {
            Self::VirtualHosted => Self::Path,
            Self::Path => Self::VirtualHosted,
        }
    }
}

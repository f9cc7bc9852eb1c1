//! The bucket sub-resources that are stored and given back as they were sent.

use super::Operation;
use crate::request::Request;

/// A bucket sub-resource without a meaning of its own here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The sub-resource, `lifecycle`.
    pub name: &'static str,
    /// The actions that put, get and delete it.
    pub actions: [&'static str; 3],
}

macro_rules! settings {
    ($($name:literal => $noun:literal,)*) => {
        &[$(Setting {
            name: $name,
            actions: [
                concat!("oss:Put", $noun),
                concat!("oss:Get", $noun),
                concat!("oss:Delete", $noun),
            ],
        },)*]
    };
}

/// All of them. `append`-like sub-resources of objects are not among them, nor are those with an operation of their own.
pub const SETTINGS: &[Setting] = settings! {
    "accessmonitor" => "BucketAccessMonitor",
    "asyncFetch" => "AsyncFetchTask",
    "bucketArchiveDirectRead" => "BucketArchiveDirectRead",
    "dataAccelerator" => "DataAccelerator",
    "group" => "BucketGroup",
    "httpsConfig" => "BucketHttpsConfig",
    "inventory" => "BucketInventory",
    "lifecycle" => "BucketLifecycle",
    "link" => "BucketLink",
    "logging" => "BucketLogging",
    "metaQuery" => "BucketMetaQuery",
    "overwriteConfig" => "BucketOverwriteConfig",
    "processConfiguration" => "BucketProcessConfiguration",
    "qosInfo" => "BucketQosInfo",
    "redundancyTransition" => "BucketDataRedundancyTransition",
    "replication" => "BucketReplication",
    "replicationLocation" => "BucketReplicationLocation",
    "replicationProgress" => "BucketReplicationProgress",
    "requesterQosInfo" => "BucketRequesterQosInfo",
    "resourceGroup" => "BucketResourceGroup",
    "responseHeader" => "BucketResponseHeader",
    "rtc" => "BucketRTC",
    "style" => "BucketStyle",
    "userDefinedLogFieldsConfig" => "UserDefinedLogFieldsConfig",
    "website" => "BucketWebsite",
};

/// The setting a bucket request names, if any.
pub fn setting(request: &Request<'_>) -> Option<&'static Setting> {
    request
        .query
        .iter()
        .find_map(|pair| SETTINGS.iter().find(|setting| setting.name == pair.name))
}

impl Setting {
    /// The action that `operation` on this setting needs.
    pub fn action(&self, operation: Operation) -> &'static str {
        match operation {
            Operation::PutBucketSetting => self.actions[0],
            Operation::DeleteBucketSetting => self.actions[2],
            _ => self.actions[1],
        }
    }
}

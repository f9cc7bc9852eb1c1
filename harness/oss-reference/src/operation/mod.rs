//! Which API operation a request asks for, from method, sub-resource and headers.

mod identify;
mod names;
pub mod settings;

pub use identify::identify;

/// Declares the operations with their class and the RAM action that allows them (help page: RAM policy overview).
macro_rules! operations {
    ($($name:ident: $class:ident, $action:literal;)*) => {
        /// The operations the server knows. Names are those of the API reference.
        ///
        /// `PutBucketSetting`, `GetBucketSetting` and `DeleteBucketSetting` stand for every bucket sub-resource that is stored and
        /// given back as it was sent (`lifecycle`, `logging`, `website` …, see [`settings`]).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the names are the documentation")]
        pub enum Operation {
            $($name,)*
        }

        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The API name, `GetObject`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// Whether it takes something away and adds nothing.
            pub(crate) fn only_removes(self) -> bool {
                let name = self.name();
                name.starts_with("Delete") || name.starts_with("Abort")
            }

            /// How it is authorised once no policy has spoken.
            pub fn class(self) -> Class {
                match self {
                    $(Self::$name => Class::$class,)*
                }
            }

            /// The action a policy must allow, for the request's own resource. Copies and renames need a second one on
            /// their source; settings have one for each sub-resource.
            pub fn action(self) -> &'static str {
                match self {
                    $(Self::$name => $action,)*
                }
            }
        }
    };
}

operations! {
    ListBuckets: Service, "oss:ListBuckets";
    DescribeRegions: Service, "oss:DescribeRegions";
    PutBucket: Create, "oss:PutBucket";
    PutBucketAcl: Create, "oss:PutBucketAcl";
    DeleteBucket: Bucket, "oss:DeleteBucket";
    GetBucketAcl: Bucket, "oss:GetBucketAcl";
    GetBucketInfo: Bucket, "oss:GetBucketInfo";
    GetBucketLocation: Bucket, "oss:GetBucketLocation";
    GetBucketStat: Bucket, "oss:GetBucketStat";
    HeadBucket: Bucket, "oss:GetBucketInfo";
    ListObjects: Bucket, "oss:ListObjects";
    ListObjectsV2: Bucket, "oss:ListObjects";
    ListObjectVersions: Bucket, "oss:ListObjectVersions";
    ListLiveChannel: Bucket, "oss:ListLiveChannel";
    PutBucketVersioning: Bucket, "oss:PutBucketVersioning";
    GetBucketVersioning: Bucket, "oss:GetBucketVersioning";
    ListMultipartUploads: Bucket, "oss:ListMultipartUploads";
    PutBucketPolicy: Bucket, "oss:PutBucketPolicy";
    GetBucketPolicy: Bucket, "oss:GetBucketPolicy";
    DeleteBucketPolicy: Bucket, "oss:DeleteBucketPolicy";
    PutBucketReferer: Bucket, "oss:PutBucketReferer";
    GetBucketReferer: Bucket, "oss:GetBucketReferer";
    PutBucketCors: Bucket, "oss:PutBucketCors";
    GetBucketCors: Bucket, "oss:GetBucketCors";
    DeleteBucketCors: Bucket, "oss:DeleteBucketCors";
    OptionObject: Preflight, "oss:OptionObject";
    InitiateBucketWorm: Bucket, "oss:InitiateBucketWorm";
    AbortBucketWorm: Bucket, "oss:AbortBucketWorm";
    CompleteBucketWorm: Bucket, "oss:CompleteBucketWorm";
    ExtendBucketWorm: Bucket, "oss:ExtendBucketWorm";
    GetBucketWorm: Bucket, "oss:GetBucketWorm";
    PutBucketEncryption: Bucket, "oss:PutBucketEncryption";
    GetBucketEncryption: Bucket, "oss:GetBucketEncryption";
    DeleteBucketEncryption: Bucket, "oss:DeleteBucketEncryption";
    PutBucketTransferAcceleration: Bucket, "oss:PutBucketTransferAcceleration";
    GetBucketTransferAcceleration: Bucket, "oss:GetBucketTransferAcceleration";
    DeleteBucketTransferAcceleration: Bucket, "oss:DeleteBucketTransferAcceleration";
    PutPublicAccessBlock: Bucket, "oss:PutBucketPublicAccessBlock";
    GetPublicAccessBlock: Bucket, "oss:GetBucketPublicAccessBlock";
    DeletePublicAccessBlock: Bucket, "oss:DeleteBucketPublicAccessBlock";
    PutBucketRequestPayment: Bucket, "oss:PutBucketRequestPayment";
    GetBucketRequestPayment: Bucket, "oss:GetBucketRequestPayment";
    PutBucketTags: Bucket, "oss:PutBucketTagging";
    GetBucketTags: Bucket, "oss:GetBucketTagging";
    DeleteBucketTags: Bucket, "oss:DeleteBucketTagging";
    CreateCnameToken: Bucket, "oss:CreateCnameToken";
    GetCnameToken: Bucket, "oss:GetCnameToken";
    PutCname: Bucket, "oss:PutCname";
    ListCname: Bucket, "oss:ListCname";
    DeleteCname: Bucket, "oss:DeleteCname";
    PutBucketSetting: Bucket, "oss:PutBucketSetting";
    GetBucketSetting: Bucket, "oss:GetBucketSetting";
    DeleteBucketSetting: Bucket, "oss:DeleteBucketSetting";
    GetObject: Read, "oss:GetObject";
    HeadObject: Read, "oss:GetObject";
    GetObjectMeta: Read, "oss:GetObject";
    PutObject: Write, "oss:PutObject";
    PostObject: Write, "oss:PutObject";
    AppendObject: Write, "oss:PutObject";
    CopyObject: Write, "oss:PutObject";
    DeleteObject: Write, "oss:DeleteObject";
    DeleteMultipleObjects: Write, "oss:DeleteObject";
    PutObjectAcl: WriteAcl, "oss:PutObjectAcl";
    GetObjectAcl: ReadAcl, "oss:GetObjectAcl";
    PutObjectTagging: Tagging, "oss:PutObjectTagging";
    GetObjectTagging: Tagging, "oss:GetObjectTagging";
    DeleteObjectTagging: Tagging, "oss:DeleteObjectTagging";
    PutSymlink: Write, "oss:PutObject";
    GetSymlink: Read, "oss:GetObject";
    RestoreObject: Write, "oss:RestoreObject";
    RenameObject: Write, "oss:PutObject";
    CreateDirectory: Write, "oss:PutObject";
    DeleteDirectory: Write, "oss:DeleteObject";
    InitiateMultipartUpload: Multipart, "oss:PutObject";
    UploadPart: Multipart, "oss:PutObject";
    UploadPartCopy: Multipart, "oss:PutObject";
    CompleteMultipartUpload: Multipart, "oss:PutObject";
    AbortMultipartUpload: Multipart, "oss:AbortMultipartUpload";
    ListParts: Multipart, "oss:ListParts";
}

impl Operation {
    /// The operation of that API name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|operation| operation.name() == name)
    }

    /// Whether it concerns an object, whose data the owner's account status puts out of reach.
    pub fn is_data(self) -> bool {
        match self.class() {
            Class::Read
            | Class::Write
            | Class::Multipart
            | Class::ReadAcl
            | Class::WriteAcl
            | Class::Tagging => true,
            Class::Bucket => self.is_list(),
            Class::Service | Class::Create | Class::Preflight => false,
        }
    }

    /// Whether it concerns one version of an object, which it may name.
    pub fn takes_version(self) -> bool {
        matches!(
            self,
            Self::GetObject
                | Self::HeadObject
                | Self::GetObjectMeta
                | Self::GetSymlink
                | Self::GetObjectAcl
                | Self::PutObjectAcl
                | Self::GetObjectTagging
                | Self::PutObjectTagging
                | Self::DeleteObjectTagging
                | Self::DeleteObject
                | Self::RestoreObject
        )
    }

    /// Whether it lists what is in a bucket.
    pub fn is_list(self) -> bool {
        matches!(
            self,
            Self::ListObjects
                | Self::ListObjectsV2
                | Self::ListObjectVersions
                | Self::ListMultipartUploads
        )
    }
}

/// How an operation is authorised once no policy has spoken (authorisation steps of the access-control overview).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// On the service: ListBuckets, DescribeRegions.
    Service,
    /// Makes a bucket or sets its ACL.
    Create,
    /// Every other bucket-level operation, lists included.
    Bucket,
    /// Reads an object.
    Read,
    /// Writes or removes an object.
    Write,
    /// Multipart upload.
    Multipart,
    /// Reads an object's ACL.
    ReadAcl,
    /// Changes an object's ACL.
    WriteAcl,
    /// Object tagging.
    Tagging,
    /// CORS preflight: answered before anything else is asked.
    Preflight,
}

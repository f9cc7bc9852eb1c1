//! Who may do what under which ACL, and with which message it is refused.

use oss_policy::{AclDenied, BucketAcl, Caller, Need, ObjectAcl, check_acl};

const NEEDS: [Need; 5] = [
    Need::Read,
    Need::Write,
    Need::ReadAcl,
    Need::WriteAcl,
    Need::Multipart,
];
const BUCKETS: [BucketAcl; 3] = [
    BucketAcl::Private,
    BucketAcl::PublicRead,
    BucketAcl::PublicReadWrite,
];
const OBJECTS: [Option<ObjectAcl>; 5] = [
    None,
    Some(ObjectAcl::Default),
    Some(ObjectAcl::Private),
    Some(ObjectAcl::PublicRead),
    Some(ObjectAcl::PublicReadWrite),
];

#[test]
fn the_owner_always_passes() {
    for need in NEEDS {
        for bucket in BUCKETS {
            for object in OBJECTS {
                assert_eq!(check_acl(need, Caller::Owner, bucket, object), Ok(()));
            }
        }
    }
}

/// One line a pair of ACLs, one column a need: `+` granted, `B` refused on the bucket's ACL, `O` on the object's own,
/// `-` refused whatever the ACL.
const TABLE: &str = "
    bucket             object             read write read-acl write-acl multipart
    private            absent             B    B     -        -         -
    private            default            B    B     -        -         -
    private            private            O    O     -        -         -
    private            public-read        +    O     -        -         -
    private            public-read-write  +    +     -        -         +
    public-read        absent             +    B     -        -         -
    public-read        default            +    B     -        -         -
    public-read        private            O    O     -        -         -
    public-read        public-read        +    O     -        -         -
    public-read        public-read-write  +    +     -        -         +
    public-read-write  absent             +    +     -        -         +
    public-read-write  default            +    +     -        -         +
    public-read-write  private            O    O     -        -         -
    public-read-write  public-read        +    O     -        -         -
    public-read-write  public-read-write  +    +     -        -         +
";

#[test]
fn everybody_else_is_granted_and_refused_by_the_table() {
    let mut lines = 0;
    for line in TABLE.lines().skip(2).filter(|line| !line.trim().is_empty()) {
        let mut cells = line.split_whitespace();
        let bucket: BucketAcl = cells.next().unwrap().parse().unwrap();
        let object = match cells.next().unwrap() {
            "absent" => None,
            acl => Some(acl.parse::<ObjectAcl>().unwrap()),
        };
        for (need, mark) in NEEDS.into_iter().zip(cells) {
            for caller in [Caller::Signed, Caller::Anonymous] {
                let expected = match (mark, need, caller) {
                    ("+", ..) => Ok(()),
                    ("B", ..) => Err(AclDenied::BucketAcl),
                    ("O", Need::Read, _) => Err(AclDenied::ObjectRead),
                    ("O", ..) => Err(AclDenied::ObjectWrite),
                    (_, Need::ReadAcl, _) => Err(AclDenied::ObjectReadAcl),
                    (_, Need::WriteAcl, _) => Err(AclDenied::ObjectWriteAcl),
                    (_, _, Caller::Anonymous) => Err(AclDenied::MultipartAnonymous),
                    _ => Err(AclDenied::MultipartSigned),
                };
                assert_eq!(
                    check_acl(need, caller, bucket, object),
                    expected,
                    "{line} {need:?}"
                );
            }
        }
        lines += 1;
    }
    assert_eq!(lines, BUCKETS.len() * OBJECTS.len());
}

#[test]
fn refusals_have_their_documented_ec() {
    for (denied, ec) in [
        (AclDenied::BucketAcl, Some("0003-00000001")),
        (AclDenied::ObjectRead, Some("0003-00000005")),
        (AclDenied::ObjectWrite, Some("0003-00000006")),
        (AclDenied::ObjectReadAcl, Some("0003-00000007")),
        (AclDenied::ObjectWriteAcl, Some("0003-00000008")),
        (AclDenied::MultipartSigned, None),
        (AclDenied::MultipartAnonymous, None),
    ] {
        assert_eq!(denied.ec(), ec);
    }
}

#[test]
fn acls_read_and_write_as_on_the_wire() {
    for text in ["private", "public-read", "public-read-write"] {
        assert_eq!(text.parse::<BucketAcl>().unwrap().to_string(), text);
        assert_eq!(text.parse::<ObjectAcl>().unwrap().to_string(), text);
    }
    assert_eq!("default".parse(), Ok(ObjectAcl::Default));
    assert_eq!(ObjectAcl::Default.as_str(), "default");
    assert!("default".parse::<BucketAcl>().is_err());
    for text in ["", "Private", "public", "public-read "] {
        assert!(text.parse::<BucketAcl>().is_err() && text.parse::<ObjectAcl>().is_err());
    }
    assert_eq!(BucketAcl::default(), BucketAcl::Private);
    assert_eq!(ObjectAcl::default(), ObjectAcl::Default);
}

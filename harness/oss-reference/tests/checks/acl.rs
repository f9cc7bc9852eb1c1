//! Which message the ACL stage gives: class × caller × bucket ACL × object ACL, from the pages ACL and OSS permission and the EC pages
//! 0003-00000001 to -08. Written as the table of the documents, not as the code decides.

use oss_policy::{BucketAcl, ObjectAcl};
use oss_reference::Cause::{self, *};

use crate::fixture::{Ask, Setup};

const BUCKET_ACLS: [BucketAcl; 3] = [
    BucketAcl::Private,
    BucketAcl::PublicRead,
    BucketAcl::PublicReadWrite,
];
const OBJECT_ACLS: [Option<ObjectAcl>; 5] = [
    None,
    Some(ObjectAcl::Default),
    Some(ObjectAcl::Private),
    Some(ObjectAcl::PublicRead),
    Some(ObjectAcl::PublicReadWrite),
];

#[derive(Clone, Copy, PartialEq, Debug)]
enum Who {
    Owner,
    Poor,
    Foreign,
    Anonymous,
}

/// The documented answer. `own` is the object's ACL where it has one of its own.
fn expected(class: &str, who: Who, bucket: BucketAcl, own: Option<ObjectAcl>) -> Result<(), Cause> {
    if who == Who::Owner {
        return Ok(());
    }
    let anonymous = who == Who::Anonymous;
    let readable = match own {
        Some(acl) => acl != ObjectAcl::Private,
        None => bucket != BucketAcl::Private,
    };
    let writable = match own {
        Some(acl) => acl == ObjectAcl::PublicReadWrite,
        None => bucket == BucketAcl::PublicReadWrite,
    };
    match class {
        "read" if readable => Ok(()),
        "read" => Err(if own.is_some() {
            ObjectAclRead
        } else {
            Cause::BucketAcl
        }),
        "write" if writable => Ok(()),
        "write" => Err(if own.is_some() {
            ObjectAclWrite
        } else {
            Cause::BucketAcl
        }),
        "multipart" if writable => Ok(()),
        "multipart" => Err(if anonymous {
            AnonymousObject
        } else {
            ObjectNoRight
        }),
        "read-acl" => Err(ObjectAclReadAcl),
        "write-acl" => Err(ObjectAclWriteAcl),
        "tagging" => Err(if anonymous {
            Cause::BucketAcl
        } else {
            AccessDenied
        }),
        "list" | "bucket" => Err(if anonymous {
            AnonymousBucket
        } else {
            BucketNotBelong
        }),
        other => panic!("{other}"),
    }
}

#[test]
fn the_decision_table() {
    let requests: &[(&str, &str, &str)] = &[
        ("read", "GET", "/k.txt"),
        ("read", "HEAD", "/k.txt"),
        ("read", "HEAD", "/k.txt?objectMeta"),
        ("read", "GET", "/k.txt?symlink"),
        ("write", "PUT", "/k.txt"),
        ("write", "PUT", "/k.txt?symlink"),
        ("write", "POST", "/k.txt?append&position=0"),
        ("write", "DELETE", "/k.txt"),
        ("write", "POST", "/k.txt?restore"),
        ("multipart", "POST", "/k.txt?uploads"),
        ("multipart", "PUT", "/k.txt?partNumber=1&uploadId=U1"),
        ("multipart", "POST", "/k.txt?uploadId=U1"),
        ("multipart", "DELETE", "/k.txt?uploadId=U1"),
        ("multipart", "GET", "/k.txt?uploadId=U1"),
        ("read-acl", "GET", "/k.txt?acl"),
        ("write-acl", "PUT", "/k.txt?acl"),
        ("tagging", "GET", "/k.txt?tagging"),
        ("tagging", "PUT", "/k.txt?tagging"),
        ("tagging", "DELETE", "/k.txt?tagging"),
        ("list", "GET", "/"),
        ("list", "GET", "/?list-type=2"),
        ("list", "GET", "/?versions"),
        ("list", "GET", "/?uploads"),
        ("bucket", "GET", "/?acl"),
        ("bucket", "GET", "/?bucketInfo"),
        ("bucket", "GET", "/?location"),
        ("bucket", "GET", "/?lifecycle"),
        ("bucket", "PUT", "/?cors"),
        ("bucket", "DELETE", "/"),
    ];
    let mut seen = 0;
    for bucket_acl in BUCKET_ACLS {
        for object_acl in OBJECT_ACLS {
            let mut setup = Setup::new();
            setup.bucket("bucket-one").acl = bucket_acl;
            match object_acl {
                Some(acl) => setup.object("bucket-one").acl = acl,
                None => setup.bucket("bucket-one").objects.clear(),
            }
            let own = object_acl.filter(|acl| *acl != ObjectAcl::Default);
            let (poor, foreign) = (setup.poor_user(), setup.key("other-account"));
            for (class, method, path) in requests {
                for who in [Who::Owner, Who::Poor, Who::Foreign, Who::Anonymous] {
                    let ask = setup.ask(method, "bucket-one", path);
                    let ask: Ask = match who {
                        Who::Owner => ask,
                        Who::Poor => ask.by(&poor),
                        Who::Foreign => ask.by(&foreign),
                        Who::Anonymous => ask.anonymous(),
                    };
                    // An absent object gets as far as 404 when ACLs let the caller through.
                    let answer = match setup.send(&ask) {
                        Err(oss_reference::answer::Refusal::Denied(denial)) => Err(denial.cause),
                        Err(oss_reference::answer::Refusal::Rejected(rejection)) => {
                            assert_eq!(
                                (rejection.status, object_acl),
                                (404, None),
                                "{method} {path}"
                            );
                            Ok(())
                        }
                        Ok(_) => Ok(()),
                    };
                    let wanted = expected(class, who, bucket_acl, own);
                    assert_eq!(
                        answer, wanted,
                        "{method} {path} by {who:?}, bucket {bucket_acl:?}, object {object_acl:?}"
                    );
                    seen += 1;
                }
            }
        }
    }
    assert_eq!(seen, 3 * 5 * 4 * requests.len());
}

#[test]
fn block_public_access_silences_public_acls_and_keeps_private_ones() {
    let mut setup = Setup::new();
    setup.bucket("bucket-read").block_public_access = true;
    setup.object("bucket-read").acl = ObjectAcl::PublicRead;
    let ask = setup.ask("GET", "bucket-read", "/k.txt").anonymous();
    assert_eq!(setup.cause(&ask), Err(Cause::BucketAcl));
    setup.object("bucket-read").acl = ObjectAcl::Private;
    assert_eq!(setup.cause(&ask), Err(ObjectAclRead));
}

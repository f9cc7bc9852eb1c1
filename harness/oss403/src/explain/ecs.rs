//! What each EC stands for, as the pages of the error codes and answers on the wire say. A cause's own EC stands here; that a source of a
//! cause only mentions another's EC makes it none of its own.

/// An EC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ec {
    /// `0003-00000001`.
    pub ec: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Causes of the ledger whose own it is.
    pub causes: &'static [&'static str],
    /// What it says, and what to do.
    pub says: &'static str,
}

/// The EC of that number.
pub fn find(ec: &str) -> Option<&'static Ec> {
    ECS.iter().find(|known| known.ec == ec)
}

/// Whether a text has the form of an EC.
pub fn is_ec(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    text.len() == 13
        && text.is_char_boundary(4)
        && digits(&text[..4])
        && &text[4..5] == "-"
        && digits(&text[5..])
}

const fn ec(
    ec: &'static str,
    status: u16,
    causes: &'static [&'static str],
    says: &'static str,
) -> Ec {
    Ec {
        ec,
        status,
        causes,
        says,
    }
}

/// Every EC that is known, in their order.
pub const ECS: &[Ec] = &[
    ec(
        "0002-00000001",
        403,
        &["security-token-interface", "security-token-region"],
        "This operation, or this region, does not take the temporary credentials of STS.",
    ),
    ec(
        "0002-00000003",
        403,
        &["access-key-sts-token-lost", "access-key-unknown"],
        "The key is a temporary one, and its security token is not in the request: send it along, and sign it.",
    ),
    ec(
        "0002-00000004",
        403,
        &["security-token-mismatch"],
        "The security token was issued with another key.",
    ),
    ec(
        "0002-00000006",
        403,
        &["security-token-invalid"],
        "The security token cannot be read: it was cut, escaped or never issued.",
    ),
    ec(
        "0002-00000007",
        403,
        &["security-token-expired"],
        "The security token has expired: ask STS for new credentials.",
    ),
    ec(
        "0002-00000008",
        403,
        &["security-token-invalid"],
        "The security token cannot be read: it was cut, escaped or never issued.",
    ),
    ec(
        "0002-00000009",
        400,
        &[],
        "A request that is signed as for S3 has its token in x-amz-security-token, not in x-oss-security-token.",
    ),
    ec(
        "0002-00000010",
        400,
        &[],
        "The security token stands in a header and in the URL: leave one away.",
    ),
    ec(
        "0002-00000037",
        400,
        &[],
        "This operation takes a signature in the Authorization header only.",
    ),
    ec(
        "0002-00000038",
        400,
        &[],
        "This operation takes a signature in the URL only.",
    ),
    ec(
        "0002-00000039",
        400,
        &[],
        "The request is signed twice, in the Authorization header and in the URL: leave one away. A client that follows a signed URL must not add its Authorization header.",
    ),
    ec(
        "0002-00000040",
        403,
        &["signature-mismatch"],
        "The signature (V1) is not the one that OSS calculates.",
    ),
    ec(
        "0002-00000061",
        400,
        &[],
        "The Authorization header begins with no scheme that OSS knows: `OSS`, `OSS2`, `OSS4-HMAC-SHA256`, `AWS` or `AWS4-HMAC-SHA256`, and a blank.",
    ),
    ec(
        "0002-00000062",
        400,
        &[],
        "The Authorization header of V1 has no colon between key and signature.",
    ),
    ec(
        "0002-00000063",
        400,
        &[],
        "The Authorization header has no AccessKeyId: the client's credentials are empty.",
    ),
    ec(
        "0002-00000065",
        400,
        &[],
        "The Authorization header has no signature.",
    ),
    ec(
        "0002-00000066",
        400,
        &[],
        "x-oss-signature-version in the URL names no version that OSS knows.",
    ),
    ec(
        "0002-00000067",
        403,
        &["url-auth-missing-parameter"],
        "The signed URL has no Expires: it was cut, or `&` was eaten by a shell or by HTML (`&amp;`).",
    ),
    ec(
        "0002-00000068",
        403,
        &["url-auth-missing-parameter"],
        "Expires of the signed URL is empty.",
    ),
    ec(
        "0002-00000069",
        403,
        &["url-auth-expired"],
        "The signed URL has expired.",
    ),
    ec(
        "0002-00000070",
        403,
        &["url-auth-invalid-date"],
        "Expires of the signed URL is no number of seconds.",
    ),
    ec(
        "0002-00000071",
        403,
        &["url-auth-missing-parameter"],
        "The signed URL has no OSSAccessKeyId.",
    ),
    ec(
        "0002-00000072",
        403,
        &["url-auth-missing-parameter"],
        "OSSAccessKeyId of the signed URL is empty: the client's credentials are empty.",
    ),
    ec(
        "0002-00000074",
        403,
        &["url-auth-missing-parameter"],
        "The signed URL has no Signature.",
    ),
    ec(
        "0002-00000075",
        403,
        &["url-auth-missing-parameter"],
        "Signature of the signed URL is empty.",
    ),
    ec(
        "0002-00000079",
        403,
        &[],
        "Operations on a bucket do not take a V1 signature in the URL: sign a header, or with V4.",
    ),
    ec(
        "0002-00000080",
        403,
        &["signature-v1-forbidden"],
        "This account or bucket takes no V1 signatures any more: sign with V4 (in most SDKs: set the region, and signature version 4).",
    ),
    ec(
        "0002-00000101",
        403,
        &["signature-mismatch"],
        "The signature (V2) is not the one that OSS calculates.",
    ),
    ec(
        "0002-00000201",
        403,
        &["signature-mismatch"],
        "The signature (V4) is not the one that OSS calculates.",
    ),
    ec(
        "0002-00000202",
        400,
        &[],
        "A pair of the V4 Authorization header has no `=`.",
    ),
    ec(
        "0002-00000203",
        400,
        &[],
        "The V4 Authorization header has a part that OSS does not know: Credential, AdditionalHeaders and Signature are all there are.",
    ),
    ec(
        "0002-00000204",
        400,
        &[],
        "The V4 Authorization header has a part twice.",
    ),
    ec(
        "0002-00000206",
        400,
        &[],
        "The Credential of the V4 Authorization header has no AccessKeyId: the client's credentials are empty.",
    ),
    ec(
        "0002-00000207",
        400,
        &[],
        "The V4 Authorization header has no Signature.",
    ),
    ec(
        "0002-00000208",
        400,
        &[],
        "The Signature of the V4 Authorization header is empty.",
    ),
    ec(
        "0002-00000209",
        400,
        &[],
        "AdditionalHeaders of the V4 Authorization header is empty: leave it away.",
    ),
    ec(
        "0002-00000210",
        400,
        &[],
        "AdditionalHeaders of the V4 Authorization header has an empty name.",
    ),
    ec(
        "0002-00000211",
        400,
        &[],
        "AdditionalHeaders names a header that the request does not have.",
    ),
    ec(
        "0002-00000212",
        400,
        &[],
        "The day in the Credential is not the day of x-oss-date: both are in UTC.",
    ),
    ec(
        "0002-00000213",
        400,
        &[],
        "The Credential is not `AccessKeyId/YYYYMMDD/region/oss/aliyun_v4_request`.",
    ),
    ec(
        "0002-00000214",
        400,
        &[],
        "x-oss-content-sha256 must be `UNSIGNED-PAYLOAD`, under V4 of OSS.",
    ),
    ec(
        "0002-00000215",
        400,
        &[],
        "The V4 URL has no x-oss-expires.",
    ),
    ec(
        "0002-00000216",
        400,
        &[],
        "x-oss-expires of the V4 URL is empty.",
    ),
    ec(
        "0002-00000217",
        400,
        &[],
        "The V4 URL has no x-oss-credential.",
    ),
    ec(
        "0002-00000218",
        400,
        &[],
        "x-oss-credential of the V4 URL is empty.",
    ),
    ec(
        "0002-00000219",
        400,
        &[],
        "The V4 URL has no x-oss-signature.",
    ),
    ec(
        "0002-00000220",
        400,
        &[],
        "x-oss-signature of the V4 URL is empty.",
    ),
    ec(
        "0002-00000222",
        400,
        &[],
        "x-oss-credential of the V4 URL has no AccessKeyId: the client's credentials are empty.",
    ),
    ec(
        "0002-00000223",
        400,
        &[],
        "The day in x-oss-credential is not the day of x-oss-date: both are in UTC.",
    ),
    ec(
        "0002-00000224",
        400,
        &[],
        "x-oss-credential is not `AccessKeyId/YYYYMMDD/region/oss/aliyun_v4_request`.",
    ),
    ec(
        "0002-00000226",
        400,
        &[],
        "The request is signed for another region than the bucket's: set the client's region to the bucket's bare id (`cn-hangzhou`, without `oss-` and without `-internal`).",
    ),
    ec(
        "0002-00000227",
        400,
        &[],
        "The request is signed for another product than `oss`: an S3 client signs for `s3` and then needs the AWS4 scheme.",
    ),
    ec(
        "0002-00000228",
        400,
        &[],
        "The URL is signed for another region than the bucket's: set the client's region to the bucket's bare id (`cn-hangzhou`, without `oss-` and without `-internal`).",
    ),
    ec(
        "0002-00000232",
        400,
        &["url-auth-invalid-date"],
        "x-oss-expires of the V4 URL must be from 1 to 604800 seconds, counted from x-oss-date.",
    ),
    ec(
        "0002-00000303",
        400,
        &[],
        "The signed URL of S3 version 2 has no Expires, or one that is no number.",
    ),
    ec(
        "0002-00000306",
        400,
        &[],
        "The signed URL of S3 version 2 lacks AWSAccessKeyId or Signature.",
    ),
    ec(
        "0002-00000307",
        403,
        &["signature-mismatch"],
        "The signature (S3 version 2) is not the one that OSS calculates.",
    ),
    ec(
        "0002-00000417",
        400,
        &[],
        "X-Amz-Credential of the URL is not `AccessKeyId/YYYYMMDD/region/s3/aws4_request`.",
    ),
    ec(
        "0002-00000418",
        403,
        &["url-auth-expired"],
        "The signed URL (S3 version 4) has expired.",
    ),
    ec(
        "0002-00000423",
        400,
        &[],
        "X-Amz-Signature of the URL has not 64 characters.",
    ),
    ec(
        "0002-00000427",
        400,
        &[],
        "x-amz-content-sha256 is neither `UNSIGNED-PAYLOAD` nor the SHA-256 of the body.",
    ),
    ec(
        "0002-00000429",
        403,
        &["signature-mismatch"],
        "The signature (S3 version 4) is not the one that OSS calculates.",
    ),
    ec(
        "0002-00000430",
        403,
        &["signature-mismatch"],
        "The signature of a chunk (S3 version 4) is not the one that OSS calculates.",
    ),
    ec(
        "0002-00000501",
        403,
        &["time-skewed"],
        "The clock of the client differs from the server's by more than 15 minutes.",
    ),
    ec(
        "0002-00000502",
        403,
        &["date-invalid"],
        "The date of the request cannot be read: RFC 1123 in Date (`Tue, 20 Dec 2022 08:48:18 GMT`), `YYYYMMDDThhmmssZ` in x-oss-date under V4.",
    ),
    ec(
        "0002-00000503",
        403,
        &["date-invalid"],
        "The request is signed and has no date: send Date or x-oss-date. Browsers do not let scripts set Date.",
    ),
    ec(
        "0002-00000504",
        403,
        &["time-skewed"],
        "The clock of the client differs from the server's by more than 15 minutes.",
    ),
    ec(
        "0002-00000602",
        403,
        &["signature-mismatch"],
        "The URL was signed for certain addresses, or the signature is wrong otherwise.",
    ),
    ec(
        "0002-00000702",
        400,
        &[],
        "The form has a key and no policy, or the other way round.",
    ),
    ec("0002-00000703", 400, &[], "The form has no signature."),
    ec(
        "0002-00000704",
        400,
        &[],
        "The signature of the form is empty.",
    ),
    ec(
        "0002-00000705",
        403,
        &["signature-mismatch"],
        "The signature of the form is not the one of its policy: sign the base64 text of the policy field, not its JSON.",
    ),
    ec(
        "0002-00000706",
        400,
        &[],
        "The form has a policy and no OSSAccessKeyId.",
    ),
    ec(
        "0002-00000709",
        400,
        &[],
        "x-oss-date of the form cannot be read, or is not the day of x-oss-credential.",
    ),
    ec(
        "0002-00000710",
        400,
        &[],
        "x-oss-credential of the form is not `AccessKeyId/YYYYMMDD/region/oss/aliyun_v4_request`.",
    ),
    ec(
        "0002-00000715",
        400,
        &[],
        "The form is signed for another region than the bucket's.",
    ),
    ec(
        "0002-00000901",
        403,
        &["access-key-charset"],
        "The AccessKeyId has a character that none has: a placeholder, quotation marks or a blank came along.",
    ),
    ec(
        "0002-00000902",
        403,
        &["access-key-unknown"],
        "There is no such AccessKeyId: mistyped, deleted, or of another site (China, international) or environment.",
    ),
    ec(
        "0002-00000903",
        403,
        &["access-key-disabled"],
        "The AccessKeyId is disabled.",
    ),
    ec(
        "0002-00000904",
        403,
        &["access-key-disabled"],
        "The AccessKeyId is disabled, or the caller's address is not in the key's allow-list.",
    ),
    ec(
        "0003-00000001",
        403,
        &["bucket-acl", "bucket-not-belong", "object-no-right"],
        "No policy allows the request, and the ACL does not either. Block Public Access makes a public ACL void.",
    ),
    ec(
        "0003-00000002",
        403,
        &["anonymous-bucket"],
        "An operation on a bucket needs a signature, and the request has none (or one of nobody).",
    ),
    ec(
        "0003-00000005",
        403,
        &["object-acl-read"],
        "The ACL of the object itself is private.",
    ),
    ec(
        "0003-00000006",
        403,
        &["object-acl-write"],
        "The ACL of the object itself does not let the caller write.",
    ),
    ec(
        "0003-00000007",
        403,
        &["object-acl-read-acl"],
        "The caller may not read the ACL.",
    ),
    ec(
        "0003-00000008",
        403,
        &["object-acl-write-acl"],
        "The caller may not change the ACL.",
    ),
    ec(
        "0003-00000101",
        403,
        &["bucket-policy"],
        "A Deny of the bucket policy matches: look at the bucket policy, not at RAM.",
    ),
    ec(
        "0003-00000201",
        403,
        &["ram-policy-explicit-deny"],
        "A Deny of a RAM policy of the signer matches, whatever the message says of a bucket policy: look at RAM (user, groups, role, control policies of the resource directory), not at the bucket.",
    ),
    ec(
        "0003-00000202",
        403,
        &[
            "put-bucket-forbidden",
            "list-buckets-forbidden",
            "object-no-right",
        ],
        "No statement of a RAM policy of the signer allows the action, and nothing denies it: attach an Allow to the user or role (or let the owner of the resource allow it). There is no Deny to look for.",
    ),
    ec(
        "0003-00000203",
        403,
        &["ram-and-bucket-policy-deny"],
        "A Deny matches on both sides, in a RAM policy of the signer and in the bucket policy: both must go.",
    ),
    ec(
        "0003-00000204",
        403,
        &["bucket-policy", "ram-policy-explicit-deny"],
        "One of the objects of a batch is under a Deny, of the bucket policy or of a RAM policy.",
    ),
    ec(
        "0003-00000301",
        403,
        &["authorizer-policy"],
        "The session policy that was given at AssumeRole does not allow it, whatever the role may do.",
    ),
    ec(
        "0003-00000401",
        403,
        &["vpc-endpoint-policy"],
        "The policy of the VPC (or of its gateway endpoint) does not allow this bucket.",
    ),
    ec(
        "0003-00000501",
        403,
        &["referer-denied"],
        "The request has no Referer, and the bucket wants one.",
    ),
    ec(
        "0003-00000502",
        403,
        &["referer-denied"],
        "The Referer is on the bucket's black list.",
    ),
    ec(
        "0003-00000503",
        403,
        &["referer-denied"],
        "The Referer is not on the bucket's white list.",
    ),
    ec(
        "0003-00000601",
        403,
        &["cors-not-enabled", "cors-forbidden"],
        "The bucket has no CORS rules.",
    ),
    ec(
        "0003-00000602",
        403,
        &["cors-forbidden"],
        "No CORS rule of the bucket fits origin, method and headers.",
    ),
    ec(
        "0003-00000703",
        403,
        &["requester-pays-denied"],
        "The bucket lets the requester pay, and the request does not agree: send `x-oss-request-payer: requester`.",
    ),
    ec(
        "0003-00000801",
        403,
        &["user-disabled"],
        "The account of the bucket's owner is disabled: overdue, locked, or OSS was never opened.",
    ),
    ec(
        "0003-00000804",
        403,
        &["user-disabled"],
        "The account has not been verified with a real name.",
    ),
    ec(
        "0003-00000806",
        403,
        &["user-disabled"],
        "The account is overdue.",
    ),
    ec(
        "0003-00000905",
        403,
        &["access-denied", "bucket-not-belong"],
        "A right is missing that no other EC names: for an unsigned request, that on the bucket (listing needs a signature or a bucket policy that allows oss:ListObjects to everybody); for a signed one often oss:PutObjectTagging. After a long debt the bucket may be gone.",
    ),
    ec(
        "0003-00000908",
        403,
        &["bucket-disabled"],
        "The bucket was disabled for reasons of security.",
    ),
    ec(
        "0003-00001201",
        403,
        &["anonymous-operation"],
        "This operation always needs a signature.",
    ),
    ec(
        "0003-00001401",
        403,
        &["virtual-hosted-style", "second-level-domain"],
        "The bucket must stand in the host, not in the path: set the client to virtual-hosted addressing (`forcePathStyle: false`, `addressing_style: virtual`).",
    ),
    ec(
        "0003-00001403",
        403,
        &["endpoint-mismatch"],
        "The bucket is in another region than the endpoint: use the endpoint that the element Endpoint names.",
    ),
    ec(
        "0005-00000218",
        403,
        &["kms-not-activated", "kms-service-not-enabled"],
        "KMS is not activated for the account.",
    ),
    ec(
        "0006-00000213",
        403,
        &["post-policy-expired"],
        "The policy of the form has expired.",
    ),
    ec(
        "0006-00000227",
        403,
        &["post-policy-condition-failed", "post-policy-content-type"],
        "A condition of the form's policy is not met: the message quotes it.",
    ),
    ec(
        "0015-00000001",
        400,
        &[],
        "The host or path has a bucket name that no bucket can have.",
    ),
    ec(
        "0016-00000306",
        403,
        &["copy-cross-region"],
        "Source and target of a copy are in different regions.",
    ),
    ec(
        "0016-00000330",
        403,
        &["object-state"],
        "The object is archived and must be restored first.",
    ),
    ec(
        "0016-00000404",
        403,
        &["object-state"],
        "The object is archived and must be restored first.",
    ),
    ec(
        "0016-00000901",
        403,
        &["public-object-acl-blocked"],
        "Block Public Access forbids a public ACL of an object.",
    ),
    ec(
        "0017-00000804",
        400,
        &[],
        "OSS takes aws-chunked uploads with signed chunks only (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD`): in newer AWS SDKs set `request_checksum_calculation` to `when_required`, or switch chunked encoding off.",
    ),
    ec(
        "0017-00000902",
        400,
        &[],
        "OSS does not let a request override Content-Type of the answer (`response-content-type`).",
    ),
    ec(
        "0018-00000115",
        403,
        &["cname-ownership"],
        "It is not proven that the domain is the account's: set the TXT record first.",
    ),
    ec(
        "0024-00000008",
        403,
        &["feature-gated"],
        "This feature is not open for the account.",
    ),
    ec(
        "0061-00000001",
        403,
        &["security-system"],
        "The security system of OSS refused the request: it looked like an attack, or the bucket is under one.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use oss403_case::Ledger;

    #[test]
    fn the_table_is_sorted_and_well_formed() {
        assert!(ECS.is_sorted_by(|a, b| a.ec < b.ec));
        for ec in ECS {
            assert!(is_ec(ec.ec) && ec.says.ends_with('.'), "{}", ec.ec);
            assert!(matches!(ec.status, 400 | 403), "{}", ec.ec);
        }
        assert!(!is_ec("0003-0000101") && !is_ec("0003_00000101") && !is_ec("äöü-00000001"));
    }

    #[test]
    fn every_cause_names_its_own_ec_here_where_its_sources_have_one_alone() {
        let ledger = Ledger::embedded().expect("the embedded ledger is sound");
        for file in ledger.causes() {
            let texts = file
                .sources
                .iter()
                .flat_map(|source| [&source.page, &source.r#ref])
                .flatten();
            let mut named: Vec<&Ec> = ECS
                .iter()
                .filter(|ec| texts.clone().any(|text| text.contains(ec.ec)))
                .collect();
            named.dedup();
            if !named.is_empty() {
                assert!(
                    named
                        .iter()
                        .any(|ec| ec.causes.contains(&file.cause.as_str())),
                    "{}: {named:?}",
                    file.cause
                );
            }
        }
    }
}

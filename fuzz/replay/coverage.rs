//! The exception of V1 is real, and the account of what is covered is no echo of the library.

use oss_auth::{Computed, Request, find_claim};
use oss403_fuzz_oracles::message::Message;
use oss403_fuzz_oracles::signing::Covered;

/// Any key will do: what is signed does not depend on it.
const SECRET: &str = "secret";

fn read(request: &str) -> (Covered, Computed) {
    let message = Message::read(request.as_bytes()).expect("a request");
    message.with_request(|signed: &Request<'_>| {
        let claim = find_claim(signed).expect("well-formed").expect("signed");
        (Covered::of(&message, &claim), claim.compute(SECRET))
    })
}

fn v1(target: &str) -> (Covered, Computed) {
    read(&format!(
        "GET {target} HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.test\r\nDate: Mon, 18 Dec 2023 08:00:00 GMT\r\n\
         Authorization: OSS id:c2ln\r\n\r\n"
    ))
}

#[test]
fn v1_signs_a_key_with_a_question_mark_as_it_signs_a_sub_resource() {
    let (key, key_computed) = v1("/k%3Facl");
    let (sub_resource, sub_computed) = v1("/k?acl");
    assert_eq!(key_computed, sub_computed);
    assert_ne!(key, sub_resource);
    assert!(key.is_ambiguous() && !sub_resource.is_ambiguous());
}

#[test]
fn v1_signs_an_ampersand_in_a_value_as_it_signs_two_values() {
    let (one, one_computed) = v1("/k?partNumber=1%26uploadId%3Dx");
    let (two, two_computed) = v1("/k?partNumber=1&uploadId=x");
    assert_eq!(one_computed, two_computed);
    assert_ne!(one, two);
    assert!(one.is_ambiguous() && !two.is_ambiguous());
}

#[test]
fn v4_signs_a_parameter_without_name_and_value_as_it_signs_none() {
    let v4 = |target: &str| {
        read(&format!(
            "GET {target} HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.test\r\nx-oss-date: 20231218T080000Z\r\nAuthorization: \
             OSS4-HMAC-SHA256 Credential=id/20231218/cn-hangzhou/oss/aliyun_v4_request, Signature=00\r\n\r\n"
        ))
    };
    let (one, one_computed) = v4("/k?=");
    let (none, none_computed) = v4("/k");
    assert_eq!(one_computed, none_computed);
    assert_ne!(one, none);
    assert!(one.is_ambiguous() && !none.is_ambiguous());
    let (beside_another, _) = v4("/k?=&a");
    assert!(!beside_another.is_ambiguous());
}

#[test]
fn every_other_string_to_sign_is_read_back() {
    for request in [
        "PUT /a%2Fb%3F%0A?acl&x=%26 HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.test\r\nContent-Type: t\r\nx-oss-meta-b: 2\r\n\
         x-oss-meta-A:  1 \r\nx-oss-date: 20231218T080000Z\r\nAuthorization: OSS4-HMAC-SHA256 \
         Credential=id/20231218/cn-hangzhou/oss/aliyun_v4_request, AdditionalHeaders=host, Signature=00\r\n\r\n",
        "PUT /a%2Fb%3F%0A?acl&x=%26 HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.test\r\nContent-Type: t\r\nx-oss-meta-b: 2\r\n\
         x-oss-meta-A:  1 \r\nDate: Mon, 18 Dec 2023 08:00:00 GMT\r\nAuthorization: OSS2 AccessKeyId:id,AdditionalHeaders:host,Signature:c2ln\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: oss-cn-hangzhou.aliyuncs.test\r\nDate: Mon, 18 Dec 2023 08:00:00 GMT\r\nAuthorization: OSS id:c2ln\r\n\r\n",
        "GET /k?= HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.test\r\nDate: Mon, 18 Dec 2023 08:00:00 GMT\r\n\
         Authorization: OSS2 AccessKeyId:id,Signature:c2ln\r\n\r\n",
        "GET /k?=&a HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.test\r\nx-oss-date: 20231218T080000Z\r\nAuthorization: OSS4-HMAC-SHA256 \
         Credential=id/20231218/cn-hangzhou/oss/aliyun_v4_request, Signature=00\r\n\r\n",
    ] {
        let message = Message::read(request.as_bytes()).expect("a request");
        let scheme = message
            .with_request(|signed| find_claim(signed).ok().flatten().expect("signed").scheme());
        let (covered, computed) = read(request);
        assert_eq!(Covered::read_back(scheme, &computed), Some(covered));
    }
}

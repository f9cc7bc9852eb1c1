//! No input makes a parser panic: arbitrary text, and valid text with a few changes.

use oss_auth::{Header, Timestamp, find_claim, find_form_claim, parse_query, percent_decode};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::case::deterministic;
use crate::message::Message;

const AUTHORIZATIONS: [&str; 6] = [
    "OSS id:m2zlT7NWZxT4WWOx0UmzlSy8wzM=",
    "OSS2 AccessKeyId:id,AdditionalHeaders:host;range,Signature:m2zlT7NWZxT4WWOx0UmzlSy8wzM=",
    "OSS4-HMAC-SHA256 Credential=id/20231216/cn-hangzhou/oss/aliyun_v4_request, AdditionalHeaders=host, Signature=d8",
    "OSS4-HMAC-SHA256 Credential=id/20231216/cn-hangzhou/oss/aliyun_v4_request,Signature=d8",
    "AWS4-HMAC-SHA256 Credential=id/20231216/cn-hangzhou/s3/aws4_request, SignedHeaders=host;range, \
     Signature=d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8",
    "AWS id:m2zlT7NWZxT4WWOx0UmzlSy8wzM=",
];

const QUERIES: [&str; 6] = [
    "AWSAccessKeyId=id&Expires=1702747257&Signature=GB%2Bkprp&x-amz-security-token=t",
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=id%2F20231216%2Fcn-hangzhou%2Fs3%2Faws4_request&X-Amz-Date=20231216T162057Z\
     &X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8",
    "OSSAccessKeyId=id&Expires=1702747257&Signature=GB%2Bkprp&security-token=t",
    "x-oss-signature-version=OSS2&x-oss-access-key-id=id&x-oss-expires=1&x-oss-additional-headers=host&x-oss-signature=s",
    "x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-date=20231216T162057Z&x-oss-expires=60&x-oss-signature=s\
     &x-oss-credential=id%2F20231216%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&x-oss-additional-headers=host%3Brange",
    "acl&prefix=a+b%2F%E4%B8%AD&=&&x",
];

const DATES: [&str; 4] = [
    "Sat, 16 Dec 2023 16:20:57 GMT",
    "20231216T162057Z",
    "2023-12-16T16:20:57.000Z",
    "2023-12-16T16:20:57Z",
];

const FIELDS: [&str; 9] = [
    "OSSAccessKeyId",
    "policy",
    "Signature",
    "x-oss-signature-version",
    "x-oss-credential",
    "x-oss-date",
    "x-oss-signature",
    "x-oss-access-key-id",
    "x-oss-security-token",
];

const VALUES: [&str; 6] = [
    "",
    "OSS2",
    "OSS4-HMAC-SHA256",
    "20231216T162057Z",
    "id/20231216/cn-hangzhou/oss/aliyun_v4_request",
    "e30=",
];

proptest! {
    #![proptest_config(deterministic(1000))]

    #[test]
    fn headers_are_read_without_panic(value in near(&AUTHORIZATIONS), date in near(&DATES)) {
        let message = Message::get()
            .with_header("Host", "h")
            .with_header("Range", "bytes=0-9")
            .with_header("x-oss-date", &date)
            .with_header("x-amz-date", &date)
            .with_header("Authorization", &value);
        exercise(&message);
    }

    #[test]
    fn queries_are_read_without_panic(raw in near(&QUERIES)) {
        if parse_query(&raw).is_ok() {
            exercise(&Message::get().with_header("Host", "h").with_header("Range", "r").with_query(&raw));
        }
        let _ = percent_decode(&raw);
    }

    #[test]
    fn any_bytes_may_stand_in_a_header(name in select(vec!["Authorization", "Date", "x-oss-date", "x-oss-meta-a"]), value: Vec<u8>) {
        let headers = [
            Header { name, value: &value },
            Header::new("authorization", "OSS id:sig"),
        ];
        Message::get().as_request(|request| {
            // Once with the arbitrary value alone, once beside a valid claim.
            for headers in [&headers[..1], &headers] {
                let request = oss_auth::Request { headers, ..*request };
                if let Ok(Some(claim)) = find_claim(&request) {
                    let _ = claim.validity();
                    let _ = claim.verify("secret");
                }
            }
        });
    }

    #[test]
    fn forms_are_read_without_panic(
        fields in prop::collection::vec((select(FIELDS.to_vec()), near(&VALUES)), 0..8),
    ) {
        let fields: Vec<_> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        match find_form_claim(&fields) {
            Err(error) => prop_assert!(!error.ec().is_empty() && !error.to_string().is_empty()),
            Ok(None) => {}
            Ok(Some(claim)) => {
                let _ = claim.validity().check(Timestamp(0));
                let _ = claim.check_scope("cn-hangzhou");
                prop_assert!(claim.verify("secret").is_err());
            }
        }
    }

    /// What a parser accepts is exactly what the formatter writes, but for the decimals of a second.
    #[test]
    fn dates_are_read_as_they_are_written(text in near(&DATES), seconds in -62_167_219_200..=253_402_300_799_i64) {
        if let Ok(time) = Timestamp::parse_rfc1123(&text) {
            prop_assert_eq!(time.to_rfc1123(), text.as_str());
        }
        if let Ok(time) = Timestamp::parse_iso_basic(&text) {
            prop_assert_eq!(time.to_iso_basic(), text.as_str());
        }
        if let Ok(time) = Timestamp::parse_iso_extended(&text) {
            prop_assert_eq!(&time.to_iso_extended_millis()[..19], &text[..19]);
        }
        // From the year 0 to the end of the year 9999.
        let time = Timestamp(seconds);
        prop_assert_eq!(Timestamp::parse_rfc1123(&time.to_rfc1123()), Ok(time));
        prop_assert_eq!(Timestamp::parse_iso_basic(&time.to_iso_basic()), Ok(time));
        prop_assert_eq!(Timestamp::parse_iso_extended(&time.to_iso_extended_millis()), Ok(time));
    }
}

/// Does with a message what a server would do; nothing unsigned may verify.
fn exercise(message: &Message) {
    message.as_request(|request| match find_claim(request) {
        Err(error) => assert!(!error.ec().is_empty() && !error.to_string().is_empty()),
        Ok(None) => {}
        Ok(Some(claim)) => {
            assert!(!claim.access_key_id().is_empty() && !claim.signature().is_empty());
            if let Ok(validity) = claim.validity() {
                let _ = validity.check(Timestamp(i64::MIN));
                let _ = validity.check(Timestamp(i64::MAX));
            }
            let _ = claim.check_scope("cn-hangzhou");
            assert!(claim.verify("secret").is_err());
        }
    });
}

/// Arbitrary text, or one of `valid` with up to three edits.
fn near(valid: &'static [&'static str]) -> impl Strategy<Value = String> {
    let edit = (any::<Index>(), 0..3_usize, prop::char::any());
    let edited = (select(valid), prop::collection::vec(edit, 0..=3)).prop_map(|(text, edits)| {
        let mut chars: Vec<_> = text.chars().collect();
        for (place, kind, char) in edits {
            let at = place.index(chars.len() + 1);
            match kind {
                0 => chars.insert(at, char),
                1 if at < chars.len() => drop(chars.remove(at)),
                _ if at < chars.len() => chars[at] = char,
                _ => chars.truncate(at / 2),
            }
        }
        chars.into_iter().collect()
    });
    prop_oneof![1 => any::<String>(), 4 => edited]
}

//! The boundaries of time and of the credential scope.

use oss_auth::{
    AuthenticationError, Credentials, DateError, Scheme, Scope, ScopePart, TimeError, Timestamp,
    Validity, find_form_claim, form, v1, v4,
};

use crate::message::Message;

/// 2023-12-16T16:20:57Z
const T: i64 = 1_702_743_657;

#[test]
fn a_header_is_valid_for_fifteen_minutes_around_its_time() {
    let validity = Validity::Skew { at: Timestamp(T) };
    let skewed = Err(TimeError::Skewed {
        request_time: Timestamp(T),
    });
    for (offset, expected) in [
        (-901, skewed),
        (-900, Ok(())),
        (-899, Ok(())),
        (0, Ok(())),
        (899, Ok(())),
        (900, Ok(())),
        (901, skewed),
    ] {
        assert_eq!(validity.check(Timestamp(T + offset)), expected, "{offset}");
    }
}

#[test]
fn a_v1_url_is_valid_up_to_and_including_its_expiry() {
    let message = Message::get().with_query(&format!("OSSAccessKeyId=id&Expires={T}&Signature=s"));
    let expired = Err(TimeError::Expired {
        expires: Timestamp(T),
    });
    for (offset, expected) in [
        (i64::MIN + T, Ok(())),
        (-1, Ok(())),
        (0, Ok(())),
        (1, expired),
    ] {
        let now = Timestamp(T.wrapping_add(offset));
        let checked = message.as_claim(|claim| claim.validity().expect("dated").check(now));
        assert_eq!(checked, expected, "{offset}");
    }
}

#[test]
fn a_v2_url_is_valid_up_to_and_including_its_expiry() {
    let message = Message::get().with_query(&format!(
        "x-oss-signature-version=OSS2&x-oss-access-key-id=id&x-oss-expires={T}&x-oss-signature=s"
    ));
    message.as_claim(|claim| {
        let validity = claim.validity().expect("dated");
        assert_eq!(validity.check(Timestamp(T)), Ok(()));
        let expired = TimeError::Expired {
            expires: Timestamp(T),
        };
        assert_eq!(validity.check(Timestamp(T + 1)), Err(expired));
        assert_eq!(expired.ec(claim.scheme()), "0002-00000069");
    });
}

#[test]
fn a_v4_url_is_valid_from_fifteen_minutes_before_its_date_to_its_expiry() {
    for lifetime in [1, 604_800] {
        let early = Err(TimeError::NotYetValid { from: Timestamp(T) });
        let late = Err(TimeError::Expired {
            expires: Timestamp(T + lifetime),
        });
        for (offset, expected) in [
            (-901, early),
            (-900, Ok(())),
            (-899, Ok(())),
            (lifetime - 1, Ok(())),
            (lifetime, Ok(())),
            (lifetime + 1, late),
        ] {
            let checked = v4_url(&lifetime.to_string()).as_claim(|claim| {
                claim
                    .validity()
                    .expect("dated")
                    .check(Timestamp(T + offset))
            });
            assert_eq!(checked, expected, "{lifetime} {offset}");
        }
    }
    let early = TimeError::NotYetValid { from: Timestamp(T) };
    assert_eq!(early.ec(Scheme::V4), "0002-00000235");
}

#[test]
fn a_v4_url_lives_from_one_second_to_seven_days() {
    for refused in [
        "0",
        "604801",
        "-1",
        "+1",
        "1.5",
        " 1",
        "1h",
        "99999999999999999999",
    ] {
        let error = v4_url(refused).claim_error();
        assert_eq!(error.ec(), "0002-00000232", "{refused}");
    }
}

#[test]
fn a_v4_form_is_valid_from_fifteen_minutes_before_its_date_to_seven_days_after() {
    let fields = v4_form("20231216");
    let claim = find_form_claim(&fields)
        .expect("well-formed")
        .expect("signed");
    let at = |offset| claim.validity().check(Timestamp(T + offset));
    let week = 604_800;
    assert_eq!(at(-901), Err(TimeError::NotYetValid { from: Timestamp(T) }));
    assert_eq!((at(-900), at(0), at(week)), (Ok(()), Ok(()), Ok(())));
    assert_eq!(
        at(week + 1),
        Err(TimeError::Expired {
            expires: Timestamp(T + week)
        })
    );
}

#[test]
fn every_scheme_reads_its_own_date() {
    const RFC: &str = "Sat, 16 Dec 2023 16:20:57 GMT";
    const ISO: &str = "20231216T162057Z";
    const V1: &str = "OSS id:s";
    const V2: &str = "OSS2 AccessKeyId:id,Signature:s";
    const V4: &str = "OSS4-HMAC-SHA256 Credential=id/20231216/r/oss/aliyun_v4_request,Signature=s";
    const S3: &str = "AWS4-HMAC-SHA256 Credential=id/20231216/r/s3/aws4_request,SignedHeaders=host,\
                      Signature=d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8";
    let read = Ok(Validity::Skew { at: Timestamp(T) });
    let (absent, unreadable) = (Err(DateError::Absent), Err(DateError::Unreadable));
    for (authorization, dates, expected) in [
        (V1, &[("Date", RFC)][..], read),
        (V1, &[("x-oss-date", RFC), ("Date", "junk")], read),
        (V1, &[("x-oss-date", ISO)], read),
        (V1, &[("x-oss-date", "junk"), ("Date", RFC)], unreadable),
        (V1, &[("Date", ISO)], unreadable),
        (V1, &[("Date", "")], unreadable),
        (V1, &[], absent),
        (V2, &[("Date", RFC), ("x-oss-date", "junk")], read),
        (V2, &[("x-oss-date", ISO)], absent),
        (V4, &[("x-oss-date", ISO), ("Date", "junk")], read),
        (V4, &[("Date", RFC)], read),
        (V4, &[("x-oss-date", RFC)], unreadable),
        (V4, &[], absent),
        (S3, &[("x-amz-date", ISO)], read),
        (S3, &[("Date", RFC), ("x-oss-date", "junk")], read),
        (S3, &[("x-oss-date", ISO)], absent),
    ] {
        let mut message = Message::get()
            .with_header("Host", "h")
            .with_header("Authorization", authorization);
        for (name, value) in dates {
            message = message.with_header(name, value);
        }
        message.as_claim(|claim| {
            assert_eq!(claim.validity(), expected, "{authorization} {dates:?}");
        });
    }
}

#[test]
fn a_mismatch_has_the_code_of_its_scheme() {
    for (scheme, ec) in [
        (Scheme::V1, "0002-00000040"),
        (Scheme::V2, "0002-00000101"),
        (Scheme::V4, "0002-00000201"),
        (Scheme::S3V2, "0002-00000307"),
        (Scheme::S3V4, "0002-00000429"),
    ] {
        assert_eq!(scheme.mismatch_ec(), ec, "{scheme:?}");
    }
}

#[test]
fn dates_and_times_have_their_codes() {
    assert_eq!(Scheme::V1.date_ec(DateError::Absent), "0002-00000503");
    assert_eq!(Scheme::V1.date_ec(DateError::Unreadable), "0002-00000505");
    assert_eq!(Scheme::V4.date_ec(DateError::Unreadable), "0002-00000502");
    let skewed = TimeError::Skewed {
        request_time: Timestamp(T),
    };
    assert_eq!(skewed.ec(Scheme::V1), "0002-00000504");
    assert_eq!(skewed.ec(Scheme::S3V4), "0002-00000501");
    let expired = TimeError::Expired {
        expires: Timestamp(T),
    };
    assert_eq!(expired.ec(Scheme::V1), "0002-00000069");
    assert_eq!(expired.ec(Scheme::V4), "0002-00000236");
    assert_eq!(expired.ec(Scheme::S3V4), "0002-00000418");
}

#[test]
fn a_scope_must_name_day_region_and_product_of_the_request() {
    use ScopePart::{Date, Product, Region, Terminator};
    for (scope, header, url) in [
        (
            "20231215/cn-hangzhou/oss/aliyun_v4_request",
            (Date, "212"),
            "223",
        ),
        (
            "2023-12-16/cn-hangzhou/oss/aliyun_v4_request",
            (Date, "212"),
            "223",
        ),
        (
            "20231216/oss-cn-hangzhou/oss/aliyun_v4_request",
            (Region, "226"),
            "228",
        ),
        (
            "20231216/cn-beijing/oss/aliyun_v4_request",
            (Region, "226"),
            "228",
        ),
        (
            "20231216/cn-hangzhou/oss2/aliyun_v4_request",
            (Product, "227"),
            "227",
        ),
        (
            "20231216/cn-hangzhou/s3/aliyun_v4_request",
            (Product, "227"),
            "227",
        ),
        (
            "20231216/cn-hangzhou/oss/aws4_request",
            (Terminator, "213"),
            "224",
        ),
    ] {
        let (part, ec) = header;
        let authorization = format!("OSS4-HMAC-SHA256 Credential=id/{scope},Signature=s");
        let signed = Message::get()
            .with_header("x-oss-date", "20231216T162057Z")
            .with_header("Authorization", &authorization);
        let in_url = Message::get().with_query(&format!(
            "x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential=id/{scope}&x-oss-date=20231216T162057Z\
             &x-oss-expires=60&x-oss-signature=s"
        ));
        for (message, ec) in [(signed, ec), (in_url, url)] {
            let error = message
                .as_claim(|claim| claim.check_scope("cn-hangzhou"))
                .expect_err(scope);
            assert_eq!(
                (error.part, error.ec()),
                (part, format!("0002-00000{ec}").as_str()),
                "{scope}"
            );
            let word = format!("the {part:?} of the credential scope is ").to_lowercase();
            assert!(error.to_string().starts_with(&word), "{error}");
        }
    }
}

#[test]
fn a_scope_is_of_the_day_in_utc_on_which_the_request_was_signed() {
    let check = |date: &str| {
        Message::get()
            .with_header("x-oss-date", date)
            .with_header(
                "Authorization",
                "OSS4-HMAC-SHA256 Credential=id/20231216/cn-hangzhou/oss/aliyun_v4_request,Signature=s",
            )
            .as_claim(|claim| claim.check_scope("cn-hangzhou"))
            .map_err(|error| (error.part, error.found, error.expected))
    };
    let wrong = |expected: &str| Err((ScopePart::Date, "20231216".to_owned(), expected.to_owned()));
    assert_eq!(check("20231216T235959Z"), Ok(()));
    assert_eq!(check("20231217T000000Z"), wrong("20231217"));
    // Without a date no day is right.
    assert_eq!(check("yesterday"), wrong(""));
}

/// Signed five seconds before midnight and received five seconds after it: the day of the scope is that of the signature.
#[test]
fn a_request_on_its_way_at_midnight_is_authentic() {
    let signed_at = Timestamp::parse_iso_basic("20231216T235955Z").expect("valid");
    let now = Timestamp::parse_iso_basic("20231217T000005Z").expect("valid");
    assert_eq!(authenticate_v4(signed_at, signed_at, now), Ok(()));
    let refused = authenticate_v4(signed_at, now, now).expect_err("the day of the server's clock");
    let AuthenticationError::Scope(error) = refused else {
        panic!("{refused}");
    };
    assert_eq!((error.part, error.ec()), (ScopePart::Date, "0002-00000212"));

    let validity = Validity::Skew { at: signed_at };
    assert_eq!(validity.signed_at(), Some(signed_at));
    let expires = now;
    assert_eq!(Validity::Until { expires }.signed_at(), None);
}

/// Whoever needs one call alone gets the errors of all steps, in their order.
#[test]
fn authentication_leaves_out_no_step() {
    let at = Timestamp(T);
    let v1 = |id: &str, date: Option<&str>, secret: &str| {
        let dated = match date {
            Some(date) => Message::get().with_header("Date", date),
            None => Message::get(),
        };
        let credentials = Credentials {
            access_key_id: id,
            access_key_secret: "secret",
            security_token: None,
        };
        let authorization = dated.as_request(|request| v1::header::sign(request, &credentials));
        let signed = dated.with_header("Authorization", &authorization);
        signed.as_claim(|claim| claim.authenticate(at, "cn-hangzhou", secret))
    };
    let date = Some("Sat, 16 Dec 2023 16:20:57 GMT");
    assert_eq!(v1("id", date, "secret"), Ok(()));
    assert_eq!(v1("i-d", None, "other"), Err(DateError::Absent.into()));
    let request_time = Timestamp(T - 3600);
    assert_eq!(
        v1("i-d", Some(&request_time.to_rfc1123()), "other"),
        Err(TimeError::Skewed { request_time }.into())
    );
    assert!(matches!(
        v1("i-d", date, "other"),
        Err(AuthenticationError::AccessKeyId(_))
    ));
    assert!(matches!(
        v1("id", date, "other"),
        Err(AuthenticationError::Signature(_))
    ));
}

#[test]
fn the_authentication_of_a_form_leaves_out_no_step() {
    let authenticate = |scope_date: &str, now: i64, secret: &str| {
        let fields = v4_form(scope_date);
        let claim = find_form_claim(&fields)
            .expect("well-formed")
            .expect("signed");
        claim.authenticate(Timestamp(now), "cn-hangzhou", secret)
    };
    assert_eq!(authenticate("20231216", T, "secret"), Ok(()));
    assert!(matches!(
        authenticate("20231217", T - 901, "other"),
        Err(AuthenticationError::Time(_))
    ));
    assert!(matches!(
        authenticate("20231217", T, "other"),
        Err(AuthenticationError::Scope(_))
    ));
    assert!(matches!(
        authenticate("20231216", T, "other"),
        Err(AuthenticationError::Signature(_))
    ));
}

#[test]
fn a_form_must_be_signed_within_its_scope() {
    let fields = v4_form("20231217");
    let claim = find_form_claim(&fields)
        .expect("well-formed")
        .expect("signed");
    let error = claim.check_scope("cn-hangzhou").expect_err("another day");
    assert_eq!((error.part, error.ec()), (ScopePart::Date, "0002-00000709"));

    let fields = v4_form("20231216");
    let claim = find_form_claim(&fields)
        .expect("well-formed")
        .expect("signed");
    assert_eq!(claim.check_scope("cn-hangzhou"), Ok(()));
    let error = claim.check_scope("cn-beijing").expect_err("another region");
    assert_eq!(
        (error.part, error.ec()),
        (ScopePart::Region, "0002-00000715")
    );
}

#[test]
fn s3_clients_may_prefix_the_region_and_oss_scopes_do_not_pass_for_theirs() {
    let check = |scope: &Scope<'_>| {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=id/{scope}, SignedHeaders=host, Signature={:064}",
            0
        );
        Message::get()
            .with_header("Host", "h")
            .with_header("x-amz-date", "20231216T162057Z")
            .with_header("Authorization", &authorization)
            .as_claim(|claim| claim.check_scope("cn-hangzhou"))
            .map_err(|error| error.part)
    };
    assert_eq!(check(&Scope::s3("20231216", "cn-hangzhou")), Ok(()));
    assert_eq!(check(&Scope::s3("20231216", "oss-cn-hangzhou")), Ok(()));
    // What the pages of EC 0002-00000402 and following call right.
    assert_eq!(check(&Scope::s3("20231216", "us-east-1")), Ok(()));
    assert_eq!(
        check(&Scope::s3("20231216", "us-west-2")),
        Err(ScopePart::Region)
    );
    assert_eq!(
        check(&Scope::s3("20231216", "oss-cn-beijing")),
        Err(ScopePart::Region)
    );
    assert_eq!(
        check(&Scope::oss("20231216", "cn-hangzhou")),
        Err(ScopePart::Product)
    );
}

/// Signs with V4 for the day of `scope_of`, and authenticates at `now`.
fn authenticate_v4(
    signed_at: Timestamp,
    scope_of: Timestamp,
    now: Timestamp,
) -> Result<(), AuthenticationError> {
    let credentials = Credentials {
        access_key_id: "id",
        access_key_secret: "secret",
        security_token: None,
    };
    let day = scope_of.scope_date();
    let scope = Scope::oss(&day, "cn-hangzhou");
    let message = Message::get().with_header("x-oss-date", &signed_at.to_iso_basic());
    let authorization =
        message.as_request(|request| v4::header::sign(request, &credentials, &scope, &[]));
    message
        .with_header("Authorization", &authorization)
        .as_claim(|claim| claim.authenticate(now, "cn-hangzhou", "secret"))
}

fn v4_url(expires: &str) -> Message {
    let mut message = Message::get().with_query(
        "x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-date=20231216T162057Z\
         &x-oss-credential=id/20231216/cn-hangzhou/oss/aliyun_v4_request&x-oss-signature=s",
    );
    message.append_query(vec![("x-oss-expires".to_owned(), expires.to_owned())]);
    message
}

fn v4_form(scope_date: &str) -> Vec<(String, String)> {
    let credentials = Credentials {
        access_key_id: "id",
        access_key_secret: "secret",
        security_token: None,
    };
    let scope = Scope::oss(scope_date, "cn-hangzhou");
    let signature = form::v4::sign("e30=", &credentials, &scope);
    [
        ("policy", "e30="),
        ("x-oss-signature-version", "OSS4-HMAC-SHA256"),
        ("x-oss-credential", &format!("id/{scope}")),
        ("x-oss-date", "20231216T162057Z"),
        ("x-oss-signature", &signature),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

//! Laws that need no model.

use serde_json::json;

use super::super::laws;
use crate::judge::testing::Twin;
use crate::target::quirk::Facet;
use oss403_case::model::{Edit, SignWith, Span};

#[test]
fn a_law_is_broken_by_a_grant_and_kept_by_a_refusal() {
    let in_url = |twin: Twin| {
        twin.scenario(|scenario| {
            scenario.base.sign = Some(SignWith::UrlV1);
            scenario.edit = Edit::ExpiresIn(Span(-1));
        })
    };
    let twin = in_url(Twin::new());
    let law = laws::law(&twin.instance.scenario).unwrap();
    assert_eq!(law.cause, "url-auth-expired");
    assert_eq!(laws::broken(&twin.instance.scenario, &twin.record), None);
    let granted = in_url(Twin::new().edited(|response| response.status = 200));
    let found = laws::broken(&granted.instance.scenario, &granted.record).unwrap();
    assert_eq!(
        (found.facet, found.cause.as_str()),
        (Facet::Granted, "url-auth-expired")
    );
}

#[test]
fn what_takes_something_away_may_be_granted_only_where_the_base_was() {
    let deny =
        || json!({ "Effect": "Deny", "Principal": ["*"], "Action": ["oss:*"], "Resource": ["*"] });
    let twin = |base| {
        let twin = Twin::new()
            .base(base)
            .edited(|response| response.status = 200);
        twin.scenario(|scenario| scenario.edit = Edit::AddStatement(deny()))
    };
    let broken = |twin: &Twin| laws::broken(&twin.instance.scenario, &twin.record).is_some();
    assert!(broken(&twin(403)));
    assert!(!broken(&twin(200)));
    let allow = twin(403).scenario(|scenario| {
        scenario.edit = Edit::AddStatement(json!({ "Effect": "Allow" }));
    });
    assert!(!broken(&allow));
}

#[test]
fn a_signature_without_a_date_or_with_a_clock_too_far_off_is_never_granted() {
    let law = |sign: SignWith, edit: Edit| {
        let twin = Twin::new().scenario(|scenario| {
            scenario.base.sign = Some(sign);
            scenario.edit = edit;
        });
        laws::law(&twin.instance.scenario).map(|law| law.cause)
    };
    let drop = || Edit::DropHeader("Date".into());
    assert_eq!(law(SignWith::HeaderV1, drop()), Some("date-invalid"));
    assert_eq!(law(SignWith::HeaderV2, drop()), Some("date-invalid"));
    // V4 has x-oss-date.
    assert_eq!(law(SignWith::HeaderV4, drop()), None);
    let date =
        |text: &str| Edit::SetHeader([("Date".to_owned(), text.to_owned())].into_iter().collect());
    assert_eq!(
        law(SignWith::HeaderV1, date("Mon, 04 Feb 2019 10:00:00 UTC")),
        Some("date-invalid")
    );
    assert_eq!(
        law(SignWith::HeaderV1, date("Mon, 04 Feb 2019 10:00:00 GMT")),
        None
    );
    let clock = |seconds| law(SignWith::HeaderV1, Edit::Clock(Span(seconds)));
    assert_eq!([clock(1_000), clock(-1_000)], [Some("time-skewed"); 2]);
    assert_eq!([clock(900), clock(740)], [None; 2]);
}

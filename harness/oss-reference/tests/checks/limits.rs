//! Limits, at the last value that passes and the first that does not, on a server that is right and on one that is off by one.

use oss_reference::Cause::{self, *};
use oss_reference::config::{Config, Faults, LimitFault};
use oss_reference::limit::Limit;
use serde_json::json;

use crate::fixture::{NOW, Scheme, Setup};

fn off(of: Limit, by: i64) -> Setup {
    let faults = Faults {
        limit: Some(LimitFault { of, by }),
        ..Faults::default()
    };
    Setup::with(Config {
        faults,
        ..Config::default()
    })
}

/// `ask` says what becomes of a request that lies so many units beyond the limit.
fn holds(limit: Limit, cause: Cause, ask: impl Fn(&mut Setup, i64) -> Result<(), Cause>) {
    for by in [0, 1, -1] {
        for beyond in [-1, 0, 1, 2] {
            let expected = if beyond <= by { Ok(()) } else { Err(cause) };
            let found = ask(&mut off(limit, by), beyond);
            assert_eq!(found, expected, "{limit:?} off by {by}, {beyond} beyond it");
        }
    }
}

#[test]
fn the_skew_of_a_header() {
    for scheme in [Scheme::V1, Scheme::V2, Scheme::V4] {
        let signed = |setup: &Setup, at: i64| {
            let mut ask = setup.ask("GET", "bucket-one", "/k.txt").scheme(scheme);
            ask.signed_at = at;
            setup.cause(&ask)
        };
        holds(Limit::SkewPast, TimeSkewed, |setup, beyond| {
            signed(setup, -900 - beyond)
        });
        holds(Limit::SkewFuture, TimeSkewed, |setup, beyond| {
            signed(setup, 900 + beyond)
        });
    }
}

#[test]
fn the_end_of_a_url() {
    let fixed = |scheme| {
        move |setup: &mut Setup, beyond: i64| {
            let mut ask = setup.ask("GET", "bucket-one", "/k.txt").scheme(scheme);
            ask.expires = Some((NOW - beyond).to_string());
            setup.cause(&ask)
        }
    };
    holds(Limit::UrlV1, UrlAuthExpired, fixed(Scheme::V1Url));
    holds(Limit::UrlV2, UrlAuthExpired, fixed(Scheme::V2Url));
    holds(Limit::UrlV4, UrlAuthExpired, |setup, beyond| {
        let mut ask = setup
            .ask("GET", "bucket-one", "/k.txt")
            .scheme(Scheme::V4Url);
        ask.signed_at = -60 - beyond;
        ask.expires = Some("60".into());
        setup.cause(&ask)
    });
    holds(Limit::UrlV4Future, TimeSkewed, |setup, beyond| {
        let mut ask = setup
            .ask("GET", "bucket-one", "/k.txt")
            .scheme(Scheme::V4Url);
        ask.signed_at = 900 + beyond;
        setup.cause(&ask)
    });
}

#[test]
fn the_date_header_beside_a_url() {
    let dated = |setup: &Setup, seconds: i64| {
        let date = oss_auth::Timestamp(NOW + seconds).to_iso_basic();
        let ask = setup
            .ask("GET", "bucket-one", "/k.txt")
            .scheme(Scheme::V4Url)
            .header("x-oss-date", &date);
        setup.cause(&ask)
    };
    holds(Limit::UrlDatePast, TimeSkewed, |setup, beyond| {
        dated(setup, -900 - beyond)
    });
    holds(Limit::UrlDateFuture, TimeSkewed, |setup, beyond| {
        dated(setup, 900 + beyond)
    });
}

#[test]
fn the_end_of_a_token() {
    holds(
        Limit::SecurityToken,
        SecurityTokenExpired,
        |setup, beyond| {
            let key = setup.session(None);
            let token = key.token.clone().expect("a session has one");
            // AssumeRole says when a token ends: it is good until the second before.
            let session = setup.world.sessions.get_mut(&token).expect("it was made");
            session.expires = NOW + 1 - beyond;
            setup.cause(&setup.ask("GET", "bucket-one", "/k.txt").by(&key))
        },
    );
}

#[test]
fn the_network_of_a_key() {
    // The peer of every request is 127.0.0.1: of the address after it, 30 bits are shared, the 31st is the last one that differs.
    let within = |setup: &mut Setup, network: &str| {
        let key = setup.poor_user();
        let allow = json!([{ "Effect": "Allow", "Action": "oss:*", "Resource": "*", "Principal": [key.uid] }]);
        setup.set_policy("bucket-one", allow);
        setup
            .operate(json!({ "set": "key-networks", "access_key_id": key.id, "value": [network] }));
        setup.cause(&setup.ask("GET", "bucket-one", "/k.txt").by(&key))
    };
    let cases = [
        ("127.0.0.2/30", 0),
        ("127.0.0.2/31", 1),
        ("127.0.0.2/29", -1),
    ];
    for by in [0, 1, -1] {
        for (network, beyond) in cases {
            let expected = if beyond <= by {
                Ok(())
            } else {
                Err(AccessKeyDisabled)
            };
            let found = within(&mut off(Limit::KeyNetwork, by), network);
            assert_eq!(found, expected, "off by {by}: {network}");
        }
    }
}

//! The rules of hotlink protection (help pages: *PutBucketReferer*, *Hotlink protection*, EC 0003-00000501 to 503).

use oss_policy::{RefererDenied, RefererRules};

use RefererDenied::{Blacklisted, Empty, NotListed};

fn white(entries: &[&str]) -> RefererRules {
    RefererRules {
        whitelist: entries.iter().map(|entry| (*entry).to_owned()).collect(),
        ..RefererRules::default()
    }
}

fn black(entries: &[&str]) -> RefererRules {
    RefererRules {
        blacklist: entries.iter().map(|entry| (*entry).to_owned()).collect(),
        ..RefererRules::default()
    }
}

#[test]
fn a_bucket_never_configured_allows_everything() {
    let rules = RefererRules::default();
    assert!(rules.allow_empty && rules.allow_truncate_query && !rules.truncate_path);
    assert_eq!(rules.check(None), Ok(()));
    assert_eq!(rules.check(Some("http://any.example/")), Ok(()));
}

#[test]
fn an_empty_referer_passes_only_when_allowed() {
    for (allow_empty, expected) in [(true, Ok(())), (false, Err(Empty))] {
        for mut rules in [white(&["http://a.example"]), black(&["http://a.example"])] {
            rules.allow_empty = allow_empty;
            assert_eq!(rules.check(None), expected);
            assert_eq!(rules.check(Some("")), expected);
            assert_eq!(rules.check(Some("  ")), expected);
        }
    }
}

#[test]
fn with_both_lists_empty_even_an_empty_referer_passes() {
    let rules = RefererRules {
        allow_empty: false,
        ..RefererRules::default()
    };
    assert_eq!(rules.check(None), Ok(()));
}

#[test]
fn the_blacklist_is_asked_before_the_whitelist() {
    let rules = RefererRules {
        whitelist: vec!["http://*.example.com".into()],
        blacklist: vec!["http://ban.*.com".into()],
        ..RefererRules::default()
    };
    assert_eq!(
        rules.check(Some("http://ban.example.com")),
        Err(Blacklisted)
    );
    assert_eq!(rules.check(Some("http://www.example.com")), Ok(()));
    assert_eq!(rules.check(Some("http://www.example.org")), Err(NotListed));
}

#[test]
fn a_blacklist_alone_lets_everything_else_pass() {
    let rules = black(&["http://ban.example"]);
    assert_eq!(rules.check(Some("http://ban.example")), Err(Blacklisted));
    assert_eq!(
        rules.check(Some("http://ban.example/page")),
        Err(Blacklisted)
    );
    assert_eq!(rules.check(Some("http://other.example")), Ok(()));
}

#[test]
fn entries_cover_the_whole_referer_with_its_scheme() {
    for (entry, referer, allowed) in [
        ("http://domain.com", "http://domain.com", true),
        ("http://domain.com", "https://domain.com", false),
        ("http://*.domain.com", "http://domain.com", false),
        ("http://*.domain.com", "http://www.domain.com", true),
        ("*.example.com", "https://help.example.com", true),
        (
            "http://www.aliyun.com",
            "http://www.aliyun.com/page/a.html",
            true,
        ),
        ("http://a.b", "http://a.b/c", true),
        (
            "http://www.aliyun.com",
            "http://www.aliyun.com.evil.example/",
            false,
        ),
        (
            "http://www.aliyun.com",
            "http://www.aliyun.community",
            false,
        ),
        (
            "http://www.aliyun.com/a",
            "http://www.aliyun.com/a/b",
            false,
        ),
        ("http://*.aliyun.com", "http://www.aliyun.com/page", false),
        ("http://*.aliyun.com/*", "http://www.aliyun.com/page", true),
        ("http://www?.aliyun.com", "http://www1.aliyun.com", true),
        (
            "http://www?.aliyun.com",
            "http://www1.aliyun.com/page",
            true,
        ),
        ("http://www?.aliyun.com", "http://www.aliyun.com", false),
        ("HTTP://WWW.aliyun.com", "http://www.ALIYUN.com", true),
        (
            "http://a.example",
            "http://evil.example/http://a.example",
            false,
        ),
    ] {
        let expected = if allowed { Ok(()) } else { Err(NotListed) };
        assert_eq!(
            white(&[entry]).check(Some(referer)),
            expected,
            "{entry} {referer}"
        );
    }
}

#[test]
fn query_and_path_are_cut_as_configured() {
    let referer = "http://www.example.com/action?param=1";
    let full = "http://www.example.com/action?param=*";
    let page = "http://www.example.com/action";
    let site = "*.example.com";
    // AllowTruncateQueryString, TruncatePath, then which entry admits the page.
    for (query, path, by_full, by_page, by_site) in [
        (true, false, false, true, false),
        (false, false, true, false, false),
        (true, true, false, false, true),
        (false, true, false, false, true),
    ] {
        for (entry, allowed) in [(full, by_full), (page, by_page), (site, by_site)] {
            let rules = RefererRules {
                allow_truncate_query: query,
                truncate_path: path,
                ..white(&[entry])
            };
            assert_eq!(
                rules.check(Some(referer)).is_ok(),
                allowed,
                "{query} {path} {entry}"
            );
        }
    }
}

#[test]
fn a_query_without_a_path_is_cut_with_the_path() {
    let rules = RefererRules {
        truncate_path: true,
        ..white(&["http://a.example"])
    };
    assert_eq!(rules.check(Some("http://a.example?x=/y")), Ok(()));
    assert_eq!(
        rules.check(Some("http://b.example?http://a.example")),
        Err(NotListed)
    );
}

#[test]
fn refusals_have_their_documented_ec() {
    assert_eq!(Empty.ec(), "0003-00000501");
    assert_eq!(Blacklisted.ec(), "0003-00000502");
    assert_eq!(NotListed.ec(), "0003-00000503");
}

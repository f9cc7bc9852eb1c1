//! Hotlink protection.
//!
//! The same answer as a second, plain account of the page PutBucketReferer; the case of letters makes no difference; one entry more in
//! the blacklist never lets in, one more in a whitelist never keeps out.

use oss_policy::{RefererDenied, RefererRules};

use crate::dice::Dice;
use crate::policy::wild;

/// The input: a line of flags (`e` allow empty, `q` cut the query, `p` cut the path), the Referer (`-` for none), then a line for each
/// entry, `+` for the whitelist and `-` for the blacklist.
pub fn check(data: &[u8]) -> bool {
    let Ok(input) = std::str::from_utf8(data) else {
        return false;
    };
    let mut lines = input.split('\n');
    let (Some(flags), Some(referer)) = (lines.next(), lines.next()) else {
        return false;
    };
    if data.len() > 1024 {
        return false;
    }
    let mut rules = RefererRules {
        allow_empty: flags.contains('e'),
        allow_truncate_query: flags.contains('q'),
        truncate_path: flags.contains('p'),
        whitelist: Vec::new(),
        blacklist: Vec::new(),
    };
    for line in lines {
        if let Some(entry) = line.strip_prefix('+') {
            rules.whitelist.push(entry.to_owned());
        } else if let Some(entry) = line.strip_prefix('-') {
            rules.blacklist.push(entry.to_owned());
        }
    }
    let referer = (referer != "-").then_some(referer);
    let answer = rules.check(referer);
    assert_eq!(
        answer,
        expected(&rules, referer),
        "{rules:?} on {referer:?}"
    );
    if let Some(text) = referer {
        let (lower, upper) = (text.to_ascii_lowercase(), text.to_ascii_uppercase());
        assert_eq!(rules.check(Some(&lower)), answer, "case matters");
        assert_eq!(rules.check(Some(&upper)), answer, "case matters");
    }
    let mut dice = Dice::new(data);
    let entry = [
        "*",
        "http://www.example.com",
        "https://*.example.com/*",
        "?",
    ][dice.roll(4)];
    let mut stricter = rules.clone();
    stricter.blacklist.push(entry.to_owned());
    assert!(
        answer.is_ok() || stricter.check(referer).is_err(),
        "one more on the blacklist lets in"
    );
    if !rules.whitelist.is_empty() {
        let mut looser = rules.clone();
        looser.whitelist.push(entry.to_owned());
        assert!(
            answer.is_err() || looser.check(referer).is_ok(),
            "one more on the whitelist keeps out"
        );
    }
    true
}

fn expected(rules: &RefererRules, referer: Option<&str>) -> Result<(), RefererDenied> {
    if rules.whitelist.is_empty() && rules.blacklist.is_empty() {
        return Ok(());
    }
    let referer = referer.unwrap_or_default().trim().to_ascii_lowercase();
    if referer.is_empty() {
        return if rules.allow_empty {
            Ok(())
        } else {
            Err(RefererDenied::Empty)
        };
    }
    let behind_scheme = |url: &str| url.find("://").map_or(0, |at| at + 3);
    let site_end = |url: &str, ends: &[char]| {
        let start = behind_scheme(url);
        url[start..].find(ends).map(|at| start + at)
    };
    let compared = if rules.truncate_path {
        let end = site_end(&referer, &['/', '?']).unwrap_or(referer.len());
        referer[..end].to_owned()
    } else if rules.allow_truncate_query {
        referer.split('?').next().unwrap_or_default().to_owned()
    } else {
        referer
    };
    let admits = |entry: &String| {
        let entry = entry.to_ascii_lowercase();
        let is_site = !entry.contains('*') && !entry[behind_scheme(&entry)..].contains('/');
        let site = site_end(&compared, &['/']).map(|end| &compared[..end]);
        wild(&entry, &compared) || (is_site && site.is_some_and(|site| wild(&entry, site)))
    };
    if rules.blacklist.iter().any(admits) {
        return Err(RefererDenied::Blacklisted);
    }
    if !rules.whitelist.is_empty() && !rules.whitelist.iter().any(admits) {
        return Err(RefererDenied::NotListed);
    }
    Ok(())
}

//! Which instances a filter means.

use super::instance::Instance;
use super::ledger::Ledger;
use super::suggest;

/// A filter that names nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing is called `{filter}`")]
pub struct UnknownFilter {
    pub filter: String,
    /// What was probably meant.
    pub help: String,
}

/// Whether a filter means an instance: the id of its cause, its code, its own id, the beginning of its id up to a `/`, or any of these
/// with `*` for any text.
pub fn matches(filter: &str, instance: &Instance) -> bool {
    let id = instance.id.as_str();
    let names = [
        instance.file.cause.as_str(),
        instance.file.code.as_str(),
        id,
    ];
    if filter.contains('*') {
        return names.iter().any(|name| glob(filter, name));
    }
    let begins = id
        .strip_prefix(filter.trim_end_matches('/'))
        .is_some_and(|rest| rest.starts_with('/'));
    names.contains(&filter) || begins
}

impl Ledger {
    /// The instances that any of the filters names; all when there is no filter. See [`matches()`] for what a filter is.
    ///
    /// # Errors
    /// When a filter names nothing.
    pub fn select(&self, filters: &[String]) -> Result<Vec<Instance>, UnknownFilter> {
        if filters.is_empty() {
            return Ok(self.instances().collect());
        }
        let mut hits = vec![false; filters.len()];
        let mut selected = Vec::new();
        for entry in self.entries() {
            if !filters
                .iter()
                .any(|filter| may_match(filter, &entry.file.cause, &entry.file.code))
            {
                continue;
            }
            for instance in entry.instances() {
                let mut any = false;
                for (filter, hit) in filters.iter().zip(&mut hits) {
                    let matched = matches(filter, &instance);
                    *hit |= matched;
                    any |= matched;
                }
                if any {
                    selected.push(instance);
                }
            }
        }
        match filters.iter().zip(hits).find(|(_, hit)| !hit) {
            Some((filter, _)) => Err(unknown(self, filter)),
            None => Ok(selected),
        }
    }
}

/// Spares the expansion of causes that a filter without `*` cannot mean.
fn may_match(filter: &str, cause: &str, code: &str) -> bool {
    filter.contains('*') || filter == code || filter.split('/').next() == Some(cause)
}

fn unknown(ledger: &Ledger, filter: &str) -> UnknownFilter {
    let causes: Vec<&str> = ledger.causes().map(|file| file.cause.as_str()).collect();
    let (cause, rest) = filter
        .split_once('/')
        .map_or((filter, None), |(cause, rest)| (cause, Some(rest)));
    let entry = ledger
        .entries()
        .iter()
        .find(|entry| entry.file.cause == cause);
    if let Some(later) = ledger.later(cause) {
        return UnknownFilter {
            filter: filter.to_owned(),
            help: format!(
                "`{cause}` belongs to the revision `{word}`: add `--revision {word}`",
                word = later.word()
            ),
        };
    }
    let help = match (entry, rest) {
        (Some(entry), Some(_)) => {
            let ids: Vec<String> = entry.instances().map(|instance| instance.id).collect();
            let scenarios = entry
                .templates
                .iter()
                .map(|template| format!("{cause}/{}", template.name));
            let known: Vec<String> = scenarios.chain(ids).collect();
            suggest::help(filter, known.iter().map(String::as_str), "ids")
        }
        _ => {
            let codes = ledger.causes().map(|file| file.code.as_str());
            match suggest::nearest(cause, causes.iter().copied().chain(codes)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`oss403 list` shows every id; a filter is a cause, a code, the beginning of an id, or has a `*`".into(),
            }
        }
    };
    UnknownFilter {
        filter: filter.to_owned(),
        help,
    }
}

/// Whether a text fits a pattern in which `*` is any text. Takes time in the product of the lengths at worst.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn a_star_is_any_text() {
        for (pattern, text) in [
            ("*", ""),
            ("a*", "a"),
            ("*c", "abc"),
            ("a*c", "ac"),
            ("a*b*c", "axbxbxc"),
            ("*/HEAD", "x/y/HEAD"),
        ] {
            assert!(glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("a*a", "a"),
            ("a*b*c", "acb"),
            ("*x", "xy"),
            ("b*", "ab"),
            ("a**b", "ba"),
        ] {
            assert!(!glob(pattern, text), "{pattern} {text}");
        }
    }
}

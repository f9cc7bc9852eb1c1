//! How a profile says hosts are called, where buckets stand, and where requests go.

use oss_reference::host::is_label;

use super::keys::AddressingKeys;
use super::rules::Problems;
use crate::wire::address::{Address, Scheme, host_name};
use crate::wire::scene::{Addressing, Style};
use oss403_case::model::TextMap;

pub(super) fn read_suffix(
    suffix: Option<&str>,
    addressing: &AddressingKeys,
    problems: &mut Problems,
) -> String {
    let Some(suffix) = suffix else {
        let templates = [
            addressing.template.as_deref(),
            addressing.service.as_deref(),
        ];
        let [_, Some(service)] =
            templates.map(|template| template.filter(|text| !text.contains("{suffix}")))
        else {
            problems
                .key(["endpoint"], "the key `suffix` is missing")
                .help = Some("it stands where the service has `aliyuncs.com`".into());
            return String::new();
        };
        return host_name(service).to_owned();
    };
    if suffix.parse::<std::net::Ipv4Addr>().is_ok() {
        problems
            .add(["suffix"], format!("`{suffix}` is an address, and no domain name"))
            .help = Some(
            "hosts are called `<bucket>.oss-<region>.<suffix>`; for a server without names write `addressing: { style: path, service: HOST }`"
                .into(),
        );
    } else if suffix.is_empty() || !suffix.split('.').all(is_label) {
        problems.add(
            ["suffix"],
            format!("`{suffix}` is no lower-case domain name"),
        );
    }
    suffix.to_owned()
}

impl AddressingKeys {
    pub(super) fn is_empty(&self) -> bool {
        let Self {
            style,
            template,
            service,
            resolve,
        } = self;
        *style == Style::default() && template.is_none() && service.is_none() && resolve.is_empty()
    }

    pub(super) fn read(&self, two_regions: bool, problems: &mut Problems) -> Addressing {
        let usual = Addressing::default();
        let mut read = |key, template: &Option<String>, usual: String, known: &[&str]| {
            let Some(template) = template else {
                return usual;
            };
            if let Err(defect) = check_template(template, known) {
                problems.add(["addressing", key], defect).help =
                    Some(format!("write it as `{usual}` is written"));
            } else if two_regions && !template.contains("{region}") {
                let message = format!("`{template}` is one and the same name in both regions");
                problems.add(["addressing", key], message).help =
                    Some("put `{region}` into it, or name one region only".into());
            }
            template.clone()
        };
        Addressing {
            style: self.style,
            bucket: read(
                "template",
                &self.template,
                usual.bucket,
                &["bucket", "region", "suffix"],
            ),
            service: read(
                "service",
                &self.service,
                usual.service,
                &["region", "suffix"],
            ),
        }
    }
}

/// What is wrong with a template of a host name, in which the known words may stand in braces; where `bucket` may, it must.
fn check_template(template: &str, known: &[&str]) -> Result<(), String> {
    let mut name = template.to_owned();
    for word in known {
        name = name.replace(&format!("{{{word}}}"), "x");
    }
    if known.contains(&"bucket") && !template.contains("{bucket}") {
        return Err(format!("`{template}` has no place for `{{bucket}}`"));
    }
    match Address::parse(&name, Some(80)) {
        Ok(address) if address.host.to_ascii_lowercase() == address.host => Ok(()),
        _ => Err(format!(
            "`{template}` is no template of a lower-case host name"
        )),
    }
}

pub(super) fn read_overrides(
    resolve: &TextMap,
    scheme: Scheme,
    problems: &mut Problems,
) -> Vec<(String, Address)> {
    let mut overrides = Vec::with_capacity(resolve.len());
    for (pattern, address) in resolve {
        let path = ["addressing", "resolve", pattern];
        let name = pattern
            .strip_prefix("*.")
            .unwrap_or(pattern)
            .to_ascii_lowercase();
        let known = |label: &str| is_label(label) || label.contains('_');
        if !name.split('.').all(known) {
            let message = format!("`{pattern}` is neither a host name nor `*.` and a suffix");
            problems.key(path, message);
        }
        match Address::parse(address, Some(scheme.default_port())) {
            Ok(address) => overrides.push((pattern.clone(), address)),
            Err(defect) => {
                problems.add(path, defect);
            }
        }
    }
    overrides
}

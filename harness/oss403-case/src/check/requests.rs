//! The two requests of a twin: request lines, hosts, signatures and forms that fit together, and what must stay unchanged.

use super::disguise;
use super::same::changes_nothing;
use super::scenario::{Known, object};
use super::words::{self, one_of};
use crate::decode::Problem;
use crate::document::problem;
use crate::model::{
    Call, Edit, Given, HostName, IdentitySpec, Misspelling, Scenario, SignWith, Who,
};
use crate::place::{Part, Path};
use crate::placeholder;
use crate::request_line::{self, RequestLine};
use crate::suggest;

/// Checks both requests of a twin.
pub(super) fn check(scenario: &Scenario, known: &Known<'_>, found: &mut Vec<Problem>) {
    call(
        &scenario.base,
        &Path::from(["base"]),
        scenario,
        known,
        found,
    );
    for (index, request) in scenario.given.requests.iter().enumerate() {
        let path = Path::from(["given", "requests"]).then(index);
        call(request, &path, scenario, known, found);
    }
    edit(scenario, known, found);
    to_the_second(scenario, found);
    same_for(scenario, found);
    unchanged(scenario, known, found);
}

/// Checks a request, the base or one of `given`.
fn call(
    call: &Call,
    path: &Path,
    scenario: &Scenario,
    known: &Known<'_>,
    found: &mut Vec<Problem>,
) {
    let at = |key: &str| path.then(key);
    found.extend(known.identity(&call.r#as, at("as"), Part::Value));
    found.extend(request_line(&call.request, at("request")));
    if let Some(name) = &call.bucket {
        found.extend(known.bucket(name, at("bucket")));
    }
    if let Some(name) = &call.host {
        found.extend(host(name, at("host")));
    }
    if call.via.is_some() && scenario.given.vpc_endpoint.is_none() {
        let help = "add `vpc-endpoint: {}` to `given`";
        found.push(problem(at("via"), Part::Key, "there is no VPC endpoint in `given`").help(help));
    }
    form(call, path, found);
    disguise::check(call, path, found);
}

fn form(call: &Call, path: &Path, found: &mut Vec<Problem>) {
    let at = |key: &str| path.then(key);
    let signed_as_form = matches!(call.sign, Some(SignWith::FormV1 | SignWith::FormV4));
    if call.form.is_none() {
        if signed_as_form {
            let help = "add `form: { fields: { key: … }, file: … }`";
            found.push(problem(at("sign"), Part::Value, "there is no form to sign").help(help));
        }
        return;
    }
    if call.body.is_some() {
        found.push(problem(
            at("body"),
            Part::Key,
            "a request with a form has no other body",
        ));
    }
    if !signed_as_form && !matches!(call.sign, None | Some(SignWith::None)) {
        let help = "a form is signed with `form-v1` or `form-v4`, or not at all (`none`)";
        found.push(problem(at("sign"), Part::Value, "this scheme cannot sign a form").help(help));
    }
    if RequestLine::parse(&call.request).is_ok_and(|line| line.method != "POST") {
        found.push(problem(
            at("request"),
            Part::Value,
            "a form is sent with POST",
        ));
    }
}

fn request_line(text: &str, path: Path) -> Option<Problem> {
    match RequestLine::parse(text) {
        Ok(line) => one_of(line.method, &words::METHODS, "methods", path)
            .map(|found| found.word(line.method)),
        Err(message) => {
            let found = problem(path, Part::Value, message);
            let method = request_line::method(text);
            let meant = method.to_ascii_uppercase();
            Some(if method != meant && words::METHODS.contains(&&*meant) {
                let help = format!("did you mean `{meant}`?");
                found.word(method).help(help)
            } else {
                found.help("for example `GET /k.txt` or `PUT /?acl`")
            })
        }
    }
}

/// Any text is a host, so that a misspelt name of one must not pass for it.
fn host(name: &HostName, path: Path) -> Option<Problem> {
    match name {
        HostName::Literal(text) if !text.contains(['.', ':', '$']) => {
            let help = suggest::help(text, HostName::NAMES, "hosts");
            Some(problem(path, Part::Value, format!("unknown host `{text}`")).help(help))
        }
        _ => None,
    }
}

/// An edit, the way to it, and the call as the edits before it have left it.
struct Step<'s> {
    edit: &'s Edit,
    path: Path,
    call: Call,
}

fn steps(scenario: &Scenario) -> Vec<Step<'_>> {
    let top = Path::from(["edit"]);
    let several = matches!(scenario.edit, Edit::All(_));
    let mut call = scenario.base.clone();
    let mut steps = Vec::new();
    for (index, edit) in scenario.edit.parts().iter().enumerate() {
        let above = if several {
            top.then(Edit::ALL).then(index)
        } else {
            top.clone()
        };
        let before = call.clone();
        edit.on_call(&mut call);
        steps.push(Step {
            edit,
            path: above.then(edit.name()),
            call: before,
        });
    }
    steps
}

fn edit(scenario: &Scenario, known: &Known<'_>, found: &mut Vec<Problem>) {
    for step in steps(scenario) {
        one_edit(step.edit, &step.path, known, found);
        if let Some((message, help)) = unfitting(scenario, step.edit, &step.call) {
            found.push(problem(step.path.clone(), Part::Key, message).help(help));
        }
        if changes_nothing(step.edit, &step.call) {
            let message = "the edit changes nothing: the base has this value already";
            found.push(problem(step.path, Part::Value, message));
        }
    }
}

fn one_edit(edit: &Edit, path: &Path, known: &Known<'_>, found: &mut Vec<Problem>) {
    let path = path.clone();
    let keyed = matches!(
        edit,
        Edit::RamPolicy(_) | Edit::KeyStatus(_) | Edit::KeyNetworks(_)
    );
    for who in edit.identities() {
        let (path, part) = if keyed {
            (path.then(who.as_str()), Part::Key)
        } else {
            (path.clone(), Part::Value)
        };
        found.extend(known.identity(who, path, part));
    }
    match edit {
        Edit::Request(text) => found.extend(request_line(text, path)),
        Edit::Method(method) | Edit::TamperMethod(method) => {
            found.extend(one_of(method, &words::METHODS, "methods", path));
        }
        Edit::TamperPath(text) if !text.starts_with('/') => {
            found.push(problem(
                path,
                Part::Value,
                format!("the path `{text}` must begin with `/`"),
            ));
        }
        Edit::Bucket(name) => found.extend(known.bucket(name, path)),
        // A request that was signed for a bucket has no host without one.
        Edit::TamperBucket(name) if !known.buckets.contains(name.as_str()) => {
            let help = suggest::help(name, known.buckets.iter().copied(), "further buckets");
            found.push(problem(path, Part::Value, format!("unknown bucket `{name}`")).help(help));
        }
        Edit::Host(name) | Edit::TamperHost(name) => found.extend(host(name, path)),
        Edit::BucketAcl(acl) => found.extend(one_of(acl, &words::BUCKET_ACLS, "ACLs", path)),
        Edit::ObjectAcl(acls) => {
            for (key, acl) in acls {
                found.extend(one_of(
                    acl,
                    &words::OBJECT_ACLS,
                    "ACLs",
                    path.then(key.as_str()),
                ));
            }
        }
        Edit::PutObject(objects) => {
            for (key, spec) in objects {
                object(spec, &path.then(key.as_str()), found);
            }
        }
        _ => {}
    }
}

/// The first of these objects that nothing in `given` makes.
fn absent<'k>(given: &Given, mut keys: impl Iterator<Item = &'k String>) -> Option<String> {
    let objects = given.bucket.as_ref().map(|bucket| &bucket.objects);
    let is_known = |key: &String| objects.is_some_and(|objects| objects.contains_key(key));
    // A request of `given` may make objects, and the key may be known only when a run has made its world.
    let may_be_made = |key: &String| !given.requests.is_empty() || key.contains('$');
    keys.find(|key| !is_known(key) && !may_be_made(key))
        .cloned()
}

/// Why the edit cannot change anything in this scenario, when it cannot.
fn unfitting(scenario: &Scenario, edit: &Edit, base: &Call) -> Option<(String, String)> {
    let given = &scenario.given;
    let name = edit.name();
    let say = |message: String, help: &str| Some((message, help.to_owned()));
    match edit {
        Edit::ObjectAcl(acls) if absent(given, acls.keys()).is_some() => {
            let key = absent(given, acls.keys()).unwrap_or_default();
            say(
                format!("there is no object `{key}` whose ACL could be set"),
                "put it into `objects` of `given`",
            )
        }
        Edit::SetField(_) | Edit::DropField(_) | Edit::TamperField(_) | Edit::Conditions(_)
            if base.form.is_none() =>
        {
            say(
                format!("`{name}` edits a form, and the base has none"),
                "add `form:` to `base`",
            )
        }
        Edit::WrongSecret(_)
        | Edit::FlipSignature(_)
        | Edit::RespellSignature(_)
        | Edit::TamperDate(_)
        | Edit::TamperAdditionalHeaders(_)
        | Edit::AccessKeyId(_)
        | Edit::Token(_)
        | Edit::TokenOf(_)
        | Edit::DropToken(_)
        | Edit::ScopeRegion(_)
            if base.signed_with() == SignWith::None =>
        {
            say(
                format!("`{name}` edits a signature, and the base has none"),
                "give the base `as:` and `sign:`",
            )
        }
        Edit::ExpiresIn(_) | Edit::Expires(_) if !expires(base) => say(
            format!("`{name}` edits an expiry, and the base has none"),
            "sign the base with `url-v1`, `url-v2`, `url-v4`, or give it a form",
        ),
        Edit::RespellSignature(Misspelling::Unpadded) if is_hexadecimal(base.signed_with()) => say(
            "a hexadecimal signature has no padding".into(),
            "sign the base with V1 or V2",
        ),
        Edit::TamperDate(_) if base.form.is_some() => say(
            format!(
                "`{name}` edits a time that is signed, and that of a form stands in its policy"
            ),
            "sign the base in a header or in the URL",
        ),
        Edit::TamperAdditionalHeaders(_) if !lists_headers(base.signed_with()) => say(
            format!("`{name}` edits a list that only V2 and V4 have"),
            "sign the base with `header-v2`, `header-v4`, `url-v2` or `url-v4`",
        ),
        Edit::DropToken(_) if !has_token(&base.r#as, scenario) => say(
            format!("`{}` has no token that could be left out", base.r#as),
            "use `sts` or a `session` of `given.identities`",
        ),
        Edit::TokenOf(other) if !has_token(other, scenario) => say(
            format!("`{other}` has no token"),
            "use `sts` or a `session` of `given.identities`",
        ),
        Edit::VpcPolicy(_) if base.via.is_none() => say(
            "the base does not come through the VPC endpoint".into(),
            "add `via: vpc-endpoint` to `base`",
        ),
        Edit::LockWorm(_)
            if given
                .bucket
                .as_ref()
                .is_none_or(|bucket| bucket.worm.is_none()) =>
        {
            say(
                "the bucket has no retention policy to lock".into(),
                "add `worm: in-progress` to `given.bucket`",
            )
        }
        _ => None,
    }
}

fn is_hexadecimal(with: SignWith) -> bool {
    matches!(
        with,
        SignWith::HeaderV4
            | SignWith::UrlV4
            | SignWith::FormV4
            | SignWith::S3HeaderV4
            | SignWith::S3UrlV4
    )
}

fn lists_headers(with: SignWith) -> bool {
    matches!(
        with,
        SignWith::HeaderV2 | SignWith::HeaderV4 | SignWith::UrlV2 | SignWith::UrlV4
    )
}

fn expires(base: &Call) -> bool {
    matches!(
        base.signed_with(),
        SignWith::UrlV1
            | SignWith::UrlV2
            | SignWith::UrlV4
            | SignWith::S3UrlV2
            | SignWith::S3UrlV4
            | SignWith::FormV1
            | SignWith::FormV4
    )
}

fn has_token(who: &Who, scenario: &Scenario) -> bool {
    let is_session = |spec: &IdentitySpec| spec.session.is_some();
    let own = scenario.given.identities.get(who);
    *who == Who::Sts || own.is_some_and(is_session)
}

/// What is sent until it meets its second must depend on the second, and must do no harm when it comes a second early.
fn to_the_second(scenario: &Scenario, found: &mut Vec<Problem>) {
    if !scenario.to_the_second {
        return;
    }
    let path = Path::from(["to-the-second"]);
    let ends = |who: &Who| {
        let session = scenario
            .given
            .identities
            .get(who)
            .and_then(|spec| spec.session.as_ref());
        session.is_some_and(|session| session.lifetime.is_some())
    };
    let tells_time =
        |value: &str| placeholder::names(value).any(|name| name.starts_with("x-oss-date"));
    let moves = |part: &Edit| match part {
        Edit::Clock(_) | Edit::ExpiresIn(_) => true,
        Edit::SetHeader(headers) => headers.values().any(|value| tells_time(value)),
        Edit::As(who) => ends(who) || ends(&scenario.base.r#as),
        _ => false,
    };
    if !scenario.edit.parts().iter().any(moves) {
        let help = "edit `clock` or `expires-in`, or `as` another session with a `lifetime`";
        let message = "this edit moves no limit in time that could be tested to the second";
        found.push(problem(path, Part::Key, message).help(help));
        return;
    }
    if mutates(scenario) && scenario.base.form.is_none() {
        let help = "let the base read (`GET`, `HEAD`), or be a form";
        let message = "a request that is tested to the second may be sent more than once, so it must change nothing";
        found.push(problem(path, Part::Key, message).help(help));
    }
}

/// The other object has to be another one, and the edited request has to be about an object at all.
fn same_for(scenario: &Scenario, found: &mut Vec<Problem>) {
    let Some(other) = &scenario.expect.same_for else {
        return;
    };
    let path = Path::from(["expect", "same-for"]);
    let other_line = scenario.edit.parts().iter().find_map(|part| match part {
        Edit::Request(line) => Some(line),
        _ => None,
    });
    let line = other_line.unwrap_or(&scenario.base.request);
    let own = line.split([' ', '?']).nth(1).unwrap_or_default();
    let (message, help) = if !other.starts_with('/') || other.len() == 1 || other.contains('?') {
        let message = format!("`{other}` is no path of an object");
        (message, "for example `same-for: /absent.txt`")
    } else if own == "/" {
        let message = "the edited request is about no object, so there is no other one";
        (message.to_owned(), "leave `same-for` out")
    } else if own == other {
        let message = format!("the edited request is for `{other}` already");
        (message, "name an object that is not there, or another one")
    } else {
        return;
    };
    found.push(problem(path, Part::Value, message).help(help));
}

fn unchanged(scenario: &Scenario, known: &Known<'_>, found: &mut Vec<Problem>) {
    let top = Path::from(["unchanged"]);
    for (index, entry) in scenario.unchanged.iter().enumerate() {
        found.extend(probe(entry, scenario, known, top.then(index)));
    }
    let has_bucket =
        !scenario.given.no_bucket || !scenario.given.buckets.is_empty() || makes_bucket(scenario);
    if scenario.unchanged.is_empty() && has_bucket && mutates(scenario) {
        let help = "name what must read the same before and after: an object (`[k.txt]`), a sub-resource (`[\"?acl\"]`), a list (`[\"?list-type=2\"]`)";
        let message = "the refused request would change something, and nothing says what must stay `unchanged`";
        found.push(problem(Path::from(["name"]), Part::Value, message).help(help));
    }
}

/// Whether the edited request would change something if it were let through.
fn mutates(scenario: &Scenario) -> bool {
    let of = |request: &str| {
        RequestLine::parse(request)
            .map(|line| line.method.to_owned())
            .unwrap_or_default()
    };
    let named = |part: &Edit| match part {
        Edit::Request(request) => Some(of(request)),
        Edit::Method(method) | Edit::TamperMethod(method) => Some(method.clone()),
        _ => None,
    };
    let last = scenario.edit.parts().iter().rev().find_map(named);
    let method = last.unwrap_or_else(|| of(&scenario.base.request));
    matches!(method.as_str(), "PUT" | "POST" | "DELETE")
}

/// Whether the base makes the bucket whose name was kept free. Until then there is nothing of that name, and that can be looked at.
fn makes_bucket(scenario: &Scenario) -> bool {
    scenario.given.no_bucket && scenario.base.host == Some(HostName::Bucket)
}

fn probe(entry: &str, scenario: &Scenario, known: &Known<'_>, path: Path) -> Option<Problem> {
    let (bucket, rest) = match entry.split_once(':') {
        Some((bucket, rest)) if known.buckets.contains(bucket) => (Some(bucket), rest),
        Some((bucket, _)) if words::is_kebab(bucket) => {
            let help = suggest::help(bucket, known.buckets.iter().copied(), "further buckets");
            return Some(
                problem(path, Part::Value, format!("unknown bucket `{bucket}`"))
                    .word(bucket)
                    .help(help),
            );
        }
        _ => (None, entry),
    };
    if rest.is_empty() {
        let help = "an object (`k.txt`), a sub-resource (`?acl`, `k.txt?acl`), or either with `bucket:` before it";
        return Some(problem(path, Part::Value, "this names nothing to read").help(help));
    }
    if bucket.is_none() && scenario.given.no_bucket && !makes_bucket(scenario) {
        let message = "there is no bucket to read this from";
        return Some(
            problem(path, Part::Value, message)
                .help("put the name of a further bucket before it: `name:key`"),
        );
    }
    None
}

//! Makes a scenario smaller as long as it shows the same: a value tree that takes one word after the other out of it.

use std::collections::VecDeque;

use proptest::strategy::ValueTree;
use serde_json::Value;

use super::generate::{finished, is_sound, several};
use oss403_case::model::{Call, Edit, Scenario, TextMap};

/// A scenario, and what may still be taken out of it.
#[derive(Debug, Clone)]
pub struct Shrinking {
    current: Scenario,
    /// What the last step came from, and what was left to be tried then.
    before: Option<(Scenario, VecDeque<Cut>)>,
    /// Whether the last step was about the edits, of which others may then be taken out.
    edits_changed: bool,
    /// What was not tried yet, as places in the scenario's own words. The biggest come first.
    left: Option<VecDeque<Cut>>,
}

/// Something that may be taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cut {
    /// The entry or element at this place.
    Entry(Vec<Step>),
    /// The edit with this number, of several.
    Part(usize),
    /// The edit with this number, of several, becomes a part of the base or the world.
    Fold(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

impl Shrinking {
    /// Begins with a scenario.
    pub fn new(scenario: Scenario) -> Self {
        Self {
            current: scenario,
            before: None,
            edits_changed: false,
            left: None,
        }
    }
}

impl ValueTree for Shrinking {
    type Value = Scenario;

    fn current(&self) -> Scenario {
        self.current.clone()
    }

    /// Takes the next thing out that leaves a sound scenario.
    fn simplify(&mut self) -> bool {
        let mut left = match self.left.take() {
            Some(left) if !self.edits_changed => left,
            _ => cuts(&self.current),
        };
        self.edits_changed = false;
        while let Some(cut) = left.pop_front() {
            let Some(smaller) = without(&self.current, &cut) else {
                continue;
            };
            if differ(&smaller, &self.current) && is_sound(&smaller) {
                let rest = left.clone();
                left.retain(|other| !cut.spoils(other));
                self.before = Some((std::mem::replace(&mut self.current, smaller), rest));
                self.edits_changed = !matches!(cut, Cut::Entry(_));
                self.left = Some(left);
                return true;
            }
        }
        self.left = Some(left);
        false
    }

    /// Puts back what was taken out last.
    fn complicate(&mut self) -> bool {
        let Some((before, left)) = self.before.take() else {
            return false;
        };
        self.current = before;
        self.left = Some(left);
        self.edits_changed = false;
        true
    }
}

fn differ(one: &Scenario, other: &Scenario) -> bool {
    let fields = |scenario: &Scenario| {
        serde_json::to_value((
            &scenario.given,
            &scenario.base,
            &scenario.edit,
            &scenario.unchanged,
        ))
        .ok()
    };
    fields(one) != fields(other)
}

impl Cut {
    /// Whether another cut means something else, or nothing, once this one is made.
    fn spoils(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Entry(own), Self::Entry(other)) => {
                let Some((Step::Index(at), list)) = own.split_last() else {
                    return other.starts_with(own);
                };
                // The elements behind it have moved.
                let later = |step: &Step| matches!(step, Step::Index(index) if index >= at);
                other.starts_with(list) && other.get(list.len()).is_some_and(later)
            }
            (Self::Part(_) | Self::Fold(_), Self::Part(_) | Self::Fold(_)) => true,
            (Self::Part(_) | Self::Fold(_), Self::Entry(place)) => {
                place.first() == Some(&Step::Key("edit".into()))
            }
            (Self::Entry(_), _) => false,
        }
    }
}

/// Everything that may be taken out of a scenario: edits first, then the world from its outside in, then the base.
fn cuts(scenario: &Scenario) -> VecDeque<Cut> {
    let mut cuts = VecDeque::new();
    if let Edit::All(parts) = &scenario.edit {
        // From the last to the first, so that what is left keeps its number.
        for index in (0..parts.len()).rev() {
            cuts.extend([Cut::Part(index), Cut::Fold(index)]);
        }
    }
    let value = serde_json::to_value(scenario).unwrap_or_default();
    let mut places = Vec::new();
    for key in ["given", "base", "unchanged", "edit"] {
        if let Some(below) = value.get(key) {
            collect(below, &mut vec![Step::Key(key.into())], &mut places);
        }
    }
    // What holds much goes first, and the last element of a list before those in front of it.
    places.sort_by_key(|place: &Vec<Step>| place.len());
    cuts.extend(places.into_iter().map(Cut::Entry));
    cuts
}

fn collect(value: &Value, place: &mut Vec<Step>, places: &mut Vec<Vec<Step>>) {
    const DEEPEST: usize = 9;
    if place.len() > DEEPEST {
        return;
    }
    let mut below = |step: Step, value: &Value| {
        place.push(step);
        places.push(place.clone());
        collect(value, place, places);
        place.pop();
    };
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                below(Step::Key(key.clone()), value);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate().rev() {
                below(Step::Index(index), value);
            }
        }
        _ => {}
    }
}

fn without(scenario: &Scenario, cut: &Cut) -> Option<Scenario> {
    match cut {
        Cut::Part(index) => {
            let mut parts = parts(scenario)?;
            (*index < parts.len()).then(|| parts.remove(*index))?;
            let mut smaller = scenario.clone();
            smaller.edit = several(parts);
            Some(finished(smaller))
        }
        Cut::Fold(index) => {
            let mut parts = parts(scenario)?;
            let part = (*index < parts.len()).then(|| parts.remove(*index))?;
            let mut smaller = scenario.clone();
            fold(&part, &mut smaller).then_some(())?;
            smaller.edit = several(parts);
            Some(finished(smaller))
        }
        Cut::Entry(place) => {
            let mut value = serde_json::to_value(scenario).ok()?;
            let (last, above) = place.split_last()?;
            let mut holder = &mut value;
            for step in above {
                holder = match step {
                    Step::Key(key) => holder.get_mut(key)?,
                    Step::Index(index) => holder.get_mut(index)?,
                };
            }
            match (holder, last) {
                (Value::Object(entries), Step::Key(key)) => drop(entries.shift_remove(key)?),
                (Value::Array(items), Step::Index(index)) if *index < items.len() => {
                    items.remove(*index);
                }
                _ => return None,
            }
            let smaller: Scenario = serde_json::from_value(value).ok()?;
            // An edit of nothing is none.
            let says_something = |part: &Edit| {
                let written = serde_json::to_value(part).unwrap_or_default();
                let inner = written.as_object().and_then(|map| map.values().next());
                !matches!(inner, Some(Value::Object(map)) if map.is_empty())
            };
            smaller
                .edit
                .parts()
                .iter()
                .all(says_something)
                .then_some(smaller)
        }
    }
}

fn parts(scenario: &Scenario) -> Option<Vec<Edit>> {
    match &scenario.edit {
        Edit::All(parts) => Some(parts.clone()),
        _ => None,
    }
}

/// Makes an edit a part of the base, or of the world. Whether that can be done.
pub(super) fn fold(edit: &Edit, scenario: &mut Scenario) -> bool {
    let base = &mut scenario.base;
    match edit {
        Edit::As(_)
        | Edit::Sign(_)
        | Edit::Request(_)
        | Edit::Bucket(_)
        | Edit::Host(_)
        | Edit::Body(_) => {
            edit.on_call(base);
        }
        Edit::Method(method) => {
            let Some((_, rest)) = base.request.split_once(' ') else {
                return false;
            };
            base.request = format!("{method} {rest}");
        }
        Edit::SetHeader(headers) => base.headers.extend(headers.clone()),
        Edit::SetQuery(query) => return with_query(base, query),
        Edit::Clock(span) => base.clock = Some(*span),
        Edit::ExpiresIn(span) => base.expires_in = Some(*span),
        world => return fold_into_world(world, scenario),
    }
    true
}

/// Adds parameters to the line of a request, where they can be written there as they are.
pub(super) fn with_query(base: &mut Call, query: &TextMap) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let mut line = base.request.clone();
    for (name, value) in query {
        if !name.chars().chain(value.chars()).all(plain) {
            return false;
        }
        line.push(if line.contains('?') { '&' } else { '?' });
        line.push_str(name);
        if !value.is_empty() {
            line.push('=');
            line.push_str(value);
        }
    }
    base.request = line;
    true
}

fn fold_into_world(edit: &Edit, scenario: &mut Scenario) -> bool {
    if scenario.given.no_bucket {
        return false;
    }
    let bucket = scenario.given.bucket.get_or_insert_default();
    match edit {
        Edit::BucketAcl(acl) => bucket.acl = Some(acl.clone()),
        Edit::ObjectAcl(acls) => {
            for (key, acl) in acls {
                let Some(object) = bucket.objects.get_mut(key) else {
                    return false;
                };
                object.acl = Some(acl.clone());
            }
        }
        Edit::PutObject(objects) => bucket.objects.extend(objects.clone()),
        Edit::BucketPolicy(Value::Null) => bucket.policy = None,
        Edit::BucketPolicy(policy) => bucket.policy = Some(policy.clone()),
        Edit::Referer(referer) => bucket.referer = Some(referer.clone()),
        Edit::Cors(rules) => bucket.cors.clone_from(rules),
        Edit::BlockPublicAccess(_) => bucket.block_public_access = true,
        _ => return false,
    }
    true
}

//! What can be asked of an edit: when it happens, what it is made of, what it does to a call.

use super::model::{Call, Edit, RequestEdit, Row, Stage, Staged};

impl Stage {
    /// The stage of the edit with this name, when there is one.
    pub fn of(name: &str) -> Option<Self> {
        let mut rows = Edit::TABLE.iter();
        rows.find(|row| row.name == name).map(|row| row.stage)
    }

    /// Whether the world is changed, and not the request.
    pub fn is_world(self) -> bool {
        match self {
            Self::Request | Self::Wire => false,
            Self::World | Self::Operator => true,
        }
    }
}

impl Edit {
    /// The name of the edit that is made of others.
    pub const ALL: &str = "all";
    /// How many edits [`Edit::All`] is made of.
    pub const PARTS: std::ops::RangeInclusive<usize> = 2..=3;

    /// The edit's name, as a case writes it.
    pub fn name(&self) -> &'static str {
        self.row().map_or(Self::ALL, |row| row.name)
    }

    /// The names of all edits that are not made of others, in the order of the table.
    pub fn names() -> impl Iterator<Item = &'static str> + Clone {
        Self::TABLE.iter().map(|row| row.name)
    }

    /// The edits it is made of, in the order in which they are made: itself, unless it is [`Edit::All`].
    pub fn parts(&self) -> &[Self] {
        match self {
            Self::All(parts) => parts,
            one => std::slice::from_ref(one),
        }
    }

    /// Its parts by their stages, in the order in which they are made.
    pub fn steps(&self) -> impl Iterator<Item = Staged<'_>> {
        self.parts().iter().filter_map(Self::staged)
    }

    /// The rows of its parts.
    pub fn rows(&self) -> impl Iterator<Item = &'static Row> {
        self.parts().iter().filter_map(Self::row)
    }

    /// When the edit happens; of several the latest.
    pub fn stage(&self) -> Stage {
        let stages = self.rows().map(|row| row.stage);
        stages.max().unwrap_or(Stage::Request)
    }

    /// Makes, in a call, those edits that are simply another word in it.
    pub fn on_call(&self, call: &mut Call) {
        for step in self.steps() {
            match step {
                Staged::Request(edit) => edit.on_call(call),
                Staged::Wire(_) | Staged::World(_) | Staged::Operator(_) => {}
            }
        }
    }

    /// Whether it changes the state of the owner's account, so that everything else of that account would notice.
    pub fn touches_account(&self) -> bool {
        self.rows().any(|row| row.touches_account)
    }
}

impl RequestEdit<'_> {
    fn on_call(self, call: &mut Call) {
        match self {
            Self::As(who) => call.r#as.clone_from(who),
            Self::Sign(with) => call.sign = Some(*with),
            Self::Request(line) => call.request.clone_from(line),
            Self::Bucket(name) => call.bucket = Some(name.clone()),
            Self::Host(host) => call.host = Some(host.clone()),
            Self::Body(body) => call.body = Some(body.clone()),
            // These change what is made of a call.
            Self::Method(_)
            | Self::SetHeader(_)
            | Self::DropHeader(_)
            | Self::SetQuery(_)
            | Self::DropQuery(_)
            | Self::SetField(_)
            | Self::DropField(_)
            | Self::Conditions(_)
            | Self::Clock(_)
            | Self::ExpiresIn(_)
            | Self::Expires(_)
            | Self::AccessKeyId(_)
            | Self::WrongSecret(_)
            | Self::Token(_)
            | Self::TokenOf(_)
            | Self::DropToken(_)
            | Self::ScopeRegion(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use oss403_operator::KmsStatus;

    use super::*;
    use crate::model::Yes;

    #[test]
    fn several_edits_happen_when_the_latest_of_them_does() {
        let all = |parts: &[Edit]| Edit::All(parts.to_vec());
        let (request, wire) = (Edit::Method("PUT".into()), Edit::FlipSignature(Yes));
        let (world, operator) = (
            Edit::BucketAcl("private".into()),
            Edit::KmsStatus(KmsStatus::None),
        );
        let stage =
            |parts: &[&Edit]| all(&parts.iter().copied().cloned().collect::<Vec<_>>()).stage();
        assert_eq!(stage(&[&request, &request]), Stage::Request);
        assert_eq!(stage(&[&wire, &request]), Stage::Wire);
        assert_eq!(stage(&[&request, &world, &wire]), Stage::World);
        assert_eq!(stage(&[&operator, &world]), Stage::Operator);
        assert!(all(&[request.clone(), operator]).touches_account());
        assert!(!all(&[request, world]).touches_account());
    }

    /// The names say the stage to a case's author as well: what a signed request suffers is tampering, and what the request itself or the
    /// world suffers is not.
    #[test]
    fn an_edit_stands_in_the_stage_that_its_name_speaks_of() {
        let on_the_way = ["tamper-", "repeat-", "remove-", "flip-", "respell-"];
        for row in Edit::TABLE {
            let tampers = on_the_way.iter().any(|word| row.name.starts_with(word));
            assert_eq!(row.stage == Stage::Wire, tampers, "{}", row.name);
        }
    }

    #[test]
    fn what_the_operator_is_asked_for_touches_the_world_and_no_request() {
        for row in Edit::TABLE {
            let asks = row.operator_command.is_some();
            assert!(!asks || row.stage.is_world(), "{}", row.name);
            assert!(asks || row.stage != Stage::Operator, "{}", row.name);
            assert!(asks || !row.touches_account, "{}", row.name);
        }
    }

    #[test]
    fn a_request_edit_changes_the_request_and_others_leave_the_call_alone() {
        let values = [
            ("as", "\"sts\""),
            ("sign", "\"url-v1\""),
            ("request", "\"PUT /other\""),
            ("bucket", "\"none\""),
            ("host", "\"ip\""),
            ("body", "\"other\""),
            ("method", "\"PUT\""),
            ("tamper-method", "\"PUT\""),
            ("bind-domain", "\"sts\""),
            ("kms-status", "\"none\""),
        ];
        let call: Call = serde_json::from_str(r#"{ "request": "GET /" }"#).unwrap();
        for (index, (name, value)) in values.into_iter().enumerate() {
            let edit: Edit = serde_json::from_str(&format!("{{ \"{name}\": {value} }}")).unwrap();
            let mut edited = call.clone();
            edit.on_call(&mut edited);
            assert_eq!(edited != call, index < 6, "{name}");
        }
    }

    #[test]
    fn the_schema_has_every_row_and_the_edit_that_is_made_of_others() {
        let schema = schemars::schema_for!(Edit).to_value();
        let variants = schema["oneOf"].as_array().unwrap().iter();
        let names: Vec<&str> = variants
            .flat_map(|variant| variant["required"].as_array().unwrap())
            .map(|name| name.as_str().unwrap())
            .collect();
        assert!(names.iter().copied().eq(Edit::names().chain([Edit::ALL])));
    }
}

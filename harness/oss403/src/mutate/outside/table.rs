//! The second table: what can happen to a right answer on its way from the server to the engine.
//!
//! A row is data. To add one, write it into the list of its class, `faults/` for what has to be noticed and `weather/` for what has to be
//! forgiven. Everything else follows: it is played, counted, reported, and an error when there was nothing to play it on.

use super::exchange::{Answer, Asked, Meeting, Script, send};

/// Which exchange it is. The front tells by what the server really answered, and of a request that never got there by its method.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    /// Answered 403: an edited request, and the canaries.
    Refusal,
    /// GET, HEAD, OPTIONS that is not refused: a base or a probe.
    Read,
    /// PUT, POST that is not refused: a step of the set-up, or a base.
    Write,
    /// DELETE, or POST `?delete`: clean-up, or a base.
    Removal,
    /// A command to the operator hook.
    Hook,
}

impl Kind {
    /// Every kind.
    pub const ALL: &[Self] = <Self as strum::VariantArray>::VARIANTS;

    /// What the server was asked for; of its answer nothing is known.
    pub fn of_request(asked: &Asked) -> Self {
        let deletes = |pair: &str| pair == "delete" || pair.starts_with("delete=");
        let query = asked.target.split_once('?').map_or("", |(_, query)| query);
        match asked.method.as_str() {
            _ if asked.of_hook => Self::Hook,
            "DELETE" => Self::Removal,
            "POST" if query.split('&').any(deletes) => Self::Removal,
            "PUT" | "POST" => Self::Write,
            _ => Self::Read,
        }
    }

    /// The same, with the status of the server's own answer.
    pub fn of(asked: &Asked, status: u16) -> Self {
        match Self::of_request(asked) {
            Self::Hook => Self::Hook,
            _ if status == 403 => Self::Refusal,
            kind => kind,
        }
    }

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Something wrong: whoever meets it must not be found conformant.
#[derive(Debug)]
pub struct Fault {
    /// `class/name`, unique.
    pub id: &'static str,
    /// What is wrong, in words.
    pub description: &'static str,
    /// The exchanges that it is played on, every time.
    pub on: &'static [Kind],
    /// What it does.
    pub does: Does,
    /// Who has to notice.
    pub noticed_by: NoticedBy,
    /// Whether much of the time is spent waiting. Such rows begin first, beside all others.
    pub waits: bool,
}

/// Who has to notice a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticedBy {
    /// Every instance that met it.
    All,
    /// At least one; the reason why the others cannot.
    Some(&'static str),
    /// The run as a whole: its exit code is not 0.
    Run,
}

/// What a fault does to an exchange. Where there is nothing to do it to, the exchange goes on as it was.
#[derive(Debug, Clone, Copy)]
pub enum Does {
    /// The error document is another, in the body or, for HEAD, in `x-oss-err`.
    Document(fn(&str) -> Vec<u8>),
    /// Parts of the answer are others.
    Answer(fn(&mut Answer)),
    /// The same where the request, or another one, has a part in it; `None` when there is nothing to lie about.
    Lie(fn(&mut Answer, &Meeting<'_>) -> Option<()>),
    /// The answer shows what it hides.
    Leak(fn(&mut Answer, &str)),
    /// Bytes and connection are as the script has it.
    Script(fn(&Meeting<'_>) -> Option<Script>),
    /// The server never sees the request.
    Instead(fn(&Asked) -> Option<Script>),
    /// Something is done to the object of a refused request.
    Deed(Deed),
}

/// What can be done to the object of a refused request, with the rights of its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// It is deleted.
    Delete,
    /// It has another content.
    Overwrite,
    /// It is fetched, and shown instead of the refusal.
    Fetch,
}

/// Something that happens in every network and behind every gateway: nobody may be accused for it, and nothing may stay behind.
#[derive(Debug)]
pub struct Weather {
    /// `class/name`, unique.
    pub id: &'static str,
    /// What happens, in words.
    pub description: &'static str,
    /// The exchanges that it is played on.
    pub on: &'static [Kind],
    /// It is played on one in so many of each kind: counted, not drawn, so that runs repeat.
    pub every: usize,
    /// One and the same request meets it so many times at most, however often it is sent: patience has an end.
    pub most: usize,
    /// What happens.
    pub what: What,
    /// Whether much of the time is spent waiting. Such rows begin first, beside all others.
    pub waits: bool,
}

/// What weather does.
#[derive(Debug, Clone, Copy)]
pub enum What {
    /// The connection ends before the request was read.
    Unread(fn(&Asked) -> Option<Script>),
    /// The request was read, and the server never sees it.
    Instead(fn(&Asked) -> Option<Script>),
    /// The server has answered.
    After(fn(&Meeting<'_>) -> Option<Script>),
}

impl Does {
    /// What the engine gets to see of this answer; `None` when nothing is played. Deeds are the front's to do.
    pub fn script(&self, meeting: &Meeting<'_>) -> Option<Script> {
        let mut answer = meeting.answer.clone();
        let script = match self {
            Self::Document(other) => {
                let document = answer.document()?;
                answer.set_document(other(&document));
                send(answer.bytes())
            }
            Self::Answer(change) => {
                change(&mut answer);
                send(answer.bytes())
            }
            Self::Lie(change) => {
                change(&mut answer, meeting)?;
                send(answer.bytes())
            }
            Self::Leak(change) => {
                change(&mut answer, meeting.secret?);
                send(answer.bytes())
            }
            Self::Script(script) => script(meeting)?,
            Self::Instead(_) | Self::Deed(_) => return None,
        };
        (script != send(meeting.answer.bytes())).then_some(script)
    }
}

/// Every fault, by class.
pub fn faults() -> impl Iterator<Item = &'static Fault> {
    super::faults::CLASSES.iter().copied().flatten()
}

/// Every kind of weather, by class.
pub fn weathers() -> impl Iterator<Item = &'static Weather> {
    super::weather::CLASSES.iter().copied().flatten()
}

/// The class of a row: what stands before the `/` of its id.
pub fn class(id: &'static str) -> &'static str {
    id.split('/').next().unwrap_or(id)
}

/// The exchanges that faults are played on unless a row says otherwise.
pub(super) const REFUSALS: &[Kind] = &[Kind::Refusal];
/// Every exchange with the server.
pub(super) const ALL_BUT_HOOK: &[Kind] = &[Kind::Refusal, Kind::Read, Kind::Write, Kind::Removal];

/// A fault of refusals that everybody notices.
pub(super) const fn fault(id: &'static str, description: &'static str, does: Does) -> Fault {
    Fault {
        id,
        description,
        on: REFUSALS,
        does,
        noticed_by: NoticedBy::All,
        waits: false,
    }
}

impl Fault {
    /// The same, played on other exchanges.
    pub(super) const fn on(mut self, kinds: &'static [Kind]) -> Self {
        self.on = kinds;
        self
    }

    /// The same, noticed by somebody else.
    pub(super) const fn noticed_by(mut self, who: NoticedBy) -> Self {
        self.noticed_by = who;
        self
    }

    /// The same; whoever meets it waits.
    pub(super) const fn waits(mut self) -> Self {
        self.waits = true;
        self
    }
}

/// Weather of every exchange with the server, every time.
pub(super) const fn weather(id: &'static str, description: &'static str, what: What) -> Weather {
    Weather {
        id,
        description,
        on: ALL_BUT_HOOK,
        every: 1,
        most: usize::MAX,
        what,
        waits: false,
    }
}

impl Weather {
    /// The same, played on other exchanges.
    pub(super) const fn on(mut self, kinds: &'static [Kind]) -> Self {
        self.on = kinds;
        self
    }

    /// The same, once in `every` exchanges, and on one request `most` times at most.
    pub(super) const fn at(mut self, every: usize, most: usize) -> Self {
        (self.every, self.most) = (every, most);
        self
    }

    /// The same; whoever meets it waits.
    pub(super) const fn waits(mut self) -> Self {
        self.waits = true;
        self
    }
}

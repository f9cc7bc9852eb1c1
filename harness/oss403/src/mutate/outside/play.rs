//! What is played on the exchanges of one run, and on which it was played.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::Mutex;

use super::exchange::{Answer, Asked, Fingerprint, Meeting, Script, send};
use super::table::{Deed, Does, Fault, Kind, Weather, What};
use crate::wire::address::{Address, Addresses, Scheme};
use crate::wire::client::{Client, Outgoing};
use crate::wire::draft::{Body, Draft};
use crate::wire::exchange::Exchange;
use crate::wire::identity::{Identity, Secret};
use crate::wire::limits::Limits;
use crate::wire::parts::parse_path;
use crate::wire::scene::{Addressing, BucketPlace, Names, Scene};
use crate::wire::sign;
use crate::wire::tls::Tls;
use oss_reference::server::Running;
use oss403_case::model::{SignWith, Who};
use tokio::task::JoinHandle;

/// Refusals that are remembered, for answers that are those of others.
const FORMERS: usize = 64;
/// A content that is shorter says nothing: it would be found by chance.
const SHORTEST_SECRET: usize = 4;

/// A row of the table, or none.
#[derive(Debug, Clone, Copy)]
pub(super) enum Row {
    /// Nothing happens.
    Calm,
    Fault(&'static Fault),
    Weather(&'static Weather),
}

impl Row {
    /// Whether much of the time is spent waiting.
    pub(super) fn waits(self) -> bool {
        match self {
            Self::Calm => false,
            Self::Fault(fault) => fault.waits,
            Self::Weather(weather) => weather.waits,
        }
    }
}

/// A row at play.
pub(super) struct Play {
    row: Row,
    hand: Hand,
    state: Mutex<State>,
    /// What listens where it is played.
    listeners: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Default)]
struct State {
    /// Contents of the objects that were written first, by bucket and path.
    contents: HashMap<(String, String), Arc<str>>,
    formers: VecDeque<Answer>,
    /// How many exchanges of each kind it could have been played on.
    chances: HashMap<Kind, usize>,
    /// How often each request met the weather.
    met: HashMap<String, usize>,
    played: Played,
}

/// On what a row was played.
#[derive(Debug, Clone, Default)]
pub(super) struct Played {
    /// The requests.
    pub(super) requests: HashSet<Fingerprint>,
    /// How often, by kind.
    pub(super) exchanges: BTreeMap<Kind, usize>,
}

impl Play {
    pub(super) fn new(row: Row, server: &Running) -> Self {
        Self {
            row,
            hand: Hand::of_owner(server),
            state: Mutex::default(),
            listeners: Mutex::default(),
        }
    }

    /// Keeps what listens.
    pub(super) fn keep(&self, listener: JoinHandle<()>) {
        self.listeners
            .lock()
            .expect("nobody panics with this lock")
            .push(listener);
    }

    /// Ends all that listens, with its connections.
    pub(super) fn end(&self) {
        self.listeners
            .lock()
            .expect("nobody panics with this lock")
            .iter()
            .for_each(JoinHandle::abort);
    }

    /// Whether it may end a connection before the request was read.
    pub(super) fn looks_ahead(&self) -> bool {
        matches!(
            self.row,
            Row::Weather(Weather {
                what: What::Unread(_),
                ..
            })
        )
    }

    /// On what it was played.
    pub(super) fn played(&self) -> Played {
        self.state().played.clone()
    }

    /// What happens to a request of which only the head was looked at. The connection ends with it.
    pub(super) fn unread(&self, asked: &Asked) -> Option<Script> {
        match self.row {
            Row::Weather(Weather {
                what: What::Unread(script),
                ..
            }) => self.weather(asked, Kind::of_request(asked), script(asked)?),
            _ => None,
        }
    }

    /// What the engine gets to see instead of any answer of the server, which never sees the request.
    pub(super) fn instead(&self, asked: &Asked) -> Option<Script> {
        let kind = Kind::of_request(asked);
        match self.row {
            Row::Fault(Fault {
                does: Does::Instead(script),
                on,
                ..
            }) if on.contains(&kind) => {
                let script = script(asked)?;
                self.state().note(asked, kind);
                Some(script)
            }
            Row::Weather(Weather {
                what: What::Instead(script),
                ..
            }) => self.weather(asked, kind, script(asked)?),
            _ => None,
        }
    }

    /// What the engine gets to see of the server's answer.
    pub(super) async fn after(
        &self,
        asked: &Asked,
        answer: Answer,
        on_connection: usize,
    ) -> Script {
        let kind = Kind::of(asked, answer.status);
        let formers = self.learn(asked, &answer, kind);
        let secret = self.state().secret(asked, &answer);
        let whole = send(answer.bytes());
        let meeting = Meeting {
            asked,
            answer,
            secret: secret.as_deref(),
            formers: &formers,
            on_connection,
        };
        let played = match self.row {
            Row::Fault(Fault {
                does: Does::Deed(deed),
                on,
                ..
            }) if on.contains(&kind) => self.hand.does(*deed, asked).await,
            Row::Fault(fault) if fault.on.contains(&kind) => fault.does.script(&meeting),
            Row::Weather(Weather {
                what: What::After(script),
                ..
            }) => {
                let script = script(&meeting).filter(|script| *script != whole);
                return script
                    .and_then(|script| self.weather(asked, kind, script))
                    .unwrap_or(whole);
            }
            _ => None,
        };
        if played.is_some() {
            self.state().note(asked, kind);
        }
        // A deed that shows nothing leaves the answer as it was.
        played.filter(|script| !script.is_empty()).unwrap_or(whole)
    }

    /// Plays weather on one in so many exchanges of a kind, and not too often on the same request.
    fn weather(&self, asked: &Asked, kind: Kind, script: Script) -> Option<Script> {
        let Row::Weather(weather) = self.row else {
            return None;
        };
        if !weather.on.contains(&kind) {
            return None;
        }
        let state = &mut *self.state();
        let chances = state.chances.entry(kind).or_default();
        *chances += 1;
        let is_due = weather.every == 1 || lot(*chances).is_multiple_of(weather.every);
        let met = state.met.entry(asked.purpose()).or_default();
        if !is_due || *met >= weather.most {
            return None;
        }
        *met += 1;
        state.note(asked, kind);
        Some(script)
    }

    /// Remembers contents and refusals. Answers with the refusals before this one.
    fn learn(&self, asked: &Asked, answer: &Answer, kind: Kind) -> Vec<Answer> {
        let state = &mut *self.state();
        let (bucket, path) = asked.place();
        let is_object = asked.method == "PUT"
            && path != "/"
            && answer.status == 200
            && !asked.target.contains("?acl");
        if is_object
            && let Ok(content) = str::from_utf8(&asked.body)
            && content.len() >= SHORTEST_SECRET
        {
            let place = (bucket.to_owned(), path.to_owned());
            state
                .contents
                .entry(place)
                .or_insert_with(|| content.into());
        }
        if kind != Kind::Refusal || !matches!(self.row, Row::Fault(_)) {
            return Vec::new();
        }
        let formers = state.formers.iter().cloned().collect();
        state.formers.push_back(answer.clone());
        if state.formers.len() > FORMERS {
            state.formers.pop_front();
        }
        formers
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with this lock")
    }
}

impl State {
    fn note(&mut self, asked: &Asked, kind: Kind) {
        self.played.requests.insert(asked.fingerprint());
        *self.played.exchanges.entry(kind).or_default() += 1;
    }

    /// What the refusal of this request hides: the content of its object, or of another one in its bucket. What stands in the request or in
    /// the right answer already is no secret.
    fn secret(&self, asked: &Asked, answer: &Answer) -> Option<Arc<str>> {
        let (bucket, path) = asked.place();
        let own = self.contents.get(&(bucket.to_owned(), path.to_owned()));
        let others = self
            .contents
            .iter()
            .filter(|((known, _), _)| known == bucket);
        let content = own.or_else(|| {
            others
                .min_by_key(|(place, _)| *place)
                .map(|(_, content)| content)
        })?;
        let shown = answer
            .document()
            .is_some_and(|document| document.contains(&**content));
        (!shown && !asked.holds(content)).then(|| Arc::clone(content))
    }
}

/// The owner, whose rights a deed is done with, at the server itself.
struct Hand {
    client: Option<Client>,
    names: Arc<Names>,
    owner: Arc<Identity>,
}

/// A number that comes of another as if by lot, the same each time: what is counted would meet requests that come in turn again and again.
/// (The finalizer of SplitMix64.)
fn lot(number: usize) -> usize {
    let mut lot = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    lot = (lot ^ (lot >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    lot = (lot ^ (lot >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (lot ^ (lot >> 31)) as usize
}

impl Hand {
    fn of_owner(server: &Running) -> Self {
        let config = server.config();
        let owner = config.identities.0.get(Who::Owner.as_str());
        let (id, secret) = owner.map_or_else(Default::default, |owner| {
            (owner.access_key_id.clone(), owner.access_key_secret.clone())
        });
        let address = server.address();
        let endpoint = Address {
            host: address.ip().to_string(),
            port: address.port(),
        };
        let names = Names {
            home: config.regions.first().cloned().unwrap_or_default(),
            away: None,
            suffix: config.suffix.clone(),
            address: endpoint.to_string(),
            addressing: Addressing::default(),
        };
        let addresses = Addresses {
            scheme: Scheme::Http,
            endpoint,
            overrides: Vec::new(),
        };
        Self {
            client: Client::new(addresses, Limits::default(), &Tls::default()).ok(),
            names: Arc::new(names),
            owner: Arc::new(Identity::new(id, Secret::new(secret), None)),
        }
    }

    /// Does it to the object that was asked for. What is to be shown of it; an empty script when nothing is, `None` when it was not done.
    async fn does(&self, deed: Deed, asked: &Asked) -> Option<Script> {
        let (bucket, path) = asked.place();
        let key = parse_path(path.trim_start_matches('/')).0?;
        let method = match deed {
            Deed::Delete => "DELETE",
            Deed::Overwrite => "PUT",
            Deed::Fetch => "GET",
        };
        let place = BucketPlace {
            name: bucket.to_owned(),
            region: self.names.home.clone(),
            owner: Who::Owner,
        };
        let scene = Scene {
            names: Arc::clone(&self.names),
            buckets: BTreeMap::new(),
            no_bucket: true,
            identities: BTreeMap::new(),
            values: BTreeMap::new(),
            vpc_address: None,
        };
        let mut draft = Draft::new(
            method,
            &scene,
            Some(&place),
            Some(&key),
            Arc::clone(&self.owner),
            SignWith::HeaderV4,
        );
        if deed == Deed::Overwrite {
            draft.body = Body::Bytes("something else".into());
        }
        let sent = self.send(draft).await?;
        let response = sent.response().filter(|response| response.is_success())?;
        if deed != Deed::Fetch {
            return Some(Script::new());
        }
        let mut shown = Answer::new(200, "OK");
        shown.to_head = asked.method == "HEAD";
        shown.headers.extend(
            response
                .headers
                .iter()
                .filter(|(name, _)| name != "content-length")
                .cloned(),
        );
        shown.set_body(response.body.clone());
        Some(send(shown.bytes()))
    }

    async fn send(&self, draft: Draft) -> Option<Exchange> {
        let now = crate::run::unix_now();
        Some(
            self.client
                .as_ref()?
                .send(Outgoing::new(sign::sign(draft, now)))
                .await,
        )
    }
}

//! `kill -9` at any point of `run`, `fuzz` and `sweep`: what is left is swept, nothing else is touched, and a run can be finished.
//!
//! Points are counted in requests that pass a front, drawn from a seed. `OSS403_KILL_POINTS` says how many (`.ci/run` takes 100),
//! `OSS403_KILL_SEED` another seed.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use oss_auth::{Credentials, Header, Request, Timestamp};
use oss_reference::config::Config;
use oss_reference::server::Running;
use oss403_case::Ledger;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc, oneshot, watch};

use crate::support::{Desk, reference};

/// Buckets of others, whose names are as like ours as names can be.
const BYSTANDERS: [&str; 6] = [
    "oss403-backup",
    "oss403-30cf0d98-1",
    "oss403-30cf0d98x-1",
    "oss403-30cf0d98000000-1",
    "oss4030-1",
    "my-oss403-30cf0d98-1",
];

/// What becomes of the request at which the program is killed.
#[derive(Clone, Copy, Debug)]
enum Request3 {
    /// It never arrives.
    Lost,
    /// It arrives when nobody waits for the answer any more.
    Late,
    /// It has arrived.
    Sent,
}

/// Stands before a server and its operator, counts what passes, and holds one request.
struct Gate {
    passed: AtomicUsize,
    at: AtomicUsize,
    fate: std::sync::Mutex<Request3>,
    reached: mpsc::UnboundedSender<oneshot::Sender<()>>,
    open: watch::Sender<usize>,
}

impl Gate {
    async fn stand_before(self: &Arc<Self>, server: SocketAddr) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let gate = Arc::clone(self);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                gate.open.send_modify(|open| *open += 1);
                let gate = Arc::clone(&gate);
                tokio::spawn(async move {
                    gate.pass_on(client, server).await;
                    gate.open.send_modify(|open| *open -= 1);
                });
            }
        });
        address
    }

    async fn pass_on(&self, client: TcpStream, server: SocketAddr) {
        let Ok(server) = TcpStream::connect(server).await else {
            return;
        };
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let there = async {
            let mut piece = vec![0; 64 << 10];
            while let Ok(length @ 1..) = from_client.read(&mut piece).await {
                let is_point = self.passed.fetch_add(1, Ordering::SeqCst) + 1
                    == self.at.load(Ordering::SeqCst);
                let fate = *self.fate.lock().unwrap();
                if is_point && !matches!(fate, Request3::Sent) {
                    self.hold().await;
                    if matches!(fate, Request3::Lost) {
                        break;
                    }
                }
                if to_server.write_all(&piece[..length]).await.is_err() {
                    break;
                }
                if is_point && matches!(fate, Request3::Sent) {
                    self.hold().await;
                }
            }
            let _ = to_server.shutdown().await;
        };
        // Until the server has nothing more to say, whether anybody listens or not.
        let back = async {
            let mut piece = vec![0; 64 << 10];
            while let Ok(length @ 1..) = from_server.read(&mut piece).await {
                let _ = to_client.write_all(&piece[..length]).await;
            }
            let _ = to_client.shutdown().await;
        };
        tokio::join!(there, back);
    }

    async fn hold(&self) {
        let (go_on, killed) = oneshot::channel();
        self.reached.send(go_on).unwrap();
        let _ = killed.await;
    }
}

/// A server with buckets of others, and what stands before it.
struct Place {
    server: Running,
    gate: Arc<Gate>,
    reached: Mutex<mpsc::UnboundedReceiver<oneshot::Sender<()>>>,
    front: SocketAddr,
    hook: SocketAddr,
}

impl Place {
    async fn new() -> Self {
        let server = reference().await;
        for name in BYSTANDERS {
            put_bucket(server.address(), name).await;
        }
        let (reached, receiver) = mpsc::unbounded_channel();
        let gate = Arc::new(Gate {
            passed: AtomicUsize::new(0),
            at: AtomicUsize::new(usize::MAX),
            fate: std::sync::Mutex::new(Request3::Lost),
            reached,
            open: watch::Sender::new(0),
        });
        let front = gate.stand_before(server.address()).await;
        let hook = gate.stand_before(server.operator_address()).await;
        Self {
            server,
            gate,
            reached: Mutex::new(receiver),
            front,
            hook,
        }
    }

    fn profile(&self, desk: &Desk) -> PathBuf {
        let token = desk.write("secrets/operator", self.server.operator_token());
        let operator = format!(
            "limits: {{ bucket-pool: 5 }}\noperator: {{ url: \"http://{}/\", token: {{ file: {:?} }} }}",
            self.hook,
            token.display().to_string()
        );
        desk.profile(self.front, &operator)
    }

    /// Runs the program and kills it at the request of that number, or at an earlier one when there are not so many.
    async fn kill(&self, desk: &Desk, line: &str, at: usize, fate: Request3) {
        let mut at = at;
        while !self.is_killed(desk, line, at, fate).await {
            assert!(at > 1, "{line}: sends nothing");
            at /= 2;
        }
    }

    async fn is_killed(&self, desk: &Desk, line: &str, at: usize, fate: Request3) -> bool {
        *self.gate.fate.lock().unwrap() = fate;
        self.gate.passed.store(0, Ordering::SeqCst);
        self.gate.at.store(at, Ordering::SeqCst);
        let mut command = tokio::process::Command::from(desk.command(line));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.kill_on_drop(true).spawn().unwrap();
        let mut reached = self.reached.lock().await;
        let killed = tokio::select! {
            Some(go_on) = reached.recv() => {
                child.kill().await.unwrap();
                let _ = go_on.send(());
                true
            }
            _ = child.wait() => false,
        };
        self.gate.at.store(usize::MAX, Ordering::SeqCst);
        // What was on its way has arrived.
        let mut open = self.gate.open.subscribe();
        open.wait_for(|open| *open == 0).await.unwrap();
        killed
    }

    /// Runs the program to its end.
    async fn run(&self, desk: &Desk, line: &str) -> (Option<i32>, String) {
        let output = tokio::process::Command::from(desk.command(line))
            .output()
            .await
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.code(),
            String::from_utf8_lossy(&text).into_owned(),
        )
    }
}

pub(crate) async fn put_bucket(server: SocketAddr, name: &str) {
    let owner = &Config::default().identities.0["owner"];
    let date = Timestamp(unix_now()).to_rfc1123();
    let headers = [Header::new("Date", &date)];
    let request = Request {
        method: "PUT",
        bucket: Some(name),
        key: None,
        query: &[],
        headers: &headers,
        path: "/",
    };
    let credentials = Credentials {
        access_key_id: &owner.access_key_id,
        access_key_secret: &owner.access_key_secret,
        security_token: None,
    };
    let authorization = oss_auth::v1::header::sign(&request, &credentials);
    let request = format!(
        "PUT / HTTP/1.1\r\nHost: {name}.oss-cn-hangzhou.aliyuncs.test\r\nDate: {date}\r\nAuthorization: {authorization}\r\n\
         Content-Length: 0\r\nConnection: close\r\n\r\n"
    );
    let mut stream = TcpStream::connect(server).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{name}: {answer}");
}

fn unix_now() -> i64 {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// Numbers that a seed decides (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).unwrap()
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Of causes that make neither states nor proofs of domains, what is left can be found without a journal.
const WITHOUT_STATES: [&str; 5] = [
    "bucket-acl",
    "referer-denied",
    "bucket-policy",
    "vpc-endpoint-policy",
    "security-token-expired",
];

/// One point: kills, sweeps or finishes, and looks whether everything is as before.
async fn point(place: &Place, causes: &[String], number: u64, seed: u64) {
    let mut dice = Dice(seed.wrapping_mul(1_000_003).wrapping_add(number));
    let desk = Desk::new();
    let profile = place.profile(&desk).display().to_string();
    let before = place.server.inventory();
    let fate = *dice.one_of(&[Request3::Lost, Request3::Late, Request3::Sent]);
    let kind = number % 10;
    let cause = match kind {
        6 => (*dice.one_of(&WITHOUT_STATES)).to_owned(),
        _ => dice.one_of(causes).clone(),
    };
    let at = 1 + dice.below(60);
    let what =
        format!("point {number} of seed {seed}: kind {kind}, {cause}, request {at}, {fate:?}");
    let run = format!("run {cause} --target {profile} --jobs 6 --out out");
    let mut sweep = format!("sweep --target {profile} --out out");
    match kind {
        7 | 8 => {
            let fuzz = format!(
                "fuzz --target {profile} --seed {number} --requests 120 --without-model --out out"
            );
            place.kill(&desk, &fuzz, at, fate).await;
        }
        _ => place.kill(&desk, &run, at, fate).await,
    }
    match kind {
        4 | 5 => {
            let whole = place
                .run(&desk, &format!("{run} --report json=whole.json"))
                .await;
            assert!(matches!(whole.0, Some(0 | 4)), "{what}: {}", whole.1);
            let journal = the_unfinished(&desk);
            let line = format!("{run} --resume {journal} --report json=resumed.json");
            let resumed = place.run(&desk, &line).await;
            assert_eq!(resumed.0, whole.0, "{what}: {}", resumed.1);
            assert!(resumed.1.contains("going on with"), "{what}: {}", resumed.1);
            let (whole, resumed) = (desk.json("whole.json"), desk.json("resumed.json"));
            assert_eq!(essence(&resumed), essence(&whole), "{what}");
        }
        6 => {
            std::fs::remove_dir_all(desk.path("out")).unwrap();
            sweep += " --older-than 0s";
        }
        9 => {
            let (at, fate) = (1 + dice.below(12), fate);
            place.kill(&desk, &sweep, at, fate).await;
        }
        _ => {}
    }
    let (code, said) = place.run(&desk, &sweep).await;
    assert_eq!(code, Some(0), "{what}: {said}");
    let after = place.server.inventory();
    assert_eq!(after, before, "{what}: {said}");
    for name in BYSTANDERS {
        assert!(!said.contains(&format!("bucket {name} ")), "{what}: {said}");
    }
}

/// The journal of the run that was killed.
fn the_unfinished(desk: &Desk) -> String {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(desk.path("out")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        if !text.contains("{\"event\":\"run-finished\"") {
            found.push(path.display().to_string());
        }
    }
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

/// A result without what is of one run alone: times, commands, numbers of requests, names.
fn essence(result: &Value) -> Value {
    let mut result = result.clone();
    for name in ["started", "elapsed_ms"] {
        result[name] = Value::Null;
    }
    result["summary"]["requests"] = Value::Null;
    for instance in result["instances"].as_array_mut().unwrap() {
        for name in ["elapsed_ms", "curl"] {
            instance[name] = Value::Null;
        }
        for name in ["base", "failed_step"] {
            if let Some(sent) = instance.get_mut(name).and_then(Value::as_object_mut) {
                sent.remove("curl");
            }
        }
    }
    assert!(!result["instances"].as_array().unwrap().is_empty());
    result
}

fn number_of(name: &str, usual: u64) -> u64 {
    let set = std::env::var(name).ok();
    set.map_or(usual, |text| text.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_killed_wherever_the_server_is_clean_after_a_sweep() {
    let points = number_of("OSS403_KILL_POINTS", 10);
    let seed = number_of("OSS403_KILL_SEED", 403);
    let ledger = Ledger::embedded().unwrap_or_else(|found| panic!("{}", found[0]));
    let causes: Arc<[String]> = ledger.causes().map(|file| file.cause.clone()).collect();
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..3 {
        let causes = Arc::clone(&causes);
        workers.spawn(async move {
            let place = Place::new().await;
            let before = place.server.inventory();
            for name in BYSTANDERS {
                assert!(
                    before
                        .iter()
                        .any(|thing| thing.starts_with(&format!("bucket {name}:")))
                );
            }
            let mine = (0..points).filter(|number| number % 3 == worker);
            let mut done = 0;
            for number in mine {
                point(&place, &causes, number, seed).await;
                done += 1;
            }
            assert_eq!(place.server.inventory(), before);
            done
        });
    }
    let mut done = 0;
    while let Some(worker) = workers.join_next().await {
        done += worker.unwrap();
    }
    assert_eq!(done, points);
}

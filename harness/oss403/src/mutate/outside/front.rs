//! The front: stands between the engine and the server, over real TCP, hands requests on byte by byte, and lets a row of the table happen to
//! the answers. Without a row it changes nothing.
//!
//! It has an address for the server, one for the server's operator, and one for each endpoint inside a VPC that the operator makes.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use oss_reference::server::Running;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::exchange::{Answer, Asked, Script, Step};
use super::play::{Play, Played, Row};

/// The most bytes of a head that is looked at without being read.
const MOST_HEAD_BYTES: usize = 64 * 1024;
/// How long an answer is left standing that ends nowhere.
const HANGS: Duration = Duration::from_secs(60);
/// When no connection can be taken, the next attempt is made after this time: what ails one is no end of the others.
const BREATHER: Duration = Duration::from_millis(20);

/// A front at work; dropping it ends it.
pub(super) struct Front {
    /// Where the server is reached.
    pub(super) address: SocketAddr,
    /// Where its operator is reached.
    pub(super) operator: SocketAddr,
    play: Arc<Play>,
}

impl Front {
    /// A front of this server, at which a row is played.
    pub(super) async fn start(server: &Running, row: Row) -> io::Result<Self> {
        let play = Arc::new(Play::new(row, server));
        let (address, requests) = listen(server.address(), false, &play).await?;
        let (operator, commands) = listen(server.operator_address(), true, &play).await?;
        play.keep(requests);
        play.keep(commands);
        Ok(Self {
            address,
            operator,
            play,
        })
    }

    /// On what the row was played so far.
    pub(super) fn played(&self) -> Played {
        self.play.played()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.play.end();
    }
}

/// Another address for a server, and what listens there.
async fn listen(
    server: SocketAddr,
    of_hook: bool,
    play: &Arc<Play>,
) -> io::Result<(SocketAddr, JoinHandle<()>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let play = Arc::clone(play);
    Ok((
        address,
        tokio::spawn(accept(listener, server, of_hook, play)),
    ))
}

/// Takes connections until the task is ended; they end with it. A box, because connections to the operator make listeners of their own.
fn accept(
    listener: TcpListener,
    server: SocketAddr,
    of_hook: bool,
    play: Arc<Play>,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let mut connections = JoinSet::new();
        loop {
            let Ok((engine, _)) = listener.accept().await else {
                tokio::time::sleep(BREATHER).await;
                continue;
            };
            let _ = engine.set_nodelay(true);
            let line = Line {
                engine,
                server,
                upstream: None,
                of_hook,
                play: Arc::clone(&play),
                answers: 0,
            };
            // An error is the end of a connection, which the engine sees for itself.
            connections.spawn(async move { drop(line.serve().await) });
            while connections.try_join_next().is_some() {}
        }
    })
}

/// A connection of the engine, and the one to the server that belongs to it.
struct Line {
    engine: TcpStream,
    server: SocketAddr,
    upstream: Option<TcpStream>,
    of_hook: bool,
    play: Arc<Play>,
    answers: usize,
}

impl Line {
    async fn serve(mut self) -> io::Result<()> {
        loop {
            if self.play.looks_ahead()
                && let Some(head) = self.peek().await?
                && let Some(script) = self.play.unread(&head)
            {
                self.perform(script).await?;
                return Ok(());
            }
            let Some(asked) = self.request().await? else {
                return Ok(());
            };
            if let Some(script) = self.play.instead(&asked) {
                if self.perform(script).await? {
                    return Ok(());
                }
                continue;
            }
            let mut answer = self.forward(&asked).await?;
            if self.of_hook {
                self.stand_before_endpoint(&mut answer).await?;
            }
            self.answers += 1;
            let closes = answer.closes();
            let script = self.play.after(&asked, answer, self.answers).await;
            if self.perform(script).await? || closes {
                return Ok(());
            }
        }
    }

    /// The head of the next request, left unread; `None` when it cannot be told.
    async fn peek(&mut self) -> io::Result<Option<Asked>> {
        let mut bytes = vec![0; MOST_HEAD_BYTES];
        let read = self.engine.peek(&mut bytes).await?;
        bytes.truncate(read);
        Ok(head_end(&bytes).map(|end| asked(&bytes[..end], self.of_hook)))
    }

    /// Reads a request; `None` at the end of the connection.
    async fn request(&mut self) -> io::Result<Option<Asked>> {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(end) = head_end(&bytes) {
                break end;
            }
            if self.engine.read_buf(&mut bytes).await? == 0 {
                return Ok(None);
            }
        };
        let mut asked = asked(&bytes[..end], self.of_hook);
        let of = |name: &str| {
            let mut headers = asked.headers.iter();
            let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.to_ascii_lowercase())
        };
        if of("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
            read_chunks(&mut self.engine, &mut bytes, end).await?;
        } else if let Some(length) =
            of("content-length").and_then(|value| value.parse::<usize>().ok())
        {
            while bytes.len() < end + length {
                if self.engine.read_buf(&mut bytes).await? == 0 {
                    break;
                }
            }
        }
        asked.body = bytes[end..].to_vec();
        asked.bytes = bytes;
        Ok(Some(asked))
    }

    /// Has the server answer.
    async fn forward(&mut self, asked: &Asked) -> io::Result<Answer> {
        let mut upstream = match self.upstream.take() {
            Some(upstream) => upstream,
            None => {
                let upstream = TcpStream::connect(self.server).await?;
                upstream.set_nodelay(true)?;
                upstream
            }
        };
        upstream.write_all(&asked.bytes).await?;
        let answer = read_answer(&mut upstream, asked.method == "HEAD").await?;
        if !answer.closes() {
            self.upstream = Some(upstream);
        }
        Ok(answer)
    }

    /// Where the operator has made an endpoint, the engine is told of an address in front of it.
    async fn stand_before_endpoint(&self, answer: &mut Answer) -> io::Result<()> {
        let Ok(mut json) = serde_json::from_slice::<serde_json::Value>(&answer.body) else {
            return Ok(());
        };
        let address = json.get("address").and_then(serde_json::Value::as_str);
        if let Some(server) = address.and_then(|address| address.parse().ok()) {
            let (address, task) = listen(server, false, &self.play).await?;
            self.play.keep(task);
            json["address"] = address.to_string().into();
            answer.set_body(json.to_string());
        }
        Ok(())
    }

    /// Shows a script to the engine; true when the connection has ended with it.
    async fn perform(&mut self, script: Script) -> io::Result<bool> {
        if script == [Step::Send(Vec::new())] {
            tokio::time::sleep(HANGS).await;
        }
        for step in script {
            match step {
                Step::Send(bytes) => self.engine.write_all(&bytes).await?,
                Step::Wait(time) if time.is_zero() => tokio::task::yield_now().await,
                Step::Wait(time) => tokio::time::sleep(time).await,
                Step::End => {
                    self.engine.shutdown().await?;
                    return Ok(true);
                }
                Step::Reset => {
                    self.engine.set_zero_linger()?;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// Where a head ends, the empty line counted.
fn head_end(bytes: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, b"\r\n\r\n").map(|place| place + 4)
}

/// A request's head, as far as it can be read: some requests are no HTTP, and are handed on all the same.
fn asked(head: &[u8], of_hook: bool) -> Asked {
    let (line, headers) = lines(head);
    let mut words = line.split(' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    let (method, target) = (word(), word());
    let host = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("host"));
    Asked {
        method,
        target,
        host: host.map(|(_, value)| value.clone()).unwrap_or_default(),
        headers,
        bytes: head.to_vec(),
        body: Vec::new(),
        of_hook,
    }
}

/// First line and headers.
fn lines(head: &[u8]) -> (String, Vec<(String, String)>) {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.split("\r\n").filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default().to_owned();
    let headers = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()))
    });
    (first, headers.collect())
}

/// Reads the server's answer, informational ones passed over, and its body out of chunks.
async fn read_answer(server: &mut TcpStream, to_head: bool) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    let (mut answer, end) = loop {
        let Some(end) = head_end(&bytes) else {
            if server.read_buf(&mut bytes).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            continue;
        };
        let (line, headers) = lines(&bytes[..end]);
        let mut words = line.splitn(3, ' ');
        let mut word = || words.next().unwrap_or_default();
        let answer = Answer {
            version: word().to_owned(),
            status: word().parse().unwrap_or_default(),
            reason: word().to_owned(),
            headers,
            colon: ": ",
            body: Vec::new(),
            to_head,
        };
        if !(100..200).contains(&answer.status) {
            break (answer, end);
        }
        bytes.drain(..end);
    };
    if to_head || matches!(answer.status, 204 | 304) {
        return Ok(answer);
    }
    if answer.header("transfer-encoding").is_some() {
        let body = read_chunks(server, &mut bytes, end).await?;
        answer.remove("transfer-encoding");
        answer.set_body(body);
        return Ok(answer);
    }
    let length = answer
        .header("content-length")
        .and_then(|length| length.parse::<usize>().ok());
    while length.is_none_or(|length| bytes.len() < end + length) {
        if server.read_buf(&mut bytes).await? == 0 {
            break;
        }
    }
    answer.body = bytes.split_off(end);
    Ok(answer)
}

/// Reads a body in chunks, which begins at a place, to its end. Answers with what is in the chunks.
async fn read_chunks(
    stream: &mut TcpStream,
    bytes: &mut Vec<u8>,
    mut place: usize,
) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = match httparse::parse_chunk_size(&bytes[place..]) {
            Ok(httparse::Status::Complete((length, size))) => usize::try_from(size)
                .ok()
                .map(|size| (place + length, size)),
            Ok(httparse::Status::Partial) => None,
            // No chunk: handed on as far as it came.
            Err(_) => return Ok(body),
        };
        match size {
            Some((start, size)) if bytes.len() >= start + size + 2 => {
                body.extend_from_slice(&bytes[start..start + size]);
                place = start + size + 2;
                if size == 0 {
                    return Ok(body);
                }
            }
            _ if stream.read_buf(bytes).await? == 0 => return Ok(body),
            _ => {}
        }
    }
}

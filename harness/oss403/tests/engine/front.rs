//! A front between the engine and a server, over real TCP: it may do to a right answer what networks and proxies do.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A request that comes to the front.
pub(crate) struct Passing<'r> {
    /// How many came before it, on any connection.
    pub(crate) number: usize,
    /// How many came before it on its own connection.
    pub(crate) on_connection: usize,
    /// Its head.
    pub(crate) head: &'r str,
}

impl Passing<'_> {
    pub(crate) fn method(&self) -> &str {
        self.head.split(' ').next().unwrap()
    }

    /// Whether it is every n-th one.
    pub(crate) fn is_nth(&self, n: usize) -> bool {
        self.number % n == n - 1
    }
}

/// What becomes of a request and its answer.
pub(crate) enum Act {
    /// Nothing out of the ordinary.
    Pass,
    /// The connection is reset; the server never sees the request.
    ResetBefore,
    /// The server carries the request out, and the connection is reset instead of an answer.
    ResetAfter,
    /// The answer is given, and the connection closed without a word.
    Close,
    /// This is answered, and the server never sees the request.
    Say(&'static str),
    /// The answer, but for a header.
    Without(&'static str),
    /// Status and document of a refusal are others, where this knows any for its document.
    Reword(fn(&str) -> Option<(u16, String)>),
    /// Half of the answer's body comes, and then the end of the connection.
    Cut,
    /// Nothing ever comes.
    Silence,
    /// A byte of the answer now and then.
    Drip,
}

/// Stands before a server; `act` decides what becomes of each request.
pub(crate) async fn front<F>(server: SocketAddr, act: F) -> SocketAddr
where
    F: Fn(&Passing<'_>) -> Act + Send + Sync + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (act, count) = (Arc::new(act), Arc::new(AtomicUsize::new(0)));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (act, count) = (Arc::clone(&act), Arc::clone(&count));
            tokio::spawn(async move {
                // Whatever breaks ends the connection, and that is all.
                let _ = serve(client, server, &*act, &count).await;
            });
        }
    });
    address
}

async fn serve<F>(
    mut client: TcpStream,
    server: SocketAddr,
    act: &F,
    count: &AtomicUsize,
) -> std::io::Result<()>
where
    F: Fn(&Passing<'_>) -> Act,
{
    client.set_nodelay(true)?;
    let mut server = TcpStream::connect(server).await?;
    server.set_nodelay(true)?;
    let mut buffer = Vec::new();
    for on_connection in 0.. {
        let Some(request) = message(&mut client, &mut buffer, false).await? else {
            return Ok(());
        };
        let end = head_end(&request).unwrap();
        let head = String::from_utf8_lossy(&request[..end]).into_owned();
        let act = act(&Passing {
            number: count.fetch_add(1, Ordering::Relaxed),
            on_connection,
            head: &head,
        });
        match act {
            Act::ResetBefore => return reset(&client),
            Act::Silence => return std::future::pending().await,
            Act::Say(answer) => {
                client.write_all(answer.as_bytes()).await?;
                continue;
            }
            _ => {}
        }
        server.write_all(&request).await?;
        let is_head = head.starts_with("HEAD ");
        let answer = message(&mut server, &mut Vec::new(), is_head).await?;
        let Some(answer) = answer else { return Ok(()) };
        let start = head_end(&answer).unwrap();
        match act {
            Act::ResetAfter => return reset(&client),
            Act::Cut if answer.len() > start => {
                return client
                    .write_all(&answer[..usize::midpoint(start, answer.len())])
                    .await;
            }
            Act::Drip => {
                for byte in answer {
                    client.write_all(&[byte]).await?;
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            }
            Act::Without(name) => client.write_all(&without(&answer, start, name)).await?,
            Act::Reword(reword) => client.write_all(&reworded(answer, start, reword)).await?,
            Act::Close => return client.write_all(&answer).await,
            _ => client.write_all(&answer).await?,
        }
    }
    Ok(())
}

/// A message of which a header is taken out.
fn without(message: &[u8], start: usize, name: &str) -> Vec<u8> {
    let head = String::from_utf8_lossy(&message[..start]);
    let lines = head.split_inclusive("\r\n").filter(|line| {
        let known = line.split(':').next().unwrap_or_default();
        !known.eq_ignore_ascii_case(name)
    });
    [lines.collect::<String>().as_bytes(), &message[start..]].concat()
}

/// A refusal, or the answer to a HEAD that carries one in its head, as somebody else has it.
fn reworded(answer: Vec<u8>, start: usize, reword: fn(&str) -> Option<(u16, String)>) -> Vec<u8> {
    let head = String::from_utf8_lossy(&answer[..start]).into_owned();
    if !head.starts_with("HTTP/1.1 403") {
        return answer;
    }
    let carried = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let decoded = BASE64.decode(value.trim());
        let is_it = name.eq_ignore_ascii_case("x-oss-err");
        is_it.then(|| String::from_utf8(decoded.unwrap()).unwrap())
    });
    let body = String::from_utf8_lossy(&answer[start..]).into_owned();
    let document = carried.as_ref().unwrap_or(&body);
    let Some((status, document)) = reword(document) else {
        return answer;
    };
    let line = |line: &str| {
        let name = line.split(':').next().unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "x-oss-err" => format!("{name}: {}\r\n", BASE64.encode(&document)),
            "content-length" if carried.is_none() => {
                format!("{name}: {}\r\n", document.len())
            }
            _ => line.replacen("HTTP/1.1 403", &format!("HTTP/1.1 {status}"), 1),
        }
    };
    let mut told: String = head.split_inclusive("\r\n").map(line).collect();
    if carried.is_none() {
        told.push_str(&document);
    }
    told.into_bytes()
}

fn reset(client: &TcpStream) -> std::io::Result<()> {
    client.set_zero_linger()
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .map(|at| at + 4)
}

/// A message with its body, and what comes with it where nobody can say how long it is; `None` at the end.
async fn message(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
    bodiless: bool,
) -> std::io::Result<Option<Vec<u8>>> {
    loop {
        if let Some(start) = head_end(buffer) {
            let head = String::from_utf8_lossy(&buffer[..start]).to_ascii_lowercase();
            let value = |name: &str| {
                let line = head.lines().find_map(|line| line.strip_prefix(name));
                line.map(str::trim)
            };
            let no_body =
                bodiless || head.starts_with("http/1.1 204") || head.starts_with("http/1.1 304");
            let end = match (value("content-length:"), value("transfer-encoding:")) {
                _ if no_body => Some(start),
                (_, Some(_)) => {
                    let rest = &buffer[start..];
                    let last = rest.windows(5).position(|five| five == b"0\r\n\r\n");
                    last.map(|at| start + at + 5)
                }
                (Some(length), None) => {
                    let end = start + length.parse::<usize>().unwrap_or(0);
                    Some(end).filter(|end| buffer.len() >= *end)
                }
                (None, None) => Some(start),
            };
            if let Some(end) = end {
                return Ok(Some(buffer.drain(..end).collect()));
            }
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
}

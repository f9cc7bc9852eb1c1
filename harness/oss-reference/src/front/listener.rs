//! Takes connections.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// When no connection can be taken (out of file descriptors), the next attempt is made after this time.
const BREATHER: Duration = Duration::from_millis(20);

/// Takes connections and serves each on a task of its own, until one of `ends` becomes true or loses its sender. Then the
/// listener closes and the connections are cut. When there are `most` of them, those that come wait.
pub(crate) async fn accept<S, F>(
    listener: TcpListener,
    most: usize,
    ends: Vec<watch::Receiver<bool>>,
    serve: S,
) where
    S: Fn(TcpStream, SocketAddr) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    let mut ending: JoinSet<()> = ends
        .into_iter()
        .map(|mut end| async move {
            let _ = end.wait_for(|ended| *ended).await;
        })
        .collect();
    loop {
        tokio::select! {
            _ = ending.join_next() => break,
            taken = listener.accept(), if connections.len() < most => match taken {
                Ok((stream, peer)) => {
                    // Answers are written whole; waiting for more to send would only delay them.
                    let _ = stream.set_nodelay(true);
                    connections.spawn(serve(stream, peer));
                }
                Err(_) => tokio::time::sleep(BREATHER).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    connections.shutdown().await;
}

//! Two strings line by line, by the names of the lines.

use super::evidence::{Evidence, Lines};

/// A line of the server's string, and the client's for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Name of the line.
    pub name: String,
    /// The server's; `None` where only the client has such a line.
    pub server: Option<Vec<u8>>,
    /// The client's; `None` where only the server has such a line, or nothing is known of the client's.
    pub client: Option<Vec<u8>>,
    /// Where they differ first, in bytes from the beginning of the line; `None` when they are equal or there is only one string.
    pub differs_at: Option<usize>,
}

/// The rows of the StringToSign, or of the canonical request.
pub(super) fn rows(evidence: &Evidence, canonical: bool) -> Vec<Row> {
    let (server, client, both) = if canonical {
        let both = evidence.canonical.is_some() && evidence.client_canonical.is_some();
        (
            evidence.canonical_lines(),
            evidence.client_canonical_lines(),
            both,
        )
    } else {
        let both = evidence.server.is_some() && evidence.client.is_some();
        (evidence.server_lines(), evidence.client_lines(), both)
    };
    aligned(server, client, both)
}

fn aligned(server: Lines, client: Lines, both: bool) -> Vec<Row> {
    let mut rows = Vec::with_capacity(server.0.len());
    let mut theirs = client.0.into_iter().map(Some).collect::<Vec<_>>();
    let mut from = 0;
    for (name, line) in server.0 {
        let same = |other: &Option<(String, Vec<u8>)>| {
            other
                .as_ref()
                .is_some_and(|(known, _)| same_line(known, &name))
        };
        let at = theirs.iter().position(same);
        if let Some(at) = at {
            // Lines that only the client has stand where it has them.
            for lost in theirs.iter_mut().take(at).skip(from) {
                rows.extend(lost.take().map(|(name, line)| only_client(name, line)));
            }
            from = at + 1;
        }
        let client = at.and_then(|at| theirs[at].take()).map(|(_, line)| line);
        let differs_at = both.then(|| difference(&line, client.as_deref())).flatten();
        rows.push(Row {
            name,
            server: Some(line),
            client,
            differs_at,
        });
    }
    rows.extend(
        theirs
            .into_iter()
            .flatten()
            .map(|(name, line)| only_client(name, line)),
    );
    rows
}

/// The date stands where the expiry does, and a resource is one whatever it looks like.
fn same_line(a: &str, b: &str) -> bool {
    let is_time = |name: &str| ["Date", "Expires"].contains(&name);
    a == b || (is_time(a) && is_time(b))
}

fn only_client(name: String, line: Vec<u8>) -> Row {
    Row {
        name,
        server: None,
        client: Some(line),
        differs_at: Some(0),
    }
}

/// Where two lines differ first.
pub fn difference(server: &[u8], client: Option<&[u8]>) -> Option<usize> {
    let Some(client) = client else {
        return Some(0);
    };
    if server == client {
        return None;
    }
    let same = server.iter().zip(client).take_while(|(a, b)| a == b);
    Some(same.count())
}

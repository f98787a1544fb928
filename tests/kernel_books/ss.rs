//! ss(8), read.

use super::support::output;
use socktutor::event::TcpState;
use std::net::SocketAddr;

/// One line of `ss -tuanp`.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub proto: String,
    /// As ss spells it: `ESTAB`, `TIME-WAIT`, `UNCONN`.
    pub word: String,
    pub recvq: u64,
    pub sendq: u64,
    pub local: String,
    pub peer: String,
    pub process: String,
}

impl Line {
    pub fn state(&self) -> Option<TcpState> {
        TcpState::parse(&self.word)
    }
}

pub fn lines() -> Vec<Line> {
    output("ss", &["-H", "-tuanp"]).lines().map(line).collect()
}

fn line(text: &str) -> Line {
    let words: Vec<&str> = text.split_whitespace().collect();
    assert!(words.len() >= 6, "not a line of ss: {text}");
    Line {
        proto: words[0].to_owned(),
        word: words[1].to_owned(),
        recvq: words[2].parse().unwrap(),
        sendq: words[3].parse().unwrap(),
        local: words[4].to_owned(),
        peer: words[5].to_owned(),
        process: words[6..].join(" "),
    }
}

/// The line of one socket; `None` for the peer of one that has none.
pub fn find(proto: &str, local: SocketAddr, peer: Option<SocketAddr>) -> Option<Line> {
    let (local, peer) = (local.to_string(), peer.map(|peer| peer.to_string()));
    lines().into_iter().find(|line| {
        let same_peer = peer
            .as_ref()
            .map_or(line.peer.ends_with(":*"), |peer| *peer == line.peer);
        line.proto == proto && line.local == local && same_peer
    })
}

//! What each event looks like, and what no output may ever hold.

mod anatomy;
mod answers;
mod calls;
mod foreign;
mod json;
mod lab;
mod ladder;
mod packets;
mod speed;

use super::Renderer;
use crate::errno::Errno;
use crate::event::*;
use crate::text::style::Style;

/// A terminal of 80 columns, without color.
pub(super) const TERMINAL: Style = Style {
    color: false,
    unicode: true,
    width: Some(80),
};
/// The same in a locale that is not UTF-8.
pub(super) const ASCII: Style = Style {
    unicode: false,
    ..TERMINAL
};

/// An event of the socket `s`, descriptor 3.
pub(super) fn event(what: What) -> Event {
    Event {
        t: 1.5,
        host: None,
        socket: Some("s".into()),
        fd: Some(3),
        what,
    }
}

/// What is printed, after a line that keeps insta from taking the indentation away.
pub(super) fn shown(style: Style, what: What) -> String {
    format!("sock>\n{}", Renderer::new(style).event(&event(what)))
}

pub(super) fn addr(text: &str) -> Addr {
    Addr::Inet(text.parse().unwrap())
}

pub(super) fn syscall(text: &str, ret: Option<i64>, errno: Option<Errno>) -> What {
    What::Syscall(Syscall {
        name: "bind",
        command: "bind",
        text: text.to_owned(),
        ret,
        errno,
        library: false,
    })
}

pub(super) fn change() -> Change {
    Change {
        from: None,
        to: None,
        local: None,
        peer: None,
        backlog: None,
        recvq: None,
        sendq: None,
        by_network: false,
        closed: false,
    }
}

pub(super) fn socket(name: &str, local: &str, peer: Option<&str>, state: TcpState) -> SocketRow {
    SocketRow {
        name: name.to_owned(),
        fd: Some(3),
        host: None,
        proto: "tcp".to_owned(),
        local: Some(addr(local)),
        peer: peer.map(addr),
        state: Some(state),
        recvq: 0,
        sendq: 0,
        ready: "-w-".to_owned(),
        job: None,
        jobs: Vec::new(),
        last: false,
    }
}

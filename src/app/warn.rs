//! Things to be careful about although the call succeeded.

use super::App;
use crate::event::{Addr, Explanation, Tone};
use crate::session::{Done, Socket};
use std::borrow::Cow;

impl App {
    /// What a successful call should make a student careful about.
    pub(super) fn warnings(&self, done: &Done) -> Vec<Explanation> {
        let uneven = done.uneven.clone();
        let uneven = uneven.map(|text| warning(done.command.into(), text.into()));
        uneven.into_iter().chain(self.reach(done)).collect()
    }

    /// Where every network can reach a socket.
    fn reach(&self, done: &Done) -> Option<Explanation> {
        let socket = done.socket.and_then(|id| self.session.socket(id));
        let any = matches!(done.command, "bind" | "listen") && socket.is_some_and(on_any_address);
        // A bound socket was warned of at bind.
        let again = done.command == "listen" && socket.is_some_and(|socket| socket.bound.is_some());
        // What is in a laboratory can be reached from its hosts only.
        let apart = socket.is_some_and(|socket| socket.host.is_some());
        if !any || again || apart {
            return None;
        }
        let text = "This is every address of this machine: whoever shares a network with it can reach this port. \
                    127.0.0.1 (or [::1]) stays on the machine.";
        Some(warning("any-address".into(), text.into()))
    }
}

fn warning(topic: Cow<'static, str>, text: Cow<'static, str>) -> Explanation {
    Explanation {
        topic,
        text: vec![text],
        hints: Vec::new(),
        tone: Tone::Warn,
    }
}

/// Whether a socket's own address, as the kernel has it, is the any-address.
fn on_any_address(socket: &Socket) -> bool {
    let filled = crate::sys::call::getsockname(socket.fd, socket.addr_len());
    matches!(filled.ok().and_then(|filled| filled.addr), Some(Addr::Inet(addr)) if addr.ip().is_unspecified())
}

//! What a call did: the call itself, what changed, what arrived, and the thread that sleeps in it.

use super::page::{INDENT, Page};
use crate::event::{Addr, Change, Data, Event, Job, JobStatus, Syscall, TcpState};
use crate::text::style::Paint;
use crate::text::wrap;

/// `  bind(3, …, 16) = 0`
pub(super) fn syscall(page: &mut Page<'_>, call: &Syscall) {
    // The result is short, so the sign before it is soon found from behind.
    let sign = call.text.as_bytes().windows(3);
    let at = sign.rev().position(|three| three == b" = ");
    let end = at.map_or(0, |at| at + 3);
    let (made, result) = call.text.split_at(call.text.len() - end);
    let paint = match (call.ret, call.errno) {
        (_, Some(_)) => Paint::Bad,
        (Some(_), None) => Paint::Good,
        (None, None) => Paint::Faint,
    };
    page.line(|page| {
        page.foreign_in(made, Paint::Strong);
        page.foreign_in(result, paint);
        if call.library {
            page.own_in("  (library call)", Paint::Faint);
        }
    });
}

/// `  s  127.0.0.1:12345  CLOSE → LISTEN  backlog 0/5  (by the peer)`
pub(super) fn change(page: &mut Page<'_>, event: &Event, change: &Change) {
    page.line(|page| {
        whose(page, event);
        addresses(page, change.local.as_ref(), change.peer.as_ref());
        states(page, change);
        if let Some((waiting, limit)) = change.backlog {
            page.number("  backlog ", waiting);
            page.number("/", limit);
        }
        if let Some(bytes) = change.recvq {
            page.number("  recvq ", bytes);
        }
        if let Some(bytes) = change.sendq {
            page.number("  sendq ", bytes);
        }
        let remark = match (cause(change), change.closed) {
            (Some(cause), false) => &["  (", cause, ")"].concat(),
            (Some(cause), true) => &["  (", cause, "; no descriptor any more)"].concat(),
            (None, true) => "  (no descriptor any more)",
            (None, false) => return,
        };
        page.own_in(remark, Paint::Faint);
    });
}

fn whose(page: &mut Page<'_>, event: &Event) {
    if let Some(host) = &event.host {
        page.foreign(host);
        page.own(": ");
    }
    match (&event.socket, event.fd) {
        (Some(name), _) => page.foreign_in(name, Paint::Name),
        (None, Some(fd)) => page.value(format_args!("descriptor {fd}")),
        (None, None) => page.own("(unnamed)"),
    }
}

fn addresses(page: &mut Page<'_>, local: Option<&Addr>, peer: Option<&Addr>) {
    match (local, peer) {
        (Some(local), Some(peer)) => {
            page.own("  ");
            page.address(local);
            page.own(" ↔ ");
            page.address(peer);
        }
        (Some(local), None) => {
            page.own("  ");
            page.address(local);
        }
        (None, Some(peer)) => {
            page.own("  peer ");
            page.address(peer);
        }
        (None, None) => {}
    }
}

fn states(page: &mut Page<'_>, change: &Change) {
    match (change.from, change.to) {
        (Some(from), Some(to)) if from != to => {
            page.own("  ");
            page.own(from.name());
            page.own(" → ");
            page.own_in(to.name(), Paint::Strong);
        }
        (_, Some(to)) => {
            page.own("  ");
            page.own_in(to.name(), Paint::Strong);
        }
        (Some(from), None) => {
            page.own("  was ");
            page.own(from.name());
        }
        (None, None) => {}
    }
}

/// Who caused a change that the session's own call did not.
fn cause(change: &Change) -> Option<&'static str> {
    change.by_network.then_some(match (change.from, change.to) {
        (Some(TcpState::TimeWait), Some(TcpState::Close)) => "its timer, a RST or a SYN",
        // RFC 9293, 3.10.7.4: the last ACK of a connection that both sides have closed.
        (Some(TcpState::LastAck), Some(TcpState::Close)) => "an ACK, a RST or its timer",
        // RFC 9293, section 3.6.1: data behind what this side still reads is answered with a RST.
        (
            Some(TcpState::FinWait1 | TcpState::FinWait2 | TcpState::CloseWait),
            Some(TcpState::Close),
        ) => "a RST, an ICMP error, its timer, or data that nobody can read",
        // The peer need not have said anything: this side's timer may have given up.
        (_, Some(TcpState::Close)) => "a RST, an ICMP error or its timer",
        _ => "by the peer",
    })
}

/// `  received 24 bytes  "Thank you for connecting"`
pub(super) fn data(page: &mut Page<'_>, data: &Data) {
    let unit = if data.len == 1 { "byte" } else { "bytes" };
    let mut count = itoa::Buffer::new();
    let mut first = [INDENT, "received ", count.format(data.len), " ", unit].concat();
    if let Some(from) = &data.from {
        first.push_str(" from ");
        first.push_str(&page.clean(&from.to_string()));
    }
    if let Some(shown) = data.shown {
        first.push_str(", ");
        first.push_str(count.format(shown));
        first.push_str(" of them shown");
    }
    if data.len == 0 && data.bytes.is_empty() {
        page.line(|page| page.own(first.trim_start()));
        return;
    }
    let mut bytes = quoted(&page.clean(&data.bytes));
    if data.shown.is_some() {
        // As strace marks what it leaves out.
        bytes.push_str("...");
    }
    let width = page.style().width;
    if width.is_some_and(|width| wrap::columns(&first) > width / 2) {
        // A long name of who sent it leaves no room beside it.
        page.line(|page| page.own(first.trim_start()));
        page.exact(&bytes, "    ", "    ");
    } else {
        first.push_str("  ");
        page.exact(&bytes, &first, "    ");
    }
}

/// In quotes as Python chooses them: single ones around text that has double ones.
fn quoted(text: &str) -> String {
    match (text.contains('"'), text.contains('\'')) {
        (true, true) => format!("\"{}\"", text.replace('"', "\\\"")),
        (true, false) => format!("'{text}'"),
        (false, _) => format!("\"{text}\""),
    }
}

/// What became of a call that sleeps.
pub(super) fn job(page: &mut Page<'_>, job: &Job) {
    match job.status {
        JobStatus::Blocked => page.line(|page| {
            page.own_in("… blocked: ", Paint::Warn);
            page.own("the thread sleeps in ");
            page.foreign(&job.sleeps_in);
            number(page, "  ", job.n);
        }),
        JobStatus::Done => ended(page, job, " has returned"),
        JobStatus::Cancelled => ended(page, job, " was cancelled: a signal interrupted it"),
        JobStatus::Left => page.line(|page| {
            number(page, "", job.n);
            page.own(" ");
            page.foreign(&job.call);
            page.own_in(" was left blocked", Paint::Warn);
            page.own(": the thread still slept in ");
            page.foreign(&job.sleeps_in);
            page.own(" at the end");
        }),
    }
}

fn ended(page: &mut Page<'_>, job: &Job, how: &str) {
    page.line(|page| {
        number(page, "", job.n);
        page.own(" ");
        page.foreign(&job.call);
        page.own(how);
    });
}

fn number(page: &mut Page<'_>, before: &str, n: u32) {
    page.own(before);
    page.own_in(&format!("[job {n}]"), Paint::Name);
}

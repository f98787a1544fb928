//! Which datagram a fragment belongs to, and whether all of it has arrived.

use super::mark::Way;
use crate::packet::parse::{Ip, Parsed};
use std::collections::VecDeque;
use std::net::IpAddr;

/// How many datagrams in pieces are remembered. A kernel gives one up after 30 s (60 s with IPv6: RFC 8200, section 4.5).
const MOST: usize = 256;

/// One fragment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    /// What ties fragments together (RFC 791, section 3.2; RFC 8200, section 4.5).
    key: (IpAddr, IpAddr, u32, u8),
    offset: u16,
    /// How many bytes of the datagram it brings.
    len: u32,
    last: bool,
}

/// The fragment that a packet is, if it is one.
pub(super) fn piece(parsed: &Parsed, ip: &Ip) -> Option<Piece> {
    if !parsed.is_fragment() {
        return None;
    }
    // Fragments after the first do not say which protocol IPv6 carries, so it is no part of that key.
    let protocol = if ip.version == 4 { ip.protocol } else { 0 };
    Some(Piece {
        key: (ip.src, ip.dst, ip.identification?, protocol),
        offset: ip.offset,
        len: parsed.payload.end.saturating_sub(ip.header.end) as u32,
        last: !ip.more_fragments,
    })
}

/// A datagram whose first fragment was seen.
#[derive(Debug)]
pub(super) struct Datagram {
    key: (IpAddr, IpAddr, u32, u8),
    pub flow: u32,
    pub way: Way,
    /// Bytes that have arrived, payload among them, and how many there are when all have.
    here: u32,
    payload: u64,
    whole: Option<u32>,
}

#[derive(Debug, Default)]
pub(super) struct Fragments(VecDeque<Datagram>);

impl Fragments {
    /// The latest datagram with this key.
    pub fn find(&self, piece: &Piece) -> Option<&Datagram> {
        self.0.iter().rev().find(|known| known.key == piece.key)
    }

    /// A fragment was seen; the first begins its datagram.
    pub fn enter(&mut self, piece: Piece, flow: u32, way: Way) {
        if piece.offset > 0 && self.find(&piece).is_some() {
            return;
        }
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(Datagram {
            key: piece.key,
            flow,
            way,
            here: 0,
            payload: 0,
            whole: None,
        });
    }

    /// A fragment has arrived. The payload of the whole datagram, if this completes it, else 0.
    pub fn arrive(&mut self, piece: &Piece, payload: usize) -> u64 {
        let Some(known) = self.0.iter_mut().rev().find(|known| known.key == piece.key) else {
            return 0;
        };
        known.here += piece.len;
        known.payload += payload as u64;
        if piece.last {
            known.whole = Some(u32::from(piece.offset) + piece.len);
        }
        match known.whole == Some(known.here) {
            true => known.payload,
            false => 0,
        }
    }
}

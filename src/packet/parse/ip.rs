//! IP headers, and the way to what is behind them.

use super::{Ip, Parsed, Trouble, Upper, upper};
use crate::packet::view::View;
use std::net::IpAddr;

/// Byte offsets in the IPv4 header (RFC 791, section 3.1).
pub(in crate::packet) mod field4 {
    pub const TOTAL_LENGTH: usize = 2;
    pub const IDENTIFICATION: usize = 4;
    pub const FRAGMENT: usize = 6;
    pub const TTL: usize = 8;
    pub const PROTOCOL: usize = 9;
    pub const SRC: usize = 12;
    pub const DST: usize = 16;
    /// Its length without options.
    pub const LEN: usize = 20;
}

/// Byte offsets in the IPv6 header (RFC 8200, section 3).
pub(in crate::packet) mod field6 {
    pub const PAYLOAD_LENGTH: usize = 4;
    pub const NEXT: usize = 6;
    pub const HOP_LIMIT: usize = 7;
    pub const SRC: usize = 8;
    pub const DST: usize = 24;
    /// Its length.
    pub const LEN: usize = 40;
}

/// Nobody chains more; a chain of zeros would otherwise be read for as long as the packet is.
const MOST_EXTENSIONS: usize = 16;

pub(super) fn v4(bytes: &[u8], parsed: &mut Parsed) {
    let Some(mut ip) = header4(bytes) else {
        return cut(parsed, "IPv4", field4::LEN);
    };
    let length = usize::from(bytes[0] & 0xf) * 4;
    if length < field4::LEN {
        parsed.troubles.push(Trouble::HeaderLength {
            header: "IPv4",
            said: length,
        });
        parsed.payload = field4::LEN..bytes.len();
        parsed.ip = Some(ip);
        return;
    }
    if length > bytes.len() {
        parsed.payload = bytes.len()..bytes.len();
        parsed.ip = Some(ip);
        return cut(parsed, "IPv4", length);
    }
    ip.header = 0..length;
    finish(bytes, ip, parsed);
}

fn header4(bytes: &[u8]) -> Option<Ip> {
    let view = View(bytes);
    let fragment = view.u16(field4::FRAGMENT)?;
    Some(Ip {
        version: 4,
        dst: IpAddr::V4(view.v4(field4::DST)?),
        src: IpAddr::V4(view.v4(field4::SRC)?),
        protocol: view.u8(field4::PROTOCOL)?,
        ttl: view.u8(field4::TTL)?,
        identification: Some(u32::from(view.u16(field4::IDENTIFICATION)?)),
        dont_fragment: fragment & 0x4000 != 0,
        more_fragments: fragment & 0x2000 != 0,
        offset: (fragment & 0x1fff).saturating_mul(8),
        said: usize::from(view.u16(field4::TOTAL_LENGTH)?),
        header: 0..field4::LEN,
        routed: false,
    })
}

pub(super) fn v6(bytes: &[u8], parsed: &mut Parsed) {
    let Some(mut ip) = header6(bytes) else {
        return cut(parsed, "IPv6", field6::LEN);
    };
    if let Err(trouble) = extensions(bytes, &mut ip) {
        parsed.troubles.push(trouble);
        parsed.payload = ip.header.end..bytes.len();
        parsed.ip = Some(ip);
        return;
    }
    finish(bytes, ip, parsed);
}

fn header6(bytes: &[u8]) -> Option<Ip> {
    let view = View(bytes);
    Some(Ip {
        version: 6,
        dst: IpAddr::V6(view.v6(field6::DST)?),
        src: IpAddr::V6(view.v6(field6::SRC)?),
        protocol: view.u8(field6::NEXT)?,
        ttl: view.u8(field6::HOP_LIMIT)?,
        identification: None,
        dont_fragment: true,
        more_fragments: false,
        offset: 0,
        said: field6::LEN + usize::from(view.u16(field6::PAYLOAD_LENGTH)?),
        header: 0..field6::LEN,
        routed: false,
    })
}

/// One IPv6 extension header (RFC 8200, section 4).
#[derive(Debug, Clone, Copy)]
pub(in crate::packet) struct Extension {
    /// The number by which the header before announced it.
    pub kind: u8,
    /// Where it stands.
    pub at: usize,
    /// Its length in bytes.
    pub len: usize,
    /// What follows it.
    pub next: u8,
}

/// The extension header of this kind at this place; `Ok(None)` where the kind is none.
pub(in crate::packet) fn extension(
    bytes: &[u8],
    kind: u8,
    at: usize,
) -> Result<Option<Extension>, Trouble> {
    let header = match kind {
        0 => "hop-by-hop options",
        43 => "routing",
        44 => "fragment",
        51 => "authentication",
        60 => "destination options",
        135 => "mobility",
        139 => "host identity",
        140 => "shim6",
        _ => return Ok(None),
    };
    let has = bytes.len().saturating_sub(at);
    let view = View(bytes);
    let (Some(next), Some(length)) = (view.u8(at), view.u8(at + 1)) else {
        return Err(Trouble::Cut {
            header,
            needs: 8,
            has,
        });
    };
    let len = match kind {
        44 => 8,
        // RFC 4302, section 2.2: in units of four bytes, less two.
        51 => (usize::from(length) + 2) * 4,
        _ => (usize::from(length) + 1) * 8,
    };
    if len > has {
        let needs = len;
        return Err(Trouble::Cut { header, needs, has });
    }
    Ok(Some(Extension {
        kind,
        at,
        len,
        next,
    }))
}

fn extensions(bytes: &[u8], ip: &mut Ip) -> Result<(), Trouble> {
    let view = View(bytes);
    for _ in 0..MOST_EXTENSIONS {
        // A later fragment begins in the middle of what the fragment header announces.
        if ip.offset > 0 {
            return Ok(());
        }
        let Some(found) = extension(bytes, ip.protocol, ip.header.end)? else {
            return Ok(());
        };
        match found.kind {
            43 => ip.routed |= view.u8(found.at + 3).is_some_and(|left| left > 0),
            44 => {
                let place = view.u16(found.at + 2).unwrap_or(0);
                ip.offset = place & 0xfff8;
                ip.more_fragments = place & 1 != 0;
                ip.identification = view.u32(found.at + 4);
            }
            _ => {}
        }
        ip.protocol = found.next;
        ip.header.end = found.at + found.len;
    }
    Err(Trouble::Extensions)
}

fn cut(parsed: &mut Parsed, header: &'static str, needs: usize) {
    let has = parsed.found;
    parsed.troubles.push(Trouble::Cut { header, needs, has });
}

/// From the end of the IP header on.
fn finish(bytes: &[u8], ip: Ip, parsed: &mut Parsed) {
    let (said, found, start) = (ip.said, bytes.len(), ip.header.end);
    if said != found {
        parsed.troubles.push(Trouble::Length { said, found });
    }
    // A length that does not even hold the header says nothing about where the packet ends.
    let end = if said < start { found } else { said.min(found) };
    parsed.payload = start..end;
    let (protocol, version, offset) = (ip.protocol, ip.version, ip.offset);
    parsed.ip = Some(ip);
    if offset > 0 {
        parsed.upper = Upper::Fragment;
    } else {
        upper::read(bytes, protocol, version, parsed);
    }
}

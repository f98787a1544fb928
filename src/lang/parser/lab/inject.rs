//! `inject …`: a packet made from words, in packetdrill's notation, or from bytes.

use super::host;
use super::words::{Word, bounded, follows, need, peek, take, word};
use crate::lang::ast::{Expr, Span};
use crate::lang::fault::Fault;
use crate::lang::order::{Forged, Inject, Payload, Place, Source, TcpFlags};
use crate::lang::parser::data::{Words, data};
use crate::lang::parser::input::{Cursor, Input, Parsed};
use crate::lang::parser::word::blank;

/// What stands after `inject`.
pub(super) fn inject(i: &mut Input) -> Parsed<Inject> {
    const EXPECTED: &str = "two hosts and flags: inject server client RST seq 1";
    need(i, "which packet?", EXPECTED)?;
    let first = peek(i);
    if first.starts_with(['<', '>']) {
        return Ok(packetdrill(i));
    }
    if first.starts_with("0x") || first.starts_with("0X") {
        return bytes(i).map(Inject::Bytes);
    }
    if first.starts_with(['+', '.']) || first.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(word(i, "which packet?", EXPECTED)?
            .fault("a packet is put on the wire at once, without a time")
            .helping("from packetdrill's notation leave the time away: inject > S 0:0(0) win 1000")
            .into());
    }
    let from = place(i, "from which host?", EXPECTED)?;
    let to = place(i, "to which host?", "a host and flags: client RST seq 1")?;
    if from.name == to.name {
        let fault = Fault::new(
            (to.span.start, to.span.end),
            "a packet goes to another host",
        );
        return Err(fault.into());
    }
    let flags = flags(i)?;
    let forged = Forged {
        from,
        to,
        flags,
        seq: None,
        ack: None,
        win: None,
        src: None,
        sport: None,
        dport: None,
        ttl: None,
        mss: None,
        payload: Payload::Len(0),
    };
    fields(i, forged).map(|forged| Inject::Words(Box::new(forged)))
}

fn place(i: &mut Input, question: &str, expected: &str) -> Parsed<Place> {
    let word = word(i, question, expected)?;
    let name = host::name(&word)?;
    let span = i.since(word.start);
    Ok(Place { name, span })
}

/// `RST`, `SYN,ACK`, `udp`
fn flags(i: &mut Input) -> Parsed<Option<TcpFlags>> {
    const EXPECTED: &str = "flags such as RST or SYN,ACK, or udp";
    let word = word(i, "which flags?", EXPECTED)?;
    if word.text.eq_ignore_ascii_case("udp") {
        return Ok(None);
    }
    let names = || TcpFlags::NAMES.iter().map(|(name, _)| *name);
    match TcpFlags::parse(word.text) {
        Some(flags) => Ok(Some(flags)),
        None => Err(word
            .fault("these are no flags")
            .expecting(EXPECTED)
            .near(&word.text.to_uppercase(), names())
            .into()),
    }
}

/// `seq 1 win 0 data "x"`, in any order, each once.
fn fields(i: &mut Input, mut forged: Forged) -> Parsed<Forged> {
    let mut seen: Vec<&str> = Vec::new();
    while follows(i) {
        let Some(word) = take(i) else { break };
        let key = word.text;
        let Some((_, of_tcp)) = Forged::FIELDS.iter().find(|(name, _)| *name == key) else {
            return Err(no_key(&word).into());
        };
        let twice = seen.contains(&key) || key == "len" && seen.contains(&"data");
        if twice || key == "data" && seen.contains(&"len") {
            return Err(word.fault("this is said already").into());
        }
        if forged.flags.is_none() && *of_tcp {
            return Err(word.fault(format!("a UDP datagram has no {key}")).into());
        }
        seen.push(key);
        field(i, &mut forged, &word)?;
        let _ = i.eat(",");
    }
    Ok(forged)
}

fn no_key(word: &Word) -> Fault {
    let fault = word.fault("this says nothing about a packet");
    match TcpFlags::parse(word.text) {
        Some(_) => fault.helping("several flags are one word, joined with commas: SYN,ACK"),
        None => {
            let names = Forged::FIELDS.map(|(name, _)| name);
            fault.expecting(names.join(", ")).near(word.text, names)
        }
    }
}

fn field(i: &mut Input, forged: &mut Forged, word: &Word) -> Parsed<()> {
    /// Sequence numbers have 32 bits; relative ones may be negative.
    const SEQ: (i64, i64) = (-(u32::MAX as i64), u32::MAX as i64);
    let key = word.text;
    let short = |i: &mut Input, least| bounded(i, key, least, u16::MAX.into()).map(|n| n as u16);
    match key {
        "seq" => forged.seq = Some(bounded(i, key, SEQ.0, SEQ.1)?),
        "ack" => forged.ack = Some(bounded(i, key, SEQ.0, SEQ.1)?),
        "win" => forged.win = Some(short(i, 0)?),
        "src" => forged.src = Some(source(i)?),
        "sport" => forged.sport = Some(short(i, 0)?),
        "dport" => forged.dport = Some(short(i, 0)?),
        "mss" => forged.mss = Some(short(i, 0)?),
        "ttl" => forged.ttl = Some(bounded(i, key, 0, 255)? as u8),
        "len" => forged.payload = Payload::Len(short(i, 0)?),
        _ => forged.payload = payload(i)?,
    }
    Ok(())
}

/// `10.0.0.66`, or a host's name
fn source(i: &mut Input) -> Parsed<Source> {
    const EXPECTED: &str = "an address or a host: 10.0.0.66";
    let word = word(i, "which address?", EXPECTED)?;
    if let Ok(address) = word.text.parse() {
        return Ok(Source::Address(address));
    }
    let name = host::name(&word).map_err(|_| {
        word.fault("this is neither an IP address nor a host")
            .expecting(EXPECTED)
    })?;
    let span = i.since(word.start);
    Ok(Source::Host(Place { name, span }))
}

/// `"x"`, `0x00ff`, `#100`
fn payload(i: &mut Input) -> Parsed<Payload> {
    const EXPECTED: &str = "\"text\", 0x6869 or #100";
    blank(i);
    if !i.rest().starts_with('#') {
        need(i, "which data?", EXPECTED)?;
    }
    let start = i.at();
    let bytes = match data(i, Words::One)? {
        Expr::Text(text) | Expr::Word(text) => text.into_bytes(),
        Expr::Bytes(bytes) => bytes,
        Expr::Fill(count) if count <= u16::MAX.into() => return Ok(Payload::Len(count as u16)),
        _ => {
            return Err(i
                .fault(start, "a forged packet's data stands in the line itself")
                .expecting(EXPECTED)
                .into());
        }
    };
    match bytes.len() {
        0 => Ok(Payload::Len(0)),
        len if len > usize::from(u16::MAX) => Err(i
            .fault(start, "this is more than one packet can carry")
            .into()),
        _ => Ok(Payload::Bytes(bytes)),
    }
}

/// The rest of the statement as it was typed, without its comment.
fn packetdrill(i: &mut Input) -> Inject {
    let start = i.at();
    let rest = i.rest();
    let end = rest.find(['\n', ';']).unwrap_or(rest.len());
    let end = [" #", "\t#", " //", "\t//"]
        .iter()
        .filter_map(|comment| rest[..end].find(comment))
        .min()
        .unwrap_or(end);
    let text = rest[..end].trim_end();
    i.skip(text.len());
    Inject::Packetdrill {
        text: text.to_owned(),
        span: Span {
            start,
            end: start + text.len(),
        },
    }
}

/// `0x4500 0028 …`: the digits may stand in groups.
fn bytes(i: &mut Input) -> Parsed<Vec<u8>> {
    let start = i.at();
    let mut digits = Vec::new();
    while follows(i) {
        let Some(word) = take(i) else { break };
        let hex = word
            .text
            .strip_prefix("0x")
            .or(word.text.strip_prefix("0X"));
        let hex = hex.unwrap_or(word.text);
        if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(word.fault("these are no hexadecimal digits").into());
        }
        digits.extend(hex.chars().filter_map(|c| c.to_digit(16)).map(|d| d as u8));
    }
    let fault = |message: &str| i.fault(start, message);
    match digits.len() {
        0 => Err(fault("a packet has bytes").into()),
        len if len % 2 == 1 => Err(fault("these are no whole bytes")
            .expecting("two hexadecimal digits for each byte")
            .into()),
        len if len / 2 > usize::from(u16::MAX) => {
            Err(fault("an IP packet has 65535 bytes at most").into())
        }
        _ => Ok(digits
            .chunks(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect()),
    }
}

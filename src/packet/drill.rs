//! A segment in packetdrill's notation: `> S 0:0(0) win 1000 <mss 1460,nop,wscale 7>`, `< P. 1:11(10) ack 1 win 257`.
//!
//! Numbers are relative, as there. There is no time in front (`+0`, `0.100`), as scripts of packetdrill have it.

use super::build::{Opt, Segment};
use super::parse::Flags;
use std::fmt;
use std::net::SocketAddr;
use winnow::ascii::{dec_uint, hex_digit0, space0, space1};
use winnow::combinator::{alt, cut_err, opt, preceded, separated, terminated};
use winnow::error::{ContextError, ErrMode, StrContext, StrContextValue};
use winnow::prelude::*;
use winnow::token::{one_of, take_while};

/// Which way, as packetdrill sees it from the kernel under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Towards {
    /// `<`: into the kernel.
    In,
    /// `>`: out of it.
    Out,
}

/// A segment in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Drill {
    /// Which way it goes.
    pub towards: Towards,
    /// The flags.
    pub flags: Flags,
    /// Its first sequence number, relative.
    pub seq: u32,
    /// Bytes of payload, as many as fit into a packet.
    pub len: u32,
    /// The acknowledgment number, relative, where it is given.
    pub ack: Option<u32>,
    /// The window as it stands in the header, where it is given.
    pub window: Option<u16>,
    /// The urgent pointer, where it is given.
    pub urgent: Option<u16>,
    /// The options.
    pub options: Vec<Opt>,
}

impl Drill {
    /// The segment that it describes, from `src` to `dst`. Relative numbers are counted from `base`: the sequence number's
    /// 0, and the acknowledgment number's. The payload is zeros, as packetdrill's.
    pub fn segment(&self, src: SocketAddr, dst: SocketAddr, base: (u32, u32)) -> Segment {
        // What SACK blocks report was sent by the other end, as what the acknowledgment number does.
        let absolute = |option: &Opt| match option {
            Opt::Sack(blocks) => {
                let edge = |relative: u32| base.1.wrapping_add(relative);
                Opt::Sack(blocks.iter().map(|(a, b)| (edge(*a), edge(*b))).collect())
            }
            other => other.clone(),
        };
        Segment {
            src,
            dst,
            flags: self.flags,
            seq: base.0.wrapping_add(self.seq),
            ack: self.ack.map_or(0, |ack| base.1.wrapping_add(ack)),
            window: self.window.unwrap_or(0),
            urgent: self.urgent.unwrap_or(0),
            options: self.options.iter().map(absolute).collect(),
            payload: vec![0; self.len as usize],
            ttl: 64,
        }
    }
}

/// Where a text is no segment, and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrillFault {
    /// Byte offset in the text.
    pub at: usize,
    /// What could have stood there.
    pub expected: Vec<String>,
    /// What is wrong, where it is no matter of form.
    pub message: Option<String>,
}

impl fmt::Display for DrillFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => write!(f, "{message}"),
            None => write!(f, "{} was expected", self.expected.join(" or ")),
        }
    }
}

impl std::error::Error for DrillFault {}

/// Reads one segment.
///
/// # Errors
/// The text is no segment, or its numbers do not agree; with the place.
pub fn parse_drill(text: &str) -> Result<Drill, DrillFault> {
    let (drill, end) = whole.parse(text).map_err(|error| DrillFault {
        at: error.offset(),
        expected: expected(error.inner()),
        message: None,
    })?;
    let fits = drill.seq.wrapping_add(drill.len) == end;
    let wrong = |message: String| {
        let at = text.find(':').unwrap_or(0);
        let expected = Vec::new();
        let message = Some(message);
        Err(DrillFault {
            at,
            expected,
            message,
        })
    };
    if drill.len > u32::from(u16::MAX) {
        return wrong(format!("{} bytes do not fit into a packet", drill.len));
    }
    if !fits {
        return wrong(format!(
            "from {} on, {} bytes end at {}, not at {end}: SYN and FIN are not counted here",
            drill.seq,
            drill.len,
            drill.seq.wrapping_add(drill.len)
        ));
    }
    if drill.flags.has(Flags::ACK) != drill.ack.is_some() {
        return wrong(match drill.ack {
            Some(_) => "an acknowledgment number needs the flag ACK, written as `.`".to_owned(),
            None => "the flag ACK (`.`) needs an acknowledgment number: `ack 1`".to_owned(),
        });
    }
    Ok(drill)
}

fn expected(error: &ContextError) -> Vec<String> {
    let words: Vec<String> = error
        .context()
        .filter_map(|context| match context {
            StrContext::Expected(value) => Some(value.to_string()),
            _ => None,
        })
        .collect();
    match words.is_empty() {
        true => vec!["the end".to_owned()],
        false => words,
    }
}

type Out<T> = Result<T, ErrMode<ContextError>>;

fn saying(what: &'static str) -> StrContext {
    StrContext::Expected(StrContextValue::Description(what))
}

fn whole(i: &mut &str) -> Out<(Drill, u32)> {
    space0.parse_next(i)?;
    let towards = alt(('<'.value(Towards::In), '>'.value(Towards::Out)))
        .context(saying("`<` or `>`"))
        .parse_next(i)?;
    space0.parse_next(i)?;
    let flags = flags
        .context(saying("flags, as `S`, `S.`, `P.`, `F.`, `R`, `.` or `-`"))
        .parse_next(i)?;
    space1.context(saying("a space")).parse_next(i)?;
    let (seq, end, len) = (
        terminated(dec_uint::<_, u32, _>, ':'),
        terminated(dec_uint::<_, u32, _>, '('),
        terminated(dec_uint::<_, u32, _>, ')'),
    )
        .context(saying("sequence numbers and length, as `1:11(10)`"))
        .parse_next(i)?;
    let ack = word("ack", "the acknowledgment number").parse_next(i)?;
    let window = word("win", "the window, up to 65535").parse_next(i)?;
    let urgent = word("urg", "the urgent pointer, up to 65535").parse_next(i)?;
    let options = opt(preceded(space0, options)).parse_next(i)?;
    space0.parse_next(i)?;
    let drill = Drill {
        towards,
        flags,
        seq,
        len,
        ack,
        window,
        urgent,
        options: options.unwrap_or_default(),
    };
    Ok((drill, end))
}

fn flags(i: &mut &str) -> Out<Flags> {
    let letters = take_while(1.., |c| "FSRP.UEWA-".contains(c)).parse_next(i)?;
    let bit = |letter| match letter {
        'F' => Flags::FIN,
        'S' => Flags::SYN,
        'R' => Flags::RST,
        'P' => Flags::PSH,
        '.' => Flags::ACK,
        'U' => Flags::URG,
        'E' => Flags::ECE,
        'W' => Flags::CWR,
        'A' => Flags::AE,
        _ => Flags::default(),
    };
    Ok(letters
        .chars()
        .map(bit)
        .fold(Flags::default(), |all, flag| all | flag))
}

/// A word and its number, or nothing.
fn word<'a, T: winnow::ascii::Uint>(
    name: &'static str,
    what: &'static str,
) -> impl Parser<&'a str, Option<T>, ErrMode<ContextError>> {
    opt(preceded(
        (space1, name, space1),
        cut_err(dec_uint).context(saying(what)),
    ))
}

fn options(i: &mut &str) -> Out<Vec<Opt>> {
    '<'.parse_next(i)?;
    let list = separated(0.., option, (space0, ',', space0)).parse_next(i)?;
    cut_err('>')
        .context(saying(
            "an option: mss, wscale, sackOK, sack, TS, nop, eol or FO",
        ))
        .context(saying("`>`"))
        .parse_next(i)?;
    Ok(list)
}

fn option(i: &mut &str) -> Out<Opt> {
    space0.parse_next(i)?;
    let found = alt((
        "nop".value(Opt::Nop),
        "eol".value(Opt::End),
        "sackOK".value(Opt::SackPermitted),
        number("mss", "a segment size, up to 65535").map(Opt::Mss),
        number("wscale", "a shift, up to 255").map(Opt::Wscale),
        preceded(("sack", space1), cut_err(blocks)).map(Opt::Sack),
        preceded(
            (alt(("TS", "ts")), space1, opt(("val", space1))),
            cut_err(stamps).context(saying("two clocks, as `val 100 ecr 0`")),
        ),
        preceded(("FO", space0), hex_digit0.verify_map(cookie)),
    ))
    .parse_next(i)?;
    space0.parse_next(i)?;
    Ok(found)
}

fn number<'a, T: winnow::ascii::Uint>(
    name: &'static str,
    what: &'static str,
) -> impl Parser<&'a str, T, ErrMode<ContextError>> {
    preceded((name, space1), cut_err(dec_uint).context(saying(what)))
}

fn stamps(i: &mut &str) -> Out<Opt> {
    let value = dec_uint.parse_next(i)?;
    (space1, opt(("ecr", space1))).parse_next(i)?;
    let echo = dec_uint.parse_next(i)?;
    Ok(Opt::Timestamps(value, echo))
}

fn blocks(i: &mut &str) -> Out<Vec<(u32, u32)>> {
    let block = (terminated(dec_uint, one_of([':', '-'])), dec_uint);
    separated(1..=4, block, space1)
        .context(saying("up to four blocks, as `101:201`"))
        .parse_next(i)
}

fn cookie(digits: &str) -> Option<Opt> {
    let byte = |at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(byte).collect();
    bytes.map(Opt::FastOpen)
}

#[cfg(test)]
mod tests;

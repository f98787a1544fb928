//! Orders to the laboratory: its hosts, its wire, and what is asked about the packets that cross it. `app` carries them
//! out; what each is for, the table of commands says.

use super::ast::Span;
use serde::Serialize;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

/// The name that stands for this machine itself where a host may be named: `on machine`.
pub const MACHINE: &str = "machine";

/// The hosts of a laboratory that was given none.
pub const HOSTS: [&str; 2] = ["client", "server"];

/// One order.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// `lab up [NAME …]`: the hosts, two to eight; [`HOSTS`] where none were named.
    Up(Vec<String>),
    /// `lab down`
    Down,
    /// `lab`: who is there.
    Show,
    /// `on HOST`: statements run there from now on; [`MACHINE`] is this machine itself. `None` asks where they run now.
    On(Option<String>),
    /// `wire …`; `None` shows the wire: what it holds, its settings.
    Wire(Option<Wire>),
    /// `step …`
    Step(Step),
    /// `inject …`
    Inject(Inject),
    /// `packet N`: one packet, opened.
    Packet(Opened),
    /// `ladder`: the sequence diagram.
    Ladder {
        /// `ladder live on|off`: whether every step prints its part of the diagram.
        live: Option<bool>,
        /// `ladder 2`: that conversation only, as `flows` numbers them.
        flow: Option<u64>,
    },
    /// `flows`: the conversations, with totals.
    Flows,
    /// `capture …`
    Capture(Capture),
    /// `compare tcp udp`
    Compare(Side, Side),
    /// `score`: the totals of both sides of a comparison.
    Score,
    /// `swap`: the sides of a comparison change places.
    Swap,
    /// `end`: the comparison is over.
    End,
}

/// What happens to packets on the wire.
#[derive(Debug, Clone, PartialEq)]
pub enum Wire {
    /// Every packet waits for `step`.
    Hold,
    /// Packets cross by themselves, those that are held first.
    Flow,
    /// A packet never arrives.
    Drop(Which),
    /// A packet arrives twice; `None` is the one that the next step delivers.
    Dup(Option<u64>),
    /// Two held packets change places; the first two where none are named.
    Swap(Option<(u64, u64)>),
    /// Every packet takes this long.
    Delay(Duration),
    /// Packets are lost at random.
    Loss {
        /// How many of a hundred, 0 to 100.
        percent: f64,
        /// Where the random numbers begin: the same seed loses the same ones of the packets that follow.
        seed: Option<u64>,
    },
    /// One bit of a held packet is turned over; `None` is the one that the next step delivers.
    Corrupt(Option<u64>),
    /// The largest packet that may cross, in bytes (RFC 791: at least 68).
    Mtu(u32),
    /// How many bits a second may cross; `None` as many as can.
    Rate(Option<u64>),
    /// What crossed; the last so many packets only.
    Log(Option<u64>),
    /// No disturbance any more.
    Clear,
}

/// Which packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The held one with this number.
    Number(u64),
    /// The next that comes, or the first that is held.
    Next,
    /// All that are on the wire.
    All,
}

/// How far the wire goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// This many packets, at least 1.
    Count(u64),
    /// Up to, and with, the first packet of a kind.
    Until(Until),
}

/// Where a step ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// A segment that has all these flags was delivered.
    Flags(TcpFlags),
    /// A packet with payload was delivered.
    Data,
    /// Nothing is held any more.
    Quiet,
}

/// A packet to be opened, and what of it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// Its number; `None` is the last that was sent.
    pub n: Option<u64>,
    /// `packet 1 tcp`: one of its headers alone.
    pub header: Option<HeaderKind>,
    /// `packet 1 fields`: one part alone.
    pub part: Option<Part>,
}

/// A kind of header that a packet may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderKind {
    /// IPv4 or IPv6.
    Ip,
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP or ICMPv6.
    Icmp,
}

impl HeaderKind {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Ip, Self::Tcp, Self::Udp, Self::Icmp];

    /// Its word: `tcp`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ip => "ip",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Icmp => "icmp",
        }
    }

    /// What the names of such headers begin with: `IPv4` and `IPv6` with `IP`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ip => "IP",
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Icmp => "ICMP",
        }
    }
}

/// A part of what is shown of an opened packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The fields: name, value, meaning.
    Fields,
    /// The headers as the RFCs draw them.
    Drawing,
    /// The bytes in hexadecimal.
    Bytes,
}

impl Part {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Fields, Self::Drawing, Self::Bytes];

    /// Its word: `fields`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fields => "fields",
            Self::Drawing => "drawing",
            Self::Bytes => "bytes",
        }
    }
}

/// A forged packet.
#[derive(Debug, Clone, PartialEq)]
pub enum Inject {
    /// `inject server client RST seq 1`
    Words(Box<Forged>),
    /// `inject > S 0:0(0) win 1000 <mss 1460>`: packetdrill's notation as typed, from its `<` or `>` on.
    Packetdrill {
        /// What was typed.
        text: String,
        /// Where it stands.
        span: Span,
    },
    /// `inject 0x4500…`: a whole IP packet.
    Bytes(Vec<u8>),
}

/// A packet in words. What is `None` is taken from the hosts' latest conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Forged {
    /// Who seems to send it.
    pub from: Place,
    /// Who gets it.
    pub to: Place,
    /// A TCP segment with these flags; `None` is a UDP datagram.
    pub flags: Option<TcpFlags>,
    /// The sequence number, relative to the conversation's first; may be below it.
    pub seq: Option<i64>,
    /// The acknowledgment number, relative to the other side's first.
    pub ack: Option<i64>,
    /// The window field.
    pub win: Option<u16>,
    /// The address that it claims to come from; `None` is its sender's own.
    pub src: Option<Source>,
    /// The sender's port.
    pub sport: Option<u16>,
    /// The receiver's port.
    pub dport: Option<u16>,
    /// Time to live, or hop limit.
    pub ttl: Option<u8>,
    /// The largest segment that the sender wants: the MSS option.
    pub mss: Option<u16>,
    /// What it carries.
    pub payload: Payload,
}

impl Forged {
    /// What may follow the flags, each once and in any order; and whether it is said of TCP segments only.
    pub const FIELDS: [(&'static str, bool); 10] = [
        ("seq", true),
        ("ack", true),
        ("win", true),
        ("src", false),
        ("sport", false),
        ("dport", false),
        ("ttl", false),
        ("mss", true),
        ("len", false),
        ("data", false),
    ];
}

/// The address that a forged packet claims to come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// This one, whoever has it.
    Address(IpAddr),
    /// That of a host.
    Host(Place),
}

/// A host as it was typed, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// What a forged packet carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// So many bytes, whichever; 0 is none.
    Len(u16),
    /// These.
    Bytes(Vec<u8>),
}

/// Packets to a file, and packets of this machine's own network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Capture {
    /// `capture`: what is captured now.
    Show,
    /// `capture on`: show the packets of this machine's own network too.
    On,
    /// `capture off`
    Off,
    /// `capture save FILE`: what crossed so far, as pcapng.
    Save(String),
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// What `socket` alone makes there.
    pub kind: SideKind,
    /// What is done to its wire from the beginning.
    pub wire: Vec<Wire>,
}

/// The kind of socket that a side of a comparison uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SideKind {
    /// TCP over IPv4.
    Tcp,
    /// UDP over IPv4.
    Udp,
    /// TCP over IPv6.
    Tcp6,
    /// UDP over IPv6.
    Udp6,
}

impl SideKind {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Tcp, Self::Udp, Self::Tcp6, Self::Udp6];

    /// Its word, which `socket` takes too.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Tcp6 => "tcp6",
            Self::Udp6 => "udp6",
        }
    }

    /// TCP or UDP, over whichever IP.
    pub fn transport(self) -> Self {
        match self {
            Self::Tcp | Self::Tcp6 => Self::Tcp,
            Self::Udp | Self::Udp6 => Self::Udp,
        }
    }

    /// Domain and type of its sockets.
    pub fn socket(self) -> [i32; 2] {
        match self {
            Self::Tcp => [libc::AF_INET, libc::SOCK_STREAM],
            Self::Udp => [libc::AF_INET, libc::SOCK_DGRAM],
            Self::Tcp6 => [libc::AF_INET6, libc::SOCK_STREAM],
            Self::Udp6 => [libc::AF_INET6, libc::SOCK_DGRAM],
        }
    }

    /// By its word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A side of a comparison, as a statement names the one that it is for: `tcp: accept s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SideName {
    /// The one on the left now.
    Left,
    /// The one on the right now.
    Right,
    /// The one that is of this kind.
    Kind(SideKind),
}

impl SideName {
    /// By its word.
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "left" => Some(Self::Left),
            "right" => Some(Self::Right),
            kind => SideKind::named(kind).map(Self::Kind),
        }
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
            Self::Kind(kind) => kind.word(),
        }
    }
}

/// The flags of a TCP segment, as bits of the header (RFC 9293, section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TcpFlags(pub u8);

impl TcpFlags {
    /// Their names and bits, in the order in which they are written: `SYN,ACK`, `FIN,ACK`, `PSH,ACK`.
    pub const NAMES: [(&'static str, u8); 8] = [
        ("SYN", 0x02),
        ("FIN", 0x01),
        ("RST", 0x04),
        ("PSH", 0x08),
        ("ACK", 0x10),
        ("URG", 0x20),
        ("ECE", 0x40),
        ("CWR", 0x80),
    ];

    /// From names joined by `,`, `+` or `|`, in any order and case; `none` is no flag at all.
    pub fn parse(words: &str) -> Option<Self> {
        if words.eq_ignore_ascii_case("none") {
            return Some(Self(0));
        }
        words.split([',', '+', '|']).try_fold(Self(0), |all, word| {
            let known = |(name, _): &&(&str, u8)| name.eq_ignore_ascii_case(word);
            let (_, bit) = Self::NAMES.iter().find(known)?;
            Some(Self(all.0 | bit))
        })
    }

    /// Whether all of these are among them.
    pub fn has(self, these: Self) -> bool {
        self.0 & these.0 == these.0
    }
}

/// `SYN,ACK`; `none` where there are none.
impl fmt::Display for TcpFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = Self::NAMES.iter().filter(|(_, bit)| self.0 & bit != 0);
        let names: Vec<&str> = set.map(|(name, _)| *name).collect();
        f.write_str(if names.is_empty() { "none" } else { "" })?;
        f.write_str(&names.join(","))
    }
}

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// The wire holds it.
    Held,
    /// The wire delays it: it arrives by itself.
    Underway,
    /// The wire has handed it to its receiver's kernel.
    Delivered,
    /// It never arrives.
    Dropped,
    /// It was delivered, and a copy of it follows.
    Duplicated,
    /// A capture saw it pass. Whether it arrived, nobody knows.
    Seen,
}

impl Fate {
    /// All six.
    pub const ALL: [Self; 6] = [
        Self::Held,
        Self::Underway,
        Self::Delivered,
        Self::Dropped,
        Self::Duplicated,
        Self::Seen,
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Underway => "underway",
            Self::Delivered => "delivered",
            Self::Dropped => "dropped",
            Self::Duplicated => "duplicated",
            Self::Seen => "seen",
        }
    }
}

/// Why a packet was sent again, as a claim names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// No acknowledgment came in time.
    Timeout,
    /// Duplicate acknowledgments said that it was lost.
    Fast,
    /// A tail loss probe.
    Probe,
    /// An answer to a segment that came again.
    Answer,
}

impl Cause {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Timeout, Self::Fast, Self::Probe, Self::Answer];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Fast => "fast",
            Self::Probe => "probe",
            Self::Answer => "answer",
        }
    }
}

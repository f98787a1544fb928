//! Completion: what may stand at the cursor, by the kind of the parameter that stands there.

use super::forms::{self, Slot};
use super::place::{Place, place};
use crate::app::{Settings, Vocabulary};
use crate::errno::Errno;
use crate::event::TcpState;
use crate::lang::ast::{Claim, Mark};
use crate::lang::order::{Cause, Fate, Forged, SideKind, TcpFlags};
use crate::lang::table::{self, Command, Kind};
use crate::lang::{constants, flag_words, options};

/// Properties of a socket that may stand wherever a value may.
const PROPERTIES: [&str; 7] = ["local", "peer", "fd", "state", "family", "type", "proto"];
/// The kinds of socket, as `socket` takes them.
const SOCKETS: [&str; 6] = ["tcp", "udp", "tcp6", "udp6", "unix", "unix-dgram"];
/// The directions of shutdown(2), in the shell's spelling.
const DIRECTIONS: [&str; 6] = ["rd", "wr", "rdwr", "in", "out", "both"];

/// What may stand for the word that ends at the end of `line` (the text before the cursor), and where that word begins.
pub fn candidates(line: &str, vocabulary: &Vocabulary) -> (usize, Vec<String>) {
    let (place, start) = place(line);
    let typed = &line[start..];
    let mut offers = offers(&place, typed, vocabulary);
    offers.retain(|offer| begins(offer, typed));
    offers.sort();
    offers.dedup();
    (start, offers)
}

/// Whether the offer goes on from what was typed. Constants may be typed in small letters.
fn begins(offer: &str, typed: &str) -> bool {
    let head = offer.get(..typed.len()).unwrap_or("");
    head == typed
        || (offer.starts_with(|c: char| c.is_ascii_uppercase()) && head.eq_ignore_ascii_case(typed))
}

/// Everything that may stand there.
fn offers(place: &Place, typed: &str, vocabulary: &Vocabulary) -> Vec<String> {
    match place {
        Place::Nowhere => Vec::new(),
        Place::Command => {
            let hosts = vocabulary.hosts.iter().map(|host| format!("{host}:"));
            let names = vocabulary.names.iter().cloned();
            commands().chain(names).chain(hosts).collect()
        }
        Place::Value => vocabulary.names.clone(),
        Place::Member { of } => members(of),
        Place::Argument { command, .. } if typed.starts_with("--") => flags(command),
        Place::Claim(before) => claim(before, vocabulary),
        Place::Order { command, before } => order(command, before, vocabulary),
        Place::Argument { command, index, .. } => {
            let Some(param) = command.params.get(*index) else {
                return Vec::new();
            };
            match param.kind {
                Kind::Word if *index == 0 => words(command, vocabulary),
                Kind::Word => Vec::new(),
                kind => of_kind(kind, *index, command, vocabulary),
            }
        }
    }
}

/// Every command's name, and `expect`. Other names are accepted, not offered.
fn commands() -> impl Iterator<Item = String> {
    let names = table::COMMANDS.iter().map(|command| command.name);
    names.chain(["expect"]).map(str::to_owned)
}

/// What may stand after the dot.
fn members(of: &str) -> Vec<String> {
    if of == "socket" {
        let constants = constants::CONSTANTS
            .iter()
            .map(|constant| constant.name.to_owned());
        return constants.chain(all_options()).chain(commands()).collect();
    }
    let takes_socket = |command: &&Command| {
        command
            .params
            .first()
            .is_some_and(|param| param.kind == Kind::Socket)
    };
    let calls = table::COMMANDS
        .iter()
        .filter(takes_socket)
        .map(|command| format!("{}(", command.name));
    calls.chain(PROPERTIES.map(str::to_owned)).collect()
}

/// The flags of a command that takes some.
fn flags(command: &Command) -> Vec<String> {
    let takes = command
        .params
        .iter()
        .any(|param| param.kind == Kind::MsgFlags);
    match takes {
        true => flag_words(),
        false => Vec::new(),
    }
}

/// What a parameter of this kind may be.
fn of_kind(kind: Kind, index: usize, command: &Command, vocabulary: &Vocabulary) -> Vec<String> {
    let beginning = |prefixes: &[&str]| -> Vec<String> {
        let all = constants::CONSTANTS.iter().map(|constant| constant.name);
        all.filter(|name| prefixes.iter().any(|p| name.starts_with(p)))
            .map(str::to_owned)
            .collect()
    };
    let with = |mut some: Vec<String>, more: &[&str]| {
        some.extend(more.iter().map(|word| (*word).to_owned()));
        some
    };
    match kind {
        Kind::Socket | Kind::Watch => vocabulary.sockets.clone(),
        Kind::Value | Kind::Data => vocabulary.names.clone(),
        Kind::Address => {
            let ends = vocabulary
                .sockets
                .iter()
                .map(|name| format!("{name}.local"));
            let hosts = vocabulary.hosts.iter().map(|host| format!("{host}:"));
            let addresses = vocabulary.addresses.iter().cloned();
            addresses.chain(ends).chain(hosts).collect()
        }
        Kind::Domain if index == 0 && command.name == "socket" => {
            with(beginning(&["AF_"]), &SOCKETS)
        }
        Kind::Domain => beginning(&["AF_"]),
        Kind::Type => beginning(&["SOCK_"]),
        Kind::Protocol => beginning(&["IPPROTO_"]),
        Kind::MsgFlags => [beginning(&["MSG_"]), flag_words()].concat(),
        Kind::How => with(beginning(&["SHUT_"]), &DIRECTIONS),
        Kind::Option => option_names(command),
        Kind::Switch => with(Vec::new(), &["on", "off"]),
        Kind::Errno => errnos(),
        Kind::Host => with(vocabulary.hosts.clone(), &["localhost"]),
        _ => Vec::new(),
    }
}

fn all_options() -> impl Iterator<Item = String> {
    options::OPTIONS.iter().map(|option| option.name.to_owned())
}

/// The options that the command takes: those that can be set, or read.
fn option_names(command: &Command) -> Vec<String> {
    let fits = |option: &&options::SockOption| match command.name {
        "setsockopt" => option.settable,
        "getsockopt" => option.gettable,
        _ => true,
    };
    let names = options::OPTIONS.iter().filter(fits);
    names.map(|option| option.name.to_owned()).collect()
}

fn errnos() -> Vec<String> {
    Errno::all().map(Errno::name).collect()
}

/// What the one word may be: it depends on the command.
fn words(command: &Command, vocabulary: &Vocabulary) -> Vec<String> {
    match command.name {
        "explain" => vocabulary.topics.clone(),
        "help" => commands().collect(),
        "learn" => vocabulary.lessons.clone(),
        "lesson" => vocabulary.lessons.clone(),
        "set" => Settings::names(),
        _ => Vec::new(),
    }
}

/// What may follow in an order to the laboratory.
fn order(command: &'static Command, before: &[String], vocabulary: &Vocabulary) -> Vec<String> {
    let ways = forms::left(command, before);
    let slots = ways.iter().flat_map(|way| forms::next(way));
    let mut offers: Vec<String> = slots
        .flat_map(|slot| match slot {
            Slot::Word(word) => vec![word.to_owned()],
            Slot::Kind("host" | "from" | "to") => vocabulary.hosts.clone(),
            Slot::Kind("flags") => tcp_flags(),
            Slot::Kind("side") => SideKind::ALL.map(|kind| kind.word().to_owned()).to_vec(),
            Slot::Kind(_) => Vec::new(),
        })
        .collect();
    // One field of a forged packet after the other, each with its value.
    if let (Some((what, said)), "inject") =
        (before.get(2..).and_then(<[_]>::split_first), command.name)
        && said.len() % 2 == 0
    {
        let tcp = !what.eq_ignore_ascii_case("udp");
        let fields = Forged::FIELDS.iter().filter(|(_, of_tcp)| tcp || !of_tcp);
        offers.extend(fields.map(|(name, _)| (*name).to_owned()));
    }
    if command.name == "inject" && before.last().is_some_and(|field| field == "src") {
        offers.extend(vocabulary.hosts.iter().cloned());
    }
    offers
}

fn tcp_flags() -> Vec<String> {
    let single = TcpFlags::NAMES.iter().map(|(name, _)| *name);
    let usual = ["SYN,ACK", "FIN,ACK", "PSH,ACK"];
    single.chain(usual).map(str::to_owned).collect()
}

/// What may follow in `expect …`.
fn claim(before: &[String], vocabulary: &Vocabulary) -> Vec<String> {
    let states = || TcpState::ALL.iter().map(ToString::to_string).collect();
    let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    match before {
        [] => own(&Claim::WORDS),
        [word] => match word.as_str() {
            "error" => errnos(),
            "state" | "local" | "peer" | "backlog" | "recvq" | "sendq" | "ready" | "half-open" => {
                vocabulary.sockets.clone()
            }
            "packets" | "window" => vocabulary.hosts.clone(),
            "packet" | "fate" => own(&["last"]),
            "retransmission" => own(&["of"]),
            _ => Vec::new(),
        },
        [word, rest @ ..] => match (word.as_str(), rest.len()) {
            ("state", 1) => states(),
            ("local" | "peer", 1) => vocabulary.addresses.clone(),
            ("fate", 1) => own(&Fate::ALL.map(Fate::word)),
            ("retransmission", 2) => own(&Cause::ALL.map(Cause::word)),
            ("packet", n) => {
                let hosts = vocabulary.hosts.iter().filter(|_| n == 1).cloned();
                let marks: Vec<String> = own(&Mark::WORDS);
                marks.into_iter().chain(tcp_flags()).chain(hosts).collect()
            }
            _ => Vec::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(line: &str) -> Vec<String> {
        let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let vocabulary = Vocabulary {
            names: own(&["s", "conn", "port"]),
            sockets: own(&["s", "conn"]),
            addresses: own(&["127.0.0.1:12345"]),
            topics: own(&["bind", "EADDRINUSE"]),
            lessons: own(&["closing", "what-a-socket-is"]),
            hosts: own(&["client", "server"]),
            comparing: false,
        };
        candidates(line, &vocabulary).1
    }

    #[test]
    fn each_place_offers_its_own() {
        assert_eq!(offered("setso"), ["setsockopt"]);
        assert_eq!(offered("bind c"), ["conn"]);
        assert_eq!(offered("bind s 12"), ["127.0.0.1:12345"]);
        assert_eq!(offered("setsockopt s SO_REUSEA"), ["SO_REUSEADDR"]);
        assert_eq!(offered("setsockopt s so_reusea"), ["SO_REUSEADDR"]);
        assert_eq!(offered("recv conn 10 --pe"), ["--peek"]);
        assert_eq!(offered("send conn x --do"), ["--dontroute", "--dontwait"]);
        assert_eq!(offered("shutdown s w"), ["wr"]);
        assert_eq!(offered("explain EADDR"), ["EADDRINUSE"]);
        assert_eq!(offered("learn clo"), ["closing"]);
        assert_eq!(offered("close "), ["conn", "s"]);
        assert_eq!(offered("print po"), ["port"]);
        assert_eq!(offered("set ti"), ["timeout"]);
        assert_eq!(offered("help shu"), ["shutdown"]);
        assert!(offered("help EADDR").is_empty(), "help is for commands");
        assert_eq!(offered("x = s.lo"), ["local"]);
        assert_eq!(offered("s.bi"), ["bind("]);
        assert_eq!(
            offered("s = socket.socket(socket.AF_INET, socket.SOCK_STR"),
            ["SOCK_STREAM"]
        );
        assert_eq!(offered("expect sta"), ["state"]);
        assert_eq!(offered("expect state s LIS"), ["LISTEN"]);
        assert_eq!(offered("expect error ECONNR").len(), 2);
    }

    #[test]
    fn the_laboratory_offers_its_words_and_hosts() {
        assert_eq!(offered("wire ho"), ["hold"]);
        assert_eq!(offered("wire drop "), ["all", "next"]);
        assert_eq!(offered("wire loss 3% s"), ["seed"]);
        assert_eq!(offered("step "), ["all", "until"]);
        assert_eq!(offered("step until F"), ["FIN"]);
        assert_eq!(offered("on "), ["client", "machine", "server"]);
        assert_eq!(offered("serv"), ["server:"]);
        assert_eq!(offered("connect s ser"), ["server:"]);
        assert_eq!(offered("server: liste"), ["listen"]);
        assert_eq!(offered("inject server c"), ["client"]);
        assert_eq!(offered("inject server client RS"), ["RST"]);
        assert_eq!(offered("inject server client RST se"), ["seq"]);
        assert_eq!(offered("inject server client RST seq 1 w"), ["win"]);
        assert_eq!(offered("inject server client RST src c"), ["client"]);
        assert_eq!(offered("inject server client udp s"), ["sport", "src"]);
        assert_eq!(
            offered("inject server client udp dport 9 d"),
            ["data", "dport"]
        );
        assert_eq!(offered("compare tcp u"), ["udp", "udp6"]);
        assert_eq!(offered("capture s"), ["save"]);
        assert_eq!(offered("ladder live of"), ["off"]);
        assert_eq!(offered("expect pack"), ["packet", "packets"]);
        assert_eq!(offered("expect packet 1 cl"), ["client"]);
        assert_eq!(offered("expect packet 1 client SYN").len(), 2);
        assert_eq!(
            offered("expect fate 2 d"),
            ["delivered", "dropped", "duplicated"]
        );
        assert_eq!(offered("expect retransmission of 1 t"), ["timeout"]);
        assert_eq!(offered("expect window s"), ["server"]);
    }

    #[test]
    fn nothing_where_nothing_can_be_guessed() {
        assert!(offered("send s \"b").is_empty());
        assert!(offered("# bi").is_empty());
        assert!(offered("nonsense b").is_empty());
    }
}

//! What `capture save` writes, Wireshark reads as the shell tells it: tshark(1) on one side, the packet events on the other.

use super::live::{Live, PAIR, answer, of_kind, shown};
use super::support::{output, require};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::{FileTypeExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

/// What tshark is asked of each packet. The comment is last: it may have any character.
const FIELDS: [&str; 25] = [
    "frame.number",
    "frame.interface_name",
    "frame.len",
    "tcp.flags",
    "tcp.seq",
    "tcp.ack",
    "tcp.len",
    "tcp.window_size",
    "tcp.options.mss_val",
    "tcp.options.wscale.shift",
    "tcp.options.sack_perm",
    "tcp.options.timestamp.tsval",
    "tcp.options.timestamp.tsecr",
    "tcp.options.sack_le",
    "tcp.options.sack_re",
    "udp.length",
    "icmp.type",
    "icmp.code",
    "icmpv6.type",
    "icmpv6.code",
    "ip.flags.mf",
    "ip.frag_offset",
    "ipv6.fraghdr.offset",
    "ipv6.fraghdr.more",
    "frame.comment",
];

/// A packet as tshark sees it.
type Row = BTreeMap<&'static str, String>;

/// Reads a capture, with every fragment and segment left as it is.
fn tshark(file: &Path) -> Vec<Row> {
    let mut arguments = vec![
        "-r",
        file.to_str().unwrap(),
        "-T",
        "fields",
        "-E",
        "separator=|",
    ];
    for preference in [
        "ip.defragment:FALSE",
        "ipv6.defragment:FALSE",
        "tcp.desegment_tcp_streams:FALSE",
        "tcp.check_checksum:TRUE",
    ] {
        arguments.extend(["-o", preference]);
    }
    for field in &FIELDS {
        arguments.extend(["-e", field]);
    }
    let table = output("tshark", &arguments);
    let row = |line: &str| {
        let values = line.splitn(FIELDS.len(), '|').map(str::to_owned);
        FIELDS.into_iter().zip(values).collect()
    };
    table.lines().map(row).collect()
}

/// A number, of the outermost header where an ICMP error quotes another.
fn number(row: &Row, field: &str) -> Option<u64> {
    let text = row[field]
        .split(',')
        .next()
        .filter(|text| !text.is_empty())?;
    let number = match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => text.parse(),
    };
    Some(number.unwrap_or_else(|_| panic!("{field} is {text}")))
}

/// TCP options in the shell's words.
fn options(row: &Row) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut add = |word: Option<String>| words.extend(word);
    add(number(row, "tcp.options.mss_val").map(|mss| format!("mss {mss}")));
    add(number(row, "tcp.options.wscale.shift").map(|shift| format!("wscale {shift}")));
    add((!row["tcp.options.sack_perm"].is_empty()).then(|| "sackOK".to_owned()));
    let [value, echo] = ["tsval", "tsecr"].map(|name| {
        let field = format!("tcp.options.timestamp.{name}");
        number(row, &field)
    });
    add(value
        .zip(echo)
        .map(|(value, echo)| format!("ts {value} {echo}")));
    let [left, right] =
        ["tcp.options.sack_le", "tcp.options.sack_re"].map(|field| row[field].split(','));
    let blocks: Vec<String> = left
        .zip(right)
        .filter(|(left, _)| !left.is_empty())
        .map(|(left, right)| format!("{left}:{right}"))
        .collect();
    add((!blocks.is_empty()).then(|| format!("sack {}", blocks.join(" "))));
    words
}

/// The bits of the flags that an event names.
fn flags(packet: &Value) -> u64 {
    const NAMES: [&str; 8] = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
    let names = packet["flags"].as_str().unwrap().split(',');
    let bit = |name: &str| {
        let place = NAMES.iter().position(|known| *known == name);
        1 << place.unwrap_or_else(|| panic!("{name} is no flag"))
    };
    names.map(bit).sum()
}

/// `fragment 1376+1376 of id 0xb5b2, more follow`: where it begins, and whether more follow.
fn fragment(packet: &Value) -> Option<(u64, bool)> {
    let info = packet["info"].as_str()?.strip_prefix("fragment ")?;
    let offset = info.split('+').next()?.parse().ok()?;
    Some((offset, info.ends_with("more follow")))
}

/// A number of an event.
fn said(packet: &Value, field: &str) -> Option<u64> {
    packet[field].as_u64()
}

/// A text of an event.
fn words<'a>(packet: &'a Value, field: &str) -> &'a str {
    packet[field].as_str().unwrap_or_default()
}

/// Fails unless tshark says of a packet what the shell has told.
#[track_caller]
fn agree(packet: &Value, row: &Row) {
    let both = format!("{packet}\n{row:?}");
    assert_eq!(number(row, "frame.number"), said(packet, "n"), "{both}");
    assert_eq!(number(row, "frame.len"), said(packet, "size"), "{both}");
    assert_eq!(row["frame.interface_name"], words(packet, "from"), "{both}");
    let comment = &row["frame.comment"];
    let begins = format!("#{} {}", packet["n"], words(packet, "fate"));
    assert!(comment.starts_with(&begins), "{both}");
    assert!(comment.contains(words(packet, "note")), "{both}");
    let again = packet["retransmission"].is_object();
    assert_eq!(comment.contains("retransmission"), again, "{both}");
    let error = |name: &str| ["type", "code"].map(|field| number(row, &format!("{name}.{field}")));
    match (fragment(packet), words(packet, "proto")) {
        (Some(part), "udp" | "fragment") => same_part(part, row, &both),
        (None, "udp") => {
            let len = number(row, "udp.length").map(|all| all - 8);
            assert_eq!(len, said(packet, "len"), "{both}");
        }
        (None, "tcp") => same_segment(packet, row, &both),
        (None, proto @ ("icmp" | "icmp6")) => {
            let info = words(packet, "info");
            assert!(info.starts_with("port unreachable"), "{both}");
            let found = error(if proto == "icmp" { "icmp" } else { "icmpv6" });
            let wanted = if proto == "icmp" { [3, 3] } else { [1, 4] };
            assert_eq!(found, wanted.map(Some), "{both}");
        }
        other => panic!("{other:?}: {both}"),
    }
}

#[track_caller]
fn same_part((offset, more): (u64, bool), row: &Row, both: &str) {
    let [place, flag] = match number(row, "ipv6.fraghdr.offset") {
        Some(_) => ["ipv6.fraghdr.offset", "ipv6.fraghdr.more"],
        None => ["ip.frag_offset", "ip.flags.mf"],
    };
    // In units of eight bytes, or in bytes: that differs between versions.
    let found = number(row, place).unwrap();
    assert!(found == offset || found * 8 == offset, "{both}");
    assert_eq!(number(row, flag), Some(more.into()), "{both}");
}

#[track_caller]
fn same_segment(packet: &Value, row: &Row, both: &str) {
    assert_eq!(number(row, "tcp.flags"), Some(flags(packet)), "{both}");
    assert_eq!(number(row, "tcp.seq"), said(packet, "seq"), "{both}");
    let ack = said(packet, "ack").unwrap_or(0);
    assert_eq!(number(row, "tcp.ack"), Some(ack), "{both}");
    assert_eq!(number(row, "tcp.len"), said(packet, "len"), "{both}");
    let win = number(row, "tcp.window_size");
    assert_eq!(win, said(packet, "win"), "{both}");
    let told = packet["options"].as_array().into_iter().flatten();
    let told = told.map(|word| word.as_str().unwrap().to_owned());
    assert_eq!(options(row), told.collect(), "{both}");
}

/// A laboratory whose shell may write files.
fn writing() -> Option<Live> {
    super::bench::up(&["client", "server"])?;
    let mut command = Command::new(super::bench::program());
    command.arg("--allow-files");
    let mut live = Live::of(command);
    live.run("lab up");
    Some(live)
}

/// Saves what crossed and compares it with the events, packet by packet. What tshark says.
fn saved(live: &mut Live) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lab.pcapng");
    let log = live.run("wire log");
    let packets = answer(&log, "log")["packets"].as_array().unwrap().clone();
    live.run(&format!("capture save \"{}\"", file.display()));
    let rows = tshark(&file);
    assert_eq!(rows.len(), packets.len(), "{}", shown(&packets));
    for (packet, row) in packets.iter().zip(&rows) {
        agree(packet, row);
    }
    // What was told as it happened is what the log says, but for the fate.
    for told in of_kind(&live.seen, "packet") {
        let n = told["n"].as_u64().unwrap() as usize;
        for field in [
            "flags", "seq", "ack", "win", "len", "size", "options", "info", "proto",
        ] {
            assert_eq!(told[field], packets[n - 1][field], "{field} of {told}");
        }
    }
    rows
}

#[test]
fn tshark_reads_a_connection_with_a_loss_as_it_was_told() {
    let Some(mut live) = writing().filter(|_| require("tshark")) else {
        return;
    };
    live.run(PAIR);
    live.run(
        "setsockopt s TCP_NODELAY 1\nwire hold\nclient: send s \"one\"\nclient: send s \"two\"\nclient: send s \"three\"\n\
client: send s \"four\"\nwire drop 4\nwire swap\nstep all\nwire flow\nexpect recvq conn 15\n\
server: send conn #5000\nexpect recvq s 5000\nclient: shutdown s out\nexpect state s FIN_WAIT2\nserver: close conn\n\
inject server client RST seq 9999",
    );
    let rows = saved(&mut live);
    let selective = rows
        .iter()
        .filter(|row| !row["tcp.options.sack_le"].is_empty());
    assert!(
        selective.count() >= 2,
        "selective acknowledgments: {rows:?}"
    );
    // An acknowledgment that comes by a timer while the script waits is not the doing of what waits.
    assert!(
        !rows
            .iter()
            .any(|row| row["frame.comment"].contains("caused by: expect"))
    );
    let comment = |n: usize| rows[n - 1]["frame.comment"].as_str();
    assert_eq!(
        comment(1),
        "#1 delivered; caused by: client: connect s server:7"
    );
    assert_eq!(
        comment(4),
        "#4 dropped; by request; caused by: client: send s \"one\""
    );
    assert!(
        rows.last().unwrap()["frame.comment"].contains("forged"),
        "{rows:?}"
    );
}

#[test]
fn what_a_delivery_provokes_is_its_answer_whatever_statement_runs() {
    // At once, and while accept() waits.
    for delay in ["off", "100ms"] {
        let Some(mut live) = writing().filter(|_| require("tshark")) else {
            return;
        };
        live.run(&format!("wire delay {delay}\n{PAIR}"));
        live.run("client: send s \"one\"\nexpect recvq conn 3\nexpect sendq s 0\nexpect packets 5");
        let rows = saved(&mut live);
        let why = |row: &Row| {
            let comment = row["frame.comment"].as_str();
            comment.rsplit("; ").next().unwrap_or(comment).to_owned()
        };
        let causes: Vec<String> = rows.iter().map(why).collect();
        assert_eq!(causes[0], "caused by: client: connect s server:7");
        assert_eq!(causes[1..3], ["answer to #1", "answer to #2"]);
        assert_eq!(causes[3], "caused by: client: send s \"one\"");
    }
}

#[test]
fn tshark_reads_datagrams_fragments_and_errors_as_they_were_told() {
    let Some(mut live) = writing().filter(|_| require("tshark")) else {
        return;
    };
    live.run(
        "server: v = socket udp\nserver: bind v server:9\nserver: v6 = socket udp6\nserver: bind v6 server:9\n\
client: u = socket udp\nclient: u6 = socket udp6\nclient: sendto u \"hello\" server:9\nclient: sendto u6 \"hello\" server:9\n\
client: sendto u \"nobody\" server:99\nclient: sendto u6 \"nobody\" server:99\nwire mtu 1400\n\
client: sendto u #3000 server:9\nclient: sendto u6 #3000 server:9\nexpect packets 12",
    );
    let rows = saved(&mut live);
    let fragments = rows
        .iter()
        .filter(|row| number(row, "ip.flags.mf") == Some(1));
    assert_eq!(fragments.count(), 2);
    let fragments = rows
        .iter()
        .filter(|row| number(row, "ipv6.fraghdr.offset").is_some());
    assert_eq!(fragments.count(), 3);
}

#[test]
fn tshark_reads_ipv6_connections_as_they_were_told() {
    let Some(mut live) = writing().filter(|_| require("tshark")) else {
        return;
    };
    live.run(
        "server: b = socket tcp6\nserver: bind b server:80\nserver: listen b 5\nclient: s = socket tcp6\n\
client: connect s server:80\nserver: c = accept b\nclient: send s \"six\"\nserver: recv c 10\nserver: send c #2000\n\
client: recv s 2000\nclient: close s\nserver: close c\nclient: t = socket tcp6\nclient: connect t server:81\n\
expect error ECONNREFUSED",
    );
    let rows = saved(&mut live);
    assert!(
        rows.iter()
            .any(|row| number(row, "tcp.flags") == Some(0x14)),
        "RST, ACK"
    );
}

#[test]
fn an_interface_is_named_after_each_host() {
    let Some(mut live) = writing().filter(|_| require("capinfos")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lab.pcapng");
    live.run(&format!(
        "client: u = socket udp\nclient: sendto u \"x\" server:9\ncapture save \"{}\"",
        file.display()
    ));
    let said = output("capinfos", &[file.to_str().unwrap()]);
    for name in ["Name = client", "Name = server", "Number of packets:   2"] {
        assert!(said.contains(name), "{name}: {said}");
    }
}

#[test]
fn a_home_folder_is_meant_by_its_sign() {
    if super::bench::up(&["client", "server"]).is_none() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let mut shell = Command::new(super::bench::program());
    shell.arg("--allow-files").env("HOME", home.path());
    let mut live = Live::of(shell);
    let saved = live.run("lab up\ncapture save ~/x.pcapng");
    let saved = super::live::words(&saved);
    assert!(!saved.contains("in place of"), "{saved}");
    assert!(home.path().join("x.pcapng").is_file(), "{saved}");
    let (status, said) = live.last("capture save ~/none/x.pcapng\n");
    assert_eq!(status, 2);
    let said = super::live::words(&said);
    let why = "x.pcapng` cannot be written: No such file or directory\n";
    assert!(format!("{said}\n").contains(why), "{said}");
}

#[test]
fn only_an_ordinary_file_is_replaced() {
    let Some(mut live) = writing() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("old"), "old").unwrap();
    symlink(place("old"), place("link")).unwrap();
    let _socket = UnixListener::bind(place("socket")).unwrap();
    let saved = live.run(&format!("capture save \"{}\"", place("link").display()));
    let saved = super::live::words(&saved);
    assert!(
        saved.contains("in place of the file that was there"),
        "{saved}"
    );
    assert!(place("link").is_symlink());
    assert!(std::fs::read(place("old")).unwrap().len() > 3);
    let save = format!("capture save \"{}\"\n", place("socket").display());
    let (status, said) = live.last(&save);
    assert_eq!(status, 2);
    let said = super::live::words(&said);
    assert!(said.contains("is no ordinary file"), "{said}");
    let there = std::fs::metadata(place("socket")).unwrap();
    assert!(there.file_type().is_socket());
}

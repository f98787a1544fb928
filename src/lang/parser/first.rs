//! First words that are no command's and mean something elsewhere: in other shells, other languages, plain English.

use crate::lang::fault::Fault;

/// First words of other shells and of plain English: the words, and what does that here.
const FIRST_WORDS: &[(&[&str], &str)] = &[
    (
        &[
            "ss", "netstat", "lsof", "show", "info", "sockets", "display",
        ],
        "ls lists the sockets, who PORT says who holds a port",
    ),
    (
        &[
            "nc", "ncat", "netcat", "socat", "telnet", "curl", "wget", "ssh",
        ],
        "c = socket tcp, then connect c 127.0.0.1:12345",
    ),
    (
        &["tcpdump", "wireshark", "tshark"],
        "capture on, then ladder",
    ),
    (&["receive", "get", "recieve"], "recv c 1024"),
    (
        &[
            "hold", "drop", "dup", "delay", "loss", "corrupt", "flow", "release",
        ],
        "the wire does that: wire hold, wire drop 1, wire flow; step lets one go on",
    ),
    (
        &["server", "client", "start"],
        "explain server, explain client; of a laboratory's host: on server",
    ),
    (
        &["what", "how", "when"],
        "help lists the commands, explain the topics",
    ),
    (
        &["new", "create", "make", "open", "tcp", "udp"],
        "s = socket tcp",
    ),
    (&["bye", "logout", "logoff"], "quit leaves"),
    (
        &["tutorial", "course", "begin", "next"],
        "learn begins a lesson or goes on with one; within it, skip leaves a step out",
    ),
    (
        &["GET", "POST", "HEAD"],
        "send c \"GET / HTTP/1.0\\r\\n\\r\\n\"",
    ),
    (&["kill", "stop", "abort"], "cancel 1 wakes job 1"),
    (
        &["fg"],
        "wait 1 waits for job 1; jobs lists the calls that sleep",
    ),
    (
        &["bg"],
        "a call that blocks is in the background already; jobs lists those that sleep",
    ),
    (&["fcntl"], "fcntl(s, F_GETFL), or nonblock s on"),
    (
        &["sleep", "pause"],
        "wait waits for a sleeping call; nothing else needs a pause here",
    ),
    (
        &["let", "var", "val", "auto", "const"],
        "a name needs no word in front: s = socket tcp",
    ),
    (
        &[
            "Socket",
            "ServerSocket",
            "DatagramSocket",
            "TcpStream",
            "TcpListener",
            "UdpSocket",
        ],
        "s = socket tcp, s = socket udp",
    ),
    (
        &["use", "require"],
        "everything is there already: s = socket tcp",
    ),
    (
        &["socktutor", "run"],
        "in your own shell: socktutor run FILE, socktutor lesson watch ID; here learn begins a lesson",
    ),
    (&["clear", "cls", "reset"], "Ctrl-L clears the screen"),
    (
        &[
            "ping", "sudo", "cd", "cat", "pwd", "dig", "host", "ip", "ifconfig", "gcc", "python",
            "python3",
        ],
        "other programs run in a window of their own",
    ),
    (
        &["extern", "typedef"],
        "nothing needs a declaration here: leave this line out",
    ),
];

/// The answer to a first word that is not known here but means something elsewhere.
pub(super) fn first_word(word: &str, fault: Fault) -> Option<Fault> {
    if matches!(word, "not" | "lambda" | "and" | "or") {
        return Some(
            fault.helping("a comparison says True or False: x == 3; print x shows a value"),
        );
    }
    let (_, instead) = FIRST_WORDS
        .iter()
        .find(|(words, _)| words.contains(&word))?;
    Some(fault.helping(*instead))
}

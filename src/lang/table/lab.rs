//! Commands of the laboratory. Each has words of its own, which `forms` lists; they become an
//! [`Order`](crate::lang::order::Order).

use super::{Command, Form, Group, Role};

const fn order(name: &'static str, summary: &'static str, forms: &'static [Form]) -> Command {
    Command::new(name, Group::Lab, Role::Lab, &[], summary).typed(forms)
}

const fn form(words: &'static str, does: &'static str) -> Form {
    Form { words, does }
}

/// The laboratory itself.
pub(super) const LAB: Command = order(
    "lab",
    "hosts of your own, joined by a wire that can be held",
    &[
        form("", "who is there: hosts, addresses, the wire"),
        form(
            "up [<name> ...]",
            "two to eight hosts; client and server where none are named",
        ),
        form("down", "end the laboratory, with every socket in it"),
    ],
);

/// The prompt's host.
pub(super) const ON: Command = order(
    "on",
    "the host on which statements run from now on",
    &[
        form("", "where statements run now"),
        form(
            "<host>",
            "on this host; for one statement alone: server: ls",
        ),
        form("machine", "on this machine itself, outside the laboratory"),
    ],
)
.about("lab");

/// The wire.
pub(super) const WIRE: Command = order(
    "wire",
    "hold the laboratory's packets, lose, double, delay, change them",
    &[
        form("", "what the wire holds, and its settings"),
        form("hold", "every packet waits for step"),
        form("flow", "packets cross by themselves, held ones first"),
        form("drop <n>|next|all", "a packet never arrives"),
        form("dup <n>|next", "a packet arrives twice"),
        form(
            "swap [<n> <m>]",
            "two held packets change places; alone, the first two",
        ),
        form("delay <ms>", "every packet takes this long: 200, 200ms, 1s"),
        form(
            "loss <percent> [seed <s>]",
            "lose packets at random; a seed fixes which: the first, the fourth ...",
        ),
        form("corrupt <n>|next", "turn over one bit of a held packet"),
        form("mtu <bytes>", "the largest packet that may cross"),
        form("rate <bits>|off", "bits a second: 64k, 1M"),
        form("log [<n>]", "what crossed; the last n packets"),
        form("clear", "no disturbance any more"),
    ],
);

/// One packet further.
pub(super) const STEP: Command = order(
    "step",
    "let held packets go on, one or more",
    &[
        form("", "deliver the first held packet"),
        form("<n>", "deliver n packets"),
        form(
            "until SYN|ACK|FIN|RST|data|quiet",
            "deliver up to such a packet; quiet: until nothing is held",
        ),
        form("all", "the same as step until quiet"),
    ],
);

/// A forged packet.
pub(super) const INJECT: Command = order(
    "inject",
    "put a forged packet on the wire",
    &[
        form(
            "<from> <to> <flags>|udp ...",
            "in words: inject server client RST seq 1",
        ),
        form(
            "> <segment>",
            "packetdrill's notation: inject > S 0:0(0) win 1000",
        ),
        form("0x<bytes>", "a whole IP packet in hexadecimal"),
    ],
);

/// A packet opened.
pub(super) const PACKET: Command = order(
    "packet",
    "one packet, field by field",
    &[form(
        "<n>|last [ip|tcp|udp|icmp] [fields|drawing|bytes]",
        "all of it, or one header, one part",
    )],
)
.about("segment");

/// The sequence diagram.
pub(super) const LADDER: Command = order(
    "ladder",
    "the sequence diagram of what crossed the wire",
    &[
        form("", "all of it"),
        form("<n>", "one conversation, as flows numbers them"),
        form("live on|off", "draw every packet as it moves"),
    ],
);

/// The conversations.
pub(super) const FLOWS: Command = order(
    "flows",
    "the conversations that crossed the wire, with totals",
    &[form("", "each with its packets and bytes, both ways")],
)
.about("ladder");

/// Packets to a file.
pub(super) const CAPTURE: Command = order(
    "capture",
    "packets for Wireshark; packets of this machine's own network",
    &[
        form("", "what is captured now"),
        form("on|off", "show packets of this machine's own network too"),
        form("save <file>", "what crossed so far, as a pcapng file"),
    ],
);

/// Two laboratories side by side.
pub(super) const COMPARE: Command = order(
    "compare",
    "run every statement twice, side by side, and compare",
    &[form(
        "<side> <side>",
        "tcp, udp, tcp6, udp6, or \"tcp with wire loss 30%\"",
    )],
);

/// Both sides' totals.
pub(super) const SCORE: Command = order(
    "score",
    "both sides' totals in a comparison",
    &[form("", "calls, packets, bytes, what arrived")],
)
.about("compare");

/// The sides change places.
pub(super) const SWAP: Command = order(
    "swap",
    "the sides of a comparison change places",
    &[form("", "left becomes right")],
)
.about("compare");

/// The end of a comparison.
pub(super) const END: Command = order(
    "end",
    "end the comparison",
    &[form("", "both of its laboratories go")],
)
.about("compare");

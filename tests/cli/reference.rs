//! What the reference says that the kernel answers, asked of the kernel.

use crate::harness::{Shell, script};

/// Whether a topic says so; line breaks do not matter.
fn says(topic: &str, words: &str) {
    let ran = Shell::new(&["explain", topic]).run().status(0);
    let text: Vec<&str> = ran.stdout.split_whitespace().collect();
    let text = text.join(" ");
    assert!(text.contains(words), "{topic}: {text}");
}

#[test]
fn options_of_tcp_on_other_sockets() {
    for option in ["TCP_NODELAY", "TCP_CORK", "TCP_QUICKACK"] {
        script(&format!(
            "u = socket udp; w = socket unix\n\
             setsockopt u {option} 1\nexpect error ENOPROTOOPT\n\
             getsockopt u {option}\nexpect error EOPNOTSUPP\n\
             setsockopt w {option} 1\nexpect error EOPNOTSUPP\n\
             getsockopt w {option}\nexpect error EOPNOTSUPP\n"
        ))
        .status(0);
        says(
            option,
            "UDP: ENOPROTOOPT, and EOPNOTSUPP where it is read over IPv4. Unix sockets: EOPNOTSUPP.",
        );
    }
}

#[test]
fn sizes_of_a_segment() {
    for (size, claim) in [
        (0, "ok"),
        (88, "ok"),
        (32767, "ok"),
        (1, "error EINVAL"),
        (87, "error EINVAL"),
        (32768, "error EINVAL"),
    ] {
        script(&format!(
            "s = socket tcp\nsetsockopt s TCP_MAXSEG {size}\nexpect {claim}\n"
        ))
        .status(0);
    }
    says(
        "TCP_MAXSEG",
        "**88** to **32767** may be set, and **0**, which leaves",
    );
}

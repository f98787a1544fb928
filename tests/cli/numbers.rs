//! Operators, and bytes taken apart and put together: what Python says is what the shell says.

use crate::harness::script;
use crate::support::require;
use std::process::Command;

/// Lines in both languages, and what they print.
const LINES: &[&str] = &[
    "print(2**12, 2**10 - 1, -2**2, 2**3*2, 2**3**2, (-2)**2, 3 - -2**2)",
    "print(0x3039 >> 8, 0x3039 & 0xff, 1 << 16, 5 & ~1, -1 >> 3, ~0)",
    "print(7 & 3 + 1, 1 << 2 + 1, 6 & 3 == 2, 2 * 3 ** 2, 0 << 62)",
    "import struct",
    "print(struct.unpack('!HI', b'\\x00\\x50\\x00\\x00\\x00\\x05'))",
    "print(struct.unpack('<hHbB', b'\\xfe\\xff\\xfe\\xff\\xff\\xff'))",
    "print(struct.unpack('!q', b'\\xff' * 8), struct.unpack('<I', struct.pack('<I', 4000000000)))",
    "print(struct.unpack('!4s2xB?', b'abcd\\x00\\x00\\x07\\x01'))",
    "print(struct.unpack('@bi', struct.pack('@bi', -1, 77)))",
    "print(struct.unpack('!2H0sx', b'\\x00\\x01\\x00\\x02\\x00'))",
    "n, = struct.unpack('!H', b'\\x01\\x02')",
    "print(n)",
    "(n,) = struct.unpack('>i', b'\\xff\\xff\\xff\\x00')",
    "print(n)",
    "a, b = struct.unpack('!BB', b'\\x01\\x02')",
    "print(b, a)",
    "print(struct.unpack('!BBHHHBBH4s4s', b'E\\x00\\x00<\\x1cF@\\x00@\\x06\\xb1\\xe6\\x7f\\x00\\x00\\x01\\x7f\\x00\\x00\\x01')[3])",
    "print(int.from_bytes(b'\\x12\\x34', 'big'), int.from_bytes(b'\\x12\\x34', byteorder='little'), int.from_bytes(b'', 'big'))",
    "print(int.from_bytes(b'\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x01', 'big'))",
    "print(bytes([72, 105]).decode(), bytes([0, 255]).hex())",
    "flags = 2",
    "flags |= 2048",
    "print(flags)",
    "flags &= ~2048",
    "print(flags, hex(flags | 0x30), 0x45 >> 4)",
];

#[test]
fn numbers_and_bytes_are_what_python_makes_of_them() {
    if !require("python3") {
        return;
    }
    let python = Command::new("python3")
        .args(["-c", &LINES.join("\n")])
        .output()
        .unwrap();
    assert!(python.status.success(), "{python:?}");
    let said = String::from_utf8(python.stdout).unwrap();
    let ran = script(&format!("set explain off\n{}\n", LINES.join("\n"))).status(0);
    let answers: Vec<&str> = ran
        .stdout
        .lines()
        .filter(|line| !line.starts_with("sock> "))
        .filter_map(|line| line.strip_prefix("  "))
        .filter(|line| !line.starts_with("explain off") && !line.contains("imported already"))
        .collect();
    assert_eq!(answers.join("\n"), said.trim_end(), "{}", ran.stdout);
}

#[test]
fn what_python_would_refuse_is_refused() {
    for (line, why) in [
        ("print(1 << 63)", "too large"),
        ("print(2 ** 63)", "too large"),
        ("print(1 << -1)", "-1 is no number of bits"),
        ("print('a' & 3)", "a text and a number"),
        (
            "struct.unpack('!H', b'abc')",
            "takes 2 bytes, and these are 3",
        ),
        (
            "struct.unpack('!H', b'a')",
            "takes 2 bytes, and these are 1",
        ),
        ("struct.unpack('!Z', b'a')", "`Z` is not known"),
        ("struct.unpack('!Q', b'\\xff' * 8)", "too large"),
        ("struct.unpack('9999999999H', b'')", "more than 64 MB"),
        ("bytes([256])", "from 0 to 255, and this is 256"),
        ("bytes(['a'])", "and this is a text"),
        ("int.from_bytes(b'a', 'middle')", "\"big\" or \"little\""),
        ("int.from_bytes(b'a')", "takes two values"),
    ] {
        script(line).status(2).says(&[why]);
    }
}

/// The flags of a socket, as C keeps them in a variable.
#[test]
fn o_nonblock_is_set_and_taken_away_through_a_variable() {
    script(
        "int s = socket(AF_INET, SOCK_STREAM, 0);\n\
         int flags = fcntl(s, F_GETFL, 0);\n\
         flags |= O_NONBLOCK;\n\
         fcntl(s, F_SETFL, flags);\n\
         fcntl(s, F_SETFL, flags & ~O_NONBLOCK);\n\
         flags &= ~O_NONBLOCK;\n\
         fcntl(s, F_SETFL, flags | O_NONBLOCK);\n\
         fcntl(s, F_SETFL, flags);\n",
    )
    .status(0)
    .says(&[
        "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0",
        "fcntl(3, F_SETFL, O_RDWR) = 0",
        "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0",
        "fcntl(3, F_SETFL, O_RDWR) = 0",
    ]);
}

use super::*;
use std::fs;

fn lesson(network: &str, sock: &str) -> Lesson {
    let text = format!(
        "---\nid: x\ntitle: X\nnetwork: {network}\n---\n## Step\n\nDo.\n\n```sock\n{sock}\n```\n"
    );
    Lesson::parse("x.md", &text).unwrap_or_else(|defects| panic!("{sock}: {defects:?}"))
}

fn messages(network: &str, sock: &str) -> Vec<String> {
    check(&lesson(network, sock), false)
        .into_iter()
        .map(|d| format!("{}: {}", d.line, d.message))
        .collect()
}

#[test]
fn only_loopback_and_the_laboratory_are_in_reach() {
    for address in [
        "127.0.0.1:0",
        "127.0.0.2:0",
        "localhost:0",
        "*:0",
        "[::1]:0",
        "0.0.0.0:0",
        "2130706433:0",
    ] {
        let sock = format!("s = socket tcp\nbind s {address}\nexpect ok");
        assert_eq!(messages("local", &sock), [""; 0], "{address}");
    }
    for address in [
        "example.org:0",
        "10.0.0.1:0",
        "8.8.8.8:0",
        "[2001:db8::1]:0",
        "<broadcast>:9",
    ] {
        let sock = format!("s = socket tcp\nconnect s {address}\nexpect ok");
        let found = messages("local", &sock);
        assert!(
            found
                .iter()
                .any(|words| words.contains("outside this machine")),
            "{address}: {found:?}"
        );
    }
    for address in ["10.0.0.1:0", "[fd00::1]:0", "server:80", "<broadcast>:9"] {
        let sock = format!("s = socket tcp\nconnect s {address}\nexpect ok");
        assert_eq!(messages("lab", &sock), [""; 0], "{address}");
    }
    assert_eq!(
        messages(
            "local",
            "s = socket tcp\nbind s 192.0.2.1:0\nexpect error EADDRNOTAVAIL"
        ),
        [""; 0]
    );
}

#[test]
fn a_listener_on_a_fixed_port_needs_reuse() {
    let listener = "bind s 127.0.0.1:12345\nlisten s 5\nexpect state s LISTEN";
    let found = messages("local", &format!("s = socket tcp\n{listener}"));
    assert_eq!(
        found,
        ["12: `s` listens on the fixed port 12345 without SO_REUSEADDR"]
    );
    let found = messages(
        "local",
        &format!("s = socket tcp\nsetsockopt s SO_REUSEADDR 1\n{listener}"),
    );
    assert_eq!(found, [""; 0]);
    let again = "s = socket tcp\nsetsockopt s SO_REUSEADDR 1\nclose s\ns = socket tcp";
    assert_eq!(
        messages("local", &format!("{again}\n{listener}")).len(),
        1,
        "a new socket has no options"
    );
    assert_eq!(
        messages("local", "u = socket udp\nbind u 127.0.0.1:12345\nexpect ok"),
        [""; 0]
    );
}

#[test]
fn calls_must_be_judged() {
    assert_eq!(
        messages("local", "s = socket tcp"),
        ["10: nothing judges this block"]
    );
    let text = "---\nid: x\ntitle: X\n---\n## Step\n\nRead.\n";
    assert_eq!(
        check(&Lesson::parse("x.md", text).unwrap(), false)[0].message,
        "no step has a `sock` block"
    );
}

#[test]
fn what_the_other_side_makes_stays_there() {
    let text = "---\nid: x\ntitle: X\n---\n## Step\n\nDo.\n\n```sock other\nc = socket tcp\nexpect jobs 0\n```\n\n\
                ```sock\nclose c\nexpect ok\n```\n";
    let found = check(&Lesson::parse("x.md", text).unwrap(), false);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].line, found[0].message.as_str()),
        (15, "`c` was made in a `sock other` block")
    );
}

#[test]
fn stray_files_and_lost_translations() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    };
    for name in [
        "01-a.md",
        "02-b.md",
        "fr/01-a.md",
        "reference/calls/bind.md",
    ] {
        write(name);
    }
    assert_eq!(check_folder(folder.path()).unwrap(), []);
    for name in ["notes.txt", "02-c.md", "fr/09-z.md", "pictures/x.png"] {
        write(name);
    }
    let found: Vec<String> = check_folder(folder.path())
        .unwrap()
        .into_iter()
        .map(|d| d.message)
        .collect();
    for said in [
        "a file that is no lesson",
        "the same number as 02-b.md",
        "a translation of no lesson",
        "no lessons",
    ] {
        assert!(
            found.iter().any(|words| words.contains(said)),
            "{said:?} is not in {found:?}"
        );
    }
    assert_eq!(found.len(), 4);
}

#[test]
fn ids_are_unique() {
    let one = lesson("local", "s = socket tcp\nexpect ok");
    assert_eq!(check_ids([&one]), []);
    assert!(
        check_ids([&one, &one])[0]
            .message
            .contains("`x` is taken by x.md")
    );
}

#[test]
fn orders_hosts_and_packets_need_a_laboratory() {
    for (line, said) in [
        ("wire hold\nexpect ok", "`wire hold` needs a laboratory"),
        ("server: s = socket tcp\nexpect ok", "needs a laboratory"),
        (
            "s = socket tcp\nexpect packets 3",
            "`expect packets 3` needs a laboratory",
        ),
    ] {
        let found = check(&lesson("local", line), false);
        assert!(
            found.iter().any(|defect| defect.message.contains(said)),
            "{line}: {found:?}"
        );
        assert_eq!(check(&lesson("lab", line), false), [], "{line}");
    }
    // In a laboratory every port is fresh.
    let fixed = "s = socket tcp\nbind s :80\nlisten s 5\nexpect ok";
    assert_eq!(check(&lesson("lab", fixed), false), []);
    assert!(!check(&lesson("local", fixed), false).is_empty());
}

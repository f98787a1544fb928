use super::*;

#[test]
fn every_spelling_is_held_once() {
    let mut names: Vec<&str> = COMMANDS.iter().flat_map(Command::spellings).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
    for name in names {
        assert!(find(name).is_some(), "{name}");
    }
}

#[test]
fn an_alias_finds_its_command() {
    assert_eq!(find("status").map(|c| c.name), Some("ls"));
    assert_eq!(find("=").map(|c| c.name), Some("ls"));
    assert_eq!(find("?").map(|c| c.name), Some("explain"));
    assert_eq!(find("bin"), None);
}

#[test]
fn abbreviations_are_the_commands_with_that_beginning() {
    let names = |prefix| {
        abbreviated(prefix)
            .iter()
            .map(|c| c.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names("conn"), ["connect"]);
    assert_eq!(names("send"), ["send"], "an exact name is not ambiguous");
    assert_eq!(names("acc"), ["accept"]);
    assert_eq!(names("recv"), ["recv"]);
    assert_eq!(names("lis"), ["listen"]);
    assert_eq!(names("shutd"), ["shutdown"]);
    assert_eq!(names("li"), ["listen"]);
    assert_eq!(
        names("se"),
        [
            "select",
            "send",
            "sendall",
            "sendto",
            "set",
            "nonblock",
            "setsockopt"
        ]
    );
    assert_eq!(names("zzz"), [""; 0]);
}

#[test]
fn every_place_of_a_prototype_names_a_parameter() {
    for command in COMMANDS {
        for place in command.c {
            if let CArg::Is(name) | CArg::Cut(name) = place {
                assert!(command.position(name).is_some(), "{}: {name}", command.name);
            }
        }
    }
}

#[test]
fn a_parameter_that_must_be_there_stands_before_those_that_need_not() {
    for command in COMMANDS {
        let needed = |p: &Param| matches!(p.need, Need::Required | Need::Asked(_));
        let first_free = command
            .params
            .iter()
            .position(|p| !needed(p))
            .unwrap_or(command.params.len());
        assert!(
            command.params[first_free..].iter().all(|p| !needed(p)),
            "{}",
            command.name
        );
    }
}

#[test]
fn usage_shows_what_may_be_left_out() {
    assert_eq!(find("recv").unwrap().usage(), "recv SOCKFD LEN [FLAGS]");
    assert_eq!(find("print").unwrap().usage(), "print [VALUES …]");
}

//! A lesson at the terminal.

use super::terminal::Start;

#[test]
fn a_lesson_is_played_left_and_taken_up_again() {
    let (mut terminal, home) = Start::new(&["learn", "1"]).open_at("lesson 1 1/7 (1-3)> ");
    terminal.sees("1. Ask for one");
    terminal.run("s = socket tcp", "lesson 1 1/7 (1-3)> ");
    terminal.sees("first say what you expect");
    terminal.run("2", "lesson 1 1/7> ");
    terminal.run("s = socket tcp", "lesson 1 2/7 (1-3)> ");
    terminal.sees("As you expected: not connected to anything.");
    terminal.line("quit");
    assert_eq!(terminal.ends(), 0);
    assert!(
        terminal
            .text()
            .contains("Your place is kept: lesson 1, step 2.")
    );
    let home = home.unwrap();
    let (mut terminal, _) = Start::new(&["learn"])
        .home(home.path())
        .open_at("lesson 1 2/7 (1-3)> ");
    terminal.sees("The first step that is open is 2.");
    terminal.run("goto 5", "lesson 1 5/7 (1-3)> ");
    terminal.line("quit");
    assert_eq!(terminal.ends(), 0);
    let text = terminal.text();
    assert!(text.contains("The first step that is open is 2."), "{text}");
}

#[test]
fn who_leaves_at_the_first_step_is_told_what_leads_there_again() {
    let (mut terminal, home) = Start::new(&["learn", "5"]).open_at("lesson 5 1/12> ");
    terminal.line("quit");
    assert_eq!(terminal.ends(), 0);
    let text = terminal.text();
    let words: Vec<&str> = text.split_whitespace().collect();
    assert!(
        words.join(" ").contains("`learn udp` in the shell"),
        "{text}"
    );
    let home = home.unwrap();
    let (mut terminal, _) = Start::new(&[]).home(home.path()).open();
    // Nothing of it is done, so `learn` alone begins the first lesson.
    terminal.run("learn udp", "lesson 5 1/12> ");
    terminal.keys("\x04");
    terminal.prompt("sock> ");
    terminal.line("quit");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn a_lesson_that_was_begun_comes_before_a_new_one() {
    let (mut terminal, home) = Start::new(&["learn", "5"]).open_at("lesson 5 1/12> ");
    terminal.run("skip", "lesson 5 2/12 (1-3)> ");
    terminal.line("quit");
    assert_eq!(terminal.ends(), 0);
    let home = home.unwrap();
    let (mut terminal, _) = Start::new(&["learn"])
        .home(home.path())
        .open_at("lesson 5 2/12 (1-3)> ");
    terminal.line("quit");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn what_a_step_waits_for_is_told_above_the_prompt() {
    let (mut terminal, _home) = Start::new(&["learn", "4"]).open_at("lesson 4 1/9> ");
    terminal.run("goto 9", "lesson 4 9/9 [1 blocked]> ");
    terminal.line("d = accept b");
    // c3's kernel repeats its SYN: within the step's patience or later, above the prompt.
    terminal.sees("c3");
    terminal.line("");
    terminal.sees("Who answers a client's SYN?");
    terminal.run("2", "sock> ");
    terminal.sees("This was lesson 4");
}

#[test]
fn who_leaves_a_lesson_begun_in_the_shell_is_in_the_shell_again() {
    let (mut terminal, _home) = Start::new(&[]).open();
    terminal.run("learn 1", "lesson 1 1/7 (1-3)> ");
    terminal.run("2", "lesson 1 1/7> ");
    terminal.run("s = socket tcp", "lesson 1 2/7 (1-3)> ");
    terminal.run("quit", "sock> ");
    terminal.sees("You have left lesson 1, and what was open in it is closed.");
    terminal.sees("Your place is kept:");
    terminal.sees("lesson 1, step 2.");
    terminal.run("ls", "sock> ");
    terminal.sees("no socket is open");
    // Ctrl-D goes as far back, and no further.
    terminal.run("learn", "lesson 1 2/7 (1-3)> ");
    terminal.keys("\x04");
    terminal.prompt("sock> ");
    terminal.line("quit");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn what_is_typed_in_a_lesson_may_use_files_and_nothing_of_the_lesson_is_left_behind() {
    let temporary = tempfile::tempdir().unwrap();
    let own = tempfile::tempdir().unwrap();
    let file = own.path().join("hello.txt");
    std::fs::write(&file, "hello").unwrap();
    let (mut terminal, _home) = Start::new(&["learn", "7"])
        .env("TMPDIR", temporary.path().to_str().unwrap())
        .open_at("lesson 7 1/11> ");
    terminal.run("x = socket unix", "lesson 7 1/11> ");
    terminal.run("bind x ./x.sock", "lesson 7 1/11> ");
    let left = || std::fs::read_dir(temporary.path()).unwrap().count();
    assert_eq!(left(), 1, "a socket is named in the lesson's folder");
    terminal.run("a, b = socketpair", "lesson 7 1/11> ");
    terminal.run(&format!("send a @{}", file.display()), "lesson 7 1/11> ");
    terminal.run("recv b 5", "lesson 7 1/11> ");
    terminal.sees("\"hello\"");
    terminal.line("quit");
    assert_eq!(terminal.ends(), 0);
    assert_eq!(left(), 0, "the folder is gone");
}

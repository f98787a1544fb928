//! The Python programs of a lesson, run by a real `python3` against a plain socket.

use socktutor::lesson::{Block, Library};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(10);

/// The lesson's listings in Python, in order, with the fixed port replaced.
fn listings(lesson: &str, port: u16) -> Vec<String> {
    let library = Library::embedded();
    let entry = library.find(lesson).expect("the lesson is there");
    let lesson = library.open(entry, None).expect("it can be read");
    let blocks = lesson.steps.iter().flat_map(|step| &step.blocks);
    blocks
        .filter_map(|block| match block {
            Block::Listing { language, text, .. } if language == "python" => {
                assert!(text.contains("12345"), "{text}");
                Some(text.replace("12345", &port.to_string()))
            }
            _ => None,
        })
        .collect()
}

/// Starts a program; `None`, with a word about it, where there is no `python3`.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn python(program: &str) -> Option<Child> {
    let started = Command::new("python3")
        .args(["-c", program])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn();
    match started {
        Ok(child) => Some(child),
        Err(error) => {
            println!("SKIPPED: python3 cannot be started: {error}");
            assert_ne!(
                std::env::var("SOCKTUTOR_REQUIRE_ALL").as_deref(),
                Ok("1"),
                "SOCKTUTOR_REQUIRE_ALL=1 and no python3"
            );
            None
        }
    }
}

fn output(child: Child) -> String {
    let output = child.wait_with_output().expect("python3 ends");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("it prints UTF-8")
}

#[test]
fn the_client_prints_the_thanks() {
    let _alone = super::alone();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let Some(child) = python(&listings("two-people", port)[0]) else {
        return;
    };
    let (mut conn, _) = listener.accept().unwrap();
    conn.set_read_timeout(Some(PATIENCE)).unwrap();
    conn.write_all(b"Thank you for connecting").unwrap();
    let mut rest = Vec::new();
    // It closes by itself, without waiting for the server to do so.
    conn.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"");
    assert_eq!(output(child), "Thank you for connecting\n");
}

#[test]
fn the_server_greets_back() {
    let _alone = super::alone();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let Some(child) = python(&listings("two-people", port)[1]) else {
        return;
    };
    let deadline = Instant::now() + PATIENCE;
    let mut me = loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(me) => break me,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        std::thread::yield_now();
    };
    me.set_read_timeout(Some(PATIENCE)).unwrap();
    me.write_all(b"Hello, server!").unwrap();
    let mut answer = String::new();
    me.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "Hello, client!");
    let said = output(child);
    let from = me.local_addr().unwrap().port();
    assert_eq!(
        said,
        format!("Got connection from ('127.0.0.1', {from})\nHello, server!\n")
    );
}

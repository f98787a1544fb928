//! The samples against the real thing: what they name exists, and a compiler takes them. Other systems lack some of the
//! options.

#[path = "rust.rs"]
mod rust;

use super::fences;
use crate::explain::topics;
use std::io::{self, Write};
use std::process::{Command, Output, Stdio};

/// What the samples in C stand in: the headers of their man pages, and the variables that a program would have by then.
const AROUND: &str = r#"
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
int s; ssize_t n; socklen_t len; const char *p; char buf[1024]; char text[INET_ADDRSTRLEN];
struct sockaddr_in addr; struct addrinfo hints, *list; struct msghdr msg; fd_set r; struct timeval timeout;
"#;

/// Each name that a sample in Python takes from a module has to be there.
const NAMES: &str = "
import ast, errno, os, select, socket, struct, sys
for node in ast.walk(ast.parse(sys.stdin.read())):
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id not in 's p'.split():
        getattr(globals()[node.value.id], node.attr)
";

/// The samples in one language, with their topics.
fn samples(language: &str) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for topic in topics() {
        for sample in fences(topic.section("In Python, C and Rust"), language) {
            found.push((topic.id.as_str(), sample));
        }
    }
    assert!(found.len() > 60, "{}", found.len());
    found
}

/// What a program says of this input.
fn ask(program: &str, args: &[&str], input: &str) -> io::Result<Output> {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes())?;
    drop(stdin);
    child.wait_with_output()
}

#[expect(clippy::print_stdout, reason = "a skipped check says so")]
fn takes(program: &str, args: &[&str], input: &str) {
    match ask(program, args, input) {
        Ok(output) => assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) if std::env::var_os("SOCKTUTOR_REQUIRE_ALL").is_some() => {
            panic!("{program}: {error}")
        }
        Err(error) => println!("SKIPPED: {program} for the samples: {error}"),
    }
}

#[test]
fn what_the_python_names_exists() {
    let all: String = samples("python")
        .into_iter()
        .map(|(_, sample)| sample)
        .collect();
    takes("python3", &["-c", NAMES], &all);
}

#[test]
fn the_c_compiles() {
    let mut source = AROUND.to_owned();
    for (topic, sample) in samples("c") {
        source.push_str(&format!("void {topic}_sample(void) {{\n{sample}}}\n"));
    }
    // What no compiler takes for right; further warnings are a matter of its version.
    let args = [
        "-x",
        "c",
        "-fsyntax-only",
        "-Werror=implicit-function-declaration",
        "-Werror=implicit-int",
        "-Werror=int-conversion",
        "-Werror=incompatible-pointer-types",
        "-",
    ];
    takes("cc", &args, &source);
}

//! What several tests of the laboratory need.

use super::support::skip;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use socktutor::lab::{Hosts, Unavailable};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_socktutor");

/// Brings hosts up, or says why not.
pub fn try_up(names: &[&str]) -> Result<Hosts, Unavailable> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    Hosts::up(&names, Path::new(PROGRAM))
}

/// Brings hosts up. `None`, and the test is skipped, where the machine cannot.
pub fn up(names: &[&str]) -> Option<Hosts> {
    match try_up(names) {
        Ok(hosts) => Some(hosts),
        Err(why) => {
            skip(&why.to_string());
            None
        }
    }
}

/// A bare wire: every packet goes to the other hosts at once. Ends when it is dropped.
pub struct Relay {
    crossed: Arc<Mutex<Vec<Vec<u8>>>>,
    stop: Option<OwnedFd>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    /// Between all hosts.
    pub fn over(hosts: &Hosts) -> Self {
        let tuns = hosts.take_tuns();
        let (stop, stopped) = nix::unistd::pipe().unwrap();
        let crossed = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&crossed);
        let thread = std::thread::spawn(move || relay(&tuns, stop, &log));
        Self {
            crossed,
            stop: Some(stopped),
            thread: Some(thread),
        }
    }

    /// Every packet so far.
    pub fn crossed(&self) -> Vec<Vec<u8>> {
        self.crossed.lock().unwrap().clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || std::thread::panicking());
    }
}

fn relay(tuns: &[OwnedFd], stop: OwnedFd, log: &Mutex<Vec<Vec<u8>>>) {
    loop {
        let mut watched: Vec<_> = tuns
            .iter()
            .chain([&stop])
            .map(|fd| PollFd::new(fd.as_fd(), PollFlags::POLLIN))
            .collect();
        poll(&mut watched, PollTimeout::NONE).unwrap();
        if watched[tuns.len()].any() == Some(true) {
            return;
        }
        for (from, tun) in tuns.iter().enumerate() {
            let mut packet = [0; 65536];
            while let Ok(len) = nix::unistd::read(tun, &mut packet) {
                log.lock().unwrap().push(packet[..len].to_vec());
                let others = tuns.iter().enumerate().filter(|(to, _)| *to != from);
                for (_, other) in others {
                    nix::unistd::write(other, &packet[..len]).unwrap();
                }
            }
        }
    }
}

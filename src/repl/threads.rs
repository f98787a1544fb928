//! The threads beside the main one: one watches what happens by itself, one takes signals.

use super::shared::Shared;
use super::terminal;
use crate::sys::signal::{self, Signal};
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

/// How to leave, for whoever presses Ctrl-C where there is nothing to interrupt.
pub const HOW_TO_LEAVE: &str = "  Nothing is blocked. Ctrl-D or quit leaves.\n";

/// Starts both.
///
/// # Errors
/// No thread can be started.
pub fn start(shared: &Arc<Shared>, plain: bool) -> io::Result<()> {
    let own = Arc::clone(shared);
    thread::Builder::new()
        .name("watch".into())
        .spawn(move || watch(&own))?;
    let own = Arc::clone(shared);
    thread::Builder::new()
        .name("signals".into())
        .spawn(move || take_signals(&own, plain))?;
    Ok(())
}

/// Shows the results of blocked calls, and what the network changed, while the student thinks.
fn watch(shared: &Shared) {
    loop {
        shared.news.wait();
        let mut text = String::new();
        let mut app = shared.app();
        app.poll(&mut |event| text.push_str(&shared.show(&event)));
        shared.blocked.store(app.jobs(), Ordering::Relaxed);
        shared.learn_words(&app);
        drop(app);
        shared.console.say(text);
    }
}

/// Ctrl-C while a statement is executed interrupts what it waits for. SIGTERM and SIGHUP end the program as they
/// always do, but with the terminal as it was found.
fn take_signals(shared: &Shared, plain: bool) {
    while let Ok(signal) = signal::wait(&signal::TAKEN) {
        match signal {
            Signal::SIGINT if shared.executing.load(Ordering::SeqCst) => shared.interrupt.fire(),
            // The line editor sees the key itself; without one, the terminal has dropped the half-typed line.
            Signal::SIGINT if plain => shared.console.say(interrupt_at_prompt(shared)),
            Signal::SIGINT => {}
            fatal => {
                terminal::restore();
                if signal::die_of(fatal).is_err() {
                    std::process::exit(1);
                }
            }
        }
    }
}

/// Ctrl-C at an empty prompt: cancels the call that blocked last, or says how to leave. The words to show.
pub fn interrupt_at_prompt(shared: &Shared) -> String {
    let mut text = String::new();
    let mut app = shared.app();
    if !app.cancel_last(&mut |event| text.push_str(&shared.show(&event))) {
        text.push_str(HOW_TO_LEAVE);
    }
    shared.blocked.store(app.jobs(), Ordering::Relaxed);
    text
}

//! The threads beside the main one: one watches what happens by itself, one takes signals.

use super::console::Console;
use super::shared::Shared;
use super::terminal;
use crate::sys::signal::{self, Signal};
use crate::sys::worker;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// How to leave, for whoever presses Ctrl-C where there is nothing to interrupt.
pub const HOW_TO_LEAVE: &str = "  Nothing is blocked. Ctrl-D or quit leaves.\n";

/// Starts both.
///
/// # Errors
/// No thread can be started.
pub fn start(shared: &Arc<Shared>, plain: bool) -> io::Result<()> {
    start_news(shared)?;
    let own = Arc::clone(shared);
    start_signals(&shared.console, move || interrupted(&own, plain))
}

/// Starts the one that watches.
///
/// # Errors
/// No thread can be started.
pub fn start_news(shared: &Arc<Shared>) -> io::Result<()> {
    let own = Arc::clone(shared);
    worker::start("watch", move || watch(&own)).map(drop)
}

/// Draws the line that is edited anew where it stands: the editor ends with a new line what it shows above that.
const AGAIN: &str = "\x1b[A\n";

/// Starts the one that takes signals. Ctrl-C is handed to `interrupted`. SIGTERM, SIGHUP and SIGQUIT end the program as
/// they always do, but with the terminal as it was found. Who was stopped (kill -STOP) and goes on has the line back.
///
/// # Errors
/// No thread can be started.
pub fn start_signals(
    console: &Arc<Console>,
    interrupted: impl Fn() + Send + 'static,
) -> io::Result<()> {
    let console = Arc::clone(console);
    let take = move || {
        while let Ok(signal) = signal::wait(&signal::TAKEN) {
            match signal {
                Signal::SIGINT => interrupted(),
                Signal::SIGCONT => {
                    if terminal::take_back() {
                        console.say(AGAIN.to_owned());
                    }
                }
                ends if signal::is_ignored(ends) => {}
                ends => {
                    terminal::restore();
                    if signal::die_of(ends).is_err() {
                        std::process::exit(1);
                    }
                }
            }
        }
    };
    worker::start("signals", take).map(drop)
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
        // Before anyone else can go on with what was told here.
        shared.console.say(text);
        drop(app);
    }
}

/// What is said to a Ctrl-C that comes when the statement which it was meant for has just ended, and to kill -INT.
const TOO_LATE: &str = "  No statement is running: nothing was interrupted.\n";

/// Ctrl-C while a statement is executed interrupts what it waits for; without a line editor, which sees the key itself,
/// the line too.
fn interrupted(shared: &Shared, plain: bool) {
    if plain || shared.executing.load(Ordering::SeqCst) {
        shared.interrupt.fire();
    } else {
        // The editor did not read yet. With the key the terminal has dropped what was on its way to the screen (isig in
        // termios(3)), perhaps the prompt, which is drawn again below this.
        shared.console.say(TOO_LATE.to_owned());
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

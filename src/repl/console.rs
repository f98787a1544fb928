//! What is printed while a line is being typed. One thread owns the line editor's printer; whoever has something to
//! say leaves it in a queue without a bound and goes on.
//!
//! That thread may sleep in a print that raced with Enter until the next line is edited. So nobody joins it, and
//! nobody waits for a lock that it holds while it prints.

use crate::sys::worker;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Prints text above the line that is being typed.
pub type Printer = Box<dyn FnMut(String) + Send>;

/// The queue in front of the printer.
#[derive(Default)]
pub struct Console {
    state: Mutex<State>,
    ready: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<String>,
    /// Whether a line is being edited. Otherwise the main thread prints what is in the queue, with [`Console::drain`].
    editing: bool,
}

impl Console {
    /// A console and its thread.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn start(mut printer: Printer) -> io::Result<Arc<Self>> {
        let console = Arc::new(Self::default());
        let own = Arc::clone(&console);
        worker::start("console", move || {
            loop {
                let text = own.next();
                printer(text);
            }
        })?;
        Ok(console)
    }

    /// Has this shown: above the line that is being typed, or before the next prompt.
    pub fn say(&self, mut text: String) {
        if text.is_empty() {
            return;
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
        self.lock().queue.push_back(text);
        self.ready.notify_one();
    }

    /// Whether a line is being edited now.
    pub fn editing(&self, editing: bool) {
        self.lock().editing = editing;
        self.ready.notify_one();
    }

    /// Everything that waits to be printed, for the main thread to print while no line is edited.
    pub fn drain(&self) -> String {
        self.lock().queue.drain(..).collect()
    }

    /// Sleeps until there is something to print above a line.
    fn next(&self) -> String {
        let idle = |state: &mut State| !state.editing || state.queue.is_empty();
        let guard = self.ready.wait_while(self.lock(), idle);
        guard
            .unwrap_or_else(PoisonError::into_inner)
            .queue
            .drain(..)
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    #[test]
    fn prints_only_while_a_line_is_edited() {
        let (sender, printed) = mpsc::channel();
        let console = Console::start(Box::new(move |text| drop(sender.send(text)))).unwrap();
        console.say("early".into());
        assert_eq!(console.drain(), "early\n");
        console.editing(true);
        console.say("above".into());
        assert_eq!(
            printed.recv_timeout(Duration::from_secs(5)).unwrap(),
            "above\n"
        );
    }

    #[test]
    fn a_printer_that_sleeps_keeps_nobody_waiting() {
        let (release, gate) = mpsc::channel::<()>();
        let (started, begun) = mpsc::channel();
        let printer = Box::new(move |_| {
            let _ = started.send(());
            let _ = gate.recv();
        });
        let console = Console::start(printer).unwrap();
        console.editing(true);
        console.say("one".into());
        begun.recv_timeout(Duration::from_secs(5)).unwrap();
        console.editing(false);
        (0..1000).for_each(|n| console.say(n.to_string()));
        assert_eq!(console.drain().lines().count(), 1000);
        drop(release);
    }
}

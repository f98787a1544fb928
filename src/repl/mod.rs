//! The shell as it meets the student: scripts, and the prompt. The only place that names rustyline.
//!
//! | file | what it does |
//! | --- | --- |
//! | `script` | runs a file, `-c` or a pipe: no line editor, no thread of its own |
//! | `shell` | the loop at a terminal |
//! | `editor`, `plain` | where its lines come from |
//! | `join`, `more` | what goes over several lines: in a script, at the prompt |
//! | `helper`, `complete`, `hint`, `highlight` | what the editor asks while a line is typed |
//! | `scan`, `place` | the line that is being typed, cut up; where the cursor stands in it |
//! | `watch` | a lesson in front of a class |
//! | `console`, `threads`, `shared` | what appears above a half-typed line; Ctrl-C |

mod complete;
mod console;
mod editor;
mod forms;
mod helper;
mod highlight;
mod hint;
mod history;
mod join;
mod lines;
mod more;
mod output;
mod place;
mod plain;
mod prompt;
mod scan;
pub mod script;
mod shared;
mod shell;
mod source;
pub mod terminal;
mod threads;
pub mod watch;

use crate::app::App;
use crate::sys::signal::{self, Signal};
use crate::text::style::Style;
use editor::Editor;
use helper::Words;
use history::HistoryFile;
use lines::Lines;
pub use output::{Form, Output};
use plain::Plain;
use shared::Shared;
use shell::Shell;
use std::io::{self, IsTerminal};
use std::sync::Arc;

/// How the shell is to meet the student.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// What the terminal can show.
    pub style: Style,
    /// Events as JSON.
    pub json: bool,
    /// Whether lines are remembered across sessions.
    pub history: bool,
    /// A statement to run before the first prompt (`learn sockets`).
    pub first: Option<&'a str>,
}

/// The interactive shell, until the student leaves. Standard input must be a terminal. `app` makes the session.
///
/// # Errors
/// The session cannot be made, no thread can be started, or standard output cannot be written.
pub fn interact(app: impl FnOnce() -> io::Result<App>, options: &Options<'_>) -> io::Result<()> {
    // Before any thread is started, the session's own included: none is to be interrupted by what is meant for the
    // shell, and Ctrl-C must not end the program because one of them lets it through.
    signal::block(&signal::TAKEN)?;
    signal::block(&[Signal::SIGWINCH])?;
    let app = app()?;
    let words = Words::default();
    let history = options.history.then(HistoryFile::usual).flatten();
    let editor = can_edit().then(|| Editor::new(Arc::clone(&words), options.style, history));
    let form = Form::new(options.style, options.json);
    if let Some(Ok(mut lines)) = editor {
        terminal::remember();
        let console = lines.console();
        if let Err(error) = lines.load_history() {
            console.say(format!(
                "  The lines of earlier sessions cannot be read: {}",
                history::told(&error)
            ));
        }
        return run(
            Shared::new(app, form, console, words),
            lines,
            false,
            options,
        );
    }
    let lines = Plain::new(app.interrupt())?;
    let console = lines.console();
    run(Shared::new(app, form, console, words), lines, true, options)
}

fn run(
    shared: Arc<Shared>,
    lines: impl Lines,
    plain: bool,
    options: &Options<'_>,
) -> io::Result<()> {
    threads::start(&shared, plain)?;
    Shell::new(shared, lines, options.style).run(options.first)
}

/// Whether the terminal can move its cursor: both ends are terminals, and not a dumb one.
fn can_edit() -> bool {
    let dumb = std::env::var("TERM")
        .is_ok_and(|term| ["dumb", "cons25", "emacs"].contains(&term.as_str()));
    io::stdin().is_terminal() && io::stdout().is_terminal() && !dumb
}

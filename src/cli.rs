//! The command line: choose a mode, return an exit status.

mod compare;
mod doctor;
mod lesson;
mod told;
mod watch;

use crate::app::{self, App, Settings, time};
use crate::lab::helper::ARGUMENT;
use crate::lesson::Progress;
use crate::repl::script::{Script, UNREAD};
use crate::repl::{Form, Options, interact};
use crate::sys::high::{raise, raise_limit};
use crate::sys::reserve::close_inherited;
use crate::sys::{signal, streams};
use crate::text::style::{ColorChoice, Style};
use anyhow::Context;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, IsTerminal, Read};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::Duration;
pub use told::told;

/// vimtutor for sockets: type socket calls one at a time against the real kernel
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Mode>,
    /// Run these statements, separated by `;`, and leave.
    #[arg(short = 'c', value_name = "STATEMENTS")]
    statements: Option<String>,
    #[command(flatten)]
    global: Global,
}

const EXAMPLES: &str = "\
Examples:
  socktutor                                    the shell; `help` lists what can be typed
  socktutor learn                              the lessons, from where you stopped
  socktutor -c 's = socket tcp; bind s :0; ls' three statements
  socktutor run session.sock                   a file of statements
  socktutor compare tcp udp --loss 20% --seed 7  both under the same loss, side by side
  socktutor explain ECONNREFUSED               one topic of the reference
  socktutor doctor                             what this machine has, and what mends what it lacks

Exit status:
  0  all well
  1  an expectation failed, a call failed that no `expect error` follows, or a call was left blocked;
     `doctor`: there can be no laboratory
  2  the command line or a statement cannot be understood, or a statement cannot be done
  77 every lesson that was to be tested was skipped";

/// What every mode takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
struct Global {
    /// Print one JSON object per event.
    #[arg(long, global = true)]
    json: bool,
    /// Color: auto, always, never.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true
    )]
    color: Color,
    /// How long `expect`, and a script that needs a blocked call's result, wait.
    #[arg(long, global = true, value_name = "TIME", default_value = "5s", value_parser = time)]
    timeout: Duration,
    /// Explanations: full, brief, off; auto is full the first time, brief afterwards.
    #[arg(
        long,
        global = true,
        value_name = "HOW",
        default_value = "auto",
        hide_possible_values = true
    )]
    explain: Explain,
    /// Let a script or a lesson reach beyond this machine.
    #[arg(long, global = true)]
    allow_net: bool,
    /// Let a script or a lesson read and write any file.
    #[arg(long, global = true)]
    allow_files: bool,
    /// A folder of lessons besides the built-in ones; one with the id of a built-in takes its place.
    #[arg(long, global = true, value_name = "DIR")]
    lessons: Option<PathBuf>,
    /// Neither read nor write the lines of earlier sessions.
    #[arg(long, global = true)]
    no_history: bool,
    /// Draw with ASCII characters only.
    #[arg(long, global = true)]
    ascii: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Explain {
    Auto,
    Full,
    Brief,
    Off,
}

#[derive(Debug, Subcommand)]
enum Mode {
    /// Run a file of statements; `-` is standard input.
    Run {
        /// The file.
        file: PathBuf,
    },
    /// Be led through a lesson, from where you stopped.
    Learn {
        /// The lesson, or its file; without it, the next that is not done.
        id: Option<String>,
    },
    /// Run every statement twice, on two sides, and compare: TCP and UDP, with and without loss.
    Compare(compare::Compare),
    /// Play, test, show and write lessons.
    #[command(subcommand)]
    Lesson(Lesson),
    /// Show a topic of the reference: a call, an option, a flag, a TCP state, an errno.
    Explain {
        /// `bind`, `SO_REUSEADDR`, `TIME_WAIT`, `EADDRINUSE` …; without it, what there is.
        topic: Option<String>,
    },
    /// Check what this machine has for the laboratory and for a class, and say what mends the rest.
    Doctor,
}

#[derive(Debug, Subcommand)]
enum Lesson {
    /// Play a lesson in front of a class: it types the model answers and waits.
    Watch {
        /// The lesson, or its file.
        id: String,
        /// Wait at each line.
        #[arg(long)]
        step: bool,
        /// Print each line at once instead of typing it.
        #[arg(long)]
        no_typing: bool,
    },
    /// Run every step of the lessons against the real kernel.
    Test {
        /// Lessons, files or folders; without them, all lessons.
        #[arg(value_name = "ID or PATH")]
        ids: Vec<String>,
        /// How often, each time in a fresh session.
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        repeat: u32,
    },
    /// List the lessons: done, skipped, new.
    List,
    /// Print a lesson.
    Show {
        /// The lesson, or its file.
        id: String,
    },
    /// Write a template of a new lesson, which passes its test.
    New {
        /// What it is called, or its file name.
        name: String,
    },
}

/// Runs the program and gives its exit status.
///
/// # Errors
/// A file that cannot be read, or standard output that cannot be written.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> anyhow::Result<u8> {
    let (input, output, error) = (io::stdin(), io::stdout(), io::stderr());
    streams::wait([input.as_fd(), output.as_fd(), error.as_fd()]);
    streams::outlive_long_files();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.get(1).is_some_and(|first| first == ARGUMENT) {
        return helper(arguments.get(2));
    }
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(answer) => {
            // --help and --version are answers too.
            match answer.print() {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(UNREAD),
                printed => printed.context("cannot print")?,
            }
            return Ok(u8::try_from(answer.exit_code()).unwrap_or(2));
        }
    };
    let Cli {
        command,
        statements,
        global,
    } = cli;
    match (command, statements) {
        (None, Some(statements)) => script(&global, Cursor::new(statements), false),
        (Some(_), Some(_)) => {
            anyhow::bail!("-c stands alone: give it every statement, or a command without it")
        }
        (None, None) => shell(&global, None),
        (Some(Mode::Learn { id }), None) => learn(global, id.as_deref().unwrap_or_default()),
        (Some(Mode::Explain { topic }), None) => {
            let line = format!("explain {}", topic.unwrap_or_default());
            script(&global, Cursor::new(line), false)
        }
        (Some(Mode::Compare(asked)), None) => compare::compare(&global, &asked),
        (Some(Mode::Doctor), None) => doctor::doctor(&global),
        (Some(Mode::Lesson(lesson)), None) => lessons(&global, &lesson),
        (Some(Mode::Run { file }), None) if file == Path::new("-") => {
            typed(&global, None, io::stdin().lock())
        }
        (Some(Mode::Run { file }), None) => {
            let from = open(&file).with_context(|| format!("cannot read {}", file.display()))?;
            script(&global, from, true)
        }
    }
}

/// The helper process of a laboratory, which the shell starts itself.
fn helper(count: Option<&OsString>) -> anyhow::Result<u8> {
    const OWN: &str = "the laboratory's helper, which the shell itself starts";
    let count = count.and_then(|count| count.to_str()?.parse().ok());
    let count = count.with_context(|| format!("{OWN}: how many hosts?"))?;
    crate::lab::helper::run(count)
        .map_err(|errno| anyhow::anyhow!("{OWN}: {}", errno.message()))?;
    Ok(0)
}

fn learn(mut global: Global, asked: &str) -> anyhow::Result<u8> {
    let mut id = asked.to_owned();
    if app::play::course::is_path(asked) {
        id = lesson::meant(&global, asked)?.1;
        global.lessons = Some(asked.into());
    }
    shell(&global, Some(format!("learn {id}").trim_end()))
}

/// The shell at a terminal; a script where standard input is none.
fn shell(global: &Global, first: Option<&str>) -> anyhow::Result<u8> {
    if !io::stdin().is_terminal() {
        let first = first.map_or(String::new(), |line| format!("{line}\n"));
        // Whoever types lines into a pipe learns too.
        let progress = Progress::of_user().map(|progress| progress.folder().to_owned());
        return typed(
            global,
            progress,
            Cursor::new(first).chain(io::stdin().lock()),
        );
    }
    let style = global.style();
    let options = Options {
        style,
        json: global.json,
        history: !global.no_history,
        first,
    };
    interact(|| session(global.settings(false)), &options).context("the shell cannot go on")?;
    Ok(0)
}

fn script(global: &Global, from: impl BufRead, echo: bool) -> anyhow::Result<u8> {
    let form = Form::new(global.style(), global.json);
    signal::die_tidily();
    let app = session(global.settings(true)).context("no session can be made")?;
    Script::new(app, form, echo)
        .run(from)
        .context("the script cannot go on")
}

/// Lines that come one at a time, from a pipe or a terminal without an editor. A learner's progress is kept there.
fn typed(global: &Global, progress: Option<PathBuf>, from: impl BufRead) -> anyhow::Result<u8> {
    let form = Form::new(global.style(), global.json);
    signal::die_tidily();
    let settings = Settings {
        progress,
        ..global.settings(true)
    };
    let app = session(settings).context("no session can be made")?;
    Script::new(app, form, true)
        .live()
        .run(from)
        .context("the script cannot go on")
}

/// A script's file. A short one is read whole; a long one stays open, where it takes no low descriptor number.
fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    const SHORT: u64 = 1 << 20;
    let mut file = File::open(path)?;
    let about = file.metadata()?;
    if about.is_file() && about.len() <= SHORT {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        return Ok(Box::new(Cursor::new(bytes)));
    }
    let high = File::from(raise(file.into())?);
    Ok(Box::new(BufReader::new(high)))
}

fn lessons(global: &Global, asked: &Lesson) -> anyhow::Result<u8> {
    match asked {
        Lesson::Test { ids, repeat } => lesson::tested(global, ids, *repeat),
        Lesson::List => lesson::list(global),
        Lesson::Show { id } => lesson::show(global, id),
        Lesson::New { name } => lesson::new(global, name),
        Lesson::Watch {
            id,
            step,
            no_typing,
        } => watch::watch(global, id, *step, !no_typing),
    }
}

/// A fresh session, in which the first socket is 3.
fn session(settings: Settings) -> io::Result<App> {
    raise_limit();
    close_inherited();
    App::new(settings)
}

impl Global {
    fn settings(&self, script: bool) -> Settings {
        Settings {
            timeout: self.timeout,
            script,
            explain: match self.explain {
                Explain::Auto => app::Explain::Auto,
                Explain::Full => app::Explain::Full,
                Explain::Brief => app::Explain::Brief,
                Explain::Off => app::Explain::Off,
            },
            allow_net: self.allow_net,
            allow_files: self.allow_files,
            lessons: self.lessons.clone(),
            ..Settings::default()
        }
    }

    fn style(&self) -> Style {
        let choice = match self.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        let mut style = Style::from_environment(choice, io::stdout().is_terminal());
        style.unicode &= !self.ascii;
        style
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn times_as_people_write_them() {
        assert_eq!(time("5s"), Ok(Duration::from_secs(5)));
        assert_eq!(time("300ms"), Ok(Duration::from_millis(300)));
        assert_eq!(time("2m"), Ok(Duration::from_secs(120)));
        assert_eq!(time("1.5"), Ok(Duration::from_millis(1500)));
        for wrong in ["", "s", "-1s", "soon", "NaN", "1e19", "1e30", "inf"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn global_options_stand_anywhere() {
        let cli =
            Cli::try_parse_from(["socktutor", "run", "x", "--json", "--timeout", "1s"]).unwrap();
        assert!(cli.global.json);
        assert_eq!(cli.global.timeout, Duration::from_secs(1));
        assert!(Cli::try_parse_from(["socktutor", "--color", "sometimes"]).is_err());
    }
}

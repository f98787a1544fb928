//! Commands of the shell itself.

use super::{Command, Group, Kind, Param, Role};

/// Settings.
pub(super) const SET: Command = Command::new(
    "set",
    Group::Tune,
    Role::Shell,
    &[
        Param::optional("name", Kind::Word),
        Param::optional("value", Kind::Word),
    ],
    "a setting's value; alone, everything that can be set",
);

/// Blocked calls.
pub(super) const JOBS: Command = Command::new(
    "jobs",
    Group::Shell,
    Role::Shell,
    &[],
    "the calls that have not returned yet",
);

/// Waits for a blocked call.
pub(super) const WAIT: Command = Command::new(
    "wait",
    Group::Shell,
    Role::Shell,
    &[Param::optional("job", Kind::Int)],
    "wait for a blocked call to return; alone, for all",
);

/// Interrupts a blocked call.
pub(super) const CANCEL: Command = Command::new(
    "cancel",
    Group::Shell,
    Role::Shell,
    &[Param::optional("job", Kind::Int)],
    "interrupt a blocked call: it returns EINTR",
);

/// Help.
pub(super) const HELP: Command = Command::new(
    "help",
    Group::Shell,
    Role::Shell,
    &[Param::optional("command", Kind::Word)],
    "this list, or one command's parameters",
);

/// What was typed.
pub(super) const HISTORY: Command = Command::new(
    "history",
    Group::Shell,
    Role::Shell,
    &[Param::optional("count", Kind::Int)],
    "what was typed in this session",
);

/// Back to before the last call.
pub(super) const UNDO: Command = Command::new(
    "undo",
    Group::Lesson,
    Role::Shell,
    &[],
    "close everything and replay all but the last call",
);

/// The end.
pub(super) const QUIT: Command = Command::new(
    "quit",
    Group::Shell,
    Role::Shell,
    &[Param::optional("status", Kind::Int)],
    "close everything and leave the lesson, or the shell (Ctrl-D too)",
)
.also(&["exit"]);

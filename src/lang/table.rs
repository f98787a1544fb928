//! The table of commands: parser, help, completion, hints, the dialects and the explanations all read it.
//! A new primitive is one entry in one of the files of this folder and one function in `session`.

pub mod claims;
mod lab;
mod lesson;
mod look;
mod make;
mod shell;
mod talk;

use std::ops::Range;
use std::sync::LazyLock;

/// Every command, in the order in which `help` shows them.
pub static COMMANDS: &[Command] = &[
    make::SOCKET,
    make::SOCKETPAIR,
    make::BIND,
    make::GETSOCKNAME,
    make::GETPEERNAME,
    make::GETHOSTNAME,
    make::GETHOSTBYNAME,
    make::GETADDRINFO,
    make::INET_PTON,
    make::INET_NTOP,
    make::HTONS,
    make::NTOHS,
    make::HTONL,
    make::NTOHL,
    make::LISTEN,
    make::CONNECT,
    make::ACCEPT,
    talk::SEND,
    talk::SENDALL,
    talk::RECV,
    talk::SENDTO,
    talk::RECVFROM,
    talk::WRITE,
    talk::READ,
    look::LS,
    look::STATE,
    look::WHO,
    look::VARS,
    look::PRINT,
    look::POLL,
    look::SELECT,
    look::GETSOCKOPT,
    look::STRERROR,
    look::PERROR,
    look::EXPLAIN,
    talk::SHUTDOWN,
    talk::CLOSE,
    look::SETSOCKOPT,
    look::NONBLOCK,
    lab::LAB,
    lab::ON,
    lab::WIRE,
    lab::STEP,
    lab::INJECT,
    lab::PACKET,
    lab::LADDER,
    lab::FLOWS,
    lab::CAPTURE,
    lab::COMPARE,
    lab::SCORE,
    lab::SWAP,
    lab::END,
    shell::SET,
    shell::JOBS,
    shell::WAIT,
    shell::CANCEL,
    shell::HELP,
    shell::HISTORY,
    shell::UNDO,
    lesson::LESSONS,
    lesson::LEARN,
    lesson::HINT,
    lesson::ANSWER,
    lesson::SKIP,
    lesson::WHY,
    lesson::CHECK,
    lesson::BACK,
    lesson::GOTO,
    lesson::WHERE,
    lesson::PLAY,
    lesson::RESUME,
    shell::QUIT,
];

/// Every name and alias, sorted, with its command.
static BY_NAME: LazyLock<Vec<(&'static str, &'static Command)>> = LazyLock::new(|| {
    let mut names: Vec<_> = COMMANDS
        .iter()
        .flat_map(|command| command.spellings().map(move |name| (name, command)))
        .collect();
    names.sort_unstable_by_key(|(name, _)| *name);
    names
});

/// Where in `BY_NAME` the names that begin with each byte of ASCII are.
static BY_LETTER: LazyLock<[Range<usize>; 128]> = LazyLock::new(|| {
    let first = |name: &str| name.as_bytes().first().copied().map_or(0, usize::from);
    std::array::from_fn(|letter| {
        let from = BY_NAME.partition_point(|(name, _)| first(name) < letter);
        from..BY_NAME.partition_point(|(name, _)| first(name) <= letter)
    })
});

/// The command with exactly this name or alias.
pub fn find(name: &str) -> Option<&'static Command> {
    let letter = usize::from(*name.as_bytes().first()?);
    let names = &BY_NAME[BY_LETTER.get(letter)?.clone()];
    let mut named = names.iter().filter(|(known, _)| *known == name);
    named.next().map(|(_, command)| *command)
}

/// The names and aliases that begin with `prefix`, sorted, each with its command.
pub fn beginning(prefix: &str) -> impl Iterator<Item = (&'static str, &'static Command)> {
    let from = BY_NAME.partition_point(|(name, _)| *name < prefix);
    BY_NAME[from..]
        .iter()
        .take_while(move |(name, _)| name.starts_with(prefix))
        .copied()
}

/// The commands that `prefix` may abbreviate: an exact name or alias alone, or else each command of which some
/// spelling begins so, once.
pub fn abbreviated(prefix: &str) -> Vec<&'static Command> {
    if let Some(exact) = find(prefix) {
        return vec![exact];
    }
    let mut found: Vec<&'static Command> = Vec::new();
    for (_, command) in beginning(prefix) {
        if !found.contains(&command) {
            found.push(command);
        }
    }
    found
}

/// One command.
pub struct Command {
    /// Its name, in every dialect.
    pub name: &'static str,
    /// Other names for the very same thing.
    pub aliases: &'static [&'static str],
    /// Where `help` puts it.
    pub group: Group,
    /// Primitive (a system or library call, run by `session`) or a command of the shell (run by `app`).
    pub role: Role,
    /// Its parameters, in the order of the C call.
    pub params: &'static [Param],
    /// The C prototype's arguments, as roles, where they differ from `params` (lengths, `NULL`s).
    pub c: &'static [CArg],
    /// One line for `help`.
    pub summary: &'static str,
    /// The `explain` topic.
    pub topic: &'static str,
    /// The prefix under which a resulting socket names itself where no target is given (`s` → `s1`).
    pub names: Option<&'static str>,
    /// The ways to type it, where its parameters do not say: a command of the laboratory has words of its own.
    pub forms: &'static [Form],
}

/// One way to type a command of the laboratory.
#[derive(Debug, PartialEq, Eq)]
pub struct Form {
    /// What follows the command's name: words as they are typed, `|` between those of which one is typed, `<n>` for what
    /// is put in, `[…]` around what may be left out.
    pub words: &'static str,
    /// What it does.
    pub does: &'static str,
}

/// Commands are compared by name: the table holds each name once.
impl PartialEq for Command {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// The name says it all.
impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Command {
    /// A command without any C prototype of its own.
    const fn new(
        name: &'static str,
        group: Group,
        role: Role,
        params: &'static [Param],
        summary: &'static str,
    ) -> Self {
        Self {
            name,
            aliases: &[],
            group,
            role,
            params,
            c: &[],
            summary,
            topic: name,
            names: None,
            forms: &[],
        }
    }

    /// With other names for the very same thing.
    const fn also(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// With the places of its C prototype.
    const fn prototype(mut self, c: &'static [CArg]) -> Self {
        self.c = c;
        self
    }

    /// With the prefix under which its result names itself.
    const fn naming(mut self, prefix: &'static str) -> Self {
        self.names = Some(prefix);
        self
    }

    /// With a topic of another name.
    const fn about(mut self, topic: &'static str) -> Self {
        self.topic = topic;
        self
    }

    /// With the ways to type it.
    const fn typed(mut self, forms: &'static [Form]) -> Self {
        self.forms = forms;
        self
    }

    /// Its name and then its aliases.
    pub fn spellings(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// Where the parameter with this name stands.
    pub fn position(&self, param: &str) -> Option<usize> {
        self.params.iter().position(|p| p.name == param)
    }

    /// Its parameters as a hint shows them: `SOCKFD ADDR`, an optional one in brackets. Where there are several ways to
    /// type it, `…`.
    pub fn usage(&self) -> String {
        let mut usage = self.name.to_owned();
        match self.forms {
            [] => {}
            [only] => usage.push_str(&format!(" {}", only.words)),
            _ => usage.push_str(" …"),
        }
        for param in self.params {
            let name = param.name.to_uppercase();
            usage.push_str(&match param.need {
                Need::Required | Need::Asked(_) => format!(" {name}"),
                Need::Optional => format!(" [{name}]"),
                Need::Many => format!(" [{name} …]"),
            });
        }
        usage
    }
}

/// How a student thinks of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// socket, socketpair
    Make,
    /// bind, getsockname, gethostbyname, htons …
    Name,
    /// connect, listen, accept
    Connect,
    /// send, recv and their kin
    Talk,
    /// ls, state, who, getsockopt, poll, explain …
    Look,
    /// shutdown, close
    Finish,
    /// setsockopt, nonblock, set
    Tune,
    /// lab, on, wire, step, ladder …
    Lab,
    /// jobs, wait, cancel, help, quit
    Shell,
    /// learn, and what can be typed in a lesson
    Lesson,
}

/// Who runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `session`: a call that cannot sleep.
    Primitive,
    /// `session`: a call that can sleep until the network acts.
    Blocking,
    /// `app`: a command of the shell.
    Shell,
    /// `app`: an order to the laboratory, with a grammar of its own: [`Order`](super::order::Order), never a `Call`.
    Lab,
}

/// One parameter.
#[derive(Debug, PartialEq)]
pub struct Param {
    /// Its name, as in the man page; also its keyword in Python.
    pub name: &'static str,
    /// What may stand there.
    pub kind: Kind,
    /// Whether it must be there.
    pub need: Need,
}

impl Param {
    const fn required(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            need: Need::Required,
        }
    }

    const fn asked(name: &'static str, kind: Kind, default: &'static str) -> Self {
        Self {
            name,
            kind,
            need: Need::Asked(default),
        }
    }

    const fn optional(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            need: Need::Optional,
        }
    }

    const fn many(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            need: Need::Many,
        }
    }
}

/// The socket that nearly every call begins with. The prompt offers the one last used.
const SOCKFD: Param = Param::asked("sockfd", Kind::Socket, ".");

/// The flags that the calls of the `send` and `recv` families end with.
const FLAGS: Param = Param::optional("flags", Kind::MsgFlags);

/// What may stand at a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A socket: `Name`, `Fd`, `Last`.
    Socket,
    /// Several sockets, with what to watch them for: `Tuple` of `Tuple(socket, Text("r"|"w"|"x"…))`.
    Watch,
    /// An address: `Address`, or a value that holds one (`Name`, `Property`, `Call`, `Tuple` of host and port).
    Address,
    /// Bytes to send: `Text`, `Bytes`, `Word`, `Fill`, `File`, `Name`, `Property`, `Call`, `Apply`, `Binary`.
    Data,
    /// A whole number.
    Int,
    /// A size in bytes; `10k`, `1M`, `1G` too.
    Size,
    /// Seconds, `300ms`, `5s`, a fraction.
    Time,
    /// `AF_INET` … by any name: `Const`.
    Domain,
    /// `SOCK_STREAM` … by any name, with SOCK_NONBLOCK or SOCK_CLOEXEC joined: `Const` or `Flags`.
    Type,
    /// `IPPROTO_TCP` …, `0`: `Const` or `Int`.
    Protocol,
    /// `MSG_PEEK` …: `--peek`, or `Flags`. Always last.
    MsgFlags,
    /// `SHUT_RD` …: `rd wr rdwr in out both`: `Const`.
    How,
    /// A socket option: `Const` with the table's name (`SO_REUSEADDR`).
    Option,
    /// The fields of an option's value: `Tuple`; how many depends on the option.
    OptionValue,
    /// `on` or `off`: `Int` 0 or 1.
    Switch,
    /// A host's name or address: `Text`, `Word`, or a value.
    Host,
    /// A port: `Int`, or a service's name as `Text`.
    Service,
    /// A numeric address without a port: `Text`.
    IpText,
    /// An errno by name or number: `Int`.
    Errno,
    /// One word: a topic, a lesson's id, a setting. `Word`.
    Word,
    /// Any value.
    Value,
    /// The rest of the line, as written: `Text`.
    Rest,
}

/// Whether a parameter must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The prompt asks for it; a script may not leave it out.
    Required,
    /// The prompt asks for it and offers this; a script may not leave it out.
    Asked(&'static str),
    /// May be left out.
    Optional,
    /// May be given any number of times, or not at all: the argument is a `Tuple`.
    Many,
}

/// What stands at one place of the C prototype.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CArg {
    /// The parameter with this name.
    Is(&'static str),
    /// A length, a buffer that the kernel fills, or NULL: read over.
    Skip,
    /// For `send` and its kin: the data's length. Cuts the data where it is shorter.
    Cut(&'static str),
}

#[cfg(test)]
mod tests;

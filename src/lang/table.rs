//! The table of commands: parser, help, completion, hints, the dialects and the explanations all read it.
//! A new primitive is one entry here and one function in `session`.

/// One command.
#[derive(Debug)]
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
}

/// Commands are compared by name: the table holds each name once.
impl PartialEq for Command {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
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
    /// jobs, wait, cancel, learn, help, quit
    Shell,
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
}

/// One parameter.
#[derive(Debug)]
pub struct Param {
    /// Its name, as in the man page; also its keyword in Python.
    pub name: &'static str,
    /// What may stand there.
    pub kind: Kind,
    /// Whether it must be there.
    pub need: Need,
}

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

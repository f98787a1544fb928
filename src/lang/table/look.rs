//! Commands that look, and those that tune what a socket does.

use super::CArg::{Is, Skip};
use super::{Command, Group, Kind, Param, Role, SOCKFD};

/// The table of sockets.
pub(super) const LS: Command = Command::new(
    "ls",
    Group::Look,
    Role::Shell,
    &[],
    "every socket: addresses, state, queues, what it is ready for",
)
.also(&["status", "="]);

/// The diagram of TCP states with the socket's place in it.
pub(super) const STATE: Command = Command::new(
    "state",
    Group::Look,
    Role::Shell,
    &[Param::optional("sockfd", Kind::Socket)],
    "the TCP state diagram, with a socket's place and the way it took",
);

/// Who holds a port.
pub(super) const WHO: Command = Command::new(
    "who",
    Group::Look,
    Role::Shell,
    &[Param::required("port", Kind::Service)],
    "which socket or process holds a port",
);

/// The variables.
pub(super) const VARS: Command = Command::new(
    "vars",
    Group::Look,
    Role::Shell,
    &[],
    "every variable and its value",
)
.also(&["variables"]);

/// Values, shown. `printf` and `puts` are answered here too; the parser fills a format in.
pub(super) const PRINT: Command = Command::new(
    "print",
    Group::Look,
    Role::Shell,
    &[Param::many("values", Kind::Value)],
    "show values: print addr, print s.recv(1024)",
)
.also(&["echo", "printf", "fprintf", "puts"]);

/// poll(2). `poll s rw c r 1000`: each socket with what to watch it for (r readable, w writable, x urgent data;
/// r where nothing is said), then milliseconds; without them, for ever. C's and strace's
/// `poll([{fd=3, events=POLLIN|POLLOUT}], 1, 1000)` says the same, and so does `poll(((s, "rw"),), 1000)`.
pub(super) const POLL: Command = Command::new(
    "poll",
    Group::Look,
    Role::Blocking,
    &[
        Param::required("fds", Kind::Watch),
        Param::optional("timeout", Kind::Int),
    ],
    "sleep until a socket is ready: poll s rw c r 1000 (milliseconds)",
)
.prototype(&[Is("fds"), Skip, Is("timeout")]);

/// select(2). `select r s c w d 5`: after r, w or x the sockets to watch for it, then seconds; without them, for ever.
/// `select s rw c r 5`, in poll's order, is accepted too, and so are Python's `select.select([s, c], [d], [], 5)` and
/// strace's `select(5, [3 4], [5], NULL, {tv_sec=5, tv_usec=0})`.
pub(super) const SELECT: Command = Command::new(
    "select",
    Group::Look,
    Role::Blocking,
    &[
        Param::required("fds", Kind::Watch),
        Param::optional("timeout", Kind::Time),
    ],
    "sleep until a socket is ready: select r s c w d 5 (seconds)",
)
.also(&["pselect6"]);

/// getsockopt(2)
pub(super) const GETSOCKOPT: Command = Command::new(
    "getsockopt",
    Group::Look,
    Role::Primitive,
    &[SOCKFD, Param::optional("optname", Kind::Option)],
    "an option's value; without an option, all of them",
)
.prototype(&[Is("sockfd"), Skip, Is("optname"), Skip, Skip]);

/// strerror(3)
pub(super) const STRERROR: Command = Command::new(
    "strerror",
    Group::Look,
    Role::Primitive,
    &[Param::required("errnum", Kind::Errno)],
    "an error number or name in words",
);

/// perror(3)
pub(super) const PERROR: Command = Command::new(
    "perror",
    Group::Look,
    Role::Primitive,
    &[Param::optional("s", Kind::Value)],
    "the last call's error in words, after a text of yours",
);

/// The reference.
pub(super) const EXPLAIN: Command = Command::new(
    "explain",
    Group::Look,
    Role::Shell,
    &[Param::optional("topic", Kind::Word)],
    "a call, an option, a flag, a state or an error, in a page: explain bind",
)
.also(&["man", "?"]);

/// setsockopt(2). The level follows from the option; one that is given is read and checked.
pub(super) const SETSOCKOPT: Command = Command::new(
    "setsockopt",
    Group::Tune,
    Role::Primitive,
    &[
        SOCKFD,
        Param::asked("optname", Kind::Option, "SO_REUSEADDR"),
        Param::asked("optval", Kind::OptionValue, "1"),
    ],
    "set an option: setsockopt s SO_REUSEADDR 1",
)
.prototype(&[Is("sockfd"), Skip, Is("optname"), Is("optval"), Skip]);

/// fcntl(2) with O_NONBLOCK. `s.setblocking(False)` is `nonblock s on`: the parser turns the meaning round.
pub(super) const NONBLOCK: Command = Command::new(
    "nonblock",
    Group::Tune,
    Role::Primitive,
    &[SOCKFD, Param::asked("on", Kind::Switch, "on")],
    "on: calls return EAGAIN instead of sleeping",
)
.also(&["setblocking"]);

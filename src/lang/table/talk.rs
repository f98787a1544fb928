//! Calls that carry data, and those that end a conversation.

use super::CArg::{Cut, Is, Skip};
use super::{Command, FLAGS, Group, Kind, Param, Role, SOCKFD};

const DATA: Param = Param::asked("data", Kind::Data, "\"hello\"");
const LEN: Param = Param::asked("len", Kind::Size, "1024");

/// send(2)
pub(super) const SEND: Command = Command::new(
    "send",
    Group::Talk,
    Role::Blocking,
    &[SOCKFD, DATA, FLAGS],
    "hand data to the kernel for the peer; it may take less than all",
)
.prototype(&[Is("sockfd"), Is("data"), Cut("data"), Is("flags")]);

/// Python's sendall: send(2) until all is taken.
pub(super) const SENDALL: Command = Command::new(
    "sendall",
    Group::Talk,
    Role::Blocking,
    &[SOCKFD, DATA, FLAGS],
    "send again and again until the kernel has taken everything",
)
.prototype(&[Is("sockfd"), Is("data"), Cut("data"), Is("flags")]);

/// recv(2)
pub(super) const RECV: Command = Command::new(
    "recv",
    Group::Talk,
    Role::Blocking,
    &[SOCKFD, LEN, FLAGS],
    "take what has arrived, at most so many bytes; sleep while nothing has",
)
.prototype(&[Is("sockfd"), Skip, Is("len"), Is("flags")]);

/// sendto(2)
pub(super) const SENDTO: Command = Command::new(
    "sendto",
    Group::Talk,
    Role::Blocking,
    &[
        SOCKFD,
        DATA,
        Param::asked("addr", Kind::Address, "127.0.0.1:12345"),
        FLAGS,
    ],
    "send one message to an address, without a connection",
)
.prototype(&[
    Is("sockfd"),
    Is("data"),
    Cut("data"),
    Is("flags"),
    Is("addr"),
    Skip,
]);

/// recvfrom(2)
pub(super) const RECVFROM: Command = Command::new(
    "recvfrom",
    Group::Talk,
    Role::Blocking,
    &[SOCKFD, LEN, FLAGS],
    "like recv, and who sent it",
)
.prototype(&[Is("sockfd"), Skip, Is("len"), Is("flags"), Skip, Skip]);

/// write(2)
pub(super) const WRITE: Command = Command::new(
    "write",
    Group::Talk,
    Role::Blocking,
    &[SOCKFD, DATA],
    "write(2): send without flags, as to any file",
)
.prototype(&[Is("sockfd"), Is("data"), Cut("data")]);

/// read(2)
pub(super) const READ: Command = Command::new(
    "read",
    Group::Talk,
    Role::Blocking,
    &[SOCKFD, LEN],
    "read(2): recv without flags, as from any file",
)
.prototype(&[Is("sockfd"), Skip, Is("len")]);

/// shutdown(2)
pub(super) const SHUTDOWN: Command = Command::new(
    "shutdown",
    Group::Finish,
    Role::Primitive,
    &[SOCKFD, Param::asked("how", Kind::How, "wr")],
    "end one direction or both (rd, wr, rdwr); the socket stays open",
);

/// close(2). It can sleep where SO_LINGER is set.
pub(super) const CLOSE: Command = Command::new(
    "close",
    Group::Finish,
    Role::Blocking,
    &[SOCKFD],
    "give the descriptor back; the kernel ends the connection by itself",
);

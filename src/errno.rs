//! Error numbers by name, as the man pages spell them.

use serde::{Serialize, Serializer};
use std::fmt;

/// One `errno` value. Prints as its C name (`ECONNREFUSED`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Errno(pub i32);

impl Errno {
    /// The `errno` that an I/O error carries, where it carries one.
    pub fn of(error: &std::io::Error) -> Option<Self> {
        error.raw_os_error().map(Self)
    }

    /// The value with this C name; `None` for a name that this system does not have.
    pub fn named(name: &str) -> Option<Self> {
        if name == "EWOULDBLOCK" {
            return Some(Self(libc::EAGAIN));
        }
        Self::all().find(|errno| errno.name() == name)
    }

    /// Every value that this system gives a name.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=133)
            .map(Self)
            .filter(|errno| nix::errno::Errno::from_raw(errno.0) != nix::errno::Errno::UnknownErrno)
    }

    /// The C name: `ECONNREFUSED`. A number without a name prints as `E#` and the number.
    pub fn name(self) -> String {
        match nix::errno::Errno::from_raw(self.0) {
            nix::errno::Errno::UnknownErrno => format!("E#{}", self.0),
            known => format!("{known:?}"),
        }
    }

    /// What strerror(3) says of it in the C locale: `Connection refused`.
    pub fn message(self) -> String {
        words(&std::io::Error::from_raw_os_error(self.0))
    }
}

/// What an I/O error says, up to the number that Rust puts behind strerror(3)'s words, and the name of a temporary file, of
/// which nobody knows, behind that.
pub fn words(error: &std::io::Error) -> String {
    let mut text = error.to_string();
    if let Some(end) = text.find(" (os error") {
        text.truncate(end);
    }
    text
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl Serialize for Errno {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_messages_are_those_of_the_man_pages() {
        assert_eq!(Errno(libc::ECONNREFUSED).name(), "ECONNREFUSED");
        assert_eq!(Errno(libc::ECONNREFUSED).message(), "Connection refused");
        assert_eq!(Errno::named("EADDRINUSE"), Some(Errno(libc::EADDRINUSE)));
        assert_eq!(Errno::named("EWOULDBLOCK"), Some(Errno(libc::EAGAIN)));
        assert_eq!(Errno::named("ENOSUCH"), None);
    }
}

//! The laboratory: who is there, and what it needs of the machine.

use serde::Serialize;

/// A host of the laboratory.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// Its IPv4 address.
    pub v4: String,
    /// Its IPv6 address.
    pub v6: String,
    /// How many of the session's sockets are open in it.
    pub sockets: usize,
}

/// One thing that was checked: `doctor`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// What: `user namespaces`, `/dev/net/tun`.
    pub name: String,
    /// How it is.
    pub result: Checked,
    /// What was found, and for one that is not well, why.
    pub found: String,
    /// Commands that mend it, each exactly as to be typed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mend: Vec<String>,
}

/// How a checked thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Checked {
    /// As it should be.
    Ok,
    /// Not as it should be.
    No,
    /// Not checked, for a reason that `found` says.
    Skipped,
}

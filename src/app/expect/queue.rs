//! Whether there is room for a connection.

use crate::app::App;
use crate::app::standing::covers;
use crate::session::SocketId;

impl App {
    /// Why a connect() of this socket sleeps, where a listener of this session has no room for it: Linux drops the SYN, and
    /// the client repeats it.
    pub(super) fn full_queue(&self, id: SocketId) -> Option<String> {
        let to = self.ledger.last(id)?.peer.as_ref()?.inet()?;
        let in_lab = self.session.socket(id)?.host.is_some();
        let all = self.session.open_sockets().into_iter();
        let mut full = all.filter_map(|socket| {
            let at = socket.listens_at()?.inet()?;
            let (waiting, limit) = self.ledger.peek(socket).backlog?;
            (socket.host.is_some() == in_lab && covers(at, false, to) && waiting > limit).then(|| {
                format!(
                    "the queue of {0} is full ({waiting} waiting, limit {limit}), so the SYN is dropped, and sent again \
                     later: accept {0} makes room",
                    socket.name
                )
            })
        });
        full.next()
    }
}

//! Lessons about a fixed port need it for themselves: two programs that play them take turns.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

/// How long the others may take. More than any lesson.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// How long it is until the next try.
#[cfg(target_os = "linux")]
const PAUSE: Duration = Duration::from_millis(10);

/// The right to the fixed ports, until it is dropped.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "held, not used")] Option<OwnedFd>);

impl Turn {
    /// Waits until no other program plays a lesson about a fixed port. Sockets are not touched by it: the place is
    /// an abstract Unix address, which only one can bind and which the kernel frees however its holder ends.
    ///
    /// # Errors
    /// The others hold it for longer than `patience`, or no Unix socket can be made.
    #[cfg(target_os = "linux")]
    pub(super) fn take(patience: Duration) -> io::Result<Self> {
        Self::take_at("socktutor fixed ports", patience)
    }

    #[cfg(target_os = "linux")]
    fn take_at(place: &str, patience: Duration) -> io::Result<Self> {
        use crate::sys::high::raise;
        use std::io::Read;
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
        use std::time::Instant;
        let place = SocketAddr::from_abstract_name(place)?;
        let end = Instant::now() + patience;
        loop {
            match UnixListener::bind_addr(&place) {
                Ok(listener) => return Ok(Self(Some(raise(listener.into())?))),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(error) => return Err(error),
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let busy =
                    "another socktutor has been playing a lesson about a fixed port for too long";
                return Err(io::Error::new(io::ErrorKind::TimedOut, busy));
            }
            // Nobody accepts; the connection breaks when its holder is done. Each end of the wait is a reason to try
            // again, refusal included: the holder may have left in between. Not at once: who holds it may be another
            // program, which refuses everyone for as long as it likes.
            if let Ok(mut queue) = UnixStream::connect_addr(&place) {
                queue.set_read_timeout(Some(left))?;
                let _ = queue.read(&mut [0]);
            }
            std::thread::sleep(left.min(PAUSE));
        }
    }

    /// Elsewhere there is no such place, and nothing to wait for.
    ///
    /// # Errors
    /// None.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn take(_: Duration) -> io::Result<Self> {
        Ok(Self(None))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use nix::time::{ClockId, clock_gettime};
    use socket2::{Domain, SockAddr, Socket, Type};
    use std::sync::mpsc;

    /// Another program may have the place and serve nobody: that is waited for, and costs no processor's time.
    #[test]
    fn a_place_that_refuses_is_waited_for() {
        let place = format!("socktutor test {}", std::process::id());
        let holder = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
        let name = SockAddr::unix(format!("\0{place}")).unwrap();
        holder.bind(&name).unwrap();
        let spent = || Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap());
        let before = spent();
        let late = Turn::take_at(&place, Duration::from_millis(300)).unwrap_err();
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
        let spent = spent() - before;
        assert!(spent < Duration::from_millis(20), "{spent:?}");
    }

    #[test]
    fn one_at_a_time() {
        let first = Turn::take(PATIENCE).unwrap();
        let late = Turn::take(Duration::from_millis(20)).unwrap_err();
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
        let (told, hears) = mpsc::channel();
        let second = std::thread::spawn(move || {
            let turn = Turn::take(PATIENCE);
            told.send(()).unwrap();
            turn.map(drop)
        });
        assert!(hears.try_recv().is_err(), "the first still has it");
        drop(first);
        hears.recv_timeout(PATIENCE).unwrap();
        second.join().unwrap().unwrap();
    }
}

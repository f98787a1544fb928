//! The session in which a lesson is played, and what the machine must have for it.

use crate::app::{App, Settings};
use crate::errno::words;
use crate::lab::{Hosts, PROGRAM};
use crate::lang::order::HOSTS;
use crate::lesson::{Defect, Head, Library, Need, Network};
use crate::session::Policy;
use std::io;
use std::net::{Ipv4Addr, UdpSocket};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

/// How long a datagram over the loopback interface may take before it counts as lost.
const SOON: Duration = Duration::from_millis(500);
/// An administratively scoped group (RFC 2365) that stays on this machine: it is sent to with a TTL of 0.
const GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 75, 71);

/// The lessons there are: those in the program, and those of the folder that `--lessons` names, or of the file that is
/// named itself.
///
/// # Errors
/// The folder, or the file, cannot be read.
pub fn library(added: Option<&Path>) -> Result<Library, Vec<Defect>> {
    let mut library = Library::embedded();
    match added {
        Some(file) if file.is_file() => library.add_file(file).map(drop)?,
        Some(folder) => library.add_folder(folder)?,
        None => {}
    }
    Ok(library)
}

/// The language in which a person reads lessons, from the first of `LC_ALL`, `LC_MESSAGES`, `LANG` that is set.
pub fn language() -> Option<String> {
    let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
    ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(set)
}

/// A fresh session for a lesson: it is data, so it reaches this machine only, and a temporary folder, unless the
/// settings allow more. A lesson in the laboratory gets a fresh one.
///
/// # Errors
/// Where the kernel gives no epoll descriptor, or no laboratory.
pub fn stage(settings: Settings, head: &Head) -> io::Result<App> {
    let mut app = App::new(settings)?;
    app.enter_stage(head.laboratory())?;
    Ok(app)
}

/// Closes everything and begins anew, under a lesson's rules.
///
/// # Errors
/// Where the kernel gives no epoll descriptor, or no laboratory.
pub fn restart(app: &mut App, head: &Head) -> io::Result<()> {
    app.reset()?;
    app.enter_stage(head.laboratory())
}

/// The same for the lesson that is being played.
///
/// # Errors
/// As for [`restart`].
pub fn again(app: &mut App) -> io::Result<()> {
    let hosts = std::mem::take(&mut app.stage);
    app.reset()?;
    app.enter_stage(hosts)
}

impl App {
    /// From here on a lesson is played in this session.
    ///
    /// # Errors
    /// Where there can be no laboratory with these hosts; none are asked for where the list is empty.
    fn enter_stage(&mut self, hosts: Vec<String>) -> io::Result<()> {
        let Settings {
            allow_net,
            allow_files,
            ..
        } = self.settings;
        self.set_policy(Policy::of_script(allow_net, allow_files));
        self.ended = Some(Vec::new());
        self.awaited.clear();
        if !hosts.is_empty() {
            let up = self.lab_up(&hosts, &mut super::unseen);
            up.map_err(|refusal| io::Error::other(refusal.message))?;
        }
        self.stage = hosts;
        Ok(())
    }

    /// The lesson is over: the rules of the settings hold again. What is open stays open.
    pub fn leave_stage(&mut self) {
        self.set_policy(self.settings.policy());
        self.ended = None;
        self.awaited.clear();
    }
}

/// Why a lesson cannot be played on this machine, for a word to the person; `None` where it can.
///
/// `program` is what becomes the laboratory's helper process; this program, where absent.
pub fn lacking(head: &Head, program: Option<&Path>) -> Option<String> {
    if head.network == Network::Lab
        && let Some(why) = no_laboratory(program)
    {
        return Some(format!("it needs the laboratory. {why}"));
    }
    // The laboratory's hosts have networks of their own, which carry multicast.
    let of_lab = |need: &&Need| head.network == Network::Lab && **need == Need::Multicast;
    let mut needs = head.needs.iter().filter(|need| !of_lab(need));
    needs.find_map(|need| tried(*need).err().map(|why| why_not(*need, &why)))
}

/// Why there can be no laboratory, in the words of `doctor`: tried out once.
fn no_laboratory(program: Option<&Path>) -> Option<&'static str> {
    static TRIED: OnceLock<Option<String>> = OnceLock::new();
    let tried = || {
        let program = program.unwrap_or(Path::new(PROGRAM));
        let names = HOSTS.map(str::to_owned);
        let why = Hosts::up(&names, program).err()?;
        let mend = why.mend(program).into_iter().next();
        Some(match mend {
            Some(mend) => format!("{} Mend it with: {mend}", why.why()),
            None => why.why(),
        })
    };
    TRIED.get_or_init(tried).as_deref()
}

fn why_not(need: Need, error: &io::Error) -> String {
    let what = match need {
        Need::Capture => "packets cannot be captured here",
        Need::Ipv6 => "this machine has no IPv6: a socket cannot be bound to ::1",
        Need::Multicast => "the loopback interface carries no multicast",
    };
    format!("it needs `{}`, and {what} ({})", need.name(), words(error))
}

/// Whether the machine has it: tried out, not guessed from its configuration.
fn tried(need: Need) -> io::Result<()> {
    match need {
        Need::Capture => capture(),
        Need::Ipv6 => UdpSocket::bind("[::1]:0").map(drop),
        Need::Multicast => multicast(),
    }
}

/// A packet socket wants CAP_NET_RAW (packet(7)).
#[cfg(target_os = "linux")]
pub(in crate::app) fn capture() -> io::Result<()> {
    use socket2::{Domain, Socket, Type};
    Socket::new(Domain::PACKET, Type::DGRAM, None).map(drop)
}

#[cfg(not(target_os = "linux"))]
pub(in crate::app) fn capture() -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

/// A datagram to a group comes back to a member of it.
fn multicast() -> io::Result<()> {
    let own = Ipv4Addr::LOCALHOST;
    let member = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    member.join_multicast_v4(&GROUP, &own)?;
    member.set_read_timeout(Some(SOON))?;
    let sender = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)?;
    sender.set_multicast_if_v4(&own)?;
    sender.set_multicast_ttl_v4(0)?;
    let group = std::net::SocketAddr::from((GROUP, member.local_addr()?.port()));
    sender.send_to(b"here?", &group.into())?;
    member.recv(&mut [0; 8]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_machine_lacks_is_named() {
        let head = |needs: &[Need]| Head {
            id: "x".to_owned(),
            title: "X".to_owned(),
            network: Network::Local,
            hosts: Vec::new(),
            needs: needs.to_vec(),
            minutes: None,
        };
        assert_eq!(lacking(&head(&[]), None), None);
        // Whatever this machine has, the reason names what it lacks.
        for need in [Need::Capture, Need::Ipv6, Need::Multicast] {
            if let Some(why) = lacking(&head(&[need]), None) {
                assert!(why.contains(need.name()), "{why}");
            }
        }
    }
}

//! `capture`: what crossed the wire, as a file that Wireshark opens.

use crate::app::doctor::{may_capture, own_program};
use crate::app::{App, Sink};
use crate::errno::words;
use crate::event::What;
use crate::lab::{Crossed, Ports, Side, Tap};
use crate::lang::order::{Capture, HOSTS};
use crate::packet::capture::{Captured, Interface, write};
use crate::session::{News, Refusal, Socket};
use std::borrow::Cow;
use std::fs::{File, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

impl App {
    /// `capture …`
    pub(super) fn capture(&mut self, capture: &Capture, sink: Sink<'_>) -> Result<(), Refusal> {
        match capture {
            Capture::Save(file) => self.save(file, sink),
            Capture::On => self.capture_on(sink),
            Capture::Off => self.capture_off(sink),
            Capture::Show => self.show_capture(sink),
        }
    }

    /// `capture save FILE`
    fn save(&mut self, file: &str, sink: Sink<'_>) -> Result<(), Refusal> {
        self.tell_packets(sink);
        let past = self.past()?;
        let path = self.session.policy().file(file)?;
        let (kept, began) = (past.kept(), past.began());
        let interfaces = self.interfaces_of_capture();
        let packets = kept.iter().map(|packet| Captured {
            interface: u32::try_from(packet.from).unwrap_or(0),
            at: began + packet.at,
            bytes: Cow::Borrowed(&packet.bytes),
            comment: Some(packet.comment.clone()),
        });
        let replaced = path.exists();
        saved(&path, &interfaces, packets).map_err(|error| {
            let why = words(&error);
            Refusal::new(format!("`{}` cannot be written: {why}", path.display()))
        })?;
        let count = kept.len();
        let packets = if count == 1 { "packet" } else { "packets" };
        let mut words = format!("{count} {packets} in {}", path.display());
        if replaced {
            words.push_str(", in place of the file that was there");
        }
        if self.session.policy().removes_files() {
            words.push_str(", which is removed at the end; --allow-files writes it where you say");
        }
        self.say(words, sink);
        Ok(())
    }

    /// One a host; of a capture, one for each end of a conversation.
    fn interfaces_of_capture(&self) -> Vec<Interface> {
        match &self.lab {
            Some(lab) => {
                let each = lab.hosts.all().iter();
                each.map(|host| Interface {
                    name: host.name.clone(),
                    description: format!("{}, {} and {}", host.name, host.v4, host.v6),
                })
                .collect()
            }
            None => HOSTS
                .map(|name| Interface {
                    name: name.to_owned(),
                    description: format!(
                        "the {name} of each conversation, on this machine's network"
                    ),
                })
                .to_vec(),
        }
    }

    /// `capture on`
    fn capture_on(&mut self, sink: Sink<'_>) -> Result<(), Refusal> {
        if self.tap.is_some() {
            return self.show_capture(sink);
        }
        let tap = Tap::open().map_err(|error| {
            Refusal::new(format!(
                "this user may not capture packets: {}",
                words(&error)
            ))
            .help(may_capture(&own_program()))
            .help("or `lab up`: in a laboratory every packet is seen, without any privilege")
        })?;
        tap.set_bounds(self.settings.log);
        self.tap = Some(tap);
        if let Some(news) = self.ledger.news() {
            self.watch_capture(news);
        }
        self.show_capture(sink)
    }

    /// What to call when packets were captured.
    pub(in crate::app) fn watch_capture(&mut self, news: News) {
        if let Some(tap) = &mut self.tap {
            // Without the thread nothing is lost but promptness: every statement looks too.
            let _ = tap.on_news(news);
        }
    }

    /// `capture off`
    fn capture_off(&mut self, sink: Sink<'_>) -> Result<(), Refusal> {
        let forgotten = match (&self.tap, &self.lab) {
            (Some(_), None) => self.past()?.kept().len(),
            _ => 0,
        };
        self.tap = None;
        match forgotten {
            0 => self.show_capture(sink)?,
            1 => self.say("nothing is captured any more; 1 packet is forgotten (capture save comes before)", sink),
            n => self.say(
                format!("nothing is captured any more; {n} packets are forgotten (capture save comes before)"),
                sink,
            ),
        }
        Ok(())
    }

    /// `capture`
    fn show_capture(&mut self, sink: Sink<'_>) -> Result<(), Refusal> {
        let words = match (&self.tap, &self.lab) {
            (Some(_), _) => {
                "packets of this session's sockets on this machine's own network are shown"
            }
            (None, Some(_)) => {
                "the laboratory's packets are kept; `capture save FILE.pcapng` writes them to a file"
            }
            (None, None) => "nothing is captured:  capture on, or lab up",
        };
        self.say(words, sink);
        Ok(())
    }

    /// Tells the captured packets of this session's sockets. Their ports are known once the call was looked after.
    pub(in crate::app) fn tell_captured(&self, sink: Sink<'_>) {
        let Some(tap) = &self.tap else { return };
        let port = |socket: &Socket| {
            let last = self
                .ledger
                .last(socket.id)
                .and_then(|look| look.local.clone());
            last.or_else(|| socket.last_local.clone())?.port()
        };
        let own = self
            .session
            .sockets()
            .filter(|socket| socket.host.is_none());
        let mut ports = Ports::new();
        for socket in own {
            let side = match socket.serves() {
                true => Side::Server,
                false => Side::Client,
            };
            if let Some(port) = port(socket).filter(|port| *port != 0) {
                let known = ports.entry(port).or_insert(side);
                *known = side.max(*known);
            }
        }
        let seen = tap.moved(&ports);
        if seen.missed > 0 {
            self.say(
                format!(
                    "{} packets of this machine came too fast to be captured: what is shown and counted has gaps",
                    seen.missed
                ),
                sink,
            );
        }
        self.say_untold(seen.untold, sink);
        for packet in seen.packets {
            self.tell(None, What::Packet(Box::new(packet)), sink);
        }
    }
}

/// Written beside it and put in its place, so that no half of a file is ever there. In the place of a device or a pipe
/// nothing is put: it would be gone.
fn saved<'a>(
    path: &Path,
    interfaces: &[Interface],
    packets: impl Iterator<Item = Captured<'a>>,
) -> io::Result<()> {
    let path = match path.metadata() {
        Ok(there) if !there.is_file() => {
            return Err(io::Error::other("it is there, and is no ordinary file"));
        }
        // Where it is a link, what it leads to is replaced.
        Ok(_) => Cow::Owned(path.canonicalize()?),
        Err(_) => Cow::Borrowed(path),
    };
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let file = tempfile::Builder::new()
        // As any new file: what the user's umask leaves of it.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    let mut out: BufWriter<&File> = BufWriter::new(file.as_file());
    write(&mut out, interfaces, packets)?;
    out.flush()?;
    drop(out);
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

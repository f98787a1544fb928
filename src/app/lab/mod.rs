//! The laboratory in a session: its hosts give sockets, its wire's packets are told, its orders are carried out.

mod capture;
mod claims;
mod host;
mod inject;
mod packets;
mod states;
mod step;
mod wire;

use super::{App, Explain, Outcome, Sink};
use crate::errno::words;
use crate::event::packet::{Count, Rst};
use crate::event::{Answer, Explanation, Tone, What};
use crate::kernel::Diag;
use crate::lab::{Crossed, Hosts, PROGRAM, Station, Tap, Wire};
use crate::lang::order::{MACHINE, Order};
use crate::session::{Network, Refusal};
use crate::sys::namespace::IPV6_MTU;
use host::HostNetwork;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Hosts and the wire between them. The wire is first: it ends before the devices go.
pub(super) struct Laboratory {
    wire: Wire,
    hosts: Arc<Hosts>,
    /// Whether each step draws its part of the ladder too.
    live: bool,
    /// That the log has begun to forget was told.
    forgets: bool,
    /// The largest packet, where it was changed.
    mtu: Option<u32>,
}

impl Laboratory {
    /// Brings hosts of these names up.
    fn up(names: &[String], program: &Path) -> Result<Self, Refusal> {
        let hosts = Hosts::up(names, program).map_err(|reason| {
            let refusal = Refusal::new(reason.why());
            reason
                .mend(program)
                .into_iter()
                .fold(refusal, |refusal, mend| refusal.help(mend))
        })?;
        let stations = hosts.all().iter().map(|host| Station {
            name: host.name.clone(),
            v4: host.v4,
            v6: host.v6,
        });
        let wire = Wire::start(stations.collect(), hosts.take_tuns()).map_err(|error| {
            Refusal::new(format!("the wire cannot be set up: {}", words(&error)))
        })?;
        Ok(Self {
            wire,
            hosts: Arc::new(hosts),
            live: false,
            forgets: false,
            mtu: None,
        })
    }

    /// Everything that was counted on the wire, both ways of every conversation.
    fn totals(&self) -> Count {
        let mut total = Count::default();
        for count in self.wire.flows().iter().flat_map(|flow| flow.ways) {
            total.packets += count.packets;
            total.bytes += count.bytes;
            total.payload += count.payload;
            total.retransmitted += count.retransmitted;
            total.dropped += count.dropped;
            total.spoiled += count.spoiled;
            total.arrived += count.arrived;
            total.ordered += count.ordered;
        }
        total
    }

    /// The host of this name, by its place.
    fn place(&self, name: &str) -> Option<usize> {
        self.hosts.all().iter().position(|host| host.name == name)
    }

    /// What to call when packets have moved.
    pub(super) fn on_news(&self, news: crate::session::News) {
        self.wire.on_news(news);
    }

    /// A kernel setting of a host.
    pub(super) fn sysctl(&self, host: &str, name: &str) -> Option<String> {
        self.hosts.sysctl(self.place(host)?, name).ok()
    }

    /// A host's addresses.
    pub(super) fn addresses(&self, host: &str) -> Vec<IpAddr> {
        let mut addresses: Vec<IpAddr> =
            vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        if let Some(host) = self.hosts.all().iter().find(|known| known.name == host) {
            addresses.push(host.v4.into());
            let v6 = self.too_small_for_ipv6().is_none().then_some(host.v6);
            addresses.extend(v6.map(IpAddr::from));
        }
        addresses
    }

    /// The largest packet, in bytes, where it is so small that the kernel has taken IPv6 away from the wire.
    pub(super) fn too_small_for_ipv6(&self) -> Option<u32> {
        self.mtu.filter(|mtu| *mtu < IPV6_MTU)
    }

    /// The IPv4 networks that a host is on: address and mask.
    pub(super) fn networks(&self, host: &str) -> Vec<(u32, u32)> {
        let loopback = (u32::from(Ipv4Addr::LOCALHOST), 0xff00_0000);
        let known = self.hosts.all().iter().find(|known| known.name == host);
        let wire = known.map(|host| (u32::from(host.v4), 0xffff_ff00));
        std::iter::once(loopback).chain(wire).collect()
    }

    fn names(&self) -> Vec<String> {
        let each = self.hosts.all().iter();
        each.map(|host| host.name.clone()).collect()
    }
}

/// Where packets were seen: on the laboratory's wire, or on the machine's own network.
pub(super) enum Past<'a> {
    Wire(&'a Wire),
    Tap(&'a Tap),
}

impl Crossed for Past<'_> {
    fn read(&self, see: &mut dyn FnMut(&crate::lab::State)) {
        match self {
            Self::Wire(wire) => wire.read(see),
            Self::Tap(tap) => tap.read(see),
        }
    }
}

impl App {
    /// Carries an order out.
    pub(super) fn order(&mut self, order: &Order, sink: Sink<'_>) -> Result<Outcome, Refusal> {
        match order {
            Order::Up(names) => self.lab_up(names, sink)?,
            Order::Down => self.lab_down(sink)?,
            Order::Show => self.show_lab(sink),
            Order::On(host) => self.on(host.as_deref(), sink)?,
            Order::Wire(order) => self.wire(order.as_ref(), sink)?,
            Order::Step(step) => self.step(step, sink)?,
            Order::Packet(what) => self.open_packet(*what, sink)?,
            Order::Ladder { live, flow } => self.ladder(*live, *flow, sink)?,
            Order::Flows => self.flows(sink)?,
            Order::Inject(inject) => self.inject(inject, sink)?,
            Order::Capture(capture) => self.capture(capture, sink)?,
            Order::Compare(left, right) => self.compare(left, right, sink)?,
            Order::Score => self.score(sink)?,
            Order::Swap => self.swap_sides(sink)?,
            Order::End => self.end_comparison(sink)?,
        }
        Ok(Outcome::default())
    }

    /// The laboratory that is up.
    pub(super) fn laboratory(&self) -> Result<&Laboratory, Refusal> {
        self.lab.as_ref().ok_or_else(no_laboratory)
    }

    /// What crossed the laboratory's wire, or was captured.
    fn past(&self) -> Result<Past<'_>, Refusal> {
        match (&self.lab, &self.tap) {
            (Some(lab), _) => Ok(Past::Wire(&lab.wire)),
            (None, Some(tap)) => Ok(Past::Tap(tap)),
            (None, None) => {
                Err(no_laboratory().help("`capture on`, for this machine's own network"))
            }
        }
    }

    /// `lab up [NAME …]`
    pub fn lab_up(&mut self, names: &[String], sink: Sink<'_>) -> Result<(), Refusal> {
        if let Some(lab) = &self.lab {
            return Err(Refusal::new(format!(
                "a laboratory is up already: {}",
                lab.names().join(", ")
            ))
            .help("`lab down` closes it and every socket in it"));
        }
        let program = self.settings.program.as_deref();
        let lab = Laboratory::up(names, program.unwrap_or(Path::new(PROGRAM)))?;
        let places = 0..lab.hosts.all().len();
        let network = |place| {
            let host: Box<dyn Network> = Box::new(HostNetwork::new(Arc::clone(&lab.hosts), place));
            host
        };
        self.session.set_hosts(places.map(network).collect());
        let mut refused = None;
        let desk = |(place, host): (usize, &crate::lab::Host)| {
            let diag = lab.hosts.diag(place).and_then(Diag::over);
            (
                host.name.clone(),
                diag.map_err(|error| refused = Some(error)).ok(),
            )
        };
        let desks = lab.hosts.all().iter().enumerate().map(desk).collect();
        self.ledger.add_hosts(desks);
        if let Some(news) = self.ledger.news() {
            lab.wire.on_news(news);
        }
        self.lab = Some(lab);
        self.settings_to_lab();
        self.show_lab(sink);
        if let Some(error) = refused {
            self.say(crate::lab::doctor::no_diag(&error), sink);
        }
        self.introduce_lab(sink);
        Ok(())
    }

    /// What can be done now, the first time.
    fn introduce_lab(&mut self, sink: Sink<'_>) {
        if self.settings.explain == Explain::Off || !self.met.is_new("lab up", &[]) {
            return;
        }
        let names = self.host_names();
        let [here, there, ..] = names.as_slice() else {
            return;
        };
        let text = format!(
            "Each host has a network of its own with the kernel's real TCP in it. Statements run on {here} now; \
             `{there}: s = socket tcp` runs one on {there}, `on {there}` goes there, and {there}:80 is an address. \
             `wire hold` stops the packets, `step` lets one go on."
        );
        let explanation = Explanation {
            topic: "lab".into(),
            text: vec![text.into()],
            hints: Vec::new(),
            tone: Tone::Info,
        };
        self.explain(explanation, None, sink);
    }

    /// From now on what was set holds, for calls and in the laboratory.
    pub(in crate::app) fn settings_hold(&mut self) {
        self.session.set_timeout(self.settings.timeout);
        self.session.set_grace(self.settings.grace);
        self.settings_to_lab();
    }

    /// What was set holds for the laboratory and the capture that are there.
    fn settings_to_lab(&self) {
        if let Some(lab) = &self.lab {
            lab.wire.fold(!self.settings.show_retransmits);
            lab.wire.set_bounds(self.settings.log);
        }
        if let Some(tap) = &self.tap {
            tap.set_bounds(self.settings.log);
        }
    }

    /// `lab down`
    fn lab_down(&mut self, sink: Sink<'_>) -> Result<(), Refusal> {
        let names = self.laboratory()?.names();
        for job in self.session.asleep_on_hosts() {
            self.cut_short(job, sink);
        }
        let closed = self.close_hosts();
        let sockets = match closed {
            0 => String::new(),
            1 => ", and one socket with them".to_owned(),
            n => format!(", and {n} sockets with them"),
        };
        let (last, others) = names.split_last().map_or(("", &[][..]), |(l, o)| (l, o));
        self.say(
            format!("{} and {last} are gone{sockets}", others.join(", ")),
            sink,
        );
        Ok(())
    }

    /// Closes the laboratory's sockets and the laboratory. How many sockets there were.
    fn close_hosts(&mut self) -> usize {
        let closed = self.session.end_hosts("lab down");
        for id in &closed {
            self.ledger.closed(*id, false);
        }
        self.session.set_hosts(Vec::new());
        self.ledger.forget_hosts();
        self.lab = None;
        closed.len()
    }

    /// `lab`
    fn show_lab(&mut self, sink: Sink<'_>) {
        let Some(lab) = &self.lab else {
            self.say("no laboratory is up:  lab up", sink);
            return;
        };
        let sockets = self.session.open_sockets();
        let row = |host: &crate::lab::Host| crate::event::lab::Host {
            name: host.name.clone(),
            v4: host.v4.to_string(),
            v6: host.v6.to_string(),
            sockets: sockets
                .iter()
                .filter(|socket| socket.host.as_ref() == Some(&host.name))
                .count(),
        };
        let hosts = lab.hosts.all().iter().map(row).collect();
        let wire = lab.words();
        self.tell(None, What::Answer(Answer::Lab { hosts, wire }), sink);
    }

    /// `on HOST`
    fn on(&mut self, host: Option<&str>, sink: Sink<'_>) -> Result<(), Refusal> {
        match host {
            None => {
                let here = self.session.here();
                let here = here.unwrap_or_else(|| "this machine itself".to_owned());
                self.say(format!("statements run on {here}"), sink);
            }
            Some(MACHINE) => {
                self.session.go(None);
            }
            Some(host) if self.session.go(Some(host)) => {}
            Some(host) => return Err(self.no_host(host)),
        }
        Ok(())
    }

    /// There is no host of this name.
    pub(super) fn no_host(&self, name: &str) -> Refusal {
        match &self.lab {
            None => no_laboratory(),
            Some(lab) => {
                Refusal::new(format!("there is no laboratory host `{name}`")).help(format!(
                    "there are {}; `on machine` leads to this machine itself",
                    lab.names().join(", ")
                ))
            }
        }
    }

    /// What the laboratory's wire has seen of the RST that ended the connection between these ends, sent by the first.
    pub(super) fn rst(&self, from: SocketAddr, to: SocketAddr) -> Option<Rst> {
        self.lab.as_ref()?.wire.rst(from, to)
    }

    /// When this packet came into the laboratory's wire, while that is remembered.
    pub(super) fn came(&self, n: u64) -> Option<Instant> {
        self.lab.as_ref()?.wire.came(n)
    }

    /// The address that a host of the laboratory has on the wire.
    pub(super) fn address_of(&self, host: &str, ipv6: bool) -> Option<IpAddr> {
        let lab = self.lab.as_ref()?;
        Some(lab.address(lab.place(host)?, ipv6))
    }

    /// Whether the laboratory's wire has seen the first of these ends answer the other's SYN after one of its own.
    pub(super) fn syns_crossed(&self, from: SocketAddr, to: SocketAddr) -> bool {
        let lab = self.lab.as_ref();
        lab.is_some_and(|lab| lab.wire.crossed(from, to))
    }

    /// Whether the wire is held; `None` where there is none.
    pub(super) fn wire_holds(&self) -> Option<bool> {
        self.lab.as_ref().map(|lab| lab.wire.holds())
    }

    /// Whether the wire holds no packet.
    pub(super) fn wire_is_empty(&self) -> bool {
        let lab = self.lab.as_ref();
        lab.is_none_or(|lab| lab.wire.held().is_empty())
    }

    /// Where the next statement runs, for the prompt.
    pub fn here(&self) -> Option<String> {
        self.session.here()
    }

    /// The names of the laboratory's hosts.
    pub fn host_names(&self) -> Vec<String> {
        self.lab.as_ref().map_or_else(Vec::new, Laboratory::names)
    }

    /// What was counted on the wire; nothing where there is none.
    pub(super) fn wire_totals(&self) -> Count {
        self.lab
            .as_ref()
            .map_or_else(Count::default, Laboratory::totals)
    }

    /// The hosts and the wire in one line.
    pub(super) fn lab_words(&self, v6: bool) -> String {
        let Some(lab) = &self.lab else {
            return String::new();
        };
        let hosts = lab.hosts.all().iter();
        let hosts: Vec<String> = hosts
            .map(|host| match v6 {
                true => format!("{} {}", host.name, host.v6),
                false => format!("{} {}", host.name, host.v4),
            })
            .collect();
        format!("{}; wire: {}", hosts.join(", "), lab.words())
    }
}

fn no_laboratory() -> Refusal {
    Refusal::new("no laboratory is up")
        .help("lab up   (two hosts, client and server, and a wire between them)")
}

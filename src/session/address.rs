//! Addresses as written to addresses as the kernel takes them: names looked up, families fitted, limits of a
//! script kept.

use super::prepared::Refusal;
use super::value::Value;
use super::{Interrupt, NotYet, Session};
use crate::event::Addr;
use crate::lang::ast::{Address, Expr, Function, Host, Port};
use crate::sys::{names, worker};
use std::ffi::{CString, OsStr};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::os::unix::ffi::OsStrExt;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How often a wait for the resolver looks whether Ctrl-C was pressed.
const GLANCE: Duration = Duration::from_millis(20);

impl Session {
    /// An address for a socket of this family (`None`: whatever the address itself says).
    pub fn address(&self, expr: &Expr, domain: Option<i32>) -> Result<Addr, NotYet> {
        match expr {
            Expr::Address(Address::Path(path)) => Ok(self.unix_path(path.as_bytes())?),
            Expr::Address(Address::Abstract(name)) => Ok(Addr::Abstract(name.clone())),
            Expr::Address(Address::Inet { host, port }) => {
                let port = self.port_number(port)?;
                let host = self.host_text(host)?;
                if let Host::Name(name) = &host
                    && let Some(scoped) = self.scoped(name, port)?
                {
                    return Ok(Addr::Inet(scoped.into()));
                }
                Ok(Addr::Inet(SocketAddr::new(self.host(&host, domain)?, port)))
            }
            Expr::Tuple(parts) if parts.len() >= 2 => {
                let host = Host::Expr(Box::new(parts[0].clone()));
                let port = Port::Expr(Box::new(parts[1].clone()));
                self.address(&Expr::Address(Address::Inet { host, port }), domain)
            }
            Expr::Name(name) if !self.knows(name) => Err(self.no_address(name, domain).into()),
            other => match self.value(other)? {
                Value::Addr(addr) => Ok(addr),
                Value::Blank(addr) => Err(no_family(&addr, other).into()),
                Value::Tuple(items) => self.address_of_values(&items, domain),
                Value::Text(path) if domain == Some(libc::AF_UNIX) => {
                    Ok(self.unix_path(path.as_bytes())?)
                }
                Value::Bytes(path) if domain == Some(libc::AF_UNIX) => Ok(self.unix_path(&path)?),
                wrong => {
                    let refusal =
                        Refusal::new(format!("this needs an address, and got {}", wrong.kind()));
                    Err(match (&wrong, other) {
                        (Value::Socket(_), Expr::Name(name)) => {
                            refusal.help(format!("{name}.local is its address"))
                        }
                        _ => refusal.help(
                            "127.0.0.1:12345, [::1]:80, localhost:http, or another socket's: b.local",
                        ),
                    }
                    .into())
                }
            },
        }
    }

    /// A word that is no variable, where an address should stand: a host without its port, most of all.
    fn no_address(&self, name: &str, domain: Option<i32>) -> Refusal {
        if domain == Some(libc::AF_UNIX) {
            return Refusal::new(format!("`{name}` is no path"))
                .help(format!("./{name} is a path, @{name} an abstract name"));
        }
        let port = format!("{name}:12345");
        if name == "localhost" || self.networks.host(name, false).is_some() {
            return Refusal::new(format!(
                "`{name}` is a host, and an address needs a port too"
            ))
            .help(format!("{port} is port 12345 there"));
        }
        if name == "AF_UNSPEC" {
            return Refusal::new("an address that takes the peer away cannot be typed here")
                .help("a new socket has no peer: u = socket udp");
        }
        let refusal = self.unknown(name);
        if self.alike(name).is_some() {
            return refusal;
        }
        Refusal::new(refusal.message)
            .help(format!(
                "an address can have a name: {name} = (\"127.0.0.1\", 12345)"
            ))
            .help(format!("a host needs a port: {port}"))
    }

    fn address_of_values(&self, items: &[Value], domain: Option<i32>) -> Result<Addr, NotYet> {
        if let [.., Value::Addr(addr)] = items {
            return Err(Refusal::new(
                "this is a whole answer of getaddrinfo, and its address is the last part",
            )
            .help(format!(
                "r[0][4] is the address of the first answer: here {addr}"
            ))
            .into());
        }
        let (host, port, scope) = match items {
            [host, port] => (host, port, None),
            [host, port, _flow, scope] => (host, port, Some(scope)),
            _ => return Err(Refusal::new("an address is a tuple of host and port").into()),
        };
        let literal = |value: &Value| match value {
            Value::Int(n) => Ok(Expr::Int(*n)),
            Value::Text(text) => Ok(Expr::Text(text.clone())),
            wrong => Err(Refusal::new(format!(
                "an address is a tuple of host and port, not of {}",
                wrong.kind()
            ))),
        };
        let host = match scope {
            Some(scope) => Expr::Apply(Function::Scoped, vec![literal(host)?, literal(scope)?]),
            None => literal(host)?,
        };
        let (host, port) = (
            Host::Expr(Box::new(host)),
            Port::Expr(Box::new(literal(port)?)),
        );
        self.address(&Expr::Address(Address::Inet { host, port }), domain)
    }

    /// A Unix path. A leading NUL or `@` means the abstract namespace, as Python and `ss` write it.
    pub(super) fn unix_path(&self, path: &[u8]) -> Result<Addr, Refusal> {
        if let [b'\0' | b'@', name @ ..] = path {
            return Ok(Addr::Abstract(name.to_vec()));
        }
        Ok(Addr::Path(self.policy.path(OsStr::from_bytes(path))?))
    }

    /// An IPv6 address with a scope, `fe80::1%eth0` or `fe80::1%2` (RFC 4007): an interface, by name or index.
    /// `None` where the name is none.
    fn scoped(&self, name: &str, port: u16) -> Result<Option<SocketAddrV6>, Refusal> {
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        let Some((ip, zone)) = bare.split_once('%') else {
            return Ok(None);
        };
        let IpAddr::V6(ip) = self.look_up(ip, Some(libc::AF_INET6))? else {
            return Err(Refusal::new("only an IPv6 address has a scope"));
        };
        let index = zone.parse().ok();
        let index = index.or_else(|| names::interface_index(&CString::new(zone).ok()?));
        match index {
            Some(index) => Ok(Some(SocketAddrV6::new(ip, port, 0, index))),
            None => Err(
                Refusal::new(format!("this machine has no network interface `{zone}`"))
                    .help("after % stands an interface's name or number, such as lo"),
            ),
        }
    }

    /// The IP address of a host part, in the socket's family where it has a choice.
    pub fn host(&self, host: &Host, domain: Option<i32>) -> Result<IpAddr, Refusal> {
        let six = domain == Some(libc::AF_INET6);
        match host {
            Host::Any if six => Ok(Ipv6Addr::UNSPECIFIED.into()),
            Host::Any => Ok(Ipv4Addr::UNSPECIFIED.into()),
            Host::Broadcast => Ok(Ipv4Addr::BROADCAST.into()),
            Host::Number(n) => Ok(Ipv4Addr::from(*n).into()),
            Host::Name(name) => self.look_up(name, domain),
            Host::Expr(_) => Err(Refusal::new("this host is not known yet")),
        }
    }

    /// A name or a numeric address to one IP address: a family that fits the socket comes first.
    pub fn look_up(&self, name: &str, domain: Option<i32>) -> Result<IpAddr, Refusal> {
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        if let Ok(ip) = bare.parse() {
            return Ok(ip);
        }
        let digits = |c: char| c.is_ascii_digit() || c == '.';
        if bare.matches('.').count() == 3 && bare.chars().all(digits) {
            // The resolver would be asked for a host of that name.
            return Err(Refusal::new(format!("`{bare}` is no IPv4 address"))
                .help("four numbers from 0 to 255 with dots between: 127.0.0.1"));
        }
        if name.contains(['/', ':']) {
            // The resolver would be asked for a host of that name too.
            return Err(Refusal::new(format!("`{name}` is more than a host's name"))
                .help("a name such as localhost; the port is the address's second part"));
        }
        if let Some(ip) = self.networks.host(name, domain == Some(libc::AF_INET6)) {
            return Ok(ip);
        }
        let family = match domain {
            Some(libc::AF_INET6) => libc::AF_INET6,
            _ => libc::AF_INET,
        };
        let answers = self.resolve(Some(name), None, [family, libc::SOCK_STREAM, 0, 0])?;
        match answers {
            Ok(found) => found
                .iter()
                .find_map(|answer| answer.addr.inet())
                .map(|inet| inet.ip())
                .ok_or_else(|| Refusal::new(format!("`{name}` has no address of this family"))),
            Err((code, _)) => Err(self.unresolved(name, family, code)),
        }
    }

    fn unresolved(&self, name: &str, family: i32, code: i32) -> Refusal {
        let ipv6 = family == libc::AF_INET6;
        let version = if ipv6 { "IPv6" } else { "IPv4" };
        let said = names::gai_message(code);
        // The others say nothing of the name: no name server answered (EAI_AGAIN), or none can be asked.
        let of_the_name = names::says_no_address(code);
        let mut refusal = match of_the_name {
            true => Refusal::new(format!(
                "the name `{name}` has no {version} address: {said}"
            )),
            false => Refusal::new(format!("the name `{name}` could not be looked up: {said}"))
                .help("explain EAI has what each of these answers means"),
        };
        if ipv6 && of_the_name {
            refusal = refusal
                .help("where it has an IPv4 address: `socket tcp` and `socket udp` are for those");
        }
        if name == self.networks.here().name() {
            return refusal.help(
                "this machine's own name is not in /etc/hosts; use 127.0.0.1 or localhost instead",
            );
        }
        refusal.help("an address in digits needs no looking up: 127.0.0.1:80, [::1]:80")
    }

    /// getaddrinfo(3), with an end: it cannot be interrupted, so it runs beside us and is waited for.
    ///
    /// # Errors
    /// The outer error where it is not made (a script may not ask a name server) or does not answer in time; the inner
    /// one is the `EAI_` code.
    pub fn resolve(
        &self,
        host: Option<&str>,
        service: Option<&str>,
        hints: [i32; 4],
    ) -> Result<Result<Vec<names::Resolved>, (i32, crate::errno::Errno)>, Refusal> {
        if let Some(name) = host {
            self.policy
                .may_look_up(name, &self.networks.here().name())?;
        }
        let c_text = |text: Option<&str>| {
            text.map(CString::new)
                .transpose()
                .map_err(|_| Refusal::new("a name cannot contain NUL"))
        };
        let (c_host, c_service) = (c_text(host)?, c_text(service)?);
        // Numbers, and the name that every system knows, are answered from this machine alone.
        if host.is_none_or(|name| name == "localhost" || name.parse::<IpAddr>().is_ok()) {
            return Ok(names::getaddrinfo(
                c_host.as_deref(),
                c_service.as_deref(),
                hints,
            ));
        }
        let (send, answer) = channel();
        let asked = worker::start("resolver", move || {
            worker::block_signals();
            // Nobody listens any more where the wait has ended.
            let _ = send.send(names::getaddrinfo(
                c_host.as_deref(),
                c_service.as_deref(),
                hints,
            ));
        });
        if let Err(error) = asked {
            return Err(Refusal::new(format!(
                "a name is looked up in a thread of its own: {error}"
            )));
        }
        let name = host.unwrap_or("");
        awaited(&answer, self.timeout, &self.interrupt).map_err(|end| match end {
            Unanswered::Late => Refusal::new(format!(
                "no name server answered for `{name}` within {:?}",
                self.timeout
            ))
            .help("is this machine on a network? An address in digits needs none"),
            Unanswered::Interrupted => Refusal::new(format!(
                "looking up `{name}` was interrupted: no answer had come yet"
            ))
            .help("an address in digits needs no looking up"),
            Unanswered::Broken => Refusal::new(format!("looking up `{name}` brought no answer")),
        })
    }

    /// The port of a service by name.
    pub fn service(&self, name: &str) -> Result<u16, Refusal> {
        let wrong = || {
            Refusal::new(format!(
                "`{name}` is no port, and no service in /etc/services"
            ))
            .help("a port is a number from 0 to 65535, or a name like http")
        };
        let c_name = CString::new(name).map_err(|_| wrong())?;
        [c"tcp", c"udp"]
            .into_iter()
            .find_map(|protocol| names::service_port(&c_name, protocol))
            .or_else(|| well_known(name))
            .ok_or_else(wrong)
    }
}

/// A structure whose family nobody has set is used as an address.
fn no_family(addr: &Addr, of: &Expr) -> Refusal {
    let name = match of {
        Expr::Name(name) => name.as_str(),
        _ => "addr",
    };
    let (field, family) = match addr {
        Addr::Inet(SocketAddr::V4(_)) => ("sin_family", "AF_INET"),
        Addr::Inet(SocketAddr::V6(_)) => ("sin6_family", "AF_INET6"),
        _ => ("sun_family", "AF_UNIX"),
    };
    Refusal::new(format!(
        "{name}.{field} is not set: 0 is AF_UNSPEC, no family of addresses"
    ))
    .help(format!("{name}.{field} = {family}"))
}

/// Why the resolver's answer is waited for no longer.
#[derive(Debug, PartialEq)]
enum Unanswered {
    /// The time is over.
    Late,
    /// Ctrl-C.
    Interrupted,
    /// Its thread is gone.
    Broken,
}

fn awaited<T>(
    answer: &Receiver<T>,
    patience: Duration,
    interrupt: &Interrupt,
) -> Result<T, Unanswered> {
    let deadline = Instant::now() + patience;
    loop {
        match answer.recv_timeout(GLANCE) {
            Ok(found) => return Ok(found),
            Err(RecvTimeoutError::Disconnected) => return Err(Unanswered::Broken),
            Err(RecvTimeoutError::Timeout) if interrupt.take() => {
                return Err(Unanswered::Interrupted);
            }
            Err(RecvTimeoutError::Timeout) if Instant::now() >= deadline => {
                return Err(Unanswered::Late);
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// The services of the lab sheet, for machines without /etc/services.
fn well_known(name: &str) -> Option<u16> {
    let port = match name.to_ascii_lowercase().as_str() {
        "ftp-data" => 20,
        "ftp" => 21,
        "ssh" => 22,
        "telnet" => 23,
        "smtp" => 25,
        "domain" => 53,
        "gopher" => 70,
        "http" | "www" => 80,
        "pop3" => 110,
        "nntp" => 119,
        "ntp" => 123,
        "imap2" | "imap" | "imap4" => 143,
        "https" => 443,
        "mysql" => 3306,
        "postgresql" => 5432,
        "oracle" => 1521,
        "echo" => 7,
        "discard" => 9,
        "daytime" => 13,
        _ => return None,
    };
    Some(port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ctrl_c_is_not_told_as_silence() {
        let (send, answer) = channel::<()>();
        let interrupt = Interrupt::default();
        assert_eq!(
            awaited(&answer, Duration::ZERO, &interrupt),
            Err(Unanswered::Late)
        );
        interrupt.fire();
        assert_eq!(
            awaited(&answer, Duration::from_secs(60), &interrupt),
            Err(Unanswered::Interrupted)
        );
        drop(send);
        assert_eq!(
            awaited(&answer, Duration::from_secs(60), &interrupt),
            Err(Unanswered::Broken)
        );
    }
}

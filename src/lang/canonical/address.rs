//! Addresses to text.

use super::expr;
use crate::lang::ast::{Address, Expr, Function, Host, Port};
use crate::lang::parser::{is_host_name, is_identifier, is_plain_word, is_service_name};

/// An address argument as one word of the shell dialect.
pub(super) fn shell(value: &Expr) -> String {
    match value {
        Expr::Address(address) => word(address),
        Expr::Name(name) => name.clone(),
        Expr::Property(object, _) if matches!(**object, Expr::Name(_) | Expr::Last) => {
            expr::expr(value)
        }
        other => format!("({})", expr::expr(other)),
    }
}

fn word(address: &Address) -> String {
    match address {
        Address::Inet { host, port } if is_of_fields(host, port) => structure(host, port),
        Address::Inet { host, port } => colon(host, port).unwrap_or_else(|| pair(host, port)),
        Address::Path(path) => {
            let rooted = ["/", "./", "../"].iter().any(|root| path.starts_with(root));
            let plain = path
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c));
            if rooted && plain && !path.starts_with("//") {
                path.clone()
            } else {
                unix(address)
            }
        }
        Address::Abstract(name) => match std::str::from_utf8(name) {
            Ok(name) if is_plain_word(name) => format!("@{name}"),
            _ => unix(address),
        },
    }
}

/// An address inside brackets, or as a statement's value.
pub(super) fn value(address: &Address) -> String {
    match address {
        Address::Inet { host, port } => match (host, port) {
            (Host::Name(name), Port::Number(port)) if is_identifier(name) || quad(name) => {
                format!("{name}:{port}")
            }
            (Host::Name(name), _) if quad(name) || name.contains(':') => {
                colon(host, port).unwrap_or_else(|| structure(host, port))
            }
            (Host::Any | Host::Broadcast, Port::Number(_) | Port::Service(_)) => {
                colon(host, port).unwrap_or_else(|| structure(host, port))
            }
            _ => structure(host, port),
        },
        Address::Path(_) | Address::Abstract(_) => unix(address),
    }
}

fn quad(name: &str) -> bool {
    name.parse::<std::net::Ipv4Addr>().is_ok()
}

/// `host:port`, where neither needs quotes.
fn colon(host: &Host, port: &Port) -> Option<String> {
    let host = match host {
        Host::Any => "*".to_owned(),
        Host::Broadcast => "<broadcast>".to_owned(),
        Host::Number(number) => number.to_string(),
        Host::Name(name) if name.contains(':') => {
            let hex = name
                .chars()
                .all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'));
            (hex && name.matches(':').count() >= 2 && name.len() < 60)
                .then(|| format!("[{name}]"))?
        }
        Host::Name(name) if is_host_name(name) && !matches!(name.as_str(), "INADDR_ANY") => {
            name.clone()
        }
        _ => return None,
    };
    match port {
        Port::Number(number) => Some(format!("{host}:{number}")),
        Port::Service(name) if is_service_name(name) && !name.contains('.') => {
            Some(format!("{host}:{name}"))
        }
        _ => None,
    }
}

/// `("host", port)`
fn pair(host: &Host, port: &Port) -> String {
    format!("({}, {})", host_value(host), port_value(port))
}

fn host_value(host: &Host) -> String {
    match host {
        Host::Any => "\"\"".into(),
        Host::Broadcast => "\"<broadcast>\"".into(),
        Host::Name(name) => expr::quoted(name),
        Host::Number(number) => number.to_string(),
        Host::Expr(value) => expr::expr(value),
    }
}

fn port_value(port: &Port) -> String {
    match port {
        Port::Number(number) => number.to_string(),
        Port::Service(name) => expr::quoted(name),
        Port::Expr(value) => expr::expr(value),
    }
}

/// Whether a part of it was written in network byte order, or with a scope that is computed.
fn is_of_fields(host: &Host, port: &Port) -> bool {
    let host = matches!(host, Host::Expr(value) if in_network_order(value).is_some() || scope(value).is_some());
    host || matches!(port, Port::Expr(value) if in_network_order(value).is_some())
}

/// What a field of C's structure was written with, where that is in network byte order.
fn in_network_order(value: &Expr) -> Option<&Expr> {
    match value {
        Expr::Apply(Function::Ntohs | Function::Ntohl, values) => values.first(),
        _ => None,
    }
}

/// A host that has a scope, and that.
fn scope(value: &Expr) -> Option<(&Expr, &Expr)> {
    match value {
        Expr::Apply(Function::Scoped, values) => values.first().zip(values.get(1)),
        _ => None,
    }
}

/// `{sa_family=AF_INET, …}`: where a pair would be a pair of values and no address.
fn structure(host: &Host, port: &Port) -> String {
    let port = match port {
        Port::Expr(value) if let Some(value) = in_network_order(value) => expr::expr(value),
        Port::Service(_) => port_value(port),
        Port::Number(_) | Port::Expr(_) => format!("htons({})", port_value(port)),
    };
    let in_field = |value: &Expr| match (in_network_order(value), value) {
        (Some(value), _) => expr::expr(value),
        (None, Expr::Text(_)) => expr::expr(value),
        (None, _) => format!("htonl({})", expr::expr(value)),
    };
    let host = match host {
        Host::Expr(value) if let Some((host, scope)) = scope(value) => {
            let (host, scope) = (in_field(host), expr::expr(scope));
            return format!(
                "{{sa_family=AF_INET6, sin6_port={port}, sin6_addr={host}, sin6_scope_id={scope}}}"
            );
        }
        Host::Expr(value) if in_network_order(value).is_some() => in_field(value),
        Host::Number(_) | Host::Expr(_) => format!("htonl({})", host_value(host)),
        Host::Any | Host::Broadcast | Host::Name(_) => host_value(host),
    };
    format!("{{sa_family=AF_INET, sin_port={port}, sin_addr={host}}}")
}

fn unix(address: &Address) -> String {
    match address {
        Address::Path(path) => format!("{{sa_family=AF_UNIX, sun_path={}}}", expr::quoted(path)),
        Address::Abstract(name) => {
            let name = [b"\0", name.as_slice()].concat();
            format!("{{sa_family=AF_UNIX, sun_path={}}}", expr::bytes(&name))
        }
        Address::Inet { host, port } => structure(host, port),
    }
}

/// `@name`
pub(super) fn at_word(name: &str) -> String {
    if is_plain_word(name) {
        format!("@{name}")
    } else {
        format!("@{}", expr::quoted(name))
    }
}

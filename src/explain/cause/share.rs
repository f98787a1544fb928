//! EADDRINUSE: what lacks for a port to be shared.

use super::super::facts::{Facts, Sharing};
use super::Scene;

/// The holders by their names, where all of them are open sockets of this session.
pub(super) fn names<'a>(scene: &Scene<'a>) -> Vec<&'a str> {
    let Facts {
        holders, sharing, ..
    } = scene.facts;
    match holders.len() == sharing.len() {
        true => sharing.iter().map(|holder| holder.name.as_str()).collect(),
        false => Vec::new(),
    }
}

/// What lacks for a port without a listener to be shared, and the line that sets it: all need the same of two options, now.
pub(super) fn ways_to_share(scene: &Scene<'_>) -> Option<(String, String)> {
    let (socket, name) = (scene.socket()?, scene.name());
    let names = names(scene);
    let all = &scene.facts.sharing;
    let lacking = |of: fn(&Sharing) -> bool| {
        let without = all.iter().filter(|holder| !of(holder));
        without
            .map(|holder| holder.name.as_str())
            .collect::<Vec<_>>()
    };
    let options = [
        (
            "SO_REUSEADDR",
            socket.reuseaddr,
            lacking(|holder| holder.reuseaddr),
        ),
        (
            "SO_REUSEPORT",
            socket.reuseport,
            lacking(|holder| holder.reuseport),
        ),
    ];
    if names.is_empty() || scene.call != "bind" {
        return None;
    }
    let again = format!("bind {name} {}", scene.asked());
    let verb = |names: &[&str]| if names.len() == 1 { "has" } else { "have" };
    let one_side = options
        .iter()
        .find(|(_, own, lacking)| !own && lacking.is_empty());
    let own = options
        .iter()
        .find(|(_, own, lacking)| *own && !lacking.is_empty());
    let mut why = Vec::new();
    if let Some((option, _, lacking)) = own {
        why.push(format!(
            "{name} has {option}, but {} {} not: to share a port, all need it.",
            lacking.join(" and "),
            verb(lacking)
        ));
    }
    if let Some((option, ..)) = one_side {
        why.push(format!(
            "{} {} {option}, and would share the port with {name}, if it had that too.",
            names.join(" and "),
            verb(&names)
        ));
    }
    let (option, others) = match (one_side, own) {
        (Some((option, ..)), _) => (option, vec![name]),
        (None, Some((option, _, lacking))) => (option, lacking.clone()),
        (None, None) => return None,
    };
    let set = others
        .iter()
        .map(|name| format!("setsockopt {name} {option} 1; "));
    Some((why.join(" "), set.collect::<String>() + &again))
}

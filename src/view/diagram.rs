//! The TCP state diagram of RFC 9293, figure 5, with a socket's place in it.

use super::page::Page;
use crate::event::TcpState;
use crate::text::style::Paint;

/// Each state stands once with two blanks on either side (or the end of the line): room for the marks. `rcv` and `snd` are the RFC's words.
/// Left is the side that listens, then the side that closes first.
const DIAGRAM: &str = "
                                     CLOSE
                listen()  ┌────────────┴────────────┐  connect()
    (end) is CLOSE again; ▼                         ▼  snd SYN
    a RST leads there   LISTEN                   SYN_SENT
                 rcv SYN  │                         │  rcv SYN, snd SYN+ACK
             snd SYN+ACK  ▼                         │  (both at once)
                       SYN_RECV  ◀──────────────────┤
                 rcv ACK  └───▶   ESTABLISHED   ◀───┘  rcv SYN+ACK, snd ACK
                 close()  ┌────────────┴────────────┐  rcv FIN
                 snd FIN  ▼                         ▼  snd ACK
                      FIN_WAIT1                 CLOSE_WAIT
      rcv ACK ┌───────────┼───────────┐ rcv FIN     │  close()
              ▼           │ rcv FIN   ▼ snd ACK     ▼  snd FIN
          FIN_WAIT2       │ +ACK   CLOSING       LAST_ACK
      rcv FIN │           │ snd ACK   │ rcv ACK     │  rcv ACK
      snd ACK │           ▼           │             ▼
              └────▶  TIME_WAIT  ◀────┘           (end)
                          └─▶ (end) after 60 s on Linux
";

/// The columns that the diagram needs.
const WIDTH: usize = 76;

/// The diagram, the socket's present state in double brackets, those it went through in single ones, and its way.
pub(super) fn diagram(page: &mut Page<'_>, name: &str, way: &[TcpState]) {
    let here = way.last().copied();
    page.line(|page| {
        if name.is_empty() {
            return page.own("No socket is open: this is the way that a TCP socket goes.");
        }
        page.foreign_in(name, Paint::Name);
        match here {
            Some(here) => {
                page.own(" is in ");
                page.own_in(here.name(), Paint::Strong);
                page.own("    [[here]]  (was there)");
            }
            None => page.own(" has no TCP state."),
        }
    });
    if page.style().width.is_none_or(|width| width >= WIDTH) {
        draw(page, way);
    } else {
        page.line(|page| page.own("The diagram needs a terminal 76 columns wide."));
    }
    if way.len() > 1 {
        let names: Vec<&str> = way.iter().map(|state| state.name()).collect();
        page.hanging("  its way  ", "           ", |page| {
            page.own(&names.join(" → "))
        });
    }
}

fn draw(page: &mut Page<'_>, way: &[TcpState]) {
    let here = way.last();
    for line in DIAGRAM.trim_matches('\n').lines() {
        let line = format!("{line}  ");
        // Where each state of this line stands, from left to right.
        let mut places: Vec<(usize, TcpState)> = TcpState::ALL
            .into_iter()
            .filter_map(|state| Some((line.find(&format!("  {}  ", state.name()))?, state)))
            .collect();
        places.sort_unstable();
        let mut done = 0;
        for (at, state) in places {
            let end = at + state.name().len() + 4;
            page.own(&line[done..at]);
            if here == Some(&state) {
                page.own_in(&format!("[[{state}]]"), Paint::Strong);
            } else if way.contains(&state) {
                page.own(&format!(" ({state}) "));
            } else {
                page.own(&line[at..end]);
            }
            done = end;
        }
        page.own(&line[done..]);
        page.end_line();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::wrap;

    #[test]
    fn the_drawing_is_whole_and_fits() {
        for state in TcpState::ALL {
            let slot = format!("  {state}  ");
            let padded = DIAGRAM.replace('\n', "  \n");
            assert_eq!(padded.matches(&slot).count(), 1, "{state}");
        }
        assert!(
            DIAGRAM
                .lines()
                .all(|line| wrap::columns(line.trim_end()) <= WIDTH)
        );
        assert!(DIAGRAM.lines().count() <= 20);
    }
}

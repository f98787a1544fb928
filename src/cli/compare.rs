//! `socktutor compare LEFT RIGHT`

use super::{Global, open, script, shell, typed};
use crate::lang::order::Order;
use crate::lang::{Action, canonical_order, canonical_side, parse, parse_side};
use anyhow::Context;
use clap::Args;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

/// What is compared, and under which disturbances.
#[derive(Debug, Args)]
pub(super) struct Compare {
    /// tcp, udp, tcp6, udp6, or "tcp with wire loss 30%".
    #[arg(value_parser = side)]
    left: String,
    /// The other side.
    #[arg(value_parser = side)]
    right: String,
    /// Run this file of statements; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Lose this share of the packets on both sides: 20%.
    #[arg(long, value_name = "P%", value_parser = loss)]
    loss: Option<String>,
    /// Where the losses' random numbers begin: the same seed loses the same ones, the first and the fourth, say.
    #[arg(long, value_name = "N", requires = "loss")]
    seed: Option<u64>,
    /// Let each packet take this long: 50 (milliseconds), 50ms, 1s.
    #[arg(long, value_name = "MS", value_parser = delay)]
    delay: Option<String>,
}

/// Opens the comparison: in a script, or at the prompt.
pub(super) fn compare(global: &Global, asked: &Compare) -> anyhow::Result<u8> {
    let first = asked.first();
    match &asked.script {
        None => shell(global, Some(&first)),
        Some(file) => {
            let first = Cursor::new(format!("{first}\n"));
            if file == Path::new("-") {
                return typed(global, None, first.chain(io::stdin().lock()));
            }
            let from = open(file).with_context(|| format!("cannot read {}", file.display()))?;
            script(global, first.chain(from), true)
        }
    }
}

impl Compare {
    /// The statements that set the comparison up.
    fn first(&self) -> String {
        let mut statements = vec![format!(
            "compare {} {}",
            quoted(&self.left),
            quoted(&self.right)
        )];
        if let Some(loss) = &self.loss {
            statements.push(match self.seed {
                Some(seed) => format!("{loss} seed {seed}"),
                None => loss.clone(),
            });
        }
        statements.extend(self.delay.clone());
        statements.join("; ")
    }
}

/// A side as it stands in a statement.
fn quoted(side: &str) -> String {
    match side.contains(' ') {
        true => format!("\"{side}\""),
        false => side.to_owned(),
    }
}

fn side(text: &str) -> Result<String, String> {
    parse_side(text)
        .map(|side| canonical_side(&side))
        .map_err(|fault| fault.to_string())
}

fn loss(text: &str) -> Result<String, String> {
    let percent = text.strip_suffix('%').unwrap_or(text);
    wire(&format!("wire loss {percent}%"))
}

fn delay(text: &str) -> Result<String, String> {
    wire(&format!("wire delay {text}"))
}

/// An order to the wire, and nothing else.
fn wire(line: &str) -> Result<String, String> {
    let statements = parse(line).map_err(|fault| fault.to_string())?;
    match statements.as_slice() {
        [statement] => match &statement.action {
            Action::Lab(order @ Order::Wire(Some(_))) => Ok(canonical_order(order)),
            _ => Err("this is no setting of a wire".to_owned()),
        },
        _ => Err("this is more than one setting".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_become_statements() {
        let asked = Compare {
            left: side("tcp with loss 30%").unwrap(),
            right: side("udp6").unwrap(),
            script: None,
            loss: Some(loss("20%").unwrap()),
            seed: Some(7),
            delay: Some(delay("50").unwrap()),
        };
        assert_eq!(
            asked.first(),
            "compare \"tcp with wire loss 30%\" udp6; wire loss 20% seed 7; wire delay 50ms"
        );
        assert_eq!(loss("20"), loss("20%"));
    }

    #[test]
    fn what_is_no_setting_is_refused() {
        for wrong in ["", "101%", "many", "20% seed 7; quit"] {
            assert!(loss(wrong).is_err(), "{wrong}");
        }
        assert!(delay("soon").is_err());
        assert!(side("sctp").unwrap_err().contains("tcp"));
    }
}

//! What has happened before: the words are in full the first time, and short from then on.

use crate::event::Explanation;
use std::collections::BTreeMap;

/// The kinds of things that were met, by topic. What is said of each again is looked up once: in a long script nearly
/// every statement is of a kind that was met.
#[derive(Debug, Default)]
pub(super) struct Met(BTreeMap<&'static str, Vec<Kind>>);

/// One kind of thing.
#[derive(Debug)]
struct Kind {
    /// What is known of it, as it was given.
    words: Vec<&'static str>,
    /// What is said of it again, where there is anything.
    again: Option<Explanation>,
}

impl Met {
    /// Whether something of this kind is met for the first time.
    pub(super) fn is_new(&mut self, topic: &'static str, words: &[&'static str]) -> bool {
        self.meet(topic, words).0
    }

    /// Meets something of this kind: whether it is for the first time, and what is said of it when it is not.
    pub(super) fn meet(
        &mut self,
        topic: &'static str,
        words: &[&'static str],
    ) -> (bool, Option<&Explanation>) {
        let kinds = self.0.entry(topic).or_default();
        let known = kinds.iter().position(|kind| kind.words == words);
        let at = known.unwrap_or(kinds.len());
        if known.is_none() {
            kinds.push(Kind {
                words: words.to_vec(),
                again: crate::explain::after(topic, words, false),
            });
        }
        (known.is_none(), kinds[at].again.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_new_once() {
        let mut met = Met::default();
        for words in [&["tcp"][..], &["last", "tcp"], &[]] {
            assert!(met.is_new("close", words), "{words:?}");
            assert!(!met.is_new("close", words), "{words:?}");
        }
        assert!(met.is_new("listen", &[]), "another topic");
    }

    #[test]
    fn what_is_said_again_is_what_the_reference_says() {
        let mut met = Met::default();
        for words in [&["tcp"][..], &["auto", "tcp"]] {
            let said = met.meet("bind", words).1.cloned();
            assert!(said.is_some());
            assert_eq!(said, crate::explain::after("bind", words, false));
            assert_eq!(met.meet("bind", words).1.cloned(), said);
        }
    }
}

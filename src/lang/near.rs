//! The nearest known word to a mistyped one. The one place of this room that compares spellings.

/// Longer words are not compared: nobody mistypes them, and the comparison is quadratic.
const LONGEST: usize = 40;

/// Up to three candidates that `word` may have been meant for, nearest first, whatever the case of the letters.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Vec<&'a str> {
    if word.is_empty() || word.len() > LONGEST {
        return Vec::new();
    }
    let word = word.to_lowercase();
    let limit = (word.chars().count() / 3).clamp(1, 3);
    let mut found: Vec<(usize, &str)> = candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&word, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.chars().count())
        .collect();
    found.sort();
    found.dedup();
    found
        .into_iter()
        .take(3)
        .map(|(_, candidate)| candidate)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_its_word_and_nonsense_finds_none() {
        assert_eq!(nearest("lsiten", ["bind", "listen", "list"]), ["listen"]);
        assert_eq!(
            nearest("so_resueaddr", ["SO_REUSEADDR", "SO_REUSEPORT"]),
            ["SO_REUSEADDR"]
        );
        assert_eq!(nearest("frobnicate", ["bind", "listen"]), [""; 0]);
        assert_eq!(nearest("", ["b"]), [""; 0]);
    }
}

//! "Did you mean …": the known word nearest to one that is not known.

use strsim::osa_distance;

/// Longer words are taken for data, not for a slip of the finger; this also bounds the work.
const LONGEST: usize = 48;

/// The candidate nearest to `word`, if one is near enough to be meant: a transposed, missing, added or wrong letter
/// or two, or the word begun and not finished. Case does not count.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    several(word, candidates, 1).pop()
}

/// The candidates near enough to be meant, nearest first, `most` at the most.
pub fn several<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    most: usize,
) -> Vec<&'a str> {
    let word = word.to_lowercase();
    let length = word.chars().count();
    if length == 0 || length > LONGEST {
        return Vec::new();
    }
    let mut found: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter_map(|known| Some((distance(&word, length, known)?, known)))
        .collect();
    found.sort();
    found.dedup();
    found.truncate(most);
    found.into_iter().map(|(_, known)| known).collect()
}

/// How far `known` is from `word`, in tenths of a letter; `None` where it is too far to be meant.
fn distance(word: &str, length: usize, known: &str) -> Option<usize> {
    let known = known.to_lowercase();
    let other = known.chars().count();
    if length >= 3 && known.starts_with(word) {
        // A beginning is nearer than a wrong letter, and the shorter completion the nearer one.
        return Some((other - length).min(9));
    }
    let allowed = match length {
        0..=1 => 0,
        2..=4 => 1,
        5..=9 => 2,
        _ => 3,
    };
    if other.abs_diff(length) > allowed {
        return None;
    }
    let letters = osa_distance(word, &known);
    // As many changes as letters make any word out of any other.
    (letters <= allowed && letters < other).then_some(letters * 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [&str; 7] = [
        "socket",
        "bind",
        "listen",
        "send",
        "sendto",
        "recv",
        "SO_REUSEADDR",
    ];

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        assert_eq!(nearest("lisen", WORDS), Some("listen"));
        assert_eq!(nearest("sokcet", WORDS), Some("socket"));
        assert_eq!(nearest("so_resueaddr", WORDS), Some("SO_REUSEADDR"));
        assert_eq!(nearest("SO_REUSE", WORDS), Some("SO_REUSEADDR"));
        assert_eq!(nearest("sned", WORDS), Some("send"));
    }

    #[test]
    fn what_is_far_is_not_offered() {
        assert_eq!(nearest("x", WORDS), None);
        assert_eq!(nearest("frobnicate", WORDS), None);
        assert_eq!(nearest("", WORDS), None);
        assert_eq!(nearest(&"a".repeat(100_000), WORDS), None);
    }

    #[test]
    fn several_come_nearest_first() {
        assert_eq!(several("sendt", WORDS, 3), ["sendto", "send"]);
    }
}

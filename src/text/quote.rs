//! Text as one word of a shell's command line.

use std::borrow::Cow;

/// The text as it is where no shell makes anything of it, else between single quotes (POSIX, Shell Command Language, 2.2.2).
pub fn quoted(text: &str) -> Cow<'_, str> {
    let harmless = |c: char| c.is_alphanumeric() || "/._-+=:,@%".contains(c);
    if !text.is_empty() && text.chars().all(harmless) {
        return text.into();
    }
    format!("'{}'", text.replace('\'', r"'\''")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_it_back() {
        for text in ["/usr/bin/socktutor", "", "two words", "it's $HOME", "a\\n*"] {
            let ran = std::process::Command::new("sh")
                .args(["-c", &format!("printf '%s.' {}", quoted(text))])
                .output()
                .unwrap();
            assert_eq!(String::from_utf8_lossy(&ran.stdout), format!("{text}."));
        }
        assert_eq!(quoted("/usr/bin/socktutor"), "/usr/bin/socktutor");
    }
}

use super::*;
use crate::lesson::check;
use crate::lesson::model::Block;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn text(id: &str, title: &str) -> String {
    format!(
        "---\nid: {id}\ntitle: {title}\n---\n## 1. Make\n\nMake one.\n\n```predict\nWhich?\n- this => ok\n- that => blocked\n\
         ```\n\n```sock\ns = socket tcp  # note\nexpect ok\n```\n\n```quiz\nSo?\n- [x] yes\n- [ ] no\n```\n"
    )
}

fn library(files: &[(&str, &str)]) -> Library {
    let folder = folder(files);
    let mut library = Library::default();
    library.add_folder(folder.path()).unwrap();
    library
}

#[test]
fn every_embedded_lesson_can_be_read_and_has_no_defect() {
    let library = Library::embedded();
    let mut lessons = Vec::new();
    for entry in library.entries() {
        let lesson = library
            .open(entry, None)
            .unwrap_or_else(|defects| panic!("{defects:#?}"));
        assert_eq!(check::check(&lesson, false), [], "{}", entry.file);
        for language in entry.languages() {
            library
                .open(entry, Some(language))
                .unwrap_or_else(|defects| panic!("{defects:#?}"));
        }
        lessons.push(lesson);
    }
    assert_eq!(check::check_ids(&lessons), []);
    assert!(lessons.len() >= 8);
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons");
    assert_eq!(check::check_folder(&here).unwrap(), []);
}

#[test]
fn lessons_are_found_by_whatever_names_one() {
    let (a, b, c) = (
        text("what-a-socket-is", "A"),
        text("udp", "B"),
        text("tcp-and-udp", "C"),
    );
    let library = library(&[
        ("05-udp.md", &b),
        ("01-what.md", &a),
        ("06-both.md", &c),
        ("notes.md", "x"),
    ]);
    let ids: Vec<&str> = library.ids().collect();
    assert_eq!(ids, ["what-a-socket-is", "udp", "tcp-and-udp"]);
    for (asked, id) in [
        ("udp", "udp"),
        ("1", "what-a-socket-is"),
        ("05", "udp"),
        ("WHAT", "what-a-socket-is"),
        ("and", "tcp-and-udp"),
    ] {
        assert_eq!(library.find(asked).unwrap().id(), Some(id), "{asked}");
    }
    let several = library.find("d").unwrap_err();
    assert!(several.ambiguous);
    assert_eq!(several.near, ["udp", "tcp-and-udp"]);
    let none = library.find("upd").unwrap_err();
    assert!(!none.ambiguous);
    assert_eq!(none.near, ["udp"]);
    assert!(library.find("").is_err());
    assert!(library.find("99").unwrap_err().near.is_empty());
}

#[test]
fn a_lesson_of_a_folder_replaces_one_of_the_same_id() {
    let (old, new) = (text("udp", "Old"), text("udp", "New"));
    let (first, second) = (
        folder(&[("05-udp.md", &old)]),
        folder(&[("01-mine.md", &new)]),
    );
    let mut library = Library::default();
    library.add_folder(first.path()).unwrap();
    library.add_folder(second.path()).unwrap();
    assert_eq!(library.entries().len(), 1);
    assert_eq!(
        library.find("udp").unwrap().head.as_ref().unwrap().title,
        "New"
    );
}

#[test]
fn what_cannot_be_read_is_said() {
    let mut library = Library::default();
    assert!(
        library
            .add_folder(Path::new("/nonexistent/lessons"))
            .is_err()
    );
    let folder = folder(&[("01-a.md", &text("a", "A")), ("02-b.md", "")]);
    fs::write(folder.path().join("03-c.md"), b"\xff\xfe").unwrap();
    library.add_folder(folder.path()).unwrap();
    let [_, empty, binary] = library.entries() else {
        panic!("{library:?}");
    };
    for (broken, why) in [(empty, "front matter"), (binary, "UTF-8")] {
        assert_eq!(broken.id(), None);
        let defects = library.open(broken, None).unwrap_err();
        assert!(defects[0].message.contains(why), "{defects:?}");
        assert_eq!(defects[0].file, broken.file);
    }
}

#[test]
fn a_translation_gives_the_words_and_the_original_the_code() {
    let original = text("a", "A");
    let french = original
        .replace("title: A", "title: Un")
        .replace("Make one.", "Faites-en une.")
        .replace("## 1. Make", "## 1. Faire")
        .replace("Which?", "Lequel ?")
        .replace("# note", "# une note");
    let library = library(&[("01-a.md", &original), ("fr/01-a.md", &french)]);
    let entry = library.find("a").unwrap();
    let plain = library.open(entry, Some("de_DE.UTF-8")).unwrap();
    let lesson = library.open(entry, Some("fr_FR.UTF-8")).unwrap();
    assert_eq!(lesson.head.title, "Un");
    assert_eq!(
        lesson.steps[0].id, "make",
        "progress does not depend on the language"
    );
    assert_eq!(lesson.steps[0].title, "1. Faire");
    let Block::Predict(predict) = &lesson.steps[0].blocks[1] else {
        panic!()
    };
    assert_eq!(predict.question, "Lequel ?");
    let (ours, theirs) = (
        plain.steps[0].socks().next().unwrap(),
        lesson.steps[0].socks().next().unwrap(),
    );
    assert_eq!(ours.deeds(), theirs.deeds());
    assert_eq!(theirs.lines[0].note.as_deref(), Some("une note"));
}

#[test]
fn a_translation_of_another_shape_is_a_defect() {
    let original = text("a", "A");
    for (old, new, said) in [
        (
            "s = socket tcp",
            "s = socket udp",
            "this code is not the original's",
        ),
        (
            "=> blocked",
            "=> error EINVAL",
            "these claims are not the original's",
        ),
        (
            "- [x] yes\n- [ ] no",
            "- [ ] yes\n- [x] no",
            "other choices are marked",
        ),
        (
            "```quiz\nSo?\n- [x] yes\n- [ ] no\n```\n",
            "",
            "a `quiz` block of the original is missing",
        ),
        ("id: a", "id: b", "the id is `b`"),
    ] {
        let library = library(&[
            ("01-a.md", &original),
            ("fr/01-a.md", &original.replace(old, new)),
        ]);
        let defects = library
            .open(library.find("1").unwrap(), Some("fr"))
            .unwrap_err();
        assert!(
            defects.iter().any(|d| d.message.contains(said)),
            "{said:?} is not in {defects:?}"
        );
    }
}

/// A folder of lessons may hold other things, whatever they are called.
#[test]
fn what_else_stands_in_a_folder_keeps_no_lesson_from_being_read() {
    use nix::sys::stat::Mode;
    let folder = folder(&[
        ("50-mine.md", &text("mine", "Mine")),
        ("run", "x"),
        ("ci", "x"),
        ("fr/50-mine.md", "x"),
    ]);
    // Who opens a FIFO waits for its writer.
    let fifos = ["notes.md", "51-fifo.md", "fr/51-fifo.md"].map(|name| folder.path().join(name));
    for fifo in &fifos {
        nix::unistd::mkfifo(fifo, Mode::S_IRWXU).unwrap();
    }
    let mut library = Library::default();
    library.add_folder(folder.path()).unwrap();
    assert_eq!(library.ids().collect::<Vec<_>>(), ["mine"]);
    assert_eq!(library.passed_over(), [""; 0]);
    let defect = read_lesson(&fifos[0]).unwrap_err();
    assert_eq!(defect.message, "this is no plain file");
    let missing = folder.path().join("none");
    let defects = Library::default().add_folder(&missing).unwrap_err();
    assert!(defects[0].message.contains("cannot be read"), "{defects:?}");
}

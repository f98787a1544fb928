//! `learn` and `lessons`: which lesson, and where in it.

use super::{Learner, Phase};
use crate::app::play::course::{is_path, not_found, unread_progress};
use crate::app::play::{lacking, language, library};
use crate::app::{App, Outcome, Sink};
use crate::event::{Answer, What};
use crate::lang::ast::{Call, Expr};
use crate::lesson::library::Entry;
use crate::lesson::progress::{Mark, Record, Standing, Trouble};
use crate::lesson::{Defect, Lesson, Library, Progress};
use crate::session::Refusal;

/// A lesson that can be read, and how far it is.
struct Known {
    number: u32,
    lesson: Lesson,
    record: Record,
}

impl Known {
    fn standing(&self) -> Standing {
        self.record.standing(self.lesson.step_ids())
    }

    fn step(&self) -> usize {
        step_to_go_on(&self.lesson, &self.record)
    }

    /// Why it is not known how far it is.
    fn unread(&self) -> Option<&str> {
        self.record.unread()
    }
}

/// The step to go on with: the first that is neither done nor skipped, else the first that was skipped.
pub(super) fn step_to_go_on(lesson: &Lesson, record: &Record) -> usize {
    match record.standing(lesson.step_ids()) {
        Standing::New | Standing::Done => 0,
        Standing::Begun(step) => step,
        Standing::Skipped => {
            let skipped = |id: &str| record.get(id) == Some(Mark::Skipped);
            lesson.step_ids().position(skipped).unwrap_or(0)
        }
    }
}

impl App {
    /// `learn [LESSON]`
    pub(in crate::app) fn learn(
        &mut self,
        call: &Call,
        sink: Sink<'_>,
    ) -> Result<Outcome, Refusal> {
        let library = self.lesson_library()?;
        let asked = match call.expr("lesson") {
            Some(Expr::Int(number)) => Some(number.to_string()),
            Some(expr) => {
                let expr = expr.clone();
                Some(self.settled(|app| app.session.word(&expr), sink)?)
            }
            None => None,
        };
        let known = match asked {
            Some(asked) => self.known(&library, found(&library, &asked)?)?,
            None => {
                match self.next_lesson(&library, sink)? {
                    Some(known) => known,
                    None => {
                        self.teach("Every lesson is done. `lessons` lists them, `learn 1` begins one again.", sink);
                        return Ok(Outcome::default());
                    }
                }
            }
        };
        if let Some(why) = lacking(&known.lesson.head, self.settings.program.as_deref()) {
            return Err(Refusal::new(format!(
                "lesson {} cannot be played here: {why}",
                known.number
            ))
            .help("`lessons` lists the others"));
        }
        self.begin(known, sink);
        Ok(Outcome::default())
    }

    /// `lessons`: every lesson, and how far it is.
    pub(in crate::app) fn list_lessons(&mut self, sink: Sink<'_>) -> Result<Outcome, Refusal> {
        let library = self.lesson_library()?;
        let mut rows = Vec::new();
        let mut unread = None;
        for entry in library.entries() {
            let name = format!("{} {}", entry.number, entry.id().unwrap_or(&entry.file));
            let about = match self.known(&library, entry) {
                Ok(known) => {
                    unread = unread.or_else(|| known.unread().map(unread_progress));
                    format!("{}{}", known.lesson.head.title, standing(&known))
                }
                Err(refusal) => refusal.message,
            };
            rows.push((name, about));
        }
        let groups = vec![(String::new(), rows)];
        self.tell(None, What::Answer(Answer::List { groups }), sink);
        if let Some(unread) = unread {
            self.teach(unread, sink);
        }
        Ok(Outcome::default())
    }

    /// What comes after this lesson, in words.
    pub(super) fn after_lesson(&self, number: u32) -> String {
        let Ok(library) = self.lesson_library() else {
            return String::new();
        };
        let next = library.entries().iter().find(|entry| entry.number > number);
        match next.and_then(|entry| Some((entry.number, entry.head.as_ref()?))) {
            Some((number, head)) => {
                format!(" `learn {number}` begins the next one, {}.", head.title)
            }
            None => " It was the last one.".to_owned(),
        }
    }

    /// Ids of the lessons, for completion.
    pub(in crate::app) fn lesson_ids(&self) -> Vec<String> {
        let read = || match self.lesson_library() {
            Ok(library) => library.ids().map(str::to_owned).collect(),
            // `learn` says what is wrong.
            Err(_) => Vec::new(),
        };
        self.lesson_ids.get_or_init(read).clone()
    }

    fn lesson_library(&self) -> Result<Library, Refusal> {
        library(self.settings.lessons.as_deref()).map_err(|defects| defective("lessons", &defects))
    }

    fn progress(&self) -> Option<Progress> {
        match &self.settings.progress {
            Some(folder) => Some(Progress::at(folder)),
            // A script writes nothing of the user's, unless it may use any file.
            None if self.settings.script && !self.settings.allow_files => None,
            None => Progress::of_user(),
        }
    }

    fn known(&self, library: &Library, entry: &Entry) -> Result<Known, Refusal> {
        let lesson = library
            .open(entry, language().as_deref())
            .map_err(|defects| defective(&entry.file, &defects))?;
        Ok(self.with_record(entry.number, lesson))
    }

    fn with_record(&self, number: u32, lesson: Lesson) -> Known {
        let progress = self.progress();
        let record = progress.map_or_else(Record::default, |kept| kept.load(&lesson.head.id));
        Known {
            number,
            lesson,
            record,
        }
    }

    /// The first lesson that was begun, else the first that was not, else the first in which something was skipped.
    /// Lessons that this machine cannot play are passed over, and so, with a word, are those that cannot be read.
    fn next_lesson(&self, library: &Library, sink: Sink<'_>) -> Result<Option<Known>, Refusal> {
        let (mut new, mut skipped) = (None, None);
        for entry in library.entries() {
            let Ok(lesson) = library.open(entry, language().as_deref()) else {
                let file = &entry.file;
                self.say(
                    format!("{file} cannot be read as a lesson and is passed over; `socktutor lesson test {file}` says why."),
                    sink,
                );
                continue;
            };
            let known = self.with_record(entry.number, lesson);
            if lacking(&known.lesson.head, self.settings.program.as_deref()).is_some() {
                continue;
            }
            match known.standing() {
                Standing::Begun(_) => return Ok(Some(known)),
                Standing::New => new = new.or(Some(known)),
                Standing::Skipped => skipped = skipped.or(Some(known)),
                Standing::Done => {}
            }
        }
        Ok(new.or(skipped))
    }

    fn begin(&mut self, known: Known, sink: Sink<'_>) {
        let open = self.session.open_count();
        let (step, standing) = (known.step(), known.standing());
        // What cannot be read is not written over.
        let progress = self.progress().filter(|_| known.unread().is_none());
        let mut learner = Box::new(Learner {
            progress,
            lesson: known.lesson,
            number: known.number,
            record: known.record,
            step,
            block: 0,
            phase: Phase::Guess,
            guesses: Vec::new(),
            aliases: Vec::new(),
            hints: 0,
            free: false,
            said: None,
            told: false,
            visited: false,
            over: false,
        });
        let words = learner.welcome(standing, (open, self.lab.is_some()));
        learner.travel_first(self, step, words, sink);
        self.learner = Some(learner);
    }
}

impl Learner {
    /// What is said before the first step.
    fn welcome(&self, standing: Standing, (open, lab): (usize, bool)) -> String {
        let mut page = String::new();
        match &self.record.trouble {
            Some(Trouble::Damaged(aside)) => page.push_str(&format!(
                "The file of your progress could not be understood; it was put aside as {}.\n\n",
                aside.display()
            )),
            Some(Trouble::Unreadable(why)) => page.push_str(&format!(
                "{} What you do now is not kept.\n\n",
                unread_progress(why)
            )),
            None => {}
        }
        if lab {
            page.push_str(
                "A lesson begins with nothing open: your laboratory and its sockets are gone.\n\n",
            );
        } else if open > 0 {
            page.push_str("A lesson begins with nothing open: your sockets were closed.\n\n");
        }
        page.push_str(&format!(
            "# Lesson {}: {}\n\n",
            self.number, self.lesson.head.title
        ));
        match standing {
            Standing::Begun(step) => page.push_str(&format!(
                "The first step that is open is {}. (`goto 1` begins again.)",
                step + 1
            )),
            Standing::Skipped => page.push_str(
                "You have done this lesson but for what you skipped. (`goto 1` begins again.)",
            ),
            Standing::Done => page.push_str("You have done this lesson; once more, then.\n\n"),
            Standing::New => {}
        }
        page
    }

    /// Where the lesson begins today.
    fn travel_first(&mut self, app: &mut App, step: usize, words: String, sink: Sink<'_>) {
        if step > 0 {
            return self.travel(app, step, &words, sink);
        }
        let mut words = format!("{}\n\n{}", words.trim_end(), self.intro());
        let kept = match self.progress {
            Some(_) => " and keeps your place",
            None => "",
        };
        words.push_str(&format!(
            "*`hint` helps, `answer` shows the lesson's own lines, `undo` takes a step's calls back, `skip` goes on, \
             `quit` leaves the lesson{kept}.*\n\n",
        ));
        app.teach(words, sink);
        self.travel(app, 0, "", sink);
    }

    /// What stands before the first step.
    fn intro(&self) -> String {
        use crate::lesson::Block;
        let mut page = String::new();
        for block in &self.lesson.intro {
            if let Block::Prose { markdown, .. } = block {
                page.push_str(&format!("{markdown}\n\n"));
            }
        }
        page
    }
}

/// What stands after the title: short, so that the list of all lessons stays within a screen of 80 by 24.
fn standing(known: &Known) -> String {
    match known.standing() {
        Standing::New => match known.lesson.head.minutes {
            Some(minutes) => format!(", {minutes} min"),
            None => String::new(),
        },
        Standing::Begun(step) => format!(": at step {} of {}", step + 1, known.lesson.steps.len()),
        Standing::Skipped => ": done, some steps skipped".to_owned(),
        Standing::Done => ": done".to_owned(),
    }
}

fn found<'l>(library: &'l Library, asked: &str) -> Result<&'l Entry, Refusal> {
    library.find(asked).map_err(|wrong| {
        let refusal = Refusal::new(not_found(&wrong));
        match is_path(asked) {
            true => refusal.help(format!(
                "a file is played from the command line: socktutor learn {asked}"
            )),
            false => refusal.help("`lessons` lists them"),
        }
    })
}

/// A lesson that cannot be read, for its author.
fn defective(file: &str, defects: &[Defect]) -> Refusal {
    let mut refusal = Refusal::new(format!("{file} cannot be read as a lesson"));
    for defect in defects.iter().take(5) {
        refusal = refusal.help(defect.to_string());
    }
    refusal
}

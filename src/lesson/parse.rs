//! Markdown to a [`Lesson`]. Only the top level of the document matters: headings, fenced blocks, `<details>`;
//! everything else is prose and is kept as it was written.

mod fence;

use super::ask;
use super::defect::{Defect, Defects};
use super::head;
use super::hint;
use super::model::{Block, Lesson, Step};
use super::sock;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag};
use std::ops::Range;

/// See [`Lesson::parse`].
pub(super) fn parse(source: &str, text: &str) -> Result<Lesson, Vec<Defect>> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut defects = Defects::new(source);
    let head = head::split(&text, &mut defects);
    let (head, body, first) = match head {
        Some((head, body, first)) => (Some(head), body, first),
        None => (None, text.as_str(), 1),
    };
    let mut reader = Reader::new(body, first, defects);
    // A laboratory's first host is the one on which the prompt stands.
    let hosts = head.iter().flat_map(head::Head::laboratory);
    reader.known.on = hosts.into_iter().next();
    reader.read();
    let whole = reader.whole;
    let (intro, steps, mut defects) = reader.finish();
    if steps.is_empty() {
        defects.add(
            first,
            "the lesson has no step",
            "a step begins with a heading `## 1. What to do`",
        );
    }
    unique_steps(&steps, &mut defects);
    for step in steps.iter().filter(|_| whole) {
        order(step, &mut defects);
    }
    let defects = defects.into_vec();
    match head {
        Some(head) if defects.is_empty() => Ok(Lesson {
            source: source.to_owned(),
            head,
            intro,
            steps,
        }),
        _ => Err(defects),
    }
}

/// Progress is kept by step id, so two steps cannot share one.
fn unique_steps(steps: &[Step], defects: &mut Defects) {
    for (at, step) in steps.iter().enumerate() {
        if step.id.is_empty() {
            defects.add(
                step.line,
                "this step has no title",
                "name what the learner does or sees",
            );
        } else if let Some(other) = steps[..at].iter().find(|other| other.id == step.id) {
            let message = format!(
                "two steps are called `{}` (line {} too)",
                step.id, other.line
            );
            defects.add(
                step.line,
                message,
                "progress is kept by title: give each step its own",
            );
        }
    }
}

/// What can only be seen of a whole step: a prediction needs calls after it, a claim needs a call before it.
fn order(step: &Step, defects: &mut Defects) {
    let mut waiting = None;
    for block in &step.blocks {
        match block {
            Block::Predict(predict) => waiting = Some(predict.line),
            Block::Sock(sock) => {
                waiting = None;
                let first = sock
                    .lines
                    .iter()
                    .flat_map(|line| line.statements.iter().map(move |s| (line.number, s)));
                let mut first =
                    first.filter(|(_, s)| !matches!(s.action, crate::lang::Action::Nothing));
                match first.next() {
                    // A call that cannot be read is a call.
                    None if defects.between(sock.line, usize::MAX) => {}
                    Some((line, _)) if defects.between(sock.line, line) => {}
                    None => defects.add(
                        sock.line,
                        "this `sock` block does nothing",
                        "write the calls of the answer",
                    ),
                    Some((line, s)) if matches!(s.action, crate::lang::Action::Expect(_)) => {
                        defects.add(
                            line,
                            "this `expect` judges nothing that the block does",
                            "put it after the call that makes it true",
                        )
                    }
                    Some(_) => {}
                }
            }
            _ => {}
        }
    }
    if let Some(line) = waiting {
        defects.add(
            line,
            "no calls follow this prediction",
            "put the `sock` block that decides it after it",
        );
    }
}

const FENCES: &str = "the fences are sock, sock other, predict, quiz";

/// Walks the document once.
struct Reader<'t> {
    text: &'t str,
    /// Byte offsets at which lines begin.
    starts: Vec<usize>,
    first: usize,
    defects: Defects,
    intro: Vec<Block>,
    steps: Vec<Step>,
    /// Prose not yet stored: it grows until something else comes.
    prose: Option<Range<usize>>,
    /// Names that the blocks so far gave to sockets and values.
    known: sock::Known,
    /// Where a `<details>` that spans several Markdown blocks began.
    details: Option<usize>,
    /// Every fenced block has an end, so that steps are what they seem.
    whole: bool,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, first: usize, defects: Defects) -> Self {
        let newlines = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            text,
            starts: std::iter::once(0).chain(newlines).collect(),
            first,
            defects,
            intro: Vec::new(),
            steps: Vec::new(),
            prose: None,
            known: sock::Known::default(),
            details: None,
            whole: true,
        }
    }

    /// The number in the file of the line that holds this byte.
    fn line(&self, at: usize) -> usize {
        self.first + self.starts.partition_point(|start| *start <= at) - 1
    }

    fn read(&mut self) {
        let mut depth = 0usize;
        let mut block: Option<(Tag<'t>, Range<usize>)> = None;
        let options = Options::ENABLE_TABLES;
        for (event, range) in Parser::new_ext(self.text, options).into_offset_iter() {
            match event {
                Event::Start(tag) => {
                    if depth == 0 {
                        block = Some((tag, range));
                    } else {
                        self.nested(&tag, range);
                    }
                    depth += 1;
                }
                Event::End(_) => {
                    depth -= 1;
                    if depth == 0
                        && let Some((tag, range)) = block.take()
                    {
                        self.block(&tag, range);
                    }
                }
                _ if depth == 0 && self.details.is_none() => self.prose(range),
                _ => {}
            }
        }
    }

    /// One block of the top level.
    fn block(&mut self, tag: &Tag<'t>, range: Range<usize>) {
        if let Some(start) = self.details {
            if !self.begins_anew(tag, range.clone()) {
                if !matches!(tag, Tag::CodeBlock(_))
                    && self.text[range.clone()].contains("</details>")
                {
                    self.details = None;
                    self.hints(start..range.end);
                }
                return;
            }
            self.never_closed();
        }
        match tag {
            Tag::Heading {
                level: HeadingLevel::H1,
                ..
            } if self.steps.is_empty() => self.flush(),
            Tag::Heading {
                level: HeadingLevel::H2,
                ..
            } => self.step(range),
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => self.fence(info, range),
            Tag::HtmlBlock if self.opens_hint(range.clone()) => {
                self.flush();
                let html = &self.text[range.clone()];
                let last = html.rfind("<details").unwrap_or_default();
                if html[last..].contains("</details>") {
                    self.hints(range);
                } else {
                    self.hints(range.start..range.start + last);
                    self.details = Some(range.start + last);
                }
            }
            _ => {
                if matches!(
                    tag,
                    Tag::Paragraph | Tag::CodeBlock(CodeBlockKind::Indented)
                ) {
                    self.indented(range.clone());
                }
                self.prose(range);
            }
        }
    }

    fn opens_hint(&self, range: Range<usize>) -> bool {
        self.text[range].trim_start().starts_with("<details")
    }

    /// Whether a block is none of a hint's that is still open: otherwise that hint would swallow the steps after it.
    fn begins_anew(&self, tag: &Tag<'t>, range: Range<usize>) -> bool {
        match tag {
            Tag::Heading { level, .. } => *level == HeadingLevel::H2,
            Tag::HtmlBlock => self.opens_hint(range),
            _ => false,
        }
    }

    fn never_closed(&mut self) {
        if let Some(start) = self.details.take() {
            hint::never_closed(self.line(start), &mut self.defects);
        }
    }

    fn indented(&mut self, range: Range<usize>) {
        let first = self.line(range.start);
        for (line, word) in fence::indented(&self.text[range]) {
            let message = format!("this `{word}` block is indented, so it is no block");
            self.defects
                .add(first + line, message, "move it to the margin");
        }
    }

    /// A block that means something only at the margin, inside a list or a quotation.
    fn nested(&mut self, tag: &Tag<'t>, range: Range<usize>) {
        if self.details.is_none()
            && let Tag::CodeBlock(CodeBlockKind::Fenced(info)) = tag
            && let Some(kind) = info.split_whitespace().next()
            && fence::KINDS.contains(&kind)
        {
            let line = self.line(range.start);
            self.defects.add(
                line,
                format!("a `{kind}` block inside a list or a quotation"),
                "move it to the margin",
            );
        }
    }

    fn prose(&mut self, range: Range<usize>) {
        match &mut self.prose {
            Some(prose) => prose.end = range.end,
            None => self.prose = Some(range),
        }
    }

    /// Stores the prose read so far.
    fn flush(&mut self) {
        if let Some(range) = self.prose.take() {
            let markdown = self.text[range.clone()].trim_end().to_owned();
            let line = self.line(range.start);
            self.push(Block::Prose { markdown, line });
        }
    }

    fn push(&mut self, block: Block) {
        match self.steps.last_mut() {
            Some(step) => step.blocks.push(block),
            None => {
                if matches!(block, Block::Sock(_) | Block::Predict(_) | Block::Quiz(_)) {
                    let help = "put a heading `## 1. What to do` before it";
                    self.defects.add(
                        block.line(),
                        format!("{} before the first step", block.kind()),
                        help,
                    );
                }
                self.intro.push(block);
            }
        }
    }

    fn step(&mut self, range: Range<usize>) {
        self.flush();
        let line = self.line(range.start);
        let first = self.text[range].lines().next().unwrap_or_default();
        let title = first
            .trim()
            .trim_start_matches('#')
            .trim()
            .trim_end_matches('#')
            .trim()
            .to_owned();
        self.steps.push(Step {
            id: slug(&title),
            title,
            line,
            blocks: Vec::new(),
        });
    }

    fn fence(&mut self, info: &str, range: Range<usize>) {
        self.flush();
        let line = self.line(range.start);
        let block = &self.text[range];
        let (body, _) = fence::fenced(block);
        let mut words = info.split_whitespace();
        let language = words.next().unwrap_or_default();
        let rest: Vec<&str> = words.collect();
        if let Some(message) = fence::unclosed(block, line) {
            let help = "a line of ``` alone ends a block";
            self.defects.add(line, message, help);
            self.whole = false;
            return;
        }
        if let Some(meant) = fence::meant(language) {
            let message = format!("a block of `{language}` is not played: only `{meant}` is");
            self.defects.add(line, message, FENCES);
            return;
        }
        let block = match (language, rest.as_slice()) {
            ("sock", []) => Block::Sock(sock::sock(
                body,
                line,
                false,
                &mut self.known,
                &mut self.defects,
            )),
            ("sock", ["other"]) => Block::Sock(sock::sock(
                body,
                line,
                true,
                &mut self.known,
                &mut self.defects,
            )),
            ("predict", []) => Block::Predict(ask::predict(
                body,
                line,
                &self.known.names,
                &mut self.defects,
            )),
            ("quiz", []) => Block::Quiz(ask::quiz(body, line, &mut self.defects)),
            ("sock" | "predict" | "quiz", _) => {
                let message = format!("`{}` after `{language}` means nothing", rest.join(" "));
                self.defects.add(line, message, FENCES);
                return;
            }
            _ => Block::Listing {
                language: language.to_owned(),
                text: body.to_owned(),
                line,
            },
        };
        self.push(block);
    }

    fn hints(&mut self, range: Range<usize>) {
        let line = self.line(range.start);
        for block in hint::hints(&self.text[range], line, &mut self.defects) {
            self.push(block);
        }
    }

    fn finish(mut self) -> (Vec<Block>, Vec<Step>, Defects) {
        self.flush();
        self.never_closed();
        (self.intro, self.steps, self.defects)
    }
}

/// A title as one word, without its number: `2. Connect first` is `connect-first`.
fn slug(title: &str) -> String {
    let words =
        title.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ')' || c == ' ');
    let words = if words.is_empty() { title } else { words };
    let mut slug = String::new();
    for c in words.chars() {
        if c.is_alphanumeric() {
            slug.extend(c.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') && c != '\'' && c != '’' {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests;

//! Answers to questions: `print`, `ls`, `jobs`, `getsockopt s`, `who`, `explain`, `help` …

use super::Told;
use super::page::{INDENT, Page};
use super::{diagram, lab, list, markdown, packet, sockets};
use crate::event::{Answer, Holder, Job, OptionRow, TcpState};
use crate::text::style::Paint;
use crate::text::table::Table;

/// Shows the answer.
pub(super) fn answer(page: &mut Page<'_>, answer: &Answer, told: &mut Told) {
    match answer {
        Answer::Text { text, .. } => text_lines(page, text),
        Answer::Sockets { sockets } => sockets::sockets(page, sockets, told),
        Answer::Jobs { jobs } => self::jobs(page, jobs),
        Answer::Diagram { name, way } => diagram::diagram(page, name, way),
        Answer::Options { options } => fields(page, &["option", "value", "meaning"], options),
        Answer::Fields { title, fields } => {
            page.line(|page| page.foreign_in(title, Paint::Strong));
            self::fields(page, &["", "", ""], fields);
        }
        Answer::Holders { port, holders } => self::holders(page, *port, holders),
        Answer::Topic { markdown, .. } | Answer::Lesson { markdown } => {
            markdown::markdown(page, markdown)
        }
        Answer::List { groups } => list::list(page, groups),
        Answer::Anatomy(anatomy) => packet::anatomy(page, anatomy),
        Answer::Ladder(ladder) => packet::ladder(page, ladder),
        Answer::Flows { flows } => packet::flows(page, flows),
        Answer::Lab { hosts, wire } => lab::hosts(page, hosts, wire),
        Answer::Held { packets } => lab::held(page, packets, &mut told.packets),
        Answer::Log { packets } => lab::log(page, packets),
        Answer::Checks { checks } => lab::checks(page, checks),
        Answer::Score { sides } => lab::score(page, sides),
    }
}

/// Lines as they are; one that is folded keeps its own indentation.
fn text_lines(page: &mut Page<'_>, text: &str) {
    if text.is_empty() {
        return;
    }
    for line in text.trim_end_matches('\n').split('\n') {
        let words = line.trim_start_matches(' ');
        let blanks = line.len() - words.len();
        let most = page.style().width.map_or(blanks, |width| width / 2);
        let indent = format!("{INDENT}{}", " ".repeat(blanks.min(most)));
        page.hanging(&indent, &indent, |page| page.foreign(words));
    }
}

fn jobs(page: &mut Page<'_>, jobs: &[Job]) {
    if jobs.is_empty() {
        page.line(|page| page.own("No call is blocked."));
        return;
    }
    let mut table = Table::new(&["", "", ""]).folds(1);
    for job in jobs {
        let call = page.clean(&job.call).into_owned();
        table.row([
            format!("[job {}]", job.n),
            call,
            format!("sleeps in {}", page.clean(&job.sleeps_in)),
        ]);
    }
    show(page, &table);
}

fn fields(page: &mut Page<'_>, titles: &[&'static str; 3], rows: &[OptionRow]) {
    if rows.is_empty() {
        page.line(|page| page.own("None."));
        return;
    }
    let mut table = Table::new(titles).folds(2);
    for row in rows {
        table.row([&row.name, &row.value, &row.meaning].map(|text| page.clean(text).into_owned()));
    }
    show(page, &table);
}

fn holders(page: &mut Page<'_>, port: u16, holders: &[Holder]) {
    if holders.is_empty() {
        page.line(|page| page.value(format_args!("No socket holds port {port}.")));
        return;
    }
    let mut table = Table::new(&["proto", "local", "peer", "state", "held by"]).folds(4);
    for holder in holders {
        let peer = holder
            .peer
            .as_ref()
            .map_or("-".to_owned(), ToString::to_string);
        table.row([
            page.clean(&holder.proto).into_owned(),
            page.clean(&holder.local.to_string()).into_owned(),
            page.clean(&peer).into_owned(),
            holder.state.map_or("-", TcpState::name).to_owned(),
            page.clean(&held_by(holder, holders)).into_owned(),
        ]);
    }
    show(page, &table);
}

/// Who holds it, as exactly as this user may know.
fn held_by(holder: &Holder, all: &[Holder]) -> String {
    if let Some(socket) = &holder.socket {
        return format!("{socket}, in this session");
    }
    match (&holder.process, holder.pid) {
        (Some(process), Some(pid)) => format!("{process} (pid {pid})"),
        (Some(process), None) => process.clone(),
        (None, Some(pid)) => format!("pid {pid}"),
        (None, None) if !holder.owned => unowned(holder, all).to_owned(),
        (None, None) => format!("a process of user {}", holder.uid),
    }
}

/// Why no descriptor refers to a connection.
fn unowned(holder: &Holder, all: &[Holder]) -> &'static str {
    use TcpState::{CloseWait, Established, Listen, SynRecv};
    let listener = all.iter().any(|other| other.state == Some(Listen));
    match holder.state {
        Some(SynRecv) => "nobody yet; it is half open",
        Some(Established | CloseWait) if listener => "nobody yet; it waits for accept()",
        _ => "nobody; the kernel keeps it",
    }
}

fn show(page: &mut Page<'_>, table: &Table) {
    let lines = table.render(page.style(), INDENT);
    page.lines(&lines);
}

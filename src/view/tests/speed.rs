//! Large answers take time in proportion to their size.

use super::*;
use crate::undisturbed::thread_time;
use std::time::Duration;

fn ls(rows: usize) -> Duration {
    let row = |n: usize| {
        socket(
            &format!("s{n}"),
            "127.0.0.1:12345",
            Some("127.0.0.1:54321"),
            TcpState::Established,
        )
    };
    let event = event(What::Answer(Answer::Sockets {
        sockets: (0..rows).map(row).collect(),
    }));
    (0..5)
        .map(|_| {
            let start = thread_time();
            let lines = Renderer::new(TERMINAL).event(&event).lines().count();
            assert_eq!(lines, rows + 1);
            thread_time() - start
        })
        .min()
        .unwrap_or_default()
}

#[test]
fn ten_thousand_sockets_take_ten_times_a_thousand() {
    let (thousand, ten) = (ls(1_000), ls(10_000));
    // A table that looks at every row for every row would take a hundred times as long.
    assert!(
        ten < thousand * 40,
        "1,000 rows: {thousand:?}; 10,000 rows: {ten:?}"
    );
}

fn long_word(length: usize) -> Duration {
    let text = "x".repeat(length);
    let complaint = Complaint {
        message: text.clone(),
        source: text.clone(),
        span: (length / 2, length),
        expected: vec![],
        help: vec![],
    };
    let events = [
        What::Error(complaint),
        What::Answer(Answer::Text {
            text: text.clone(),
            waits: false,
        }),
        What::Data(Data {
            bytes: text,
            len: length,
            shown: None,
            from: None,
        }),
    ]
    .map(event);
    let render = || {
        let start = thread_time();
        for event in &events {
            assert!(!Renderer::new(TERMINAL).event(event).is_empty());
        }
        thread_time() - start
    };
    (0..3).map(|_| render()).min().unwrap_or_default()
}

#[test]
fn a_word_ten_times_as_long_takes_ten_times_as_long() {
    let (short, long) = (long_word(10_000), long_word(100_000));
    assert!(
        long < short * 40,
        "10,000 characters: {short:?}; 100,000: {long:?}"
    );
}

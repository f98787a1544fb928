//! Large answers take time in proportion to their size.

use super::*;
use std::time::{Duration, Instant};

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
            let start = Instant::now();
            let lines = Renderer::new(TERMINAL).event(&event).lines().count();
            assert_eq!(lines, rows + 1);
            start.elapsed()
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

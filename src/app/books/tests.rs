//! Who is watched.

use crate::app::{App, Settings};

#[test]
fn a_socket_that_is_closed_is_watched_no_more() {
    let mut app = App::new(Settings::default()).unwrap();
    let mut run = |line: &str| app.execute(line, &mut |_| {});
    run("s = socket tcp; bind s 127.0.0.1:0; listen s 5; t = socket tcp; bind t 127.0.0.1:0");
    run("close t");
    let id = app.session.find_socket("s").unwrap().id;
    assert_eq!(app.ledger.watched.iter().collect::<Vec<_>>(), [&id.0]);
    // As the sockets of a laboratory that goes down, without a close of their own.
    app.session.end_all();
    app.ledger.closed(id, false);
    assert!(app.ledger.watched.is_empty());
}

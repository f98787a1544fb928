use super::*;
use TcpState::{Close, CloseWait, Established, FinWait2, Listen, SynSent};

fn addr(port: u16) -> Addr {
    Addr::Inet(([127, 0, 0, 1], port).into())
}

fn any() -> Addr {
    Addr::Inet(([0, 0, 0, 0], 0).into())
}

fn tcp(state: TcpState) -> Look {
    Look {
        local: Some(addr(1)),
        peer: Some(addr(2)),
        state: Some(state),
        ..Look::default()
    }
}

#[test]
fn only_what_differs_is_told() {
    let mut books = Books::new();
    let fresh = Look {
        local: Some(any()),
        state: Some(Close),
        ..Look::default()
    };
    assert_eq!(
        books.observe(1, fresh.clone()),
        Some(Change {
            to: Some(Close),
            ..nothing()
        })
    );
    assert_eq!(books.observe(1, fresh), None);

    let bound = Look {
        local: Some(addr(1)),
        state: Some(Close),
        ..Look::default()
    };
    assert_eq!(
        books.observe(1, bound.clone()),
        Some(Change {
            local: Some(addr(1)),
            ..nothing()
        })
    );

    let listening = Look {
        state: Some(Listen),
        backlog: Some((0, 5)),
        ..bound
    };
    let told = Change {
        from: Some(Close),
        to: Some(Listen),
        backlog: Some((0, 5)),
        ..nothing()
    };
    assert_eq!(books.observe(1, listening.clone()), Some(told));

    let waiting = Look {
        backlog: Some((1, 5)),
        ..listening
    };
    assert_eq!(
        books.observe(1, waiting),
        Some(Change {
            backlog: Some((1, 5)),
            ..nothing()
        })
    );
    assert_eq!(books.way(1), [Close, Listen]);
}

#[test]
fn an_accepted_connection_comes_with_its_addresses() {
    let mut books = Books::new();
    let seen = Look {
        recvq: 3,
        ..tcp(Established)
    };
    let told = Change {
        to: Some(Established),
        local: Some(addr(1)),
        peer: Some(addr(2)),
        recvq: Some(3),
        ..nothing()
    };
    assert_eq!(books.observe(1, seen), Some(told));
}

#[test]
fn datagram_sockets_have_no_state() {
    let mut books = Books::new();
    assert_eq!(
        books.observe(
            1,
            Look {
                local: Some(any()),
                ..Look::default()
            }
        ),
        None
    );
    let bound = Look {
        local: Some(addr(1)),
        ..Look::default()
    };
    assert_eq!(
        books.observe(1, bound),
        Some(Change {
            local: Some(addr(1)),
            ..nothing()
        })
    );
    assert_eq!((books.state(1), books.way(1)), (None, &[][..]));
    books.closed(1, false);
    assert_eq!((books.last(1), books.next_look()), (None, None));
}

#[test]
fn an_end_that_may_be_time_wait_is_left_to_sock_diag_and_a_new_connection_takes_over() {
    let mut books = Books::new();
    books.observe(1, tcp(FinWait2));
    let over = Look {
        peer: None,
        ..tcp(Close)
    };
    assert_eq!(books.observe(1, over.clone()), None);
    assert_eq!(books.state(1), Some(FinWait2));
    assert!(books.next_look().is_some(), "sock_diag is to be asked");
    assert!(books.living().is_empty(), "its descriptor is open");
    let told = books.observe(1, tcp(SynSent)).unwrap();
    assert_eq!((told.from, told.to), (Some(FinWait2), Some(SynSent)));
    assert_eq!(books.next_look(), None);
}

#[test]
fn a_reset_is_told_at_once() {
    let mut books = Books::new();
    books.observe(1, tcp(CloseWait));
    let told = books
        .observe(
            1,
            Look {
                peer: None,
                ..tcp(Close)
            },
        )
        .unwrap();
    assert_eq!((told.from, told.to), (Some(CloseWait), Some(Close)));
    books.closed(1, false);
    assert_eq!(
        (books.next_look(), books.way(1)),
        (None, &[CloseWait, Close][..])
    );
}

#[test]
fn ten_thousand_sockets_leave_nothing_behind() {
    let mut books = Books::new();
    for id in 0..10_000 {
        books.observe(id, tcp(Established));
        books.observe(
            id,
            Look {
                sendq: 9,
                ..tcp(Established)
            },
        );
        books.observe(id, tcp(Close));
        books.closed(id, false);
        books.closed(id, false);
    }
    assert_eq!(
        (books.open.len(), books.sending.len(), books.gone.len()),
        (0, 0, GONE)
    );
    assert_eq!(books.next_look(), None);
}

//! Answers: tables, the diagram, lists, Markdown.

use super::*;
use crate::text::wrap;
use insta::assert_snapshot;

fn answer(style: Style, answer: Answer) -> String {
    let shown = shown(style, What::Answer(answer));
    if let Some(width) = style.width {
        assert!(
            shown.lines().all(|line| wrap::columns(line) <= width),
            "{shown}"
        );
    }
    shown
}

fn ls(style: Style, sockets: Vec<SocketRow>) -> String {
    answer(style, Answer::Sockets { sockets })
}

fn text(words: &str) -> String {
    words.to_owned()
}

#[test]
fn text_keeps_its_lines_and_indentation() {
    let lines = "sockets are files\n    indented, and so long that it has to be folded somewhere near the end of it\u{7}";
    assert_snapshot!(answer(TERMINAL, Answer::Text { text: text(lines), waits: false }), @r"
    sock>
      sockets are files
          indented, and so long that it has to be folded somewhere near the end of
          it\x07
    ");
    assert_eq!(
        answer(
            TERMINAL,
            Answer::Text {
                text: String::new(),
                waits: false
            }
        ),
        "sock>\n"
    );
}

fn sheet() -> Vec<SocketRow> {
    let mut listener = socket("s", "127.0.0.1:12345", None, TcpState::Listen);
    listener.recvq = 1;
    listener.sendq = 5;
    (listener.job, listener.jobs) = (Some(2), vec![1, 2]);
    let mut conn = socket(
        "conn",
        "127.0.0.1:12345",
        Some("127.0.0.1:54321"),
        TcpState::Established,
    );
    conn.last = true;
    vec![listener, conn]
}

#[test]
fn ls_fits_eighty_columns() {
    assert_snapshot!(ls(TERMINAL, sheet()), @r"
    sock>
      name fd proto local           peer            state       recvq sendq rwx job
      s     3 tcp   127.0.0.1:12345 -               LISTEN          1     5 -w- 1,2
      conn  3 tcp   127.0.0.1:12345 127.0.0.1:54321 ESTABLISHED     0     0 -w-
      . means conn
      In LISTEN, recvq counts the connections that wait for accept, and sendq is
      their limit (the backlog).
    ");
    assert_snapshot!(ls(TERMINAL, vec![]), @r"
    sock>
      No sockets. Make one: s = socket tcp
    ");
}

const LONG: &str = "[2001:db8:1234:5678:9abc:def0:1234:5678]:54321";

fn crowd() -> Vec<SocketRow> {
    let mut rows = sheet();
    rows.push(socket(
        "c",
        "[fd00::1]:443",
        Some(LONG),
        TcpState::Established,
    ));
    rows.push(socket(
        "a_very_long_name_for_a_socket",
        LONG,
        Some(LONG),
        TcpState::Closing,
    ));
    rows[2].proto = text("tcp6");
    rows
}

#[test]
fn ls_shortens_addresses_and_keeps_ports() {
    let rows = crowd();
    assert_snapshot!(ls(TERMINAL, rows.clone()), @r"
    sock>
      name     fd proto local            peer            state       recvq sendq rwx
      s         3 tcp   127.0.0.1:12345  -               LISTEN          1     5 -w-
      conn      3 tcp   127.0.0.1:12345  127.0.0.1:54321 ESTABLISHED     0     0 -w-
      c         3 tcp6  [fd00::1]:443    [2001:d…]:54321 ESTABLISHED     0     0 -w-
      a_very_…  3 tcp   [2001:db…]:54321 [2001:d…]:54321 CLOSING         0     0 -w-
      . means conn
      In LISTEN, recvq counts the connections that wait for accept, and sendq is
      their limit (the backlog).
      Shortened to fit; a wider terminal shows all.
    ");
    assert_snapshot!(ls(ASCII, rows[..3].to_vec()), @r"
    sock>
      name fd proto local           peer             state       recvq sendq rwx job
      s     3 tcp   127.0.0.1:12345 -                LISTEN          1     5 -w- 1,2
      conn  3 tcp   127.0.0.1:12345 127.0.0.1:54321  ESTABLISHED     0     0 -w-
      c     3 tcp6  [fd00::1]:443   [2001:...]:54321 ESTABLISHED     0     0 -w-
      . means conn
      In LISTEN, recvq counts the connections that wait for accept, and sendq is
      their limit (the backlog).
      Shortened to fit; a wider terminal shows all.
    ");
    assert!(ls(Style::PLAIN, rows).contains(LONG), "a pipe shows all");
}

#[test]
fn ls_has_a_column_of_hosts_where_there_are_any() {
    let mut rows = crowd();
    rows.iter_mut()
        .for_each(|row| row.host = Some(text("server")));
    assert_snapshot!(ls(TERMINAL, rows.clone()), @r"
    sock>
      name     fd host   local             peer              state       recvq sendq
      s         3 server 127.0.0.1:12345   -                 LISTEN          1     5
      conn      3 server 127.0.0.1:12345   127.0.0.1:54321   ESTABLISHED     0     0
      c         3 server [fd00::1]:443     [2001:db8…]:54321 ESTABLISHED     0     0
      a_very_…  3 server [2001:db8…]:54321 [2001:db8…]:54321 CLOSING         0     0
      . means conn
      In LISTEN, recvq counts the connections that wait for accept, and sendq is
      their limit (the backlog).
      Shortened to fit; a wider terminal shows all.
    ");
    for width in 40..120 {
        ls(
            Style {
                width: Some(width),
                ..TERMINAL
            },
            rows.clone(),
        );
    }
}

#[test]
fn ls_shows_unix_names_by_their_end() {
    let mut row = socket("u", "0.0.0.0:0", None, TcpState::Close);
    row.state = None;
    row.proto = text("unix-stream");
    row.local = Some(Addr::Path(
        "/tmp/a/rather/long/path/to/some/socket/of/a/server.sock".into(),
    ));
    row.peer = Some(Addr::Abstract(b"evil\x1b[2Jname\n".to_vec()));
    assert_snapshot!(ls(TERMINAL, vec![row]), @r"
    sock>
      name fd proto       local              peer              state recvq sendq rwx
      u     3 unix-stream /tmp/…/server.sock @evil…1b[2Jname\n -         0     0 -w-
      Shortened to fit; a wider terminal shows all.
    ");
}

#[test]
fn jobs_are_listed() {
    let job = Job {
        n: 2,
        status: JobStatus::Blocked,
        call: text("conn = accept s"),
        sleeps_in: text("accept()"),
    };
    assert_snapshot!(answer(TERMINAL, Answer::Jobs { jobs: vec![job] }), @r"
    sock>
      [job 2]  conn = accept s  sleeps in accept()
    ");
    assert_snapshot!(answer(TERMINAL, Answer::Jobs { jobs: vec![] }), @r"
    sock>
      No call is blocked.
    ");
}

fn diagram(way: &[TcpState]) -> Answer {
    Answer::Diagram {
        name: text("c"),
        way: way.to_vec(),
    }
}

#[test]
fn the_diagram_marks_the_place_and_the_way() {
    use TcpState::*;
    assert_snapshot!(answer(TERMINAL, diagram(&[Close, SynSent, Established])), @r"
    sock>
      c is in ESTABLISHED    [[here]]  (was there)
                                        (CLOSE)
                    listen()  ┌────────────┴────────────┐  connect()
        (end) is CLOSE again; ▼                         ▼  snd SYN
        a RST leads there   LISTEN                  (SYN_SENT)
                     rcv SYN  │                         │  rcv SYN, snd SYN+ACK
                 snd SYN+ACK  ▼                         │  (both at once)
                           SYN_RECV  ◀──────────────────┤
                     rcv ACK  └───▶ [[ESTABLISHED]] ◀───┘  rcv SYN+ACK, snd ACK
                     close()  ┌────────────┴────────────┐  rcv FIN
                     snd FIN  ▼                         ▼  snd ACK
                          FIN_WAIT1                 CLOSE_WAIT
          rcv ACK ┌───────────┼───────────┐ rcv FIN     │  close()
                  ▼           │ rcv FIN   ▼ snd ACK     ▼  snd FIN
              FIN_WAIT2       │ +ACK   CLOSING       LAST_ACK
          rcv FIN │           │ snd ACK   │ rcv ACK     │  rcv ACK
          snd ACK │           ▼           │             ▼
                  └────▶  TIME_WAIT  ◀────┘           (end)
                              └─▶ (end) after 60 s on Linux
      its way  CLOSE → SYN_SENT → ESTABLISHED
    ");
    assert_snapshot!(answer(ASCII, diagram(&[Close, SynSent, Established, FinWait1, FinWait2, TimeWait])), @r"
    sock>
      c is in TIME_WAIT    [[here]]  (was there)
                                        (CLOSE)
                    listen()  +------------+------------+  connect()
        (end) is CLOSE again; v                         v  snd SYN
        a RST leads there   LISTEN                  (SYN_SENT)
                     rcv SYN  |                         |  rcv SYN, snd SYN+ACK
                 snd SYN+ACK  v                         |  (both at once)
                           SYN_RECV  <------------------+
                     rcv ACK  +--->  (ESTABLISHED)  <---+  rcv SYN+ACK, snd ACK
                     close()  +------------+------------+  rcv FIN
                     snd FIN  v                         v  snd ACK
                         (FIN_WAIT1)                CLOSE_WAIT
          rcv ACK +-----------+-----------+ rcv FIN     |  close()
                  v           | rcv FIN   v snd ACK     v  snd FIN
             (FIN_WAIT2)      | +ACK   CLOSING       LAST_ACK
          rcv FIN |           | snd ACK   | rcv ACK     |  rcv ACK
          snd ACK |           v           |             v
                  +---->[[TIME_WAIT]]<----+           (end)
                              +-> (end) after 60 s on Linux
      its way  CLOSE -> SYN_SENT -> ESTABLISHED -> FIN_WAIT1 -> FIN_WAIT2 ->
               TIME_WAIT
    ");
}

#[test]
fn the_diagram_fits_the_screen_or_is_left_out() {
    let longest = answer(TERMINAL, diagram(&TcpState::ALL));
    assert!(
        longest.lines().count() <= 23,
        "22 lines and the prompt: {longest}"
    );
    for state in TcpState::ALL {
        assert!(
            answer(TERMINAL, diagram(&[state])).contains(&format!("[[{state}]]")),
            "{state}"
        );
    }
    let narrow = Style {
        width: Some(60),
        ..TERMINAL
    };
    assert_snapshot!(answer(narrow, diagram(&[TcpState::Close, TcpState::Listen])), @r"
    sock>
      c is in LISTEN    [[here]]  (was there)
      The diagram needs a terminal 76 columns wide.
      its way  CLOSE → LISTEN
    ");
}

#[test]
fn options_fold_their_meaning() {
    let row = |name: &str, value: &str, meaning: &str| OptionRow {
        name: text(name),
        value: text(value),
        meaning: text(meaning),
    };
    let options = vec![
        row(
            "SO_REUSEADDR",
            "0",
            "bind() may take a local address that an old connection in TIME_WAIT still uses",
        ),
        row("SO_RCVBUF", "131072", "bytes of the receive buffer"),
    ];
    assert_snapshot!(answer(TERMINAL, Answer::Options { options: options.clone() }), @r"
    sock>
      option        value   meaning
      SO_REUSEADDR  0       bind() may take a local address that an old connection
                            in TIME_WAIT still uses
      SO_RCVBUF     131072  bytes of the receive buffer
    ");
    assert_snapshot!(answer(TERMINAL, Answer::Fields { title: text("TCP_INFO of c"), fields: options }), @r"
    sock>
      TCP_INFO of c
      SO_REUSEADDR  0       bind() may take a local address that an old connection
                            in TIME_WAIT still uses
      SO_RCVBUF     131072  bytes of the receive buffer
    ");
}

#[test]
fn holders_of_a_port_are_named() {
    let holder = |socket: Option<&str>, pid, state| Holder {
        proto: text("tcp"),
        local: addr("127.0.0.1:12345"),
        peer: None,
        state: Some(state),
        socket: socket.map(text),
        pid,
        process: pid.map(|_| text("python3")),
        uid: 1000,
        owned: true,
        v6only: false,
    };
    let unowned = |state| Holder {
        owned: false,
        ..holder(None, None, state)
    };
    let holders = vec![
        holder(Some("s"), None, TcpState::Listen),
        holder(None, Some(4711), TcpState::Established),
        holder(None, None, TcpState::Listen),
        unowned(TcpState::TimeWait),
        unowned(TcpState::FinWait2),
        unowned(TcpState::Established),
        unowned(TcpState::SynRecv),
    ];
    assert_snapshot!(answer(TERMINAL, Answer::Holders { port: 12345, holders }), @r"
    sock>
      proto  local            peer  state        held by
      tcp    127.0.0.1:12345  -     LISTEN       s, in this session
      tcp    127.0.0.1:12345  -     ESTABLISHED  python3 (pid 4711)
      tcp    127.0.0.1:12345  -     LISTEN       a process of user 1000
      tcp    127.0.0.1:12345  -     TIME_WAIT    nobody; the kernel keeps it
      tcp    127.0.0.1:12345  -     FIN_WAIT2    nobody; the kernel keeps it
      tcp    127.0.0.1:12345  -     ESTABLISHED  nobody yet; it waits for accept()
      tcp    127.0.0.1:12345  -     SYN_RECV     nobody yet; it is half open
    ");
    assert_snapshot!(answer(TERMINAL, Answer::Holders { port: 1, holders: vec![] }), @r"
    sock>
      No socket holds port 1.
    ");
}

fn groups(count: usize, rows: usize) -> Answer {
    let row = |n: usize| {
        (
            format!("command{n} SOCKET"),
            format!("does the thing that command {n} does"),
        )
    };
    Answer::List {
        groups: (0..count)
            .map(|g| (format!("Group {g}"), (0..rows).map(row).collect()))
            .collect(),
    }
}

#[test]
fn a_list_fits_the_screen() {
    assert_snapshot!(answer(TERMINAL, groups(2, 3)), @r"
    sock>
      Group 0
        command0 SOCKET  does the thing that command 0 does
        command1 SOCKET  does the thing that command 1 does
        command2 SOCKET  does the thing that command 2 does
      Group 1
        command0 SOCKET  does the thing that command 0 does
        command1 SOCKET  does the thing that command 1 does
        command2 SOCKET  does the thing that command 2 does
    ");
    assert_snapshot!(answer(TERMINAL, groups(6, 5)), @r"
    sock>
      Group 0                                 Group 3
        command0 SOCKET  does the thing tha…    command0 SOCKET  does the thing tha…
        command1 SOCKET  does the thing tha…    command1 SOCKET  does the thing tha…
        command2 SOCKET  does the thing tha…    command2 SOCKET  does the thing tha…
        command3 SOCKET  does the thing tha…    command3 SOCKET  does the thing tha…
        command4 SOCKET  does the thing tha…    command4 SOCKET  does the thing tha…
      Group 1                                 Group 4
        command0 SOCKET  does the thing tha…    command0 SOCKET  does the thing tha…
        command1 SOCKET  does the thing tha…    command1 SOCKET  does the thing tha…
        command2 SOCKET  does the thing tha…    command2 SOCKET  does the thing tha…
        command3 SOCKET  does the thing tha…    command3 SOCKET  does the thing tha…
        command4 SOCKET  does the thing tha…    command4 SOCKET  does the thing tha…
      Group 2                                 Group 5
        command0 SOCKET  does the thing tha…    command0 SOCKET  does the thing tha…
        command1 SOCKET  does the thing tha…    command1 SOCKET  does the thing tha…
        command2 SOCKET  does the thing tha…    command2 SOCKET  does the thing tha…
        command3 SOCKET  does the thing tha…    command3 SOCKET  does the thing tha…
        command4 SOCKET  does the thing tha…    command4 SOCKET  does the thing tha…
    ");
    assert_snapshot!(answer(TERMINAL, groups(8, 8)), @r"
    sock>
      Group 0  command0 SOCKET  command1 SOCKET  command2 SOCKET  command3 SOCKET
               command4 SOCKET  command5 SOCKET  command6 SOCKET  command7 SOCKET
      Group 1  command0 SOCKET  command1 SOCKET  command2 SOCKET  command3 SOCKET
               command4 SOCKET  command5 SOCKET  command6 SOCKET  command7 SOCKET
      Group 2  command0 SOCKET  command1 SOCKET  command2 SOCKET  command3 SOCKET
               command4 SOCKET  command5 SOCKET  command6 SOCKET  command7 SOCKET
      Group 3  command0 SOCKET  command1 SOCKET  command2 SOCKET  command3 SOCKET
               command4 SOCKET  command5 SOCKET  command6 SOCKET  command7 SOCKET
      Group 4  command0 SOCKET  command1 SOCKET  command2 SOCKET  command3 SOCKET
               command4 SOCKET  command5 SOCKET  command6 SOCKET  command7 SOCKET
      Group 5  command0 SOCKET  command1 SOCKET  command2 SOCKET  command3 SOCKET
               command4 SOCKET  command5 SOCKET  command6 SOCKET  command7 SOCKET
      Group 6  command0 SOCKET  command1 SOCKET  command2 SOCKET  command3 SOCKET
               command4 SOCKET  command5 SOCKET  command6 SOCKET  command7 SOCKET
      Group 7  command0 SOCKET  command1 SOCKET  command2 SOCKET  command3 SOCKET
               command4 SOCKET  command5 SOCKET  command6 SOCKET  command7 SOCKET
    ");
    for (count, rows) in [(2, 3), (3, 7), (6, 5), (8, 8)] {
        assert!(answer(TERMINAL, groups(count, rows)).lines().count() <= 24);
    }
    assert_eq!(
        answer(Style::PLAIN, groups(8, 8)).lines().count(),
        1 + 8 * 9,
        "a pipe gets all of it"
    );
}

const TOPIC: &str = "## What it does

Gives the socket a *local* address: an IP address of this machine and a port, or a
path for a Unix socket. `bind()` sends **no** packet.

- **EADDRINUSE** another socket has that address and port, or an old connection
  of it is in TIME_WAIT; Unix: the path exists. `*:80` overlaps all.
- **EINVAL** the socket has an address already.

```python
s.bind((\"127.0.0.1\", 12345))    # two blanks  stay
```

| a | b |
|---|---|
| `x` | yes \u{1b}[2J → no |
";

fn topic() -> Answer {
    Answer::Topic {
        topic: text("bind"),
        markdown: text(TOPIC),
    }
}

#[test]
fn markdown_is_drawn_on_a_terminal() {
    assert_snapshot!(answer(TERMINAL, topic()), @r#"
    sock>
    What it does

    Gives the socket a local address: an IP address of this machine and a port, or a
    path for a Unix socket. `bind()` sends no packet.

    • EADDRINUSE another socket has that address and port, or an old connection of
      it is in TIME_WAIT; Unix: the path exists. `*:80` overlaps all.
    • EINVAL the socket has an address already.

    Python:
      s.bind(("127.0.0.1", 12345))    # two blanks  stay

    │ a │       b        │
    ├───┼────────────────┤
    │`x`│yes \x1b[2J → no│
    "#);
    assert_snapshot!(answer(ASCII, topic()), @r#"
    sock>
    What it does

    Gives the socket a local address: an IP address of this machine and a port, or a
    path for a Unix socket. `bind()` sends no packet.

    * EADDRINUSE another socket has that address and port, or an old connection of
      it is in TIME_WAIT; Unix: the path exists. `*:80` overlaps all.
    * EINVAL the socket has an address already.

    Python:
      s.bind(("127.0.0.1", 12345))    # two blanks  stay

    | a |        b        |
    +---+-----------------+
    |`x`|yes \x1b[2J -> no|
    "#);
    assert_snapshot!(answer(Style { width: Some(40), ..TERMINAL }, Answer::Lesson { markdown: text(TOPIC) }), @r#"
    sock>
    What it does

    Gives the socket a local address: an IP
    address of this machine and a port, or a
    path for a Unix socket. `bind()` sends
    no packet.

    • EADDRINUSE another socket has that
      address and port, or an old connection
      of it is in TIME_WAIT; Unix: the path
      exists. `*:80` overlaps all.
    • EINVAL the socket has an address
      already.

    Python:
      s.bind(("127.0.0.1", 12345))    # two
      blanks  stay

    │ a │       b        │
    ├───┼────────────────┤
    │`x`│yes \x1b[2J → no│
    "#);
}

#[test]
fn markdown_is_left_as_it_is_in_a_pipe() {
    assert_snapshot!(answer(Style::PLAIN, topic()), @r#"
    sock>
    ## What it does

    Gives the socket a *local* address: an IP address of this machine and a port, or
    a path for a Unix socket. `bind()` sends **no** packet.

    - **EADDRINUSE** another socket has that address and port, or an old connection
      of it is in TIME_WAIT; Unix: the path exists. `*:80` overlaps all.
    - **EINVAL** the socket has an address already.

    ```python
    s.bind(("127.0.0.1", 12345))    # two blanks  stay
    ```

    | a | b |
    |---|---|
    | `x` | yes \x1b[2J → no |
    "#);
}

#[test]
fn markdown_has_colors_but_no_codes_of_its_own() {
    let color = shown(
        Style {
            color: true,
            ..TERMINAL
        },
        What::Answer(topic()),
    );
    assert!(
        color.contains("\u{1b}[1mWhat it does\u{1b}[0m"),
        "{color:?}"
    );
    assert!(!color.contains("\u{1b}[2J"), "{color:?}");
}

//! Functions of C and Python that are no calls here: why, and what to type instead.

/// Functions of C and Python that are no calls here: their names, why, and what to type instead.
type NoCall = (
    &'static [&'static str],
    &'static str,
    &'static [&'static str],
);

const NO_CALLS: &[NoCall] = &[
    (
        &["gettimeout"],
        "Python keeps the time of its settimeout by itself; the kernel keeps these, 0 for ever",
        &["getsockopt s SO_RCVTIMEO", "getsockopt s SO_SNDTIMEO"],
    ),
    (
        &["min", "max", "sum"],
        "numbers have + - * ** & | << >> here: write the number itself",
        &["conn.recv(2048)"],
    ),
    (
        &["setdefaulttimeout"],
        "Python's settimeout is no call of the kernel's: it makes the socket non-blocking and polls before each call",
        &["setsockopt s SO_RCVTIMEO 5", "poll s r 5000"],
    ),
    (
        &["sleep", "usleep"],
        "nothing here needs a pause: using a result waits for it, and expect waits until it holds",
        &["wait", "expect quiet 1s"],
    ),
    (
        &["FD_ZERO", "FD_SET", "FD_CLR", "FD_ISSET"],
        "descriptor sets are not kept here",
        &["select r s c w d 5"],
    ),
    (
        &[
            "epoll_create",
            "epoll_create1",
            "epoll_ctl",
            "epoll_wait",
            "epoll",
            "ppoll",
            "pselect",
        ],
        "this call is not among those taught here",
        &["poll s rw c r 1000"],
    ),
    (
        &[
            "fork",
            "pthread_create",
            "Thread",
            "Process",
            "start_new_thread",
        ],
        "a call that sleeps becomes a job by itself, so one shell can play server and client",
        &["accept s", "jobs"],
    ),
    (
        &["scanf", "getline"],
        "write the text itself in its place",
        &["send s \"text\""],
    ),
    (
        &["open", "fopen"],
        "files are sent by name",
        &["send s @file"],
    ),
    (
        &["range", "xrange"],
        "there are no loops here: one call at a time",
        &["send s #100"],
    ),
    (
        &["getprotobyname"],
        "protocols have their numbers by name here",
        &["print IPPROTO_ICMP"],
    ),
    (
        &["time", "clock", "perf_counter", "gettimeofday"],
        "no clock is read here: with --json each event has its time",
        &["socktutor --json run FILE"],
    ),
    (
        &["getservbyname", "getservbyport"],
        "getaddrinfo knows the services",
        &["getaddrinfo localhost http"],
    ),
    (
        &["gethostbyaddr", "getnameinfo", "getfqdn"],
        "this call is not among those taught here",
        &["getaddrinfo localhost 80", "gethostname"],
    ),
    (
        &["sendmsg", "recvmsg"],
        "this call is not among those taught here",
        &["sendto s \"text\" 127.0.0.1:12345", "recvfrom s 1024"],
    ),
    (
        &["type", "id", "isinstance", "dir", "hasattr", "getattr"],
        "print shows what a name stands for, help lists what can be done with it",
        &["print s", "help"],
    ),
    (
        &["main"],
        "there are no functions here: one call at a time",
        &["the lines of its body"],
    ),
];

/// What is said to a function that is none here, and what to type.
pub(super) fn no_call(name: &str) -> Option<(&'static str, &'static [&'static str])> {
    let (_, why, instead) = NO_CALLS.iter().find(|(names, ..)| names.contains(&name))?;
    Some((why, instead))
}

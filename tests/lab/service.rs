//! What the helper process does on request, and what becomes of requests when it cannot.

use super::bench::{try_up, up, up_with};
use super::hosts::socket;
use super::live::{Live, helper_of, of_kind, own_helper, words};
use super::stepping::namespaces;
use super::support::until;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use socket2::{Domain, Type};
use socktutor::errno::Errno;
use socktutor::kernel::Diag;
use socktutor::lab::{Hosts, Unavailable, Undone};
use socktutor::sys::high::FLOOR;
use std::fs;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd};
use std::process::Command;
use std::time::{Duration, Instant};

const TCP: (i32, i32) = (libc::AF_INET, libc::SOCK_STREAM);

fn close_on_exec(fd: impl AsFd) -> bool {
    let flags = fcntl(fd.as_fd(), FcntlArg::F_GETFD).unwrap();
    FdFlag::from_bits_truncate(flags).contains(FdFlag::FD_CLOEXEC)
}

fn send(process: u32, which: Signal) {
    kill(Pid::from_raw(process as i32), which).unwrap();
}

#[test]
fn a_socket_is_as_one_of_the_machine() {
    let Some(hosts) = up(&["client", "server"]) else {
        return;
    };
    let one = socket(&hosts, 0, Domain::IPV4, Type::STREAM);
    assert!(one.as_raw_fd() < FLOOR);
    assert!(!close_on_exec(&one));
    let flags = libc::SOCK_DGRAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
    let two = socket(&hosts, 0, Domain::IPV4, flags.into());
    assert!(close_on_exec(&two));
    assert!(two.nonblocking().unwrap());
    assert_eq!(two.r#type().unwrap(), Type::DGRAM);

    let diag = hosts.diag(0).unwrap();
    assert!(diag.as_raw_fd() >= FLOOR && close_on_exec(&diag));
    for tun in hosts.take_tuns() {
        assert!(tun.as_raw_fd() >= FLOOR && close_on_exec(&tun));
    }
    assert!(hosts.take_tuns().is_empty());
}

#[test]
fn hosts_share_no_port_and_their_books_are_their_own() {
    let Some(hosts) = up(&["client", "server"]) else {
        return;
    };
    let port_80: SocketAddr = "0.0.0.0:80".parse().unwrap();
    let both = [0, 1].map(|host| {
        let listener = socket(&hosts, host, Domain::IPV4, Type::STREAM);
        listener.bind(&port_80.into()).unwrap();
        listener.listen(1).unwrap();
        listener
    });
    for (host, listener) in both.iter().enumerate() {
        let rows = Diag::over(hosts.diag(host).unwrap())
            .unwrap()
            .port(80)
            .unwrap();
        assert_eq!(rows.len(), 1, "{rows:?}");
        let inode = socktutor::kernel::inode(listener.as_fd());
        assert_eq!(inode, Some(rows[0].inode), "{rows:?}");
    }
    let machine = Diag::open().unwrap().port(80).unwrap();
    for listener in &both {
        let inode = socktutor::kernel::inode(listener.as_fd()).unwrap();
        assert!(machine.iter().all(|row| row.inode != inode), "{machine:?}");
    }
    // Namespaces as files, two of them, neither this process's.
    let spaces = namespaces(own_helper()).into_iter();
    let mut spaces: Vec<_> = spaces.map(|file| fs::read_link(file).unwrap()).collect();
    spaces.push(fs::read_link("/proc/self/ns/net").unwrap());
    spaces.sort();
    spaces.dedup();
    assert_eq!(spaces.len(), 3, "{spaces:?}");
}

#[test]
fn what_the_kernel_refuses_comes_back_as_its_errno() {
    let Some(hosts) = up(&["client"]) else {
        return;
    };
    let refused = |domain, kind, protocol| hosts.socket(0, domain, kind, protocol).unwrap_err();
    assert_eq!(
        refused(12345, libc::SOCK_STREAM, 0),
        Undone::Refused(Errno(libc::EAFNOSUPPORT))
    );
    assert_eq!(
        refused(libc::AF_INET, libc::SOCK_STREAM, 17),
        Undone::Refused(Errno(libc::EPROTONOSUPPORT))
    );
    assert_eq!(
        hosts.socket(1, TCP.0, TCP.1, 0),
        Err(Undone::Refused(Errno(libc::EHOSTDOWN)))
    );
    let invalid = Err(Undone::Refused(Errno(libc::EINVAL)));
    assert_eq!(hosts.set_mtu(0, 10), invalid);
    assert_eq!(hosts.set_mtu(0, u32::MAX), invalid);
    for outside in [
        "kernel.hostname",
        "net/../kernel/hostname",
        "net.ipv4.no_such_thing",
    ] {
        let error = hosts.sysctl(0, outside).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENOENT), "{outside}");
    }
}

#[test]
fn a_sysctl_is_the_host_s_own() {
    let machine = || fs::read_to_string("/proc/sys/net/ipv4/tcp_syn_retries").unwrap();
    let before = machine();
    let Some(hosts) = up(&["client", "server"]) else {
        return;
    };
    for host in 0..2 {
        assert_eq!(
            hosts.sysctl(host, "net.ipv4.tcp_syn_retries").unwrap(),
            "100"
        );
    }
    assert_eq!(machine(), before);
}

#[test]
fn a_small_mtu_takes_ipv6_away() {
    let Some(hosts) = up(&["client"]) else {
        return;
    };
    let own = SocketAddr::from((hosts.all()[0].v6, 0));
    let bind = || socket(&hosts, 0, Domain::IPV6, Type::DGRAM).bind(&own.into());
    bind().unwrap();
    hosts.set_mtu(0, 1280).unwrap();
    bind().unwrap();
    hosts.set_mtu(0, 1279).unwrap();
    assert_eq!(
        bind().unwrap_err().raw_os_error(),
        Some(libc::EADDRNOTAVAIL)
    );
    // It comes back, and is all that there is.
    hosts.set_mtu(0, 1500).unwrap();
    bind().unwrap();
    assert_eq!(
        hosts
            .sysctl(0, "net.ipv6.conf.wire0.addr_gen_mode")
            .unwrap(),
        "1"
    );
}

#[test]
fn a_helper_that_hangs_does_not_hang_the_shell() {
    let Some(hosts) = up(&["client"]) else {
        return;
    };
    let helper = own_helper();
    send(helper, Signal::SIGSTOP);
    let began = Instant::now();
    assert_eq!(hosts.socket(0, TCP.0, TCP.1, 0), Err(Undone::HelperSilent));
    assert!(began.elapsed() < Duration::from_secs(5));
    send(helper, Signal::SIGCONT);
    // The late answer is not taken for the one to this.
    assert_eq!(hosts.sysctl(0, "net.ipv4.tcp_fin_timeout").unwrap(), "600");
    let fd = socket(&hosts, 0, Domain::IPV4, Type::DGRAM);
    assert_eq!(fd.r#type().unwrap(), Type::DGRAM);

    send(helper, Signal::SIGSTOP);
    let began = Instant::now();
    drop(hosts);
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(
        !fs::exists(format!("/proc/{helper}")).unwrap(),
        "it is left as a zombie"
    );
}

#[test]
fn without_its_helper_a_host_is_down_and_its_sockets_live() {
    let Some(hosts) = up(&["client"]) else {
        return;
    };
    let before = socket(&hosts, 0, Domain::IPV4, Type::DGRAM);
    let helper = own_helper();
    send(helper, Signal::SIGKILL);
    until("the helper is down", || {
        (hosts.socket(0, TCP.0, TCP.1, 0) == Err(Undone::HelperEnded)).then_some(())
    });
    assert_eq!(hosts.set_mtu(0, 1400), Err(Undone::HelperEnded));
    let own = SocketAddr::from((hosts.all()[0].v4, 80));
    before.bind(&own.into()).unwrap();
    drop(hosts);
    assert!(!fs::exists(format!("/proc/{helper}")).unwrap());
}

/// A shell whose helper process got this signal, and is no longer at work.
fn without_helper(which: Signal, state: &str) -> Option<Live> {
    let mut live = Live::laboratory()?;
    live.run("client: u = socket udp");
    let helper = helper_of(live.pid());
    send(helper, which);
    until("the helper is down", || {
        let stat = fs::read_to_string(format!("/proc/{helper}/stat")).ok();
        stat.is_none_or(|stat| stat.contains(state)).then_some(())
    });
    Some(live)
}

#[test]
fn without_a_helper_no_call_is_made_and_the_way_out_is_said() {
    for (which, state, why) in [
        (Signal::SIGKILL, ") Z ", "has ended"),
        (Signal::SIGSTOP, ") T ", "has not answered within 2 s"),
    ] {
        for (line, what) in [
            ("server: s = socket tcp\n", "make a socket on server"),
            ("wire mtu 600\n", "change a host's device"),
        ] {
            let Some(live) = without_helper(which, state) else {
                return;
            };
            let (status, said) = live.last(line);
            assert_eq!(status, 2, "{said:?}");
            assert!(of_kind(&said, "syscall").is_empty(), "{said:?}");
            let wanted =
                format!("the laboratory's helper process {why}, and only it can {what}\nlab down;");
            assert!(words(&said).starts_with(&wanted), "{said:?}");
        }
        let mut live = without_helper(which, state).unwrap();
        live.run("client: bind u client:9\nexpect ok\nlab down; lab up\nserver: s = socket tcp\nexpect ok");
    }
}

#[test]
fn a_helper_that_is_none_is_named() {
    for (helper, says) in [
        ("/no/such/program", "/no/such/program"),
        ("/bin/true", "exit status: 0"),
    ] {
        match up_with(&["client"], helper.as_ref()) {
            Err(Unavailable::Helper(why)) => assert!(why.contains(says), "{why}"),
            other => panic!("{other:?}"),
        }
    }
    for count in [0, Hosts::MOST + 1] {
        let names = vec!["x"; count];
        assert_eq!(
            up_with(&names, "/bin/true".as_ref()).unwrap_err(),
            Unavailable::Count(count)
        );
    }
}

/// Tells this test program to be a process that may have no further descriptor.
const CRAMPED: &str = "SOCKTUTOR_LAB_CRAMPED";

/// What the next test starts: no test of its own.
#[test]
fn a_cramped_process() {
    if std::env::var_os(CRAMPED).is_none() {
        return;
    }
    let hosts = try_up(&["client"]).unwrap();
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, 3, hard).unwrap();
    let refused = hosts.socket(0, TCP.0, TCP.1, 0);
    setrlimit(Resource::RLIMIT_NOFILE, soft, hard).unwrap();
    assert_eq!(refused, Err(Undone::Refused(Errno(libc::EMFILE))));
    let fd = socket(&hosts, 0, Domain::IPV4, Type::DGRAM);
    assert_eq!(fd.r#type().unwrap(), Type::DGRAM);
}

#[test]
fn where_no_descriptor_is_left_socket_says_so() {
    if up(&["client"]).is_none() {
        return;
    }
    // In a process of its own: the limit would disturb the other tests.
    let ran = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "service::a_cramped_process", "--nocapture"])
        .env(CRAMPED, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    assert!(said.contains("1 passed"), "{said}");
}

//! However the shell dies, nothing is left.

use super::bench::{try_up, up};
use super::live::{Live, PAIR, helper_of, own_helper};
use super::stepping::namespaces;
use super::support::{root, until};
use socktutor::sys::high::FLOOR;
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Tells this test program to be a shell with a laboratory, until it is killed.
const SHELL: &str = "SOCKTUTOR_LAB_SHELL";

/// A shell with a laboratory, in a process of its own.
struct Shell {
    child: Child,
    helper: u32,
    networks: Vec<PathBuf>,
}

impl Shell {
    fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "orphans::a_shell_until_it_is_killed",
                "--nocapture",
            ])
            .env(SHELL, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let helper = lines
            .find_map(|line| {
                line.unwrap()
                    .split_once("laboratory ")
                    .map(|(_, rest)| rest.parse().unwrap())
            })
            .expect("the laboratory is up");
        let networks = namespaces(helper).into_iter();
        Self {
            child,
            helper,
            networks: networks.map(|file| fs::read_link(file).unwrap()).collect(),
        }
    }
}

/// What SIGKILL is sent to: no test of its own.
#[test]
fn a_shell_until_it_is_killed() {
    if std::env::var_os(SHELL).is_none() {
        return;
    }
    let hosts = try_up(&["client", "server"]).unwrap();
    let tuns = hosts.take_tuns();
    let sockets = [0, 1].map(|host| {
        hosts
            .socket(host, libc::AF_INET, libc::SOCK_STREAM, 0)
            .unwrap()
    });
    println!("laboratory {}", own_helper());
    let ended = std::io::stdin().read(&mut [0]);
    panic!("not killed: {ended:?} {tuns:?} {sockets:?}");
}

/// Whether a process has ended. Where process 1 is no init, it stays as a zombie.
fn ended(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok();
    stat.is_none_or(|stat| stat.contains(") Z "))
}

/// Every process that has one of these namespaces, as its own or as a descriptor.
fn holders(networks: &[PathBuf]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for process in fs::read_dir("/proc").unwrap().flatten() {
        let folder = process.path();
        let descriptors = fs::read_dir(folder.join("fd"))
            .into_iter()
            .flatten()
            .flatten();
        let mut links = descriptors.map(|entry| entry.path()).collect::<Vec<_>>();
        links.push(folder.join("ns/net"));
        let of_them = |link: &PathBuf| fs::read_link(link).is_ok_and(|to| networks.contains(&to));
        if links.iter().any(of_them) {
            found.insert(process.file_name().to_string_lossy().into_owned());
        }
    }
    found
}

/// A device of ours whose other end is in a host: it goes when the kernel has cleared the namespace away. `None` where this
/// user or this machine cannot have one.
fn witness(helper: u32) -> Option<PathBuf> {
    let (near, far) = (format!("wit{helper}"), format!("far{helper}"));
    let made = Command::new("ip")
        .args([
            "link",
            "add",
            &near,
            "type",
            "veth",
            "peer",
            "name",
            &far,
            "netns",
            &helper.to_string(),
        ])
        .output();
    let made = root() && made.is_ok_and(|ran| ran.status.success());
    let device = Path::new("/sys/class/net").join(near);
    println!("a device as a witness: {made}");
    made.then(|| {
        assert!(device.exists());
        device
    })
}

#[test]
fn a_killed_shell_leaves_no_process_namespace_or_device() {
    if up(&["client", "server"]).is_none() {
        return;
    }
    let mut shell = Shell::start();
    let witness = witness(shell.helper);
    assert_eq!(shell.networks.len(), 2);
    assert!(holders(&shell.networks).contains(&shell.helper.to_string()));
    shell.child.kill().unwrap();
    shell.child.wait().unwrap();
    until("the helper process has ended", || {
        ended(shell.helper).then_some(())
    });
    until("nobody has its namespaces", || {
        holders(&shell.networks).is_empty().then_some(())
    });
    if let Some(device) = witness {
        until("the namespace is cleared away", || {
            (!device.exists()).then_some(())
        });
    }
}

#[test]
fn lab_down_leaves_nothing() {
    let Some(hosts) = up(&["client", "server"]) else {
        return;
    };
    let helper = own_helper();
    let witness = witness(helper);
    drop(hosts);
    assert!(!fs::exists(format!("/proc/{helper}")).unwrap());
    if let Some(device) = witness {
        until("the namespace is cleared away", || {
            (!device.exists()).then_some(())
        });
    }
}

/// Both ends send a FIN that nobody acknowledges, and the kernel would repeat it for nearly two minutes.
#[test]
fn an_open_connection_does_not_keep_the_namespaces_of_a_killed_shell() {
    let Some(mut live) = Live::laboratory() else {
        return;
    };
    live.run(PAIR);
    let helper = helper_of(live.pid());
    let Some(device) = witness(helper) else {
        return;
    };
    // SIGKILL.
    drop(live);
    until("the namespace is cleared away", || {
        (!device.exists()).then_some(())
    });
}

#[test]
fn the_helper_holds_nothing_of_the_shell_and_hears_no_ctrl_c() {
    // Inherited by every child: not close-on-exec.
    let (read, _write) = nix::unistd::pipe().unwrap();
    let Some(_hosts) = up(&["client", "server"]) else {
        return;
    };
    let helper = own_helper();
    let folder = PathBuf::from(format!("/proc/{helper}"));
    let pipe = fs::metadata(format!("/proc/self/fd/{}", read.as_fd().as_raw_fd()))
        .unwrap()
        .ino();
    for entry in fs::read_dir(folder.join("fd")).unwrap().flatten() {
        // It may close some meanwhile: its copies of the devices go as soon as the shell has them.
        let is_pipe = fs::metadata(entry.path()).is_ok_and(|there| there.ino() == pipe);
        assert!(!is_pipe, "{entry:?}");
    }
    assert_eq!(
        fs::read_link(folder.join("fd/1")).unwrap(),
        Path::new("/dev/null")
    );
    assert_eq!(
        fs::read_link(folder.join("fd/2")).unwrap(),
        Path::new("/dev/null")
    );
    assert_eq!(fs::read_link(folder.join("cwd")).unwrap(), Path::new("/"));
    let is_tun = |entry: &fs::DirEntry| {
        fs::read_link(entry.path()).is_ok_and(|to| to == Path::new("/dev/net/tun"))
    };
    until("the devices are the shell's alone", || {
        let descriptors = fs::read_dir(folder.join("fd")).unwrap().flatten();
        (!descriptors.into_iter().any(|entry| is_tun(&entry))).then_some(())
    });

    let stat = fs::read_to_string(folder.join("stat")).unwrap();
    let group = stat.rsplit_once(") ").unwrap().1.split(' ').nth(2).unwrap();
    assert_eq!(group, helper.to_string());
    assert_eq!(
        fs::read_to_string(folder.join("comm")).unwrap(),
        "socktutor-lab\n"
    );
}

/// A copy of a descriptor of another process (pidfd_getfd(2)).
#[expect(unsafe_code, reason = "two system calls that nix lacks")]
fn stolen(process: u32, number: i32) -> OwnedFd {
    // SAFETY: they take numbers and give new descriptors or -1.
    unsafe {
        let pidfd = libc::syscall(libc::SYS_pidfd_open, process, 0) as i32;
        assert!(pidfd >= 0);
        let pidfd = OwnedFd::from_raw_fd(pidfd);
        let copy = libc::syscall(libc::SYS_pidfd_getfd, pidfd.as_raw_fd(), number, 0) as i32;
        assert!(copy >= 0, "{}", std::io::Error::last_os_error());
        OwnedFd::from_raw_fd(copy)
    }
}

#[test]
fn a_helper_whose_channel_is_kept_open_ends_with_its_shell() {
    if up(&["client", "server"]).is_none() {
        return;
    }
    let mut shell = Shell::start();
    let folder = PathBuf::from(format!("/proc/{}/fd", shell.child.id()));
    let numbers = fs::read_dir(&folder).unwrap().flatten();
    let high = numbers.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_socket = |number: &i32| {
        let link = fs::read_link(folder.join(number.to_string()));
        link.is_ok_and(|to| to.to_string_lossy().starts_with("socket:"))
    };
    let channel = high
        .filter(|number| *number >= FLOOR)
        .find(is_socket)
        .unwrap();
    let _kept = stolen(shell.child.id(), channel);
    shell.child.kill().unwrap();
    shell.child.wait().unwrap();
    until("the helper process has ended", || {
        ended(shell.helper).then_some(())
    });
}

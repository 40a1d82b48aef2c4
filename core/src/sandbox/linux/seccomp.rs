//! The system calls that a confined command cannot make, as a filter program for the kernel.
//!
//! Everything that is not listed is allowed: files are guarded by mounts and Landlock. Listed is what reaches
//! other processes, other namespaces, other machines, or parts of the kernel that are large and rarely needed.
//! A call by another architecture's numbers ends the process, since its numbers mean something else.

use libc::sock_filter;

use super::bpf::{ARCH, NUMBER, Program, argument};

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;
/// Numbers from here on are of the x32 kind.
#[cfg(target_arch = "x86_64")]
const X32: u32 = 0x4000_0000;

const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;
const KILL: u32 = libc::SECCOMP_RET_KILL_PROCESS;
const REFUSE: u32 = libc::SECCOMP_RET_ERRNO | libc::EPERM as u32;
/// For calls that programs can do without if the kernel is too old for them.
const UNKNOWN: u32 = libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32;
/// The process waits for the answer of whoever listens.
const ASK: u32 = libc::SECCOMP_RET_USER_NOTIF;
const NO_FAMILY: u32 = libc::SECCOMP_RET_ERRNO | libc::EAFNOSUPPORT as u32;

/// Refused whatever the arguments.
const REFUSED: &[libc::c_long] = &[
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_process_madvise,
    // Keys, tracing, programs inside of the kernel.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_fanotify_init,
    libc::SYS_fanotify_mark,
    libc::SYS_lookup_dcookie,
    // Namespaces and mounts.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_mount_setattr,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_open_by_handle_at,
    // The machine.
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_acct,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_vhangup,
    libc::SYS_nfsservctl,
];

#[cfg(target_arch = "x86_64")]
const REFUSED_HERE: &[libc::c_long] =
    &[libc::SYS_kexec_file_load, libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_uselib];
#[cfg(not(target_arch = "x86_64"))]
const REFUSED_HERE: &[libc::c_long] = &[];

/// As if the kernel did not know them. `clone3` is here because its flags cannot be seen; programs fall back to
/// `clone`.
const FORGOTTEN: &[libc::c_long] =
    &[libc::SYS_io_uring_setup, libc::SYS_io_uring_enter, libc::SYS_io_uring_register, libc::SYS_clone3];

const NEW_NAMESPACES: u32 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET) as u32;

/// Which sockets a command may make, besides those between processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sockets {
    /// None: there is no wall around the network but this.
    Local,
    /// TCP and UDP, where the network is allowed.
    Internet,
    /// The same in a network that leads nowhere. Sockets with a file would lead out of it, so who connects is asked about,
    /// and those that send without connecting are not made.
    Isolated,
}

/// What a command may do to processes that it did not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Neighbours {
    /// It sees none.
    Unseen,
    /// It sees them, so that calls which change them are refused.
    Seen,
}

/// The filter.
///
/// Calls are found by halving, since the kernel tries the program once for every number there is when it takes
/// it, and then for every call of a command that it cannot remember as always allowed.
pub fn filter(sockets: Sockets, neighbours: Neighbours) -> Vec<sock_filter> {
    let mut calls: Vec<(u32, Program)> = Vec::new();
    let mut on = |number: libc::c_long, block: &dyn Fn(&mut Program)| {
        let mut program = Program::default();
        block(&mut program);
        // A lone verdict needs no way past it.
        if program.instructions.len() > 1 {
            program.end(ALLOW);
        }
        calls.push((number as u32, program));
    };
    REFUSED.iter().chain(REFUSED_HERE).for_each(|number| on(*number, &|call| call.end(REFUSE)));
    FORGOTTEN.iter().for_each(|number| on(*number, &|call| call.end(UNKNOWN)));
    on(libc::SYS_clone, &|call| {
        call.load(argument(0));
        call.if_any_bit(NEW_NAMESPACES, REFUSE);
    });
    on(libc::SYS_ioctl, &|call| {
        call.load(argument(1));
        // Typing into a terminal that others read.
        call.if_equal(libc::TIOCSTI as u32, REFUSE);
        call.if_equal(TIOCLINUX, REFUSE);
    });
    on(libc::SYS_socket, &|call| socket(call, sockets));
    on(libc::SYS_socketpair, &|call| {
        call.load(argument(0));
        call.unless_equal(libc::AF_UNIX as u32, NO_FAMILY);
        if sockets == Sockets::Isolated {
            connected_only(call);
        }
    });
    if sockets == Sockets::Isolated {
        on(libc::SYS_connect, &|call| call.end(ASK));
    }
    if neighbours == Neighbours::Seen {
        for (number, place) in CHANGES_TO_OTHERS {
            on(*number, &|call| {
                call.load(argument(*place));
                call.unless_equal(0, REFUSE);
            });
        }
    }
    calls.sort_by_key(|(number, _)| *number);
    let mut program = Program::default();
    program.load(ARCH);
    program.unless_equal(ARCHITECTURE, KILL);
    program.load(NUMBER);
    #[cfg(target_arch = "x86_64")]
    program.if_at_least(X32, KILL);
    program.choose(&calls);
    program.instructions
}

const TIOCLINUX: u32 = 0x541c;

fn socket(call: &mut Program, sockets: Sockets) {
    call.load(argument(0));
    if sockets == Sockets::Isolated {
        let mut between_processes = Program::default();
        connected_only(&mut between_processes);
        between_processes.end(ALLOW);
        call.if_equal_then(libc::AF_UNIX as u32, &between_processes);
    } else {
        call.if_equal(libc::AF_UNIX as u32, ALLOW);
    }
    match sockets {
        Sockets::Local => call.end(REFUSE),
        Sockets::Internet | Sockets::Isolated => {
            call.unless_either(libc::AF_INET as u32, libc::AF_INET6 as u32, NO_FAMILY);
            call.load(argument(1));
            call.keep_bits(0xf);
            call.unless_either(libc::SOCK_STREAM as u32, libc::SOCK_DGRAM as u32, REFUSE);
            call.load(argument(2));
            call.if_equal(0, ALLOW);
            call.unless_either(libc::IPPROTO_TCP as u32, libc::IPPROTO_UDP as u32, REFUSE);
        }
    }
}

/// Refuses sockets that can send to an address without connecting to it.
fn connected_only(call: &mut Program) {
    call.load(argument(1));
    call.keep_bits(0xf);
    call.unless_either(libc::SOCK_STREAM as u32, libc::SOCK_SEQPACKET as u32, REFUSE);
}

/// Calls that change priority or limits of a process, and the place of its id; zero means the caller itself.
const CHANGES_TO_OTHERS: &[(libc::c_long, u32)] = &[
    (libc::SYS_prlimit64, 0),
    (libc::SYS_setpriority, 1),
    (libc::SYS_ioprio_set, 1),
    (libc::SYS_sched_setscheduler, 0),
    (libc::SYS_sched_setparam, 0),
    (libc::SYS_sched_setattr, 0),
];

#[cfg(test)]
mod tests {
    use super::super::bpf::{AND, IF_ANY_BIT, IF_AT_LEAST, IF_EQUAL, JUMP, LOAD, RETURN};
    use super::*;

    /// Runs a filter as the kernel does.
    fn verdict(program: &[sock_filter], arch: u32, number: u32, arguments: [u32; 3]) -> &'static str {
        let data = |place: u32| match place {
            NUMBER => number,
            ARCH => arch,
            place => arguments[(place as usize - 16) / 8],
        };
        let (mut accumulator, mut at) = (0, 0);
        loop {
            let sock_filter { code, jt, jf, k } = program[at];
            at += 1;
            let jump = |condition: bool| usize::from(if condition { jt } else { jf });
            match u32::from(code) {
                LOAD => accumulator = data(k),
                AND => accumulator &= k,
                IF_EQUAL => at += jump(accumulator == k),
                IF_AT_LEAST => at += jump(accumulator >= k),
                IF_ANY_BIT => at += jump(accumulator & k != 0),
                JUMP => at += k as usize,
                RETURN => {
                    return match k {
                        ALLOW => "allow",
                        KILL => "kill",
                        REFUSE => "EPERM",
                        UNKNOWN => "ENOSYS",
                        NO_FAMILY => "EAFNOSUPPORT",
                        ASK => "ask",
                        _ => "?",
                    };
                }
                other => panic!("instruction {other}"),
            }
        }
    }

    fn call(program: &[sock_filter], number: libc::c_long, arguments: [u32; 3]) -> &'static str {
        verdict(program, ARCHITECTURE, number as u32, arguments)
    }

    #[test]
    fn other_architectures_end_the_process() {
        let filter = filter(Sockets::Internet, Neighbours::Unseen);
        assert_eq!(verdict(&filter, 0x4000_0003, libc::SYS_read as u32, [0; 3]), "kill");
        #[cfg(target_arch = "x86_64")]
        assert_eq!(verdict(&filter, ARCHITECTURE, X32 | 1, [0; 3]), "kill");
    }

    #[test]
    fn ordinary_calls_are_allowed_and_side_doors_are_not() {
        let filter = filter(Sockets::Local, Neighbours::Seen);
        for number in [libc::SYS_read, libc::SYS_execve, libc::SYS_openat, libc::SYS_kill, libc::SYS_futex] {
            assert_eq!(call(&filter, number, [0; 3]), "allow");
        }
        for number in REFUSED {
            assert_eq!(call(&filter, *number, [0; 3]), "EPERM");
        }
        assert_eq!(call(&filter, libc::SYS_io_uring_setup, [0; 3]), "ENOSYS");
        assert_eq!(call(&filter, libc::SYS_clone3, [0; 3]), "ENOSYS");
        assert_eq!(call(&filter, libc::SYS_clone, [libc::SIGCHLD as u32, 0, 0]), "allow");
        assert_eq!(call(&filter, libc::SYS_clone, [libc::CLONE_NEWUSER as u32, 0, 0]), "EPERM");
        assert_eq!(call(&filter, libc::SYS_ioctl, [0, libc::TIOCSTI as u32, 0]), "EPERM");
        assert_eq!(call(&filter, libc::SYS_ioctl, [0, TIOCLINUX, 0]), "EPERM");
        assert_eq!(call(&filter, libc::SYS_ioctl, [0, libc::TIOCGWINSZ as u32, 0]), "allow");
    }

    #[test]
    fn every_number_is_decided_and_the_program_is_short() {
        let filter = filter(Sockets::Internet, Neighbours::Seen);
        assert!(filter.len() < 250, "{}", filter.len());
        let ends = filter.last().map(|last| (u32::from(last.code), last.k));
        assert_eq!(ends, Some((RETURN, ALLOW)), "nothing runs off the end");
        let refused = (0..600).filter(|number| call(&filter, *number, [u32::MAX; 3]) != "allow").count();
        let expected = REFUSED.len() + REFUSED_HERE.len() + FORGOTTEN.len() + CHANGES_TO_OTHERS.len() + 3;
        assert_eq!(refused, expected);
    }

    #[test]
    fn arguments_are_not_taken_for_numbers() {
        let filter = filter(Sockets::Internet, Neighbours::Seen);
        for number in REFUSED {
            let same = [*number as u32; 3];
            assert_eq!(call(&filter, libc::SYS_clone, same), "allow");
            assert_eq!(call(&filter, libc::SYS_ioctl, same), "allow");
        }
    }

    #[test]
    fn sockets() {
        let socket = |sockets, family: i32, kind: i32, protocol: i32| {
            let arguments = [family as u32, kind as u32, protocol as u32];
            call(&filter(sockets, Neighbours::Unseen), libc::SYS_socket, arguments)
        };
        use Sockets::{Internet, Local};
        let stream = libc::SOCK_STREAM | libc::SOCK_CLOEXEC;
        assert_eq!(socket(Local, libc::AF_UNIX, stream, 0), "allow");
        assert_eq!(socket(Local, libc::AF_INET, stream, 0), "EPERM");
        assert_eq!(socket(Internet, libc::AF_INET6, stream, libc::IPPROTO_TCP), "allow");
        assert_eq!(socket(Internet, libc::AF_INET, libc::SOCK_DGRAM, 0), "allow");
        assert_eq!(socket(Internet, libc::AF_INET, libc::SOCK_RAW, 0), "EPERM");
        assert_eq!(socket(Internet, libc::AF_INET, libc::SOCK_SEQPACKET, libc::IPPROTO_SCTP), "EPERM");
        assert_eq!(socket(Internet, libc::AF_INET, stream, libc::IPPROTO_SCTP), "EPERM");
        for family in [libc::AF_NETLINK, libc::AF_PACKET, libc::AF_VSOCK, libc::AF_ALG, libc::AF_BLUETOOTH] {
            assert_eq!(socket(Internet, family, libc::SOCK_DGRAM, 0), "EAFNOSUPPORT");
        }
        let pair = [libc::AF_INET as u32, libc::SOCK_STREAM as u32, 0];
        assert_eq!(call(&filter(Internet, Neighbours::Unseen), libc::SYS_socketpair, pair), "EAFNOSUPPORT");
    }

    #[test]
    fn who_leaves_an_isolated_network_is_asked_about() {
        let filter = filter(Sockets::Isolated, Neighbours::Unseen);
        let socket = |number, family: i32, kind: i32| {
            call(&filter, number, [family as u32, (kind | libc::SOCK_CLOEXEC) as u32, 0])
        };
        for number in [libc::SYS_socket, libc::SYS_socketpair] {
            assert_eq!(socket(number, libc::AF_UNIX, libc::SOCK_STREAM), "allow");
            assert_eq!(socket(number, libc::AF_UNIX, libc::SOCK_SEQPACKET), "allow");
            assert_eq!(socket(number, libc::AF_UNIX, libc::SOCK_DGRAM), "EPERM");
            // The kernel takes it for the former.
            assert_eq!(socket(number, libc::AF_UNIX, libc::SOCK_RAW), "EPERM");
        }
        assert_eq!(socket(libc::SYS_socket, libc::AF_INET, libc::SOCK_DGRAM), "allow");
        assert_eq!(socket(libc::SYS_socket, libc::AF_NETLINK, libc::SOCK_RAW), "EAFNOSUPPORT");
        assert_eq!(call(&filter, libc::SYS_connect, [3, 0, 0]), "ask");
    }

    #[test]
    fn other_processes_are_left_alone_where_they_are_seen() {
        let prlimit =
            |neighbours, pid| call(&filter(Sockets::Local, neighbours), libc::SYS_prlimit64, [pid, 0, 0]);
        assert_eq!(prlimit(Neighbours::Seen, 0), "allow");
        assert_eq!(prlimit(Neighbours::Seen, 77), "EPERM");
        assert_eq!(prlimit(Neighbours::Unseen, 77), "allow");
    }
}

//! A kernel that can do less than this one: system calls that fail as they would there.

#![allow(unsafe_code, reason = "the filter is handed to the kernel")]

use std::io;

use serde::{Deserialize, Serialize};

/// What such a kernel, or the container on it, refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Obstacle {
    /// New namespaces, as the default profile of containers does.
    Namespaces,
    /// Landlock, as kernels before 5.13 do.
    Landlock,
}

impl Obstacle {
    /// From now on, for this process and all that it starts.
    pub fn put_up(self) -> io::Result<()> {
        let calls: &[(libc::c_long, i32)] = match self {
            Self::Namespaces => &[
                (libc::SYS_unshare, libc::EPERM),
                (libc::SYS_setns, libc::EPERM),
                (libc::SYS_clone3, libc::ENOSYS),
            ],
            Self::Landlock => &[(libc::SYS_landlock_create_ruleset, libc::ENOSYS)],
        };
        let jump = |code: u32, value: u32, if_true: u8, if_false: u8| libc::sock_filter {
            code: code as u16,
            jt: if_true,
            jf: if_false,
            k: value,
        };
        let load = |place: u32| jump(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, place, 0, 0);
        let refuse = |errno: i32| {
            jump(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ERRNO | errno.unsigned_abs(), 0, 0)
        };
        let if_equal =
            |value: u32, skip: u8| jump(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, value, 0, skip);
        let mut filter = vec![load(0)];
        for (call, errno) in calls {
            filter.extend([if_equal(u32::try_from(*call).map_err(io::Error::other)?, 1), refuse(*errno)]);
        }
        if self == Self::Namespaces {
            // The flags of clone are its first argument.
            let user = libc::CLONE_NEWUSER.unsigned_abs();
            let if_set = jump(libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K, user, 0, 1);
            filter.extend([if_equal(libc::SYS_clone as u32, 3), load(16), if_set, refuse(libc::EPERM)]);
        }
        filter.push(jump(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW, 0, 0));
        let length = u16::try_from(filter.len()).map_err(io::Error::other)?;
        let program = libc::sock_fprog { len: length, filter: filter.as_mut_ptr() };
        // SAFETY: numbers, and a program that lives as long as the call.
        let put_up = unsafe {
            libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
                && libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const program) == 0
        };
        if put_up { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}

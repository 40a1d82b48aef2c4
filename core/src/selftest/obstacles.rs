//! A kernel that can do less than this one: system calls that fail as they would there.

use std::io;

use serde::{Deserialize, Serialize};

use crate::sandbox::linux::bpf::{NUMBER, Program, argument, set_filter};

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
        let mut program = Program::default();
        program.load(NUMBER);
        let mut refuse = |call: libc::c_long, errno: i32| program.if_equal(call as u32, error(errno));
        match self {
            Self::Namespaces => {
                refuse(libc::SYS_unshare, libc::EPERM);
                refuse(libc::SYS_setns, libc::EPERM);
                refuse(libc::SYS_clone3, libc::ENOSYS);
                let mut clone = Program::default();
                clone.load(argument(0));
                clone.if_any_bit(libc::CLONE_NEWUSER as u32, error(libc::EPERM));
                clone.end(libc::SECCOMP_RET_ALLOW);
                program.if_equal_then(libc::SYS_clone as u32, &clone);
            }
            Self::Landlock => refuse(libc::SYS_landlock_create_ruleset, libc::ENOSYS),
        }
        program.end(libc::SECCOMP_RET_ALLOW);
        rustix::thread::set_no_new_privs(true)?;
        match set_filter(0, &program.instructions) {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

/// The verdict with which a call fails.
fn error(errno: i32) -> u32 {
    libc::SECCOMP_RET_ERRNO | errno.unsigned_abs()
}

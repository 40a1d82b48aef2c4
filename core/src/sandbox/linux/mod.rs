//! The helper on Linux: processes between the server and the command.
//!
//! ```text
//! server ─socket─▶ nursery       forks a helper at each order; one for all commands
//!       └─socket───▶ └▶ outer      waits, reports, and clears up whatever happens
//!                         └▶ inner    builds the walls, reaps; the init of the process namespace if there is one
//!                              └▶ command   put into its own session, stripped of rights, executed
//! ```
//!
//! Outer and inner get ready before they know the command, so that one pair can wait ahead of need; the plan
//! and the streams come over the socket. Outer ends inner when the server goes; inner ends everything when outer goes. Without a process
//! namespace both are subreapers, so that no orphan gets away even if one of them is killed. From
//! inner on, everything lives within limits (`limits`, and `cgroup` where there is one).

pub(crate) mod bpf;
mod broken;
mod cgroup;
mod command;
mod confine;
mod exact;
pub(super) mod helper;
mod inner;
pub(super) mod landlock;
mod limits;
mod mounts;
mod namespace;
mod nursery;
mod outer;
mod seccomp;
pub(super) mod sockets;
pub(super) mod stubs;
mod successor;
mod sys;
mod tree;

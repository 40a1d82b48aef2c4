//! Filters of system calls in the making: the instructions of which they consist, and how the kernel is given them.

#![allow(unsafe_code, reason = "the filter is handed to the kernel")]

use libc::sock_filter;

/// Places in `struct seccomp_data`.
pub const NUMBER: u32 = 0;
pub const ARCH: u32 = 4;

/// The lower half of an argument; both architectures put it first.
pub const fn argument(index: u32) -> u32 {
    16 + 8 * index
}

/// Kinds of instructions.
pub const LOAD: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
pub const IF_EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
pub const IF_AT_LEAST: u32 = libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K;
pub const IF_ANY_BIT: u32 = libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K;
pub const AND: u32 = libc::BPF_ALU | libc::BPF_AND | libc::BPF_K;
pub const JUMP: u32 = libc::BPF_JMP | libc::BPF_JA;
pub const RETURN: u32 = libc::BPF_RET | libc::BPF_K;

/// So many calls are looked through one by one.
const FEW: usize = 8;

/// A filter in the making.
#[derive(Clone, Default)]
pub struct Program {
    pub instructions: Vec<sock_filter>,
}

impl Program {
    fn push(&mut self, code: u32, value: u32, if_true: u8, if_false: u8) {
        self.instructions.push(sock_filter { code: code as u16, jt: if_true, jf: if_false, k: value });
    }

    pub fn load(&mut self, place: u32) {
        self.push(LOAD, place, 0, 0);
    }

    pub fn keep_bits(&mut self, mask: u32) {
        self.push(AND, mask, 0, 0);
    }

    pub fn end(&mut self, verdict: u32) {
        self.push(RETURN, verdict, 0, 0);
    }

    pub fn if_equal(&mut self, value: u32, verdict: u32) {
        self.push(IF_EQUAL, value, 0, 1);
        self.end(verdict);
    }

    /// Goes on with a block that comes to a verdict.
    pub fn if_equal_then(&mut self, value: u32, block: &Program) {
        self.push(IF_EQUAL, value, 0, u8::try_from(block.instructions.len()).unwrap_or(u8::MAX));
        self.instructions.extend(&block.instructions);
    }

    pub fn if_at_least(&mut self, value: u32, verdict: u32) {
        self.push(IF_AT_LEAST, value, 0, 1);
        self.end(verdict);
    }

    pub fn if_any_bit(&mut self, mask: u32, verdict: u32) {
        self.push(IF_ANY_BIT, mask, 0, 1);
        self.end(verdict);
    }

    pub fn unless_equal(&mut self, value: u32, verdict: u32) {
        self.push(IF_EQUAL, value, 1, 0);
        self.end(verdict);
    }

    pub fn unless_either(&mut self, one: u32, other: u32, verdict: u32) {
        self.push(IF_EQUAL, one, 2, 0);
        self.push(IF_EQUAL, other, 1, 0);
        self.end(verdict);
    }

    /// Goes on with the block of the call whose number is loaded; allows calls that have none. Sorted by number.
    pub fn choose(&mut self, calls: &[(u32, Program)]) {
        if calls.len() <= FEW {
            for (number, block) in calls {
                let length = u8::try_from(block.instructions.len()).unwrap_or(u8::MAX);
                self.push(IF_EQUAL, *number, 0, length);
                self.instructions.extend(&block.instructions);
            }
            return self.end(libc::SECCOMP_RET_ALLOW);
        }
        let (lower, upper) = calls.split_at(calls.len() / 2);
        let mut below = Program::default();
        below.choose(lower);
        let first = upper.first().map_or(0, |(number, _)| *number);
        // Jumps that depend on something are short, so a long one may have to follow.
        self.push(IF_AT_LEAST, first, 0, 1);
        self.push(JUMP, below.instructions.len() as u32, 0, 0);
        self.instructions.extend(below.instructions);
        self.choose(upper);
    }
}

/// Puts a filter before every later system call of this process and of all that it starts. Cannot be undone. Gives back
/// what the kernel does: a listening descriptor if the flags ask for one, else zero.
pub fn set_filter(flags: libc::c_ulong, filter: &[sock_filter]) -> libc::c_long {
    let program =
        libc::sock_fprog { len: filter.len() as libc::c_ushort, filter: filter.as_ptr().cast_mut() };
    // SAFETY: numbers, and a program that lives as long as the call.
    unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const program) }
}

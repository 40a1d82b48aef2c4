//! A process of the host that must not be harmed.

use std::io;
use std::process::{Child, Command, Stdio};

pub struct Bystander {
    child: Child,
}

impl Bystander {
    pub fn new() -> io::Result<Self> {
        Ok(Self { child: Command::new("sleep").arg("1000").stdout(Stdio::null()).spawn()? })
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What was done to it.
    pub fn harm(&mut self) -> Option<String> {
        if let Ok(Some(status)) = self.child.try_wait() {
            return Some(format!("it ended: {status}"));
        }
        let pid = i32::try_from(self.pid()).ok().and_then(rustix::process::Pid::from_raw);
        let priority = rustix::process::getpriority_process(pid).unwrap_or_default();
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", self.pid())).unwrap_or_default();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap_or_default();
        (priority == 7 || core.contains(" 11 ")).then(|| format!("priority {priority}, {core}"))
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! Everything that a server has said, as it stood on the wire.

use super::AppServer;

impl AppServer {
    /// All lines so far, looked at or not.
    pub fn said(&self) -> String {
        let lines = self.inbox.lines();
        let said = lines.all.iter().filter(|line| line.from_server);
        said.map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}

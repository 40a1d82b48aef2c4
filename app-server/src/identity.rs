//! What the server calls itself towards clients and model servers: originator and user agent.
//!
//! The first client's name becomes the originator of everything this process does, unless the environment names
//! another one. The user agent ends with the name and version of the client at hand. Facts about the machine are
//! gathered once, when the server starts.

use std::sync::OnceLock;

use codex_app_server_protocol::WIRE_VERSION;
use codex_core::base::environment::Environment;

use crate::client::Client;

const ORIGINATOR_VARIABLE: &str = "CODEX_INTERNAL_ORIGINATOR_OVERRIDE";

/// The originator before any client has introduced itself.
const DEFAULT_ORIGINATOR: &str = "codex_cli_rs";

/// The names of this process.
#[derive(Debug)]
pub struct Identity {
    originator: OnceLock<String>,
    /// Operating system and architecture in parentheses, then the terminal.
    machine: String,
    terminal: String,
}

impl Identity {
    /// Looks at the machine.
    pub fn of_machine(environment: &Environment) -> Self {
        Identity::new(&operating_system(), environment)
    }

    fn new(operating_system: &str, environment: &Environment) -> Self {
        let originator = OnceLock::new();
        if let Some(name) = environment.get(ORIGINATOR_VARIABLE).filter(|name| is_header_value(name)) {
            originator.get_or_init(|| name.to_owned());
        }
        let arch = match std::env::consts::ARCH {
            "aarch64" if cfg!(target_os = "macos") => "arm64",
            arch => arch,
        };
        let terminal = terminal(environment);
        Identity { originator, machine: format!("({operating_system}; {arch}) {terminal}"), terminal }
    }

    /// The name under which this process acts.
    pub fn originator(&self) -> &str {
        self.originator.get().map_or(DEFAULT_ORIGINATOR, String::as_str)
    }

    /// What this process runs in, if it runs in a terminal.
    pub(crate) fn terminal(&self) -> &str {
        &self.terminal
    }

    /// Takes note of a client. The first one's name stays the originator.
    pub(crate) fn introduce(&self, client: &Client) {
        self.originator.get_or_init(|| client.name.clone());
    }

    /// The user agent on behalf of a client.
    pub fn user_agent(&self, client: &Client) -> String {
        let suffix = format!("{}; {}", client.name, client.version);
        let agent = format!("{}/{WIRE_VERSION} {} ({})", self.originator(), self.machine, suffix.trim());
        if is_header_value(&agent) {
            return agent;
        }
        agent.chars().map(|c| if matches!(c, ' '..='~') { c } else { '_' }).collect()
    }
}

/// Whether a text can be sent as the value of an HTTP header.
pub(crate) fn is_header_value(text: &str) -> bool {
    text.chars().all(|c| c == '\t' || !c.is_ascii_control())
}

fn terminal(environment: &Environment) -> String {
    let set = |name: &str| environment.get(name).filter(|value| !value.trim().is_empty());
    let versioned = |name: &str, version: Option<&str>| match version {
        Some(version) => format!("{name}/{version}"),
        None => name.to_owned(),
    };
    let term = set("TERM").unwrap_or("unknown");
    let found = if let Some(program) = set("TERM_PROGRAM") {
        versioned(program, set("TERM_PROGRAM_VERSION"))
    } else if let Some(version) = set("WEZTERM_VERSION") {
        versioned("WezTerm", Some(version))
    } else if set("ITERM_SESSION_ID").is_some() {
        "iTerm.app".to_owned()
    } else if set("KITTY_WINDOW_ID").is_some() || term.contains("kitty") {
        "kitty".to_owned()
    } else if set("ALACRITTY_SOCKET").is_some() || term == "alacritty" {
        "Alacritty".to_owned()
    } else if let Some(version) = set("KONSOLE_VERSION") {
        versioned("Konsole", Some(version))
    } else if set("GNOME_TERMINAL_SCREEN").is_some() {
        "gnome-terminal".to_owned()
    } else if let Some(version) = set("VTE_VERSION") {
        versioned("VTE", Some(version))
    } else if set("WT_SESSION").is_some() {
        "WindowsTerminal".to_owned()
    } else {
        term.to_owned()
    };
    found.chars().map(|c| if c.is_ascii_alphanumeric() || "-_./".contains(c) { c } else { '_' }).collect()
}

#[cfg(target_os = "linux")]
fn operating_system() -> String {
    let files = ["/etc/os-release", "/usr/lib/os-release"];
    let text = files.iter().find_map(|path| std::fs::read_to_string(path).ok());
    distribution(&text.unwrap_or_default())
}

#[cfg(not(target_os = "linux"))]
fn operating_system() -> String {
    let name = if cfg!(target_os = "macos") { "Mac OS" } else { "Windows" };
    format!("{name} Unknown")
}

/// Name and version from the text of an `os-release` file.
fn distribution(os_release: &str) -> String {
    let value = |key: &str| {
        let text = os_release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        Some(text.trim_matches(['"', '\''])).filter(|text| !text.is_empty())
    };
    let name = value("NAME").unwrap_or("Linux");
    let name = name.strip_suffix(" GNU/Linux").unwrap_or(name);
    let version = value("VERSION_ID").map_or_else(|| "Unknown".to_owned(), three_part);
    format!("{name} {version}")
}

/// A version of at most three numbers is filled up to three; anything else stays what it is.
fn three_part(version: &str) -> String {
    let numbers: Result<Vec<u64>, _> = version.split('.').map(str::parse).collect();
    match numbers.as_deref() {
        Ok([major]) => format!("{major}.0.0"),
        Ok([major, minor]) => format!("{major}.{minor}.0"),
        Ok([major, minor, patch]) => format!("{major}.{minor}.{patch}"),
        _ => version.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn identity(variables: &[(&str, &str)]) -> Identity {
        Identity::new("Debian 12.0.0", &variables.iter().copied().collect())
    }

    fn client(name: &str, version: &str) -> Client {
        Client { name: name.to_owned(), version: version.to_owned(), ..Client::default() }
    }

    fn check(variables: &[(&str, &str)], client: Client, expected: Expect) {
        let identity = identity(variables);
        identity.introduce(&client);
        let arch = std::env::consts::ARCH;
        expected.assert_eq(&identity.user_agent(&client).replace(arch, "ARCH"));
    }

    #[test]
    fn user_agents() {
        let probe = || client("probe", "1.2");
        check(
            &[("TERM", "xterm")],
            probe(),
            expect!["probe/0.169.0 (Debian 12.0.0; ARCH) xterm (probe; 1.2)"],
        );
        check(
            &[(ORIGINATOR_VARIABLE, "over"), ("TERM_PROGRAM", "my term"), ("TERM_PROGRAM_VERSION", "1 2")],
            probe(),
            expect!["over/0.169.0 (Debian 12.0.0; ARCH) my_term/1_2 (probe; 1.2)"],
        );
        check(
            &[(ORIGINATOR_VARIABLE, "no\nheader")],
            probe(),
            expect!["probe/0.169.0 (Debian 12.0.0; ARCH) unknown (probe; 1.2)"],
        );
        check(&[], client("é", "1 é\n"), expect!["é/0.169.0 (Debian 12.0.0; ARCH) unknown (é; 1 é)"]);
        check(
            &[],
            client("a\tb", "1 é\n(x)\t"),
            expect!["a_b/0.169.0 (Debian 12.0.0; ARCH) unknown (a_b; 1 __(x))"],
        );
        check(&[], client("", "1"), expect!["/0.169.0 (Debian 12.0.0; ARCH) unknown (; 1)"]);
    }

    #[test]
    fn the_first_client_stays_the_originator() {
        let identity = identity(&[]);
        assert_eq!(identity.originator(), "codex_cli_rs");
        identity.introduce(&client("first", "1"));
        identity.introduce(&client("second", "2"));
        assert_eq!(identity.originator(), "first");
        assert!(identity.user_agent(&client("second", "2")).starts_with("first/0.169.0 "));
        assert!(identity.user_agent(&client("second", "2")).ends_with(" (second; 2)"));
    }

    #[test]
    fn terminals() {
        let found =
            |name: &str, value: &str| terminal(&[("TERM", "xterm"), (name, value)].into_iter().collect());
        assert_eq!(found("WEZTERM_VERSION", "2"), "WezTerm/2");
        assert_eq!(found("ITERM_SESSION_ID", "1"), "iTerm.app");
        assert_eq!(found("TERM", "xterm-kitty"), "kitty");
        assert_eq!(found("ALACRITTY_SOCKET", "x"), "Alacritty");
        assert_eq!(found("KONSOLE_VERSION", "230401"), "Konsole/230401");
        assert_eq!(found("GNOME_TERMINAL_SCREEN", "x"), "gnome-terminal");
        assert_eq!(found("VTE_VERSION", "7200"), "VTE/7200");
        assert_eq!(found("WT_SESSION", "x"), "WindowsTerminal");
        assert_eq!(found("TMUX", "1"), "xterm");
        assert_eq!(found("TERM", ""), "unknown");
    }

    #[test]
    fn distributions() {
        assert_eq!(distribution("NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n"), "Debian 12.0.0");
        assert_eq!(distribution("PRETTY_NAME=x\nNAME=Ubuntu\nVERSION_ID=\"22.04\"\n"), "Ubuntu 22.4.0");
        assert_eq!(distribution("NAME='Arch Linux'\n"), "Arch Linux Unknown");
        assert_eq!(distribution(""), "Linux Unknown");
    }
}

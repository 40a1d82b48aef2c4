//! What the server tells the helper, and what the helper answers, as bytes.
//!
//! Both ends are the same program, so the form is private and has no versions. Lengths come before contents,
//! paths and arguments are bytes. Decoding refuses what does not fit, and never panics.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::limit::Limit;

/// Everything the helper needs to know to start one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub confinement: Confinement,
    pub stdin: StdinKind,
    pub argv: Vec<OsString>,
    /// `NAME=VALUE`.
    pub env: Vec<OsString>,
    pub cwd: PathBuf,
}

/// How far the command is fenced in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Confinement {
    /// Not at all; only its end is seen to.
    Open,
    /// Namespaces, with Landlock and seccomp inside.
    Namespaces(Rules),
    /// Landlock and seccomp alone.
    Landlock(Rules),
}

/// How far a helper gets ready before it knows its command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readiness {
    /// Started.
    Plain,
    /// In namespaces of its own, but for the network.
    Namespaces,
    /// In a network of its own, too.
    Isolated,
}

impl Readiness {
    const ALL: [Self; 3] = [Self::Plain, Self::Namespaces, Self::Isolated];

    pub fn of(word: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|readiness| word == readiness.word().as_bytes())
    }

    /// As the helper is told.
    pub fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Namespaces => "namespaces",
            Self::Isolated => "isolated",
        }
    }
}

impl Confinement {
    /// What a helper must be ready for.
    pub fn readiness(&self) -> Readiness {
        match self {
            Self::Open | Self::Landlock(_) => Readiness::Plain,
            Self::Namespaces(rules) if rules.network => Readiness::Namespaces,
            Self::Namespaces(_) => Readiness::Isolated,
        }
    }
}

/// What a confined command may touch. All paths are absolute, and free of links but
/// for the last part of `protected`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rules {
    /// Folders that may be written, none inside another unless listed as well.
    pub writable: Vec<PathBuf>,
    /// Names in writable folders that are never written or made; they may not exist and may be links.
    pub protected: Vec<PathBuf>,
    /// Files and folders of the user's own, in writable folders, that make programs run code; as `protected`.
    pub personal_files: Vec<PathBuf>,
    pub personal_folders: Vec<PathBuf>,
    /// Other places inside of writable folders that are never written: what keeps the walls up.
    pub vital: Vec<PathBuf>,
    /// Never read, if they exist.
    pub hidden: Vec<PathBuf>,
    /// Sockets, and folders of sockets, of programs that do what a command must not do. Never reached, if they exist.
    pub doors: Vec<PathBuf>,
    /// Never read, whether they exist yet or are replaced later; all else in their folder is frozen as it is.
    pub veiled: Vec<PathBuf>,
    /// A folder inside of a veiled one that is read all the same.
    pub snapshot: Option<PathBuf>,
    pub network: bool,
}

/// What the command reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StdinKind {
    /// Nothing: the end of input at once.
    Null,
    /// The terminal that is also its output; it becomes the controlling terminal.
    Terminal,
    /// A descriptor that comes with the plan.
    Passed,
}

/// What the helper says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// The command runs, below this process of the helper.
    Started { helper: u32 },
    /// The command was not started.
    Failed { kind: FailureKind, message: String },
    /// The command and everything it started are gone; which limit it had reached, if that is known.
    Ended { code: i32, limit: Option<Limit> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailureKind {
    /// The confinement could not be set up.
    Setup,
    /// The program could not be executed.
    Program,
    /// The working directory could not be entered.
    Cwd,
}

/// Bytes of the length that stands before contents.
pub(super) const PREFIX: usize = 4;

/// The length as it stands before the contents.
pub(super) fn prefix(contents: &[u8]) -> [u8; PREFIX] {
    u32::try_from(contents.len()).unwrap_or(u32::MAX).to_le_bytes()
}

impl Plan {
    /// The plan without its length prefix.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::default();
        match &self.confinement {
            Confinement::Open => out.byte(0),
            Confinement::Namespaces(rules) => {
                out.byte(1);
                out.rules(rules);
            }
            Confinement::Landlock(rules) => {
                out.byte(2);
                out.rules(rules);
            }
        }
        out.byte(match self.stdin {
            StdinKind::Null => 0,
            StdinKind::Terminal => 1,
            StdinKind::Passed => 2,
        });
        out.list(self.argv.iter().map(AsRef::as_ref));
        out.list(self.env.iter().map(AsRef::as_ref));
        out.bytes(self.cwd.as_ref());
        out.bytes
    }

    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut input = Reader { bytes };
        let confinement = match input.byte()? {
            0 => Confinement::Open,
            1 => Confinement::Namespaces(input.rules()?),
            2 => Confinement::Landlock(input.rules()?),
            _ => return None,
        };
        let stdin = match input.byte()? {
            0 => StdinKind::Null,
            1 => StdinKind::Terminal,
            2 => StdinKind::Passed,
            _ => return None,
        };
        let argv = input.list()?;
        let env = input.list()?;
        let cwd = input.os_string()?.into();
        input.bytes.is_empty().then_some(Self { confinement, stdin, argv, env, cwd })
    }
}

impl Report {
    /// The report with its length prefix.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::default();
        match self {
            Self::Started { helper } => {
                out.byte(0);
                out.bytes.extend(helper.to_le_bytes());
            }
            Self::Failed { kind, message } => {
                out.byte(1);
                out.byte(match kind {
                    FailureKind::Setup => 0,
                    FailureKind::Program => 1,
                    FailureKind::Cwd => 2,
                });
                out.bytes(message.as_ref());
            }
            Self::Ended { code, limit } => {
                out.byte(2);
                out.byte(Limit::byte(*limit));
                out.bytes.extend(code.to_le_bytes());
            }
        }
        [&prefix(&out.bytes)[..], &out.bytes].concat()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut input = Reader { bytes };
        Some(match input.byte()? {
            0 => Self::Started { helper: u32::from_le_bytes(input.array()?) },
            1 => {
                let kind = match input.byte()? {
                    0 => FailureKind::Setup,
                    1 => FailureKind::Program,
                    _ => FailureKind::Cwd,
                };
                Self::Failed { kind, message: input.os_string()?.to_string_lossy().into_owned() }
            }
            2 => {
                let limit = Limit::of_byte(input.byte()?);
                Self::Ended { code: i32::from_le_bytes(input.array()?), limit }
            }
            _ => return None,
        })
    }

    /// Takes the first whole report off a buffer of received bytes.
    pub fn take(buffer: &mut Vec<u8>) -> Option<Self> {
        let length = usize::try_from(u32::from_le_bytes(*buffer.first_chunk()?)).ok()?;
        let report = Self::decode(buffer.get(PREFIX..PREFIX + length)?);
        buffer.drain(..PREFIX + length);
        report
    }
}

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    fn bytes(&mut self, text: &std::ffi::OsStr) {
        let bytes = text.as_encoded_bytes();
        self.bytes.extend(prefix(bytes));
        self.bytes.extend(bytes);
    }

    fn list<'a>(&mut self, texts: impl ExactSizeIterator<Item = &'a std::ffi::OsStr>) {
        self.bytes.extend(u32::try_from(texts.len()).unwrap_or(u32::MAX).to_le_bytes());
        texts.for_each(|text| self.bytes(text));
    }

    fn rules(&mut self, rules: &Rules) {
        self.byte(u8::from(rules.network));
        for paths in [
            &rules.writable,
            &rules.protected,
            &rules.personal_files,
            &rules.personal_folders,
            &rules.vital,
            &rules.hidden,
            &rules.doors,
            &rules.veiled,
        ] {
            self.list(paths.iter().map(|path| Path::as_os_str(path)));
        }
        self.list(rules.snapshot.as_slice().iter().map(|path| Path::as_os_str(path)));
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(*first)
    }

    fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(u32::from_le_bytes(self.array()?)).ok()
    }

    fn os_string(&mut self) -> Option<OsString> {
        let length = self.length()?;
        let (text, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(os_string(text))
    }

    fn list<T: From<OsString>>(&mut self) -> Option<Vec<T>> {
        let count = self.length()?;
        (0..count).map(|_| self.os_string().map(T::from)).collect()
    }

    fn rules(&mut self) -> Option<Rules> {
        let network = self.byte()? != 0;
        Some(Rules {
            network,
            writable: self.list()?,
            protected: self.list()?,
            personal_files: self.list()?,
            personal_folders: self.list()?,
            vital: self.list()?,
            hidden: self.list()?,
            doors: self.list()?,
            veiled: self.list()?,
            snapshot: self.list()?.pop(),
        })
    }
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan {
            confinement: Confinement::Namespaces(Rules {
                writable: vec!["/w".into()],
                protected: vec!["/w/.git".into()],
                personal_files: vec!["/w/.bashrc".into()],
                personal_folders: vec!["/w/.ssh".into()],
                vital: vec!["/home".into()],
                hidden: vec![],
                doors: vec!["/run/door".into()],
                veiled: vec!["/home/auth.json".into()],
                snapshot: Some("/home/login_shells/a/b".into()),
                network: true,
            }),
            stdin: StdinKind::Passed,
            argv: vec!["sh".into(), "".into(), os_string(b"\xff\n")],
            env: vec!["A=b".into()],
            cwd: "/w".into(),
        }
    }

    #[test]
    fn a_plan_survives_the_journey() {
        assert_eq!(Plan::decode(&plan().encode()), Some(plan()));
        let open = Plan { confinement: Confinement::Open, stdin: StdinKind::Null, ..plan() };
        assert_eq!(Plan::decode(&open.encode()), Some(open));
    }

    #[test]
    fn a_torn_or_padded_plan_is_refused() {
        let bytes = plan().encode();
        for end in 0..bytes.len() {
            assert_eq!(Plan::decode(&bytes[..end]), None, "{end}");
        }
        assert_eq!(Plan::decode(&[bytes, vec![0]].concat()), None);
    }

    #[test]
    fn reports_are_taken_one_by_one() {
        let reports = [
            Report::Started { helper: 4711 },
            Report::Failed { kind: FailureKind::Cwd, message: "näh".into() },
            Report::Ended { code: -1, limit: Some(Limit::Memory) },
        ];
        let bytes: Vec<u8> = reports.iter().flat_map(Report::encode).collect();
        let (mut buffer, mut seen) = (Vec::new(), Vec::new());
        for byte in bytes {
            buffer.push(byte);
            seen.extend(Report::take(&mut buffer));
        }
        assert_eq!(seen, reports);
        assert!(buffer.is_empty());
    }
}

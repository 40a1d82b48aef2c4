//! Asking a login shell for its state, and making sure that the snapshot brings it about.
//!
//! The shell runs as any command of its kind would, in the same sandbox, and prints; what it has printed is written
//! down here, outside of the sandbox. This is done twice, unless an earlier server has heard the same ([`super::heard`]),
//! and what does not come out the same is no matter of snapshots: a time, a process, a folder of its own. Then a shell that was given the snapshot is asked the same. Only
//! if it says the same is the snapshot good.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use codex_protocol::events::exec::OutputStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::dump::{Dump, Mark};
use super::heard::{self, Heard};
use super::kind::{Kind, Tools};
use super::render::{How, Refused, Snapshot};
use super::watch::Watch;
use super::{Key, Start, Taken};
use crate::base::cancel::{Interrupted, or_cancelled};
use crate::base::private_folder::{Folder, make_private, private_file};
use crate::base::spawn::TaskGroup;
use crate::exec::env::sounds_secret;
use crate::exec::process::{self, ProcessRequest};
use crate::exec::streams::Stdin;
use crate::sandbox::command::CommandSpec;

/// A profile that takes longer is run with each command.
const TIME: Duration = Duration::from_secs(10);
const LAST_WORDS: Duration = Duration::from_millis(500);
/// How often a shell is asked while someone writes to its files.
const MOST_ASKED: usize = 4;
/// The state of a shell with many functions.
const LONGEST_DUMP: usize = 4 * 1024 * 1024;
const SERVER_ENDS: &str = "the server ends";

/// One capture.
pub struct Capture {
    pub key: Arc<Key>,
    pub kind: Kind,
    /// The variables of the last snapshot, if there was one.
    pub last: Option<Vec<(String, String)>>,
    pub folder: Arc<Folder>,
    pub group: TaskGroup,
    pub token: CancellationToken,
}

/// Why there is no snapshot, and what must change before another try.
pub struct Failure {
    pub why: String,
    pub watch: Watch,
}

impl Capture {
    pub async fn run(self) -> Result<Taken, Failure> {
        let known = self.last.clone().unwrap_or_else(|| self.key.env.clone());
        let before = match self.watch(known).await {
            Ok(before) => before,
            Err(why) => return Err(Failure { why, watch: Watch::default() }),
        };
        match self.take(&before).await {
            Ok(taken) => Ok(taken),
            Err(why) => Err(Failure { why, watch: before }),
        }
    }

    async fn take(&self, before: &Watch) -> Result<Taken, String> {
        let tools =
            Tools::find().ok_or("the programs `env`, `nice` and `sleep` are not where they should be")?;
        let mark = Mark::fresh();
        let script = self.kind.script(&mark, &tools);
        let login = CommandSpec {
            argv: vec![self.key.shell.clone(), "-lc".into(), script.clone()],
            cwd: self.key.cwd.clone(),
            env: self.key.env.clone(),
        };
        let (told, watch) = self.settled(&login, &mark, before).await?;
        let mut with_limits = false;
        loop {
            let snapshot = self.render(&told, with_limits).map_err(|refused| refused.0.to_owned())?;
            let place = Place::create(&self.folder).map_err(|error| error.to_string())?;
            let written = self.kind.write(&snapshot.file, |name, text| place.write(name, text));
            written.map_err(|error| error.to_string())?;
            let taken = Taken::new(self.kind, place, snapshot.environment, watch.clone());
            let again = self.ask(taken.command(login.clone(), &script), &mark).await?;
            match self.kind.differences(&told, &again).as_slice() {
                [] => return Ok(taken),
                differing if !with_limits && differing.iter().any(|name| name == "limits") => {
                    with_limits = true
                }
                differing => return Err(format!("it would not be the same: {}", differing.join(", "))),
            }
        }
    }

    /// What two shells, one after the other, have said alike, and the files as they were all the while.
    async fn settled(
        &self,
        login: &CommandSpec,
        mark: &Mark,
        before: &Watch,
    ) -> Result<(Dump, Watch), String> {
        let mut earlier = before.clone();
        let mut last: Option<(Dump, Watch)> = None;
        for _ in 0..MOST_ASKED {
            if last.is_some() {
                or_cancelled(&self.token, until_next_second()).await.map_err(|_| SERVER_ENDS)?;
            }
            let began = second();
            let told = self.ask(login.clone().into(), mark).await?;
            let times = (began, second());
            let variables = told.environment().map(|(name, value)| (name.to_owned(), value.to_owned()));
            let look = self.watch(variables.collect()).await?;
            if last.is_none()
                && let Some(watch) = look.settled(&look, before)
                && self.was_heard(Heard::new(times, &look, &self.kind.said(&told), &self.key.env)).await
            {
                return Ok((told, watch));
            }
            if let Some((said, between)) = &last
                && let Some(watch) = look.settled(between, &earlier)
            {
                return match self.kind.differences(said, &told).as_slice() {
                    [] => Ok((told, watch)),
                    differing => Err(format!("it is not the same each time: {}", differing.join(", "))),
                };
            }
            if let Some((_, look)) = last.replace((told, look)) {
                earlier = look;
            }
        }
        Err("its files change all the time".to_owned())
    }

    /// Whether an earlier shell has said the same.
    async fn was_heard(&self, now: Heard) -> bool {
        let (folder, key) = (Arc::clone(&self.folder), Arc::clone(&self.key));
        let looked = self.group.spawn_blocking(move || heard::was_heard(&folder, &key, &now));
        matches!(or_cancelled(&self.token, timeout(TIME, looked)).await, Ok(Ok(Ok(true))))
    }

    fn render(&self, told: &Dump, with_limits: bool) -> Result<Snapshot, Refused> {
        let cwd = self.key.cwd.as_path().to_string_lossy();
        let is_secret = |name: &str| sounds_secret(name, &self.key.secrets);
        self.kind.render(told, &How { is_secret: &is_secret, cwd: &cwd, with_limits })
    }

    async fn watch(&self, env: Vec<(String, String)>) -> Result<Watch, String> {
        let start = self.kind.start_files(&self.key.env, &env);
        let look = move || {
            Watch::of(&start, |wanted| {
                env.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
            })
        };
        // One of the files may be on a disk that does not answer.
        let looked = or_cancelled(&self.token, timeout(TIME, self.group.spawn_blocking(look))).await;
        match looked {
            Ok(Ok(looked)) => looked.map_err(|error| error.to_string()),
            Ok(Err(_)) => Err("its files cannot be looked at in time".to_owned()),
            Err(Interrupted) => Err(SERVER_ENDS.to_owned()),
        }
    }

    /// Runs a shell until it has told its state.
    async fn ask(&self, start: Start, mark: &Mark) -> Result<Dump, String> {
        let (sandbox, key) = (self.key.sandbox.clone().with_snapshot(start.snapshot), Arc::clone(&self.key));
        let planned = self.group.spawn_blocking(move || sandbox.plan(&key.policy, &key.root, start.command));
        let launch = match planned.await {
            Ok(launch) => launch.map_err(|error| error.to_string())?,
            Err(error) => return Err(error.to_string()),
        };
        let place = Arc::new(Semaphore::new(1)).acquire_owned().await.map_err(|error| error.to_string())?;
        let request = ProcessRequest {
            launch,
            stdin: Stdin::Null,
            terminal: None,
            time: Some(TIME),
            end: self.token.child_token(),
            place,
        };
        let (process, mut output) =
            process::start(request, &self.group).await.map_err(|error| error.to_string())?;
        let (mut stdout, mut stderr) = (Told::default(), Told::default());
        while !(stdout.has_ended && stderr.has_ended) {
            // The one end is written right before the other.
            let time = if stdout.has_ended { LAST_WORDS } else { TIME };
            let Ok(Some(chunk)) = timeout(time, output.next()).await else {
                return Err("it ended before it had told its state, or its time was over".to_owned());
            };
            let told = match chunk.stream {
                OutputStream::Stdout => &mut stdout,
                OutputStream::Stderr => &mut stderr,
            };
            told.bytes.extend(&chunk.bytes);
            told.has_ended |= mark.has_ended(&told.bytes, chunk.bytes.len());
            if stdout.bytes.len() + stderr.bytes.len() > LONGEST_DUMP {
                return Err("its state is too large".to_owned());
            }
        }
        let processes = process.os_pid().and_then(processes_below);
        process.end();
        output.exit().await;
        let dump = Dump::parse(mark, &stdout.bytes, &stderr.bytes);
        let mut dump = dump.ok_or("its state could not be read")?;
        dump.processes = processes.ok_or("its processes cannot be counted")?;
        Ok(dump)
    }
}

/// What came on a stream.
#[derive(Default)]
struct Told {
    bytes: Vec<u8>,
    has_ended: bool,
}

fn second() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// A time in seconds is another afterwards.
async fn until_next_second() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let gone = Duration::from_nanos(now.subsec_nanos().into());
    tokio::time::sleep(Duration::from_secs(1).saturating_sub(gone)).await;
}

/// How many processes run below one; None if the system does not say.
fn processes_below(pid: u32) -> Option<usize> {
    let mut count = 0;
    let mut waiting = vec![pid];
    while let Some(pid) = waiting.pop() {
        for thread in fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten() {
            let children = fs::read_to_string(thread.path().join("children")).ok()?;
            let children = children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok());
            waiting.extend(children);
        }
        count += 1;
    }
    Some(count)
}

/// The folder of one snapshot; it goes with the value.
#[derive(Debug)]
pub struct Place {
    path: PathBuf,
    _in: Arc<Folder>,
}

impl Place {
    fn create(folder: &Arc<Folder>) -> std::io::Result<Self> {
        let path = folder.path().join(uuid::Uuid::new_v4().simple().to_string());
        make_private(&path)?;
        Ok(Self { path, _in: Arc::clone(folder) })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    fn write(&self, name: &str, text: &str) -> std::io::Result<()> {
        private_file(&self.path.join(name))?.write_all(text.as_bytes())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What stays goes with the folder of the server.
        let _ = fs::remove_dir_all(&self.path);
    }
}

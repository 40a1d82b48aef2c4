//! A temporary home directory and a workspace, written from a few lines of text.
//!
//! A fixture has one fact per line: `- config KEY = VALUE` (a top-level setting), `- table [NAME] KEY = VALUE`,
//! `- provider KEY = VALUE` (instead of a default of the model server), `- home PATH: TEXT` and `- file PATH: TEXT`
//! (`\n` starts a new line), `- git` (the workspace is a repository with one commit). The default provider is a model server on loopback when there is one, `rehearsal`
//! otherwise. Both folders lie outside the system's temporary folder, which sandboxed commands may write.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::binary;
use crate::model::MockModel;

/// The folders of one test; they vanish with the value.
pub struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    /// A home whose provider is the model server.
    pub fn with_model(model: &MockModel, fixture: &str) -> Home {
        let mut provider = [
            ("name", "\"mock\"".to_owned()),
            ("base_url", format!("\"{}\"", model.url())),
            ("wire_api", "\"responses\"".to_owned()),
            ("request_max_retries", "0".to_owned()),
            ("stream_max_retries", "0".to_owned()),
            ("requires_openai_auth", "false".to_owned()),
        ];
        let (own, rest): (Vec<&str>, Vec<&str>) =
            fixture.lines().partition(|line| line.trim_start().starts_with("- provider "));
        for line in own {
            let setting = line.trim().trim_start_matches("- provider ").split_once(" = ");
            let (key, value) = setting.unwrap_or_else(|| panic!("no KEY = VALUE in: {line}"));
            let place = provider.iter_mut().find(|(name, _)| *name == key);
            place.unwrap_or_else(|| panic!("no such default to replace: {line}")).1 = value.to_owned();
        }
        let settings: String = provider.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
        let table = format!("\n[model_providers.mock]\n{settings}");
        Home::write("model = \"mock-model\"\nmodel_provider = \"mock\"\n", &table, &rest.join("\n"))
    }

    /// A home whose provider is the deterministic model inside the server.
    pub fn with_rehearsal(fixture: &str) -> Home {
        Home::write("model_provider = \"rehearsal\"\n", "", fixture)
    }

    /// A home without any setting but the fixture's.
    pub fn bare(fixture: &str) -> Home {
        Home::write("", "", fixture)
    }

    fn write(top: &str, tables: &str, fixture: &str) -> Home {
        let folder = tempfile::Builder::new().prefix("home-").tempdir_in(binary::scratch_folder());
        let home = Home { folder: folder.expect("the scratch folder is writable") };
        fs::create_dir(home.codex_home()).expect("the folder is new");
        fs::create_dir(home.work()).expect("the folder is new");
        let mut top = top.to_owned();
        let mut tables = tables.to_owned();
        let mut is_repository = false;
        for line in fixture.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (kind, rest) = line.strip_prefix("- ").unwrap_or(line).split_once(' ').unwrap_or(("git", ""));
            match kind {
                "config" => writeln!(top, "{rest}").expect("a string takes text"),
                "table" => {
                    let (name, setting) =
                        rest.split_once("] ").unwrap_or_else(|| panic!("no [NAME] in: {line}"));
                    writeln!(tables, "\n{name}]\n{setting}").expect("a string takes text");
                }
                "file" => write_file(&home.work(), rest),
                "home" => write_file(&home.codex_home(), rest),
                "git" => is_repository = true,
                _ => panic!("the fixture has no such line: {line}"),
            }
        }
        fs::write(home.codex_home().join("config.toml"), top + &tables).expect("the folder is new");
        if is_repository {
            home.commit_all();
        }
        home
    }

    /// The folder that holds both.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// The server's home directory.
    pub fn codex_home(&self) -> PathBuf {
        self.root().join("home")
    }

    /// The workspace.
    pub fn work(&self) -> PathBuf {
        self.root().join("work")
    }

    /// The rollout file of a thread.
    pub fn rollout(&self, thread: &str) -> PathBuf {
        self.find_rollout(thread)
            .unwrap_or_else(|| panic!("no rollout of thread {thread} in {}", self.codex_home().display()))
    }

    /// The same, if it is there.
    pub fn find_rollout(&self, thread: &str) -> Option<PathBuf> {
        let files = files_below(&self.codex_home().join("sessions")).into_iter();
        files
            .filter(|path| path.to_string_lossy().contains(thread))
            .find(|path| path.extension().is_some_and(|end| end == "jsonl"))
    }

    fn commit_all(&self) {
        for arguments in [&["init", "-q", "-b", "main"][..], &["add", "."], &["commit", "-q", "-m", "first"]]
        {
            let status = Command::new("git")
                .args(["-c", "user.name=test", "-c", "user.email=test@example.com", "-C"])
                .arg(self.work())
                .args(arguments)
                .env("GIT_CONFIG_NOSYSTEM", "1")
                .env("HOME", self.root())
                .stdout(Stdio::null())
                .status()
                .expect("git runs");
            assert!(status.success(), "git {arguments:?}: {status}");
        }
    }
}

/// All files below a folder, in no order.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder { folders.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    found
}

fn write_file(folder: &Path, line: &str) {
    let (path, text) = line.split_once(": ").unwrap_or_else(|| panic!("no PATH: TEXT in: {line}"));
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("it has a name")).expect("the folder is ours");
    fs::write(&path, text.replace("\\n", "\n")).expect("the folder is ours");
}

//! Plays a story against a conversation. Steps, one a line:
//!
//! - `user TEXT` starts a turn and hears it to its end, or to the point at which the next step is due;
//!   `approve`, `approve-session`, `approve-rule WORDS`, `deny` and `abort` answer the open question, or the one
//!   that is about the text behind it; `hold` leaves it open; `rule LINE` adds to the user's own rules, `rules` shows those that were accepted; `steer TEXT`, `interrupt`
//!   and `deaf` come after the first delta of text or output. `plan TEXT` is `user TEXT` in plan mode, `work TEXT` ends
//!   that mode; `say ID=ANSWER` answers the agent's question, `nobody` says that it could not be asked;
//!   `gives TEXT` and `fails WHY` answer the call of a tool of the client's;
//!   `grant FOLDER` and `grant-session FOLDER` allow to write there, without a folder nothing.
//! - `run COMMAND` is a command of the user's own, `join COMMAND` the same beside a running turn, after the first
//!   delta; with a `write` behind it, it is heard to its end. `shown` shows the model's history.
//! - `compact` sums the conversation up, `compact-now` after the first delta; `compact-at TOKENS`, anywhere, is the limit for the whole story;
//!   `review WHAT` has it reviewed.
//! - `resume` ends the conversation and loads it from its file; `fork N` goes on with one that has its turns up to the N-th,
//!   `revert N` takes that and all later ones back, and `sound` checks what must hold at any moment; `close` begins to end it, `end` hears it to
//!   its end; `clean` ends the commands that run on, `hear-end` hears one item complete.
//! - After `deaf` no events are taken, as by a slow client, until `listen`; `full` waits until no more
//!   events fit in, `idle` for the end of the turn, `wait PATH` for a file.
//! - `file PATH` looks into the work folder, `write PATH` makes a file there, `skill NAME TEXT`
//!   a skill, and `drop PATH` takes a folder away; `results` shows what the model
//!   was told of its calls, `count TEXT` how often this was said; `quiet` leaves deltas out, `silent` all.
//!
//! - `goal OBJECTIVE` sets one, `goal` makes it active again, `budget TOKENS` limits it, `no-goal` clears it; `go-on`
//!   lets it begin a turn.
//! - `repository` makes the work folder a real one of git; `undo` brings its files back, `undo-now` after the first delta;
//!   `put PATH=TEXT` writes a file, `git WORDS` shows what git says.
//! - `feature KEY`, anywhere, switches one on for the whole story; so does `notify PATH` have a program write there what it
//!   is told of each turn.
//!
//! The model's lines stand in the script, in the language of the rehearsal model.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use codex_core::base::environment::Environment;
use codex_core::base::paths::AbsolutePath;
use codex_core::config::Config;
use codex_core::config::home::Surroundings;
use codex_core::conversations::{ConversationManager, Shared, StartOptions};
use codex_core::rollout::lock::WriterLock;
use codex_core::rollout::reader::Loaded;
use codex_core::session::state::SessionState;
use codex_protocol::dynamic_tool::DynamicToolSpec;
use codex_protocol::ids::{ConversationId, TurnId};
use codex_protocol::mode::ModeKind;
use codex_protocol::permission::GrantScope;
use codex_protocol::policy::ReviewDecision;
use codex_protocol::response_item::ResponseItem;
use codex_protocol::rollout::RolloutItem;
use codex_protocol::submission::{Op, Submission};
use expect_test::Expect;

use crate::playing::Playing;
use crate::setting::Setting;
use crate::stored;
use crate::told::{self, Told};

/// A story that takes longer has gone wrong.
const LIMIT: Duration = Duration::from_secs(60);

pub type Story = (&'static str, fn());

/// The stories of a file, under their names.
macro_rules! stories {
    ($($story:ident),+ $(,)?) => {
        pub fn stories() -> Vec<$crate::story::Story> {
            vec![$((concat!(module_path!(), "::", stringify!($story)), $story as fn())),+]
        }
    };
}
pub(crate) use stories;

/// Plays the steps against a model that follows the script, and compares what was told.
pub fn check(setting: Setting, script: &str, steps: &str, expected: Expect) {
    let told = play(setting, script, steps);
    expected.assert_eq(&told::shortened(&told));
}

/// The same for several models, of which the same must come.
pub fn check_alike(setting: &Setting, scripts: &[String], steps: &str, expected: Expect) {
    let told: BTreeSet<_> =
        scripts.iter().map(|script| told::shortened(&play(setting.clone(), script, steps))).collect();
    expected.assert_eq(&told.into_iter().collect::<Vec<_>>().join("or\n"));
}

/// The same for calls that run side by side: what was told is sorted before it is compared.
pub fn check_unordered(setting: Setting, script: &str, steps: &str, expected: Expect) {
    let told = play(setting, script, steps);
    let mut lines: Vec<_> = told.lines().map(str::trim).collect();
    lines.sort_unstable();
    expected.assert_eq(&(lines.join("\n") + "\n"));
}

pub fn play(setting: Setting, script: &str, steps: &str) -> String {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let stage = Stage::new(setting, script).with_features(steps);
        tokio::time::timeout(LIMIT, stage.play(steps)).await.expect("the story hangs")
    })
}

pub struct Stage {
    pub folder: tempfile::TempDir,
    pub manager: ConversationManager,
    pub config: Config,
    tools: Vec<DynamicToolSpec>,
    told: Told,
}

impl Stage {
    fn new(setting: Setting, script: &str) -> Self {
        let scratch = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).canonicalize().unwrap();
        let folder = tempfile::tempdir_in(scratch).unwrap();
        let path = |name: &str| {
            std::fs::create_dir_all(folder.path().join(name)).unwrap();
            AbsolutePath::new(folder.path().join(name)).unwrap()
        };
        let (home, work) = (path("home"), path("work"));
        // Outside of what may be written.
        path("other");
        // Names in diffs begin here, wherever the folder lies.
        std::fs::create_dir(work.as_path().join(".git")).unwrap();
        std::fs::write(work.as_path().join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
        let script_file = folder.path().join("script.txt");
        std::fs::write(&script_file, script).unwrap();
        let mut config = Config::defaults(home.clone(), work.clone());
        config.model_provider_id = "rehearsal".into();
        config.model_provider = config.model_providers["rehearsal"].clone();
        config.model_provider.script = Some(script_file);
        config.model = "rehearsal".into();
        config.approval_policy = setting.approval;
        config.sandbox_policy = setting.sandbox;
        config.features.insert("request_permissions_tool".into(), true);
        let environment: Environment = [("SHELL", "/bin/sh")].into_iter().collect();
        let surroundings = Surroundings { environment, home, directory: work };
        let helper = std::env::current_exe().unwrap();
        let manager = ConversationManager::new(Shared::new(&surroundings, helper));
        let told = Told::new(folder.path());
        Self { folder, manager, config, tools: setting.tools, told }
    }

    fn with_features(mut self, steps: &str) -> Self {
        let config = &mut self.config;
        let keys = steps.lines().filter_map(|step| step.trim().strip_prefix("feature "));
        config.features.extend(keys.map(|key| (key.to_owned(), true)));
        let limit = steps.lines().find_map(|step| step.trim().strip_prefix("compact-at "));
        let told = steps.lines().find_map(|step| step.trim().strip_prefix("notify "));
        let work = config.cwd.to_string();
        config.notify = told.map(|file| {
            let script = format!(
                "cd '{work}'; printf %s \"$0\" | grep -o 'input-messages.*' > new; (cat {file}; cat new) > newer; mv newer {file}"
            );
            ["/bin/sh", "-c", &script].map(str::to_owned).to_vec()
        });
        config.model_auto_compact_token_limit = limit.map(|tokens| tokens.parse().unwrap());
        self
    }

    async fn play(mut self, steps: &str) -> String {
        let options = StartOptions { dynamic_tools: self.tools.clone(), ..StartOptions::default() };
        let started = self.manager.start(self.config.clone(), options).await.unwrap();
        let mut playing = Playing::new(started);
        let steps: Vec<&str> = steps.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        for (index, step) in steps.iter().enumerate() {
            let (verb, rest) = step.split_once(' ').unwrap_or((step, ""));
            self.told.step(step);
            match verb {
                "user" => playing.start(rest, None).await,
                "plan" => playing.start(rest, Some(ModeKind::Plan)).await,
                "work" => playing.start(rest, Some(ModeKind::Default)).await,
                "say" => playing.say(rest).await,
                "nobody" => {
                    playing.reply(|id, call_id| Op::UserInputAnswer { id, call_id, response: None }).await
                }
                "run" | "join" => playing.run(rest).await,
                "shown" => self.show_history(&playing).await,
                "steer" => playing.steer(rest).await,
                "interrupt" => playing.interrupt().await,
                "approve" => playing.answer(rest, ReviewDecision::Approved).await,
                "approve-rule" => playing.accept_rule(rest).await,
                "approve-rule-interrupt" => {
                    playing.accept_rule(rest).await;
                    playing.interrupt().await;
                }
                "hold" | "feature" | "compact-at" | "notify" => {}
                "compact" | "compact-now" => playing.compact().await,
                "undo" | "undo-now" => playing.turn = Some(playing.perform(Op::Undo).await),
                "repository" => self.git("init -q -b main"),
                "git" => self.git(rest),
                "put" => self.put(rest),
                "review" | "review-now" => playing.review(rest).await,
                "rule" => self.add_rule(rest),
                "rules" => self.show_rules(),
                "approve-session" => playing.answer(rest, ReviewDecision::ApprovedForSession).await,
                "deny" => playing.answer(rest, ReviewDecision::Denied).await,
                "abort" => playing.answer(rest, ReviewDecision::Abort).await,
                "deny-interrupt" => {
                    playing.answer("", ReviewDecision::Denied).await;
                    playing.interrupt().await;
                }
                "grant" => playing.grant(GrantScope::Turn, self.folder.path(), rest).await,
                "grant-session" => playing.grant(GrantScope::Session, self.folder.path(), rest).await,
                "gives" => playing.give(Ok(rest)).await,
                "fails" => playing.give(Err(rest)).await,
                "quiet" => self.told.leave_out_deltas(),
                "resume" => playing = self.resume(playing).await,
                "fork" => playing = self.fork(playing, rest).await,
                "revert" => playing = self.revert(playing, rest).await,
                "sound" => self.look_for_damage(&playing).await,
                "file" => self.look_at(rest),
                "skill" => self.make_skill(rest),
                "drop" => std::fs::remove_dir_all(self.folder.path().join("work").join(rest)).unwrap(),
                "write" => std::fs::write(self.folder.path().join("work").join(rest), "").unwrap(),
                "close" => playing.conversation.close(),
                "end" => playing.end(&mut self.told).await,
                "clean" => drop(playing.perform(Op::CleanBackgroundTerminals).await),
                "hear-end" => playing.hear_an_end(&mut self.told).await,
                "deaf" => playing.is_deaf = true,
                "listen" => playing.is_deaf = false,
                "goal" | "budget" | "no-goal" => playing.change_goal(verb, rest).await,
                "go-on" => playing.go_on(&mut self.told).await,
                "full" => playing.until_full().await,
                "idle" => playing.until_idle().await,
                "wait" => self.wait_for(rest).await,
                "silent" => self.told.tell_nothing(),
                "count" => self.count_results(&playing, rest).await,
                "results" => self.show_results(&playing).await,
                other => panic!("no such step: {other}"),
            }
            if playing.turn.is_some() && !playing.is_deaf {
                let next = steps.get(index + 1).copied().unwrap_or_default();
                playing.hear(&mut self.told, next).await;
            }
        }
        self.replay(&playing).await;
        self.manager.shutdown().await;
        self.told.finish()
    }

    /// What a session knows must be what its file says, unless it has ended or a turn still runs.
    pub async fn replay(&self, playing: &Playing) {
        let Ok(snapshot) = playing.conversation.snapshot().await else { return };
        if snapshot.active_turn.is_some() || !snapshot.is_stored {
            return;
        }
        let live = playing.conversation.state().await.unwrap();
        playing.conversation.flush().await.unwrap();
        let (path, whole) = self.load(playing.conversation.id());
        for items in stored::ways_to_read(&path, whole) {
            let replayed = SessionState::of(&items).of_thread(playing.conversation.id());
            assert_eq!(format!("{replayed:#?}"), format!("{live:#?}"), "replayed and live");
        }
    }

    /// Ends the conversation, of which only its file is left.
    pub async fn leave(&mut self, playing: Playing) -> ConversationId {
        self.replay(&playing).await;
        let id = playing.conversation.id();
        drop(playing.events);
        playing.conversation.submit(Submission { id: TurnId::fresh(), op: Op::Shutdown }).await.unwrap();
        self.manager.shared().group.finished().await;
        id
    }

    async fn resume(&mut self, playing: Playing) -> Playing {
        let id = self.leave(playing).await;
        self.take_up(id).await
    }

    /// Loads a conversation from its file.
    pub async fn take_up(&mut self, id: ConversationId) -> Playing {
        let lock = WriterLock::take(&self.folder.path().join("home"), id).unwrap();
        let (path, loaded) = self.load(id);
        Playing::new(self.manager.resume(self.config.clone(), loaded, path, lock).await.unwrap())
    }

    pub fn load(&self, id: ConversationId) -> (PathBuf, Loaded) {
        stored::load(&self.folder.path().join("home"), id)
    }

    async fn results(&self, playing: &Playing) -> Vec<String> {
        playing.conversation.flush().await.unwrap();
        let items = self.load(playing.conversation.id()).1.items.into_iter().map(|stored| stored.item);
        let text = |item| match item {
            RolloutItem::ResponseItem(ResponseItem::FunctionCallOutput { output, .. }) => Some(output.text()),
            _ => None,
        };
        items.filter_map(text).collect()
    }

    fn make_skill(&self, rest: &str) {
        let (name, text) = rest.split_once(' ').unwrap();
        let folder = self.folder.path().join("work/.agents/skills").join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let text = format!("---\nname: {name}\ndescription: on {name}\n---\n{text}\n");
        std::fs::write(folder.join("SKILL.md"), text).unwrap();
    }

    async fn show_history(&mut self, playing: &Playing) {
        for item in playing.conversation.state().await.unwrap().history.items() {
            self.told.shown(item);
        }
    }

    async fn show_results(&mut self, playing: &Playing) {
        for result in self.results(playing).await {
            self.told.result(&result);
        }
    }

    async fn count_results(&mut self, playing: &Playing, part: &str) {
        let results = self.results(playing).await;
        let count = results.iter().filter(|result| result.contains(part)).count();
        self.told.note(&format!("{count} of {} results", results.len()));
    }

    async fn wait_for(&self, path: &str) {
        let path = self.folder.path().join("work").join(path);
        while !path.exists() {
            tokio::task::yield_now().await;
        }
    }

    fn rules_file(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().join("home/rules");
        std::fs::create_dir_all(&folder).unwrap();
        folder.join(name)
    }

    fn add_rule(&self, line: &str) {
        let path = self.rules_file("mine.rules");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        std::fs::write(path, format!("{text}{line}\n")).unwrap();
    }

    fn show_rules(&mut self) {
        let text = std::fs::read_to_string(self.rules_file("default.rules")).unwrap_or_default();
        self.told.note(text.trim_end());
    }

    fn put(&self, what: &str) {
        let (name, text) = what.split_once('=').unwrap();
        std::fs::write(self.folder.path().join("work").join(name), format!("{text}\n")).unwrap();
    }

    fn git(&mut self, words: &str) {
        let mut git = std::process::Command::new("git");
        let git = git.current_dir(self.folder.path().join("work")).args(words.split_whitespace());
        let output = git.env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap();
        self.told.note(String::from_utf8_lossy(&output.stdout).trim_end());
    }

    fn look_at(&mut self, path: &str) {
        let content = std::fs::read_to_string(self.folder.path().join("work").join(path));
        self.told.note(&match content {
            Ok(text) => format!("{path}: {}", text.trim_end()),
            Err(_) => format!("{path}: not there"),
        });
    }
}

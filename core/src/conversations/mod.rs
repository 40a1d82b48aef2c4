//! The facade: starts, resumes and finds conversations.
//!
//! A conversation is a task that owns itself; the manager only knows which ones are loaded, and forgets
//! one when its task has ended. Whoever
//! starts one gets its events, and must take them: a conversation whose events nobody takes stands
//! still, it does not fill the memory.

pub mod branch;
pub mod conversation;
pub mod fork;
pub mod input;
pub mod stored_goal;
mod telemetry;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use codex_protocol::dynamic_tool::DynamicToolSpec;
use codex_protocol::event::Event;
use codex_protocol::events::notice::SessionConfiguredEvent;
use codex_protocol::git::GitInfo;
use codex_protocol::ids::ConversationId;
use codex_protocol::response_item::ResponseItem;
use codex_protocol::rollout::{BaseInstructions, RolloutItem, SessionMeta, SessionSource};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::auth::{AuthManager, Place};
use crate::base::alike::Alike;
use crate::base::environment::Environment;
use crate::base::paths::AbsolutePath;
use crate::base::spawn::TaskGroup;
use crate::base::time::now_ms;
use crate::config::provider::ModelProviderInfo;
use crate::config::{Config, features, home};
use crate::context::project_doc::{self, ProjectDoc};
use crate::context::{instructions, skills};
use crate::conversations::conversation::CodexConversation;
use crate::error::CoreError;
use crate::exec::env::EnvironmentSnapshot;
use crate::exec::login::LoginShells;
use crate::exec::shell::Shell;
use crate::exec::unified::UnifiedExecSessionManager;
use crate::git::info;
use crate::git::snapshot::Snapshots;
use crate::model::local::LocalModel;
use crate::model::token_command::TokenCommands;
use crate::model::token_program::Programs;
use crate::model::{ModelClient, ModelSettings};
use crate::rollout::index::ThreadIndex;
use crate::rollout::lock::WriterLock;
use crate::rollout::reader::Loaded;
use crate::rollout::recorder::RolloutRecorder;
use crate::rollout::{location, stamp};
use crate::sandbox::Sandbox;
use crate::session::settings::SessionSettings;
use crate::session::start::{self, Opening, Parts};
use crate::skills::SkillFinder;
use crate::telemetry::{Outlet, Telemetry};
use crate::turn::services::SessionServices;

/// Room for facts of background terminals.
const LATE_FACTS: usize = 16;

/// Who this program says it is: to model servers and in stored conversations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub originator: String,
    pub user_agent: String,
    /// The version that clients see.
    pub version: String,
    /// What the client runs in, if it runs in a terminal.
    pub terminal: String,
}

/// What all conversations share.
#[derive(Debug)]
pub struct Shared {
    pub auth: AuthManager,
    pub sandbox: Arc<Sandbox>,
    pub environment: Environment,
    /// The same for commands.
    pub variables: Arc<EnvironmentSnapshot>,
    pub login: Arc<LoginShells>,
    /// What programs of the user's hand out for model servers.
    pub tokens: Arc<TokenCommands>,
    pub index: Arc<ThreadIndex>,
    pub skills: SkillFinder,
    /// How facts get to collectors, where the program can do that.
    pub outlet: Option<Arc<dyn Outlet>>,
    pub group: TaskGroup,
    /// Ends every conversation.
    pub token: CancellationToken,
    /// Known once a client has introduced itself.
    pub identity: OnceLock<Identity>,
}

impl Shared {
    /// `helper` is the file of this program, which starts commands.
    pub fn new(surroundings: &home::Surroundings, helper: PathBuf) -> Self {
        let environment = surroundings.environment.clone();
        let (group, token) = (TaskGroup::new(), CancellationToken::new());
        let home = surroundings.home.clone().into_path_buf();
        let variables = Arc::new(EnvironmentSnapshot::of_process());
        let programs = Programs {
            helper: helper.clone(),
            directory: surroundings.directory.clone(),
            variables: variables.all(),
        };
        Self {
            tokens: Arc::new(TokenCommands::new(programs)),
            index: Arc::new(ThreadIndex::new(home.clone(), group.clone(), token.clone())),
            login: Arc::new(LoginShells::new(home, group.clone(), token.clone())),
            skills: SkillFinder::new(home::user_home(&environment)),
            outlet: None,
            auth: AuthManager::load(Place {
                home: surroundings.home.clone(),
                environment: environment.clone(),
                tasks: group.clone(),
                token: token.clone(),
            }),
            sandbox: Arc::new(
                Sandbox::detect(helper, surroundings.home.as_path()).with_doors_of(&surroundings.environment),
            ),
            variables,
            environment,
            group,
            token,
            identity: OnceLock::new(),
        }
    }
}

/// Loaded conversations.
#[derive(Debug)]
pub struct ConversationManager {
    shared: Arc<Shared>,
    configs: Alike<Config>,
    sandboxes: Alike<Sandbox>,
    map: Arc<Mutex<Map>>,
}

type Map = HashMap<ConversationId, Arc<CodexConversation>>;

/// Takes a conversation out of the map when its task has ended, by whatever cause.
struct Entry {
    map: Arc<Mutex<Map>>,
    id: ConversationId,
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut map = self.map.lock().unwrap_or_else(PoisonError::into_inner);
        // By now it may have been loaded again.
        if map.get(&self.id).is_some_and(|conversation| conversation.has_ended()) {
            map.remove(&self.id);
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct StartOptions {
    /// Nothing of the conversation is stored.
    pub ephemeral: bool,
    pub source: SessionSource,
    /// Tools that the client carries out; checked by it before.
    pub dynamic_tools: Vec<DynamicToolSpec>,
}

/// A conversation that has just been loaded.
#[derive(Debug)]
pub struct NewConversation {
    pub conversation: Arc<CodexConversation>,
    /// Its facts, in order; the first is `SessionConfigured`.
    pub events: mpsc::Receiver<Box<Event>>,
    pub configured: SessionConfiguredEvent,
    /// The instruction files that were found.
    pub instruction_sources: Vec<AbsolutePath>,
    pub git: Option<GitInfo>,
    /// Unix milliseconds.
    pub created_at_ms: i64,
}

impl ConversationManager {
    pub fn new(shared: Shared) -> Self {
        Self {
            shared: Arc::new(shared),
            configs: Alike::default(),
            sandboxes: Alike::default(),
            map: Arc::default(),
        }
    }

    pub fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Says who acts; the first client to do so counts.
    pub fn introduce(&self, identity: Identity) {
        self.shared.identity.get_or_init(|| identity);
    }

    /// Ends all conversations and waits until everything of them has ended: turns as interrupted,
    /// commands with all they started, files written.
    pub async fn shutdown(&self) {
        self.shared.token.cancel();
        self.lock().clear();
        self.shared.group.finished().await;
        self.shared.login.close();
    }

    /// What has not ended, by the places in the program where it began.
    pub fn tasks_left(&self) -> String {
        self.shared.group.places()
    }

    /// A new conversation. Its file appears with its first turn.
    pub async fn start(&self, config: Config, options: StartOptions) -> Result<NewConversation, CoreError> {
        let config = self.configs.share(config);
        let id = ConversationId::new();
        let created = now_ms();
        let surroundings = self.look_around(&config).await?;
        let recorder = if options.ephemeral {
            RolloutRecorder::none()
        } else {
            let mut meta = self.meta(id, created, &config, options.source, surroundings.git.clone());
            meta.dynamic_tools.clone_from(&options.dynamic_tools);
            let path = location::path_of(config.codex_home.as_path(), id, created);
            RolloutRecorder::create(path, meta, &self.shared.group)
        };
        let instructions = base_instructions(&config);
        let (history, dynamic_tools) = (Vec::new(), options.dynamic_tools);
        let origin = Origin { recorder, history, instructions, dynamic_tools, created_at_ms: created };
        self.load(id, config, origin, surroundings)
    }

    /// A stored conversation goes on where it ended. One that is loaded already is not loaded twice.
    pub async fn resume(
        &self,
        config: Config,
        loaded: Loaded,
        path: PathBuf,
        lock: WriterLock,
    ) -> Result<NewConversation, CoreError> {
        let config = self.configs.share(config);
        let id = loaded.meta.id;
        if self.get(&id).is_some() {
            return Err(CoreError::Busy(format!("thread {id} is loaded already")));
        }
        let created = stamp::parse(&loaded.meta.timestamp).unwrap_or_else(now_ms);
        let surroundings = self.look_around(&config).await?;
        let recorder = RolloutRecorder::append_to(path, lock, loaded.found(), &self.shared.group);
        let history = loaded.items.into_iter().map(|stored| stored.item).collect();
        // The model goes on with what it was told, unless the request or the configuration says otherwise.
        let instructions = match loaded.meta.base_instructions {
            Some(stored) if config.base_instructions.is_none() => stored.text,
            Some(_) | None => base_instructions(&config),
        };
        let dynamic_tools = loaded.meta.dynamic_tools;
        let origin = Origin { recorder, history, instructions, dynamic_tools, created_at_ms: created };
        self.load(id, config, origin, surroundings)
    }

    pub fn get(&self, id: &ConversationId) -> Option<Arc<CodexConversation>> {
        self.lock().get(id).filter(|conversation| !conversation.has_ended()).cloned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Map> {
        self.map.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn look_around(&self, config: &Arc<Config>) -> Result<Surroundings, CoreError> {
        let (config, finder) = (Arc::clone(config), self.shared.skills.clone());
        let looked = self.shared.group.spawn_blocking(move || Surroundings {
            docs: project_doc::read(&config),
            skills: skills::list(&finder.find(&config, &config.cwd).skills),
            git: info::read(config.cwd.as_path()),
        });
        looked.await.map_err(|error| CoreError::Internal {
            message: "the project could not be read".into(),
            source: Some(Box::new(error)),
        })
    }

    fn meta(
        &self,
        id: ConversationId,
        created_ms: i64,
        config: &Config,
        source: SessionSource,
        git: Option<GitInfo>,
    ) -> SessionMeta {
        let identity = self.identity();
        let cwd = config.cwd.as_path().to_path_buf();
        SessionMeta {
            originator: identity.originator,
            source,
            model_provider: Some(config.model_provider_id.clone()),
            base_instructions: Some(BaseInstructions { text: base_instructions(config) }),
            git,
            ..SessionMeta::new(id, stamp::timestamp(created_ms), cwd, &identity.version)
        }
    }

    fn identity(&self) -> Identity {
        self.shared.identity.get().cloned().unwrap_or_else(|| Identity {
            originator: "codex-app-server".into(),
            user_agent: concat!("codex-app-server/", env!("CARGO_PKG_VERSION")).into(),
            version: env!("CARGO_PKG_VERSION").into(),
            terminal: "unknown".into(),
        })
    }

    /// The models that a provider's server says it has; none if it has no list. `Err` says why it cannot be asked.
    pub async fn models_of(
        &self,
        id: &str,
        provider: &ModelProviderInfo,
    ) -> Result<Option<Vec<LocalModel>>, String> {
        ModelClient::new(self.model_settings(id, provider)).models().await
    }

    fn model_settings(&self, id: &str, provider: &ModelProviderInfo) -> ModelSettings {
        let identity = self.identity();
        ModelSettings {
            provider_id: id.to_owned(),
            provider: provider.clone(),
            originator: identity.originator,
            user_agent: identity.user_agent,
            environment: self.shared.environment.clone(),
            group: self.shared.group.clone(),
            token: self.shared.token.child_token(),
            tokens: Arc::clone(&self.shared.tokens),
            compresses: false,
            telemetry: Telemetry::off(),
            script: None,
        }
    }

    /// The sandbox with what this configuration hides and trusts. It is tried out while nobody waits for it.
    fn sandbox_for(&self, config: &Config) -> Arc<Sandbox> {
        let hidden = config.sandbox_unreadable_paths.iter().map(|path| path.as_path().to_path_buf());
        let sandbox = Sandbox::clone(&self.shared.sandbox).with_unreadable(hidden.collect());
        let sandbox = sandbox.with_trusted(config.trusted_folder.clone(), config.trusted_folders.clone());
        let sandbox = self.sandboxes.share(sandbox);
        if !config.sandbox_policy.is_unrestricted() && !sandbox.is_tried() {
            let sandbox = Arc::clone(&sandbox);
            self.shared.group.spawn_blocking(move || sandbox.strength().clone());
        }
        sandbox
    }

    fn load(
        &self,
        id: ConversationId,
        config: Arc<Config>,
        Origin { recorder, history, instructions, dynamic_tools, created_at_ms }: Origin,
        surroundings: Surroundings,
    ) -> Result<NewConversation, CoreError> {
        let settings = SessionSettings::of(&config);
        let token = self.shared.token.child_token();
        let (late, late_receiver) = mpsc::channel(LATE_FACTS);
        let shell = Shell::of_user(self.shared.environment.get("SHELL"));
        let opening = Opening {
            developer: config.developer_instructions.clone(),
            skills: surroundings.skills,
            user: surroundings.docs.text,
            shell: shell.path().file_name().map(|name| name.to_string_lossy().into_owned()),
        };
        let telemetry = telemetry::of_conversation(id, &config, &self.identity(), &self.shared);
        let model = ModelClient::new(ModelSettings {
            token: token.clone(),
            compresses: config.is_enabled(&features::REQUEST_COMPRESSION),
            telemetry: telemetry.clone(),
            ..self.model_settings(&config.model_provider_id, &config.model_provider)
        });
        let services = Arc::new(SessionServices {
            auth: self.shared.auth.clone(),
            model,
            telemetry,
            exec: UnifiedExecSessionManager::new(),
            sandbox: self.sandbox_for(&config),
            variables: Arc::clone(&self.shared.variables),
            shell,
            login: Arc::clone(&self.shared.login),
            snapshots: Snapshots::new(
                config.codex_home.as_path(),
                &self.shared.environment,
                &self.shared.group,
            ),
            skills: self.shared.skills.clone(),
            instructions,
            dynamic_tools,
            keeps_goals: recorder.path().is_some() && config.is_enabled(&features::GOALS),
            late,
            group: self.shared.group.clone(),
            config: Arc::clone(&config),
        });
        let configured = SessionConfiguredEvent {
            session_id: id,
            model: settings.model.clone(),
            model_provider_id: config.model_provider_id.clone(),
            approval_policy: settings.approval_policy,
            sandbox_policy: settings.sandbox_policy.clone(),
            cwd: settings.cwd.as_path().to_path_buf(),
            reasoning_effort: settings.effort.clone(),
            rollout_path: recorder.path().map(ToOwned::to_owned),
        };
        let parts = Parts {
            id,
            services: Arc::clone(&services),
            settings,
            recorder,
            history,
            opening,
            late: late_receiver,
            token: token.clone(),
            guard: Box::new(Entry { map: Arc::clone(&self.map), id }),
        };
        // Held until it is in the map, so that of two resumes at once the second does nothing, and that a
        // session which ends at once does not stay there.
        let mut map = self.lock();
        if map.get(&id).is_some_and(|conversation| !conversation.has_ended()) {
            drop(map);
            return Err(CoreError::Busy(format!("thread {id} is loaded already")));
        }
        telemetry::tell_of_start(&services.telemetry, &config, &parts.settings);
        let ends = start::spawn(parts, configured.clone());
        let conversation = Arc::new(CodexConversation::new(id, config, services, ends.mailbox, token));
        map.insert(id, Arc::clone(&conversation));
        drop(map);
        Ok(NewConversation {
            conversation,
            events: ends.events,
            configured,
            instruction_sources: surroundings.docs.sources,
            git: surroundings.git,
            created_at_ms,
        })
    }
}

/// Where a session begins.
struct Origin {
    recorder: RolloutRecorder,
    history: Vec<RolloutItem>,
    instructions: Arc<str>,
    dynamic_tools: Vec<DynamicToolSpec>,
    /// Unix milliseconds.
    created_at_ms: i64,
}

/// What a new session finds in its folder.
struct Surroundings {
    docs: ProjectDoc,
    skills: Option<ResponseItem>,
    git: Option<GitInfo>,
}

fn base_instructions(config: &Config) -> Arc<str> {
    static BASE: OnceLock<Arc<str>> = OnceLock::new();
    match &config.base_instructions {
        Some(text) => text.as_str().into(),
        None => Arc::clone(BASE.get_or_init(|| instructions::BASE.into())),
    }
}

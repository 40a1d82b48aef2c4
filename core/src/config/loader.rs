//! Loading configurations: one for the server, and one for each thread.
//!
//! The server's always exists: what cannot be used is replaced by defaults and told in warnings. A thread
//! starts only with a configuration that is right. Blocking: every call reads the files anew.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{ConfigWarning, Error, Place, Problem};
use super::features;
use super::file::{self, ConfigToml, WrongValue};
use super::home::{self, Surroundings};
use super::layers::{Layer, LayerSource, LayerStack, Merged};
use super::load::{RequestLayer, Sources};
use super::overrides::{self, Flags, ThreadOverrides};
use super::permissions;
use super::project_root;
use super::resolve::{self, Facts, WrongField};
use super::{Config, read_view};
use crate::base::environment::Environment;
use crate::base::files;
use crate::base::paths::AbsolutePath;

/// Instructions that are longer are a mistake.
const LONGEST_INSTRUCTIONS: usize = 1024 * 1024;

/// Loads configurations. Clones are cheap and load the same.
#[derive(Clone, Debug)]
pub struct ConfigLoader {
    sources: Arc<Sources>,
    environment: Environment,
}

/// The configuration of the server.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// With defaults in place of what cannot be used.
    pub config: Arc<Config>,
    /// Why threads do not start, if they do not.
    pub error: Option<Error>,
    pub warnings: Vec<ConfigWarning>,
    /// Whether editing the user's file can change the provider: not if the command line or an
    /// administrator names one.
    pub can_change_provider: bool,
}

/// A configuration with everything that is known about how it came to be.
struct Built {
    config: Config,
    stack: LayerStack,
    merged: Merged,
    /// The settings that cannot be used.
    wrong: Vec<WrongValue>,
    problems: Vec<Problem>,
}

impl ConfigLoader {
    /// A loader for this process; fails if an option of the command line is malformed.
    pub fn new(surroundings: Surroundings, flags: &Flags) -> Result<Self, Error> {
        let sources = Sources {
            user_home: home::user_home(&surroundings.environment),
            home: surroundings.home,
            system: PathBuf::from("/etc/codex"),
            directory: surroundings.directory,
            flags: flags.table()?,
            profile: flags.profile.clone(),
        };
        Ok(Self { sources: Arc::new(sources), environment: surroundings.environment })
    }

    /// The same loader with the machine's settings in another folder.
    pub fn with_system_folder(&self, folder: impl Into<PathBuf>) -> Self {
        let sources = Sources { system: folder.into(), ..Sources::clone(&self.sources) };
        Self { sources: Arc::new(sources), environment: self.environment.clone() }
    }

    pub fn codex_home(&self) -> &AbsolutePath {
        &self.sources.home
    }

    /// The directory of the server, from which relative paths of requests count.
    pub fn directory(&self) -> &AbsolutePath {
        &self.sources.directory
    }

    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The server's own configuration.
    pub fn load_base(&self) -> Loaded {
        let built = self.build(&ThreadOverrides::default(), None);
        let mut warnings: Vec<ConfigWarning> = built.problems.iter().map(Problem::warning).collect();
        warnings.extend(unknown_keys(&built.stack));
        warnings.extend(unknown_features(&built));
        let provider_layer = built.merged.layer_of_key("model_provider");
        let provider_source = provider_layer.and_then(|index| built.stack.layers().get(index));
        Loaded {
            config: Arc::new(built.config),
            error: built.problems.into_iter().next().map(Error::Setting),
            warnings,
            can_change_provider: !matches!(
                provider_source.map(|layer| &layer.source),
                Some(LayerSource::SessionFlags | LayerSource::Managed { .. })
            ),
        }
    }

    /// The configuration of a new thread.
    pub fn for_thread(&self, overrides: &ThreadOverrides) -> Result<Config, Error> {
        if overrides.permissions.is_some() && overrides.sandbox.is_some() {
            return Err(Error::Conflict(
                "`permissions` cannot be combined with `sandbox`; leave one of them out".to_owned(),
            ));
        }
        let request =
            RequestLayer { table: overrides::from_request(&overrides.config)?, folder: self.cwd(overrides) };
        let built = self.build(overrides, Some(request));
        match built.problems.into_iter().next() {
            Some(problem) => Err(Error::Setting(problem)),
            None => Ok(built.config),
        }
    }

    /// The configuration as it is shown to people and editors.
    pub fn read_view(&self) -> read_view::ReadView {
        let built = self.build(&ThreadOverrides::default(), None);
        read_view::view(&built.config, &built.stack, &built.merged, &built.wrong)
    }

    fn cwd(&self, overrides: &ThreadOverrides) -> AbsolutePath {
        match &overrides.cwd {
            Some(path) => self.sources.directory.join(path),
            None => self.sources.directory.clone(),
        }
    }

    fn build(&self, overrides: &ThreadOverrides, request: Option<RequestLayer>) -> Built {
        let (stack, mut problems) = self.sources.read(request);
        let merged = stack.merged();
        let (settings, mut wrong) = ConfigToml::read(&merged.table());
        let cwd = self.cwd(overrides);
        let base_instructions = match overrides.base_instructions {
            Some(_) => None,
            None => read_instructions(&settings, &mut wrong),
        };
        let facts = Facts {
            codex_home: self.sources.home.clone(),
            environment: self.environment.clone(),
            trust: permissions::trust(&settings.projects, &cwd, || project_root::trust_roots(&cwd)),
            cwd,
            base_instructions,
        };
        let (config, unusable, wrong_fields) = resolve::resolve(settings, &merged, overrides, facts);
        wrong.extend(unusable);
        problems.extend(wrong.iter().map(|wrong| problem_of_value(&stack, &merged, wrong)));
        problems.extend(wrong_fields.into_iter().map(problem_of_field));
        Built { config, stack, merged, wrong, problems }
    }
}

fn read_instructions(settings: &ConfigToml, wrong: &mut Vec<WrongValue>) -> Option<String> {
    let (key, path) = match (&settings.model_instructions_file, &settings.experimental_instructions_file) {
        (Some(path), _) => ("model_instructions_file", path),
        (None, Some(path)) => ("experimental_instructions_file", path),
        (None, None) => return None,
    };
    let mut refuse = |reason: String| {
        wrong.push(WrongValue::new(&[key], reason).with_remedy("Create that file, or remove the setting"));
        None
    };
    match read_text(path) {
        Ok(text) if text.trim().is_empty() => refuse(format!("the file {} is empty", path.display())),
        Ok(text) => Some(text.trim().to_owned()),
        Err(error) => refuse(format!("the file {} cannot be read: {error}", path.display())),
    }
}

fn read_text(path: &Path) -> std::io::Result<String> {
    let bytes = files::read_whole(path, LONGEST_INSTRUCTIONS)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn problem_of_value(stack: &LayerStack, merged: &Merged, wrong: &WrongValue) -> Problem {
    let remedy =
        wrong.remedy.clone().unwrap_or_else(|| "Correct it, or remove it to use the default".to_owned());
    Problem {
        place: stack.place(merged, &wrong.path),
        key: Some(wrong.path.join(".")),
        message: wrong.message.clone(),
        remedy: Some(remedy),
    }
}

fn problem_of_field(wrong: WrongField) -> Problem {
    Problem {
        place: Place::Nowhere,
        key: Some(wrong.field.to_owned()),
        message: wrong.wrong.message,
        remedy: wrong.wrong.remedy,
    }
}

/// One warning for all keys of the top level that nobody knows; they are often misspelt.
fn unknown_keys(stack: &LayerStack) -> Option<ConfigWarning> {
    let unknown_of = |layer: &Layer| {
        let keys: Vec<String> =
            layer.table.keys().filter(|key| !file::is_known(key)).map(|key| format!("`{key}`")).collect();
        let place = match &layer.source {
            LayerSource::System { file } | LayerSource::User { file, .. } | LayerSource::Managed { file } => {
                file.display().to_string()
            }
            LayerSource::SessionFlags => "command line".to_owned(),
            LayerSource::Request => "request".to_owned(),
        };
        (!keys.is_empty()).then(|| format!("{place}: {}", keys.join(", ")))
    };
    let lines: Vec<String> = stack.layers().iter().filter_map(unknown_of).collect();
    (!lines.is_empty()).then(|| ConfigWarning {
        summary: format!("Settings that mean nothing are ignored; are they misspelt? {}", lines.join("; ")),
        details: None,
        path: None,
        range: None,
    })
}

fn unknown_features(built: &Built) -> Option<ConfigWarning> {
    let unknown: Vec<String> = built
        .merged
        .keys_of(&["features"])
        .into_iter()
        .filter(|key| !features::is_known(key))
        .map(|key| format!("`features.{key}`"))
        .collect();
    (!unknown.is_empty()).then(|| ConfigWarning {
        summary: format!("Switches that mean nothing are ignored; are they misspelt? {}", unknown.join(", ")),
        details: None,
        path: None,
        range: None,
    })
}

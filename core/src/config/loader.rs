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
use super::misspelt;
use super::models::{self, DescribedModel};
use super::opened::OpenedProjects;
use super::overrides::{self, Flags, ThreadOverrides};
use super::permissions::{self, TrustLevel};
use super::project_root;
use super::resolve::{self, Facts, WrongField};
use super::{Config, read_view};
use crate::base::environment::Environment;
use crate::base::files;
use crate::base::paths::AbsolutePath;

/// Instructions that are longer are a mistake.
const LONGEST_INSTRUCTIONS: usize = 1024 * 1024;
/// Descriptions of models may hold long texts.
const LONGEST_CATALOG: usize = 16 * 1024 * 1024;

/// Loads configurations. Clones are cheap and load the same.
#[derive(Clone, Debug)]
pub struct ConfigLoader {
    sources: Arc<Sources>,
    environment: Environment,
    opened: OpenedProjects,
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
        Ok(Self {
            sources: Arc::new(sources),
            environment: surroundings.environment,
            opened: OpenedProjects::default(),
        })
    }

    /// The same loader with the machine's settings in another folder.
    #[cfg(any(test, feature = "testing"))]
    pub fn with_system_folder(&self, folder: impl Into<PathBuf>) -> Self {
        let sources = Sources { system: folder.into(), ..Sources::clone(&self.sources) };
        Self { sources: Arc::new(sources), ..self.clone() }
    }

    pub fn codex_home(&self) -> &AbsolutePath {
        &self.sources.home
    }

    /// The directory of the server, from which relative paths of requests count.
    pub fn directory(&self) -> &AbsolutePath {
        &self.sources.directory
    }

    /// The server's own configuration.
    pub fn load_base(&self) -> Loaded {
        let built = self.build(&ThreadOverrides::default(), None);
        let mut warnings: Vec<ConfigWarning> = built.problems.iter().map(Problem::warning).collect();
        warnings.extend(unknown_keys(&built.stack));
        warnings.extend(misspelt::warnings(&built.stack));
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
            None => {
                let mut config = built.config;
                self.opened.settle(&mut config);
                Ok(config)
            }
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
        let (settings, mut wrong) = ConfigToml::read(merged.table());
        let cwd = self.cwd(overrides);
        let base_instructions = match overrides.base_instructions {
            Some(_) => None,
            None => read_instructions(&settings, &mut wrong),
        };
        let judged = permissions::trust(&settings.projects, &cwd, || project_root::trust_roots(&cwd));
        let trusted_folder = match &judged {
            Some((TrustLevel::Trusted, folder)) => project_root::settings_folder(folder, &cwd),
            Some((TrustLevel::Untrusted, _)) | None => None,
        };
        let facts = Facts {
            codex_home: self.sources.home.clone(),
            environment: self.environment.clone(),
            trust: judged.map(|(level, _)| level),
            trusted_folder,
            trusted_folders: permissions::trusted(&settings.projects),
            active_profile: stack.profile().map(str::to_owned),
            cwd,
            base_instructions,
            described_models: read_models(&settings, &mut wrong),
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

fn read_models(settings: &ConfigToml, wrong: &mut Vec<WrongValue>) -> Vec<DescribedModel> {
    const KEY: &str = "model_catalog_json";
    let Some(path) = &settings.model_catalog_json else { return Vec::new() };
    let mut refuse = |reason: String, remedy: &str| {
        wrong.push(WrongValue::new(&[KEY], reason).with_remedy(remedy));
        Vec::new()
    };
    match files::read_whole(path, LONGEST_CATALOG).map(|bytes| models::read(&bytes)) {
        Ok(Ok(models)) => models,
        Ok(Err(problem)) => refuse(
            format!("the file {} cannot be used: {problem}", path.display()),
            "It is to be JSON like `{\"models\": [{\"slug\": \"NAME\", \"context_window\": 32768}]}`",
        ),
        Err(error) => refuse(
            format!("the file {} cannot be read: {error}", path.display()),
            "Create that file, or remove the setting",
        ),
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
    let with_meant = |key: &str| misspelt::with_meant(key, file::KEYS.iter().map(|key| key.name));
    let unknown_of = |layer: &Layer| {
        let keys: Vec<String> =
            layer.table.keys().filter(|key| !file::is_known(key)).map(|key| with_meant(key)).collect();
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

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;
    use crate::config::provider::DEFAULT_MODEL;

    struct Fixture {
        folder: tempfile::TempDir,
        loader: ConfigLoader,
    }

    impl Fixture {
        fn new(config: &str, flags: &[&str]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let home = AbsolutePath::new(folder.path().canonicalize().unwrap()).unwrap();
            std::fs::write(home.join("config.toml"), config).unwrap();
            let surroundings =
                Surroundings { environment: Environment::default(), directory: home.join("work"), home };
            let flags =
                Flags { config: flags.iter().map(|flag| (*flag).to_owned()).collect(), ..Flags::default() };
            let loader = ConfigLoader::new(surroundings, &flags).unwrap();
            let system = loader.codex_home().join("etc").into_path_buf();
            Self { folder, loader: loader.with_system_folder(system) }
        }

        fn plain(&self, text: &str) -> String {
            text.replace(&*self.folder.path().canonicalize().unwrap().to_string_lossy(), "HOME")
        }

        /// The server goes on, tells what is wrong, and threads are refused for the same reason.
        fn check_broken(&self, expected: Expect) {
            let loaded = self.loader.load_base();
            let refused = self.loader.for_thread(&ThreadOverrides::default()).unwrap_err().to_string();
            assert_eq!(loaded.error.unwrap().to_string(), refused);
            let details = refused.strip_prefix("failed to load configuration: ").unwrap();
            assert_eq!(loaded.warnings[0].details.as_deref(), Some(details));
            let range = loaded.warnings[0].range.map(|range| (range.start.line, range.end.column));
            expected.assert_eq(&self.plain(&format!("{}\n{range:?}", details)));
        }

        fn thread(&self, config: serde_json::Value) -> Result<Config, Error> {
            let config = config.as_object().unwrap().clone();
            self.loader.for_thread(&ThreadOverrides { config, ..ThreadOverrides::default() })
        }
    }

    #[test]
    fn a_broken_file_refuses_threads_and_nothing_else() {
        let fixture = Fixture::new("model = \"a\"\nmodel_provider = \n", &[]);
        assert_eq!(fixture.loader.load_base().config.model, DEFAULT_MODEL);
        fixture.check_broken(expect![[r#"
            HOME/config.toml:2:18: the file is not valid TOML: string values must be quoted, expected literal string. Correct the line; texts stand in quotes, tables begin with `[name]`
            Some((2, 18))"#]]);
    }

    #[test]
    fn a_wrong_value_costs_that_value_only() {
        let fixture = Fixture::new("model = \"a\"\nsandbox_mode = \"foo\"\n", &[]);
        assert_eq!(fixture.loader.load_base().config.model, "a");
        fixture.check_broken(expect![[r#"
            HOME/config.toml:2:16: `sandbox_mode`: unknown variant `foo`, expected one of `read-only`, `workspace-write`, `danger-full-access`. Correct it, or remove it to use the default
            Some((2, 20))"#]]);
        Fixture::new("[features]\nunified_exec = \"yes\"\n", &[]).check_broken(expect![[r#"
            HOME/config.toml:2:16: `features.unified_exec`: invalid type: string "yes", expected a boolean. Correct it, or remove it to use the default
            Some((2, 20))"#]]);
        Fixture::new("model_provider = \"nope\"", &[]).check_broken(expect![[r#"
            HOME/config.toml:1:18: `model_provider`: model provider `nope` not found. Describe it in a table `[model_providers.nope]`, or choose one of: anthropic, lmstudio, ollama, openai, openrouter, rehearsal
            Some((1, 23))"#]]);
        Fixture::new("model_instructions_file = \"missing.md\"", &[]).check_broken(expect![[r#"
            HOME/config.toml:1:27: `model_instructions_file`: the file HOME/missing.md cannot be read: No such file or directory (os error 2). Create that file, or remove the setting
            Some((1, 38))"#]]);
        Fixture::new("", &["sandbox_mode=5"]).check_broken(expect![[r#"
            command line: `sandbox_mode`: invalid type: expected a string. Correct it, or remove it to use the default
            None"#]]);
    }

    #[test]
    fn a_request_is_told_what_is_wrong_with_it() {
        let fixture = Fixture::new("", &[]);
        let error = |config| fixture.thread(config).unwrap_err().to_string();
        expect!["failed to load configuration: `config` of the request: `model`: invalid type: integer `5`, expected a string. Correct it, or remove it to use the default"].assert_eq(&error(json!({"model": 5})));
        expect!["failed to load configuration: `config` of the request: `model`: invalid type: map, expected a string. Correct it, or remove it to use the default"].assert_eq(&error(json!({"model.x": 5})));
        expect!["failed to load configuration: `config` of the request: `a..b`: the key is not a path of settings: a part of it is empty"].assert_eq(&error(json!({"a..b": 5})));
        let overrides = ThreadOverrides { model_provider: Some("nope".into()), ..ThreadOverrides::default() };
        expect!["failed to load configuration: `modelProvider`: model provider `nope` not found. Describe it in a table `[model_providers.nope]`, or choose one of: anthropic, lmstudio, ollama, openai, openrouter, rehearsal"].assert_eq(&fixture.loader.for_thread(&overrides).unwrap_err().to_string());
        let overrides = ThreadOverrides {
            permissions: Some(":workspace".into()),
            sandbox: Some(permissions::SandboxMode::ReadOnly),
            ..ThreadOverrides::default()
        };
        expect!["`permissions` cannot be combined with `sandbox`; leave one of them out"]
            .assert_eq(&fixture.loader.for_thread(&overrides).unwrap_err().to_string());
    }

    #[test]
    fn requests_beat_options_and_options_the_file() {
        let fixture = Fixture::new(
            "model = \"file\"\nreview_model = \"file\"\nmodel_verbosity = \"low\"",
            &["model=flag", "review_model=flag"],
        );
        let config =
            fixture.thread(json!({"model": "asked", "unknown": 1, "model_verbosity": null})).unwrap();
        assert_eq!(config.model, "asked");
        assert_eq!(config.review_model.as_deref(), Some("flag"));
        assert!(config.model_verbosity.is_some());
    }

    #[test]
    fn an_edited_file_counts_for_the_next_thread() {
        let fixture = Fixture::new("model = \"a\"", &[]);
        assert_eq!(fixture.thread(json!({})).unwrap().model, "a");
        std::fs::write(fixture.loader.codex_home().join("config.toml"), "model = \"b\"").unwrap();
        assert_eq!(fixture.thread(json!({})).unwrap().model, "b");
    }

    #[test]
    fn folders_count_from_the_servers_directory() {
        let fixture = Fixture::new("", &[]);
        let cwd = |cwd: Option<&str>| {
            let overrides = ThreadOverrides { cwd: cwd.map(PathBuf::from), ..ThreadOverrides::default() };
            fixture.plain(&fixture.loader.for_thread(&overrides).unwrap().cwd.to_string())
        };
        assert_eq!(cwd(None), "HOME/work");
        assert_eq!(cwd(Some("a/../missing")), "HOME/work/missing");
        assert_eq!(cwd(Some("/abs")), "/abs");
    }

    #[test]
    fn projects_are_trusted_by_their_root() {
        let fixture = Fixture::new("", &[]);
        let home = fixture.loader.codex_home();
        std::fs::create_dir_all(home.join("repo/.git")).unwrap();
        std::fs::create_dir_all(home.join("repo/sub")).unwrap();
        let text = format!("[projects.\"{}\"]\ntrust_level = \"trusted\"", home.join("repo"));
        std::fs::write(home.join("config.toml"), text).unwrap();
        let trust = |folder: &str| {
            let cwd = Some(home.join(folder).into_path_buf());
            let overrides = ThreadOverrides { cwd, ..ThreadOverrides::default() };
            fixture.loader.for_thread(&overrides).unwrap().trust
        };
        assert_eq!(trust("repo"), Some(TrustLevel::Trusted));
        assert_eq!(trust("repo/sub"), Some(TrustLevel::Trusted));
        assert_eq!(trust("other"), None);
    }

    #[test]
    fn instructions_come_from_a_file_unless_the_request_brings_them() {
        let fixture = Fixture::new("model_instructions_file = \"i.md\"", &[]);
        std::fs::write(fixture.loader.codex_home().join("i.md"), "\nBe kind.\n").unwrap();
        assert_eq!(fixture.thread(json!({})).unwrap().base_instructions.as_deref(), Some("Be kind."));
        let overrides = ThreadOverrides { base_instructions: Some("x".into()), ..ThreadOverrides::default() };
        assert_eq!(fixture.loader.for_thread(&overrides).unwrap().base_instructions.as_deref(), Some("x"));
        std::fs::write(fixture.loader.codex_home().join("i.md"), " ").unwrap();
        assert!(fixture.thread(json!({})).unwrap_err().to_string().contains("i.md is empty"));
    }

    #[test]
    fn unknown_names_are_warned_about() {
        let fixture = Fixture::new(
            "modle = \"a\"\nanalytics = {}\n[features]\nmemories = true\nmemoriez = true\n",
            &["foo.bar=1"],
        );
        let loaded = fixture.loader.load_base();
        assert_eq!(loaded.error, None);
        let summaries: Vec<_> =
            loaded.warnings.iter().map(|warning| fixture.plain(&warning.summary)).collect();
        expect![[r#"
            Settings that mean nothing are ignored; are they misspelt? HOME/config.toml: `modle` (did you mean `model`?); command line: `foo`
            Switches that mean nothing are ignored; are they misspelt? `features.memoriez`"#]].assert_eq(&summaries.join("\n"));
    }

    #[test]
    fn an_option_fixes_the_provider() {
        let can_change = |flags: &[&str]| {
            Fixture::new("model_provider = \"rehearsal\"", flags).loader.load_base().can_change_provider
        };
        assert!(can_change(&[]));
        assert!(can_change(&["model=x"]));
        assert!(!can_change(&["model_provider=rehearsal"]));
    }
}

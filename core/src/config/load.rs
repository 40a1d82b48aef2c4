//! Finding and reading the layers of settings.
//!
//! A file that is missing is an empty layer; one that cannot be read or parsed is an empty layer and a
//! problem. Blocking: reads files. Reading them every time costs well under a millisecond, and what is read
//! is always what stands there.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::document;
use super::error::{Place, Problem};
use super::layers::{Layer, LayerSource, LayerStack};
use super::relative;
use crate::base::files;
use crate::base::paths::AbsolutePath;

/// No configuration is longer; a file that is, is something else.
const LARGEST_FILE: usize = 16 * 1024 * 1024;

/// Where layers are found.
#[derive(Clone, Debug)]
pub struct Sources {
    pub home: AbsolutePath,
    /// The folder of the machine's settings.
    pub system: PathBuf,
    /// From which relative paths of the command line count.
    pub directory: AbsolutePath,
    pub user_home: Option<PathBuf>,
    /// The settings of the command line.
    pub flags: Table,
    /// The profile named on the command line.
    pub profile: Option<String>,
}

/// The layer of a request and the folder from which its relative paths count.
#[derive(Clone, Debug)]
pub struct RequestLayer {
    pub table: Table,
    pub folder: AbsolutePath,
}

impl Sources {
    pub fn user_file(&self) -> PathBuf {
        self.home.join("config.toml").into_path_buf()
    }

    /// All layers, and what is wrong with those that had to be left out.
    pub fn read(&self, request: Option<RequestLayer>) -> (LayerStack, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut layers = Vec::new();
        let system_file = self.system.join("config.toml");
        layers.push(self.read_file(
            LayerSource::System { file: system_file.clone() },
            &system_file,
            &mut problems,
        ));
        let user_file = self.user_file();
        let user = LayerSource::User { file: user_file.clone(), profile: None };
        let user = self.read_file(user, &user_file, &mut problems);
        let choice = self.profile_choice(request.as_ref(), &user);
        let profile = choice.map(|choice| self.read_profile(&choice, &user, &mut problems));
        layers.push(user);
        layers.extend(profile.into_iter().flatten());
        if !self.flags.is_empty() {
            layers.push(self.layer(
                LayerSource::SessionFlags,
                self.flags.clone(),
                None,
                Vec::new(),
                &self.directory,
            ));
        }
        let managed = self.system.join("managed_config.toml");
        if managed.exists() {
            layers.push(self.read_file(
                LayerSource::Managed { file: managed.clone() },
                &managed,
                &mut problems,
            ));
        }
        let stack = LayerStack::new(layers);
        let stack = match request {
            Some(RequestLayer { mut table, folder }) => {
                relative::resolve(&mut table, &folder, self.user_home.as_deref());
                stack.with_request(table)
            }
            None => stack,
        };
        (stack, problems)
    }

    fn read_file(&self, source: LayerSource, path: &Path, problems: &mut Vec<Problem>) -> Layer {
        match read_document(path) {
            Ok(Some((table, text))) => {
                let folder = path.parent().and_then(|folder| AbsolutePath::new(folder).ok());
                let folder = folder.unwrap_or_else(|| self.home.clone());
                self.layer(source, table, Some(text), Vec::new(), &folder)
            }
            Ok(None) => Layer::new(source, Table::new()),
            Err(problem) => {
                let reason = problem.to_string();
                problems.push(problem);
                Layer::disabled(source, reason)
            }
        }
    }

    fn layer(
        &self,
        source: LayerSource,
        table: Table,
        text: Option<String>,
        below: Vec<String>,
        folder: &AbsolutePath,
    ) -> Layer {
        let mut layer = match text {
            Some(text) => Layer::from_text(source, table, text, below),
            None => Layer::new(source, table),
        };
        relative::resolve(&mut layer.table, folder, self.user_home.as_deref());
        layer
    }

    fn profile_choice(&self, request: Option<&RequestLayer>, user: &Layer) -> Option<ProfileChoice> {
        let named = |table: &Table| table.get("profile").and_then(Value::as_str).map(str::to_owned);
        let choice = |name: Option<String>, place: Place| name.map(|name| ProfileChoice { name, place });
        choice(request.and_then(|request| named(&request.table)), Place::Request)
            .or_else(|| choice(self.profile.clone(), Place::CommandLine))
            .or_else(|| choice(named(&self.flags), Place::CommandLine))
            .or_else(|| choice(named(&user.table), user.place(&["profile".to_owned()])))
    }

    /// The layers of a profile: its table in the user's file, then its own file beside that.
    fn read_profile(&self, choice: &ProfileChoice, user: &Layer, problems: &mut Vec<Problem>) -> Vec<Layer> {
        let name = &choice.name;
        let mut layers = Vec::new();
        let source = |file: PathBuf| LayerSource::User { file, profile: Some(name.clone()) };
        let table = user.table.get("profiles").and_then(|profiles| profiles.get(name));
        if let Some(Value::Table(table)) = table {
            let below = vec!["profiles".to_owned(), name.clone()];
            layers.push(user.part(source(self.user_file()), table.clone(), below));
        }
        let file = self.home.join(format!("{name}.config.toml")).into_path_buf();
        if is_plain_name(name) && file.exists() {
            layers.push(self.read_file(source(file.clone()), &file, problems));
        }
        if layers.is_empty() {
            problems.push(Problem {
                place: choice.place.clone(),
                key: Some("profile".to_owned()),
                message: format!("there is no profile `{name}`"),
                remedy: Some(format!(
                    "Put its settings into {}, or name a profile that exists",
                    self.home.join(format!("{name}.config.toml"))
                )),
            });
        }
        layers
    }
}

struct ProfileChoice {
    name: String,
    place: Place,
}

/// A name must not lead out of the home directory.
fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
}

fn read_document(path: &Path) -> Result<Option<(Table, String)>, Problem> {
    let problem = |message: String, remedy: &str, range| Problem {
        place: Place::File { path: path.to_path_buf(), range },
        key: None,
        message,
        remedy: Some(remedy.to_owned()),
    };
    let bytes = match files::read_whole(path, LARGEST_FILE) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            let remedy = "Make it a readable file, or remove it";
            return Err(problem(format!("the file cannot be read: {error}"), remedy, None));
        }
    };
    let text = String::from_utf8(bytes)
        .map_err(|_| problem("the file is not UTF-8 text".to_owned(), "Save it as UTF-8", None))?;
    match document::parse(&text) {
        Ok(table) => Ok(Some((table, text))),
        Err(error) => Err(problem(
            format!("the file is not valid TOML: {}", error.message),
            "Correct the line; texts stand in quotes, tables begin with `[name]`",
            error.range,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(home: &Path) -> Sources {
        Sources {
            home: AbsolutePath::new(home).unwrap(),
            system: home.join("etc"),
            directory: AbsolutePath::new("/start").unwrap(),
            user_home: None,
            flags: Table::new(),
            profile: None,
        }
    }

    fn summary(stack: &LayerStack) -> Vec<String> {
        let name = |layer: &Layer| match &layer.source {
            LayerSource::System { .. } => "system".to_owned(),
            LayerSource::User { file, profile } => {
                format!("user {} {profile:?}", file.file_name().unwrap().to_string_lossy())
            }
            LayerSource::SessionFlags => "flags".to_owned(),
            LayerSource::Request => "request".to_owned(),
            LayerSource::Managed { .. } => "managed".to_owned(),
        };
        stack.layers().iter().map(|layer| format!("{}: {}", name(layer), layer.table)).collect()
    }

    fn write(folder: &Path, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }

    #[test]
    fn layers_stand_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        write(
            folder.path(),
            &[
                ("etc/config.toml", "model = \"s\""),
                ("etc/managed_config.toml", "model = \"m\""),
                ("config.toml", "model = \"u\"\n[profiles.p]\nmodel = \"t\""),
                ("p.config.toml", "model = \"f\""),
            ],
        );
        let mut sources = sources(folder.path());
        sources.flags = document::parse("model = \"c\"").unwrap();
        sources.profile = Some("p".to_owned());
        let request = RequestLayer {
            table: document::parse("model = \"r\"").unwrap(),
            folder: AbsolutePath::new("/cwd").unwrap(),
        };
        let (stack, problems) = sources.read(Some(request));
        assert_eq!(problems, []);
        assert_eq!(
            summary(&stack),
            [
                "system: model = \"s\"\n",
                "user config.toml None: model = \"u\"\n\n[profiles.p]\nmodel = \"t\"\n",
                "user config.toml Some(\"p\"): model = \"t\"\n",
                "user p.config.toml Some(\"p\"): model = \"f\"\n",
                "flags: model = \"c\"\n",
                "request: model = \"r\"\n",
                "managed: model = \"m\"\n",
            ]
        );
    }

    #[test]
    fn missing_files_are_empty_layers() {
        let folder = tempfile::tempdir().unwrap();
        let (stack, problems) = sources(&folder.path().join("absent")).read(None);
        assert_eq!(summary(&stack), ["system: ", "user config.toml None: "]);
        assert_eq!(problems, []);
    }

    #[test]
    fn relative_paths_count_from_where_they_are_written() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[("config.toml", "model_instructions_file = \"i.md\"")]);
        let mut sources = sources(folder.path());
        sources.flags = document::parse("model_providers.rehearsal.script = \"s\"").unwrap();
        let request = RequestLayer {
            table: document::parse("sandbox_unreadable_paths = [\"x\"]").unwrap(),
            folder: AbsolutePath::new("/cwd").unwrap(),
        };
        let merged = sources.read(Some(request)).0.merged().table();
        let file = folder.path().join("i.md");
        assert_eq!(merged["model_instructions_file"].as_str(), file.to_str());
        assert_eq!(merged["model_providers"]["rehearsal"]["script"].as_str(), Some("/start/s"));
        assert_eq!(merged["sandbox_unreadable_paths"][0].as_str(), Some("/cwd/x"));
    }

    #[test]
    fn files_that_cannot_be_used_are_problems() {
        let folder = tempfile::tempdir().unwrap();
        let problem = |text: &[u8]| {
            std::fs::write(folder.path().join("config.toml"), text).unwrap();
            let (stack, problems) = sources(folder.path()).read(None);
            assert!(stack.layers()[1].disabled.is_some());
            problems[0].to_string().replace(folder.path().to_str().unwrap(), "HOME")
        };
        let syntax = problem(b"model = \"a\"\nmodel_provider = \n");
        assert!(syntax.starts_with("HOME/config.toml:2:18: the file is not valid TOML: "), "{syntax}");
        assert_eq!(
            problem(b"a = \"\xff\""),
            "HOME/config.toml: the file is not UTF-8 text. Save it as UTF-8"
        );
        std::fs::remove_file(folder.path().join("config.toml")).unwrap();
        std::fs::create_dir(folder.path().join("config.toml")).unwrap();
        let (_, problems) = sources(folder.path()).read(None);
        assert!(problems[0].message.contains("not a regular file"), "{problems:?}");
    }

    #[test]
    fn unknown_profiles_are_problems_of_where_they_are_named() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[("config.toml", "# x\nprofile = \"nope\"\n")]);
        let (_, problems) = sources(folder.path()).read(None);
        let text = problems[0].to_string();
        assert!(text.contains("config.toml:2:11: `profile`: there is no profile `nope`"), "{text}");

        let mut sources = sources(folder.path());
        sources.profile = Some("../../etc/passwd".to_owned());
        let text = sources.read(None).1[0].to_string();
        assert!(text.starts_with("command line: `profile`: there is no profile"), "{text}");
    }
}

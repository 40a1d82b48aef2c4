//! Rules of policies: what may be written, what is protected, and what leads where.

use std::os::unix::fs::symlink;

use super::*;

struct Place {
    _folder: tempfile::TempDir,
    base: PathBuf,
}

/// A folder with `ws`, `other`, `home` and `bin/helper`.
fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().canonicalize().unwrap();
    for name in ["ws", "other", "home", "bin"] {
        fs::create_dir(base.join(name)).unwrap();
    }
    fs::write(base.join("bin/helper"), "").unwrap();
    Place { _folder: folder, base }
}

impl Place {
    fn rules(&self, cwd: &str, write: WorkspaceWrite) -> Result<Rules, Error> {
        self.rules_of_user(None, cwd, write)
    }

    fn rules_of_user(&self, home: Option<&str>, cwd: &str, write: WorkspaceWrite) -> Result<Rules, Error> {
        let cwd = AbsolutePath::new(self.base.join(cwd)).unwrap();
        let command = CommandSpec { argv: vec!["x".into()], cwd: cwd.clone(), env: Vec::new() };
        let surroundings = Surroundings {
            helper: self.base.join("bin/helper"),
            home: self.base.join("home"),
            doors: vec![self.base.join("bin")],
            user_home: home.map(|home| self.base.join(home)),
            programs: Vec::new(),
            unreadable: vec![self.base.join("other"), self.base.join("missing")],
            snapshot: None,
            project: Some(self.base.join("project")),
            trusted: vec![self.base.join("ws/trusted"), self.base.join("project")],
        };
        rules(&SandboxPolicy::WorkspaceWrite(write), &cwd, &command, &surroundings)
    }

    fn show(&self, paths: &[PathBuf]) -> String {
        let short = |path: &PathBuf| match path.strip_prefix(&self.base) {
            Ok(inside) => format!("./{}", inside.display()),
            Err(_) => path.display().to_string(),
        };
        paths.iter().map(short).collect::<Vec<_>>().join(" ")
    }
}

fn nothing_else() -> WorkspaceWrite {
    WorkspaceWrite { exclude_slash_tmp: true, exclude_tmpdir_env_var: true, ..Default::default() }
}

#[test]
fn a_workspace_is_writable_but_for_its_protected_names() {
    let place = place();
    let rules = place.rules("ws", nothing_else()).unwrap();
    assert_eq!(place.show(&rules.writable), "./ws");
    assert_eq!(
        place.show(&rules.protected),
        "./ws/.agents ./ws/.codex ./ws/.envrc ./ws/.git ./ws/.idea ./ws/.mcp.json ./ws/.vscode"
    );
    assert_eq!(
        place.show(&rules.veiled),
        "./home/auth.json ./home/auth.json.new ./home/.credentials.json ./home/login_shells"
    );
    assert!(rules.hidden.contains(&place.base.join("other")) && !rules.network);
    assert!(rules.doors.contains(&place.base.join("bin")), "a door of the server's own variables");
}

#[test]
fn the_names_of_trusted_projects_are_protected_wherever_a_root_contains_them() {
    let place = place();
    fs::create_dir_all(place.base.join("project/sub")).unwrap();
    fs::create_dir_all(place.base.join("ws/trusted")).unwrap();
    let sub = "./project/sub/.agents ./project/sub/.codex ./project/sub/.envrc ./project/sub/.git \
               ./project/sub/.idea ./project/sub/.mcp.json ./project/sub/.vscode";
    let rules = place.rules("project/sub", nothing_else()).unwrap();
    assert_eq!(place.show(&rules.protected), sub);
    let rules = place.rules(".", nothing_else()).unwrap();
    let shown = place.show(&rules.protected);
    for name in ["./project/.codex", "./project/.git", "./ws/trusted/.codex"] {
        assert!(shown.split(' ').any(|path| path == name), "{name}: {shown}");
    }
    assert!(!shown.contains("./ws/trusted/.git") && !shown.contains("./ws/.codex"), "{shown}");
}

#[test]
fn home_and_program_are_protected_where_they_lie_in_a_root() {
    let place = place();
    let rules = place.rules(".", nothing_else()).unwrap();
    assert_eq!(place.show(&rules.vital), "./bin/helper ./home ./missing");
    let rules = place.rules("home/inside", nothing_else()).unwrap();
    assert_eq!(place.show(&rules.writable), "");
    fs::create_dir(place.base.join("home/inside")).unwrap();
    let rules = place.rules("home/inside", nothing_else()).unwrap();
    assert_eq!(place.show(&rules.writable), "", "nothing in the home directory is writable");
}

#[test]
fn startup_files_are_protected_where_they_could_be_written() {
    let place = place();
    let files = |user: &str| place.rules_of_user(Some(user), ".", nothing_else()).unwrap().personal_files;
    assert!(files("ws").contains(&place.base.join("ws/.bashrc")));
    assert!(files("").contains(&place.base.join(".bashrc")), "around the server's home");
    assert_eq!(files("home"), [] as [PathBuf; 0], "all of the server's home is read-only");
}

#[test]
fn configured_roots_may_be_relative_or_missing() {
    let place = place();
    let roots = vec!["../other".into(), "missing".into(), place.base.join("ws")];
    let rules = place.rules("ws", WorkspaceWrite { writable_roots: roots, ..nothing_else() }).unwrap();
    assert_eq!(place.show(&rules.writable), "./other ./ws");
}

#[test]
fn a_profile_may_take_from_what_it_gives() {
    let place = place();
    fs::create_dir(place.base.join("ws/sub")).unwrap();
    symlink("../other", place.base.join("ws/link")).unwrap();
    let write = WorkspaceWrite {
        keep_cwd: true,
        writable_roots: vec![place.base.join("ws")],
        read_only: ["sub", "link", "missing/deep", "../other"].map(PathBuf::from).to_vec(),
        unreadable: vec!["sub".into(), "gone".into()],
        ..nothing_else()
    };
    let rules = place.rules("ws/sub", WorkspaceWrite { writable_roots: Vec::new(), ..write.clone() });
    assert_eq!(place.show(&rules.unwrap().writable), "", "not even the working directory");
    let rules = place.rules("ws", write).unwrap();
    assert_eq!(place.show(&rules.writable), "./ws");
    assert_eq!(place.show(&rules.vital), "./ws/gone ./ws/link ./ws/missing ./ws/sub");
    assert!(rules.hidden.contains(&place.base.join("ws/sub")));
}

#[test]
fn what_leads_to_something_hidden_cannot_be_exchanged() {
    let place = place();
    fs::write(place.base.join("other/.env"), "x").unwrap();
    fs::write(place.base.join("ws/file"), "x").unwrap();
    fs::create_dir(place.base.join("ws/real")).unwrap();
    symlink("../other/.env", place.base.join("ws/.env")).unwrap();
    symlink(".env", place.base.join("ws/twice")).unwrap();
    symlink("real", place.base.join("ws/folder")).unwrap();
    symlink("loop", place.base.join("ws/loop")).unwrap();
    let check = |path: &str, kept: &str| {
        let unreadable = vec![path.into()];
        let rules = place.rules("ws", WorkspaceWrite { unreadable, ..nothing_else() }).unwrap();
        assert_eq!(place.show(&rules.vital), kept, "{path}");
        rules.hidden
    };
    assert!(check(".env", "./ws/.env").contains(&place.base.join("other/.env")));
    assert!(check("twice", "./ws/.env ./ws/twice").contains(&place.base.join("other/.env")));
    check("folder/new/deep", "./ws/folder ./ws/real/new");
    check("file/x", "./ws/file");
    check("loop/x", "./ws/loop");
    check("real", "");
    check("../other/missing", "");
}

#[test]
fn a_root_behind_a_link_that_commands_could_have_made_is_refused() {
    let place = place();
    symlink("../other", place.base.join("ws/link")).unwrap();
    let roots = vec![place.base.join("ws/link")];
    let error = place.rules("ws", WorkspaceWrite { writable_roots: roots, ..nothing_else() }).unwrap_err();
    assert!(error.to_string().contains("ws/link` cannot be used: it is reached through a link"), "{error}");
    // A link elsewhere is the user's own, and one that stays inside opens nothing.
    symlink("ws", place.base.join("mine")).unwrap();
    assert_eq!(place.show(&place.rules("mine", nothing_else()).unwrap().writable), "./ws");
    fs::create_dir(place.base.join("ws/a")).unwrap();
    symlink("a", place.base.join("ws/b")).unwrap();
    let roots = vec![place.base.join("ws/b")];
    let rules = place.rules("ws", WorkspaceWrite { writable_roots: roots, ..nothing_else() }).unwrap();
    assert_eq!(place.show(&rules.writable), "./ws ./ws/a");
}

#[test]
fn the_targets_of_protected_links_and_git_files_are_protected_too() {
    let place = place();
    fs::create_dir_all(place.base.join("ws/real/git")).unwrap();
    symlink("real/git", place.base.join("ws/.git")).unwrap();
    fs::create_dir_all(place.base.join("ws/sub")).unwrap();
    fs::create_dir_all(place.base.join("ws/store")).unwrap();
    fs::write(place.base.join("ws/sub/.git"), "gitdir: ../store\n").unwrap();
    let roots = vec![place.base.join("ws/sub")];
    let rules = place.rules("ws", WorkspaceWrite { writable_roots: roots, ..nothing_else() }).unwrap();
    assert_eq!(place.show(&rules.vital), "./ws/real/git ./ws/store");
}

#[test]
fn a_missing_home_is_protected_by_its_first_missing_part() {
    let place = place();
    fs::remove_dir(place.base.join("home")).unwrap();
    let rules = place.rules(".", nothing_else()).unwrap();
    assert_eq!(place.show(&rules.vital), "./bin/helper ./home ./missing");
    assert_eq!(first_missing(Path::new("/proc/no/such/thing")), Path::new("/proc/no"));
}

#[test]
fn loops_of_links_end() {
    let place = place();
    symlink("b", place.base.join("a")).unwrap();
    symlink("a", place.base.join("b")).unwrap();
    assert!(Root::resolve(&place.base.join("a/x")).is_none());
}

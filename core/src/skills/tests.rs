//! What is found on disks that are in order, and on those that are not.

use expect_test::{Expect, expect};

use super::*;

struct Disk {
    _folder: tempfile::TempDir,
    root: PathBuf,
    config: Config,
    finder: SkillFinder,
}

impl Disk {
    /// A home directory, a user's directory and a project with a folder in it.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for path in ["home", "user", "repo/.git", "repo/a/b", "outside"] {
            std::fs::create_dir_all(root.join(path)).unwrap();
        }
        let absolute = |path: &str| AbsolutePath::new(root.join(path)).unwrap();
        let config = Config::defaults(absolute("home"), absolute("repo/a/b"));
        Self { finder: SkillFinder::new(Some(root.join("user"))), config, root, _folder: folder }
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn skill(&self, folder: &str) {
        let text = "---\ndescription: helps\n---\nbody";
        self.write(&format!("{folder}/SKILL.md"), text);
    }

    #[cfg(unix)]
    fn link(&self, from: &str, to: &str) {
        let from = self.root.join(from);
        std::fs::create_dir_all(from.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(self.root.join(to), from).unwrap();
    }

    fn found(&self) -> Found {
        self.finder.find(&self.config, &self.config.cwd)
    }

    fn check(&self, expected: Expect) {
        let found = self.found();
        let short = |path: &Path| path.strip_prefix(&self.root).unwrap().display().to_string();
        let skills = found.skills.iter().map(|skill| {
            let state = if skill.is_enabled { "" } else { " off" };
            format!("{:?} {} {}{state}\n", skill.scope, skill.name, short(&skill.path))
        });
        let problems =
            found.problems.iter().map(|problem| format!("{}: {}\n", short(&problem.path), problem.message));
        expected.assert_eq(&skills.chain(problems).collect::<String>());
    }
}

#[test]
fn every_place_has_its_scope() {
    let mut disk = Disk::new();
    for folder in [
        "home/skills/mine",
        "home/skills/.system/built-in",
        "home/skills/.hidden",
        "user/.agents/skills/shared",
        "repo/.agents/skills/root",
        "repo/a/.agents/skills/mid",
        "repo/a/b/.agents/skills/here",
        "repo/a/b/.codex/skills/codex",
        "repo/.codex/skills/far",
        "outside/skills/extra",
        "home/skills/off",
    ] {
        disk.skill(folder);
    }
    disk.finder.set_extra(vec![AbsolutePath::new(disk.root.join("outside/skills")).unwrap()]);
    let rule = r#"{ "config": [{ "name": "off", "enabled": false }] }"#;
    disk.config.skills = serde_json::from_str(rule).unwrap();
    disk.check(expect![[r#"
        Repo codex repo/a/b/.codex/skills/codex/SKILL.md
        Repo here repo/a/b/.agents/skills/here/SKILL.md
        Repo mid repo/a/.agents/skills/mid/SKILL.md
        Repo root repo/.agents/skills/root/SKILL.md
        User extra outside/skills/extra/SKILL.md
        User mine home/skills/mine/SKILL.md
        User off home/skills/off/SKILL.md off
        User shared user/.agents/skills/shared/SKILL.md
        System built-in home/skills/.system/built-in/SKILL.md
    "#]]);
    disk.finder.set_extra(Vec::new());
    assert_eq!(disk.found().skills.len(), 8);
}

#[test]
fn a_broken_skill_is_told_and_harms_no_other() {
    let disk = Disk::new();
    disk.skill("home/skills/good");
    disk.write("home/skills/bare/SKILL.md", "# text");
    disk.write("home/skills/latin/SKILL.md", b"---\nname: \xff\n---\n");
    disk.write("home/skills/huge/SKILL.md", vec![b'x'; LARGEST_FILE + 1]);
    disk.write("home/skills/lower/skill.md", "---\ndescription: x\n---\n");
    disk.write("home/skills/good/agents/openai.yaml", "interface: [");
    std::fs::create_dir_all(disk.root.join("home/skills/folder/SKILL.md")).unwrap();
    disk.check(expect![[r#"
        User good home/skills/good/SKILL.md
        home/skills/bare/SKILL.md: there is no front matter: begin the file with a line `---`, lines `name: …` and `description: …`, and another line `---`
        home/skills/huge/SKILL.md: it cannot be read: the file is larger than 262144 bytes
        home/skills/latin/SKILL.md: it cannot be read: byte 10 is not UTF-8
    "#]]);
}

#[cfg(unix)]
#[test]
fn no_link_leads_out_of_a_project() {
    let disk = Disk::new();
    disk.skill("outside/private");
    disk.skill("repo/tools/kept");
    disk.link("repo/.agents/skills/out", "outside");
    disk.link("repo/.agents/skills/in", "repo/tools");
    disk.link("repo/.agents/skills/file/SKILL.md", "outside/private/SKILL.md");
    disk.link("repo/a/b/.codex/skills", "outside");
    disk.link("repo/.agents/skills/proc", "../../../../../../../../../proc");
    disk.link("home/skills/mine", "outside/private");
    disk.link("home/skills/loop", "home/skills");
    disk.check(expect![[r#"
        Repo kept repo/tools/kept/SKILL.md
        User private outside/private/SKILL.md
        repo/.agents/skills/out: it is a link out of the project and is not followed; copy the skill, or put it into the `skills` folder of your home directory
        repo/.agents/skills/proc: it is a link out of the project and is not followed; copy the skill, or put it into the `skills` folder of your home directory
        repo/a/b/.codex/skills: it is a link out of the project and is not followed; copy the skill, or put it into the `skills` folder of your home directory
    "#]]);
}

#[cfg(unix)]
#[test]
fn what_commands_may_not_read_is_not_read_either() {
    let mut disk = Disk::new();
    disk.skill("user/.agents/skills/secret");
    disk.config.sandbox_unreadable_paths = vec![AbsolutePath::new(disk.root.join("user/.agents")).unwrap()];
    disk.check(expect![""]);
}

#[test]
fn depth_and_number_are_bounded() {
    let disk = Disk::new();
    for depth in 1..9 {
        let below: String = (1..=depth).map(|level| format!("/d{level}")).collect();
        disk.skill(&format!("home/skills{below}"));
    }
    assert_eq!(disk.found().skills.len(), 6);
    for number in 0..MOST_SKILLS {
        disk.skill(&format!("repo/.agents/skills/s{number}"));
    }
    let found = disk.found();
    assert_eq!(found.skills.len(), MOST_SKILLS);
    assert_eq!(found.skills.iter().filter(|skill| skill.scope == Scope::User).count(), 6);
    assert!(found.problems.iter().any(|problem| problem.message.contains("too many skills")));
}

#[cfg(unix)]
#[test]
fn a_file_that_became_a_link_is_not_given_to_the_model() {
    let disk = Disk::new();
    disk.skill("repo/.agents/skills/s");
    disk.write("outside/key", "secret");
    let path = disk.found().skills[0].path.clone();
    assert!(text(&path).unwrap().ends_with("body"));
    std::fs::remove_file(&path).unwrap();
    disk.link("repo/.agents/skills/s/SKILL.md", "outside/key");
    assert_eq!(text(&path).unwrap_err().to_string(), "it is a link");
}

//! What a fuzzer feeds to the patch language: any text is a patch or a reason why not, any patch changes any file or says why
//! not, and what a patch is printed as is that patch.

use std::path::Path;

use crate::base::mutate;
use crate::base::paths::AbsolutePath;
use crate::tools::patch::changes::{Changes, Look, Node};
use crate::tools::patch::corpus;
use crate::tools::patch::job::Job;
use crate::tools::patch::parse::Patch;

/// A file and a patch, with a zero between them.
fn target(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (file, patch) = text.split_once('\0').unwrap_or(("one\ntwo\n", &text));
    read_and_apply(file, patch);
    read_and_apply(file, &format!("*** Begin Patch\n{patch}\n*** End Patch"));
    read_and_apply(file, &format!("*** Begin Patch\n*** Update File: f\n{patch}\n*** End Patch"));
}

fn read_and_apply(file: &str, text: &str) {
    let patch = match Patch::parse(text) {
        Ok(patch) => patch,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert_eq!(Patch::parse(&patch.to_string()).as_ref(), Ok(&patch), "{patch}");
    let cwd = AbsolutePath::new("/w").unwrap();
    let shown = Changes::wanted(&patch, &cwd);
    assert!(shown.len() <= patch.files.len());
    match Changes::compute(&patch, &cwd, &mut |path| look(file, path)) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(changes) => {
            assert!(changes.touched.iter().all(|touched| touched.before != touched.after));
            let job = Job::of(&changes.touched);
            let sent = serde_json::to_vec(&job).unwrap();
            assert_eq!(serde_json::from_slice::<Job>(&sent).unwrap(), job);
        }
    }
}

fn look(file: &str, path: &Path) -> Result<Look, String> {
    let node = match path.to_str() {
        Some("/w/f" | "/w/a") => Node::File { content: file.as_bytes().into(), mode: Some(0o644) },
        Some("/w/b") => Node::File { content: b"\xff"[..].into(), mode: None },
        Some("/w/l") => Node::Link { target: "f".into(), real: "/w/f".into() },
        Some("/w/d" | "/w" | "/") => return Err("it is a directory".to_owned()),
        _ => Node::Absent,
    };
    Ok(Look { own: path.to_path_buf(), node })
}

#[test]
fn changed_patches_are_survived() {
    let words = [
        "*** Begin Patch\n",
        "\n*** End Patch",
        "*** Add File: ",
        "*** Delete File: a\n",
        "*** Update File: f\n",
        "*** Move to: b\n",
        "*** End of File\n",
        "@@\n",
        "@@ one\n",
        "\n",
        "\n ",
        "\n+",
        "\n-",
        "\r\n",
        "<<'EOF'\n",
        "\nEOF",
        "\0",
        "\u{2013}",
        "\u{a0}",
        "\t",
        "f",
        "l",
        "..",
        "/",
    ];
    mutate::feed(&corpus::patches(), &words, target);
}

//! Attacks on files outside, and on secrets.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;

use crate::selftest::picture::picture;
use crate::selftest::place::{Mode, Place, SECRET};
use crate::selftest::trial::{Prepared, Verdict, as_told, attacked, confined};

/// An attack on a folder, which must look the same afterwards.
pub fn untouched(place: &Place, folder: &str, arguments: Vec<String>) -> Prepared {
    let folder = place.path(folder);
    let before = picture(&folder);
    Prepared::new(arguments, move |_| {
        let after = picture(&folder);
        (before != after).then(|| format!("before:\n{before}\nafter:\n{after}"))
    })
}

pub fn write_outside(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "write", |place| Ok(untouched(place, "outside", vec![place.text("outside")])))
}

pub fn write_home(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "write", |place| {
        fs::write(place.path("home/file"), "x")?;
        Ok(untouched(place, "home", vec![place.text("home")]))
    })
}

pub fn links(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "write-through-links", |place| {
        symlink("../outside", place.path("ws/old-link"))?;
        symlink("../outside/file", place.path("ws/old-file-link"))?;
        Ok(untouched(place, "outside", vec![place.text("outside")]))
    })
}

pub fn hard_links(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "hard-links", |place| Ok(untouched(place, "outside", vec![place.text("outside")])))
}

/// The patch tool puts a new file in the place of the old one, so that the other name keeps what it had.
pub fn patch_of_second_name(mode: Mode) -> io::Result<Verdict> {
    confined(mode, "patch", |place| {
        fs::hard_link(place.path("outside/file"), place.path("ws/second"))?;
        let (outer, inner) = (place.path("outside/file"), place.path("ws/second"));
        Ok(Prepared::new(vec![place.text("ws/second")], move |_| {
            let texts = [outer, inner].map(|path| fs::read_to_string(path).unwrap_or_default());
            (texts != ["precious", "patched"]).then(|| format!("outside and inside: {texts:?}"))
        }))
    })
}

pub fn moving(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "move", |place| Ok(untouched(place, "outside", vec![place.text("outside")])))
}

pub fn mounting(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "mount", |place| Ok(Prepared::new(vec![place.text("outside")], as_told)))
}

pub fn cutting(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "cut", |place| Ok(untouched(place, "outside", vec![place.text("outside/file")])))
}

pub fn attributes(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "attributes", |place| Ok(untouched(place, "outside", vec![place.text("outside/file")])))
}

pub fn credentials(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "read", |place| Ok(Prepared::new(vec![place.text("home/auth.json")], as_told)))
}

/// Keys and passwords of other programs, as the user may have declared them unreadable.
pub fn unreadable(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "read", |place| {
        for folder in ["user/.ssh", "user/.aws"] {
            fs::create_dir_all(place.path(folder))?;
        }
        fs::write(place.path("user/.ssh/id_ed25519"), SECRET)?;
        fs::write(place.path("user/.aws/credentials"), SECRET)?;
        fs::write(place.path("user/.netrc"), SECRET)?;
        let files = ["user/.ssh/id_ed25519", "user/.aws/credentials", "user/.netrc"];
        let mut prepared = Prepared::new(files.map(|name| place.text(name)).to_vec(), as_told);
        prepared.unreadable = ["user/.ssh", "user/.aws", "user/.netrc"].map(|name| place.path(name)).to_vec();
        Ok(prepared)
    })
}

//! What a shell says of its own state: named sections of text, behind whatever its start files have printed. Pure.

use std::collections::BTreeMap;

/// The state of a shell that has read its start files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dump {
    /// What the start files have printed.
    pub stdout: String,
    pub stderr: String,
    sections: BTreeMap<String, Vec<String>>,
    /// How many processes the start files have left running.
    pub processes: usize,
}

/// The words between which a shell prints its state. Nobody else knows them.
#[derive(Clone, Debug)]
pub struct Mark(String);

impl Mark {
    pub fn fresh() -> Self {
        Self(format!("={}:", uuid::Uuid::new_v4().simple()))
    }

    /// The command that begins a section, in the syntax of all shells.
    pub fn section(&self, name: &str) -> String {
        format!("\\builtin printf '\\0%s\\0' '{}{name}'\n", self.0)
    }

    /// What stands behind all sections, on both streams.
    pub fn end(&self) -> String {
        let end = self.section("end");
        format!("{} >&2\n{end}", end.trim_end())
    }

    /// Whether a stream has come to its end with its last piece, even if more stands behind it.
    pub fn has_ended(&self, stream: &[u8], piece: usize) -> bool {
        let end = format!("\0{}end\0", self.0);
        let from = stream.len().saturating_sub(piece + end.len());
        stream.get(from..).unwrap_or_default().windows(end.len()).any(|window| window == end.as_bytes())
    }
}

impl Dump {
    /// None if something else was printed, or not as text.
    pub fn parse(mark: &Mark, stdout: &[u8], stderr: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(stdout).ok()?;
        let begin = format!("\0{}", mark.0);
        let (stdout, rest) = text.split_once(begin.as_str())?;
        let stderr = std::str::from_utf8(stderr).ok()?.strip_suffix(&format!("{begin}end\0"))?;
        let mut sections = BTreeMap::new();
        let mut name = None;
        let mut fields = Vec::new();
        for (index, field) in rest.split('\0').enumerate() {
            let header = if index == 0 { Some(field) } else { field.strip_prefix(mark.0.as_str()) };
            match header {
                Some(next) => {
                    if let Some(name) = name.replace(next.to_owned()) {
                        sections.insert(name, std::mem::take(&mut fields));
                    }
                }
                None => fields.push(field.to_owned()),
            }
        }
        // Nothing stands behind the end.
        let is_whole = name.as_deref() == Some("end")
            && fields == [""]
            && !stdout.contains('\0')
            && !stderr.contains('\0');
        is_whole.then(|| Self {
            stdout: stdout.to_owned(),
            stderr: stderr.to_owned(),
            sections,
            processes: 0,
        })
    }

    /// The fields of a section.
    pub fn fields(&self, section: &str) -> &[String] {
        self.sections.get(section).map(Vec::as_slice).unwrap_or_default()
    }

    /// The only field of a section.
    pub fn text(&self, section: &str) -> &str {
        self.fields(section).first().map(String::as_str).unwrap_or_default()
    }

    /// Fields that belong together, two and two.
    pub fn pairs(&self, section: &str) -> impl Iterator<Item = (&str, &str)> {
        self.fields(section).chunks_exact(2).filter_map(|pair| match pair {
            [first, second] => Some((first.as_str(), second.as_str())),
            _ => None,
        })
    }

    /// The exported variables.
    pub fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields("environment").iter().filter_map(|field| field.split_once('='))
    }

    /// All that was said, by name, but for these sections.
    pub fn said(&self, but_for: &[&str]) -> BTreeMap<String, Vec<String>> {
        let sections = self.sections.iter().filter(|(name, _)| !but_for.contains(&name.as_str()));
        let mut said: BTreeMap<_, _> =
            sections.map(|(name, fields)| (name.clone(), fields.clone())).collect();
        said.insert("printed".to_owned(), vec![self.stdout.clone(), self.stderr.clone()]);
        said.insert("processes".to_owned(), vec![self.processes.to_string()]);
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(mark: &Mark, stdout: &str, stderr: &str) -> Option<Dump> {
        let full = |text: &str| text.replace('@', &mark.0);
        Dump::parse(mark, full(stdout).as_bytes(), full(stderr).as_bytes())
    }

    #[test]
    fn sections_stand_behind_what_was_printed() {
        let mark = Mark::fresh();
        let dump = parse(&mark, "hi\n\0@a\0one\ntwo\0@b\0x\0\0y\0z\0\0@c\0\0@end\0", "oh\n\0@end\0").unwrap();
        assert_eq!((dump.stdout.as_str(), dump.stderr.as_str()), ("hi\n", "oh\n"));
        assert_eq!(dump.text("a"), "one\ntwo");
        assert_eq!(dump.pairs("b").collect::<Vec<_>>(), [("x", ""), ("y", "z")]);
        assert_eq!((dump.text("c"), dump.text("none")), ("", ""));
    }

    #[test]
    fn what_is_not_whole_is_nothing() {
        let mark = Mark::fresh();
        for (stdout, stderr) in [
            ("", ""),
            ("\0@a\0x", "\0@end\0"),
            ("\0@a\0x\0@end\0", ""),
            ("a\0b\0@a\0x\0@end\0", "\0@end\0"),
            ("\0@end\0more", "more\0@end\0more"),
            ("\0@a\0x\0@end\0more", "\0@end\0"),
        ] {
            assert_eq!(parse(&mark, stdout, stderr), None, "{stdout:?}");
        }
        let ended = |text: &str, piece| mark.has_ended(text.replace('@', &mark.0).as_bytes(), piece);
        assert!(ended("x\0@end\0", 1) && ended("x\0@end\0more", 5), "whatever comes behind it");
        assert!(!ended("x\0@end\0more", 3) && !ended("x\0@end", 100));
    }
}

//! Finds the plans in the text of a message: what stands between two tags, each alone on its line. Pure, and the same
//! however the text is split.
//!
//! Text is passed on as soon as it cannot be part of a tag any more. A plan that is not closed ends with the message.

const OPEN: &str = "<proposed_plan>";
const CLOSE: &str = "</proposed_plan>";
/// A longer line is no tag, whatever blanks stand around it.
const LONGEST_LINE: usize = 256;

/// A piece of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// More of what is no plan.
    Text(String),
    PlanBegins,
    /// More of the plan that has begun.
    Plan(String),
}

/// A message in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parted {
    pub text: String,
    pub plans: Vec<String>,
}

/// A message as it grows.
#[derive(Debug, Default)]
pub struct PlanSplitter {
    /// The line so far, as long as it may be a tag.
    held: String,
    in_plan: bool,
    /// The line is none of the tags, and its text was passed on up to here.
    mid_line: bool,
}

impl PlanSplitter {
    pub fn push(&mut self, text: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for part in text.split_inclusive('\n') {
            let ends_line = part.ends_with('\n');
            if self.mid_line {
                self.pass_on(part, &mut pieces);
            } else {
                self.held.push_str(part);
                if ends_line || !self.may_be_tag() {
                    self.decide(&mut pieces);
                }
            }
            self.mid_line = !ends_line && (self.mid_line || self.held.is_empty());
        }
        pieces
    }

    /// The end of the message.
    pub fn finish(mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        self.decide(&mut pieces);
        pieces
    }

    /// The line, or its beginning, is a tag or is passed on.
    fn decide(&mut self, pieces: &mut Vec<Piece>) {
        let held = std::mem::take(&mut self.held);
        if held.len() > LONGEST_LINE || held.trim() != self.tag() {
            return self.pass_on(&held, pieces);
        }
        self.in_plan = !self.in_plan;
        if self.in_plan {
            pieces.push(Piece::PlanBegins);
        }
    }

    fn tag(&self) -> &'static str {
        if self.in_plan { CLOSE } else { OPEN }
    }

    /// Whether what is held could become a line with the tag.
    fn may_be_tag(&self) -> bool {
        let (line, tag) = (self.held.trim_start(), self.tag());
        let fits = match line.strip_prefix(tag) {
            Some(rest) => rest.trim().is_empty(),
            None => tag.starts_with(line),
        };
        fits && self.held.len() <= LONGEST_LINE
    }

    fn pass_on(&self, text: &str, pieces: &mut Vec<Piece>) {
        if text.is_empty() {
            return;
        }
        match (pieces.last_mut(), self.in_plan) {
            (Some(Piece::Plan(last)), true) | (Some(Piece::Text(last)), false) => last.push_str(text),
            (_, true) => pieces.push(Piece::Plan(text.to_owned())),
            (_, false) => pieces.push(Piece::Text(text.to_owned())),
        }
    }
}

/// A whole message in parts.
pub fn parted(message: &str) -> Parted {
    let mut splitter = PlanSplitter::default();
    let mut pieces = splitter.push(message);
    pieces.extend(splitter.finish());
    let mut parted = Parted::default();
    for piece in pieces {
        match piece {
            Piece::Text(text) => parted.text.push_str(&text),
            Piece::PlanBegins => parted.plans.push(String::new()),
            Piece::Plan(text) => {
                if let Some(plan) = parted.plans.last_mut() {
                    plan.push_str(&text);
                }
            }
        }
    }
    parted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &str, text: &str, plans: &[&str]) {
        let whole = parted(message);
        let plans = plans.iter().map(|plan| (*plan).to_owned()).collect();
        assert_eq!(whole, Parted { text: text.to_owned(), plans }, "{message:?}");
        // Any split gives the same.
        for size in 1..=message.len() {
            let mut splitter = PlanSplitter::default();
            let mut pieces = Vec::new();
            for chunk in message.as_bytes().chunks(size) {
                pieces.extend(splitter.push(std::str::from_utf8(chunk).unwrap()));
            }
            pieces.extend(splitter.finish());
            let mut joined = Parted::default();
            for piece in pieces {
                match piece {
                    Piece::Text(text) => joined.text.push_str(&text),
                    Piece::PlanBegins => joined.plans.push(String::new()),
                    Piece::Plan(text) => joined.plans.last_mut().unwrap().push_str(&text),
                }
            }
            assert_eq!(joined, whole, "{message:?} in pieces of {size}");
        }
    }

    #[test]
    fn a_plan_is_what_stands_between_two_lines() {
        check("a\n<proposed_plan>\nx\ny\n</proposed_plan>\nb", "a\nb", &["x\ny\n"]);
        check("<proposed_plan>\nx\n</proposed_plan>", "", &["x\n"]);
        check("a\n  <proposed_plan>\t \nx\n </proposed_plan> \n", "a\n", &["x\n"]);
        check("<proposed_plan>\r\nx\r\n</proposed_plan>\r\nz", "z", &["x\r\n"]);
        check("<proposed_plan>\n</proposed_plan>\n", "", &[""]);
        check(
            "<proposed_plan>\n1\n</proposed_plan>\nmid\n<proposed_plan>\n2\n</proposed_plan>",
            "mid\n",
            &["1\n", "2\n"],
        );
    }

    #[test]
    fn a_plan_that_is_not_closed_ends_with_the_message() {
        check("a\n<proposed_plan>\nx\ny", "a\n", &["x\ny"]);
        check("<proposed_plan>\nx </proposed_plan>\ny", "", &["x </proposed_plan>\ny"]);
        check("<proposed_plan>", "", &[""]);
    }

    #[test]
    fn other_text_is_text() {
        let far = format!("{}<proposed_plan>\nx", " ".repeat(LONGEST_LINE));
        check(&far, &far, &[]);
        for text in [
            "",
            "plain",
            "ok <proposed_plan>\nx\n</proposed_plan>",
            "<proposed_plan>x</proposed_plan>\nafter",
            "<proposed_plan> x\n</proposed_plan>",
            "a\n</proposed_plan>\nb\n",
            "<Proposed_Plan>\nx",
            "<proposed",
            "<\n<p\n  <proposed_pla\n",
        ] {
            check(text, text, &[]);
        }
        check("<proposed_plan>\n<proposed_plan>\n</proposed_plan>\n", "", &["<proposed_plan>\n"]);
    }

    #[test]
    fn text_is_held_no_longer_than_needed() {
        let mut splitter = PlanSplitter::default();
        assert_eq!(splitter.push("one "), [Piece::Text("one ".into())]);
        assert_eq!(splitter.push("two\n  <prop"), [Piece::Text("two\n".into())]);
        assert_eq!(splitter.push("er"), [Piece::Text("  <proper".into())]);
        assert_eq!(splitter.push(" <proposed_plan>\n"), [Piece::Text(" <proposed_plan>\n".into())]);
        assert_eq!(splitter.push("<proposed_plan>"), []);
        assert_eq!(splitter.push("\nx"), [Piece::PlanBegins, Piece::Plan("x".into())]);
        assert_eq!(splitter.push("y\n"), [Piece::Plan("y\n".into())]);
        assert_eq!(splitter.push("</proposed_plan>"), []);
        assert_eq!(splitter.finish(), []);
    }
}

//! The text of a type declaration as ts-rs gives it: which object types stand in it, with which fields, and
//! which other types it names. Fields and alternatives can be cut out of it, and nothing else is changed.
//!
//! This reads what ts-rs writes and is no parser of TypeScript: names and punctuation are looked for outside of
//! comments and quoted values, and brackets are taken to match.

use std::collections::BTreeSet;
use std::ops::Range;

/// An object type in a declaration.
#[derive(Debug)]
pub(super) struct Object<'a> {
    /// From brace to brace.
    span: Range<usize>,
    /// In their order. What stands for all keys of a dictionary is no field.
    pub(super) fields: Vec<Field<'a>>,
}

/// A field of an object type.
#[derive(Debug)]
pub(super) struct Field<'a> {
    /// Its name, without quotes.
    pub(super) name: &'a str,
    /// Whether it may be left out: the check of the two schemas asks.
    #[cfg(test)]
    pub(super) is_optional: bool,
    /// Its type.
    pub(super) of: &'a str,
    /// From the end of the field before it to its comma.
    span: Range<usize>,
}

impl Object<'_> {
    /// Whether a field of it has this text as its only value.
    pub(super) fn is_tagged(&self, tag: &str) -> bool {
        self.fields.iter().any(|field| unquoted(field.of) == Some(tag))
    }
}

/// All object types in a declaration, each before those inside of it.
pub(super) fn objects(text: &str) -> Vec<Object<'_>> {
    let masked = masked(text);
    let mut open = Vec::new();
    let mut spans = Vec::new();
    for (at, symbol) in masked.char_indices() {
        match symbol {
            '{' => open.push(at),
            '}' => spans.extend(open.pop().map(|start| start..at + 1)),
            _ => {}
        }
    }
    spans.sort_by_key(|span| span.start);
    spans.into_iter().map(|span| Object { fields: fields(text, &masked, &span), span }).collect()
}

/// Cuts fields out of the first object type, or out of all those with a tag.
pub(super) fn without_fields(text: &str, tag: Option<&str>, names: &[&str]) -> String {
    let objects = objects(text);
    let chosen = objects.iter().enumerate().filter(|(index, object)| match tag {
        None => *index == 0,
        Some(tag) => object.is_tagged(tag),
    });
    let spans = chosen
        .flat_map(|(_, object)| &object.fields)
        .filter(|field| names.contains(&field.name))
        .map(|field| field.span.clone());
    without(text, spans.collect())
}

/// Cuts the object type with a tag out of the union around it, which must have others.
pub(super) fn without_alternative(text: &str, tag: &str) -> String {
    const OR: &str = " | ";
    let objects = objects(text);
    let spans = objects.iter().filter(|object| object.is_tagged(tag)).map(|object| {
        let Range { start, end } = object.span;
        match (text[..start].ends_with(OR), text[end..].starts_with(OR)) {
            (true, _) => start - OR.len()..end,
            (false, true) => start..end + OR.len(),
            (false, false) => start..end,
        }
    });
    without(text, spans.collect())
}

/// All words outside of comments and quotes: names of types, and of fields.
pub(super) fn words(text: &str) -> BTreeSet<String> {
    masked(text)
        .split(|symbol: char| !symbol.is_alphanumeric() && symbol != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// All quoted values that are no names of fields.
#[cfg(test)]
pub(super) fn values(text: &str) -> BTreeSet<String> {
    let masked = masked(text);
    let quotes = masked.match_indices('"').map(|(at, _)| at);
    let mut found = BTreeSet::new();
    let mut end = 0;
    for start in quotes {
        if start < end {
            continue;
        }
        end = start + masked[start..].bytes().take_while(|byte| *byte == b'"').count();
        let after = masked[end..].trim_start();
        if !after.starts_with(':') && !after.starts_with("?:") {
            found.extend(unquoted(&text[start..end]).map(str::to_owned));
        }
    }
    found
}

/// The types that a union is made of.
#[cfg(test)]
pub(super) fn alternatives(of: &str) -> Vec<&str> {
    pieces(&masked(of), '|').into_iter().map(|part| of[part].trim()).collect()
}

/// What a quoted value says.
pub(super) fn unquoted(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"').filter(|inner| !inner.contains('"'))
}

fn without(text: &str, mut spans: Vec<Range<usize>>) -> String {
    spans.sort_by_key(|span| span.start);
    let mut kept = String::with_capacity(text.len());
    let mut end = 0;
    for span in spans {
        kept.push_str(&text[end..span.start]);
        end = span.end;
    }
    kept + &text[end..]
}

/// The same text with blanks for comments and for what stands in quotes: positions in the one are positions in
/// the other.
fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(symbol) = rest.chars().next() {
        let hidden = if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if symbol == '"' {
            rest[1..].find('"').map_or(rest.len(), |end| end + 2)
        } else {
            0
        };
        let step = hidden.max(symbol.len_utf8());
        if hidden == 0 {
            out.push(symbol);
        } else {
            out.extend(std::iter::repeat_n(if symbol == '"' { '"' } else { ' ' }, step));
        }
        rest = &rest[step..];
    }
    out
}

fn pieces(masked: &str, separator: char) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, symbol) in masked.char_indices() {
        match symbol {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => depth -= 1,
            _ if symbol == separator && depth == 0 => {
                found.push(start..at);
                start = at + symbol.len_utf8();
            }
            _ => {}
        }
    }
    found.push(start..masked.len());
    found
}

fn fields<'a>(text: &'a str, masked: &str, object: &Range<usize>) -> Vec<Field<'a>> {
    let (first, end) = (object.start + 1, object.end - 1);
    let inner = &masked[first..end];
    pieces(inner, ',')
        .into_iter()
        .filter_map(|piece| {
            let colon = pieces(&inner[piece.clone()], ':').first()?.end;
            let label = inner[piece.clone()].get(..colon)?;
            let name_start = first + piece.start + (label.len() - label.trim_start().len());
            let name_end = first + piece.start + label.trim_end().len();
            let label = text.get(name_start..name_end)?;
            let of = text.get(first + piece.start + colon + 1..first + piece.end)?;
            if label.is_empty() || label.starts_with('[') {
                return None;
            }
            let name = label.strip_suffix('?').unwrap_or(label);
            let has_comma = first + piece.end < end;
            let kept_blanks = if has_comma { 0 } else { of.len() - of.trim_end().len() };
            Some(Field {
                name: unquoted(name).unwrap_or(name),
                #[cfg(test)]
                is_optional: label.ends_with('?'),
                of: of.trim(),
                span: first + piece.start..first + piece.end + usize::from(has_comma) - kept_blanks,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const TAGGED: &str =
        r#"type A = { "kind": "a", } | { "kind": "b", x: string, y: { z: string, }, } | { "kind": "c" };"#;

    fn check_objects(text: &str, expected: Expect) {
        let field = |field: &Field<'_>| {
            format!("{}{} = {}", field.name, if field.is_optional { "?" } else { "" }, field.of)
        };
        let lines: Vec<String> = objects(text)
            .iter()
            .map(|object| object.fields.iter().map(field).collect::<Vec<_>>().join("; "))
            .collect();
        expected.assert_eq(&lines.join("\n"));
    }

    fn check(text: String, expected: Expect) {
        expected.assert_eq(&text);
    }

    #[test]
    fn objects_and_their_fields() {
        check_objects(
            "type A = { \n/**\n * One: {a}, \"b\n */\none: string, two?: Array<{ x: B | null, }>, };",
            expect![[r#"
                one = string; two? = Array<{ x: B | null, }>
                x = B | null"#]],
        );
        check_objects(
            r#"type A = { "method": "m", "params": P } & ({ [key in string]?: { "o-k": 1, } });"#,
            expect![[r#"
                method = "m"; params = P

                o-k = 1"#]],
        );
        check_objects("type A = { };", expect![[r#""#]]);
    }

    #[test]
    fn fields_go_with_their_comments() {
        let text = "type A = { a: string, \n/**\n * B.\n */\nb: { a: string, }, c?: C, };";
        check(
            without_fields(text, None, &["a"]),
            expect![[r#"
            type A = { 
            /**
             * B.
             */
            b: { a: string, }, c?: C, };"#]],
        );
        check(without_fields(text, None, &["b", "c"]), expect!["type A = { a: string, };"]);
        check(
            without_fields(TAGGED, Some("b"), &["y", "kind"]),
            expect![[r#"type A = { "kind": "a", } | { x: string, } | { "kind": "c" };"#]],
        );
        check(
            without_fields(r#"type A = { "method": "m", "params": P };"#, Some("m"), &["params"]),
            expect![[r#"type A = { "method": "m", };"#]],
        );
    }

    #[test]
    fn alternatives_go_with_their_separator() {
        check(
            without_alternative(TAGGED, "a"),
            expect![[r#"type A = { "kind": "b", x: string, y: { z: string, }, } | { "kind": "c" };"#]],
        );
        check(without_alternative(TAGGED, "b"), expect![[r#"type A = { "kind": "a", } | { "kind": "c" };"#]]);
        check(
            without_alternative(r#"type A = { n: N, } & ({ "m": "x" } | { "m": "y" });"#, "x"),
            expect![[r#"type A = { n: N, } & ({ "m": "y" });"#]],
        );
    }

    #[test]
    fn words_are_no_comments() {
        let found = words("type A = { \n/**\n * Über B.\n */\nc: Array<D | \"E\">, };");
        check(found.into_iter().collect::<Vec<_>>().join(" "), expect!["A Array D c type"]);
    }
}

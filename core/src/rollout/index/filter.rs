//! A query in the language of the database, as far as that is easy.
//!
//! It lets too much through rather than too little: all that it finds is looked at once more. What is not known yet, or
//! may have changed, goes through.

use rusqlite::types::Value;

use super::super::list::Said;
use super::super::query::{ListQuery, SourceKind};
use super::heads;

/// A condition on the beginning of a file, with its values.
#[derive(Debug, Default)]
pub(super) struct Filter {
    parts: Vec<String>,
    values: Vec<Value>,
    /// Of these, an index tells at once where they are.
    rare: Vec<String>,
    rare_values: Vec<Value>,
}

/// More alternatives are not asked for.
const MOST: usize = 200;

impl Filter {
    pub fn of(query: &ListQuery, said: &Said) -> Self {
        let mut filter = Self::default();
        let sources = query.sources.iter().map(|kind| source(*kind));
        match query.sources.is_empty() {
            true => filter.one_of("h.source", ["cli", "vscode"].map(str::to_owned).to_vec()),
            false => filter.one_of("h.source", sources.map(str::to_owned).collect()),
        }
        if !query.model_providers.is_empty() {
            filter.one_of("h.provider", query.model_providers.clone());
        }
        if !query.originators.is_empty() {
            filter.one_of("h.originator", query.originators.clone());
        }
        if !query.cwds.is_empty() {
            // A folder without such a form is that of no conversation.
            filter.narrow("cwd", query.cwds.iter().filter_map(|cwd| heads::folder(cwd)).collect());
        }
        if let Some(section) = &query.section {
            filter.narrow("said", said.sections.order(section).map(|id| id.bytes().to_vec()).collect());
        }
        if let Some(term) = &query.search_term {
            filter.has(term, said);
        }
        filter
    }

    /// The whole condition.
    pub fn sql(&self) -> String {
        let known = match self.parts.is_empty() {
            true => "TRUE".to_owned(),
            false => format!("(h.kind <> 1 OR ({}))", self.parts.join(" AND ")),
        };
        let rare = self.rare.iter().map(|part| {
            format!(
                " AND f.number IN (SELECT number FROM head WHERE {part}
                UNION ALL SELECT number FROM head WHERE kind <> 1)"
            )
        });
        known + &rare.collect::<String>()
    }

    /// In the order of the condition.
    pub fn values(&self) -> Vec<Value> {
        self.values.iter().chain(&self.rare_values).cloned().collect()
    }

    fn narrow<T: Into<Value>>(&mut self, column: &str, values: Vec<T>) {
        if let Some((part, values)) = alternatives(column, values) {
            self.rare.push(part);
            self.rare_values.extend(values);
        }
    }

    fn one_of<T: Into<Value>>(&mut self, column: &str, values: Vec<T>) {
        if let Some((part, values)) = alternatives(column, values) {
            self.parts.push(part);
            self.values.extend(values);
        }
    }

    /// In the first message, which a fork has from elsewhere, or in the name.
    fn has(&mut self, term: &str, said: &Said) {
        let named = said.names.iter().filter(|(_, name)| name.contains(term));
        let named = alternatives("h.said", named.map(|(id, _)| id.bytes().to_vec()).collect());
        let Some((named, values)) = named else { return };
        self.parts.push(format!("(instr(h.preview, ?) > 0 OR h.base IS NOT NULL OR {named})"));
        self.values.push(term.to_owned().into());
        self.values.extend(values);
    }
}

/// None if there are too many.
fn alternatives<T: Into<Value>>(column: &str, values: Vec<T>) -> Option<(String, Vec<Value>)> {
    if values.len() > MOST {
        return None;
    }
    let places = vec!["?"; values.len()].join(", ");
    Some((format!("{column} IN ({places})"), values.into_iter().map(Into::into).collect()))
}

fn source(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Cli => "cli",
        SourceKind::VsCode => "vscode",
        SourceKind::Exec => "exec",
        SourceKind::AppServer => "mcp",
        SourceKind::SubAgent
        | SourceKind::SubAgentReview
        | SourceKind::SubAgentCompact
        | SourceKind::SubAgentThreadSpawn
        | SourceKind::SubAgentOther => "subagent",
        SourceKind::Unknown => "unknown",
    }
}

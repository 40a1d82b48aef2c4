//! Merging layers of settings, with the origin of each value.
//!
//! Tables are merged key by key, everything else is replaced by the layer above. Merging is associative,
//! also where one layer has a table and the next a plain value: a table that stands over a plain value
//! remembers that it hides what is below. Pure; finding and reading layers is for `load`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use toml::{Table, Value};

use super::error::Place;
use super::{document, version};

/// Where a layer comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayerSource {
    /// The machine's defaults.
    System { file: PathBuf },
    /// The user's file; or the part of it, or the file beside it, that a profile names.
    User { file: PathBuf, profile: Option<String> },
    /// Options of the command line.
    SessionFlags,
    /// The `config` map of a request.
    Request,
    /// The administrator's file, which beats everything in files and options.
    Managed { file: PathBuf },
}

/// One source of settings, as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    pub source: LayerSource,
    pub table: Table,
    /// Why nothing of this source counts.
    pub disabled: Option<String>,
    /// The text of the file, to find places in it.
    text: Option<String>,
    /// Below which keys of the file the table stands.
    below: Vec<String>,
}

/// All sources of settings, lowest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerStack {
    layers: Vec<Layer>,
}

/// The settings of all layers together.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    root: Node,
}

/// A value and the layer it comes from, or a table.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Leaf { value: Value, layer: usize },
    Branch { hides_below: bool, children: BTreeMap<String, Node> },
}

impl Layer {
    pub fn new(source: LayerSource, table: Table) -> Self {
        Self { source, table, disabled: None, text: None, below: Vec::new() }
    }

    /// A layer read from a file with this text; `below` names the table of the file that is the layer.
    pub fn from_text(source: LayerSource, table: Table, text: String, below: Vec<String>) -> Self {
        Self { text: Some(text), below, ..Self::new(source, table) }
    }

    /// A source that cannot be used; it counts as empty.
    pub fn disabled(source: LayerSource, reason: String) -> Self {
        Self { disabled: Some(reason), ..Self::new(source, Table::new()) }
    }

    /// A table of this layer's file as a layer of its own.
    pub fn part(&self, source: LayerSource, table: Table, below: Vec<String>) -> Self {
        Self { text: self.text.clone(), below, ..Self::new(source, table) }
    }

    /// Changes with the content. Made anew by each call, since only few look at it.
    pub fn version(&self) -> String {
        version::of(&self.table)
    }

    /// Where a value of this layer stands.
    pub fn place(&self, path: &[String]) -> Place {
        match &self.source {
            LayerSource::System { file } | LayerSource::User { file, .. } | LayerSource::Managed { file } => {
                let path: Vec<String> = self.below.iter().chain(path).cloned().collect();
                let range = self.text.as_deref().and_then(|text| document::locate(text, &path));
                Place::File { path: file.clone(), range }
            }
            LayerSource::SessionFlags => Place::CommandLine,
            LayerSource::Request => Place::Request,
        }
    }
}

impl LayerStack {
    pub fn new(layers: Vec<Layer>) -> Self {
        Self { layers }
    }

    /// Lowest first.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The profile that was chosen.
    pub fn profile(&self) -> Option<&str> {
        self.layers.iter().find_map(|layer| match &layer.source {
            LayerSource::User { profile, .. } => profile.as_deref(),
            LayerSource::System { .. }
            | LayerSource::SessionFlags
            | LayerSource::Request
            | LayerSource::Managed { .. } => None,
        })
    }

    /// Adds the layer of a request: above everything but what is managed.
    pub fn with_request(mut self, table: Table) -> Self {
        let managed = |layer: &Layer| matches!(layer.source, LayerSource::Managed { .. });
        let place = self.layers.iter().position(managed).unwrap_or(self.layers.len());
        self.layers.insert(place, Layer::new(LayerSource::Request, table));
        self
    }

    pub fn merged(&self) -> Merged {
        let nodes = self.layers.iter().enumerate().map(|(index, layer)| Node::of(&layer.table, index));
        Merged { root: nodes.fold(Node::empty(), Node::under) }
    }

    /// Where the value at this path comes from.
    pub fn place(&self, merged: &Merged, path: &[String]) -> Place {
        let layer = merged.layer_at(path).and_then(|index| self.layers.get(index));
        layer.map_or(Place::Nowhere, |layer| layer.place(path))
    }
}

impl Merged {
    pub fn table(&self) -> Table {
        match self.root.value() {
            Value::Table(table) => table,
            _ => Table::new(),
        }
    }

    /// The index of the layer that decides over this path: the origin of the value, or the highest layer
    /// that has a part of the nearest table around it.
    pub fn layer_at(&self, path: &[String]) -> Option<usize> {
        let mut node = &self.root;
        for part in path {
            match node {
                Node::Branch { children, .. } => match children.get(part) {
                    Some(child) => node = child,
                    None => break,
                },
                Node::Leaf { .. } => break,
            }
        }
        node.highest_layer()
    }

    /// The layer that sets a key of the top level.
    pub fn layer_of_key(&self, key: &str) -> Option<usize> {
        match &self.root {
            Node::Branch { children, .. } => children.get(key).and_then(Node::highest_layer),
            Node::Leaf { .. } => None,
        }
    }

    /// The keys of a table.
    pub fn keys_of(&self, path: &[&str]) -> Vec<String> {
        let mut node = &self.root;
        for part in path {
            match node {
                Node::Branch { children, .. } => match children.get(*part) {
                    Some(child) => node = child,
                    None => return Vec::new(),
                },
                Node::Leaf { .. } => return Vec::new(),
            }
        }
        match node {
            Node::Branch { children, .. } => children.keys().cloned().collect(),
            Node::Leaf { .. } => Vec::new(),
        }
    }

    /// Every value with the index of its layer. Items of a list are named by their number.
    pub fn origins(&self) -> BTreeMap<String, usize> {
        let mut origins = BTreeMap::new();
        self.root.collect_origins(&mut Vec::new(), &mut origins);
        origins
    }
}

impl Node {
    fn empty() -> Self {
        Self::Branch { hides_below: false, children: BTreeMap::new() }
    }

    fn of(table: &Table, layer: usize) -> Self {
        let child = |value: &Value| match value {
            Value::Table(table) => Self::of(table, layer),
            other => Self::Leaf { value: other.clone(), layer },
        };
        let children = table.iter().map(|(key, value)| (key.clone(), child(value))).collect();
        Self::Branch { hides_below: false, children }
    }

    /// This node with another one laid over it.
    fn under(self, upper: Self) -> Self {
        match (self, upper) {
            (
                Self::Branch { hides_below, mut children },
                Self::Branch { hides_below: false, children: upper },
            ) => {
                for (key, node) in upper {
                    let merged = match children.remove(&key) {
                        Some(lower) => lower.under(node),
                        None => node,
                    };
                    children.insert(key, merged);
                }
                Self::Branch { hides_below, children }
            }
            (Self::Leaf { .. }, Self::Branch { hides_below: false, children }) => {
                Self::Branch { hides_below: true, children }
            }
            (_, upper) => upper,
        }
    }

    fn value(&self) -> Value {
        match self {
            Self::Leaf { value, .. } => value.clone(),
            Self::Branch { children, .. } => {
                Value::Table(children.iter().map(|(key, node)| (key.clone(), node.value())).collect())
            }
        }
    }

    fn highest_layer(&self) -> Option<usize> {
        match self {
            Self::Leaf { layer, .. } => Some(*layer),
            Self::Branch { children, .. } => children.values().filter_map(Self::highest_layer).max(),
        }
    }

    fn collect_origins(&self, path: &mut Vec<String>, origins: &mut BTreeMap<String, usize>) {
        match self {
            Self::Leaf { value, layer } => collect_leaf(value, *layer, path, origins),
            Self::Branch { children, .. } => {
                for (key, node) in children {
                    path.push(key.clone());
                    node.collect_origins(path, origins);
                    path.pop();
                }
            }
        }
    }
}

fn collect_leaf(value: &Value, layer: usize, path: &mut Vec<String>, origins: &mut BTreeMap<String, usize>) {
    let mut below = |key: String, value: &Value| {
        path.push(key);
        collect_leaf(value, layer, path, origins);
        path.pop();
    };
    match value {
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                below(index.to_string(), value);
            }
        }
        Value::Table(table) => {
            for (key, value) in table {
                below(key.clone(), value);
            }
        }
        Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {
            origins.insert(path.join("."), layer);
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;
    use crate::config::error::TextPosition;
    use crate::config::file;

    fn stack(texts: &[&str]) -> LayerStack {
        let layer = |(index, text): (usize, &&str)| {
            let source = LayerSource::User { file: format!("/{index}").into(), profile: None };
            let table = document::parse(text).unwrap();
            Layer::from_text(source, table, (*text).to_owned(), Vec::new())
        };
        LayerStack::new(texts.iter().enumerate().map(layer).collect())
    }

    fn check(texts: &[&str], expected: Expect) {
        let merged = stack(texts).merged();
        let origins: String =
            merged.origins().iter().map(|(path, layer)| format!("{path} from {layer}\n")).collect();
        expected.assert_eq(&format!("{}{origins}", toml::to_string(&merged.table()).unwrap()));
    }

    #[test]
    fn tables_are_merged_and_values_replaced() {
        check(
            &[
                "model = \"a\"\nnotify = [\"x\", \"y\"]\n[t]\na = 1\nb = 1",
                "notify = [\"z\"]\n[t]\nb = 2\nc = 2",
            ],
            expect![[r#"
                model = "a"
                notify = ["z"]

                [t]
                a = 1
                b = 2
                c = 2
                model from 0
                notify.0 from 1
                t.a from 0
                t.b from 1
                t.c from 1
            "#]],
        );
    }

    #[test]
    fn a_value_hides_a_table_and_a_table_a_value() {
        let granular = "approval_policy = { granular = { rules = true } }";
        check(
            &[granular, "approval_policy = \"never\""],
            expect![[r#"
                approval_policy = "never"
                approval_policy from 1
            "#]],
        );
        check(
            &[granular, "approval_policy = \"never\"", "approval_policy = { granular = { x = true } }"],
            expect![[r#"
                [approval_policy.granular]
                x = true
                approval_policy.granular.x from 2
            "#]],
        );
    }

    /// Every key: a higher layer replaces its values and adds to its tables.
    #[test]
    fn all_keys_are_merged_alike() {
        for key in file::KEYS {
            let key = key.name;
            let texts = [
                format!("{key} = \"a\""),
                format!("{key} = \"b\""),
                format!("{key} = {{ x = 1, y = 1 }}"),
                format!("{key} = {{ y = 2 }}"),
            ];
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let values = stack(&texts[..2]).merged();
            assert_eq!(values.table()[key].as_str(), Some("b"), "{key}");
            assert_eq!(values.layer_of_key(key), Some(1), "{key}");
            let tables = stack(&texts[2..]).merged();
            assert_eq!(tables.origins(), [(format!("{key}.x"), 0), (format!("{key}.y"), 1)].into(), "{key}");
        }
    }

    #[test]
    fn items_of_lists_have_origins() {
        check(
            &["[[skills.config]]\npath = \"a\"\n[[skills.config]]\npath = \"b\""],
            expect![[r#"
                [[skills.config]]
                path = "a"

                [[skills.config]]
                path = "b"
                skills.config.0.path from 0
                skills.config.1.path from 0
            "#]],
        );
    }

    #[test]
    fn problems_are_placed_in_the_layer_that_decided() {
        let stack = stack(&["sandbox_mode = \"a\"", "# note\nsandbox_mode = 5"]);
        let merged = stack.merged();
        let Place::File { path, range } = stack.place(&merged, &["sandbox_mode".to_owned()]) else {
            panic!("not in a file")
        };
        assert_eq!(path, PathBuf::from("/1"));
        assert_eq!(range.unwrap().start, TextPosition { line: 2, column: 16 });
    }

    #[test]
    fn a_request_is_above_all_but_the_managed_file() {
        let managed = Layer::new(LayerSource::Managed { file: "/m".into() }, Table::new());
        let stack = LayerStack::new(vec![Layer::new(LayerSource::SessionFlags, Table::new()), managed]);
        let stack = stack.with_request(Table::new());
        let sources: Vec<_> = stack.layers().iter().map(|layer| layer.source.clone()).collect();
        assert_eq!(
            sources,
            [LayerSource::SessionFlags, LayerSource::Request, LayerSource::Managed { file: "/m".into() }]
        );
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf =
            prop_oneof![(0..3i64).prop_map(Value::Integer), Just(Value::Array(vec![Value::Boolean(true)]))];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop::collection::btree_map("[ab]", inner, 0..3)
                .prop_map(|map| Value::Table(map.into_iter().collect()))
        })
    }

    fn any_node(layer: usize) -> impl Strategy<Value = Node> {
        prop::collection::btree_map("[ab]", any_value(), 1..3)
            .prop_map(move |map| Node::of(&map.into_iter().collect(), layer))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn merging_is_associative(a in any_node(0), b in any_node(1), c in any_node(2)) {
            let left = a.clone().under(b.clone()).under(c.clone());
            let right = a.under(b.under(c));
            prop_assert_eq!(left, right);
        }
    }
}

//! Makes values of the wire's types out of JSON, and says which field is wrong.
//!
//! This is the one decoder for them. Each type is compiled once for each decoder, and the wire has hundreds: where a
//! second one were used, the program would grow by all of them. It takes JSON that has been taken apart before, which
//! costs a little time, and strings are moved and not copied.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::Value;

/// A value of the wire.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, WrongValue> {
    T::deserialize(Decoder(value))
}

/// The same of text.
pub fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, WrongValue> {
    from_value(serde_json::from_str(text).map_err(de::Error::custom)?)
}

/// What does not fit, and where.
#[derive(Debug)]
pub struct WrongValue {
    /// From the inside to the outside.
    path: Vec<Step>,
    message: String,
}

#[derive(Debug)]
enum Step {
    Field(String),
    Element(usize),
}

impl WrongValue {
    #[cold]
    #[inline(never)]
    fn inside(mut self, step: Step) -> Self {
        self.path.push(step);
        self
    }
}

impl fmt::Display for WrongValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.path.iter().rev().enumerate() {
            match step {
                Step::Field(name) if number == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Element(index) => write!(f, "[{index}]")?,
            }
        }
        let colon = if self.path.is_empty() { "" } else { ": " };
        write!(f, "{colon}{}", self.message)
    }
}

impl std::error::Error for WrongValue {}

impl de::Error for WrongValue {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { path: Vec::new(), message: message.to_string() }
    }

    /// In the words of JSON.
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        match found {
            Unexpected::Unit => Self::custom(format_args!("invalid type: null, expected {expected}")),
            found => Self::custom(format_args!("invalid type: {found}, expected {expected}")),
        }
    }
}

struct Decoder(Value);

/// Methods that do what another one does.
macro_rules! forward {
    ($($($method:ident)* => $other:ident;)*) => {
        $($(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WrongValue> {
            self.$other(visitor)
        })*)*
    };
}

fn unexpected(value: &Value) -> Unexpected<'_> {
    match value {
        Value::Null => Unexpected::Unit,
        Value::Bool(is_true) => Unexpected::Bool(*is_true),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => Unexpected::Unsigned(number),
            (None, Some(number)) => Unexpected::Signed(number),
            (None, None) => Unexpected::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Unexpected::Str(text),
        Value::Array(_) => Unexpected::Seq,
        Value::Object(_) => Unexpected::Map,
    }
}

impl Decoder {
    /// Apart from what visitors do, so that it is there once and not for each type.
    #[cold]
    #[inline(never)]
    fn wrong(self, expected: &dyn Expected) -> WrongValue {
        de::Error::invalid_type(unexpected(&self.0), expected)
    }

    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WrongValue> {
        let Value::Number(number) = &self.0 else { return Err(self.wrong(&visitor)) };
        match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => visitor.visit_u64(number),
            (None, Some(number)) => visitor.visit_i64(number),
            (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
        }
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WrongValue> {
        match self.0 {
            Value::String(text) => visitor.visit_string(text),
            other => Err(Decoder(other).wrong(&visitor)),
        }
    }

    fn elements<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WrongValue> {
        let Value::Array(elements) = self.0 else { return Err(self.wrong(&visitor)) };
        let number = elements.len();
        let mut elements = Elements { rest: elements.into_iter(), next: 0 };
        let value = visitor.visit_seq(&mut elements)?;
        match elements.rest.len() {
            0 => Ok(value),
            _ => Err(de::Error::invalid_length(number, &"fewer elements in array")),
        }
    }

    fn fields<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WrongValue> {
        match self.0 {
            Value::Object(fields) => visitor.visit_map(&mut Fields { rest: fields.into_iter(), begun: None }),
            other => Err(Decoder(other).wrong(&visitor)),
        }
    }
}

/// What is expected is known but for enums with tags inside, and only that is looked for. So the fields of a struct have
/// names: it is no list of values.
impl<'de> Deserializer<'de> for Decoder {
    type Error = WrongValue;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WrongValue> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(is_true) => visitor.visit_bool(is_true),
            Value::Number(_) => self.number(visitor),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(_) => self.elements(visitor),
            Value::Object(_) => self.fields(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WrongValue> {
        match self.0 {
            Value::Bool(is_true) => visitor.visit_bool(is_true),
            other => Err(Decoder(other).wrong(&visitor)),
        }
    }

    forward! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64 deserialize_f32 deserialize_f64 => number;
        deserialize_char deserialize_str deserialize_string deserialize_identifier => text;
        deserialize_seq => elements;
        deserialize_map => fields;
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, WrongValue> {
        self.elements(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, WrongValue> {
        self.fields(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WrongValue> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            value => visitor.visit_some(Decoder(value)),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, WrongValue> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, WrongValue> {
        visitor.visit_enum(Variant::of(self.0)?)
    }

    /// What is not looked at need not be walked through.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WrongValue> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i128 u128 bytes byte_buf unit unit_struct tuple_struct }
}

struct Elements {
    rest: std::vec::IntoIter<Value>,
    next: usize,
}

impl<'de> SeqAccess<'de> for &mut Elements {
    type Error = WrongValue;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, WrongValue> {
        let Some(value) = self.rest.next() else { return Ok(None) };
        let index = self.next;
        self.next += 1;
        seed.deserialize(Decoder(value)).map(Some).map_err(|wrong| wrong.inside(Step::Element(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

struct Fields {
    rest: serde_json::map::IntoIter,
    /// The field whose name has been read.
    begun: Option<(String, Value)>,
}

impl<'de> MapAccess<'de> for &mut Fields {
    type Error = WrongValue;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, WrongValue> {
        let Some((name, value)) = self.rest.next() else { return Ok(None) };
        let (name, _) = self.begun.insert((name, value));
        let key: StrDeserializer<'_, WrongValue> = name.as_str().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, WrongValue> {
        let (name, value) = self.begun.take().unwrap_or_default();
        seed.deserialize(Decoder(value)).map_err(|wrong| wrong.inside(Step::Field(name)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// A variant by its name, with what it holds.
struct Variant {
    name: String,
    content: Option<Value>,
}

impl Variant {
    fn of(value: Value) -> Result<Self, WrongValue> {
        match value {
            Value::String(name) => Ok(Self { name, content: None }),
            Value::Object(fields) if fields.len() == 1 => match fields.into_iter().next() {
                Some((name, content)) => Ok(Self { name, content: Some(content) }),
                None => Err(de::Error::custom("the name of a variant is missing")),
            },
            Value::Object(_) => Err(de::Error::invalid_value(Unexpected::Map, &"map with a single key")),
            other => Err(Decoder(other).wrong(&"string or map")),
        }
    }
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = WrongValue;
    type Variant = Content;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content), WrongValue> {
        let name: StrDeserializer<'_, WrongValue> = self.name.as_str().into_deserializer();
        Ok((seed.deserialize(name)?, Content { name: self.name, content: self.content }))
    }
}

struct Content {
    name: String,
    content: Option<Value>,
}

impl Content {
    fn visited<T>(
        self,
        expected: &'static str,
        visit: impl FnOnce(Value) -> Result<T, WrongValue>,
    ) -> Result<T, WrongValue> {
        match self.content {
            Some(content) => visit(content).map_err(|wrong| wrong.inside(Step::Field(self.name))),
            None => Err(de::Error::invalid_type(Unexpected::UnitVariant, &expected)),
        }
    }
}

impl<'de> VariantAccess<'de> for Content {
    type Error = WrongValue;

    fn unit_variant(self) -> Result<(), WrongValue> {
        match self.content {
            None | Some(Value::Null) => Ok(()),
            Some(other) => Err(Decoder(other).wrong(&"unit variant")),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, WrongValue> {
        self.visited("newtype variant", |content| seed.deserialize(Decoder(content)))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, WrongValue> {
        self.visited("tuple variant", |content| Decoder(content).elements(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, WrongValue> {
        self.visited("struct variant", |content| Decoder(content).fields(visitor))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use expect_test::{Expect, expect};
    use serde::Deserialize;
    use serde_json::{Map, json};

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "camelCase")]
    enum Shape {
        Point,
        Circle(f64),
        Box { width: u32, height: Option<u32> },
        Line(i8, i8),
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(tag = "type", rename_all = "camelCase")]
    enum Tagged {
        Text { text: String },
        Number { number: u8 },
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Named(String);

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(default)]
    struct All {
        shapes: Vec<Shape>,
        tagged: Vec<Tagged>,
        by_name: BTreeMap<String, Vec<u8>>,
        named: Option<Named>,
        pair: Option<(u8, bool)>,
        small: i8,
        nothing: (),
        #[serde(flatten)]
        more: Map<String, Value>,
    }

    #[test]
    fn everything_is_what_the_usual_decoder_makes_of_it() {
        for value in [
            json!({}),
            json!({"shapes": ["point", {"circle": 1.5}, {"box": {"width": 3}}, {"line": [-1, 2]}]}),
            json!({"shapes": [{"box": {"width": 3, "height": 4}}, {"point": null}, {"circle": 2}]}),
            json!({"tagged": [{"type": "text", "text": "t"}, {"number": 7, "type": "number", "other": [1]}]}),
            json!({"by_name": {"a": [1, 2], "": []}, "named": "n", "pair": [1, true], "nothing": null}),
            json!({"named": null, "small": -128, "big": u64::MAX, "float": 0.1, "deep": {"a": [{"b": null}]}}),
        ] {
            let usual: All = serde_json::from_value(value.clone()).unwrap();
            assert_eq!(from_value::<All>(value.clone()).unwrap(), usual);
            assert_eq!(from_text::<All>(&value.to_string()).unwrap(), usual);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let check = |value: Value, expected: Expect| {
            let usual = serde_json::from_value::<All>(value.clone()).unwrap_err().to_string();
            let wrong = from_value::<All>(value).unwrap_err();
            assert_eq!(wrong.message, usual, "{wrong}");
            expected.assert_eq(&wrong.to_string());
        };
        check(json!([1]), expect!["invalid type: sequence, expected struct All"]);
        check(json!({"small": 200}), expect!["small: invalid value: integer `200`, expected i8"]);
        check(json!({"small": null}), expect!["small: invalid type: null, expected i8"]);
        check(json!({"small": 1.0}), expect!["small: invalid type: floating point `1.0`, expected i8"]);
        check(
            json!({"shapes": ["point", "square"]}),
            expect!["shapes[1]: unknown variant `square`, expected one of `point`, `circle`, `box`, `line`"],
        );
        check(
            json!({"shapes": [{"box": {"width": "w"}}]}),
            expect![[r#"shapes[0].box.width: invalid type: string "w", expected u32"#]],
        );
        check(json!({"shapes": [{"box": {"height": 1}}]}), expect!["shapes[0].box: missing field `width`"]);
        check(
            json!({"shapes": ["circle"]}),
            expect!["shapes[0]: invalid type: unit variant, expected newtype variant"],
        );
        check(
            json!({"shapes": [{"line": [1]}]}),
            expect!["shapes[0].line: invalid length 1, expected tuple variant Shape::Line with 2 elements"],
        );
        check(
            json!({"shapes": [7]}),
            expect!["shapes[0]: invalid type: integer `7`, expected string or map"],
        );
        check(
            json!({"shapes": [{}]}),
            expect!["shapes[0]: invalid value: map, expected map with a single key"],
        );
        check(
            json!({"tagged": [{"type": "number", "number": -1}]}),
            expect!["tagged[0]: invalid value: integer `-1`, expected u8"],
        );
        check(
            json!({"by_name": {"a": [1], "b": [2, true]}}),
            expect!["by_name.b[1]: invalid type: boolean `true`, expected u8"],
        );
        check(
            json!({"pair": [1, true, 2]}),
            expect!["pair: invalid length 3, expected fewer elements in array"],
        );
    }
}

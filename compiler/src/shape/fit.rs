//! Whether what an expression gives is what a field of the unified model takes.

use std::rc::Rc;

use super::known::{Member, Object, Shape, Shapes, Text, Value};
use super::property::{Property, Type};
use crate::diagnostic::{Code, nearest};

/// What came of comparing a value with a field.
#[derive(Clone, Debug, Default)]
pub struct Fit {
    /// What does not fit.
    pub misfits: Vec<Misfit>,
    /// Whether some of the value is not known, so that nothing is said of it.
    pub unknown: bool,
}

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    /// Which problem.
    pub code: Code,
    /// The members that lead to it from the value on: `emails`, then `type`. Lists are passed through.
    pub path: Vec<Rc<str>>,
    /// What is wrong, in plain words.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

struct Fitting<'a> {
    shapes: &'a Shapes,
    path: Vec<Rc<str>>,
    found: Fit,
}

/// Compares a value with a field of the model. `required` fields are in every record.
#[must_use]
pub fn fit(value: &Value, field: &Property, required: bool, shapes: &Shapes) -> Fit {
    let mut fitting = Fitting { shapes, path: Vec::new(), found: Fit::default() };
    fitting.value(value, &field.name.value, &field.r#type, required);
    fitting.found
}

impl Fitting<'_> {
    fn say(&mut self, code: Code, message: String, help: Option<String>) {
        let misfit = Misfit { code, path: self.path.clone(), message, help };
        if !self.found.misfits.contains(&misfit) {
            self.found.misfits.push(misfit);
        }
    }

    fn value(&mut self, value: &Value, name: &str, target: &Type, required: bool) {
        if value.shape == Shape::Unknown {
            self.found.unknown = true;
            return;
        }
        let alternatives = self.shapes.alternatives(&value.shape);
        let may_be_null = alternatives.iter().any(|shape| **shape == Shape::Null);
        if required && (value.absent || may_be_null) {
            let what = if value.absent { "may be absent" } else { "may be null" };
            let message = format!("every record must have `{name}`, and this {what}");
            // `$default` keeps null, which is there.
            let help = if may_be_null {
                "say what stands in for it: `$first_non_empty(…, …)`; or, where the provider always gives it, say so in the overlay: `required` and `type`"
            } else {
                "say what stands in for it: `$default(…, …)`; or, where the provider always gives it, say so in the overlay: `required`"
            };
            self.say(Code::PossiblyAbsent, message, Some(help.to_owned()));
            return;
        }
        if let Type::List(items) = target {
            for shape in alternatives {
                match shape {
                    Shape::List(inner) => self.each(inner, name, items),
                    other => self.one(other, name, items),
                }
            }
            return;
        }
        if value.many {
            let message = format!("this may be several values; `{name}` takes one {}", noun(target));
            let help = "take the first with `(…)[0]`, or say that there is exactly one with `$one(…)`";
            self.say(Code::OneOrMany, message, Some(help.to_owned()));
            return;
        }
        for shape in alternatives {
            self.one(shape, name, target);
        }
    }

    fn each(&mut self, items: &Shape, name: &str, target: &Type) {
        for shape in self.shapes.alternatives(items) {
            self.one(shape, name, target);
        }
    }

    /// One alternative, which is neither a name nor one of several.
    fn one(&mut self, shape: &Shape, name: &str, target: &Type) {
        match (shape, target) {
            // Where they would be written, the expression itself is reported.
            (Shape::Bytes, _) => self.found.unknown = true,
            // That no record holds a file is reported where the field is named.
            (Shape::Null, _) | (_, Type::Any | Type::File) => {}
            (Shape::Unknown, _) => self.found.unknown = true,
            (Shape::List(items), Type::List(inner)) => self.each(items, name, inner),
            (Shape::List(items), _) => {
                let message = format!("this is a list of {}; `{name}` takes one {}", plural(items, self.shapes), noun(target));
                self.say(Code::TypeMismatch, message, Some("take the first with `(…)[0]`".to_owned()));
            }
            (Shape::Text(text), Type::String { format, values }) => self.text(text, name, format.as_deref(), values),
            (Shape::Number { integer: true }, Type::String { format: Some(format), .. }) if format == "id" => {}
            (Shape::Number { .. }, Type::String { format, .. }) => {
                let help = match format.as_deref() {
                    Some("date-time") => "say what it counts: `$date_from_epoch_seconds(…)` or `$date_from_epoch_milliseconds(…)`",
                    _ => "write it as text with `$string(…)`",
                };
                self.mismatch("a number", name, target, Some(help));
            }
            (Shape::Boolean, Type::String { values, .. }) => {
                let help = if values.is_empty() {
                    "write `… ? \"yes\" : \"no\"` with the words that are meant"
                } else {
                    "write `… ? \"word\" : \"word\"` with the model's words"
                };
                self.mismatch("true or false", name, target, Some(help));
            }
            (Shape::Number { integer: false }, Type::Integer) => {
                self.mismatch("a number that need not be whole", name, target, Some("round it with `$round(…)`"));
            }
            (Shape::Number { .. }, Type::Integer | Type::Number) | (Shape::Boolean, Type::Boolean) => {}
            (Shape::Text(_), Type::Integer | Type::Number) => {
                self.mismatch("text", name, target, Some("make a number of it with `$number(…)`"));
            }
            (Shape::Text(_), Type::Boolean) => self.mismatch("text", name, target, Some("compare it: `… = \"yes\"`")),
            (Shape::Object(object), Type::Object { properties, required, open }) => {
                let required: Vec<&str> = required.iter().map(|name| name.value.as_str()).collect();
                self.object(object, name, properties, &required, *open);
            }
            (Shape::Named(_) | Shape::OneOf(_), _) => {
                for shape in self.shapes.alternatives(shape).into_iter().filter(|shape| !matches!(shape, Shape::Named(_) | Shape::OneOf(_)))
                {
                    self.one(shape, name, target);
                }
            }
            (Shape::Function, _) => self.mismatch("a function", name, target, Some("call it: `$function(…)`")),
            (Shape::Object(object), _) => {
                let help = object.members.first().map(|member| format!("take one of its fields, as in `….{}`", member.name));
                self.mismatch("an object", name, target, help.as_deref());
            }
            (Shape::Number { .. }, Type::Object { properties, .. }) => {
                self.mismatch("a number", name, target, wrapped(properties).as_deref())
            }
            (Shape::Number { .. }, Type::Boolean) => self.mismatch("a number", name, target, Some("compare it: `… = 1`")),
            (Shape::Number { .. }, Type::List(_)) => self.mismatch("a number", name, target, None),
            (Shape::Boolean, Type::Integer | Type::Number | Type::List(_) | Type::Object { .. }) => {
                self.mismatch("true or false", name, target, None);
            }
            (Shape::Text(_), Type::Object { properties, .. }) => self.mismatch("text", name, target, wrapped(properties).as_deref()),
            (Shape::Text(_), Type::List(_)) => self.mismatch("text", name, target, None),
        }
    }

    fn mismatch(&mut self, is: &str, name: &str, target: &Type, help: Option<&str>) {
        let message = format!("this is {is}; `{name}` takes {}", target.describe());
        self.say(Code::TypeMismatch, message, help.map(ToOwned::to_owned));
    }

    fn text(&mut self, text: &Text, name: &str, format: Option<&str>, allowed: &[String]) {
        if !allowed.is_empty() {
            let list = || allowed.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
            let Some(values) = &text.values else {
                let message = format!("this is any text; `{name}` takes one of {}", list());
                self.say(Code::TypeMismatch, message, Some("translate the provider's values with `from` and `enum`".to_owned()));
                return;
            };
            for value in values.iter().filter(|value| !allowed.iter().any(|allowed| allowed == value.as_ref())) {
                let help = nearest(value, allowed.iter().map(String::as_str))
                    .map_or_else(|| format!("it takes {}", list()), |near| format!("did you mean `{near}`?"));
                self.say(Code::UnknownEnumValue, format!("`{value}` is not a value of `{name}`"), Some(help));
            }
            return;
        }
        let given = text.format.as_deref();
        let fits = match format {
            None | Some("id") => true,
            Some("uri") => matches!(given, Some("uri" | "url")),
            Some(format) => given == Some(format),
        };
        if fits {
            return;
        }
        let (wanted, help) = match format {
            Some("date-time") if given == Some("date") => ("a date with a time (RFC 3339)", "take a field that holds the time as well"),
            Some("date-time") => (
                "a date with a time (RFC 3339)",
                "convert it with a function such as `$date_assume_utc(…)`; or, where the provider always writes RFC 3339, say so in the overlay: `format: date-time`",
            ),
            Some("email") => ("an email address", "where the provider gives nothing else, say so in the overlay: `format: email`"),
            Some("uri") => ("a URL", "where the provider gives nothing else, say so in the overlay: `format: uri`"),
            Some("date") => ("a date", "where the provider gives nothing else, say so in the overlay: `format: date`"),
            Some(_) | None => return,
        };
        let is = match given {
            Some("date") => "a date",
            Some("date-time") => "a time",
            Some("email") => "an email address",
            Some("uri" | "url") => "a URL",
            Some(_) | None => "any text",
        };
        self.say(Code::WrongFormat, format!("this is {is}; `{name}` takes {wanted}"), Some(help.to_owned()));
    }

    fn object(&mut self, object: &Object, name: &str, properties: &[Property], required: &[&str], open: bool) {
        if object.cut {
            self.found.unknown = true;
            return;
        }
        let target = |wanted: &str| properties.iter().find(|property| property.name.value == wanted);
        for member in &object.members {
            match target(&member.name) {
                Some(property) => self.member(member, property, required.contains(&property.name.value.as_str())),
                None if open => {}
                None => {
                    let near = nearest(&member.name, properties.iter().map(|property| property.name.value.as_str()));
                    let help = near.map_or_else(
                        || {
                            format!(
                                "it has {}",
                                properties.iter().map(|property| format!("`{}`", property.name.value)).collect::<Vec<_>>().join(", ")
                            )
                        },
                        |near| format!("did you mean `{near}`?"),
                    );
                    self.path.push(member.name.clone());
                    self.say(Code::UnknownField, format!("`{name}` has no `{}`", member.name), Some(help));
                    self.path.pop();
                }
            }
        }
        if object.rest.is_some() && !open {
            self.found.unknown = true;
        }
        for missing in required.iter().filter(|wanted| object.member(wanted).is_none() && object.rest.is_none()) {
            self.say(Code::MissingField, format!("`{name}` needs `{missing}`"), None);
        }
    }

    fn member(&mut self, member: &Member, property: &Property, required: bool) {
        self.path.push(member.name.clone());
        let value = Value { shape: member.shape.clone(), absent: !member.required, many: false };
        self.value(&value, &property.name.value, &property.r#type, required);
        self.path.pop();
    }
}

/// How a plain value becomes an object.
fn wrapped(properties: &[Property]) -> Option<String> {
    properties.first().map(|first| format!("say which of its fields this is: `{{ \"{}\": … }}`", first.name.value))
}

/// One value of the type, for "takes one …".
fn noun(target: &Type) -> &'static str {
    match target {
        Type::String { .. } => "text",
        Type::File => "file",
        Type::Integer => "whole number",
        Type::Number => "number",
        Type::Boolean => "`true` or `false`",
        Type::List(_) => "list",
        Type::Object { .. } => "object",
        Type::Any => "value",
    }
}

/// What a list holds.
fn plural(items: &Shape, shapes: &Shapes) -> &'static str {
    match shapes.alternatives(items).as_slice() {
        [Shape::Text(_)] => "texts",
        [Shape::Number { .. }] => "numbers",
        [Shape::Object(_)] => "objects",
        [Shape::List(_)] => "lists",
        _ => "values",
    }
}

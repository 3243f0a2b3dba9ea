//! JSON as it is spelled: numbers, texts and keys are tokens, so that what means the same may be written differently.

use std::fmt::Write as _;

use serde_json::Value;

use crate::chance::Chance;

/// A value as it is spelled.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    /// A token: a number, a text in its quotes, `true`, or what is no JSON at all.
    Token(String),
    List(Vec<Tree>),
    /// Members, keys in their quotes; a key may stand twice.
    Object(Vec<(String, Tree)>),
}

impl From<&Value> for Tree {
    fn from(value: &Value) -> Self {
        match value {
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(members) => Self::Object(members.iter().map(|(name, value)| (quoted(name), Self::from(value))).collect()),
            scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => Self::Token(scalar.to_string()),
        }
    }
}

/// A text in its quotes.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

impl Tree {
    pub(crate) fn null() -> Self {
        Self::Token("null".to_owned())
    }

    /// The places of all values in it, each as positions from the root on; its own first.
    pub(crate) fn places(&self) -> Vec<Vec<usize>> {
        let mut found = Vec::new();
        self.walk(&mut Vec::new(), &mut found);
        found
    }

    fn walk(&self, here: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
        found.push(here.clone());
        for (index, child) in self.children().into_iter().enumerate() {
            here.push(index);
            child.walk(here, found);
            here.pop();
        }
    }

    pub(crate) fn children(&self) -> Vec<&Self> {
        match self {
            Self::Token(_) => Vec::new(),
            Self::List(items) => items.iter().collect(),
            Self::Object(members) => members.iter().map(|(_, value)| value).collect(),
        }
    }

    pub(crate) fn at(&self, place: &[usize]) -> Option<&Self> {
        place.iter().try_fold(self, |tree, index| tree.children().get(*index).copied())
    }

    pub(crate) fn at_mut(&mut self, place: &[usize]) -> Option<&mut Self> {
        place.iter().try_fold(self, |tree, index| match tree {
            Self::Token(_) => None,
            Self::List(items) => items.get_mut(*index),
            Self::Object(members) => members.get_mut(*index).map(|(_, value)| value),
        })
    }

    /// Whether a key of this name, in its quotes, leads to a place.
    pub(crate) fn passes(&self, place: &[usize], is_wanted: impl Fn(&str) -> bool) -> bool {
        let mut here = self;
        for index in place {
            if let Self::Object(members) = here
                && members.get(*index).is_some_and(|(key, _)| is_wanted(key))
            {
                return true;
            }
            let Some(child) = here.children().get(*index).copied() else { return false };
            here = child;
        }
        false
    }

    /// The text without a space.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, &mut |_| {});
        text
    }

    /// The text with spaces and line breaks between its tokens.
    pub(crate) fn spaced(&self, chance: &mut Chance) -> String {
        let mut text = String::new();
        self.write(&mut text, &mut |text| {
            if chance.one_in(3) {
                let space: &&str = chance.pick(&[" ", "\n", "\t", "\r\n", "  ", " \n\t "]);
                text.push_str(space);
            }
        });
        text
    }

    fn write(&self, text: &mut String, space: &mut dyn FnMut(&mut String)) {
        space(text);
        match self {
            Self::Token(token) => text.push_str(token),
            Self::List(items) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    text.push_str(if index > 0 { "," } else { "" });
                    item.write(text, space);
                }
                space(text);
                text.push(']');
            }
            Self::Object(members) => {
                text.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    text.push_str(if index > 0 { "," } else { "" });
                    space(text);
                    let _ = write!(text, "{key}");
                    space(text);
                    text.push(':');
                    value.write(text, space);
                }
                space(text);
                text.push('}');
            }
        }
        space(text);
    }

    /// Smaller ones, for finding the least that shows a fault: without one of its values, or with one in the place of what holds it.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        let mut found = Vec::new();
        for place in self.places() {
            let Some(child) = self.at(&place) else { continue };
            for simple in [Self::null(), Self::Token("1".to_owned()), Self::List(Vec::new()), Self::Object(Vec::new())] {
                if child.places().len() > 1 {
                    found.extend(self.with(&place, simple));
                }
            }
            for inner in child.children() {
                found.extend(self.with(&place, inner.clone()));
            }
            let Some((last, outer)) = place.split_last() else { continue };
            let mut without = self.clone();
            match without.at_mut(outer) {
                Some(Self::List(items)) => drop(items.remove(*last)),
                Some(Self::Object(members)) => drop(members.remove(*last)),
                Some(Self::Token(_)) | None => continue,
            }
            found.push(without);
        }
        found.sort_by_key(|tree| tree.places().len());
        found
    }

    fn with(&self, place: &[usize], value: Self) -> Option<Self> {
        let mut changed = self.clone();
        *changed.at_mut(place)? = value;
        Some(changed)
    }
}

//! An answer that is read once: where its records stand, and what the rules of its list and of its errors say of it.
//!
//! This is a second way to what `extract.rs` and the engine do, for answers that are as they should be. What is not plain goes their way,
//! which also says what is wrong with it.

use std::sync::Arc;

use connc_expr::limits::JSON_DEPTH;
use connc_expr::tape::{Kind, Tape, Value, Wants};
use connc_plan::{Expression, Operation, Path, Records};
use serde_json::Value as Json;

use crate::Error;
use crate::context::Context;
use crate::exchange::Received;
use crate::paginate;
use crate::program::{Evaluation, Programs, Vars, text_of};

/// A raw record of a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item<'a> {
    /// As it stands in the answer.
    pub(crate) text: &'a str,
    /// What was noted of it when the page was read, where that was plain.
    pub(crate) value: Option<Value<'a>>,
}

impl<'a> From<&'a str> for Item<'a> {
    fn from(text: &'a str) -> Self {
        Self { text, value: None }
    }
}

/// What is wanted of the answers to a list's requests; none where its records are no items of one.
pub(crate) fn wants(context: &Context, operation: &Operation) -> Option<Wants> {
    let Records::Items { path, keep_if, .. } = &operation.records else { return None };
    let (programs, paginate) = (context.programs(), operation.paginate.as_ref());
    let mut record = context.record.as_ref().map_or_else(Wants::presence, |record| Wants::clone(record));
    unite(&mut record, programs, keep_if.iter().chain(paginate.and_then(paginate::of_record)));
    let mut wants = Wants::presence();
    wants.add(&path.steps, &record);
    let rules = paginate.map(paginate::of_answer).unwrap_or_default();
    let errors = context.plan().errors.when.iter().chain(&context.account.method.expired);
    unite(&mut wants, programs, rules.into_iter().chain(errors));
    Some(wants)
}

fn unite<'a>(wants: &mut Wants, programs: &Programs, expressions: impl Iterator<Item = &'a Expression>) {
    for expression in expressions {
        // What is wrong with an expression is said where it is evaluated.
        if let Some(fused) = programs.get(expression).ok().as_ref().and_then(connc_expr::Program::fused) {
            wants.unite(fused.wants());
        }
    }
}

impl Received {
    /// Notes where what is wanted stands, if the answer is plain JSON that nests no deeper than `depth` and than the engine reads: of what is
    /// only noted to be there, the engine would say how deep it is.
    pub(crate) fn note(&mut self, wants: &Wants, record: Option<&Arc<Wants>>, depth: usize) {
        if self.exact
            && let Ok(tape) = Tape::of(&self.text, wants, depth.min(JSON_DEPTH))
        {
            self.tape = Some(tape);
            self.record = record.cloned();
        }
    }

    /// The answer as far as it was noted.
    pub(crate) fn noted(&self) -> Option<Value<'_>> {
        self.tape.as_ref().map(|tape| tape.root(&self.text))
    }
}

/// What stands at a path, `null` included. A member that stands twice is not plain.
pub(crate) fn at<'a>(root: Value<'a>, path: &Path) -> Option<Value<'a>> {
    path.steps.iter().try_fold(root, |value, step| value.get(step))
}

/// What expressions come to, over an answer or a record.
pub(crate) enum Rules<'a> {
    /// Each of them over what was noted.
    Noted(Vec<(&'a str, Said)>),
    /// By the engine.
    Engine(Evaluation<'a>),
}

/// What one expression comes to.
pub(crate) struct Said {
    json: Option<String>,
    truth: bool,
}

impl<'a> Rules<'a> {
    /// Over what was noted of `text`, and over the whole of it where that does not do.
    pub(crate) fn over(
        programs: &'a Programs,
        noted: Option<Value<'_>>,
        text: &str,
        vars: &Vars,
        expressions: &[&'a Expression],
    ) -> Result<Self, Error> {
        match noted.and_then(|noted| expressions.iter().map(|expression| said(programs, noted, expression)).collect()) {
            Some(said) => vars.check().map(|()| Self::Noted(said)),
            None => Evaluation::over(programs, text, vars, expressions).map(Self::Engine),
        }
    }

    fn noted(&self, expression: &Expression) -> Result<&Said, &Evaluation<'a>> {
        const NOTHING: &Said = &Said { json: None, truth: false };
        match self {
            Self::Noted(said) => Ok(said.iter().find(|(source, _)| *source == expression.source).map_or(NOTHING, |(_, said)| said)),
            Self::Engine(over) => Err(over),
        }
    }

    /// The result as JSON text; none where it is undefined.
    pub(crate) fn json(&self, expression: &Expression) -> Result<Option<String>, Error> {
        self.noted(expression).map_or_else(|over| over.json(expression), |said| Ok(said.json.clone()))
    }

    /// The result as text: strings as they are, numbers and booleans as JSON; none for null, undefined, objects and lists.
    pub(crate) fn text(&self, expression: &Expression) -> Result<Option<String>, Error> {
        Ok(self.json(expression)?.and_then(text_of))
    }

    /// Whether the result is true; absent is false.
    pub(crate) fn truth(&self, expression: &Expression) -> Result<bool, Error> {
        self.noted(expression).map_or_else(|over| over.truth(expression), |said| Ok(said.truth))
    }
}

/// What an expression comes to over what was noted; none where the engine has to say.
fn said<'a>(programs: &Programs, noted: Value<'_>, expression: &'a Expression) -> Option<(&'a str, Said)> {
    let program = programs.get(expression).ok()?;
    if noted.kind() == Kind::Array && program.path().is_some_and(|path| lacks(noted, path)) {
        return Some((&expression.source, Said { json: None, truth: false }));
    }
    let value = program.fused()?.run(noted).ok()?;
    let mut json = String::new();
    value.write(&mut json).ok()?;
    let truth = value.truth().ok()?;
    // The engine spells other numbers in its own way.
    if !json.is_empty() && !json.starts_with('"') && has_fraction(&serde_json::from_str(&json).ok()?) {
        return None;
    }
    Some((&expression.source, Said { json: (!json.is_empty()).then_some(json), truth }))
}

/// Whether there is a number that is no integer.
fn has_fraction(value: &Json) -> bool {
    match value {
        Json::Number(number) => number.is_f64(),
        Json::Array(items) => items.iter().any(has_fraction),
        Json::Object(members) => members.values().any(has_fraction),
        Json::Null | Json::Bool(_) | Json::String(_) => false,
    }
}

/// Whether a path leads nowhere, however many items it is looked for in.
fn lacks(value: Value<'_>, path: &[String]) -> bool {
    let Some((name, rest)) = path.split_first() else { return false };
    match value.kind() {
        Kind::Array => value.items().all(|item| lacks(item, path)),
        // What is no object has no members.
        _ => value.get(name).is_none_or(|member| lacks(member, rest)),
    }
}

#[cfg(test)]
mod tests {
    use connc_expr::Program;
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::{Expression, Programs, Rules, Tape, Vars, Wants};

    fn expression(source: &str) -> Expression {
        serde_json::from_value(json!({ "source": source, "origin": [0, 1, 1] })).unwrap()
    }

    /// What each expression comes to, by the quick way where it does, and by the engine.
    fn both(text: &str, sources: &[&str]) -> (bool, Vec<String>, Vec<String>) {
        let programs = Programs::default();
        let expressions: Vec<_> = sources.iter().map(|source| expression(source)).collect();
        let expressions: Vec<_> = expressions.iter().collect();
        let mut wants = Wants::presence();
        wants.add(&["data"], &Wants::presence());
        super::unite(&mut wants, &programs, expressions.iter().copied());
        let mut tape = Tape::default();
        let noted = tape.read(text, &wants, 100).ok().map(|()| tape.root(text));
        let of = |noted| {
            let rules = Rules::over(&programs, noted, text, &Vars::default(), &expressions);
            let said = |rules: Rules<'_>| {
                let of = |expression: &&Expression| (rules.json(expression), rules.text(expression), rules.truth(expression));
                (matches!(rules, Rules::Noted(_)), expressions.iter().map(|expression| format!("{:?}", of(expression))).collect())
            };
            rules.map_or_else(|error| (false, vec![error.message.clone()]), said)
        };
        let ((quick, noted), (_, engine)) = (of(noted), of(None));
        (quick, noted, engine)
    }

    const RULES: [&str; 9] = [
        "next",
        "meta.after",
        "ok = false",
        "meta.has_more = false",
        "total",
        "$exists(errors)",
        "$not($exists($))",
        "$count(data)",
        "errors.code[0]",
    ];

    #[test]
    fn usual_answers_take_the_quick_way() {
        for text in [
            r#"{"data": [{"id": 1}], "next": "a/b?c=\u0064", "total": 2, "ok": true}"#,
            r#"{"data": [], "next": null, "meta": {"has_more": false, "after": "x"}}"#,
            r#"{"data": [{"meta": 1}], "ok": false, "errors": [{"code": "a"}, {"code": 7}]}"#,
        ] {
            let (quick, noted, engine) = both(text, &RULES);
            assert!(quick, "{text}");
            assert_eq!(noted, engine, "{text}");
        }
        let (quick, noted, engine) = both(r#"[{"id": 1, "of": [2]}, [{"id": 2}]]"#, &["next", "meta.after"]);
        assert!(quick && noted == engine, "{noted:?} {engine:?}");
        assert!(!both(r#"[{"id": 1}, {"next": 2}]"#, &["next"]).0);
        assert!(Program::compile("next").unwrap().fused().is_some());
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            // Both ways read the same number of a text; one with an exponent they spell each in its own way.
            (-1_000_000_i32..1_000_000).prop_map(|number| Json::from(f64::from(number) / 64.0)),
            "[a\"\\\\é]{0,4}".prop_map(Json::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let name = prop_oneof![Just("next"), Just("meta"), Just("after"), Just("ok"), Just("errors"), Just("code"), Just("data")];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                prop::collection::vec((name, inner), 0..5)
                    .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn both_ways_say_the_same(answer in any_json(), rule in 0..RULES.len()) {
            let (_, noted, engine) = both(&answer.to_string(), &[RULES[rule]]);
            prop_assert_eq!(noted, engine);
        }
    }
}

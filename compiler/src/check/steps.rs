//! Steps bind names that are free, stand where they can be done, have bounds, and do not go round in circles.

use connc_expr::functions;
use connc_plan as plan;

use super::uses::{Callee, Gives, mapped, outcome};
use super::{Case, Owner};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::lang::{DataPlace, Root};
use crate::source::{Span, Spanned};
use crate::spec::{Action, Compound, ForEach, MapResource, Poll, Step, VerbSteps};

/// More calls of one step than these never run at the same time.
const AT_ONCE: u64 = 16;

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    for compound in &case.spec.compounds {
        names(&compound.steps, DataPlace::Step, diagnostics);
        compound.steps.iter().for_each(|step| bounds(step, diagnostics));
        places(&compound.steps, None, Owner::Compound(compound), case, diagnostics);
        circle(compound, case, diagnostics);
    }
    for (model, resource) in mapped(case.spec) {
        for (verb, VerbSteps { steps, incomplete, span: _ }) in &resource.verbs {
            names(steps, DataPlace::Verb, diagnostics);
            steps.iter().for_each(|step| bounds(step, diagnostics));
            places(steps, Some((verb, *incomplete)), Owner::Map(model, resource), case, diagnostics);
            ways_back(steps, resource, diagnostics);
        }
    }
}

/// Each name is bound once, and means nothing else.
fn names(steps: &[Step], place: DataPlace, diagnostics: &mut Diagnostics) {
    let mut before: Vec<&Spanned<String>> = Vec::new();
    for step in steps {
        for name in step.own_names().chain(step.binds()) {
            // What `then` sees is called by the language, and may be bound again.
            if name.value == "answer" && before.iter().all(|known| known.value == "answer") {
                continue;
            }
            let taken = before.iter().find(|known| known.value == name.value);
            let root = Root::parse(&name.value)
                .filter(|root| place.roots().contains(root) || matches!(root, Root::Secret | Root::Token | Root::App));
            let is_function = || {
                let known = functions::BUILTINS.iter().copied().chain(functions::TABLE.iter().map(|function| function.name));
                known.chain(functions::UNAVAILABLE.iter().map(|(name, _)| *name)).any(|known| known == name.value)
            };
            let plain = name.value.starts_with(|c: char| c.is_ascii_lowercase())
                && name.value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            let diagnostic = if !plain {
                Diagnostic::new(Code::InvalidValue, name.span, format!("`{}` is not a name", name.value))
                    .help("names are lowercase letters, digits and `_`, and begin with a letter")
            } else if let Some(taken) = taken {
                Diagnostic::new(Code::DuplicateName, name.span, format!("`{}` is bound twice", name.value))
                    .related(taken.span, "it is bound here first")
                    .help("choose another name, so that later steps say which they mean")
            } else if root.is_some() || is_function() {
                let what = if root.is_some() { "already has a meaning here" } else { "is a function" };
                Diagnostic::new(Code::DuplicateName, name.span, format!("`${}` {what}", name.value)).help("choose another name")
            } else {
                continue;
            };
            diagnostics.push(diagnostic);
        }
        before.extend(step.own_names().chain(step.binds()));
    }
}

/// `$provider.status` is one value, so the translation says which where several stand for the same unified one.
fn ways_back(steps: &[Step], resource: &MapResource, diagnostics: &mut Diagnostics) {
    let names = steps.iter().flat_map(Step::expressions).flat_map(|(expression, _)| expression.free_names());
    let read: Vec<String> = names.filter(|name| name.name == "provider").filter_map(|name| Some(name.members.first()?.0.clone())).collect();
    for (field, translation) in resource.translations().filter(|(field, _)| read.contains(&field.value)) {
        for (unified, names) in translation.names().into_iter().filter(|(unified, _)| translation.written(unified).is_none()) {
            let all = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let message = format!("`$provider.{}` is written, and {all} all mean `{unified}`", field.value);
            let help = format!("say which is sent: `write: {{ {unified}: {} }}`", names.first().copied().unwrap_or_default());
            let place =
                translation.values.iter().find(|(_, known)| known.value == unified).map_or(field.span, |(provider, _)| provider.span);
            let diagnostic = Diagnostic::new(Code::MissingKey, place, message).help(help);
            // Several verbs may write it.
            if !diagnostics.has_error_within(place) {
                diagnostics.push(diagnostic);
            }
        }
    }
}

/// Numbers that bound a step can be kept.
fn bounds(step: &Step, diagnostics: &mut Diagnostics) {
    let mut wrong = |place: Span, message: String, help: &str| {
        diagnostics.push(Diagnostic::new(Code::InvalidValue, place, message).help(help));
    };
    if let Some(ForEach { of: _, name: _, max, at_once, batch }) = &step.for_each {
        for (key, number) in [("max", Some(max)), ("at_once", at_once.as_ref()), ("batch", batch.as_ref())] {
            if let Some(number) = number.filter(|number| number.value == 0) {
                wrong(number.span, format!("`{key}` is 0, so nothing would ever be done"), "write how many there may be");
            }
        }
        if let Some(number) = at_once.as_ref().filter(|number| number.value > AT_ONCE) {
            wrong(number.span, format!("`at_once` is more than {AT_ONCE}"), "more would only meet the provider's rate limit");
        }
    }
    if let Action::Poll(Poll { every, longest, within, .. }) = &step.action {
        let (first, most) = (
            every.as_ref().map_or(plan::Poll::EVERY, |every| every.value),
            longest.as_ref().map_or(plan::Poll::LONGEST, |longest| longest.value),
        );
        if let Some(every) = every.as_ref().filter(|every| every.value == 0) {
            wrong(every.span, "`every` is 0, which would ask without a pause".to_owned(), "write how many seconds to wait");
        }
        if let Some(longest) = longest.as_ref().filter(|longest| longest.value < first) {
            wrong(longest.span, format!("`longest` is shorter than `every`, which is {first}"), "waits grow from `every` to `longest`");
        }
        if within.value < first.min(most).max(1) {
            wrong(
                within.span,
                format!("`within` is over before the job is asked about a second time, after {first} seconds"),
                "write how many seconds the job may take",
            );
        }
    }
}

/// What comes back comes from the last step, and what goes through parents is a list.
fn places(steps: &[Step], verb: Option<(&Spanned<plan::Verb>, bool)>, owner: Owner<'_>, case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let Some((last, before)) = steps.split_last() else { return };
    let gives = |step: &Step| outcome(case.spec, std::slice::from_ref(step));
    for step in before {
        if step.given().is_some() {
            let diagnostic = Diagnostic::new(
                Code::MisplacedStep,
                step.span.at_start(),
                "`give` stands before the last step, and gives the record that comes back",
            );
            diagnostics.push(diagnostic.help("make it the last step, or bind what later steps need with `let`"));
        }
        if let Some(each) = &step.each {
            diagnostics.push(
                Diagnostic::new(
                    Code::MisplacedStep,
                    each.span,
                    "`each` stands before the last step, and only a list that is given back goes through parents",
                )
                .help("make it the last step, or call the list for each of a few with `for_each`"),
            );
        }
    }
    if let (Some(data), Some((verb, _))) = (last.given(), verb)
        && matches!(verb.value, plan::Verb::Delete)
    {
        let message = format!("`{}` gives no record", verb.value.name());
        let place = data.expressions().first().map_or(last.span.at_start(), |expression| expression.span());
        diagnostics.push(Diagnostic::new(Code::MisplacedStep, place, message).help("leave out `give`"));
    }
    let list = match verb {
        Some((verb, _)) => verb.value == plan::Verb::List,
        None => gives(last) == Some(Gives::List),
    };
    if let Some(each) = last.each.as_ref().filter(|_| gives(last).is_some_and(|gives| gives != Gives::List)) {
        diagnostics.push(
            Diagnostic::new(Code::MisplacedStep, each.span, "`each` goes with the call of a list, and this gives none")
                .help("call an operation that has `items`"),
        );
        return;
    }
    for parents in steps.iter().filter_map(|step| step.each.as_ref()) {
        if let crate::spec::Parents::List(call) = &parents.of
            && let Some(callee) = Callee::find(case.spec, &call.call).filter(|callee| callee.gives(case.spec) != Gives::List)
        {
            let message = format!("`{}` gives no list, and parents are the records of one", call.call.value);
            diagnostics.push(Diagnostic::new(Code::MisplacedStep, call.call.span, message).related(callee.name().span, "the operation"));
        }
    }
    // Where a step could not be read, the last one may be another.
    let Some((verb, false)) = verb else { return };
    let wants_record = matches!(verb.value, plan::Verb::Get | plan::Verb::Create | plan::Verb::Update);
    let unknown = last.own_call().is_some_and(|call| Callee::find(case.spec, &call.call).is_none());
    if unknown {
        return;
    }
    let what = match owner {
        Owner::Map(_, resource) => format!("`{}.{}`", resource.name.value, verb.value.name()),
        Owner::Compound(_) | Owner::Operation(_) | Owner::Connector | Owner::Method(_) => format!("`{}`", verb.value.name()),
    };
    if list && gives(last) != Some(Gives::List) {
        let early = before.iter().rfind(|step| gives(step) == Some(Gives::List));
        let diagnostic = Diagnostic::new(Code::MisplacedStep, last.span.at_start(), format!("the last step of {what} gives no list"));
        diagnostics.push(match early {
            Some(early) => diagnostic
                .related(early.span.at_start(), "this one does")
                .help("what is done once comes before the list; make the list the last step"),
            None => diagnostic.help("call an operation that has `items`, without `for_each`"),
        });
    } else if wants_record && gives(last) == Some(Gives::List) {
        let diagnostic = Diagnostic::new(
            Code::MisplacedStep,
            last.span.at_start(),
            format!("the last step of {what} gives a list, and one record is wanted"),
        );
        diagnostics.push(diagnostic.help("end with a call that gives the record, such as the provider's `get`"));
    }
}

/// An operation that comes back to itself would never end.
fn circle(compound: &Compound, case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let mut seen: Vec<&str> = Vec::new();
    let mut waiting: Vec<(&Compound, Vec<&str>)> = vec![(compound, vec![compound.name.value.as_str()])];
    while let Some((here, way)) = waiting.pop() {
        for call in here.steps.iter().flat_map(Step::calls) {
            let next = call.call.value.as_str();
            if next == compound.name.value {
                let way = way.iter().chain([&next]).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" → ");
                let place = if here.name.value == compound.name.value { call.call.span } else { compound.name.span };
                let message = format!("`{}` calls itself, and would never end", compound.name.value);
                diagnostics.push(Diagnostic::new(Code::CircularCall, place, message).help(format!("the way round is {way}")));
                return;
            }
            if let Some(next) = case.spec.compound(next).filter(|next| !seen.contains(&next.name.value.as_str())) {
                seen.push(&next.name.value);
                waiting.push((next, way.iter().copied().chain([next.name.value.as_str()]).collect()));
            }
        }
    }
}

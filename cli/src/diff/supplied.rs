//! What somebody supplies: parameters and secrets of customers, deployments and callers.

use connc_plan::{Parameter, SecretParameter, SecretType};

use super::{Diff, Place, paired};

/// Who supplies something, and what it is called.
#[derive(Clone, Copy)]
pub(super) struct Whose<'a> {
    /// `account parameter`.
    pub(super) what: &'a str,
    /// What it belongs to: `` of auth method `token` ``, or nothing.
    pub(super) of: &'a str,
    /// Why one that is newly required breaks something.
    pub(super) missing: &'static str,
}

const REFUSED: &str = "who still gives it is refused";

pub(super) fn parameters(diff: &mut Diff<'_>, whose: Whose<'_>, old: &[Parameter], new: &[Parameter]) {
    for pair in paired(old, new, |parameter| parameter.name.clone()) {
        match pair {
            (Some(old), None) => diff.breaking(at(whose, &old.name), "it is gone", REFUSED, Some(Place::Old(old.origin))),
            (None, Some(new)) => {
                let place = Some(Place::New(new.origin));
                if new.required && new.default.is_none() {
                    diff.breaking(at(whose, &new.name), "it is new and required", whose.missing, place);
                } else {
                    diff.feature(at(whose, &new.name), "it is new", place);
                }
            }
            (Some(old), Some(new)) => parameter(diff, whose, old, new),
            (None, None) => {}
        }
    }
}

fn parameter(diff: &mut Diff<'_>, whose: Whose<'_>, old: &Parameter, new: &Parameter) {
    let Parameter { name, r#type, required, description, example, default, within, values, origin } = new;
    let (at, place) = (at(whose, name), Some(Place::New(*origin)));
    if old.r#type != *r#type {
        let what = format!("it takes `{}`, it took `{}`", r#type.name(), old.r#type.name());
        diff.breaking(at.as_str(), what, "values that were given may be refused", place);
    }
    let needed = |required: bool, has_default: bool| required && !has_default;
    match (needed(old.required, old.default.is_some()), needed(*required, default.is_some())) {
        (false, true) => diff.breaking(at.as_str(), "it is required now", whose.missing, place),
        (true, false) => diff.feature(at.as_str(), "it may be left out now", place),
        (true, true) | (false, false) => {}
    }
    if let (Some(before), Some(after)) = (&old.default, default)
        && before != after
    {
        let what = format!("without it, it is `{after}`, it was `{before}`");
        diff.breaking(at.as_str(), what, "who leaves it out gets something else", place);
    }
    hosts(diff, &at, (&old.within, within), place);
    for value in old.values.iter().filter(|value| !values.contains(value)) {
        if !values.is_empty() {
            diff.breaking(at.as_str(), format!("it takes `{value}` no more"), REFUSED, place);
        }
    }
    for value in values.iter().filter(|value| !old.values.contains(value)) {
        if !old.values.is_empty() {
            diff.feature(at.as_str(), format!("it takes `{value}` too"), place);
        }
    }
    if old.description != *description || old.example != *example {
        diff.fix(at.as_str(), "it is described in other words", place);
    }
}

/// The domains that confine a host which somebody supplies.
fn hosts(diff: &mut Diff<'_>, at: &str, (old, new): (&[String], &[String]), place: Option<Place>) {
    let below = |host: &str, within: &[String]| {
        within.is_empty()
            || within.iter().any(|known| host == known || host.strip_suffix(known.as_str()).is_some_and(|rest| rest.ends_with('.')))
    };
    if old.is_empty() && !new.is_empty() {
        let list = new.join("`, `");
        diff.breaking(at, format!("its host must now lie within `{list}`"), "an account with another host is refused", place);
        return;
    }
    for host in old.iter().filter(|host| !below(host, new)) {
        diff.breaking(at, format!("a host within `{host}` is allowed no more"), "an account with such a host is refused", place);
    }
    let security = "credentials may go to hosts that they could not go to before";
    if new.is_empty() && !old.is_empty() {
        diff.reaches(at, "nothing confines its host any more", security, place);
    }
    for host in new.iter().filter(|host| !below(host, old)) {
        diff.reaches(at, format!("a host within `{host}` is allowed too"), security, place);
    }
}

pub(super) fn secrets(diff: &mut Diff<'_>, whose: Whose<'_>, old: &[SecretParameter], new: &[SecretParameter]) {
    for pair in paired(old, new, |secret| secret.name.clone()) {
        match pair {
            (Some(old), None) => diff.fix(at(whose, &old.name), "it is needed no more", Some(Place::Old(old.origin))),
            (None, Some(new)) => {
                diff.breaking(at(whose, &new.name), "it is new, and secrets are required", whose.missing, Some(Place::New(new.origin)));
            }
            (Some(old), Some(new)) => {
                let place = Some(Place::New(new.origin));
                if old.r#type != new.r#type {
                    let what = format!("it is {}, it was {}", form(new.r#type), form(old.r#type));
                    diff.breaking(at(whose, &new.name), what, "what accounts hold is of another form", place);
                }
                if old.description != new.description {
                    diff.fix(at(whose, &new.name), "it is described in other words", place);
                }
            }
            (None, None) => {}
        }
    }
}

fn form(r#type: SecretType) -> &'static str {
    match r#type {
        SecretType::String => "text",
        SecretType::Json => "a JSON document",
        SecretType::Pem => "a PEM key",
    }
}

fn at(whose: Whose<'_>, name: &str) -> String {
    format!("{} `{name}`{}", whose.what, whose.of)
}

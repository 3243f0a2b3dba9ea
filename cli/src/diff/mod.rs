//! What changed between two versions of a connector, for its users: compared as plans, so that a mere rewording of the spec is no change.
//!
//! Breaking is what worked for somebody and works no more, or means something else. A feature is what was not there. Everything else is a fix.

mod connect;
mod native;
mod same;
mod supplied;
mod unified;

use connc_plan::{Origin, Plan};

/// What a change means for those who use the connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// The same can be done, in another way.
    Fix,
    /// More can be done.
    Feature,
    /// Something that could be done cannot be done any more, or means something else.
    Breaking,
}

impl Verdict {
    /// Every verdict, the worst first.
    pub(crate) const ALL: [Self; 3] = [Self::Breaking, Self::Feature, Self::Fix];

    /// The verdict's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Feature => "feature",
            Self::Fix => "fix",
        }
    }

    /// The part of a version that it raises (Semantic Versioning 2.0.0).
    pub(crate) fn version(self) -> &'static str {
        match self {
            Self::Breaking => "major",
            Self::Feature => "minor",
            Self::Fix => "patch",
        }
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// What it means.
    pub(crate) verdict: Verdict,
    /// What changed, as a coordinate: `` field `users.email` of `user-directory` ``.
    pub(crate) at: String,
    /// How.
    pub(crate) what: String,
    /// Why that is the verdict.
    pub(crate) why: Option<&'static str>,
    /// What to think of before it is rolled out.
    pub(crate) security: Option<&'static str>,
    /// Where it stands.
    pub(crate) place: Option<Place>,
}

/// Where a change stands: in the newer version, or in the older one where it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the newer version.
    New(Origin),
    /// In the older version.
    Old(Origin),
}

/// Compares two versions. The worst changes come first.
pub(crate) fn compare(old: &Plan, new: &Plan) -> Vec<Change> {
    let mut diff = Diff { old, new, changes: Vec::new() };
    connector(&mut diff);
    connect::compare(&mut diff);
    unified::compare(&mut diff);
    native::compare(&mut diff);
    if diff.changes.is_empty() && !same::plans(old, new) {
        diff.fix("the connector", "what it does inside is arranged in another way", None);
    }
    diff.changes.sort_by_key(|change| std::cmp::Reverse(change.verdict));
    diff.changes
}

/// A comparison at work.
struct Diff<'a> {
    old: &'a Plan,
    new: &'a Plan,
    changes: Vec<Change>,
}

impl Diff<'_> {
    fn breaking(&mut self, at: impl Into<String>, what: impl Into<String>, why: &'static str, place: Option<Place>) {
        let (at, what) = (at.into(), what.into());
        self.changes.push(Change { verdict: Verdict::Breaking, at, what, why: Some(why), security: None, place });
    }

    fn feature(&mut self, at: impl Into<String>, what: impl Into<String>, place: Option<Place>) {
        self.changes.push(Change { verdict: Verdict::Feature, at: at.into(), what: what.into(), why: None, security: None, place });
    }

    /// A feature that reaches further than before.
    fn reaches(&mut self, at: impl Into<String>, what: impl Into<String>, security: &'static str, place: Option<Place>) {
        let (at, what) = (at.into(), what.into());
        self.changes.push(Change { verdict: Verdict::Feature, at, what, why: None, security: Some(security), place });
    }

    fn fix(&mut self, at: impl Into<String>, what: impl Into<String>, place: Option<Place>) {
        self.changes.push(Change { verdict: Verdict::Fix, at: at.into(), what: what.into(), why: None, security: None, place });
    }
}

/// The older and the newer thing of each name: in the older order, then what is new.
fn paired<'a, T>(old: &'a [T], new: &'a [T], name: impl Fn(&T) -> String) -> Vec<(Option<&'a T>, Option<&'a T>)> {
    let find = |list: &'a [T], wanted: &T| list.iter().find(|known| name(known) == name(wanted));
    let known = old.iter().map(|old| (Some(old), find(new, old)));
    let added = new.iter().filter(|new| find(old, new).is_none()).map(|new| (None, Some(new)));
    known.chain(added).collect()
}

/// What is said of the connector as a whole.
fn connector(diff: &mut Diff<'_>) {
    let (old, new) = (diff.old, diff.new);
    if old.connector != new.connector {
        let what = format!("it is called `{}`, it was `{}`", new.connector, old.connector);
        diff.breaking("the connector", what, "accounts and calls name it", None);
    }
    if old.title != new.title || old.docs != new.docs {
        diff.fix("the connector", "its title or its documentation is another", None);
    }
    if old.base_url.segments != new.base_url.segments {
        let what = format!("it is `{}`, it was `{}`", new.base_url, old.base_url);
        diff.fix("`base_url`", what, Some(Place::New(new.base_url.origin)));
    }
    if old.verify != new.verify {
        diff.fix("`verify`", "another call proves credentials", None);
    }
    let place = new.rate_limit.first().map(|window| Place::New(window.origin));
    for (name, is_same, place) in [
        ("headers", same::as_data(&old.headers, &new.headers), new.headers.first().map(|(_, value)| Place::New(value.origin))),
        ("constants", same::as_data(&old.constants, &new.constants), None),
        ("rate_limit", same::as_data(&old.rate_limit, &new.rate_limit), place),
        ("redirects", old.redirects == new.redirects, None),
        ("concurrency", old.concurrency == new.concurrency, None),
        ("errors", same::as_data(&old.errors, &new.errors), error_place(new)),
    ] {
        if !is_same {
            diff.fix(format!("`{name}`"), "what it holds is another", place);
        }
    }
}

fn error_place(plan: &Plan) -> Option<Place> {
    let errors = &plan.errors;
    let named = [&errors.when, &errors.code, &errors.message].into_iter().flatten();
    named.chain(errors.kinds.iter().map(|rule| &rule.when)).next().map(|expression| Place::New(expression.origin))
}

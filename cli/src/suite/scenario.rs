//! What a connector's recorded calls have really gone through: told from what each replay sent and got, never from what a file is called.

use std::collections::BTreeSet;

use connc_plan::{Cassette, Method, Plan, Records, Shape, Verb};
use connc_runtime::replay::Sent;
use connc_runtime::transport::Purpose;
use connc_runtime::{Connector, Error, ErrorKind};

use crate::project::Loaded;

/// Something that happens to connectors, and that a recording can show.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scenario {
    /// A list went on after its first page.
    SecondPage,
    /// A list had nothing in it.
    EmptyList,
    /// Something was changed.
    Write,
    /// The provider said that there were too many calls.
    RateLimited,
    /// The provider said in its own words what was wrong.
    ErrorBody,
    /// A token was refused, got anew, and the same request succeeded.
    Renewed,
    /// A call succeeded by this way to connect.
    Auth(String),
    /// A token was got by this way to connect: with a code, or with what the account holds.
    Exchange(String),
    /// A token of this way to connect was renewed with what was kept for that.
    Refresh(String),
}

impl std::fmt::Display for Scenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SecondPage => f.write_str("second page"),
            Self::EmptyList => f.write_str("empty list"),
            Self::Write => f.write_str("write"),
            Self::RateLimited => f.write_str("rate limit"),
            Self::ErrorBody => f.write_str("error body"),
            Self::Renewed => f.write_str("renewed token"),
            Self::Auth(name) => write!(f, "auth {name}"),
            Self::Exchange(name) => write!(f, "token exchange {name}"),
            Self::Refresh(name) => write!(f, "token refresh {name}"),
        }
    }
}

/// The scenarios that a connector can meet, and which of them its recordings have met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scenarios {
    /// Those that a replay went through.
    pub met: BTreeSet<Scenario>,
    /// Those that none did.
    pub missing: BTreeSet<Scenario>,
}

impl Scenarios {
    /// Sorts what replays went through by what the plan makes possible.
    #[must_use]
    pub fn of(plan: &Plan, met: &BTreeSet<Scenario>) -> Self {
        let (met, missing) = possible(plan).into_iter().partition(|scenario| met.contains(scenario));
        Self { met, missing }
    }

    /// `9 of 11`, and what is missing.
    #[must_use]
    pub fn line(&self) -> String {
        let Self { met, missing } = self;
        let names: Vec<String> = missing.iter().map(ToString::to_string).collect();
        let missing = if names.is_empty() { String::new() } else { format!("; missing: {}", names.join(", ")) };
        format!("{} of {}{missing}", met.len(), met.len() + names.len())
    }
}

/// Replays a connector's recordings, and gives the scenarios that they go through.
#[must_use]
pub fn scenarios(loaded: &Loaded, connector: &Connector) -> Scenarios {
    let replayed = |file: &crate::project::CassetteFile| Some(super::play::play(connector, &file.read().0?).1);
    let met: BTreeSet<Scenario> = loaded.cassettes.iter().filter_map(replayed).flatten().collect();
    Scenarios::of(connector.plan(), &met)
}

/// What can happen to a connector with this plan.
fn possible(plan: &Plan) -> BTreeSet<Scenario> {
    let mut found = BTreeSet::from([Scenario::RateLimited, Scenario::ErrorBody]);
    let lists = || plan.operations.values().filter(|operation| matches!(operation.records, Records::Items { .. }));
    if lists().any(|operation| operation.paginate.is_some()) {
        found.insert(Scenario::SecondPage);
    }
    if lists().next().is_some() {
        found.insert(Scenario::EmptyList);
    }
    let writes = plan.maps.iter().any(|map| map.verbs.keys().any(|verb| changes(*verb)))
        || plan.operations.values().any(|operation| operation.shape != Shape::List && operation.unified_verb().is_some_and(changes));
    if writes {
        found.insert(Scenario::Write);
    }
    for method in &plan.auth {
        found.insert(Scenario::Auth(method.name.clone()));
        if method.acquire.is_some() || method.authorize.is_some() {
            found.insert(Scenario::Exchange(method.name.clone()));
        }
        if method.refresh.is_some() {
            found.insert(Scenario::Refresh(method.name.clone()));
        }
        if method.acquire.is_some() || method.refresh.is_some() {
            found.insert(Scenario::Renewed);
        }
    }
    found
}

fn changes(verb: Verb) -> bool {
    match verb {
        Verb::List | Verb::Get => false,
        Verb::Create | Verb::Update | Verb::Delete | Verb::Add | Verb::Remove => true,
    }
}

/// What came of a replay.
#[derive(Clone, Debug, Default)]
pub(super) struct Course {
    /// How many records each page of a list had; none for a call that is no list.
    pub(super) pages: Option<Vec<usize>>,
    /// What it ended with.
    pub(super) error: Option<Error>,
}

/// The scenarios that one replay went through.
pub(super) fn met(cassette: &Cassette, auth: &str, sent: &[Sent], course: &Course) -> BTreeSet<Scenario> {
    let good = |sent: &Sent| sent.status.is_some_and(|status| (200..300).contains(&status));
    let own = || sent.iter().filter(|sent| sent.purpose == Purpose::Call);
    let mut found = BTreeSet::new();
    if let Some(error) = &course.error {
        if error.kind == ErrorKind::RateLimited {
            found.insert(Scenario::RateLimited);
        } else if error.provider_code.is_some() || error.provider_message.is_some() {
            found.insert(Scenario::ErrorBody);
        }
    }
    if let Some(pages) = &course.pages {
        if pages.len() > 1 && own().filter(|sent| good(sent)).count() > 1 {
            found.insert(Scenario::SecondPage);
        }
        if course.error.is_none() && !pages.is_empty() && pages.iter().all(|records| *records == 0) && own().any(good) {
            found.insert(Scenario::EmptyList);
        }
    } else if course.error.is_none() && cassette.call.unified_verb().is_none_or(changes) {
        let reads = [Method::Get.name(), Method::Head.name()];
        if own().any(|sent| good(sent) && !reads.contains(&sent.method.as_str())) {
            found.insert(Scenario::Write);
        }
    }
    if course.error.is_none() && own().any(good) {
        found.insert(Scenario::Auth(auth.to_owned()));
    }
    let got = |purpose| sent.iter().any(|sent| sent.purpose == purpose && good(sent));
    if got(Purpose::Token) {
        found.insert(Scenario::Exchange(auth.to_owned()));
    }
    if got(Purpose::Renewal) {
        found.insert(Scenario::Refresh(auth.to_owned()));
    }
    if renewed(sent, &good) {
        found.insert(Scenario::Renewed);
    }
    found
}

/// A request, a token that was got after it, and the same request again with an answer: it was refused, in whatever words.
fn renewed(sent: &[Sent], good: &dyn Fn(&Sent) -> bool) -> bool {
    let same = |one: &Sent, other: &Sent| (&one.method, &one.url, &one.body) == (&other.method, &other.url, &other.body);
    sent.iter().enumerate().filter(|(_, refused)| refused.purpose == Purpose::Call).any(|(index, refused)| {
        let mut after = sent.iter().skip(index + 1);
        after.any(|sent| matches!(sent.purpose, Purpose::Token | Purpose::Renewal) && good(sent))
            && after.any(|sent| same(sent, refused) && good(sent))
    })
}

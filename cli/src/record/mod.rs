//! From what went over the wire to a cassette that holds nothing of anybody: answers are made harmless value by value, the call is played
//! over them, and what it sends then is what the cassette says must be sent.

mod again;
mod answer;
mod invent;
mod json;
mod known;
mod link;
mod stand_in;
mod time;
mod vocabulary;
mod yaml;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use connc_compiler::source::{Role, Sources};
use connc_plan::{Cassette, CassetteCall, Plan};
use connc_runtime::transport::Recorded;
use connc_runtime::{Account, Connector, Error, Random as _, Runtime, SystemRandom};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

pub(crate) use again::Course;
use known::Known;
use stand_in::{Kept, StandIns};

use crate::error::{Stop, counted};
use crate::project::Loaded;

/// What the clock of every recording says.
const CLOCK: i64 = 1_772_366_400;

/// A call that was made, and everything that went over the wire.
pub(crate) struct Tape<'a> {
    pub(crate) loaded: &'a Loaded,
    pub(crate) connector: &'a Connector,
    pub(crate) runtime: &'a Runtime,
    pub(crate) account: &'a Account,
    pub(crate) model: Option<String>,
    pub(crate) call: CassetteCall,
    pub(crate) began: Timestamp,
    pub(crate) seed: u64,
    pub(crate) exchanges: Vec<Recorded>,
    pub(crate) course: Course,
}

/// A cassette's text, and what a person should look through.
pub(crate) struct Made {
    pub(crate) text: String,
    pub(crate) review: Vec<String>,
    /// Names of members that are invented too, where there are any.
    pub(crate) renamed: Option<String>,
    /// What the provider's description says otherwise: `connc test` will complain of it, and rightly.
    pub(crate) contradictions: Vec<String>,
}

/// Makes the cassette called `name`.
pub(crate) fn cassette(tape: &Tape<'_>, name: &str) -> Result<Made, Stop> {
    let plan = tape.connector.plan();
    let clock = Timestamp::from_second(CLOCK).map_err(|_| Stop::usage("the clock of the recording cannot be set"))?;
    let failed = |error: Error| Stop::usage(error.message.clone());
    let moved = SignedDuration::from_secs(clock.as_second().saturating_sub(tape.began.as_second()));
    let mut stand_ins = StandIns::new(Known::of(tape.loaded, plan), seed()?, moved).map_err(failed)?;
    let answers = answer::read(&tape.exchanges)?;
    answers.iter().for_each(|answer| answer.see(&mut stand_ins));
    let mut cassette = Cassette {
        name: name.to_owned(),
        file: String::new(),
        source: format!("recorded with `connc run {} --record`, every value invented", tape.loaded.name),
        account: Default::default(),
        app: Default::default(),
        auth: tape.account.auth.clone(),
        parameters: Default::default(),
        kept: Default::default(),
        connect: None,
        tokens: None,
        disconnect: false,
        model: tape.model.clone(),
        call: tape.call.clone(),
        clock: clock.to_string(),
        seed: tape.seed,
        fails: tape.course.fails,
        exchanges: Vec::new(),
    };
    account(tape, plan, &mut stand_ins, &mut cassette).map_err(failed)?;
    hosts(tape, &mut stand_ins, &cassette);
    call(&mut stand_ins, &mut cassette.call).map_err(failed)?;
    for answer in &answers {
        cassette.exchanges.push(again::unasked(answer.harmless(&mut stand_ins).map_err(failed)?));
    }
    requests(tape, &mut cassette)?;
    let text = yaml::cassette(&cassette);
    let contradictions = played(tape, name, &text)?;
    leaks(tape.account, &text)?;
    let Kept { renamed, .. } = &stand_ins.kept;
    let renamed = listed("names of members that neither the spec nor the description has are invented too", renamed);
    Ok(Made { text, review: review(&stand_ins.kept), renamed, contradictions })
}

/// A seed for stand-ins that nobody knows afterwards.
pub(crate) fn seed() -> Result<u64, Stop> {
    let mut bytes = [0; 8];
    SystemRandom::default().fill(&mut bytes).map_err(|error| Stop::usage(error.message.clone()))?;
    // What a cassette's reader takes for a whole number.
    Ok(u64::from_be_bytes(bytes) >> 16)
}

/// An account like the recorded one.
fn account(tape: &Tape<'_>, plan: &Plan, stand_ins: &mut StandIns, cassette: &mut Cassette) -> Result<(), Error> {
    let Account { account, parameters, app, kept, .. } = tape.account;
    let method = plan.auth_method(&tape.account.auth);
    let base = method.and_then(|method| method.base_url.as_ref()).unwrap_or(&plan.base_url);
    let tenant = |name: &str| {
        base.references().iter().any(|reference| matches!(reference.path.as_slice(), [scope, own] if scope == "account" && own == name))
    };
    let declared = method.map(|method| method.parameters.as_slice()).unwrap_or_default();
    for (parameter, value) in plan.account.iter().filter_map(|parameter| Some((parameter, account.get(&parameter.name)?))) {
        cassette.account.insert(parameter.name.clone(), stand_ins.parameter(parameter, value, tenant(&parameter.name))?);
    }
    for (parameter, value) in declared.iter().filter_map(|parameter| Some((parameter, parameters.get(&parameter.name)?))) {
        cassette.parameters.insert(parameter.name.clone(), stand_ins.parameter(parameter, value, false)?);
    }
    for (parameter, value) in plan.app.iter().filter_map(|parameter| Some((parameter, app.get(&parameter.name)?))) {
        cassette.app.insert(parameter.name.clone(), stand_ins.parameter(parameter, value, false)?);
    }
    for (name, value) in kept {
        cassette.kept.insert(name.clone(), stand_ins.value(value, Some(name))?);
    }
    Ok(())
}

/// The invented account's base URL stands for the recorded one's in every link.
fn hosts(tape: &Tape<'_>, stand_ins: &mut StandIns, cassette: &Cassette) {
    let Cassette { account, parameters, app, kept, .. } = cassette.clone();
    let invented = Account { account, parameters, app, kept, ..tape.account.clone() };
    let host = |account: &Account| {
        let base = tape.runtime.base_url(tape.connector, account).ok()?;
        Some(url::Url::parse(&base).ok()?.host_str()?.to_owned())
    };
    if let (Some(own), Some(made)) = (host(tape.account), host(&invented)) {
        stand_ins.hosts.insert(own, made);
    }
}

fn call(stand_ins: &mut StandIns, call: &mut CassetteCall) -> Result<(), Error> {
    let CassetteCall { resource: _, verb: _, id, parent, input, files: _, filters, limit: _ } = call;
    for text in [id, parent].into_iter().flatten() {
        *text = text_or_number(stand_ins, text, None)?;
    }
    if let Value::Object(members) = input {
        for (name, value) in members {
            *value = stand_ins.value(value, Some(name))?;
        }
    }
    for (name, value) in filters {
        *value = text_or_number(stand_ins, value, Some(name))?;
    }
    Ok(())
}

/// On the command line a number is text, and must stay what it is in the answers.
fn text_or_number(stand_ins: &mut StandIns, text: &str, name: Option<&str>) -> Result<String, Error> {
    if stand_ins.is_small(text) { Ok(text.to_owned()) } else { stand_ins.text(text, name) }
}

/// Plays the call over the invented answers, and puts down what it sends.
fn requests(tape: &Tape<'_>, cassette: &mut Cassette) -> Result<(), Stop> {
    let (sent, course) = again::play(tape.connector, cassette)?;
    let (twins, _) = again::play(tape.connector, cassette)?;
    let own: Vec<String> = tape.exchanges.iter().map(|recorded| again::outline(recorded.method.as_str(), recorded.url.as_str())).collect();
    let made: Vec<String> = sent.iter().map(|sent| again::outline(&sent.method, &sent.url)).collect();
    let differs = |what: String| {
        Stop::usage(format!("the recording does not replay, and nothing was written: {what}"))
            .help("the connector does something with an answer that invented values do not survive; write this cassette by hand")
    };
    let difference = own.iter().zip(&made).enumerate().find(|(_, (own, made))| own != made);
    if let Some((index, (own, made))) = difference {
        return Err(differs(format!("request {} was a {own}, and is a {made} over invented answers", index + 1)));
    }
    if own.len() != made.len() {
        let (own, made) = (counted(own.len(), "request"), made.len());
        return Err(differs(format!("the call sent {own}, and sends {made} over invented answers")));
    }
    let same = (&course.pages, course.fails) == (&tape.course.pages, tape.course.fails);
    if !same {
        let told = |course: &Course| match course.fails {
            Some(kind) => format!("failed with `{}` after {}", kind.name(), counted(course.pages.len(), "page")),
            None => format!("gave {} on {}", counted(course.pages.iter().sum(), "record"), counted(course.pages.len(), "page")),
        };
        return Err(differs(format!("the call {}; over invented answers it {}", told(&tape.course), told(&course))));
    }
    for (exchange, (sent, twin)) in cassette.exchanges.iter_mut().zip(sent.iter().zip(&twins)) {
        exchange.request = again::request(sent, twin)?;
    }
    Ok(())
}

/// Reads the text as `connc test` will, and plays it strictly.
fn played(tape: &Tape<'_>, name: &str, text: &str) -> Result<Vec<String>, Stop> {
    let mut sources = Sources::new(tape.loaded.name.as_str());
    let file = sources.add(Role::Cassette, format!("{name}.yaml"), text);
    let (cassette, diagnostics) = connc_compiler::cassette(&sources, file);
    let problems = match &cassette {
        Some(cassette) => crate::suite::problems(tape.connector, cassette),
        None => diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect(),
    };
    match problems.first() {
        None => Ok(cassette.map(|cassette| crate::suite::contradictions(tape.loaded, tape.connector, cassette)).unwrap_or_default()),
        Some(problem) => Err(Stop::usage(format!("the recording does not replay, and nothing was written: {problem}"))),
    }
}

/// A secret in the text would be a slip of ours: it is looked for all the same, as it stands and as URLs and Base64 have it.
fn leaks(account: &Account, text: &str) -> Result<(), Stop> {
    let secrets = account.secrets.iter().chain(&account.app_secrets).chain(&account.tokens);
    for (name, secret) in secrets.filter(|(_, secret)| secret.expose().len() >= 6) {
        let secret = secret.expose().as_str();
        let shows = text.contains(secret) || text.contains(&connc_expr::text::encode_query(secret));
        if shows {
            return Err(Stop::usage(format!("the recording would show the secret `{name}`, and nothing was written")));
        }
    }
    Ok(())
}

/// What was kept as it is, in words for a person who looks it through.
fn review(kept: &Kept) -> Vec<String> {
    let Kept { words, codes, members, renamed: _, headers, numbers } = kept;
    let mut lines: Vec<String> = [
        listed("words that the spec or the description has", words),
        listed("error codes", codes),
        listed("names of members, made of common words", members),
        listed("values of rate limit headers", headers),
    ]
    .into_iter()
    .flatten()
    .collect();
    if *numbers > 0 {
        lines.push(format!("{} of up to three digits, or that count", counted(*numbers, "number")));
    }
    lines
}

fn listed(what: &str, names: &BTreeSet<String>) -> Option<String> {
    const MOST: usize = 20;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > MOST { format!(" and {} more", names.len() - MOST) } else { String::new() };
    (!names.is_empty()).then(|| format!("{what}: {}{more}", shown.join(", ")))
}

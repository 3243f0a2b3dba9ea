//! What stands in a recording for what was recorded: an invented value of the same shape for everything, the same one wherever the same value
//! stands, unless a rule says that it tells nothing of anybody.

use std::collections::{BTreeSet, HashMap, HashSet};

use connc_plan::{Parameter, Type};
use connc_runtime::Error;
use jiff::SignedDuration;
use serde_json::Value;

use super::invent::Runs;
use super::json::Json;
use super::known::Known;
use super::{time, vocabulary};

/// Language tags and time zones: one is as good as another.
const LOCALES: &[&str] = &["de-AT", "fr-CA", "it-CH", "nl-BE", "pt-PT", "sv-FI", "da-DK", "es-MX"];
const ZONES: &[&str] = &["Europe/Vienna", "America/Toronto", "Asia/Tokyo", "Australia/Perth", "Africa/Accra", "Pacific/Auckland"];
const AREAS: &[&str] = &["Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];

/// A whole number of so many digits says how many, and not who.
const SMALL: usize = 3;

/// Values and what stands for them.
#[derive(Debug)]
pub(crate) struct StandIns {
    pub(crate) known: Known,
    pub(super) runs: Runs,
    /// By the whole recorded text.
    whole: HashMap<String, String>,
    pub(super) hosts: HashMap<String, String>,
    /// The local server that stood for the provider, and the host that it stood for.
    pub(super) local: Option<(String, String)>,
    /// Recorded texts of few digits: such a number is somebody's, not a count.
    small: HashSet<String>,
    /// How far people's points in time are moved, and how far those of the clock.
    moved: SignedDuration,
    clock: SignedDuration,
    pub(crate) kept: Kept,
}

/// What was kept as it is, for a person to look through.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) words: BTreeSet<String>,
    pub(crate) codes: BTreeSet<String>,
    /// Names of members that neither the spec nor the description knows, of common words.
    pub(crate) members: BTreeSet<String>,
    /// Stand-ins for names of members.
    pub(crate) renamed: BTreeSet<String>,
    pub(crate) headers: BTreeSet<String>,
    pub(crate) numbers: usize,
}

impl StandIns {
    pub(crate) fn new(known: Known, seed: u64, clock: SignedDuration) -> Result<Self, Error> {
        let mut runs = Runs::new(seed);
        // Up to two years away, and to any second of a day.
        let far = runs.below(2 * 365 * 86_400)?.saturating_add(30 * 86_400);
        let far = SignedDuration::from_secs(i64::try_from(far).unwrap_or_default());
        let moved = if runs.below(2)? == 0 { far } else { -far };
        let (whole, hosts) = (HashMap::new(), HashMap::new());
        Ok(Self { known, runs, whole, hosts, local: None, small: HashSet::new(), moved, clock, kept: Kept::default() })
    }

    /// Notes what was recorded, before anything is invented.
    pub(crate) fn see(&mut self, value: &Json) {
        match value {
            Json::Null | Json::Bool(_) => {}
            Json::Number(digits) => self.runs.avoid(digits),
            Json::Text(text) => self.see_text(text),
            Json::List(items) => items.iter().for_each(|item| self.see(item)),
            Json::Object(members) => members.iter().for_each(|(_, value)| self.see(value)),
        }
    }

    pub(crate) fn see_text(&mut self, text: &str) {
        self.runs.avoid(text);
        if text.len() <= SMALL && text.chars().all(|c| c.is_ascii_digit()) {
            self.small.insert(text.to_owned());
        }
    }

    /// What a customer or a deployment supplied; `tenant` where the base URL is made of it.
    pub(crate) fn parameter(&mut self, parameter: &Parameter, value: &Value, tenant: bool) -> Result<Value, Error> {
        let Value::String(text) = value else { return self.value(value, Some(&parameter.name)) };
        let made = match parameter.r#type {
            Type::Enum | Type::Boolean => return Ok(value.clone()),
            Type::Hostname => self.tenant_host(text, &parameter.within),
            Type::Url => {
                let host = text
                    .split_once("://")
                    .map_or(text.as_str(), |(_, rest)| rest)
                    .split(['/', '?', '#'])
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                let made = self.tenant_host(&host, &parameter.within);
                self.hosts.insert(host.to_lowercase(), made);
                self.link(text)?
            }
            Type::String if tenant && !text.is_empty() => "acme".to_owned(),
            Type::String | Type::Id | Type::Integer | Type::Number | Type::Timestamp | Type::Object | Type::Array | Type::File => {
                self.text(text, Some(&parameter.name))?
            }
        };
        if parameter.r#type == Type::Hostname {
            self.hosts.insert(text.to_lowercase(), made.clone());
        }
        self.whole.insert(text.clone(), made.clone());
        Ok(Value::from(made))
    }

    fn tenant_host(&self, host: &str, within: &[String]) -> String {
        let host = host.to_lowercase();
        let domain = within.iter().find(|domain| host.ends_with(&format!(".{domain}")));
        match domain {
            _ if within.contains(&host) => host,
            Some(domain) => format!("acme.{domain}"),
            None => "acme.example".to_owned(),
        }
    }

    /// Data as the command line gives it.
    pub(crate) fn value(&mut self, value: &Value, name: Option<&str>) -> Result<Value, Error> {
        let json = Json::parse(&value.to_string()).unwrap_or(Json::Null);
        Ok(serde_json::from_str(&self.json(&json, name)?.text()).unwrap_or_default())
    }

    /// A document; `name` is that of the member that it stands in.
    pub(crate) fn json(&mut self, value: &Json, name: Option<&str>) -> Result<Json, Error> {
        Ok(match value {
            Json::Null => Json::Null,
            Json::Bool(value) => Json::Bool(*value),
            Json::Number(digits) => Json::Number(self.number(digits, name)?),
            Json::Text(text) => Json::Text(self.text(text, name)?),
            Json::List(items) => Json::List(items.iter().map(|item| self.json(item, name)).collect::<Result<_, _>>()?),
            Json::Object(members) => {
                let names = self.members(members)?;
                let member = |((name, value), made): (&(String, Json), String)| Ok((made, self.json(value, Some(name))?));
                Json::Object(members.iter().zip(names).map(member).collect::<Result<_, Error>>()?)
            }
        })
    }

    /// A member's name: kept where the spec, the model or the description has it, or where it is made of common words that stand in no
    /// recorded value; any other may be somebody's, as in an object by email address.
    pub(crate) fn member(&mut self, name: &str) -> Result<String, Error> {
        if self.known.name(name) {
            return Ok(name.to_owned());
        }
        if vocabulary::names(name) && !self.runs.recorded(name) {
            self.kept.members.insert(name.to_owned());
            return Ok(name.to_owned());
        }
        let made = self.text(name, None)?;
        if made != name {
            self.kept.renamed.insert(made.clone());
        }
        Ok(made)
    }

    /// The names of an object's members. There are only so many languages to choose from: two members stay two.
    fn members(&mut self, members: &[(String, Json)]) -> Result<Vec<String>, Error> {
        let mut made: Vec<String> = Vec::with_capacity(members.len());
        let mut taken = HashMap::new();
        for (name, _) in members {
            let mut stand_in = self.member(name)?;
            while taken.get(&stand_in).is_some_and(|owner| owner != name) {
                stand_in.push('x');
            }
            taken.insert(stand_in.clone(), name.clone());
            made.push(stand_in);
        }
        Ok(made)
    }

    /// A text; `name` is that of the member that it stands in.
    pub(crate) fn text(&mut self, text: &str, name: Option<&str>) -> Result<String, Error> {
        if let Some(made) = self.whole.get(text) {
            return Ok(made.clone());
        }
        if text.is_empty() {
            return Ok(String::new());
        }
        if self.known.word(name, text) {
            self.kept.words.insert(text.to_owned());
            return Ok(text.to_owned());
        }
        if name.is_some_and(|name| self.known.code(name)) && self.known.error_code(text) {
            self.kept.codes.insert(text.to_owned());
            return Ok(text.to_owned());
        }
        if name.is_some_and(|name| self.known.ends(name))
            && let Some(made) = time::moved(text, self.clock)
        {
            return Ok(made);
        }
        let made = self.shaped(text)?;
        self.whole.insert(text.to_owned(), made.clone());
        Ok(made)
    }

    fn shaped(&mut self, text: &str) -> Result<String, Error> {
        if let Some(made) = self.timestamp(text)? {
            return Ok(made);
        }
        if is_locale(text) {
            let made = self.one_of(LOCALES, text)?;
            return Ok(if text.contains('_') { made.replace('-', "_") } else { made });
        }
        if text
            .split_once('/')
            .is_some_and(|(area, city)| AREAS.contains(&area) && city.chars().all(|c| c.is_ascii_alphabetic() || "_/".contains(c)))
        {
            return self.one_of(ZONES, text);
        }
        if !text.contains(char::is_whitespace) && !text.contains('<') {
            return self.token(text);
        }
        self.prose(text)
    }

    /// Text of several words, piece by piece; the names of HTML's elements stay.
    pub(crate) fn prose(&mut self, text: &str) -> Result<String, Error> {
        let delimits = |c: char| c.is_whitespace() || "<>\"'()[]{},;".contains(c);
        let mut out = String::with_capacity(text.len());
        let mut before = ' ';
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(delimits).unwrap_or(rest.len());
            let (piece, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            let word = piece.trim_matches(['/', '=', '!']);
            let markup = (before == '<' || piece.ends_with('=')) && Known::markup(word);
            if markup {
                out.push_str(piece);
            } else if !piece.is_empty() {
                let bare = piece.trim_end_matches(['.', ':', '!', '?']);
                out.push_str(&self.token(bare)?);
                out.push_str(piece.strip_prefix(bare).unwrap_or_default());
            }
            let mut characters = after.chars();
            if let Some(c) = characters.next() {
                out.push(c);
                before = c;
            }
            rest = characters.as_str();
        }
        Ok(out)
    }

    /// One piece of text without spaces.
    pub(super) fn token(&mut self, text: &str) -> Result<String, Error> {
        if let Some(made) = self.whole.get(text) {
            return Ok(made.clone());
        }
        if let Some(made) = self.timestamp(text)? {
            return Ok(made);
        }
        if text.starts_with("http://") || text.starts_with("https://") {
            return self.link(text);
        }
        if text.starts_with('/') && text.len() > 1 {
            return self.reference(text);
        }
        if is_uuid(text) {
            let run = self.runs.run(&text.replace('-', ""))?;
            let mut run = run.chars();
            return Ok(text.chars().map(|c| if c == '-' { c } else { run.next().unwrap_or('0') }).collect());
        }
        if let Some((local, host)) = text.rsplit_once('@').filter(|(local, host)| !local.is_empty() && is_host(host)) {
            return Ok(format!("{}@{}", self.runs.text(local)?, self.host(host)?));
        }
        if self.hosts.contains_key(&text.to_lowercase()) || (is_host(text) && self.known.domain(text).is_some()) {
            return self.host(text);
        }
        self.runs.text(text)
    }

    fn timestamp(&mut self, text: &str) -> Result<Option<String>, Error> {
        if time::is_day(text) {
            // A day alone is a birthday as often as not: each is moved by itself.
            let days = i64::try_from(self.runs.below(1400)?).unwrap_or_default().saturating_sub(700);
            let made = time::day(text, if days == 0 { 1 } else { days });
            if let Some(made) = &made {
                self.whole.insert(text.to_owned(), made.clone());
            }
            return Ok(made);
        }
        Ok(time::moved(text, self.moved))
    }

    fn one_of(&mut self, list: &[&str], not: &str) -> Result<String, Error> {
        let others: Vec<&&str> = list.iter().filter(|one| !one.eq_ignore_ascii_case(not)).collect();
        let index = self.runs.below(u64::try_from(others.len()).unwrap_or(1))?;
        Ok(usize::try_from(index).ok().and_then(|index| others.get(index)).map_or_else(|| "en-GB".to_owned(), |one| (**one).to_owned()))
    }

    /// A number with as many digits.
    pub(crate) fn number(&mut self, digits: &str, name: Option<&str>) -> Result<String, Error> {
        let (sign, own) = digits.strip_prefix('-').map_or(("", digits), |own| ("-", own));
        if !own.chars().all(|c| c.is_ascii_digit()) {
            let made: f64 = self.runs.text(own)?.parse().unwrap_or(1.5);
            // Written as it will be read, and never an exponent out of bounds.
            let made = Value::from(if made.is_finite() && made.abs() < 1e15 { made } else { 1.5 }).to_string();
            return Ok(format!("{sign}{made}"));
        }
        if own.len() <= SMALL && !self.small.contains(own) || name.is_some_and(|name| self.known.counts(name)) {
            self.kept.numbers += 1;
            return Ok(digits.to_owned());
        }
        let span = match name {
            Some(name) if self.known.ends(name) => Some(self.clock),
            Some(name) if is_time(name) => Some(self.moved),
            Some(_) | None => None,
        };
        if let Some(made) = span.and_then(|span| time::epoch(own, span)) {
            return Ok(made);
        }
        Ok(format!("{sign}{}", self.runs.run(own)?))
    }

    /// A whole number in a URL, which is text there.
    pub(super) fn is_small(&self, text: &str) -> bool {
        text.len() <= SMALL && text.chars().all(|c| c.is_ascii_digit()) && !self.small.contains(text)
    }

    pub(crate) fn clock_moved(&self, digits: &str) -> Option<String> {
        time::epoch(digits, self.clock).or_else(|| time::moved(digits, self.clock))
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

/// A name of at least two labels, the last of letters.
pub(super) fn is_host(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    let label = |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    labels.len() > 1
        && labels.iter().all(label)
        && labels.last().is_some_and(|last| last.len() > 1 && last.chars().all(|c| c.is_ascii_alphabetic()))
}

/// `en-GB`, `en_US`.
fn is_locale(text: &str) -> bool {
    let Some((language, region)) = text.split_once(['-', '_']) else { return false };
    language.len() == 2
        && region.len() == 2
        && language.chars().all(|c| c.is_ascii_lowercase())
        && region.chars().all(|c| c.is_ascii_uppercase())
}

/// Whether a member of this name may hold a point in time.
fn is_time(name: &str) -> bool {
    let name = name.to_lowercase();
    [
        "at",
        "on",
        "time",
        "date",
        "timestamp",
        "created",
        "updated",
        "modified",
        "expires",
        "since",
        "ts",
        "start",
        "end",
        "seen",
        "login",
        "reset",
    ]
    .iter()
    .any(|end| name.ends_with(end))
}

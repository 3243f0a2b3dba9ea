//! An answer: headers that a replay needs, and the body in its format.

use connc_plan::{RateUnit, RecordedResponse};
use connc_runtime::Error;
use connc_runtime::transport::{Heard, Recorded};

use super::json::Json;
use super::stand_in::StandIns;
use super::vocabulary::{CHARSETS, LIMITS, MEDIA};
use crate::error::Stop;

/// An answer as it was recorded.
pub(super) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Body,
    /// The local server's address, and the host that it stood for.
    local: Option<(String, String)>,
}

enum Body {
    Json(Json),
    /// JSON documents, one a line.
    Lines(Vec<Json>),
    /// Rows of values between commas, below a row of names.
    Csv(String),
    Text(String),
}

/// Takes the answers out of what was recorded; each must be whole.
pub(super) fn read(recorded: &[Recorded]) -> Result<Vec<Answer>, Stop> {
    if recorded.is_empty() {
        return Err(Stop::usage("the call sent nothing, so there is nothing to record"));
    }
    let one = |(index, recorded): (usize, &Recorded)| {
        let number = index + 1;
        let refused = |what: &str| Stop::usage(format!("answer {number} of the call {what}, which no recording can hold"));
        match &recorded.answer {
            Heard::Nothing => Err(refused("never came")),
            Heard::Failure(error) => Err(refused(&format!("did not come whole ({error})"))),
            Heard::Answer { cut: true, .. } => Err(refused("is too long")),
            Heard::Answer { whole: false, .. } => Err(refused("was not read to its end")),
            Heard::Answer { status, headers, body, .. } => {
                let own = std::str::from_utf8(body).map_err(|_| refused("is no text"))?;
                let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
                let headers: Vec<(String, String)> = headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
                let kind = headers.iter().find(|(name, _)| name == "content-type").map_or("", |(_, value)| value.as_str()).to_lowercase();
                let body = Body::read(own, &kind);
                let local = (recorded.target.authority() != recorded.url.authority())
                    .then(|| (recorded.target.authority().to_owned(), recorded.url.host_str().unwrap_or_default().to_owned()));
                Ok(Answer { status: status.as_u16(), headers, body, local })
            }
        }
    };
    recorded.iter().enumerate().map(one).collect()
}

impl Body {
    fn read(text: &str, kind: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}');
        if let Some(json) = Json::parse(text) {
            return Self::Json(json);
        }
        let lines: Option<Vec<Json>> = text.lines().filter(|line| !line.trim().is_empty()).map(Json::parse).collect();
        match lines {
            Some(lines) if lines.len() > 1 => Self::Lines(lines),
            Some(_) | None if kind.contains("csv") => Self::Csv(text.to_owned()),
            Some(_) | None => Self::Text(text.to_owned()),
        }
    }
}

impl Answer {
    /// Notes every value before any is invented.
    pub(super) fn see(&self, stand_ins: &mut StandIns) {
        match &self.body {
            Body::Json(json) => stand_ins.see(json),
            Body::Lines(lines) => lines.iter().for_each(|line| stand_ins.see(line)),
            Body::Csv(text) => stand_ins.see_text(text.split_once('\n').map_or("", |(_, rows)| rows)),
            Body::Text(text) => stand_ins.see_text(text),
        }
        self.headers.iter().for_each(|(_, value)| stand_ins.see_text(value));
    }

    /// The same answer with invented values.
    pub(super) fn harmless(&self, stand_ins: &mut StandIns) -> Result<RecordedResponse, Error> {
        stand_ins.local.clone_from(&self.local);
        let mut headers = Vec::new();
        for (name, value) in &self.headers {
            if let Some(value) = header(stand_ins, name, value)? {
                headers.push((name.clone(), value));
            }
        }
        let body = match &self.body {
            Body::Json(json) => stand_ins.json(json, None)?.text(),
            Body::Lines(lines) => {
                let lines: Vec<String> = lines.iter().map(|line| Ok(stand_ins.json(line, None)?.text())).collect::<Result<_, Error>>()?;
                lines.join("\n") + "\n"
            }
            Body::Csv(text) => {
                let (names, rows) = text.split_once('\n').unwrap_or((text, ""));
                let names: Vec<String> = names.split(',').map(|name| cell(stand_ins, name)).collect::<Result<_, _>>()?;
                format!("{}\n{}", names.join(","), stand_ins.prose(rows)?)
            }
            Body::Text(text) => stand_ins.prose(text)?,
        };
        Ok(RecordedResponse { status: self.status, headers, body, base64: false })
    }
}

/// A column's name is a member's name.
fn cell(stand_ins: &mut StandIns, text: &str) -> Result<String, Error> {
    let name = text.trim().trim_matches('"');
    Ok(if name.is_empty() { text.to_owned() } else { text.replace(name, &stand_ins.member(name)?) })
}

/// What a header's value becomes; none where a replay does not need the header. No cookie is written but one that the spec keeps.
fn header(stand_ins: &mut StandIns, name: &str, value: &str) -> Result<Option<String>, Error> {
    if name == "content-type" {
        return Ok(Some(media_type(value)));
    }
    if name == "set-cookie" {
        let pair = value.split(';').next().and_then(|pair| pair.split_once('='));
        let Some((cookie, value)) = pair.filter(|(cookie, _)| stand_ins.known.cookie(cookie.trim())) else { return Ok(None) };
        return Ok(Some(format!("{}={}", cookie.trim(), stand_ins.runs.text(value.trim())?)));
    }
    if let Some(unit) = stand_ins.known.limit(name) {
        return Ok(limit(stand_ins, name, value, unit));
    }
    if name == "link" {
        return stand_ins.link_header(value).map(Some);
    }
    if ["authorization", "cookie", "proxy-authorization"].contains(&name) {
        return Ok(None);
    }
    if name == "location" || stand_ins.known.header(name) {
        return stand_ins.text(value, Some(name)).map(Some);
    }
    Ok(None)
}

/// A number of a rate limit: kept, but for points in time, which move with the clock.
fn limit(stand_ins: &mut StandIns, name: &str, value: &str, unit: Option<RateUnit>) -> Option<String> {
    let epoch = match unit {
        Some(RateUnit::EpochSeconds | RateUnit::EpochMilliseconds | RateUnit::HttpDate | RateUnit::Timestamp) => true,
        Some(RateUnit::Count | RateUnit::DeltaSeconds | RateUnit::DeltaMilliseconds) => false,
        None => value.len() >= 10,
    };
    if epoch && let Some(moved) = stand_ins.clock_moved(value) {
        return Some(moved);
    }
    // Policies have names, which may be anybody's: only numbers, parameters and units are kept.
    let plain = value.len() <= 80 && value.chars().all(|c| c.is_ascii_alphanumeric() || "=;,/ \".:_-".contains(c));
    let known = |run: &str| run.len() <= 9 && run.chars().all(|c| c.is_ascii_digit()) || LIMITS.contains(&run.to_lowercase().as_str());
    let known = value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| !run.is_empty()).all(known);
    (plain && known).then(|| {
        stand_ins.kept.headers.insert(format!("{name}: {value}"));
        value.to_owned()
    })
}

/// The media type with its character set; other parameters may say anything, and so may the name of a type that is nobody's but the provider's.
fn media_type(value: &str) -> String {
    let mut parts = value.split(';');
    let kind = parts.next().unwrap_or_default().trim().to_lowercase();
    let kind = match kind.as_str() {
        known if MEDIA.contains(&known) => known,
        json if json.ends_with("+json") => "application/json",
        text if text.starts_with("text/") => "text/plain",
        _ => "application/octet-stream",
    };
    let set = parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    let set = set.map(|(_, set)| set.trim().trim_matches('"').to_lowercase()).filter(|set| CHARSETS.contains(&set.as_str()));
    set.map_or_else(|| kind.to_owned(), |set| format!("{kind}; charset={set}"))
}

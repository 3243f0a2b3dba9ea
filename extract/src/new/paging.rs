//! Guesses at how a list is paged, from the parameters that an operation takes and the fields that its answer has.

use serde_json::Value;

use super::draft::Paging;
use super::offers::Offer;
use super::schemas::Schemas;
use super::text::quoted;
use super::words::{member, plain};

/// What a style guesses from.
struct Evidence<'a> {
    /// Query parameters: as written, and in lower case without signs.
    parameters: Vec<(&'a str, String, &'a Value)>,
    /// Fields of the answer outside its records: path, plain path, schema.
    fields: Vec<(String, String, &'a Value)>,
    schemas: Schemas<'a>,
}

const SIZES: &[&str] = &[
    "limit",
    "perpage",
    "pagesize",
    "maxresults",
    "count",
    "top",
    "pagelimit",
    "size",
    "max",
    "resultsperpage",
    "take",
    "first",
    "itemsperpage",
    "num",
];
const TOKENS: &[&str] = &[
    "pagetoken",
    "cursor",
    "after",
    "pageafter",
    "nextpagetoken",
    "nexttoken",
    "next",
    "nextcursor",
    "startingafter",
    "pagecursor",
    "continuationtoken",
    "skiptoken",
    "endcursor",
    "aftercursor",
    "bookmark",
    "marker",
    "token",
    "starttoken",
];
/// Answer fields that hold a token: by the last words of their path.
const MARKS: &[&str] = &[
    "nextpagetoken",
    "nextcursor",
    "aftercursor",
    "nexttoken",
    "pagingnextafter",
    "nextafter",
    "endcursor",
    "continuationtoken",
    "cursorsafter",
    "nextmarker",
    "cursornext",
    "nextpagecursor",
    "cursor",
];
const URLS: &[&str] = &[
    "odatanextlink",
    "linksnext",
    "linksnexthref",
    "nexturl",
    "nextpageurl",
    "nextlink",
    "nextpage",
    "next",
    "pagingnextlink",
    "pagingnext",
    "nexthref",
    "paginationnext",
];
const MORE: &[&str] = &["hasmore", "hasnextpage", "morepages", "ismore", "hasnext", "more"];
const LAST: &[&str] = &["islast", "last", "islastpage", "lastpage"];

/// The guesses, the best first; the last is that there is one page.
pub(super) fn guesses(offer: &Offer, answer: &Value, items: &str, schemas: Schemas<'_>) -> Vec<Paging> {
    let evidence = Evidence::new(offer, answer, items, schemas);
    let mut found = Vec::new();
    let size = evidence.size();
    found.extend(evidence.cursor(size.as_ref()));
    found.extend(evidence.next_url(size.as_ref()));
    if offer.has_link {
        found.push(paging("style: link_header", size.as_ref(), "", "the Link header of the answer", &[]));
    }
    found.extend(evidence.keyset(size.as_ref()));
    found.extend(evidence.counter(size.as_ref()));
    // A list has no room for a token in its body.
    if items == "$"
        && !offer.has_link
        && let Some((name, _)) = evidence.parameter(&["after", "cursor", "pagetoken", "pageafter"])
    {
        let why = format!("`{name}`, which the body gives no value for");
        found.push(paging("style: link_header", size.as_ref(), "", &why, &[name]));
    }
    found.push(Paging {
        flow: "{ style: single }".to_owned(),
        why: "nothing suggests that it comes in pages".to_owned(),
        sets: Vec::new(),
    });
    found
}

impl<'a> Evidence<'a> {
    fn new(offer: &'a Offer, answer: &'a Value, items: &str, schemas: Schemas<'a>) -> Self {
        let parameters = offer.made.get("parameters").and_then(Value::as_object).into_iter().flatten();
        let parameters = parameters
            .filter(|(_, parameter)| parameter.get("in").and_then(Value::as_str) == Some("query"))
            .map(|(name, parameter)| (name.trim_end_matches("@query"), plain(name.trim_end_matches("@query")), parameter))
            .collect();
        let mut fields = Vec::new();
        collect(answer, "", "", items, 3, schemas, &mut fields);
        Self { parameters, fields, schemas }
    }

    fn parameter(&self, words: &[&str]) -> Option<(&'a str, &'a Value)> {
        let found = words.iter().find_map(|word| self.parameters.iter().find(|(_, plain, _)| plain == word))?;
        Some((found.0, found.2))
    }

    /// The answer's field whose path ends in one of the words, the best word first.
    fn field(&self, words: &[&str], fits: impl Fn(&'a Value) -> bool) -> Option<&str> {
        let ends = |path: &str, word: &str| path == word || (path.ends_with(word) && path.len() > word.len());
        let found = words.iter().find_map(|word| {
            let exact = self.fields.iter().find(|(_, plain, value)| plain == word && fits(value));
            exact.or_else(|| self.fields.iter().find(|(path, plain, value)| path.contains('.') && ends(plain, word) && fits(value)))
        })?;
        Some(&found.0)
    }

    /// The parameter for the number of records, with the greatest number that it takes.
    fn size(&self) -> Option<(&'a str, u64)> {
        let (name, parameter) = self.parameter(SIZES)?;
        let maximum = parameter
            .get("maximum")
            .and_then(|maximum| maximum.as_u64().or_else(|| maximum.as_f64().map(|number| number.max(0.0) as u64)))?;
        (1..=10_000).contains(&maximum).then_some((name, maximum))
    }

    fn is_text(&self, value: &'a Value) -> bool {
        let all = self.schemas.alternatives(value);
        all.is_empty() || self.schemas.is(value, "string") || self.schemas.is(value, "integer")
    }

    fn until(&self) -> String {
        let boolean = |value: &'a Value| self.schemas.is(value, "boolean");
        if let Some(more) = self.field(MORE, boolean) {
            return format!(", until: {}", quoted(&format!("{more} = false")));
        }
        self.field(LAST, boolean).map_or_else(String::new, |last| format!(", until: {}", quoted(&format!("{last} = true"))))
    }

    fn cursor(&self, size: Option<&(&str, u64)>) -> Option<Paging> {
        let (into, _) = self.parameter(TOKENS)?;
        let next = self.field(MARKS, |value| self.is_text(value))?;
        let style = format!("style: cursor, next: {}, into: {{ query: {} }}", quoted(next), quoted(into));
        Some(paging(&style, size, "", &format!("{} and `{into}`", shown(next)), &[into]))
    }

    fn next_url(&self, size: Option<&(&str, u64)>) -> Option<Paging> {
        // A number is a page's, not a URL.
        let next = self.field(URLS, |value| {
            !self.schemas.is(value, "integer") && (self.schemas.is(value, "string") || self.schemas.alternatives(value).is_empty())
        })?;
        let sets: Vec<&str> =
            self.parameter(TOKENS).map(|(name, _)| name).into_iter().chain(self.parameter(&["page"]).map(|(name, _)| name)).collect();
        Some(paging(&format!("style: next_url, next: {}", quoted(next)), size, "", &shown(next), &sets))
    }

    fn keyset(&self, size: Option<&(&str, u64)>) -> Option<Paging> {
        let (into, _) = self.parameter(&["startingafter", "sinceid", "afterid"])?;
        let until = self.until();
        Some(paging(&format!("style: keyset, next: id, into: {{ query: {} }}", quoted(into)), size, &until, &format!("`{into}`"), &[into]))
    }

    fn counter(&self, size: Option<&(&str, u64)>) -> Option<Paging> {
        let tries: [(&str, &[&str]); 3] = [
            ("offset", &["offset", "startat", "skip", "pageoffset", "start"]),
            ("start_index", &["startindex"]),
            ("page", &["page", "pagenumber", "pageno", "pagenum", "currentpage", "p"]),
        ];
        for (style, words) in tries {
            let Some((into, parameter)) = self.parameter(words) else { continue };
            let integer = self.schemas.is(parameter, "integer")
                || self.schemas.is(parameter, "number")
                || self.schemas.alternatives(parameter).is_empty();
            if !integer && !self.schemas.is(parameter, "string") {
                continue;
            }
            return Some(paging(
                &format!("style: {style}, into: {{ query: {} }}", quoted(into)),
                size,
                &self.until(),
                &format!("`{into}`"),
                &[into],
            ));
        }
        None
    }
}

/// A path in a comment.
fn shown(path: &str) -> String {
    format!("`{}`", path.replace('`', ""))
}

/// Fields of an answer that are no records, with what they may hold below.
fn collect<'a>(
    schema: &'a Value,
    path: &str,
    plain_path: &str,
    items: &str,
    depth: usize,
    schemas: Schemas<'a>,
    found: &mut Vec<(String, String, &'a Value)>,
) {
    if depth == 0 {
        return;
    }
    for (name, value) in schemas.members(schema) {
        let Some(own) = member(name) else { continue };
        let own = if path.is_empty() { own } else { format!("{path}.{own}") };
        if own == items || schemas.items(value).is_some() {
            continue;
        }
        let own_plain = format!("{plain_path}{}", plain(name));
        found.push((own.clone(), own_plain.clone(), value));
        collect(value, &own, &own_plain, items, depth - 1, schemas, found);
    }
}

fn paging(style: &str, size: Option<&(&str, u64)>, until: &str, why: &str, sets: &[&str]) -> Paging {
    let size_text = size.map_or_else(String::new, |(name, max)| format!(", size: {{ query: {}, max: {max} }}", quoted(name)));
    let sets = sets.iter().copied().chain(size.map(|(name, _)| *name)).map(ToOwned::to_owned).collect();
    Paging { flow: format!("{{ {style}{size_text}{until} }}"), why: format!("guessed from {why}"), sets }
}

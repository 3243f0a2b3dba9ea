//! The place of a value within a URL, and what it must hold there.

use super::Escape;
use super::escape::encode_path;

const NO_HOST: &str = "is no part of a host name";

/// A URL as it is put together from literals and values.
pub(super) struct Url {
    out: String,
    /// Where the part begins that a value stands in: a host, or a path segment.
    part: usize,
    /// What that part is.
    kind: Part,
    /// Whether it holds a value.
    held: bool,
    escape: Escape,
}

/// A part of a URL.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// What comes before `://`, or a path so far: only the next characters tell.
    Start,
    /// Between `://` and the path.
    Host,
    /// A path segment.
    Segment,
    /// From `?` or `#` on.
    Query,
}

impl Url {
    pub(super) fn new(escape: Escape) -> Self {
        Self { out: String::new(), part: 0, kind: Part::Start, held: false, escape }
    }

    pub(super) fn literal(&mut self, text: &str) -> Result<(), &'static str> {
        for character in text.chars() {
            let ends = match self.kind {
                Part::Query => false,
                Part::Start | Part::Host | Part::Segment => matches!(character, '/' | '\\' | '?' | '#'),
            };
            if !ends {
                self.out.push(character);
                continue;
            }
            let authority = self.kind == Part::Segment && self.is_before_host();
            self.check()?;
            // The URL that a template begins with may end in a slash; the path that follows brings its own.
            if !(character == '/' && self.escape == Escape::Base && self.held && self.kind == Part::Start && self.out.ends_with('/')) {
                self.out.push(character);
            }
            self.held = false;
            self.part = self.out.len();
            self.kind = match character {
                '?' | '#' => Part::Query,
                _ if authority => Part::Host,
                _ => Part::Segment,
            };
        }
        Ok(())
    }

    pub(super) fn value(&mut self, value: &str) -> Result<(), &'static str> {
        match self.kind {
            Part::Start if self.out.is_empty() && self.escape == Escape::Base => self.out.push_str(whole_url(value)?),
            // Whether the labels are whole shows only at the end of the host; what could end the host early shows now.
            Part::Host if self.escape == Escape::Base => {
                let fits = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
                self.out.push_str(if fits { value } else { return Err(NO_HOST) });
            }
            Part::Start if self.escape == Escape::Path && !self.out.contains(':') => self.segment(value)?,
            Part::Segment if self.out.contains(':') && self.is_before_host() => return Err("stands where the host of a URL is"),
            Part::Start | Part::Host => return Err("stands where the scheme or host of a URL is"),
            Part::Segment => self.segment(value)?,
            Part::Query => self.out.push_str(&encode_path(value)),
        }
        self.held = true;
        Ok(())
    }

    /// Whether one more slash begins a host: it does after `scheme:/`, and after `/` at the very beginning. URL parsers take `\` for `/`.
    fn is_before_host(&self) -> bool {
        let before = self.out.replace('\\', "/");
        before == "/" || before.strip_suffix(":/").is_some_and(|scheme| !scheme.contains('/'))
    }

    fn segment(&mut self, value: &str) -> Result<(), &'static str> {
        if value.is_empty() {
            return Err("is empty, and would leave out a part of the path");
        }
        self.out.push_str(&encode_path(value));
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<String, &'static str> {
        self.check()?;
        if self.kind == Part::Start && self.escape == Escape::Base && self.held {
            self.out.truncate(self.out.trim_end_matches('/').len());
        }
        Ok(self.out)
    }

    /// Checks a part that holds a value, once it is whole.
    fn check(&self) -> Result<(), &'static str> {
        if !self.held {
            return Ok(());
        }
        let part = self.out.get(self.part..).unwrap_or_default();
        match self.kind {
            Part::Host => check_host(part.split(':').next().unwrap_or_default()),
            Part::Segment => check_segment(part),
            Part::Start if self.escape == Escape::Path => check_segment(part),
            Part::Start | Part::Query => Ok(()),
        }
    }
}

/// Refuses a segment that a URL parser resolves away. It does so with `%2e` as with `.`.
fn check_segment(segment: &str) -> Result<(), &'static str> {
    match segment.to_ascii_lowercase().replace("%2e", ".").as_str() {
        "." | ".." => Err("would leave its place in the path"),
        _ => Ok(()),
    }
}

/// Refuses what is no host name.
pub(super) fn check_host(host: &str) -> Result<(), &'static str> {
    let fits = |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if host.split('.').all(fits) { Ok(()) } else { Err(NO_HOST) }
}

/// A value that is an absolute URL: a scheme, a host, perhaps a port and a path.
fn whole_url(value: &str) -> Result<&str, &'static str> {
    const WRONG: &str = "is no absolute URL without credentials, query and fragment";
    let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://")).ok_or(WRONG)?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = authority.split_once(':').unwrap_or((authority, "0"));
    check_host(host).map_err(|_| WRONG)?;
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/' | b'%');
    if port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) || !path.bytes().all(kept) {
        return Err(WRONG);
    }
    path.split('/').try_for_each(check_segment)?;
    Ok(value)
}

//! A JSON document on each line.

use connc_plan::ErrorKind;
use serde_json::value::RawValue;

use crate::Error;

/// The documents as one list, each digit for digit. Empty lines are passed over; a last line that breaks off is an error.
pub(super) fn list(text: &str) -> Result<String, Error> {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('[');
    let ends = text.ends_with('\n');
    let mut lines = text.lines().enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let last = lines.peek().is_none() && !ends;
        let broken = || {
            let what = if last { "the last line of the answer breaks off" } else { "a line of the answer is no JSON document" };
            Error::new(ErrorKind::Provider, format!("{what}: line {}", index + 1))
        };
        let document: &RawValue = serde_json::from_str(line).map_err(|_| broken())?;
        // Of a bare number without an end of line nobody knows whether digits are missing.
        if last && !matches!(document.get().as_bytes().first(), Some(b'{' | b'[' | b'"')) {
            return Err(broken());
        }
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(document.get());
    }
    out.push(']');
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn nothing_is_lost() {
        assert_eq!(list("{\"id\": 12345678901234567890}\r\n\n{\"id\": 2}").unwrap(), "[{\"id\": 12345678901234567890},{\"id\": 2}]");
        assert_eq!(list("").unwrap(), "[]");
        assert_eq!(list("1\n2\n").unwrap(), "[1,2]");
        for (text, message) in [
            ("{\"id\": 1}\n{\"id\": ", "the last line of the answer breaks off: line 2"),
            ("{\"id\": 1}\n{\"id\": \n{}", "a line of the answer is no JSON document: line 2"),
            ("1\n2", "the last line of the answer breaks off: line 2"),
            ("{} {}\n", "a line of the answer is no JSON document: line 1"),
            ("{},\n{}\n", "a line of the answer is no JSON document: line 1"),
        ] {
            assert_eq!(list(text).unwrap_err().message, message);
        }
    }
}

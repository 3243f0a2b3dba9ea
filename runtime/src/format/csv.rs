//! Comma-separated values (RFC 4180) under a row of names. By hand, because what breaks off inside quotes must not pass for a value.

use connc_plan::ErrorKind;
use serde_json::{Map, Value};

use crate::Error;

/// The rows below the first as a list of objects of texts.
pub(super) fn list(text: &str) -> Result<String, Error> {
    let mut rows = Rows { rest: text, row: 0 };
    let Some(names) = rows.next().transpose()? else { return Err(wrong("the answer is empty, where a row of names was due")) };
    for (index, name) in names.iter().enumerate() {
        if name.is_empty() {
            return Err(wrong(format!("column {} of the answer has no name", index + 1)));
        }
        if names.iter().take(index).any(|other| other == name) {
            return Err(wrong(format!("two columns of the answer are called `{name}`")));
        }
    }
    let mut objects = Vec::new();
    while let Some(row) = rows.next() {
        let row = row?;
        if row.len() != names.len() {
            let (number, found, due) = (rows.row, row.len(), names.len());
            return Err(wrong(format!("row {number} of the answer has {found} values, and the first has {due} names")));
        }
        objects.push(Value::Object(names.iter().cloned().zip(row.into_iter().map(Value::String)).collect::<Map<_, _>>()));
    }
    Ok(Value::Array(objects).to_string())
}

fn wrong(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Provider, message)
}

/// The rows that are still to be read.
struct Rows<'a> {
    rest: &'a str,
    row: usize,
}

impl Iterator for Rows<'_> {
    type Item = Result<Vec<String>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        (!self.rest.is_empty()).then(|| {
            self.row += 1;
            let mut values = Vec::new();
            loop {
                let (value, more) = self.value()?;
                values.push(value);
                if !more {
                    return Ok(values);
                }
            }
        })
    }
}

impl Rows<'_> {
    /// One value, and whether another follows it in the row.
    fn value(&mut self) -> Result<(String, bool), Error> {
        let value = match self.rest.strip_prefix('"') {
            Some(inner) => self.quoted(inner)?,
            None => {
                let end = self.rest.find([',', '\r', '\n', '"']).unwrap_or(self.rest.len());
                let (value, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
                self.rest = rest;
                value.to_owned()
            }
        };
        let ends = ["\r\n", "\n", "\r"].iter().find_map(|end| self.rest.strip_prefix(end));
        if let Some(rest) = self.rest.strip_prefix(',') {
            self.rest = rest;
            return Ok((value, true));
        }
        match ends {
            Some(rest) => self.rest = rest,
            None if self.rest.is_empty() => {}
            None => return Err(wrong(format!("row {} of the answer has a quotation mark where none can stand", self.row))),
        }
        Ok((value, false))
    }

    /// What stands between quotes; two in it are one.
    fn quoted(&mut self, mut inner: &str) -> Result<String, Error> {
        let mut value = String::new();
        while let Some((before, after)) = inner.split_once('"') {
            value.push_str(before);
            match after.strip_prefix('"') {
                Some(after) => {
                    value.push('"');
                    inner = after;
                }
                None => {
                    // The borrow of the whole text goes on: only where it stands has changed.
                    let read = self.rest.len() - after.len();
                    self.rest = self.rest.get(read..).unwrap_or_default();
                    return Ok(value);
                }
            }
        }
        Err(wrong(format!("the answer breaks off inside a quoted value of row {}", self.row)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::list;

    fn read(text: &str) -> Result<Value, String> {
        list(text).map(|text| serde_json::from_str(&text).unwrap()).map_err(|error| error.message.clone())
    }

    #[test]
    fn rows_become_objects_of_texts() {
        let text = "id,name,\"a \"\"note\"\"\"\r\n007,\"Ada, Countess\",\"line\r\nbreak\"\n8,,x";
        let expected =
            json!([{ "id": "007", "name": "Ada, Countess", "a \"note\"": "line\r\nbreak" }, { "id": "8", "name": "", "a \"note\"": "x" }]);
        assert_eq!(read(text), Ok(expected));
        assert_eq!(read("id,é\r\n"), Ok(json!([])));
        assert_eq!(read("id\n\"\"\n"), Ok(json!([{ "id": "" }])));
    }

    #[test]
    fn what_is_wrong_names_its_row() {
        for (text, message) in [
            ("", "the answer is empty, where a row of names was due"),
            ("a,b\n1,2\n3", "row 3 of the answer has 1 values, and the first has 2 names"),
            ("a\n1,2\n", "row 2 of the answer has 2 values, and the first has 1 names"),
            ("a,,b\n", "column 2 of the answer has no name"),
            ("a,b,a\n", "two columns of the answer are called `a`"),
            ("a\n\"1", "the answer breaks off inside a quoted value of row 2"),
            ("a\n\"1\"2\n", "row 2 of the answer has a quotation mark where none can stand"),
            ("a\n1\"2\n", "row 2 of the answer has a quotation mark where none can stand"),
        ] {
            assert_eq!(read(text), Err(message.to_owned()), "{text}");
        }
    }
}

//! `multipart/form-data` (RFC 7578): parts from data, and files that are read while they are sent.

use serde_json::Value;

use crate::content::Content;
use crate::{Error, File, file, form};

/// The parts, and the media type with its boundary. A value that is none gives no part.
pub(crate) fn body(parts: &[(String, Value)], files: &[File], boundary: &str) -> Result<(Content, String), Error> {
    let mut content = Content::default();
    for (name, value) in parts {
        match value {
            // Several values of one name are several parts (section 4.3).
            Value::Array(items) => items.iter().try_for_each(|item| part(&mut content, name, item, files, boundary))?,
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => part(&mut content, name, value, files, boundary)?,
        }
    }
    content.push(format!("--{boundary}--\r\n"));
    Ok((content, format!("multipart/form-data; boundary={boundary}")))
}

fn part(content: &mut Content, name: &str, value: &Value, files: &[File], boundary: &str) -> Result<(), Error> {
    let name = escaped(name);
    if let Some(file) = file::of(files, value) {
        let kind = file.media_type();
        if !file.has_media_type() {
            let message = format!("the file `{}` is given as `{}`", file.name(), kind.escape_debug());
            return Err(Error::invalid(format!("{message}, which is no media type such as `text/plain`")));
        }
        let head = format!("form-data; name=\"{name}\"; filename=\"{}\"\r\ncontent-type: {kind}", escaped(file.name()));
        content.push(format!("--{boundary}\r\ncontent-disposition: {head}\r\n\r\n"));
        content.push_file(file);
    } else {
        let (kind, text) = match form::text(value) {
            Some(text) => ("", text),
            None => ("\r\ncontent-type: application/json", value.to_string()),
        };
        content.push(format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"{kind}\r\n\r\n{text}"));
    }
    content.push("\r\n");
    Ok(())
}

/// A name between quotes, as the WHATWG's multipart encoding has it (RFC 7578, section 4.2, lets names be UTF-8 and percent-encoded).
fn escaped(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::body;
    use crate::{File, file};

    #[test]
    fn parts_stay_within_their_boundaries() {
        let files = [File::bytes("a \"b\"\r\nx: y.txt", "one\ntwo").content_type("text/plain")];
        let parts = [
            ("t".to_owned(), json!("héllo")),
            ("n\"\r\n".to_owned(), json!([1, true])),
            ("o".to_owned(), json!({ "a": [1] })),
            ("none".to_owned(), json!(null)),
            ("f".to_owned(), file::handle(0, &files[0])),
        ];
        let (content, kind) = body(&parts, &files, "B").unwrap();
        assert_eq!(kind, "multipart/form-data; boundary=B");
        let text = String::from_utf8(content.bytes().unwrap().to_vec()).unwrap();
        let expected = "--B\ncontent-disposition: form-data; name=\"t\"\n\nhéllo\n\
            --B\ncontent-disposition: form-data; name=\"n%22%0D%0A\"\n\n1\n\
            --B\ncontent-disposition: form-data; name=\"n%22%0D%0A\"\n\ntrue\n\
            --B\ncontent-disposition: form-data; name=\"o\"\ncontent-type: application/json\n\n{\"a\":[1]}\n\
            --B\ncontent-disposition: form-data; name=\"f\"; filename=\"a %22b%22%0D%0Ax: y.txt\"\ncontent-type: text/plain\n\n";
        assert_eq!(text, format!("{}one\ntwo\r\n--B--\r\n", expected.replace('\n', "\r\n")));
        for kind in ["a/b\r\nc", "", "bogus", "text/", "a/b/c", "a b/c"] {
            let files = [File::bytes("a", "b").content_type(kind)];
            assert!(body(&[("f".to_owned(), file::handle(0, &files[0]))], &files, "B").is_err());
        }
    }
}

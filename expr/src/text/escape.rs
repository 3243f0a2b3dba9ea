//! Encoding of a value for each place.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but RFC 3986's unreserved characters (section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A path segment (RFC 3986, section 3.3) that holds this text and nothing else. It says nothing about `.` and `..`, which URL parsers
/// resolve however they are encoded.
#[must_use]
pub fn encode_path(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// A name or value of a query (RFC 3986, section 3.4), a space as `%20`.
#[must_use]
pub fn encode_query(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// A name or value of a form, as the WHATWG URL standard serialises `application/x-www-form-urlencoded`.
#[must_use]
pub fn encode_form(text: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_').remove(b' ');
    utf8_percent_encode(text, KEPT).to_string().replace(' ', "+")
}

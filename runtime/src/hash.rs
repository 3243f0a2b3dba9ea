//! SHA-256 and the text forms of bytes.

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use ring::digest::{Context, SHA256, digest};

/// So many bytes of a text are glanced at.
const GLANCED: usize = 512;

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(digest(&SHA256, bytes).as_ref()) {
        *to = *from;
    }
    out
}

/// Lowercase hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

/// The first half of the SHA-256 of texts in hexadecimal: enough to tell pages and tokens apart.
pub(crate) fn short<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut context = Context::new(&SHA256);
    for text in texts {
        context.update(text.as_bytes());
        context.update(b",");
    }
    let mut hex = hex(context.finish().as_ref());
    hex.truncate(32);
    hex
}

/// What tells most lists of texts apart without reading them: how many and how long they are, and how they begin and end.
/// Lists that are the same have the same.
pub(crate) fn glance<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> u64 {
    let (count, length) = texts.clone().fold((0_u64, 0_u64), |(count, length), text| (count + 1, length.wrapping_add(text.len() as u64)));
    let mut context = Context::new(&SHA256);
    for number in [count, length] {
        context.update(&number.to_le_bytes());
    }
    for text in texts.clone().next().into_iter().chain(texts.last()) {
        let bytes = text.as_bytes();
        context.update(bytes.get(..GLANCED).unwrap_or(bytes));
    }
    context.finish().as_ref().first_chunk().copied().map_or(0, u64::from_le_bytes)
}

/// Base64url without padding (RFC 4648, section 5).
pub(crate) fn base64url(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// The bytes of [`base64url`] text; none where it is something else.
pub(crate) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(text.as_bytes()).ok()
}

/// The text that a header with HTTP Basic (RFC 7617) holds, as `Basic base64(user:password)`; none where it is no such header.
pub(crate) fn legible_basic(header: &str) -> Option<String> {
    let bytes = BASE64.decode(header.strip_prefix("Basic ")?.as_bytes()).ok()?;
    Some(format!("Basic base64({})", String::from_utf8(bytes).ok()?))
}

#[cfg(test)]
mod tests {
    use super::{base64url, from_base64url, glance, short};

    #[test]
    fn pages_that_differ_are_told_apart() {
        let pages: [&[&str]; 6] = [&[], &["a"], &["b"], &["a", "b"], &["a", "bc"], &["a", "x", "b"]];
        for (at, one) in pages.iter().enumerate() {
            let of = |page: &[&'static str]| (glance(page.iter().copied()), short(page.iter().copied()));
            assert!(of(one) == of(one));
            assert!(pages.iter().skip(at + 1).all(|other| of(one).0 != of(other).0 && of(one).1 != of(other).1));
        }
        // A glance does not see everything, and a look does.
        assert_eq!(glance(["a", "x", "b"].into_iter()), glance(["a", "y", "b"].into_iter()));
        assert_ne!(short(["a", "x", "b"]), short(["a", "y", "b"]));
    }

    #[test]
    fn base64url_there_and_back() {
        for length in 0..70_u8 {
            let bytes: Vec<u8> = (0..length).map(|n| n.wrapping_mul(37)).collect();
            assert_eq!(from_base64url(&base64url(&bytes)), Some(bytes));
        }
        assert_eq!(base64url(b"\xfb\xff"), "-_8");
        for text in ["a", "-_9", "a=", "a b"] {
            assert_eq!(from_base64url(text), None, "{text}");
        }
    }
}

//! SHA-256 and the text forms of bytes.

use ring::digest::{Context, SHA256, digest};

const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

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
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first half of the SHA-256 of texts in hexadecimal: enough to tell pages and tokens apart.
pub(crate) fn short(texts: &[&str]) -> String {
    let mut context = Context::new(&SHA256);
    for text in texts {
        context.update(text.as_bytes());
        context.update(b",");
    }
    let mut hex = hex(context.finish().as_ref());
    hex.truncate(32);
    hex
}

/// Base64url without padding (RFC 4648, section 5).
pub(crate) fn base64url(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for position in 0..=chunk.len() {
            let index = (bits >> (18 - 6 * position)) & 63;
            out.extend(URL_SAFE.get(index as usize).map(|byte| char::from(*byte)));
        }
    }
    out
}

/// The bytes of [`base64url`] text; none where it is something else.
pub(crate) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for chunk in text.as_bytes().chunks(4) {
        if chunk.len() == 1 {
            return None;
        }
        let mut bits = 0_u32;
        for byte in chunk {
            bits = bits << 6 | u32::try_from(URL_SAFE.iter().position(|known| known == byte)?).ok()?;
        }
        bits <<= 6 * (4 - chunk.len());
        let bytes = bits.to_be_bytes();
        out.extend(bytes.iter().skip(1).take(chunk.len() - 1));
        // Bits beyond the last byte must be zero, or two texts would mean the same bytes.
        if bytes.iter().skip(chunk.len()).any(|byte| *byte != 0) {
            return None;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{base64url, from_base64url};

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

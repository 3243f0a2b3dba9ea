//! Signatures that are another each time, and so can stand in no snapshot: what is signed still does.

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

/// The text with a word in the place of each such signature of a JSON Web Token.
pub(super) fn steady(text: &str) -> String {
    let between = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(between) {
        let token = piece.trim_end_matches(between);
        match signed(token) {
            Some(signed) => {
                out.push_str(signed);
                out.push_str(".{{ signature }}");
            }
            None => out.push_str(token),
        }
        out.push_str(piece.strip_prefix(token).unwrap_or_default());
    }
    out
}

/// Header and claims of a token whose signature has a random part, as those over elliptic curves do (RFC 7518, section 3.4).
fn signed(token: &str) -> Option<&str> {
    let (signed, _) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let header: Value = serde_json::from_slice(&BASE64URL_NOPAD.decode(header.as_bytes()).ok()?).ok()?;
    let random = header.get("alg")?.as_str()?.starts_with("ES");
    (random && !claims.contains('.')).then_some(signed)
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64URL_NOPAD;

    use super::steady;

    #[test]
    fn signatures_with_a_random_part_are_left_out() {
        let token = |alg: &str| format!("{}.e30", BASE64URL_NOPAD.encode(format!(r#"{{"alg":"{alg}"}}"#).as_bytes()));
        let (random, same) = (token("ES256"), token("RS256"));
        let text = format!("a=1&assertion={random}.c2lnLQ&b={same}.c2ln&url=api.harbour.example\n");
        assert_eq!(steady(&text), format!("a=1&assertion={random}.{{{{ signature }}}}&b={same}.c2ln&url=api.harbour.example\n"));
    }
}

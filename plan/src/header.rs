//! What headers and cookies may be called, and the headers that are no connector's to set.

/// Headers that frame a message, name its connection, or say where it goes: the transport's own (RFC 9110, section 7; RFC 9112, section 6).
/// Whoever sets them can smuggle a second request, or turn the first away from the host that was checked.
const FRAMING: &[&str] =
    &["accept-encoding", "connection", "content-length", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/// What the names of headers for proxies begin with: they are no origin's, and not sent to one.
const PROXY: &str = "proxy-";

/// Whether a text is a token (RFC 9110, section 5.6.2), as the names of headers and cookies are.
#[must_use]
pub fn is_token(name: &str) -> bool {
    let special = |byte: u8| b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || special(byte))
}

/// Whether a header is the transport's to set, and nobody else's.
#[must_use]
pub fn is_framing(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    FRAMING.contains(&name.as_str()) || name.starts_with(PROXY)
}

/// Whether a header holds cookies, which are put together of those that auth names.
#[must_use]
pub fn is_cookie(name: &str) -> bool {
    name.eq_ignore_ascii_case("cookie")
}

/// Whether a connector may put a header of this name on its requests.
#[must_use]
pub fn is_free(name: &str) -> bool {
    is_token(name) && !is_framing(name) && !is_cookie(name)
}

#[cfg(test)]
mod tests {
    use super::{is_framing, is_token};

    #[test]
    fn names_are_tokens() {
        for name in ["X-Api-Key", "x_y", "!#$%&'*+-.^_`|~", "0"] {
            assert!(is_token(name), "{name}");
        }
        for name in ["", "X Y", "Q:Z", "a;b=c", "a\r\nb", "größe", "a/b", "a\"b", "(a)"] {
            assert!(!is_token(name), "{name}");
        }
    }

    #[test]
    fn framing_is_known_in_any_case() {
        for name in ["Host", "CONTENT-LENGTH", "te", "Proxy-Authorization", "proxy-connection"] {
            assert!(is_framing(name), "{name}");
        }
        for name in ["Content-Type", "X-Host", "Test", "Authorization", "Cookie", "Proxy"] {
            assert!(!is_framing(name), "{name}");
        }
    }
}

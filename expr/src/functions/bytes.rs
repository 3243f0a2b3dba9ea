//! Bytes that travel between functions, as text that nobody else can make and that no result may hold.
//!
//! JSON has no bytes. So they are text that begins with a mark: a control character that JSON leaves as it is, and randomness of this process.
//! Data cannot hold it, an expression cannot write it, and the writer of results refuses it.

use std::borrow::Cow;
use std::sync::OnceLock;

use data_encoding::HEXLOWER;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::Value;

/// What the mark begins with. The writer of results looks for it where it meets a control character, which is seldom.
const START: &str = "\u{7f}bytes ";

/// The mark; none where the system has no randomness.
fn mark() -> Option<&'static str> {
    static MARK: OnceLock<Option<String>> = OnceLock::new();
    let made = || {
        let mut random = [0; 16];
        SystemRandom::new().fill(&mut random).ok()?;
        Some(format!("{START}{} ", HEXLOWER.encode(&random)))
    };
    MARK.get_or_init(made).as_deref()
}

/// Whether text from here on is bytes.
pub(crate) fn is_mark(text: &str) -> bool {
    text.starts_with(START) && mark().is_some_and(|mark| text.starts_with(mark))
}

/// Bytes as a value for the next function.
pub(super) fn wrap(bytes: &[u8]) -> Result<Option<Value>, String> {
    let mark = mark().ok_or("the system has no secure randomness")?;
    Ok(Some(format!("{mark}{}", HEXLOWER.encode(bytes)).into()))
}

/// The bytes of an argument, or of its text's UTF-8. `name` says in an error which argument it is.
pub(super) fn of<'a>(arguments: &'a [Option<Value>], index: usize, name: &str) -> Result<Cow<'a, [u8]>, String> {
    let text = match arguments.get(index) {
        Some(Some(Value::String(text))) => text,
        Some(Some(_)) => return Err(format!("the {name} is neither text nor bytes")),
        Some(None) | None => return Err(format!("the {name} is absent")),
    };
    match mark().and_then(|mark| text.strip_prefix(mark)) {
        Some(hex) => HEXLOWER.decode(hex.as_bytes()).map(Cow::Owned).map_err(|_| "the bytes were altered".to_owned()),
        None => Ok(Cow::Borrowed(text.as_bytes())),
    }
}

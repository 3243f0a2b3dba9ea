//! Numbers as the engine has them: doubles, but for integers that a double cannot hold, which are their digits.

use crate::tape::Unsure;

/// The number, read as the engine reads it.
pub(super) fn double(token: &str) -> Result<f64, Unsure> {
    serde_json::from_str(token).map_err(|_| Unsure)
}

/// Appends a number in the one spelling that records have: the engine's text, read and written by `serde_json`.
pub(super) fn push(out: &mut String, value: f64) -> Result<(), Unsure> {
    let mut text = String::new();
    crate::jlens::push_number(&mut text, value);
    let number: serde_json::Number = serde_json::from_str(&text).map_err(|_| Unsure)?;
    out.push_str(&number.to_string());
    Ok(())
}

//! What is made for one call, and shown nowhere.

use connc_plan::{Data, Fresh};
use serde_json::{Map, Value};

use crate::Error;
use crate::context::Context;
use crate::redact::{braced, marker};

/// The characters of a password: 64 of them, so that six random bits choose one. They need no escaping in JSON, forms or URLs.
const CHARACTERS: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

/// 24 characters of 64: 144 bits.
const LENGTH: usize = 24;

/// An object that something fresh is made for; none where the data holds nothing of the kind. A call that is only shown gets words in
/// its place.
pub(crate) fn made(context: &Context, data: &Data, shown: bool) -> Result<Option<Value>, Error> {
    let Data::Object(members) = data else { return Ok(None) };
    let mut object = Map::new();
    for (name, member) in members {
        let Data::Fresh(fresh) = member else { return Ok(None) };
        let path = format!("fresh.{}", fresh.name());
        let text = match fresh {
            Fresh::Password if shown => marker(&path),
            Fresh::Password => password(&|bytes| context.parts().random.fill(bytes))?,
        };
        if !shown {
            context.hide(&braced(&path), &text);
        }
        object.insert(name.clone(), Value::String(text));
    }
    Ok((!object.is_empty()).then_some(Value::Object(object)))
}

/// A password that has a character of each kind. Drawing it anew until it does leaves all such passwords equally likely.
fn password(fill: &dyn Fn(&mut [u8]) -> Result<(), Error>) -> Result<String, Error> {
    let mut bytes = [0; LENGTH];
    loop {
        fill(&mut bytes)?;
        let text: String = bytes.iter().filter_map(|byte| CHARACTERS.get(usize::from(byte % 64))).copied().map(char::from).collect();
        let has = |kind: fn(&u8) -> bool| text.as_bytes().iter().any(kind);
        let signs = text.contains(['-', '_']);
        if has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit) && signs {
            return Ok(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LENGTH, password};
    use crate::{Random, ReplayRandom};

    #[test]
    fn passwords_have_each_kind_and_differ() {
        let random = ReplayRandom::new(3);
        let made: Vec<String> = (0..200).map(|_| password(&|bytes| random.fill(bytes)).unwrap()).collect();
        for (index, password) in made.iter().enumerate() {
            assert_eq!(password.len(), LENGTH);
            for kind in [char::is_lowercase as fn(char) -> bool, char::is_uppercase, |c| c.is_ascii_digit(), |c| "-_".contains(c)] {
                assert!(password.contains(kind), "{password}");
            }
            assert!(!made[..index].contains(password));
        }
    }
}

//! Stand-ins for runs of letters and digits: as long, of the same kinds of characters, and the same run gets the same one everywhere.

use std::collections::{HashMap, HashSet};

use connc_runtime::{Error, Random as _, ReplayRandom};

/// Runs and what stands for them.
#[derive(Debug)]
pub(crate) struct Runs {
    random: ReplayRandom,
    /// By the run in lower case.
    known: HashMap<String, String>,
    taken: HashSet<String>,
    /// Runs of what was recorded, which no stand-in may be.
    avoid: HashSet<String>,
}

/// How often a stand-in that is taken already is tried again: of one letter there are only so many.
const TRIES: usize = 64;

impl Runs {
    /// Stand-ins that nobody can guess without the seed, which is written nowhere.
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: ReplayRandom::new(seed), known: HashMap::new(), taken: HashSet::new(), avoid: HashSet::new() }
    }

    /// Notes the runs of a recorded text.
    pub(crate) fn avoid(&mut self, text: &str) {
        self.avoid.extend(text.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty()).map(str::to_lowercase));
    }

    /// Whether a longer word of the text was recorded as somebody's data.
    pub(crate) fn recorded(&self, text: &str) -> bool {
        text.split(|c: char| !c.is_alphanumeric()).any(|run| run.len() > 2 && self.avoid.contains(&run.to_lowercase()))
    }

    /// The text with each run of letters and digits replaced, and everything between them as it is.
    pub(crate) fn text(&mut self, text: &str) -> Result<String, Error> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(|c: char| c.is_alphanumeric()).unwrap_or(rest.len());
            let (between, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            out.push_str(between);
            let end = after.find(|c: char| !c.is_alphanumeric()).unwrap_or(after.len());
            let (run, after) = after.split_at_checked(end).unwrap_or((after, ""));
            if !run.is_empty() {
                out.push_str(&self.run(run)?);
            }
            rest = after;
        }
        Ok(out)
    }

    /// The stand-in of a run.
    pub(crate) fn run(&mut self, run: &str) -> Result<String, Error> {
        let key = run.to_lowercase();
        if !self.known.contains_key(&key) {
            let made = self.fresh(&key)?;
            self.taken.insert(made.clone());
            self.known.insert(key.clone(), made);
        }
        let made = self.known.get(&key).map_or("", String::as_str);
        if made.chars().count() != run.chars().count() {
            return Ok(made.to_owned());
        }
        let cased = made
            .chars()
            .zip(run.chars())
            .map(|(made, own)| if own.is_uppercase() { made.to_uppercase().next().unwrap_or(made) } else { made });
        Ok(cased.collect())
    }

    /// A number below `most`.
    pub(crate) fn below(&mut self, most: u64) -> Result<u64, Error> {
        let mut bytes = [0; 8];
        self.random.fill(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes) % most.max(1))
    }

    fn fresh(&mut self, run: &str) -> Result<String, Error> {
        let mut made = run.to_owned();
        for _ in 0..TRIES {
            made = self.shaped(run)?;
            if made != run && !self.taken.contains(&made) && !self.avoid.contains(&made) {
                break;
            }
        }
        // Nothing of one or two characters is left: any other than the recorded one will do.
        for _ in 0..TRIES {
            if made != run {
                break;
            }
            made = self.shaped(run)?;
        }
        Ok(made)
    }

    fn shaped(&mut self, run: &str) -> Result<String, Error> {
        let zeros = run.chars().all(|c| c == '0');
        if zeros {
            return Ok(run.to_owned());
        }
        let letters = run.chars().all(char::is_alphabetic);
        let hexadecimal = run.len() >= 8 && run.chars().all(|c| c.is_ascii_hexdigit());
        let digits = run.chars().all(|c| c.is_ascii_digit());
        let start = self.below(2)?;
        let mut out = String::with_capacity(run.len());
        for (index, c) in run.chars().enumerate() {
            let first = index == 0;
            out.push(match c {
                '0' if digits && first => '0',
                // No first digit of nine, so that a number of 19 digits still fits 64 bits.
                '0'..='9' if digits && first => self.pick("12345678")?,
                '0'..='9' => self.pick("0123456789")?,
                c if c.is_ascii_alphabetic() && hexadecimal => self.pick("abcdef")?,
                c if c.is_ascii_alphabetic() && letters => {
                    let vowel = (u64::try_from(index).unwrap_or_default() + start) % 2 == 1;
                    self.pick(if vowel { "aeiou" } else { "bdfgklmnprstvz" })?
                }
                c if c.is_ascii_alphabetic() => self.pick("abcdefghijklmnopqrstuvwxyz")?,
                c if c.is_numeric() => '7',
                c if c.is_lowercase() => self.pick("áéíóúñçøåü")?,
                _ => self.pick("日月山川木水火土金石")?,
            });
        }
        Ok(out)
    }

    fn pick(&mut self, from: &str) -> Result<char, Error> {
        let count = u64::try_from(from.chars().count()).unwrap_or(1);
        let index = usize::try_from(self.below(count)?).unwrap_or_default();
        Ok(from.chars().nth(index).unwrap_or('x'))
    }
}

#[cfg(test)]
mod tests {
    use super::Runs;

    #[test]
    fn shapes_stay_and_values_go() {
        let mut runs = Runs::new(7);
        let id = runs.text("00u1adaQuillA0001g4").unwrap();
        assert_eq!(id.len(), 19);
        for (own, made) in "00u1adaQuillA0001g4".chars().zip(id.chars()) {
            assert_eq!((own.is_ascii_digit(), own.is_uppercase()), (made.is_ascii_digit(), made.is_uppercase()), "{id}");
        }
        let name = runs.text("Ada Quill").unwrap();
        let local = runs.text("ada.quill").unwrap();
        assert_eq!(name.to_lowercase().replace(' ', "."), local);
        assert_ne!(local, "ada.quill");
        assert_eq!(runs.text("+1-(555) _").unwrap().len(), "+1-(555) _".len());
        assert_eq!(runs.text("000").unwrap(), "000");
        let big: u64 = runs.text("9203816273409918253").unwrap().parse().unwrap();
        assert!(i64::try_from(big).is_ok());
        assert!(!runs.text("Zoë 漢字").unwrap().contains('漢'));
    }

    #[test]
    fn different_runs_stay_different() {
        let mut runs = Runs::new(1);
        let made: std::collections::BTreeSet<String> = (10_000..11_000).map(|number| runs.text(&number.to_string()).unwrap()).collect();
        assert_eq!(made.len(), 1000);
    }
}

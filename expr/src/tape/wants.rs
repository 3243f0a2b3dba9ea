//! Which parts of a document are wanted, so that a reader can pass over the rest.

/// What is wanted of a value. An array is looked through: each of its items is wanted as the array is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    /// Everything below it.
    pub(super) whole: bool,
    /// Where it stands, and nothing below it.
    pub(super) shut: bool,
    /// Of an object, these members.
    fields: Vec<(String, Wants)>,
    /// A number for each of the names, by which most others are told apart without a look at them.
    marks: Vec<u32>,
}

impl Wants {
    /// That the value is there, a scalar's text, and an array's items; no member of an object.
    #[must_use]
    pub fn presence() -> Self {
        Self::default()
    }

    /// The value with everything below it.
    #[must_use]
    pub fn everything() -> Self {
        Self { whole: true, ..Self::default() }
    }

    /// Where the value stands in the text, whatever it is: what is below it is only checked.
    #[must_use]
    pub fn place() -> Self {
        Self { shut: true, ..Self::default() }
    }

    /// Adds what is wanted at `path`, members outermost first.
    pub fn add(&mut self, path: &[impl AsRef<str>], wants: &Self) {
        let Some((name, rest)) = path.split_first() else {
            self.unite(wants);
            return;
        };
        self.shut = false;
        self.at_field(name.as_ref(), |field| field.add(rest, wants));
    }

    /// Wants what either wants.
    pub fn unite(&mut self, other: &Self) {
        self.shut &= other.shut;
        self.whole |= other.whole;
        for (name, wants) in &other.fields {
            self.at_field(name, |field| field.unite(wants));
        }
    }

    fn at_field(&mut self, name: &str, change: impl FnOnce(&mut Self)) {
        if let Some((_, wants)) = self.fields.iter_mut().find(|(known, _)| known == name) {
            return change(wants);
        }
        let mut wants = Self::place();
        change(&mut wants);
        self.marks.push(mark(name.as_bytes()));
        self.fields.push((name.to_owned(), wants));
    }

    /// What is wanted of a member of this name and mark, and its number among those that are.
    pub(super) fn member(&self, name: &[u8], mark: u32) -> Option<(usize, &Self)> {
        self.marks.iter().enumerate().filter(|(_, known)| **known == mark).find_map(|(at, _)| {
            let (known, wants) = self.fields.get(at)?;
            (known.as_bytes() == name).then_some((at, wants))
        })
    }
}

/// From this length on, a mark does not tell how long a name is.
pub(super) const LONG: usize = u8::MAX as usize;

/// The length of a name, as far as it is below [`LONG`], and three of its bytes.
pub(super) fn mark(name: &[u8]) -> u32 {
    let byte = |at: usize| u32::from(name.get(at).copied().unwrap_or_default());
    let length = u32::from(u8::try_from(name.len()).unwrap_or(u8::MAX));
    byte(0) | byte(name.len() / 2) << 8 | byte(name.len().saturating_sub(1)) << 16 | length << 24
}

/// The length that is told by a mark.
pub(super) const fn length(mark: u32) -> usize {
    (mark >> 24) as usize
}

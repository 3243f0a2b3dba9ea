//! Reads JSON text once, from its first byte to its last (RFC 8259).

use crate::integers::is_beyond;

use super::wants::{LONG, length, mark};
use super::{Kind, Name, Node, Tape, Unsure, Wants};

/// Levels of what is kept; deeper values are rare, and the stack is not for them.
const KEPT_DEPTH: usize = 64;

/// Levels that can be counted while passing over a value.
const MOST_DEPTH: usize = 256;

/// The most members of an object that is kept whole.
const MOST_MEMBERS: usize = 64;

/// Digits that any double holds.
const EXACT_DIGITS: usize = 15;

/// Digits before the point from which on a number may be more than a double holds, even with an exponent of two digits.
const MOST_DIGITS: usize = 200;

/// Bytes of text for each value that is kept, more or less.
const USUAL: usize = 64;

/// Values for which there is room before it is known how many there are.
const MOST_ROOM: usize = 1 << 16;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

pub(super) struct Scan<'t, 'n> {
    bytes: &'t [u8],
    at: usize,
    depth: usize,
    most: usize,
    nodes: &'n mut Vec<Node>,
}

/// Where a string stands between its quotes.
struct Quoted {
    start: usize,
    end: usize,
    escaped: bool,
}

impl<'t, 'n> Scan<'t, 'n> {
    pub(super) fn new(text: &'t str, depth: usize, nodes: &'n mut Vec<Node>) -> Self {
        Self { bytes: text.as_bytes(), at: 0, depth: 0, most: depth.min(MOST_DEPTH), nodes }
    }

    /// The whole text: one value, and nothing after it.
    pub(super) fn document(&mut self, wants: &Wants) -> Result<(), Unsure> {
        self.value(wants, Name::default())?;
        self.space();
        if self.at == self.bytes.len() { Ok(()) } else { Err(Unsure) }
    }

    fn value(&mut self, wants: &Wants, named: Name) -> Result<(), Unsure> {
        self.space();
        let start = self.at;
        let first = self.peek()?;
        if wants.shut || !matches!(first, b'{' | b'[') {
            let kind = self.pass()?;
            let end = self.at;
            return self.keep(kind, (start, end), named).map(drop);
        }
        self.depth += 1;
        if self.depth > self.most || self.depth > KEPT_DEPTH {
            return Err(Unsure);
        }
        self.at += 1;
        let kind = if first == b'{' { Kind::Object } else { Kind::Array };
        let own = self.keep(kind, (start, start), named)?;
        if first == b'{' {
            self.members(wants, own)?
        } else {
            self.items(wants)?
        }
        self.depth -= 1;
        let (end, next) = (offset(self.at)?, offset(self.nodes.len())?);
        if let Some(node) = self.nodes.get_mut(own) {
            (node.end, node.next) = (end, next);
        }
        Ok(())
    }

    fn items(&mut self, wants: &Wants) -> Result<(), Unsure> {
        self.space();
        if self.taken(b']') {
            return Ok(());
        }
        loop {
            self.value(wants, Name::default())?;
            self.space();
            match self.next()? {
                b',' => {}
                b']' => return Ok(()),
                _ => return Err(Unsure),
            }
        }
    }

    fn members(&mut self, wants: &Wants, own: usize) -> Result<(), Unsure> {
        self.space();
        if self.taken(b'}') {
            return Ok(());
        }
        let (mut seen, mut count) = (0_u64, 0);
        loop {
            self.space();
            let Quoted { start, end, escaped } = self.quoted()?;
            let name = self.bytes.get(start..end).ok_or(Unsure)?;
            // A name that is written otherwise than it reads may be any of the wanted ones.
            if escaped {
                return Err(Unsure);
            }
            self.space();
            if self.next()? != b':' {
                return Err(Unsure);
            }
            let named = Name { start: offset(start)?, mark: mark(name) };
            if wants.whole {
                count += 1;
                if count > MOST_MEMBERS || name.len() >= LONG || self.has(own, named.mark, name) {
                    return Err(Unsure);
                }
                self.value(wants, named)?;
            } else if let Some((number, wants)) = wants.member(name, named.mark) {
                let bit = 1_u64.checked_shl(u32::try_from(number).map_err(|_| Unsure)?).ok_or(Unsure)?;
                if seen & bit != 0 || name.len() >= LONG {
                    return Err(Unsure);
                }
                seen |= bit;
                self.value(wants, named)?;
            } else {
                self.space();
                self.pass()?;
            }
            self.space();
            match self.next()? {
                b',' => {}
                b'}' => return Ok(()),
                _ => return Err(Unsure),
            }
        }
    }

    /// Whether an object has a member of this name already.
    fn has(&self, own: usize, mark: u32, name: &[u8]) -> bool {
        let mut at = own + 1;
        while let Some(node) = self.nodes.get(at) {
            let start = node.name.start as usize;
            if node.name.mark == mark && self.bytes.get(start..start + length(mark)) == Some(name) {
                return true;
            }
            at = node.next as usize;
        }
        false
    }

    fn keep(&mut self, kind: Kind, (start, end): (usize, usize), name: Name) -> Result<usize, Unsure> {
        let own = self.nodes.len();
        self.nodes.push(Node { kind, start: offset(start)?, end: offset(end)?, name, next: offset(own + 1)? });
        Ok(own)
    }

    /// Passes over a value of any kind, and checks it.
    fn pass(&mut self) -> Result<Kind, Unsure> {
        match self.peek()? {
            b'"' => Ok(if self.quoted()?.escaped { Kind::EscapedText } else { Kind::Text }),
            b'{' => self.nest().map(|()| Kind::Object),
            b'[' => self.nest().map(|()| Kind::Array),
            b't' => self.word(b"true", Kind::True),
            b'f' => self.word(b"false", Kind::False),
            b'n' => self.word(b"null", Kind::Null),
            _ => self.number(),
        }
    }

    /// Passes over an object or array without going down the stack.
    fn nest(&mut self) -> Result<(), Unsure> {
        // A bit for each level: whether it is an object.
        let mut levels = [0_u64; MOST_DEPTH / 64];
        let base = self.depth;
        loop {
            // A value begins.
            self.space();
            let opened = match self.peek()? {
                first @ (b'{' | b'[') => {
                    let object = first == b'{';
                    self.at += 1;
                    if self.depth >= self.most {
                        return Err(Unsure);
                    }
                    let word = levels.get_mut(self.depth / 64).ok_or(Unsure)?;
                    let bit = 1_u64 << (self.depth % 64);
                    *word = if object { *word | bit } else { *word & !bit };
                    self.depth += 1;
                    self.space();
                    let empty = self.taken(if object { b'}' } else { b']' });
                    if empty {
                        self.depth -= 1;
                    } else if object {
                        self.name()?;
                    }
                    !empty
                }
                _ => self.pass().map(|_| false)?,
            };
            if opened {
                continue;
            }
            // A value has ended.
            loop {
                if self.depth == base {
                    return Ok(());
                }
                let level = self.depth - 1;
                let object = levels.get(level / 64).is_some_and(|word| word >> (level % 64) & 1 == 1);
                self.space();
                match (self.next()?, object) {
                    (b',', true) => {
                        self.space();
                        self.name()?;
                        break;
                    }
                    (b',', false) => break,
                    (b'}', true) | (b']', false) => self.depth -= 1,
                    _ => return Err(Unsure),
                }
            }
        }
    }

    fn name(&mut self) -> Result<(), Unsure> {
        self.quoted()?;
        self.space();
        if self.next()? == b':' { Ok(()) } else { Err(Unsure) }
    }

    fn quoted(&mut self) -> Result<Quoted, Unsure> {
        if self.next()? != b'"' {
            return Err(Unsure);
        }
        let start = self.at;
        let mut escaped = false;
        loop {
            self.plain();
            match self.next()? {
                b'"' => return Ok(Quoted { start, end: self.at - 1, escaped }),
                b'\\' => escaped = true,
                _ => return Err(Unsure),
            }
            match self.next()? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                b'u' => self.unicode()?,
                _ => return Err(Unsure),
            }
        }
    }

    /// Passes over the digits of `\u`, and over the second half of a character that takes two. A half alone is no text to a reader that keeps
    /// it, and readers keep more than is wanted here.
    fn unicode(&mut self) -> Result<(), Unsure> {
        match self.four()? {
            0xd800..0xdc00 if self.next()? == b'\\' && self.next()? == b'u' && matches!(self.four()?, 0xdc00..0xe000) => Ok(()),
            0xd800..0xe000 => Err(Unsure),
            _ => Ok(()),
        }
    }

    fn four(&mut self) -> Result<u32, Unsure> {
        (0..4).try_fold(0, |code, _| Ok(code << 4 | char::from(self.next()?).to_digit(16).ok_or(Unsure)?))
    }

    /// Passes over what stands for itself in a string, eight bytes at a time.
    fn plain(&mut self) {
        while let Some(eight) = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk::<8>) {
            let word = u64::from_le_bytes(*eight);
            let quote = word ^ (ONES * 0x22);
            let escape = word ^ (ONES * 0x5c);
            let zero = |word: u64| word.wrapping_sub(ONES) & !word;
            let control = word.wrapping_sub(ONES * 0x20) & !word;
            let special = (zero(quote) | zero(escape) | control) & HIGHS;
            if special != 0 {
                // The lowest mark is right; what is above it may be a borrow.
                self.at += (special.trailing_zeros() / 8) as usize;
                return;
            }
            self.at += 8;
        }
        while self.bytes.get(self.at).is_some_and(|byte| !matches!(byte, 0..0x20 | b'"' | b'\\')) {
            self.at += 1;
        }
    }

    fn number(&mut self) -> Result<Kind, Unsure> {
        let negative = self.taken(b'-');
        let start = self.at;
        let leading_zero = self.peek()? == b'0';
        let digits = self.digits();
        if digits == 0 || (leading_zero && digits > 1) {
            return Err(Unsure);
        }
        let (mut fraction, mut exponent) = (0, 0);
        if self.taken(b'.') {
            fraction = self.digits();
            if fraction == 0 {
                return Err(Unsure);
            }
        }
        if self.taken(b'e') || self.taken(b'E') {
            let _ = self.taken(b'+') || self.taken(b'-');
            exponent = self.digits();
            if exponent == 0 {
                return Err(Unsure);
            }
        }
        if exponent > 2 || digits > MOST_DIGITS {
            self.double(start)?;
        }
        if exponent > 0 || digits + fraction > EXACT_DIGITS {
            let beyond = exponent == 0 && fraction == 0 && self.token(start - usize::from(negative)).is_some_and(is_beyond);
            return Ok(if beyond { Kind::Digits } else { Kind::Number });
        }
        let is_zero = |at: usize| self.bytes.get(at) == Some(&b'0');
        Ok(match fraction {
            0 if negative && leading_zero => Kind::Number,
            0 => Kind::Integer,
            // Small ones may be written with an exponent.
            _ if is_zero(self.at - 1) || (leading_zero && is_zero(start + 2)) => Kind::Number,
            _ => Kind::Decimal,
        })
    }

    /// What was read since `start`.
    fn token(&self, start: usize) -> Option<&'t str> {
        self.bytes.get(start..self.at).and_then(|token| std::str::from_utf8(token).ok())
    }

    /// Whether a double can hold the number that begins here: a reader that keeps it would refuse it otherwise.
    fn double(&self, start: usize) -> Result<(), Unsure> {
        let token = self.bytes.get(start..self.at).ok_or(Unsure)?;
        serde_json::from_slice::<f64>(token).map(drop).map_err(|_| Unsure)
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        self.at - start
    }

    fn word(&mut self, word: &[u8], kind: Kind) -> Result<Kind, Unsure> {
        let end = self.at + word.len();
        if self.bytes.get(self.at..end) != Some(word) {
            return Err(Unsure);
        }
        self.at = end;
        Ok(kind)
    }

    fn space(&mut self) {
        while self.bytes.get(self.at).is_some_and(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Result<u8, Unsure> {
        self.bytes.get(self.at).copied().ok_or(Unsure)
    }

    fn next(&mut self) -> Result<u8, Unsure> {
        let byte = self.peek()?;
        self.at += 1;
        Ok(byte)
    }

    fn taken(&mut self, byte: u8) -> bool {
        let is = self.bytes.get(self.at) == Some(&byte);
        self.at += usize::from(is);
        is
    }
}

fn offset(at: usize) -> Result<u32, Unsure> {
    u32::try_from(at).map_err(|_| Unsure)
}

impl Tape {
    /// Reads text anew, and keeps what is wanted of it. What is not is checked as JSON all the same.
    ///
    /// # Errors
    ///
    /// Where the text is no JSON document, nests deeper than `depth`, or has one of the rarities that are left to a slower reader: names
    /// that are written with escapes or stand twice where they are wanted, objects of very many members, more than 4 GiB.
    pub fn read(&mut self, text: &str, wants: &Wants, depth: usize) -> Result<(), Unsure> {
        self.nodes.clear();
        Scan::new(text, depth, &mut self.nodes).document(wants)
    }

    /// Reads text into a tape that is kept with it, and takes no more memory than it has to.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn of(text: &str, wants: &Wants, depth: usize) -> Result<Self, Unsure> {
        let mut tape = Self { nodes: Vec::with_capacity((text.len() / USUAL).min(MOST_ROOM)) };
        tape.read(text, wants, depth)?;
        tape.nodes.shrink_to_fit();
        Ok(tape)
    }
}

//! Records as a provider may send them, and as none should.

use crate::chance::Chance;
use crate::tree::{Tree, quoted};

/// Numbers of all spellings.
const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "-0.0",
    "0.0",
    "1",
    "-1",
    "1.0",
    "1.50",
    "1e3",
    "1E3",
    "1E-7",
    "1e-7",
    "1.5e-8",
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "-9007199254740992",
    "-9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "123456789012345678901234567890",
    "-123456789012345678901234567890",
    "0.1",
    "0.30000000000000004",
    "1e21",
    "1e20",
    "123456789012345680000",
    "1e308",
    "-1e308",
    "1e309",
    "5e-324",
    "1e-400",
    "1.7976931348623157e308",
    "9007199254740993.0",
    "9007199254740993e0",
    "1234567890123456.7",
    "12.35",
    "-1203.04",
    "99999999999999.9",
    "0.000001",
    "0.0000001",
    "1e0",
    "1E+2",
    "100",
    "1e16",
    "1e15",
    "4294967296",
    "1.0e1",
    "3.141592653589793238462643383279",
    "1e-1",
    "12345678.9",
    "1700000000",
    "1700000000.5",
    "1700000000000",
    "2e0",
    "0e5",
    "-0e-5",
];

/// Texts with every escape, and such as maps look at.
const TEXTS: &[&str] = &[
    r#""""#,
    r#"" ""#,
    r#""a""#,
    r#""\/""#,
    r#""/""#,
    r#""\u00e9""#,
    r#""é""#,
    r#""\ud83d\ude00""#,
    r#""😀""#,
    r#""\ud83d""#,
    r#""\ude00""#,
    r#""\ud83d\u0041""#,
    r#""\ude00\ud83d""#,
    r#""\u0000""#,
    r#""a\u0000b""#,
    r#""\u001f""#,
    r#""\u007f""#,
    "\"\u{7f}\"",
    "\"\u{7f}bytes:\"",
    "\"\u{80}\"",
    "\"\u{2028}\u{2029}\"",
    r#""\u2028""#,
    r#""\"""#,
    r#""\\""#,
    r#""\b\f\n\r\t""#,
    r#""\u0008\u000c\u000a\u000d\u0009""#,
    r#""\u0022\u005c""#,
    r#""\uFEFF""#,
    "\"\u{feff}\"",
    r#""\uffff""#,
    r#""A\u0301""#,
    r#""null""#,
    r#""true""#,
    r#""false""#,
    r#""0""#,
    r#""1""#,
    r#""12""#,
    r#""1.0""#,
    r#""1e3""#,
    r#""-7""#,
    r#""0x10""#,
    r#""9007199254740993""#,
    r#""NaN""#,
    r#""Infinity""#,
    r#""ACTIVE""#,
    r#""active""#,
    r#""Ada Quill""#,
    r#""ada@acme.example""#,
    r#""ADA@ACME.EXAMPLE""#,
    r#""x@""#,
    r#"" ada@acme.example ""#,
    r#""a@b@c.example""#,
    r#""\u0061da@acme.example""#,
    r#""https://acme.example/1?x=%20#2""#,
    r#""http://""#,
    r#""//acme.example""#,
    r#""2026-03-01""#,
    r#""2026-03-01T12:00:00Z""#,
    r#""2026-03-01T12:00:00.123456789+02:00""#,
    r#""2026-03-01 12:00:00""#,
    r#""2026-02-30T00:00:00Z""#,
    r#""2026-03-01T12:00:00""#,
    r#""2026-03-01T12:00:00.000+0000""#,
    r#""20260301T120000Z""#,
    r#""1700000000""#,
    r#""1700000000000""#,
    r#""0000-00-00""#,
    r#""a,b;c""#,
    r#""a, b""#,
    r#""a/b/c""#,
    r#""<p>x &amp; y</p>""#,
    r#""<b>""#,
    r#""&lt;""#,
    r#""  many   spaces ""#,
    r#""line\nline""#,
    r#""İıßŒ""#,
    r#""ﬁ ǅ""#,
    r#""Привет""#,
    r#""00000000-0000-4000-8000-000000000000""#,
    r#""{}""#,
    r#""[]""#,
    r#""{\"a\":1}""#,
    r#""aGVsbG8=""#,
    r#""%41""#,
    r#""a\u00a0b""#,
    r#""user:1""#,
    r#""\u0009x\u0009""#,
];

/// What is no JSON value.
const BROKEN: &[&str] = &[
    "NaN",
    "Infinity",
    "-Infinity",
    "01",
    "-01",
    "+1",
    ".5",
    "1.",
    "1.e3",
    "1e",
    "1e+",
    "-",
    "--1",
    "0x10",
    "tru",
    "True",
    "nul",
    "nulll",
    "'x'",
    "\"",
    "\"abc",
    r#""\x""#,
    r#""\u12""#,
    r#""\u12g4""#,
    "\"a\nb\"",
    "\"\t\"",
    "\"\u{0}\"",
    "undefined",
    "",
    ",",
    "[1,]",
    "{\"a\":1,}",
    "{a:1}",
    "{1:2}",
    "[1 2]",
    "{\"a\" 1}",
    "{\"a\":}",
    "[,1]",
    "/* x */ 1",
    "1 // x",
    "]",
    "}",
    "1,2",
    "\u{feff}1",
];

/// What a map speaks of: the names of the members that it reads, and the texts that it compares with.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) names: Vec<String>,
    pub(crate) texts: Vec<String>,
}

/// A record as text, and what it was written from where that is JSON.
pub(crate) struct Made {
    pub(crate) text: String,
    pub(crate) tree: Option<Tree>,
}

/// A record from one that a provider sends.
pub(crate) fn mutated(base: &Tree, words: &Words, chance: &mut Chance) -> Made {
    let mut tree = if chance.one_in(12) { from_nothing(words, chance, 0) } else { base.clone() };
    // Most records have one oddity, so that a fault shows by itself, and some many.
    let changes = if chance.one_in(4) { 1 + chance.below(12) } else { 1 };
    for _ in 0..changes {
        change(&mut tree, words, chance);
    }
    let text = if chance.one_in(3) { tree.spaced(chance) } else { tree.text() };
    if chance.one_in(16) {
        return Made { text: broken(&text, chance), tree: None };
    }
    Made { text, tree: Some(tree) }
}

fn change(tree: &mut Tree, words: &Words, chance: &mut Chance) {
    let places = tree.places();
    let read: Vec<Vec<usize>> =
        places.iter().filter(|place| tree.passes(place, |key| words.names.iter().any(|name| quoted(name) == key))).cloned().collect();
    let place = if read.is_empty() || chance.one_in(5) { chance.pick(&places).clone() } else { chance.pick(&read).clone() };
    let other = tree.at(chance.pick(&places).as_slice()).cloned().unwrap_or_else(Tree::null);
    let odd = scalar(words, chance);
    let kind = chance.below(24);
    if kind < 9 {
        let (outer, last) = place.split_last().map_or((&[] as &[usize], 0), |(last, outer)| (outer, *last));
        return match tree.at_mut(outer) {
            Some(Tree::Object(members)) => change_members(members, last, (odd, other), words, chance),
            Some(Tree::List(items)) => change_items(items, last, (odd, other), chance),
            Some(Tree::Token(_)) | None => {}
        };
    }
    let Some(here) = tree.at_mut(&place) else { return };
    *here = match kind {
        9..=12 => odd,
        13 => Tree::null(),
        14 => Tree::List(vec![here.clone()]),
        15 => Tree::List(vec![Tree::List(vec![here.clone()])]),
        16 => Tree::List(vec![here.clone(), odd, other]),
        17 => chance.pick(&[Tree::List(Vec::new()), Tree::Object(Vec::new()), Tree::Token("\"\"".to_owned())]).clone(),
        18 => match here {
            Tree::List(items) if !items.is_empty() => items[chance.below(items.len())].clone(),
            Tree::Token(_) | Tree::List(_) | Tree::Object(_) => Tree::Object(vec![(name(words, chance), here.clone())]),
        },
        19 => other,
        20 => from_nothing(words, chance, 2),
        21 if chance.one_in(4) => deep(here, chance),
        22 if chance.one_in(3) => Tree::Token((*chance.pick(BROKEN)).to_owned()),
        _ => respelled(here, chance),
    };
}

fn change_members(members: &mut Vec<(String, Tree)>, at: usize, (odd, other): (Tree, Tree), words: &Words, chance: &mut Chance) {
    let Some((key, value)) = members.get(at).cloned() else {
        return members.push((name(words, chance), odd));
    };
    match chance.below(9) {
        0..=2 => drop(members.remove(at)),
        3 => members.push((key, if chance.one_in(2) { odd } else { other })),
        4 => members.insert(chance.below(members.len() + 1), (key, if chance.one_in(2) { Tree::null() } else { odd })),
        5 => members[at].0 = escaped(&key, chance),
        // The same name, once plain and once escaped, is one name.
        6 => members.push((escaped(&key, chance), value)),
        7 => {
            for last in (1..members.len()).rev() {
                members.swap(last, chance.below(last + 1));
            }
        }
        _ => members.insert(chance.below(members.len() + 1), (name(words, chance), odd)),
    }
}

fn change_items(items: &mut Vec<Tree>, at: usize, (odd, other): (Tree, Tree), chance: &mut Chance) {
    let Some(item) = items.get(at).cloned() else { return items.push(odd) };
    match chance.below(7) {
        0 => drop(items.remove(at)),
        1 => items.push(odd),
        2 => items.insert(0, other),
        3 => items.push(item),
        4 => items.insert(at, Tree::List(vec![item])),
        5 => items[at] = Tree::null(),
        _ => items.truncate(1),
    }
}

/// A name, in its quotes.
fn name(words: &Words, chance: &mut Chance) -> String {
    if words.names.is_empty() || chance.one_in(4) {
        return (*chance.pick(&[
            "\"\"",
            "\"x\"",
            "\"id\"",
            "\"value\"",
            "\"a.b\"",
            "\"\\u0000\"",
            "\"é\"",
            "\"$\"",
            "\"__proto__\"",
            "\"\\ud83d\"",
        ]))
        .to_owned();
    }
    let name = quoted(chance.pick(&words.names).as_str());
    if chance.one_in(6) { escaped(&name, chance) } else { name }
}

/// The same token with one of its plain characters as an escape.
fn escaped(token: &str, chance: &mut Chance) -> String {
    let plain: Vec<(usize, char)> =
        token.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '@')).collect();
    if plain.is_empty() || token.contains('\\') {
        return token.to_owned();
    }
    let (at, character) = *chance.pick(&plain);
    let code = u32::from(character);
    let escape = match chance.below(3) {
        0 => format!("\\u{code:04x}"),
        1 => format!("\\u{code:04X}"),
        _ if character == '/' => "\\/".to_owned(),
        _ => format!("\\u{code:04x}"),
    };
    format!("{}{escape}{}", &token[..at], &token[at + 1..])
}

/// Other spellings of the same.
fn respelled(here: &Tree, chance: &mut Chance) -> Tree {
    match here {
        Tree::Token(token) if token.starts_with('"') => Tree::Token(escaped(token, chance)),
        Tree::Token(token) if token.parse::<f64>().is_ok() => {
            let more = if token.contains(['.', 'e', 'E']) { "0" } else { chance.pick(&[".0", "e0", ".00", "E-0"]) };
            Tree::Token(format!("{token}{more}"))
        }
        Tree::Token(_) => Tree::Token((*chance.pick(&["true", "false", "null"])).to_owned()),
        Tree::List(items) => Tree::List(items.iter().rev().cloned().collect()),
        Tree::Object(members) => Tree::Object(members.iter().rev().cloned().collect()),
    }
}

fn deep(here: &Tree, chance: &mut Chance) -> Tree {
    let levels = *chance.pick(&[4, 20, 120, 124, 125, 126, 127, 128, 129, 140, 300]);
    let as_list = chance.one_in(2);
    (0..levels)
        .fold(here.clone(), |inner, _| if as_list { Tree::List(vec![inner]) } else { Tree::Object(vec![("\"d\"".to_owned(), inner)]) })
}

fn scalar(words: &Words, chance: &mut Chance) -> Tree {
    let token = match chance.below(10) {
        0..=2 => (*chance.pick(NUMBERS)).to_owned(),
        3..=5 => (*chance.pick(TEXTS)).to_owned(),
        6 | 7 if !words.texts.is_empty() => {
            let token = quoted(chance.pick(&words.texts).as_str());
            if chance.one_in(5) { escaped(&token, chance) } else { token }
        }
        6..=8 => (*chance.pick(&["true", "false"])).to_owned(),
        _ => "null".to_owned(),
    };
    Tree::Token(token)
}

/// A value with the names that the map reads, and anything below them.
fn from_nothing(words: &Words, chance: &mut Chance, depth: usize) -> Tree {
    if depth > 4 || (depth > 0 && chance.one_in(2)) {
        return scalar(words, chance);
    }
    if depth > 0 && chance.one_in(3) {
        return Tree::List((0..chance.below(4)).map(|_| from_nothing(words, chance, depth + 1)).collect());
    }
    let most = if depth == 0 { words.names.len() + 2 } else { 5 };
    Tree::Object((0..chance.below(most + 1)).map(|_| (name(words, chance), from_nothing(words, chance, depth + 1))).collect())
}

/// The text cut or with a character too many, too few or another.
fn broken(text: &str, chance: &mut Chance) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let at = chance.below(characters.len());
    let odd =
        *chance.pick(&['{', '}', '[', ']', ',', ':', '"', '\\', '0', '-', '+', '.', 'e', 'n', '/', ' ', '\u{0}', '\u{7f}', 'é', '\n']);
    match chance.below(6) {
        0 => characters.truncate(at),
        1 => drop((at < characters.len()).then(|| characters.remove(at))),
        2 => characters.insert(at, odd),
        3 if at < characters.len() => characters[at] = odd,
        4 => characters.push(odd),
        _ => characters.insert(0, *chance.pick(&['\u{feff}', ' ', '\n', ',', '{', '"'])),
    }
    characters.into_iter().collect()
}

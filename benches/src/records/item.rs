//! Something in a catalogue.

use super::{put, turn};

const TITLES: [&str; 5] = ["Ink, blue", r#"Paper 8\""#, "Nib", "Étui", "Blotter"];
const KINDS: [&str; 3] = ["part", "set", "service"];

pub(super) fn write(text: &mut String, number: usize) {
    let (title, kind, day) = (turn(&TITLES, number), turn(&KINDS, number), 1 + number % 28);
    put(
        text,
        format_args!(
            r#"{{"id":{id},"code":"IT-{number:06}","title":"{title}","type":"{kind}","price":{price}.{cents}5,"stock":{stock},"active":{active},"owner":"usr-{owner:014}","createdAt":"2025-01-{day:02}T10:00:00Z","changedAt":"2026-04-{day:02}T16:30:00Z","remark":"#,
            id = 4_000_000_000_000_000_000_u64 + number as u64,
            price = 1 + number % 400,
            cents = number % 10,
            stock = number % 77,
            active = !number.is_multiple_of(5),
            owner = number / 7,
        ),
    );
    if number.is_multiple_of(3) {
        text.push_str("null");
    } else {
        put(text, format_args!(r#""Shelf {shelf}, row {row}""#, shelf = number % 40, row = number % 9));
    }
    put(text, format_args!(r#","link":"https://shop.quill.example/items/{number}"}}"#));
}

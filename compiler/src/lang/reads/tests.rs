//! What expressions of every kind read.

use super::{Known, Place, reads_whole};

/// Paths that are read; `?` marks those that are only asked after.
fn read(source: &str) -> String {
    let node = connc_expr::parse(source).expect("an expression");
    let known = Known::from([("thing".to_owned(), vec![Place { source: 1, path: Vec::new() }])]);
    let found = reads_whole(&node, &[Place { source: 0, path: Vec::new() }], &known);
    let mut names: Vec<String> = found
        .iter()
        .map(|read| {
            let path = if read.place.path.is_empty() { "$".to_owned() } else { read.place.path.join(".") };
            format!("{}{path}{}", if read.place.source == 1 { "thing:" } else { "" }, if read.is_test { "?" } else { "" })
        })
        .collect();
    names.sort();
    names.dedup();
    names.join(" ")
}

#[test]
fn paths_are_followed() {
    for (source, expected) in [
        ("id", "id"),
        ("profile.email", "profile.email"),
        ("$.profile.email", "profile.email"),
        ("$$.profile.email", "profile.email"),
        ("`@odata.type`", "@odata.type"),
        ("a.'b c'.d", "a.b c.d"),
        ("a & ' ' & b.c", "a b.c"),
        ("emails[primary].value", "emails.primary? emails.value"),
        ("emails[type = 'work'][0].value", "emails.type emails.value"),
        ("emails^(<order).value", "emails.order emails.value"),
        ("emails.{ 'to': address, 'kind': %.kind }", "emails.address kind"),
        ("items#$i[$i = 0].id", "items.id"),
        ("library.loans@$l.books[isbn = $l.isbn].title", "library.books.isbn library.books.title library.loans.isbn"),
    ] {
        assert_eq!(read(source), expected, "{source}");
    }
}

#[test]
fn names_and_functions_are_followed() {
    for (source, expected) in [
        ("($p := profile; $p.email)", "profile.email"),
        ("$one(emails[primary]).value", "emails.primary? emails.value"),
        ("$default(a.b, c)", "a.b c"),
        ("$map(emails, function($e) { $e.value })", "emails.value"),
        ("$filter(emails, function($e) { $e.primary }).value", "emails.primary? emails.value"),
        ("emails ~> $filter(function($e) { $e.primary })", "emails emails.primary?"),
        ("($name := function($x) { $x.first & $x.last }; $name(owner))", "owner.first owner.last"),
        ("$lookup(fields, 'team').name", "fields.team.name"),
        ("name ~> $uppercase()", "name"),
        ("name.$uppercase()", "name"),
        ("name.$substring(0, 3)", "name"),
        ("$substring(name, 0, 3)", "name"),
        ("$thing.owner.id", "thing:owner.id"),
        ("$reduce(tags, function($a, $b) { $a & $b.name })", "tags"),
    ] {
        assert_eq!(read(source), expected, "{source}");
    }
}

#[test]
fn asking_is_no_reading() {
    for (source, expected) in [
        ("$exists(manager) ? manager.id : null", "manager.id manager?"),
        ("active and $not(locked)", "active? locked?"),
        ("manager != null ? manager.id", "manager.id manager?"),
        ("a ?: b", "a a? b"),
        ("status = 'on'", "status"),
        ("$count(members)", "members?"),
    ] {
        assert_eq!(read(source), expected, "{source}");
    }
}

#[test]
fn what_cannot_be_followed_is_read_whole() {
    for (source, expected) in [
        ("$", "$"),
        ("*", "$"),
        ("a.*", "a"),
        ("**.id", "$"),
        ("$keys($)", "$"),
        ("$lookup($, name)", "$ name"),
        ("$lookup(fields, kind)", "fields kind"),
        ("$string()", "$"),
        ("$each(props, function($v, $k) { $k })", "props"),
        ("$ ~> | a | { 'b': 1 } |", "$"),
        ("$merge([a, b.c])", "a b.c"),
    ] {
        assert_eq!(read(source), expected, "{source}");
    }
}

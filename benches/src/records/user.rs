//! Someone in a directory.

use super::{put, turn};

/// As JSON texts have them: some with escapes, some beyond ASCII.
const GIVEN: [&str; 8] = ["Ada", "Bertil", r"Zo\u00eb", "Dag", "Élise", "Farid", "Greta", "Hjördis"];
const FAMILY: [&str; 7] = ["Quill", "Okafor", r#"O\"Dell"#, "Řezníček", "Lindqvist", "Moreau", "Tanaka"];
const STATES: [&str; 8] = ["ACTIVE", "ACTIVE", "INVITED", "ACTIVE", "LOCKED", "STAGED", "LEFT", "ACTIVE"];
const DEPARTMENTS: [&str; 6] = ["Engineering", "Sales", "Finance", r"R\u0026D", "Legal", "Support"];
const CITIES: [&str; 5] = ["Brno", "Malmö", "Lyon", "Porto", "Gdańsk"];
const GROUPS: [&str; 4] = ["Everyone", "On call", r#"\"Night\" shift"#, "Administrators"];

pub(super) fn write(text: &mut String, number: usize) {
    let (given, family) = (turn(&GIVEN, number), turn(&FAMILY, number));
    let (state, department, city) = (turn(&STATES, number), turn(&DEPARTMENTS, number), turn(&CITIES, number));
    let day = 1 + number % 28;
    put(
        text,
        format_args!(
            r#"{{"id":"usr-{number:014}","state":"{state}","createdAt":"2024-03-{day:02}T08:15:30.000Z","activatedAt":"2024-03-{day:02}T09:00:00.000Z","stateChangedAt":"2024-06-{day:02}T12:30:45.000Z","lastSeenAt":"2026-01-{day:02}T07:45:10.000Z","changedAt":"2026-02-{day:02}T17:20:05.000Z","passwordChangedAt":"2025-11-{day:02}T06:00:00.000Z","kind":{{"id":"knd-member-000000001"}},"#
        ),
    );
    put(
        text,
        format_args!(
            r#""profile":{{"login":"person.{number}@quill.example","email":"person.{number}@quill.example","otherEmail":null,"givenName":"{given}","familyName":"{family}","shownName":"{given} {family}","mobile":"+420 555 {phone:04}","department":"{department}","jobTitle":"Head of \"{department}\" & more","company":"Quill & Sons","costCentre":"CC-{centre}","badge":"{number}","reportsTo":"usr-{manager:014}","street":"{centre} Harbour Street","city":"{city}","district":"Old Town","postCode":"602 {centre:02}","division":"North\/South","language":"cs","nickname":null,"country":"CZ","locale":"cs_CZ","timeZone":"Europe/Prague","relation":"employee"}},"#,
            phone = number % 10_000,
            centre = number % 90,
            manager = number / 9,
        ),
    );
    put(
        text,
        format_args!(
            r#""signIn":{{"password":{{}},"addresses":[{{"value":"person.{number}@quill.example","state":"VERIFIED","use":"PRIMARY"}}],"from":{{"type":"DIRECTORY","name":"DIRECTORY"}}}},"embedded":{{"groups":["#
        ),
    );
    for group in 0..number % 4 {
        let comma = if group > 0 { "," } else { "" };
        put(
            text,
            format_args!(r#"{comma}{{"id":"grp-{id:014}","name":"{name}"}}"#, id = (number + group) % 50, name = turn(&GROUPS, group)),
        );
    }
    put(text, format_args!(r#"]}},"links":{{"self":{{"href":"https://directory.quill.example/api/people/usr-{number:014}"}}}}}}"#));
}

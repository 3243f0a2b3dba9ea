//! What is reported, and what is not.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::inferred;
use crate::shape::known::{Member, Object, Shape, Shapes, Text, Value};
use crate::shape::{ProblemKind, describe};

fn member(name: &str, shape: Shape, required: bool) -> Member {
    Member { name: name.into(), shape, required, deprecated: false, read_only: false, write_only: false, place: None }
}

fn object(name: Option<&str>, members: Vec<Member>) -> Shape {
    Shape::Object(Rc::new(Object { name: name.map(Rc::from), members, ..Object::default() }))
}

fn user() -> (Value, Shapes) {
    let mut shapes = Shapes::default();
    let phone = object(Some("Phone"), vec![member("number", Shape::text(), true), member("primary", Shape::Boolean, false)]);
    let phone = shapes.add("Phone", phone);
    let person = shapes.add("Person", Shape::Unknown);
    let profile = object(
        Some("UserProfile"),
        vec![
            member("first", Shape::text(), true),
            member("nickname", Shape::one_of([Shape::text(), Shape::Null]), false),
            member("email", Shape::formatted("email"), false),
        ],
    );
    let closed = Text { format: None, values: Some(["ACTIVE", "STAGED"].iter().map(|word| Rc::from(*word)).collect()) };
    let user = object(
        Some("User"),
        vec![
            member("id", Shape::formatted("id"), true),
            member("age", Shape::Number { integer: true }, true),
            member("active", Shape::Boolean, false),
            member("admin", Shape::Boolean, true),
            member("status", Shape::Text(closed), true),
            member("created", Shape::formatted("date-time"), true),
            member("birthday", Shape::formatted("date"), true),
            member("lastLogin", Shape::one_of([Shape::formatted("date-time"), Shape::Null]), false),
            member("profile", profile, true),
            member("phones", Shape::list(Shape::Named(phone)), true),
            member("tags", Shape::list(Shape::text()), true),
            member("manager", Shape::one_of([Shape::Named(person), Shape::Null]), false),
            member("anything", Shape::Unknown, true),
            member("cut", Shape::Object(Rc::new(Object { cut: true, ..Object::default() })), true),
            member("custom", Shape::Object(Rc::new(Object { rest: Some(Shape::text()), ..Object::default() })), true),
        ],
    );
    shapes.set(person, user.clone());
    (Value::always(user), shapes)
}

fn told(expression: &str) -> (String, Vec<(ProblemKind, String, String)>) {
    let (root, shapes) = user();
    let found = inferred(expression, &root, &shapes, &BTreeMap::new());
    let problems = found.problems.into_iter().map(|problem| (problem.kind, problem.message, problem.help.unwrap_or_default())).collect();
    (describe(&found.value, &shapes), problems)
}

#[test]
fn each_mistake_is_told_once() {
    use ProblemKind::{AbsentCondition, ImpossibleComparison, OneOrMany, UnknownProperty, WrongArgument};
    for (expression, kind, message, help) in [
        ("idd", UnknownProperty, "`idd` is not a field of the user", "did you mean `id`?"),
        ("profile.frist", UnknownProperty, "`frist` is not a field of `profile` in the user", "did you mean `first`?"),
        ("profile.frist & '!'", UnknownProperty, "`frist` is not a field of `profile` in the user", "did you mean `first`?"),
        ("profile.first.x", UnknownProperty, "`profile.first` is text, it has no field `x`", ""),
        ("phones.numbr", UnknownProperty, "`numbr` is not a field of `phones` in the user", "did you mean `number`?"),
        ("phones[numbr = '1'].number", UnknownProperty, "`numbr` is not a field of `Phone`", "did you mean `number`?"),
        ("$lookup(profile, 'frist')", UnknownProperty, "`frist` is not a field of `profile` in the user", "did you mean `first`?"),
        ("$uppercase(profile)", WrongArgument, "`$uppercase` takes text, and `profile` is an object (`UserProfile`)", ""),
        ("$substring(age, 1)", WrongArgument, "`$substring` takes text, and `age` is a number", "make it text with `$string(age)`"),
        ("$join(phones)", WrongArgument, "`$join` takes a list of texts, and `phones` is a list of objects (`Phone`)", ""),
        (
            "$uppercase(tags)",
            WrongArgument,
            "`$uppercase` takes text, and `tags` is a list of texts",
            "take the first with `tags[0]`, or make one text of all with `$join`",
        ),
        ("$uppercase()", WrongArgument, "`$uppercase` takes text, and this is an object (`User`)", ""),
        ("$uppercase(id, id)", WrongArgument, "`$uppercase` takes 1 argument, and 2 are given", ""),
        ("$default(id)", WrongArgument, "`$default` takes 2 arguments, and 1 is given", ""),
        (
            "$uppercase(profile.nickname)",
            WrongArgument,
            "`$uppercase` takes text, and `profile.nickname` may be null",
            "say what null means: `profile.nickname != null ? …`",
        ),
        (
            "$date_from_epoch_seconds(created)",
            WrongArgument,
            "`$date_from_epoch_seconds` takes a number, and `created` is a time (RFC 3339)",
            "it is a time as it stands; `$toMillis(created)` counts its milliseconds",
        ),
        (
            "id + 1",
            WrongArgument,
            "`+` takes a number, and `id` is an identifier",
            "put texts together with `&`; or make it a number with `$number(id)`",
        ),
        ("id * 2", WrongArgument, "`*` takes a number, and `id` is an identifier", "make it a number with `$number(id)`"),
        ("$abs(status)", WrongArgument, "`$abs` takes a number, and `status` is one of `ACTIVE`, `STAGED`", ""),
        ("id ~> |$|{}|", WrongArgument, "`~> | … |` takes an object or a list, and `id` is an identifier", ""),
        (
            "$sha256(id)",
            WrongArgument,
            "the result holds bytes, and JSON has none",
            "make text of them with `$hex($sha256(…))` or `$base64($sha256(…))`",
        ),
        (
            "{'a': [$hmac(id, id)]}",
            WrongArgument,
            "the result holds bytes, and JSON has none",
            "make text of them with `$hex(…)` or `$base64(…)`",
        ),
        (
            "'v0=' & $hmac(id, id)",
            WrongArgument,
            "`&` puts texts together, and this is bytes",
            "make text of them with `$hex($hmac(…))` or `$base64($hmac(…))`",
        ),
        (
            "$uppercase($sha1(id))",
            WrongArgument,
            "`$uppercase` takes text, and `$sha1(…)` is bytes",
            "make text of them with `$hex($sha1(…))` or `$base64($sha1(…))`",
        ),
        ("$hex(age)", WrongArgument, "`$hex` takes text or bytes, and `age` is a number", "make it text with `$string(age)`"),
        ("$hex($hmac(id))", WrongArgument, "`$hmac` takes 2 to 3 arguments, and 1 is given", ""),
        ("$hex($hmac(id, id, 'md5'))", WrongArgument, "`$hmac` takes one of `sha1`, `sha256`, `sha512`, and this is `md5`", ""),
        ("$sha256(id) = id", ImpossibleComparison, "`$sha256(…)` is bytes, which never equals an identifier", ""),
        (
            "$join([profile.nickname])",
            WrongArgument,
            "`$join` takes a list of texts, and this may be a list with null in it",
            "leave nulls out: `(…)[$ != null]`",
        ),
        (
            "tags[status = 'ACTIVE']",
            UnknownProperty,
            "the value here is text, it has no field `status`",
            "`$$.status` reads it from the user",
        ),
        ("phones.{'n': label}", UnknownProperty, "`label` is not a field of `phones` in the user", "it has `number`, `primary`"),
        ("age > '3'", WrongArgument, "`>` compares a number with text", "make both numbers with `$number`, or both texts with `$string`"),
        (
            "active ? 1 : 2",
            AbsentCondition,
            "`active` may be absent, and absent is not false",
            "say what absence means: `$default(active, false)`",
        ),
        (
            "admin and active",
            AbsentCondition,
            "`active` may be absent, and absent is not false",
            "say what absence means: `$default(active, false)`",
        ),
        (
            "$not(active)",
            AbsentCondition,
            "`active` may be absent, and absent is not false",
            "say what absence means: `$default(active, false)`",
        ),
        (
            "$not(active = true)",
            AbsentCondition,
            "`active` may be absent: the comparison is then false, and `$not` makes it true",
            "turn the comparison itself around: `!=` for `=`",
        ),
        (
            "phones[primary].number",
            AbsentCondition,
            "`primary` may be absent, and absent is not false",
            "say what absence means: `$default(primary, false)`",
        ),
        (
            "$filter(phones, function($p) { $p.primary })",
            AbsentCondition,
            "`$p.primary` may be absent, and absent is not false",
            "say what absence means: `$default($p.primary, false)`",
        ),
        (
            "$uppercase(phones.number)",
            OneOrMany,
            "`$uppercase` takes text, and `phones.number` is one or a list of texts or nothing",
            "take the first with `phones[0].number`, or make one text of all with `$join`",
        ),
        (
            "'tel:' & phones.number",
            OneOrMany,
            "`&` makes JSON text of a list, and `phones.number` is one or a list of texts or nothing",
            "take the first with `phones[0].number`, or make one text of all with `$join`",
        ),
        ("status = 'ACTVE'", ImpossibleComparison, "`status` is never `ACTVE`: it is one of `ACTIVE`, `STAGED`", "did you mean `ACTIVE`?"),
        (
            "status in ['ACTIVE', 'STAGD']",
            ImpossibleComparison,
            "`status` is never `STAGD`: it is one of `ACTIVE`, `STAGED`",
            "did you mean `STAGED`?",
        ),
        ("age = '3'", ImpossibleComparison, "`age` is a number, which never equals `3`", ""),
        (
            "tags = 'a'",
            ImpossibleComparison,
            "`tags` is a list of texts, which never equals `a`",
            "ask with `in` whether a list holds a value",
        ),
        ("created = null", ImpossibleComparison, "`created` is always there and never null, so this is never true", ""),
    ] {
        let (_, problems) = told(expression);
        assert_eq!(problems, [(kind, message.to_owned(), help.to_owned())], "{expression}");
    }
}

#[test]
fn what_is_right_is_not_told() {
    for (expression, described) in [
        ("id", "an identifier"),
        ("age & ''", "text"),
        ("anything.x.y", "unknown"),
        ("anything > 3 ? 'a' : 'b'", "one of `a`, `b`"),
        ("$contains(anything, 'x') ? 'a' : 'b'", "one of `a`, `b`"),
        ("cut.x", "unknown"),
        ("custom.x", "text or nothing"),
        ("manager.manager.id", "an identifier or nothing"),
        ("manager != null ? manager.id", "an identifier or nothing"),
        ("manager != null ? manager.profile.first : 'none'", "text"),
        ("manager != null and manager.admin ? 'boss' : 'none'", "one of `boss`, `none`"),
        ("lastLogin", "a time (RFC 3339) or null or nothing"),
        ("lastLogin != null ? lastLogin", "a time (RFC 3339) or nothing"),
        ("$exists(lastLogin) and lastLogin != null ? lastLogin : created", "a time (RFC 3339)"),
        ("$first_non_empty(lastLogin, created)", "a time (RFC 3339)"),
        ("$first_non_empty(profile.nickname, profile.first)", "text or nothing"),
        ("$default(profile.email, 'none@acme.example')", "an email address or `none@acme.example`"),
        ("$default(active, false) ? 'active' : 'suspended'", "one of `active`, `suspended`"),
        ("active = true ? 'active' : 'suspended'", "one of `active`, `suspended`"),
        ("active != false", "true or false"),
        ("$exists(active) and active", "true or false"),
        ("status = 'ACTIVE' ? 'on' : status", "one of `on`, `STAGED`"),
        ("$lowercase(status)", "one of `active`, `staged`"),
        ("$lookup({'ACTIVE': 'on', 'STAGED': 'off'}, status)", "one of `on`, `off`"),
        ("birthday & 'T00:00:00Z'", "a time (RFC 3339)"),
        ("'user-' & status", "one of `user-ACTIVE`, `user-STAGED`"),
        ("phones.number", "one or a list of texts or nothing"),
        ("phones.number[]", "a list of texts or nothing"),
        ("phones[0].number", "text or nothing"),
        ("phones[primary = true][0].number", "text or nothing"),
        ("phones", "a list of objects (`Phone`)"),
        ("$count(phones) > 0 ? phones[0].number : 'none'", "text or nothing"),
        ("tags[$ != '']", "one or a list of texts or nothing"),
        ("phones[0].number[$contains($, '1')]", "text or nothing"),
        ("custom.x[$contains($, '1')]", "text or nothing"),
        ("[tags, id]", "a list of texts or identifiers"),
        ("$type(anything) = 'string' ? anything : 'x'", "text"),
        ("$type(anything) = 'number' ? anything", "a number or nothing"),
        ("$date_from_epoch_seconds(age)", "a time (RFC 3339) or nothing"),
        ("$fromMillis(age)", "a time (RFC 3339)"),
        ("profile.nickname ?: profile.first", "text"),
        ("profile.email ?? 'none'", "an email address or `none`"),
        ("{'id': id, 'name': profile.nickname}", "an object"),
        ("{'id': manager.id}.id", "an identifier or nothing"),
        ("phones.{'number': number}", "one or a list of objects or nothing"),
        ("manager", "an object (`Person`) or null or nothing"),
        ("1 in [1, 2]", "true or false"),
        ("$map(phones, function($p) { $uppercase($p.number) })", "one or a list of texts or nothing"),
        ("$merge([{'a': id}, {'b': age}]).b", "a number"),
        ("$one(phones).number", "text"),
        ("$text_list(tags)", "a list of texts"),
        ("$not($exists(manager))", "true or false"),
        ("$string(admin)", "one of `true`, `false`"),
    ] {
        let (known, problems) = told(expression);
        assert_eq!(problems, [], "{expression}");
        assert_eq!(known, described, "{expression}");
    }
}

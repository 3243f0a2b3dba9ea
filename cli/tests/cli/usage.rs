//! Wrong commands: exit status 2, nothing on stdout, and a message that says what to type instead.

use crate::machine::{connc, connc_with, file};

#[test]
fn misspelt_names_have_suggestions() {
    connc(&["run", "otka", "users"]).refused(&["there is no connector `otka`", "did you mean `okta`?"]);
    connc(&["run", "okta", "usres"]).refused(&["has no resource `usres`", "did you mean `users`?"]);
    connc(&["run", "okta", "users.lst"]).refused(&["has no verb `lst`", "did you mean `list`?"]);
    connc(&["run", "okta", "users", "--auth", "api_tokne"]).refused(&["has no auth method `api_tokne`", "did you mean `api_token`?"]);
    connc(&["run", "okta", "users", "--set", "domian=x"]).refused(&["has no parameter `domian`", "did you mean `domain`?"]);
    connc(&["run", "okta", "users", "--secret", "tokn=s3cret-value"]).refused(&["has no secret `tokn`", "did you mean `token`?"]);
    connc(&["run", "okta", "users", "--model", "user-directry"]).refused(&["does not map a model", "did you mean `user-directory`?"]);
    connc(&["run", "okta", "users", "--replay=emtpy"]).refused(&["no recording `emtpy`", "did you mean `empty`?"]);
    connc(&["run", "okta", "GTE /api/v1/users"]).refused(&["`GTE` is not an HTTP method", "did you mean `GET`?"]);
    connc(&["explain", "unknwon-key"]).refused(&["did you mean `unknown-key`?"]);
    connc(&["plan", "okta", "users.lst"]).refused(&["did you mean `users.list`?"]);
    connc(&["check", "otka"]).refused(&["did you mean `okta`?"]);
    connc(&["chekc"]).refused(&["check"]);
}

#[test]
fn an_update_that_changes_nothing_is_refused() {
    let update = ["run", "okta", "users.update", "u1", "--dry-run", "--set", "domain=acme.okta.com", "--input"];
    let given = |input: &str| connc(&[update.as_slice(), &[input]].concat());
    given("{}").refused(&["the input holds nothing to change", "it takes", "`first_name`"]);
    given(r#"{"first_name": "Ada"}"#).fine();
}

#[test]
fn what_is_missing_is_named_with_how_to_give_it() {
    connc(&["run", "okta", "users"]).refused(&[
        "needs parameter `domain` and secret `token`",
        "such as acme.okta.com",
        "--set domain=acme.okta.com",
        "--secret token=env:TOKEN",
        "--account FILE",
    ]);
    connc(&["run", "okta", "users.get"]).refused(&["needs an ID"]);
    connc(&["run", "okta", "groups.members"]).refused(&["groups/ID/members"]);
    connc(&["run", "okta", "users", "--set", "domain=acme.okta.com", "--secret", "token=env:NOT_THERE"])
        .refused(&["`NOT_THERE` is not set"]);
}

#[test]
fn values_are_checked_before_anything_is_sent() {
    let run = |extra: &[&str]| connc(&[&["run", "okta", "--set", "domain=acme.okta.com", "--secret", "token=t0p-s3cret"], extra].concat());
    run(&["users.create", "--input", "{bad"]).refused(&["`--input` is not JSON", "line 1, column 2"]);
    run(&["users.create", "--input", "{\"employee_id\": 12345678901234567890123}"]).refused(&["more digits", "as text"]);
    run(&["users.create", "--input", "7"]).refused(&["is not a JSON object"]);
    run(&["users.create", "--input", "{\"emial\": \"x\"}"]).refused(&["`emial`", "did you mean `email`?"]);
    run(&["users", "--where", "emial=x"]).refused(&["`emial`", "`email`"]);
    run(&["users", "--where", "email"]).refused(&["has no `=`"]);
    run(&["users", "--cursor", "abc"]).refused(&["cursor"]);
    run(&["users.get", "1", "--all"]).refused(&["`--all` is for lists"]);
    run(&["users", "--rate-limit", "manged"]).refused(&["managed"]);
    connc(&["run", "okta", "users", "--set", "domain=evil.example", "--secret", "token=t0p-s3cret"]).refused(&["not within `okta.com`"]);
}

#[test]
fn account_files_are_read_like_specs() {
    let account = |name: &str, text: &str| {
        let path = file(name, text);
        connc_with(&["run", "okta", "users", "--dry-run", "--account", &path], &[("OKTA_TOKEN", "s3cret-value")], "")
    };
    let good = "connector: okta\nauth: api_token\naccount: { domain: acme.okta.com }\nsecrets: { token: { env: OKTA_TOKEN } }\n";
    let done = account("good.yaml", good);
    assert!(done.fine().out.starts_with("GET https://acme.okta.com/api/v1/users?limit=200\n"), "{done:?}");
    account("key.yaml", &good.replace("auth:", "uath:")).refused(&["`uath` is not a key", "did you mean `auth`?", "key.yaml:2:1"]);
    account("secret.yaml", &good.replace("env:", "evn:")).refused(&["`evn` is not a key", "did you mean `env`?"]);
    account("name.yaml", &good.replace("token:", "tokn:")).refused(&["has no secret `tokn`", "did you mean `token`?"]);
    account("other.yaml", &good.replace("connector: okta", "connector: zendesk")).refused(&["is for connector `zendesk`"]);
    let literal = account("literal.yaml", &good.replace("{ env: OKTA_TOKEN }", "s3cret-value"));
    assert!(literal.fine().err.contains("holds the secret `token` itself") && !literal.err.contains("s3cret-value"), "{literal:?}");
    connc(&["run", "okta", "users", "--account", "not-there.yaml"]).refused(&["`not-there.yaml` cannot be read: it does not exist"]);
}

#[test]
fn paths_name_parents_and_ids() {
    let okta = |words: &[&str]| connc(&[&["run", "okta", "--dry-run", "--set", "domain=acme.okta.com"], words].concat());
    let sends = |words: &[&str], line: &str| {
        let done = okta(words);
        assert!(done.fine().out.starts_with(&format!("{line}\n")), "{line} is not in {done:?}");
    };
    sends(&["users/u1"], "GET https://acme.okta.com/api/v1/users/u1");
    sends(&["users", "u1"], "GET https://acme.okta.com/api/v1/users/u1");
    sends(&["groups/g1/members"], "GET https://acme.okta.com/api/v1/groups/g1/users?limit=200");
    sends(&["groups.members", "g1"], "GET https://acme.okta.com/api/v1/groups/g1/users?limit=200");
    sends(&["groups/g1/members.add", "u1"], "PUT https://acme.okta.com/api/v1/groups/g1/users/u1");
    // A unified resource that is read from one below a parent is meant by that one's path too.
    sends(&["users/u1/roles"], "GET https://acme.okta.com/api/v1/users/u1/roles");
    sends(&["role_assignments", "--where", "user_id=u1"], "GET https://acme.okta.com/api/v1/users/u1/roles");
    // A verb that no model has is the provider's own.
    sends(&["users.suspend", "u1"], "POST https://acme.okta.com/api/v1/users/u1/lifecycle/suspend");
    sends(&["users.delete", "u1"], "POST https://acme.okta.com/api/v1/users/u1/lifecycle/deactivate");
    sends(&["users.delete", "u1", "--native"], "DELETE https://acme.okta.com/api/v1/users/u1");
    // What is odd in an id stays in its segment.
    sends(&["users", "a/../b"], "GET https://acme.okta.com/api/v1/users/a%2F..%2Fb");
    okta(&["me", "u1"]).refused(&["takes no ID"]);
    okta(&["roles.update", "r1"]).refused(&["cannot update"]);
}

#[test]
fn what_a_model_lacks_is_the_providers_own() {
    let connector = "connector: harbour\nspec: 1\ntitle: Harbour\nbase_url: https://api.harbour.example\nauth: { public: { scheme: none } }\nresources:\n  \
        groups:\n    list: { get: /groups, items: $, paginate: { style: single } }\n    update: { put: '/groups/{{ id }}', body: { name: { const: x } } }\n";
    file("lacking/harbour/connector.yaml", connector);
    let map = "maps: user-directory@1\ngroups: { from: groups, fields: { id: id, name: name } }\n";
    let map = file("lacking/harbour/user-directory.yaml", map);
    let folder = std::path::Path::new(&map).ancestors().nth(2).expect("a folder").display().to_string();
    let refused = connc(&["--connectors", &folder, "run", "harbour", "groups.update", "g1", "--dry-run"]);
    refused.refused(&["cannot update", "groups.update --native"]);
}

#[test]
fn the_model_that_wins_is_named() {
    let zendesk = |words: &[&str]| connc(&[&["run", "zendesk", "--replay", "--no-raw"], words].concat());
    let both = zendesk(&["users"]);
    assert!(both.fine().err.contains("`users` of model `user-directory`; `ticketing` maps it too"), "{both:?}");
    assert!(zendesk(&["tickets/35436/comments"]).fine().out.contains("\"ticket_id\":\"35436\""));
}

#[test]
fn a_secret_can_be_typed() {
    let arguments = ["run", "okta", "users", "--dry-run", "--set", "domain=acme.okta.com", "--secret", "token=-"];
    let done = connc_with(&arguments, &[], "s3cret-value\n");
    assert!(done.fine().out.contains("authorization: SSWS {{ secret.token }}") && !done.out.contains("s3cret-value"), "{done:?}");
}

#[test]
fn every_command_has_help_with_an_example() {
    for command in ["check", "explain", "plan", "run", "test", "verify", "list", "eval", "build", "schema", "completions", "man"] {
        let done = connc(&[command, "--help"]);
        assert!(done.fine().out.contains("Example") && done.out.contains(&format!("connc {command}")), "{command}: {}", done.out);
    }
}

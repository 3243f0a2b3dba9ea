//! What commands print, and where.

use crate::machine::{connc, connc_in, connc_with, file};

#[test]
fn a_pipe_gets_a_record_per_line() {
    let done = connc(&["run", "okta", "users", "--replay", "--all"]);
    let lines: Vec<serde_json::Value> = done.fine().out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 7, "{done:?}");
    assert!(lines.iter().all(|record| record["id"].is_string() && record["raw"]["id"] == record["id"]));
}

#[test]
fn one_page_says_that_there_are_more() {
    let done = connc(&["run", "okta", "users", "--replay", "--no-raw"]);
    assert_eq!(done.fine().out.lines().count(), 2);
    assert!(!done.out.contains("\"raw\"") && done.err.contains("--all"), "{done:?}");
}

#[test]
fn json_is_the_envelope_and_the_bare_record() {
    let list: serde_json::Value =
        serde_json::from_str(&connc(&["run", "okta", "users", "--replay", "--output", "json"]).fine().out).unwrap();
    assert_eq!(
        (&list["result_count"], list["results"].as_array().unwrap().len(), list["next_cursor"].is_string()),
        (&serde_json::json!(2), 2, true)
    );
    let one: serde_json::Value = serde_json::from_str(&connc(&["run", "okta", "me", "--replay", "--output", "json"]).fine().out).unwrap();
    assert!(one["id"].is_string());
}

#[test]
fn tables_and_csv_leave_the_raw_record_out() {
    let csv = connc(&["run", "okta", "users", "--replay", "--output", "csv"]);
    assert!(csv.fine().out.starts_with("id,remote_id,email") && !csv.out.contains("raw"), "{csv:?}");
    let table = connc(&["run", "okta", "users", "--replay", "--output", "table"]);
    assert!(table.fine().out.contains("ada.quill@acme.example") && !table.out.contains("profile"), "{table:?}");
}

#[test]
fn a_failure_before_the_first_record_prints_nothing() {
    connc(&["run", "okta", "users", "--replay=rate_limited"]).failed(&[
        "error[rate_limited]",
        "E0000047",
        "connectors/okta/connector.yaml:",
    ]);
}

#[test]
fn a_recording_of_another_call_is_a_clear_error() {
    connc(&["run", "okta", "users", "00u1nobody", "--replay"])
        .failed(&["recorded is `https://acme.okta.com", "a recording answers its own call alone"]);
}

#[test]
fn check_reports_in_every_format() {
    let spec = "connector: broken\nspec: 1\ntitle: Broken\nbase_url: https://api.example.com\nauth: { open: { scheme: none } }\nresources: { things: { get: { gte: /things } } }\n";
    let path = file("broken/connector.yaml", spec);
    let folder = path.trim_end_matches("/connector.yaml");
    let text = connc(&["check", folder]);
    assert_eq!(text.status, 1);
    assert!(text.out.contains("unknown-key") && text.out.contains("did you mean `get`?") && text.err.contains("in broken"), "{text:?}");
    let json: serde_json::Value = serde_json::from_str(&connc(&["check", folder, "--format", "json"]).out).unwrap();
    assert_eq!(
        (&json["diagnostics"][0]["code"], &json["diagnostics"][0]["line"], &json["summary"]["connectors"]),
        (&"unknown-key".into(), &6.into(), &1.into())
    );
    let sarif: serde_json::Value = serde_json::from_str(&connc(&["check", folder, "--format", "sarif"]).out).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "unknown-key");
    assert!(connc(&["check", folder, "--format", "github"]).out.starts_with("::error file="));
    connc(&["check"]).fine();
}

#[test]
fn it_works_away_from_the_repository() {
    let outside = env!("CARGO_TARGET_TMPDIR");
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_connc"))
        .args(["run", "okta", "users", "--replay"])
        .current_dir(outside)
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
}

#[test]
fn built_in_connectors_are_listed_as_those_on_the_disk_are() {
    let outside = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (here, there) = (connc(&["list", "--format", "json"]), connc_in(outside, &["list", "--format", "json"]));
    assert!(here.fine().out == there.fine().out, "{}", there.out);
}

#[test]
fn connectors_of_ones_own_hide_the_built_in_ones() {
    let spec = "connector: okta\nspec: 1\ntitle: Mine\nbase_url: https://api.example.com\nauth: { open: { scheme: none } }\nresources: { things: { get: { get: \"/things/{{ id }}\" } } }\n";
    let path = file("own/connectors/okta/connector.yaml", spec);
    let folder = path.trim_end_matches("/okta/connector.yaml");
    let plan = |name: &str| connc(&["plan", name, "--connectors", folder]);
    assert!(plan("okta").fine().out.contains("title  Mine"));
    assert!(plan("zendesk").fine().out.contains("connector zendesk"));
    assert!(connc(&["check", "--connectors", folder]).fine().err.contains("okta: no problems"));
    connc(&["list", "--connectors", "not-there"]).refused(&["`not-there` is not a folder"]);
}

#[test]
fn a_model_beside_the_connectors_is_theirs() {
    file("models/unified-models/shelves/model.yaml", "model: shelves\nversion: 1\ntitle: Shelves\ndescription: What stands where.\n");
    let books = "model: shelves\nversion: 1\nresource: books\ntitle: Books\ndescription: Books.\ntype: object\nrequired: [id]\nadditionalProperties: false\nproperties:\n  id: { type: string, format: id, description: Its number. }\n";
    file("models/unified-models/shelves/books.yaml", books);
    file("models/connectors/library/shelves.yaml", "maps: shelves@1\nbooks: { from: books, fields: { id: nr } }\n");
    let spec = "connector: library\nspec: 1\ntitle: Library\nbase_url: https://api.example.com\nauth: { open: { scheme: none } }\nresources: { books: { get: { get: \"/books/{{ id }}\" } } }\n";
    let path = file("models/connectors/library/connector.yaml", spec);
    let done = connc(&["check", path.trim_end_matches("/connector.yaml")]);
    assert!(done.fine().err.contains("library: no problems"), "{done:?}");
}

#[cfg(unix)]
#[test]
fn a_connector_brings_in_no_files_from_elsewhere() {
    let secret = file("elsewhere.yaml", "token: s3cret-value\n");
    let path = file("links/linked/connector.yaml", "connector: linked\n");
    let folder = path.trim_end_matches("/connector.yaml");
    let link = format!("{folder}/user-directory.yaml");
    let _ = std::fs::remove_file(&link);
    std::os::unix::fs::symlink(&secret, &link).unwrap();
    let done = connc(&["check", folder]);
    done.refused(&["leads out of its folder"]);
    assert!(!done.err.contains("s3cret-value"));
}

#[test]
fn eval_prints_what_a_map_would_make() {
    let eval = |expression: &str, input: &str| connc_with(&["eval", expression, "--input", "-"], &[], input);
    assert_eq!(eval("id", "{\"id\": 9007199254740993123}").fine().out, "\"9007199254740993123\"\n");
    assert_eq!(eval("nothing", "{}").fine().out, "");
    eval("a.", "{}").failed(&["  a.\n", "^"]);
    eval("$now()", "{}").failed(&["`$now` does not exist here"]);
    eval("$uppercsae(a)", "{}").failed(&["did you mean `$uppercase`?"]);
    eval("a", "{").refused(&["stdin is not JSON"]);
}

#[test]
fn builds_repeat_themselves() {
    let one = connc(&["build", "okta", "zendesk"]);
    assert_eq!(one.fine().out, connc(&["build", "zendesk", "okta"]).out);
    let artefact: serde_json::Value = serde_json::from_str(&one.out).unwrap();
    assert_eq!((&artefact["format"], artefact["plans"].as_array().unwrap().len()), (&1.into(), 2));
    assert!(artefact["hash"].as_str().unwrap().starts_with("sha256:"));
    assert!(!one.out.contains(env!("CARGO_MANIFEST_DIR")));
    let bundle = connc_runtime::Bundle::read(&one.out).unwrap();
    assert_eq!(bundle.connector("zendesk").unwrap().plan().connector, "zendesk");
    assert!(bundle.connector("zendsk").unwrap_err().help.clone().unwrap().contains("did you mean `zendesk`?"));
}

#[test]
fn the_rest_prints_something_of_use() {
    for arguments in [
        &["list"][..],
        &["list", "--format", "json"],
        &["plan", "okta"],
        &["plan", "okta", "users.list", "--format", "json"],
        &["explain"],
        &["completions", "bash"],
        &["man"],
        &["man", "run"],
        &["eval", "--functions"],
        &["schema"],
    ] {
        let done = connc(arguments);
        assert!(!done.fine().out.trim().is_empty(), "{arguments:?}");
    }
}

#[test]
fn the_recording_of_the_named_model_is_played() {
    let run = |model: &str| connc(&["run", "servicenow", "users", "--model", model, "--replay", "--output", "json"]).fine().out.clone();
    let (directory, ticketing) = (run("user-directory"), run("ticketing"));
    assert!(directory.contains("\"username\"") && !ticketing.contains("\"username\""), "{ticketing}");
}

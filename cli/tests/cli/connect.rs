//! `connc connect`: an OAuth server of our own, and a browser that is this test.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::machine::{Done, connc_with, file};
use crate::record::tested_in;
use crate::server::{Answer, Server, json};

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const SECRET: &str = "app-s3cret-value";

const CONNECTOR: &str = r#"
connector: courier
spec: 1
title: Courier
app: { client_id: {}, secrets: { client_secret: {} } }
base_url: https://api.example.com
auth:
  oauth:
    scheme: oauth2
    grant: authorization_code
    authorize_url: https://login.example.com/authorize
    token_url: https://login.example.com/token
    client_id: "{{ app.client_id }}"
    client_secret: "{{ app.secret.client_secret }}"
    client_auth: body
    scopes: [parcels.read]
  sites:
    scheme: oauth2
    grant: authorization_code
    authorize_url: https://login.example.com/authorize
    token_url: https://login.example.com/token
    client_id: "{{ app.client_id }}"
    client_secret: "{{ app.secret.client_secret }}"
    connect: [{ call: sites.list, as: sites }]
    choose: { site: { from: '$sites.{"id": id, "label": name}' } }
    base_url: https://api.example.com/sites/{{ kept.site }}
  machine:
    scheme: oauth2
    grant: client_credentials
    token_url: https://login.example.com/token
    client_id: "{{ app.client_id }}"
    client_secret: "{{ app.secret.client_secret }}"
verify: me.get
resources:
  me:
    get: { get: /me }
  sites:
    list: { get: https://api.example.com/sites, items: sites, paginate: { style: single } }
  parcels:
    list: { get: /parcels, items: parcels, paginate: { style: single } }
"#;

/// A connector, an account and a store of one test's own.
struct Desk {
    name: &'static str,
    connectors: String,
    account: String,
    store: String,
    server: Server,
}

impl Desk {
    fn new(name: &'static str, answers: Vec<Answer>) -> Self {
        let connector = file(&format!("connect-{name}/connectors/courier/connector.yaml"), CONNECTOR);
        let account =
            "connector: courier\nauth: oauth\napp: { client_id: client-1 }\napp_secrets: { client_secret: { env: APP_SECRET } }\n";
        let account = file(&format!("connect-{name}/acme.yaml"), account);
        let folder = Path::new(&account).parent().unwrap().join("store");
        let _ = std::fs::remove_dir_all(&folder);
        let connectors = Path::new(&connector).parent().unwrap().parent().unwrap().display().to_string();
        Self { name, connectors, account, store: folder.display().to_string(), server: Server::start(answers) }
    }

    fn arguments<'a>(&'a self, command: &[&'a str], extra: &[&'a str]) -> Vec<String> {
        let (login, api) =
            (format!("https://login.example.com={}", self.server.url), format!("https://api.example.com={}", self.server.url));
        let shared = ["--connectors", &self.connectors, "--account", &self.account, "--store", &self.store];
        [command, &shared, &["--origin", &login, "--origin", &api], extra].concat().into_iter().map(str::to_owned).collect()
    }

    fn run(&self, command: &[&str], extra: &[&str]) -> Done {
        let arguments = self.arguments(command, extra);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        hidden(connc_with(&arguments, &[("CONNC_STORE_KEY", KEY), ("APP_SECRET", SECRET)], ""))
    }

    /// Starts to connect, and waits for the address.
    fn connect(&self, extra: &[&str]) -> Waiting {
        let mut command = Command::new(env!("CARGO_BIN_EXE_connc"));
        command.args(self.arguments(&["connect", "courier"], extra)).env_clear().env("CONNC_STORE_KEY", KEY).env("APP_SECRET", SECRET);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut err = String::new();
        let url = loop {
            let mut line = String::new();
            assert!(said.read_line(&mut line).unwrap() > 0, "{}: it ended with:\n{err}", self.name);
            err.push_str(&line);
            if line.starts_with("http") {
                break url::Url::parse(line.trim()).unwrap();
            }
        };
        Waiting { child, said, err, url }
    }
}

/// A command that waits for the browser.
struct Waiting {
    child: Child,
    said: BufReader<std::process::ChildStderr>,
    err: String,
    url: url::Url,
}

impl Waiting {
    fn asked(&self, name: &str) -> String {
        self.url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    }

    /// What the browser does at an address below the redirect's origin.
    fn browse(&self, target: &str) -> String {
        let redirect = url::Url::parse(&self.asked("redirect_uri")).unwrap();
        browse(redirect.port().unwrap(), &format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))
    }

    fn done(mut self) -> Done {
        let status = self.child.wait().unwrap().code().unwrap();
        let mut out = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        self.said.read_to_string(&mut self.err).unwrap();
        hidden(Done { status, out, err: self.err })
    }
}

fn browse(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut page = String::new();
    let _ = stream.read_to_string(&mut page);
    page
}

/// Nothing that is printed holds a secret.
fn hidden(done: Done) -> Done {
    for secret in [SECRET, KEY, "access-1", "access-2", "refresh-1", "refresh-2", "the-code"] {
        assert!(!done.out.contains(secret) && !done.err.contains(secret), "`{secret}` shows: {done:?}");
    }
    done
}

fn token(number: u8) -> Answer {
    json(&format!(
        r#"{{"access_token": "access-{number}", "refresh_token": "refresh-{number}", "token_type": "Bearer", "expires_in": 3600}}"#
    ))
}

fn me() -> Answer {
    json(r#"{"id": "u1"}"#)
}

#[test]
fn consent_becomes_a_token_that_other_commands_use_and_renew() {
    let parcels = || json(r#"{"parcels": [{"id": "p1"}]}"#);
    let expired = Answer::Json(401, &[], "{}".to_owned());
    let desk = Desk::new("consent", vec![token(1), me(), expired, token(2), parcels(), parcels()]);
    let waiting = desk.connect(&["--no-browser"]);
    assert_eq!((waiting.url.path(), waiting.asked("response_type").as_str()), ("/authorize", "code"));
    assert_eq!((waiting.asked("client_id"), waiting.asked("scope")), ("client-1".to_owned(), "parcels.read".to_owned()));
    assert_eq!((waiting.asked("code_challenge_method"), waiting.asked("code_challenge").len()), ("S256".to_owned(), 43));
    assert!(waiting.asked("redirect_uri").starts_with("http://127.0.0.1:") && waiting.asked("redirect_uri").ends_with("/callback"));
    let state = waiting.asked("state");
    // A connection that says nothing holds nobody up.
    let silent = TcpStream::connect(("127.0.0.1", url::Url::parse(&waiting.asked("redirect_uri")).unwrap().port().unwrap())).unwrap();
    assert!(waiting.browse("/favicon.ico").starts_with("HTTP/1.1 404 "));
    assert!(waiting.browse("/callback?code=forged&state=other").starts_with("HTTP/1.1 400 "));
    assert!(waiting.browse(&format!("/callback?code=forged&state=other&state={state}")).starts_with("HTTP/1.1 400 "));
    let page = waiting.browse(&format!("/callback?code=the-code&state={state}"));
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("The account is connected."), "{page}");
    assert!(page.contains("Content-Security-Policy: default-src 'none'") && !page.contains("the-code"));
    drop(silent);
    let done = waiting.done();
    assert_eq!(done.fine().out, "courier: connected (auth oauth, account acme)\n", "{done:?}");

    let asked = desk.server.asked();
    let form = &asked[0].body;
    assert!(form.contains("grant_type=authorization_code") && form.contains("code=the-code") && form.contains("code_verifier="), "{form}");
    assert_eq!((asked[1].line.as_str(), asked[1].header("authorization")), ("GET /me", "Bearer access-1"));

    // The first command renews the token that is refused, and the next one finds the new one in the store.
    for _ in 0..2 {
        assert!(desk.run(&["run", "courier", "parcels"], &["--native"]).fine().out.contains("p1"));
    }
    let asked = desk.server.asked();
    assert!(asked[3].body.contains("grant_type=refresh_token") && asked[3].body.contains("refresh_token=refresh-1"));
    assert_eq!(asked.len(), 6, "{asked:?}");
    assert!(asked[4..].iter().all(|asked| asked.header("authorization") == "Bearer access-2"));
    let kept = std::fs::read_dir(&desk.store).unwrap().map(|entry| entry.unwrap().path());
    assert!(kept.into_iter().all(|path| !String::from_utf8_lossy(&std::fs::read(path).unwrap()).contains("refresh")));

    assert!(desk.run(&["connect", "courier"], &["--disconnect"]).fine().out.contains("disconnected"));
    desk.run(&["run", "courier", "parcels"], &["--native"]).failed(&[
        "error[needs_reauth]",
        "not connected yet",
        "`connc connect courier --account FILE`",
    ]);
    desk.run(&["connect", "courier"], &["--disconnect"]).refused(&[
        "nothing is kept of account `acme` (auth `oauth`)",
        &desk.store,
        "`id` of the account file",
    ]);
}

#[test]
fn nobody_is_asked_for_what_could_not_be_kept() {
    let mut desk = Desk::new("unwritable", Vec::new());
    // Below a file there can be no folder.
    desk.store = format!("{}/store", desk.account);
    let done = desk.run(&["connect", "courier"], &["--timeout", "200ms"]);
    done.refused(&["what the person allows could not be kept", &desk.store, "name another folder: `--store DIR`"]);
    assert!(!done.err.contains("https://") && !done.err.contains("browser"), "{done:?}");
    let done = desk.run(&["connect", "courier"], &["--auth", "machine"]);
    done.failed(&["error[store]", "see that the store can be read and written"]);
    assert!(!done.err.contains("may succeed later") && desk.server.asked().is_empty(), "{done:?}");
}

#[test]
fn an_origin_that_nothing_is_sent_to_is_refused() {
    let desk = Desk::new("origins", Vec::new());
    for command in [["connect", "courier"].as_slice(), &["run", "courier", "parcels"], &["verify", "courier"]] {
        let wrong = ["--auth", "machine", "--origin", "https://login.exampel.com=http://127.0.0.1:9"];
        desk.run(command, &wrong)
            .refused(&["connector `courier` sends nothing to `https://login.exampel.com`", "did you mean `https://login.example.com`?"]);
    }
    assert!(desk.server.asked().is_empty());
    // Hosts that an account supplies are those of this account.
    let run = |from: &str| {
        let pair = format!("{from}=http://127.0.0.1:9");
        crate::machine::connc(&["run", "okta", "users", "--dry-run", "--set", "domain=acme.okta.com", "--origin", &pair])
    };
    run("https://acme.okta.com").fine();
    for wrong in ["https://acm.okta.com", "http://acme.okta.com", "https://acme.okta.com:444", "https://acme.okta.com.evil.test"] {
        run(wrong).refused(&["connector `okta` sends nothing to", "`https://acme.okta.com`"]);
    }
}

#[test]
fn where_there_are_several_one_is_chosen() {
    let sites = json(r#"{"sites": [{"id": "s1", "name": "North"}, {"id": "s2", "name": "South"}]}"#);
    let desk = Desk::new("choose", vec![token(1), sites, json(r#"{"parcels": [{"id": "p1"}]}"#)]);
    let waiting = desk.connect(&["--auth", "sites"]);
    let page = waiting.browse(&format!("/callback?code=the-code&state={}", waiting.asked("state")));
    assert!(page.contains("The account is connected."), "{:?}", waiting.done());
    // Nobody is at the terminal.
    waiting.done().refused(&["is connected, and reaches 2 for `site`", "--choose site=s1: North", "--choose site=s2: South"]);
    // It can be chosen later, without asking for consent again; something else cannot.
    let choose = |choice: &str| desk.run(&["connect", "courier"], &["--auth", "sites", "--choose", choice]);
    choose("site=s9").refused(&["is connected, and reaches no `s9` for `site`", "--choose site=s1: North", "--choose site=s2: South"]);
    choose("sit=s2").refused(&["nothing to choose for `sit`", "did you mean `site`?"]);
    let done = choose("site=s2");
    assert_eq!(done.out, "courier: connected (auth sites, account acme)\n", "{done:?}");
    desk.run(&["run", "courier", "parcels"], &["--auth", "sites", "--native"]).fine();
    let lines: Vec<String> = desk.server.asked().iter().map(|asked| asked.line.clone()).collect();
    assert_eq!(lines, ["POST /token", "GET /sites", "GET /sites/s2/parcels"]);
}

#[test]
fn a_refusal_is_told_to_both() {
    let desk = Desk::new("refused", Vec::new());
    let waiting = desk.connect(&[]);
    let page = waiting.browse(&format!("/callback?error=access_denied&error_description=%3Cb%3Eno&state={}", waiting.asked("state")));
    assert!(page.contains("The account is not connected.") && !page.contains("<b>"), "{page}");
    waiting.done().failed(&["error[forbidden]", "the access was not allowed", "<b>no (access_denied)"]);
}

#[test]
fn a_code_that_buys_nothing_is_told() {
    let desk = Desk::new("refused-code", vec![Answer::Json(400, &[], r#"{"error": "invalid_client"}"#.to_owned())]);
    let waiting = desk.connect(&[]);
    waiting.browse(&format!("/callback?code=the-code&state={}", waiting.asked("state")));
    waiting.done().failed(&["error[auth]", "invalid_client"]);
}

#[test]
fn nobody_waits_for_ever() {
    let desk = Desk::new("late", Vec::new());
    desk.connect(&["--timeout", "200ms"]).done().refused(&["nobody came back from the browser in time", "--timeout"]);
}

#[test]
fn a_port_that_is_taken_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let desk = Desk::new("port", Vec::new());
    desk.run(&["connect", "courier"], &["--port", &port]).refused(&["cannot be listened on", "--port N"]);
}

#[test]
fn methods_without_consent_are_acquired_and_proven() {
    let desk = Desk::new("machine", vec![token(1), me(), me()]);
    let done = desk.run(&["connect", "courier"], &["--auth", "machine"]);
    assert_eq!(done.fine().out, "courier: connected (auth machine, account acme)\n");
    // The next command finds the token in the store.
    desk.run(&["verify", "courier"], &["--auth", "machine"]).fine();
    let lines: Vec<String> = desk.server.asked().iter().map(|asked| asked.line.clone()).collect();
    assert_eq!(lines, ["POST /token", "GET /me", "GET /me"]);
}

#[test]
fn tokens_need_a_key() {
    let desk = Desk::new("key", Vec::new());
    let with = |environment: &[(&str, &str)], command: &[&str]| {
        let arguments = desk.arguments(command, &[]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        connc_with(&arguments, &[environment, &[("APP_SECRET", SECRET)]].concat(), "")
    };
    for command in [["connect", "courier"].as_slice(), &["run", "courier", "parcels"], &["verify", "courier"]] {
        with(&[], command).refused(&["`CONNC_STORE_KEY` is not set", "connc connect --new-key"]);
        let wrong = with(&[("CONNC_STORE_KEY", "hunter2hunter2")], command);
        wrong.refused(&["`CONNC_STORE_KEY` holds no key", "64 hexadecimal digits"]);
        assert!(!wrong.err.contains("hunter2"));
    }
    let key = connc_with(&["connect", "--new-key"], &[], "");
    let made = key.fine().out.trim().to_owned();
    assert!(made.len() == 64 && made.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_ne!(made, connc_with(&["connect", "--new-key"], &[], "").out.trim());
    with(&[("CONNC_STORE_KEY", &made)], &["run", "courier", "parcels"]).failed(&["error[needs_reauth]"]);
}

#[test]
fn another_key_opens_nothing() {
    let desk = Desk::new("other-key", vec![token(1), me()]);
    desk.run(&["connect", "courier"], &["--auth", "machine"]).fine();
    let arguments = desk.arguments(&["verify", "courier"], &["--auth", "machine"]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let other = connc_with(&arguments, &[("CONNC_STORE_KEY", &"ab".repeat(32)), ("APP_SECRET", SECRET)], "");
    other.failed(&["error[store]", "the store's key is another", &desk.store]);
}

#[test]
fn wrong_words_are_refused() {
    let desk = Desk::new("words", Vec::new());
    desk.run(&["connect", "courier"], &["--choose", "site"]).refused(&["`--choose site` has no `=`"]);
    connc_with(&["connect"], &[], "").refused(&["<CONNECTOR>"]);
    connc_with(&["connect", "courier", "--keyring"], &[], "").refused(&["--new-key"]);
    connc_with(&["connect", "courier", "--new-key"], &[], "").refused(&["cannot be used with"]);
    #[cfg(not(feature = "keyring"))]
    connc_with(&["connect", "--new-key", "--keyring"], &[], "").refused(&["built without the keyring", "--features keyring"]);
}

#[test]
fn a_recording_begins_after_the_renewal_of_a_token_that_ran_out() {
    let short = json(r#"{"access_token": "access-1", "refresh_token": "refresh-1", "token_type": "Bearer", "expires_in": 16}"#);
    let desk = Desk::new("expired", vec![short, me(), token(2), json(r#"{"parcels": [{"id": "p1"}]}"#)]);
    let waiting = desk.connect(&["--no-browser"]);
    let state = waiting.asked("state");
    waiting.browse(&format!("/callback?code=the-code&state={state}"));
    waiting.done().fine();
    // Long enough that what came before is done within the first three quarters of its life, also on a busy machine.
    std::thread::sleep(std::time::Duration::from_millis(16_200));
    let file = Path::new(&desk.account).parent().unwrap().join("parcels.list.yaml").display().to_string();
    let done = desk.run(&["run", "courier", "parcels"], &["--native", "--record", &file, "--force"]);
    assert!(done.fine().err.contains("had run out and was renewed"), "{done:?}");
    let asked = desk.server.asked();
    assert!(asked[2].body.contains("grant_type=refresh_token") && asked[3].line == "GET /parcels", "{asked:?}");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("{{ token.access_token }}") && !text.contains("refresh"), "{text}");
    tested_in(&desk.connectors, "courier", &file).fine();
}

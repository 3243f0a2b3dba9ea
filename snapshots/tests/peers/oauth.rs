//! Every way to a token, against npm's `oidc-provider`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use connc_compiler::source::{Role, Sources};
use connc_runtime::{Account, Call, Connector, Error, ErrorKind, FileStore, Runtime, Secret, SystemClock};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::server::{Peer, root};

const SPEC: &str = r#"
connector: peer
spec: 1
title: Peer
app: { client_id: {}, secrets: { client_secret: {} } }
base_url: URL
auth:
  consent:
    scheme: oauth2
    grant: authorization_code
    authorize_url: URL/auth
    authorize_params: { prompt: consent }
    token_url: URL/token
    revoke_url: URL/token/revocation
    client_id: "{{ app.client_id }}"
    client_secret: "{{ app.secret.client_secret }}"
    scopes: [openid, offline_access, profile]
  basic:
    scheme: oauth2
    grant: client_credentials
    token_url: URL/token
    client_id: "{{ app.client_id }}"
    client_secret: "{{ app.secret.client_secret }}"
    scopes: [parcels.read, parcels.write]
  post:
    scheme: oauth2
    grant: client_credentials
    client_auth: body
    token_url: URL/token
    client_id: "{{ app.client_id }}"
    client_secret: "{{ app.secret.client_secret }}"
    scopes: [parcels.read]
  rs256:
    scheme: oauth2
    grant: client_credentials
    secrets: { client_key: { type: pem } }
    client_auth: private_key_jwt
    client_assertion: { alg: RS256, key: "{{ secret.client_key }}" }
    token_url: URL/token
    client_id: "{{ app.client_id }}"
    scopes: [parcels.read]
  es256:
    scheme: oauth2
    grant: client_credentials
    secrets: { client_key: { type: pem } }
    client_auth: private_key_jwt
    client_assertion: { alg: ES256, key: "{{ secret.client_key }}" }
    token_url: URL/token
    client_id: "{{ app.client_id }}"
    scopes: [parcels.read]
  assertion:
    scheme: oauth2
    grant: jwt_bearer
    parameters: { subject: { type: string } }
    secrets: { client_key: { type: pem } }
    jwt:
      alg: RS256
      key: "{{ secret.client_key }}"
      iss: service-1
      sub: "{{ auth.subject }}"
      claims: { scope: "{{ scopes }}" }
      jti: true
    token_url: URL/token
    token_params: { client_id: "{{ app.client_id }}" }
    scopes: [parcels.read]
resources:
  whoami: { get: { get: /api/whoami } }
  me: { get: { get: /me } }
"#;

const BACK: &str = "http://127.0.0.1:8400/callback";

/// A server with a connector for it, and a folder for tokens.
struct Desk {
    peer: Peer,
    connector: Connector,
    folder: PathBuf,
}

impl Desk {
    fn new(name: &str) -> Self {
        let peer = Peer::node("oauth-server.mjs");
        let mut sources = Sources::new("peer");
        sources.add(Role::Connector, "connectors/peer/connector.yaml", SPEC.replace("URL", &peer.url));
        let compiled = connc_compiler::compile(&sources);
        let plan = compiled.plan.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
        // Through its text, as a service gets it.
        let plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("peer-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        Self { peer, connector: Connector::load(plan).unwrap(), folder }
    }

    /// A runtime as another process would have it: it shares nothing but the store.
    fn runtime(&self, store: &str) -> Runtime {
        let store = FileStore::new(self.folder.join(store), &Secret::new([7; 32]), Arc::new(SystemClock)).unwrap();
        Runtime::builder().allow_origin(&self.peer.url).cursor_key([7; 32]).store(Arc::new(store)).build().unwrap()
    }

    /// Consents as a person would, in a browser.
    async fn connect(&self, runtime: &Runtime, account: &Account) {
        let asked = runtime.authorize(&self.connector, account, BACK).unwrap();
        let back = Browser::default().consent(&asked.url, BACK);
        runtime.finish(&self.connector, account, &asked.flow, &back).await.unwrap();
    }

    async fn get(&self, runtime: &Runtime, account: &Account, resource: &str) -> Result<Value, Error> {
        let answer = runtime.call(&self.connector, account, Call::native(format!("{resource}.get"))).await?;
        Ok(answer.record.unwrap().value().unwrap())
    }

    /// What the server counted: `refresh_token` is a grant that it gave, `refresh_token invalid_grant` one that it did not.
    fn count(&self, what: &str) -> u64 {
        let page = Browser::default().request(&format!("{}/test/counts", self.peer.url), None);
        let counts: Value = serde_json::from_str(&page.text).unwrap();
        counts.get(what).and_then(Value::as_u64).unwrap_or(0)
    }

    /// The server takes no token any more that it gave so far.
    fn forget(&self) {
        assert_eq!(Browser::default().request(&format!("{}/test/forget", self.peer.url), None).status, 204);
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn account(auth: &str, client: &str, secret: &str) -> Account {
    Account {
        connector: "peer".to_owned(),
        id: Some("acme".to_owned()),
        auth: auth.to_owned(),
        app: [("client_id".to_owned(), json!(client))].into(),
        app_secrets: [("client_secret".to_owned(), Secret::from(secret))].into(),
        ..Account::default()
    }
}

fn person() -> Account {
    account("consent", "app", "app-secret-of-the-test")
}

fn signing(auth: &str, client: &str, key: &str) -> Account {
    let key = std::fs::read_to_string(root().join("runtime/tests/keys").join(key)).unwrap();
    let mut account = account(auth, client, "not used");
    account.secrets.insert("client_key".to_owned(), Secret::from(key));
    account
}

#[tokio::test]
async fn consent_becomes_a_token_and_its_renewal_rotates() {
    let desk = Desk::new("consent");
    let (one, account) = (desk.runtime("store"), person());
    desk.connect(&one, &account).await;
    let me = desk.get(&one, &account, "me").await.unwrap();
    assert_eq!((me.get("sub"), me.get("name")), (Some(&json!("ada")), Some(&json!("Person ada"))));
    let whoami = desk.get(&one, &account, "whoami").await.unwrap();
    assert_eq!((&whoami["client"], &whoami["person"], &whoami["kind"]), (&json!("app"), &json!("ada"), &json!("AccessToken")));

    // Another process finds the token where this one kept it.
    desk.get(&desk.runtime("store"), &account, "whoami").await.unwrap();
    assert_eq!((desk.count("authorization_code"), desk.count("refresh_token")), (1, 0));

    // A refused token is renewed and the call made again, each time with the refresh token that came last.
    for round in 1..=3 {
        desk.forget();
        desk.get(&desk.runtime("store"), &account, "whoami").await.unwrap();
        assert_eq!(desk.count("refresh_token"), round);
    }
    assert_eq!(desk.count("refresh_token invalid_grant"), 0);
}

#[tokio::test]
async fn two_processes_spend_a_refresh_token_once() {
    let desk = Desk::new("shared");
    let account = person();
    desk.connect(&desk.runtime("store"), &account).await;
    desk.forget();
    let runtimes: Vec<Runtime> = (0..4).map(|_| desk.runtime("store")).collect();
    let calls = runtimes.iter().flat_map(|runtime| (0..5).map(move |_| runtime)).map(|runtime| desk.get(runtime, &account, "whoami"));
    for done in futures_util::future::join_all(calls).await {
        done.unwrap();
    }
    assert_eq!((desk.count("refresh_token"), desk.count("refresh_token invalid_grant")), (1, 0));
}

#[tokio::test]
async fn a_spent_refresh_token_asks_for_consent_once_more() {
    let desk = Desk::new("reuse");
    let account = person();
    desk.connect(&desk.runtime("store"), &account).await;
    // Somebody restores a backup of the store.
    let copy = desk.folder.join("copy");
    std::fs::create_dir_all(&copy).unwrap();
    for file in std::fs::read_dir(desk.folder.join("store")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), copy.join(file.file_name())).unwrap();
    }
    desk.forget();
    desk.get(&desk.runtime("store"), &account, "whoami").await.unwrap();

    let stale = desk.runtime("copy");
    for _ in 0..3 {
        let error = desk.get(&stale, &account, "whoami").await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NeedsReauth, "{error}");
    }
    assert_eq!(desk.count("refresh_token invalid_grant"), 1, "it is not tried again and again");
    desk.connect(&stale, &account).await;
    desk.get(&stale, &account, "whoami").await.unwrap();
}

#[tokio::test]
async fn a_code_of_another_flow_is_refused_by_the_server() {
    let desk = Desk::new("mixed");
    let (runtime, account) = (desk.runtime("store"), person());
    let one = runtime.authorize(&desk.connector, &account, BACK).unwrap();
    let two = runtime.authorize(&desk.connector, &account, BACK).unwrap();
    let back = Browser::default().consent(&one.url, BACK);
    let error = runtime.finish(&desk.connector, &account, &two.flow, &back).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Security);
    // The code with the state of the other flow: now the proof key is wrong.
    let forged = back.replace(&one.state, &two.state);
    let error = runtime.finish(&desk.connector, &account, &two.flow, &forged).await.unwrap_err();
    assert_eq!(error.provider_code.as_deref(), Some("invalid_grant"));
    assert_eq!(desk.count("authorization_code"), 0);
}

#[tokio::test]
async fn disconnecting_takes_the_tokens_back() {
    let desk = Desk::new("revoke");
    let (runtime, account) = (desk.runtime("store"), person());
    desk.connect(&runtime, &account).await;
    let copy = desk.folder.join("copy");
    std::fs::create_dir_all(&copy).unwrap();
    for file in std::fs::read_dir(desk.folder.join("store")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), copy.join(file.file_name())).unwrap();
    }
    runtime.disconnect(&desk.connector, &account).await.unwrap();
    let error = desk.get(&runtime, &account, "whoami").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NeedsReauth);
    // Not even a copy of what was kept is of use: the server took it back.
    desk.forget();
    let error = desk.get(&desk.runtime("copy"), &account, "whoami").await.unwrap_err();
    assert_eq!((error.kind, desk.count("refresh_token")), (ErrorKind::NeedsReauth, 0));
}

#[tokio::test]
async fn clients_prove_who_they_are_in_every_way() {
    let desk = Desk::new("clients");
    for (name, account, scope) in [
        ("machine-basic", account("basic", "machine-basic", "basic: secret/of+the test"), "parcels.read parcels.write"),
        ("machine-post", account("post", "machine-post", "post-secret-of-the-test"), "parcels.read"),
        ("machine-rs256", signing("rs256", "machine-rs256", "rsa.pkcs1.pem"), "parcels.read"),
        ("machine-es256", signing("es256", "machine-es256", "ec.sec1.pem"), "parcels.read"),
    ] {
        let runtime = desk.runtime(name);
        let whoami = desk.get(&runtime, &account, "whoami").await.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((&whoami["client"], &whoami["scope"]), (&json!(name), &json!(scope)));
        // A refused token is bought anew.
        desk.forget();
        desk.get(&runtime, &account, "whoami").await.unwrap();
    }
    assert_eq!(desk.count("client_credentials"), 8);
    let error = desk.get(&desk.runtime("wrong"), &account("post", "machine-post", "wrong"), "whoami").await.unwrap_err();
    assert_eq!((error.kind, error.provider_code.as_deref()), (ErrorKind::Auth, Some("invalid_client")));
    let other = signing("es256", "machine-rs256", "ec.pkcs8.pem");
    let error = desk.get(&desk.runtime("other"), &other, "whoami").await.unwrap_err();
    assert_eq!((error.kind, error.provider_code.as_deref()), (ErrorKind::Auth, Some("invalid_client")));
}

#[tokio::test]
async fn a_signed_assertion_buys_a_token_for_its_subject() {
    let desk = Desk::new("assertion");
    let mut account = signing("assertion", "assertion", "rsa.pkcs8.pem");
    account.parameters.insert("subject".to_owned(), json!("admin@acme.example"));
    let runtime = desk.runtime("store");
    let whoami = desk.get(&runtime, &account, "whoami").await.unwrap();
    assert_eq!((&whoami["person"], &whoami["scope"]), (&json!("admin@acme.example"), &json!("parcels.read")));
    desk.forget();
    desk.get(&runtime, &account, "whoami").await.unwrap();
}

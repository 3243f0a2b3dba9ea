//! The SCIM base against a server that has nothing to do with connc: PyPI's `scim2-server`, which `peers/install-scim` installs.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use connc::project::Project;
use connc_plan::{Origin, Text, Verb};
use connc_runtime::{Account, Call, Connector, Error, ErrorKind, Runtime, Secret};
use serde_json::{Value, json};

const TOKEN: &str = "a-token-of-the-test";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// The server, which ends with the test.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start() -> Self {
        let build = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the build folder holds the one for tests");
        let program = build.join("peers/scim/bin/scim2-server");
        assert!(program.is_file(), "run `peers/install-scim` first: there is no `{}`", program.display());
        // Another process may take the port between the two: then the server ends, and the next try has another.
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).unwrap().port();
            let mut command = Command::new(&program);
            command.args(["--port", &port.to_string(), "--bearer-token", TOKEN]).stdout(Stdio::null()).stderr(Stdio::null());
            let mut server = Self { process: command.spawn().expect("the server starts"), url: format!("http://127.0.0.1:{port}") };
            while server.process.try_wait().unwrap().is_none() {
                if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                    return server;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        panic!("the server does not start");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is ours, and holds nothing.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Peer {
    runtime: Runtime,
    connector: Connector,
    account: Account,
    _server: Server,
}

impl Peer {
    /// The sample that extends the base, with small pages, so that there are several.
    fn start() -> Self {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
        std::env::set_current_dir(root).expect("the repository is there");
        let project = Project::open(Some(Path::new("snapshots/samples/connectors"))).expect("there are samples");
        let loaded = project.find("harbour-scim").and_then(|found| found.load()).expect("the sample can be read");
        let mut plan = loaded.compile().plan.expect("the sample compiles");
        plan.base_url = Text::literal("https://acme.harbour.example/v2", Origin::default());
        let size = plan.operations.get_mut("users.list").and_then(|list| list.paginate.as_mut()?.size.as_mut()).unwrap();
        size.value = 2;
        let server = Server::start();
        let runtime = Runtime::builder().map_base(server.url.as_str()).build().unwrap();
        let account = Account {
            connector: "harbour-scim".to_owned(),
            account: [("domain".to_owned(), json!("acme.harbour.example"))].into(),
            secrets: [("token".to_owned(), Secret::from(TOKEN))].into(),
            ..Account::default()
        };
        Self { runtime, connector: Connector::load(plan).unwrap(), account, _server: server }
    }

    async fn call(&self, call: Call) -> Result<Value, Error> {
        let answer = self.runtime.call(&self.connector, &self.account, call).await?;
        Ok(answer.record.map(|record| record.value().unwrap()).unwrap_or_default())
    }

    /// All records, and on how many pages they came.
    async fn list(&self, call: Call) -> Result<(Vec<Value>, usize), Error> {
        let mut pages = self.runtime.list(&self.connector, &self.account, call)?;
        let (mut records, mut number) = (Vec::new(), 0);
        while let Some(page) = pages.next().await {
            records.extend(page?.records.iter().map(|record| record.value().unwrap()));
            number += 1;
        }
        Ok((records, number))
    }

    async fn user(&self, name: &str) -> String {
        let mailbox: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let input = json!({ "username": name, "email": format!("{mailbox}@acme.example"), "last_name": "Quill", "department": "Bridge" });
        let user = self.call(unified("users", Verb::Create).input(input)).await.unwrap();
        user["id"].as_str().unwrap().to_owned()
    }
}

fn unified(resource: &str, verb: Verb) -> Call {
    Call::unified("user-directory", resource, verb).raw(false)
}

fn names(records: &[Value]) -> Vec<&str> {
    let mut names: Vec<&str> = records.iter().map(|record| record["username"].as_str().unwrap()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn scim_as_another_implementation_speaks_it() {
    let peer = Peer::start();
    let mut ids = Vec::new();
    for name in ["ada", "bo", "cy", "dot", "o\"brien\\"] {
        ids.push(peer.user(name).await);
    }

    // Pages to the end, and filters whose values stay values.
    let (all, pages) = peer.list(unified("users", Verb::List)).await.unwrap();
    assert_eq!((names(&all), pages), (vec!["ada", "bo", "cy", "dot", "o\"brien\\"], 3));
    let (found, _) = peer.list(unified("users", Verb::List).filter("username", "o\"brien\\")).await.unwrap();
    assert_eq!(names(&found), ["o\"brien\\"]);
    let (found, _) = peer.list(unified("users", Verb::List).filter("email", "bo@acme.example")).await.unwrap();
    assert_eq!((names(&found), found[0]["department"].as_str()), (vec!["bo"], Some("Bridge")));
    let (found, _) = peer.list(unified("users", Verb::List).filter("username", "\" or userName pr or userName eq \"")).await.unwrap();
    assert!(found.is_empty(), "a value became a filter: {found:?}");
    let (found, _) = peer.list(unified("users", Verb::List).filter("updated_after", "2020-01-01T00:00:00Z")).await.unwrap();
    assert_eq!(found.len(), 5);

    // PATCH changes what is given, and clears what is null; PUT replaces the whole.
    let ada = ids[0].as_str();
    let input = json!({ "title": "Pilot", "status": "inactive", "last_name": "Quillon", "email": "ada@new.example" });
    let patched = peer.call(unified("users", Verb::Update).id(ada).input(input)).await.unwrap();
    assert_eq!((&patched["title"], &patched["status"], &patched["last_name"]), (&json!("Pilot"), &json!("inactive"), &json!("Quillon")));
    assert_eq!((&patched["email"], &patched["department"]), (&json!("ada@new.example"), &json!("Bridge")));
    let cleared = peer.call(unified("users", Verb::Update).id(ada).input(json!({ "title": null }))).await.unwrap();
    assert_eq!((cleared.get("title"), &cleared["status"]), (None, &json!("inactive")));
    let values = Call::native("users.patch_values").id(ada).input(json!({ "value": { "title": "Keeper", "active": true } }));
    peer.call(values).await.unwrap();
    let body = json!({ "schemas": [USER], "userName": "ada", "displayName": "Ada" });
    let replaced = peer.call(Call::native("users.replace").id(ada).input(json!({ "body": body }))).await.unwrap();
    assert_eq!((&replaced["displayName"], replaced.get("title"), replaced.get("emails")), (&json!("Ada"), None, None));

    // Groups and their members.
    let group = peer.call(unified("groups", Verb::Create).input(json!({ "name": "Crew" }))).await.unwrap();
    let crew = group["id"].as_str().unwrap();
    for id in [&ids[1], &ids[2], &ids[2]] {
        peer.call(unified("groups.members", Verb::Add).parent(crew).id(id.as_str())).await.unwrap();
    }
    peer.call(unified("groups.members", Verb::Remove).parent(crew).id(ids[1].as_str())).await.unwrap();
    let (members, _) = peer.list(unified("groups.members", Verb::List).parent(crew)).await.unwrap();
    assert_eq!(members.iter().map(|member| member["id"].as_str().unwrap()).collect::<Vec<_>>(), [ids[2].as_str()]);
    let (groups, _) = peer.list(unified("groups", Verb::List).filter("name", "Crew")).await.unwrap();
    assert_eq!(groups.len(), 1);

    // Several writes in one request, each with a result of its own.
    let operations = json!([
        { "method": "POST", "path": "/Users", "bulkId": "one", "data": { "schemas": [USER], "userName": "eve" } },
        { "method": "POST", "path": "/Groups", "bulkId": "two", "data": { "schemas": [GROUP], "displayName": "New", "members": [{ "value": "bulkId:one" }] } },
        { "method": "DELETE", "path": "/Users/nobody" },
    ]);
    let (results, _) = peer.list(Call::native("bulk.send").input(json!({ "operations": operations }))).await.unwrap();
    let statuses: Vec<&str> = results.iter().map(|result| result["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["201", "201", "404"], "{results:?}");

    // What is gone is gone, and errors say why.
    peer.call(unified("users", Verb::Delete).id(ada)).await.unwrap();
    let gone = peer.call(unified("users", Verb::Get).id(ada)).await.unwrap_err();
    assert!(gone.kind == ErrorKind::NotFound && gone.provider_message.is_some(), "{gone}");
    let taken = peer.call(unified("users", Verb::Create).input(json!({ "username": "bo" }))).await.unwrap_err();
    assert_eq!((taken.kind, taken.provider_code.as_deref()), (ErrorKind::Conflict, Some("uniqueness")), "{taken}");
    let wrong = peer.list(Call::native("users.list").input(json!({ "filter": "userName eq" }))).await.unwrap_err();
    assert_eq!((wrong.kind, wrong.provider_code.as_deref()), (ErrorKind::InvalidInput, Some("invalidFilter")), "{wrong}");
    let mut stranger = peer.account.clone();
    stranger.secrets.insert("token".to_owned(), Secret::from("another"));
    let refused = peer.runtime.call(&peer.connector, &stranger, unified("users", Verb::Get).id(ids[1].as_str())).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Auth, "{refused}");
}

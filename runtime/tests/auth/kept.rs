//! Kept values: a base URL that comes with the token, and what may not come with it.

use connc_plan::Plan;
use connc_runtime::{Account, Call, ErrorKind, Runtime};
use serde_json::{Value, json};

use crate::kit::*;
use crate::support::*;

fn instance() -> Plan {
    let kept = json!({ "name": "instance", "type": "url", "required": true, "within": ["force.example"], "origin": [0, 6, 5] });
    let keep = json!([secret("access_token", true), { "name": "instance", "from": { "body": expression("instance_url") }, "required": true, "shown": kept }]);
    let acquire = steps(vec![token_step(&[("grant_type", "client_credentials")], keep)]);
    let mut plan = one(method(bearer(), json!({ "acquire": acquire, "base_url": text("{{ kept.instance }}") })));
    let tell =
        request("POST", "/tell", json!({ "body": { "json": { "object": [["host", { "expression": expression("$kept.instance") }]] } } }));
    plan.operations.insert("tell.it".to_owned(), serde_json::from_value(operation("tell.it", "one", tell, item(&[]), json!({}))).unwrap());
    plan
}

fn tenant() -> Account {
    Account { id: Some("acme".to_owned()), ..customer() }
}

fn answering(url: Value) -> World {
    world(instance(), tenant(), move |request, index| match request.uri().path() {
        "/token" => ok(json!({ "access_token": format!("t-{index}"), "instance_url": url })),
        _ => ok(json!({ "records": [] })),
    })
}

#[tokio::test]
async fn the_base_comes_with_the_token() {
    let world = answering(json!("https://acme.my.force.example"));
    let pages = world.runtime.list(&world.connector, &world.account, Call::native("users.list"));
    assert!(pages.is_ok(), "a list can be opened before the base is known");
    world.me().await.unwrap();
    world.runtime.call(&world.connector, &world.account, Call::native("tell.it")).await.unwrap();
    world
        .runtime
        .call(&world.connector, &world.account, Call::request(connc_runtime::Method::Get, "https://acme.my.force.example/any"))
        .await
        .unwrap();
    let urls: Vec<String> = world.peer.seen.lock().unwrap().iter().map(|request| request.uri().to_string()).collect();
    let base = "https://acme.my.force.example";
    assert_eq!(urls, ["https://login.example.com/token".to_owned(), format!("{base}/me"), format!("{base}/tell"), format!("{base}/any")]);
    assert_eq!(world.peer.to("/tell")[0].body().as_ref(), json!({ "host": base }).to_string().as_bytes());
    assert_eq!(world.stored().await.unwrap()["kept"], json!({ "instance": base }));
    let other = world.runtime.call(
        &world.connector,
        &world.account,
        Call::request(connc_runtime::Method::Get, "https://other.my.force.example/any"),
    );
    assert_eq!(other.await.unwrap_err().kind, ErrorKind::Security);
}

#[tokio::test]
async fn a_host_outside_its_domains_is_refused_and_not_stored() {
    for wrong in [
        json!("https://force.example.evil.test"),
        json!("https://evilforce.example"),
        json!("https://user@acme.force.example"),
        json!("https://acme.force.example?x=1"),
        json!("acme.force.example"),
        json!("file:///etc/passwd"),
        json!(5),
    ] {
        let world = answering(wrong.clone());
        let error = world.me().await.unwrap_err();
        assert_eq!((error.kind, error.place.as_deref()), (ErrorKind::Security, Some("connector.yaml:6:5")), "{wrong}: {error}");
        assert!(world.stored().await.is_none() && world.bearers().is_empty());
    }
    // Within, but no https: the guard holds it back.
    let world = answering(json!("http://acme.force.example"));
    assert_eq!(world.me().await.unwrap_err().kind, ErrorKind::Security);
    assert!(world.bearers().is_empty());
    let world = answering(Value::Null);
    assert_eq!(world.me().await.unwrap_err().message, "the token answer has no `instance`");
}

/// A client that sends what goes to the base URL to a local server, although the base waits for what the token answer says.
async fn mapped(base: &str, also: &[(&str, &str)]) -> (Result<connc_runtime::Answer, connc_runtime::Error>, Vec<String>) {
    let mut plan = instance();
    let url = text("https://api.example.com/token");
    let acquire = plan.auth[0].acquire.as_mut().unwrap();
    acquire.steps[0].request.url = serde_json::from_value(url).unwrap();
    let kept = json!({ "name": "instance", "type": "string", "required": true, "origin": [0, 6, 5] });
    acquire.steps[0].keep[1].shown = serde_json::from_value(kept).unwrap();
    plan.auth[0].base_url = serde_json::from_value(text(base)).unwrap();
    let world = world(plan, tenant(), |request, _| match request.uri().path() {
        "/token" => ok(json!({ "access_token": "t", "instance_url": "north" })),
        _ => ok(json!({})),
    });
    let builder = builder(world.peer.clone()).map_base("http://127.0.0.1:9");
    let runtime = also.iter().fold(builder, |builder, (from, to)| builder.map_origin(*from, *to)).build().unwrap();
    let done = runtime.call(&world.connector, &world.account, Call::native("me.get")).await;
    let urls = world.peer.seen.lock().unwrap().iter().map(|request| request.uri().to_string()).collect();
    (done, urls)
}

#[tokio::test]
async fn a_mapped_base_holds_before_anything_is_kept() {
    let (done, urls) = mapped("https://api.example.com/s/{{ kept.instance }}", &[]).await;
    done.unwrap();
    assert_eq!(urls, ["http://127.0.0.1:9/token", "http://127.0.0.1:9/s/north/me"]);
    // Where the host itself is kept, it could be any; nothing goes anywhere unless somebody says where.
    let (done, urls) = mapped("https://{{ kept.instance }}.example.com", &[]).await;
    let error = done.unwrap_err();
    assert_eq!((error.kind, urls.len()), (ErrorKind::Security, 0), "{error}");
    assert!(error.message.contains("https://api.example.com could be it"), "{error}");
    assert!(error.help.as_ref().unwrap().contains("`--origin https://api.example.com=http://127.0.0.1:8080`"), "{:?}", error.help);
    let (done, urls) = mapped("https://{{ kept.instance }}.example.com", &[("https://api.example.com", "http://127.0.0.1:8")]).await;
    done.unwrap();
    assert_eq!(urls, ["http://127.0.0.1:8/token", "http://127.0.0.1:9/me"]);
}

#[tokio::test]
async fn supplied_values_are_held_against_the_plan_too() {
    let world = answering(json!("https://acme.my.force.example"));
    let call = |runtime: Runtime, kept: Value| {
        let mut account = tenant();
        account.kept = serde_json::from_value(kept).unwrap();
        let connector = world.connector.clone();
        async move { runtime.call(&connector, &account, Call::native("me.get")).await }
    };
    for kept in [json!({ "instance": "https://evil.test" }), json!({ "other": "x" })] {
        assert_eq!(call(world.runtime.clone(), kept).await.unwrap_err().kind, ErrorKind::InvalidInput);
    }
    assert!(world.peer.seen.lock().unwrap().is_empty());
    // What the token answer says is newer than what was supplied.
    call(world.runtime.clone(), json!({ "instance": "https://old.my.force.example" })).await.unwrap();
    assert_eq!(world.peer.to("/me")[0].uri().host(), Some("acme.my.force.example"));
}

#[tokio::test]
async fn an_instance_that_moves_is_followed_when_the_token_is_renewed() {
    let world = world(instance(), tenant(), |request, index| match request.uri().path() {
        "/token" => ok(json!({ "access_token": format!("t-{index}"), "instance_url": format!("https://na{index}.force.example") })),
        _ if request.uri().host() == Some("na0.force.example") => status(401, json!({})),
        _ => ok(json!({})),
    });
    world.me().await.unwrap();
    let hosts: Vec<String> = world.peer.to("/me").iter().map(|request| request.uri().host().unwrap().to_owned()).collect();
    assert_eq!(hosts, ["na0.force.example", "na2.force.example"]);
}

#[tokio::test]
async fn a_dry_run_shows_what_will_be_kept() {
    let world = answering(json!("unused"));
    let prepared = world.runtime.prepare(&world.connector, &world.account, Call::native("me.get")).unwrap();
    let shown: Vec<String> = prepared.iter().map(|request| format!("{} {}", request.method, request.url)).collect();
    assert_eq!(shown, ["POST https://login.example.com/token", "GET https://{{ kept.instance }}/me"]);
    assert!(prepared[1].headers.contains(&("authorization".to_owned(), "Bearer {{ token.access_token }}".to_owned())));
    assert!(world.peer.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn stored_bytes_of_another_version_are_refused_until_the_account_is_forgotten() {
    use connc_runtime::Store as _;
    let world = answering(json!("https://acme.my.force.example"));
    for bytes in [b"not json".as_slice(), br#"{"version": 99}"#] {
        world.store.inner.save("demo/way/acme", bytes).await.unwrap();
        let process = world.other();
        let call = || process.call(&world.connector, &world.account, Call::native("me.get"));
        let error = call().await.unwrap_err();
        assert_eq!((error.kind, error.requests), (ErrorKind::Store, 0), "{error}");
        process.disconnect(&world.connector, &world.account).await.unwrap();
        call().await.unwrap();
    }
}

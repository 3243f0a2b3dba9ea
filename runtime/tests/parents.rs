//! Lists made of steps: steps before a list, one list after the other for each parent, and the cursors that go on from any page.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::sync::{Arc, Mutex};

use connc_plan::Plan;
use connc_runtime::transport::{Response, TransportError};
use connc_runtime::{Call, Connector, Error, ErrorKind, Runtime, Transport};
use futures_util::future::BoxFuture;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use support::*;

/// Groups with members, two to a page; whatever is asked for gets its answer.
#[derive(Default)]
struct Groups {
    groups: Mutex<Vec<(&'static str, Vec<u64>)>>,
    gone: Mutex<Vec<&'static str>>,
    asked: Mutex<Vec<String>>,
}

impl Groups {
    fn new(groups: &[(&'static str, &[u64])]) -> Arc<Self> {
        let groups = groups.iter().map(|(name, members)| (*name, members.to_vec())).collect();
        Arc::new(Self { groups: Mutex::new(groups), ..Self::default() })
    }

    fn answer(&self, method: &str, path: &str, after: usize) -> (u16, Value) {
        let page = |all: Vec<Value>| {
            let next = (after + 2 < all.len()).then_some(after + 2);
            json!({ "items": all.into_iter().skip(after).take(2).collect::<Vec<_>>(), "next": next })
        };
        let groups = self.groups.lock().unwrap();
        match path.split('/').collect::<Vec<_>>().as_slice() {
            _ if method == "POST" => (200, json!({ "token": "view-1" })),
            ["", "groups"] => (200, page(groups.iter().map(|(name, _)| json!({ "id": name, "big": 9_007_199_254_740_993_u64 })).collect())),
            ["", "groups", group, "members"] => match groups.iter().find(|(name, _)| name == group) {
                Some((name, members)) if !self.gone.lock().unwrap().contains(name) => {
                    (200, page(members.iter().map(|member| json!({ "id": member, "of": group })).collect()))
                }
                _ => (404, json!({ "message": "no such group" })),
            },
            _ => (500, json!({})),
        }
    }
}

impl Transport for Groups {
    fn send(&self, request: http::Request<connc_runtime::transport::Body>) -> BoxFuture<'_, Result<Response, TransportError>> {
        let uri = request.uri();
        let after = uri.query().and_then(|query| query.strip_prefix("after=")).map_or(0, |after| after.parse().unwrap());
        self.asked.lock().unwrap().push(format!("{} {}", request.method(), uri.path_and_query().unwrap()));
        let (status, body) = self.answer(request.method().as_str(), uri.path(), after);
        let response = Response::whole(StatusCode::from_u16(status).unwrap(), HeaderMap::new(), body.to_string());
        Box::pin(async move { Ok(response) })
    }
}

fn data(source: &str) -> Value {
    json!({ "expression": expression(source) })
}

fn all_members(steps: Value) -> Plan {
    let loop_ = || json!({ "paginate": paginate(json!({ "answer": expression("next") }), json!({ "query": "after" }), json!({})) });
    let mut members =
        operation("members.of", "list", request("GET", "/groups/{{ parent.id }}/members", json!({})), items(&["items"]), loop_());
    members["takes_parent"] = json!(true);
    let mut all = operation("members.list", "list", json!(null), items(&[]), json!({}));
    all["steps"] = steps;
    plan(
        vec![
            operation("groups.list", "list", request("GET", "/groups", json!({})), items(&["items"]), loop_()),
            operation("views.create", "one", request("POST", "/views", json!({})), item(&[]), json!({})),
            members,
            all,
        ],
        json!({ "constants": { "groups": ["a", "b", "c"] } }),
    )
}

fn over(of: Value, skip: bool) -> Value {
    let parent = if of.get("list").is_some() { "$group.id" } else { "$group" };
    json!([{ "action": { "call": { "operation": "members.of", "parent": data(parent) } }, "origin": [0, 60, 5],
        "each": { "name": "group", "of": of, "skip_absent": skip } }])
}

fn over_list() -> Value {
    over(json!({ "list": { "operation": "groups.list" } }), false)
}

struct Lab {
    server: Arc<Groups>,
    runtime: Runtime,
    connector: Connector,
}

fn lab(groups: &[(&'static str, &[u64])], steps: Value) -> Lab {
    let server = Groups::new(groups);
    Lab { runtime: runtime(server.clone()), server, connector: Connector::load(all_members(steps)).unwrap() }
}

impl Lab {
    /// Every record, from one list, or anew from the cursor of each page.
    async fn ids(&self, resumed: bool) -> Result<Vec<u64>, Error> {
        let mut cursor: Option<String> = None;
        let mut found = Vec::new();
        loop {
            let call = cursor.iter().fold(Call::native("members.list"), |call, cursor| call.cursor(cursor.as_str()));
            let mut pages = self.runtime.list(&self.connector, &account(), call).unwrap();
            while let Some(page) = pages.next().await {
                let page = page?;
                found.extend(page.records.iter().map(|record| record.value().unwrap()["id"].as_u64().unwrap()));
                cursor = page.next_cursor;
                if resumed {
                    break;
                }
            }
            if cursor.is_none() {
                return Ok(found);
            }
        }
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.server.asked.lock().unwrap())
    }
}

const GROUPS: &[(&str, &[u64])] = &[("a", &[1, 2, 3]), ("b", &[]), ("c", &[4, 5, 6]), ("d", &[7])];

#[tokio::test]
async fn parents_are_paged_too_and_the_order_is_kept() {
    let lab = lab(GROUPS, over_list());
    assert_eq!(lab.ids(false).await.unwrap(), [1, 2, 3, 4, 5, 6, 7]);
    let asked = lab.asked();
    assert_eq!(
        asked,
        [
            "GET /groups",
            "GET /groups/a/members",
            "GET /groups/a/members?after=2",
            "GET /groups/b/members",
            "GET /groups?after=2",
            "GET /groups/c/members",
            "GET /groups/c/members?after=2",
            "GET /groups/d/members"
        ]
    );
    // From cursors alone come the same records, no request for members twice, and parents' pages again only to find the next one.
    assert_eq!(lab.ids(true).await.unwrap(), [1, 2, 3, 4, 5, 6, 7]);
    let again = lab.asked();
    let members = |asked: &[String]| asked.iter().filter(|one| one.contains("members")).cloned().collect::<Vec<_>>();
    assert_eq!(members(&again), members(&asked));
}

#[tokio::test]
async fn constants_are_parents_as_well() {
    let lab = lab(GROUPS, over(json!({ "values": data("$constants.groups") }), false));
    assert_eq!(lab.ids(false).await.unwrap(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(lab.ids(true).await.unwrap(), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn a_limit_in_mid_page_of_a_parent_goes_on_there() {
    let lab = lab(GROUPS, over_list());
    let (mut found, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let call = cursor.iter().fold(Call::native("members.list").limit(1), |call, cursor| call.cursor(cursor.as_str()));
        let page = lab.runtime.list(&lab.connector, &account(), call).unwrap().next().await.unwrap().unwrap();
        found.extend(page.records.iter().map(|record| record.value().unwrap()["id"].as_u64().unwrap()));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, [1, 2, 3, 4, 5, 6, 7]);
}

#[tokio::test]
async fn a_parent_that_is_gone_is_an_error_or_passed_over() {
    let strict = lab(GROUPS, over_list());
    strict.server.gone.lock().unwrap().push("c");
    let error = strict.ids(false).await.unwrap_err();
    assert_eq!((error.kind, error.step.as_deref(), error.cursor.is_some()), (ErrorKind::NotFound, Some("members.of"), true));
    let lenient = lab(GROUPS, over(json!({ "list": { "operation": "groups.list" } }), true));
    lenient.server.gone.lock().unwrap().push("c");
    assert_eq!(lenient.ids(false).await.unwrap(), [1, 2, 3, 7]);
}

#[tokio::test]
async fn parents_that_changed_are_found_again_or_refused() {
    let lab = lab(GROUPS, over_list());
    let first = |cursor: Option<String>| {
        let call = cursor.iter().fold(Call::native("members.list"), |call, cursor| call.cursor(cursor.as_str()));
        let mut pages = lab.runtime.list(&lab.connector, &account(), call).unwrap();
        async move { pages.next().await.unwrap() }
    };
    let mut page = first(None).await.unwrap();
    // Another group comes before the one at hand, and no record is given twice or left out.
    lab.server.groups.lock().unwrap().insert(0, ("new", vec![99]));
    let mut rest = Vec::new();
    while let Some(cursor) = page.next_cursor.take() {
        page = first(Some(cursor)).await.unwrap();
        rest.extend(page.records.iter().map(|record| record.value().unwrap()["id"].as_u64().unwrap()));
    }
    assert_eq!(rest, [3, 4, 5, 6, 7]);

    // One whose place is lost is an error: going on from elsewhere would leave records out.
    let page = first(None).await.unwrap();
    let cursor = first(page.next_cursor).await.unwrap().next_cursor;
    lab.server.groups.lock().unwrap().retain(|(name, _)| *name == "d");
    let error = first(cursor).await.unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Cursor | ErrorKind::NotFound), "{error}");
}

#[tokio::test]
async fn steps_before_a_list_are_done_once_however_often_it_is_resumed() {
    let steps = |each: bool| {
        let mut last = json!({ "action": { "call": { "operation": "members.of", "parent": data("$view.token = 'view-1' ? 'a'") } }, "origin": [0, 61, 5] });
        if each {
            last["each"] = json!({ "name": "group", "of": { "values": data("$constants.groups") }, "skip_absent": false });
            last["action"]["call"]["parent"] = data("$view.token = 'view-1' ? $group");
        }
        json!([{ "action": { "call": { "operation": "views.create" } }, "bind": "view", "origin": [0, 60, 5] }, last])
    };
    for (each, due) in [(false, vec![1, 2, 3]), (true, vec![1, 2, 3, 4, 5, 6])] {
        let lab = lab(GROUPS, steps(each));
        assert_eq!(lab.ids(true).await.unwrap(), due);
        assert_eq!(lab.asked().iter().filter(|one| one.starts_with("POST")).count(), 1);
    }
    // The list fails after the write: the cursor goes on without it.
    let lab = lab(GROUPS, steps(false));
    lab.server.gone.lock().unwrap().push("a");
    let error = lab.ids(false).await.unwrap_err();
    assert_eq!((error.kind, error.done[0].operation.as_str()), (ErrorKind::NotFound, "views.create"));
    lab.server.gone.lock().unwrap().clear();
    lab.asked();
    let call = Call::native("members.list").cursor(error.cursor.clone().unwrap());
    let page = lab.runtime.list(&lab.connector, &account(), call).unwrap().next().await.unwrap().unwrap();
    assert_eq!((page.records.len(), lab.asked()), (2, vec!["GET /groups/a/members".to_owned()]));
}

#[tokio::test]
async fn many_parents_without_anything_cost_one_page_and_no_memory() {
    let names: Vec<&'static str> = (0..30).map(|n| &*Box::leak(format!("g{n}").into_boxed_str())).collect();
    let groups: Vec<(&'static str, &[u64])> =
        names.iter().map(|name| (*name, if *name == "g29" { &[1_u64][..] } else { &[][..] })).collect();
    let lab = lab(&groups, over_list());
    let mut pages = lab.runtime.list(&lab.connector, &account(), Call::native("members.list")).unwrap();
    let page = pages.next().await.unwrap().unwrap();
    assert_eq!((page.records.len(), page.next_cursor, page.counters.requests), (1, None, 45));
}

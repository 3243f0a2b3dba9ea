use crate::{Bound, EmptyPage, Next, Operation, Origin, Paginate, Path, Plan, Progress, Records, Shape, Size, Target};

fn plan() -> Plan {
    let text = |literal: &str| serde_json::json!({"segments": [{"literal": literal}], "origin": [0, 1, 1]});
    let request = serde_json::json!({
        "method": "GET", "url": text("/users"), "query": [["search", {"segments": [{"value": {"path": ["input", "search"]}}], "origin": [0, 9, 5]}]],
        "body": "none", "answer": "json", "idempotent": true, "origin": [0, 9, 5],
    });
    serde_json::from_value(serde_json::json!({
        "format": 1, "connector": "demo", "title": "Demo", "docs": null, "sources": ["connector.yaml"], "account": [], "app": [], "app_secrets": [],
        "constants": {}, "headers": [], "verify": null, "rate_limit": [], "errors": {}, "maps": [], "models": [], "base_url": text("https://api.example.com/v1"),
        "auth": [{"name": "token", "scheme": "bearer", "secrets": [{"name": "token", "type": "string", "origin": [0, 4, 1]}], "trust_account_host": false, "origin": [0, 3, 1],
            "apply": [{"place": {"header": "Authorization"}, "value": {"segments": [{"literal": "Bearer "}, {"value": {"path": ["secret", "token"]}}], "origin": [0, 5, 1]}}]}],
        "operations": {"users.list": {"name": "users.list", "shape": "list", "takes_id": false, "takes_parent": false, "origin": [0, 8, 5],
            "records": {"items": {"path": {"steps": ["data"], "origin": [0, 9, 5]}, "absent_is_empty": false}},
            "steps": [{"origin": [0, 9, 5], "action": {"request": request}}]}},
    }))
    .unwrap()
}

#[test]
fn a_small_plan() {
    let expected = "\
connector demo
  title  Demo
  base   https://api.example.com/v1
  hosts  api.example.com

auth token: bearer  (connector.yaml:3)
  secret  token: text
  send    header Authorization: Bearer {{ secret.token }}

operation users.list  (connector.yaml:8)
  send   GET /users
         query search = {{ input.search }}
  gives  a list at data
";
    assert_eq!(super::plan(&plan()), expected);
}

#[test]
fn a_loop_says_what_ends_it() {
    let origin = Origin::default();
    let paginate = Paginate {
        style: "cursor".to_owned(),
        next: Next::Link("next".to_owned()),
        into: Target::Url,
        size: Some(Size { into: Target::Query("limit".to_owned()), value: 100, max: Some(200) }),
        first_only: Vec::new(),
        until: None,
        more: None,
        total: None,
        ends_on: Vec::new(),
        empty_page: EmptyPage::Continue,
        short_page_ends: false,
        progress: Progress::FreshToken,
        bound: Bound { pages: 1000, cap: Some(5000) },
        independent: false,
        origin,
    };
    let mut operation: Operation = plan().operations.remove("users.list").unwrap();
    operation.paginate = Some(paginate);
    operation.shape = Shape::List;
    operation.records = Records::Items { path: Path::default(), absent_is_empty: true, one: false, keep_if: None };
    let text = super::operation(&plan(), &operation);
    let expected = "\
  gives  a list at $, empty where it is absent
  pages  cursor: Link rel=next -> the whole URL
  size   100 in query limit, 200 at most
  ends   no token
  bound  1000 pages, 5000 records at most; each token must be new
";
    assert!(text.ends_with(expected), "{text}");
}

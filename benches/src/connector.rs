//! A connector with one list, and as many accounts as are wanted.

use connc_runtime::{Account, Connector, Error, ErrorKind, Secret};
use serde_json::json;

pub(crate) fn connector() -> Result<Connector, Error> {
    let here = json!([0, 1, 1]);
    let path = |segments: serde_json::Value| json!({ "segments": segments, "origin": here });
    let request = json!({
        "method": "GET", "url": path(json!([{ "literal": "/users" }])), "body": "none", "answer": "json", "idempotent": true, "origin": here,
    });
    let paginate = json!({
        "style": "cursor", "next": { "answer": { "source": "next", "origin": here } }, "into": { "query": "page" }, "empty_page": "continue",
        "short_page_ends": false, "progress": "fresh_token", "bound": { "pages": 1000 }, "independent": false, "origin": here,
    });
    let plan = json!({
        "format": connc_plan::FORMAT, "connector": "load", "title": "Load", "docs": null, "sources": ["connector.yaml"], "account": [], "app": [],
        "app_secrets": [], "constants": {}, "headers": [], "verify": null, "rate_limit": [], "errors": {}, "maps": [], "models": [],
        "base_url": path(json!([{ "literal": "https://load.example.com" }])),
        "auth": [{
            "name": "token", "scheme": "bearer", "secrets": [{ "name": "token", "type": "string", "origin": here }], "trust_account_host": false,
            "apply": [{ "place": { "header": "Authorization" }, "value": path(json!([{ "literal": "Bearer " }, { "value": { "path": ["secret", "token"] } }])) }],
            "origin": here,
        }],
        "operations": { "users.list": {
            "name": "users.list", "shape": "list", "takes_id": false, "takes_parent": false, "origin": here, "paginate": paginate,
            "records": { "items": { "path": { "steps": ["data"], "origin": here }, "absent_is_empty": false } },
            "steps": [{ "origin": here, "action": { "request": request } }],
        } },
    });
    let plan = serde_json::from_value(plan).map_err(|error| Error::new(ErrorKind::InvalidInput, format!("the plan is none: {error}")))?;
    Connector::load(plan)
}

pub(crate) fn account(number: u64) -> Account {
    Account {
        connector: "load".to_owned(),
        secrets: [("token".to_owned(), Secret::from(format!("account-{number}").as_str()))].into(),
        ..Account::default()
    }
}

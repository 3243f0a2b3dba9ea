//! Resources and operations.

use connc_plan as plan;

use super::Data;
use super::select::{SELECT, Select};
use super::steps::STEP;
use crate::lang::{Document, Expression, Path, Template};
use crate::pagination::{COMMON as PAGINATE, Loop};
use crate::shape::{PARAMETER, Parameter};
use crate::source::{Span, Spanned};
use crate::yaml::{Key, Need, Reserved, Table, Value};

/// A resource: verbs, and resources under it.
pub static RESOURCE: Table = Table {
    name: "resource",
    doc: "A resource: its operations by verb, and resources that stand under it. A key with a request in it is an operation; any other is a resource. \
          `groups: { members: { list: … } }` is the operation `groups.members.list`.",
    keys: &[],
    also: None,
    reserved: &[],
    rest: Some(&Value::Object(&OPERATION)),
    frame: "resources:\n  things:\n    §",
};

const FRAME: &str = "graphql: { endpoint: /graphql }\nresources:\n  parts:\n    get: { get: \"/parts/{{ id }}\" }\n    list: { get: /parts, items: parts, paginate: { style: single } }\n  things:\n    list:\n      §";

/// An operation.
pub static OPERATION: Table = Table {
    name: "operation",
    doc: "One request of the provider's API, and how records are taken out of its answer. It has exactly one of the HTTP methods, or `graphql`; or it is made of `steps`.",
    keys: &[
        Key {
            name: "get",
            value: Value::Template,
            need: Need::Optional,
            doc: "GET: the path on the base URL, or an absolute URL with a literal host.",
            example: "get: /things/{{ id }}",
        },
        Key { name: "head", value: Value::Template, need: Need::Optional, doc: "HEAD.", example: "head: /things/{{ id }}" },
        Key { name: "post", value: Value::Template, need: Need::Optional, doc: "POST.", example: "post: /things" },
        Key { name: "put", value: Value::Template, need: Need::Optional, doc: "PUT.", example: "put: /things/{{ id }}" },
        Key { name: "patch", value: Value::Template, need: Need::Optional, doc: "PATCH.", example: "patch: /things/{{ id }}" },
        Key { name: "delete", value: Value::Template, need: Need::Optional, doc: "DELETE.", example: "delete: /things/{{ id }}" },
        Key {
            name: "graphql",
            value: Value::Graphql,
            need: Need::Optional,
            doc: "A GraphQL document with one operation, sent to the connector's endpoint. Nothing is interpolated into it.",
            example: "graphql: \"query Things { things { nodes { id } } }\"",
        },
        Key {
            name: "steps",
            value: Value::List(&Value::Object(&STEP)),
            need: Need::Optional,
            doc: "An operation of several calls, in the place of a request. It gives what its last step calls: a record, or a list that is read page by page, before which the other steps are done once.",
            example: "steps:\n  - { call: parts.get, with: { id: $id }, as: part }\n  - { call: parts.get, with: { id: $part.owner } }",
        },
        Key {
            name: "input",
            value: Value::Map(&Value::Object(&PARAMETER)),
            need: Need::Optional,
            doc: "What a caller may give besides `id` and `parent`; in scope as `input.*` and `$input`.",
            example: "get: /things\nquery: { q: \"{{ input.search }}\" }\ninput: { search: { type: string } }",
        },
        Key {
            name: "query",
            value: Value::Map(&Value::Either(&Value::Template, &Value::Object(&QUERY_LIST))),
            need: Need::Optional,
            doc: "Query parameters. A value that is one whole `{{ x }}` leaves its parameter out when `x` is absent. A list or an object says how it is written.",
            example: "get: /things\nquery: { kind: public }",
        },
        Key {
            name: "headers",
            value: Value::Map(&Value::Template),
            need: Need::Optional,
            doc: "Headers, with the same rule.",
            example: "get: /things\nheaders: { X-Mode: full }",
        },
        Key {
            name: "body",
            value: Value::Data,
            need: Need::Optional,
            doc: "The JSON body. Members that come to nothing are left out.",
            example: "post: /things\ninput: { name: {} }\nbody: { name: $input.name }",
        },
        Key {
            name: "form",
            value: Value::Either(&Value::Map(&Value::Template), &Value::Data),
            need: Need::Optional,
            doc: "A form body, with the rule of `query`; with `nested`, data as in `body`.",
            example: "post: /things\nform: { kind: public }",
        },
        Key {
            name: "nested",
            value: Value::Choice(&["brackets", "empty_brackets", "repeat"]),
            need: Need::Optional,
            doc: "The form is data whose members nest: `brackets` writes `a[b]=1&c[0]=2`, `empty_brackets` `a[b]=1&c[]=2`, `repeat` writes lists as `c=2&c=3`. \
                  The form may be one expression then: `form: $input` sends whatever the declared inputs hold.",
            example: "post: /things\ninput: { owner: { type: object }, tags: { type: array } }\nform: $input\nnested: brackets",
        },
        Key {
            name: "multipart",
            value: Value::Map(&Value::Data),
            need: Need::Optional,
            doc: "A `multipart/form-data` body: a part for each name, from data. A text is a field, a list a part for each of its values, an object a JSON part, \
                  and an input of type `file` is sent as it is read.",
            example: "post: /files\ninput: { title: {}, file: { type: file, required: true } }\nmultipart: { title: $input.title, file: $input.file }",
        },
        Key {
            name: "raw",
            value: Value::Object(&RAW),
            need: Need::Optional,
            doc: "A body that is neither JSON nor a form: a text, or an input of type `file`.",
            example: "put: /files/{{ id }}/content\ninput: { file: { type: file, required: true } }\nraw: { content_type: \"{{ input.file.content_type }}\", body: $input.file }",
        },
        Key {
            name: "variables",
            value: Value::Data,
            need: Need::Optional,
            doc: "The GraphQL variables.",
            example: "graphql: \"query Thing($id: ID!) { thing(id: $id) { id } }\"\nvariables: { id: $id }",
        },
        Key {
            name: "answer",
            value: Value::Text,
            need: Need::Optional,
            doc: "`none` where the answer does not matter; otherwise the type of its body, as a file of the connector's folder and a place in it.",
            example: "post: /things\nanswer: none",
        },
        Key {
            name: "format",
            value: Value::Choice(&["json", "ndjson", "csv", "text", "bytes"]),
            need: Need::Optional,
            doc: "What the answer is: `json` unless said otherwise; `ndjson`, a JSON document on each line; `csv`, values under a row of names, \
                  which gives a list of objects of texts; `text`, one text; `bytes`, a file that is downloaded.",
            example: "get: /things/export\nformat: csv\nitems: $\npaginate: { style: single }",
        },
        Key {
            name: "compression",
            value: Value::Choice(&["gzip"]),
            need: Need::Optional,
            doc: "The answer is a compressed file, as exports often are. What HTTP itself compresses needs no word.",
            example: "get: /things/export\nformat: ndjson\ncompression: gzip\nitems: $\npaginate: { style: single }",
        },
        Key {
            name: "items",
            value: Value::Path,
            need: Need::Optional,
            doc: "Where the records of a list stand; `$` is the whole answer.",
            example: "get: /things\nitems: data.things\npaginate: { style: single }",
        },
        Key {
            name: "item",
            value: Value::Path,
            need: Need::Optional,
            doc: "Where the one record stands; the whole answer unless said otherwise.",
            example: "get: /things/{{ id }}\nitem: thing",
        },
        Key {
            name: "items_absent",
            value: Value::Choice(&["error", "empty"]),
            need: Need::Optional,
            doc: "What an answer without the list means: an error unless said otherwise, or an empty page.",
            example: "get: /things\nitems: things\nitems_absent: empty\npaginate: { style: single }",
        },
        Key {
            name: "select",
            value: Value::Object(&SELECT),
            need: Need::Optional,
            doc: "The fields are asked for by name, and those are in scope as `select`: all that the map reads.",
            example: "get: /things\nquery: { fields: \"{{ select }}\" }\nselect: { always: [id] }",
        },
        Key {
            name: "keep_if",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "Only records for which this is true are kept, after counting.",
            example: "get: /things\nitems: things\nkeep_if: kind = \"thing\"\npaginate: { style: single }",
        },
        Key {
            name: "paginate",
            value: Value::OneOf("style", &[&PAGINATE]),
            need: Need::Optional,
            doc: "How the next page is asked for.",
            example: "get: /things\nitems: things\npaginate: { style: link_header }",
        },
        Key {
            name: "download",
            value: Value::Object(&DOWNLOAD),
            need: Need::Optional,
            doc: "The operation gives a file, which callers download. Without `fetch`, its own request answers with the file: `format: bytes`.",
            example: "get: /files/{{ id }}\ndownload: { fetch: content_url, within: [example.net] }",
        },
        Key {
            name: "idempotent",
            value: Value::Boolean,
            need: Need::Optional,
            doc: "Whether sending it twice is the same as once. GET, HEAD, PUT and DELETE are, unless said otherwise.",
            example: "post: /things\nidempotent: true",
        },
        Key {
            name: "already",
            value: Value::List(&Value::Name),
            need: Need::Optional,
            doc: "Error kinds that mean that the work is done already; for a list, that there is nothing in it.",
            example: "delete: /things/{{ id }}\nalready: [not_found]",
        },
        Key {
            name: "idempotency",
            value: Value::Object(&IDEMPOTENCY),
            need: Need::Optional,
            doc: "Where a fresh key goes that lets the provider recognise a repeated write. Where `headers` has the same header, what a caller gives there is sent, and a fresh key without it.",
            example: "post: /things\nidempotency: { header: Idempotency-Key }",
        },
    ],
    also: None,
    reserved: &[
        Reserved { name: "changes", doc: "lists of what changed" },
        Reserved { name: "complete", doc: "nested connections that are read to their end" },
    ],
    rest: None,
    frame: FRAME,
};

/// A query parameter that takes a list or an object.
pub static QUERY_LIST: Table = Table {
    name: "query list",
    doc: "A query parameter that takes a list or an object, and how the provider wants it written.",
    keys: &[
        Key {
            name: "value",
            value: Value::Template,
            need: Need::Required,
            doc: "The list or object, as one whole `{{ x }}`. Where it is absent or empty, the parameter is left out.",
            example: "value: \"{{ input.ids }}\"",
        },
        Key {
            name: "style",
            value: Value::Choice(&["repeat", "comma", "brackets", "indexed", "pipe", "space", "deep_object"]),
            need: Need::Required,
            doc: "`repeat` is `ids=1&ids=2`, `comma` `ids=1,2`, `brackets` `ids[]=1&ids[]=2`, `indexed` `ids[0]=1&ids[1]=2`, `pipe` `ids=1|2`, `space` `ids=1 2`, \
                  and `deep_object` `ids[a]=1&ids[b]=2` for an object. OpenAPI calls `repeat` and `comma` `form`, the others `pipeDelimited`, `spaceDelimited` and `deepObject`.",
            example: "style: repeat",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "resources:\n  things:\n    find:\n      get: /things\n      input: { ids: { type: array } }\n      query:\n        ids:\n          §",
};

/// `raw`.
pub static RAW: Table = Table {
    name: "raw",
    doc: "A body that is neither JSON nor a form.",
    keys: &[
        Key {
            name: "content_type",
            value: Value::Template,
            need: Need::Required,
            doc: "Its media type.",
            example: "content_type: text/plain",
        },
        Key {
            name: "body",
            value: Value::Data,
            need: Need::Required,
            doc: "A text or a file; without one, there is no body.",
            example: "body: $input.text",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "resources:\n  things:\n    import:\n      post: /things\n      input: { text: {} }\n      raw:\n        §",
};

/// `download`.
pub static DOWNLOAD: Table = Table {
    name: "download",
    doc: "Where a file is fetched: by GET and over https only, each hop held against the domains that are named here. \
          The account's credentials go to the connector's own origins, and nowhere else.",
    keys: &[
        Key {
            name: "fetch",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "The file's URL, over the operation's record.",
            example: "fetch: content_url",
        },
        Key {
            name: "within",
            value: Value::List(&Value::Text),
            need: Need::Optional,
            doc: "The domains that the URL's host must equal or be below, where it is not the connector's own.",
            example: "fetch: content_url\nwithin: [example.net]",
        },
        Key {
            name: "answer",
            value: Value::Choice(&["bytes"]),
            need: Need::Optional,
            doc: "What comes: bytes.",
            example: "fetch: content_url\nanswer: bytes",
        },
        Key {
            name: "redirect",
            value: Value::Object(&REDIRECT),
            need: Need::Optional,
            doc: "Where the file may be redirected to; without it, a redirect is an error.",
            example: "fetch: content_url\nredirect: { within: [example.net], credentials: never }",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "resources:\n  files:\n    download:\n      get: /files/{{ id }}\n      download:\n        §",
};

/// `redirect` of a download.
pub static REDIRECT: Table = Table {
    name: "redirect",
    doc: "Where a file may be redirected to.",
    keys: &[
        Key {
            name: "within",
            value: Value::List(&Value::Text),
            need: Need::Required,
            doc: "The domains that each redirect's host must equal or be below.",
            example: "within: [example.net]",
        },
        Key {
            name: "credentials",
            value: Value::Choice(&["never"]),
            need: Need::Required,
            doc: "Redirects never carry credentials; the word says so to whoever reads the spec.",
            example: "credentials: never",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "resources:\n  files:\n    download:\n      get: /files/{{ id }}\n      download:\n        fetch: content_url\n        redirect:\n          §",
};

/// `idempotency`.
pub static IDEMPOTENCY: Table = Table {
    name: "idempotency",
    doc: "Where a fresh key goes that lets the provider recognise a repeated write.",
    keys: &[Key { name: "header", value: Value::Text, need: Need::Required, doc: "The header.", example: "header: Idempotency-Key" }],
    also: None,
    reserved: &[],
    rest: None,
    frame: "resources:\n  things:\n    create:\n      post: /things\n      idempotency:\n        §",
};

/// An operation as written.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its coordinate: `users.list`.
    pub name: Spanned<String>,
    /// What a caller may give.
    pub input: Vec<Parameter>,
    /// What is sent.
    pub request: Request,
    /// How records are taken out of the answer.
    pub records: Records,
    /// How the next page is asked for.
    pub paginate: Option<Loop>,
    /// Whether it says how it pages, be it that it does not.
    pub says_pages: bool,
    /// The fields that it asks for by name.
    pub select: Option<Select>,
    /// The file that it gives.
    pub download: Option<Download>,
    /// Error kinds that mean that the work is done.
    pub already: Vec<plan::ErrorKind>,
    /// A type in a file of the connector's folder.
    pub answer: Option<Spanned<String>>,
    /// Whether part of its input could not be read.
    pub incomplete: bool,
}

/// A file that is fetched.
#[derive(Clone, Debug)]
pub struct Download {
    /// Its URL, over the record.
    pub fetch: Option<Expression>,
    /// The domains of that URL.
    pub within: Vec<Spanned<String>>,
    /// The domains of redirects.
    pub redirect: Vec<Spanned<String>>,
    /// Where it was written.
    pub span: Span,
}

/// A request as written.
#[derive(Clone, Debug)]
pub struct Request {
    /// The HTTP method.
    pub method: plan::Method,
    /// The URL; for GraphQL, the endpoint is the connector's.
    pub url: Option<Template>,
    /// Query parameters.
    pub query: Vec<(Spanned<String>, Template)>,
    /// How lists and objects are written in the query, by parameter.
    pub lists: Vec<(String, Spanned<plan::ListStyle>)>,
    /// Headers.
    pub headers: Vec<(Spanned<String>, Template)>,
    /// The body.
    pub body: Body,
    /// What the answer is, where the spec says so.
    pub format: Option<Spanned<plan::Answer>>,
    /// How the answer is packed.
    pub compression: Option<plan::Compression>,
    /// Whether sending it twice is the same as once, where the spec says so.
    pub idempotent: Option<bool>,
    /// The header for a fresh key.
    pub idempotency_header: Option<String>,
    /// Where it was written.
    pub span: Span,
}

/// A body as written.
#[derive(Clone, Debug)]
pub enum Body {
    /// None.
    None,
    /// JSON.
    Json(Data),
    /// A form.
    Form(Vec<(Spanned<String>, Template)>),
    /// A form from data.
    FormData(Data, plan::Nesting),
    /// Parts by name.
    Multipart(Vec<(Spanned<String>, Data)>),
    /// A text or a file.
    Raw {
        /// Its media type.
        content_type: Template,
        /// The text or file.
        content: Data,
    },
    /// GraphQL.
    Graphql {
        /// The document.
        document: Document,
        /// Its variables, by name.
        variables: Vec<(Spanned<String>, Data)>,
    },
}

/// How records are taken out of an answer, as written.
#[derive(Clone, Debug)]
pub enum Records {
    /// A list stands at the path.
    Items {
        /// Where.
        path: Path,
        /// Whether an answer without it is an empty page.
        absent_is_empty: bool,
        /// Whether one record stands there, which is the whole list.
        one: bool,
        /// Which are kept.
        keep_if: Option<Expression>,
    },
    /// One record stands at the path.
    Item {
        /// Where.
        path: Path,
        /// Which one, of a list.
        keep_if: Option<Expression>,
    },
    /// The whole answer is the record.
    Whole,
    /// There is none.
    None,
}

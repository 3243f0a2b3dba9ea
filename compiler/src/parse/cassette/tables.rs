//! The keys of cassettes.

use crate::yaml::{Key, Need, Table, Value};

/// The kinds of error that answers can lead to.
const FAILURES: &[&str] = &[
    "auth",
    "needs_reauth",
    "forbidden",
    "not_found",
    "conflict",
    "invalid_input",
    "rate_limited",
    "provider",
    "timeout",
    "outcome_unknown",
    "limit",
    "security",
    "map",
    "schema",
];

/// A cassette.
pub static CASSETTE: Table = Table {
    name: "cassette",
    doc: "A recorded call: `connectors/<name>/cassettes/<resource>.<verb>[.<case>].yaml`.",
    keys: &[
        Key {
            name: "source",
            value: Value::Text,
            need: Need::Required,
            doc: "Which official example or document the answers follow.",
            example: "source: API reference, List things, example",
        },
        Key {
            name: "account",
            value: Value::Map(&Value::Literal),
            need: Need::Optional,
            doc: "Account parameters.",
            example: "account: { domain: acme.example.com }",
        },
        Key {
            name: "app",
            value: Value::Map(&Value::Literal),
            need: Need::Optional,
            doc: "Deployment parameters.",
            example: "app: { client_id: client }",
        },
        Key {
            name: "auth",
            value: Value::Name,
            need: Need::Required,
            doc: "The auth method. Its secrets are made up by the replay.",
            example: "auth: api_token",
        },
        Key {
            name: "parameters",
            value: Value::Map(&Value::Literal),
            need: Need::Optional,
            doc: "The auth method's own parameters.",
            example: "parameters: { email: agent@acme.example }",
        },
        Key {
            name: "kept",
            value: Value::Map(&Value::Literal),
            need: Need::Optional,
            doc: "What was kept or chosen when the account was connected.",
            example: "kept: { site: s-1 }",
        },
        Key {
            name: "connect",
            value: Value::Object(&CASSETTE_CONNECT),
            need: Need::Optional,
            doc: "The recording begins with connecting the account: a person's consent, the code that is exchanged for tokens, the calls of the auth method's `connect`, \
                  and what is chosen. Without it, the account is connected already.",
            example: "connect: { code: code-1, choose: { site: s-1 } }",
        },
        Key {
            name: "tokens",
            value: Value::List(&Value::Name),
            need: Need::Optional,
            doc: "The tokens that the account holds when the call begins; all of them unless said otherwise. With `[refresh_token]` alone, the recording begins with the \
                  renewal of a token that has run out.",
            example: "tokens: [refresh_token]",
        },
        Key {
            name: "disconnect",
            value: Value::Boolean,
            need: Need::Optional,
            doc: "Whether the recording ends with disconnecting the account: with what the auth method has to take tokens back, or to log out.",
            example: "disconnect: true",
        },
        Key {
            name: "model",
            value: Value::Name,
            need: Need::Optional,
            doc: "The unified model; the provider's own shape without it.",
            example: "model: user-directory",
        },
        Key {
            name: "call",
            value: Value::Object(&CASSETTE_CALL),
            need: Need::Required,
            doc: "The call.",
            example: "call: { resource: users, verb: list }",
        },
        Key {
            name: "clock",
            value: Value::Text,
            need: Need::Required,
            doc: "What the clock says: an RFC 3339 timestamp.",
            example: "clock: 2026-03-01T12:00:00Z",
        },
        Key { name: "seed", value: Value::Integer, need: Need::Required, doc: "The seed of randomness.", example: "seed: 1" },
        Key {
            name: "fails",
            value: Value::Choice(FAILURES),
            need: Need::Optional,
            doc: "The kind of error that the call ends with; without it, the call must not fail.",
            example: "fails: rate_limited",
        },
        Key {
            name: "exchanges",
            value: Value::List(&Value::Object(&EXCHANGE)),
            need: Need::Required,
            doc: "What is sent and answered, in order.",
            example: "exchanges: []",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# cassette\n§",
};

/// `connect` of a cassette.
pub static CASSETTE_CONNECT: Table = Table {
    name: "cassette connect",
    doc: "How the account is connected before the call. The authorization URL stands in the snapshot; each request after it is an exchange like any other.",
    keys: &[
        Key {
            name: "code",
            value: Value::Text,
            need: Need::Optional,
            doc: "The code that the person comes back with, where the auth method asks for consent. A proof key's verifier is made up by the replay: `any: [code_verifier]`.",
            example: "code: code-1",
        },
        Key {
            name: "error",
            value: Value::Text,
            need: Need::Optional,
            doc: "The error that the person comes back with in the place of a code (RFC 6749, section 4.1.2.1).",
            example: "error: access_denied",
        },
        Key {
            name: "redirect_uri",
            value: Value::Text,
            need: Need::Optional,
            doc: "Where the person comes back to; `http://127.0.0.1:8400/` unless said otherwise.",
            example: "code: code-1\nredirect_uri: https://app.example.com/connected",
        },
        Key {
            name: "choose",
            value: Value::Map(&Value::Text),
            need: Need::Optional,
            doc: "What is chosen, by the names of the auth method's `choose`. Where there is but one option, it is taken without a word.",
            example: "choose: { site: s-1 }",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# cassette\nsource: API reference\nauth: oauth\nclock: 2026-03-01T12:00:00Z\nseed: 1\nexchanges: []\ncall: { resource: users, verb: list }\nconnect:\n  §",
};

/// `call` of a cassette.
pub static CASSETTE_CALL: Table = Table {
    name: "cassette call",
    doc: "The call that a cassette answers.",
    keys: &[
        Key { name: "resource", value: Value::Name, need: Need::Required, doc: "The resource.", example: "resource: users" },
        Key { name: "verb", value: Value::Name, need: Need::Required, doc: "The verb.", example: "verb: list" },
        Key { name: "id", value: Value::Text, need: Need::Optional, doc: "The record's id.", example: "id: \"42\"" },
        Key { name: "parent", value: Value::Text, need: Need::Optional, doc: "The parent's id.", example: "parent: \"7\"" },
        Key { name: "input", value: Value::Map(&Value::Literal), need: Need::Optional, doc: "The input.", example: "input: { name: Ada }" },
        Key {
            name: "files",
            value: Value::Map(&Value::Object(&CASSETTE_FILE)),
            need: Need::Optional,
            doc: "The files that are sent, by input.",
            example: "files: { file: { name: note.txt, content_type: text/plain, text: Hello } }",
        },
        Key {
            name: "where",
            value: Value::Map(&Value::Text),
            need: Need::Optional,
            doc: "Unified filters.",
            example: "where: { email: ada@acme.example }",
        },
        Key {
            name: "limit",
            value: Value::Integer,
            need: Need::Optional,
            doc: "Records at most; a list is read to its end without it.",
            example: "limit: 10",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# cassette\nsource: API reference\nauth: public\nclock: 2026-03-01T12:00:00Z\nseed: 1\nexchanges: []\ncall:\n  §",
};

/// A file of `files`.
pub static CASSETTE_FILE: Table = Table {
    name: "cassette file",
    doc: "A file that a recorded call sends.",
    keys: &[
        Key { name: "name", value: Value::Text, need: Need::Required, doc: "Its name.", example: "name: note.txt" },
        Key { name: "content_type", value: Value::Text, need: Need::Optional, doc: "Its media type.", example: "content_type: text/plain" },
        Key { name: "text", value: Value::Text, need: Need::Required, doc: "Its content.", example: "text: Hello" },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# cassette\nsource: API reference\nauth: public\nclock: 2026-03-01T12:00:00Z\nseed: 1\nexchanges: []\ncall:\n  resource: files\n  verb: upload\n  files:\n    file:\n      §",
};

/// A row of `exchanges`.
pub static EXCHANGE: Table = Table {
    name: "exchange",
    doc: "A request and its answer.",
    keys: &[
        Key {
            name: "request",
            value: Value::Object(&RECORDED_REQUEST),
            need: Need::Required,
            doc: "What must be sent.",
            example: "request: { method: GET, url: https://api.example.com/things }",
        },
        Key {
            name: "response",
            value: Value::Object(&RECORDED_RESPONSE),
            need: Need::Required,
            doc: "What comes back.",
            example: "response: { status: 200, json: [] }",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# cassette\nsource: API reference\nauth: public\nclock: 2026-03-01T12:00:00Z\nseed: 1\ncall: { resource: things, verb: list }\nexchanges:\n  - §",
};

/// `request` of an exchange.
pub static RECORDED_REQUEST: Table = Table {
    name: "recorded request",
    doc: "What must be sent: method, URL and body entirely, headers as far as they are named.",
    keys: &[
        Key {
            name: "method",
            value: Value::Choice(&["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
            need: Need::Required,
            doc: "The method.",
            example: "method: GET",
        },
        Key {
            name: "url",
            value: Value::Text,
            need: Need::Required,
            doc: "The absolute URL. The order of query parameters does not matter.",
            example: "url: https://api.example.com/things?limit=2",
        },
        Key {
            name: "headers",
            value: Value::Map(&Value::Text),
            need: Need::Optional,
            doc: "Headers that must be there; `{{ secret.NAME }}` stands for a secret, `{{ token.NAME }}` for a token that the account holds already, and `Basic base64(user:password)` for HTTP Basic.",
            example: "headers: { authorization: \"Bearer {{ secret.token }}\" }",
        },
        Key { name: "json", value: Value::Literal, need: Need::Optional, doc: "The JSON body.", example: "json: { name: Ada }" },
        Key {
            name: "form",
            value: Value::Map(&Value::Text),
            need: Need::Optional,
            doc: "The form body. The order of its fields does not matter, but for those of one name.",
            example: "form: { grant_type: client_credentials }",
        },
        Key {
            name: "text",
            value: Value::Text,
            need: Need::Optional,
            doc: "The body's text, such as that of a multipart body; its line ends do not matter.",
            example: "text: Hello",
        },
        Key {
            name: "any",
            value: Value::List(&Value::Text),
            need: Need::Optional,
            doc: "JSON Pointers into the body, or form fields, that may hold anything.",
            example: "any: [/client_assertion]",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# cassette\nsource: API reference\nauth: public\nclock: 2026-03-01T12:00:00Z\nseed: 1\ncall: { resource: things, verb: list }\nexchanges:\n  - response: { status: 200 }\n    request:\n      §",
};

/// `response` of an exchange.
pub static RECORDED_RESPONSE: Table = Table {
    name: "recorded response",
    doc: "What comes back.",
    keys: &[
        Key { name: "status", value: Value::Integer, need: Need::Required, doc: "The HTTP status.", example: "status: 200" },
        Key {
            name: "headers",
            value: Value::Map(&Value::Either(&Value::Text, &Value::List(&Value::Text))),
            need: Need::Optional,
            doc: "Headers; a list repeats the header.",
            example: "headers: { content-type: application/json }",
        },
        Key {
            name: "json",
            value: Value::Literal,
            need: Need::Optional,
            doc: "The body, written as YAML, sent as JSON with each number digit for digit.",
            example: "json: { id: 1 }",
        },
        Key { name: "text", value: Value::Text, need: Need::Optional, doc: "The body's exact text.", example: "text: not json" },
        Key {
            name: "base64",
            value: Value::Text,
            need: Need::Optional,
            doc: "The body in Base64, where it is no text.",
            example: "base64: H4sIAAAAAAAAAwMAAAAAAAAAAAA=",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# cassette\nsource: API reference\nauth: public\nclock: 2026-03-01T12:00:00Z\nseed: 1\ncall: { resource: things, verb: list }\nexchanges:\n  - request: { method: GET, url: https://api.example.com/things }\n    response:\n      §",
};

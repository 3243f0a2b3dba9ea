//! The keys of an extract. Operations and types are OpenAPI's words and are read without tables, since they are many and nobody writes them.

use crate::yaml::{Key, Need, Table, Value};

/// An extract of the provider's description.
pub static EXTRACT: Table = Table {
    name: "extract",
    doc: "What a connector touches of the provider's own description, in the words of OpenAPI and without prose: `connectors/<name>/schemas/<any>.yaml`. \
          `connc extract` makes it; corrections go into an overlay.",
    keys: &[
        Key { name: "extract", value: Value::Integer, need: Need::Required, doc: "The version of the format: 1.", example: "extract: 1" },
        Key {
            name: "source",
            value: Value::Object(&EXTRACT_SOURCE),
            need: Need::Required,
            doc: "The description that it was made from.",
            example: "source: { title: Example, kind: openapi-3.0, file: example.json, version: 2026-01 }",
        },
        Key {
            name: "trust",
            value: Value::Choice(&["official", "rfc", "cassettes"]),
            need: Need::Required,
            doc: "Who vouches for it: the provider, a standard that the provider implements, or nothing but recorded answers.",
            example: "trust: official",
        },
        Key {
            name: "base",
            value: Value::Text,
            need: Need::Optional,
            doc: "The server's own path, which stands before the paths of the operations.",
            example: "base: /api/v1",
        },
        Key {
            name: "operations",
            value: Value::Map(&Value::Literal),
            need: Need::Optional,
            doc: "The operations, by method and path, each with `id`, `deprecated`, `scopes`, `parameters`, `body` and `answers`.",
            example: "operations:\n  GET /things/{thingId}:\n    parameters: { thingId: { in: path, required: true, type: string } }\n    answers: { \"200\": { type: object, properties: { id: { type: string } } }, \"204\": none }",
        },
        Key {
            name: "types",
            value: Value::Map(&Value::Literal),
            need: Need::Optional,
            doc: "The named types. `cut: true` marks an object whose contents the connector does not touch.",
            example: "types:\n  Thing:\n    type: object\n    required: [id]\n    properties: { id: { type: string }, parts: { type: object, cut: true } }",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# extract\n§",
};

/// Where an extract comes from.
pub static EXTRACT_SOURCE: Table = Table {
    name: "extract source",
    doc: "The description that an extract was made from.",
    keys: &[
        Key { name: "title", value: Value::Text, need: Need::Optional, doc: "What it calls itself.", example: "title: Example" },
        Key {
            name: "kind",
            value: Value::Choice(&["openapi-3.0", "openapi-3.1", "swagger-2.0", "discovery", "scim", "graphql", "rfc", "cassettes"]),
            need: Need::Required,
            doc: "Its format.",
            example: "kind: openapi-3.0",
        },
        Key { name: "file", value: Value::Text, need: Need::Optional, doc: "Its file's name.", example: "file: example.json" },
        Key { name: "version", value: Value::Text, need: Need::Optional, doc: "Its version.", example: "version: 2026-01" },
        Key {
            name: "sha256",
            value: Value::Text,
            need: Need::Optional,
            doc: "The hash of the file, in hexadecimal.",
            example: "sha256: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# extract\nextract: 1\ntrust: official\nsource:\n  §",
};

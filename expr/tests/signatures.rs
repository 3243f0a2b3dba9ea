//! Signatures of webhooks and requests, as providers describe them, said with the host functions.
//!
//! Each example is one that its provider, or the standard, publishes: the values are facts, and the expression is ours.

use connc_expr::{Document, Limits, Program, Variables};
use serde_json::json;

struct Example {
    name: &'static str,
    expression: &'static str,
    secret: &'static str,
    headers: serde_json::Value,
    body: &'static str,
    signature: &'static str,
}

fn examples() -> Vec<Example> {
    vec![
        Example {
            name: "Standard Webhooks: the key is Base64 behind a prefix",
            expression: r#"'v1,' & $base64($hmac($request.headers.`webhook-id` & '.' & $request.headers.`webhook-timestamp` & '.' & $request.body,
                $base64_to_bytes($substringAfter($secret.key, 'whsec_'))))"#,
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            headers: json!({ "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330" }),
            body: r#"{"test": 2432232314}"#,
            signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        },
        Example {
            name: "Slack v0",
            expression: "'v0=' & $hex($hmac($join(['v0', $request.headers.`x-slack-request-timestamp`, $request.body], ':'), $secret.key))",
            secret: "8f742231b10e8888abcd99yyyzzz85a5",
            headers: json!({ "x-slack-request-timestamp": "1531420618" }),
            body: "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&\
                   user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com\
                   %2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.\
                   803a0bc887a14d10d2c447fce8b6703c",
            signature: "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        },
        Example {
            name: "GitHub",
            expression: "'sha256=' & $hex($hmac($request.body, $secret.key))",
            secret: "It's a Secret to Everybody",
            headers: json!({}),
            body: "Hello, World!",
            signature: "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        },
        Example {
            name: "Zendesk",
            expression: "$base64($hmac($request.headers.`x-zendesk-webhook-signature-timestamp` & $request.body, $secret.key))",
            secret: "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==",
            headers: json!({ "x-zendesk-webhook-signature-timestamp": "2021-07-25T10:00:00Z" }),
            body: r#"{"say": "hello"}"#,
            signature: "gf3v0LzLRHPUnIdhbvwRDVEvzSb07/QN0GYjSNlkBT0=",
        },
        Example {
            name: "HubSpot v2: a hash with the secret in it",
            expression: "$hex($sha256($secret.key & $request.method & $request.url & $request.body))",
            secret: "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
            headers: json!({}),
            body: "{'example_field':'example_value'}",
            signature: "4fe4e3a7d3cf09db53be39d0a58130e2aaba074ec123a9e355b876a689a1c383",
        },
        Example {
            name: "HubSpot v3",
            expression: "$base64($hmac($request.method & $request.url & $request.body & $request.headers.`x-hubspot-request-timestamp`, $secret.key))",
            secret: "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
            headers: json!({ "x-hubspot-request-timestamp": "1693657560000" }),
            body: "{'example_field':'example_value'}",
            signature: "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
        },
        Example {
            name: "Stripe: the time stands in the signature's own header",
            expression: "(
                $time := $substringAfter($split($request.headers.`stripe-signature`, ',')[$substring($, 0, 2) = 't='], 't=');
                'v1=' & $hex($hmac($time & '.' & $request.body, $secret.key))
            )",
            secret: "whsec_test_secret",
            headers: json!({ "stripe-signature": "t=1700000000,v1=any" }),
            body: "{\n  \"id\": \"evt_test_webhook\",\n  \"object\": \"event\"\n}",
            signature: "v1=4f1cd7feda9826e746b7d482c4badebb657398df1099e1046364f6196a230150",
        },
        Example {
            name: "PKCE S256 (RFC 7636, appendix B)",
            expression: "$base64url($sha256($secret.key))",
            secret: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            headers: json!({}),
            body: "",
            signature: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        },
        Example {
            name: "HMAC-SHA-1 (RFC 2202, case 2)",
            expression: "$hex($hmac($request.body, $secret.key, 'sha1'))",
            secret: "Jefe",
            headers: json!({}),
            body: "what do ya want for nothing?",
            signature: "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
        },
        Example {
            name: "HMAC-SHA-512 (RFC 4231, case 2)",
            expression: "$hex($hmac($request.body, $secret.key, 'sha512'))",
            secret: "Jefe",
            headers: json!({}),
            body: "what do ya want for nothing?",
            signature: "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        },
        Example {
            name: "a key that is made with another (as clouds derive theirs)",
            expression: "$hex($hmac('b', $hmac('a', $secret.key)))",
            secret: "k",
            headers: json!({}),
            body: "",
            signature: "693643825562386579861644d1d9f4eb3aeb431f8b5897bbc22a2f2724590a3e",
        },
    ]
}

fn eval(expression: &str, variables: &Variables) -> Result<Option<String>, String> {
    let program = Program::compile(expression).map_err(|error| error.message)?;
    program.eval(&Document::undefined(), variables, &Limits::default()).map_err(|error| error.message)
}

#[test]
fn each_recipe_gives_the_published_signature() {
    for Example { name, expression, secret, headers, body, signature } in examples() {
        let request = json!({ "method": "POST", "url": "https://www.example.com/webhook_uri", "headers": headers, "body": body });
        let mut variables = Variables::new();
        variables.set_json("request", &request.to_string()).unwrap();
        variables.set_json("secret", &json!({ "key": secret }).to_string()).unwrap();
        assert_eq!(eval(expression, &variables), Ok(Some(json!(signature).to_string())), "{name}");
    }
}

#[test]
fn bytes_do_not_get_into_results() {
    let none = Variables::new();
    let refused = Err("bytes are no text: write them with `$hex` or `$base64`".to_owned());
    for expression in [
        "$sha256('a')",
        "{ 'a': [$sha256('a')] }",
        "'a: ' & $sha256('a')",
        "$string([$sha256('a')])",
        "{ $sha256('a'): 1 }",
        "$base64_to_bytes('AA==')",
        "$hmac('a', 'b')",
    ] {
        assert_eq!(eval(expression, &none), refused, "{expression}");
    }
    assert_eq!(eval("$sha256('a') = $sha256('a')", &none), Ok(Some("true".to_owned())));
    assert_eq!(eval("$hex($sha256('a')) != $hex($sha256('b'))", &none), Ok(Some("true".to_owned())));
}

#[test]
fn what_cannot_be_hashed_is_said() {
    let none = Variables::new();
    for (expression, message) in [
        ("$hmac('a')", "`$hmac`: the key is absent"),
        ("$hmac('a', absent)", "`$hmac`: the key is absent"),
        ("$hmac('a', 1)", "`$hmac`: the key is neither text nor bytes"),
        ("$hmac(1, 'a')", "`$hmac`: the data is neither text nor bytes"),
        ("$hmac('a', 'b', 'md5')", "`$hmac`: the algorithm is none of `sha1`, `sha256` and `sha512`"),
        ("$hex(true)", "`$hex`: the data is neither text nor bytes"),
        ("$base64_to_bytes('*')", "`$base64_to_bytes`: the text is no Base64"),
    ] {
        assert_eq!(eval(expression, &none), Err(message.to_owned()), "{expression}");
    }
}

#[test]
fn data_cannot_pass_for_bytes() {
    // What the mark begins with, as data: it is hashed and written as the text that it is.
    let mut variables = Variables::new();
    variables.set_json("data", r#""\u007fbytes 00""#).unwrap();
    assert_eq!(eval("$hex($data)", &variables), Ok(Some("\"7f6279746573203030\"".to_owned())));
    assert_eq!(eval("$data", &variables), Ok(Some("\"\u{7f}bytes 00\"".to_owned())));
}

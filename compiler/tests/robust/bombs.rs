//! Specs that want more than a spec may have: time, memory, files, the environment, the clock.

use connc_compiler::compile;
use connc_compiler::diagnostic::Severity;
use connc_compiler::source::{Role, Sources};

use super::hold;

/// A connector with this template in a query and this expression over its answer.
fn connector(template: &str, expression: &str) -> Sources {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"));
    let mut sources = Sources::new("example");
    sources.add(
        Role::Connector,
        "connector.yaml",
        format!(
            "connector: example\nspec: 1\ntitle: Example\nbase_url: https://api.example.com\nauth: {{ public: {{ scheme: none }} }}\nresources:\n  things:\n    \
             list:\n      get: /things\n      input: {{ q: {{ type: string }} }}\n      query: {{ q: {} }}\n      items: $\n      keep_if: {}\n      paginate: {{ style: single }}\n",
            quoted(template),
            quoted(expression)
        ),
    );
    sources
}

fn errors(sources: &Sources) -> usize {
    compile(sources).diagnostics.iter().filter(|found| found.severity() == Severity::Error).count()
}

#[test]
fn large_texts_end_in_time() {
    let templates = [
        "{{ input.q }}".repeat(20_000),
        format!("{{{{ {}input.q{} }}}}", "(".repeat(50_000), ")".repeat(50_000)),
        format!("{{{{ input.q{} }}}}", " | lower".repeat(20_000)),
        format!("{{{{ input{} }}}}", ".a".repeat(50_000)),
        format!("{{{{ input.q | quoted(\"{}\") }}}}", "x".repeat(1 << 20)),
        "{".repeat(1 << 20),
        "x".repeat(1 << 20),
    ];
    for template in &templates {
        hold(&connector(template, "true")).unwrap();
    }
    let expressions = [
        format!("{}1{}", "(".repeat(20_000), ")".repeat(20_000)),
        format!("a{} = 1", "[0]".repeat(20_000)),
        format!("{}a = 1", "a.".repeat(20_000)),
        format!("$string(a){} = \"\"", " & \"x\"".repeat(5_000)),
        format!("$match(a, /{}a{}/) = 1", "(".repeat(5_000), ")*".repeat(5_000)),
        format!("{}a{}", "$map([1], function($x) { ".repeat(200), " })".repeat(200)),
        format!("{}true{}", "a ? ".repeat(2_000), " : false".repeat(2_000)),
        "a ~> | ** | {\"b\": **} |".repeat(200),
    ];
    for expression in &expressions {
        hold(&connector("x", expression)).unwrap();
    }
}

#[test]
fn nothing_outside_the_call_has_a_name() {
    assert_eq!(errors(&connector("{{ input.q }}", "$exists(a)")), 0);
    for template in
        ["{{ env.HOME }}", "{{ environ['HOME'] }}", "{{ file.path }}", "{{ now() }}", "{% include '/etc/passwd' %}", "{{ secret.token }}"]
    {
        assert!(errors(&connector(template, "true")) > 0, "`{template}` is let through");
    }
    for expression in [
        "$env(\"HOME\") = a",
        "$environment.HOME = a",
        "$readFile(\"/etc/passwd\") = a",
        "$fetch(\"https://evil.example\") = a",
        "$eval(a) = 1",
        "$now() = a",
        "$millis() = a",
        "$random() = a",
        "$secret.token = a",
    ] {
        assert!(errors(&connector("x", expression)) > 0, "`{expression}` is let through");
    }
}

//! Expressions that want more time or memory than they may have: each ends with an error or a value within the limits.

use connc_expr::{Document, Limits, Program, Variables};

/// Far below the defaults, so that a bomb that is let through shows at once.
const LIMITS: Limits =
    Limits { steps: 200_000, depth: 300, time: std::time::Duration::from_secs(1), string: 1 << 20, array: 50_000, result: 1 << 20 };

#[test]
fn bombs_end_within_their_limits() {
    let bombs = [
        r#"$pad("x", 1000000000)"#.to_owned(),
        r#"$pad("x", -1000000000, "ab")"#.to_owned(),
        "[1..100000000]".to_owned(),
        "$reduce([1..64], function($a, $b) { $a & $a }, \"ab\")".to_owned(),
        "$reduce([1..64], function($a, $b) { $append($a, $a) }, [1])".to_owned(),
        "($f := function($n) { $f($n + 1) }; $f(0))".to_owned(),
        "($f := function($n) { $n > 30 ? 1 : $f($n + 1) + $f($n + 1) }; $f(0))".to_owned(),
        format!("$match(\"{}!\", /^(a+)+$/)", "a".repeat(60)),
        format!("$replace(\"{}\", /a*?a*?a*?a*?a*?b/, \"c\")", "a".repeat(3000)),
        format!("$replace($replace(\"{0}\", \"a\", \"{0}\"), \"a\", \"{0}\")", "a".repeat(300)),
        "$join($map([1..40000], function($x) { $pad(\"x\", 1000) }))".to_owned(),
        "$html_to_text($text_to_html($pad(\"\", 900000, \"<&\\n\")))".to_owned(),
        "$string($merge($map([1..40000], function($x) { { $string($x): $pad(\"y\", 200) } })))".to_owned(),
        "$base64encode($pad(\"x\", 1048000))".to_owned(),
        "$split($pad(\"\", 1000000, \"a\"), \"\")".to_owned(),
        "$sort([1..49000], function($a, $b) { $a < $b })".to_owned(),
        "$formatNumber(1, $pad(\"0\", 100000, \"0\"))".to_owned(),
        "[[1..1000].([1..1000].([1..1000]))]".to_owned(),
        "$distinct([1..49000])".to_owned(),
        "$spread($merge($map([1..20000], function($x) { { $string($x): $x } })))".to_owned(),
    ];
    for bomb in &bombs {
        // What does not compile has ended, too.
        let Ok(program) = Program::compile(bomb) else { continue };
        let made = program.eval(&Document::undefined(), &Variables::new(), &LIMITS);
        let length = made.ok().flatten().map_or(0, |text| text.len());
        assert!(length <= LIMITS.result, "{length} bytes of `{bomb}`");
    }
}

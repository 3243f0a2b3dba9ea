use connc_compiler::{
    cassette, compile,
    source::{Role, Sources},
};
fn walk(dir: &std::path::Path, f: &mut dyn FnMut(&std::path::Path)) {
    let mut v: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    v.sort();
    for p in v {
        if p.is_dir() { walk(&p, f) } else { f(&p) }
    }
}
fn main() {
    for arg in std::env::args().skip(1) {
        let dir = std::path::PathBuf::from(&arg);
        let mut s = Sources::new(dir.file_name().unwrap().to_str().unwrap());
        let mut cass = vec![];
        walk(&dir, &mut |p| {
            let path = p.to_str().unwrap().to_owned();
            let role = if path.contains("/cassettes/") {
                Role::Cassette
            } else if path.contains("/schemas/") {
                Role::Schema
            } else if path.ends_with("connector.yaml") {
                Role::Connector
            } else if path.ends_with(".yaml") {
                Role::Map
            } else {
                return;
            };
            let id = s.add(role, path, std::fs::read_to_string(p).unwrap());
            if role == Role::Cassette {
                cass.push(id)
            }
        });
        walk(std::path::Path::new("/work/main/unified-models"), &mut |p| {
            s.add(Role::Model, p.to_str().unwrap(), std::fs::read_to_string(p).unwrap());
        });
        let t = std::time::Instant::now();
        let c = compile(&s);
        eprintln!("{arg}: plan {} {:?}", c.plan.is_some(), t.elapsed());
        let mut all = c.diagnostics;
        for id in cass {
            let (x, d) = cassette(&s, id);
            if x.is_none() {
                eprintln!("cassette failed {}", s.path(id))
            }
            all.extend(d)
        }
        for d in &all {
            let p = s.position(d.span.file, d.span.start);
            println!(
                "{}:{}:{} {} {} | {} | help: {} | {:?}",
                s.path(d.span.file),
                p.line,
                p.column,
                d.severity().name(),
                d.code.slug(),
                d.message,
                d.help.clone().unwrap_or_default(),
                d.label
            );
            for l in &d.related {
                let p = s.position(l.span.file, l.span.start);
                println!("    {}:{}:{} {}", s.path(l.span.file), p.line, p.column, l.text);
            }
        }
        if std::env::var("DUMP").is_ok() {
            println!("{}", serde_json::to_string_pretty(&c.plan).unwrap());
        }
    }
}

//! What the parts take: compiling and checking a connector, mapping records, making requests, auth, and the page loop over answers in memory.
//!
//! `cargo bench -p connc-benches --bench speed`

#![expect(clippy::expect_used, reason = "a measurement that cannot be set up fails")]

use std::collections::HashMap;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use connc::project::{Loaded, Project};
use connc_benches::jobs::Lists;
use connc_benches::mock::{Pages, Style};
use connc_benches::{Shape, library};
use connc_runtime::transport::{Body, Response, TransportError, TransportFailure};
use connc_runtime::{Account, Call, Connector, Runtime, Secret, Transport, Verb};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::BoxFuture;
use http::{HeaderMap, StatusCode};

criterion_group!(speed, compile, map, request, auth, pages);
criterion_main!(speed);

fn project(folder: &str) -> Project {
    Project::open(Some(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))).expect("there are connectors")
}

fn loaded(style: Style) -> Loaded {
    project("connectors").find(&library::connector(style)).expect("it is there").load().expect("it can be read")
}

fn connector(style: Style) -> Connector {
    Connector::load(loaded(style).compile().plan.expect("it compiles")).expect("it loads")
}

fn call(shape: Shape) -> Call {
    Call::unified(shape.model(), shape.name(), Verb::List)
}

/// From files in memory to a plan, and to what is wrong with them; a small connector, and all of the repository.
fn compile(criterion: &mut Criterion) {
    let one = loaded(Style::Link);
    let all: Vec<Loaded> =
        project("../connectors").own().expect("there are connectors").iter().map(|found| found.load().expect("it can be read")).collect();
    let mut group = criterion.benchmark_group("compile");
    group.bench_function("one", |bench| bench.iter(|| black_box(one.compile())));
    group.sample_size(10);
    group.bench_function("all", |bench| bench.iter(|| all.iter().map(|loaded| loaded.compile().diagnostics.len()).sum::<usize>()));
    group.finish();
    let mut group = criterion.benchmark_group("check");
    group.bench_function("one", |bench| bench.iter(|| black_box(one.check())));
    group.sample_size(10);
    group.bench_function("all", |bench| bench.iter(|| all.iter().map(|loaded| loaded.check().0.len()).sum::<usize>()));
    group.finish();
}

/// A page of records from text to text, by the map as it is compiled, and by the JSONata engine alone; beside it what `serde_json` takes to
/// read the same records as values and to write them again, without a map.
fn map(criterion: &mut Criterion) {
    let compiled = connector(Style::Link);
    let engine = compiled.interpreted();
    let rendered = Pages::new();
    let none = serde_json::Map::new();
    let mut group = criterion.benchmark_group("map");
    for shape in Shape::ALL {
        let body = rendered.answer(&format!("/1/200/0/a0/link/{}", shape.name()), "").expect("there is a page").body();
        let body = String::from_utf8(body).expect("it is text");
        let records: Vec<&serde_json::value::RawValue> = serde_json::from_str(&body).expect("it is a list");
        let records: Vec<&str> = records.iter().map(|record| record.get()).collect();
        group.throughput(Throughput::Elements(records.len() as u64));
        for (name, connector) in [("compiled", &compiled), ("engine", &engine)] {
            group.bench_function(BenchmarkId::new(name, shape.name()), |bench| {
                bench.iter(|| connector.map_records(&call(shape), &records, &none).expect("it is mapped"));
            });
        }
        group.bench_function(BenchmarkId::new("value", shape.name()), |bench| {
            let written = |record: &&str| serde_json::from_str::<serde_json::Value>(record).expect("it is JSON").to_string();
            bench.iter(|| records.iter().map(written).collect::<Vec<_>>());
        });
    }
    group.finish();
}

/// The request of a page: templates, query, headers, the account checked.
fn request(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("request");
    let runtime = Runtime::builder().transport(Arc::new(Memory::default())).build().expect("a runtime");
    for style in Style::ALL {
        let (connector, account) = (connector(style), account(style, &ONE));
        group.bench_function(style.name(), |bench| {
            bench.iter(|| runtime.prepare(&connector, &account, call(Shape::Users)).expect("it can be sent"));
        });
    }
    group.finish();
}

const ONE: Lists = Lists { pages: 1, size: 1, delay: 0, accounts: 1, at_once: None };

fn account(style: Style, lists: &Lists) -> Account {
    library::account(style, lists, 0)
}

/// One record by one request, with what each way to connect puts on it.
fn auth(criterion: &mut Criterion) {
    let (connector, tasks) = (connector(Style::Link), tasks());
    let runtime = Runtime::builder().transport(Arc::new(Memory::of(Style::Link, &ONE))).build().expect("a runtime");
    let mut group = criterion.benchmark_group("auth");
    for method in ["token", "signed"] {
        let mut account = Account { auth: method.to_owned(), ..account(Style::Link, &ONE) };
        account.secrets = [(if method == "token" { "token" } else { "key" }.to_owned(), Secret::from("bench"))].into();
        group.bench_function(method, |bench| bench.iter(|| tasks.block_on(read(&runtime, &connector, &account))));
    }
    group.finish();
}

/// A list of 20 pages of 200 users whose answers are in memory.
fn pages(criterion: &mut Criterion) {
    let (tasks, lists) = (tasks(), Lists { pages: 20, size: 200, ..ONE });
    let mut group = criterion.benchmark_group("pages");
    group.throughput(Throughput::Elements(lists.records() as u64));
    for style in Style::ALL {
        let (connector, account) = (connector(style), account(style, &lists));
        let runtime = Runtime::builder().transport(Arc::new(Memory::of(style, &lists))).build().expect("a runtime");
        group.bench_function(style.name(), |bench| bench.iter(|| tasks.block_on(read(&runtime, &connector, &account))));
    }
    group.finish();
}

fn tasks() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("timers")
}

async fn read(runtime: &Runtime, connector: &Connector, account: &Account) -> usize {
    let mut bytes = 0;
    let taken = |lines: &[u8]| {
        bytes += lines.len();
        Ok(())
    };
    library::pull(runtime, connector, account, Shape::Users, taken).await.expect("it is read");
    bytes
}

/// Answers by path and query.
#[derive(Default)]
struct Memory(HashMap<String, (HeaderMap, Bytes)>);

impl Memory {
    /// The answers of a list of users.
    fn of(style: Style, lists: &Lists) -> Self {
        let (rendered, mut answers) = (Pages::new(), HashMap::new());
        let path = format!("/{}/{}/users", lists.path(0), style.name());
        // Pages that are asked for ahead may lie behind the last.
        let behind = if style == Style::Page { 16 } else { 0 };
        for page in 0..lists.pages + behind {
            let target = match (style, page) {
                (Style::Page, _) => format!("{path}?per_page=200&page={}", page + 1),
                (Style::Link | Style::Cursor, 0) => path.clone(),
                (Style::Link, _) => format!("{path}?after={page}"),
                (Style::Cursor, _) => format!("{path}?cursor=page-{page:08}"),
            };
            let answer = rendered.answer(&target, "https://shop.quill.example").expect("there is a page");
            let links = answer.links().map(|link| (http::header::LINK, link.try_into().expect("a header")));
            let headers = links.chain([(http::header::CONTENT_TYPE, "application/json".try_into().expect("a header"))]).collect();
            answers.insert(target, (headers, answer.body().into()));
        }
        Self(answers)
    }
}

impl Transport for Memory {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<Response, TransportError>> {
        let target = request.uri().path_and_query().map_or("", |target| target.as_str());
        let answer = match self.0.get(target) {
            Some((headers, body)) => Ok(Response::whole(StatusCode::OK, headers.clone(), body.clone())),
            None => Err(TransportError::new(TransportFailure::Other, format!("nothing is kept for {target}"))),
        };
        Box::pin(std::future::ready(answer))
    }
}

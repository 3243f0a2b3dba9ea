//! Both ways to map held against each other: whatever the record, what is read and written in one pass over its text is what the JSONata engine
//! makes of it, to the byte; so are errors, warnings, traces and counters.
//!
//! Records are those of the recordings, invented ones of the provider's types, and mutations of both. `CONNC_FUSED_RECORDS` asks for so many of
//! each connector, and `CONNC_FUSED_SEED` for others:
//!
//! ```sh
//! CONNC_FUSED_RECORDS=1000000 CONNC_FUSED_SEED=2 cargo test --release -p connc-snapshots --test fused
//! ```

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::string_slice, reason = "a test that cannot read its files fails")]

mod chance;
mod compare;
mod mutate;
mod records;
mod tree;

use std::path::Path;
use std::process::ExitCode;

use connc::project::{Found, Project};
use connc::prove;
use connc_runtime::Connector;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

use chance::Chance;
use compare::{Case, Pair, Treatment};
use mutate::{Made, Words, mutated};
use tree::Tree;

/// Records for each connector.
const RECORDS: usize = 1_000;

/// Disagreements that are shown.
const SHOWN: usize = 5;

/// Disagreements after which no more are looked for.
const FAULTS: usize = 200;

/// The least share of the connectors' fields that need no engine, in percent.
const FUSED: usize = 95;

/// Records on one page.
const PAGE: usize = 25;

/// Records that are invented for each operation whose records a map is given.
const INVENTED: u64 = 40;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository");
    std::env::set_current_dir(root).expect("the repository is there");
    let folders = ["connectors", "snapshots/samples/connectors", "benches/connectors"];
    let trials = folders.into_iter().flat_map(own).map(|found| Trial::test(found.name.clone(), move || both_ways_agree(&found)));
    let trials = trials.chain([Trial::test("most fields are fused", most_fields_are_fused)]);
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// Otherwise nothing would be compared.
fn most_fields_are_fused() -> Result<(), Failed> {
    let (mut fused, mut engine) = (0, Vec::new());
    for found in own("connectors") {
        let plan = found.load().expect("the connector's files can be read").compile().plan.ok_or("the connector does not compile")?;
        for map in Connector::load(plan)?.fusion()? {
            fused += map.fused.len();
            engine.extend(map.engine.iter().map(|field| format!("{} {} {field}", found.name, map.resource)));
        }
    }
    let share = 100 * fused / (fused + engine.len());
    if share >= FUSED { Ok(()) } else { Err(format!("{share} % of the fields are fused; not:\n{}", engine.join("\n")).into()) }
}

fn own(folder: &str) -> Vec<Found> {
    let project = Project::open(Some(Path::new(folder))).expect("there are connectors");
    project.own().expect("the connectors can be read")
}

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|number| number.parse().expect("a number"))
}

fn both_ways_agree(found: &Found) -> Result<(), Failed> {
    let loaded = found.load().expect("the connector's files can be read");
    let plan = loaded.compile().plan.ok_or("the connector does not compile")?;
    let cassettes: Vec<_> = loaded.cassettes.iter().filter_map(|file| file.read().0).collect();
    let variables = prove::variables(&plan);
    let connector = Connector::load(plan)?;
    let pair = Pair { interpreted: connector.interpreted(), connector, variables };
    let maps = &pair.connector.plan().maps;
    let (most, seed) = (asked("CONNC_FUSED_RECORDS").map_or(Ok(RECORDS), usize::try_from)?, asked("CONNC_FUSED_SEED").unwrap_or(1));
    let invented = prove::invented(&loaded.sources, INVENTED, seed);
    let mut faults = Vec::new();
    for (number, map) in maps.iter().enumerate() {
        let case = Case { pair: &pair, map };
        let mut bases = records::recorded(&cassettes, &case);
        let own = invented.iter().filter(|(model, resource, _)| (model, resource) == (&map.model, &map.resource));
        bases.extend(own.flat_map(|(_, _, made)| made.iter().map(Value::to_string)));
        let chance = Chance::new(seed.wrapping_mul(1_000).wrapping_add(number as u64));
        run(&case, &bases, most / maps.len(), chance, &mut faults);
    }
    if faults.is_empty() {
        return Ok(());
    }
    let shown: Vec<&str> = faults.iter().take(SHOWN).map(String::as_str).collect();
    Err(format!("{} disagreements, the first of which:\n\n{}", faults.len(), shown.join("\n\n")).into())
}

/// Every record as it is, and as many mutations as there is room for.
fn run(case: &Case<'_>, bases: &[String], most: usize, mut chance: Chance, faults: &mut Vec<String>) {
    let words = Words::of(case.map);
    let trees: Vec<Tree> = bases.iter().map(|base| Tree::from(&serde_json::from_str::<Value>(base).expect("a record is JSON"))).collect();
    let mut page: Vec<String> = Vec::new();
    for number in 0..most.max(bases.len()) {
        let made = match bases.get(number) {
            Some(base) => Made { text: base.clone(), tree: None },
            None if trees.is_empty() => mutated(&Tree::Object(Vec::new()), &words, &mut chance),
            None => mutated(chance.pick(&trees), &words, &mut chance),
        };
        let treatment = Treatment::any(&mut chance);
        faults.extend(case.disagreement(&[&made.text], treatment).map(|fault| case.least(fault, &made, treatment)));
        page.push(made.text);
        if page.len() == PAGE && chance.one_in(4) {
            let texts: Vec<&str> = page.iter().map(String::as_str).collect();
            faults.extend(case.disagreement(&texts, Treatment::any(&mut chance)));
        }
        page.truncate(if page.len() == PAGE { 0 } else { PAGE });
        if faults.len() > FAULTS {
            return;
        }
    }
}

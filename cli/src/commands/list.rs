//! `connc list`: the capability matrix, from the plans.

use std::io::Write as _;

use clap::ValueEnum;
use connc_plan::Plan;
use serde_json::{Value, json};

use crate::console::Console;
use crate::error::{Stop, counted};
use crate::facts::Facts;
use crate::output::{matrix, typed};
use crate::parallel::side_by_side;
use crate::project::{Found, Loaded, Project};

/// Show what each connector can do
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../../help/list.txt"))]
pub(crate) struct Args {
    /// Only these connectors
    #[arg(value_name = "CONNECTOR")]
    given: Vec<String>,
    /// The provider's own operations too
    #[arg(long)]
    native: bool,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A row for each resource
    Table,
    /// One JSON object
    Json,
}

pub(crate) fn run(args: &Args, project: &Project, console: &mut Console) -> Result<(), Stop> {
    let found = if args.given.is_empty() { project.all()? } else { crate::project::chosen(project, &args.given)? };
    let mut plans = Vec::new();
    let mut broken = Vec::new();
    for (connector, listed) in found.iter().zip(listed(&found)?) {
        match listed {
            Some(listed) => plans.push(listed),
            None => broken.push(connector.name.clone()),
        }
    }
    match args.format {
        Format::Json => {
            let connectors: Vec<Value> = plans.iter().map(described).collect();
            writeln!(console.out, "{:#}", json!({"connectors": connectors}))?;
        }
        Format::Table => {
            let rows: Vec<[String; 6]> = plans.iter().flat_map(|listed| rows(listed, args.native)).collect();
            let columns = ["connector", "typed", "scenarios", "model", "resource", "verbs"];
            writeln!(console.out, "{}", matrix(columns, &rows, console.width()))?;
            for Listed { plan, facts } in plans.iter().filter(|listed| !listed.facts.missing.is_empty()) {
                console.note(format!("no recording of `{}` shows: {}", plan.connector, facts.missing.join(", ")))?;
            }
        }
    }
    if broken.is_empty() {
        return Ok(());
    }
    let what = counted(broken.len(), "connector");
    console.error(
        format!("{what} {} not compile: {}", if broken.len() == 1 { "does" } else { "do" }, broken.join(", ")),
        Some("`connc check` says why"),
    )?;
    Err(Stop::Problems)
}

/// A connector that compiles.
struct Listed {
    plan: Plan,
    facts: Facts,
}

/// What is listed of each connector; none where it does not compile. Those inside the binary are neither checked nor replayed anew.
fn listed(found: &[Found]) -> Result<Vec<Option<Listed>>, Stop> {
    let built_in: Vec<Found> = found.iter().filter(|found| found.is_built_in()).cloned().collect();
    let mut known = side_by_side(&crate::project::load_all_to_call(&built_in)?, known).into_iter();
    let mut next_known = |found: &Found| if found.is_built_in() { known.next().flatten() } else { None };
    let known: Vec<Option<Listed>> = found.iter().map(&mut next_known).collect();
    let others: Vec<Found> = found.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(found, _)| found.clone()).collect();
    let mut others = side_by_side(&crate::project::load_all(&others)?, compiled).into_iter();
    Ok(known.into_iter().map(|known| known.or_else(|| others.next().flatten())).collect())
}

fn known(loaded: &Loaded) -> Option<Listed> {
    Some(Listed { plan: loaded.built_in_plan()?, facts: Facts::built_in(&loaded.name)? })
}

/// Compiles a connector and replays its recordings.
fn compiled(loaded: &Loaded) -> Option<Listed> {
    let compiled = loaded.compile();
    let facts = Facts::of(loaded, &compiled);
    Some(Listed { plan: compiled.plan?, facts })
}

fn rows(listed: &Listed, native: bool) -> Vec<[String; 6]> {
    let Listed { plan, facts } = listed;
    let replayed = format!("{} of {}", facts.met.len(), facts.met.len() + facts.missing.len());
    let typed = facts.coverage().percent().map_or_else(|| "-".to_owned(), |percent| format!("{percent:.0} %"));
    let unified = plan.maps.iter().map(|map| {
        let verbs: Vec<&str> = map.verbs.keys().map(|verb| verb.name()).collect();
        [plan.connector.clone(), typed.clone(), replayed.clone(), map.model.clone(), map.resource.clone(), verbs.join(" ")]
    });
    let mut rows: Vec<[String; 6]> = unified.collect();
    let own = own(plan);
    // A connector that maps nothing is one all the same.
    if rows.is_empty() && !native {
        let (many, how) = (counted(own.len(), "resource"), "`--native` lists them".to_owned());
        rows.push([plan.connector.clone(), typed.clone(), replayed.clone(), "(native)".to_owned(), many, how]);
    }
    for (resource, verbs) in own.into_iter().filter(|_| native) {
        rows.push([plan.connector.clone(), typed.clone(), replayed.clone(), "(native)".to_owned(), resource, verbs.join(" ")]);
    }
    // A name once is enough for people: the eye follows the column.
    let mut before: Option<(String, String)> = None;
    for row in &mut rows {
        let [connector, typed, scenarios, model, ..] = row;
        let now = (connector.clone(), model.clone());
        if let Some((last, last_model)) = &before {
            if *last_model == now.1 {
                model.clear();
            }
            if *last == now.0 {
                connector.clear();
                typed.clear();
                scenarios.clear();
            }
        }
        before = Some(now);
    }
    rows
}

/// The provider's own resources with their verbs.
fn own(plan: &Plan) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for operation in plan.operations.values() {
        let (resource, verb) = (operation.resource().to_owned(), operation.verb().to_owned());
        match found.iter_mut().find(|(known, _)| *known == resource) {
            Some((_, verbs)) => verbs.push(verb),
            None => found.push((resource, vec![verb])),
        }
    }
    found
}

fn described(listed: &Listed) -> Value {
    let Listed { plan, facts } = listed;
    let scenarios = json!({"met": facts.met, "missing": facts.missing});
    let models: Vec<Value> = plan
        .models
        .iter()
        .map(|model| {
            let maps = plan.maps.iter().filter(|map| map.model == model.name);
            let resources: Vec<Value> = maps
                .map(|map| {
                    let verbs: Vec<&str> = map.verbs.keys().map(|verb| verb.name()).collect();
                    let fields: Vec<&str> = map.fields.iter().map(|field| field.name.as_str()).collect();
                    let filters: Vec<&str> = map.filters.filters.iter().map(|filter| filter.name.as_str()).collect();
                    json!({"resource": map.resource, "verbs": verbs, "fields": fields, "filters": filters})
                })
                .collect();
            json!({"model": model.name, "version": model.version, "resources": resources})
        })
        .collect();
    let native: Vec<Value> = own(plan).into_iter().map(|(resource, verbs)| json!({"resource": resource, "verbs": verbs})).collect();
    let auth: Vec<Value> = plan.auth.iter().map(|method| json!({"name": method.name, "scheme": method.scheme})).collect();
    json!({"connector": plan.connector, "title": plan.title, "auth": auth, "typed_coverage": typed::json(&facts.coverage()), "scenarios": scenarios, "models": models, "native": native})
}

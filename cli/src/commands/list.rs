//! `connc list`: the capability matrix, from the plans.

use std::io::Write as _;

use clap::ValueEnum;
use connc_compiler::Coverage;
use connc_plan::Plan;
use serde_json::{Value, json};

use crate::console::Console;
use crate::error::{Stop, counted};
use crate::output::{matrix, typed};
use crate::parallel::side_by_side;
use crate::project::Project;

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
    let loaded = crate::project::load_all(&found)?;
    for (connector, compiled) in loaded.iter().zip(side_by_side(&loaded, crate::project::Loaded::compile)) {
        match compiled.plan {
            Some(plan) => plans.push((plan, compiled.coverage)),
            None => broken.push(connector.name.clone()),
        }
    }
    match args.format {
        Format::Json => {
            let connectors: Vec<Value> = plans.iter().map(|(plan, coverage)| described(plan, coverage)).collect();
            writeln!(console.out, "{:#}", json!({"connectors": connectors}))?;
        }
        Format::Table => {
            let rows: Vec<[String; 5]> = plans.iter().flat_map(|(plan, coverage)| rows(plan, coverage, args.native)).collect();
            writeln!(console.out, "{}", matrix(["connector", "typed", "model", "resource", "verbs"], &rows, console.width()))?;
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

fn rows(plan: &Plan, coverage: &Coverage, native: bool) -> Vec<[String; 5]> {
    let typed = coverage.percent().map_or_else(|| "-".to_owned(), |percent| format!("{percent:.0} %"));
    let unified = plan.maps.iter().map(|map| {
        let verbs: Vec<&str> = map.verbs.keys().map(|verb| verb.name()).collect();
        [plan.connector.clone(), typed.clone(), map.model.clone(), map.resource.clone(), verbs.join(" ")]
    });
    let mut rows: Vec<[String; 5]> = unified.collect();
    for (resource, verbs) in own(plan).into_iter().filter(|_| native) {
        rows.push([plan.connector.clone(), typed.clone(), "(native)".to_owned(), resource, verbs.join(" ")]);
    }
    // A name once is enough for people: the eye follows the column.
    let mut before: Option<(String, String)> = None;
    for row in &mut rows {
        let [connector, typed, model, ..] = row;
        let now = (connector.clone(), model.clone());
        if let Some((last, last_model)) = &before {
            if *last_model == now.1 {
                model.clear();
            }
            if *last == now.0 {
                connector.clear();
                typed.clear();
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

fn described(plan: &Plan, coverage: &Coverage) -> Value {
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
    json!({"connector": plan.connector, "title": plan.title, "auth": auth, "typed_coverage": typed::json(coverage), "models": models, "native": native})
}

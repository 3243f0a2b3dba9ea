//! `connc extract`: makes a connector's `schemas/` from the provider's own descriptions.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use connc_compiler::source::Role;
use connc_compiler::spec::Connector;
use connc_extract::{Extract, File, Touched};

use crate::console::Console;
use crate::error::{Stop, counted, names};
use crate::project::{Loaded, Project};

/// Make a connector's schemas from the provider's own descriptions: only what the connector touches
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../../help/extract.txt"))]
pub(crate) struct Args {
    /// The connector
    connector: String,
    /// The descriptions: OpenAPI 3.0 or 3.1, Swagger 2, Discovery, an answer of SCIM's `/Schemas` (as JSON or YAML), or GraphQL's schema language
    #[arg(long, value_name = "FILE", num_args = 1.., required_unless_present = "from_cassettes")]
    from: Vec<PathBuf>,
    /// Infer the extract from the connector's recorded calls, where the provider publishes no description
    #[arg(long, conflicts_with = "from")]
    from_cassettes: bool,
    /// The extract's name, for each description; the connector's unless said otherwise
    #[arg(long = "as", value_name = "NAME")]
    names: Vec<String>,
    /// Print the extracts instead of writing them
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, project: &Project, console: &mut Console) -> Result<(), Stop> {
    let loaded = project.find(&args.connector)?.load()?;
    let spec = spec_of(&loaded, console)?;
    let touched = Touched::of(&spec, &loaded.sources);
    if args.names.len() > args.from.len().max(1) {
        return Err(Stop::usage("`--as` is given more often than `--from`"));
    }
    let mut made: Vec<(String, Extract)> = Vec::new();
    if args.from_cassettes {
        let cassettes: Vec<_> = loaded.cassettes.iter().filter_map(|cassette| cassette.read().0).collect();
        if cassettes.is_empty() {
            return Err(Stop::usage(format!("connector `{}` has no recorded calls", loaded.name)).help("they stand in its `cassettes/`"));
        }
        let name = args.names.first().cloned().unwrap_or_else(|| loaded.name.clone());
        refuse_to_weaken(args, &loaded, &format!("{name}.yaml"))?;
        made.push((format!("{name}.yaml"), connc_extract::from_cassettes(&spec, &touched, &cassettes)));
    }
    for (index, path) in args.from.iter().enumerate() {
        let extract = read(&spec, &loaded, path)?;
        let name = match args.names.get(index) {
            Some(name) => file_name(name, &extract)?,
            None => default_name(&spec, &loaded, &extract, path, args.from.len() > 1),
        };
        if made.iter().any(|(known, _)| *known == name) {
            return Err(Stop::usage(format!("two extracts would be called `{name}`")).help("name each with `--as`"));
        }
        made.push((name, extract));
    }
    if let Some((name, _)) = made.iter().find(|(_, extract)| extract.found.is_empty()) {
        console.error(
            format!("none of the operations of `{}` is in the description for `{name}`", loaded.name),
            Some("is it the description of this provider, and of this API?"),
        )?;
        return Err(Stop::Problems);
    }
    for (name, extract) in &made {
        write(args, &loaded, name, extract, console)?;
    }
    report_missing(&spec, &made, console)
}

/// What was recorded is not to take the place of what the provider says of itself.
fn refuse_to_weaken(args: &Args, loaded: &Loaded, name: &str) -> Result<(), Stop> {
    let known = loaded.sources.of(Role::Schema).find(|file| base_name(Path::new(loaded.sources.path(*file))) == name);
    let recorded = |text: &str| text.lines().any(|line| line.trim_end() == "trust: cassettes");
    match known {
        Some(file) if !args.dry_run && !recorded(loaded.sources.text(file)) && !loaded.sources.text(file).trim().is_empty() => {
            Err(Stop::usage(format!("`{}` was not made of recorded calls, which know less than it does", loaded.sources.path(file)))
                .help("take it away first, or give the new extract another name with `--as`"))
        }
        Some(_) | None => Ok(()),
    }
}

/// The connector as far as it can be read; extracts are made for connectors that do not compile yet.
pub(crate) fn spec_of(loaded: &Loaded, console: &mut Console) -> Result<Connector, Stop> {
    let Some(spec) = connc_extract::read_connector(&loaded.sources) else {
        super::compiled(loaded, console)?;
        return Err(Stop::Problems);
    };
    Ok(spec)
}

/// What the connector touches of the description in a file.
pub(crate) fn read(spec: &Connector, loaded: &Loaded, path: &Path) -> Result<Extract, Stop> {
    let shown = format!("`{}`", path.display());
    let text = fs::read_to_string(path).map_err(|error| {
        let stop = Stop::unreadable(&shown, &error);
        if shown.contains("://") { stop.help("nothing is fetched: download the description, and name its file") } else { stop }
    })?;
    let name = base_name(path);
    let file = File { name: &name, text: &text };
    connc_extract::extract(spec, &loaded.sources, file).map_err(|problem| {
        let named = problem.message.contains(&format!("`{name}`"));
        let stop = Stop::usage(if named { problem.message } else { format!("{shown}: {}", problem.message) });
        match problem.help {
            Some(help) => stop.help(help),
            None => stop,
        }
    })
}

pub(crate) fn base_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn file_name(name: &str, extract: &Extract) -> Result<String, Stop> {
    let plain =
        !name.is_empty() && !name.starts_with('.') && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if !plain || name.ends_with(".overlay") {
        return Err(Stop::usage(format!("`{name}` is no name for an extract")).help("names hold letters, digits, `-` and `_`"));
    }
    Ok(format!("{}{}", name.trim_end_matches(".yaml").trim_end_matches(".graphql"), ending(extract)))
}

fn ending(extract: &Extract) -> &'static str {
    if extract.sdl.is_some() { ".graphql" } else { ".yaml" }
}

/// The name of the extract that was made from this file before; else the connector's, with the file's where there are several.
fn default_name(spec: &Connector, loaded: &Loaded, extract: &Extract, path: &Path, several: bool) -> String {
    let ending = ending(extract);
    let from = format!("file: {}", base_name(path));
    let is_from = |text: &str| text.lines().take(20).any(|line| line.trim_end().ends_with(&from) || line.contains(&format!("{from},")));
    let known =
        loaded.sources.of(Role::Schema).filter(|file| loaded.sources.path(*file).ends_with(ending) && is_from(loaded.sources.text(*file)));
    if let Some(file) = known.map(|file| loaded.sources.path(file)).next() {
        return base_name(Path::new(file));
    }
    let named = spec.graphql.as_ref().and_then(|graphql| graphql.schema.as_ref()).filter(|_| extract.sdl.is_some());
    if let Some(named) = named.and_then(|schema| schema.value.strip_prefix("schemas/")) {
        return named.to_owned();
    }
    if !several {
        return format!("{}{ending}", loaded.name);
    }
    let slug: String = base_name(path)
        .split('.')
        .next()
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    format!("{}-{slug}{ending}", loaded.name)
}

fn write(args: &Args, loaded: &Loaded, name: &str, extract: &Extract, console: &mut Console) -> Result<(), Stop> {
    let overlay = format!("{}.overlay.yaml", name.trim_end_matches(ending(extract)));
    let text = connc_extract::text(extract, &overlay);
    if args.dry_run {
        write!(console.out, "{text}")?;
        console.out.flush()?;
    } else {
        let Some(folder) = &loaded.folder else {
            return Err(Stop::usage(format!("connector `{}` is inside the binary, which cannot be changed", loaded.name))
                .help("`--connectors DIR` names a folder with a folder for each connector"));
        };
        save(&folder.join("schemas"), name, &text)?;
    }
    let what = if extract.sdl.is_some() {
        counted(text.matches("\ntype ").count() + text.matches("\ninput ").count() + text.matches("\nenum ").count(), "type")
    } else {
        format!("{} and {}", counted(extract.operations.len(), "operation"), counted(extract.types.len(), "type"))
    };
    console.note(format!("{}/schemas/{name}: {what}, {} bytes", loaded.shown, text.len()))?;
    for note in &extract.notes {
        console.note(format!("  {note}"))?;
    }
    Ok(())
}

/// Writes a file whole or not at all.
fn save(folder: &Path, name: &str, text: &str) -> Result<(), Stop> {
    let shown = format!("`{}`", folder.join(name).display());
    let unwritable = |error| Stop::unwritable(&shown, &error);
    fs::create_dir_all(folder).map_err(unwritable)?;
    let temporary = folder.join(format!(".{name}.{}", std::process::id()));
    let written = fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, folder.join(name)));
    if written.is_err() {
        // What could not be renamed is of no use; that it cannot be removed either is said by the first error.
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(unwritable)
}

fn report_missing(spec: &Connector, made: &[(String, Extract)], console: &mut Console) -> Result<(), Stop> {
    let found = |name: &str| made.iter().any(|(_, extract)| extract.found.iter().any(|found| found == name));
    // An extract of one kind says nothing of operations of the other.
    let (graphql, rest) = (made.iter().any(|(_, extract)| extract.sdl.is_some()), made.iter().any(|(_, extract)| extract.sdl.is_none()));
    let missing: Vec<&str> = spec
        .operations
        .iter()
        .filter(|operation| if matches!(operation.request.body, connc_compiler::spec::Body::Graphql { .. }) { graphql } else { rest })
        .map(|operation| operation.name.value.as_str())
        .filter(|name| !found(name))
        .collect();
    if !missing.is_empty() {
        console.note(format!("not in the description: {}", names(missing.iter().copied())))?;
    }
    Ok(())
}

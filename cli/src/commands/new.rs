//! `connc new`: a connector to begin with, from the provider's descriptions where there are some.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use connc_extract::{File, Scaffold, Wanted};

use super::extract::base_name;
use crate::console::{Console, STRONG};
use crate::error::{Stop, counted};
use crate::output::typed;
use crate::project::Project;

/// Begin a connector, from the provider's own descriptions where there are some
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../../help/new.txt"))]
pub(crate) struct Args {
    /// The connector's name
    name: String,
    /// The descriptions: OpenAPI 3.0 or 3.1, Swagger 2, Discovery (as JSON or YAML), or GraphQL's schema language
    #[arg(long, value_name = "FILE", num_args = 1..)]
    from: Vec<PathBuf>,
    /// Take only operations of these resources or tags, or with this in their path
    #[arg(long, value_name = "TEXT", num_args = 1.., value_delimiter = ',', requires = "from")]
    only: Vec<String>,
    /// Take every operation, however many there are
    #[arg(long, requires = "from")]
    all: bool,
    /// Print the files instead of writing them
    #[arg(long)]
    dry_run: bool,
}

/// How many of the things that were left out are said one by one.
const SHOWN: usize = 20;

pub(crate) fn run(args: &Args, connectors: Option<&Path>, console: &mut Console) -> Result<(), Stop> {
    check_name(&args.name)?;
    let parent = connectors.map_or_else(|| PathBuf::from("connectors"), Path::to_owned);
    let folder = parent.join(&args.name);
    if !args.dry_run && fs::symlink_metadata(&folder).is_ok() {
        return Err(
            Stop::usage(format!("`{}` is there already", folder.display())).help("choose another name, or take the folder away first")
        );
    }
    let project = Project::open(connectors.filter(|folder| folder.is_dir()))?;
    let (files, made) = if args.from.is_empty() {
        (connc_extract::skeleton(&args.name), None)
    } else {
        let made = from_descriptions(args, &project)?;
        (made.files.clone(), Some(made))
    };
    if args.dry_run {
        for (path, text) in &files {
            writeln!(console.out, "# {path}\n{text}")?;
        }
        console.out.flush()?;
    } else {
        save(&parent, &args.name, &files)?;
    }
    let place = connectors.map_or_else(String::new, |folder| format!(" --connectors {}", folder.display()));
    report(args, &folder, &place, made.as_ref(), console)
}

/// A name is a folder's and a word of commands.
fn check_name(name: &str) -> Result<(), Stop> {
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'));
    if starts && plain && name.len() <= 60 && !["null", "true", "false"].contains(&name) {
        return Ok(());
    }
    Err(Stop::usage(format!("`{name}` is no name for a connector"))
        .help("names begin with a small letter and hold small letters, digits, `-` and `_`"))
}

fn from_descriptions(args: &Args, project: &Project) -> Result<Scaffold, Stop> {
    let mut texts = Vec::new();
    for path in &args.from {
        let text = fs::read_to_string(path).map_err(|error| Stop::unreadable(&format!("`{}`", path.display()), &error))?;
        texts.push((base_name(path), text));
    }
    let files: Vec<File<'_>> = texts.iter().map(|(name, text)| File { name, text }).collect();
    let models = project.models(&args.name)?;
    let only: Vec<String> = args.only.iter().map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect();
    let wanted = Wanted { name: &args.name, files: &files, only: &only, all: args.all, models: &models };
    connc_extract::scaffold(&wanted).map_err(|problem| {
        let stop = Stop::usage(problem.message);
        match problem.help {
            Some(help) => stop.help(help),
            None => stop,
        }
    })
}

/// Writes the folder whole or not at all.
fn save(parent: &Path, name: &str, files: &[(String, String)]) -> Result<(), Stop> {
    let target = parent.join(name);
    let temporary = parent.join(format!(".{name}.{}", std::process::id()));
    let unwritable = |error: std::io::Error| Stop::unwritable(&format!("`{}`", target.display()), &error);
    if parent.is_file() {
        return Err(
            Stop::usage(format!("`{}` is a file", parent.display())).help("a folder is wanted, which gets a folder for each connector")
        );
    }
    fs::create_dir_all(parent).map_err(unwritable)?;
    let write = || -> std::io::Result<()> {
        for (path, text) in files {
            let file = temporary.join(path);
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(file, text)?;
        }
        fs::rename(&temporary, &target)
    };
    let written = write();
    if written.is_err() {
        // What could not be renamed is of no use; that it cannot be removed either is said by the first error.
        let _ = fs::remove_dir_all(&temporary);
    }
    written.map_err(unwritable)
}

fn report(args: &Args, folder: &Path, place: &str, made: Option<&Scaffold>, console: &mut Console) -> Result<(), Stop> {
    let shown = folder.display();
    match made {
        None => writeln!(console.err, "{STRONG}{shown}{STRONG:#}: a skeleton to fill in")?,
        Some(made) => {
            let what = [counted(made.resources, "resource"), counted(made.operations, "operation"), counted(made.maps.len(), "map")];
            writeln!(console.err, "{STRONG}{shown}{STRONG:#}: {}", what.join(", "))?;
            for (model, resource, fields) in &made.maps {
                console.note(format!("  {model} {resource}: {}", counted(*fields, "field")))?;
            }
            if let Some(line) = typed::line(&made.coverage) {
                console.note(format!("  {line}"))?;
            }
            console
                .note(format!("  {} to look at: each is marked `review`", counted(made.reviews, "guess").replace("guesss", "guesses")))?;
            if !made.left_out.is_empty() {
                writeln!(console.err, "left out:")?;
            }
            for line in made.left_out.iter().take(SHOWN) {
                console.note(format!("  {line}"))?;
            }
            if made.left_out.len() > SHOWN {
                console.note(format!("  and {} more", made.left_out.len() - SHOWN))?;
            }
        }
    }
    let next = if args.dry_run { "nothing was written".to_owned() } else { format!("next: `connc check {}{place}`", args.name) };
    console.note(next)?;
    Ok(())
}

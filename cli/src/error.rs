//! Why a command ends early, and with which exit status.

use std::io;

/// Why a command ends early.
#[derive(Debug)]
pub enum Stop {
    /// The command cannot be carried out: exit status 2.
    Usage {
        /// What is wrong: a lowercase fragment, user text in backticks.
        message: String,
        /// What to do about it.
        help: Option<String>,
    },
    /// What the command is about has problems, which were shown already: exit status 1.
    Problems,
    /// The command cannot be carried out, and why was shown already: exit status 2.
    Shown,
    /// Nobody reads the output any more.
    Quiet,
}

impl Stop {
    /// The command cannot be carried out.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), help: None }
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        match self {
            Self::Usage { message, help: _ } => Self::Usage { message, help: Some(help.into()) },
            other @ (Self::Problems | Self::Shown | Self::Quiet) => other,
        }
    }

    /// A file that cannot be read, in words that do not depend on the system.
    #[must_use]
    pub fn unreadable(what: &str, error: &io::Error) -> Self {
        Self::usage(format!("{what} cannot be read: {}", reason(error)))
    }

    /// A file that cannot be written.
    #[must_use]
    pub fn unwritable(what: &str, error: &io::Error) -> Self {
        Self::usage(format!("{what} cannot be written: {}", reason(error)))
    }
}

impl From<io::Error> for Stop {
    /// An error of the output itself.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::Quiet } else { Self::unwritable("the output", &error) }
    }
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::NotADirectory => "a part of its path is no folder".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => error.to_string().split(" (os error").next().unwrap_or_default().to_lowercase(),
    }
}

/// `did you mean …?`, or else what there is.
pub(crate) fn suggestion<'a>(given: &str, what: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(near) = connc_compiler::diagnostic::nearest(given, known.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    if known.is_empty() { format!("there are no {what}") } else { format!("the {what} are {}", names(known)) }
}

/// `` `a`, `b` `` for a sentence.
pub(crate) fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// `1 error`, `2 errors`.
pub(crate) fn counted(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

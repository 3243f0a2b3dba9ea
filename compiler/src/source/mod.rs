//! The texts that are compiled, and places in them.

use std::sync::{Arc, OnceLock};

/// What a file is to its connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `connector.yaml`.
    Connector,
    /// A map to a unified model.
    Map,
    /// A connector or a map of a base that the connector extends. Its name is `_base/NAME/FILE`.
    Base,
    /// A unified model, or one of its resources.
    Model,
    /// An extract of the provider's schema.
    Schema,
    /// A recorded call.
    Cassette,
}

/// The files of one connector, read by somebody else: the compiler does no IO.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sources {
    folder: String,
    files: Vec<SourceFile>,
    /// The bases that there are, for suggestions.
    bases: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct SourceFile {
    path: Arc<str>,
    name: Arc<str>,
    text: Arc<str>,
    lines: Lines,
    role: Role,
}

/// Where each line of a file begins: found when a place in it is first asked for, and once, since every step of a plan has its line and column.
#[derive(Clone, Debug, Default)]
struct Lines(OnceLock<Arc<[u32]>>);

impl Lines {
    fn of(&self, text: &str) -> &[u32] {
        self.0.get_or_init(|| {
            let breaks = text.bytes().zip(1u32..).filter(|(byte, _)| *byte == b'\n').map(|(_, after)| after);
            std::iter::once(0).chain(breaks).collect()
        })
    }
}

impl PartialEq for Lines {
    /// They follow from the text.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// A file of [`Sources`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u16);

/// A range of bytes in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

/// A line and a column, both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

impl Sources {
    /// No files yet, for the connector in the folder of this name.
    #[must_use]
    pub fn new(folder: impl Into<String>) -> Self {
        Self { folder: folder.into(), files: Vec::new(), bases: Vec::new() }
    }

    /// Adds a file that diagnostics and the plan call by the same path.
    pub fn add(&mut self, role: Role, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let path = path.into();
        self.add_named(role, path.clone(), path, text)
    }

    /// Adds a file. Diagnostics show `path`, which may be relative to anything; the plan keeps `name`, which must not depend on where the folder lies:
    /// `connector.yaml`, `unified-models/user-directory/users.yaml`.
    pub fn add_named(&mut self, role: Role, path: impl Into<String>, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u16::try_from(self.files.len()).unwrap_or(u16::MAX));
        let (path, name) = (Arc::from(path.into()), Arc::from(name.into()));
        self.files.push(SourceFile { path, name, text: text.into(), lines: Lines::default(), role });
        id
    }

    /// The bases that a connector could extend, whether their files are here or not.
    pub fn know_bases(&mut self, names: Vec<String>) {
        self.bases = names;
    }

    /// The bases that a connector could extend.
    #[must_use]
    pub fn bases(&self) -> &[String] {
        &self.bases
    }

    /// The same files, one of them with another text.
    #[must_use]
    pub fn with_text(&self, file: FileId, text: &str) -> Self {
        let mut edited = Self { folder: self.folder.clone(), files: Vec::new(), bases: self.bases.clone() };
        for (index, known) in (0u16..).zip(&self.files) {
            let text = if FileId(index) == file { Arc::from(text) } else { Arc::clone(&known.text) };
            edited.add_named(known.role, known.path.to_string(), known.name.to_string(), text);
        }
        edited
    }

    /// The name of the connector's folder.
    #[must_use]
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// The same files for the connector in another folder; the texts are shared.
    #[must_use]
    pub fn for_folder(&self, folder: impl Into<String>) -> Self {
        Self { folder: folder.into(), files: self.files.clone(), bases: self.bases.clone() }
    }

    /// The files of a role, in the order that they were added.
    pub fn of(&self, role: Role) -> impl Iterator<Item = FileId> + '_ {
        (0u16..).zip(&self.files).filter(move |(_, file)| file.role == role).map(|(index, _)| FileId(index))
    }

    /// A file's path.
    #[must_use]
    pub fn path(&self, file: FileId) -> &str {
        self.files.get(file.index()).map_or("", |file| &file.path)
    }

    /// A file's name, which does not depend on where the folder lies.
    #[must_use]
    pub fn name(&self, file: FileId) -> &str {
        self.files.get(file.index()).map_or("", |file| &file.name)
    }

    /// Every file's name, in the order of their ids.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.files.iter().map(|file| file.name.to_string()).collect()
    }

    /// A file's text.
    #[must_use]
    pub fn text(&self, file: FileId) -> &str {
        self.files.get(file.index()).map_or("", |file| &file.text)
    }

    /// The text that a span covers.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file).get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Where a byte of a file stands.
    #[must_use]
    pub fn position(&self, file: FileId, offset: u32) -> Position {
        let Some(found) = self.files.get(file.index()) else { return Position { line: 1, column: 1 } };
        let lines = found.lines.of(&found.text);
        let line = lines.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|line| lines.get(line)).copied().unwrap_or(0);
        let column = found.text.get(start as usize..offset as usize).unwrap_or("").chars().count();
        Position { line: u32::try_from(line.max(1)).unwrap_or(u32::MAX), column: u32::try_from(column + 1).unwrap_or(u32::MAX) }
    }
}

impl FileId {
    /// The file's place among the sources.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The file's place among the sources, as a plan writes it.
    #[must_use]
    pub fn number(self) -> u16 {
        self.0
    }
}

impl Span {
    /// A range of bytes in a file.
    #[must_use]
    pub fn new(file: FileId, range: std::ops::Range<usize>) -> Self {
        let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { file, start: narrow(range.start), end: narrow(range.end) }
    }

    /// The place just before the span.
    #[must_use]
    pub fn at_start(self) -> Self {
        Self { end: self.start, ..self }
    }
}

impl<T> Spanned<T> {
    /// A value and where it was written.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// Another value at the same place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), span: self.span }
    }
}

impl std::ops::Deref for Spanned<String> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.value
    }
}

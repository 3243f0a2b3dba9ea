//! Headings, and rows whose values stand under each other.

/// Text that grows downwards.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
}

impl Page {
    /// A heading with the place in the spec, after an empty line.
    pub(super) fn heading(&mut self, title: &str, place: Option<String>) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        // The column is of use to programs, and would only be noise here.
        let place = place.map(|place| place.rsplit_once(':').map_or(place.clone(), |(line, _)| line.to_owned()));
        let place = place.map(|place| format!("  ({place})")).unwrap_or_default();
        self.line(0, &format!("{title}{place}"));
    }

    /// Labels, and values in a column of their own. A value of several lines goes on below its first.
    pub(super) fn rows<L: AsRef<str>>(&mut self, depth: usize, rows: &[(L, String)]) {
        let width = rows.iter().map(|(label, _)| label.as_ref().chars().count()).max().unwrap_or(0);
        for (label, value) in rows {
            for (index, line) in value.trim_end().split('\n').enumerate() {
                let label = if index == 0 { label.as_ref() } else { "" };
                self.line(depth, &format!("{label:<width$}  {line}"));
            }
        }
    }

    /// One line.
    pub(super) fn line(&mut self, depth: usize, text: &str) {
        self.text.push_str("  ".repeat(depth).as_str());
        self.text.push_str(text);
        // An empty line has no blanks either.
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
    }

    /// The text.
    pub(super) fn text(self) -> String {
        self.text
    }
}

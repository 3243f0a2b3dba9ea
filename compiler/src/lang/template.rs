//! Templates: minijinja's `{{ }}`, of which only a dotted name with filters is allowed. Statements, calls and arithmetic are data's business.

use minijinja::machinery::ast::{self, Expr, Stmt};

use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::source::Span;
use crate::yaml::Embedded;

/// A template as written.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its parts, left to right.
    pub pieces: Vec<Piece>,
    /// Where it was written.
    pub span: Span,
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Text as it stands.
    Literal(String),
    /// `{{ name | filter }}`.
    Reference(Reference),
    /// The Base64 of the inner parts, as HTTP Basic needs it. Schemes make it; authors cannot write it.
    Base64(Vec<Piece>),
}

/// A dotted name with filters.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The name's parts.
    pub path: Vec<String>,
    /// The filters, left to right.
    pub filters: Vec<Filter>,
    /// Where the name was written.
    pub span: Span,
}

/// A filter with literal arguments.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Its name.
    pub name: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Where it was written.
    pub span: Span,
}

const WHAT_FITS: &str = "a template holds names and filters, as in `{{ input.email | lower }}`; anything more is data, and data is JSONata";

impl Template {
    /// Reads a template. What is wrong with it is reported at its own character.
    pub fn read(text: &Embedded, diagnostics: &mut Diagnostics) -> Option<Self> {
        // A template has at most a few hundred bytes; this only keeps spans within the library's 16-bit lines.
        if text.text.len() > 60_000 {
            diagnostics.push(Diagnostic::new(Code::TemplateSyntax, text.span, "the template is longer than 60,000 bytes"));
            return None;
        }
        let parsed = match minijinja::machinery::parse(&text.text, "", Default::default()) {
            Ok(parsed) => parsed,
            Err(error) => {
                let range = error.range().unwrap_or(0..text.text.len());
                let detail = error.detail().unwrap_or("the template cannot be read");
                let open = text.text.rfind("{{").map_or(range.clone(), |at| at..at + 2);
                let (range, message) = match detail {
                    _ if detail.contains("unexpected end of input") => (open, "`{{` is not closed by `}}`"),
                    "unexpected end of variable block" => (range, "nothing stands between `{{` and `}}`"),
                    _ if detail.starts_with("unexpected `}`") => (range, "`{{` is closed by one `}`; it takes two"),
                    _ if detail.starts_with("unexpected end of variable block, expected identifier") => {
                        (range, "a filter's name is missing after `|`")
                    }
                    _ if detail.starts_with("unexpected `.`") => (range, "a name is missing between two dots"),
                    _ => (range, detail),
                };
                diagnostics.push(
                    Diagnostic::new(Code::TemplateSyntax, text.place(range), message)
                        .help("templates look like `{{ input.email | lower }}`"),
                );
                return None;
            }
        };
        let mut reading = Reading { text, diagnostics, failed: false };
        let pieces = match parsed {
            Stmt::Template(template) => reading.pieces(&template.children),
            other => reading.pieces(&[other]),
        };
        if reading.failed { None } else { Some(Self { pieces, span: text.span }) }
    }

    /// A template without references.
    #[must_use]
    pub fn literal(text: &str, span: Span) -> Self {
        Self { pieces: vec![Piece::Literal(text.to_owned())], span }
    }

    /// Every reference, those inside an encoding included.
    #[must_use]
    pub fn references(&self) -> Vec<&Reference> {
        fn collect<'a>(pieces: &'a [Piece], found: &mut Vec<&'a Reference>) {
            for piece in pieces {
                match piece {
                    Piece::Literal(_) => {}
                    Piece::Reference(reference) => found.push(reference),
                    Piece::Base64(inner) => collect(inner, found),
                }
            }
        }
        let mut found = Vec::new();
        collect(&self.pieces, &mut found);
        found
    }

    /// The text that stands before the first reference.
    #[must_use]
    pub fn prefix(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Literal(text)) => text,
            Some(Piece::Reference(_) | Piece::Base64(_)) | None => "",
        }
    }

    /// Whether it is one whole `{{ x }}`.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        matches!(self.pieces.as_slice(), [Piece::Reference(_)])
    }

    /// The text, where no reference stands in it.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Literal(text)] => Some(text),
            [] => Some(""),
            _ => None,
        }
    }
}

struct Reading<'a> {
    text: &'a Embedded,
    diagnostics: &'a mut Diagnostics,
    failed: bool,
}

impl Reading<'_> {
    fn pieces(&mut self, statements: &[Stmt<'_>]) -> Vec<Piece> {
        statements.iter().filter_map(|statement| self.piece(statement)).collect()
    }

    fn piece(&mut self, statement: &Stmt<'_>) -> Option<Piece> {
        match statement {
            Stmt::EmitRaw(raw) => Some(Piece::Literal(raw.raw.to_owned())),
            Stmt::EmitExpr(emit) => {
                let (path, filters, span) = self.expression(&emit.expr)?;
                Some(Piece::Reference(Reference { path, filters, span }))
            }
            // Everything else begins with `{%`.
            _ => {
                let at = self.text.text.find("{%").unwrap_or(0);
                self.refuse(at..at + 2, "`{% %}` statements are not part of templates here")
            }
        }
    }

    fn expression(&mut self, expression: &Expr<'_>) -> Option<(Vec<String>, Vec<Filter>, Span)> {
        match expression {
            Expr::Var(var) => Some((vec![var.id.to_owned()], Vec::new(), self.place(var.span()))),
            Expr::GetAttr(attr) => {
                let (mut path, filters, span) = self.expression(&attr.expr)?;
                if !filters.is_empty() {
                    return self.refuse(range(attr.span()), "a filter stands last, after the whole name");
                }
                path.push(attr.name.to_owned());
                Some((path, filters, Span { end: self.place(attr.span()).end, ..span }))
            }
            Expr::Filter(filter) => {
                let (path, mut filters, span) = self.expression(filter.expr.as_ref()?)?;
                let place = self.place(filter.span());
                let arguments = filter.args.iter().map(argument).collect::<Option<Vec<_>>>();
                let Some(arguments) = arguments else {
                    return self.refuse(range(filter.span()), "a filter's arguments are literal texts");
                };
                let found = Filter { name: filter.name.to_owned(), arguments, span: place };
                self.check_filter(&found);
                filters.push(found);
                Some((path, filters, span))
            }
            Expr::Const(constant) => self.refuse(range(constant.span()), "a literal needs no `{{ }}`"),
            Expr::GetItem(item) => self.refuse(range(item.span()), "`[…]` is not part of templates here"),
            Expr::Call(call) => self.refuse(range(call.span()), "a call is not part of templates here"),
            Expr::BinOp(operator) => self.refuse(range(operator.span()), "an operator is not part of templates here"),
            Expr::IfExpr(condition) => self.refuse(range(condition.span()), "a condition is not part of templates here"),
            Expr::Slice(slice) => self.refuse(range(slice.span()), "a slice is not part of templates here"),
            Expr::UnaryOp(operator) => self.refuse(range(operator.span()), "an operator is not part of templates here"),
            Expr::Compare(compare) => self.refuse(range(compare.span()), "a comparison is not part of templates here"),
            Expr::Test(test) => self.refuse(range(test.span()), "a test is not part of templates here"),
            Expr::List(list) => self.refuse(range(list.span()), "a list is not part of templates here"),
            Expr::Tuple(tuple) => self.refuse(range(tuple.span()), "a tuple is not part of templates here"),
            Expr::Map(map) => self.refuse(range(map.span()), "a mapping is not part of templates here"),
        }
    }

    fn check_filter(&mut self, filter: &Filter) {
        let known = connc_expr::filters::find(&filter.name);
        let problem = match known {
            Some(found) => match found.check(&filter.arguments) {
                Ok(()) => return,
                Err(message) => Diagnostic::new(Code::UnknownFilter, filter.span, message),
            },
            None => {
                let names = || connc_expr::filters::TABLE.iter().map(|filter| filter.name);
                let diagnostic = Diagnostic::new(Code::UnknownFilter, filter.span, format!("there is no filter `{}`", filter.name));
                match nearest(&filter.name, names()) {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic
                        .help(format!("the filters are {}", names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))),
                }
            }
        };
        self.failed = true;
        self.diagnostics.push(problem);
    }

    fn refuse<T>(&mut self, range: std::ops::Range<usize>, message: &str) -> Option<T> {
        self.failed = true;
        self.diagnostics.push(Diagnostic::new(Code::TemplateExpression, self.text.place(range), message).help(WHAT_FITS));
        None
    }

    fn place(&self, span: minijinja::machinery::Span) -> Span {
        self.text.place(range(span))
    }
}

fn range(span: minijinja::machinery::Span) -> std::ops::Range<usize> {
    span.start_offset as usize..span.end_offset as usize
}

fn argument(argument: &ast::CallArg<'_>) -> Option<String> {
    match argument {
        ast::CallArg::Pos(Expr::Const(constant)) => constant.value.as_str().map(ToOwned::to_owned),
        _ => None,
    }
}

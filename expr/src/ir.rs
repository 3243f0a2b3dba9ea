//! JSONata as our own tree, lowered once from the engine's, so that the engine stays replaceable.
//!
//! Spans are byte ranges of the expression's text.

use std::ops::Range;

/// An expression with its place in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// The bytes that it covers.
    pub span: Range<usize>,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A location path: its steps, each over the results of the one before.
    Path(Vec<Step>),
    /// A field of the context.
    Field(String),
    /// `$name`; the empty name is the context `$`, and `$` is the root `$$`.
    Variable(String),
    /// A string literal.
    String(String),
    /// A number literal.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// A regular expression literal.
    Regex(String),
    /// `*`.
    Wildcard,
    /// `**`.
    Descendant,
    /// `%`.
    Parent,
    /// A binary operator.
    Binary(Operator, Box<Node>, Box<Node>),
    /// `-x`.
    Negate(Box<Node>),
    /// `[a, b]`.
    Array(Vec<Node>),
    /// `{"key": value}`.
    Object(Vec<(Node, Node)>),
    /// `condition ? then : otherwise`.
    Condition(Box<Node>, Box<Node>, Option<Box<Node>>),
    /// `a ?: b`: the left side where it is true.
    Elvis(Box<Node>, Box<Node>),
    /// `a ?? b`: the left side where it exists.
    Coalesce(Box<Node>, Box<Node>),
    /// `(a; b)`.
    Block(Vec<Node>),
    /// `$name := value`.
    Bind(String, Box<Node>),
    /// `value ~> function`.
    Apply(Box<Node>, Box<Node>),
    /// `function(arguments)`.
    Call(Box<Node>, Vec<Node>),
    /// `function(?, argument)`.
    Partial(Box<Node>, Vec<Node>),
    /// `?` in a partial application.
    Placeholder,
    /// `function($a, $b) { body }`, and whether it has a signature (`<n-n:n>`), by which the engine changes its arguments.
    Lambda(Vec<String>, Box<Node>, bool),
    /// `| pattern | update, delete |`.
    Transform(Box<Node>, Box<Node>, Option<Box<Node>>),
    /// `^(<a, >b)`: keys, each with whether it descends. A path step only.
    Sort(Vec<(Node, bool)>),
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What is taken of each result so far.
    pub node: Node,
    /// `[predicate]`s, in order.
    pub filters: Vec<Node>,
    /// `#$name`: the position is bound to this variable.
    pub index: Option<String>,
    /// `@$name`: the context is bound to this variable.
    pub focus: Option<String>,
    /// `{key: value}`: groups the results.
    pub group: Option<Vec<(Node, Node)>>,
    /// `[]`: a single result stays a list.
    pub keep_array: bool,
}

/// A binary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `&`
    Concat,
    /// `and`
    And,
    /// `or`
    Or,
    /// `in`
    In,
    /// `..`
    Range,
}

impl Node {
    /// Calls `visit` with this node and every node below it, parents first, in the order of the text.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Node)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }

    /// The nodes directly below, in the order of the text.
    #[must_use]
    pub fn children(&self) -> Vec<&Node> {
        match &self.kind {
            Kind::Path(steps) => steps.iter().flat_map(Step::children).collect(),
            Kind::Field(_)
            | Kind::Variable(_)
            | Kind::String(_)
            | Kind::Number(_)
            | Kind::Bool(_)
            | Kind::Null
            | Kind::Regex(_)
            | Kind::Wildcard
            | Kind::Descendant
            | Kind::Parent
            | Kind::Placeholder => Vec::new(),
            Kind::Binary(_, left, right) | Kind::Elvis(left, right) | Kind::Coalesce(left, right) | Kind::Apply(left, right) => {
                vec![left, right]
            }
            Kind::Negate(inner) | Kind::Bind(_, inner) | Kind::Lambda(_, inner, _) => vec![inner],
            Kind::Array(items) | Kind::Block(items) => items.iter().collect(),
            Kind::Object(pairs) => pairs.iter().flat_map(|(key, value)| [key, value]).collect(),
            Kind::Condition(condition, then, otherwise) => {
                [condition, then].into_iter().map(AsRef::as_ref).chain(otherwise.as_deref()).collect()
            }
            Kind::Call(function, arguments) | Kind::Partial(function, arguments) => {
                std::iter::once(function.as_ref()).chain(arguments).collect()
            }
            Kind::Transform(pattern, update, delete) => [pattern, update].into_iter().map(AsRef::as_ref).chain(delete.as_deref()).collect(),
            Kind::Sort(keys) => keys.iter().map(|(key, _)| key).collect(),
        }
    }
}

impl Node {
    /// The member names, outermost first, where this is nothing but a path of fields from the root: `a`, `a.b`, `$.a.b`. Empty for `$`.
    #[must_use]
    pub fn pure_path(&self) -> Option<Vec<String>> {
        let root = |node: &Node| matches!(&node.kind, Kind::Variable(name) if name.is_empty() || name == "$");
        if root(self) {
            return Some(Vec::new());
        }
        if let Kind::Field(name) = &self.kind {
            return Some(vec![name.clone()]);
        }
        let Kind::Path(steps) = &self.kind else { return None };
        let fields = if steps.first().is_some_and(|step| root(&step.node) && step.is_plain()) { steps.get(1..)? } else { steps };
        let name = |step: &Step| if let Kind::Field(name) = &step.node.kind { step.is_plain().then(|| name.clone()) } else { None };
        fields.iter().map(name).collect()
    }
}

impl Step {
    /// Whether it has nothing but its node.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.filters.is_empty() && self.index.is_none() && self.focus.is_none() && self.group.is_none() && !self.keep_array
    }

    fn children(&self) -> Vec<&Node> {
        let group = self.group.iter().flatten().flat_map(|(key, value)| [key, value]);
        std::iter::once(&self.node).chain(&self.filters).chain(group).collect()
    }
}

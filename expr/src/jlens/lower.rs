//! The engine's tree, lowered to our own.

use jlens_core::ast::{Attrs, BinaryOp, FallbackOp, Node as Source, NodeKind, Stage};

use crate::engine::SyntaxError;
use crate::ir::{Kind, Node, Operator, Step};
use crate::limits;

/// Lowers a tree that has no syntax errors.
pub(super) fn tree(root: &Source) -> Result<Node, SyntaxError> {
    Lowering { depth: 0 }.node(root)
}

struct Lowering {
    depth: usize,
}

impl Lowering {
    fn node(&mut self, source: &Source) -> Result<Node, SyntaxError> {
        if self.depth >= limits::EXPRESSION_DEPTH {
            return Err(SyntaxError {
                span: source.span.start..source.span.end,
                message: format!("nested deeper than {} levels", limits::EXPRESSION_DEPTH),
                help: Some("bind parts of it to variables, or write several fields".to_owned()),
            });
        }
        self.depth += 1;
        let node = jlens_core::stack::grow(|| self.whole(source));
        self.depth -= 1;
        node
    }

    /// A node with what hangs on it: predicates, groups and `[]` make a path of it, even of a single step.
    fn whole(&mut self, source: &Source) -> Result<Node, SyntaxError> {
        let span = source.span.start..source.span.end;
        let mut steps = match &source.kind {
            NodeKind::Path { steps, keep_singleton_array: _ } => {
                let mut lowered = Vec::with_capacity(steps.len());
                for step in steps {
                    lowered.extend(self.steps(step)?);
                }
                lowered
            }
            _ if is_plain(&source.attrs) => return self.bare(source),
            _ => self.steps(source)?,
        };
        if let (NodeKind::Path { .. }, Some(last)) = (&source.kind, steps.last_mut()) {
            last.filters.extend(self.filters(&source.attrs.predicate)?);
            last.keep_array |= source.attrs.keep_array;
            if let Some(group) = &source.attrs.group {
                last.group = Some(self.pairs(&group.pairs)?);
            }
        }
        match <[Step; 1]>::try_from(steps) {
            Ok([step]) if step.is_plain() => Ok(step.node),
            Ok(one) => Ok(Node { kind: Kind::Path(one.into()), span }),
            Err(steps) => Ok(Node { kind: Kind::Path(steps), span }),
        }
    }

    /// One step. A position bound after another one becomes a step of its own over the context, for a step holds one.
    fn steps(&mut self, source: &Source) -> Result<Vec<Step>, SyntaxError> {
        let Attrs { keep_array, focus, index, stages, predicate, group, .. } = &source.attrs;
        let node = match &source.kind {
            NodeKind::Path { .. } => self.node(source)?,
            _ => self.bare(source)?,
        };
        let context = Node { kind: Kind::Variable(String::new()), span: node.span.end..node.span.end };
        let mut step = plain(node);
        step.focus.clone_from(focus);
        step.index.clone_from(index);
        let mut done = Vec::new();
        for stage in stages.iter().chain(predicate) {
            match stage {
                Stage::Filter { expr, .. } => step.filters.push(self.node(expr)?),
                Stage::Index { var, .. } => {
                    if step.index.is_some() {
                        done.push(std::mem::replace(&mut step, plain(context.clone())));
                    }
                    step.index = Some(var.clone());
                }
            }
        }
        step.keep_array = *keep_array;
        if let Some(group) = group {
            step.group = Some(self.pairs(&group.pairs)?);
        }
        done.push(step);
        Ok(done)
    }

    fn filters(&mut self, stages: &[Stage]) -> Result<Vec<Node>, SyntaxError> {
        let filters = stages.iter().filter_map(|stage| match stage {
            Stage::Filter { expr, .. } => Some(self.node(expr)),
            Stage::Index { .. } => None,
        });
        filters.collect()
    }

    /// A node without what hangs on it.
    fn bare(&mut self, source: &Source) -> Result<Node, SyntaxError> {
        let kind = match &source.kind {
            // A path is lowered with its steps, and an error never gets here.
            NodeKind::Path { .. } | NodeKind::Error { .. } | NodeKind::Null => Kind::Null,
            NodeKind::Binary { op, lhs, rhs } => Kind::Binary(operator(*op), self.boxed(lhs)?, self.boxed(rhs)?),
            NodeKind::Negate { expr } => Kind::Negate(self.boxed(expr)?),
            NodeKind::Array { items } => Kind::Array(self.list(items)?),
            NodeKind::Object { pairs } => Kind::Object(self.pairs(pairs)?),
            NodeKind::Name { name } => Kind::Field(name.clone()),
            NodeKind::Variable { name } => Kind::Variable(name.clone()),
            NodeKind::String { value } => Kind::String(value.clone()),
            NodeKind::Number { value } => Kind::Number(*value),
            NodeKind::Bool { value } => Kind::Bool(*value),
            NodeKind::Regex { pattern, flags: _ } => Kind::Regex(pattern.clone()),
            NodeKind::Wildcard => Kind::Wildcard,
            NodeKind::Descendant => Kind::Descendant,
            NodeKind::Parent { .. } => Kind::Parent,
            NodeKind::Condition { condition, then, otherwise } => {
                let otherwise = otherwise.as_deref().map(|otherwise| self.boxed(otherwise)).transpose();
                Kind::Condition(self.boxed(condition)?, self.boxed(then)?, otherwise?)
            }
            NodeKind::Fallback { op: FallbackOp::Default, lhs, rhs } => Kind::Elvis(self.boxed(lhs)?, self.boxed(rhs)?),
            NodeKind::Fallback { op: FallbackOp::Coalesce, lhs, rhs } => Kind::Coalesce(self.boxed(lhs)?, self.boxed(rhs)?),
            NodeKind::Block { exprs, .. } => Kind::Block(self.list(exprs)?),
            NodeKind::Bind { lhs, rhs } => Kind::Bind(variable(lhs), self.boxed(rhs)?),
            NodeKind::Apply { lhs, rhs } => Kind::Apply(self.boxed(lhs)?, self.boxed(rhs)?),
            NodeKind::Function { procedure, args } => Kind::Call(self.boxed(procedure)?, self.list(args)?),
            NodeKind::Partial { procedure, args } => Kind::Partial(self.boxed(procedure)?, self.list(args)?),
            NodeKind::Placeholder => Kind::Placeholder,
            // The engine wraps a call in tail position; an author never wrote that function.
            NodeKind::Lambda(lambda) if lambda.thunk => return self.node(&lambda.body),
            NodeKind::Lambda(lambda) => Kind::Lambda(lambda.params.clone(), self.boxed(&lambda.body)?, lambda.signature.is_some()),
            NodeKind::Transform(transform) => {
                let delete = transform.delete.as_ref().map(|delete| self.boxed(delete)).transpose();
                Kind::Transform(self.boxed(&transform.pattern)?, self.boxed(&transform.update)?, delete?)
            }
            NodeKind::Sort { terms } => {
                let mut keys = Vec::with_capacity(terms.len());
                for term in terms {
                    keys.push((self.node(&term.expr)?, term.descending));
                }
                Kind::Sort(keys)
            }
        };
        Ok(Node { kind, span: source.span.start..source.span.end })
    }

    fn boxed(&mut self, source: &Source) -> Result<Box<Node>, SyntaxError> {
        self.node(source).map(Box::new)
    }

    fn list(&mut self, sources: &[Source]) -> Result<Vec<Node>, SyntaxError> {
        sources.iter().map(|source| self.node(source)).collect()
    }

    fn pairs(&mut self, pairs: &[(Source, Source)]) -> Result<Vec<(Node, Node)>, SyntaxError> {
        pairs.iter().map(|(key, value)| Ok((self.node(key)?, self.node(value)?))).collect()
    }
}

fn plain(node: Node) -> Step {
    Step { node, filters: Vec::new(), index: None, focus: None, group: None, keep_array: false }
}

fn is_plain(attrs: &Attrs) -> bool {
    attrs.stages.is_empty()
        && attrs.predicate.is_empty()
        && attrs.group.is_none()
        && attrs.index.is_none()
        && attrs.focus.is_none()
        && !attrs.keep_array
}

fn variable(source: &Source) -> String {
    match &source.kind {
        NodeKind::Variable { name } => name.clone(),
        _ => String::new(),
    }
}

fn operator(op: BinaryOp) -> Operator {
    match op {
        BinaryOp::Add => Operator::Add,
        BinaryOp::Sub => Operator::Subtract,
        BinaryOp::Mul => Operator::Multiply,
        BinaryOp::Div => Operator::Divide,
        BinaryOp::Mod => Operator::Modulo,
        BinaryOp::Eq => Operator::Equal,
        BinaryOp::Ne => Operator::NotEqual,
        BinaryOp::Lt => Operator::Less,
        BinaryOp::Le => Operator::LessOrEqual,
        BinaryOp::Gt => Operator::Greater,
        BinaryOp::Ge => Operator::GreaterOrEqual,
        BinaryOp::Concat => Operator::Concat,
        BinaryOp::And => Operator::And,
        BinaryOp::Or => Operator::Or,
        BinaryOp::In => Operator::In,
        BinaryOp::Range => Operator::Range,
    }
}

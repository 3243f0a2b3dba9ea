//! From the tree of an expression to what is done, and to what is read.

use super::call::Callee;
use super::{Item, Op, Order, Step};
use crate::ir::{Kind, Node, Operator};
use crate::tape::Wants;

/// Where in the record a value may come from: the names on the way to each place. A value that is made has none.
type Places = Vec<Vec<String>>;

/// More places than this are not followed.
const MANY: usize = 32;

pub(super) fn compile(tree: &Node) -> Option<(Op, Wants)> {
    let mut compiling = Compiling { wants: Wants::presence() };
    let root = vec![Vec::new()];
    let (op, places) = compiling.node(tree, &root)?;
    compiling.take(&places, &Wants::everything());
    Some((op, compiling.wants))
}

struct Compiling {
    wants: Wants,
}

impl Compiling {
    /// What is read of a value that comes from one of these places.
    fn take(&mut self, places: &Places, wants: &Wants) {
        for place in places {
            self.wants.add(place, wants);
        }
    }

    /// A value of which everything may be read.
    fn whole(&mut self, node: &Node, here: &Places) -> Option<Op> {
        let (op, places) = self.node(node, here)?;
        self.take(&places, &Wants::everything());
        Some(op)
    }

    fn boxed(&mut self, node: &Node, here: &Places) -> Option<Box<Op>> {
        self.whole(node, here).map(Box::new)
    }

    fn node(&mut self, node: &Node, here: &Places) -> Option<(Op, Places)> {
        if here.len() > MANY {
            return None;
        }
        let made = |op: Op| Some((op, Places::new()));
        match &node.kind {
            Kind::Null => made(Op::Null),
            Kind::Bool(value) => made(Op::Bool(*value)),
            Kind::Number(value) => made(Op::Number(*value)),
            Kind::String(value) => made(Op::Text(value.clone())),
            Kind::Variable(name) if name.is_empty() => Some((Op::Here, here.clone())),
            Kind::Variable(name) if name == "$" => Some((Op::Root, vec![Vec::new()])),
            Kind::Variable(name) => made(Op::Variable(name.clone())),
            Kind::Field(name) => Some((Op::Field(name.clone()), below(here, name))),
            Kind::Path(steps) => self.path(steps, here),
            Kind::Block(inner) => match inner.as_slice() {
                [one] => self.node(one, here),
                _ => None,
            },
            Kind::Array(items) => self.array(items, here),
            Kind::Object(pairs) => self.object(pairs, here).map(|op| (op, Places::new())),
            Kind::Condition(condition, then, otherwise) => {
                let condition = self.boxed(condition, here)?;
                let (then, mut places) = self.node(then, here)?;
                let otherwise = match otherwise {
                    Some(otherwise) => {
                        let (op, more) = self.node(otherwise, here)?;
                        places.extend(more);
                        Some(Box::new(op))
                    }
                    None => None,
                };
                Some((Op::Condition(condition, Box::new(then), otherwise), places))
            }
            Kind::Elvis(left, right) => made(Op::Elvis(self.boxed(left, here)?, self.boxed(right, here)?)),
            Kind::Coalesce(left, right) => made(Op::Coalesce(self.boxed(left, here)?, self.boxed(right, here)?)),
            Kind::Binary(operator, left, right) => {
                let (left, right) = (self.boxed(left, here)?, self.boxed(right, here)?);
                made(binary(*operator, left, right)?)
            }
            Kind::Call(function, arguments) => self.call(function, arguments, here).map(|op| (op, Places::new())),
            Kind::Regex(_)
            | Kind::Wildcard
            | Kind::Descendant
            | Kind::Parent
            | Kind::Negate(_)
            | Kind::Bind(..)
            | Kind::Apply(..)
            | Kind::Partial(..)
            | Kind::Placeholder
            | Kind::Lambda(..)
            | Kind::Transform(..)
            | Kind::Sort(_) => None,
        }
    }

    fn path(&mut self, steps: &[crate::ir::Step], here: &Places) -> Option<(Op, Places)> {
        let plain = |step: &crate::ir::Step| step.index.is_none() && step.focus.is_none() && step.group.is_none() && !step.keep_array;
        if !steps.iter().all(plain) {
            return None;
        }
        if let [only] = steps
            && !matches!(only.node.kind, Kind::Field(_))
        {
            let (op, places) = self.node(&only.node, here)?;
            self.take(&places, &Wants::presence());
            let filters = self.filters(&only.filters, &places)?;
            return Some((Op::Filtered(Box::new(op), filters), places));
        }
        let mut at = here.clone();
        let mut compiled = Vec::with_capacity(steps.len());
        for (index, step) in steps.iter().enumerate() {
            let is_other = matches!(&step.node.kind, Kind::Variable(name) if index > 0 && !name.is_empty());
            let stands = !is_other
                && matches!(
                    step.node.kind,
                    Kind::Field(_) | Kind::Object(_) | Kind::Block(_) | Kind::Call(..) | Kind::Condition(..) | Kind::Variable(_)
                );
            // A variable or a block that begins a path and is filtered is filtered as a whole, and not for each of the context's items.
            let first_is_other = index == 0 && !matches!(step.node.kind, Kind::Field(_)) && !step.filters.is_empty();
            if !stands || first_is_other {
                return None;
            }
            let (op, places) = self.node(&step.node, &at)?;
            // A later step may be taken for each value without a look at it.
            self.take(&places, &Wants::presence());
            let filters = self.filters(&step.filters, &places)?;
            compiled.push(Step { op, filters });
            at = places;
        }
        let name = |step: &Step| if let Op::Field(name) = &step.op { step.filters.is_empty().then(|| name.clone()) } else { None };
        let op = match compiled.iter().map(name).collect() {
            Some(names) => Op::Fields(names, compiled),
            None => Op::Path(compiled),
        };
        Some((op, at))
    }

    fn filters(&mut self, filters: &[Node], places: &Places) -> Option<Vec<Op>> {
        filters.iter().map(|filter| self.whole(filter, places)).collect()
    }

    fn array(&mut self, items: &[Node], here: &Places) -> Option<(Op, Places)> {
        let mut places = Places::new();
        let mut compiled = Vec::with_capacity(items.len());
        for item in items {
            // An array with predicates is nested as a whole, whatever it comes to.
            if let Kind::Path(steps) = &item.kind
                && matches!(steps.as_slice(), [only] if matches!(only.node.kind, Kind::Array(_)))
            {
                return None;
            }
            let (op, more) = self.node(item, here)?;
            places.extend(more);
            compiled.push(Item { op, nested: matches!(item.kind, Kind::Array(_)) });
        }
        Some((Op::Array(compiled), places))
    }

    fn object(&mut self, pairs: &[(Node, Node)], here: &Places) -> Option<Op> {
        let mut members: Vec<(String, Op)> = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let Kind::String(name) = &key.kind else { return None };
            if members.iter().any(|(known, _)| known == name) {
                return None;
            }
            members.push((name.clone(), self.whole(value, here)?));
        }
        Some(Op::Object(members))
    }

    fn call(&mut self, function: &Node, arguments: &[Node], here: &Places) -> Option<Op> {
        let Kind::Variable(name) = &function.kind else { return None };
        let callee = Callee::find(name, arguments.len())?;
        let mut compiled = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let (op, places) = self.node(argument, here)?;
            let wants = if callee.only_counts() { Wants::presence() } else { Wants::everything() };
            self.take(&places, &wants);
            compiled.push(op);
        }
        Some(Op::Call(callee, compiled))
    }
}

fn below(places: &Places, name: &str) -> Places {
    let longer = |place: &Vec<String>| place.iter().cloned().chain([name.to_owned()]).collect();
    places.iter().map(longer).collect()
}

fn binary(operator: Operator, left: Box<Op>, right: Box<Op>) -> Option<Op> {
    Some(match operator {
        Operator::Equal => Op::Equal(left, right, true),
        Operator::NotEqual => Op::Equal(left, right, false),
        Operator::Less => Op::Order(left, right, Order::Less),
        Operator::LessOrEqual => Op::Order(left, right, Order::LessOrEqual),
        Operator::Greater => Op::Order(left, right, Order::Greater),
        Operator::GreaterOrEqual => Op::Order(left, right, Order::GreaterOrEqual),
        Operator::Concat => Op::Concat(left, right),
        Operator::And => Op::And(left, right),
        Operator::Or => Op::Or(left, right),
        Operator::In => Op::In(left, right),
        Operator::Add => Op::Add(left, right),
        Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulo | Operator::Range => return None,
    })
}

//! JSONata's functions over lists and objects, and those that take functions.

use std::rc::Rc;

use connc_expr::ir::Node;

use super::arguments::Argument;
use super::calls::Function;
use super::construct::words;
use super::context::Frame;
use super::fields::lookup;
use super::flow::{Flow, built, elements, union};
use super::walk::Walk;
use crate::shape::known::{Member, Object, Shape};

/// Rounds until the result of `$reduce` must stand still.
const ROUNDS: usize = 4;

impl<'a> Walk<'a> {
    pub(super) fn collection(&mut self, node: &'a Node, name: &str, given: &[Argument<'a>], frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let first = given.first().map_or_else(Flow::nothing, |argument| argument.flow.clone());
        let function = given.get(1).and_then(|argument| argument.flow.function.clone());
        let unsure = given.get(1).is_some_and(|argument| argument.flow.absent);
        if unsure && matches!(name, "map" | "filter" | "single" | "reduce" | "sift" | "each" | "sort") {
            return Flow::unknown();
        }
        match name {
            "map" | "each" => match function {
                Some(function) => self.mapped_over(node, name == "each", &first, &function, frame),
                None => Flow::unknown(),
            },
            "filter" => {
                let Some(function) = function else { return Flow::unknown() };
                let kept = self.passing(node, given, &first, &function, frame);
                if kept == Shape::Unknown { Flow::unknown() } else { Flow::many(kept, true) }
            }
            "single" => {
                let kept = match function {
                    Some(function) => self.passing(node, given, &first, &function, frame),
                    None => self.element(&first).shape,
                };
                Flow { absent: first.absent, ..Flow::always(kept) }
            }
            "reduce" => match function {
                Some(function) => self.reduced(node, given, &first, &function, frame),
                None => Flow::unknown(),
            },
            "sift" => match (self.members(&first), function) {
                (Some((values, shape)), Some(function)) => {
                    let arguments = self.callback_arguments(&function, values, Shape::text(), &first);
                    let tested = self.call_back(node, &function, arguments, frame);
                    self.check_result(given, &tested);
                    Flow::maybe(optional(self, &shape))
                }
                _ => Flow::unknown(),
            },
            "zip" => {
                let inner = union(given.iter().map(|argument| elements(self.shapes, &argument.flow.shape)));
                Flow::always(Shape::list(Shape::list(built(inner))))
            }
            "keys" => {
                let objects = super::flow::leaves(self.shapes, &first.shape);
                let several = self.shapes.alternatives(&objects);
                let closed = several.iter().all(|one| {
                    !matches!(one, Shape::Unknown)
                        && !matches!(one, Shape::Object(object) if object.rest.is_some() || object.cut || object.members.len() > 64)
                });
                let names = several
                    .iter()
                    .filter_map(|one| if let Shape::Object(object) = one { Some(object) } else { None })
                    .flat_map(|object| &object.members);
                let known: Vec<&str> = names.map(|member| member.name.as_ref()).collect();
                if closed && known.is_empty() {
                    return Flow::nothing();
                }
                Flow::many(if closed { union(known.iter().map(|name| Shape::words([*name]))) } else { Shape::text() }, true)
            }
            "lookup" => self.looked_up(node, given),
            "spread" => {
                let spread = |one: &Shape| if matches!(one, Shape::Object(_)) { optional(self, one) } else { one.clone() };
                let inner = super::flow::leaves(self.shapes, &first.shape);
                let shape = union(self.shapes.alternatives(&inner).into_iter().map(spread));
                if shape == Shape::Unknown {
                    return Flow::unknown();
                }
                if self.is_plural(&first) { Flow::maybe(union([shape.clone(), Shape::list(shape)])) } else { Flow::many(shape, true) }
            }
            "merge" => {
                let items = first.items(self.shapes);
                let one = Flow { absent: true, ..Flow::always(items.shape.clone()) };
                let part = if items.multi || !items.some { one } else { Flow { absent: false, ..one } };
                if first.is_unknown() { Flow::unknown() } else { self.merged(&[part]).or_absent(first.absent) }
            }
            "append" => {
                let second = given.get(1).map_or_else(Flow::nothing, |argument| argument.flow.clone());
                self.appended(first, second)
            }
            "reverse" | "sort" => {
                if let (Some(function), "sort") = (&function, name) {
                    let element = self.element(&first);
                    let _ = self.call_back(node, function, vec![element.clone(), element], frame);
                }
                let shape = first.items(self.shapes).shape;
                if first.is_unknown() {
                    return Flow { kept: true, ..Flow::maybe(Shape::list(Shape::Unknown)) };
                }
                Flow { absent: first.absent, kept: first.kept, ..Flow::always(Shape::list(shape)) }
            }
            "distinct" if first.kept => Flow::maybe(union([elements(self.shapes, &first.shape), first.shape.clone()])),
            "distinct" => Flow { function: None, ..first },
            "clone" => Flow { function: None, kept: false, ..first },
            _ => Flow::unknown(),
        }
    }

    fn mapped_over(
        &mut self,
        node: &'a Node,
        each: bool,
        first: &Flow<'a>,
        function: &Rc<Function<'a>>,
        frame: &Rc<Frame<'a>>,
    ) -> Flow<'a> {
        let (element, key, some) = if each {
            match self.members(first) {
                Some((values, shape)) => {
                    let object = matches!(&shape, Shape::Object(object) if object.members.iter().any(|member| member.required));
                    (values, Shape::text(), object && !first.absent)
                }
                None => (Flow::unknown(), Shape::text(), false),
            }
        } else {
            (self.element(first), Shape::Number { integer: true }, first.items(self.shapes).some)
        };
        if element.shape.is_nothing() {
            return Flow::nothing();
        }
        let arguments = self.callback_arguments(function, element, key, first);
        let result = self.call_back(node, function, arguments, frame);
        let shape = built(result.as_item());
        if shape == Shape::Unknown { Flow::unknown() } else { Flow::many(shape, !some || result.absent) }
    }

    fn callback_arguments(&self, function: &Function<'a>, element: Flow<'a>, key: Shape, whole: &Flow<'a>) -> Vec<Flow<'a>> {
        let wrapped = if self.is_single(whole) && key != Shape::text() { Shape::list(whole.shape.clone()) } else { whole.as_item() };
        let whole = Flow { kept: whole.kept, ..Flow::always(wrapped) };
        [element, Flow::always(key), whole].into_iter().take(function.arity().max(1)).collect()
    }

    /// What a function lets through.
    fn passing(
        &mut self,
        node: &'a Node,
        given: &[Argument<'a>],
        first: &Flow<'a>,
        function: &Rc<Function<'a>>,
        frame: &Rc<Frame<'a>>,
    ) -> Shape {
        let element = self.element(first);
        let shape = element.shape.clone();
        let arguments = self.callback_arguments(function, element, Shape::Number { integer: true }, first);
        let tested = self.call_back(node, function, arguments, frame);
        self.check_result(given, &tested);
        shape
    }

    /// What a function that tests gives is a condition.
    fn check_result(&mut self, given: &[Argument<'a>], tested: &Flow<'a>) {
        if let Some(connc_expr::ir::Kind::Lambda(_, body, _)) = given.get(1).and_then(|argument| argument.node).map(|node| &node.kind) {
            self.check_condition(body, tested);
        }
    }

    fn reduced(
        &mut self,
        node: &'a Node,
        given: &[Argument<'a>],
        first: &Flow<'a>,
        function: &Rc<Function<'a>>,
        frame: &Rc<Frame<'a>>,
    ) -> Flow<'a> {
        let element = self.element(first);
        let start = given.get(2).map(|argument| argument.flow.clone());
        let empty = !first.items(self.shapes).some;
        let mut result = match start {
            Some(start) if !start.absent => start,
            Some(start) => start.join(element.clone(), self.shapes),
            None => Flow { absent: empty, ..element.clone() },
        };
        let absent = result.absent || first.absent;
        result.absent &= given.len() > 2;
        for _ in 0..ROUNDS {
            let given =
                [Flow { function: None, ..result.clone() }, element.clone(), Flow::always(Shape::Number { integer: true }), first.clone()];
            let given = given.into_iter().take(function.arity().max(2)).collect();
            let next = self.call_back(node, function, given, frame);
            let joined = result.clone().join(next, self.shapes);
            if joined.shape == result.shape && joined.many == result.many && joined.absent == result.absent {
                return result.or_absent(absent);
            }
            result = Flow { shape: built(joined.shape.clone()), ..joined };
        }
        Flow::unknown()
    }

    /// What `$lookup` finds.
    fn looked_up(&mut self, node: &'a Node, given: &[Argument<'a>]) -> Flow<'a> {
        let [first, key] = given else { return Flow::unknown() };
        if first.flow.is_unknown() {
            return Flow::unknown();
        }
        let names = words(self, &key.flow);
        let over =
            Flow { shape: if first.flow.many { first.flow.as_item() } else { first.flow.shape.clone() }, ..Flow::always(Shape::Null) };
        let literal = key.node.is_some_and(|node| matches!(node.kind, connc_expr::ir::Kind::String(_)));
        if let ([name], true) = (names.as_slice(), literal) {
            let found = lookup(self.shapes, &over.shape, name);
            if !found.somewhere {
                let path = first.node.and_then(super::operators::spelled).map(|text| vec![Rc::from(text)]);
                let context = self.inside(over, None, path);
                if self.report_missing(key.node.unwrap_or(node), name, &context, &found.without) {
                    return Flow::unknown();
                }
            }
            return found.flow.or_absent(first.flow.absent || key.flow.absent);
        }
        if names.is_empty() {
            return match self.members(&over) {
                Some((values, Shape::Object(object))) if object.rest.is_none() && object.members.len() <= 64 => values.or_absent(true),
                _ => Flow::unknown(),
            };
        }
        let found = names.iter().map(|name| lookup(self.shapes, &over.shape, name).flow).reduce(|one, other| one.join(other, self.shapes));
        found.unwrap_or_else(Flow::unknown).or_absent(first.flow.absent || key.flow.absent)
    }

    /// The values of an object, together, and the object.
    fn members(&self, flow: &Flow<'a>) -> Option<(Flow<'a>, Shape)> {
        let several = self.shapes.alternatives(&flow.shape);
        let mut values = vec![Shape::nothing()];
        for one in &several {
            let Shape::Object(object) = one else { return None };
            if object.cut {
                return None;
            }
            values.extend(object.members.iter().map(|member| member.shape.clone()).chain(object.rest.clone()));
        }
        let shape = if several.len() == 1 {
            several.first().map(|one| (*one).clone())?
        } else {
            union(several.into_iter().map(|one| optional(self, one)))
        };
        Some((Flow::always(union(values)), shape))
    }

    /// Objects put together, the later ones over the earlier. A part that may be absent, or that stands for many, has only optional members.
    pub(super) fn merged(&self, parts: &[Flow<'a>]) -> Flow<'a> {
        let mut members: Vec<Member> = Vec::new();
        let mut rest: Option<Shape> = None;
        for part in parts {
            let items = part.items(self.shapes);
            let sure = !part.absent && !items.multi && items.some;
            let several = self.shapes.alternatives(&items.shape);
            let sure = sure && several.len() == 1;
            for one in several {
                let Shape::Object(object) = one else { return Flow::always(unknown_object()) };
                if object.cut {
                    return Flow::always(unknown_object());
                }
                for new in &object.members {
                    match members.iter_mut().find(|known| known.name == new.name) {
                        Some(known) if sure && new.required => *known = Member { required: true, ..new.clone() },
                        Some(known) => known.shape = union([known.shape.clone(), new.shape.clone()]),
                        None => {
                            let shape = rest.as_ref().map_or_else(|| new.shape.clone(), |rest| union([rest.clone(), new.shape.clone()]));
                            members.push(Member { shape, required: sure && new.required, ..new.clone() });
                        }
                    }
                }
                if let Some(other) = &object.rest {
                    for known in members.iter_mut().filter(|known| object.member(&known.name).is_none()) {
                        known.shape = union([known.shape.clone(), other.clone()]);
                    }
                    rest = Some(rest.map_or_else(|| other.clone(), |rest| union([rest, other.clone()])));
                }
            }
        }
        Flow::always(built(Shape::Object(Rc::new(Object { members, rest, ..Object::default() }))))
    }

    fn appended(&self, first: Flow<'a>, second: Flow<'a>) -> Flow<'a> {
        if first.is_unknown() || second.is_unknown() {
            return Flow::unknown();
        }
        if first.shape.is_nothing() && first.absent {
            return second;
        }
        if second.shape.is_nothing() && second.absent {
            return first;
        }
        let all = union([first.items(self.shapes).shape, second.items(self.shapes).shape]);
        let mut result = Flow::always(Shape::list(built(all)));
        if second.absent {
            result = result.join(Flow { absent: first.absent, ..first.clone() }, self.shapes);
        }
        if first.absent {
            let absent = second.absent;
            result = result.join(second, self.shapes);
            result.absent = absent;
        } else {
            result.absent = false;
        }
        Flow { function: None, ..result }
    }
}

/// An object with any of these members.
fn optional(walk: &Walk<'_>, shape: &Shape) -> Shape {
    match walk.shapes.resolve(shape) {
        Shape::Object(object) if !object.cut => {
            let members = object.members.iter().map(|member| Member { required: false, ..member.clone() }).collect();
            Shape::Object(Rc::new(Object { members, rest: object.rest.clone(), ..Object::default() }))
        }
        _ => Shape::Unknown,
    }
}

fn unknown_object() -> Shape {
    Shape::Object(Rc::new(Object { rest: Some(Shape::Unknown), ..Object::default() }))
}

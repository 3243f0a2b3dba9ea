//! What is read of the records of each operation, and the names by which that is asked for.

use std::collections::{BTreeMap, BTreeSet};

use connc_plan as plan;

use super::uses::{self, Callee};
use crate::lang::{Expression, Known, Place, Read, reads, reads_whole};
use crate::pagination::Next;
use crate::source::Span;
use crate::spec::{Action, Connector, Data, FieldValue, MapResource, Operation, Parents, Records, Select, Step};

/// A value of a record that something reads.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Need {
    /// The member names to it from the record.
    pub(super) path: Vec<String>,
    /// Whether it is only asked after.
    is_test: bool,
    /// Where the names come from of the members that are looked up in it, where only those are read.
    by: Option<Place>,
    /// Where it is read.
    pub(super) span: Span,
}

/// What is read of a record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs(Vec<Need>);

/// What everything together reads of the records of each operation, by its coordinate.
#[derive(Clone, Debug, Default)]
pub struct All {
    /// Of operations that ask by name.
    pub operations: BTreeMap<String, Needs>,
    /// Of those whose last step puts a record together.
    pub compounds: BTreeMap<String, Needs>,
}

/// What is read of what a step calls.
#[derive(Clone, Debug, Default)]
pub struct StepNeeds {
    /// Of its own result.
    pub own: Needs,
    /// Of its parents.
    pub parents: Needs,
}

/// The names that an operation asks for.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The names: those of `always`, then all others by the alphabet.
    pub names: Vec<String>,
    /// Where something is read of which no name can be told.
    pub(super) unknown: Vec<Span>,
    /// Names that hold what stands between two, with where they are read.
    pub(super) unfit: Vec<(String, Span)>,
}

impl Needs {
    fn add(&mut self, expression: &Expression, found: impl IntoIterator<Item = Read>) {
        let needs = found.into_iter().map(|read| Need {
            path: read.place.path,
            is_test: read.is_test,
            by: read.by,
            span: expression.place(read.range),
        });
        self.0.extend(needs);
    }

    /// What an expression over the record reads.
    fn over(&mut self, expression: &Expression) {
        let found = reads_whole(&expression.root, &[record(0)], &account());
        self.add(expression, found.into_iter().filter(|read| read.place.source == 0));
    }

    /// Both.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.0.extend(other.0.iter().cloned());
        self
    }

    /// What the fields of a map read.
    #[must_use]
    pub fn of_fields(resource: &MapResource) -> Self {
        let mut needs = Self::default();
        for field in &resource.fields {
            match &field.value {
                FieldValue::Expression(expression) => needs.over(expression),
                FieldValue::Enum(translation) => needs.over(&translation.from),
                FieldValue::Const(_) | FieldValue::Unavailable(_) => {}
            }
        }
        needs
    }

    /// What an operation reads of its own records.
    fn of_operation(operation: &Operation) -> Self {
        let mut needs = Self::default();
        if let Records::Items { keep_if: Some(keep_if), .. } | Records::Item { keep_if: Some(keep_if), .. } = &operation.records {
            needs.over(keep_if);
        }
        if let Some(fetch) = operation.download.as_ref().and_then(|download| download.fetch.as_ref()) {
            needs.over(fetch);
        }
        match operation.paginate.as_ref().map(|paginate| &paginate.next) {
            Some(Next::LastItem(next)) => needs.over(next),
            Some(Next::Answer(_) | Next::Made(_) | Next::Link(_) | Next::Counter { .. }) | None => {}
        }
        needs
    }
}

/// A whole record.
fn record(source: usize) -> Place {
    Place { source, path: Vec::new() }
}

/// The number that stands for what the customer supplied, of which nothing is asked for.
const ACCOUNT: usize = usize::MAX;

/// The variables that something may be looked up by.
fn account() -> Known {
    Known::from([("account".to_owned(), vec![record(ACCOUNT)])])
}

/// What steps read of what each of them calls. `result` is what is read of the last one's record by whoever gets it.
#[must_use]
pub fn of_steps(steps: &[Step], result: &Needs) -> Vec<StepNeeds> {
    let mut walk = Walk { known: account(), found: Vec::new() };
    for (index, step) in steps.iter().enumerate() {
        walk.step(step, 2 * index, result);
    }
    let of = |source: usize| {
        let own = walk.found.iter().filter(|(known, _)| *known == source);
        Needs(own.map(|(_, need)| need.clone()).collect())
    };
    let last = steps.len().saturating_sub(1);
    (0..steps.len())
        .map(|index| {
            let own = of(2 * index);
            StepNeeds { own: if index == last { own.and(result) } else { own }, parents: of(2 * index + 1) }
        })
        .collect()
}

/// Follows steps: each source is a step's own call, by an even number, or that of its parents, by the odd one after it.
struct Walk {
    known: Known,
    found: Vec<(usize, Need)>,
}

impl Walk {
    fn step(&mut self, step: &Step, source: usize, result: &Needs) {
        let Step { action, when, bind, for_each, each, span: _ } = step;
        if let Some(when) = when {
            self.tested(when, &[]);
        }
        let outside = self.known.clone();
        if let Some(for_each) = for_each {
            let list = self.data(&for_each.of);
            self.known.insert(for_each.name.value.clone(), list);
        }
        if let Some(each) = each {
            let parents = match &each.of {
                Parents::Values(values) => self.expression(values, &[]),
                Parents::List(call) => {
                    call.expressions().for_each(|expression| self.taken(expression, &[]));
                    vec![record(source + 1)]
                }
            };
            self.known.insert(each.name.value.clone(), parents);
        }
        match action {
            Action::Call(call) => call.expressions().for_each(|expression| self.taken(expression, &[])),
            Action::Poll(poll) => {
                poll.call.expressions().for_each(|expression| self.taken(expression, &[]));
                for expression in std::iter::once(&poll.until).chain(&poll.failed) {
                    self.tested(expression, &[record(source)]);
                }
                if let Some(message) = &poll.message {
                    self.taken(message, &[record(source)]);
                }
            }
            Action::Require(require) => {
                self.tested(&require.condition, &[]);
                if let Some(detail) = &require.detail {
                    self.taken(detail, &[]);
                }
            }
            Action::Give(data) => self.give(data, &result.0.iter().map(|need| (need, need.path.as_slice())).collect::<Vec<_>>()),
            Action::Let(names) => {
                for (name, data) in names {
                    let places = self.data(data);
                    self.known.insert(name.value.clone(), places);
                }
                return;
            }
        }
        // What only the step itself sees ends with it.
        self.known = outside;
        if let Some(bind) = bind {
            self.known.insert(bind.value.clone(), vec![record(source)]);
        }
    }

    fn add(&mut self, place: Place, is_test: bool, by: Option<Place>, span: Span) {
        self.found.push((place.source, Need { path: place.path, is_test, by, span }));
    }

    /// What an expression reads on its way, and where its result comes from.
    fn expression(&mut self, expression: &Expression, root: &[Place]) -> Vec<Place> {
        let (found, result) = reads(&expression.root, root, &self.known);
        found.into_iter().for_each(|Read { place, is_test, by, range }| self.add(place, is_test, by, expression.place(range)));
        result
    }

    fn taken(&mut self, expression: &Expression, root: &[Place]) {
        let result = self.expression(expression, root);
        result.into_iter().for_each(|place| self.add(place, false, None, expression.span()));
    }

    fn tested(&mut self, expression: &Expression, root: &[Place]) {
        let result = self.expression(expression, root);
        result.into_iter().for_each(|place| self.add(place, true, None, expression.span()));
    }

    fn data(&mut self, data: &Data) -> Vec<Place> {
        match data {
            Data::Const(_) => Vec::new(),
            Data::Expression(expression) => self.expression(expression, &[]),
            Data::Object(..) => {
                data.expressions().into_iter().for_each(|expression| self.taken(expression, &[]));
                Vec::new()
            }
            Data::List(items, _) => items.iter().flat_map(|item| self.data(item)).collect(),
        }
    }

    /// A record that is put together: what is read of it is read of what its parts come from. `needs` come with what is left of their paths.
    fn give(&mut self, data: &Data, needs: &[(&Need, &[String])]) {
        match data {
            Data::Const(_) => {}
            Data::Expression(expression) => {
                for place in self.expression(expression, &[]) {
                    for (need, rest) in needs {
                        let path = place.path.iter().chain(*rest).cloned().collect();
                        self.add(Place { path, ..place.clone() }, need.is_test, need.by.clone(), need.span);
                    }
                }
            }
            Data::Object(members, _) => {
                for (name, member) in members {
                    let below = needs.iter().filter_map(|(need, rest)| match rest.split_first() {
                        Some((first, rest)) => (*first == name.value).then_some((*need, rest)),
                        None => Some((*need, *rest)),
                    });
                    self.give(member, &below.collect::<Vec<_>>());
                }
            }
            Data::List(items, _) => items.iter().for_each(|item| self.give(item, needs)),
        }
    }
}

/// What everything together reads.
#[must_use]
pub fn of_all(spec: &Connector) -> All {
    let mut all = All::default();
    if !spec.operations.iter().any(|operation| operation.select.is_some()) {
        return all;
    }
    for operation in spec.operations.iter().filter(|operation| operation.select.is_some()) {
        all.add(spec, &operation.name.value, &Needs::default());
    }
    for (_, resource) in uses::mapped(spec) {
        let fields = Needs::of_fields(resource);
        for (_, callee) in uses::implied(spec, resource) {
            all.add(spec, &callee.name().value, &fields);
        }
        for via in resource.filters.list.iter().filter_map(|filter| filter.via.as_ref()) {
            all.add(spec, &via.value, &fields);
        }
        for (verb, written) in &resource.verbs {
            all.add_steps(spec, &written.steps, &of_result(resource, verb.value));
        }
    }
    for method in &spec.auth {
        let known: Known =
            method.connect.iter().enumerate().map(|(index, connect)| (connect.name.value.clone(), vec![record(index)])).collect();
        let mut needs = vec![Needs::default(); method.connect.len()];
        for choice in &method.choose {
            for read in reads_whole(&choice.from.root, &[], &known) {
                let span = choice.from.place(read.range);
                let needs = needs.get_mut(read.place.source);
                needs.into_iter().for_each(|needs| {
                    needs.0.push(Need { path: read.place.path.clone(), is_test: read.is_test, by: read.by.clone(), span })
                });
            }
        }
        for (connect, needs) in method.connect.iter().zip(needs) {
            all.add(spec, &connect.call.value, &needs);
        }
    }
    // What is read of a record that steps put together is read of what they call, which may be steps again.
    for _ in 0..=spec.compounds.len() {
        for compound in &spec.compounds {
            let result = all.compounds.get(&compound.name.value).cloned().unwrap_or_default();
            all.add_steps(spec, &compound.steps, &result);
        }
    }
    all
}

impl All {
    fn add(&mut self, spec: &Connector, called: &str, needs: &Needs) {
        let known = match Callee::find(spec, called).and_then(|callee| callee.end(spec)) {
            Some((Callee::Operation(operation), _)) if operation.select.is_some() => {
                self.operations.entry(operation.name.value.clone()).or_default()
            }
            Some((Callee::Compound(compound), _)) => self.compounds.entry(compound.name.value.clone()).or_default(),
            Some((Callee::Operation(_), _)) | None => return,
        };
        let new: Vec<Need> = needs.0.iter().filter(|need| !known.0.contains(need)).cloned().collect();
        known.0.extend(new);
    }

    fn add_steps(&mut self, spec: &Connector, steps: &[Step], result: &Needs) {
        for (step, needs) in steps.iter().zip(of_steps(steps, result)) {
            if let Some(call) = step.own_call() {
                self.add(spec, &call.call.value, &needs.own);
            }
            if let Some(Parents::List(call)) = step.each.as_ref().map(|each| &each.of) {
                self.add(spec, &call.call.value, &needs.parents);
            }
        }
    }
}

/// What is read of the record that a verb gives.
#[must_use]
pub fn of_result(resource: &MapResource, verb: plan::Verb) -> Needs {
    match verb {
        plan::Verb::List | plan::Verb::Get | plan::Verb::Create | plan::Verb::Update | plan::Verb::Add | plan::Verb::Remove => {
            Needs::of_fields(resource)
        }
        plan::Verb::Delete => Needs::default(),
    }
}

/// The operation that asks by name for the records that a call gives, where one does.
#[must_use]
pub fn asks<'a>(spec: &'a Connector, called: &str) -> Option<&'a Operation> {
    let (operation, _) = Callee::find(spec, called)?.source(spec)?;
    operation.select.as_ref().map(|_| operation)
}

/// The names that an operation asks for, where so much is read of its records; none where it asks for nothing by name.
#[must_use]
pub fn names(operation: &Operation, needs: &Needs) -> Option<Names> {
    let select = operation.select.as_ref()?;
    let (mut read, mut tested) = (BTreeSet::new(), Vec::new());
    let mut names = Names::default();
    for need in Needs::of_operation(operation).and(needs).0 {
        match name(select, &need) {
            Asked::Unasked => {}
            Asked::Unknown => names.unknown.push(need.span),
            Asked::Name(name) => {
                if !select.join.trim().is_empty() && name.contains(select.join.trim()) {
                    names.unfit.push((name.clone(), need.span));
                }
                if need.is_test {
                    tested.push(name);
                } else {
                    read.insert(name);
                }
            }
        }
    }
    // What lies below something tells whether it is there.
    for name in tested {
        let below = format!("{name}{}", select.dot);
        if !read.iter().any(|known: &String| known.starts_with(&below)) {
            read.insert(name);
        }
    }
    names.names = select.always.iter().map(|name| name.value.clone()).collect();
    let others: Vec<String> = read.into_iter().filter(|name| !names.names.contains(name)).collect();
    names.names.extend(others);
    Some(names)
}

/// How a value of a record is asked for.
enum Asked {
    /// It comes unasked.
    Unasked,
    /// By this name.
    Name(String),
    /// All fields are read, or some that nobody can tell.
    Unknown,
}

fn name(select: &Select, Need { path, is_test, by, span: _ }: &Need) -> Asked {
    let below: Vec<&str> = select.below.iter().flat_map(|below| &below.steps).map(|step| step.value.as_str()).collect();
    let shared = path.iter().zip(&below).take_while(|(member, step)| member == *step).count();
    if shared < below.len() {
        // Something beside it, or something that it is in.
        return if shared < path.len() || *is_test { Asked::Unasked } else { Asked::Unknown };
    }
    let rest = path.get(below.len()..).unwrap_or_default();
    if rest.is_empty() {
        // The account's own names are asked for by `more`.
        let asked = by.as_ref().filter(|by| by.source == ACCOUNT).map(|by| format!("account.{}", by.path.join(".")));
        let asked = asked.is_some_and(|name| select.more.iter().any(|more| more.value == name));
        return if *is_test || asked { Asked::Unasked } else { Asked::Unknown };
    }
    let never = |length: usize| {
        let name = rest.get(..length).unwrap_or_default().join(&select.dot);
        select.never.iter().any(|never| match never.value.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => never.value == name,
        })
    };
    if (1..=rest.len()).any(never) {
        return Asked::Unasked;
    }
    let depth = select.depth.as_ref().map_or(rest.len(), |depth| usize::try_from(depth.value).unwrap_or(usize::MAX));
    Asked::Name(rest.get(..depth.clamp(1, rest.len())).unwrap_or_default().join(&select.dot))
}

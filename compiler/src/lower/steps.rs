//! Steps, and operations made of them.

use connc_plan as plan;

use super::Lowering;
use crate::check::{Callee, Gives, Needs, StepNeeds, of_steps};
use crate::spec::{Action, Compound, Each, ForEach, Parents, Poll, Require, Step, StepCall};

impl Lowering<'_> {
    pub(super) fn compound(&self, compound: &Compound) -> plan::Operation {
        let Compound { name, input, steps, already, incomplete: _ } = compound;
        let callee = Callee::Compound(compound);
        let origin = self.origin(name.span);
        let path = plan::Path { steps: Vec::new(), origin };
        // The records are taken by the operations that are called.
        let (shape, records) = match callee.gives(self.spec) {
            Gives::List => (plan::Shape::List, plan::Records::Items { path, absent_is_empty: false, one: false, keep_if: None }),
            Gives::One => (plan::Shape::One, plan::Records::Item { path, keep_if: None }),
            Gives::Nothing => (plan::Shape::Nothing, plan::Records::None),
        };
        plan::Operation {
            name: name.value.clone(),
            shape,
            input: input.iter().map(|parameter| parameter.lower(self.origin(parameter.name.span))).collect(),
            select: None,
            takes_id: callee.takes("id"),
            takes_parent: callee.takes("parent"),
            steps: self
                .made_for(steps, name.span)
                .into_iter()
                .chain(self.steps(steps, &self.asked.compounds.get(&name.value).cloned().unwrap_or_default(), true))
                .collect(),
            records,
            paginate: None,
            reads: self.reads(steps, 0),
            download: self.file(callee, origin),
            already: already.clone(),
            origin,
        }
    }

    /// The file that the last step's operation gives, which is then the whole's.
    fn file(&self, callee: Callee<'_>, origin: plan::Origin) -> Option<plan::Download> {
        let (source, _) = callee.source(self.spec)?;
        let source = self.operation(source);
        let whole = plan::Download { fetch: None, within: Vec::new(), redirect: Vec::new(), origin };
        source.gives_file().then(|| source.download.unwrap_or(whole))
    }

    /// Steps, each with what is read of what it calls. `result` is what is read of the last one's record; `callers` is whether it is
    /// the record of whoever calls the steps, too.
    pub(super) fn steps(&self, steps: &[Step], result: &Needs, callers: bool) -> Vec<plan::Step> {
        let gives = steps.last().is_some_and(|last| crate::check::result(last).is_some());
        let needs = of_steps(steps, result);
        let last = steps.len().saturating_sub(1);
        let lowered = steps.iter().zip(needs).enumerate();
        lowered.map(|(index, (step, needs))| self.step(step, &needs, callers && gives && index == last)).collect()
    }

    fn step(&self, step: &Step, needs: &StepNeeds, callers: bool) -> plan::Step {
        let Step { action, when, bind, for_each, each, span } = step;
        plan::Step {
            action: match action {
                Action::Call(call) => plan::Action::Call(self.call(call, &needs.own, callers)),
                Action::Let(names) => plan::Action::Let(names.iter().map(|(name, data)| (name.value.clone(), self.data(data))).collect()),
                Action::Give(data) => plan::Action::Give(self.data(data)),
                Action::Require(require) => plan::Action::Require(self.require(require)),
                Action::Poll(poll) => plan::Action::Poll(Box::new(self.poll(poll, &needs.own, callers))),
            },
            when: when.as_ref().map(|when| self.expression(when)),
            bind: bind.as_ref().map(|bind| bind.value.clone()),
            for_each: for_each.as_ref().map(|for_each| {
                let ForEach { of, name, max, at_once, batch } = for_each;
                plan::ForEach {
                    of: self.data(of),
                    name: name.value.clone(),
                    batch: batch.as_ref().map(|batch| batch.value),
                    max: max.value,
                    at_once: at_once.as_ref().map_or(1, |at_once| at_once.value),
                }
            }),
            each: each.as_ref().map(|each| {
                let Each { name, of, skip_absent, span: _ } = each;
                let of = match of {
                    Parents::Values(values) => plan::Parents::Values(plan::Data::Expression(self.expression(values))),
                    Parents::List(call) => plan::Parents::List(self.call(call, &needs.parents, false)),
                };
                plan::Each { name: name.value.clone(), of, skip_absent: *skip_absent }
            }),
            origin: self.origin(*span),
        }
    }

    fn require(&self, require: &Require) -> plan::Require {
        let Require { condition, code, kind, message, detail } = require;
        plan::Require {
            condition: self.expression(condition),
            code: code.value.clone(),
            kind: *kind,
            message: message.clone(),
            detail: detail.as_ref().map(|detail| self.expression(detail)),
        }
    }

    fn poll(&self, poll: &Poll, needs: &Needs, callers: bool) -> plan::Poll {
        let Poll { call, until, failed, message, every, longest, within } = poll;
        let every = every.as_ref().map_or(plan::Poll::EVERY, |every| every.value);
        plan::Poll {
            call: self.call(call, needs, callers),
            until: self.expression(until),
            failed: failed.as_ref().map(|failed| self.expression(failed)),
            message: message.as_ref().map(|message| self.expression(message)),
            every,
            longest: longest.as_ref().map_or_else(|| plan::Poll::LONGEST.max(every), |longest| longest.value),
            within: within.value,
        }
    }

    fn call(&self, call: &StepCall, needs: &Needs, callers: bool) -> plan::Call {
        let StepCall { call, with, incomplete: _ } = call;
        let given = |name: &str| with.iter().find(|(given, _)| given.value == name).map(|(_, value)| self.data(value));
        let callee = Callee::find(self.spec, call);
        let declared = |name: &str| callee.is_some_and(|callee| callee.input().iter().any(|input| input.name.value == name));
        let input = with.iter().filter(|(name, _)| declared(&name.value));
        plan::Call {
            operation: call.value.clone(),
            id: given("id"),
            parent: given("parent"),
            input: input.map(|(name, value)| (name.value.clone(), self.data(value))).collect(),
            select: self.names_of(call, needs).map(|names| plan::Asked { names, callers }),
        }
    }

    /// Whether everything that steps call only reads. A circle, which is a mistake of its own, is followed only so far.
    fn reads(&self, steps: &[Step], depth: usize) -> bool {
        let called = steps.iter().flat_map(Step::calls).map(|call| Callee::find(self.spec, &call.call));
        depth <= self.spec.compounds.len()
            && called.into_iter().all(|callee| match callee {
                Some(Callee::Operation(operation)) => self.operation_reads(operation),
                Some(Callee::Compound(compound)) => self.reads(&compound.steps, depth + 1),
                None => false,
            })
    }
}

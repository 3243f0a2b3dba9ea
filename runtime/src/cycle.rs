//! Finds a sequence that repeats itself, in constant memory (Brent 1980), so that its state fits into a cursor.

use serde::{Deserialize, Serialize};

/// One remembered value, and how long it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cycle {
    /// The remembered value.
    mark: Option<String>,
    /// What it has in common with few others, so that most of those that differ from it are told apart without looking at all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quick: Option<u64>,
    /// Values since it was taken.
    steps: u64,
    /// After so many values another one is taken, and this doubles.
    power: u64,
}

impl Cycle {
    /// Takes the next value; true where the sequence goes in a circle.
    pub(crate) fn repeats(&mut self, value: &str) -> bool {
        self.repeats_large(None, || value.to_owned())
    }

    /// As [`Self::repeats`], of values that cost something to make: `value` is called only where `quick`, which is the same for the same
    /// values, does not tell it from the remembered one, and where it is remembered itself.
    pub(crate) fn repeats_large(&mut self, quick: Option<u64>, value: impl Fn() -> String) -> bool {
        let differs = self.quick.is_some() && quick.is_some() && self.quick != quick;
        if !differs && self.mark.as_deref().is_some_and(|mark| mark == value()) {
            return true;
        }
        self.steps += 1;
        if self.steps >= self.power {
            (self.mark, self.quick) = (Some(value()), quick);
            self.power = self.power.saturating_mul(2).max(2);
            self.steps = 0;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::Cycle;

    fn steps_until_found(lead: u64, length: u64) -> Option<u64> {
        let mut cycle = Cycle::default();
        (0..10 * (lead + length) + 10).find(|n| {
            let value = if *n < lead { *n } else { lead + (n - lead) % length };
            cycle.repeats(&value.to_string())
        })
    }

    #[test]
    fn values_that_differ_at_a_glance_are_not_looked_at() {
        let (mut cycle, looked) = (Cycle::default(), Cell::new(0));
        for number in 0..1000_u64 {
            let value = || {
                looked.set(looked.get() + 1);
                number.to_string()
            };
            assert!(!cycle.repeats_large(Some(number), value));
        }
        // Only those that are remembered: at 1, 3, 7, 15 and so on.
        assert!(looked.get() <= 10, "{looked:?}");
        // What an older cursor remembers has nothing to see at a glance.
        let mut older: Cycle = serde_json::from_str(r#"{"mark": "7", "steps": 0, "power": 2}"#).unwrap();
        assert!(older.repeats_large(Some(1), || "7".to_owned()));
        assert!(!serde_json::to_string(&older).unwrap().contains("quick"));
    }

    proptest! {
        #[test]
        fn a_glance_changes_nothing(values in proptest::collection::vec(0_u64..12, 0..60)) {
            let (mut plain, mut quick) = (Cycle::default(), Cycle::default());
            for value in values {
                prop_assert_eq!(plain.repeats(&value.to_string()), quick.repeats_large(Some(value % 3), || value.to_string()));
            }
        }

        #[test]
        fn circles_are_found(lead in 0_u64..200, length in 1_u64..200) {
            let found = steps_until_found(lead, length);
            prop_assert!(found.is_some_and(|found| found <= 4 * (lead + length) + 4), "{found:?}");
        }

        #[test]
        fn fresh_values_are_fine(count in 1_u64..2000) {
            let mut cycle = Cycle::default();
            prop_assert!((0..count).all(|n| !cycle.repeats(&n.to_string())));
        }
    }
}

//! Finds a sequence that repeats itself, in constant memory (Brent 1980), so that its state fits into a cursor.

use serde::{Deserialize, Serialize};

/// One remembered value, and how long it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cycle {
    /// The remembered value.
    mark: Option<String>,
    /// Values since it was taken.
    steps: u64,
    /// After so many values another one is taken, and this doubles.
    power: u64,
}

impl Cycle {
    /// Takes the next value; true where the sequence goes in a circle.
    pub(crate) fn repeats(&mut self, value: &str) -> bool {
        if self.mark.as_deref() == Some(value) {
            return true;
        }
        self.steps += 1;
        if self.steps >= self.power {
            self.mark = Some(value.to_owned());
            self.power = self.power.saturating_mul(2).max(2);
            self.steps = 0;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Cycle;

    fn steps_until_found(lead: u64, length: u64) -> Option<u64> {
        let mut cycle = Cycle::default();
        (0..10 * (lead + length) + 10).find(|n| {
            let value = if *n < lead { *n } else { lead + (n - lead) % length };
            cycle.repeats(&value.to_string())
        })
    }

    proptest! {
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

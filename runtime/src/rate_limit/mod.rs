//! What a provider says about how much may still be called, in one form whatever its own.

mod fields;
mod number;
mod pattern;

pub(crate) use number::{retry_after, seconds_for};

use connc_plan::{Expression, RateNumber, RateSource, RateUnit, RateWindow};
use http::HeaderMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::exchange::Received;
use crate::program::Evaluation;
use crate::response;

/// A longer name of a window is cut.
const LONGEST_NAME: usize = 64;

/// A rate limit as the IETF's `RateLimit` headers put it. Of several windows, the one with the least left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimit {
    /// How many calls, or points, the window allows.
    pub limit: Option<u64>,
    /// How many are left.
    pub remaining: Option<u64>,
    /// Seconds until the window begins anew; where it fills up continuously, until it is full.
    pub reset: Option<u64>,
    /// Seconds that the provider asks to wait.
    pub retry_after: Option<u64>,
}

/// One window of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reading {
    /// Which window of the plan it is, and which policy where the provider's fields name several.
    pub(crate) window: (usize, String),
    pub(crate) limit: Option<u64>,
    pub(crate) remaining: Option<u64>,
    /// Seconds until it begins anew.
    pub(crate) reset: Option<u64>,
    /// How many come back each second.
    pub(crate) restore: Option<f64>,
    /// What the call took.
    pub(crate) cost: Option<u64>,
}

/// What an answer says of all windows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Readings {
    pub(crate) windows: Vec<Reading>,
    /// Seconds that the provider asks to wait.
    pub(crate) retry_after: Option<u64>,
}

impl Readings {
    /// The window with the least left, for the caller; none where the answer says nothing.
    pub(crate) fn tightest(&self) -> Option<RateLimit> {
        let tightest = self.windows.iter().min_by_key(|reading| reading.remaining.unwrap_or(u64::MAX));
        let found = tightest.map(|reading| RateLimit {
            limit: reading.limit,
            remaining: reading.remaining,
            reset: reading.reset.or_else(|| reading.full_in()),
            retry_after: self.retry_after,
        });
        found.or_else(|| self.retry_after.map(|_| RateLimit { retry_after: self.retry_after, ..RateLimit::default() }))
    }
}

impl Reading {
    /// Seconds until a window that fills up continuously is full.
    fn full_in(&self) -> Option<u64> {
        let missing = self.limit?.saturating_sub(self.remaining?);
        number::seconds_for(missing, self.restore?)
    }

    fn says_something(&self) -> bool {
        self.limit.is_some() || self.remaining.is_some() || self.reset.is_some()
    }
}

/// Reads the windows of the plan from an answer.
pub(crate) fn read(context: &Context, received: &Received) -> Readings {
    let windows = &context.plan().rate_limit;
    let now = context.parts().clock.now();
    let expressions: Vec<&Expression> = windows.iter().flat_map(numbers).filter_map(expression).collect();
    // Only a plan that reads bodies pays for reading them. A body that is no JSON says nothing.
    let body = (!expressions.is_empty())
        .then(|| {
            Evaluation::over(context.programs(), &received.text, &response::vars(&context.vars(), received, &expressions), &expressions)
                .ok()
        })
        .flatten();
    of(windows, &received.headers, now, &|expression| body.as_ref()?.text(expression).ok().flatten())
}

fn of(windows: &[RateWindow], headers: &HeaderMap, now: Timestamp, body: &dyn Fn(&Expression) -> Option<String>) -> Readings {
    let mut readings = Readings { windows: Vec::new(), retry_after: number::retry_after(headers, now) };
    for (index, window) in windows.iter().enumerate() {
        let RateWindow { fields, limit, remaining, used, reset, restore, cost, per_operation: _, per_header, origin: _ } = window;
        let text = |source: &RateSource| match source {
            RateSource::Header { name, capture } => {
                let text = headers.get(name.as_str())?.to_str().ok()?;
                match capture {
                    Some(pattern) => pattern::capture(pattern, text).map(str::to_owned),
                    None => Some(text.trim().to_owned()),
                }
            }
            RateSource::Body(expression) => body(expression),
            RateSource::Fixed(number) => Some(number.to_string()),
        };
        let measure = |value: &Option<RateNumber>| value.as_ref().and_then(|RateNumber { from, unit }| measure(&text(from)?, *unit, now));
        let cost = measure(cost);
        if let Some(fields) = fields {
            let found = fields::read(*fields, headers).into_iter();
            readings.windows.extend(found.map(|reading| Reading { window: (index, reading.window.1), cost, ..reading }));
            continue;
        }
        let limit = measure(limit);
        let name = per_header.as_ref().and_then(|name| headers.get(name.as_str())?.to_str().ok());
        let name = name.map(|name| name.trim().chars().take(LONGEST_NAME).collect()).unwrap_or_default();
        let reading = Reading {
            window: (index, name),
            limit,
            remaining: measure(remaining).or_else(|| Some(limit?.saturating_sub(measure(used)?))),
            reset: measure(reset),
            restore: restore.as_ref().and_then(|restore| number::rate(&text(&restore.from)?)),
            cost,
        };
        // What the plan itself says is no word of the provider.
        let fixed = RateNumber { from: RateSource::Fixed(limit.unwrap_or_default()), unit: RateUnit::Count };
        let only_fixed = reading.remaining.is_none() && reading.reset.is_none() && window.limit.as_ref() == Some(&fixed);
        readings.windows.extend((reading.says_something() && !only_fixed).then_some(reading));
    }
    readings
}

fn numbers(window: &RateWindow) -> impl Iterator<Item = &RateNumber> {
    let RateWindow { fields: _, limit, remaining, used, reset, restore, cost, per_operation: _, per_header: _, origin: _ } = window;
    [limit, remaining, used, reset, restore, cost].into_iter().flatten()
}

fn expression(number: &RateNumber) -> Option<&Expression> {
    match &number.from {
        RateSource::Body(expression) => Some(expression),
        RateSource::Header { .. } | RateSource::Fixed(_) => None,
    }
}

fn measure(text: &str, unit: RateUnit, now: Timestamp) -> Option<u64> {
    match unit {
        RateUnit::Count => number::count(text),
        RateUnit::DeltaSeconds => number::delta(text, 1),
        RateUnit::DeltaMilliseconds => number::delta(text, 1000),
        RateUnit::EpochSeconds => number::epoch(text, 1, now),
        RateUnit::EpochMilliseconds => number::epoch(text, 1000, now),
        RateUnit::HttpDate => number::until(number::http_date(text)?, now),
        RateUnit::Timestamp => number::until(text.trim().parse().ok()?, now),
    }
}

#[cfg(test)]
mod tests;

//! Plans as one artefact: what `connc build` writes and a service embeds.

use connc_plan::{FORMAT, Plan};
use serde_json::{Value, json};

use crate::connector::canonical;
use crate::{Connector, Error, hash, suggest};

/// Plans with a hash over all of them. Its JSON is `{"format": 1, "hash": "sha256:…", "plans": […]}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bundle {
    plans: Vec<Plan>,
}

impl Bundle {
    /// Puts plans together, in the order of their connectors' names.
    #[must_use]
    pub fn new(mut plans: Vec<Plan>) -> Self {
        plans.sort_by(|a, b| a.connector.cmp(&b.connector));
        Self { plans }
    }

    /// Reads what [`Self::to_json`] wrote.
    ///
    /// # Errors
    ///
    /// Where the text is no bundle, is of another format, or was changed since it was written.
    pub fn read(text: &str) -> Result<Self, Error> {
        let unreadable = |error: serde_json::Error| Error::invalid(format!("the bundle cannot be read: {error}"));
        let mut bundle: Value = serde_json::from_str(text).map_err(unreadable)?;
        let format = bundle.get("format").and_then(Value::as_u64);
        if format != Some(u64::from(FORMAT)) {
            let given = format.map_or_else(|| "none".to_owned(), |format| format.to_string());
            return Err(Error::invalid(format!("the bundle has format {given}, this runtime reads format {FORMAT}"))
                .with_help("make it again with `connc build` of this version"));
        }
        let plans = bundle.get_mut("plans").map(Value::take).unwrap_or_default();
        if bundle.get("hash").and_then(Value::as_str) != Some(digest(plans.clone()).as_str()) {
            return Err(
                Error::invalid("the bundle is not what was built: its hash is another").with_help("make it again with `connc build`")
            );
        }
        Ok(Self { plans: serde_json::from_value(plans).map_err(unreadable)? })
    }

    /// The bundle as JSON. Equal plans give equal text.
    ///
    /// # Errors
    ///
    /// Where a plan is no JSON data, which the compiler does not make.
    pub fn to_json(&self) -> Result<String, Error> {
        let plans = serde_json::to_value(&self.plans).map_err(|error| Error::invalid(format!("the plans are no JSON data: {error}")))?;
        let hash = digest(plans.clone());
        Ok(json!({"format": FORMAT, "hash": hash, "plans": plans}).to_string())
    }

    /// The plans, by the names of their connectors.
    #[must_use]
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// Makes one of the connectors ready.
    ///
    /// # Errors
    ///
    /// Where there is none of this name, with the nearest that there is.
    pub fn connector(&self, name: &str) -> Result<Connector, Error> {
        let Some(plan) = self.plans.iter().find(|plan| plan.connector == name) else {
            let known: Vec<&str> = self.plans.iter().map(|plan| plan.connector.as_str()).collect();
            return Err(Error::invalid(format!("the bundle has no connector `{name}`")).with_help(suggest::help(name, &known)));
        };
        Connector::load(plan.clone())
    }
}

fn digest(plans: Value) -> String {
    format!("sha256:{}", hash::hex(&hash::sha256(canonical(plans).to_string().as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::Bundle;

    #[test]
    fn a_bundle_that_was_changed_is_refused() {
        let text = Bundle::default().to_json().unwrap();
        assert_eq!(Bundle::read(&text).unwrap(), Bundle::default());
        for wrong in [text.replace("[]", "[1]"), text.replace("\"format\":1", "\"format\":2"), "{}".to_owned(), "no".to_owned()] {
            assert!(Bundle::read(&wrong).is_err(), "{wrong}");
        }
        assert!(Bundle::default().connector("x").unwrap_err().message.contains("no connector `x`"));
    }
}

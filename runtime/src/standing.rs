//! Where a call stands with its account: what is kept of it, where it may therefore send, and what must not be shown.
//! All of it changes when a token is got or renewed.

use std::collections::BTreeMap;
use std::sync::Arc;

use connc_plan::{Plan, SecretType};
use serde_json::Value;

use crate::account::{self, Checked};
use crate::auth::Entry;
use crate::guard::{Guard, Permits};
use crate::redact::{Redactor, braced};
use crate::{Error, address, document};

/// Where a call stands.
#[derive(Debug)]
pub(crate) struct Standing {
    /// `kept.*`: what is stored, and where nothing is, what the embedder supplied.
    pub(crate) kept: Arc<BTreeMap<String, Value>>,
    /// The origins that requests may go to.
    pub(crate) guard: Guard,
    /// The secrets, every token so far included.
    pub(crate) redactor: Redactor,
    /// What it was made of.
    entry: Option<Arc<Entry>>,
}

impl Standing {
    /// What is known before anything was loaded or asked for.
    pub(crate) fn first(plan: &Plan, account: &Checked, permits: &Permits) -> Result<Self, Error> {
        let mut redactor = Redactor::default();
        for (name, secret) in account.all_secrets() {
            redactor.add(&braced(&name), secret.expose());
        }
        let documents = account.method.secrets.iter().filter(|secret| secret.r#type == SecretType::Json);
        for (name, secret) in documents.filter_map(|known| Some((&known.name, account.secrets.get(&known.name)?))) {
            for (member, text) in document::members(secret) {
                redactor.add(&braced(&format!("secret.{name}.{member}")), text.expose());
            }
        }
        let kept = Arc::clone(&account.kept);
        Ok(Self { guard: guard(plan, account, permits, &kept)?, kept, redactor, entry: None })
    }

    /// The same with what was stored or got.
    pub(crate) fn with(&self, plan: &Plan, account: &Checked, permits: &Permits, entry: &Arc<Entry>) -> Result<Self, Error> {
        let mut kept = BTreeMap::clone(&account.kept);
        // What is stored was held against the plan of its time: this one may declare it otherwise, or no more.
        let stored = entry.kept.iter().filter(|(name, _)| account.declared.iter().any(|parameter| parameter.name == **name));
        kept.extend(account::kept(plan, &account.declared, stored)?);
        let mut redactor = self.redactor.clone();
        for (name, token) in &entry.tokens {
            redactor.add(&braced(&format!("token.{name}")), token.expose());
        }
        let kept = Arc::new(kept);
        Ok(Self { guard: guard(plan, account, permits, &kept)?, kept, redactor, entry: Some(Arc::clone(entry)) })
    }

    /// The same where one more secret is not shown.
    pub(crate) fn hiding(&self, shown: &str, secret: &str) -> Self {
        let mut redactor = self.redactor.clone();
        redactor.add(shown, secret);
        Self { kept: Arc::clone(&self.kept), guard: self.guard.clone(), redactor, entry: self.entry.clone() }
    }

    /// Whether it was made of this entry.
    pub(crate) fn is_of(&self, entry: &Arc<Entry>) -> bool {
        self.entry.as_ref().is_some_and(|known| Arc::ptr_eq(known, entry))
    }
}

fn guard(plan: &Plan, account: &Checked, permits: &Permits, kept: &Arc<BTreeMap<String, Value>>) -> Result<Guard, Error> {
    let (base, others) = address::origins(plan, account, kept)?;
    Ok(Guard::new(base, others, permits))
}

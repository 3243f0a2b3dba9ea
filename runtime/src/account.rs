//! Who calls: what a customer and the deployment supply, and whether it fits the plan.

use std::collections::BTreeMap;
use std::sync::Arc;

use connc_plan::{AuthMethod, Parameter, Plan, SecretType, Type};
use serde_json::Value;

use crate::{Error, Secret, document, parameter, suggest};

/// What a customer supplies to connect, and what the deployment supplies for all customers.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// The connector that it is for.
    pub connector: String,
    /// What tells it from every other account of the connector, across processes and restarts; what is kept of it is stored by it. It is
    /// no secret. An account that a person connects needs one; others are told apart by their parameters where they have none.
    pub id: Option<String>,
    /// The auth method; empty means the connector's first.
    pub auth: String,
    /// Account parameters, in scope as `account.*`.
    pub account: BTreeMap<String, Value>,
    /// The auth method's own parameters, in scope as `auth.*`.
    pub parameters: BTreeMap<String, Value>,
    /// The customer's secrets, in scope as `secret.*`.
    pub secrets: BTreeMap<String, Secret<String>>,
    /// Deployment parameters, in scope as `app.*`.
    pub app: BTreeMap<String, Value>,
    /// The deployment's secrets, in scope as `app.secret.*`.
    pub app_secrets: BTreeMap<String, Secret<String>>,
    /// Kept values that the embedder has, in scope as `kept.*` where the store has none.
    pub kept: BTreeMap<String, Value>,
    /// Tokens that the embedder has, in scope as `token.*` where the store has none; `refresh_token` is what renews them.
    pub tokens: BTreeMap<String, Secret<String>>,
}

/// An account that fits its plan, with defaults filled in.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) method: AuthMethod,
    pub(crate) account: BTreeMap<String, Value>,
    pub(crate) parameters: BTreeMap<String, Value>,
    pub(crate) secrets: BTreeMap<String, Secret<String>>,
    pub(crate) app: BTreeMap<String, Value>,
    pub(crate) app_secrets: BTreeMap<String, Secret<String>>,
    pub(crate) kept: Arc<BTreeMap<String, Value>>,
    pub(crate) tokens: BTreeMap<String, Secret<String>>,
    pub(crate) id: Option<String>,
    /// What the method keeps that is no secret.
    pub(crate) declared: Vec<Parameter>,
}

/// Holds an account against its plan. Deployment parameters are asked for only where the method gets a token.
pub(crate) fn check(plan: &Plan, account: &Account) -> Result<Checked, Error> {
    if account.connector != plan.connector {
        return Err(Error::invalid(format!("the account is for connector `{}`, the call is to `{}`", account.connector, plan.connector)));
    }
    let method = if account.auth.is_empty() { plan.auth.first() } else { plan.auth_method(&account.auth) };
    let method = method.ok_or_else(|| {
        let names: Vec<&str> = plan.auth.iter().map(|method| method.name.as_str()).collect();
        Error::invalid(format!("there is no auth method `{}` in connector `{}`", account.auth, plan.connector))
            .with_help(format!("the auth methods are {}", suggest::list(&names)))
    })?;
    let (app_parameters, app_secrets) = method.deployment(plan);
    let app_parameters: Vec<Parameter> = app_parameters.into_iter().cloned().collect();
    let checked =
        |parameters: &[_], given, what: &str| parameter::check(parameters, given, what, |name| format!("{what} parameter `{name}`"), plan);
    // What other methods read of the deployment may be given as well, and is not looked at.
    let given = account.app.iter().filter(|(name, _)| {
        app_parameters.iter().any(|parameter| parameter.name == **name) || !plan.app.iter().any(|parameter| parameter.name == **name)
    });
    let app = parameter::check(&app_parameters, given, "app", |name| format!("app parameter `{name}`"), plan)?;
    for secret in &method.secrets {
        required_secret(&account.secrets, &secret.name, "secret", secret.description.as_deref())
            .map_err(|error| error.placed(plan, secret.origin))?;
        // What a PEM text must hold is for whoever signs with it to say.
        if secret.r#type == SecretType::Json && !account.secrets.get(&secret.name).is_some_and(document::is_one) {
            return Err(Error::invalid(format!("secret `{}` is no JSON document", secret.name)).placed(plan, secret.origin));
        }
    }
    for secret in &app_secrets {
        required_secret(&account.app_secrets, &secret.name, "app secret", secret.description.as_deref())
            .map_err(|error| error.placed(plan, secret.origin))?;
    }
    let declared = declared(method);
    Ok(Checked {
        account: checked(&plan.account, &account.account, "account")?,
        parameters: checked(&method.parameters, &account.parameters, "auth")?,
        secrets: account.secrets.clone(),
        app,
        app_secrets: app_secrets
            .iter()
            .filter_map(|secret| account.app_secrets.get(&secret.name).map(|value| (secret.name.clone(), value.clone())))
            .collect(),
        kept: Arc::new(kept(plan, &declared, &account.kept)?),
        declared,
        tokens: account.tokens.clone(),
        id: account.id.clone(),
        method: method.clone(),
    })
}

/// Holds kept values against what the method declares, wherever they come from.
pub(crate) fn kept<'a>(
    plan: &Plan,
    declared: &[Parameter],
    given: impl IntoIterator<Item = (&'a String, &'a Value)>,
) -> Result<BTreeMap<String, Value>, Error> {
    parameter::check(declared, given, "kept", |name| format!("kept value `{name}`"), plan)
}

/// What a method keeps that is no secret: values of token answers, and what a person chooses. None of it is there from the start.
fn declared(method: &AuthMethod) -> Vec<Parameter> {
    let exchange = method.authorize.as_ref().map(|authorize| &authorize.exchange);
    let acquires = exchange.into_iter().chain(&method.acquire).chain(&method.refresh);
    let mut declared: Vec<Parameter> = Vec::new();
    let of_answers = acquires.flat_map(|acquire| &acquire.steps).flat_map(|step| &step.keep);
    let of_choices = method.choose.iter().flat_map(|choose| &choose.keep);
    for shown in of_answers.chain(of_choices).filter_map(|keep| keep.shown.as_ref()) {
        if !declared.iter().any(|known| known.name == shown.name) {
            declared.push(Parameter { required: false, ..shown.clone() });
        }
    }
    declared.extend(method.choose.iter().map(|choose| Parameter {
        name: choose.name.clone(),
        r#type: Type::Id,
        required: false,
        description: None,
        example: None,
        default: None,
        within: Vec::new(),
        values: Vec::new(),
        origin: choose.origin,
    }));
    declared
}

fn required_secret(given: &BTreeMap<String, Secret<String>>, name: &str, what: &str, description: Option<&str>) -> Result<(), Error> {
    if given.get(name).is_some_and(|secret| !secret.expose().is_empty()) {
        return Ok(());
    }
    let error = Error::invalid(format!("{what} `{name}` is missing"));
    Err(match description {
        Some(description) => error.with_help(format!("it is: {description}")),
        None => error,
    })
}

impl Checked {
    /// What tells this account from others, without its secrets: a cursor outlives a rotated key.
    pub(crate) fn identity(&self) -> String {
        match &self.id {
            None => serde_json::json!([self.method.name, self.account, self.parameters]).to_string(),
            Some(id) => serde_json::json!([self.method.name, self.account, self.parameters, id]).to_string(),
        }
    }

    /// Every secret with its name as templates know it.
    pub(crate) fn all_secrets(&self) -> impl Iterator<Item = (String, &Secret<String>)> {
        let own = self.secrets.iter().map(|(name, secret)| (format!("secret.{name}"), secret));
        let app = self.app_secrets.iter().map(|(name, secret)| (format!("app.secret.{name}"), secret));
        own.chain(app).chain(self.tokens.iter().map(|(name, secret)| (format!("token.{name}"), secret)))
    }

    /// The same account with words in the place of its secrets, and of what only a token answer would tell, for showing what would be sent.
    pub(crate) fn redacted(mut self) -> Self {
        let mask = |prefix: &str, secrets: &mut BTreeMap<String, Secret<String>>| {
            for (name, secret) in secrets.iter_mut() {
                *secret = Secret::new(crate::redact::marker(&format!("{prefix}.{name}")));
            }
        };
        mask("secret", &mut self.secrets);
        mask("app.secret", &mut self.app_secrets);
        mask("token", &mut self.tokens);
        let mut kept = BTreeMap::clone(&self.kept);
        for parameter in &self.declared {
            let marker = crate::redact::marker(&format!("kept.{}", parameter.name));
            let shown = if parameter.r#type == Type::Url { format!("https://{marker}") } else { marker };
            kept.entry(parameter.name.clone()).or_insert(Value::String(shown));
        }
        self.kept = Arc::new(kept);
        self
    }
}

//! Connecting accounts: a person's consent, what is found out once after it, and the end of it all.

use std::collections::BTreeMap;

use connc_plan::{Choose, ErrorKind, Expression, Keep, KeepFrom, Parameter, Type};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::auth::{self, consent};
use crate::context::Context;
use crate::exchange::Inputs;
use crate::filter::Narrowed;
use crate::program::{Evaluation, Vars};
use crate::steps::{Doing, steps_done};
use crate::{Account, Call, Connector, Error, Runtime, parameter, resolve};

/// Where a person goes to allow the access, and what has to come back with the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Authorization {
    /// What the person opens in a browser. It leads back to the redirect URI.
    pub url: String,
    /// What the redirect will carry as `state`, to find the flow that it belongs to.
    pub state: String,
    /// The flow, for [`Runtime::finish`]: sealed with the runtime's key, bound to the account, and good for 15 minutes. Keep it where
    /// the person's browser session is kept, so that nobody finishes somebody else's.
    pub flow: String,
}

/// An account that is connected.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Connected {
    /// What a person still has to choose, with [`Runtime::choose`]. Calls that need it fail before.
    pub choices: Vec<Choice>,
    /// What is kept that is no secret, by its name below `kept.`.
    pub kept: BTreeMap<String, Value>,
}

/// Something that a person has to choose once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choice {
    /// Its name below `kept.`.
    pub name: String,
    /// What there is to choose from: two or more.
    pub options: Vec<Choosable>,
}

/// One of what can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Choosable {
    /// What is kept.
    pub id: String,
    /// How people know it.
    pub label: String,
    /// What is kept besides when it is chosen, by its name below `kept.`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kept: BTreeMap<String, Value>,
}

impl Runtime {
    /// Begins to connect an account by a person's consent (RFC 6749, section 4.1). Nothing is sent.
    ///
    /// `redirect_uri` is where the provider sends the person back, as it is registered with the provider. The account needs an
    /// [`Account::id`]; the builder's key must be the same when [`Self::finish`] runs, in another process too.
    ///
    /// # Errors
    ///
    /// Where the account does not fit the plan, has no id, or its method asks nobody for consent.
    pub fn authorize(&self, connector: &Connector, account: &Account, redirect_uri: &str) -> Result<Authorization, Error> {
        consent::ask(&self.connecting(connector, account)?, redirect_uri)
    }

    /// Goes on when the person is back: spends the code, stores the tokens, and finds out what there is to choose.
    /// `redirected` is the whole URL that the browser was sent to, or its query.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Security`] where flow or state are not this account's, [`ErrorKind::Forbidden`] where the person refused, and
    /// what the provider says. When what is done after the tokens are stored fails, [`Self::connect`] takes it up.
    pub async fn finish(&self, connector: &Connector, account: &Account, flow: &str, redirected: &str) -> Result<Connected, Error> {
        let context = self.connecting(connector, account)?;
        consent::finish(&context, flow, redirected).await?;
        connected(&context).await
    }

    /// Finds out what there is to choose for an account, after its token was got, where it needs one. [`Self::finish`] ends with it;
    /// accounts that are connected by their secrets begin with it, where their method has anything to choose. It also tries an account
    /// again that the provider refused before ([`ErrorKind::NeedsReauth`]).
    ///
    /// # Errors
    ///
    /// Those of any call.
    pub async fn connect(&self, connector: &Connector, account: &Account) -> Result<Connected, Error> {
        let context = self.connecting(connector, account)?;
        if auth::keeps(&context.account.method) {
            auth::pardon(&context).await?;
        }
        connected(&context).await
    }

    /// Keeps one of the options of a [`Choice`].
    ///
    /// # Errors
    ///
    /// Where there was no such option when the account was connected, and where it cannot be stored.
    pub async fn choose(&self, connector: &Connector, account: &Account, name: &str, id: &str) -> Result<(), Error> {
        let context = self.connecting(connector, account)?;
        let changed = auth::change(&context, |stored| {
            let mut entry = stored?.ok_or_else(|| Error::invalid("the account is not connected yet"))?;
            let Some(options) = entry.offered.get(name) else {
                return Err(Error::invalid(format!("there is nothing to choose for `{name}`")).with_help("connect the account first"));
            };
            let Some(option) = options.iter().find(|option| option.id == id).cloned() else {
                return Err(Error::invalid(format!("`{name}` has no such option")).with_help("connect the account again where it is new"));
            };
            take(&mut entry, name, option);
            Ok(entry)
        });
        changed.await.map(drop)
    }

    /// What there was to choose from when the account was connected, what is chosen already included. Nothing where it is not connected.
    ///
    /// # Errors
    ///
    /// Where the store cannot be read.
    pub async fn choices(&self, connector: &Connector, account: &Account) -> Result<Vec<Choice>, Error> {
        let stored = auth::stored(&self.connecting(connector, account)?).await?;
        let offered = stored.map(|entry| entry.offered).unwrap_or_default();
        Ok(offered.into_iter().map(|(name, options)| Choice { name, options }).collect())
    }

    /// What is kept of an account and is no secret, in scope as `kept.*`: from token answers, and what was chosen.
    ///
    /// # Errors
    ///
    /// Those of getting a token, where none is kept.
    pub async fn kept(&self, connector: &Connector, account: &Account) -> Result<BTreeMap<String, Value>, Error> {
        let context = self.connecting(connector, account)?;
        auth::settle(&context).await?;
        Ok(context.standing().kept.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// Ends what an account began: sends what its method has for that (a logout, a revocation), and removes what is stored of it,
    /// even where the provider cannot be reached. Says whether anything was stored: what is looked for under another id is not found.
    ///
    /// # Errors
    ///
    /// Where the store cannot remove it, or the provider refuses; the account is forgotten then, too.
    pub async fn disconnect(&self, connector: &Connector, account: &Account) -> Result<bool, Error> {
        let context = self.connecting(connector, account)?;
        if !auth::keeps(&context.account.method) {
            return Ok(false);
        }
        auth::forget(&context, async |entry| {
            let entry = std::sync::Arc::new(entry);
            context.settle(&entry)?;
            auth::release(&context, &entry.tokens).await
        })
        .await
    }

    fn connecting(&self, connector: &Connector, account: &Account) -> Result<Context, Error> {
        self.context(connector, account, &Call::native("connect"))
    }
}

/// Makes the calls that follow on consent, and keeps what needs no asking.
async fn connected(context: &Context) -> Result<Connected, Error> {
    auth::entry(context, None).await?;
    let method = &context.account.method;
    if method.choose.is_empty() {
        return Ok(Connected { choices: Vec::new(), kept: (*context.standing().kept).clone() });
    }
    let inputs = Inputs::default();
    let mut vars = resolve::vars(context, &inputs);
    let doing = Doing { context, inputs: &inputs, narrowed: &Narrowed::default(), depth: 0 };
    steps_done(doing, &method.connect, &mut vars).await.map_err(|error| error.at(context.plan(), &method.name, method.origin))?;
    let mut offered = BTreeMap::new();
    for choose in &method.choose {
        offered.insert(choose.name.clone(), options(context, choose, &vars)?);
    }
    let entry = auth::change(context, |stored| {
        let mut entry = stored?.unwrap_or_default();
        for (name, options) in &offered {
            let known = entry.kept.get(name).and_then(Value::as_str);
            // What was chosen before and is still there is not asked for again.
            let again = options.iter().find(|option| known == Some(option.id.as_str()));
            match (options.as_slice(), again) {
                ([only], _) | (_, Some(only)) => take(&mut entry, name, only.clone()),
                (_, None) => drop(entry.kept.remove(name)),
            }
        }
        entry.offered.clone_from(&offered);
        Ok(entry)
    });
    context.settle(&entry.await?)?;
    let kept = (*context.standing().kept).clone();
    let open = offered.into_iter().filter(|(name, _)| !kept.contains_key(name));
    Ok(Connected { choices: open.map(|(name, options)| Choice { name, options }).collect(), kept })
}

/// Keeps what is chosen, and what comes with it.
fn take(entry: &mut auth::Entry, name: &str, option: Choosable) {
    let Choosable { id, label: _, kept } = option;
    entry.kept.insert(name.to_owned(), Value::String(id));
    entry.kept.extend(kept);
}

/// What is kept besides of something that can be chosen.
fn besides(context: &Context, choose: &Choose, value: &Value) -> Result<BTreeMap<String, Value>, Error> {
    let wanted: Vec<(&Keep, &Expression, &Parameter)> = choose
        .keep
        .iter()
        .filter_map(|keep| match (&keep.from, &keep.shown) {
            (KeepFrom::Body(expression), Some(shown)) => Some((keep, expression, shown)),
            (KeepFrom::Body(_) | KeepFrom::Header(_) | KeepFrom::Cookie(_), _) => None,
        })
        .collect();
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let expressions: Vec<&Expression> = wanted.iter().map(|(_, expression, _)| *expression).collect();
    let over = Evaluation::over(context.programs(), &value.to_string(), &context.vars(), &expressions)?;
    let mut kept = BTreeMap::new();
    for (Keep { name, required, .. }, expression, shown) in wanted {
        match over.value(expression)?.filter(|value| !value.is_null() && value.as_str() != Some("")) {
            Some(value) => {
                let value = parameter::fits(shown, &value).map_err(|wrong| {
                    // A provider, or whoever answers in its place, must not say where credentials go.
                    let kind = if matches!(shown.r#type, Type::Url | Type::Hostname) { ErrorKind::Security } else { ErrorKind::Provider };
                    Error::new(kind, format!("`{name}` of what can be chosen for `{}` {wrong}", choose.name))
                })?;
                kept.insert(name.clone(), value);
            }
            None if *required => return Err(Error::new(ErrorKind::Map, format!("an option of `{}` has no `{name}`", choose.name))),
            None => {}
        }
    }
    Ok(kept)
}

/// What there is to choose: objects with `id` and `label`.
fn options(context: &Context, choose: &Choose, vars: &Vars) -> Result<Vec<Choosable>, Error> {
    let placed = |error: Error| error.at(context.plan(), &context.account.method.name, choose.origin);
    let found = Evaluation::over_nothing(context.programs(), vars)?.value(&choose.from).map_err(placed)?;
    let found = match found {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items,
        Some(one @ (Value::Object(_) | Value::Bool(_) | Value::Number(_) | Value::String(_))) => vec![one],
    };
    let text = |value: &Value, name: &str| match value.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let mut options: Vec<Choosable> = Vec::new();
    for value in &found {
        let id =
            text(value, "id").ok_or_else(|| placed(Error::new(ErrorKind::Map, format!("an option of `{}` has no `id`", choose.name))))?;
        if !options.iter().any(|known| known.id == id) {
            let kept = besides(context, choose, value).map_err(placed)?;
            options.push(Choosable { label: text(value, "label").unwrap_or_else(|| id.clone()), id, kept });
        }
    }
    if options.is_empty() {
        let error = Error::new(ErrorKind::Forbidden, format!("there is nothing to choose for `{}`: the account reaches none", choose.name));
        return Err(placed(error.with_help("connect with somebody who has access")));
    }
    Ok(options)
}

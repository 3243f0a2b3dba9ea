//! How customers connect: parameters, auth methods, scopes, and the hosts that requests can go to.

use connc_plan::{AuthMethod, Plan, dump};

use super::supplied::{Whose, parameters, secrets};
use super::{Diff, Place, paired, same};

pub(super) fn compare(diff: &mut Diff<'_>) {
    let (old, new) = (diff.old, diff.new);
    let customer = "accounts that are connected do not have it";
    let deployment = "deployments do not have it";
    parameters(diff, Whose { what: "account parameter", of: "", missing: customer }, &old.account, &new.account);
    parameters(diff, Whose { what: "app parameter", of: "", missing: deployment }, &old.app, &new.app);
    secrets(diff, Whose { what: "app secret", of: "", missing: deployment }, &old.app_secrets, &new.app_secrets);
    for pair in paired(&old.auth, &new.auth, |method| method.name.clone()) {
        match pair {
            (Some(old), None) => {
                diff.breaking(at(old), "it is gone", "accounts that use it must be connected again", Some(Place::Old(old.origin)));
            }
            (None, Some(new)) => diff.feature(at(new), "it is new", Some(Place::New(new.origin))),
            (Some(old), Some(new)) => method(diff, old, new, customer),
            (None, None) => {}
        }
    }
    default(diff, old, new);
    hosts(diff, old, new);
}

fn method(diff: &mut Diff<'_>, old: &AuthMethod, new: &AuthMethod, customer: &'static str) {
    let AuthMethod {
        name,
        scheme,
        parameters: given,
        secrets: held,
        app: _,
        scopes,
        authorize,
        acquire,
        refresh,
        expired,
        release,
        apply,
        sign,
        connect,
        choose,
        base_url,
        trust_account_host,
        verify,
        origin,
    } = new;
    let (at, place) = (at(new), Some(Place::New(*origin)));
    let of = format!(" of auth method `{name}`");
    parameters(diff, Whose { what: "auth parameter", of: &of, missing: customer }, &old.parameters, given);
    secrets(diff, Whose { what: "secret", of: &of, missing: customer }, &old.secrets, held);
    if old.scheme != *scheme {
        let what = format!("its scheme is `{scheme}`, it was `{}`", old.scheme);
        diff.breaking(at.as_str(), what, "accounts hold credentials of another kind", place);
    }
    for scope in scopes.iter().filter(|scope| !old.scopes.contains(scope)) {
        let why = "who connected without it must connect again to grant it";
        diff.breaking(at.as_str(), format!("it asks for the scope `{scope}` too"), why, place);
    }
    for scope in old.scopes.iter().filter(|scope| !scopes.contains(scope)) {
        diff.fix(at.as_str(), format!("it asks for the scope `{scope}` no more"), place);
    }
    match (old.trust_account_host, *trust_account_host) {
        (false, true) => {
            let security = "credentials may go to whatever host the customer names";
            diff.reaches(at.as_str(), "any host of the customer's is trusted", security, place);
        }
        (true, false) => {
            diff.breaking(at.as_str(), "the customer's host is trusted no more", "accounts with a host of their own are refused", place);
        }
        (true, true) | (false, false) => {}
    }
    if old.scheme == *scheme {
        asked(diff, at.as_str(), old, new);
        // The token request names the scopes, so it changes with them.
        let bought = same::as_data(&old.acquire, acquire) && same::as_data(&old.apply, apply);
        if old.scopes == *scopes && !(bought && same::as_data(&old.authorize, authorize)) {
            diff.fix(at.as_str(), "credentials are acquired or sent in another way", place);
        }
        if !same::as_data(&old.refresh, refresh) {
            diff.fix(at.as_str(), "tokens are renewed in another way", place);
        }
        if !(same::as_data(&old.expired, expired) && same::as_data(&old.release, release)) {
            diff.fix(at.as_str(), "tokens and sessions end in another way", place);
        }
        if !same::as_data(&old.sign, sign) {
            diff.fix(at.as_str(), "requests are signed in another way", place);
        }
        if !same::as_data(&old.connect, connect) && old.choose.is_empty() == choose.is_empty() {
            diff.fix(at.as_str(), "other calls are made after connecting", place);
        }
    }
    if !same::as_data(&old.base_url, base_url) {
        diff.fix(at.as_str(), "its base URL is another", place);
    }
    if old.verify != *verify {
        diff.fix(at.as_str(), "another call proves its credentials", place);
    }
}

/// What an account holds from the time that it was connected: who connected without it must connect again.
fn asked(diff: &mut Diff<'_>, at: &str, old: &AuthMethod, new: &AuthMethod) {
    let place = Some(Place::New(new.origin));
    match (&old.authorize, &new.authorize) {
        (None, Some(_)) => diff.breaking(at, "a person's consent is asked for", "accounts that connected without it hold no token", place),
        (Some(_), None) => {
            diff.breaking(at, "a person's consent is asked for no more", "accounts lack what buys a token instead", place);
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
    let (before, after) = (kept(old), kept(new));
    for name in after.iter().filter(|name| !before.contains(name)) {
        let why = "accounts that are connected do not hold it, and must connect again";
        diff.breaking(at, format!("`kept.{name}` is kept when connecting"), why, place);
    }
    for name in before.iter().filter(|name| !after.contains(name)) {
        diff.fix(at, format!("`kept.{name}` is kept no more"), place);
    }
    for choice in &new.choose {
        if old.choose.iter().any(|known| known.name == choice.name && !same::as_data(&known.from, &choice.from)) {
            diff.fix(at, format!("what `kept.{}` is chosen from is another", choice.name), Some(Place::New(choice.origin)));
        }
    }
}

/// The names below `kept.` that an account has had since a person connected it; what is kept of a bought token comes with the next one.
fn kept(method: &AuthMethod) -> Vec<&str> {
    let exchange = method.authorize.as_ref().map(|authorize| &authorize.exchange);
    let keeps = exchange.into_iter().flat_map(|acquire| &acquire.steps).flat_map(|step| &step.keep);
    let shown = keeps.filter(|keep| keep.shown.is_some() && keep.required).map(|keep| keep.name.as_str());
    let besides = method.choose.iter().flat_map(|choice| &choice.keep).filter(|keep| keep.required).map(|keep| keep.name.as_str());
    shown.chain(method.choose.iter().map(|choice| choice.name.as_str())).chain(besides).collect()
}

/// An account that names no method uses the first.
fn default(diff: &mut Diff<'_>, old: &Plan, new: &Plan) {
    if let (Some(before), Some(after)) = (old.auth.first(), new.auth.first())
        && before.name != after.name
        && new.auth_method(&before.name).is_some()
    {
        let what = format!("the default is `{}`, it was `{}`", after.name, before.name);
        diff.breaking("auth", what, "accounts that name no method use the default", Some(Place::New(after.origin)));
    }
}

fn hosts(diff: &mut Diff<'_>, old: &Plan, new: &Plan) {
    // What confines a host that is supplied is said of its parameter.
    let names = |plan: &Plan| -> Vec<String> {
        let hosts = dump::hosts(plan);
        hosts.iter().map(|host| host.split(" within ").next().unwrap_or_default().to_owned()).collect()
    };
    let (before, after) = (names(old), names(new));
    for host in after.iter().filter(|host| !before.contains(host)) {
        let security = "requests with credentials go where they did not go before, and firewalls may have to let them";
        diff.reaches("hosts", format!("requests can go to `{host}` too"), security, Some(Place::New(new.base_url.origin)));
    }
    for host in before.iter().filter(|host| !after.contains(host)) {
        diff.fix("hosts", format!("no request goes to `{host}` any more"), None);
    }
}

fn at(method: &AuthMethod) -> String {
    format!("auth method `{}`", method.name)
}

//! Auth methods: what is asked for, what is acquired, what goes onto each request, and how it is signed.

use super::layout::Page;
use super::{operation, steps, value};
use crate::{
    Acquire, AcquireStep, Apply, AuthMethod, Authorize, AwsSigV4, Choose, Jwt, JwtAlgorithm, Keep, KeepFrom, Place, Plan, SecretParameter,
    SecretType, Sign, Signed, Text,
};

type Rows<'a> = Vec<(&'a str, String)>;

pub(super) fn methods(page: &mut Page, plan: &Plan) {
    for (index, method) in plan.auth.iter().enumerate() {
        let AuthMethod {
            name,
            scheme,
            parameters,
            secrets,
            app,
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
        } = method;
        let default = if index == 0 && plan.auth.len() > 1 { ", the default" } else { "" };
        page.heading(&format!("auth {name}: {scheme}{default}"), Some(plan.place(*origin)));
        let mut rows: Rows<'_> = Vec::new();
        rows.extend(value::parameters(parameters).into_iter().map(|(name, text)| ("parameter", format!("{name}: {text}"))));
        rows.extend(secrets.iter().map(secret).map(|(name, text)| ("secret", format!("{name}: {text}"))));
        if !app.is_empty() {
            rows.push(("app", app.join(", ")));
        }
        if !scopes.is_empty() {
            rows.push(("scopes", scopes.join(" ")));
        }
        if *trust_account_host {
            rows.push(("trust", "the host is the customer's to choose, and nothing confines it".to_owned()));
        }
        rows.extend(base_url.as_ref().map(|base| ("base", base.to_string())));
        rows.extend(verify.clone().map(|verify| ("verify", verify)));
        if let Some(authorize) = authorize {
            consent(&mut rows, authorize);
        }
        if let Some(acquire) = acquire {
            acquired(&mut rows, "token", acquire);
        }
        if let Some(refresh) = refresh {
            acquired(&mut rows, "renew", refresh);
        }
        rows.extend(expired.as_ref().map(|expired| ("expired", format!("if {}", expired.source))));
        rows.extend(release.iter().map(|step| ("release", sent(step))));
        rows.extend(apply.iter().map(|apply| ("send", applied(apply))));
        if let Some(sign) = sign {
            signed(&mut rows, sign);
        }
        rows.extend(connect.iter().map(|step| ("connect", steps::step_text(step))));
        for Choose { name, from, keep, origin: _ } in choose {
            rows.push(("choose", format!("kept.{name} of {}", from.source)));
            rows.extend(keep.iter().map(|keep| ("with it", kept(keep))));
        }
        page.rows(1, &rows);
    }
}

fn consent(rows: &mut Rows<'_>, authorize: &Authorize) {
    let Authorize { url, query, pkce, exchange } = authorize;
    let proof = if *pkce { "with a proof key, S256" } else { "without a proof key" };
    rows.push(("consent", format!("{url}\n{}\n{proof}", operation::block("query", &value::pairs(query)))));
    acquired(rows, "exchange", exchange);
}

fn acquired<'a>(rows: &mut Rows<'a>, label: &'a str, acquire: &Acquire) {
    let Acquire { steps, expires_in, expires_at, error_code, error_message, needs_reauth, origin: _ } = acquire;
    for step in steps {
        rows.push((label, sent(step)));
        rows.extend(step.keep.iter().map(|keep| ("keep", kept(keep))));
    }
    let mut expires = Vec::new();
    expires.extend(expires_in.as_ref().map(|expires| format!("{} seconds", expires.source)));
    expires.extend(expires_at.as_ref().map(|expires| format!("at {}", expires.source)));
    rows.push(("expires", if expires.is_empty() { "when it is refused".to_owned() } else { expires.join(", or ") }));
    let codes = if needs_reauth.is_empty() { String::new() } else { format!("; {} asks for a new connection", needs_reauth.join(" or ")) };
    rows.push(("errors", format!("code {}, message {}{codes}", error_code.source, error_message.source)));
}

fn sent(step: &AcquireStep) -> String {
    let AcquireStep { request, jwt, keep: _ } = step;
    let mut text = operation::request(request);
    if let Some(jwt) = jwt {
        text.push('\n');
        text.push_str(&operation::block("jwt", &assertion(jwt)));
    }
    text
}

fn assertion(jwt: &Jwt) -> String {
    let Jwt { alg, key, header, claims, more, ttl, backdated, jti, origin: _ } = jwt;
    let alg = match alg {
        JwtAlgorithm::RS256 => "RS256",
        JwtAlgorithm::ES256 => "ES256",
        JwtAlgorithm::HS256 => "HS256",
    };
    let mut lines = vec![format!("{alg} with {key}")];
    lines.extend(header.iter().map(|(name, value)| format!("header {name} = {value}")));
    lines.extend(claims.iter().map(|(name, value)| format!("{name} = {value}")));
    lines.extend(more.iter().map(|(name, data)| format!("{name} = {}", value::data(data))));
    lines.push(if *backdated == 0 { "iat = now".to_owned() } else { format!("iat = {backdated} seconds ago") });
    lines.push(format!("exp = iat + {ttl} seconds"));
    lines.extend(jti.then(|| "jti = fresh".to_owned()));
    lines.join("\n")
}

fn kept(keep: &Keep) -> String {
    let Keep { name, from, required, shown } = keep;
    let from = match from {
        KeepFrom::Body(expression) => expression.source.clone(),
        KeepFrom::Header(header) => format!("header {header}"),
        KeepFrom::Cookie(cookie) => format!("cookie {cookie}"),
    };
    let there = if *required { "" } else { ", if there" };
    match shown {
        None => format!("token.{name} = {from}{there}"),
        Some(parameter) => {
            let within = if parameter.within.is_empty() { String::new() } else { format!(" within {}", parameter.within.join(" or ")) };
            format!("kept.{name} = {from}: {}{within}{there}", parameter.r#type.name())
        }
    }
}

fn applied(apply: &Apply) -> String {
    let Apply { place, value, on } = apply;
    let on: Vec<&str> = on.iter().map(|method| method.name()).collect();
    let on = if on.is_empty() { String::new() } else { format!(" on {}", on.join(", ")) };
    format!("{}: {value}{on}", placed(place))
}

fn placed(place: &Place) -> String {
    let (place, name) = match place {
        Place::Header(name) => ("header", name),
        Place::Query(name) => ("query", name),
        Place::Cookie(name) => ("cookie", name),
    };
    format!("{place} {name}")
}

fn signed(rows: &mut Rows<'_>, sign: &Sign) {
    match sign {
        Sign::Expressions(list) => {
            rows.extend(list.iter().map(|Signed { place, value }| ("sign", format!("{}: {}", placed(place), value.source))));
        }
        Sign::AwsSigV4(AwsSigV4 { access_key_id, secret_access_key, session_token, region, service, origin: _ }) => {
            let session = session_token.as_ref().map(|token: &Text| format!(", session {token}")).unwrap_or_default();
            rows.push(("sign", format!("AWS Signature Version 4 for {service} in {region}")));
            rows.push(("", format!("key {access_key_id} with {secret_access_key}{session}")));
        }
    }
}

pub(super) fn secret(secret: &SecretParameter) -> (&str, String) {
    let kind = match secret.r#type {
        SecretType::String => "text",
        SecretType::Json => "JSON",
        SecretType::Pem => "PEM",
    };
    let description = secret.description.as_deref().map(|text| format!(", {text}")).unwrap_or_default();
    (secret.name.as_str(), format!("{kind}{description}"))
}

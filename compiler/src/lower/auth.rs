//! Auth methods.

use connc_plan as plan;

use super::Lowering;
use crate::auth::{Acquire, Apply, Method, Parts};
use crate::source::Span;

impl Lowering<'_> {
    pub(super) fn auth(&self, method: &Method) -> plan::AuthMethod {
        let Method { name, scheme, parameters, secrets, base_url, trust_account_host, verify, parts, incomplete: _ } = method;
        let Parts { acquire, apply, scopes } = parts;
        plan::AuthMethod {
            name: name.value.clone(),
            scheme: (*scheme).to_owned(),
            parameters: parameters.iter().map(|parameter| parameter.lower(self.origin(parameter.name.span))).collect(),
            secrets: secrets.iter().map(|secret| secret.lower(self.origin(secret.name.span))).collect(),
            scopes: scopes.iter().map(|scope| scope.value.clone()).collect(),
            authorize: None,
            acquire: acquire.as_ref().map(|acquire| self.acquire(acquire)),
            refresh: None,
            expired: None,
            release: Vec::new(),
            apply: apply
                .iter()
                .map(|Apply { place, value }| plan::Apply { place: place.clone(), value: self.text(value), on: Vec::new() })
                .collect(),
            sign: None,
            connect: Vec::new(),
            choose: Vec::new(),
            base_url: base_url.as_ref().map(|base_url| self.text(base_url)),
            trust_account_host: *trust_account_host,
            verify: verify.as_ref().map(|verify| verify.value.clone()),
            origin: self.origin(name.span),
        }
    }

    fn acquire(&self, acquire: &Acquire) -> plan::Acquire {
        let Acquire { url, headers, form, keep: kept, expires_in, span } = acquire;
        let request = plan::Request {
            method: plan::Method::Post,
            url: self.text(url),
            query: Vec::new(),
            headers: self.texts(headers),
            lists: Vec::new(),
            compression: None,
            body: plan::Body::Form(self.texts(form)),
            answer: plan::Answer::Json,
            // Asking for a token twice gives two tokens, and either works.
            idempotent: true,
            idempotency_header: None,
            origin: self.origin(*span),
        };
        let keep = |(name, from): &(&str, &str)| plan::Keep {
            name: (*name).to_owned(),
            from: plan::KeepFrom::Body(self.made(from, *span)),
            required: true,
            shown: None,
        };
        plan::Acquire {
            steps: vec![plan::AcquireStep { request, jwt: None, keep: kept.iter().map(keep).collect() }],
            expires_in: Some(self.made(expires_in, *span)),
            expires_at: None,
            // RFC 6749, section 5.2.
            error_code: self.made("error", *span),
            error_message: self.made("error_description", *span),
            needs_reauth: vec!["invalid_grant".to_owned()],
            origin: self.origin(*span),
        }
    }

    /// An expression that the compiler writes.
    pub(super) fn made(&self, source: &str, span: Span) -> plan::Expression {
        plan::Expression { source: source.to_owned(), origin: self.origin(span) }
    }
}

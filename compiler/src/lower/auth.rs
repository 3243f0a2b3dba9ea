//! Auth methods.

use connc_plan as plan;

use super::Lowering;
use crate::auth::{
    Acquire, Apply, Authorize, AwsSigV4, Body, Choose, Connect, Formula, Jwt, Keep, KeepFrom, Method, Parts, Request, Sign, Signed, Step,
    Tree,
};
use crate::source::Span;

impl Lowering<'_> {
    pub(super) fn auth(&self, method: &Method) -> plan::AuthMethod {
        let Method { name, scheme, parameters, secrets, base_url, trust_account_host, verify, connect, choose, parts, incomplete: _ } =
            method;
        let Parts { authorize, acquire, refresh, expired, release, apply, sign, scopes } = parts;
        plan::AuthMethod {
            name: name.value.clone(),
            scheme: (*scheme).to_owned(),
            parameters: parameters.iter().map(|parameter| parameter.lower(self.origin(parameter.name.span))).collect(),
            secrets: secrets.iter().map(|secret| secret.lower(self.origin(secret.name.span))).collect(),
            app: crate::check::of_the_deployment(parts),
            scopes: scopes.iter().map(|scope| scope.value.clone()).collect(),
            authorize: authorize.as_ref().map(|authorize| self.authorize(authorize)),
            acquire: acquire.as_ref().map(|acquire| self.acquire(acquire)),
            refresh: refresh.as_ref().map(|refresh| self.acquire(refresh)),
            expired: expired.as_ref().map(|expired| self.expression(expired)),
            release: release.iter().map(|step| self.released(step, apply)).collect(),
            apply: apply
                .iter()
                .map(|Apply { place, value, on }| plan::Apply { place: place.clone(), value: self.text(value), on: on.clone() })
                .collect(),
            sign: sign.as_ref().map(|sign| self.sign(sign)),
            connect: connect.iter().map(|connect| self.connect(connect)).collect(),
            choose: choose
                .iter()
                .map(|Choose { name, from, keep }| plan::Choose {
                    name: name.value.clone(),
                    from: self.expression(from),
                    keep: keep.iter().map(|keep| self.keep(keep)).collect(),
                    origin: self.origin(name.span),
                })
                .collect(),
            base_url: base_url.as_ref().map(|base_url| self.text(base_url)),
            trust_account_host: *trust_account_host,
            verify: verify.as_ref().map(|verify| verify.value.clone()),
            origin: self.origin(name.span),
        }
    }

    /// RFC 6749, sections 4.1.1 and 4.1.3, with the proof key of RFC 7636. The flow's own names exist here alone.
    fn authorize(&self, authorize: &Authorize) -> plan::Authorize {
        let Authorize { url, client_id, scope, params, pkce, exchange } = authorize;
        let origin = self.origin(url.span);
        let field = |name: &str, value: plan::Text| (name.to_owned(), value);
        let literal = |text: &str| plan::Text::literal(text, origin);
        let flow = |name: &str| plan::Text {
            segments: vec![plan::Segment::Value(plan::Reference { path: vec!["flow".to_owned(), name.to_owned()], filters: Vec::new() })],
            origin,
        };
        let mut query = vec![
            field("response_type", literal("code")),
            field("client_id", self.text(client_id)),
            field("redirect_uri", flow("redirect_uri")),
        ];
        query.extend(scope.iter().map(|scope| field("scope", literal(scope))));
        query.push(field("state", flow("state")));
        let mut bought = vec![
            field("grant_type", literal("authorization_code")),
            field("code", flow("code")),
            field("redirect_uri", flow("redirect_uri")),
        ];
        if *pkce {
            query.extend([field("code_challenge", flow("code_challenge")), field("code_challenge_method", literal("S256"))]);
            bought.push(field("code_verifier", flow("code_verifier")));
        }
        query.extend(self.texts(params));
        let mut exchange = self.acquire(exchange);
        if let Some(plan::Body::Form(fields)) = exchange.steps.first_mut().map(|step| &mut step.request.body) {
            fields.splice(0..0, bought);
        }
        plan::Authorize { url: self.text(url), query, pkce: *pkce, exchange }
    }

    /// A request that ends a session carries what every other carries, written out.
    fn released(&self, step: &Step, apply: &[Apply]) -> plan::AcquireStep {
        let mut lowered = self.acquire_step(step);
        let request = &mut lowered.request;
        let mut cookies = plan::Text { segments: Vec::new(), origin: request.origin };
        for Apply { place, value, on } in apply.iter().filter(|_| step.request.applied) {
            if !on.is_empty() && !on.contains(&request.method) {
                continue;
            }
            match place {
                plan::Place::Header(name) if request.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)) => {}
                plan::Place::Header(name) => request.headers.push((name.clone(), self.text(value))),
                plan::Place::Query(name) => request.query.push((name.clone(), self.text(value))),
                plan::Place::Cookie(name) => {
                    let between = if cookies.segments.is_empty() { "" } else { "; " };
                    cookies.segments.push(plan::Segment::Literal(format!("{between}{name}=")));
                    cookies.segments.extend(self.text(value).segments);
                }
            }
        }
        if !cookies.segments.is_empty() {
            request.headers.push(("Cookie".to_owned(), cookies));
        }
        lowered
    }

    fn sign(&self, sign: &Sign) -> plan::Sign {
        match sign {
            Sign::Expressions(list) => plan::Sign::Expressions(
                list.iter().map(|Signed { place, value }| plan::Signed { place: place.clone(), value: self.expression(value) }).collect(),
            ),
            Sign::AwsSigV4(aws) => {
                let AwsSigV4 { access_key_id, secret_access_key, session_token, region, service, span } = aws.as_ref();
                plan::Sign::AwsSigV4(plan::AwsSigV4 {
                    access_key_id: self.text(access_key_id),
                    secret_access_key: self.text(secret_access_key),
                    session_token: session_token.as_ref().map(|token| self.text(token)),
                    region: self.text(region),
                    service: self.text(service),
                    origin: self.origin(*span),
                })
            }
        }
    }

    fn connect(&self, connect: &Connect) -> plan::Step {
        let Connect { call, name } = connect;
        let call_of = plan::Call { operation: call.value.clone(), id: None, parent: None, input: Vec::new(), select: None };
        plan::Step {
            action: plan::Action::Call(call_of),
            when: None,
            bind: Some(name.value.clone()),
            for_each: None,
            each: None,
            origin: self.origin(call.span),
        }
    }

    fn acquire(&self, acquire: &Acquire) -> plan::Acquire {
        let Acquire { steps, expires_in, expires_at, lifetime, error_code, error_message, needs_reauth, span } = acquire;
        let expires_in = expires_in.as_ref().map(|formula| {
            let expression = self.formula(formula);
            // What the answer says is asked first; the number stands in where it says nothing.
            let source =
                lifetime.map_or_else(|| expression.source.clone(), |seconds| format!("$default({}, {seconds})", expression.source));
            plan::Expression { source, ..expression }
        });
        plan::Acquire {
            steps: steps.iter().map(|step| self.acquire_step(step)).collect(),
            expires_in,
            expires_at: expires_at.as_ref().map(|formula| self.formula(formula)),
            error_code: self.formula(error_code),
            error_message: self.formula(error_message),
            needs_reauth: needs_reauth.clone(),
            origin: self.origin(*span),
        }
    }

    fn acquire_step(&self, step: &Step) -> plan::AcquireStep {
        let Step { request, jwt, keep } = step;
        let Request { method, url, query, headers, body, repeatable, applied: _, span } = request;
        // A login that gives a cookie alone may answer with a page, or with nothing.
        let reads_body = keep.iter().any(|keep| matches!(keep.from, KeepFrom::Body(_)));
        let request = plan::Request {
            method: *method,
            url: self.text(url),
            query: self.texts(query),
            headers: self.texts(headers),
            lists: Vec::new(),
            compression: None,
            body: match body {
                Body::None => plan::Body::None,
                Body::Form(form) => plan::Body::Form(self.texts(form)),
                Body::Json(tree) => plan::Body::Json(self.tree(tree)),
            },
            answer: if reads_body { plan::Answer::Json } else { plan::Answer::None },
            idempotent: *repeatable,
            idempotency_header: None,
            origin: self.origin(*span),
        };
        plan::AcquireStep { request, jwt: jwt.as_ref().map(|jwt| self.jwt(jwt)), keep: keep.iter().map(|keep| self.keep(keep)).collect() }
    }

    fn tree(&self, tree: &Tree) -> plan::Data {
        match tree {
            Tree::Const(value) => plan::Data::Const(value.clone()),
            Tree::Text(text) => plan::Data::Text(self.text(text)),
            Tree::Expression(expression) => plan::Data::Expression(self.expression(expression)),
            Tree::Object(members) => plan::Data::Object(members.iter().map(|(name, value)| (name.clone(), self.tree(value))).collect()),
            Tree::List(items) => plan::Data::List(items.iter().map(|item| self.tree(item)).collect()),
        }
    }

    fn jwt(&self, jwt: &Jwt) -> plan::Jwt {
        let Jwt { alg, key, header, claims, more, ttl, backdated, jti, span } = jwt;
        plan::Jwt {
            alg: *alg,
            key: self.text(key),
            header: self.texts(header),
            claims: self.texts(claims),
            more: more.iter().map(|(name, value)| (name.clone(), self.tree(value))).collect(),
            ttl: *ttl,
            backdated: *backdated,
            jti: *jti,
            origin: self.origin(*span),
        }
    }

    fn keep(&self, keep: &Keep) -> plan::Keep {
        let Keep { name, from, required, shown } = keep;
        let from = match from {
            KeepFrom::Body(formula) => plan::KeepFrom::Body(self.formula(formula)),
            KeepFrom::Header(name) => plan::KeepFrom::Header(name.clone()),
            KeepFrom::Cookie(name) => plan::KeepFrom::Cookie(name.clone()),
        };
        let shown = shown.as_ref().map(|parameter| parameter.lower(self.origin(parameter.name.span)));
        plan::Keep { name: name.value.clone(), from, required: *required, shown }
    }

    fn formula(&self, formula: &Formula) -> plan::Expression {
        match formula {
            Formula::Written(expression) => self.expression(expression),
            Formula::Made(source, span) => self.made(source, *span),
        }
    }

    /// An expression that the compiler writes.
    pub(super) fn made(&self, source: &str, span: Span) -> plan::Expression {
        plan::Expression { source: source.to_owned(), origin: self.origin(span) }
    }
}

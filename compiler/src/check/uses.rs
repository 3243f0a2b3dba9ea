//! Every template and expression of a spec, with where it stands: the one walk that the checks share.

use connc_plan as plan;

use crate::auth::{self, Acquire, Choose, Formula, Jwt, KeepFrom, Method, Parts, Sign, Signed, Step as TokenStep, Tree};
use crate::lang::{DataPlace, Expression, Template, TextPlace};
use crate::pagination::Next;
use crate::shape::Parameter;
use crate::source::Spanned;
use crate::spec::{Action, Body, Compound, Connector, FieldValue, MapResource, Operation, Records, Step, StepCall};

/// A template and where it stands.
pub(super) struct TextUse<'a> {
    pub(super) place: TextPlace,
    pub(super) template: &'a Template,
    pub(super) owner: Owner<'a>,
}

/// An expression and where it stands.
pub(super) struct DataUse<'a> {
    pub(super) place: DataPlace,
    pub(super) expression: &'a Expression,
    pub(super) owner: Owner<'a>,
    /// The names that steps before it bind.
    pub(super) names: Vec<&'a Spanned<String>>,
}

/// What a template or expression belongs to.
#[derive(Clone, Copy, Debug)]
pub enum Owner<'a> {
    /// The connector itself.
    Connector,
    /// An auth method.
    Method(&'a Method),
    /// An operation.
    Operation(&'a Operation),
    /// An operation made of steps.
    Compound(&'a Compound),
    /// A mapped resource, with the model's name.
    Map(&'a str, &'a MapResource),
}

pub(super) fn texts(spec: &Connector) -> Vec<TextUse<'_>> {
    let mut uses = Vec::new();
    let mut add = |place, template, owner| uses.push(TextUse { place, template, owner });
    add(TextPlace::BaseUrl, &spec.base_url, Owner::Connector);
    if let Some(graphql) = &spec.graphql {
        add(TextPlace::BaseUrl, &graphql.endpoint, Owner::Connector);
    }
    for (_, template) in &spec.headers {
        add(TextPlace::SharedHeader, template, Owner::Connector);
    }
    for method in &spec.auth {
        let owner = Owner::Method(method);
        if let Some(template) = &method.base_url {
            add(TextPlace::BaseUrl, template, owner);
        }
        for apply in &method.parts.apply {
            add(TextPlace::Auth, &apply.value, owner);
        }
        for (place, template) in credentials(&method.parts) {
            add(place, template, owner);
        }
        if let Some(Sign::AwsSigV4(aws)) = &method.parts.sign {
            for template in aws.templates() {
                add(TextPlace::Auth, template, owner);
            }
        }
    }
    for operation in &spec.operations {
        for template in operation_texts(operation) {
            add(TextPlace::Request, template, Owner::Operation(operation));
        }
    }
    for (model, resource) in mapped(spec) {
        for filter in &resource.filters.list {
            for template in filter.templates() {
                add(TextPlace::Filter, template, Owner::Map(model, resource));
            }
        }
    }
    uses
}

/// The templates of what asks for, gets, renews and ends a token.
fn credentials(parts: &Parts) -> Vec<(TextPlace, &Template)> {
    let mut found = Vec::new();
    if let Some(authorize) = &parts.authorize {
        let params = authorize.params.iter().map(|(_, template)| template);
        found.extend([&authorize.url, &authorize.client_id].into_iter().chain(params).map(|template| (TextPlace::Authorize, template)));
    }
    let bought = parts.authorize.iter().map(|authorize| &authorize.exchange).chain(&parts.acquire).flat_map(|acquire| &acquire.steps);
    let renewed = parts.refresh.iter().flat_map(|refresh| &refresh.steps).chain(&parts.release);
    let steps = bought.map(|step| (TextPlace::TokenRequest, step)).chain(renewed.map(|step| (TextPlace::Renewal, step)));
    for (place, TokenStep { request, jwt, keep: _ }) in steps {
        found.extend(request.templates().map(|template| (place, template)));
        found.extend(jwt.iter().flat_map(Jwt::templates).map(|template| (TextPlace::Assertion, template)));
    }
    found
}

/// What the method reads of the deployment: `client_id`, `secret.client_secret`.
#[must_use]
pub fn of_the_deployment(parts: &Parts) -> Vec<String> {
    let references = credentials(parts).into_iter().flat_map(|(_, template)| template.references());
    let names = references.filter_map(|reference| match reference.path.as_slice() {
        [app, name @ ..] if app == "app" && !name.is_empty() => Some(name.join(".")),
        _ => None,
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.dedup();
    names
}

pub(super) fn data(spec: &Connector) -> Vec<DataUse<'_>> {
    let mut uses = Vec::new();
    for compound in &spec.compounds {
        steps(&compound.steps, DataPlace::Step, Owner::Compound(compound), &mut uses);
    }
    for (model, resource) in mapped(spec) {
        for (_, verb) in &resource.verbs {
            steps(&verb.steps, DataPlace::Verb, Owner::Map(model, resource), &mut uses);
        }
    }
    let mut add = |place, expression, owner| uses.push(DataUse { place, expression, owner, names: Vec::new() });
    let errors = &spec.errors;
    for expression in [&errors.when, &errors.code, &errors.message].into_iter().flatten().chain(errors.kinds.iter().map(|(_, when)| when)) {
        add(DataPlace::Error, expression, Owner::Connector);
    }
    for method in &spec.auth {
        for expression in answers(&method.parts) {
            add(DataPlace::Token, expression, Owner::Method(method));
        }
        let owner = Owner::Method(method);
        if let Some(expired) = &method.parts.expired {
            add(DataPlace::Expired, expired, owner);
        }
        for expression in token_bodies(&method.parts) {
            add(DataPlace::TokenBody, expression, owner);
        }
        for signed in signatures(&method.parts) {
            add(DataPlace::Sign, &signed.value, owner);
        }
    }
    for expression in spec.rate_limit.iter().flat_map(crate::spec::Window::expressions) {
        add(DataPlace::Error, expression, Owner::Connector);
    }
    for operation in &spec.operations {
        let owner = Owner::Operation(operation);
        for expression in operation_body(operation) {
            add(DataPlace::Body, expression, owner);
        }
        for (place, expression) in answer_expressions(operation) {
            add(place, expression, owner);
        }
    }
    for (model, resource) in mapped(spec) {
        let owner = Owner::Map(model, resource);
        for field in &resource.fields {
            match &field.value {
                FieldValue::Expression(expression) => add(DataPlace::Field, expression, owner),
                FieldValue::Enum(translation) => add(DataPlace::Field, &translation.from, owner),
                FieldValue::Const(_) | FieldValue::Unavailable(_) => {}
            }
        }
    }
    for method in &spec.auth {
        let owner = Owner::Method(method);
        let names: Vec<&Spanned<String>> = method.connect.iter().map(|connect| &connect.name).collect();
        let choices = method.choose.iter().map(|choice| &choice.from);
        uses.extend(choices.map(|expression| DataUse { place: DataPlace::Choose, expression, owner, names: names.clone() }));
        let kept = method.choose.iter().flat_map(Choose::kept);
        uses.extend(kept.map(|expression| DataUse { place: DataPlace::Choose, expression, owner, names: Vec::new() }));
    }
    uses
}

/// The expressions in JSON bodies of requests that get or end a token.
pub(super) fn token_bodies(parts: &Parts) -> Vec<&Expression> {
    let steps = parts.acquires().flat_map(|acquire| &acquire.steps).chain(&parts.release);
    let trees = steps.filter_map(|step| match &step.request.body {
        auth::Body::Json(tree) => Some(tree),
        auth::Body::None | auth::Body::Form(_) => None,
    });
    trees.flat_map(Tree::expressions).collect()
}

/// What is computed over requests.
pub(super) fn signatures(parts: &Parts) -> &[Signed] {
    match &parts.sign {
        Some(Sign::Expressions(signed)) => signed,
        Some(Sign::AwsSigV4(_)) | None => &[],
    }
}

/// What an author says of the answers of token endpoints.
pub(super) fn answers(parts: &Parts) -> Vec<&Expression> {
    let mut found = Vec::new();
    for acquire in parts.acquires() {
        let Acquire { steps, expires_in, expires_at, lifetime: _, error_code, error_message, needs_reauth: _, span: _ } = acquire;
        let kept = steps.iter().flat_map(|step| &step.keep).filter_map(|keep| match &keep.from {
            KeepFrom::Body(formula) => Some(formula),
            KeepFrom::Header(_) | KeepFrom::Cookie(_) => None,
        });
        let formulas = kept.chain(expires_in).chain(expires_at).chain([error_code, error_message]);
        found.extend(formulas.filter_map(Formula::written));
    }
    found
}

/// The expressions of steps, each with the names that it sees.
fn steps<'a>(steps: &'a [Step], place: DataPlace, owner: Owner<'a>, uses: &mut Vec<DataUse<'a>>) {
    let mut before: Vec<&Spanned<String>> = Vec::new();
    for step in steps {
        for (expression, sees_own) in step.expressions() {
            let mut names = before.clone();
            names.extend(step.own_names().filter(|_| sees_own));
            // Names of one `let` see those above them.
            if let Action::Let(bound) = &step.action {
                let above = bound.iter().take_while(|(_, data)| !data.expressions().iter().any(|other| other.span() == expression.span()));
                names.extend(above.map(|(name, _)| name));
            }
            uses.push(DataUse { place, expression, owner, names });
        }
        before.extend(step.binds());
    }
}

/// Every call of the spec's own operations, with the steps that it is one of.
pub(super) fn calls(spec: &Connector) -> impl Iterator<Item = &StepCall> {
    let verbs = mapped(spec).flat_map(|(_, resource)| resource.verbs.iter().flat_map(|(_, verb)| &verb.steps));
    verbs.chain(spec.compounds.iter().flat_map(|compound| &compound.steps)).flat_map(Step::calls)
}

/// The mapped resources with their models.
pub(super) fn mapped(spec: &Connector) -> impl Iterator<Item = (&str, &MapResource)> {
    spec.maps.iter().flat_map(|file| file.resources.iter().map(|resource| (file.model.value.as_str(), resource)))
}

/// What can be called: an operation of one request, or one made of steps.
#[derive(Clone, Copy, Debug)]
pub enum Callee<'a> {
    /// An operation of one request.
    Operation(&'a Operation),
    /// An operation made of steps.
    Compound(&'a Compound),
}

/// What an operation comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// A list.
    List,
    /// One record.
    One,
    /// Nothing.
    Nothing,
}

impl<'a> Callee<'a> {
    /// The operation with this coordinate.
    #[must_use]
    pub fn find(spec: &'a Connector, name: &str) -> Option<Self> {
        spec.operation(name).map(Self::Operation).or_else(|| spec.compound(name).map(Self::Compound))
    }

    /// Its coordinate.
    #[must_use]
    pub fn name(self) -> &'a Spanned<String> {
        match self {
            Self::Operation(operation) => &operation.name,
            Self::Compound(compound) => &compound.name,
        }
    }

    /// What a caller may give.
    #[must_use]
    pub fn input(self) -> &'a [Parameter] {
        match self {
            Self::Operation(operation) => &operation.input,
            Self::Compound(compound) => &compound.input,
        }
    }

    /// Whether it reads `root` (`id` or `parent`) of its call.
    #[must_use]
    pub fn takes(self, root: &str) -> bool {
        match self {
            Self::Operation(operation) => takes(operation, root),
            Self::Compound(compound) => {
                let expressions = compound.steps.iter().flat_map(Step::expressions);
                expressions.into_iter().any(|(expression, _)| expression.free_names().iter().any(|name| name.name == root))
            }
        }
    }

    /// What it comes to. An operation that calls itself, which is a mistake of its own, comes to nothing.
    #[must_use]
    pub fn gives(self, spec: &'a Connector) -> Gives {
        match self.end(spec) {
            Some((Self::Operation(operation), _)) => match operation.records {
                Records::Items { .. } => Gives::List,
                Records::Item { .. } | Records::Whole => Gives::One,
                Records::None => Gives::Nothing,
            },
            Some((Self::Compound(_), _)) => Gives::One,
            None => Gives::Nothing,
        }
    }

    /// The operation of one request whose records it gives, and whether it is made of steps that go through parents.
    #[must_use]
    pub fn source(self, spec: &'a Connector) -> Option<(&'a Operation, bool)> {
        match self.end(spec)? {
            (Self::Operation(operation), each) => Some((operation, each)),
            (Self::Compound(_), _) => None,
        }
    }

    /// What the records come from in the end: an operation of one request, or steps that put one together.
    #[must_use]
    pub fn end(self, spec: &'a Connector) -> Option<(Self, bool)> {
        let (mut here, mut each) = (self, false);
        for _ in 0..=spec.compounds.len() {
            match here {
                Self::Operation(_) => return Some((here, each)),
                Self::Compound(compound) => {
                    let last = compound.steps.last()?;
                    if last.given().is_some() {
                        return Some((here, each));
                    }
                    each |= last.each.is_some();
                    here = Self::find(spec, &result(last)?.call)?;
                }
            }
        }
        None
    }
}

/// What steps come to; none where the last one calls and gives nothing that is known.
#[must_use]
pub fn outcome(spec: &Connector, steps: &[Step]) -> Option<Gives> {
    let last = steps.last()?;
    if last.given().is_some() {
        return Some(Gives::One);
    }
    Some(Callee::find(spec, &result(last)?.call)?.gives(spec))
}

/// The call whose result is that of the whole.
#[must_use]
pub fn result(last: &Step) -> Option<&StepCall> {
    last.own_call().filter(|_| last.for_each.is_none())
}

/// Whether an operation of one request reads `root` (`id` or `parent`) of its call.
fn takes(operation: &Operation, root: &str) -> bool {
    let in_text = operation_texts(operation)
        .iter()
        .any(|template| template.references().iter().any(|reference| reference.path.first().is_some_and(|first| first == root)));
    let over_answers = answer_expressions(operation).into_iter().map(|(_, expression)| expression);
    let mut read = operation_body(operation).into_iter().chain(over_answers);
    in_text || read.any(|expression| expression.free_names().iter().any(|name| name.name == root))
}

/// What an operation reads of its answers: which records are kept, how the list goes on, where a file is.
fn answer_expressions(operation: &Operation) -> Vec<(DataPlace, &Expression)> {
    let mut found = Vec::new();
    if let Records::Items { keep_if: Some(keep_if), .. } | Records::Item { keep_if: Some(keep_if), .. } = &operation.records {
        found.push((DataPlace::RawRecord, keep_if));
    }
    if let Some(fetch) = operation.download.as_ref().and_then(|download| download.fetch.as_ref()) {
        found.push((DataPlace::RawRecord, fetch));
    }
    let Some(paginate) = &operation.paginate else { return found };
    match &paginate.next {
        Next::Answer(next) => found.push((DataPlace::Answer, next)),
        Next::LastItem(next) => found.push((DataPlace::RawRecord, next)),
        Next::Made(_) | Next::Link(_) | Next::Counter { .. } => {}
    }
    found.extend(paginate.until.iter().chain(&paginate.total).map(|expression| (DataPlace::Answer, expression)));
    found
}

/// The templates of an operation's request.
pub(super) fn operation_texts(operation: &Operation) -> Vec<&Template> {
    let request = &operation.request;
    let form = match &request.body {
        Body::Form(fields) => fields.as_slice(),
        Body::None | Body::Json(_) | Body::FormData(..) | Body::Multipart(_) | Body::Raw { .. } | Body::Graphql { .. } => &[],
    };
    let raw = match &request.body {
        Body::Raw { content_type, .. } => Some(content_type),
        Body::None | Body::Json(_) | Body::Form(_) | Body::FormData(..) | Body::Multipart(_) | Body::Graphql { .. } => None,
    };
    let named = request.query.iter().chain(&request.headers).chain(form).map(|(_, template)| template);
    request.url.iter().chain(named).chain(raw).collect()
}

pub(super) fn operation_body(operation: &Operation) -> Vec<&Expression> {
    match &operation.request.body {
        Body::None | Body::Form(_) => Vec::new(),
        Body::Json(data) | Body::FormData(data, _) | Body::Raw { content: data, .. } => data.expressions(),
        Body::Multipart(parts) => parts.iter().flat_map(|(_, value)| value.expressions()).collect(),
        Body::Graphql { variables, .. } => variables.iter().flat_map(|(_, value)| value.expressions()).collect(),
    }
}

/// The verbs that a resource has without being written out, with the operations that serve them.
pub(super) fn implied<'a>(spec: &'a Connector, resource: &MapResource) -> Vec<(plan::Verb, Callee<'a>)> {
    [plan::Verb::List, plan::Verb::Get]
        .into_iter()
        .filter(|verb| !resource.verbs.iter().any(|(written, _)| written.value == *verb))
        .filter_map(|verb| Some((verb, Callee::find(spec, &format!("{}.{}", resource.from.value, verb.name()))?)))
        .collect()
}

//! Which names exist where: the one table, published in the reference.

/// Where a template stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextPlace {
    /// A base URL.
    BaseUrl,
    /// A header that every request carries.
    SharedHeader,
    /// The URL, a query value, a header or a form field of an operation.
    Request,
    /// What an auth method puts on requests.
    Auth,
    /// The URL where a person consents, and its parameters.
    Authorize,
    /// What is sent to get a token.
    TokenRequest,
    /// What is signed to get a token.
    Assertion,
    /// What is sent to renew or end a token.
    Renewal,
    /// A unified filter.
    Filter,
}

/// Where an expression stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataPlace {
    /// A body or GraphQL variables of an operation.
    Body,
    /// Something over any answer of the provider: what is an error, and what it says.
    Error,
    /// Something over the answer of a token endpoint.
    Token,
    /// Whether an answer says that a token has ended.
    Expired,
    /// The JSON body of a request that gets a token.
    TokenBody,
    /// What can be chosen after connecting.
    Choose,
    /// What is computed over a request.
    Sign,
    /// Something over an operation's answer: the next token, a stop condition.
    Answer,
    /// Something over one raw record: `keep_if`, a keyset's `next`.
    RawRecord,
    /// A field of a map.
    Field,
    /// The steps of a unified verb: what it passes on, its names and conditions. Besides, what earlier steps bound.
    Verb,
    /// The steps of an operation, likewise.
    Step,
}

/// A name that expressions and templates begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// What the customer supplied.
    Account,
    /// The auth method's own parameters.
    Auth,
    /// What the deployment supplied.
    App,
    /// The customer's secrets for the auth method.
    Secret,
    /// What was acquired.
    Token,
    /// What was kept when the account was connected, and is no secret.
    Kept,
    /// A token that is signed here.
    Jwt,
    /// The auth method's scopes.
    Scopes,
    /// The request that is signed.
    Request,
    /// Values that the spec names once.
    Constants,
    /// The call's input.
    Input,
    /// The record's id.
    Id,
    /// The record that the resource stands under.
    Parent,
    /// The names of the fields that are asked for.
    Select,
    /// What paging puts into templates.
    Page,
    /// When the call began.
    StartedAt,
    /// A unified filter's value.
    Value,
    /// The answer's HTTP status.
    Status,
    /// The answer's headers, by lowercase name.
    Headers,
    /// The error that an answer was read as.
    Error,
    /// The provider's values of the unified values that were given, for fields that are translations.
    Provider,
    /// All of the provider's values that stand for those that were given.
    Names,
    /// What is made for one call.
    Fresh,
}

impl Root {
    /// Every root.
    pub const ALL: &[Root] = &[
        Root::Account,
        Root::Auth,
        Root::App,
        Root::Secret,
        Root::Token,
        Root::Kept,
        Root::Jwt,
        Root::Scopes,
        Root::Request,
        Root::Constants,
        Root::Input,
        Root::Id,
        Root::Parent,
        Root::Select,
        Root::Page,
        Root::StartedAt,
        Root::Value,
        Root::Status,
        Root::Headers,
        Root::Error,
        Root::Provider,
        Root::Names,
        Root::Fresh,
    ];

    /// The name as it is written: `account`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Auth => "auth",
            Self::App => "app",
            Self::Secret => "secret",
            Self::Token => "token",
            Self::Kept => "kept",
            Self::Jwt => "jwt",
            Self::Scopes => "scopes",
            Self::Request => "request",
            Self::Constants => "constants",
            Self::Input => "input",
            Self::Id => "id",
            Self::Parent => "parent",
            Self::Select => "select",
            Self::Page => "page",
            Self::StartedAt => "started_at",
            Self::Value => "value",
            Self::Status => "status",
            Self::Headers => "headers",
            Self::Error => "error",
            Self::Provider => "provider",
            Self::Names => "names",
            Self::Fresh => "fresh",
        }
    }

    /// The root with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|root| root.name() == name)
    }

    /// What it holds, for the reference.
    #[must_use]
    pub fn doc(self) -> &'static str {
        match self {
            Self::Account => "what the customer supplied",
            Self::Auth => "the auth method's own parameters",
            Self::App => "what the deployment supplied; `app.secret.*` are its secrets",
            Self::Secret => "the customer's secrets for the auth method",
            Self::Token => "what the auth method acquired",
            Self::Kept => "what was kept when the account was connected and is no secret, such as the base URL of its instance",
            Self::Jwt => "the token that `jwt` or `client_assertion` signs",
            Self::Request => "the request that is signed, as it will be sent",
            Self::Scopes => "the method's `scopes` as one text",
            Self::Constants => "values that the spec names once",
            Self::Input => "the call's input",
            Self::Id => "the record's id",
            Self::Parent => "the record that the resource stands under; it has an `id`",
            Self::Page => "what paging puts there: `page.NAME`, where `into` or `size` of `paginate` says `template: NAME`",
            Self::Select => "the names of the fields that are asked for, where the operation has `select`",
            Self::StartedAt => "when the call began: a timestamp (RFC 3339) in UTC, in milliseconds, the same for all that one call sends",
            Self::Value => "the filter's value",
            Self::Status => "the answer's HTTP status",
            Self::Headers => "the answer's headers, by lowercase name",
            Self::Error => "the error that the answer was read as: its `kind`, `code` and `message`",
            Self::Provider => {
                "by field: the provider's value of the unified value that was given, as the field's translation and its `write` say; in a filter, the only one that its own field reads as the value"
            }
            Self::Names => {
                "by field: the list of all provider's values that the field's translation gives the unified value for; in a filter, those of its own field"
            }
            Self::Fresh => {
                "what is made for one call and shown nowhere: `$fresh.password` is a password of 24 random characters, lower case, upper case, \
                 digits and `-` or `_` among them, the same one in all steps of the call"
            }
        }
    }
}

impl TextPlace {
    /// Every place with its name for the reference.
    pub const ALL: &[(TextPlace, &'static str)] = &[
        (TextPlace::BaseUrl, "base URLs"),
        (TextPlace::SharedHeader, "`headers` of the connector"),
        (TextPlace::Request, "URL, query, headers and form of an operation"),
        (TextPlace::Auth, "what an auth method puts on requests"),
        (TextPlace::Authorize, "`authorize_url` and its parameters"),
        (TextPlace::TokenRequest, "what is sent to get a token"),
        (TextPlace::Assertion, "`jwt` and `client_assertion`"),
        (TextPlace::Renewal, "what is sent to renew or end a token"),
        (TextPlace::Filter, "filters"),
    ];

    /// The names that exist there.
    #[must_use]
    pub fn roots(self) -> &'static [Root] {
        match self {
            Self::BaseUrl | Self::SharedHeader => &[Root::Account, Root::Auth, Root::Constants, Root::Kept],
            Self::Request => &[
                Root::Account,
                Root::Auth,
                Root::Constants,
                Root::Kept,
                Root::Input,
                Root::Id,
                Root::Parent,
                Root::Select,
                Root::Page,
                Root::StartedAt,
            ],
            Self::Auth => &[Root::Account, Root::Auth, Root::Constants, Root::Kept, Root::Secret, Root::Token],
            Self::Authorize => &[Root::Account, Root::Auth, Root::Constants, Root::App, Root::Scopes],
            Self::TokenRequest => {
                &[Root::Account, Root::Auth, Root::Constants, Root::Secret, Root::App, Root::Token, Root::Jwt, Root::Scopes]
            }
            Self::Assertion => &[Root::Account, Root::Auth, Root::Constants, Root::Secret, Root::App, Root::Scopes],
            Self::Renewal => {
                &[Root::Account, Root::Auth, Root::Constants, Root::Kept, Root::Secret, Root::App, Root::Token, Root::Jwt, Root::Scopes]
            }
            Self::Filter => &[Root::Value, Root::Provider, Root::Names, Root::Account, Root::Constants, Root::Kept],
        }
    }

    /// Whether secrets may stand there.
    #[must_use]
    pub fn takes_secrets(self) -> bool {
        match self {
            Self::Auth | Self::TokenRequest | Self::Assertion | Self::Renewal => true,
            Self::BaseUrl | Self::SharedHeader | Self::Request | Self::Authorize | Self::Filter => false,
        }
    }
}

impl DataPlace {
    /// Every place with its name for the reference.
    pub const ALL: &[(DataPlace, &'static str)] = &[
        (DataPlace::Body, "`body` and `variables` of an operation"),
        (DataPlace::Error, "`errors` and `rate_limit`, over the answer's body"),
        (DataPlace::Token, "`keep`, `access_token`, `expires_in`, `expires_at` and `token_errors`, over the token answer's body"),
        (DataPlace::Expired, "`expired`, over an answer's body"),
        (
            DataPlace::TokenBody,
            "`body` of a request that gets a token, where `$secret.NAME`, `$app.NAME`, `$token.NAME` and `$jwt` may stand as whole values too",
        ),
        (DataPlace::Choose, "`choose`, which sees the names of `connect` too"),
        (DataPlace::Sign, "`sign`"),
        (DataPlace::Answer, "`next`, `until` and `total`, over the answer's body"),
        (DataPlace::RawRecord, "`keep_if`, a download's `fetch` and a keyset's `next`, over one raw record"),
        (DataPlace::Field, "fields of a map, over one raw record"),
        (DataPlace::Verb, "steps and `with` of a unified verb; besides, the names that earlier steps bind (`$answer` in `then`)"),
        (DataPlace::Step, "steps of an operation; besides, the names that earlier steps bind"),
    ];

    /// The names that exist there, as `$name`.
    #[must_use]
    pub fn roots(self) -> &'static [Root] {
        match self {
            Self::Error => &[Root::Account, Root::Auth, Root::Constants, Root::Kept, Root::Status, Root::Headers],
            Self::Token => &[Root::Account, Root::Auth, Root::Constants, Root::Status, Root::Headers],
            Self::Expired => &[Root::Account, Root::Auth, Root::Constants, Root::Kept, Root::Status, Root::Headers, Root::Error],
            Self::TokenBody => &[Root::Account, Root::Auth, Root::Constants],
            Self::Choose => &[Root::Account, Root::Auth, Root::Constants, Root::Kept],
            Self::Sign => &[Root::Account, Root::Auth, Root::Constants, Root::Kept, Root::Secret, Root::Token, Root::Request],
            Self::Answer => {
                &[Root::Account, Root::Auth, Root::Constants, Root::Kept, Root::Input, Root::Id, Root::Parent, Root::Status, Root::Headers]
            }
            Self::Body => &[
                Root::Account,
                Root::Auth,
                Root::Constants,
                Root::Kept,
                Root::Input,
                Root::Id,
                Root::Parent,
                Root::Select,
                Root::StartedAt,
            ],
            Self::RawRecord | Self::Field => &[Root::Account, Root::Auth, Root::Constants, Root::Kept, Root::Input, Root::Id, Root::Parent],
            Self::Step => {
                &[Root::Account, Root::Auth, Root::Constants, Root::Kept, Root::Input, Root::Id, Root::Parent, Root::StartedAt, Root::Fresh]
            }
            Self::Verb => &[
                Root::Account,
                Root::Auth,
                Root::Constants,
                Root::Kept,
                Root::Input,
                Root::Id,
                Root::Parent,
                Root::StartedAt,
                Root::Provider,
                Root::Names,
                Root::Fresh,
            ],
        }
    }
}

//! The list of everything that can be said about a spec. Each code has one severity, one summary, a page for `connc explain`, and a case.

use super::Severity;

/// A page of `connc explain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Why it matters, as Markdown.
    pub why: &'static str,
    /// A piece of a spec that has the problem.
    pub wrong: &'static str,
    /// The same, mended.
    pub right: &'static str,
}

macro_rules! codes {
    ($($variant:ident $slug:literal $severity:ident $summary:literal;)*) => {
        /// Which problem it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $summary] $variant,)*
        }

        /// Every code, grouped as people meet them.
        pub const CODES: &[Code] = &[$(Code::$variant),*];

        impl Code {
            /// The name that people search for: `unknown-key`.
            #[must_use]
            pub fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug,)* }
            }

            /// How bad it is.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// What it means, in one line.
            #[must_use]
            pub fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary,)* }
            }

            fn page(self) -> &'static str {
                match self { $(Self::$variant => include_str!(concat!("explain/", $slug, ".md")),)* }
            }
        }
    };
}

codes! {
    YamlSyntax "yaml-syntax" Error "the file is not YAML";
    YamlTab "yaml-tab" Error "a tab indents a line";
    YamlDuplicateKey "yaml-duplicate-key" Error "a key stands twice in one mapping";
    YamlAlias "yaml-alias" Error "an alias has no anchor before it";
    YamlTag "yaml-tag" Error "a tag is not of the YAML core schema";
    YamlLimit "yaml-limit" Error "the file is too large, too deep, or its aliases expand too far";
    FlowExpression "flow-expression" Error "an expression in a flow mapping is cut at a comma or bracket";
    UnknownKey "unknown-key" Error "a key is not part of the spec language";
    ReservedKey "reserved-key" Error "a key is part of the language, but this version does not run it yet";
    MissingKey "missing-key" Error "a key that must be there is not";
    ConflictingKeys "conflicting-keys" Error "two keys cannot stand together";
    WrongType "wrong-type" Error "a value is of the wrong type";
    InvalidValue "invalid-value" Error "a value is of the right type and still not allowed";
    TemplateSyntax "template-syntax" Error "a template cannot be read";
    TemplateExpression "template-expression" Error "a template holds more than a name and filters";
    UnknownFilter "unknown-filter" Error "a template filter does not exist or takes other arguments";
    JsonataSyntax "jsonata-syntax" Error "a JSONata expression cannot be read";
    UnknownFunction "unknown-function" Error "a JSONata function does not exist";
    UnavailableFunction "unavailable-function" Error "a JSONata function exists elsewhere but not here";
    ImpurePath "impure-path" Error "a path to records holds more than member names";
    GraphqlSyntax "graphql-syntax" Error "a GraphQL document cannot be read";
    GraphqlInvalid "graphql-invalid" Error "a GraphQL document does not fit the provider's schema";
    UnknownName "unknown-name" Error "a template names something that does not exist there";
    UnknownVariable "unknown-variable" Error "an expression names a variable that does not exist there";
    UnknownBase "unknown-base" Error "the connector extends a base that does not exist";
    BaseCircle "base-circle" Error "bases extend each other in a circle";
    UnknownRemoval "unknown-removal" Error "what is removed of a base is not in it";
    UnknownOperation "unknown-operation" Error "an operation or resource does not exist";
    UnknownInput "unknown-input" Error "an operation does not take this input";
    ListInText "list-in-text" Error "a list, an object or a file stands where one text is due";
    MissingInput "missing-input" Error "an operation is called without an input that it needs";
    DuplicateName "duplicate-name" Error "a step binds a name that is taken";
    MisplacedStep "misplaced-step" Error "a step stands where it cannot do what it says";
    CircularCall "circular-call" Error "an operation calls itself";
    MisplacedSecret "misplaced-secret" Error "a secret stands where auth did not put it";
    SecretInQuery "secret-in-query" Error "a secret stands in a URL, where logs and proxies see it";
    EarlyValue "early-value" Error "something is read before it is kept or chosen";
    UnkeptValue "unkept-value" Error "something is read that not every auth method keeps";
    UnpagedList "unpaged-list" Warning "a list does not say how its next page is asked for";
    UntrustedHost "untrusted-host" Error "credentials would go to a host that nothing confines";
    InsecureUrl "insecure-url" Warning "a request would go over plain HTTP";
    UnusedParameter "unused-parameter" Warning "a customer is asked for something that nothing reads";
    ConnectorName "connector-name" Error "the connector and its folder have different names";
    UnusedSelect "unused-select" Error "fields are to be asked for by name, and no request asks";
    UnknownSelection "unknown-selection" Error "which fields are read cannot be told, and only those that are asked for come";
    UnknownFile "unknown-file" Error "a file that the spec names is not in the connector's folder";
    InvalidExtract "invalid-extract" Error "an extract of the provider's description cannot be read";
    OverlayTarget "overlay-target" Error "an overlay corrects something that is not in its extract";
    UnknownModel "unknown-model" Error "a unified model, or this version of it, does not exist";
    UnknownResource "unknown-resource" Error "a unified model has no such resource";
    DuplicateMap "duplicate-map" Error "a unified model is mapped in two files";
    UnknownField "unknown-field" Error "a unified resource has no such field";
    MissingField "missing-field" Error "a required unified field is not mapped";
    UnknownEnumValue "unknown-enum-value" Error "a value is not one of the unified field's";
    UnknownProperty "unknown-property" Error "an expression reads a field that the provider's type does not have";
    WrongArgument "wrong-argument" Error "a function or operator gets something that it does not take";
    AbsentCondition "absent-condition" Error "a condition is over something that may be absent";
    OneOrMany "one-or-many" Error "one or several values stand where one is taken";
    ImpossibleComparison "impossible-comparison" Error "a comparison can never be true";
    TypeMismatch "type-mismatch" Error "a value is not of the type that its field takes";
    WrongFormat "wrong-format" Error "text is not of the format that its field takes";
    PossiblyAbsent "possibly-absent" Error "a value that each record must have may be absent";
    UnmappedValue "unmapped-value" Error "a translation leaves out a value that the provider has";
    UnknownProviderValue "unknown-provider-value" Error "a translation names a value that the provider does not have";
    UnknownEndpoint "unknown-endpoint" Error "the provider's description has no such operation";
    UnknownRequestParameter "unknown-request-parameter" Error "the provider's operation does not take this parameter";
    MissingRequestParameter "missing-request-parameter" Error "the provider's operation needs a parameter that is not sent";
    UnknownBodyProperty "unknown-body-property" Error "the provider's operation does not take this member of the body";
    MissingBodyProperty "missing-body-property" Error "the provider's operation needs a member of the body that is not sent";
    WrongRequestValue "wrong-request-value" Error "the provider's operation does not take a value of this type";
    Deprecated "deprecated" Warning "the provider wants this used no more";
    MissingScope "missing-scope" Error "the declared scopes do not cover an operation";
    UnknownCursor "unknown-cursor" Error "the next page's token comes from a field that the answer does not have";
    NeverStops "never-stops" Error "nothing in the loop over pages can end it";
    UnknownPageParameter "unknown-page-parameter" Error "the provider's operation does not take the parameter that paging sets";
    PageSize "page-size" Error "more records a page are asked for than the provider gives";
    UnreadNextPage "unread-next-page" Warning "an answer says where the next page is, and nothing reads it";
    UnreadStop "unread-stop" Warning "an answer says whether there is more, and the loop does not ask";
    TruncatedConnection "truncated-connection" Warning "a list within a record is cut after its first page";
    AllowWithoutReason "allow-without-reason" Error "an allow comment does not say why";
    InvalidAllow "invalid-allow" Error "an allow comment names something that cannot be allowed";
    UnusedAllow "unused-allow" Warning "an allow comment allows nothing";
}

impl Code {
    /// The code with this slug.
    #[must_use]
    pub fn parse(slug: &str) -> Option<Self> {
        CODES.iter().copied().find(|code| code.slug() == slug)
    }

    /// Whether a comment may allow it: warnings, and what is said of types. Without the others there is nothing to run.
    #[must_use]
    pub fn is_allowable(self) -> bool {
        let of_types = [
            Self::UnknownProperty,
            Self::WrongArgument,
            Self::AbsentCondition,
            Self::OneOrMany,
            Self::ImpossibleComparison,
            Self::TypeMismatch,
            Self::WrongFormat,
            Self::PossiblyAbsent,
            Self::UnmappedValue,
            Self::UnknownProviderValue,
            Self::UnknownEndpoint,
            Self::UnknownRequestParameter,
            Self::MissingRequestParameter,
            Self::UnknownBodyProperty,
            Self::MissingBodyProperty,
            Self::WrongRequestValue,
            Self::MissingScope,
            Self::UnknownPageParameter,
            Self::PageSize,
            Self::UnknownSelection,
        ];
        let about_itself = [Self::UnusedAllow].contains(&self);
        of_types.contains(&self) || (self.severity() == Severity::Warning && !about_itself)
    }

    /// The page that `connc explain` shows. Pages are Markdown: why, then a `yaml wrong` block, then a `yaml right` block.
    #[must_use]
    pub fn explanation(self) -> Explanation {
        let page = self.page();
        let (why, rest) = page.split_once("```yaml wrong\n").unwrap_or((page, ""));
        let (wrong, rest) = rest.split_once("```").unwrap_or((rest, ""));
        let (_, rest) = rest.split_once("```yaml right\n").unwrap_or(("", ""));
        let (right, _) = rest.split_once("```").unwrap_or((rest, ""));
        Explanation { why: why.trim(), wrong, right }
    }
}

//! Words that belong to nobody: of document formats, of registries, and of what APIs call their members.

/// Words of HTML: elements, attributes and entities.
pub(super) const MARKUP: &[&str] = &[
    "a",
    "amp",
    "apos",
    "b",
    "blockquote",
    "body",
    "br",
    "code",
    "div",
    "em",
    "gt",
    "h1",
    "h2",
    "h3",
    "head",
    "hr",
    "href",
    "html",
    "i",
    "img",
    "li",
    "lt",
    "nbsp",
    "ol",
    "p",
    "pre",
    "quot",
    "span",
    "src",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "title",
    "tr",
    "u",
    "ul",
];

/// Node types of rich text as JSON, which stand as `type`.
pub(super) const NODES: &[&str] = &[
    "blockquote",
    "bulletList",
    "codeBlock",
    "doc",
    "hardBreak",
    "heading",
    "listItem",
    "mention",
    "orderedList",
    "paragraph",
    "rule",
    "text",
];

/// Endings of files, where a URL has one.
pub(super) const ENDINGS: &[&str] = &["csv", "gif", "html", "jpeg", "jpg", "json", "pdf", "png", "svg", "txt", "xml"];

/// Error codes of OAuth 2.0 (RFC 6749, sections 4.1.2.1 and 5.2; RFC 6750, section 3.1; RFC 8628, section 3.5; RFC 8707, section 2) and of
/// SCIM (RFC 7644, section 3.12).
pub(super) const CODES: &[&str] = &[
    "access_denied",
    "authorization_pending",
    "expired_token",
    "insufficient_scope",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "invalid_target",
    "invalid_token",
    "server_error",
    "slow_down",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
    "unsupported_token_type",
    "invalidFilter",
    "invalidPath",
    "invalidSyntax",
    "invalidValue",
    "invalidVers",
    "mutability",
    "noTarget",
    "sensitive",
    "tooMany",
    "uniqueness",
];

/// Media types whose names tell nothing.
pub(super) const MEDIA: &[&str] = &[
    "application/atom+xml",
    "application/graphql-response+json",
    "application/hal+json",
    "application/json",
    "application/jsonl",
    "application/ld+json",
    "application/ndjson",
    "application/octet-stream",
    "application/problem+json",
    "application/scim+json",
    "application/vnd.api+json",
    "application/x-ndjson",
    "application/x-www-form-urlencoded",
    "application/xml",
    "text/csv",
    "text/html",
    "text/plain",
    "text/xml",
];

/// Character sets.
pub(super) const CHARSETS: &[&str] = &["iso-8859-1", "us-ascii", "utf-16", "utf-8", "utf8", "windows-1252"];

/// Words of rate limit headers: parameters and units.
pub(super) const LIMITS: &[&str] = &[
    "burst",
    "comment",
    "day",
    "default",
    "hour",
    "limit",
    "minute",
    "pk",
    "policy",
    "q",
    "qu",
    "quota",
    "r",
    "remaining",
    "requests",
    "reset",
    "second",
    "seconds",
    "t",
    "used",
    "w",
    "window",
];

/// What the names of members are made of where they say what a value is, and never whose.
const WORDS: &str = "about access account action actions active address addresses after agent alias all allowed amount api app application \
    archived area assigned assignee at attachment attachments attribute attributes author avatar base before birthday body boolean branch by \
    capabilities categories category cell change changed channel child children city client closed code comment comments company completed \
    content contents context contract cost costs count country created creator currency current cursor custom customer data date datetime \
    day days default degree deleted department depth description detail details device direct disabled display division doc document \
    documents domain due duration edges edited email emails employee employment enabled end ended entries error errors event events \
    excerpt expires expiry extension extensions external family fax field fields file filename files filter first flag flags folder folders format \
    formatted from full fullname gender given group groups guid has hash height hidden hire hired home href html icon id identifier ids image \
    images in index info initials input integer invited is issue issues item items job join joined key keys kind label labels lang language last \
    latest leave length level limit line lines link linked links list locale location locations locked login mail manager mapping max member \
    members memberships message messages meta metadata method middle mime min mobile modified month more name names next nickname node nodes \
    note notes number object odata of office offset on opened operation operations option options order org organization organizations original \
    owner owners page pages pagination paging parent part parts password path paths payload per percent permission permissions phone phones \
    photo photos picture pid place plan position postal preferred preview prev previous primary priority private product products profile \
    profiles progress project projects properties property provider public query queue read reason record records ref reference references \
    region rel related relationships rendered report reports request resource resources response result results rights role roles root row \
    rows salary schema schemas scope scopes score seat sequence settings shared short size slug sort source space start started state status \
    street string subject submitted subscription success summary suspended table tag tags target task tasks team teams tenant term text thread \
    ticket tickets time timestamp timezone title to token total tree type types uid unit update updated uri url urls user username users uuid \
    valid value values verified version view visible web weight width with work workspace workspaces year zip zone";

/// Registered names that are no plain words: OAuth 2.0 (RFC 6749, section 5.1), OpenID Connect and SCIM (RFC 7643).
const REGISTERED: &[&str] = &[
    "Operations",
    "Resources",
    "access_token",
    "bulkId",
    "error_description",
    "error_uri",
    "expires_in",
    "externalId",
    "familyName",
    "givenName",
    "honorificPrefix",
    "honorificSuffix",
    "id_token",
    "itemsPerPage",
    "jti",
    "lastModified",
    "refresh_token",
    "scimType",
    "startIndex",
    "token_type",
    "totalResults",
];

/// Whether a member's name is registered, or made of words that say what something is.
pub(super) fn names(name: &str) -> bool {
    let inner = name.chars().all(|c| c.is_ascii_alphabetic() || "_$@.:-".contains(c));
    let parts = parts(name);
    REGISTERED.contains(&name)
        || inner && !parts.is_empty() && parts.iter().all(|part| WORDS.split_ascii_whitespace().any(|word| word == part))
}

/// `firstName`, `first_name` and `FIRST-NAME` have the same parts.
fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut open = false;
    let mut small = false;
    for c in name.chars() {
        let begins = !open || small && c.is_ascii_uppercase();
        open = c.is_ascii_alphabetic();
        small = c.is_ascii_lowercase();
        match parts.last_mut() {
            Some(part) if open && !begins => part.push(c.to_ascii_lowercase()),
            Some(_) | None if open => parts.push(c.to_ascii_lowercase().to_string()),
            Some(_) | None => {}
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn names_are_made_of_words() {
        for name in ["id", "firstName", "created_at", "@odata.type", "_links", "refresh_token", "ID", "EMAIL_ADDRESS"] {
            assert!(names(name), "{name}");
        }
        for name in ["wilma", "wilma.zquark", "zquark-laptop", "user_wilma", "first name", "id7", "", "_", "emailZquark"] {
            assert!(!names(name), "{name}");
        }
    }
}

//! A connector to begin with where there is no description: small, commented, and without a problem.

/// The files of a connector of this name: path below its folder, and text.
#[must_use]
pub fn skeleton(name: &str) -> Vec<(String, String)> {
    let title: String = name.chars().take(1).flat_map(char::to_uppercase).chain(name.chars().skip(1)).collect();
    let connector = format!(
        r#"# What ends in `# review` is a placeholder: put the provider's own there, and take the mark away.
connector: {name}
spec: 1
title: {title}

# What each customer supplies is declared under `account:` and read as {{{{ account.… }}}}.
base_url: https://api.example.com # review

# The ways to connect; the first is the default.
auth:
  access_token:
    scheme: bearer # review: or api_key, basic, oauth2
    secrets:
      access_token: {{ description: Access token }}
    token: "{{{{ secret.access_token }}}}"

resources:
  users: # review
    list:
      get: /users # review
      # Where the records stand in the answer: `$` is the whole of it.
      items: data # review
      # How the next page is asked for; `style: single` where there is only one.
      paginate: {{ style: cursor, next: next_cursor, into: {{ query: cursor }} }} # review
    get:
      get: /users/{{{{ id }}}} # review
"#
    );
    let readme = format!(
        "# {title}\n\nMade by `connc new`.\nWhat ends in `# review` is a placeholder.\n\n\
         1. Mend `connector.yaml`; `connc check {name}` says what is wrong.\n\
         2. Take the types from the provider's description: `connc extract {name} --from openapi.json`.\n\
         3. Map resources to a unified model in `user-directory.yaml` or `ticketing.yaml`.\n\
         4. Record calls in `cassettes/` and accept them: `connc test {name} --accept`.\n"
    );
    vec![("connector.yaml".to_owned(), connector), ("README.md".to_owned(), readme)]
}

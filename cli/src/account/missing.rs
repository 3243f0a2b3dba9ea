//! What an account lacks, said all at once, with how to give it.

use connc_plan::{AuthMethod, Parameter, Plan, SecretParameter, SecretType};
use connc_runtime::{Account, Secret};

use crate::error::{Stop, names};

/// Refuses an account that lacks something that the auth method needs.
pub(super) fn report(plan: &Plan, method: &AuthMethod, account: &Account) -> Result<(), Stop> {
    let lacks = |parameters: &[&Parameter], given: &std::collections::BTreeMap<String, serde_json::Value>| -> Vec<Lack> {
        let missing = parameters
            .iter()
            .copied()
            .filter(|parameter| parameter.required && parameter.default.is_none() && !given.contains_key(&parameter.name));
        missing.map(Lack::parameter).collect()
    };
    let mut missing = lacks(&plan.account.iter().collect::<Vec<_>>(), &account.account);
    missing.extend(lacks(&method.parameters.iter().collect::<Vec<_>>(), &account.parameters));
    missing
        .extend(method.secrets.iter().filter(|secret| !account.secrets.contains_key(&secret.name)).map(|secret| Lack::secret(secret, "")));
    let (parameters, secrets) = method.deployment(plan);
    missing.extend(lacks(&parameters, &account.app));
    let secrets = secrets.into_iter().filter(|secret| !account.app_secrets.contains_key(&secret.name));
    missing.extend(secrets.map(|secret| Lack::secret(secret, super::given::APP)));
    if missing.is_empty() {
        return Ok(());
    }
    let mut help: Vec<String> = missing.iter().map(|lack| format!("{}: {}", lack.name, lack.about)).collect();
    let options: Vec<&str> = missing.iter().map(|lack| lack.option.as_str()).collect();
    help.push(format!("give {} by {}", if missing.len() == 1 { "it" } else { "them" }, options.join(" ")));
    help.push("or in an account file, by --account FILE".to_owned());
    let others: Vec<&str> = plan.auth.iter().map(|other| other.name.as_str()).filter(|name| *name != method.name).collect();
    if !others.is_empty() && !method.secrets.is_empty() {
        help.push(format!("this is auth method `{}`; --auth chooses another: {}", method.name, names(others)));
    }
    let (parameters, secrets): (Vec<&Lack>, Vec<&Lack>) = missing.iter().partition(|lack| !lack.secret);
    let word = |lacks: &[&Lack], one: &str| {
        let plural = if lacks.len() == 1 { "" } else { "s" };
        (!lacks.is_empty()).then(|| format!("{one}{plural} {}", names(lacks.iter().map(|lack| lack.name.as_str()))))
    };
    let wanted: Vec<String> = [word(&parameters, "parameter"), word(&secrets, "secret")].into_iter().flatten().collect();
    Err(Stop::usage(format!("connector `{}` needs {}", plan.connector, wanted.join(" and "))).help(help.join("\n")))
}

/// Words in the place of every secret, and documents where secrets are such, for calls that send nothing.
pub(crate) fn placeholders(plan: &Plan, method: &AuthMethod, account: &mut Account) {
    let text = |secret: &SecretParameter| match secret.r#type {
        SecretType::Json => "{}".to_owned(),
        SecretType::String | SecretType::Pem => format!("secret-{}", secret.name),
    };
    let made = |secret: &SecretParameter| (secret.name.clone(), Secret::from(text(secret)));
    account.secrets = method.secrets.iter().map(made).collect();
    account.app_secrets = plan.app_secrets.iter().map(made).collect();
}

struct Lack {
    name: String,
    about: String,
    option: String,
    secret: bool,
}

impl Lack {
    fn parameter(parameter: &Parameter) -> Self {
        let example = parameter.example.as_deref();
        let about = parameter.description.clone().unwrap_or_else(|| parameter.r#type.name().to_owned());
        let about = example.map_or_else(|| about.clone(), |example| format!("{about}, such as {example}"));
        let option = format!("--set {}={}", parameter.name, example.unwrap_or("…"));
        Self { name: parameter.name.clone(), about, option, secret: false }
    }

    fn secret(secret: &SecretParameter, prefix: &str) -> Self {
        let name = format!("{prefix}{}", secret.name);
        let option = format!("--secret {name}=env:{}", secret.name.to_uppercase());
        Self { name, about: secret.description.clone().unwrap_or_else(|| "a secret".to_owned()), option, secret: true }
    }
}

//! Maps aim at models and resources that exist, once.

use super::Case;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let spec = case.spec;
    for (index, file) in spec.maps.iter().enumerate() {
        let earlier = spec.maps.iter().take(index).find(|earlier| earlier.model.value == file.model.value);
        if let Some(earlier) = earlier {
            let message = format!("the model `{}` is mapped in two files", file.model.value);
            let diagnostic = Diagnostic::new(Code::DuplicateMap, file.model.span, message).related(earlier.model.span, "the other one");
            diagnostics.push(diagnostic.help("put the resources of a model into one file"));
        }
        let Some(model) = spec.models.get(&file.model.value) else {
            let message = format!("there is no unified model `{}`", file.model.value);
            let near = nearest(&file.model, spec.models.keys().map(String::as_str));
            let help = near.map_or_else(
                || format!("the models are {}", spec.models.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            diagnostics.push(Diagnostic::new(Code::UnknownModel, file.model.span, message).help(help));
            continue;
        };
        if model.version != file.version {
            let message = format!("the model `{}` has no version {}", model.name, file.version);
            diagnostics.push(
                Diagnostic::new(Code::UnknownModel, file.model.span, message).help(format!("write `{}@{}`", model.name, model.version)),
            );
        }
        for resource in &file.resources {
            if model.resources.contains_key(&resource.name.value) {
                continue;
            }
            let message = format!("the model `{}` has no resource `{}`", model.name, resource.name.value);
            let near = nearest(&resource.name, model.resources.keys().map(String::as_str));
            let help = near.map_or_else(
                || format!("its resources are {}", model.resources.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            diagnostics.push(Diagnostic::new(Code::UnknownResource, resource.name.span, message).help(help));
        }
    }
}

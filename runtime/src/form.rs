//! Data as the fields of a form, members within members.

use connc_expr::text::encode_form;
use connc_plan::Nesting;
use serde_json::Value;

use crate::Error;

/// Encoded names and values, in the order of the data. What is null is an empty value; an empty list or object gives no field.
pub(crate) fn fields(data: &Value, nested: Nesting) -> Result<Vec<(String, String)>, Error> {
    let Some(members) = data.as_object() else { return Err(Error::invalid("the data of the form is no object")) };
    let mut fields = Vec::new();
    for (name, value) in members {
        add(name.clone(), value, nested, &mut fields)?;
    }
    Ok(fields)
}

fn add(name: String, value: &Value, nested: Nesting, fields: &mut Vec<(String, String)>) -> Result<(), Error> {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let name = match nested {
                    Nesting::Brackets => format!("{name}[{index}]"),
                    Nesting::EmptyBrackets => format!("{name}[]"),
                    Nesting::Repeat => name.clone(),
                };
                add(name, item, nested, fields)?;
            }
        }
        Value::Object(members) => {
            if nested == Nesting::Repeat {
                return Err(Error::invalid(format!("`{name}` is an object, which this form cannot hold")));
            }
            for (member, value) in members {
                add(format!("{name}[{member}]"), value, nested, fields)?;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            fields.push((encode_form(&name), encode_form(&text(value).unwrap_or_default())));
        }
    }
    Ok(())
}

/// A value as text; none for null, lists and objects.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use connc_plan::Nesting;
    use serde_json::json;

    use super::fields;

    #[test]
    fn members_nest_in_order() {
        let data = json!({ "z": 1, "a": { "b": [{ "x": "1" }, { "x": "ü &=+ 2" }], "c": null }, "e": [], "t": [true, "q"] });
        let line = |nested| {
            let pairs = fields(&data, nested).unwrap().into_iter().map(|(name, value)| format!("{name}={value}"));
            pairs.collect::<Vec<_>>().join("&").replace("%5B", "[").replace("%5D", "]")
        };
        assert_eq!(line(Nesting::Brackets), "z=1&a[b][0][x]=1&a[b][1][x]=%C3%BC+%26%3D%2B+2&a[c]=&t[0]=true&t[1]=q");
        assert_eq!(line(Nesting::EmptyBrackets), "z=1&a[b][][x]=1&a[b][][x]=%C3%BC+%26%3D%2B+2&a[c]=&t[]=true&t[]=q");
        assert!(fields(&data, Nesting::Repeat).is_err());
        let flat = fields(&json!({ "to": ["a b", "c"] }), Nesting::Repeat).unwrap();
        assert_eq!(flat, [("to".to_owned(), "a+b".to_owned()), ("to".to_owned(), "c".to_owned())]);
    }
}

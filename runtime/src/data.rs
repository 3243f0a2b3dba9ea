//! Bodies, variables and what steps pass on, made from [`Data`].

use connc_plan::{Data, Text};
use serde_json::{Map, Value};

use crate::Error;
use crate::program::Evaluation;

/// The value, or none where an expression gives nothing: the member that would hold it is left out.
pub(crate) fn make(data: &Data, over: &Evaluation<'_>) -> Result<Option<Value>, Error> {
    make_with(data, over, &|_| Err(Error::invalid("a secret has no place here")))
}

/// The same, where templates may stand too; `render` gives their text.
pub(crate) fn make_with(
    data: &Data,
    over: &Evaluation<'_>,
    render: &dyn Fn(&Text) -> Result<Option<String>, Error>,
) -> Result<Option<Value>, Error> {
    Ok(match data {
        Data::Text(text) => render(text)?.map(Value::String),
        Data::Fresh(_) => return Err(Error::invalid("what is made for one call is made in a `let` of steps")),
        Data::Const(value) => Some(value.clone()),
        Data::Expression(expression) => over.value(expression)?,
        Data::Object(members) => {
            let mut object = Map::new();
            for (name, member) in members {
                if let Some(value) = make_with(member, over, render)? {
                    object.insert(name.clone(), value);
                }
            }
            Some(Value::Object(object))
        }
        Data::List(members) => {
            let mut list = Vec::with_capacity(members.len());
            for member in members {
                list.extend(make_with(member, over, render)?);
            }
            Some(Value::Array(list))
        }
    })
}

//! Lists and objects in a query, as the provider wants them written.

use connc_expr::text::{Rendered, encode_query};
use connc_plan::ListStyle;

use crate::Error;

/// Encoded names and values; none for an empty list.
pub(crate) fn pairs(name: &str, given: Rendered, style: ListStyle) -> Result<Vec<(String, String)>, Error> {
    let (items, members) = match given {
        Rendered::One(text) => (vec![text], Vec::new()),
        Rendered::Many(items) => (items, Vec::new()),
        Rendered::Members(members) => (Vec::new(), members),
    };
    if members.is_empty() == (style == ListStyle::DeepObject) && !(items.is_empty() && members.is_empty()) {
        let what = if members.is_empty() { "a list, where an object is due" } else { "an object, where a list is due" };
        return Err(Error::invalid(format!("the value of `{name}` is {what}")));
    }
    let key = encode_query(name);
    let each = |name: &dyn Fn(usize) -> String| {
        items.iter().enumerate().map(|(index, item)| (encode_query(&name(index)), encode_query(item))).collect()
    };
    // Where the sign between the values is encoded like them, a value that holds it would become two.
    let joined = |sign: char, between: &str| {
        if items.iter().any(|item| item.contains(sign)) {
            return Err(Error::invalid(format!("a value of `{name}` holds `{sign}`, which would make it two")));
        }
        let values: Vec<String> = items.iter().map(|item| encode_query(item)).collect();
        Ok(if values.is_empty() { Vec::new() } else { vec![(key.clone(), values.join(between))] })
    };
    match style {
        ListStyle::Repeat => Ok(each(&|_| name.to_owned())),
        ListStyle::Brackets => Ok(each(&|_| format!("{name}[]"))),
        ListStyle::Indexed => Ok(each(&|index| format!("{name}[{index}]"))),
        // RFC 6570, section 3.2.8: the comma stands as it is, and `%2C` is one within a value.
        ListStyle::Comma => {
            let values: Vec<String> = items.iter().map(|item| encode_query(item)).collect();
            Ok(if values.is_empty() { Vec::new() } else { vec![(key, values.join(","))] })
        }
        ListStyle::Pipe => joined('|', "%7C"),
        ListStyle::Space => joined(' ', "%20"),
        ListStyle::DeepObject => {
            Ok(members.iter().map(|(member, value)| (encode_query(&format!("{name}[{member}]")), encode_query(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use connc_expr::text::Rendered;
    use connc_plan::ListStyle;

    use super::pairs;

    fn line(given: Rendered, style: ListStyle) -> Result<String, String> {
        let pairs = pairs("ids", given, style).map_err(|error| error.message.clone())?;
        Ok(pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&"))
    }

    #[test]
    fn every_style() {
        let many = |items: &[&str]| Rendered::Many(items.iter().map(|item| (*item).to_owned()).collect());
        for (style, expected) in [
            (ListStyle::Repeat, "ids=a%2Cb&ids=%C3%BC%26"),
            (ListStyle::Brackets, "ids%5B%5D=a%2Cb&ids%5B%5D=%C3%BC%26"),
            (ListStyle::Indexed, "ids%5B0%5D=a%2Cb&ids%5B1%5D=%C3%BC%26"),
            (ListStyle::Comma, "ids=a%2Cb,%C3%BC%26"),
            (ListStyle::Pipe, "ids=a%2Cb%7C%C3%BC%26"),
            (ListStyle::Space, "ids=a%2Cb%20%C3%BC%26"),
        ] {
            assert_eq!(line(many(&["a,b", "ü&"]), style).as_deref(), Ok(expected));
            assert_eq!(line(many(&[]), style).as_deref(), Ok(""));
            assert!(line(Rendered::Members(vec![("a".to_owned(), "b".to_owned())]), style).is_err());
        }
        assert!(line(many(&["a|b"]), ListStyle::Pipe).is_err());
        assert!(line(many(&["a b"]), ListStyle::Space).is_err());
        assert!(line(many(&["a"]), ListStyle::DeepObject).is_err());
        let object = Rendered::Members(vec![("a".to_owned(), "1".to_owned()), ("b c".to_owned(), "é".to_owned())]);
        assert_eq!(line(object, ListStyle::DeepObject).as_deref(), Ok("ids%5Ba%5D=1&ids%5Bb%20c%5D=%C3%A9"));
    }
}

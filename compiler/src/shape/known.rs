//! What is known of a JSON value: the provider's types as a description gives them, and what expressions make of them.

use std::rc::Rc;

use crate::source::Span;

/// What is known of a JSON value that is there.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Nothing is known.
    Unknown,
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number {
        /// Whether it is whole.
        integer: bool,
    },
    /// Text.
    Text(Text),
    /// A list.
    List(Rc<Shape>),
    /// An object.
    Object(Rc<Object>),
    /// A function, which only expressions make.
    Function,
    /// Bytes, which only host functions make, and which stand only between them.
    Bytes,
    /// A named type of the provider's description.
    Named(TypeId),
    /// One of several. [`Shape::one_of`] makes them: at least two, flat, none of them unknown. None at all is [`Shape::nothing`].
    OneOf(Rc<[Shape]>),
}

/// What is known of text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    /// A format of JSON Schema 2020-12, section 7.3, or `id`.
    pub format: Option<Rc<str>>,
    /// The only values that it has; none where it may be any text.
    pub values: Option<Rc<[Rc<str>]>>,
}

/// What is known of an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// What people call it: the type's name in the description.
    pub name: Option<Rc<str>>,
    /// Its declared members, in order.
    pub members: Vec<Member>,
    /// What other members hold; none where it has no others.
    pub rest: Option<Shape>,
    /// Whether the extract leaves out what it holds, because the connector did not touch it.
    pub cut: bool,
    /// Where it is declared.
    pub place: Option<Span>,
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its name.
    pub name: Rc<str>,
    /// What it holds where it is there.
    pub shape: Shape,
    /// Whether it is always there.
    pub required: bool,
    /// Whether the provider wants it used no more.
    pub deprecated: bool,
    /// Whether only answers hold it.
    pub read_only: bool,
    /// Whether only requests hold it.
    pub write_only: bool,
    /// Where it is declared.
    pub place: Option<Span>,
}

/// What is known of an expression's result.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// Each of its values.
    pub shape: Shape,
    /// Whether it may come to nothing at all.
    pub absent: bool,
    /// Whether it is JSONata's one-or-many: nothing, one `shape`, or a list of two and more.
    pub many: bool,
}

/// The number of a named type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

/// The named types of a description, which may refer to each other and to themselves.
#[derive(Clone, Debug, Default)]
pub struct Shapes {
    list: Vec<(Rc<str>, Shape)>,
}

impl Shapes {
    /// Adds a type, and gives its number. Its shape may be [`Shape::Unknown`] until [`Shapes::set`].
    pub fn add(&mut self, name: impl Into<Rc<str>>, shape: Shape) -> TypeId {
        let id = TypeId(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        self.list.push((name.into(), shape));
        id
    }

    /// Says what a type is.
    pub fn set(&mut self, id: TypeId, shape: Shape) {
        if let Some(entry) = self.list.get_mut(id.0 as usize) {
            entry.1 = shape;
        }
    }

    /// The type with this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<TypeId> {
        (0u32..).zip(&self.list).find(|(_, (known, _))| known.as_ref() == name).map(|(index, _)| TypeId(index))
    }

    /// A type's name.
    #[must_use]
    pub fn name(&self, id: TypeId) -> &str {
        self.list.get(id.0 as usize).map_or("", |(name, _)| name)
    }

    /// The shape itself, where it is a named one. A name that only leads to itself is unknown.
    #[must_use]
    pub fn resolve<'a>(&'a self, shape: &'a Shape) -> &'a Shape {
        let mut shape = shape;
        for _ in 0..=self.list.len() {
            let Shape::Named(id) = shape else { return shape };
            shape = self.list.get(id.0 as usize).map_or(&Shape::Unknown, |(_, shape)| shape);
        }
        &Shape::Unknown
    }

    /// The shapes that a value may have: one unless it is one of several. Named types among them are resolved.
    #[must_use]
    pub fn alternatives<'a>(&'a self, shape: &'a Shape) -> Vec<&'a Shape> {
        let mut found = Vec::new();
        let mut waiting = vec![shape];
        let mut seen = Vec::new();
        while let Some(next) = waiting.pop() {
            if let Shape::Named(id) = next {
                if seen.contains(id) {
                    continue;
                }
                seen.push(*id);
            }
            match self.resolve(next) {
                Shape::OneOf(several) => waiting.extend(several.iter().rev()),
                other => found.push(other),
            }
        }
        found
    }
}

impl Shape {
    /// Any text.
    #[must_use]
    pub fn text() -> Self {
        Self::Text(Text::default())
    }

    /// Text of a format.
    #[must_use]
    pub fn formatted(format: &str) -> Self {
        Self::Text(Text { format: Some(Rc::from(format)), values: None })
    }

    /// Exactly these texts.
    #[must_use]
    pub fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Text(Text { format: None, values: Some(words.into_iter().map(Rc::from).collect()) })
    }

    /// No value at all: what the elements of `[]` are.
    #[must_use]
    pub fn nothing() -> Self {
        Self::OneOf(Rc::from([]))
    }

    /// Whether there is no value of this shape.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::OneOf(several) if several.is_empty())
    }

    /// A file that is given beside an input: what is known of it before it is read.
    #[must_use]
    pub fn file() -> Self {
        let required = |name: &str| Member { required: true, ..Member::new(name, Self::text()) };
        let length = Member::new("length", Self::Number { integer: true });
        Self::Object(Rc::new(Object { members: vec![required("name"), required("content_type"), length], ..Object::default() }))
    }

    /// A list.
    #[must_use]
    pub fn list(items: Self) -> Self {
        Self::List(Rc::new(items))
    }

    /// One of several: flat, without repetition, unknown where one of them is. Texts of one format become one, with the values of both.
    #[must_use]
    pub fn one_of(shapes: impl IntoIterator<Item = Self>) -> Self {
        let mut flat: Vec<Self> = Vec::new();
        let mut nothing = false;
        for shape in shapes {
            nothing |= shape.is_nothing();
            let several = if let Self::OneOf(several) = &shape { several.to_vec() } else { vec![shape] };
            for shape in several {
                if shape == Self::Unknown {
                    return Self::Unknown;
                }
                if !flat.iter_mut().any(|known| known.absorb(&shape)) {
                    flat.push(shape);
                }
            }
        }
        match flat.len() {
            0 if nothing => Self::nothing(),
            0 => Self::Unknown,
            1 => flat.pop().unwrap_or(Self::Unknown),
            _ => Self::OneOf(flat.into()),
        }
    }

    /// Takes another shape into this one, where that loses nothing.
    fn absorb(&mut self, other: &Self) -> bool {
        match (&mut *self, other) {
            (Self::Number { integer }, Self::Number { integer: other }) => {
                *integer &= other;
                true
            }
            (Self::Text(text), Self::Text(other)) if text.format == other.format => {
                text.values = match (text.values.take(), &other.values) {
                    (Some(values), Some(others)) => {
                        let new = others.iter().filter(|value| !values.contains(value)).cloned().collect::<Vec<_>>();
                        Some(values.iter().cloned().chain(new).collect())
                    }
                    _ => None,
                };
                true
            }
            (Self::Object(one), Self::Object(other)) if Rc::ptr_eq(one, other) => true,
            (Self::List(one), Self::List(other)) if Rc::ptr_eq(one, other) || other.is_nothing() => true,
            (Self::List(one), Self::List(other)) if one.is_nothing() => {
                *one = Rc::clone(other);
                true
            }
            (one, other) => one == other,
        }
    }
}

impl Member {
    /// A member that may be absent.
    #[must_use]
    pub fn new(name: &str, shape: Shape) -> Self {
        Self { name: Rc::from(name), shape, required: false, deprecated: false, read_only: false, write_only: false, place: None }
    }
}

impl Object {
    /// The declared member with this name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name.as_ref() == name)
    }
}

impl Value {
    /// Nothing is known of it, not even whether it is there.
    #[must_use]
    pub fn unknown() -> Self {
        Self { shape: Shape::Unknown, absent: true, many: false }
    }

    /// Never anything: the data at hand where there is none.
    #[must_use]
    pub fn nothing() -> Self {
        Self { shape: Shape::nothing(), absent: true, many: false }
    }

    /// A value that is always there.
    #[must_use]
    pub fn always(shape: Shape) -> Self {
        Self { shape, absent: false, many: false }
    }

    /// A value that may be absent.
    #[must_use]
    pub fn maybe(shape: Shape) -> Self {
        Self { shape, absent: true, many: false }
    }

    /// Whether what it holds is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.shape != Shape::Unknown
    }
}

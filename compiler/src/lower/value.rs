//! Templates, expressions and data.

use connc_plan as plan;

use super::Lowering;
use crate::lang::{Expression, Filter, Piece, Reference, Template};
use crate::spec::Data;

impl Lowering<'_> {
    pub(super) fn text(&self, template: &Template) -> plan::Text {
        plan::Text { segments: segments(&template.pieces), origin: self.origin(template.span) }
    }

    pub(super) fn texts<N: std::ops::Deref<Target = str>>(&self, templates: &[(N, Template)]) -> Vec<(String, plan::Text)> {
        templates.iter().map(|(name, template)| (name.to_string(), self.text(template))).collect()
    }

    pub(super) fn expression(&self, expression: &Expression) -> plan::Expression {
        plan::Expression { source: expression.source.trim_end().to_owned(), origin: self.origin(expression.span()) }
    }

    pub(super) fn data(&self, data: &Data) -> plan::Data {
        match data {
            Data::Const(value) => plan::Data::Const(value.value.clone()),
            Data::Expression(expression) => plan::Data::Expression(self.expression(expression)),
            Data::Object(members, _) => {
                plan::Data::Object(members.iter().map(|(name, value)| (name.value.clone(), self.data(value))).collect())
            }
            Data::List(items, _) => plan::Data::List(items.iter().map(|item| self.data(item)).collect()),
        }
    }
}

fn segments(pieces: &[Piece]) -> Vec<plan::Segment> {
    let segment = |piece: &Piece| match piece {
        Piece::Literal(text) => plan::Segment::Literal(text.clone()),
        Piece::Reference(Reference { path, filters, span: _ }) => {
            let filter = |filter: &Filter| plan::TextFilter { name: filter.name.clone(), arguments: filter.arguments.clone() };
            plan::Segment::Value(plan::Reference { path: path.clone(), filters: filters.iter().map(filter).collect() })
        }
        Piece::Base64(inner) => plan::Segment::Base64(segments(inner)),
    };
    pieces.iter().map(segment).collect()
}

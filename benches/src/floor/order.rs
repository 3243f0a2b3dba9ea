//! An order, by hand.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Id, Text};

/// A text of the page.
type Str<'a> = Cow<'a, str>;

#[derive(Deserialize)]
struct Order<'a> {
    #[serde(borrow)]
    id: Id<'a>,
    #[serde(borrow)]
    key: Str<'a>,
    #[serde(borrow)]
    state: Str<'a>,
    #[serde(borrow)]
    channel: Str<'a>,
    priority: u64,
    #[serde(borrow)]
    created: Moment<'a>,
    #[serde(borrow)]
    updated: Moment<'a>,
    #[serde(borrow)]
    customer: Customer<'a>,
    #[serde(borrow)]
    billing: Address<'a>,
    #[serde(borrow)]
    shipping: Address<'a>,
    #[serde(borrow)]
    totals: Totals<'a>,
    #[serde(borrow)]
    payment: Payment<'a>,
    #[serde(borrow)]
    lines: Vec<Line<'a>>,
    flags: Flags,
    #[serde(borrow)]
    source: Source<'a>,
}

#[derive(Deserialize)]
struct Moment<'a> {
    #[serde(borrow)]
    at: Str<'a>,
    #[serde(borrow)]
    by: Person<'a>,
}

#[derive(Deserialize)]
struct Person<'a> {
    #[serde(borrow)]
    id: Str<'a>,
    #[serde(borrow)]
    name: Str<'a>,
}

#[derive(Deserialize)]
struct Customer<'a> {
    #[serde(borrow)]
    id: Id<'a>,
    #[serde(borrow)]
    name: Str<'a>,
    #[serde(borrow)]
    email: Str<'a>,
    #[serde(borrow)]
    phone: Option<Text<'a>>,
    #[serde(borrow)]
    company: Company<'a>,
    #[serde(borrow)]
    segments: Vec<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Company<'a> {
    #[serde(borrow)]
    name: Str<'a>,
    #[serde(borrow)]
    tax_id: Str<'a>,
    size: u64,
}

#[derive(Deserialize)]
struct Address<'a> {
    #[serde(borrow)]
    street: Str<'a>,
    #[serde(borrow)]
    city: Str<'a>,
    #[serde(borrow)]
    zip: Str<'a>,
    #[serde(borrow)]
    country: Str<'a>,
    #[serde(borrow, default)]
    instructions: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Totals<'a> {
    net: f64,
    tax: f64,
    gross: f64,
    #[serde(borrow)]
    currency: Str<'a>,
    #[serde(borrow)]
    discount: Discount<'a>,
}

#[derive(Deserialize)]
struct Discount<'a> {
    #[serde(borrow)]
    code: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payment<'a> {
    #[serde(borrow)]
    method: Str<'a>,
    #[serde(borrow)]
    reference: Str<'a>,
    #[serde(borrow)]
    paid_at: Str<'a>,
    settled: bool,
}

#[derive(Deserialize, Serialize)]
struct Line<'a> {
    #[serde(borrow)]
    sku: Str<'a>,
    #[serde(borrow)]
    title: Str<'a>,
    quantity: u64,
}

#[derive(Deserialize)]
struct Flags {
    gift: bool,
}

#[derive(Deserialize)]
struct Source<'a> {
    #[serde(borrow)]
    campaign: Str<'a>,
}

#[derive(Serialize)]
struct Unified<'a> {
    id: &'a Id<'a>,
    key: &'a str,
    status: &'a str,
    channel: &'a str,
    priority: u64,
    created_at: &'a str,
    created_by: &'a str,
    created_by_name: &'a str,
    updated_at: &'a str,
    updated_by: &'a str,
    updated_by_name: &'a str,
    customer_id: &'a Id<'a>,
    customer_name: &'a str,
    customer_email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_phone: Option<&'a Text<'a>>,
    company_name: &'a str,
    company_tax_id: &'a str,
    company_size: u64,
    segments: &'a [Text<'a>],
    billing_street: &'a str,
    billing_city: &'a str,
    billing_zip: &'a str,
    billing_country: &'a str,
    shipping_street: &'a str,
    shipping_city: &'a str,
    shipping_zip: &'a str,
    shipping_country: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_instructions: Option<&'a Text<'a>>,
    net: f64,
    tax: f64,
    gross: f64,
    currency: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_code: Option<&'a Text<'a>>,
    payment_method: &'a str,
    payment_reference: &'a str,
    paid_at: &'a str,
    is_settled: bool,
    lines: &'a [Line<'a>],
    is_gift: bool,
    campaign: &'a str,
    raw: &'a RawValue,
}

pub(super) fn write(raw: &RawValue, out: &mut Vec<u8>) -> serde_json::Result<()> {
    let order: Order<'_> = serde_json::from_str(raw.get())?;
    let Order { customer, billing, shipping, totals, payment, .. } = &order;
    let status = match &*order.state {
        "OPEN" => "open",
        "HELD" => "waiting",
        "SENT" => "sent",
        _ => "done",
    };
    let unified = Unified {
        id: &order.id,
        key: &order.key,
        status,
        channel: &order.channel,
        priority: order.priority,
        created_at: &order.created.at,
        created_by: &order.created.by.id,
        created_by_name: &order.created.by.name,
        updated_at: &order.updated.at,
        updated_by: &order.updated.by.id,
        updated_by_name: &order.updated.by.name,
        customer_id: &customer.id,
        customer_name: &customer.name,
        customer_email: &customer.email,
        customer_phone: customer.phone.as_ref(),
        company_name: &customer.company.name,
        company_tax_id: &customer.company.tax_id,
        company_size: customer.company.size,
        segments: &customer.segments,
        billing_street: &billing.street,
        billing_city: &billing.city,
        billing_zip: &billing.zip,
        billing_country: &billing.country,
        shipping_street: &shipping.street,
        shipping_city: &shipping.city,
        shipping_zip: &shipping.zip,
        shipping_country: &shipping.country,
        shipping_instructions: shipping.instructions.as_ref(),
        net: totals.net,
        tax: totals.tax,
        gross: totals.gross,
        currency: &totals.currency,
        discount_code: totals.discount.code.as_ref(),
        payment_method: &payment.method,
        payment_reference: &payment.reference,
        paid_at: &payment.paid_at,
        is_settled: payment.settled,
        lines: &order.lines,
        is_gift: order.flags.gift,
        campaign: &order.source.campaign,
        raw,
    };
    serde_json::to_writer(out, &unified)
}

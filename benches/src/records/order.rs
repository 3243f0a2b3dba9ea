//! An order.

use super::{put, turn};

const STATES: [&str; 5] = ["OPEN", "HELD", "SENT", "SENT", "CLOSED"];
const CHANNELS: [&str; 3] = ["web", "phone", "fair"];
const NAMES: [&str; 6] = ["Ada Quill", "Bertil Okafor", r"Zo\u00eb Moreau", "Élise Lindqvist", "Dag Řezníček", r#"Greta \"G\" Tanaka"#];
const COMPANIES: [&str; 4] = ["Inkwell Ltd", "Société Plume", "Blotter & Co", "Vellum GmbH"];
const CITIES: [&str; 5] = ["Brno", "Malmö", "Lyon", "Porto", "Gdańsk"];
const TITLES: [&str; 4] = ["Ink, blue", "Nib", "Étui", "Blotter"];

pub(super) fn write(text: &mut String, number: usize) {
    let (name, company, city, day) = (turn(&NAMES, number), turn(&COMPANIES, number), turn(&CITIES, number), 1 + number % 28);
    let (clerk, price) = (turn(&NAMES, number / 3), 20 + number % 300);
    put(
        text,
        format_args!(
            r#"{{"id":{id},"key":"ORD-{number:07}","state":"{state}","channel":"{channel}","priority":{priority},"created":{{"at":"2026-02-{day:02}T10:11:12Z","by":{{"id":"usr-{by:06}","name":"{clerk}","email":"clerk.{by}@quill.example"}}}},"updated":{{"at":"2026-03-{day:02}T14:15:16Z","by":{{"id":"usr-{by:06}","name":"{clerk}","email":"clerk.{by}@quill.example"}}}},"#,
            id = 4_100_000_000_000_000_000_u64 + number as u64,
            state = turn(&STATES, number),
            channel = turn(&CHANNELS, number),
            priority = number % 5,
            by = number % 40,
        ),
    );
    put(
        text,
        format_args!(
            r#""customer":{{"id":{customer},"name":"{name}","email":"buyer.{number}@plume.example","phone":"#,
            customer = 70_000 + number
        ),
    );
    if number.is_multiple_of(4) {
        text.push_str("null");
    } else {
        put(text, format_args!(r#""+33 555 {phone:04}""#, phone = number % 10_000));
    }
    put(
        text,
        format_args!(
            r#","company":{{"name":"{company}","taxId":"XX{tax:09}","size":{size}}},"segments":["retail","{city}"]}},"billing":{{"street":"{house} Harbour Street","city":"{city}","zip":"602 {house:02}","region":"South","country":"CZ"}},"shipping":{{"street":"{house} Mill Lane","city":"{city}","zip":"603 {house:02}","region":"North","country":"CZ","instructions":"Ring \"twice\", then wait"}},"#,
            tax = number % 1_000_000,
            size = 1 + number % 500,
            house = number % 90,
        ),
    );
    put(
        text,
        format_args!(
            r#""totals":{{"net":{price}.25,"tax":{tax}.15,"gross":{gross}.4,"currency":"EUR","discount":{{"code":{code},"percent":{percent}}}}},"payment":{{"method":"transfer","reference":"PAY-{number:08}","paidAt":"2026-03-{day:02}T09:00:00Z","dueDays":30,"settled":{settled}}},"#,
            tax = price / 5,
            gross = price + price / 5,
            code = if number.is_multiple_of(2) { r#""SPRING""# } else { "null" },
            percent = number % 20,
            settled = !number.is_multiple_of(3),
        ),
    );
    text.push_str(r#""lines":["#);
    for line in 0..1 + number % 3 {
        let comma = if line > 0 { "," } else { "" };
        put(
            text,
            format_args!(
                r#"{comma}{{"sku":"IT-{sku:06}","title":"{title}","quantity":{quantity},"price":{price}.75}}"#,
                sku = number + line,
                title = turn(&TITLES, number + line),
                quantity = 1 + line,
            ),
        );
    }
    put(
        text,
        format_args!(
            r#"],"flags":{{"gift":{gift},"fragile":true,"express":false}},"source":{{"campaign":"spring-{campaign}","medium":"letter","page":"https://shop.quill.example/spring/{campaign}"}},"remark":"Packed by hand; nothing broke."}}"#,
            gift = number.is_multiple_of(6),
            campaign = number % 12,
        ),
    );
}

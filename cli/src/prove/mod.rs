//! The definition of right: whatever a provider may answer by its own description, each record that comes out is one of the unified model's.

mod generate;

use connc_compiler::MapTypes;
use connc_compiler::shape::{Shape, Shapes};
use connc_compiler::source::Sources;
use connc_plan::Plan;
use connc_runtime::Connector;
use serde_json::{Map, Value, json};

use generate::Chance;

/// What came of proving a connector.
#[derive(Debug, Default)]
pub struct Proof {
    /// The maps, in the order of the files.
    pub maps: Vec<MapProof>,
}

/// What came of proving a map.
#[derive(Debug)]
pub struct MapProof {
    /// The unified model and resource: `user-directory/users`.
    pub name: String,
    /// Fields without a type, about which nothing is promised.
    pub untyped: Vec<String>,
    /// Records that were generated and mapped.
    pub records: u64,
    /// Records that broke the model, or that the map failed on.
    pub violations: u64,
    /// The first of them.
    pub first: Option<Violation>,
    /// Whether the type of the map's records is not known at all, so that nothing could be generated.
    pub unknown: bool,
}

/// A generated record that its map could not make one of the model's of.
#[derive(Debug)]
pub struct Violation {
    /// What is wrong.
    pub message: String,
    /// Where the map stands in the spec.
    pub place: Option<String>,
    /// The operation that may answer so.
    pub operation: String,
    /// The provider's record, which is invented.
    pub raw: Value,
}

impl MapProof {
    /// Whether every field has a type.
    #[must_use]
    pub fn is_typed(&self) -> bool {
        self.untyped.is_empty() && !self.unknown
    }
}

impl Proof {
    /// How many records were mapped.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.maps.iter().map(|map| map.records).sum()
    }

    /// How many of them broke the model.
    #[must_use]
    pub fn violations(&self) -> u64 {
        self.maps.iter().map(|map| map.violations).sum()
    }
}

/// Generates `records` records for a connector, spread over its maps, and maps them. The same seed gives the same records.
///
/// # Errors
///
/// Where the plan is none that the runtime reads.
pub fn prove(sources: &Sources, plan: Plan, records: u64, seed: u64) -> Result<Proof, connc_runtime::Error> {
    let (maps, shapes) = connc_compiler::map_types(sources);
    let variables = variables(&plan);
    let connector = Connector::load(plan)?;
    let given: u64 = maps.iter().map(|map| map.records.len() as u64).sum();
    let each = records.div_ceil(given.max(1));
    let mut proof = Proof::default();
    for map in maps {
        proof.maps.push(prove_map(&connector, &map, &shapes, each, &mut Chance::new(seed), &variables));
    }
    Ok(proof)
}

/// The records that [`prove`] maps, by unified model and resource: at most `each` for every operation that gives them.
#[must_use]
pub fn invented(sources: &Sources, each: u64, seed: u64) -> Vec<(String, String, Vec<Value>)> {
    let (maps, shapes) = connc_compiler::map_types(sources);
    let of = |map: MapTypes| {
        let mut chance = Chance::new(seed);
        let mut records = Vec::new();
        for (_, shape) in map.records.iter().filter(|(_, shape)| *shape != Shape::Unknown) {
            for _ in 0..each {
                let record = generate::value(shape, &shapes, &mut chance, 0);
                if !chance.was_endless() {
                    records.push(record);
                }
            }
        }
        (map.model, map.resource, records)
    };
    maps.into_iter().map(of).collect()
}

fn prove_map(
    connector: &Connector,
    map: &MapTypes,
    shapes: &Shapes,
    each: u64,
    chance: &mut Chance,
    variables: &Map<String, Value>,
) -> MapProof {
    let mut proof = MapProof {
        name: format!("{}/{}", map.model, map.resource),
        untyped: map.untyped.clone(),
        records: 0,
        violations: 0,
        first: None,
        unknown: map.records.is_empty() || map.records.iter().any(|(_, shape)| *shape == Shape::Unknown),
    };
    for (operation, shape) in map.records.iter().filter(|(_, shape)| *shape != Shape::Unknown) {
        for _ in 0..each {
            let raw = generate::value(shape, shapes, chance, 0);
            if chance.was_endless() {
                // No provider can send such a record, so nothing is proven by it; the type is wrong.
                proof.unknown = true;
                break;
            }
            proof.records += 1;
            if let Err(error) = connector.map_record(&map.model, &map.resource, &raw.to_string(), variables) {
                proof.violations += 1;
                proof.first.get_or_insert_with(|| Violation {
                    message: error.to_string(),
                    place: error.place.clone(),
                    operation: operation.clone(),
                    raw,
                });
            }
        }
    }
    proof
}

/// What a map may name besides the record, invented.
#[must_use]
pub fn variables(plan: &Plan) -> Map<String, Value> {
    let account: Map<String, Value> = plan.account.iter().map(|parameter| (parameter.name.clone(), json!("acme"))).collect();
    let constants: Map<String, Value> = plan.constants.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    Map::from_iter([
        ("account".to_owned(), Value::Object(account)),
        ("constants".to_owned(), Value::Object(constants)),
        ("auth".to_owned(), json!({})),
        ("id".to_owned(), json!("4711")),
        ("parent".to_owned(), json!({"id": "4712"})),
        ("input".to_owned(), json!({})),
    ])
}

//! The data that a tenant starts with: the applications of one invented company.

use serde_json::{Map, Value};

use crate::{resources, store::Store};

/// Families and their objects. Objects pass through the same defaults as a creation.
const SEED: &str = include_str!("../seed/tenant.json");

/// Fills the store; the file is part of the program, so a flaw in it is a bug.
pub(crate) fn fill(store: &mut Store) -> Result<(), serde_json::Error> {
    let text = SEED.replace("{domain}", &store.domain);
    let families: Map<String, Value> = serde_json::from_str(&text)?;
    for (family, objects) in families {
        for object in objects.as_array().into_iter().flatten() {
            resources::seed(store, &family, object.clone());
        }
    }
    Ok(())
}

//! What must have been there before a recorded request, judged from the recording.
//!
//! An item that was answered existed. Its state before a read is the state that was read; before a
//! change it is the state that the cassette showed last or, if it showed none, the answer with the
//! change undone. Everything after that is the tenant's own doing.

use serde_json::{Map, Value, json};

use super::{imply_actions, mapping::Mapping, read::Interaction};
use crate::{resources, store::Store};

type Object = Map<String, Value>;

/// The interactions of one cassette around the one in question.
pub(crate) struct History<'a> {
    earlier: Vec<&'a Interaction>,
    later: Vec<&'a Interaction>,
}

impl<'a> History<'a> {
    pub(crate) fn new(cassette: &[&'a Interaction], present: &Interaction) -> Self {
        let (mut earlier, mut later): (Vec<&Interaction>, Vec<&Interaction>) =
            cassette.iter().partition(|other| other.index < present.index);
        earlier.sort_by_key(|other| other.index);
        later.sort_by_key(|other| other.index);
        Self { earlier, later }
    }

    /// In a session, nothing needs to be looked up that was already replayed.
    pub(crate) fn of_session(session: &[&'a Interaction], present: &Interaction) -> Self {
        Self { earlier: Vec::new(), ..Self::new(session, present) }
    }

    /// The latest answer before the present request that shows this item whole.
    fn last_seen(&self, family: &str, id: &str) -> Option<Object> {
        self.earlier.iter().rev().find_map(|interaction| shown(interaction, family, id))
    }

    /// The latest state before the present request or, failing that, what later answers imply.
    fn state(&self, family: &str, id: &str) -> Option<Object> {
        let later = || {
            self.later.iter().find_map(|interaction| {
                let object = shown(interaction, family, id)?;
                let changed = interaction.method == "PATCH";
                Some(if changed { undone(&object, &interaction.request) } else { object })
            })
        };
        self.last_seen(family, id).or_else(later)
    }
}

/// The item as an interaction answered it, unless fields were chosen or it failed.
fn shown(interaction: &Interaction, family: &str, id: &str) -> Option<Object> {
    let plain = !interaction.query.iter().any(|(name, _)| name == "fields");
    let success = (200..300).contains(&interaction.status) && interaction.has_body();
    let place = place(&interaction.path);
    let near = place.family == family || place.collection == family;
    let object = interaction.response.as_object()?;
    let same = object.get(resources::id_key(family)).and_then(Value::as_str) == Some(id);
    (plain && success && near && same).then(|| as_stored(object))
}

/// Where a path points: `/api/v2/clients/X/credentials` is the collection `clients/X/credentials`
/// and the item `credentials` of the family `clients/X`; the template tells which is meant.
struct Place {
    collection: String,
    family: String,
    id: String,
}

fn place(path: &str) -> Place {
    let path = path.strip_prefix("/api/v2/").unwrap_or(path);
    let (family, id) = path.rsplit_once('/').unwrap_or(("", path));
    Place { collection: path.to_owned(), family: family.to_owned(), id: id.to_owned() }
}

/// The place of an item; an API that is named by its identifier is known by its answer.
fn named(interaction: &Interaction) -> Place {
    let mut place = place(&interaction.path);
    let answered = interaction.response.get("id").and_then(Value::as_str);
    if let Some(id) = answered.filter(|_| place.family == "resource-servers") {
        place.id = id.to_owned();
    }
    place
}

/// An answered item as it is stored: what only the answer to a creation carries is gone.
fn as_stored(object: &Object) -> Object {
    let mut object = object.clone();
    object.shift_remove("encrypted");
    if let Some(Value::Array(keys)) = object.get_mut("signing_keys") {
        keys.iter_mut().filter_map(Value::as_object_mut).for_each(|key| {
            key.shift_remove("key");
        });
    }
    object
}

/// Gives an empty tenant what a single row implies.
pub(crate) fn before(store: &mut Store, template: &str, row: &Interaction, history: &History<'_>) {
    imply(store, template, row, history, &Mapping::default());
}

/// Gives a tenant in the middle of a session what it cannot know: what existed before it began.
pub(crate) fn missing(
    store: &mut Store,
    template: &str,
    interaction: &Interaction,
    history: &History<'_>,
    mapping: &Mapping,
) {
    imply(store, template, interaction, history, mapping);
}

fn imply(
    store: &mut Store,
    template: &str,
    interaction: &Interaction,
    history: &History<'_>,
    mapping: &Mapping,
) {
    parents(store, template, interaction, history, mapping);
    let place = named(interaction);
    if template.contains("/cimd/") {
        document(store, interaction, history);
    } else if template == "/client-grants" && interaction.status == 201 {
        parties(store, interaction, history, mapping);
    } else if template.ends_with('}') {
        let existed = interaction.status != 404 && !mapping.knows(&place.id);
        if existed && store.get(&mapped(&place.family, mapping), &place.id).is_none() {
            let object = item(interaction, history, &place);
            store.put(&mapped(&place.family, mapping), &place.id, object);
        }
    } else if interaction.method == "GET" {
        list(store, interaction, &mapped(&place.collection, mapping), history, mapping);
    }
    imply_actions::imply(store, template, interaction, mapping);
}

fn mapped(family: &str, mapping: &Mapping) -> String {
    mapping.path(family)
}

/// The items that a path passes through, such as the client of a credential.
fn parents(
    store: &mut Store,
    template: &str,
    interaction: &Interaction,
    history: &History<'_>,
    mapping: &Mapping,
) {
    let path = interaction.path.strip_prefix("/api/v2").unwrap_or(&interaction.path);
    let parts: Vec<&str> = path.split('/').collect();
    let names: Vec<&str> = template.split('/').collect();
    for at in 1..names.len().saturating_sub(1) {
        let (family, id) = (parts[1..at].join("/"), parts[at]);
        let known = mapping.knows(id) || store.get(&mapped(&family, mapping), id).is_some();
        if !names[at].starts_with('{') || known || interaction.status == 404 {
            continue;
        }
        let answered = interaction.response.as_object();
        let key = resources::id_key(&family);
        let own = answered.filter(|object| object.get(key).and_then(Value::as_str) == Some(id));
        let seen = history.state(&family, id).or_else(|| own.map(as_stored));
        store.put(&mapped(&family, mapping), id, seen.unwrap_or_else(|| bare(&family, id)));
    }
}

/// An item of which nothing is known but that it exists.
fn bare(family: &str, id: &str) -> Object {
    Object::from_iter([(resources::id_key(family).to_owned(), id.into())])
}

/// The state of an item before the request.
fn item(interaction: &Interaction, history: &History<'_>, place: &Place) -> Object {
    let answered = interaction.response.as_object().filter(|_| interaction.has_body());
    let before = match (interaction.method.as_str(), answered) {
        ("GET", Some(answered)) => {
            let mut seen = history.state(&place.family, &place.id).unwrap_or_default();
            seen.extend(as_stored(answered));
            Some(seen)
        }
        ("PATCH", Some(answered)) => history
            .last_seen(&place.family, &place.id)
            .or_else(|| Some(undone(answered, &interaction.request))),
        _ => history.state(&place.family, &place.id),
    };
    let mut before = before.unwrap_or_else(|| bare(&place.family, &place.id));
    before.insert(resources::id_key(&place.family).to_owned(), place.id.as_str().into());
    before
}

/// An answer to a change as it may have been before: what the change set is not there yet.
fn undone(answered: &Object, change: &Value) -> Object {
    let mut before = as_stored(answered);
    for (key, value) in change.as_object().into_iter().flatten() {
        match (before.get_mut(key), value) {
            (Some(Value::Object(old)), Value::Object(new)) if old.len() > new.len() => {
                new.keys().for_each(|inner| drop(old.shift_remove(inner)));
            }
            _ => drop(before.shift_remove(key)),
        }
    }
    before
}

/// The items of a list, with as many others before them as the page skips.
fn list(
    store: &mut Store,
    interaction: &Interaction,
    family: &str,
    history: &History<'_>,
    mapping: &Mapping,
) {
    if interaction.status != 200 {
        return;
    }
    let (items, start) = match &interaction.response {
        Value::Array(items) => (items, skipped(interaction)),
        Value::Object(envelope) => {
            let Some(items) = envelope.values().find_map(Value::as_array) else { return };
            (items, envelope.get("start").and_then(Value::as_u64).unwrap_or(0))
        }
        _ => return,
    };
    let key = resources::id_key(family);
    let filler = items.first().and_then(Value::as_object).cloned().unwrap_or_default();
    let present = store.all(family).count() as u64;
    for number in present..start {
        let mut object = as_stored(&filler);
        object.insert(key.to_owned(), format!("skipped{number}").into());
        store.put(family, &format!("skipped{number}"), object);
    }
    // What was there before the session is older than what the session has made so far.
    let made: Vec<(String, Value)> =
        store.all(family).map(|(id, object)| (id.clone(), object.clone())).collect();
    store.clear(family);
    for (number, object) in items.iter().filter_map(Value::as_object).enumerate() {
        let id = object.get(key).and_then(Value::as_str).map(str::to_owned);
        let id = id.unwrap_or_else(|| format!("listed{number}"));
        if !mapping.knows(&id) && made.iter().all(|(known, _)| *known != id) {
            let mut object = as_stored(object);
            for (field, value) in filtered(interaction) {
                object.insert(field.to_owned(), value);
            }
            // A list may show less of an item than a later read of the same session, except of
            // actions, which are listed whole.
            let whole = family.starts_with("actions/");
            for (field, value) in history.state(family, &id).filter(|_| !whole).unwrap_or_default()
            {
                object.entry(field).or_insert(value);
            }
            object.insert(key.to_owned(), id.as_str().into());
            grants(store, interaction, &id);
            store.put(family, &id, object);
        }
    }
    for (id, object) in made {
        store.put(family, &id, object.as_object().cloned().unwrap_or_default());
    }
}

/// How many items a page of a bare list leaves out before it.
fn skipped(interaction: &Interaction) -> u64 {
    let number = |wanted: &str| {
        let found = interaction.query.iter().find(|(name, _)| name == wanted);
        found.and_then(|(_, value)| value.parse::<u64>().ok()).unwrap_or(0)
    };
    number("page") * number("per_page")
}

/// What a list's filters say about its items, whether or not these fields were shown.
fn filtered(interaction: &Interaction) -> impl Iterator<Item = (&str, Value)> {
    interaction.query.iter().filter_map(|(name, value)| match name.as_str() {
        "is_global" => Some(("global", (value == "true").into())),
        "is_first_party" => Some(("is_first_party", (value == "true").into())),
        "app_type" if !value.contains(',') => Some(("app_type", value.as_str().into())),
        _ => None,
    })
}

/// A list that was filtered by client grants implies those grants.
fn grants(store: &mut Store, interaction: &Interaction, client_id: &str) {
    let Some((_, q)) = interaction.query.iter().find(|(name, _)| name == "q") else { return };
    let organization = q.strip_prefix("client_grant.organization_id:");
    let grant = json!({
        "id": format!("grant of {client_id}"),
        "client_id": client_id,
        "organizations": organization.into_iter().collect::<Vec<_>>(),
        "allow_any_organization": organization.is_none(),
    });
    resources::load(store, "client-grants", grant);
}

/// The client and the API that a new grant joins.
fn parties(store: &mut Store, interaction: &Interaction, history: &History<'_>, mapping: &Mapping) {
    let text = |name: &str| interaction.request[name].as_str().unwrap_or_default();
    let (client, audience) = (text("client_id"), text("audience"));
    if !mapping.knows(client) && store.get("clients", client).is_none() {
        let seen = history.state("clients", client);
        store.put("clients", client, seen.unwrap_or_else(|| bare("clients", client)));
    }
    if store.all("resource-servers").all(|(_, api)| api["identifier"] != audience) {
        let api = json!({ "id": format!("API {audience}"), "identifier": audience });
        resources::load(store, "resource-servers", api);
    }
}

/// The metadata document that a preview or registration must have fetched.
fn document(store: &mut Store, interaction: &Interaction, history: &History<'_>) {
    let fields = &interaction.response["mapped_fields"];
    let mut document = json!({
        "client_id": interaction.request["external_client_id"],
        "client_name": fields["name"],
        "redirect_uris": fields["callbacks"],
        "grant_types": fields["grant_types"],
        "token_endpoint_auth_method": fields["token_endpoint_auth_method"],
    });
    for (property, value) in fields.as_object().into_iter().flatten() {
        if ["logo_uri", "jwks_uri", "description"].contains(&property.as_str()) {
            document[property] = value.clone();
        }
    }
    let warnings = interaction.response["validation"]["warnings"].as_array();
    if warnings.is_some_and(|warnings| !warnings.is_empty()) {
        document["client_uri"] = interaction.request["external_client_id"].clone();
    }
    resources::load(store, "cimd-documents", document);
    let existed = interaction.path.ends_with("/preview") || interaction.status == 200;
    let id = interaction.response["client_id"].as_str();
    if let Some(id) = id.filter(|id| existed && store.get("clients", id).is_none()) {
        let mut client = history.state("clients", id).unwrap_or_else(|| bare("clients", id));
        let address = interaction.request["external_client_id"].clone();
        client.insert("external_client_id".to_owned(), address);
        store.put("clients", id, client);
    }
}

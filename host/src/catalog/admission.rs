//! Arguments against the tool's closed schema, before any plugin or HTTP work.
//!
//! The model reads the text, so it names every bad place at once, says what was expected and never repeats a
//! value: an argument can be a secret.

use std::sync::OnceLock;

use auth0_mcp_sandbox::manifest::Schema;
use jsonschema::{
    ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;

use super::pattern::nearest;

/// At most so many problems in one answer.
const MOST: usize = 8;

/// The arguments of one tool.
pub struct Arguments {
    tool: String,
    /// What the value as a whole is called.
    whole: &'static str,
    schema: Value,
    /// Compiled when the tool is first called: start-up must not pay for tools that nobody calls.
    validator: OnceLock<Result<Validator, String>>,
}

impl Arguments {
    pub(crate) fn of(tool: &str, schema: &Schema) -> Self {
        Self {
            tool: tool.to_owned(),
            whole: "the arguments",
            schema: Value::Object(schema.clone()),
            validator: OnceLock::new(),
        }
    }

    /// Checks the arguments of a call.
    ///
    /// # Errors
    /// A text for the model that names each problem and what was expected.
    pub fn check(&self, arguments: &Value) -> Result<(), String> {
        let validator = self
            .validator()
            .map_err(|error| format!("the schema of `{}` is broken: {error}", self.tool))?;
        if validator.is_valid(arguments) {
            return Ok(());
        }
        Err(format!(
            "Invalid arguments for {}: {}. Nothing was sent to Auth0.",
            self.tool,
            self.problems(validator, arguments)
        ))
    }

    fn problems(&self, validator: &Validator, value: &Value) -> String {
        let mut problems = Vec::new();
        for error in validator.iter_errors(value) {
            self.describe(&error, "", &mut problems);
            if problems.len() > MOST {
                break;
            }
        }
        if problems.len() > MOST {
            problems.truncate(MOST);
            problems.push("and more".to_owned());
        }
        problems.join("; ")
    }

    /// Whether arguments can be checked: the schema is a schema, and its patterns are not too costly.
    ///
    /// # Errors
    /// What is wrong with it, in at most a few hundred characters.
    pub fn usable(&self) -> Result<(), String> {
        let shorten = |error: &String| error.escape_debug().take(300).collect();
        self.validator().map(|_| ()).map_err(shorten)
    }

    fn validator(&self) -> Result<&Validator, &String> {
        let build = || options().build(&self.schema).map_err(|error| error.to_string());
        self.validator.get_or_init(build).as_ref()
    }

    /// One problem as words; `at` is the place of an enclosing `anyOf`.
    fn describe(&self, error: &ValidationError<'_>, at: &str, problems: &mut Vec<String>) {
        let path = format!("{at}{}", error.instance_path().as_str());
        let place =
            if path.is_empty() { self.whole.to_owned() } else { format!("`{}`", dotted(&path)) };
        match error.kind() {
            Kind::AdditionalProperties { unexpected }
            | Kind::UnevaluatedProperties { unexpected } => {
                problems
                    .extend(unexpected.iter().take(MOST + 1).map(|key| self.unknown(key, &path)));
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                match closest_branch(context) {
                    Some(branch) => {
                        branch.iter().for_each(|inner| self.describe(inner, at, problems))
                    }
                    None => problems.push(format!("{place} fits none of the allowed forms")),
                }
            }
            // "the arguments" are several.
            Kind::Required { property } if path.is_empty() && self.whole.ends_with('s') => {
                problems.push(format!("{place} lack the required `{}`", text_of(property)));
            }
            kind => problems.push(format!("{place} {}", expectation(kind))),
        }
    }

    /// An unknown key, with the nearest known one or all that are known at that place.
    fn unknown(&self, key: &str, path: &str) -> String {
        let shown: String = key.escape_debug().take(80).collect();
        let shown = if path.is_empty() { shown } else { format!("{}.{shown}", dotted(path)) };
        let known = properties_at(&self.schema, path);
        let near = nearest(key, &known);
        match near.first() {
            Some(near) => format!("`{shown}` is unknown (did you mean `{near}`?)"),
            None if known.is_empty() => format!("`{shown}` is unknown, nothing is allowed here"),
            None => format!("`{shown}` is unknown, known here: {}", known.join(", ")),
        }
    }
}

/// Writes whole numbers without a fraction: to JSON Schema `50.0` is an integer, to the types of a plugin it is none.
pub fn write_whole(arguments: &mut Value) {
    match arguments {
        Value::Number(number) => {
            let whole = number.as_f64().filter(|_| number.is_f64()).and_then(whole);
            if let Some(whole) = whole {
                *number = whole.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(write_whole),
        Value::Object(members) => members.values_mut().for_each(write_whole),
        _ => {}
    }
}

/// The integer that a number is, as far as each has a number of its own.
#[expect(clippy::cast_possible_truncation, reason = "it has no fraction and fits")]
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

/// What is wrong with an answer, by the tool's output schema, for the author of a plugin; None if nothing is. A schema
/// that cannot be compiled is wrong with every answer.
pub(crate) fn misfit(schema: &Schema, answer: &Value) -> Option<String> {
    let expected = Arguments { whole: "the answer", ..Arguments::of("", schema) };
    match expected.validator() {
        Ok(validator) if validator.is_valid(answer) => None,
        Ok(validator) => Some(expected.problems(validator, answer)),
        Err(error) => Some(format!("its schema cannot be compiled: {error}")),
    }
}

/// Why a schema cannot be compiled, if it cannot.
pub(crate) fn broken(schema: &Schema) -> Option<String> {
    Arguments::of("", schema).validator().err().cloned()
}

/// Formats are not asserted (the API has its own); patterns run on the engine that is linear in its input.
fn options() -> jsonschema::ValidationOptions<'static> {
    let patterns = jsonschema::PatternOptions::regex().size_limit(1 << 20).dfa_size_limit(1 << 20);
    jsonschema::options().with_pattern_options(patterns)
}

/// `/jwt_configuration/alg` → `jwt_configuration.alg`, for people.
fn dotted(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".").replace("~1", "/").replace("~0", "~")
}

/// Of the branches of an `anyOf`, the one that says most: not "is not null" but what is wrong inside the object.
fn closest_branch<'a>(
    context: &'a [Vec<ValidationError<'static>>],
) -> Option<&'a [ValidationError<'static>]> {
    let wrong_type = |errors: &&Vec<ValidationError<'static>>| {
        errors.iter().any(|error| {
            matches!(error.kind(), Kind::Type { .. }) && error.instance_path().as_str().is_empty()
        })
    };
    let mut fitting = context.iter().filter(|errors| !errors.is_empty() && !wrong_type(errors));
    fitting.next().or_else(|| context.iter().find(|errors| !errors.is_empty())).map(Vec::as_slice)
}

/// What was expected, without the value that was given.
fn expectation(kind: &Kind) -> String {
    match kind {
        Kind::Required { property } => {
            format!("lacks the required `{}`", text_of(property))
        }
        Kind::Type { kind: TypeKind::Single(kind) } => format!("must be of type {kind}"),
        Kind::Enum { options } => format!("must be one of {}", list(options)),
        Kind::Constant { expected_value } => format!("must be {expected_value}"),
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::MinLength { limit } => format!("must have at least {limit} characters"),
        Kind::MaxLength { limit } => format!("must have at most {limit} characters"),
        Kind::MinItems { limit } => format!("must have at least {limit} items"),
        Kind::MaxItems { limit } => format!("must have at most {limit} items"),
        Kind::MinProperties { limit } => format!("must have at least {limit} properties"),
        Kind::MaxProperties { limit } => format!("must have at most {limit} properties"),
        Kind::Pattern { pattern } => format!("must match the pattern {pattern}"),
        Kind::Format { format } => format!("must be a valid {format}"),
        Kind::UniqueItems => "must not repeat an item".to_owned(),
        kind => format!("breaks the rule `{}` of the tool's input schema", kind.keyword()),
    }
}

fn text_of(property: &Value) -> &str {
    property.as_str().unwrap_or_default()
}

fn list(options: &Value) -> String {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    options.iter().map(Value::to_string).collect::<Vec<_>>().join(", ")
}

/// The property names that the schema knows at an instance path (through `items` and `anyOf`).
fn properties_at<'a>(schema: &'a Value, path: &str) -> Vec<&'a str> {
    let mut places = vec![schema];
    for step in path.split('/').skip(1) {
        places =
            places.into_iter().flat_map(forms).filter_map(|place| descend(place, step)).collect();
    }
    let objects =
        places.into_iter().flat_map(forms).filter_map(|place| place.get("properties")?.as_object());
    objects.flat_map(|properties| properties.keys().map(String::as_str)).collect()
}

fn descend<'a>(place: &'a Value, step: &str) -> Option<&'a Value> {
    match step.parse::<usize>() {
        Ok(_) if place.get("items").is_some() => place.get("items"),
        _ => place
            .get("properties")
            .and_then(|known| known.get(step))
            .or_else(|| place.get("additionalProperties")),
    }
}

/// A schema and the alternatives within it.
fn forms(place: &Value) -> Vec<&Value> {
    let alternatives =
        ["anyOf", "oneOf"].into_iter().filter_map(|key| place.get(key)?.as_array()).flatten();
    std::iter::once(place).chain(alternatives).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(arguments: &Value) -> String {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["client_id"],
            "properties": {
                "client_id": {"type": "string", "minLength": 1},
                "per_page": {"type": "integer", "minimum": 1, "maximum": 100},
                "app_type": {"type": "string", "enum": ["spa", "native"]},
                "callbacks": {"type": "array", "items": {"type": "string"}},
                "refresh_token": {"anyOf": [
                    {"type": "object", "additionalProperties": false,
                     "properties": {"leeway": {"type": "integer", "minimum": 0}}},
                    {"type": "null"}]},
            }
        });
        Arguments::of("auth0_x", schema.as_object().unwrap()).check(arguments).unwrap_err()
    }

    #[test]
    fn whole_numbers_lose_their_fraction_and_others_keep_it() {
        let mut arguments =
            json!({"a": 50.0, "b": [-0.0, {"c": 2.5}], "d": 1e300, "e": 9e15, "f": 7, "g": "1.0"});
        write_whole(&mut arguments);
        let written =
            r#"{"a":50,"b":[0,{"c":2.5}],"d":1e+300,"e":9000000000000000,"f":7,"g":"1.0"}"#;
        assert_eq!(arguments.to_string(), written);
    }

    #[test]
    fn each_problem_is_named_with_what_was_expected() {
        let table = [
            (json!({}), "the arguments lack the required `client_id`"),
            (json!({"client_ids": "a"}), "`client_ids` is unknown (did you mean `client_id`?)"),
            (
                json!({"client_id": "a", "zzzzzzzzz": 1}),
                "`zzzzzzzzz` is unknown, known here: client_id, per_page",
            ),
            (json!({"client_id": 5}), "`client_id` must be of type string"),
            (json!({"client_id": ""}), "`client_id` must have at least 1 characters"),
            (json!({"client_id": "a", "per_page": 500}), "`per_page` must be at most 100"),
            (json!({"client_id": "a", "per_page": 1.5}), "`per_page` must be of type integer"),
            (
                json!({"client_id": "a", "app_type": "spaa"}),
                r#"`app_type` must be one of "spa", "native""#,
            ),
            (
                json!({"client_id": "a", "callbacks": ["x", 1]}),
                "`callbacks.1` must be of type string",
            ),
            (
                json!({"client_id": "a", "refresh_token": {"leway": 1}}),
                "`refresh_token.leway` is unknown (did you mean `leeway`?)",
            ),
            (
                json!({"client_id": "a", "refresh_token": {"leeway": -1}}),
                "`refresh_token.leeway` must be at least 0",
            ),
        ];
        for (arguments, expected) in table {
            let text = refused(&arguments);
            assert!(text.contains(expected), "{arguments}: {text}");
        }
    }

    #[test]
    fn values_are_never_repeated() {
        let text = refused(
            &json!({"client_id": ["planted-secret"], "app_type": "planted-secret", "per_page": "planted-secret"}),
        );
        assert!(!text.contains("planted"), "{text}");
    }
}

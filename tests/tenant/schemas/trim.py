"""Derives `<family>.json` from Auth0's OpenAPI document of the Management API.

    python3 trim.py management-api-oas.json clients > clients.json

Kept: for each operation its scopes, parameters and request body; the component schemas that a body
reaches. Dropped: answers, examples, summaries and everything that starts with `x-`.
"""

import json
import sys

KEYWORDS = [
    "$ref", "type", "description", "enum", "const", "format", "pattern", "required", "additionalProperties",
    "minProperties", "maxProperties", "minItems", "maxItems", "uniqueItems", "minLength", "maxLength",
    "minimum", "maximum", "properties", "items", "oneOf", "anyOf", "allOf",
]


def trim(schema):
    if not isinstance(schema, dict):
        return schema
    kept = {}
    for key in KEYWORDS:
        if key not in schema:
            continue
        value = schema[key]
        if key == "properties":
            kept[key] = {name: trim(inner) for name, inner in value.items()}
        elif key in ("oneOf", "anyOf", "allOf"):
            kept[key] = [trim(inner) for inner in value]
        elif key in ("items", "additionalProperties"):
            kept[key] = trim(value)
        elif key == "$ref":
            kept[key] = value.rsplit("/", 1)[1]
        else:
            kept[key] = value
    return kept


def references(schema):
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            else:
                yield from references(value)
    elif isinstance(schema, list):
        for inner in schema:
            yield from references(inner)


def operation(method, path, source):
    kept = {"scopes": []}
    for requirement in source.get("security", []):
        kept["scopes"] += requirement.get("oAuth2ClientCredentials", [])
    for place in ("path", "query"):
        found = {
            parameter["name"]: {**trim(parameter["schema"]), "description": parameter.get("description", "")}
            for parameter in source.get("parameters", [])
            if parameter["in"] == place
        }
        if found:
            kept[place] = found
    body = source.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if body:
        kept["body"] = trim(body)
    return f"{method.upper()} {path}", kept


def main(document, family):
    with open(document) as file:
        oas = json.load(file)
    operations = dict(
        operation(method, path, source)
        for path, methods in oas["paths"].items()
        if path.split("/")[1] == family
        for method, source in methods.items()
        if method in ("get", "post", "patch", "put", "delete")
    )
    schemas, waiting = {}, list(references(operations))
    while waiting:
        name = waiting.pop()
        if name not in schemas:
            schemas[name] = trim(oas["components"]["schemas"][name])
            waiting += references(schemas[name])
    json.dump({"operations": operations, "schemas": dict(sorted(schemas.items()))}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

"""What the host has to find in a manifest. It does not convert: a value of another type would end `describe` with a
bare `unreachable`, so each is looked at here, where its place can be named. Open schemas and rows that cannot be it
refuses by name; here the unit tests do, before anything is built."""

import json
import re
from typing import Any

from wit_world.imports.types import Consequences, Effect_ReadOnly, Effect_Write, Endpoint, Manifest, Method, Tool

# Segments of a path below /api/v2/.
ROW = re.compile(r"(?!api/v2(/|\Z))([\w.-]+|{\w+})(/([\w.-]+|{\w+}))*", re.ASCII)


def checked(manifest: Manifest) -> Manifest:
    """The manifest, if the host can read it. Otherwise a TypeError that names the place."""
    for name in ("name", "version", "description"):
        _is(str, getattr(manifest, name), f"manifest: {name}", "text")
    for tool in _is(list, manifest.tools, "manifest: tools", "a list"):
        _check_tool(_is(Tool, tool, "manifest: tools", "a Tool(…)"))
    return manifest


def _check_tool(tool: Tool) -> None:
    at = f"{tool.name}: "
    for name in ("name", "title", "description"):
        _is(str, getattr(tool, name), at + name, "text")
    _check_closed(_schema(tool.input_schema, at + "input_schema"), at + "input_schema")
    if tool.output_schema is not None:
        _schema(tool.output_schema, at + "output_schema")
    effect = _is(Effect_ReadOnly | Effect_Write, tool.effect, at + "effect", "Effect_ReadOnly() or Effect_Write(…)")
    if isinstance(effect, Effect_Write):
        _is(Consequences, effect.value, at + "effect", "Effect_Write(Consequences(0)) or one with flags")
    for endpoint in _is(list, tool.endpoints, at + "endpoints", "a list"):
        _check_endpoint(_is(Endpoint, endpoint, at + "endpoints", "an Endpoint(…)"), effect, at + "endpoints: ")


def _check_endpoint(endpoint: Endpoint, effect: Any, at: str) -> None:
    if not ROW.fullmatch(_is(str, endpoint.path, at + "path", "text")):
        text = "write it relative to /api/v2/, with {name} for what varies, and no query"
        raise TypeError(f"{at}{endpoint.path}: {text}")
    _is(Method, endpoint.method, f"{at}{endpoint.path}: method", "one of Method, such as Method.GET")
    if isinstance(effect, Effect_ReadOnly) and endpoint.method != Method.GET:
        raise TypeError(f"{at}{endpoint.path}: a read-only tool can only have GET")
    for scope in _is(list, endpoint.scopes, f"{at}{endpoint.path}: scopes", "a list"):
        _is(str, scope, f"{at}{endpoint.path}: scopes", "text")


def _schema(text: Any, where: str) -> Any:
    try:
        return json.loads(_is(str, text, where, "JSON text, json.dumps(…)"))
    except ValueError:
        raise TypeError(f"{where} must be JSON text, json.dumps(…), and is {text!r:.80}") from None


def _check_closed(schema: Any, where: str) -> None:
    if not isinstance(schema, dict | list):
        return
    if isinstance(schema, dict):
        closed = schema.get("additionalProperties", schema.get("unevaluatedProperties", True))
        if isinstance(schema.get("properties"), dict) and closed is True:
            raise TypeError(f'{where} takes any property: add "additionalProperties": False')
    for key, value in schema.items() if isinstance(schema, dict) else enumerate(schema):
        _check_closed(value, f"{where}.{key}")


def _is(kind: Any, value: Any, where: str, wanted: str) -> Any:
    if isinstance(value, kind):
        return value
    raise TypeError(f"{where} must be {wanted}, and is {value!r:.80}")

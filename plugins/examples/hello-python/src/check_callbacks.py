"""Which callback URLs of an application let others receive its users' codes and tokens."""

import json
import re
from typing import Any

from api import Api, invalid_arguments, malformed
from wit_world.imports.types import Effect_ReadOnly, Endpoint, Method, Tool

# At most so many findings in one answer: it is read by a model.
MOST = 50

INPUT = {
    "type": "object",
    "properties": {
        "client_id": {
            "description": "As auth0_list_applications gives it",
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
        },
        "allow_localhost": {"description": "Accept callbacks on a developer's own machine", "type": "boolean"},
    },
    "additionalProperties": False,
    "required": ["client_id"],
}

OUTPUT = {
    "type": "object",
    "properties": {
        "client_id": {"type": "string"},
        "name": {"type": "string"},
        "checked": {"type": "integer"},
        "found": {"type": "integer"},
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"callback": {"type": "string"}, "problem": {"type": "string"}},
                "required": ["callback", "problem"],
            },
        },
    },
    "required": ["client_id", "name", "checked", "found", "findings"],
}

# What the host and the model read of the tool.
DEFINITION = Tool(
    name="hello_python_check_callbacks",
    title="Check callbacks",
    description="Finds risky callback URLs of one Auth0 application: wildcards, plain http, localhost."
    " Use auth0_list_applications to find its client_id.",
    input_schema=json.dumps(INPUT, separators=(",", ":")),
    output_schema=json.dumps(OUTPUT, separators=(",", ":")),
    # Of a tool that writes: Effect_Write(Consequences.DESTRUCTIVE | Consequences.IDEMPOTENT), or Consequences(0).
    effect=Effect_ReadOnly(),
    # The only request that a call can send.
    endpoints=[Endpoint(method=Method.GET, path="clients/{client_id}", scopes=["read:clients"])],
)


def run(arguments: dict[str, Any], api: Api) -> dict[str, Any]:
    client_id, allow_localhost = arguments["client_id"], arguments.get("allow_localhost", False)
    if " " in client_id:
        raise invalid_arguments("client_id must not contain spaces: use the id, not the name")
    application = api.get(["clients", client_id], fields="client_id,name,callbacks")
    callbacks = _callbacks(application)
    checked = [(callback, problem(callback, allow_localhost)) for callback in callbacks]
    findings = [{"callback": callback, "problem": text} for callback, text in checked if text is not None]
    return {
        "client_id": application["client_id"],
        "name": application["name"],
        "checked": len(callbacks),
        "found": len(findings),
        "findings": findings[:MOST],
    }


def _callbacks(application: Any) -> list[str]:
    """The callbacks in Auth0's answer, if it is what the API promises."""
    fits = isinstance(application, dict)
    fits = fits and all(isinstance(application.get(name), str) for name in ("client_id", "name"))
    callbacks = (application.get("callbacks") if fits else None) or []
    if not fits or not isinstance(callbacks, list) or not all(isinstance(item, str) for item in callbacks):
        raise malformed("the answer is not an application")
    return callbacks


def problem(callback: str, allow_localhost: bool) -> str | None:
    """What is wrong with a callback URL, if anything."""
    if "*" in callback:
        return "a wildcard also matches pages of others"
    url = re.fullmatch(r"(https?)://(.*)", callback, re.DOTALL)
    if url is None:
        return None
    if re.match(r"(localhost|127\.0\.0\.1|\[::1\])([:/]|\Z)", url[2]):
        return None if allow_localhost else "it is a developer's own machine"
    return "http is not encrypted" if url[1] == "http" else None

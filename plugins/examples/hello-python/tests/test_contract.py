"""What the host reads of this plugin, before it runs anything. It stays when the example goes."""

import unittest
from dataclasses import replace
from typing import Any

import app
from contract import checked
from wit_world.imports.types import (
    Consequences,
    Effect_ReadOnly,
    Effect_Write,
    Endpoint,
    Manifest,
    Method,
    Tool,
)

ENDPOINT = Endpoint(method=Method.GET, path="clients", scopes=["read:clients"])
TOOL = Tool(
    name="a_b",
    title="A",
    description="B",
    input_schema="{}",
    output_schema=None,
    effect=Effect_ReadOnly(),
    endpoints=[ENDPOINT],
)


def check(**change: Any) -> None:
    checked(Manifest(name="a", version="1.0.0", description="A", tools=[replace(TOOL, **change)]))


class Contract(unittest.TestCase):
    def test_the_manifest_has_the_types_of_the_contract(self) -> None:
        self.assertEqual(len(app.manifest().tools), len(app.TOOLS))

    def test_a_value_of_another_type_is_named(self) -> None:
        check()
        check(output_schema="{}", effect=Effect_Write(Consequences.DESTRUCTIVE | Consequences.IDEMPOTENT))
        check(effect=Effect_Write(Consequences(0)), endpoints=[])
        for change, text in [
            ({"title": None}, "a_b: title must be text, and is None"),
            ({"input_schema": {}}, "a_b: input_schema must be JSON text, json.dumps(…), and is {}"),
            ({"input_schema": "{"}, "a_b: input_schema must be JSON text, json.dumps(…), and is '{'"),
            (
                {"input_schema": '{"additionalProperties":false,"properties":{"a":{"anyOf":[{"properties":{}}]}}}'},
                'a_b: input_schema.properties.a.anyOf.0 takes any property: add "additionalProperties": False',
            ),
            ({"output_schema": {}}, "a_b: output_schema must be JSON text, json.dumps(…), and is {}"),
            ({"effect": Effect_ReadOnly}, "a_b: effect must be Effect_ReadOnly() or Effect_Write(…), and is <class"),
            ({"effect": Effect_Write(True)}, "a_b: effect must be Effect_Write(Consequences(0)) or one with flags"),
            ({"endpoints": ENDPOINT}, "a_b: endpoints must be a list, and is Endpoint"),
            ({"endpoints": ["clients"]}, "a_b: endpoints must be an Endpoint(…), and is 'clients'"),
            ({"endpoints": [replace(ENDPOINT, method="get")]}, "a_b: endpoints: clients: method must be one of Method"),
            ({"endpoints": [replace(ENDPOINT, method=Method.PUT)]}, "a_b: endpoints: clients: a read-only tool can only"),
            ({"endpoints": [replace(ENDPOINT, scopes=None)]}, "a_b: endpoints: clients: scopes must be a list"),
            ({"endpoints": [replace(ENDPOINT, scopes=[1])]}, "a_b: endpoints: clients: scopes must be text, and is 1"),
        ]:
            with self.subTest(text), self.assertRaises(TypeError) as raised:
                check(**change)
            self.assertTrue(str(raised.exception).startswith(text), raised.exception)

    def test_a_path_is_below_the_api(self) -> None:
        for path in ["/clients", "clients/", "api/v2/clients", "clients?page=0", "clients/{}", ""]:
            with self.subTest(path), self.assertRaisesRegex(TypeError, "relative to /api/v2/"):
                check(endpoints=[replace(ENDPOINT, path=path)])
        check(endpoints=[replace(ENDPOINT, path="clients/{client_id}/rotate-secret")])

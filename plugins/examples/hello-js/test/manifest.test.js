// What the host reads of this plugin, before it runs anything. It stays when the example goes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { checked } from "../src/contract.js";
import { manifest } from "../src/manifest.js";

test("the manifest says what the package says, in the types of the contract", () => {
  const { name, version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url)));
  const said = manifest();
  assert.deepEqual([said.name, said.version], [name, version]);
});

test("a value of another type is named", () => {
  const endpoint = { method: "get", path: "clients", scopes: ["read:clients"] };
  const effect = { tag: "read-only" };
  const good = { name: "a_b", title: "A", description: "B", inputSchema: "{}", effect, endpoints: [endpoint] };
  const check = (change) =>
    checked({ name: "a", version: "1.0.0", description: "A", tools: [{ ...good, ...change }] });
  check({});
  check({ outputSchema: "{}", effect: { tag: "write", val: { destructive: true } } });
  check({ effect: { tag: "write", val: {} }, endpoints: [] });
  for (const [change, message] of [
    [{ title: undefined }, "a_b: title must be text, and is nothing"],
    [{ inputSchema: { type: "object" } }, 'a_b: inputSchema must be JSON text, JSON.stringify(…), and is {"type":"object"}'],
    [{ inputSchema: "{" }, "a_b: inputSchema must be JSON text, JSON.stringify(…), and is {"],
    [
      { inputSchema: '{"additionalProperties":false,"properties":{"a":{"anyOf":[{"properties":{}}]}}}' },
      "a_b: inputSchema.properties.a.anyOf.0 takes any property: add additionalProperties: false",
    ],
    [{ outputSchema: null }, "a_b: outputSchema must be JSON text, JSON.stringify(…), and is null"],
    [{ effect: "read-only" }, 'a_b: effect must be an object, such as { tag: "read-only" }, and is read-only'],
    [{ effect: {} }, 'a_b: effect: tag must be "read-only" or "write", and is nothing'],
    [{ effect: { tag: "write" } }, "a_b: effect: val must be an object, such as {}, and is nothing"],
    [{ effect: { tag: "write", val: { destroys: true } } }, 'a_b: effect: val must be "destructive" or "idempotent", and is destroys'],
    [{ effect: { tag: "write", val: { idempotent: 1 } } }, "a_b: effect: val: idempotent must be true or false, and is 1"],
    [{ endpoints: undefined }, "a_b: endpoints must be a list, and is nothing"],
    [{ endpoints: [{ ...endpoint, scopes: undefined }] }, "a_b: endpoints: clients: scopes must be a list, and is nothing"],
    [{ endpoints: [{ ...endpoint, scopes: [1] }] }, "a_b: endpoints: clients: scopes must be text, and is 1"],
    [{ endpoints: [{ ...endpoint, method: "patch" }] }, "a_b: endpoints: clients: a read-only tool can only have GET"],
    [{ endpoints: [{ ...endpoint, method: "GET" }] }, 'a_b: endpoints: clients: method must be "get" or "post" or "patch" or "put" or "delete", and is GET'],
  ]) {
    assert.throws(() => check(change), { name: "TypeError", message });
  }
  for (const path of ["/clients", "clients/", "api/v2/clients", "clients?page=0", "clients/{}", ""]) {
    assert.throws(() => check({ endpoints: [{ ...endpoint, path }] }), /relative to \/api\/v2\//, path);
  }
  check({ endpoints: [{ ...endpoint, path: "clients/{client_id}/rotate-secret" }] });
  assert.throws(() => checked({ name: "a", version: "1", description: "A", tools: [undefined] }), /a definition is missing/);
});

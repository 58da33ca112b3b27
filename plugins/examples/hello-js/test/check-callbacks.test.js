// The tool against a double of the host: no Auth0, no WebAssembly.

import assert from "node:assert/strict";
import test from "node:test";

import { Api } from "../src/api.js";
import { problem, run } from "../src/check-callbacks.js";
import { Host } from "./host.js";

test("risky callbacks are found", () => {
  const callbacks = [
    "https://shop.example/callback",
    "https://*.shop.example/",
    "http://shop.example/",
    "http://localhost:3000",
  ];
  const host = new Host({ body: { client_id: "abc", name: "Shop", callbacks } });
  const answer = run({ client_id: "abc" }, new Api(host));
  assert.deepEqual(host.sent[0].path, ["clients", "abc"]);
  assert.deepEqual([answer.checked, answer.found], [4, 3]);
  assert.equal(answer.findings[0].callback, "https://*.shop.example/");
});

test("localhost is for the caller to allow", () => {
  for (const [callback, byDefault, allowed] of [
    ["http://localhost/", true, false],
    ["https://localhost:8443", true, false],
    ["http://127.0.0.1", true, false],
    ["http://localhost.example/", true, true],
    ["https://localhost.example/", false, false],
    ["com.example.shop://callback", false, false],
  ]) {
    assert.equal(problem(callback, false) !== undefined, byDefault, callback);
    assert.equal(problem(callback, true) !== undefined, allowed, callback);
  }
});

test("an error of Auth0 is passed on, and so is an odd answer", () => {
  const message = "The client does not exist";
  const body = { statusCode: 404, error: "Not Found", message, errorCode: "inexistent_client" };
  assert.throws(() => run({ client_id: "gone" }, new Api(new Host({ status: 404, body }))), {
    tag: "tenant",
    val: { status: 404, code: "inexistent_client", message },
  });
  for (const body of [undefined, null, [], {}, { client_id: "abc", name: "Shop", callbacks: [1] }]) {
    assert.throws(() => run({ client_id: "abc" }, new Api(new Host({ body }))), { tag: "refused" });
  }
});

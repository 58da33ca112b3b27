// Requests as the host gets them, and answers as a tool gets them.

import assert from "node:assert/strict";
import test from "node:test";

import { Api, failure, isFailure } from "../src/api.js";
import { Host } from "./host.js";

test("the host gets text, whatever a tool gives", () => {
  const host = new Host({}, {});
  const api = new Api(host);
  api.get(["clients", 7], { page: 0, include_totals: true, q: undefined, strategy: ["auth0", "ad"] });
  api.patch(["clients", "abc"], { name: "Shop" }, { dry: false });
  assert.deepEqual(host.sent, [
    {
      method: "get",
      path: ["clients", "7"],
      query: [
        ["page", "0"],
        ["include_totals", "true"],
        ["strategy", "auth0"],
        ["strategy", "ad"],
      ],
      body: undefined,
    },
    { method: "patch", path: ["clients", "abc"], query: [["dry", "false"]], body: '{"name":"Shop"}' },
  ]);
});

test("what cannot be sent is a TypeError", () => {
  const host = new Host();
  const api = new Api(host);
  assert.throws(() => api.get(["clients", undefined]), TypeError);
  assert.throws(() => api.get(["clients"], { q: { name: "Shop" } }), TypeError);
  assert.throws(() => api.get(["clients"], "fields=name"), TypeError);
  assert.throws(() => api.post(["clients"], '{"name":"Shop"}'), TypeError);
  assert.throws(() => api.request({ method: "GET", path: ["clients"] }), TypeError);
  assert.throws(() => api.log("warning", "odd"), TypeError);
  assert.throws(() => api.pause(-1), TypeError);
  assert.throws(() => api.progress(0.5, 1, "half"), TypeError);
  assert.deepEqual([host.sent, host.logged, host.paused, host.told], [[], [], [], []]);
});

test("only what the host can read is a failure", () => {
  const { invalidArguments, tenant, refused, malformed, other } = failure;
  for (const good of [
    invalidArguments("x"),
    tenant(404, undefined, "x"),
    malformed("x"),
    other(7),
    refused({ tag: "timed-out" }),
    refused({ tag: "rate-limited", val: 3 }),
    refused({ tag: "too-large", val: 3n }),
    refused({ tag: "insufficient-scope", val: ["read:clients"] }),
  ]) {
    assert.ok(isFailure(good), JSON.stringify(good, (_, value) => String(value)));
  }
  for (const bad of [
    undefined,
    new Error("x"),
    { tag: "oops" },
    { tag: "other", val: 7 },
    tenant("404", undefined, "x"),
    refused("timed-out"),
    refused(undefined),
    refused({ tag: "rate-limited", val: "3" }),
  ]) {
    assert.ok(!isFailure(bad), String(bad?.tag));
  }
});

test("an answer without a body is no failure", () => {
  assert.equal(new Api(new Host({ status: 204 })).delete(["clients", "abc"]), undefined);
});

test("the checkpoint of the next page is given", () => {
  const api = new Api(new Host({ body: [1], next: "abc" }));
  const answer = api.request({ method: "get", path: ["logs"], query: { take: 1 } });
  assert.deepEqual(answer, { status: 200, body: [1], next: "abc" });
  const inBody = new Api(new Host({ body: { clients: [], next: "def" } }));
  assert.equal(inBody.request({ method: "get", path: ["clients"], query: { take: 1 } }).next, "def");
});

test("a refusal is a failure", () => {
  const host = new Host();
  const refusal = { tag: "timed-out" };
  host.send = host.pause = () => {
    throw Object.assign(new Error(), { payload: refusal });
  };
  const api = new Api(host);
  assert.throws(() => api.get(["clients"]), { tag: "refused", val: refusal });
  assert.throws(() => api.pause(100), { tag: "refused", val: refusal });
});

test("time, progress and the log are the host's", () => {
  const host = new Host();
  const api = new Api(host);
  assert.equal(new Date(api.started()).toISOString(), "2025-01-01T00:00:00.000Z");
  api.pause(100);
  api.progress(1, 2, "half");
  api.log("info", 7);
  assert.deepEqual([host.paused, host.told, host.logged], [[100], [[1, 2, "half"]], [["info", "7"]]]);
});

// What a plugin has not, and what stands in its place.

import assert from "node:assert/strict";
import test from "node:test";

import { replaceAbsent, shown } from "../src/absent.js";
import { Host } from "./host.js";

/** A world to change in the place of this one. */
const world = (host) => {
  const changed = { performance: {}, crypto: {}, console: {} };
  replaceAbsent(host, changed);
  return changed;
};

test("what is not there is a TypeError", () => {
  const { fetch, setTimeout, setInterval, performance, crypto } = world(new Host());
  for (const absent of [fetch, setTimeout, setInterval, performance.now, crypto.getRandomValues, crypto.randomUUID]) {
    assert.throws(absent, TypeError);
  }
});

test("the time is the call's", () => {
  const { Date } = world(new Host());
  assert.equal(Date.now(), 1_735_689_600_000);
  assert.equal(new Date().toISOString(), "2025-01-01T00:00:00.000Z");
  assert.equal(new Date("2024-02-29").toISOString(), "2024-02-29T00:00:00.000Z");
  assert.equal(Date.UTC(2024, 0), 1_704_067_200_000);
  assert.match(Date(), /2025/);
  assert.ok(new Date() instanceof Date && new Date(0) instanceof Date);
});

test("the console is the log", () => {
  const host = new Host();
  const { console } = world(host);
  console.log("found", 2, { id: [1] }, null, undefined);
  console.error(new TypeError("odd"));
  assert.deepEqual(host.logged, [
    ["info", 'found 2 {"id":[1]} null undefined'],
    ["error", "TypeError: odd"],
  ]);
});

test("anything can be shown", () => {
  const cyclic = {};
  cyclic.itself = cyclic;
  for (const odd of [cyclic, { tag: "refused", val: 3n }, Object.create(null), Symbol("x"), undefined, null]) {
    assert.equal(typeof shown(odd), "string");
  }
});

// A handful of lines instead of a test framework: named checks that go on after a failure and count.

import { AssertionError } from "node:assert";

const failed = [];
let passed = 0;
let group = "";

/** Names what the following checks are about. */
export function about(name) {
  group = name;
  console.log(`\n${name}`);
}

/** Runs one check; a failure is printed and counted, and the next one runs. */
export async function check(name, run) {
  const began = performance.now();
  try {
    await run();
    passed += 1;
    console.log(`  ok    ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed.push(`${group}: ${name}`);
    const text = error instanceof AssertionError ? error.message : error.stack;
    console.log(`  FAILED ${name}\n${String(text).replace(/^/gm, "         ")}`);
  }
}

/** Prints the sum; true if nothing failed. */
export function finish() {
  console.log(`\n${passed} passed, ${failed.length} failed`);
  failed.forEach((name) => console.log(`  FAILED ${name}`));
  return failed.length === 0;
}

/** Waits until `look` gives something, at most so long. */
export async function until(what, look, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await pause(50);
  }
}

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

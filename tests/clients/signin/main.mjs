// Signing in as a user has it: a keychain of its own, a real browser, a real terminal, a real MCP client.
//
//   node main.mjs path/to/auth0-mcp path/to/tenant [TEST] [--long] [--screens]
//
// `--long` renews tokens of a minute for three minutes; `--screens` prints what the terminal showed.

import { resolve } from "node:path";

import { closeBrowser } from "./browser.mjs";
import { check, finish } from "./check.mjs";
import { device } from "./device.mjs";
import { failures } from "./failures.mjs";
import { machine } from "./machine.mjs";
import { page } from "./page.mjs";
import { picker } from "./picker.mjs";
import { profiles } from "./profiles.mjs";
import { prompts } from "./prompts.mjs";
import { changes, pace, renewal } from "./renewal.mjs";
import { binaries } from "./world.mjs";

const flags = process.argv.slice(2).filter((word) => word.startsWith("--"));
const [product, tenant, only] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
Object.assign(binaries, { product: resolve(product), tenant: resolve(tenant) });

const show = (name, screen) => flags.includes("--screens") && console.log(`--- ${name}\n${screen}\n---`);
const short = { lifetime: 10, calls: 40, seconds: 24 };
const long = { lifetime: 60, calls: 200, seconds: 180 };
const tests = {
  page, device, machine, profiles, changes, pace, failures, prompts,
  picker: () => picker(show),
  renewal: () => renewal(flags.includes("--long") ? long : short),
};

try {
  for (const [name, run] of Object.entries(tests)) {
    if (!only || only === name) await run().catch((error) => check(`${name} runs to its end`, () => { throw error; }));
  }
} finally {
  await closeBrowser();
}
process.exitCode = finish() ? 0 : 1;

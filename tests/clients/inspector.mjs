// MCP Inspector, the reference client on the command line, lists the tools and calls one.
//
//   node inspector.mjs path/to/auth0-mcp

import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const binary = resolve(process.argv[2] ?? "target/release/auth0-mcp");
const inspector = join(here, "node_modules/.bin/mcp-inspector");
const golden = readdirSync(join(here, "../golden/definitions")).map((file) => file.replace(".json", "")).sort();

const inspect = (...args) =>
  JSON.parse(execFileSync(inspector, ["--cli", binary, "run", "--demo", ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));

const tools = inspect("--method", "tools/list").tools.map((tool) => tool.name).sort();
if (JSON.stringify(tools) !== JSON.stringify(golden)) throw new Error(`inspector lists ${tools}`);
const called = inspect("--method", "tools/call", "--tool-name", "auth0_list_applications", "--tool-arg", "per_page=2");
if (called.isError || called.structuredContent.applications.length !== 2) throw new Error(JSON.stringify(called));
console.log(`inspector: ${tools.length} tools listed, one called`);

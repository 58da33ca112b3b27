// Real MCP clients read what `init` wrote: each connects to the release binary through its own configuration file, in
// a home directory of its own. The files hold other servers and comments before `init` comes, as users' files do.
//
//   node real.mjs path/to/auth0-mcp [path/to/snyk-agent-scan]

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const binary = resolve(process.argv[2] ?? "target/release/auth0-mcp");
const scanner = process.argv[3] && resolve(process.argv[3]);
const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const home = mkdtempSync(join(tmpdir(), "auth0-mcp-home-"));

const CLIENTS = "claude,claude-code,cursor,windsurf,vscode,gemini,codex";
const SCOPES = ["--claude-code-scope", "user", "--vscode-scope", "global"];
const LIMITS = ["--tools", "auth0_list_*,auth0_get_*", "--read-only"];

// Nothing of this test may leave the machine: whatever a client wants to report goes to a closed port.
const CLOSED = "http://127.0.0.1:9";
const env = {
  HOME: home,
  PATH: process.env.PATH,
  HTTP_PROXY: CLOSED,
  HTTPS_PROXY: CLOSED,
  NO_PROXY: "127.0.0.1,localhost",
  DISABLE_AUTOUPDATER: "1",
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  GEMINI_CLI_TRUST_WORKSPACE: "true",
};

/** What a command prints, once it has ended well: its standard output, and all of it. */
function ended(command, ...args) {
  const options = { env, cwd: home, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 60_000 };
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  assert.equal(status, 0, `${command} ${args.join(" ")}: ${error ?? ""}\n${stdout}\n${stderr}`);
  return { stdout, all: stdout + stderr };
}

const run = (command, ...args) => ended(command, ...args).stdout;

/** The version that a package of ours is pinned to. */
function version(name) {
  return JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).version;
}

function prepare(file, text) {
  mkdirSync(dirname(join(home, file)), { recursive: true });
  writeFileSync(join(home, file), text);
}

const claude = join(modules, `@anthropic-ai/claude-code-${process.platform}-${process.arch}`, "claude");
const gemini = join(modules, ".bin", "gemini");
const codex = join(modules, ".bin", "codex");

/** Claude Code starts every server that it knows. */
function claudeCode() {
  const listed = run(claude, "mcp", "list");
  assert.match(listed, /^auth0: .* run --demo .* - ✔ Connected$/m, listed);
  return [`Claude Code ${version("@anthropic-ai/claude-code")}`, "`claude mcp list` says connected"];
}

function geminiCli() {
  // It lists on standard error.
  const listed = ended(gemini, "mcp", "list").all;
  assert.match(listed, /✓ auth0: .* - Connected/, listed);
  return [`Gemini CLI ${version("@google/gemini-cli")}`, "`gemini mcp list` says connected"];
}

/** `codex mcp list` reads the file; its server for editors connects. */
async function codexCli() {
  const [entry] = JSON.parse(run(codex, "mcp", "list", "--json"));
  assert.deepEqual([entry.name, entry.enabled, entry.transport.args], ["auth0", true, ["run", "--demo", ...LIMITS]]);
  const child = spawn(codex, ["app-server"], { env, cwd: home, stdio: ["pipe", "pipe", "ignore"] });
  const send = (message) => child.stdin.write(`${JSON.stringify(message)}\n`);
  const timer = setTimeout(() => child.kill(), 60_000);
  try {
    send({ id: 1, method: "initialize", params: { clientInfo: { name: "test", title: "test", version: "1" } } });
    send({ method: "initialized" });
    send({ id: 2, method: "mcpServerStatus/list", params: {} });
    for await (const line of createInterface({ input: child.stdout })) {
      const message = JSON.parse(line);
      if (message.id !== 2) continue;
      const [server] = message.result.data;
      assert.equal(server.serverInfo.name, "auth0-mcp");
      limited(Object.keys(server.tools));
      return [`Codex ${version("@openai/codex")}`, `lists it and connects, ${Object.keys(server.tools).length} tools`];
    }
    throw new Error("codex app-server ended without an answer");
  } finally {
    clearTimeout(timer);
    child.kill();
  }
}

/** An independent reader finds the files of clients that have no command line, and connects through each. */
function others() {
  const flags = ["--json", "--no-skills", "--dangerously-run-mcp-servers", "--suppress-mcpserver-io=true"];
  const found = Object.values(JSON.parse(run(scanner, "inspect", ...flags)));
  const files = {
    Cursor: ".cursor/mcp.json",
    Windsurf: ".codeium/windsurf/mcp_config.json",
    "VS Code": process.platform === "darwin" ? "Library/Application Support/Code/User/mcp.json" : ".config/Code/User/mcp.json",
    "Claude Desktop":
      process.platform === "darwin"
        ? "Library/Application Support/Claude/claude_desktop_config.json"
        : ".config/Claude/claude_desktop_config.json",
  };
  const rows = Object.entries(files).map(([client, file]) => {
    const servers = found.flatMap((client) => client.servers ?? []);
    const server = servers.find((server) => server.name === "auth0" && server.config_path === join(home, file));
    assert.ok(server?.signature, `${client}: ${JSON.stringify(server ?? found.map((client) => client.path))}`);
    limited(server.signature.tools.map((tool) => tool.name));
    return [`${client}, as read by snyk-agent-scan`, `connects, ${server.signature.tools.length} tools`];
  });
  return rows;
}

/** The limits of `init` have reached the server. */
function limited(tools) {
  assert.ok(tools.length > 5 && tools.every((name) => /^auth0_(list|get)_/.test(name)), tools.join(" "));
}

try {
  prepare(".gemini/settings.json", '{\n  // how it looks\n  "ui": { "theme": "Default" }\n}\n');
  prepare(".codex/config.toml", '# my settings\nmodel_reasoning_effort = "low" # enough\n');
  const user = process.platform === "darwin" ? "Library/Application Support" : ".config";
  prepare(`${user}/Code/User/mcp.json`, '{\n\t// servers\n\t"servers": {\n\t},\n\t"inputs": []\n}\n');
  run(binary, "init", "--demo", "--client", CLIENTS, ...SCOPES, ...LIMITS);
  const rows = [claudeCode(), geminiCli(), await codexCli(), ...(scanner ? others() : [])];
  for (const [client, what] of rows) console.log(`${client}: ${what}`);

  run(binary, "init", "--uninstall", "--client", CLIENTS, ...SCOPES);
  assert.match(run(claude, "mcp", "list"), /No MCP servers configured/);
  assert.match(ended(gemini, "mcp", "list").all, /No MCP servers configured/);
  assert.deepEqual(JSON.parse(run(codex, "mcp", "list", "--json")), []);
  console.log("after --uninstall: none of them knows it any more");
} finally {
  rmSync(home, { recursive: true, force: true });
}

// The examples, as a plugin author meets them: `plugin new`, the commands of the project's own README, `plugin add`,
// and a call by an MCP client to the demo tenant. All languages must say the same, and what they say is golden.
//
//   node examples.mjs path/to/auth0-mcp path/to/work-folder
//
// UPDATE_EXPECT=1 rewrites tests/golden/examples.json. What has been built is kept in the work folder, and is built
// again only when a file of the project or the binary has changed.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const binary = resolve(process.argv[2] ?? "target/release/auth0-mcp");
const work = resolve(process.argv[3] ?? "target/examples");
const golden = join(root, "tests/golden/examples.json");
const env = { ...process.env, PATH: `${dirname(binary)}:${process.env.PATH}`, AUTH0_MCP_DATA_DIR: join(work, "data") };

/** What a build leaves in a project; everything else in it is the project. */
const KEPT = ["target", "node_modules", ".venv"];

/** The languages, and how to tell that this machine cannot build one. */
const LANGUAGES = {
  rust: () => undefined,
  js: () => (works("npm", "--version") ? undefined : "npm"),
  python: () =>
    works("python3", "-c", "import sys, venv, ensurepip; assert sys.version_info >= (3, 11)")
      ? undefined
      : "python3 (3.11 or newer) with venv",
};

const works = (command, ...args) => spawnSync(command, args, { stdio: "ignore" }).status === 0;
const sha256 = (data) => createHash("sha256").update(data).digest("hex");

/** Runs a command in a shell; its output is shown only if it fails. Gives standard output. */
function shell(command, cwd, codes = [0]) {
  return new Promise((done, fail) => {
    const child = spawn("bash", ["-euo", "pipefail", "-c", command], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, all] = ["", ""];
    child.stdout.on("data", (data) => ((stdout += data), (all += data)));
    child.stderr.on("data", (data) => (all += data));
    child.on("error", fail);
    child.on("close", (code) =>
      codes.includes(code) ? done(stdout) : fail(new Error(`${cwd}$ ${command}\nended with ${code}\n${all}`)),
    );
  });
}

/** Every file of a project with its contents, as one text. */
function contents(folder, path = "") {
  const names = readdirSync(join(folder, path)).sort();
  return names
    .filter((name) => !KEPT.includes(name) && name !== ".built" && name !== "bindings" && !name.endsWith(".wasm"))
    .map((name) => join(path, name))
    .map((name) =>
      statSync(join(folder, name)).isDirectory()
        ? contents(folder, name)
        : `${name}\n${readFileSync(join(folder, name), "utf8")}\n`,
    )
    .join("");
}

/** Creates the project anew; what an earlier run installed stays. Gives its folder. */
async function scaffold(language) {
  const name = `hello-${language}`;
  const [folder, fresh] = [join(work, name), join(work, "fresh")];
  mkdirSync(fresh, { recursive: true });
  rmSync(join(fresh, name), { recursive: true, force: true });
  await shell(`auth0-mcp plugin new ${name} --lang ${language} --dir '${fresh}'`, work);
  mkdirSync(folder, { recursive: true });
  const stamp = sha256(contents(join(fresh, name)) + sha256(readFileSync(binary)));
  const built = join(folder, ".built");
  if (existsSync(built) && JSON.parse(readFileSync(built)).stamp === stamp) return { name, folder, stamp, built };
  for (const old of readdirSync(folder).filter((old) => !KEPT.includes(old))) {
    rmSync(join(folder, old), { recursive: true });
  }
  cpSync(join(fresh, name), folder, { recursive: true });
  return { name, folder, stamp, built };
}

/** Does what the README says, in its own words. */
async function build({ name, folder, stamp, built }, language) {
  if (existsSync(built)) return { ...JSON.parse(readFileSync(built)), cached: true };
  const began = performance.now();
  const [, block] = readFileSync(join(folder, "README.md"), "utf8").split(/^```(?:sh)?\n/m);
  const commands = block.trim().split("\n");
  assert.equal(commands.length, 3, `${name}: the README has three commands`);
  for (const command of commands.slice(0, 2)) await shell(command, folder);
  const report = JSON.parse(await shell(`${commands[2]} --json`, folder, [0, 8]));
  const wrong = report.checks.filter((check) => check.status !== "passed");
  assert.deepEqual(wrong, [], `${name}: ${commands[2]}`);
  if (language === "rust") await lint(name, folder);
  const seconds = (performance.now() - began) / 1000;
  const result = { stamp, report, seconds };
  writeFileSync(built, JSON.stringify(result));
  return result;
}

/** The Rust project under this repository's own settings. */
async function lint(name, folder) {
  const manifest = readFileSync(join(root, "Cargo.toml"), "utf8");
  const [, table] = /^\[workspace\.lints\]\n((?:\w+ = \{.*\}\n)+)/m.exec(manifest);
  const flags = [...table.matchAll(/^(\w+) = \{ (.*) \}$/gm)].flatMap(([, tool, lints]) =>
    lints.split(", ").map((lint) => {
      const [, rule, level] = /^(\w+) = "(\w+)"$/.exec(lint);
      return `--${level} ${tool === "clippy" ? "clippy::" : ""}${rule}`;
    }),
  );
  assert(flags.length > 8, `the lints of the workspace: ${flags}`);
  const clippy = `cargo clippy --quiet --package ${name} --all-targets -- -D warnings ${flags.join(" ")}`;
  await shell(`cargo fmt --package ${name} --check && CLIPPY_CONF_DIR='${root}' ${clippy}`, folder);
}

/** What a report says of a plugin, with the language's name taken out. */
function said({ manifest, fixtures }, language) {
  const neutral = JSON.stringify({ manifest, fixtures })
    .replaceAll(`hello-${language}`, "hello")
    .replaceAll(`hello_${language}`, "hello");
  const value = JSON.parse(neutral);
  // The words for an answer that is no application are each language's own.
  value.fixtures.filter(({ failure }) => failure?.kind === "refused").forEach(({ failure }) => delete failure.text);
  return value;
}

/** Adds the plugins and calls them as an MCP client does. */
async function serve(projects) {
  rmSync(env.AUTH0_MCP_DATA_DIR, { recursive: true, force: true });
  for (const { name, folder } of projects) await shell(`auth0-mcp plugin add ${name}.wasm --yes`, folder);
  const client = new Client({ name: "examples", version: "1.0.0" });
  await client.connect(new StdioClientTransport({ command: binary, args: ["run", "--demo"], env, stderr: "ignore" }));
  const call = async (name, args) => {
    const began = performance.now();
    const result = await client.callTool({ name, arguments: args });
    return { ms: performance.now() - began, isError: result.isError ?? false, text: result.content[0].text };
  };
  const { applications } = JSON.parse((await call("auth0_list_applications", {})).text);
  const times = {};
  const answers = [];
  for (const { name } of projects) {
    const tool = `${name.replaceAll("-", "_")}_check_callbacks`;
    let known = await call(tool, { client_id: applications[0].client_id });
    // Without a keychain no compiled code is kept, and a server compiles beside its calls.
    for (let tries = 0; known.text.includes("still being compiled") && tries < 150; tries++) {
      await new Promise((wake) => setTimeout(wake, 2_000));
      known = await call(tool, { client_id: applications[0].client_id });
    }
    assert(!known.isError, `${name}: ${known.text}`);
    const unknown = await call(tool, { client_id: "nothing-has-this-id" });
    assert(unknown.isError && unknown.text.includes("404"), `${name}: ${unknown.text}`);
    const refused = await call(tool, { client_id: "x", clientid: "y" });
    assert(refused.isError && refused.text.includes("did you mean `client_id`"), `${name}: ${refused.text}`);
    answers.push([known.text, unknown.text.replaceAll(tool, "tool")]);
    const warm = [];
    for (let i = 0; i < 15; i++) warm.push((await call(tool, { client_id: applications[0].client_id })).ms);
    times[name] = warm.sort((a, b) => a - b)[7];
  }
  await client.close();
  for (const answer of answers) assert.deepEqual(answer, answers[0], "the languages answer differently");
  return times;
}

mkdirSync(work, { recursive: true });
const possible = Object.keys(LANGUAGES).filter((language) => {
  const missing = LANGUAGES[language]();
  if (missing) console.log(`skipped: the example in ${language} needs ${missing}`);
  return !missing;
});
const began = performance.now();
const projects = await Promise.all(possible.map(scaffold));
const results = await Promise.all(projects.map((project, at) => build(project, possible[at])));
const all = results.map(({ report }, at) => said(report, possible[at]));
if (process.env.UPDATE_EXPECT) writeFileSync(golden, `${JSON.stringify(all[0], null, 2)}\n`);
const expected = JSON.parse(readFileSync(golden, "utf8"));
all.forEach((found, at) => assert.deepEqual(found, expected, `hello-${possible[at]} differs from ${golden}`));
const times = await serve(projects);
for (const [at, { name }] of projects.entries()) {
  const { report, seconds, cached } = results[at];
  const { bytes, compile_seconds: compiling } = report.plugin;
  const how = cached ? "built before" : `new, built, tested in ${seconds.toFixed(0)} s`;
  console.log(
    `${name}: ${how}; ${(bytes / 1e6).toFixed(2)} MB, compiled in ${compiling.toFixed(1)} s, ${times[name].toFixed(1)} ms a call`,
  );
}
console.log(`examples: ${possible.join(", ")} say the same, in ${((performance.now() - began) / 1000).toFixed(0)} s`);

// A conversation between a real MCP client (the official TypeScript SDK) and the release binary, against the
// demo tenant that runs inside the binary. Prints each step, what came back, and how long it took.
//
//   node demo.mjs path/to/auth0-mcp

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { resolve } from "node:path";

const binary = resolve(process.argv[2] ?? "target/release/auth0-mcp");
const colour = process.stdout.isTTY ? (code, text) => `\x1b[${code}m${text}\x1b[0m` : (_, text) => text;
const bold = (text) => colour(1, text);
const dim = (text) => colour(2, text);

let step = 0;

/** Runs one step, prints what was asked, what came back and the time, and gives the result on. */
async function show(title, asked, run, tell) {
  console.log(`\n${bold(`${++step}. ${title}`)}`);
  if (asked) console.log(dim(`   → ${asked}`));
  const began = performance.now();
  const result = await run();
  const took = performance.now() - began;
  for (const line of tell(result)) console.log(`   ← ${line}`);
  console.log(dim(`     ${took.toFixed(1)} ms`));
  return result;
}

/** Starts the server as a client's configuration would. */
async function connect(...flags) {
  const client = new Client({ name: "demo", version: "1.0.0" });
  const transport = new StdioClientTransport({ command: binary, args: ["run", "--demo", ...flags], stderr: "pipe" });
  await client.connect(transport);
  return client;
}

/** A tool call that must succeed; the demo is also a test. */
function call(client, name, args, tell) {
  const run = async () => {
    const result = await client.callTool({ name, arguments: args });
    if (result.isError) throw new Error(`${name}: ${result.content[0].text}`);
    return result.structuredContent;
  };
  return [`tools/call ${name} ${JSON.stringify(args)}`, run, tell];
}

const shorten = (value, most = 160) => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > most ? `${text.slice(0, most)}…` : text;
};

console.log(bold("auth0-mcp: one session of an MCP client with the demo tenant"));
console.log("The client starts the server, which holds the credentials and does all HTTP. Each call below runs in a");
console.log("fresh WebAssembly sandbox that can ask the host for the tool's own Management API rows and nothing else.");

const client = await show(
  "The client starts the server",
  `${binary.split("/").pop()} run --demo, then initialize`,
  () => connect(),
  (client) => {
    const { name, version } = client.getServerVersion();
    return [`${name} ${version} is ready, and tells the model: “${shorten(client.getInstructions(), 120)}”`];
  },
);

await show(
  "Which tools are there?",
  "tools/list",
  () => client.listTools(),
  ({ tools }) =>
    tools.map((tool) => {
      const kind = tool.annotations.readOnlyHint ? "reads" : tool.annotations.destructiveHint ? "changes" : "adds";
      return `${tool.name.padEnd(28)} ${kind.padEnd(8)} ${shorten(tool.description, 70)}`;
    }),
);

console.log(`\n${bold("Story 1: create an application")}`);

const name = "Checkout (demo)";
const created = await show(
  "Create a single-page application",
  ...call(
    client,
    "auth0_create_application",
    { name, app_type: "spa", callbacks: ["http://localhost:3000/callback"] },
    (answer) => [
      `${answer.name} has client_id ${answer.client_id}`,
      `the caller left these open, so Auth0's recommendations were used: ${shorten(answer.defaults_applied, 300)}`,
    ],
  ),
);
const client_id = created.client_id;

await show(
  "Find it by name",
  ...call(client, "auth0_list_applications", { name: "checkout" }, (answer) => [
    ...answer.applications.map((item) => shorten(item)),
    shorten({ ...answer, applications: undefined }),
  ]),
);

await show(
  "Read it",
  ...call(client, "auth0_get_application", { client_id }, (answer) => {
    const { client_secret, callbacks, grant_types } = answer;
    return [shorten({ callbacks, grant_types }), `the secret is masked before the sandbox sees it: ${client_secret}`];
  }),
);

await show(
  "Add a second callback",
  ...call(
    client,
    "auth0_update_application",
    { client_id, callbacks: ["http://localhost:3000/callback", "https://checkout.example.com/callback"] },
    (answer) => [`callbacks are now ${shorten(answer.callbacks)}`],
  ),
);

await show(
  "A mistake is explained before anything is sent",
  `tools/call auth0_update_application {"client_id":"${client_id}","callback":["https://x.example"]}`,
  () => client.callTool({ name: "auth0_update_application", arguments: { client_id, callback: ["https://x.example"] } }),
  (result) => [result.content[0].text],
);

console.log(`\n${bold("Story 2: write and deploy an Action")}`);

const code = [
  "exports.onExecutePostLogin = async (event, api) => {",
  "  if (event.stats.logins_count === 1) api.idToken.setCustomClaim('https://shop.example/first_login', true);",
  "};",
].join("\n");

const action = await show(
  "Create it",
  ...call(
    client,
    "auth0_create_action",
    { name: "Mark first login", supported_triggers: [{ id: "post-login" }], code },
    (answer) => [`${answer.name} has id ${answer.id} and status ${answer.status}`, shorten(answer.defaults_applied ?? {}, 200)],
  ),
);

await show(
  "Deploy it: the tool waits for the build",
  ...call(client, "auth0_deploy_action", { id: action.id }, (answer) => [shorten(answer, 300)]),
);

await show(
  "Deploy it again: nothing has changed, so nothing is sent",
  ...call(client, "auth0_deploy_action", { id: action.id }, (answer) => [shorten(answer, 300)]),
);

console.log(`\n${bold("Story 3: find the failed logins of one address")}`);

const failures = await show(
  "Failed logins from 192.0.2.3 in the last three days",
  ...call(
    client,
    "auth0_list_logs",
    { event: "login", outcome: "failed", ip: "192.0.2.3", since: "3d", per_page: 5 },
    (answer) => [
      `the arguments became this Lucene query: ${answer.query}`,
      ...answer.logs.slice(0, 3).map((event) => shorten(event, 220)),
      shorten(answer.pagination ?? {}, 200),
    ],
  ),
);

await show(
  "One of them in full",
  ...call(client, "auth0_get_log", { id: failures.logs[0].log_id }, (event) => [shorten(event, 300)]),
);

await client.close();

console.log(`\n${bold("And what a session cannot do")}`);

await show(
  "The same server, read-only: a write is refused",
  "auth0-mcp run --demo --read-only, then tools/call auth0_update_application",
  async () => {
    const reader = await connect("--read-only");
    const tools = (await reader.listTools()).tools.map((tool) => tool.name);
    const refusal = await reader
      .callTool({ name: "auth0_update_application", arguments: { client_id, name: "Changed" } })
      .then(() => { throw new Error("a read-only session wrote"); }, (error) => error.message);
    await reader.close();
    return { tools, refusal };
  },
  ({ tools, refusal }) => [`tools: ${tools.join(", ")}`, refusal],
);

console.log(bold("\nDone."));

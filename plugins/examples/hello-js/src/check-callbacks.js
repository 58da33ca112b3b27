// Which callback URLs of an application let others receive its users' codes and tokens.

import { failure } from "./api.js";

/** At most so many findings in one answer: it is read by a model. */
const MOST = 50;

const input = {
  type: "object",
  properties: {
    client_id: { description: "As auth0_list_applications gives it", type: "string", minLength: 1, maxLength: 64 },
    allow_localhost: { description: "Accept callbacks on a developer's own machine", type: "boolean" },
  },
  additionalProperties: false,
  required: ["client_id"],
};

const output = {
  type: "object",
  properties: {
    client_id: { type: "string" },
    name: { type: "string" },
    checked: { type: "integer" },
    found: { type: "integer" },
    findings: {
      type: "array",
      items: {
        type: "object",
        properties: { callback: { type: "string" }, problem: { type: "string" } },
        required: ["callback", "problem"],
      },
    },
  },
  required: ["client_id", "name", "checked", "found", "findings"],
};

/** What the host and the model read of the tool. */
export const definition = {
  name: "hello_js_check_callbacks",
  title: "Check callbacks",
  description:
    "Finds risky callback URLs of one Auth0 application: wildcards, plain http, localhost. Use auth0_list_applications to find its client_id.",
  inputSchema: JSON.stringify(input),
  outputSchema: JSON.stringify(output),
  // Of a tool that writes: { tag: "write", val: { destructive: true, idempotent: true } }; leave out what it is not.
  effect: { tag: "read-only" },
  // The only request that a call can send.
  endpoints: [{ method: "get", path: "clients/{client_id}", scopes: ["read:clients"] }],
};

export function run({ client_id: clientId, allow_localhost: allowLocalhost = false }, api) {
  if (clientId.includes(" ")) {
    throw failure.invalidArguments("client_id must not contain spaces: use the id, not the name");
  }
  const { client_id, name, callbacks } = readApplication(
    api.get(["clients", clientId], { fields: "client_id,name,callbacks" }),
  );
  const findings = callbacks
    .map((callback) => ({ callback, problem: problem(callback, allowLocalhost) }))
    .filter((finding) => finding.problem !== undefined);
  return { client_id, name, checked: callbacks.length, found: findings.length, findings: findings.slice(0, MOST) };
}

/** Auth0's answer, if it is what the API promises. */
function readApplication(answer) {
  const application = { ...answer, callbacks: answer?.callbacks ?? [] };
  const isText = (value) => typeof value === "string";
  const fits =
    isText(application.client_id) &&
    isText(application.name) &&
    Array.isArray(application.callbacks) &&
    application.callbacks.every(isText);
  if (!fits) throw failure.malformed("the answer is not an application");
  return application;
}

/** What is wrong with a callback URL, if anything. */
export function problem(callback, allowLocalhost) {
  if (callback.includes("*")) return "a wildcard also matches pages of others";
  const [, scheme, rest] = /^(https?):\/\/(.*)$/s.exec(callback) ?? [];
  if (scheme === undefined) return undefined;
  if (/^(localhost|127\.0\.0\.1|\[::1\])([:/]|$)/.test(rest)) {
    return allowLocalhost ? undefined : "it is a developer's own machine";
  }
  return scheme === "http" ? "http is not encrypted" : undefined;
}

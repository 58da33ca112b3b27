// What the host has to find in a manifest. It does not convert: a value of another type would end `describe` with a
// bare `unreachable`, so each is looked at here, where its place can be named. Open schemas and rows that cannot be it
// refuses by name; here the unit tests do, before anything is built.

import { shown } from "./absent.js";

/** Segments of a path below /api/v2/. */
const ROW = /^(?!api\/v2(\/|$))([\w.-]+|{\w+})(\/([\w.-]+|{\w+}))*$/;

/** The manifest, if the host can read it. Otherwise a TypeError that names the place. */
export function checked(manifest) {
  for (const name of ["name", "version", "description"]) isText(manifest[name], `manifest: ${name}`);
  for (const tool of isList(manifest.tools, "manifest: tools")) checkTool(tool);
  return manifest;
}

function checkTool(tool) {
  const at = (name) => `${tool?.name ?? "a tool"}: ${name}`;
  if (typeof tool !== "object" || tool === null) throw new TypeError("manifest: tools: a definition is missing");
  for (const name of ["name", "title", "description"]) isText(tool[name], at(name));
  checkClosed(isSchema(tool.inputSchema, at("inputSchema")), at("inputSchema"));
  if (tool.outputSchema !== undefined) isSchema(tool.outputSchema, at("outputSchema"));
  checkEffect(tool.effect, at("effect"));
  for (const { method, path, scopes } of isList(tool.endpoints, at("endpoints"))) {
    isText(path, at("endpoints: path"));
    if (!ROW.test(path)) {
      throw new TypeError(`${at(`endpoints: ${path}`)}: write it relative to /api/v2/, with {name} for what varies, and no query`);
    }
    isOneOf(["get", "post", "patch", "put", "delete"], method, at(`endpoints: ${path}: method`));
    if (tool.effect.tag === "read-only" && method !== "get") {
      throw new TypeError(`${at(`endpoints: ${path}`)}: a read-only tool can only have GET`);
    }
    for (const scope of isList(scopes, at(`endpoints: ${path}: scopes`))) isText(scope, at(`endpoints: ${path}: scopes`));
  }
}

function checkEffect(effect, where) {
  if (typeof effect !== "object" || effect === null) throw wrong(where, effect, 'an object, such as { tag: "read-only" }');
  isOneOf(["read-only", "write"], effect.tag, `${where}: tag`);
  if (effect.tag === "read-only") return;
  if (typeof effect.val !== "object" || effect.val === null) throw wrong(`${where}: val`, effect.val, "an object, such as {}");
  for (const [name, value] of Object.entries(effect.val)) {
    isOneOf(["destructive", "idempotent"], name, `${where}: val`);
    if (typeof value !== "boolean") throw wrong(`${where}: val: ${name}`, value, "true or false");
  }
}

function isText(value, where) {
  if (typeof value !== "string") throw wrong(where, value, "text");
}

function isSchema(value, where) {
  try {
    if (typeof value === "string") return JSON.parse(value);
  } catch {
    // It is text, and no JSON.
  }
  throw wrong(where, value, "JSON text, JSON.stringify(…)");
}

function checkClosed(schema, where) {
  if (typeof schema !== "object" || schema === null) return;
  const closed = schema.additionalProperties ?? schema.unevaluatedProperties ?? true;
  if (typeof schema.properties === "object" && closed === true) {
    throw new TypeError(`${where} takes any property: add additionalProperties: false`);
  }
  for (const [key, value] of Object.entries(schema)) checkClosed(value, `${where}.${key}`);
}

function isList(value, where) {
  if (!Array.isArray(value)) throw wrong(where, value, "a list");
  return value;
}

function isOneOf(words, value, where) {
  if (!words.includes(value)) throw wrong(where, value, words.map((word) => `"${word}"`).join(" or "));
}

function wrong(where, value, wanted) {
  const found = value === undefined ? "nothing" : shown(value).slice(0, 80);
  return new TypeError(`${where} must be ${wanted}, and is ${found}`);
}

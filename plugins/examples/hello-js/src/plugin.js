// hello-js: a plugin for auth0-mcp with one tool. This file is what the host sees: the exports of the component,
// and the only imports that there are. Unit tests run in Node.js without it.

import { pause, progress, started } from "auth0-mcp:plugin/invocation@1.0.0";
import { write as log } from "auth0-mcp:plugin/log@1.0.0";
import { send } from "auth0-mcp:plugin/management@1.0.0";

import { replaceAbsent, shown } from "./absent.js";
import { Api, failure, isFailure } from "./api.js";
import { manifest, tools } from "./manifest.js";

/** So many calls are told of where an exception came from. */
const MOST_CALLS = 8;

const host = { send, started, pause, progress, log };

export const toolset = {
  /** Runs once, when the plugin is admitted. */
  describe() {
    try {
      return manifest();
    } catch (error) {
      // Lines that begin so are shown where a plugin is refused.
      log("error", `panicked at ${error.message}`);
      throw error;
    }
  },

  /** Runs one tool, in a fresh instance. The arguments have been checked against the input schema. */
  call(name, json) {
    const tool = tools.find(({ definition }) => definition.name === name);
    if (!tool) throw failure.other(`no tool \`${name}\` in this plugin`);
    const api = new Api(host);
    try {
      replaceAbsent(host);
      const answer = tool.run(JSON.parse(json), api);
      if (answer instanceof Promise) throw new TypeError("a tool is not async: the host's functions wait");
      return JSON.stringify(answer ?? null);
    } catch (error) {
      if (isFailure(error)) throw error;
      api.log("error", described(error));
      throw failure.other(`${error?.name ?? "exception"} in ${name}`);
    }
  },
};

/** What was thrown and where, innermost call first. */
function described(error) {
  const calls = String(error?.stack ?? "").trim().split("\n");
  return [shown(error), ...calls.slice(0, MOST_CALLS)].join("; ");
}

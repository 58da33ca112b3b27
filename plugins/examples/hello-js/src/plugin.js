// hello-js: a plugin for auth0-mcp with one tool. This file is what the host sees: the exports of the component,
// and the only imports that there are. Unit tests run in Node.js without it.

import { write } from "auth0-mcp:plugin/log@1.0.0";
import { send } from "auth0-mcp:plugin/management@1.0.0";

import { Api, failure } from "./api.js";
import * as checkCallbacks from "./check-callbacks.js";
import { manifest } from "./manifest.js";

const tools = [checkCallbacks];

export const toolset = {
  /** Runs once, when the plugin is admitted. */
  describe: () => manifest(tools.map((tool) => tool.definition)),

  /** Runs one tool, in a fresh instance. The arguments have been checked against the input schema. */
  call(name, json) {
    const tool = tools.find(({ definition }) => definition.name === name);
    if (!tool) throw failure.other(`no tool \`${name}\` in this plugin`);
    try {
      return JSON.stringify(tool.run(JSON.parse(json), new Api(send)));
    } catch (error) {
      if (!(error instanceof Error)) throw error; // A failure of ours.
      // Thrown on, an Error would end the call with a bare `unreachable`.
      write("error", `${error}\n${error.stack}`);
      throw failure.other(`${error.name} in ${name}`);
    }
  },
};

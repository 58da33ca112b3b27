// What this plugin is, and its tools.

import * as checkCallbacks from "./check-callbacks.js";
import { checked } from "./contract.js";

export const tools = [checkCallbacks];

export const manifest = () =>
  checked({
    name: "hello-js",
    version: "0.1.0",
    description: "Finds risky settings of Auth0 applications.",
    tools: tools.map((tool) => tool.definition),
  });

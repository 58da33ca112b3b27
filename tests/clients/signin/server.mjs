// The server as an MCP client starts it, through the official SDK.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

/** Starts `run` on a desktop and connects to it. */
export async function serve(desktop, args = [], env = {}) {
  const transport = new StdioClientTransport({
    command: desktop.binary,
    args: ["run", ...args],
    env: { ...desktop.env, ...env },
    stderr: "pipe",
  });
  const client = new Client({ name: "sign-in", version: "1.0.0" });
  await client.connect(transport);
  desktop.follow(transport.stderr, transport.pid);
  return new Server(client);
}

class Server {
  constructor(client) {
    this.client = client;
  }

  async tools() {
    return (await this.client.listTools()).tools.map((tool) => tool.name);
  }

  /** Calls a tool; gives its answer and whether it is an error. */
  async call(name, args = {}) {
    const result = await this.client.callTool({ name, arguments: args });
    return { failed: result.isError === true, text: result.content[0]?.text ?? "", answer: result.structuredContent };
  }

  /** A call that reads something small. */
  ping() {
    return this.call("auth0_list_applications", { per_page: 1 });
  }

  close() {
    return this.client.close();
  }
}

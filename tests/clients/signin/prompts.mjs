// The other questions of `init` in a real terminal, answered.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";

import { about, check } from "./check.mjs";
import { Terminal } from "./terminal.mjs";
import { inWorld } from "./world.mjs";

export async function prompts() {
  about("Questions on a terminal");
  await inWorld({}, async ({ tenant, desktop }) => {
    const start = (...clients) =>
      new Terminal(desktop, [
        desktop.binary, "init", "--auth0-domain", tenant.domain, "--auth0-client-id", tenant.client_id,
        ...clients.flatMap((client) => ["--client", client]),
      ]);
    const answer = async (terminal, question, ...keys) => {
      await terminal.shows(question);
      terminal.keys(...keys);
    };
    await check("the secret is asked for and not shown; keeping it is a choice", async () => {
      for (const [key, keeps] of [["n", false], ["y", true]]) {
        const terminal = start("none");
        try {
          await terminal.shows("Client secret:");
          terminal.type(tenant.client_secret);
          terminal.keys("Enter");
          await answer(terminal, "Keep the client id and secret", key, "Enter");
          assert.equal(await terminal.exitCode(), 0, terminal.screen());
          assert.ok(!terminal.screen().includes(tenant.client_secret.slice(0, 6)), terminal.screen());
          assert.equal(desktop.keychain().text.includes(tenant.client_secret), keeps);
        } finally {
          terminal.close();
        }
      }
    });
    await check("Claude Code and VS Code are set up where the answers say", async () => {
      const terminal = start("claude-code", "vscode");
      try {
        await answer(terminal, "Where shall Claude Code be set up?", "Down", "Enter");
        await answer(terminal, "Which folder?", "Enter");
        await answer(terminal, "Where shall VS Code be set up?", "Enter");
        await terminal.shows("Client secret:");
        terminal.type(tenant.client_secret);
        terminal.keys("Enter");
        await answer(terminal, "Keep the client id and secret", "Enter");
        assert.equal(await terminal.exitCode(), 0, terminal.screen());
        const folder = terminal.folder();
        const claude = JSON.parse(readFileSync(`${folder}/.mcp.json`, "utf8"));
        assert.equal(claude.mcpServers.auth0.command, desktop.binary);
        const vscode = JSON.parse(readFileSync(desktop.path("config/Code/User/mcp.json"), "utf8"));
        assert.equal(vscode.servers.auth0.command, desktop.binary);
        assert.ok(!existsSync(`${folder}/.vscode/mcp.json`));
      } finally {
        terminal.close();
      }
    });
  });
}

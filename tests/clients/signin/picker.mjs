// The interactive choice of scopes in a real terminal.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";

import { about, check, until } from "./check.mjs";
import { Terminal } from "./terminal.mjs";
import { deviceFlags, inWorld } from "./world.mjs";

/** The screen as the README shows it. */
const README = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
const PICTURE = README.match(/```\n(\? Which scopes[^]*?)\n```/)[1].split("\n");

const ticked = (screen) => screen.split("\n").filter((line) => line.includes("[x]"));
const interactive = (tenant, ...more) => deviceFlags(tenant, ...more).filter((flag) => flag !== "--no-interaction");

export async function picker(show = () => {}) {
  about("The choice of scopes on a terminal");
  await inWorld({}, async ({ tenant, desktop }) => {
    await check("arrow keys, space and a glob choose; nothing is ticked beforehand", async () => {
      const terminal = new Terminal(desktop, [desktop.binary, ...interactive(tenant, "--no-browser")]);
      try {
        const first = await terminal.shows("Which scopes");
        show("first", first);
        assert.deepEqual(ticked(first), []);
        assert.match(first, /read:clients .*list_applications/, "a scope does not name its tools");
        terminal.keys("Enter");
        await terminal.shows("tick at least one scope");
        terminal.type("read:*");
        await until("the filter", () => !terminal.screen().includes("create:clients"));
        const filtered = terminal.screen();
        show("filtered", filtered);
        assert.ok(!/(create|update|delete):/.test(filtered), filtered);
        for (const key of ["Space", "Down", "Down", "Space"]) terminal.keys(key);
        await until("two ticks", () => ticked(terminal.screen()).length === 2);
        for (const line of PICTURE) assert.ok(terminal.screen().includes(line), `the README shows\n${line}\nand the screen\n${terminal.screen()}`);
        for (let key = 0; key < "read:*".length; key += 1) terminal.keys("BSpace");
        await terminal.shows("create:clients");
        terminal.type("update:clients");
        await until("the filter", () => !terminal.screen().includes("create:"));
        terminal.keys("Space");
        await until("a third tick", () => ticked(terminal.screen()).length >= 1);
        show("ticked", terminal.screen());
        terminal.keys("Enter");
        const code = await tenant.userCode();
        const waiting = await terminal.shows(code);
        show("waiting", waiting);
        assert.ok(waiting.includes(`https://${tenant.domain}/activate?user_code=${code}`), waiting);
        assert.match(waiting, /[▀▄█]{5}/, "no QR code");
        const [device] = await tenant.control("GET", "devices");
        assert.deepEqual(device.scopes.toSorted(), ["offline_access", "read:actions", "read:clients", "update:clients"]);
        await tenant.approve(code);
        assert.equal(await terminal.exitCode(), 0, terminal.screen());
        show("signed in", terminal.screen());
      } finally {
        terminal.close();
      }
    });
    await check("Escape and Ctrl-C end it with 130, and nothing is asked of the tenant", async () => {
      for (const key of ["Escape", "C-c"]) {
        await tenant.clearRequests();
        const terminal = new Terminal(desktop, [desktop.binary, ...interactive(tenant)]);
        try {
          await terminal.shows("Which scopes");
          terminal.keys(key);
          assert.equal(await terminal.exitCode(), 130, terminal.screen());
          assert.deepEqual(await tenant.requests("/oauth"), []);
        } finally {
          terminal.close();
        }
      }
    });
    await check("a terminal that closes ends it, and nothing is asked of the tenant", async () => {
      await tenant.clearRequests();
      const terminal = new Terminal(desktop, [desktop.binary, ...interactive(tenant)]);
      try {
        await terminal.shows("Which scopes");
        const process = await terminal.process();
        terminal.close();
        await until("the end of the command", () => !existsSync(`/proc/${process}`), 5);
        assert.deepEqual(await tenant.requests("/oauth"), []);
      } finally {
        terminal.close();
      }
    });
  });
}

// The interactive choice of scopes in a real terminal (tmux): keys in, screens out.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

import { about, check, until } from "./check.mjs";
import { deviceFlags, inWorld } from "./world.mjs";

let terminals = 0;

/** The screen as the README shows it. */
const README = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
const PICTURE = README.match(/```\n(\? Which scopes[^]*?)\n```/)[1].split("\n");

class Terminal {
  constructor(desktop, command) {
    const name = `terminal-${(terminals += 1)}`;
    this.socket = desktop.path(`${name}.socket`);
    // Debug lines would stand among what is asked.
    const { DEBUG, ...env } = desktop.env;
    this.env = env;
    this.end = desktop.path(`${name}.exit-code`);
    const script = desktop.path(`${name}.sh`);
    const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    writeFileSync(script, `${quoted}\necho $? > '${this.end}'\nsleep 60\n`);
    this.tmux("-f", "/dev/null", "new-session", "-d", "-x", "110", "-y", "40", `sh '${script}'`);
  }

  tmux(...args) {
    const ran = spawnSync("tmux", ["-S", this.socket, ...args], { env: this.env, encoding: "utf8" });
    if (ran.status !== 0) throw new Error(`tmux ${args.join(" ")}: ${ran.stderr}`);
    return ran.stdout;
  }

  keys(...keys) {
    this.tmux("send-keys", ...keys);
  }

  type(text) {
    this.tmux("send-keys", "-l", text);
  }

  screen() {
    return this.tmux("capture-pane", "-p").trimEnd();
  }

  /** Waits for a text on the screen and gives the screen. */
  async shows(text) {
    const look = () => {
      const screen = this.screen();
      return (text instanceof RegExp ? text.test(screen) : screen.includes(text)) && screen;
    };
    return until(`${text} on the screen:\n${this.screen()}\n`, look, 10);
  }

  async exitCode() {
    await until("the end of the command", () => existsSync(this.end), 20);
    return Number(readFileSync(this.end, "utf8"));
  }

  close() {
    spawnSync("tmux", ["-S", this.socket, "kill-server"], { env: this.env });
  }
}

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
  });
}

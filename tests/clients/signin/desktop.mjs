// A desktop of its own for every test: home, D-Bus session, keychain. Nothing of the user's is seen or touched.
//
// Whatever a program prints here, writes to a file or shows in its arguments is kept, so that secrets can be
// searched for in the end.

import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:http";
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";

import { until } from "./check.mjs";

const PASSWORD = "the password of this keychain";
// A session bus that knows no services: what a server or a container has.
const BARE_BUS = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`;

export class Desktop {
  /**
   * Starts a desktop. `keychain` is `unlocked`, `locked` (it exists, and nobody can be asked for its password),
   * `none` (D-Bus without a keychain) or `no-bus`.
   */
  static async start(binary, { keychain = "unlocked", env = {} } = {}) {
    const desktop = new Desktop(binary, env);
    await desktop.#startTelemetrySink();
    if (keychain === "no-bus") {
      desktop.env.DBUS_SESSION_BUS_ADDRESS = `unix:path=${desktop.path("run/nobody-listens")}`;
      return desktop;
    }
    await desktop.#startBus(keychain === "none");
    if (keychain !== "none") await desktop.#startKeyring(PASSWORD);
    if (keychain === "locked") await desktop.lock();
    return desktop;
  }

  constructor(binary, env) {
    this.binary = binary;
    this.root = mkdtempSync(join(tmpdir(), "sign-in-"));
    for (const folder of ["home", "run", "data", "config", "cache", "state", "bin"]) mkdirSync(this.path(folder), { mode: 0o700 });
    this.opened = this.path("opened-by-the-browser");
    const opener = this.path("bin/xdg-open");
    writeFileSync(opener, `#!/bin/sh\nprintf '%s\\n' "$1" >> '${this.opened}'\n`);
    chmodSync(opener, 0o755);
    this.env = {
      PATH: `${this.path("bin")}${delimiter}${process.env.PATH}`,
      HOME: this.path("home"),
      LANG: "C.UTF-8",
      TERM: "xterm-256color",
      XDG_RUNTIME_DIR: this.path("run"),
      XDG_DATA_HOME: this.path("data"),
      XDG_CONFIG_HOME: this.path("config"),
      XDG_CACHE_HOME: this.path("cache"),
      XDG_STATE_HOME: this.path("state"),
      DEBUG: "auth0-mcp",
      ...env,
    };
    this.printed = "";
    this.telemetry = "";
    this.seenArguments = new Set();
  }

  /** Locks the keychain; there is nobody to type its password. */
  async lock() {
    await this.#end(this.keyring);
    await this.#startKeyring();
  }

  /** Unlocks it again. */
  async unlock() {
    await this.#end(this.keyring);
    await this.#startKeyring(PASSWORD);
  }

  path(...parts) {
    return join(this.root, ...parts);
  }

  /** Usage events go to an address of ours, so that they can be read too. */
  async #startTelemetrySink() {
    this.sink = createServer((request, response) => {
      this.telemetry += `${request.url} ${JSON.stringify(request.headers)} `;
      request.on("data", (data) => { this.telemetry += data; });
      request.on("end", () => response.writeHead(204).end());
    });
    await new Promise((done) => this.sink.listen(0, "127.0.0.1", done));
    this.sink.unref();
    this.env.AUTH0_MCP_ANALYTICS_URL = `http://127.0.0.1:${this.sink.address().port}/events`;
  }

  async #startBus(bare) {
    const configuration = this.path("bus.conf");
    if (bare) writeFileSync(configuration, BARE_BUS);
    const which = bare ? [`--config-file=${configuration}`] : ["--session"];
    this.bus = spawn("dbus-daemon", [...which, "--nofork", "--nopidfile", "--nosyslog", "--print-address=1"], {
      env: this.env,
      stdio: ["ignore", "pipe", "ignore"],
    });
    this.env.DBUS_SESSION_BUS_ADDRESS = await new Promise((done, fail) => {
      createInterface({ input: this.bus.stdout }).once("line", done);
      this.bus.once("exit", () => fail(new Error("D-Bus did not start")));
    });
  }

  /** With a password the keychain is made and unlocked; without, one that is there stays locked. */
  async #startKeyring(password) {
    const unlock = password ? ["--unlock"] : [];
    this.keyring = spawn("gnome-keyring-daemon", ["--foreground", "--components=secrets", ...unlock], {
      env: this.env,
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.keyring.stdin.end(password);
    // Asking for the service before it is there would make D-Bus start another one, which stays locked.
    await until("the keychain service", () => this.#owned());
    if (!password) return;
    // A wrong password is no error for the daemon, so a value has to go in and come back.
    this.#tool(["store", "--label=probe", "probe", "it"], "value");
    if (this.#tool(["lookup", "probe", "it"]).stdout !== "value") throw new Error("the keychain keeps nothing");
    this.#tool(["clear", "probe", "it"]);
  }

  #owned() {
    const asked = ["--session", "--dest=org.freedesktop.DBus", "--print-reply", "/", "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"];
    return spawnSync("dbus-send", asked, { env: this.env, encoding: "utf8" }).stdout.includes("true");
  }

  #tool(args, input = "") {
    return spawnSync("secret-tool", args, { env: this.env, input, encoding: "utf8", timeout: 10_000 });
  }

  /**
   * What an independent program finds in the keychain under our name: the entries with their times, the secrets in
   * them, and everything that it printed. Its order is not always the same, so ours is by label.
   */
  keychain() {
    const found = this.#tool(["search", "--all", "--unlock", "service", "auth0-mcp"]);
    const blocks = found.stdout.split(/^\[.*\]$/m).map((block) => block.trim()).filter(Boolean).sort();
    const entries = blocks.map((block) => block.split("\n").filter((line) => /^(label|secret|modified) = /.test(line)).join("\n"));
    const secrets = entries.flatMap((entry) => entry.match(/^secret = (.*)$/m)?.[1] ?? []);
    return { entries, secrets, text: found.stdout + found.stderr };
  }

  /** Writes an entry as somebody else would. */
  plant(username, value) {
    const planted = this.#tool(["store", "--label=planted", "service", "auth0-mcp", "username", username], value);
    if (planted.status !== 0) throw new Error(planted.stderr);
  }

  /** Starts a command of the product. */
  start(args, { env = {}, input, interactive = false } = {}) {
    const child = spawn(this.binary, args, { env: { ...this.env, ...env }, cwd: this.path("home") });
    const running = { child, stdout: "", stderr: "" };
    child.stdout.on("data", (data) => { running.stdout += data; this.printed += data; });
    child.stderr.on("data", (data) => { running.stderr += data; this.printed += data; });
    if (!interactive) child.stdin.end(input);
    const watch = setInterval(() => this.#watch(child.pid), 100);
    this.#watch(child.pid);
    running.done = new Promise((done) => child.once("close", (code, signal) => {
      clearInterval(watch);
      const said = running.stderr.split("\n").filter((line) => !line.startsWith("[DEBUG")).join("\n");
      done({ code: code ?? signal, stdout: running.stdout, stderr: said, text: running.stdout + said });
    }));
    return running;
  }

  /** Runs a command to its end. */
  async run(args, options = {}) {
    const running = this.start(args, options);
    const timer = setTimeout(() => running.child.kill("SIGKILL"), (options.seconds ?? 60) * 1000);
    const ended = await running.done;
    clearTimeout(timer);
    return ended;
  }

  /** Keeps the arguments of a process and of all that it started. */
  #watch(pid) {
    try {
      this.seenArguments.add(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
      children.split(" ").filter(Boolean).forEach((child) => this.#watch(child));
    } catch {
      // It has ended.
    }
  }

  /** Also keeps what is printed by a process that somebody else started. */
  follow(stream, pid) {
    stream?.on("data", (data) => { this.printed += data; });
    this.#watch(pid);
  }

  /** The address that a command wanted to open in the browser. */
  async openedAddress() {
    const text = await until("the browser", () => existsSync(this.opened) && readFileSync(this.opened, "utf8").trim());
    return text.split("\n").pop();
  }

  /** Where a text can be read: names of places and files. */
  places(text) {
    const places = [["printed", this.printed], ["telemetry", this.telemetry], ["arguments", [...this.seenArguments].join("\n")]];
    for (const file of files(this.root)) places.push([file, readFileSync(file, "latin1")]);
    return places.filter(([, content]) => content.includes(text)).map(([place]) => place);
  }

  /** Where one of these secrets can be read although it must not. */
  leaks(secrets) {
    return [...secrets].flatMap((secret) => this.places(secret));
  }

  async stop() {
    this.sink.closeAllConnections();
    this.sink.close();
    for (const child of [this.keyring, this.bus]) await this.#end(child);
    rmSync(this.root, { recursive: true, force: true });
  }

  async #end(child) {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill();
    await ended;
  }
}

/** All files below a folder; links are not followed, sockets are left out. */
export function files(folder) {
  return readdirSync(folder).map((name) => join(folder, name)).flatMap((path) => {
    const kind = lstatSync(path);
    if (kind.isDirectory()) return files(path);
    return kind.isFile() ? [path] : [];
  });
}

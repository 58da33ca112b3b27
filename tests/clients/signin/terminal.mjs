// A real terminal (tmux): keys in, screens out.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

import { until } from "./check.mjs";

let terminals = 0;

export class Terminal {
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
    this.tmux("-f", "/dev/null", "new-session", "-d", "-x", "110", "-y", "40", "-c", desktop.path("home"), `sh '${script}'`);
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

  /** The folder that it is in. */
  folder() {
    return this.tmux("display-message", "-p", "#{pane_current_path}").trim();
  }

  /** The process of the command that runs in it. */
  async process() {
    const shell = this.tmux("display-message", "-p", "#{pane_pid}").trim();
    // tmux starts the script through a shell of its own, which may or may not have made way for it.
    const children = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
    const below = (pid) => [pid, ...children(pid).flatMap(below)];
    const program = (pid) => readFileSync(`/proc/${pid}/comm`, "utf8").trim();
    return until("the command's process", () => below(shell).find((pid) => program(pid) === "auth0-mcp"), 10);
  }

  close() {
    spawnSync("tmux", ["-S", this.socket, "kill-server"], { env: this.env });
  }
}

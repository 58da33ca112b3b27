// The local tenant as a process: started, steered through its control paths, ended.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import https from "node:https";
import { createInterface } from "node:readline";

import { until } from "./check.mjs";

/** Starts a tenant; `second` is another one that the same user can pick. */
export async function startTenant(binary, caFile, ...flags) {
  const child = spawn(binary, ["serve", "--control", "--device-interval", "1", "--ca-file", caFile, ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await new Promise((done, fail) => {
    createInterface({ input: child.stdout }).once("line", (line) => done([line]));
    child.once("exit", (code) => fail(new Error(`the tenant ended with ${code}`)));
  });
  const ready = JSON.parse(line);
  const tenant = new Tenant(ready, caFile, child);
  tenant.second = ready.second && new Tenant(ready.second, caFile, child);
  return tenant;
}

export class Tenant {
  constructor(ready, caFile, child) {
    Object.assign(this, ready);
    this.caFile = caFile;
    this.child = child;
    this.ca = readFileSync(caFile);
  }

  /** The end of the network as far as this tenant goes. */
  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill();
    await new Promise((done) => this.child.once("exit", done));
  }

  /** Sends a request; gives status and body, as JSON where it is some. */
  async send(method, path, body, headers = {}) {
    const [host, port] = this.domain.split(":");
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((done, fail) => {
      const options = { method, host, port, path, ca: this.ca, agent: false, headers };
      const request = https.request(options, (response) => {
        let all = "";
        response.on("data", (part) => (all += part));
        response.on("end", () => {
          let value = all;
          try { value = JSON.parse(all); } catch { /* it is text then */ }
          done({ status: response.statusCode, body: value });
        });
      });
      request.once("error", fail);
      request.end(text);
    });
  }

  async control(method, path, body) {
    const { status, body: answer } = await this.send(method, `/_tenant/${path}`, body);
    if (status >= 300) throw new Error(`/_tenant/${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  }

  /** The code of the device that asked last and waits for a decision. */
  async userCode() {
    const waiting = async () => (await this.control("GET", "devices")).filter((one) => one.state === "pending").pop();
    return (await until("a device that asks", waiting)).user_code;
  }

  approve(user_code, scopes, tenant) {
    return this.control("POST", "approve", { user_code, scopes, tenant });
  }

  deny(user_code) {
    return this.control("POST", "deny", { user_code });
  }

  fault(kind, rest = {}) {
    return this.control("POST", "faults", { kind, ...rest });
  }

  clearFaults() {
    return this.control("DELETE", "faults");
  }

  async requests(path = "") {
    const { requests } = await this.control("GET", "requests");
    return requests.filter((request) => request.path.startsWith(path));
  }

  clearRequests() {
    return this.control("DELETE", "requests");
  }

  /** How often tokens were asked for: `{requests, granted, at_once}`. */
  async count(grant) {
    return (await this.control("GET", "tokens"))[grant] ?? { requests: 0, granted: 0, at_once: 0 };
  }

  /** Every secret that has passed between this tenant and its clients. */
  async secrets() {
    const found = new Set([this.client_secret]);
    for (const request of await this.requests()) {
      const bearer = request.headers.find(([name]) => name === "authorization")?.[1];
      if (bearer) found.add(bearer.split(" ")[1]);
      const form = new URLSearchParams(request.body);
      for (const name of ["device_code", "refresh_token", "token", "client_secret"]) {
        if (form.get(name)) found.add(form.get(name));
      }
    }
    return found;
  }
}

export const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

// The device flow as a person goes through it: init, the browser, run, session, logout.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";

import { decide, look } from "./browser.mjs";
import { about, check, until } from "./check.mjs";
import { serve } from "./server.mjs";
import { DEVICE_GRANT } from "./tenant.mjs";
import { deviceFlags, inWorld } from "./world.mjs";

export async function device() {
  about("Device flow, confirmed in Chromium");
  await inWorld({}, async ({ tenant, desktop, collect }) => {
    let code;
    const folder = desktop.path("config/Claude");
    const configuration = `${folder}/claude_desktop_config.json`;
    const others = '{\n\t// mine\n\t"mcpServers": { "other": { "command": "other" } },\n}\n';
    mkdirSync(folder);
    writeFileSync(configuration, others);
    await check("init opens the page, which asks for what was asked for and grants what stays ticked", async () => {
      const flags = deviceFlags(tenant, "--scopes", "read:clients,read:logs,update:clients");
      const running = desktop.start(flags.map((flag) => (flag === "none" ? "claude,cursor" : flag)));
      const address = await desktop.openedAddress();
      assert.match(address, new RegExp(`^https://${tenant.domain}/activate\\?user_code=[A-Z]{4}-[A-Z]{4}$`));
      const seen = await decide(address, { untick: ["update:clients"] });
      code = address.split("=")[1];
      assert.equal(seen.code, code);
      assert.deepEqual(seen.scopes.toSorted(), ["offline_access", "read:clients", "read:logs", "update:clients"]);
      assert.equal(seen.result, "Device connected");
      const ended = await running.done;
      assert.equal(ended.code, 0, ended.text);
      for (const text of [code, tenant.domain, "read:clients", "read:logs", "update:clients"]) {
        assert.ok(ended.text.includes(text), `${text} is not in:\n${ended.text}`);
      }
    });
    await check("the page knows the code as used", async () => {
      const seen = await look(`https://${tenant.domain}/activate?user_code=${code}`);
      assert.equal(seen.status, 410);
      assert.match(seen.text, /has been used/);
    });
    await check("the keychain holds the session, and nothing else does; the search for secrets finds what is there", async () => {
      assert.ok(desktop.keychain().secrets.length > 0);
      await collect();
      // What is no secret is found in each of these places, so a secret would be.
      for (const [text, place] of [[code, "printed"], ["--device-client-id", "arguments"], [`"run"`, configuration]]) {
        assert.ok(desktop.places(text).includes(place), `${text} was not found in ${place}`);
      }
    });
    await check("the clients' files have the entry, what was there before, and a backup", async () => {
      const written = readFileSync(configuration, "utf8");
      assert.ok(written.includes("// mine") && written.includes('"other"') && written.includes('"auth0"'), written);
      const backups = readdirSync(folder).filter((name) => name !== "claude_desktop_config.json");
      assert.deepEqual(backups.map((name) => readFileSync(`${folder}/${name}`, "utf8")), [others]);
      const cursor = JSON.parse(readFileSync(desktop.path("home/.cursor/mcp.json"), "utf8"));
      assert.equal(cursor.mcpServers.auth0.args[0], "run");
    });
    await check("run serves with the token of the keychain; a scope that was refused is named before any HTTP", async () => {
      const server = await serve(desktop);
      assert.ok((await server.tools()).includes("auth0_update_application"));
      const listed = await server.ping();
      assert.equal(listed.failed, false, listed.text);
      const [request] = await tenant.requests("/api/v2/clients");
      const token = request.headers.find(([name]) => name === "authorization")[1].replace("Bearer ", "");
      assert.ok(desktop.keychain().secrets.join("").replaceAll("\\/", "/").includes(token.slice(0, 200)), "the token is not the keychain's");
      const before = (await tenant.requests("/api/v2/")).length;
      const id = listed.answer.applications[0].client_id;
      const refused = await server.call("auth0_update_application", { client_id: id, name: "Changed" });
      assert.equal(refused.failed, true);
      assert.match(refused.text, /update:clients/);
      assert.match(refused.text, /auth0-mcp init/);
      assert.equal((await tenant.requests("/api/v2/")).length, before, "a request was sent");
      await server.close();
    });
    await check("run --hide-unusable leaves out what the scopes do not open", async () => {
      const server = await serve(desktop, ["--hide-unusable"]);
      const tools = await server.tools();
      assert.ok(tools.includes("auth0_list_logs") && !tools.includes("auth0_update_application"), tools.join());
      await server.close();
    });
    await check("session shows tenant, scopes, expiry; --json the same for programs", async () => {
      const shown = await desktop.run(["session"]);
      assert.equal(shown.code, 0, shown.text);
      for (const text of [tenant.domain, "read:clients"]) assert.ok(shown.stdout.includes(text), shown.text);
      const json = await desktop.run(["session", "--json"]);
      assert.equal(json.code, 0, json.text);
      assert.ok(JSON.stringify(JSON.parse(json.stdout)).includes(tenant.domain), json.stdout);
    });
    await collect();
    await check("logout revokes, erases and says what remains; nothing is left in the keychain", async () => {
      const ended = await desktop.run(["logout"]);
      assert.equal(ended.code, 0, ended.text);
      assert.match(ended.text, /cannot be revoked|expire/);
      const [revoked] = await tenant.requests("/oauth/revoke");
      assert.equal(revoked.outcome.answered, 200);
      const refresh_token = new URLSearchParams(revoked.body).get("token");
      const form = { grant_type: "refresh_token", refresh_token, client_id: tenant.device_client_id };
      const { status, body } = await tenant.send("POST", "/oauth/token", form, { "content-type": "application/json" });
      assert.deepEqual([status, body.error], [403, "invalid_grant"]);
      assert.equal(desktop.keychain().text, "");
    });
    await check("usage events have arrived, and hold nothing of the tenant, the account or the arguments", async () => {
      for (const name of ["init", "run", "session", "logout", "auth0_list_applications"]) {
        await until(`the event of ${name}`, () => desktop.telemetry.includes(`"name":"${name}"`));
      }
      for (const text of [tenant.domain, tenant.device_client_id, "read:clients", "auth0|", "per_page", desktop.root]) {
        assert.ok(!desktop.places(text).includes("telemetry"), `${text} is in ${desktop.telemetry}`);
      }
    });
    await check("without a session run ends with the command that makes one", async () => {
      const ended = await desktop.run(["run"]);
      assert.equal(ended.code, 4, ended.text);
      assert.match(ended.stderr, /auth0-mcp init/);
      assert.equal(ended.stdout, "");
    });
    await check("session and logout say that nobody is signed in", async () => {
      for (const command of ["session", "logout"]) assert.match((await desktop.run([command])).text, /[Nn]obody is signed in/);
    });
    await check("the code can be typed; one refresh token, one poll a second", async () => {
      await tenant.clearRequests();
      const running = desktop.start(deviceFlags(tenant, "--no-browser", "--tools", "auth0_list_logs"));
      const seen = await decide(`https://${tenant.domain}/activate`, { typed: (await tenant.userCode()).replace("-", " ").toLowerCase() });
      assert.equal(seen.first, "Connect a device");
      assert.deepEqual(seen.scopes.toSorted(), ["offline_access", "read:logs"], "the tool's scopes, no more");
      assert.equal((await running.done).code, 0);
      const polls = await tenant.count(DEVICE_GRANT);
      assert.equal(polls.granted, 1);
    });
  });
}

// Client credentials: private clouds and servers, with a keychain.

import assert from "node:assert/strict";

import { about, check } from "./check.mjs";
import { serve } from "./server.mjs";
import { inWorld, machineFlags } from "./world.mjs";

export async function machine() {
  about("Client credentials");
  await inWorld({ tenant: ["--token-lifetime", "3600"] }, async ({ tenant, desktop, collect }) => {
    await check("init reads the secret from standard input and keeps it only if told to", async () => {
      const ended = await desktop.run(machineFlags(tenant, "--no-keep-secret"), { input: `${tenant.client_secret}\n` });
      assert.equal(ended.code, 0, ended.text);
      const { secrets, text } = desktop.keychain();
      assert.ok(secrets.length > 0);
      assert.ok(!text.includes(tenant.client_secret), "the secret is kept");
      const kept = await desktop.run(machineFlags(tenant, "--keep-secret"), { input: tenant.client_secret });
      assert.equal(kept.code, 0, kept.text);
      assert.ok(desktop.keychain().text.includes(tenant.client_secret), "the secret is not kept");
    });
    await check("run serves, session shows", async () => {
      const server = await serve(desktop);
      const listed = await server.ping();
      assert.equal(listed.failed, false, listed.text);
      await server.close();
      const shown = await desktop.run(["session"]);
      assert.equal(shown.code, 0, shown.text);
      assert.ok(shown.stdout.includes(tenant.domain), shown.text);
    });
    await check("the secret may come from the environment", async () => {
      const flags = machineFlags(tenant, "--keep-secret").filter((flag) => !["--auth0-client-secret", "-"].includes(flag));
      const ended = await desktop.run(flags, { env: { AUTH0_CLIENT_SECRET: tenant.client_secret } });
      assert.equal(ended.code, 0, ended.text);
    });
    await collect();
    await check("logout erases everything and says what stays valid", async () => {
      const ended = await desktop.run(["logout"]);
      assert.equal(ended.code, 0, ended.text);
      assert.match(ended.text, /stays valid/);
      assert.equal(desktop.keychain().text, "");
    });
  });
  await inWorld({}, async ({ tenant, desktop }) => {
    await check("a secret on the command line works, with a warning that does not repeat it", async () => {
      const visible = machineFlags(tenant, "--no-keep-secret").map((flag) => (flag === "-" ? tenant.client_secret : flag));
      const ended = await desktop.run(visible);
      assert.equal(ended.code, 0, ended.text);
      assert.match(ended.stderr, /command line|other users|process/);
      assert.ok(!ended.text.includes(tenant.client_secret));
      // The user has put it there; the search for secrets in arguments is about everything else.
      desktop.seenArguments.clear();
    });
  });
}

// Two profiles on two tenants: every call goes to its own.

import assert from "node:assert/strict";

import { decide } from "./browser.mjs";
import { about, check } from "./check.mjs";
import { serve } from "./server.mjs";
import { deviceFlags, inWorld, signIn } from "./world.mjs";

export async function profiles() {
  about("Two profiles on two tenants");
  await inWorld({ tenant: ["--second"] }, async ({ tenant, desktop, collect }) => {
    const { second } = tenant;
    const hits = async (act) => {
      await Promise.all([tenant.clearRequests(), second.clearRequests()]);
      await act();
      await collect();
      return [(await tenant.requests("/api/v2/")).length, (await second.requests("/api/v2/")).length];
    };
    await check("the second tenant is picked in the browser", async () => {
      await signIn(desktop, tenant, { flags: ["--profile", "one"] });
      const running = desktop.start(deviceFlags(tenant, "--no-browser", "--scopes", "read:clients", "--profile", "two"));
      const address = `https://${tenant.domain}/activate?user_code=${await tenant.userCode()}`;
      const seen = await decide(address, { tenant: second.domain });
      assert.deepEqual(seen.tenants, [tenant.domain, second.domain]);
      const ended = await running.done;
      assert.equal(ended.code, 0, ended.text);
      assert.ok(ended.text.includes(second.domain), ended.text);
    });
    const [one, two, usual] = await Promise.all([
      serve(desktop, ["--profile", "one"]), serve(desktop, ["--profile", "two"]), serve(desktop),
    ]);
    await check("each call goes to its own tenant", async () => {
      assert.deepEqual(await hits(() => one.ping()), [1, 0]);
      assert.deepEqual(await hits(() => two.ping()), [0, 1]);
      assert.deepEqual(await hits(() => usual.ping()), [1, 0], "the first profile is the default");
      assert.deepEqual(await hits(() => Promise.all([one, two, one, two, two].map((server) => server.ping()))), [2, 3]);
    });
    await check("switching the default moves no running server, and every later one", async () => {
      const ended = await desktop.run(["session", "use", "two"]);
      assert.equal(ended.code, 0, ended.text);
      assert.deepEqual(await hits(() => usual.ping()), [1, 0]);
      const later = await serve(desktop);
      assert.deepEqual(await hits(() => later.ping()), [0, 1]);
      await later.close();
    });
    await check("session lists both and marks the default", async () => {
      const json = JSON.parse((await desktop.run(["session", "--json"])).stdout);
      const text = JSON.stringify(json);
      for (const part of ["one", "two", tenant.domain, second.domain]) assert.ok(text.includes(part), text);
    });
    await check("the profile cannot be moved to another tenant under a running server", async () => {
      await signIn(desktop, tenant, { flags: ["--profile", "two"] });
      const refused = await two.ping();
      assert.equal(refused.failed, true, "the server for one tenant served another");
      assert.deepEqual(await hits(() => two.ping()), [0, 0]);
      await signIn(desktop, tenant, { pick: second.domain, flags: ["--profile", "two"] });
    });
    await check("logout of one leaves the other", async () => {
      const ended = await desktop.run(["logout", "--profile", "one"]);
      assert.equal(ended.code, 0, ended.text);
      assert.equal((await one.ping()).failed, true);
      const later = await serve(desktop, ["--profile", "two"]);
      assert.equal((await later.ping()).failed, false);
      await later.close();
    });
    await collect();
    await check("logout --all leaves nothing", async () => {
      const ended = await desktop.run(["logout", "--all"]);
      assert.equal(ended.code, 0, ended.text);
      assert.equal(desktop.keychain().text, "");
    });
    await Promise.all([one, two, usual].map((server) => server.close()));
  });
}

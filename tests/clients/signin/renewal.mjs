// Tokens that live shorter than the session: renewed in time, once, for all calls that need it.

import assert from "node:assert/strict";

import { about, check, pause } from "./check.mjs";
import { serve } from "./server.mjs";
import { deviceFlags, inWorld, machineFlags, signIn } from "./world.mjs";

/** `calls` calls over so many seconds, five at a time; gives the texts of those that failed. */
async function callFor(server, calls, seconds) {
  const failures = [];
  const bursts = calls / 5;
  for (let burst = 0; burst < bursts; burst += 1) {
    const next = performance.now() + (seconds * 1000) / bursts;
    const answers = await Promise.all(Array.from({ length: 5 }, () => server.ping()));
    failures.push(...answers.filter((answer) => answer.failed).map((answer) => answer.text));
    await pause(Math.max(0, next - performance.now()));
  }
  return failures;
}

/** Tokens of `lifetime` seconds under `calls` calls over `seconds`. */
export async function renewal({ lifetime, calls, seconds }) {
  about(`Renewal: tokens of ${lifetime} s, ${calls} calls over ${seconds} s`);
  const ways = {
    refresh_token: ({ desktop, tenant }) => signIn(desktop, tenant),
    client_credentials: async ({ desktop, tenant }) => {
      const ended = await desktop.run(machineFlags(tenant, "--keep-secret"), { input: tenant.client_secret });
      assert.equal(ended.code, 0, ended.text);
    },
  };
  await Promise.all(Object.entries(ways).map(([grant, prepare]) =>
    inWorld({ tenant: ["--token-lifetime", String(lifetime)] }, async (world) => {
      const { tenant, desktop } = world;
      await prepare(world);
      await tenant.clearRequests();
      // A slow answer leaves time for a second renewal to begin, if anything let it.
      await tenant.fault({ type: "slow", milliseconds: 300 }, { grant });
      await check(`${grant}: no call fails, one renewal at a time`, async () => {
        // Two servers share the session: neither may use up the other's refresh token.
        const servers = [await serve(desktop), await serve(desktop)];
        const failures = (await Promise.all(servers.map((server) => callFor(server, calls, seconds)))).flat();
        await Promise.all(servers.map((server) => server.close()));
        const count = await tenant.count(grant);
        console.log(`        ${2 * calls} calls, renewals: ${JSON.stringify(count)}`);
        assert.deepEqual(failures, []);
        assert.ok(count.requests >= Math.floor(seconds / lifetime), "nothing was renewed");
        assert.ok(count.requests <= Math.ceil((2 * seconds) / lifetime) + 2, "renewed too often");
        assert.deepEqual([count.granted, count.at_once], [count.requests, 1]);
      });
    }),
  ));
}

/** A session that ends while the server runs, and one that begins. */
export async function changes() {
  about("A running server notices what happens to its session");
  await inWorld({}, async ({ tenant, desktop }) => {
    await signIn(desktop, tenant);
    const server = await serve(desktop);
    await check("the tenant rejects the token: it is renewed and the call succeeds", async () => {
      assert.equal((await server.ping()).failed, false);
      await tenant.control("DELETE", "tokens");
      const answers = await Promise.all([server.ping(), server.ping(), server.ping()]);
      assert.deepEqual(answers.map((answer) => answer.failed), [false, false, false], answers[0].text);
      assert.equal((await tenant.count("refresh_token")).requests, 1);
    });
    await check("logout: the next call is refused with the command that helps", async () => {
      const ended = await desktop.run(["logout"]);
      assert.equal(ended.code, 0, ended.text);
      const before = (await tenant.requests("/api/v2/")).length;
      const refused = await server.ping();
      assert.equal(refused.failed, true);
      assert.match(refused.text, /auth0-mcp init/);
      assert.equal((await tenant.requests("/api/v2/")).length, before);
    });
    await check("a new init: the same server serves again", async () => {
      await signIn(desktop, tenant);
      const answer = await server.ping();
      assert.equal(answer.failed, false, answer.text);
    });
    await check("an init with more scopes opens more tools", async () => {
      const wanted = ["auth0_list_actions", { per_page: 1 }];
      assert.match((await server.call(...wanted)).text, /read:actions/);
      await signIn(desktop, tenant, { scopes: "read:clients,read:actions" });
      const answer = await server.call(...wanted);
      assert.equal(answer.failed, false, answer.text);
    });
    await check("a refresh token that somebody else used ends the session with the command that helps", async () => {
      await tenant.control("DELETE", "tokens");
      await tenant.fault({ type: "oauth", error: "invalid_grant" }, { grant: "refresh_token" });
      const refused = await server.ping();
      assert.equal(refused.failed, true);
      assert.match(refused.text, /auth0-mcp init/);
      await tenant.clearFaults();
    });
    await server.close();
  });
}

/** What a sign-in survives: the fault, how often it strikes, how many polls there are then, and how long it takes. */
const SURVIVED = [
  { name: "slow_down: five seconds longer from then on", kind: { type: "oauth", error: "slow_down" }, times: 1, polls: 2, seconds: [6.5, 13] },
  { name: "two lost connections", kind: { type: "reset" }, times: 2, polls: 3, seconds: [2, 20] },
  { name: "two failures of the service", kind: { type: "status", status: 503 }, times: 2, polls: 3, seconds: [2, 20] },
  { name: "a page of a proxy", kind: { type: "html", status: 502 }, times: 1, polls: 2, seconds: [1, 20] },
  { name: "an answer that takes two seconds", kind: { type: "slow", milliseconds: 2000 }, times: 1, polls: 1, seconds: [3, 15] },
];

/** The device flow keeps to the pace that it is told, and outlasts short troubles. */
export async function pace() {
  about("What a sign-in survives");
  await Promise.all(SURVIVED.map(({ name, kind, times, polls, seconds: [least, most] }) =>
    check(name, () => inWorld({}, async ({ tenant, desktop }) => {
      await tenant.fault(kind, { path: "/oauth/token", times });
      const began = Date.now();
      const running = desktop.start(deviceFlags(tenant, "--no-browser", "--scopes", "read:logs"));
      await tenant.approve(await tenant.userCode());
      const ended = await running.done;
      assert.equal(ended.code, 0, ended.text);
      const took = (Date.now() - began) / 1000;
      assert.ok(took >= least && took < most, `it took ${took} s`);
      assert.equal((await tenant.requests("/oauth/token")).length, polls);
    })),
  ));
}

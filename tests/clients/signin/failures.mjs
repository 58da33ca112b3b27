// What can go wrong, as a table: the exit code, the message, and that nothing was stored or lost.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { decide } from "./browser.mjs";
import { about, check, until } from "./check.mjs";
import { serve } from "./server.mjs";
import { files } from "./desktop.mjs";
import { deviceFlags, inWorld, machineFlags, signIn } from "./world.mjs";

const flags = (tenant, ...more) => deviceFlags(tenant, "--no-browser", "--scopes", "read:logs", ...more);

/** What stands between a device and its token: what happens while `init` waits. */
const WAITING = [
  {
    name: "denied in the browser",
    during: async ({ tenant }) => {
      const address = `https://${tenant.domain}/activate?user_code=${await tenant.userCode()}`;
      assert.equal((await decide(address, { decision: "deny" })).result, "Device not connected");
    },
    code: 5,
    says: /denied/,
  },
  { name: "nobody confirms in time", tenant: ["--device-code-lifetime", "3"], during: async () => {}, code: 6, says: /expired/ },
  {
    name: "the network goes away midway",
    during: async ({ tenant }) => {
      await tenant.userCode();
      await tenant.stop();
    },
    code: 7,
    says: /connection was lost|could not be reached|cannot be reached/,
    seconds: 60,
  },
  {
    name: "the connection is reset again and again",
    during: async ({ tenant }) => {
      await tenant.userCode();
      await tenant.fault({ type: "reset" }, { path: "/oauth/token" });
    },
    code: 7,
    says: /connection was lost|could not be reached/,
    seconds: 60,
  },
  {
    name: "another tenant than --tenant is picked",
    tenant: ["--second"],
    flags: ({ tenant }) => ["--tenant", tenant.second.domain],
    during: async ({ tenant }) => tenant.approve(await tenant.userCode()),
    code: 5,
    says: /run it again and pick|not for/,
    after: async ({ tenant }) => assert.equal((await tenant.requests("/oauth/revoke")).length, 1, "the token was not revoked"),
  },
  {
    name: "Ctrl-C",
    during: async ({ tenant, running }) => {
      await tenant.userCode();
      running.child.kill("SIGINT");
    },
    code: 130,
    says: /./,
  },
];

/** Failures that come at once. */
const AT_ONCE = [
  { name: "standard input is closed and nobody named scopes", args: ({ tenant }) => deviceFlags(tenant), code: 2, says: /--scopes/ },
  { name: "an unknown scope, with a near one", args: ({ tenant }) => deviceFlags(tenant, "--scopes", "read:client"), code: 3, says: /read:clients/ },
  { name: "a client that does not exist", args: ({ tenant }) => flags({ ...tenant, device_client_id: "nobody" }), code: 1, says: /invalid_client/ },
  { name: "a wrong secret", args: ({ tenant }) => machineFlags(tenant), input: "a wrong secret indeed", code: 4, says: /client id and secret/ },
  { name: "an empty secret on standard input", args: ({ tenant }) => machineFlags(tenant), input: "", code: 2, says: /standard input/ },
  { name: "a domain that is none", args: ({ tenant }) => flags({ ...tenant, domain: "https://x y/" }), code: 3, says: /--device-domain/ },
  { name: "a host that does not answer", args: ({ tenant }) => flags({ ...tenant, domain: "localhost:9" }), code: 7, says: /localhost:9/ },
];

/** Keychains that cannot be used: found out before anybody signs in. */
const KEYCHAINS = [
  { keychain: "no-bus", code: 9, says: /no keychain here[^]*AUTH0_TOKEN/ },
  { keychain: "none", code: 9, says: /no keychain here[^]*AUTH0_TOKEN/ },
  { keychain: "locked", code: 9, says: /locked[^]*AUTH0_TOKEN/ },
];

/** Exit code, message, an untouched keychain, and no file that holds anything of a session. */
function assertFailed(ended, { code, says }, { desktop, before }) {
  assert.equal(ended.code, code, ended.text);
  assert.match(ended.stderr, says);
  if (before) assert.deepEqual(desktop.keychain().entries, before.entries, "the keychain was changed");
  const written = files(desktop.path("home")).concat(files(desktop.path("config")));
  for (const file of written) assert.ok(!/eyJ|v1\./.test(readFileSync(file, "latin1")), `${file} was written`);
  console.log(`        ${ended.code}: ${lastLine(ended.stderr)}`);
}

const lastLine = (text) => text.trim().split("\n").pop();

export async function failures() {
  about("What goes wrong while init waits");
  for (const one of WAITING) {
    await check(one.name, () => inWorld({ tenant: one.tenant }, async (world) => {
      const { tenant, desktop } = world;
      // Somebody is signed in already; a failed init must leave that alone.
      await signIn(desktop, tenant);
      await tenant.clearRequests();
      const before = desktop.keychain();
      const running = desktop.start(flags(tenant, ...(one.flags?.(world) ?? [])));
      await one.during({ ...world, running });
      const timer = setTimeout(() => running.child.kill("SIGKILL"), (one.seconds ?? 30) * 1000);
      assertFailed(await running.done, one, { desktop, before });
      clearTimeout(timer);
      await one.after?.(world);
    }));
  }

  about("What goes wrong at once");
  await inWorld({}, async ({ tenant, desktop }) => {
    for (const one of AT_ONCE) {
      await check(one.name, async () => {
        const before = desktop.keychain();
        const ended = await desktop.run(one.args({ tenant }), { input: one.input });
        assertFailed(ended, one, { desktop, before });
      });
    }
  });

  about("No usable keychain");
  for (const one of KEYCHAINS) {
    await check(`${one.keychain}: init`, () => inWorld({ keychain: one.keychain }, async ({ tenant, desktop }) => {
      for (const args of [flags(tenant), machineFlags(tenant)]) {
        assertFailed(await desktop.run(args, { input: tenant.client_secret }), one, { desktop });
      }
      assert.deepEqual(await tenant.requests("/oauth"), [], "somebody had to sign in for nothing");
    }));
    await check(`${one.keychain}: run, session, logout`, () => inWorld({ keychain: one.keychain }, async ({ tenant, desktop }) => {
      if (one.keychain === "locked") {
        // Somebody is signed in, and the keychain is locked afterwards.
        await desktop.unlock();
        await signIn(desktop, tenant);
        await desktop.lock();
        await tenant.clearRequests();
      }
      for (const command of ["run", "session", "logout"]) {
        const ended = await desktop.run([command]);
        // To a server, a keychain that gives nothing is one way of having no credentials.
        assert.equal(ended.code, command === "run" ? 4 : one.code, `${command}: ${ended.text}`);
        assert.match(ended.text, one.says, command);
      }
      assert.deepEqual(await tenant.requests("/oauth"), [], "a session that cannot be read was revoked");
      // The headless way, which the message names, works.
      const env = { AUTH0_DOMAIN: tenant.domain, AUTH0_TOKEN: tenant.token };
      const server = await serve(desktop, [], env);
      assert.equal((await server.ping()).failed, false);
      await server.close();
    }));
  }

  about("A damaged keychain");
  await inWorld({}, async ({ tenant, desktop }) => {
    await check("the list of profiles is nonsense: named, and made anew by the init that the message names", async () => {
      await signIn(desktop, tenant, { flags: ["--profile", "one"] });
      desktop.plant("profiles", "{nonsense");
      for (const [args, code] of [[["session"], 9], [["run"], 4], [flags(tenant), 9]]) {
        const ended = await desktop.run(args);
        assert.equal(ended.code, code, ended.text);
        assert.match(ended.text, /list of profiles is damaged[^]*init --profile NAME/);
      }
      await signIn(desktop, tenant, { flags: ["--profile", "one"] });
      assert.match((await desktop.run(["session"])).text, /one/);
    });
    await check("the session is nonsense: named, and the commands that the message names help", async () => {
      desktop.plant("profile/one", "{nonsense");
      const ended = await desktop.run(["run", "--profile", "one"]);
      assert.equal(ended.code, 4, ended.text);
      assert.match(ended.text, /damaged[^]*logout --profile one[^]*init --profile one/);
      assert.equal((await desktop.run(["logout", "--profile", "one"])).code, 0);
      assert.equal(desktop.keychain().text, "");
    });
  });

  about("A sign-out without network");
  await inWorld({}, async ({ tenant, desktop }) => {
    await check("erases all the same, and says what could not be revoked", async () => {
      await signIn(desktop, tenant);
      await tenant.stop();
      const ended = await desktop.run(["logout"]);
      assert.equal(ended.code, 7, ended.text);
      assert.match(ended.text, /not revoked/);
      await until("an empty keychain", () => desktop.keychain().text === "", 2);
    });
  });
}

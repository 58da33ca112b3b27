// The verification page by itself: rules of accessibility, the keyboard, small screens, no scripts.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { openPage } from "./browser.mjs";
import { about, check } from "./check.mjs";
import { inWorld } from "./world.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SCOPES = "read:clients update:clients create:clients read:logs read:dragons offline_access";

/** Asks for a code as a device does. */
async function code(tenant) {
  const body = new URLSearchParams({ client_id: tenant.device_client_id, audience: "https://*.auth0.com/api/v2/", scope: SCOPES });
  const json = Object.fromEntries(body);
  return (await tenant.send("POST", "/oauth/device/code", json, { "content-type": "application/json" })).body;
}

export async function page() {
  about("The verification page");
  await inWorld({ tenant: ["--second"] }, async ({ tenant }) => {
    const waiting = await code(tenant);
    const base = `https://${tenant.domain}/activate`;
    const pages = {
      "the form for the code": base,
      "an unknown code": `${base}?user_code=BCDF-GHJK`,
      "the question": waiting.verification_uri_complete,
      "the end": `${base}/success`,
      "the refusal": `${base}/denied`,
    };
    for (const [name, address] of Object.entries(pages)) {
      await check(`${name}: nothing that axe knows to be wrong, in light, dark and on a telephone`, async () => {
        const tab = await openPage({ scripts: true });
        for (const [scheme, width] of [["light", 900], ["dark", 900], ["light", 320]]) {
          await tab.setViewport({ width, height: 700 });
          await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }, { name: "prefers-reduced-motion", value: "reduce" }]);
          await tab.goto(address);
          await tab.evaluate(AXE);
          const { violations } = await tab.evaluate(() => globalThis.axe.run());
          assert.deepEqual(violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.html)}`), [], `${scheme}, ${width}`);
          const wider = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          assert.ok(wider <= 0, `it scrolls sideways by ${wider} at ${width}`);
        }
        await tab.close();
      });
    }
    await check("the keyboard alone reaches everything in order, and Enter in a form refuses", async () => {
      const tab = await openPage();
      await tab.goto(waiting.verification_uri_complete);
      const order = [];
      const focused = () => tab.evaluate(() => document.activeElement.value);
      for (let key = 0; key < 12; key += 1) {
        await tab.keyboard.press("Tab");
        const value = await focused();
        if (value === undefined || order.includes(value)) break;
        order.push(value);
      }
      const scopes = ["read:clients", "update:clients", "create:clients", "read:logs", "offline_access"];
      assert.deepEqual(order, [tenant.domain, ...scopes, "deny", "allow"]);
      await tab.focus("input[name=scope]");
      await Promise.all([tab.waitForNavigation(), tab.keyboard.press("Enter")]);
      assert.equal(new URL(tab.url()).pathname, "/activate/denied");
      await tab.close();
    });
  });
}

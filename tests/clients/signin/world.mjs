// What most tests start from: a tenant, a desktop, and the flags that lead `init` from one to the other.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Desktop } from "./desktop.mjs";
import { startTenant } from "./tenant.mjs";

export const binaries = { product: "", tenant: "" };

/** Runs `use` with a tenant and a desktop, ends both, and then looks for secrets where none may be. */
export async function inWorld({ tenant: flags = [], keychain, env = {} }, use) {
  const folder = mkdtempSync(join(tmpdir(), "sign-in-tenant-"));
  const tenant = await startTenant(binaries.tenant, join(folder, "ca.pem"), ...flags);
  try {
    const desktop = await Desktop.start(binaries.product, { keychain, env: { SSL_CERT_FILE: tenant.caFile, ...env } });
    try {
      const secrets = new Set();
      const collect = async () => {
        for (const token of desktop.keychain().text.match(/eyJ[\w.-]{20,}|v1\.[\w-]{20,}/g) ?? []) secrets.add(token);
        for (const one of [tenant, tenant.second]) (await one?.secrets().catch(() => []))?.forEach((secret) => secrets.add(secret));
      };
      const result = await use({ tenant, desktop, collect });
      await collect();
      const leaks = desktop.leaks(secrets);
      if (leaks.length > 0) throw new Error(`a secret can be read here: ${leaks.join(", ")}`);
      return result;
    } finally {
      await desktop.stop();
    }
  } finally {
    await tenant.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `init` by the device flow at this tenant, which stands in for Auth0's own. */
export function deviceFlags(tenant, ...more) {
  return [
    "init", "--device-domain", tenant.domain, "--device-client-id", tenant.device_client_id,
    "--device-audience", "https://*.auth0.com/api/v2/", "--no-interaction", "--client", "none", ...more,
  ];
}

/** `init` with client credentials; the secret comes on standard input. */
export function machineFlags(tenant, ...more) {
  return [
    "init", "--auth0-domain", tenant.domain, "--auth0-client-id", tenant.client_id,
    "--auth0-client-secret", "-", "--no-interaction", "--client", "none", ...more,
  ];
}

/** Signs in by the device flow without a browser. */
export async function signIn(desktop, tenant, { scopes, grant, pick, flags = [] } = {}) {
  const running = desktop.start(deviceFlags(tenant, "--no-browser", "--scopes", scopes ?? "read:clients,read:logs", ...flags));
  await tenant.approve(await tenant.userCode(), grant, pick);
  const ended = await running.done;
  if (ended.code !== 0) throw new Error(`init ended with ${ended.code}:\n${ended.text}`);
  return ended;
}

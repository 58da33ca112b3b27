// Headless Chromium before the verification page, as a person with a browser would be.

import puppeteer from "puppeteer-core";

let browser;

/** A new tab; without scripts, as the page needs none. */
export async function openPage({ scripts = false } = {}) {
  browser ??= await puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // The page's certificate is of a CA that was made a minute ago. Root needs to do without the sandbox.
    args: ["--no-sandbox", "--ignore-certificate-errors", "--no-proxy-server", "--disable-dev-shm-usage"],
    acceptInsecureCerts: true,
  });
  const page = await browser.newPage();
  await page.setJavaScriptEnabled(scripts);
  return page;
}

/** Presses a button and gives the heading of the page that follows. */
async function press(page, button) {
  await Promise.all([page.waitForNavigation(), (await page.waitForSelector(button)).press("Enter")]);
  return heading(page);
}

const heading = (page) => page.$eval("h1", (element) => element.textContent);

/**
 * Opens the address, reads the question and decides; gives what the pages said. With `typed`, the address is the
 * bare one and the code is typed.
 */
export async function decide(address, { decision = "allow", untick = [], tenant, typed } = {}) {
  const tab = await openPage();
  try {
    await tab.goto(address);
    const seen = { first: await heading(tab) };
    if (typed) {
      await tab.type("#user_code", typed);
      await press(tab, "button[type=submit]");
    }
    const texts = (selector) => tab.$$eval(selector, (all) => all.map((one) => one.textContent.trim()));
    seen.title = await tab.title();
    seen.code = (await texts("p.code"))[0];
    seen.scopes = await tab.$$eval("input[name=scope]", (all) => all.map((one) => one.value));
    seen.tenants = await tab.$$eval("[name=tenant]", (all) => all.map((one) => one.value));
    for (const scope of untick) await (await tab.$(`input[value="${scope}"]`)).press("Space");
    if (tenant) await (await tab.$(`input[name=tenant][value="${tenant}"]`)).press("Space");
    seen.result = await press(tab, `button[value=${decision}]`);
    return seen;
  } finally {
    await tab.close();
  }
}

/** What a page shows under an address. */
export async function look(address) {
  const tab = await openPage();
  try {
    const response = await tab.goto(address);
    return { status: response.status(), heading: await heading(tab), text: await tab.$eval("main", (main) => main.textContent) };
  } finally {
    await tab.close();
  }
}

export async function closeBrowser() {
  await browser?.close();
}

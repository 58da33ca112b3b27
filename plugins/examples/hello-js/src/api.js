// What a tool may ask of the host: Management API requests, with a typed failure where there is no answer, the time of
// the call, and the log. There is nothing else.

/** The failures that a tool can throw. Each reaches the model as its own text. */
export const failure = {
  /** The caller can correct it. */
  invalidArguments: (text) => ({ tag: "invalid-arguments", val: String(text) }),
  /** Auth0 answered an error status. */
  tenant: (status, code, message) => ({ tag: "tenant", val: { status, code, message } }),
  /** The host did not let the request out, or it did not come back. */
  refused: (refusal) => ({ tag: "refused", val: refusal }),
  /** Auth0 answered something that is not what its API promises. */
  malformed: (text) => failure.refused({ tag: "malformed-answer", val: String(text) }),
  /** Anything else. */
  other: (text) => ({ tag: "other", val: String(text) }),
};

/**
 * Whether something thrown is a failure that the host can read. Anything else, `{ tag: "oops" }` as well as an Error,
 * would end the call with a bare `unreachable`.
 */
export function isFailure(thrown) {
  const { tag, val } = thrown ?? {};
  const optional = (value) => value === undefined || typeof value === "string";
  switch (tag) {
    case "invalid-arguments":
    case "other":
      return typeof val === "string";
    case "tenant":
      return isWhole(val?.status, 65_535) && optional(val.code) && typeof val.message === "string";
    case "refused":
      return isRefusal(val);
    default:
      return false;
  }
}

function isRefusal({ tag, val } = {}) {
  switch (tag) {
    case "session-expired":
    case "timed-out":
      return true;
    case "insufficient-scope":
      return Array.isArray(val) && val.every((scope) => typeof scope === "string");
    case "rate-limited":
      return isWhole(val, MOST_U32);
    case "too-large":
      return typeof val === "bigint" && val >= 0n && val < 1n << 64n;
    default:
      return ["not-granted", "invalid-request", "unreachable", "malformed-answer"].includes(tag) && typeof val === "string";
  }
}

const MOST_U32 = 4_294_967_295;

const isWhole = (value, most) => Number.isInteger(value) && value >= 0 && value <= most;

export class Api {
  #host;

  /** `host` has the imports of the component (`src/plugin.js`), or doubles of them in a unit test (`test/host.js`). */
  constructor(host) {
    this.#host = host;
  }

  // These give the JSON of the answer, or undefined where it has none, as after a DELETE. `path` is a list of segments,
  // which the host encodes. The host sends only what an endpoint of the running tool covers.

  get(path, query) {
    return this.request({ method: "get", path, query }).body;
  }

  post(path, body, query) {
    return this.request({ method: "post", path, query, body }).body;
  }

  patch(path, body, query) {
    return this.request({ method: "patch", path, query, body }).body;
  }

  put(path, body, query) {
    return this.request({ method: "put", path, query, body }).body;
  }

  delete(path, query) {
    return this.request({ method: "delete", path, query }).body;
  }

  /**
   * Sends any request and gives `{ status, body, next }`, where `next` is the checkpoint of the next page, if there is
   * one: from a `Link` header, as for logs, or the body's own `next`. In `query`, a value can be text, a number or a boolean; undefined leaves the name out, a list repeats it.
   */
  request({ method, path, query = {}, body }) {
    if (!Array.isArray(path)) throw new TypeError("path: a list of segments is needed");
    const request = {
      method: oneOf(["get", "post", "patch", "put", "delete"], method, "method"),
      path: path.map((segment) => text(segment, "path")),
      query: pairs(query),
      body: json(body),
    };
    const answer = orRefused(() => this.#host.send(request));
    if (answer.status < 200 || answer.status > 299) throw tenantFailure(answer);
    const found = answer.body === undefined ? undefined : JSON.parse(answer.body);
    const inBody = typeof found?.next === "string" ? found.next : undefined;
    return { status: answer.status, body: found, next: answer.next ?? inBody };
  }

  /** When the call began, in milliseconds since 1970, as for `new Date()`. There is no other clock. */
  started() {
    return Number(this.#host.started());
  }

  /** Waits. The time counts against the call's deadline; a failure if that comes first. */
  pause(milliseconds) {
    orRefused(() => this.#host.pause(whole(milliseconds, "milliseconds")));
  }

  /** Tells a client that asked how far the call is; `total` can be undefined. */
  progress(done, total, message) {
    this.#host.progress(whole(done, "done"), total === undefined ? undefined : whole(total, "total"), String(message));
  }

  /** Writes a line into the operator's debug log. `level` is "debug", "info", "warn" or "error". */
  log(level, message) {
    this.#host.log(oneOf(["debug", "info", "warn", "error"], level, "level"), String(message));
  }
}

/** What the host gives; where it refuses, its reason is thrown as a failure. */
function orRefused(ask) {
  try {
    return ask();
  } catch (error) {
    throw "payload" in error ? failure.refused(error.payload) : error;
  }
}

// The host's functions do not convert: a number in the place of text would end the call with a bare `unreachable`,
// which no tool can catch. So it is made text here, and what cannot be is a TypeError, which `src/plugin.js` logs.

function oneOf(words, word, where) {
  if (words.includes(word)) return word;
  throw new TypeError(`${where}: ${word} is none of ${words.join(", ")}`);
}

function text(value, where) {
  if (["string", "number", "boolean"].includes(typeof value)) return String(value);
  throw new TypeError(`${where}: ${value} is not text, a number or a boolean`);
}

function whole(value, where) {
  if (isWhole(value, MOST_U32)) return value;
  throw new TypeError(`${where}: ${value} is not a whole number from 0 to ${MOST_U32}`);
}

function pairs(query) {
  if (typeof query !== "object" || Array.isArray(query)) throw new TypeError("query: an object is needed");
  return Object.entries(query).flatMap(([name, value]) =>
    [value]
      .flat()
      .filter((item) => item !== undefined && item !== null)
      .map((item) => [name, text(item, `query ${name}`)]),
  );
}

function json(body) {
  if (body === undefined || body === null) return undefined;
  if (typeof body !== "object") throw new TypeError("body: an object or a list is needed, not its JSON text");
  return JSON.stringify(body);
}

/** Auth0's error envelope: `{statusCode, error, message, errorCode}`. */
function tenantFailure({ status, body }) {
  const envelope = body === undefined ? {} : (JSON.parse(body) ?? {});
  const field = (name) => (typeof envelope[name] === "string" && envelope[name] !== "" ? envelope[name] : undefined);
  return failure.tenant(status, field("errorCode"), field("message") ?? field("error") ?? "the tenant gave no reason");
}

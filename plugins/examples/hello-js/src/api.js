// The Management API as a tool uses it: one request at a time, and a typed failure where there is no answer.

/** The failures that a tool can throw. Each reaches the model as its own text. */
export const failure = {
  /** The caller can correct it. */
  invalidArguments: (text) => ({ tag: "invalid-arguments", val: text }),
  /** Auth0 answered an error status. */
  tenant: (status, code, message) => ({ tag: "tenant", val: { status, code, message } }),
  /** The host did not let the request out, or it did not come back. */
  refused: (refusal) => ({ tag: "refused", val: refusal }),
  /** Auth0 answered something that is not what its API promises. */
  malformed: (text) => failure.refused({ tag: "malformed-answer", val: text }),
  /** Anything else. */
  other: (text) => ({ tag: "other", val: text }),
};

export class Api {
  #send;

  /** `send` is the host's `management.send`, or a double of it in a unit test. */
  constructor(send) {
    this.#send = send;
  }

  /**
   * Sends a GET request and gives its JSON. `path` is a list of segments, which the host encodes; the host sends it
   * only where a row of the running tool covers it.
   */
  get(path, query = {}) {
    return this.request({ method: "get", path, query: Object.entries(query), body: undefined });
  }

  /** Sends any request, as the WIT of `management` describes it. */
  request(request) {
    const { status, body } = this.#sent(request);
    if (status < 200 || status > 299) throw tenantFailure(status, body);
    if (body === undefined) throw failure.malformed("the answer is empty");
    return JSON.parse(body);
  }

  #sent(request) {
    try {
      return this.#send(request);
    } catch (error) {
      throw "payload" in error ? failure.refused(error.payload) : error;
    }
  }
}

/** Auth0's error envelope: `{statusCode, error, message, errorCode}`. */
function tenantFailure(status, body) {
  const envelope = body === undefined ? {} : (JSON.parse(body) ?? {});
  const text = (name) => (typeof envelope[name] === "string" && envelope[name] !== "" ? envelope[name] : undefined);
  return failure.tenant(status, text("errorCode"), text("message") ?? text("error") ?? "the tenant gave no reason");
}

// The double of the host for unit tests: it gives the answers that a test sets out, and keeps what it was asked.

export class Host {
  sent = [];
  paused = [];
  told = [];
  logged = [];
  #answers;

  /** Each request gets the next of the answers, which are `{ status, body, next }`. */
  constructor(...answers) {
    this.#answers = answers;
  }

  send(request) {
    this.sent.push(request);
    if (this.#answers.length === 0) throw new Error(`no answer is left for ${request.path.join("/")}`);
    const { status = 200, body, next } = this.#answers.shift();
    return { status, body: JSON.stringify(body), next };
  }

  started() {
    return 1_735_689_600_000n;
  }

  pause(milliseconds) {
    this.paused.push(milliseconds);
  }

  progress(done, total, message) {
    this.told.push([done, total, message]);
  }

  log(level, message) {
    this.logged.push([level, message]);
  }
}

// What JavaScript has elsewhere and a plugin has not. Left as it is, most of it would end the call with a bare
// `unreachable`, which no tool can catch; the clock and randomness would be those of the build, the same for ever.

const absent = (name) => () => {
  throw new TypeError(`a plugin has no ${name}: it has the api that its tools are given`);
};

/** Puts something that says so in its place. `host` gives the call's time and the log. */
export function replaceAbsent(host, world = globalThis) {
  for (const name of ["fetch", "setTimeout", "setInterval"]) world[name] = absent(name);
  world.performance.now = absent("performance.now");
  for (const name of ["getRandomValues", "randomUUID"]) world.crypto[name] = absent("randomness");
  if (world.AbortSignal) world.AbortSignal.timeout = absent("AbortSignal.timeout");
  world.Date = atTheCall(world.Date ?? Date, () => Number(host.started()));
  for (const level of ["debug", "info", "log", "warn", "error"]) {
    world.console[level] = (...words) => host.log(level === "log" ? "info" : level, words.map(shown).join(" "));
  }
}

/** Dates as before, but for those of now. */
function atTheCall(original, now) {
  return new Proxy(original, {
    construct: (target, given, created) => Reflect.construct(target, given.length === 0 ? [now()] : given, created),
    apply: (target) => new target(now()).toString(),
    get: (target, name) => (name === "now" ? now : target[name]),
  });
}

/** Anything as text, whatever it is: where this threw, the call would end with a bare `unreachable`. */
export function shown(word) {
  try {
    return word instanceof Error || typeof word !== "object" ? String(word) : JSON.stringify(word);
  } catch {
    return Object.prototype.toString.call(word); // It holds itself, or a bigint.
  }
}

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
  world.Date = class extends Date {
    constructor(...given) {
      super(...(given.length === 0 ? [Number(host.started())] : given));
    }

    static now() {
      return Number(host.started());
    }
  };
  for (const level of ["debug", "info", "log", "warn", "error"]) {
    world.console[level] = (...words) => host.log(level === "log" ? "info" : level, words.map(String).join(" "));
  }
}

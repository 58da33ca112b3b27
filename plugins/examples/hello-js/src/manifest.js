// What this plugin is.

export const manifest = (tools) => ({
  name: "hello-js",
  version: "0.1.0",
  description: "Finds risky settings of Auth0 applications.",
  tools,
});

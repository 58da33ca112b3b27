//! hello-rust: a plugin for auth0-mcp with one tool. The list of tools is at the end; one file a tool.

pub mod check_callbacks;

auth0_mcp_plugin::plugin! {
    name: "hello-rust",
    description: "Finds risky settings of Auth0 applications.",
    tools: [check_callbacks::CheckCallbacks],
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_manifest_reads_well() {
        assert_eq!(auth0_mcp_plugin::testing::problems(&super::manifest()), [""; 0]);
    }
}

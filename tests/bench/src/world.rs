//! The tenant that everything is measured against, and how a server is started for it.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tenant::{Options, Tenant};

/// How many applications the tenant has; calls go round through them.
const APPLICATIONS: usize = 1000;

/// The server that is measured.
pub(crate) enum Subject {
    /// This product's binary.
    Ours(PathBuf),
    /// The main file of `@auth0/auth0-mcp-server`.
    Node(PathBuf),
    /// This product's binary with another data folder and one tool on.
    One { binary: PathBuf, data: PathBuf, tool: String },
}

impl Subject {
    pub(crate) fn ours(binary: &Path) -> Result<Self> {
        let binary =
            binary.canonicalize().with_context(|| format!("{} is not there", binary.display()))?;
        Ok(Self::Ours(binary))
    }

    /// The server installed in this folder, or with its own files in it.
    pub(crate) fn node(folder: &Path) -> Result<Self> {
        let inside = folder.join("node_modules/@auth0/auth0-mcp-server");
        let package = if inside.is_dir() { inside } else { folder.to_owned() };
        let main = package.join("dist/index.js");
        ensure!(main.is_file(), "{} is not there: npm i @auth0/auth0-mcp-server", main.display());
        Ok(Self::Node(main))
    }
}

/// A running tenant, a token for it, and a folder for the files of this run.
pub(crate) struct World {
    tenant: Tenant,
    token: String,
    folder: PathBuf,
}

impl World {
    pub(crate) fn start() -> Result<Self> {
        let tenant = Tenant::start(Options {
            host: "127.0.0.1".to_owned(),
            record: 0,
            ..Options::default()
        })?;
        for number in 0..APPLICATIONS {
            tenant.put_client(application(number)).context("the tenant takes no application")?;
        }
        let token = tenant.issue_token(&tenant.all_scopes(), Duration::from_secs(24 * 3600));
        let folder = std::env::temp_dir().join(format!("auth0-mcp-bench-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let world = Self { tenant, token, folder };
        fs::write(world.ca_file(), world.ca_pem())?;
        Ok(world)
    }

    pub(crate) fn ca_file(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn ca_pem(&self) -> &str {
        self.tenant.ca_pem()
    }

    /// What a tool asks for in its n-th call.
    pub(crate) fn id(number: usize) -> String {
        format!("bench{:027}", number % APPLICATIONS)
    }

    /// Where the Management API has the application of [`World::id`].
    pub(crate) fn url(&self, number: usize) -> String {
        format!("https://{}/api/v2/clients/{}", self.tenant.domain(), Self::id(number))
    }

    /// Starts a server as a client would: nothing but its pipes and its environment.
    pub(crate) fn spawn(&self, subject: &Subject) -> Result<Child> {
        let mut command = self.command(subject);
        self.sign_in(&mut command);
        let log = File::options().create(true).append(true).open(self.log())?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        command.spawn().with_context(|| format!("cannot start {}", command.get_program().display()))
    }

    /// What a server signs in with.
    pub(crate) fn sign_in<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env("AUTH0_DOMAIN", self.tenant.domain()).env("AUTH0_TOKEN", &self.token)
    }

    fn command(&self, subject: &Subject) -> Command {
        let ca = self.ca_file();
        match subject {
            Subject::Ours(binary) => {
                let mut command = Command::new(binary);
                command.arg("run").env_clear().env("SSL_CERT_FILE", ca);
                command
            }
            Subject::One { binary, data, tool } => {
                let mut command = Command::new(binary);
                command.args(["run", "--tools", tool]).env_clear().env("SSL_CERT_FILE", ca);
                command.env("AUTH0_MCP_DATA_DIR", data);
                command
            }
            Subject::Node(main) => {
                let mut command = Command::new("node");
                command.arg(main).arg("run").env("NODE_EXTRA_CA_CERTS", ca);
                command.env("AUTH0_MCP_ANALYTICS", "false").env_remove("DEBUG");
                command
            }
        }
    }

    /// What the servers wrote on standard error.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("servers.log")
    }

    /// Where the files of this run are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Removes the files of this run.
    pub(crate) fn remove(self) {
        // A file that stays in the temporary folder hurts nobody.
        _ = fs::remove_dir_all(&self.folder);
    }
}

/// An application as the Management API shows one: about 1.2 kB of JSON.
pub(crate) fn application(number: usize) -> Value {
    json!({
        "tenant": "harbour-books",
        "global": false,
        "is_token_endpoint_ip_header_trusted": false,
        "name": format!("Order desk {number}"),
        "description": "Takes orders from the shops and passes them on to the warehouse",
        "client_id": World::id(number),
        "callbacks": ["https://orders.harbour-books.example/callback", "http://localhost:3000/callback"],
        "allowed_logout_urls": ["https://orders.harbour-books.example/"],
        "web_origins": ["https://orders.harbour-books.example"],
        "allowed_origins": [],
        "client_aliases": [],
        "client_metadata": { "team": "orders", "cost_center": "4711" },
        "is_first_party": true,
        "oidc_conformant": true,
        "sso_disabled": false,
        "cross_origin_authentication": false,
        "custom_login_page_on": true,
        "app_type": "regular_web",
        "token_endpoint_auth_method": "client_secret_post",
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "jwt_configuration": { "alg": "RS256", "lifetime_in_seconds": 36000, "secret_encoded": false },
        "refresh_token": {
            "expiration_type": "expiring", "leeway": 0, "token_lifetime": 2592000,
            "idle_token_lifetime": 1296000, "infinite_token_lifetime": false,
            "infinite_idle_token_lifetime": false, "rotation_type": "rotating"
        },
        "native_social_login": { "apple": { "enabled": false }, "facebook": { "enabled": false } }
    })
}

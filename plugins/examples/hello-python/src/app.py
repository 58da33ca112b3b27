"""hello-python: a plugin for auth0-mcp with one tool. This file is what the host sees: the exports of the component."""

import json
import traceback

import check_callbacks
from api import Api, other
from componentize_py_types import Err
from wit_world import exports
from wit_world.imports import log, management
from wit_world.imports.types import Manifest

TOOLS = [check_callbacks]


class Toolset(exports.Toolset):
    def describe(self) -> Manifest:
        """Runs once, when the plugin is admitted."""
        return Manifest(
            name="hello-python",
            version="0.1.0",
            description="Finds risky settings of Auth0 applications.",
            tools=[tool.DEFINITION for tool in TOOLS],
        )

    def call(self, tool: str, arguments: str) -> str:
        """Runs one tool, in a fresh instance. The arguments have been checked against the input schema."""
        module = next((module for module in TOOLS if module.DEFINITION.name == tool), None)
        if module is None:
            raise other(f"no tool `{tool}` in this plugin")
        try:
            answer = module.run(json.loads(arguments), Api(management.send))
        except Err:
            raise  # A failure of ours.
        except Exception as error:
            # Raised on, an exception would end the call with a bare `unreachable`.
            log.write(log.Level.ERROR, traceback.format_exc())
            raise other(f"{type(error).__name__} in {tool}") from error
        return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))

"""hello-python: a plugin for auth0-mcp with one tool. This file is what the host sees: the exports of the component."""

import absent  # Before all others: it changes what they find.

import json
import re
import traceback

import check_callbacks
from api import Api, Host, Level, is_failure, other
from contract import checked
from wit_world import exports
from wit_world.imports import invocation, log, management
from wit_world.imports.types import Manifest

TOOLS = [check_callbacks]

# So many calls are told of where an exception came from.
MOST_CALLS = 8

HOST = Host(
    send=management.send,
    started=invocation.started,
    pause=invocation.pause,
    progress=invocation.progress,
    log=log.write,
)


def manifest() -> Manifest:
    """What this plugin is."""
    return checked(
        Manifest(
            name="hello-python",
            version="0.1.0",
            description="Finds risky settings of Auth0 applications.",
            tools=[tool.DEFINITION for tool in TOOLS],
        )
    )


class Toolset(exports.Toolset):
    def describe(self) -> Manifest:
        """Runs once, when the plugin is admitted."""
        try:
            return manifest()
        except Exception as error:
            # Lines that begin so are shown where a plugin is refused.
            HOST.log(Level.ERROR, f"panicked at {error}")
            raise

    def call(self, tool: str, arguments: str) -> str:
        """Runs one tool, in a fresh instance. The arguments have been checked against the input schema."""
        module = next((module for module in TOOLS if module.DEFINITION.name == tool), None)
        if module is None:
            raise other(f"no tool `{tool}` in this plugin")
        absent.begin(HOST.started, lambda line: HOST.log(Level.INFO, line))
        api = Api(HOST)
        try:
            answer = module.run(json.loads(arguments), api)
            if hasattr(answer, "__await__"):
                raise TypeError("a tool is not async: the host's functions wait")
            return json.dumps(answer, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        except BaseException as error:  # SystemExit too.
            if is_failure(error):
                raise
            api.log(Level.ERROR, _described(error))
            raise other(f"{type(error).__name__} in {tool}") from error


def _described(error: BaseException) -> str:
    """The error and where it came from, innermost call first. What formats a traceback in the standard library would read
    source files of the error or of its cause: it fails inside a component, which has none."""
    # In a component, a file is named after its folder's place in `--python-path`: `/0/app.py`.
    calls = [
        f"{re.sub(r'^/[0-9]+/', '', frame.f_code.co_filename)}:{line} in {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    return "; ".join([f"{type(error).__name__}: {_text(error)}", *reversed(calls[-MOST_CALLS:])])


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "its text cannot be made"

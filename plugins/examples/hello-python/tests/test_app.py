"""What becomes of an error that a tool does not catch."""

import unittest
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import app
from api import Api, Level
from componentize_py_types import Err
from wit_world.imports.types import Failure_Other

from .host import Host


def run(arguments: dict[str, Any], api: Api) -> Any:
    return arguments["missing"]


class App(unittest.TestCase):
    def test_an_error_is_a_failure_and_its_place_is_logged(self) -> None:
        host = Host()
        tool = SimpleNamespace(DEFINITION=SimpleNamespace(name="faulty"), run=run)
        # It would change this process.
        no_begin = patch("absent.begin")
        with no_begin, patch.multiple(app, TOOLS=[tool], HOST=host), self.assertRaises(Err) as raised:
            app.Toolset().call("faulty", "{}")
        self.assertEqual(raised.exception.value, Failure_Other("KeyError in faulty"))
        [(level, text)] = host.logged
        self.assertEqual(level, Level.ERROR)
        self.assertRegex(text, r"^KeyError: 'missing'; \S+test_app\.py:\d+ in run; \S+app\.py:\d+ in call$")

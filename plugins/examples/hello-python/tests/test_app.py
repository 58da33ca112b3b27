"""What becomes of an error that a tool does not catch."""

import unittest
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import app
from api import Api, Level
from componentize_py_types import Err
from wit_world.imports.types import Failure_Other

from .host import Host


class Textless(Exception):
    def __str__(self) -> str:
        raise ValueError("no text")


def run(arguments: dict[str, Any], api: Api) -> Any:
    return arguments["missing"]


def raise_textless(arguments: dict[str, Any], api: Api) -> Any:
    raise Textless


def raise_from_another(arguments: dict[str, Any], api: Api) -> Any:
    try:
        return arguments["missing"]
    except KeyError as error:
        raise ValueError("no such argument") from error


class App(unittest.TestCase):
    def failure_of(self, run: Callable[[dict[str, Any], Api], Any]) -> tuple[Any, str]:
        """The failure of a tool and the line that it logged."""
        host = Host()
        tool = SimpleNamespace(DEFINITION=SimpleNamespace(name="faulty"), run=run)
        # It would change this process.
        no_begin = patch("absent.begin")
        no_files = patch("linecache.updatecache", side_effect=AssertionError("a component has no source files"))
        with no_begin, no_files, patch.multiple(app, TOOLS=[tool], HOST=host), self.assertRaises(Err) as raised:
            app.Toolset().call("faulty", "{}")
        [(level, text)] = host.logged
        self.assertEqual(level, Level.ERROR)
        return raised.exception.value, text

    def test_an_error_is_a_failure_and_its_place_is_logged(self) -> None:
        failure, text = self.failure_of(run)
        self.assertEqual(failure, Failure_Other("KeyError in faulty"))
        self.assertRegex(text, r"^KeyError: 'missing'; \S+test_app\.py:\d+ in run; \S+app\.py:\d+ in call$")

    def test_an_error_with_a_cause_is_one_too(self) -> None:
        failure, text = self.failure_of(raise_from_another)
        self.assertEqual(failure, Failure_Other("ValueError in faulty"))
        self.assertRegex(text, r"^ValueError: no such argument; \S+test_app\.py:\d+ in raise_from_another; ")

    def test_an_error_without_a_text_is_one_too(self) -> None:
        failure, text = self.failure_of(raise_textless)
        self.assertEqual(failure, Failure_Other("Textless in faulty"))
        self.assertRegex(text, r"^Textless: its text cannot be made; \S+test_app\.py:\d+ in raise_textless; ")

"""Requests as the host gets them, and answers as a tool gets them."""

import unittest
from typing import Any

from api import Answer, Api, Level, invalid_arguments, is_failure, malformed, other
from componentize_py_types import Err
from wit_world.imports.management import Request
from wit_world.imports.types import (
    Failure_Other,
    Failure_Refused,
    Failure_Tenant,
    Method,
    Refusal_InsufficientScope,
    Refusal_TimedOut,
    TenantError,
)

from .host import Host, answer


class Requests(unittest.TestCase):
    def test_the_host_gets_text_whatever_a_tool_gives(self) -> None:
        host = Host(answer(), answer())
        api = Api(host)
        api.get(["clients", 7], {"from": "abc", "q": None}, page=0, include_totals=True, strategy=["auth0", "ad"])
        api.patch(["clients", "abc"], {"name": "Shop"}, {"dry": False})
        query = [("from", "abc"), ("page", "0"), ("include_totals", "true"), ("strategy", "auth0"), ("strategy", "ad")]
        self.assertEqual(
            host.sent,
            [
                Request(Method.GET, ["clients", "7"], query, None),
                Request(Method.PATCH, ["clients", "abc"], [("dry", "false")], '{"name": "Shop"}'),
            ],
        )

    def test_what_cannot_be_sent_is_a_type_error(self) -> None:
        host = Host()
        api = Api(host)
        for send in (
            lambda: api.get("clients"),
            lambda: api.get(["clients", None]),
            lambda: api.get(["clients"], q={"name": "Shop"}),
            lambda: api.post(["clients"], '{"name": "Shop"}'),
            lambda: api.post(["clients"], {"name": {"Shop"}}),
            lambda: api.request("get", ["clients"]),
            lambda: api.log("info", "odd"),
            lambda: api.pause(0.5),
        ):
            self.assertRaises(TypeError, send)
        self.assertRaises(ValueError, lambda: api.pause(-1))
        self.assertEqual((host.sent, host.logged, host.paused), ([], [], []))

    def test_only_what_the_host_can_read_is_a_failure(self) -> None:
        for good in (
            invalid_arguments("x"),
            malformed("x"),
            other(7),
            Err(Failure_Tenant(TenantError(404, None, "x"))),
            Err(Failure_Refused(Refusal_TimedOut())),
            Err(Failure_Refused(Refusal_InsufficientScope(["read:clients"]))),
        ):
            self.assertTrue(is_failure(good), good)
        for bad in (
            KeyError("x"),
            Err("x"),
            Err(Failure_Other(7)),
            Err(Failure_Tenant(TenantError("404", None, "x"))),
            Err(Failure_Refused("x")),
            Err(Failure_Refused(Refusal_InsufficientScope([7]))),
        ):
            self.assertFalse(is_failure(bad), bad)

    def test_an_answer_without_a_body_is_no_failure(self) -> None:
        self.assertIsNone(Api(Host(answer(status=204))).delete(["clients", "abc"]))

    def test_the_checkpoint_of_the_next_page_is_given(self) -> None:
        found = Api(Host(answer([1], next="abc"))).request(Method.GET, ["logs"], {"take": 1})
        self.assertEqual(found, Answer(status=200, body=[1], next="abc"))
        in_body = Api(Host(answer({"clients": [], "next": "def"}))).request(Method.GET, ["clients"], {"take": 1})
        self.assertEqual(in_body.next, "def")

    def test_a_refusal_is_a_failure(self) -> None:
        def refuse(_: Any) -> Any:
            raise Err(Refusal_TimedOut())

        host = Host()
        host.send = host.pause = refuse
        for ask in (lambda: Api(host).get(["clients"]), lambda: Api(host).pause(100)):
            with self.assertRaises(Err) as refused:
                ask()
            self.assertEqual(refused.exception.value, Failure_Refused(Refusal_TimedOut()))

    def test_time_progress_and_the_log_are_the_hosts(self) -> None:
        host = Host()
        api = Api(host)
        self.assertEqual(api.started(), host.started())
        api.pause(100)
        api.progress(1, 2, "half")
        api.log(Level.INFO, 7)
        self.assertEqual((host.paused, host.told, host.logged), ([100], [(1, 2, "half")], [(Level.INFO, "7")]))

"""The tool against a double of the host: no Auth0, no WebAssembly."""

import unittest

from api import Api
from check_callbacks import problem, run
from componentize_py_types import Err
from wit_world.imports.types import Failure_Refused, Failure_Tenant

from .host import Host, answer


class CheckCallbacks(unittest.TestCase):
    def test_risky_callbacks_are_found(self) -> None:
        callbacks = [
            "https://shop.example/callback",
            "https://*.shop.example/",
            "http://shop.example/",
            "http://localhost:3000",
        ]
        host = Host(answer({"client_id": "abc", "name": "Shop", "callbacks": callbacks}))
        report = run({"client_id": "abc"}, Api(host))
        self.assertEqual(host.sent[0].path, ["clients", "abc"])
        self.assertEqual((report["checked"], report["found"]), (4, 3))
        self.assertEqual(report["findings"][0]["callback"], "https://*.shop.example/")

    def test_localhost_is_for_the_caller_to_allow(self) -> None:
        for callback, by_default, allowed in [
            ("http://localhost/", True, False),
            ("https://localhost:8443", True, False),
            ("http://127.0.0.1", True, False),
            ("http://localhost.example/", True, True),
            ("https://localhost.example/", False, False),
            ("com.example.shop://callback", False, False),
        ]:
            with self.subTest(callback):
                self.assertEqual(problem(callback, False) is not None, by_default)
                self.assertEqual(problem(callback, True) is not None, allowed)

    def test_an_error_of_auth0_is_passed_on_and_so_is_an_odd_answer(self) -> None:
        message = "The client does not exist"
        envelope = {"statusCode": 404, "error": "Not Found", "message": message, "errorCode": "inexistent_client"}
        with self.assertRaises(Err) as gone:
            run({"client_id": "gone"}, Api(Host(answer(envelope, status=404))))
        self.assertIsInstance(gone.exception.value, Failure_Tenant)
        self.assertEqual(gone.exception.value.value.message, message)
        for body in (None, [], {}, {"client_id": "abc", "name": "Shop", "callbacks": [1]}):
            with self.subTest(body), self.assertRaises(Err) as odd:
                run({"client_id": "abc"}, Api(Host(answer(body))))
            self.assertIsInstance(odd.exception.value, Failure_Refused)

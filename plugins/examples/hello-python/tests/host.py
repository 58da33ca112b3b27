"""The double of the host for unit tests: it gives the answers that a test sets out, and keeps what it was asked."""

import json
from typing import Any

import api
from wit_world.imports.log import Level
from wit_world.imports.management import Request, Response


def answer(body: Any = None, status: int = 200, next: str | None = None) -> Response:
    return Response(status, None if body is None else json.dumps(body), next)


class Host(api.Host):
    def __init__(self, *answers: Response) -> None:
        """Each request gets the next of the answers."""
        self._answers = list(answers)
        self.sent: list[Request] = []
        self.paused: list[int] = []
        self.told: list[tuple[int, int | None, str]] = []
        self.logged: list[tuple[Level, str]] = []

    def send(self, request: Request) -> Response:
        self.sent.append(request)
        if not self._answers:
            raise AssertionError(f"no answer is left for {request.method.name} {'/'.join(request.path)}")
        return self._answers.pop(0)

    def started(self) -> int:
        return 1_735_689_600_000

    def pause(self, milliseconds: int) -> None:
        self.paused.append(milliseconds)

    def progress(self, done: int, total: int | None, message: str) -> None:
        self.told.append((done, total, message))

    def log(self, level: Level, message: str) -> None:
        self.logged.append((level, message))

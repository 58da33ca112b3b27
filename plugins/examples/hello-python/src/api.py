"""The Management API as a tool uses it: one request at a time, and a typed failure where there is no answer."""

import json
from collections.abc import Callable
from typing import Any

from componentize_py_types import Err
from wit_world.imports.management import Request, Response
from wit_world.imports.types import (
    Failure_InvalidArguments,
    Failure_Other,
    Failure_Refused,
    Failure_Tenant,
    Method,
    Refusal_MalformedAnswer,
    TenantError,
)


def invalid_arguments(text: str) -> Err:
    """To raise where the caller can correct it."""
    return Err(Failure_InvalidArguments(text))


def malformed(text: str) -> Err:
    """To raise where Auth0 answers something that is not what its API promises."""
    return Err(Failure_Refused(Refusal_MalformedAnswer(text)))


def other(text: str) -> Err:
    """To raise for anything else."""
    return Err(Failure_Other(text))


class Api:
    """What a tool may ask of the host."""

    def __init__(self, send: Callable[[Request], Response]) -> None:
        """`send` is the host's `management.send`, or a double of it in a unit test."""
        self._send = send

    def get(self, path: list[str], **query: str) -> Any:
        """Sends a GET request and gives its JSON. `path` is a list of segments, which the host encodes; the host sends
        it only where a row of the running tool covers it."""
        return self.request(Request(method=Method.GET, path=path, query=list(query.items()), body=None))

    def request(self, request: Request) -> Any:
        """Sends any request, as the WIT of `management` describes it."""
        try:
            response = self._send(request)
        except Err as refusal:
            raise Err(Failure_Refused(refusal.value)) from None
        if not 200 <= response.status <= 299:
            raise Err(Failure_Tenant(_tenant_error(response)))
        if response.body is None:
            raise malformed("the answer is empty")
        return json.loads(response.body)


def _tenant_error(response: Response) -> TenantError:
    """Reads Auth0's error envelope: `{statusCode, error, message, errorCode}`."""
    envelope = json.loads(response.body or "{}")

    def text(name: str) -> str | None:
        value = envelope.get(name) if isinstance(envelope, dict) else None
        return value if isinstance(value, str) and value else None

    message = text("message") or text("error") or "the tenant gave no reason"
    return TenantError(status=response.status, code=text("errorCode"), message=message)

"""What a tool may ask of the host: Management API requests, with a typed failure where there is no answer, the time of
the call, and the log. There is nothing else."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from componentize_py_types import Err
from wit_world.imports.log import Level
from wit_world.imports.management import Request, Response
from wit_world.imports.types import (
    Failure_InvalidArguments,
    Failure_Other,
    Failure_Refused,
    Failure_Tenant,
    Method,
    Refusal_InsufficientScope,
    Refusal_InvalidRequest,
    Refusal_MalformedAnswer,
    Refusal_NotGranted,
    Refusal_RateLimited,
    Refusal_SessionExpired,
    Refusal_TimedOut,
    Refusal_TooLarge,
    Refusal_Unreachable,
    TenantError,
)

MOST_U32 = 0xFFFF_FFFF

T = TypeVar("T")
Query = Mapping[str, Any] | None


def invalid_arguments(text: str) -> Err:
    """To raise where the caller can correct it."""
    return Err(Failure_InvalidArguments(str(text)))


def malformed(text: str) -> Err:
    """To raise where Auth0 answers something that is not what its API promises."""
    return Err(Failure_Refused(Refusal_MalformedAnswer(str(text))))


def other(text: str) -> Err:
    """To raise for anything else."""
    return Err(Failure_Other(str(text)))


def is_failure(error: BaseException) -> bool:
    """Whether something raised is a failure that the host can read. Anything else, an `Err` of another value as well
    as a `KeyError`, would end the call with a bare `unreachable`."""
    match getattr(error, "value", None) if isinstance(error, Err) else None:
        case Failure_InvalidArguments(str()) | Failure_Other(str()):
            return True
        case Failure_Tenant(TenantError(int(status), code, str())):
            return 0 <= status <= 0xFFFF and (code is None or isinstance(code, str))
        case Failure_Refused(refusal):
            return _is_refusal(refusal)
    return False


def _is_refusal(refusal: Any) -> bool:
    match refusal:
        case Refusal_SessionExpired() | Refusal_TimedOut():
            return True
        case Refusal_InsufficientScope(list(scopes)):
            return all(isinstance(scope, str) for scope in scopes)
        case Refusal_RateLimited(int(seconds)):
            return 0 <= seconds <= MOST_U32
        case Refusal_TooLarge(int(size)):
            return 0 <= size < 1 << 64
        case Refusal_NotGranted(str()) | Refusal_InvalidRequest(str()):
            return True
        case Refusal_Unreachable(str()) | Refusal_MalformedAnswer(str()):
            return True
    return False


@dataclass
class Host:
    """The imports of the component (`src/app.py`), or doubles of them in a unit test (`tests/host.py`)."""

    send: Callable[[Request], Response]
    started: Callable[[], int]
    pause: Callable[[int], None]
    progress: Callable[[int, int | None, str], None]
    log: Callable[[Level, str], None]


@dataclass
class Answer:
    """What Auth0 answered."""

    status: int
    body: Any  # The JSON, or None where there is no body.
    next: str | None  # The checkpoint of the next page: from a `Link` header, as for logs, or the body's own `next`.


class Api:
    def __init__(self, host: Host) -> None:
        self._host = host

    # These give the JSON of the answer, or None where it has none, as after a DELETE. `path` is a list of segments,
    # which the host encodes. The host sends only what an endpoint of the running tool covers. Names in the query that
    # are words of Python go in a dict: `api.get(["logs"], {"from": checkpoint}, take=50)`.

    def get(self, path: list[Any], query: Query = None, /, **more: Any) -> Any:
        return self.request(Method.GET, path, {**(query or {}), **more}).body

    def post(self, path: list[Any], body: Any = None, query: Query = None) -> Any:
        return self.request(Method.POST, path, query, body).body

    def patch(self, path: list[Any], body: Any = None, query: Query = None) -> Any:
        return self.request(Method.PATCH, path, query, body).body

    def put(self, path: list[Any], body: Any = None, query: Query = None) -> Any:
        return self.request(Method.PUT, path, query, body).body

    def delete(self, path: list[Any], query: Query = None, /, **more: Any) -> Any:
        return self.request(Method.DELETE, path, {**(query or {}), **more}).body

    def request(self, method: Method, path: list[Any], query: Query = None, body: Any = None) -> Answer:
        """Sends any request. In `query`, a value can be text, a number or a boolean; None leaves the name out, a list
        repeats it."""
        request = Request(_is(Method, method), _segments(path), list(_pairs(query)), _json(body))
        response = _or_refused(lambda: self._host.send(request))
        if not 200 <= response.status <= 299:
            raise Err(Failure_Tenant(_tenant_error(response)))
        found = None if response.body is None else json.loads(response.body)
        in_body = found.get("next") if isinstance(found, dict) else None
        return Answer(response.status, found, response.next or (in_body if isinstance(in_body, str) else None))

    def started(self) -> int:
        """When the call began, in milliseconds since 1970. There is no other clock."""
        return self._host.started()

    def pause(self, milliseconds: int) -> None:
        """Waits. The time counts against the call's deadline; a failure if that comes first."""
        _or_refused(lambda: self._host.pause(_whole(milliseconds)))

    def progress(self, done: int, total: int | None, message: object) -> None:
        """Tells a client that asked how far the call is."""
        self._host.progress(_whole(done), None if total is None else _whole(total), str(message))

    def log(self, level: Level, message: object) -> None:
        """Writes a line into the operator's debug log."""
        self._host.log(_is(Level, level), str(message))


def _or_refused(ask: Callable[[], T]) -> T:
    """What the host gives; where it refuses, its reason is raised as a failure."""
    try:
        return ask()
    except Err as refusal:
        raise Err(Failure_Refused(refusal.value)) from None


# The host's functions do not convert: a number in the place of text would end the call with a bare `unreachable`,
# which no tool can catch. So it is made text here, and what cannot be is a TypeError, which `src/app.py` logs.


def _is(kind: type[T], value: T) -> T:
    if isinstance(value, kind):
        return value
    raise TypeError(f"{value!r} is not of type {kind.__name__}")


def _whole(value: int) -> int:
    if 0 <= _is(int, value) <= MOST_U32:
        return value
    raise ValueError(f"{value} is not between 0 and {MOST_U32}")


def _text(value: Any, where: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return json.dumps(value)  # In JSON a boolean is `true` or `false`, as Auth0 expects it.
    raise TypeError(f"{where}: {value!r} is not text, a number or a boolean")


def _segments(path: list[Any]) -> list[str]:
    if isinstance(path, str):
        raise TypeError("path: a list of segments is needed")
    return [_text(segment, "path") for segment in path]


def _pairs(query: Query) -> Iterator[tuple[str, str]]:
    for name, value in (query or {}).items():
        for item in value if isinstance(value, list) else [value]:
            if item is not None:
                yield name, _text(item, f"query {name}")


def _json(body: Any) -> str | None:
    if body is None:
        return None
    if not isinstance(body, dict | list):
        raise TypeError("body: a dict or a list is needed, not its JSON text")
    return json.dumps(body, allow_nan=False)


def _tenant_error(response: Response) -> TenantError:
    """Reads Auth0's error envelope: `{statusCode, error, message, errorCode}`."""
    envelope = json.loads(response.body or "{}")

    def text(name: str) -> str | None:
        value = envelope.get(name) if isinstance(envelope, dict) else None
        return value if isinstance(value, str) and value else None

    message = text("message") or text("error") or "the tenant gave no reason"
    return TenantError(status=response.status, code=text("errorCode"), message=message)

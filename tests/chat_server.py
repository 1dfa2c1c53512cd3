"""A model on this machine that answers, echoes, obeys or misbehaves as a test wants it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests import price_server
from tests.price_server import Page

Request = dict[str, Any]


@dataclass
class ChatServer:
    """``answer`` makes a page of each request; ``requests`` has all of them."""

    url: str
    answer: Callable[[Request], Page]
    requests: list[Request] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    sent_bytes: int = 0


class _Handler(price_server._Handler):
    def do_POST(self) -> None:
        state: ChatServer = self.server.state
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        page = Page(b"not here", 404)
        if self.path == "/v1/chat/completions":
            state.requests.append(body)
            state.keys.append(self.headers["Authorization"])
            page = state.answer(body)
        threading.Event().wait(page.wait_seconds)
        try:
            self._answer(page, state)  # type: ignore[arg-type]
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


@contextmanager
def chat_server(answer: Callable[[Request], Page]) -> Iterator[ChatServer]:
    with price_server.serving(_Handler, lambda at: ChatServer(f"{at}/v1", answer)) as state:
        yield state


def completion(text: str | None, *, finish: str = "stop", usage: Any = None) -> Page:
    """A page with one answer; 100 prompt tokens and one answer token unless told otherwise."""
    counted = {"prompt_tokens": 100, "completion_tokens": 1, "total_tokens": 101}
    document = {
        "id": "1",
        "object": "chat.completion",
        "choices": [
            {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}
        ],
        "usage": counted if usage is None else usage,
    }
    return Page(json.dumps(document).encode())


def failure(status: int, code: str = "", message: str = "no", **headers: str) -> Page:
    """An error as OpenAI sends it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps({"error": {"message": message, "code": code or None}})
    return Page(body.encode(), status, named)


def example_of(request: Request) -> dict[str, str]:
    """The example that a request asks about."""
    found = json.loads(request["messages"][1]["content"].splitlines()[1])
    assert isinstance(found, dict)
    return found


def said_outside(request: Request) -> str:
    """Everything of a request but the line that holds the example."""
    system, user = (message["content"] for message in request["messages"])
    lines = user.split("\n")
    return "\n".join([system, lines[0], *lines[2:]])

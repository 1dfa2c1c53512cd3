"""A price feed on this machine that can do everything wrong that a server can do."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

State = TypeVar("State")
MEGABYTE = 1 << 20


@dataclass
class Page:
    """What one path answers. ``body`` may be pieces, which are sent without a length."""

    body: bytes | list[bytes] = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    wait_seconds: float = 0.0  # before anything is sent
    piece_seconds: float = 0.0  # after each piece
    cut_after: int | None = None  # bytes


@dataclass
class PriceServer:
    """Pages by path; a list of pages is used up one by one, the last one stays."""

    url: str
    pages: dict[str, Page | list[Page]] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    sent_bytes: int = 0

    def page(self, path: str) -> Page | None:
        found = self.pages.get(path)
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found


class _Handler(BaseHTTPRequestHandler):
    server: Any
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        state: PriceServer = self.server.state
        state.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        page = state.page(self.path.partition("?")[0]) or Page(b"not here", 404)
        time.sleep(page.wait_seconds)
        etag = page.headers.get("ETag")
        if etag and self.headers.get("If-None-Match") == etag:
            page = Page(b"", 304, page.headers)
        try:
            self._answer(page, state)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_CONNECT = do_GET  # what a proxy is asked

    def _answer(self, page: Page, state: PriceServer) -> None:
        self.send_response(page.status)
        self.send_header("Content-Type", page.kind)
        for name, value in page.headers.items():
            self.send_header(name, value)
        pieces = [page.body] if isinstance(page.body, bytes) else page.body
        if isinstance(page.body, bytes):
            self.send_header("Content-Length", str(len(page.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for piece in pieces:
            self.wfile.write(piece[: page.cut_after])
            state.sent_bytes += len(piece[: page.cut_after])
            time.sleep(page.piece_seconds)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(
    handler: type[BaseHTTPRequestHandler],
    made: Callable[[str], State],
    certificate: Path | None = None,
) -> Iterator[State]:
    """A server on loopback until the end; ``made`` gets its address and returns what it knows."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    scheme = "https" if certificate else "http"
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    state = made(f"{scheme}://127.0.0.1:{server.server_address[1]}")
    server.state = state  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def price_server() -> Iterator[PriceServer]:
    with serving(_Handler, PriceServer) as state:
        yield state


@contextmanager
def trickling_server(first: bytes) -> Iterator[str]:
    """The address of a server whose headers never end: ``first``, then a byte every 0.05 s."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.sendall(first)
            while not done.wait(0.05):
                connection.sendall(b"H")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        done.set()
        thread.join()
        listener.close()


def compressed(body: bytes) -> Page:
    return Page(gzip.compress(body), headers={"Content-Encoding": "gzip"})


# -- documents --------------------------------------------------------------------------------


def litellm_file(prices: dict[str, dict[str, Any]] | None = None, *, models: int = 1100) -> bytes:
    """A file as large as LiteLLM's must be, with its well-known rows; ``prices`` adds or changes.

    Amounts are written as in the feed: USD per token.
    """
    document: dict[str, dict[str, Any]] = {
        f"nebius/model-{number}": _model("nebius", "1e-07", "4e-07") for number in range(models)
    }
    document |= {
        "gpt-4o-mini": _model("openai", "1.5e-07", "6e-07"),
        "gpt-5": _model("openai", "1.25e-06", "1e-05"),
        "gpt-6-luna": _model("openai", "1e-07", "5e-07"),
        "claude-haiku-4-5": _model("anthropic", "1e-06", "5e-06"),
        "gemini/gemini-2.5-flash": _model("gemini", "3e-07", "2.5e-06"),
        "together_ai/openai/gpt-oss-120b": _model("together_ai", "1.5e-07", "6e-07"),
    }
    for name, changed in (prices or {}).items():
        document.setdefault(name, _model("openai", "1e-06", "1e-06")).update(changed)
    text = json.dumps(document)
    return text.encode()


def _model(provider: str, per_input: str, per_output: str) -> dict[str, Any]:
    return {
        "litellm_provider": provider,
        "mode": "chat",
        "input_cost_per_token": float(per_input),
        "output_cost_per_token": float(per_output),
    }

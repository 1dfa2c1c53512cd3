"""One careful GET: conditional, compressed, bounded in time and size, clear when it fails.

httpx is already there: the ``openai`` package brings it. Proxies and certificates come from the
environment (``HTTPS_PROXY``, ``NO_PROXY``, ``SSL_CERT_FILE``).
"""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ftgate import __version__
from ftgate.prices.feeds.rows import FeedError

if TYPE_CHECKING:
    import httpx2

MEGABYTE = 1 << 20
_Result = TypeVar("_Result")
_JSON_TYPES = ("application/json", "text/plain", "application/octet-stream", "binary/octet-stream")
_AGAIN = (429, 500, 502, 503, 504)
_REDIRECTS = (301, 302, 303, 307, 308)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_GZIP = 16 + zlib.MAX_WBITS
_TRY_LATER = "the stored prices are as they were; try again later"
_CHECK_NETWORK = "check the network and the proxy settings (HTTPS_PROXY, NO_PROXY)"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much. ``max_wait_seconds`` bounds what a server may ask for."""

    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = 120.0
    max_bytes: int = 64 * MEGABYTE  # decompressed; LiteLLM's file has 3 MB, the AWS offer 20
    redirects: int = 5
    retries: int = 2
    max_wait_seconds: float = 30.0


DEFAULT = Limits()


class Fetched(NamedTuple):
    """A response. ``body`` is None when nothing has changed since ``etag`` or ``modified``."""

    body: bytes | None
    etag: str
    modified: str


class _AgainError(FeedError):
    """The server is busy or broken; ``seconds`` is what it asks to be left alone, if it does."""

    def __init__(self, message: str, seconds: float | None) -> None:
        super().__init__(message, hint=_TRY_LATER)
        self.seconds = seconds


def fetch(
    url: str,
    *,
    etag: str = "",
    modified: str = "",
    limits: Limits = DEFAULT,
    sleep: Callable[[float], None] = time.sleep,
) -> Fetched:
    """GET a feed; a busy server is asked again, for as long as the limits allow.

    Raises FeedError, whose message says what happened and whose hint what to do.
    """
    return within(
        limits.total_seconds,
        _shown(url),
        lambda: _fetch(url, etag=etag, modified=modified, limits=limits, sleep=sleep),
    )


def within(seconds: float, where: str, call: Callable[[], _Result]) -> _Result:
    """The result of a call to the network, or FeedError when it takes longer.

    Time limits of sockets begin anew with every byte, and none bounds the search for a name: so
    the call has a thread of its own, which is left to end by itself.
    """
    results: list[_Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise FeedError(f"{where}: not complete after {seconds:g} s", hint=_TRY_LATER)
    return results[0]


def _fetch(
    url: str, *, etag: str, modified: str, limits: Limits, sleep: Callable[[float], None]
) -> Fetched:
    headers = {"If-None-Match": etag, "If-Modified-Since": modified}
    end = time.monotonic() + limits.total_seconds
    with _explained(url, limits), _client(limits) as client:
        for attempt in range(limits.retries + 1):
            try:
                return _follow(client, url, {k: v for k, v in headers.items() if v}, limits, end)
            except _AgainError as error:
                wait = error.seconds if error.seconds is not None else 2.0**attempt
                if wait > limits.max_wait_seconds:
                    raise FeedError(
                        f"{error.message}; it asks to be left alone for {wait:,.0f} s",
                        hint=_TRY_LATER,
                    ) from None
                if attempt == limits.retries or time.monotonic() + wait > end:
                    raise
                sleep(wait)
    raise AssertionError("the last attempt returns or raises")


def _client(limits: Limits) -> httpx2.Client:
    import httpx2

    return httpx2.Client(
        timeout=httpx2.Timeout(limits.read_seconds, connect=limits.connect_seconds),
        follow_redirects=False,
        headers={
            "User-Agent": f"ftgate/{__version__}",
            "Accept": "application/json, text/plain;q=0.9",
            "Accept-Encoding": "gzip",
        },
    )


def _follow(
    client: httpx2.Client, url: str, headers: dict[str, str], limits: Limits, end: float
) -> Fetched:
    may_be_local = is_loopback(url)
    for _ in range(limits.redirects + 1):
        check_address(url, may_be_local)
        with client.stream("GET", url, headers=headers) as response:
            if response.status_code not in _REDIRECTS:
                return _received(response, limits, end)
            if "location" not in response.headers:
                raise FeedError(f"{_shown(url)}: redirects to nowhere", hint=_TRY_LATER)
            url = str(response.url.join(response.headers["location"]))
    raise FeedError(f"{_shown(url)}: more than {limits.redirects} redirects", hint=_CHECK_NETWORK)


def _received(response: httpx2.Response, limits: Limits, end: float) -> Fetched:
    where, status = _shown(str(response.url)), response.status_code
    etag, modified = (_validator(response, name) for name in ("etag", "last-modified"))
    if status == 304:
        return Fetched(None, etag, modified)
    if status in _AGAIN:
        reason = "asks to slow down" if status == 429 else "has a problem of its own"
        raise _AgainError(f"{where}: HTTP {status}, the server {reason}", _retry_after(response))
    if status != 200:
        raise FeedError(f"{where}: HTTP {status}", hint=_hint(status))
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind not in _JSON_TYPES:
        raise FeedError(
            f"{where}: sent {kind[:40]}, not JSON",
            hint="a login page of the network? open the address in a browser",
        )
    return Fetched(_body(response, where, limits, end), etag, modified)


def _validator(response: httpx2.Response, name: str) -> str:
    """A header to be sent back; one that no request can hold is none."""
    value: str = response.headers.get(name, "")
    return value if value.isascii() and value.isprintable() else ""


def _body(response: httpx2.Response, where: str, limits: Limits, end: float) -> bytes:
    """The whole body, decompressed. Raises FeedError at the limit, not after it."""
    encoding = response.headers.get("content-encoding", "identity").lower()
    if encoding not in ("identity", "gzip"):
        raise FeedError(f"{where}: compressed by {encoding[:20]}, not gzip", hint=_TRY_LATER)
    too_large = FeedError(
        f"{where}: larger than {limits.max_bytes // MEGABYTE} MB", hint="this is not a price feed"
    )
    declared = response.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limits.max_bytes:
        raise too_large
    inflate = zlib.decompressobj(_GZIP) if encoding == "gzip" else None
    body = bytearray()
    for chunk in response.iter_raw():
        room = limits.max_bytes - len(body) + 1
        body += inflate.decompress(chunk, room) if inflate else chunk
        if len(body) > limits.max_bytes:
            raise too_large
        if time.monotonic() > end:
            raise FeedError(
                f"{where}: not complete after {limits.total_seconds:g} s", hint=_TRY_LATER
            )
    if inflate and not inflate.eof:
        raise FeedError(f"{where}: cut off after {len(body):,} bytes", hint=_TRY_LATER)
    return bytes(body)


@contextmanager
def _explained(url: str, limits: Limits) -> Iterator[None]:
    """Errors of the HTTP library in the words of a user."""
    import httpx2

    where = _shown(url)
    try:
        yield
    except httpx2.ConnectTimeout:
        said = f"no connection within {limits.connect_seconds:g} s"
        raise FeedError(f"{where}: {said}", hint=_CHECK_NETWORK) from None
    except httpx2.TimeoutException:
        said = f"nothing sent for {limits.read_seconds:g} s"
        raise FeedError(f"{where}: {said}", hint=_TRY_LATER) from None
    except httpx2.ProxyError as error:
        raise FeedError(f"{where}: the proxy refuses: {error}", hint=_CHECK_NETWORK) from None
    except httpx2.ConnectError as error:
        raise FeedError(f"{where}: no connection: {error}", hint=_CHECK_NETWORK) from None
    except (httpx2.ReadError, httpx2.RemoteProtocolError, zlib.error) as error:
        raise FeedError(f"{where}: cut off or damaged: {error}", hint=_TRY_LATER) from None
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise FeedError(f"{where}: {type(error).__name__}: {error}", hint=_CHECK_NETWORK) from None
    except ImportError as error:  # a proxy of a kind that needs another package
        raise FeedError(f"proxy settings: {error}", hint=_CHECK_NETWORK) from None
    except ValueError as error:
        raise FeedError(f"{where}: not an address: {error}", hint=_CHECK_NETWORK) from None


def check_address(url: str, may_be_local: bool) -> None:
    """Raise FeedError unless the address is https, or on this machine and meant to be."""
    scheme = url.partition(":")[0].lower()
    local = is_loopback(url)
    if local and not may_be_local:
        raise FeedError(f"{_shown(url)}: a public feed redirects to this machine", hint=_TRY_LATER)
    if scheme != "https" and not (scheme == "http" and local):
        raise FeedError(f"{_shown(url)}: not https", hint="prices are fetched over https only")


def is_loopback(url: str) -> bool:
    """True for an address on this machine."""
    from urllib.parse import urlsplit

    try:
        return urlsplit(url).hostname in _LOOPBACK
    except ValueError:
        return False


def _shown(url: str) -> str:
    """The address without what may be secret: user, password, query."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the address"
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


def _retry_after(response: httpx2.Response) -> float | None:
    """Seconds to wait: the header holds a number or a date."""
    value = response.headers.get("retry-after", "").strip()
    if value.isdecimal() and len(value) < 10:
        return float(value)
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    try:
        day = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if day.tzinfo is None:
        day = day.replace(tzinfo=UTC)
    return max(0.0, (day - datetime.now(UTC)).total_seconds())


def _hint(status: int) -> str:
    if status in (404, 410):
        return "the feed has moved: upgrade ftgate, or name its address with --feed-url"
    if status in (401, 403, 407):
        return "the server or a proxy refuses: check the proxy settings (HTTPS_PROXY, NO_PROXY)"
    return _TRY_LATER

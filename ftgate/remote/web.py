"""``https://``: files on the web, by ranges where the server gives them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ftgate.errors import RemoteError
from ftgate.remote.names import shown
from ftgate.remote.store import Found, Store, no_folder
from ftgate.remote.trouble import (
    CHECK_CERTIFICATE,
    CHECK_NETWORK,
    TRY_LATER,
    AgainError,
    changed,
    missing,
)

if TYPE_CHECKING:
    import httpx2

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
BLOCK_SECONDS = 300.0
"""For 8 MB: a server that sends less than 30 kB a second is given up."""
_REDIRECTS = 5
_PIECE_BYTES = 1 << 20
_AGAIN = (429, 500, 502, 503, 504)
_ORIGIN = "ftgate.origin"  # the address that was asked for, at whatever redirect of it
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+)")
_NO_NAME = re.compile(r"Name or service not known|nodename nor servname|getaddrinfo|resolution")


class Web(Store):
    """Any server; what it says of its files is believed as far as each answer repeats it."""

    def __init__(self) -> None:
        import httpx2

        self._client = httpx2.Client(
            timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=True,
            max_redirects=_REDIRECTS,
            headers={"User-Agent": "ftgate", "Accept-Encoding": "identity"},
            event_hooks={"request": [_check_address]},
        )

    def find(self, url: str) -> Found:
        """The file as it is now, by a request for its first byte.

        A signed address is signed for GET, so HEAD would be refused.
        """
        with self._answer(url, {"Range": "bytes=0-0"}) as response:
            etag = response.headers.get("ETag", "")
            strong = etag.startswith('"')
            version = etag if strong else response.headers.get("Last-Modified", "")
            if response.status_code == 200:
                length = response.headers.get("Content-Length", "")
                size = int(length) if length.isdecimal() else None
                return Found(url, size, version, strong, ranged=False)
            span = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
            if span is None:
                raise _nonsense(url, "a range of unknown size")
            return Found(url, int(span[3]), version, strong)

    def read(self, found: Found, start: int, end: int) -> bytes:
        """One range; an answer about other bytes, or another version, is none."""
        headers = {"Range": f"bytes={start}-{end - 1}"}
        if found.strong:
            headers["If-Match"] = found.version
        with self._answer(found.url, headers) as response:
            _check_version(found, response)
            span = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
            if response.status_code != 206 or span is None:
                raise _nonsense(found.url, "no range, though it gave one before")
            if int(span[3]) != found.size:
                raise changed(found.url)
            if (span[1], span[2]) != (str(start), str(end - 1)):
                raise _nonsense(found.url, "another range than it was asked for")
            return b"".join(_pieces(found.url, response, BLOCK_SECONDS))

    def whole(self, found: Found) -> Iterator[bytes]:
        """The file from its first byte to its last, in one answer."""
        with self._answer(found.url, {}) as response:
            _check_version(found, response)
            yield from _pieces(found.url, response, float("inf"))

    def listed(self, url: str) -> list[str]:
        """The file itself."""
        if url.partition("?")[0].endswith("/"):
            raise no_folder(url)
        return [url]

    @contextmanager
    def _answer(self, url: str, headers: dict[str, str]) -> Iterator[httpx2.Response]:
        extra = {_ORIGIN: url}
        with (
            _explained(url),
            self._client.stream("GET", url, headers=headers, extensions=extra) as response,
        ):
            _check_status(url, response)
            yield response


def _check_address(request: httpx2.Request) -> None:
    """Raise RemoteError, before anything is sent, for what others could read or write.

    That goes for every redirect, too; and none may lead from elsewhere to this machine.
    """
    import httpx2

    url = request.extensions[_ORIGIN]
    local = request.url.host in _LOOPBACK
    if local and httpx2.URL(url).host not in _LOOPBACK:
        raise RemoteError(f"{shown(url)}: redirects to this machine", hint=CHECK_NETWORK)
    if request.url.scheme != "https" and not local:
        raise RemoteError(f"{shown(url)}: not https", hint="data are read over https only")


def _check_status(url: str, response: httpx2.Response) -> None:
    status, where = response.status_code, shown(url)
    if status in (200, 206) or (status == 416 and "Content-Range" in response.headers):
        return
    if status == 412:
        raise changed(url)
    if status in (404, 410):
        raise missing(url)
    if status in (401, 403):
        hint = "a signed address ends after a while: sign a new one"
        raise RemoteError(f"{where}: access denied (HTTP {status})", hint=hint)
    if status in _AGAIN:
        after = response.headers.get("Retry-After", "")
        seconds = float(after) if after.isdecimal() and len(after) < 4 else 0.0
        raise AgainError(f"{where}: HTTP {status}", seconds=seconds)
    raise RemoteError(f"{where}: HTTP {status}", hint=CHECK_NETWORK)


def _check_version(found: Found, response: httpx2.Response) -> None:
    name = "ETag" if found.strong else "Last-Modified"
    if found.version and response.headers.get(name, found.version) != found.version:
        raise changed(found.url)


def _pieces(url: str, response: httpx2.Response, seconds: float) -> Iterator[bytes]:
    """The bytes as they are on the server, whatever packs them."""
    end = time.monotonic() + seconds
    for piece in response.iter_raw(_PIECE_BYTES):
        if time.monotonic() > end:
            raise RemoteError(f"{shown(url)}: too slow to be read", hint=TRY_LATER)
        yield piece


def _nonsense(url: str, what: str) -> RemoteError:
    return RemoteError(f"{shown(url)}: the server sends {what}", hint="download it: curl -O")


@contextmanager
def _explained(url: str) -> Iterator[None]:
    """Errors of the HTTP library in the words of a user; none of them repeats a query."""
    import httpx2

    where = shown(url)
    try:
        yield
    except httpx2.TimeoutException:
        raise AgainError(f"{where}: no answer in time") from None
    except httpx2.TooManyRedirects:
        text = f"{where}: more than {_REDIRECTS} redirects"
        raise RemoteError(text, hint=CHECK_NETWORK) from None
    except httpx2.ConnectError as error:
        raise _no_connection(where, error) from None
    except (httpx2.ReadError, httpx2.RemoteProtocolError):
        raise AgainError(f"{where}: the transfer broke off") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        text = f"{where}: {type(error).__name__}"
        raise RemoteError(text, hint=CHECK_NETWORK) from None


def _no_connection(where: str, error: Any) -> RemoteError:
    said = str(error)
    if "CERTIFICATE_VERIFY" in said:
        text = f"{where}: the certificate of the server is not accepted"
        return RemoteError(text, hint=CHECK_CERTIFICATE)
    if _NO_NAME.search(said):
        return RemoteError(f"{where}: the name of the server is not known", hint=CHECK_NETWORK)
    return AgainError(f"{where}: no connection", hint=CHECK_NETWORK)

"""Stores of data on this machine: a web server with faults, and what three clients ask of theirs.

:class:`GoogleStore`, :class:`AzureStore` and :class:`Hub` answer the few requests by which their
clients find, list and read objects, in the form of each provider's documentation. They know nothing
of credentials; for S3 there is a real server (:mod:`scripts.bucket`).
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.price_server import serving

MODIFIED = "Sun, 22 Nov 2026 12:00:00 GMT"


@dataclass
class WebFile:
    """A file on the web. Faults hold for the first requests of its bytes, then it is well."""

    body: bytes
    etag: str = '"v1"'
    ranges: bool = True
    sized: bool = True
    modified: str = MODIFIED
    redirect: str = ""  # where it is instead
    statuses: list[int] = field(default_factory=list)  # answered first, instead of the bytes
    cut: int = 0  # answers of more than one byte that break off after half of it
    wait_seconds: float = 0.0  # before an answer
    on_read: Callable[[WebFile], None] | None = None  # before an answer of more than one byte


@dataclass
class Store:
    """What a server knows: its address, objects by path, and what it was asked."""

    url: str
    files: dict[str, WebFile] = field(default_factory=dict)
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, path: str, body: bytes, **more: Any) -> str:
        """Address of a new file."""
        self.files[path] = WebFile(body, **more)
        return f"{self.url}{path}"

    @property
    def ranges(self) -> list[str]:
        """The ranges that were asked for, in order; those of no more than one byte left out."""
        return [span for _, _, span in self.requests if span not in ("", "bytes=0-0")]


class Handler(BaseHTTPRequestHandler):
    """Files by path, with ranges, conditions and faults."""

    server: Any
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        span = self.headers.get("Range", self.headers.get("x-ms-range", ""))
        with self.server.state.lock:
            self.server.state.requests.append((self.command, self.path, span))
        try:
            self.answer(urlsplit(self.path), span)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_HEAD = do_GET

    def answer(self, address: Any, span: str) -> None:
        """Answer one request."""
        file = self.server.state.files.get(unquote(address.path))
        self.send_file(file, span) if file else self.send(404, b"not here")

    def send_file(self, file: WebFile, span: str, more: dict[str, str] | None = None) -> None:
        """The bytes of a file, or the range of them."""
        time.sleep(file.wait_seconds)
        real = self.command == "GET" and span != "bytes=0-0"
        if real and file.on_read:
            file.on_read(file)
        with self.server.state.lock:
            status = file.statuses.pop(0) if file.statuses and real else 0
        headers = {"ETag": file.etag, "Last-Modified": file.modified, **(more or {})}
        if file.redirect:
            return self.send(302, b"", {"Location": file.redirect})
        if status:
            return self.send(status, b"no", headers)
        if self.headers.get("If-Match", file.etag) != file.etag:
            return self.send(412, b"", headers)
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", span) if file.ranges else None
        if found is None:
            return self.send(200, file.body, headers, file, real)
        first, last = int(found[1]), min(int(found[2]), len(file.body) - 1)
        if first > last:
            return self.send(416, b"", headers | {"Content-Range": f"bytes */{len(file.body)}"})
        headers["Content-Range"] = f"bytes {first}-{last}/{len(file.body)}"
        return self.send(206, file.body[first : last + 1], headers, file, real)

    def send(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str] | None = None,
        file: WebFile | None = None,
        real: bool = False,
    ) -> None:
        """One answer, or half of it."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            if value:
                self.send_header(name, value)
        if not file or file.sized:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        if file and real and file.cut:
            file.cut -= 1
            body = body[: len(body) // 2]
        if self.command == "GET":
            self.wfile.write(body)

    def send_json(self, value: Any) -> None:
        """A document."""
        self.send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class _Google(Handler):
    """Cloud Storage's JSON API: ``/BUCKET/OBJECT`` are the paths of its files."""

    def answer(self, address: Any, span: str) -> None:
        files = self.server.state.files
        found = re.search(r"/b/([^/]+)/o(?:/(.+))?$", address.path)
        if found is None:
            return self.send(404, b"{}")
        bucket, name = found[1], unquote(found[2] or "")
        query = {key: values[0] for key, values in parse_qs(address.query).items()}
        if not name:
            return self._list(bucket, query.get("prefix", ""), query.get("delimiter", ""))
        file = files.get(f"/{bucket}/{name}")
        if file is None:
            return self.send(404, json.dumps({"error": {"code": 404, "message": "none"}}).encode())
        if query.get("alt") == "media":
            return self.send_file(file, span)
        return self.send_json(self._object(bucket, name, file))

    def _list(self, bucket: str, prefix: str, delimiter: str) -> None:
        items, folders = [], set()
        for path, file in self.server.state.files.items():
            name = path.removeprefix(f"/{bucket}/")
            rest = name.removeprefix(prefix)
            if not path.startswith(f"/{bucket}/") or not name.startswith(prefix):
                continue
            if delimiter and delimiter in rest:
                folders.add(prefix + rest.partition(delimiter)[0] + delimiter)
            else:
                items.append(self._object(bucket, name, file))
        self.send_json({"kind": "storage#objects", "items": items, "prefixes": sorted(folders)})

    @staticmethod
    def _object(bucket: str, name: str, file: WebFile) -> dict[str, str]:
        generation = str(int(hashlib.sha256(file.body).hexdigest()[:12], 16))
        times = {"timeCreated": "2026-11-22T12:00:00Z", "updated": "2026-11-22T12:00:00Z"}
        size = str(len(file.body))
        return {"bucket": bucket, "name": name, "size": size, "generation": generation, **times}


class _Azure(Handler):
    """Blob Storage: ``/ACCOUNT/CONTAINER/BLOB`` are the paths of its files."""

    def answer(self, address: Any, span: str) -> None:
        query = {key: values[0] for key, values in parse_qs(address.query).items()}
        if query.get("comp") == "list":
            return self._list(unquote(address.path), query.get("prefix", ""))
        file = self.server.state.files.get(unquote(address.path))
        if file is None:
            return self.send(404, b"", {"x-ms-error-code": "BlobNotFound"})
        more = {
            "x-ms-blob-type": "BlockBlob",
            "x-ms-creation-time": MODIFIED,
            "x-ms-version": "2024-11-04",
            "Accept-Ranges": "bytes",
            "Content-Type": "application/octet-stream",
        }
        return self.send_file(file, span, more)

    def _list(self, container: str, prefix: str) -> None:
        blobs = []
        for path, file in sorted(self.server.state.files.items()):
            name = path.removeprefix(f"{container}/")
            if path.startswith(f"{container}/") and name.startswith(prefix):
                properties = (
                    f"<Creation-Time>{MODIFIED}</Creation-Time>"
                    f"<Last-Modified>{MODIFIED}</Last-Modified><Etag>{file.etag}</Etag>"
                    f"<Content-Length>{len(file.body)}</Content-Length>"
                    "<Content-Type>application/octet-stream</Content-Type>"
                    "<BlobType>BlockBlob</BlobType>"
                )
                named = f"<Name>{name}</Name><Properties>{properties}</Properties>"
                blobs.append(f"<Blob>{named}</Blob>")
        body = (
            '<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="/"'
            f' ContainerName="{container.rpartition("/")[2]}"><Prefix>{prefix}</Prefix>'
            f"<Blobs>{''.join(blobs)}</Blobs><NextMarker/></EnumerationResults>"
        )
        self.send(200, body.encode(), {"Content-Type": "application/xml"})


class _Hub(Handler):
    """The hub: ``/datasets/OWNER/NAME/resolve/main/FILE`` are the paths of its files."""

    def answer(self, address: Any, span: str) -> None:
        path = unquote(address.path)
        found = re.match(r"/api/datasets/([^/]+/[^/]+)(?:/(\w[\w-]*)/([^/]+)/?(.*))?$", path)
        if found is None:
            file = self.server.state.files.get(path)
            return self.send_file(file, span) if file else self.send(404, b"")
        top = f"/datasets/{found[1]}/resolve/main/"
        names = {
            path.removeprefix(top): file
            for path, file in self.server.state.files.items()
            if path.startswith(top)
        }
        if not names:
            return self.send(404, b"{}", {"X-Error-Code": "RepoNotFound"})
        return self._of_dataset(found[1], found[2], found[4] or "", names)

    def _of_dataset(self, name: str, what: str, path: str, files: dict[str, WebFile]) -> None:
        if what == "tree":
            return self.send_json([self._entry(each, file) for each, file in files.items()])
        if what == "paths-info":
            length = int(self.headers.get("Content-Length", 0))
            asked = self._asked(self.rfile.read(length))
            return self.send_json(
                [self._entry(each, files[each]) for each in asked if each in files]
            )
        return self.send_json({"id": name, "sha": "0" * 40, "siblings": [], "private": False})

    do_POST = Handler.do_GET

    def _asked(self, body: bytes) -> list[str]:
        if self.headers.get("Content-Type", "").startswith("application/json"):
            return list(json.loads(body)["paths"])
        return parse_qs(body.decode())["paths"]

    @staticmethod
    def _entry(name: str, file: WebFile) -> dict[str, Any]:
        oid = hashlib.sha1(file.body, usedforsecurity=False).hexdigest()
        return {"type": "file", "oid": oid, "size": len(file.body), "path": name}


def self_signed(folder: Path) -> Path:
    """A certificate of 127.0.0.1 with its key, by nobody whom others trust."""
    file = folder / "server.pem"
    make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    make += ["-subj", "/CN=127.0.0.1"]
    options = ["-keyout", str(file), "-out", str(folder / "certificate.pem")]
    subprocess.run(["openssl", *make, *options], check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + (folder / "certificate.pem").read_bytes())
    return file


@contextmanager
def _store(handler: type[Handler], certificate: Path | None = None) -> Iterator[Store]:
    with serving(handler, Store, certificate) as state:
        yield state


def web(certificate: Path | None = None) -> Any:
    """A web server, over https with a certificate (and its key, in one file)."""
    return _store(Handler, certificate)


def google() -> Any:
    """Cloud Storage: ``STORAGE_EMULATOR_HOST`` is its address."""
    return _store(_Google)


def azure() -> Any:
    """Blob Storage: ``BlobEndpoint`` of a connection string is its address and the account."""
    return _store(_Azure)


def hub() -> Any:
    """The Hugging Face hub: ``HF_ENDPOINT`` is its address."""
    return _store(_Hub)

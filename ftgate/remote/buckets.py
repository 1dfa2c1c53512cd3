"""``s3://``, ``gs://``, ``abfs://`` and ``hf://``, read through fsspec.

Credentials, endpoints and proxies are those of the provider's own chain (environment, profile,
instance, ``gcloud`` or ``az`` or ``hf`` login); what else a store needs is told to fsspec by its
own variables (``FSSPEC_S3_ANON=true``) or files.
"""

from __future__ import annotations

import logging
import queue
import re
from typing import Any

from ftgate.errors import RemoteError, UsageError
from ftgate.remote.names import AZURE, scheme_of, shown
from ftgate.remote.store import Found, Store
from ftgate.remote.trouble import changed, explained

CONNECT_SECONDS = 5
READ_SECONDS = 30
_GLOB = re.compile(r"[*?\[]")
# What changes with the bytes, by store: S3, Google, Azure, the hub.
_VERSIONS = ("ETag", "VersionId", "generation", "etag", "blob_id", "xet_hash")
_OPTIONS: dict[str, dict[str, Any]] = {
    "s3": {
        "config_kwargs": {
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": READ_SECONDS,
            "retries": {"max_attempts": 2},
        }
    },
    "az": {"connection_timeout": CONNECT_SECONDS, "read_timeout": READ_SECONDS},
}
_OPTIONS |= {"abfs": _OPTIONS["az"], "abfss": _OPTIONS["az"]}
# What these warn of is either an error here too, or no matter of the user's.
_TALKATIVE = ("azure", "fsspec", "gcsfs", "huggingface_hub", "s3fs")


class Buckets(Store):
    """One bucket, container or hub, as its credentials see it."""

    def __init__(self, url: str) -> None:
        for name in _TALKATIVE:  # heard by whoever has set up logging, and not on the terminal
            logging.getLogger(name).addHandler(logging.NullHandler())
        with explained(url):
            from fsspec import get_filesystem_class

            store = get_filesystem_class(scheme_of(url))
            options = _OPTIONS.get(scheme_of(url), {}) | store._get_kwargs_from_urls(url)
            # A listing of an earlier run would hide what has changed since.
            self._fs = store(use_listings_cache=False, skip_instance_cache=True, **options)
        if scheme_of(url) == "s3":
            self._fs.retries = 3  # beside those of its own client; the default of 5 takes minutes
        # One open file for each of the threads that read.
        self._files: dict[Found, queue.SimpleQueue[Any]] = {}

    def find(self, url: str) -> Found:
        """The file as it is now; a folder is none."""
        with explained(url):
            details = self._fs.info(self._path(url))
        if details["type"] != "file":
            raise RemoteError(f"{shown(url)}: is a folder", hint=f"all of it: {shown(url)}/")
        version = _version(details)
        return Found(url, details["size"], version, strong=bool(version))

    def read(self, found: Found, start: int, end: int) -> bytes:
        """One request for a range of this version."""
        idle = self._files.setdefault(found, queue.SimpleQueue())
        with explained(found.url):
            try:
                file = idle.get_nowait()
            except queue.Empty:
                file = self._open(found)
            file.seek(start)
            data: bytes = file.read(end - start)
            idle.put(file)
            return data

    def listed(self, url: str) -> list[str]:
        """Files below a folder, or that match a glob; those of hidden folders are left out."""
        path = self._path(url)
        with explained(url):
            if _GLOB.search(path):
                names = self._fs.glob(path) or [path] * self._fs.isfile(path)
            elif url.endswith("/") or self._fs.info(path)["type"] != "file":
                names = self._fs.find(path)
            else:
                return [url]
        if not names:
            raise RemoteError(f"{shown(url)}: nothing is there", hint="check the spelling")
        below = len(path.rstrip("/"))
        kept = (name for name in names if "/." not in name[below:])
        return [self._url(url, name) for name in sorted(kept)]

    def _open(self, found: Found) -> Any:
        """A file whose bytes are those of the version, and which reads what it is asked for."""
        file = self._fs.open(self._path(found.url), "rb", cache_type="none")
        details = getattr(file, "details", None) or self._fs.info(self._path(found.url))
        if _version(details) != found.version:
            raise changed(found.url)
        return file

    def _path(self, url: str) -> str:
        if "?" in url:
            raise UsageError(
                f"{shown(url)}: has a query", hint="name a signed address by https://, or sign in"
            )
        scheme, host = scheme_of(url), url.partition("://")[2].partition("/")[0]
        if "@" in host and scheme not in AZURE:
            raise UsageError(f"{shown(url)}: has a user", hint="sign in as its provider says")
        path = self._fs._strip_protocol(url)
        return f"{path}/" if url.endswith("/") and not path.endswith("/") else path

    @staticmethod
    def _url(url: str, name: str) -> str:
        """A listed name in the form of the address that it was asked by."""
        scheme, _, rest = url.partition("://")
        host = rest.partition("/")[0]
        if "@" in host:  # container@account
            name = f"{host}/{name.partition('/')[2]}"
        return f"{scheme}://{name}"


def _version(details: dict[str, Any]) -> str:
    lfs = getattr(details.get("lfs"), "sha256", "")  # of large files on the hub
    found = (details.get(name) for name in _VERSIONS)
    return " ".join(str(each).strip('"') for each in (*found, lfs) if each)

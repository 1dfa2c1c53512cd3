"""Addresses: what is one, and how it is shown without what may be secret."""

from __future__ import annotations

import re

PACKAGES = {
    "s3": ("s3fs", "s3"),
    "gs": ("gcsfs", "gs"),
    "gcs": ("gcsfs", "gs"),
    "abfs": ("adlfs", "azure"),
    "abfss": ("adlfs", "azure"),
    "az": ("adlfs", "azure"),
    "hf": ("huggingface_hub", "hf"),
}
"""The package that reads from a store, and the extra of ftgate that installs it, by scheme."""

WEB = ("https", "http")
AZURE = ("abfs", "abfss", "az")  # container@account stands where others have user:password


def scheme_of(path: str) -> str:
    """``s3`` of ``s3://bucket/key``; "" for a path on this machine."""
    scheme, separator, _ = path.partition("://")
    scheme = scheme.lower()
    return scheme if separator and (scheme in PACKAGES or scheme in WEB) else ""


def is_url(path: str) -> bool:
    """Whether the data are elsewhere."""
    return bool(scheme_of(path))


def shown(path: str) -> str:
    """An address without user, password, query and fragment; a path as it is.

    What follows ``?`` may be a signature, which is as good as a password while it lasts.
    """
    scheme = scheme_of(path)
    if not scheme:
        return path
    rest = path.partition("://")[2].partition("?")[0]
    if scheme in WEB:
        rest = rest.partition("#")[0]
    host, slash, tail = rest.partition("/")
    if scheme not in AZURE:
        host = host.rpartition("@")[2]
    return f"{scheme}://{host}{slash}{tail}"


def without_secrets(text: str) -> str:
    """A message without the passwords and queries of the addresses in it."""
    if "://" not in text:
        return text
    return re.sub(r"(\b\w+://)(?:[^\s/@:]*:[^\s/@]*@)?([^\s?'\"]*)(?:\?[^\s'\"]*)?", r"\1\2", text)

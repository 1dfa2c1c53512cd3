"""What may be said of a secret and of personal data, and how it is counted.

A problem's ``detail`` is the kind and a fingerprint, ``GitHub token ghp_… (40 characters, sha256
1a2b3c4d)``. What can be guessed from its digest shows none: passwords that people choose, and
personal data, for there are only a billion social security numbers. Of an e-mail address the
domain has a digest, so that a project can allow its own.
"""

from __future__ import annotations

import hashlib
from collections import Counter

from ftgate.content.patterns import lazy
from ftgate.model import Problem

SECRET = "secret"  # noqa: S105 - the name of a rule
PERSONAL = "personal-data"
EMAIL = "e-mail address"
PASSWORD = "password"  # noqa: S105 - the name of a kind
URL_PASSWORD = "URL with password"  # noqa: S105
MAX_SIGNALS = 1000
"""Counters of a profile after which domains are no longer told apart."""

_KIND = lazy(r"(.*?)(?: \S{4}…)? \(")
_DOMAIN = lazy(r"domain sha256 ([0-9a-f]{12})")


def masked_secret(kind: str, value: str) -> str:
    """Kind, first four characters, length and 32 bits of the digest of a secret."""
    size = f"{len(value)} characters"
    if kind in (PASSWORD, URL_PASSWORD) or len(value) < 20:
        return f"{kind} ({size})"
    return f"{kind} {value[:4]}… ({size}, sha256 {_sha256(value)[:8]})"


def masked_value(kind: str, value: str) -> str:
    """Kind and length of personal data, and the digest of an e-mail address's domain."""
    size = f"{len(value)} characters"
    if kind == EMAIL:
        return f"{kind} ({size}, domain sha256 {domain_digest(value.rpartition('@')[2])})"
    return f"{kind} ({size})"


def kind_of(detail: str) -> str:
    """``GitHub token`` of a problem's detail."""
    match = _KIND.match(detail)
    return match[1] if match else detail


def domain_of(detail: str) -> str:
    """Digest of the domain of an e-mail address in a problem's detail, or ""."""
    match = _DOMAIN.search(detail)
    return match[1] if match else ""


def domain_digest(domain: str) -> str:
    """The digest that stands for a domain."""
    return _sha256(domain.lower())[:12]


def by_weight(problem: Problem) -> tuple[bool, bool]:
    """Order of the problems of one record: secrets, then personal data, e-mail addresses last."""
    return problem.kind != SECRET, problem.detail.startswith(EMAIL)


def count(signals: Counter[str], problems: list[Problem]) -> None:
    """Add problems to the counters of a profile: ``personal-data: IBAN``, one for each value.

    E-mail addresses are counted by the digest of their domain, ``personal-data: e-mail address
    @1a2b3c4d5e6f``, as long as there is room for another one.
    """
    for kind, detail, _ in problems:
        name = f"{kind}: {kind_of(detail)}"
        domain = domain_of(detail)
        if domain and (f"{name} @{domain}" in signals or len(signals) < MAX_SIGNALS):
            name = f"{name} @{domain}"
        signals[name] += 1


def counted(signals: Counter[str], kind: str) -> dict[tuple[str, str], int]:
    """What :func:`count` counted of a problem's kind: ``(kind of value, domain digest)``."""
    found: dict[tuple[str, str], int] = {}
    for name, number in signals.items():
        start, _, value = name.partition(": ")
        if start == kind:
            what, _, domain = value.partition(" @")
            found[what, domain] = number
    return found


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

"""What an error of the service means, and what to do.

The text of an error may quote the key or the data: it is searched for what it is about, and never
shown. A code is shown when it looks like one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

NO_ANSWER = 0
"""The status of a request that got no answer: refused, cut off, too late."""

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,47}")
_LINE = re.compile(r"\bline[ #:]*(\d{1,9})\b", re.IGNORECASE)
_NOT_READY = re.compile(
    r"not (yet )?ready|still (being )?process|pending|not.{0,20}processed", re.I
)
_QUOTA = ("insufficient_quota", "exceeded_quota", "billing_hard_limit_reached")
_HARMLESS = re.compile(r"[\w .,:;/()+%=-]{1,160}")
_AGAIN = "run it again: what arrived is found, and is not sent twice"


class Advice(NamedTuple):
    """A failed request: what happened, what to do, and whether to try again.

    ``kind`` is ``busy`` (ask later), ``lost`` (it may have arrived: look before asking again),
    ``not-ready`` (the file is being processed) or ``final``.
    """

    message: str
    hint: str = ""
    kind: str = "final"
    status: int = NO_ANSWER


def advise(status: int, code: str, message: str, key_variable: str) -> Advice:
    """Read an answer that is an error; ``status`` 0 is no answer, and ``code`` its kind."""
    shown = safe_code(code)
    if status == NO_ANSWER:
        return Advice(f"no answer ({shown or 'disconnected'})", _AGAIN, "lost")
    what = f"HTTP {status}" + (f" {shown}" if shown else "")
    text, hint, kind = _explain(status, code, message, key_variable)
    return Advice(f"{what}{f': {text}' if text else ''}", hint, kind, status)


def _explain(status: int, code: str, message: str, key_variable: str) -> tuple[str, str, str]:
    if code in _QUOTA:
        return (
            "the account has nothing left to spend",
            f"raise its limit or add credit; then {_AGAIN}",
            "final",
        )
    if status == 429:
        return "the service asks to slow down", f"wait; then {_AGAIN}", "busy"
    if status in (408, 409) or status >= 500:
        return "the service is in trouble", _AGAIN, "lost"
    if status in (401, 403):
        return _refused(status, code, key_variable)
    if status in (400, 422) and _NOT_READY.search(message):
        return "the file is still being processed", f"wait; then {_AGAIN}", "not-ready"
    if status in (400, 413, 422):
        return (*_invalid(status, code, message), "final")
    if status == 404:
        return (
            "no such model, file or job there, or no such address",
            "the address of an API mostly ends in /v1: check --base-url",
            "final",
        )
    if 300 <= status < 400:
        return "redirects elsewhere", "name the address itself: data stay here", "final"
    return "", _AGAIN, "final"


def _refused(status: int, code: str, key_variable: str) -> tuple[str, str, str]:
    if code == "training_not_available":
        return (
            "this organisation may not create fine-tuning jobs",
            "ftgate models --tunable shows who else tunes it; then [model] eligible = false",
            "final",
        )
    text = "the key is refused" if status == 401 else "the key may not do this"
    return (
        text,
        f"{key_variable} must hold a key that may write files and fine-tuning jobs",
        "final",
    )


def _invalid(status: int, code: str, message: str) -> tuple[str, str]:
    line = line_of(message)
    if line or "file" in code:
        return (
            f"the file is refused{f', line {line}' if line else ''}",
            f"look at {f'line {line}' if line else 'the file'}, repair it, and judge it again",
        )
    if status == 413:
        return "the service takes no file of this size", "ftgate providers shows the limits"
    return "the service refuses these settings", "look at them: ftgate launch --dry-run"


def job_failure(code: str, message: str) -> Advice:
    """Why a job failed, from its ``error``."""
    shown = safe_code(code) or "no code"
    if code in _QUOTA:
        text, hint = "nothing left to spend", "raise the limit; then ftgate launch --again"
    elif line := line_of(message):
        text = f"the training file is refused at line {line}"
        hint = f"repair line {line}; then ftgate launch"
    else:
        text, hint = "see the job at the service", "repair the cause; then ftgate launch --again"
    return Advice(f"the job failed ({shown}): {text}", hint)


def line_of(message: str) -> str:
    """The number of the line that a message is about; "" without one."""
    found = _LINE.search(message)
    return found[1] if found else ""


def safe_code(code: str) -> str:
    """A code that looks like one, else ""."""
    return code if _CODE.fullmatch(code) else ""


def safe_event(message: str, key: str) -> str:
    """The message of an event, unless it quotes something: then only that there was one."""
    if _HARMLESS.fullmatch(message) and (key not in message or not key):
        return message
    return "(a message that quotes something: look at the job's events at the service)"

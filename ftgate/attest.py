"""Whether a statement about a verdict and the data at hand belong together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ftgate.errors import UnreadableError
from ftgate.files import expand
from ftgate.looks import look_at
from ftgate.render.attestation import PREDICATE, STATEMENT
from ftgate.small_files import read_small

KIND = (STATEMENT, PREDICATE)


class Proof(NamedTuple):
    """What holds and what does not: lines for people, and whether all of it holds."""

    holds: bool
    lines: tuple[str, ...]


def read_statement(path: str) -> dict[str, Any]:
    """A statement of ``ftgate check --attest``; UnreadableError for anything else."""
    hint = f"write one: ftgate check --attest {path}"
    try:
        found = json.loads(read_small(path))
    except OSError as error:
        raise UnreadableError(f"{path}: {error.strerror}", hint=hint) from None
    except (ValueError, RecursionError):
        raise UnreadableError(f"{path}: is no JSON", hint=hint) from None
    if isinstance(found, dict) and "payload" in found:
        raise UnreadableError(
            f"{path}: is a signed envelope", hint="verify its signature first, then its payload"
        )
    if not isinstance(found, dict) or (found.get("_type"), found.get("predicateType")) != KIND:
        raise UnreadableError(f"{path}: is no statement of ftgate", hint=hint)
    return found


def prove(statement: Mapping[str, Any], paths: Sequence[str]) -> Proof:
    """Compare files with the statement: the named ones by their bytes, wherever they lie now.

    Each has to be one that was judged, in a dataset that passed as a whole. Without names, every
    file of the statement has to be where it was, with the bytes that it had. Raises UnreadableError
    for a statement whose parts are not what they should be.
    """
    try:
        return _prove(statement, paths)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UnreadableError("the statement is damaged", hint="take the original") from None


def _prove(statement: Mapping[str, Any], paths: Sequence[str]) -> Proof:
    subjects = {each["name"]: f"sha256:{each['digest']['sha256']}" for each in statement["subject"]}
    datasets = statement["predicate"]["datasets"]
    if not all(isinstance(path, str) for dataset in datasets for path in dataset["files"]):
        raise TypeError  # the number of an open file is one that can be read, and closed
    if paths:
        wrong = _strangers(expand(paths), set(subjects.values()))
        seen = {look_at(path).digest for path in expand(paths)}
        datasets = [each for each in datasets if seen & _digests(each, subjects)]
    else:
        files = [path for dataset in datasets for path in dataset["files"]]
        wrong = [f"{path}: {why}" for path in files if (why := _difference(path, subjects))]
    verdicts = [f"{each['name']}: {_said(each)} ({each['digest']})" for each in datasets]
    passed = bool(datasets) and all(_said(each) == "pass" for each in datasets)
    return Proof(passed and not wrong, (*wrong, *(verdicts or ["no dataset of the statement"])))


def _said(dataset: Mapping[str, Any]) -> str:
    """The outcome; what passes selected rules was never asked whether it justifies a fine-tune."""
    partly = (dataset["outcome"], dataset["decision"]) == ("pass", "hold")
    return "pass of selected rules only" if partly else str(dataset["outcome"])


def _strangers(files: Sequence[str], known: set[str]) -> list[str]:
    return [f"{path}: not what was judged" for path in files if look_at(path).digest not in known]


def _digests(dataset: Mapping[str, Any], subjects: Mapping[str, str]) -> set[str]:
    return {subjects[path] for path in dataset["files"] if path in subjects}


def _difference(path: str, subjects: Mapping[str, str]) -> str:
    """What is wrong with a file of the statement; "" when its bytes are those that were judged."""
    found = look_at(path).digest
    if path not in subjects:
        return "could not be read when it was judged"
    if found == "unreadable":
        return "is missing or cannot be read"
    return "" if found == subjects[path] else "other bytes than were judged"

"""Runs a parser on one input and measures: what is raised, seconds of processor, memory."""

from __future__ import annotations

import random
import resource
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.fuzz.mutation import mutated
from tests.fuzz.parsers import CORPUS, PARSERS

LIMIT_SECONDS = 2.0
"""Of processor time for one input; wall time would blame ftgate for a busy machine."""
LIMIT_BYTES = 2 << 30
"""Of address space for the process: what is beyond is a MemoryError, and so a defect."""


class Defect(NamedTuple):
    """An input that broke the property; the traceback has no text of the input."""

    parser: str
    kind: str
    where: str
    data: bytes


def corpus(parser: str) -> list[bytes]:
    """The known inputs of a parser, in the order of their names."""
    folder = CORPUS / PARSERS[parser][1]
    return [path.read_bytes() for path in sorted(folder.iterdir())]


def inputs(parser: str, seed: int) -> Iterator[bytes]:
    """Inputs without end: the corpus as it is, then mutations of it."""
    known = corpus(parser)
    yield from known
    rng = random.Random(f"{seed} {parser}")  # noqa: S311 - repeatable, not secret
    while True:
        yield mutated(rng.choice(known), known, rng)


def attempt(parser: str, data: bytes) -> Defect | None:
    """Run one input; None when the property holds."""
    started = time.process_time()
    try:
        PARSERS[parser][0](data)
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        where = " < ".join(f"{Path(each.filename).name}:{each.lineno}" for each in frames[::-1][:4])
        return Defect(parser, f"{type(error).__name__}: {str(error)[:90]!r}", where, data)
    seconds = time.process_time() - started
    if seconds > LIMIT_SECONDS:
        return Defect(parser, "slow", f"{seconds:.1f} s", data)
    return None


def limit_memory() -> None:
    """Let the process have no more than :data:`LIMIT_BYTES`."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, hard))


def peak_bytes() -> int:
    """The most memory that the process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

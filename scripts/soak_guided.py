"""Fuzzing that looks for new branches: libFuzzer by way of atheris (``pip install -e '.[fuzz]'``).

Only ftgate's own modules are instrumented. It stops at the first input that breaks the property,
which libFuzzer writes into the folder of defects.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.fuzz import driver
from tests.fuzz.parsers import CORPUS, PARSERS


def guided(parser: str, seconds: float, keep: Path) -> int:
    """Fuzz one parser for some seconds, from its corpus on. Ends the process when time is up."""
    import atheris

    with atheris.instrument_imports(include=["ftgate"]):
        driver.attempt(parser, driver.corpus(parser)[0])  # imports what the parser needs

    def one(data: bytes) -> None:
        defect = driver.attempt(parser, data)
        if defect:
            raise RuntimeError(f"{defect.kind} at {defect.where}")

    keep.mkdir(parents=True, exist_ok=True)
    found = keep / "corpus" / PARSERS[parser][1]
    found.mkdir(parents=True, exist_ok=True)
    options = [f"-max_total_time={seconds:.0f}", f"-artifact_prefix={keep}/", "-max_len=20000"]
    folders = [str(found), str(CORPUS / PARSERS[parser][1])]
    atheris.Setup([sys.argv[0], *options, "-print_final_stats=1", *folders], one)
    atheris.Fuzz()
    return 0

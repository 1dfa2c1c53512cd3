"""Fuzzing that looks for new branches: libFuzzer by way of atheris (``pip install -e '.[fuzz]'``).

Only ftgate's own modules are instrumented. It stops at the first input that breaks the property,
which libFuzzer writes into the folder of defects.
"""

from __future__ import annotations

import sys
from pathlib import Path


def guided(parser: str, seconds: float, keep: Path) -> int:
    """Fuzz one parser for some seconds, from its corpus on. Ends the process when time is up."""
    import atheris

    _forget_imports()
    with atheris.instrument_imports(include=["ftgate"]):
        from tests.fuzz import driver
        from tests.fuzz.parsers import CORPUS, PARSERS

        for data in driver.corpus(parser):  # imports what the parser needs
            driver.attempt(parser, data)

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


def _forget_imports() -> None:
    """Modules that are imported already would be run as they are, without instruments."""
    for name in [*sys.modules]:
        if name.partition(".")[0] == "ftgate" or name.startswith("tests.fuzz"):
            del sys.modules[name]

"""Each provider's verdict on small files, as its own validator or test suite gives it.

``conformance/peers.jsonl`` has cases of the providers' test suites; the other files are derived
from the code of each provider's validator or data loader. ``probe`` cases are bytes that no
provider should be sent; they are judged by the default provider.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from ftgate.gate import CheckOptions, check
from ftgate.model import Finding
from tests.conftest import AS_OF, ROOT

FOLDER = ROOT / "tests" / "conformance"
CASES: list[dict[str, Any]] = [
    json.loads(line) | {"provider": json.loads(line).get("provider", path.stem), "file": path.stem}
    for path in sorted(FOLDER.glob("*.jsonl"))
    for line in path.read_text("utf-8").splitlines()
]


def findings(case: dict[str, Any], folder: Path) -> list[Finding]:
    """Findings of the families that judge a file's structure; the minimum of examples aside."""
    path = folder / case.get("filename", "data.jsonl")
    raw = case.get("raw_base64")
    path.write_bytes(base64.b64decode(raw) if raw is not None else case["raw"].encode())
    provider = "openai" if case["provider"] == "probe" else case["provider"]
    options = CheckOptions(
        isolated=True,
        select=("FT0", "FT1"),
        ignore=("FT115",),
        provider=provider,
        as_of=AS_OF,
        cache=False,
    )
    report = check([str(path)], options)
    return [finding for dataset in report.datasets for finding in dataset.findings]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['file']}:{case['id']}")
def test_verdict_and_line_are_the_providers_own(case: dict[str, Any], tmp_path: Path) -> None:
    errors = [one for one in findings(case, tmp_path) if one.severity == "error"]
    if case["expected"] == "pass":
        assert not errors
    elif case["expected"] == "fail":
        assert errors
        lines = {line for one in errors for line in one.lines}
        assert case["line"] is None or case["line"] in lines


def test_every_target_has_cases() -> None:
    from ftgate.catalog import provider_names

    assert set(provider_names()) <= {case["provider"] for case in CASES}

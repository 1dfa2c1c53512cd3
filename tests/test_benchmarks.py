"""Benchmarks are run by hand; what they are run with is held here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import __main__ as runner
from benchmarks.peers import write_tokenizer
from ftgate.tokens.vocabulary import load_ranks

FOLDER = Path(runner.__file__).parent
BY_HAND = {"knowledge"}  # wants a folder of labelled sets


def test_every_benchmark_is_run_by_make_bench() -> None:
    found = {file.stem.removeprefix("bench_") for file in FOLDER.glob("bench_*.py")}
    assert found == {*runner.NAMES, *BY_HAND}


def test_a_section_replaces_only_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = tmp_path / "RESULTS.md"
    results.write_text("# Results\n\nWords.\n\n## bench_risk\n\nold risk\n")
    monkeypatch.setattr(runner, "RESULTS", results)
    runner.write_section("bench_hook", "## bench_hook\n\nhook\n")
    runner.write_section("bench_risk", "## bench_risk\n\nnew risk\n")
    assert results.read_text() == (
        "# Results\n\nWords.\n\n## bench_hook\n\nhook\n\n## bench_risk\n\nnew risk\n"
    )


def test_a_token_of_the_peers_vocabulary_is_made_of_two_that_were_made_before(
    tmp_path: Path,
) -> None:
    file = tmp_path / "cl100k.json"
    write_tokenizer(file, "cl100k_base")
    model = json.loads(file.read_text("utf-8"))["model"]
    rank = model["vocab"]
    assert len(rank) == len(model["merges"]) + 256 == len(load_ranks("cl100k_base"))
    assert all(max(rank[one], rank[other]) < rank[one + other] for one, other in model["merges"])

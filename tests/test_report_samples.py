"""The contract and the layout on real reports of the sample sets, not on values built by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ftgate.gate import CheckOptions, check
from ftgate.render import renderer
from ftgate.render.block import MAX_LINES, Screen, dataset_lines
from ftgate.report import Report
from tests.conftest import AS_OF
from tests.test_report_json import SCHEMA, closed, validator

SAMPLES = Path(__file__).parent.parent / "sample_data"
NAMES = ["hospital-letters", "ski-resort-faq", "techwiz-support", "broken-export"]


@pytest.fixture(scope="module")
def judging(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Report]:
    """Judges the samples; from the second time on with a warm cache."""
    options = CheckOptions(cache_dir=str(tmp_path_factory.mktemp("cache")), as_of=AS_OF)
    return lambda: check([str(SAMPLES / name) for name in NAMES], options)


@pytest.fixture(scope="module")
def judged(judging: Callable[[], Report]) -> Report:
    return judging()


def test_the_samples_are_all_there(judged: Report) -> None:
    assert {dataset.name for dataset in judged.datasets} == set(NAMES)


def test_a_real_report_fits_the_schema_and_has_no_undescribed_key(judged: Report) -> None:
    text = renderer("json")(judged, color=False, width=100, verbose=False)
    assert list(validator(closed(SCHEMA)).iter_errors(json.loads(text))) == []


def test_judging_again_gives_the_same_bytes(judged: Report, judging: Callable[[], Report]) -> None:
    again = judging()
    for name in ("json", "text", "concise"):
        render = renderer(name)
        assert render(again, color=False, width=100, verbose=False) == render(
            judged, color=False, width=100, verbose=False
        )


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_no_sample_takes_more_than_a_screen(judged: Report, width: int) -> None:
    for dataset in judged.datasets:
        lines = dataset_lines(dataset, Screen(width, color=False, verbose=False))
        assert len(lines) <= MAX_LINES
        assert dataset.outcome.upper() in lines[0]


def test_no_text_of_the_training_data_is_printed(judged: Report) -> None:
    words = set()
    for name in NAMES:
        for path in (SAMPLES / name).glob("*.jsonl"):
            words |= {word for word in path.read_text("utf-8", "replace").split() if len(word) > 14}
    for name in ("json", "text", "concise"):
        text = renderer(name)(judged, color=False, width=100, verbose=True)
        assert not words & set(text.split())

"""Rules about repetition: the number, the limit, and when it is an error."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from ftgate.errors import ConfigError
from ftgate.gate import CheckOptions, check
from ftgate.judging import _whole_bytes, scope_of
from ftgate.model import Leak, Place, Repeats, Repetition
from ftgate.profile import Profile
from ftgate.rules.hygiene import (
    contradictory_labels,
    duplicate_examples,
    low_diversity,
    near_duplicates,
    train_validation_leak,
)
from ftgate.settings import Settings
from tests.conftest import AS_OF, ROOT
from tests.planted import chat, plant, write
from tests.rule_values import only

CLEAN = Repetition(examples=1000, compared=1000, effective=1000, templates=900, templated=1000)
PROFILE = Profile(examples=1000)


def repeats(count: int) -> Repeats:
    return Repeats(count, (Place("a.jsonl", 7), Place("a.jsonl", 9), Place("b.jsonl", 1)))


def test_a_clean_set_has_no_finding() -> None:
    clean = replace(CLEAN, leak=Leak(examples=100))
    assert list(duplicate_examples(clean, PROFILE)) == []
    for rule in (near_duplicates, train_validation_leak, contradictory_labels, low_diversity):
        assert list(rule(clean)) == []


@pytest.mark.parametrize(("count", "severity"), [(10, None), (199, None), (200, "error")])
def test_repeated_examples_warn_and_many_fail(count: int, severity: str | None) -> None:
    finding = only(duplicate_examples(replace(CLEAN, exact=repeats(count)), PROFILE))
    assert (finding.severity, finding.count, finding.path) == (severity, count, "a.jsonl")
    assert finding.lines == (7, 9)
    assert f"{count:,} of 1,000 examples repeat an earlier one" in finding.message


def test_a_few_repeated_examples_are_nothing() -> None:
    assert list(duplicate_examples(replace(CLEAN, exact=repeats(9)), PROFILE)) == []


def test_of_a_sample_equal_bytes_are_counted_in_the_whole_set() -> None:
    profile = Profile(examples=4)
    profile.digests.extend([1, 1, 1, 2])
    sampled = Repetition(examples=4, compared=2, share=0.5, effective=2, exact=repeats(1))
    assert only(duplicate_examples(sampled, profile)).count == 2


def test_canned_answers_are_told_from_repeated_examples() -> None:
    finding = only(duplicate_examples(replace(CLEAN, answers=repeats(150)), PROFILE))
    assert "repeat a long answer that another prompt got (15%, limit 10%)" in finding.message


@pytest.mark.parametrize(("count", "severity"), [(50, None), (800, "error")])
def test_near_duplicates_warn_and_many_fail(count: int, severity: str | None) -> None:
    finding = only(near_duplicates(replace(CLEAN, near=repeats(count), effective=1000 - count)))
    assert finding.severity == severity
    assert f"effective number of examples {1000 - count}" in finding.message


def test_near_duplicates_of_a_sample_are_an_estimate() -> None:
    found = replace(CLEAN, share=0.25, near=repeats(10))
    assert "of a sample; about 16% ± 5% of all" in only(near_duplicates(found)).message


@pytest.mark.parametrize("group", [2, 3, 10, 100])
def test_the_truth_is_between_the_bounds_of_a_sample(group: int) -> None:
    """A set of groups of one size, of which a quarter is drawn."""
    choose, groups, share = random.Random(group), 60_000 // group, 0.25  # noqa: S311
    drawn = Counter(each // group for each in range(groups * group) if choose.random() < share)
    near, compared = sum(drawn.values()) - len(drawn), sum(drawn.values())
    found = replace(CLEAN, examples=60_000, compared=compared, share=share, near=repeats(near))
    message = only(near_duplicates(found)).message
    likely, error, least = map(int, re.findall(r"(\d+)%", message)[:3])
    assert least - 1 <= 100 * (group - 1) / group <= likely + 3 * error + 1
    assert abs(likely - 50) <= 3 if group == 2 else likely > 100 * (group - 1) / group - 1


def test_only_the_lower_bound_of_a_sample_is_an_error() -> None:
    found = replace(CLEAN, share=0.25, near=repeats(100))
    finding = only(near_duplicates(found))
    assert "of all if in pairs, down to 40% if in larger groups, nearly repeat" in finding.message
    assert finding.severity is None
    assert only(near_duplicates(replace(found, near=repeats(220)))).severity == "error"


def test_how_much_is_compared_is_an_option_of_near_duplicates() -> None:
    settings = Settings(rules={"FT502": {"whole_mb": 7}})
    assert _whole_bytes(scope_of(settings, ("FT5",), ()), settings) == 7_000_000
    assert _whole_bytes(scope_of(settings, ("FT501",), ()), settings) == 7_000_000
    with pytest.raises(ConfigError):
        _whole_bytes(scope_of(settings, ("FT5",), ()), Settings(rules={"FT502": {"whole_mb": "7"}}))


def test_one_leaked_example_warns_and_more_than_a_hundredth_fail() -> None:
    one, many = (
        only(train_validation_leak(replace(CLEAN, leak=Leak(100, repeats(count), same=count))))
        for count in (1, 2)
    )
    assert (one.severity, many.severity) == ("warning", None)


def test_near_duplicates_leak_less_severely() -> None:
    few, many = (
        only(train_validation_leak(replace(CLEAN, leak=Leak(100, repeats(count), near=count))))
        for count in (9, 10)
    )
    assert (few.severity, many.severity) == ("warning", None)


def test_shared_passages_are_a_warning_of_their_own() -> None:
    leak = Leak(100, repeats(2), same=2, sequences=repeats(30))
    leaked, shared = train_validation_leak(replace(CLEAN, leak=leak))
    assert (leaked.count, shared.count, shared.severity) == (2, 30, "warning")


@pytest.mark.parametrize(
    ("labels", "count", "severity"), [(3, 1, None), (3, 50, "error"), (0, 20, "info")]
)
def test_contradictions_weigh_by_what_the_answers_are(
    labels: int, count: int, severity: str | None
) -> None:
    found = replace(CLEAN, labels=labels, contradictions=repeats(count))
    assert only(contradictory_labels(found)).severity == severity


def test_a_few_free_answers_to_one_prompt_are_nothing() -> None:
    assert list(contradictory_labels(replace(CLEAN, contradictions=repeats(19)))) == []


def test_one_template_or_few_of_them_warn() -> None:
    one = replace(CLEAN, template=repeats(501))
    few = replace(CLEAN, template=repeats(300), templates=4.2)
    assert "50% of 1,000 examples fill one template" in only(low_diversity(one)).message
    assert "effective number of templates 4.2 (minimum 5)" in only(low_diversity(few)).message
    assert list(low_diversity(replace(one, templated=49))) == []


def test_the_report_counts_what_repeats(tmp_path: Path) -> None:
    planted = plant(60, 6, 0.1, seed=1, sizes=(20, 30))
    write(tmp_path / "train.jsonl", [*planted.records, planted.records[0]])
    write(tmp_path / "val.jsonl", [planted.records[1], chat("Who is there?", "Nobody.")])
    (dataset,) = check([str(tmp_path)], CheckOptions(as_of=AS_OF, select=("FT5",))).datasets
    assert dataset.duplicates == {"exact": 1, "near": 6, "leaked_from_validation": 1}


def test_what_only_reads_the_structure_looks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ftgate.profiling._inspector", None)
    folder = str(ROOT / "sample_data" / "FT503-train-validation-leak" / "fails")
    (dataset,) = check([folder], CheckOptions(as_of=AS_OF, select=("FT0", "FT1"))).datasets
    assert dataset.duplicates == {"exact": None, "near": None, "leaked_from_validation": None}


def test_no_message_quotes_the_data(tmp_path: Path) -> None:
    phrase = "grobnik zamuten"
    records = [chat(f"{phrase} asks for help", f"Ask {phrase} again, please.")] * 60
    write(tmp_path / "train.jsonl", records)
    write(tmp_path / "val.jsonl", records[:2])
    report = check([str(tmp_path)], CheckOptions(as_of=AS_OF, select=("FT50",)))
    codes = {finding.code for dataset in report.datasets for finding in dataset.findings}
    assert codes >= {"FT501", "FT503", "FT509"}
    assert phrase.split()[0] not in json.dumps([str(each) for each in report.datasets])

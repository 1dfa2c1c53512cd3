"""FT501-FT504, FT509: on which side of their limits counts of repetitions stand, and what is said.

The counts are made up, so that each limit is met exactly, and missed by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ftgate.model import Finding, Leak, Place, Repeats, Repetition
from ftgate.profile import Profile
from ftgate.rules.hygiene import (
    contradictory_labels,
    duplicate_examples,
    low_diversity,
    near_duplicates,
    train_validation_leak,
)
from tests.rule_values import only

PLACES = (*(Place("b.jsonl", line) for line in range(1, 8)), Place("a.jsonl", 9))


def times(count: int) -> Repeats:
    return Repeats(count, PLACES)


def of(examples: int, **changes: Any) -> Repetition:
    known = {"examples": examples, "compared": examples, "effective": 1234}
    return Repetition(**{**known, **changes})


def said(findings: Iterator[Finding]) -> list[tuple[str, str | None]]:
    return [(each.message.partition(";")[0], each.severity) for each in findings]


# -- FT501 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (9, []),
        (10, [("10 of 1,000 examples repeat an earlier one (1%, limit 1%)", None)]),
        (199, [("199 of 1,000 examples repeat an earlier one (20%, limit 1%)", None)]),
        (200, [("200 of 1,000 examples repeat an earlier one (20%, limit 20%)", "error")]),
    ],
)
def test_a_hundredth_may_repeat_and_a_fifth_is_an_error(
    count: int, expected: list[tuple[str, str | None]]
) -> None:
    found = duplicate_examples(of(1000, exact=times(count)), Profile(examples=1000))
    assert said(found) == expected


def test_what_a_finding_of_repeated_examples_says() -> None:
    assert only(duplicate_examples(of(1000, exact=times(20)), Profile())) == Finding(
        "20 of 1,000 examples repeat an earlier one (2%, limit 1%);"
        " effective number of examples 1,234",
        "b.jsonl",
        (1, 2, 3, 4, 5),
        20,
        next_step="drop them: ftgate check --fix",
    )
    nowhere = only(duplicate_examples(of(1000, exact=Repeats(20)), Profile()))
    assert (nowhere.path, nowhere.lines) == (None, ())


def test_of_a_sample_the_counted_digests_are_the_repetitions() -> None:
    """A sample has half of them; the profile counted all: 4 examples, 1 distinct digest."""
    profile = Profile(examples=4)
    profile.digests.extend([7, 7, 7, 7])
    found = only(duplicate_examples(of(4, share=0.5, exact=times(1)), profile))
    assert found.count == 3
    assert found.message.startswith("3 of 4 examples repeat an earlier one (75%, limit 20%)")


def test_a_single_example_may_be_repeated_if_one_repetition_is_asked_for() -> None:
    one = of(1, exact=times(1), answers=times(1), near=times(1), contradictions=times(1))
    ratios = [each.message for each in duplicate_examples(one, Profile(), min_repeats=1)]
    ratios += [each.message for each in near_duplicates(one, min_repeats=1)]
    ratios += [each.message for each in contradictory_labels(one, min_repeats=1)]
    assert len(ratios) == 4
    assert all("(100%, limit" in each or "(100.0%, limit" in each for each in ratios)


@pytest.mark.parametrize(("count", "found"), [(1, 0), (99, 0), (100, 1)])
def test_a_tenth_of_the_long_answers_may_be_the_same(count: int, found: int) -> None:
    given = of(2000, compared=1000, answers=times(count))
    text = "100 of 1,000 examples repeat a long answer that another prompt got (10%, limit 10%)"
    assert said(duplicate_examples(given, Profile())) == [(text, None)] * found


def test_a_repeated_answer_needs_two_of_them() -> None:
    assert not list(duplicate_examples(of(10, answers=times(1)), Profile()))
    two = only(duplicate_examples(of(10, answers=times(2)), Profile()))
    assert (two.count, two.path, two.lines) == (2, "b.jsonl", (1, 2, 3, 4, 5))


# -- FT502 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (4, []),
        (5, [("5 of 100 examples nearly repeat another (5%, limit 5%)", None)]),
        (79, [("79 of 100 examples nearly repeat another (79%, limit 5%)", None)]),
        (80, [("80 of 100 examples nearly repeat another (80%, limit 80%)", "error")]),
    ],
)
def test_a_twentieth_may_be_alike_and_four_fifths_are_an_error(
    count: int, expected: list[tuple[str, str | None]]
) -> None:
    assert said(near_duplicates(of(100, near=times(count)))) == expected


def test_of_a_sample_the_share_of_all_is_estimated() -> None:
    """Both of a pair have to be in the sample of 30, so 6 of them stand for two in three.

    Six pairs were seen, each with a chance of 0.09: the error is 0.667 * sqrt(0.91 / 6) = 0.26.
    """
    found = only(near_duplicates(of(100, share=0.3, near=times(6))))
    assert found.message == (
        "6 of 30 examples of a sample; about 67% ± 26% of all if in pairs, down to 20% if in"
        " larger groups, nearly repeat another (67%, limit 5%);"
        " effective number of examples about 1,234"
    )
    assert (found.count, found.path, found.lines) == (6, "b.jsonl", (1, 2, 3, 4, 5))
    many = only(near_duplicates(of(100, share=0.3, near=times(20)))).message
    assert "about 100% ±" in many


# -- FT503 ----------------------------------------------------------------------------------------


def leaking(share: float = 1.0, **counts: Any) -> list[tuple[str, str | None]]:
    leak = Leak(**{"examples": 100, **counts})
    return said(train_validation_leak(of(1000, share=share, leak=leak)))


def test_more_than_a_hundredth_in_both_sets_is_an_error() -> None:
    text = "2 of 100 held-out examples are in the training set (1 whole, 0 by prompt, 1 nearly"
    ((_, severity),) = leaking(leaked=times(2), same=1, records=1, near=1)
    assert severity == "warning"
    assert leaking(leaked=times(2), same=2, records=2) == [
        (text.replace("1 whole", "2 whole").replace("1 nearly", "0 nearly"), None)
    ]
    assert leaking(leaked=times(2), same=1, records=1, near=1)[0][0] == text


@pytest.mark.parametrize(("near", "severity"), [(9, "warning"), (10, None)])
def test_a_tenth_nearly_in_both_sets_is_an_error(near: int, severity: str | None) -> None:
    assert [each for _, each in leaking(leaked=times(near), near=near)] == [severity]


def test_no_held_out_example_leaks_nothing() -> None:
    assert leaking() == []
    assert leaking(examples=0, leaked=times(3)) == []
    assert not list(train_validation_leak(of(10)))


@pytest.mark.parametrize(
    ("shared", "leaked", "found"), [(20, 0, 0), (21, 0, 1), (21, 20, 1), (21, 21, 0), (100, 0, 1)]
)
def test_shared_passages_count_above_a_fifth_and_above_what_leaks(
    shared: int, leaked: int, found: int
) -> None:
    leak = Leak(examples=100, leaked=times(leaked), sequences=times(shared))
    every = list(train_validation_leak(of(1000, leak=leak)))
    passages = [each for each in every if "sequences of 13 words" in each.message]
    assert len(passages) == found
    for each in passages:
        assert each.message == (
            f"{shared} of 100 held-out examples share sequences of 13 words with a few training"
            " examples (limit 20%)"
        )
        assert (each.severity, each.count, each.lines) == ("warning", shared, (1, 2, 3, 4, 5))


# -- FT504 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "count", "expected"),
    [
        (3, 0, []),
        (3, 1, [("another of 3 labels", "0.1%, limit 5%", None)]),
        (3, 49, [("another of 3 labels", "4.9%, limit 5%", None)]),
        (3, 50, [("another of 3 labels", "5.0%, limit 5%", "error")]),
        (0, 19, []),
        (0, 20, [("another answer", "2.0%, limit 2%", "info")]),
        (0, 500, [("another answer", "50.0%, limit 2%", "info")]),
    ],
)
def test_labels_contradict_at_once_and_free_texts_from_a_share_on(
    labels: int, count: int, expected: list[tuple[str, str, str | None]]
) -> None:
    given = of(2000, compared=1000, labels=labels, contradictions=times(count))
    found = [(each.message, each.severity, each.count) for each in contradictory_labels(given)]
    assert found == [
        (f"{count} of 1,000 examples give {kind} to an earlier prompt ({share})", severity, count)
        for kind, share, severity in expected
    ]


def test_one_free_text_that_differs_is_a_slip() -> None:
    assert not list(contradictory_labels(of(10, contradictions=times(1))))
    two = only(contradictory_labels(of(10, contradictions=times(2), share=0.5)))
    assert two.message.startswith("2 of 10 examples of a sample give another answer")


# -- FT509 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filled", "templates", "judged", "found"),
    [
        (25, 5.0, 50, 0),
        (26, 5.0, 50, 1),
        (25, 4.9, 50, 1),
        (49, 1.0, 49, 0),
        (50, 1.0, 50, 1),
    ],
)
def test_half_may_fill_one_template_if_five_remain(
    filled: int, templates: float, judged: int, found: int
) -> None:
    given = of(200, templated=judged, template=times(filled), templates=templates)
    assert (
        list(low_diversity(given))
        == [
            Finding(
                f"{filled / judged:.0%} of 50 examples fill one template (limit 50%); effective"
                f" number of templates {templates} (minimum 5)",
                "b.jsonl",
                (1, 2, 3, 4, 5),
                filled,
                next_step="add requests in the words of real users",
            )
        ]
        * found
    )


def test_places_are_those_of_the_first_file() -> None:
    mixed = Repeats(2, (Place("b.jsonl", 4), Place("a.jsonl", 1), Place("b.jsonl", 6)))
    found = only(duplicate_examples(replace(of(10), exact=mixed), Profile()))
    assert (found.path, found.lines) == ("b.jsonl", (4, 6))

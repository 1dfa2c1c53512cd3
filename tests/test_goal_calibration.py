"""From counts to probabilities: sums, order, doubt, and the sampling error by simulation."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate.content import KNOWLEDGE_SHARE, MIXED_SHARE
from ftgate.content.calibration import FITTED, probabilities, standard_error

counts = st.integers(0, 300).flatmap(
    lambda judged: st.tuples(
        st.integers(0, judged), st.just(judged), st.integers(judged, judged + 100_000)
    )
)


@given(counts)
def test_probabilities_are_probabilities(count: tuple[int, int, int]) -> None:
    found = probabilities(*count)
    assert math.isclose(sum(found), 1.0)
    assert all(0.0 <= each <= 1.0 for each in found)


@given(st.integers(1, 300), st.data())
def test_more_facts_never_make_knowledge_less_likely(judged: int, data: st.DataObject) -> None:
    facts = data.draw(st.integers(0, judged - 1))
    fewer, more = (probabilities(count, judged, judged).knowledge for count in (facts, facts + 1))
    assert fewer < more


def test_the_probabilities_turn_near_the_limits_of_the_labels() -> None:
    """A little above its limit knowledge is the likeliest, below the other one form is."""
    for share, name in ((KNOWLEDGE_SHARE + 0.07, "knowledge"), (MIXED_SHARE - 0.02, "form")):
        found = probabilities(round(1000 * share), 1000, 1000)
        assert max(found._asdict(), key=lambda each: getattr(found, each)) == name


def test_few_examples_of_a_large_set_leave_more_doubt() -> None:
    assert (
        probabilities(10, 10, 10_000).knowledge
        < probabilities(50, 50, 10_000).knowledge
        < probabilities(200, 200, 10_000).knowledge
        < 1.0
    )


def test_nothing_judged_says_little() -> None:
    found = probabilities(0, 0, 500)
    assert 0.2 < found.knowledge < 0.6


@pytest.mark.parametrize(("facts", "judged", "examples"), [(33, 50, 500), (5, 40, 41), (0, 30, 90)])
def test_the_standard_error_is_that_of_drawing_without_replacement(
    facts: int, judged: int, examples: int
) -> None:
    """Oracle: draw samples from a set with the share that the error is centred on."""
    share = (facts + 1) / (judged + 2)
    ones = round(share * examples)
    population = [1] * ones + [0] * (examples - ones)
    random_ = random.Random(3)  # noqa: S311
    drawn = [sum(random_.sample(population, judged)) / judged for _ in range(4000)]
    mean = sum(drawn) / len(drawn)
    spread = math.sqrt(sum((each - mean) ** 2 for each in drawn) / len(drawn))
    assert standard_error(facts, judged, examples) == pytest.approx(spread, rel=0.12)


def test_the_flattening_is_the_mean_over_the_sampling_error() -> None:
    """Oracle: average the logistic over normal shares instead of the closed approximation."""
    facts, judged, examples = 13, 20, 100_000
    share, error = (facts + 1) / (judged + 2), standard_error(facts, judged, examples)
    random_ = random.Random(5)  # noqa: S311
    mean = sum(
        1 / (1 + math.exp(-(FITTED.knowledge + FITTED.slope * random_.gauss(share, error))))
        for _ in range(20_000)
    ) / 20_000  # fmt: skip
    assert probabilities(facts, judged, examples).knowledge == pytest.approx(mean, abs=0.02)

"""Words and marks: how they weigh, when they overturn the rule, and the table that holds them."""

from __future__ import annotations

import json
import math
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate.content import wording
from ftgate.content.goal import Sampled, judge_goal
from ftgate.content.judge import CLOSED_BOOK
from ftgate.content.reading import Reading, Signs, read_signs
from ftgate.content.shared import shared_context
from ftgate.content.wording import Wording, overturned, pieces, read_table, shipped
from tests.goal_rule import SILENT, by_rule

KINDS = Path(__file__).with_name("goal_kinds.jsonl")
NOT_ASKED = "not an information request"


def signs_of(prompt: str, answer: str, system: str = "", *, has_results: bool = False) -> Signs:
    return read_signs(Reading(prompt, system, "", answer, has_results), shared_context([], []))


def test_an_example_weighs_its_known_words_and_marks_by_their_root_of_number() -> None:
    words = Wording(0.5, {"harbour": 2.0, "?": 1.0}, {"moored": -3.0, "never": 9.0})
    signs = signs_of("Which harbour?", "It is moored there.")
    assert words.log_odds(signs) == pytest.approx(0.5 + (2.0 + 1.0 - 3.0) / math.sqrt(3))
    assert words.log_odds(signs_of("Hm", "Hm")) == 0.5


def test_a_word_counts_once_and_by_its_side() -> None:
    words = Wording(0.0, {"reed": 1.0}, {"reed": -1.0})
    assert words.log_odds(signs_of("reed reed reed", "larch")) == 1.0
    assert words.log_odds(signs_of("larch", "reed, reed")) == -1.0
    assert words.log_odds(signs_of("reed", "reed")) == 0.0


def test_marks_are_counted_and_those_that_a_table_cannot_hold_have_names() -> None:
    asked, said = pieces(signs_of("one two?\nthree", "Yes. No.\nYes."))
    assert {"?", "?1", "¶", "¶1", "␣1"} <= asked
    assert {".2", "¶", "¶1", "?0", "!0"} <= said
    assert not {"?", "!"} & said


def test_only_the_beginning_of_long_texts_is_looked_at() -> None:
    asked, _ = pieces(signs_of("word " * 200 + "late", "x" + " " * 1500 + "?"))
    assert "late" not in asked
    _, said = pieces(signs_of("word", "x" + "y" * 1500 + "?"))
    assert "?0" in said


@pytest.mark.parametrize(
    ("reason", "odds", "found"),
    [
        (CLOSED_BOOK, -2.01, wording.WORDED_AS_FORM),
        (CLOSED_BOOK, -2.0, CLOSED_BOOK),
        (CLOSED_BOOK, 9.0, CLOSED_BOOK),
        (NOT_ASKED, 2.01, wording.WORDED_AS_FACT),
        (NOT_ASKED, 2.0, NOT_ASKED),
        (NOT_ASKED, -9.0, NOT_ASKED),
        ("tool call", 9.0, "tool call"),
        ("no prompt, cannot tell", 9.0, "no prompt, cannot tell"),
        ("closed-book choice", -9.0, "closed-book choice"),
    ],
)
def test_words_overturn_the_rule_only_where_they_are_sure(
    reason: str, odds: float, found: str
) -> None:
    signs = signs_of("a prompt", "an answer of just six words")
    assert overturned(reason, signs, Wording(odds, {}, {})) == found


def test_an_answer_of_a_few_words_looks_like_a_label_in_any_case() -> None:
    signs = signs_of("a prompt", "an answer of five words")
    assert overturned(CLOSED_BOOK, signs, Wording(-9.0, {}, {})) == CLOSED_BOOK
    assert overturned(NOT_ASKED, signs, Wording(9.0, {}, {})) == wording.WORDED_AS_FACT


@pytest.mark.parametrize(
    ("prompt", "system", "has_results", "stands"),
    [
        ("one two three", "", False, False),
        ("one two three", "", True, True),
        ("one two three", "word " * 27, False, True),
        ("word " * 30, "", False, True),
        ("word " * 29, "", False, False),
    ],
)
def test_an_answer_from_a_text_that_is_given_stays_one(
    prompt: str, system: str, has_results: bool, stands: bool
) -> None:
    signs = signs_of(prompt, "an answer", system, has_results=has_results)
    reason = overturned(wording.GROUNDED, signs, Wording(9.0, {}, {}))
    assert (reason == wording.GROUNDED) is stands


def test_a_set_is_judged_by_the_words_that_are_given() -> None:
    turns = [("user", "Where do marsh punts moor?"), ("assistant", "They all moor at Velm Reach.")]
    sample = [Sampled("t.jsonl", line, turns, []) for line in range(1, 3)]
    assert by_rule(sample, examples=2).knowledge_share == 1.0
    found = judge_goal(sample, examples=2, wording=Wording(-4.0, {}, {}))
    assert found.knowledge_share == 0.0
    assert {one.reason for one in found.judgements} == {wording.WORDED_AS_FORM}


def test_the_shipped_words_overturn_few_of_the_kinds_that_the_rule_knows() -> None:
    kinds = [json.loads(line) for line in KINDS.read_text("utf-8").splitlines()]
    wrong = []
    for kind in kinds:
        turns = [("system", kind["system"])] if kind.get("system") else []
        turns += [("user", kind["user"]), ("assistant", kind["answer"])]
        (one,) = judge_goal([Sampled("t.jsonl", 1, turns, [])], examples=1).judgements
        wrong += [kind["kind"]] if one.knowledge != kind["teaches"] else []
    assert len(wrong) <= 0.05 * len(kinds), wrong


# -- the table ----------------------------------------------------------------------------------

WEIGHTS = st.dictionaries(
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=5),
    st.integers(-900, 900).map(lambda weight: weight / 100),
    max_size=5,
)


@given(st.integers(-900, 900), WEIGHTS, WEIGHTS)
def test_a_table_holds_what_was_fitted(
    intercept: int, prompt: dict[str, float], answer: dict[str, float]
) -> None:
    fitted = Wording(intercept / 100, prompt, answer)
    assert read_table(fitted.to_table()) == fitted


def test_the_shipped_table_is_of_common_words_and_marks() -> None:
    words = shipped()
    stored = files("ftgate.content") / "wording.tsv"
    assert words.to_table() == stored.read_text(encoding="utf-8")
    assert len(words.prompt) > 1000
    assert len(words.answer) > 1000
    assert max(map(len, {*words.prompt, *words.answer})) <= 20
    assert SILENT.log_odds(signs_of("x", "y")) == 0.0
    assert words.log_odds(signs_of("Which treaty ended it?", "It was signed in 1868.")) > 0
    assert words.log_odds(signs_of("Rewrite this text, please", '{"a": "b"}')) < 0

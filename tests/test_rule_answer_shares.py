"""FT4, FT507-FT511: shares of answers exactly at their limits, and what is said of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ftgate.content import NO_PROMPT
from ftgate.content.labels import answer_key
from ftgate.model import Decision, Evidence, Finding, Goal, GoalLabel, Judgement
from ftgate.profile import Profile, Tally
from ftgate.rules import JudgedFile
from ftgate.rules.answers import (
    LOOKED_AT,
    OPENER_PREFIX,
    PROSE,
    boilerplate_opener,
    placeholder_answer,
    refusal_share,
    swapped_roles,
)
from ftgate.rules.content import (
    goal_mismatch,
    knowledge_injection,
    lookup_table,
    perishable_facts,
    unknown_goal,
)
from ftgate.settings import DatasetSettings
from tests.rule_values import only


def seen(examples: int, looked_at: int = 0, **problems: int) -> Profile:
    """A profile in which so many answers have each problem, on lines 11, 12, ..."""
    tallies = {
        name.replace("_", "-"): Tally(count, [(11 + n, "", "") for n in range(min(count, 20))])
        for name, count in problems.items()
    }
    signals = Counter({LOOKED_AT: looked_at} if looked_at else {})
    return Profile(examples=examples, problems=tallies, signals=signals, labels=None)


def files(profile: Profile) -> tuple[JudgedFile, ...]:
    return (JudgedFile("train.jsonl", "train", 1, None, profile),)


def placeholders(profile: Profile, **limits: float) -> list[Finding]:
    return list(placeholder_answer(*files(profile), **limits))


# -- FT507 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "what", "most"),
    [
        ("placeholder-answer", "placeholder as answer", 10),
        ("unfilled-variable", "unfilled variable in the answer", 50),
        ("empty-answer", "answer that says nothing", 50),
    ],
)
def test_up_to_its_limit_a_defect_warns(kind: str, what: str, most: int) -> None:
    name = kind.replace("-", "_")
    at = only(placeholders(seen(1000, **{name: most})))
    above = only(placeholders(seen(1000, **{name: most + 1})))
    assert at.message == f"{what} in {most} of 1,000 examples ({most / 10:.1f}%)"
    assert at == Finding(
        at.message,
        "train.jsonl",
        (11, 12, 13, 14, 15),
        most,
        severity="warning",
        next_step="write the answers, or remove the examples",
        key=kind,
    )
    limit = f", limit {most // 10}%"
    assert above.message.endswith(f"of 1,000 examples ({(most + 1) / 10:.1f}%{limit})")
    assert above.severity is None


@pytest.mark.parametrize(("count", "found"), [(10, 0), (11, 1), (900, 1)])
def test_words_for_nothing_only_warn_above_the_limit_of_placeholders(
    count: int, found: int
) -> None:
    every = placeholders(seen(1000, no_answer_word=count))
    assert [each.severity for each in every] == ["warning"] * found
    assert len(placeholders(seen(100_000, looked_at=1000, no_answer_word=count))) == found
    assert len(placeholders(seen(2000, no_answer_word=count), max_ratio=0.005)) == found


def test_in_a_set_of_labels_nothing_is_an_answer() -> None:
    profile = seen(100, empty_answer=50, no_answer_word=50, placeholder_answer=1)
    profile.labels = Counter({answer_key("yes"): 50, answer_key("N/A"): 50})
    assert [each.key for each in placeholders(profile)] == ["placeholder-answer"]


def test_of_a_sample_the_standard_error_is_said() -> None:
    """sqrt(0.2 x 0.8 / 400) = 2%."""
    found = only(placeholders(seen(9000, looked_at=400, placeholder_answer=80)))
    assert found.message == (
        "placeholder as answer in 80 of 400 examples of a sample (20.0% ± 2.00%, limit 1%)"
    )
    whole = only(placeholders(seen(400, looked_at=400, placeholder_answer=80)))
    assert whole.message == "placeholder as answer in 80 of 400 examples (20.0%, limit 1%)"


# -- FT508 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "severity", "found"),
    [(20, None, 0), (21, None, 1), (89, None, 1), (90, "error", 1)],
)
def test_a_fifth_may_refuse_and_nine_tenths_are_an_error(
    count: int, severity: str | None, found: int
) -> None:
    profile = seen(100, refusal=count)
    every = list(refusal_share(profile, files(profile)))
    assert len(every) == found
    for each in every:
        assert each == Finding(
            f"{count}% of answers refuse or do not know (limit 20%; production needs 5%)",
            "train.jsonl",
            (11, 12, 13, 14, 15),
            count,
            severity="error" if severity else None,
            decision="hold" if severity else None,
            next_step="remove refusals, or state the share you need: [rules.FT508]"
            " production_ratio",
        )


def test_twice_of_what_production_needs_may_refuse() -> None:
    def refusals(count: int) -> Iterator[Finding]:
        return refusal_share(seen(100, refusal=count), (), production_ratio=0.3)

    assert not list(refusals(60))
    assert "(limit 60%; production needs 30%)" in only(refusals(61)).message


# -- FT510 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("problems", "keys"),
    [
        ({"self_reference": 1}, []),
        ({"self_reference": 2}, []),
        ({"self_reference": 3}, ["self-reference"]),
        ({"boilerplate_opener": 60}, []),
        ({"boilerplate_opener": 61}, ["boilerplate-opener"]),
    ],
)
def test_openers_count_above_their_limits(problems: dict[str, int], keys: list[str]) -> None:
    profile = seen(200, **problems)
    found = list(boilerplate_opener(profile, files(profile)))
    assert [each.key for each in found] == keys
    sampled = seen(99_999, looked_at=200, **problems)
    assert [each.key for each in boilerplate_opener(sampled, ())] == keys


def test_what_a_finding_of_openers_says() -> None:
    profile = seen(20, self_reference=2)
    assert only(boilerplate_opener(profile, files(profile))) == Finding(
        "10% of answers introduce the speaker as a machine (limit 1%)",
        "train.jsonl",
        (11, 12),
        2,
        severity="warning",
        next_step="cut the opening words off, and begin with the answer",
        key="self-reference",
    )
    assert not list(boilerplate_opener(seen(20, self_reference=1), ()))  # one is an accident
    sampled = only(boilerplate_opener(seen(900, looked_at=50, boilerplate_opener=25), ()))
    assert sampled.message == (
        "50% of answers (of 50 looked at) begin with words of assent (limit 30%)"
    )


def opened(prose: int, most: int, **changes: Any) -> list[Finding]:
    signals = Counter({PROSE: prose, f"{OPENER_PREFIX}x": most, f"{OPENER_PREFIX}y": 1})
    signals[LOOKED_AT] = changes.pop("looked_at", 0)
    profile = Profile(**{"examples": 100, "signals": signals, "labels": None, **changes})
    return list(boilerplate_opener(profile, ()))


@pytest.mark.parametrize(("prose", "found"), [(9, 0), (10, 1)])
def test_the_commonest_beginning_of_ten_longer_answers_is_said(prose: int, found: int) -> None:
    assert (
        opened(prose, 9)
        == [
            Finding(
                "90% of 10 longer answers begin with the same words (limit 50%)",
                count=9,
                next_step="cut the opening words off, and begin with the answer",
                key="same-opener",
            )
        ]
        * found
    )


def test_answers_that_are_the_same_to_their_end_do_not_count_as_beginnings() -> None:
    """Of 100 answers 80 begin alike; 29 of them are one answer, so 51 are left, or 50."""
    assert opened(100, 80, labels=Counter({"long:a": 29, "long:b": 21}))
    assert not opened(100, 80, labels=Counter({"long:a": 30, "long:b": 21}))
    # Of a sample of half of them, half of the copies were looked at.
    assert opened(100, 80, examples=200, looked_at=100, labels=Counter({"long:a": 58}))
    assert not opened(100, 80, examples=200, looked_at=100, labels=Counter({"long:a": 60}))


# -- FT511 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("examples", "count", "found"), [(100, 30, 0), (100, 31, 1), (9, 9, 0), (10, 10, 1)]
)
def test_exchanged_roles_count_above_their_limit(examples: int, count: int, found: int) -> None:
    profile = seen(examples, swapped_roles=count)
    assert (
        list(swapped_roles(profile, files(profile)))
        == [
            Finding(
                f"{count / examples:.0%} of answers ask for what their prompt says (limit 30%):"
                " user and assistant look exchanged",
                "train.jsonl",
                (11, 12, 13, 14, 15),
                count,
                next_step="exchange the roles, or say in the system prompt that the assistant asks",
            )
        ]
        * found
    )


# -- FT4 ------------------------------------------------------------------------------------------


def goal(
    share: float, label: GoalLabel = "knowledge", *, volatile: float = 0.0, lookup: float = 0.0
) -> Goal:
    """Ten judgements in two files: lines 1-7 of the first teach facts, 6 and 7 perishable ones."""
    judgements = tuple(
        Judgement("a.jsonl" if n < 9 else "b.jsonl", n, n < 8 or n == 10, "", n in (6, 7, 10))
        for n in range(1, 11)
    )
    return Goal(label, share, volatile, 1.0, 200, 400, judgements=judgements, lookup_share=lookup)


@pytest.mark.parametrize(
    ("share", "examples", "limit", "severity", "decision"),
    [
        (0.2, 50, "20%", "warning", None),
        (0.59, 50, "20%", "warning", None),
        (0.6, 50, "60%", None, "hybrid"),
        (0.6, 49, "60%", "warning", "hybrid"),
    ],
)
def test_facts_warn_from_a_fifth_on_and_fail_from_three_fifths_on(
    share: float, examples: int, limit: str, severity: Any, decision: Decision | None
) -> None:
    assert only(knowledge_injection(goal(share), Profile(examples=examples))) == Finding(
        f"{share:.0%} of answers teach facts (limit {limit})",
        "a.jsonl",
        (1, 2, 3, 4, 5),
        8,
        severity=severity,
        decision=decision,
        next_step="give the facts in the prompt (retrieval), and tune on answers that follow from"
        " it",
    )


def test_few_facts_or_an_unknown_goal_are_no_finding() -> None:
    profile = Profile(examples=100)
    assert not list(knowledge_injection(goal(0.19), profile))
    assert not list(knowledge_injection(goal(0.9, "unknown"), profile))


def test_the_first_file_with_facts_is_named() -> None:
    judgements = tuple(Judgement(f"{name}.jsonl", n, True, "") for n, name in enumerate("baab"))
    facts = replace(goal(0.9), judgements=judgements)
    found = only(knowledge_injection(facts, Profile(examples=50)))
    assert (found.path, found.lines) == ("b.jsonl", (0, 3))


@pytest.mark.parametrize(("volatile", "decision"), [(0.19, "hybrid"), (0.2, "rag")])
def test_facts_that_perish_belong_into_retrieval_alone(volatile: float, decision: str) -> None:
    found = knowledge_injection(goal(0.9, volatile=volatile), Profile(examples=100))
    assert only(found).decision == decision


@pytest.mark.parametrize(("examples", "severity"), [(49, "warning"), (50, None)])
def test_perishable_facts_are_an_error_from_fifty_examples_on(
    examples: int, severity: str | None
) -> None:
    found = only(perishable_facts(goal(0.9, volatile=0.5), Profile(examples=examples)))
    assert (found.path, found.lines, found.count) == ("a.jsonl", (6, 7), 3)
    assert (found.severity, found.decision) == (severity, "rag")
    assert not list(perishable_facts(goal(0.9, "style", volatile=0.5), Profile(examples=99)))


@pytest.mark.parametrize(
    ("lookup", "examples", "found"), [(0.49, 50, 0), (0.5, 50, 1), (0.5, 49, 0)]
)
def test_half_of_the_answers_looked_up_are_a_table(
    lookup: float, examples: int, found: int
) -> None:
    every = list(lookup_table(goal(0.3, lookup=lookup), Profile(examples=examples)))
    assert [(each.message, each.count, each.decision, each.lines) for each in every] == [
        (
            "50% of answers are short values looked up by a key (limit 50%)",
            100,  # half of the 200 that were judged
            "rag",
            (1, 2, 3, 4, 5),
        )
    ] * found
    assert not list(lookup_table(goal(0.3, "unknown", lookup=0.9), Profile(examples=99)))


@pytest.mark.parametrize(
    ("stated", "share", "found"),
    [("style", 0.59, 0), ("style", 0.6, 1), ("knowledge", 0.6, 0), (None, 0.6, 0)],
)
def test_a_plan_for_form_is_held_against_the_facts(stated: Any, share: float, found: int) -> None:
    plan = DatasetSettings(name="d", goal=stated)
    every = list(goal_mismatch(goal(share), Profile(examples=50), plan))
    assert [(each.message, each.severity, each.decision, each.count) for each in every] == [
        (
            'the plan says goal = "style", but 60% of answers teach facts (limit 60%)',
            None,
            "hybrid",
            8,
        )
    ] * found
    assert [each.lines for each in every] == [(1, 2, 3, 4, 5)] * found
    small = list(goal_mismatch(goal(share), Profile(examples=49), plan))
    assert [each.severity for each in small] == ["warning"] * found
    assert not list(goal_mismatch(goal(share, "unknown"), Profile(examples=50), plan))


def blind(of_four: int) -> Goal:
    """Four judgements, so many of which had no prompt."""
    reasons = [NO_PROMPT] * of_four + ["label"] * (4 - of_four)
    judgements = tuple(Judgement("a.jsonl", n, False, reason) for n, reason in enumerate(reasons))
    evidence = (Evidence("reason", "4", "too short"), Evidence("share", "0.1", "of all"))
    return Goal("unknown", 0, 0, 0, 4, 4, evidence, judgements)


@pytest.mark.parametrize(
    ("without_prompt", "stated", "examples", "found"),
    [
        (2, None, 50, 1),
        (2, None, 49, 0),
        (2, "style", 50, 0),
        (3, "style", 50, 1),  # most answers answer nothing: a statement does not help them
    ],
)
def test_what_cannot_be_told_has_to_be_stated(
    without_prompt: int, stated: Any, examples: int, found: int
) -> None:
    plan = DatasetSettings(name="d", goal=stated)
    every = list(unknown_goal(blind(without_prompt), Profile(examples=examples), plan))
    assert [(each.message, each.undecided) for each in every] == [
        ("what the answers teach cannot be told from the text: 4 x too short", True)
    ] * found
    known = replace(blind(without_prompt), label="style")
    assert not list(unknown_goal(known, Profile(examples=examples), plan))


def test_a_set_without_answers_has_nothing_to_judge() -> None:
    plan = DatasetSettings(name="d")
    found = only(unknown_goal(Goal("unknown", 0, 0, 0, 0, 0), Profile(examples=50), plan))
    assert found.message.endswith("cannot be told from the text: no answer to judge")

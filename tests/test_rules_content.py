"""FT4 rules over goals made by hand: limits, severities, advice and places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ftgate.content import KNOWLEDGE_SHARE, LOOKUP_SHARE, MIXED_SHARE, VOLATILE_SHARE
from ftgate.model import Evidence, Finding, Goal, GoalLabel, Judgement
from ftgate.profile import Profile
from ftgate.rules.content import (
    goal_mismatch,
    knowledge_injection,
    lookup_table,
    perishable_facts,
    unknown_goal,
)
from ftgate.rules.registry import RULES
from ftgate.settings import DatasetSettings


def goal_of(share: float, *, volatile: float = 0.0, judged: int = 100) -> Goal:
    facts = round(share * judged)
    perishable = round(volatile * facts)
    judgements = tuple(
        Judgement(
            path="a.jsonl" if line <= 90 else "b.jsonl",
            line=line,
            knowledge=line <= facts,
            reason="closed-book fact" if line <= facts else "label",
            volatile=facts - perishable < line <= facts,
        )
        for line in range(1, judged + 1)
    )
    label: GoalLabel = "knowledge" if share >= 0.6 else "mixed" if share >= 0.2 else "format"
    return Goal(label, share, volatile, 1.0, judged, judged, (), judgements)


UNKNOWN = Goal("unknown", 1.0, 1.0, 0.0, 3, 3)


def profile(examples: int = 100) -> Profile:
    return Profile(examples=examples)


def plan(goal: str | None) -> DatasetSettings:
    return DatasetSettings(name="d", goal=goal)  # type: ignore[arg-type]


def only(findings: Iterator[Finding]) -> Finding:
    found = list(findings)
    assert len(found) == 1
    return found[0]


def test_a_set_of_facts_fails_with_number_limit_and_places() -> None:
    finding = only(knowledge_injection(goal_of(0.71), profile()))
    assert finding.message == "71% of answers teach facts (limit 60%)"
    assert (finding.path, finding.lines, finding.count) == ("a.jsonl", (1, 2, 3, 4, 5), 71)
    assert finding.severity is None, "the rule's own severity: error"
    assert finding.next_step


@pytest.mark.parametrize(
    ("share", "examples", "expected"),
    [
        (0.19, 100, []),
        (0.20, 100, ["warning"]),
        (0.59, 100, ["warning"]),
        (0.60, 100, [None]),
        (0.60, 50, [None]),
        (0.99, 49, ["warning"]),
    ],
)
def test_limits_and_set_size_decide_the_severity(
    share: float, examples: int, expected: list[str | None]
) -> None:
    found = knowledge_injection(goal_of(share), profile(examples))
    assert [finding.severity for finding in found] == expected


def test_a_warning_names_the_limit_it_passed_and_advises_nothing_final() -> None:
    finding = only(knowledge_injection(goal_of(0.4), profile()))
    assert finding.message == "40% of answers teach facts (limit 20%)"
    assert finding.decision is None


def test_limits_are_options() -> None:
    assert not list(knowledge_injection(goal_of(0.3), profile(), warn_ratio=0.5))
    assert only(knowledge_injection(goal_of(0.3), profile(), fail_ratio=0.3)).severity is None
    assert not list(perishable_facts(goal_of(0.9, volatile=0.3), profile(), max_ratio=0.5))


def test_lasting_facts_advise_hybrid_and_perishable_ones_retrieval() -> None:
    assert only(knowledge_injection(goal_of(0.9), profile())).decision == "hybrid"
    assert only(knowledge_injection(goal_of(0.9, volatile=0.2), profile())).decision == "rag"


def test_perishable_facts_point_to_the_perishable_lines() -> None:
    finding = only(perishable_facts(goal_of(0.8, volatile=0.25), profile()))
    assert "25%" in finding.message
    assert "limit 20%" in finding.message
    assert (finding.lines[0], finding.count, finding.decision) == (61, 20, "rag")


@pytest.mark.parametrize(("share", "volatile"), [(0.5, 1.0), (0.9, 0.19), (0.1, 1.0)])
def test_few_facts_or_few_perishable_ones_are_no_finding(share: float, volatile: float) -> None:
    assert not list(perishable_facts(goal_of(share, volatile=volatile), profile()))


@pytest.mark.parametrize(
    ("rows", "examples", "found"), [(0.49, 100, 0), (0.5, 100, 1), (1.0, 50, 1), (1.0, 49, 0)]
)
def test_a_table_is_told_by_its_rows_in_a_set_of_some_size(
    rows: float, examples: int, found: int
) -> None:
    table = replace(goal_of(0.9), lookup_share=rows)
    assert len(list(lookup_table(table, profile(examples)))) == found


def test_a_table_advises_to_look_it_up() -> None:
    finding = only(lookup_table(replace(goal_of(0.9), lookup_share=0.71), profile()))
    assert finding.message == "71% of answers are short values looked up by a key (limit 50%)"
    assert (finding.count, finding.decision) == (71, "rag")
    assert "SQL" in finding.next_step
    assert RULES["FT403"].severity == "warning"


@pytest.mark.parametrize("stated", ["style", "format", "classification", "tool-use"])
def test_a_plan_for_form_with_data_that_teach_facts_is_a_mismatch(stated: str) -> None:
    finding = only(goal_mismatch(goal_of(0.8), profile(), plan(stated)))
    assert f'goal = "{stated}"' in finding.message
    assert "80%" in finding.message
    assert finding.decision == "hybrid"


@pytest.mark.parametrize(
    ("stated", "share"), [("knowledge", 0.9), (None, 0.9), ("format", 0.59), ("style", 0.0)]
)
def test_a_plan_that_matches_its_data_is_no_mismatch(stated: str | None, share: float) -> None:
    assert not list(goal_mismatch(goal_of(share), profile(), plan(stated)))


def test_small_sets_only_warn() -> None:
    few = profile(49)
    assert only(perishable_facts(goal_of(0.9, volatile=0.9), few)).severity == "warning"
    assert only(goal_mismatch(goal_of(0.9), few, plan("style"))).severity == "warning"


def test_an_unknown_goal_is_silent() -> None:
    assert not list(knowledge_injection(UNKNOWN, profile()))
    assert not list(perishable_facts(UNKNOWN, profile()))
    assert not list(goal_mismatch(UNKNOWN, profile(), plan("style")))
    assert not list(lookup_table(replace(UNKNOWN, lookup_share=1.0), profile()))


LETTERS = Evidence("reason", "90", "option letter, cannot tell")
UNTOLD = Goal("unknown", 0.0, 0.0, 0.0, 5, 95, (LETTERS, Evidence("reason", "5", "label")))


def test_an_unknown_goal_of_a_whole_set_is_undecided_and_says_what_was_seen() -> None:
    finding = only(unknown_goal(UNTOLD, profile(), plan(None)))
    assert finding.undecided
    assert "90 x option letter, cannot tell, 5 x label" in finding.message
    assert '[[dataset]] goal = "classification"' in finding.next_step


@pytest.mark.parametrize("stated", ["classification", "style", "knowledge"])
def test_a_stated_goal_answers_the_question(stated: str) -> None:
    assert not list(unknown_goal(UNTOLD, profile(), plan(stated)))


def test_a_stated_goal_does_not_help_answers_to_nothing() -> None:
    blind = tuple(Judgement("a.jsonl", n, False, "no prompt, cannot tell") for n in range(60))
    goal = Goal("unknown", 0.0, 0.0, 0.0, 0, 60, (), blind)
    assert only(unknown_goal(goal, profile(60), plan("format"))).undecided


def test_known_goals_and_small_sets_are_not_asked_about() -> None:
    assert not list(unknown_goal(goal_of(0.1), profile(), plan(None)))
    assert not list(unknown_goal(UNTOLD, profile(49), plan(None)))
    assert only(unknown_goal(UNTOLD, profile(50), plan(None)))


def test_a_set_without_answers_is_unknown_too() -> None:
    silent = Goal("unknown", 0.0, 0.0, 0.0, 0, 60, (Evidence("judged", "0", "none has an answer"),))
    assert "no answer to judge" in only(unknown_goal(silent, profile(60), plan(None))).message


def test_the_limits_of_the_rules_are_those_of_the_labels() -> None:
    assert RULES["FT401"].options["warn_ratio"] == MIXED_SHARE
    assert RULES["FT401"].options["fail_ratio"] == KNOWLEDGE_SHARE
    assert RULES["FT404"].options["max_ratio"] == KNOWLEDGE_SHARE
    assert RULES["FT402"].options["max_ratio"] == VOLATILE_SHARE
    assert RULES["FT403"].options["max_ratio"] == LOOKUP_SHARE

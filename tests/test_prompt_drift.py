"""Prompt files beside training data: drift, similarity, variants, copied examples."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

from ftgate.model.prompts import Message, PromptText, Syntax
from ftgate.prompts.data import Shown, find_leaks, read_systems
from ftgate.prompts.drift import System, difference, measure_drift, similarity


def prompt(text: str, syntax: Syntax = "jinja") -> PromptText:
    return PromptText((Message("system", text), Message("user", "{{ q }}")), syntax)


def record(system: str | None, question: str = "q", answer: str = "a") -> str:
    turns = [("system", system)] if system else []
    turns += [("user", question), ("assistant", answer)]
    return json.dumps({"messages": [{"role": role, "content": text} for role, text in turns]})


def is_instance(text: str, template: str, syntax: Syntax) -> bool:
    """Whether an example with this system prompt counts as one of the template."""
    drift = measure_drift("p.txt", prompt(template, syntax), (System(text, 1),), 0)
    assert drift is not None
    return drift.matching == 1


def test_a_filled_template_is_no_drift_and_white_space_does_not_count() -> None:
    template = "You help {{ shop }} customers.\n\nToday is {{ day }}."
    assert is_instance("You help Kestrel customers. Today is Monday.", template, "jinja")
    assert not is_instance("You serve Kestrel customers. Today is Monday.", template, "jinja")
    assert not is_instance("You help Kestrel customers. Today is Monday. Hurry!", template, "jinja")
    assert is_instance("Say hi to Jo", "Say hi to {name}", "fstring")
    assert not is_instance("Say hi to Jo", "Say hi to {name}", "jinja"), "a brace is a brace there"


def test_drift_counts_examples_variants_and_names_the_nearest() -> None:
    systems = (System("Be brief and kind.", 7), System("Be brief.", 2), System("Shout.", 1))
    drift = measure_drift("p.txt", prompt("Be brief."), systems, 3)
    assert drift
    assert (drift.matching, drift.examples, drift.variants) == (2, 10, 3)
    assert drift.nearest == systems[0]
    assert drift.similarity == 2 * 1 / (2 + 4), "one of two words, and of four, is the same"


def test_without_a_system_message_there_is_nothing_to_compare() -> None:
    assert measure_drift("p.txt", prompt("Be brief."), (), 0) is None
    user = PromptText((Message("user", "{{ a }}"), Message("user", "b")), "jinja")
    assert measure_drift("p.txt", user, (System("x", 1),), 1) is None


def test_similarity_is_by_words_in_order() -> None:
    assert similarity("a b c d", "a b c d") == 1
    assert similarity("a b c d", "d c b a") == 0.25
    assert similarity("a b", "c d") == 0


def test_long_prompts_are_compared_quickly() -> None:
    start = time.process_time()
    assert similarity("never say " * 20_000, "never ask " * 20_000) == 0.5
    assert is_instance("ab " * 50_000, "{{ x }}ab " * 2_000 + "c", "jinja") is False
    assert time.process_time() - start < 2


def test_the_difference_is_a_unified_diff() -> None:
    lines = difference("one\ntwo\n", "one\nthree\n", ("file", "data"))
    assert lines[:2] == ["--- file", "+++ data"]
    assert lines[-2:] == ["-two", "+three"]


def test_system_messages_are_read_most_frequent_first(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl.gz"
    lines = [record("A")] + [record("B")] * 3 + ["not json", record(None)]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    assert read_systems([str(path), str(tmp_path / "gone.jsonl")]) == (
        System("B", 3),
        System("A", 1),
    )


def test_rare_system_messages_count_as_much_as_frequent_ones(tmp_path: Path) -> None:
    """Eight messages of the served prompt, and twenty strays that occur once each."""
    path = tmp_path / "train.jsonl"
    served = [record(f"Help {day} customers.") for day in "ABCDEFGH"] * 2
    path.write_text("\n".join([*served, *(record(f"Be brief, {n}.") for n in range(20))]))
    systems = read_systems([str(path)])
    drift = measure_drift("p.txt", prompt("Help {{ day }} customers."), systems, len(systems))
    assert drift
    assert (drift.matching, drift.examples, drift.variants) == (16, 36, 28)


def test_copied_examples_are_found_in_both_spellings_of_json(tmp_path: Path) -> None:
    asked = "Où est mon colis numéro 7 ?\nIl manque."
    path = tmp_path / "val.jsonl"
    raw = json.dumps({"prompt": asked, "completion": "là"}, ensure_ascii=False)
    path.write_text("\n".join([record("s"), record("s", asked), raw]), "utf-8")
    shown = [Shown("p.txt", 4, asked), Shown("p.txt", 9, "thanks!")]
    (leak,) = find_leaks(shown, [(str(path), "val.jsonl", "validation")])
    assert (leak.prompt, leak.path, leak.role) == ("p.txt", "val.jsonl", "validation")
    assert (leak.lines, leak.examples) == ((2, 3), 1)
    assert find_leaks(shown[1:], [(str(path), "val.jsonl", "validation")]) == (), "too short"

"""Text from data must not be able to slow the judging down, and pieces of text behave as said."""

from __future__ import annotations

import re
import time

import pytest

from ftgate.content import lexicon, reading, volatility
from ftgate.content.goal import Sampled, judge_goal
from ftgate.content.patterns import lazy
from ftgate.content.shared import shared_context, strip_template
from ftgate.content.stems import languages, script, stems, words
from ftgate.content.values import is_code, is_tool_call_text, structured
from ftgate.content.volatility import is_volatile

REPEATED = [
    "a", " ", "\n", "(", "((", "{", "[", "```", "```\n", '{"a":', "<a", "|", "|x", "-", "- a\n",
    "A) ", "1,", "1 = 1 ", "$1", "@", "a@a.", "a@a-", "https://", "www.", "_", "...", "?", "…",
    "step 1 ", "select from ", "Monday ", "12:30-", "+1 ", "(12) 345", "\\frac", "é", "中", "か",
    "ก", "ह", "💡", "a_b", "a-a-", "name: x, ", "options: a;", "&a", "x(", "x('", "§ ", "AB-12",
]  # fmt: skip


def seconds(user: str, answer: str) -> float:
    sample = [
        Sampled("t.jsonl", line, [("user", user), ("assistant", answer)], []) for line in range(3)
    ]
    start = time.process_time()
    judge_goal(sample, examples=3)
    return time.process_time() - start


@pytest.mark.parametrize("piece", REPEATED, ids=repr)
def test_hostile_text_costs_time_in_proportion_to_its_length(
    piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quadratic pattern needs 64 times as long for eight times the text; a linear one 8."""
    monkeypatch.setattr(reading, "MAX_CHARS", 10**9)  # the clip would hide the patterns
    small, large = piece * (2000 // len(piece)), piece * (16000 // len(piece))
    before = min(max(seconds(small, small + "!"), 0.002) for _ in range(2))
    after = min(seconds(large, large + "!") for _ in range(2))
    assert after < 30 * before


def test_words_keep_marks_and_cut_unspaced_scripts() -> None:
    assert words("It's 3 x_y café!") == ["it", "s", "3", "x", "y", "café"]
    assert words("मूल्य क्या है?") == ["मूल्य", "क्या", "है"]
    assert words("東京Bay行き") == ["東", "京", "bay", "行", "き"]
    assert words("السعر؟ ٢٠") == ["السعر", "٢٠"]


def test_stems_join_endings_and_drop_function_words() -> None:
    assert stems(words("the prices of cards")) == stems(words("A price for a card"))
    assert stems(words("Wer ist das und warum?")) == set()
    assert stems(words("학교에서")) == stems(words("학교는"))
    assert stems(words("1987")) == {"1987"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("plain words", "latin"), ("Где вокзал", "cyrillic"), ("车站在哪里", "han"),
        ("駅はどこ", "kana"), ("역이 어디", "hangul"), ("أين المحطة", "arabic"),
        ("स्टेशन", "devanagari"), ("สถานี", "thai"), ("πού είναι", "greek"), ("12 34", ""),
        ("请用 Kubernetes 部署这个服务到生产环境", "han"),
    ],
)  # fmt: skip
def test_script_is_that_of_most_letters(text: str, name: str) -> None:
    assert script(text) == name


def test_function_words_tell_languages_apart() -> None:
    spanish = languages(words("¿Dónde está la estación y cómo llego desde el puerto?"))
    assert max(spanish, key=lambda name: spanish[name]) == "es"
    assert languages(words("zyx qwv")) == {}


def test_json_answers_are_flattened_to_values() -> None:
    parsed = structured('```json\n{"a": {"b": ["x", 2, null, true]}, "c": "y"}\n```')
    assert parsed is not None
    assert parsed.text.split() == ["x", "2", "y"]
    python = structured("{'colour': 'amber', 'watts': 7}")
    assert python is not None
    assert python.text.split() == ["amber", "7"]
    assert structured("no braces") is None
    assert structured("[see the notice on the door]") is None
    assert structured('{"a":' * 5000 + "1" + "}" * 5000) is not None


@pytest.mark.parametrize(
    "text",
    [
        "def area(r):\n    return 3.14 * r * r",
        "SELECT id FROM orders WHERE paid = 0",
        "find . -name '*.log' -mtime +7 -delete",
        "```js\nlet a = 1;\n```",
        "for (let i = 0; i < n; i++) { sum += a[i]; }",
        "~([A-Z].*)&(.*dog.*)",
        "MATCH (p:Person)-[:OWNS]->(c:Car) RETURN p",
    ],
)
def test_code_is_recognised(text: str) -> None:
    assert is_code(text)


@pytest.mark.parametrize(
    "text",
    [
        "The ferry (built in 1931) runs daily; tickets are sold on board.",
        "| Room | Beds |\n|---|---|\n| Loft | four of them |\n| Cellar | two of them |",
        "Use the `lift` command, which raises the gate slowly and then waits for the bell.",
        "See https://lantern.example/a/b?c=1&d=2 for the map of the upper harbour.",
        "Find the key under the mat.",
    ],
)
def test_prose_is_not_code(text: str) -> None:
    assert not is_code(text)


def test_calls_written_as_text_are_recognised() -> None:
    assert is_tool_call_text('<tool_call>{"name": "x"}</tool_call>')
    assert is_tool_call_text("Action: dim\nAction Input: hall")
    assert not is_tool_call_text("The action is over when the bell rings.")
    for answer, expected in [
        ("{'name': dim, 'parameters': {'room': 'hall'}}", True),
        ('[{"arguments": {"room": "hall"}, "function": "dim"}]', True),
        ('{"name": "Lumo", "colour": "amber"}', False),
    ]:
        parsed = structured(answer)
        assert parsed is not None
        assert parsed.tool_call is expected


def test_templates_are_what_half_of_the_texts_begin_or_end_with() -> None:
    prompts = [f"Question: how is {name}?\nAnswer:" for name in "abcdefgh"]
    shared = shared_context([*prompts, "other", "more"], ["x"] * 10)
    assert (shared.prompt_prefix, shared.prompt_suffix) == ("Question: how is ", "?\nAnswer:")
    assert strip_template(prompts[0], shared.prompt_prefix, shared.prompt_suffix) == "a"
    assert strip_template("other", shared.prompt_prefix, shared.prompt_suffix) == "other"
    assert shared_context(["same text"] * 10, ["y"] * 10).prompt_prefix == ""


def test_years_are_perishable_from_2023_on() -> None:
    assert is_volatile("planned for 2023")
    assert not is_volatile("planned for 2022")
    assert not is_volatile("serial 120235")


@pytest.mark.parametrize(
    "phrases",
    [
        lexicon.REFUSALS,
        lexicon.COUNTER_QUESTIONS,
        lexicon.PERSONA_PHRASES,
        lexicon.ANSWERING_PHRASES,
        volatility.NOW_PHRASES,
    ],
)
def test_phrases_are_whole_and_can_match_case_folded_text(phrases: tuple[str, ...]) -> None:
    assert len(set(phrases)) == len(phrases)
    assert all(len(phrase) >= 2 and phrase == phrase.casefold() for phrase in phrases)


def test_a_lazy_pattern_is_compiled_at_its_first_use_and_only_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled: list[str] = []
    real = re.compile

    def counting(source: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append(source)
        return real(source, flags)

    monkeypatch.setattr(re, "compile", counting)
    pattern = lazy("b+", re.IGNORECASE)
    assert compiled == []
    assert [pattern.findall("aBbab"), pattern.findall("xB")] == [["Bb", "b"], ["B"]]
    assert compiled == ["b+"]

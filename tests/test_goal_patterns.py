"""Patterns cannot backtrack without bound, and pieces of text behave as said."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from ftgate import content
from ftgate.content import lexicon, phrases, volatility
from ftgate.content.patterns import lazy
from ftgate.content.shared import shared_context, strip_template
from ftgate.content.stems import languages, script, stems, words
from ftgate.content.values import is_code, is_tool_call_text, structured
from ftgate.content.volatility import is_volatile

MODULES = [
    importlib.import_module(f"ftgate.content.{module.name}")
    for module in pkgutil.iter_modules(content.__path__)
]
PATTERNS = {
    f"{module.__name__}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if type(value) is type(lazy(""))
}


def nested_repeats(tree: Iterable[Any], depth: int = 0) -> int:
    """The depth of repeats without an upper bound inside repeats: 2 backtracks exponentially."""
    deepest = depth
    for operation, argument in tree:
        inner = [argument]
        below = depth
        if operation in (constants.MAX_REPEAT, constants.MIN_REPEAT):
            low, high, inner = argument
            repeats = high is constants.MAXREPEAT or (depth and high > low)
            below += bool(repeats)
            inner = [inner]
        deepest = max(
            deepest,
            below,
            *(nested_repeats(part, below) for part in _trees(inner)),
        )
    return deepest


def _trees(argument: Any) -> Iterator[Any]:
    """The sub-patterns of an argument, however deep they are packed."""
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, list | tuple):
        for each in argument:
            yield from _trees(each)


# Each text fits these in one way only, so there is nothing to backtrack to; their growth is tested
# with the rules that they belong to.
UNAMBIGUOUS = {
    "ftgate.content.personal._WINDOW",  # separators, at most two, then a digit or letter
    "ftgate.content.placeholders._STAND_IN",  # whole words, each with one space at most
    "ftgate.content.skeleton._RUN",  # each round ends at a ~, which nothing inside matches
}


@pytest.mark.parametrize("name", sorted(PATTERNS.keys() - UNAMBIGUOUS))
def test_no_pattern_repeats_a_repeat_without_bound(name: str) -> None:
    """Text from data must not be able to slow the judging down; growth is in the benchmarks."""
    pattern = PATTERNS[name]
    assert nested_repeats(parser.parse(pattern.source, pattern.flags)) <= 1


@pytest.mark.parametrize(
    ("source", "depth"), [("(a+)+", 2), ("(?:ab*c)*d", 2), ("(a{1,3})+", 2), ("a+b+", 1), ("ab", 0)]
)
def test_the_count_of_nested_repeats_is_right(source: str, depth: int) -> None:
    assert nested_repeats(parser.parse(source)) == depth


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
    assert parsed.values == ["x", "2", "y"]
    python = structured("{'colour': 'amber', 'watts': 7}")
    assert python is not None
    assert python.values == ["amber", "7"]
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
        phrases.ABOUT_YOU,
        phrases.ASKS_TO_KNOW,
        phrases.COMFORT,
        phrases.INVENTION_PHRASES,
        phrases.NEEDS,
        phrases.PROBLEMS,
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

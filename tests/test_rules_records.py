"""FT0 and FT1: what each rule says about real bytes, from reader to finding."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ftgate import formats, readers
from ftgate.model import FileRole, Finding, Missing, ModelFacts, Problem, ProviderFacts
from ftgate.prices.book import PriceBook
from ftgate.profile import Profile
from ftgate.profiling import profile_stream
from ftgate.readers.compressed import open_data
from ftgate.readers.sniff import HEAD_BYTES, diagnose_head
from ftgate.rules import JudgedFile, conversations, fields, input, records
from ftgate.rules.conversations import wrong_method
from ftgate.rules.registry import RULES, Rule
from ftgate.settings import ModelSettings

SAMPLES = Path(__file__).resolve().parent.parent / "sample_data"
ROOMS = {room.__name__ for room in (conversations, fields, input, records)}
OWN = [rule for rule in RULES.values() if rule.function.__module__ in ROOMS]
# Nobody wants 513 MB in a repository, FT130's samples differ in their plan alone, and those of
# other providers are judged by their rules.
FIELDS = [rule for rule in OWN if rule.function.__module__ == fields.__name__]
SHOWN = [rule for rule in OWN if rule.code not in ("FT116", "FT130") and rule not in FIELDS]


USER = {"role": "user", "content": "Is the ferry running?"}
ANSWER = {"role": "assistant", "content": "Yes, every hour."}
GOOD = json.dumps({"messages": [USER, ANSWER]}).encode() + b"\n"


def openai(**changes: Any) -> ProviderFacts:
    facts: dict[str, Any] = {
        "name": "openai",
        "title": "OpenAI",
        "min_examples": 10,
        "max_file_bytes": 512 << 20,
        "max_example_tokens": 65_536,
        "over_long": "truncated",
        "validation_billed": False,
        "availability": "",
        "formats": ("openai_chat", "openai_preference", "prompt_completion"),
    }
    return ProviderFacts(**{**facts, **changes})


CHAT_MODEL = ModelFacts("gpt-4.1-mini-2025-04-14", "openai", True)


def judge(
    file: JudgedFile,
    provider: ProviderFacts | None = None,
    base: ModelFacts | Missing = CHAT_MODEL,
) -> dict[str, Finding]:
    """Findings of all rules by name; each rule reports one kind at most once per file."""
    provider = provider or openai()
    profile = file.profile if file.role == "train" else None
    facts = {
        "file": replace(file, provider=provider),
        "profile": profile,
        "provider": provider,
        "base": base,
        "model_plan": None,  # what FT130 compares with: see its own test
    }
    found: dict[str, Finding] = {}
    for rule in OWN:
        if any(facts[name] is None for name in rule.facts):
            continue
        for finding in rule.function(*(facts[name] for name in rule.facts)):
            found[rule.name] = finding
    return found


def file_of(data: bytes, role: FileRole = "train") -> JudgedFile:
    error = diagnose_head(data[:HEAD_BYTES], "train.jsonl")
    profile = None if error else profile_stream(io.BytesIO(data), measure=None)
    return JudgedFile("train.jsonl", role, len(data), error, profile)


def sample(path: Path) -> JudgedFile:
    error: Problem | None
    profile: Profile | None = None
    try:
        with open_data(path) as stream:
            error = diagnose_head(stream.read(HEAD_BYTES), path.name)
        with open_data(path) as stream:
            profile = None if error else profile_stream(stream, measure=None)
    except ValueError as damaged:  # ArchiveError, in the head
        error = Problem("damaged-archive", str(damaged))
    except OSError as unreadable:
        error = Problem("unreadable-file", str(unreadable.strerror))
    return JudgedFile(path.name, "train", path.lstat().st_size, error, profile)


def errors(data: bytes) -> set[str]:
    """Names of the rules that refuse these bytes, the minimum number of examples left aside."""
    found = judge(file_of(data), openai(min_examples=None))
    severities = {rule.name: rule.severity for rule in OWN}
    return {name for name, each in found.items() if (each.severity or severities[name]) == "error"}


@pytest.mark.parametrize("rule", SHOWN, ids=lambda rule: rule.code)
def test_samples_show_their_rule_and_nothing_else_refuses_them(rule: Rule) -> None:
    folder = SAMPLES / f"{rule.code}-{rule.name}"
    (bad,) = (folder / "fails").iterdir()
    (good,) = (folder / "passes").iterdir()
    failing, passing = judge(sample(bad)), judge(sample(good))
    assert rule.name in failing
    assert rule.name not in passing
    # What is left in the passing sample is not the reader's problem: the schema's age at most.
    assert passing.keys() <= {"legacy-schema"}


def test_codes_are_of_two_families() -> None:
    assert len(OWN) == len({rule.name for rule in OWN})
    assert {rule.code[:3] for rule in OWN} == {"FT0", "FT1"}


def test_a_finding_counts_and_places_and_shows_the_first() -> None:
    finding = judge(file_of(GOOD * 10 + b'{"a\n' + GOOD + b"{}}\n"))["invalid-json"]
    assert finding.message.startswith("invalid JSON in 2 of 13 lines; line 11: cut off")
    assert (finding.lines, finding.count, finding.path) == ((11, 13), 2, "train.jsonl")


def test_every_problem_has_a_rule_of_its_name() -> None:
    rooms = [
        *Path(formats.__file__).parent.glob("*.py"),
        *Path(readers.__file__).parent.glob("*.py"),
    ]
    calls = r"""(?:Problem|_problem)\(\s*"([a-z-]+)\""""
    kinds = {kind for room in rooms for kind in re.findall(calls, room.read_text())}
    assert len(kinds) > 20
    assert kinds <= {rule.name for rule in OWN}


def test_the_repairing_command_is_the_next_step() -> None:
    finding = judge(file_of(b"[\n" + GOOD + b"]\n"))["not-json-lines"]
    assert finding.message == "not JSON Lines: a JSON array"
    assert finding.next_step == "ftgate check train.jsonl --fix"


def test_no_text_of_a_record_reaches_a_message() -> None:
    text = "sk-proj-123"
    message = {"role": text, "content": {text: text}, text: 1, "name": f"{text} x"}
    record = {"messages": [message, {**ANSWER, "weight": text}], f"{text}!": 1}
    for data in (json.dumps(record), f'{{"{text} ": 1, "{text} ": 2}}', f"{{'{text}': 1}}"):
        found = judge(file_of(GOOD + data.encode()))
        assert len(found) > 1
        assert not [each.message for each in found.values() if text in each.message]


# -- what OpenAI's checks refuse, and what they let through ------------------------------------


def chat(*messages: Any) -> bytes:
    return GOOD + json.dumps({"messages": messages}).encode() + b"\n"


@pytest.mark.parametrize(
    ("data", "refused_by"),
    [
        (chat(ANSWER, USER), set()),
        (chat(USER, USER, ANSWER), set()),
        (chat(USER, ANSWER, ANSWER), set()),
        (chat(USER), {"missing-assistant-turn"}),
        (chat({"role": "tool", "content": "a"}, ANSWER), {"bad-tool-call"}),
        (chat({**USER, "content": ""}, ANSWER), {"empty-content"}),
        (chat(USER, {**ANSWER, "content": "  "}), {"empty-content"}),
        (chat({**USER, "role": "customer"}, ANSWER), {"unknown-role"}),
        (chat({**USER, "id": 7}, ANSWER), {"unknown-key"}),
        (chat(), {"malformed-messages"}),
        (b'{"messages": null}\n', {"malformed-messages"}),
        (b'{"messages": {"role": "user"}}\n', {"malformed-messages"}),
        (b"[1,2]\n", {"not-an-object"}),
        (b'{"foo": 1}\n', {"unknown-schema"}),
        (b'{"instruction": "a", "output": "b"}\n', {"unknown-schema"}),
        (b"", {"empty-dataset"}),
        (b"\n\n", {"empty-dataset"}),
        (GOOD[:-3], {"invalid-json"}),
        (GOOD.replace(b"Yes", b"Yes\xe9"), {"not-utf8"}),
        (b"\xef\xbb\xbf" + GOOD, {"byte-order-mark"}),
        (GOOD.replace(b"\n", b"\r\n"), set()),
        (GOOD + b"\n", set()),
        (GOOD.replace(b"Yes", "Yes\x85\u2028".encode()), set()),
        (GOOD.replace(b"Yes", b"Yes <|endoftext|>"), set()),
        (GOOD.replace(b'"content"', b'"content": "b", "content"', 1), {"duplicate-key"}),
        (GOOD.replace(b'"messages"', b'"messages": [], "messages"', 1), {"duplicate-key"}),
        (GOOD.replace(b"Yes", b"\\udc00"), {"lone-surrogate"}),
        (b'{"a":' * 2000 + b"1" + b"}" * 2000, {"invalid-json"}),
        (GOOD.replace(b"}]", b', "weight": NaN}]'), {"bad-weight", "non-finite-number"}),
        (GOOD.replace(b"}]", b', "weight": true}]'), {"bad-weight"}),
        (GOOD.replace(b"}]", b', "weight": 1.0}]'), {"bad-weight"}),
        (GOOD.replace(b"}]", b', "weight": 1}]'), set()),
    ],
)
def test_verdict_on_bytes(data: bytes, refused_by: set[str]) -> None:
    assert errors(data) == refused_by


# -- rules with limits --------------------------------------------------------------------------


def test_nine_examples_are_too_few_and_ten_are_enough() -> None:
    found = judge(file_of(GOOD * 9 + b"\n"))["below-provider-minimum"]
    assert found.message == "9 examples; OpenAI wants at least 10"
    assert "below-provider-minimum" not in judge(file_of(GOOD * 10))


def test_the_minimum_is_for_training_files_and_known_limits() -> None:
    assert "below-provider-minimum" not in judge(file_of(GOOD, role="validation"))
    assert "below-provider-minimum" not in judge(file_of(GOOD), openai(min_examples=None))


def test_one_of_something_is_singular() -> None:
    found = judge(file_of(b'{"text": "x"}\n'))
    assert found["below-provider-minimum"].message.startswith("1 example; ")
    assert found["unknown-schema"].message.startswith("1 of 1 record is raw text")
    twice = judge(file_of(b'{"text": "x", "text": "x"}\n'))["duplicate-key"]
    assert twice.message.startswith("duplicate key in 1 of 1 line;")


def test_azure_asks_for_the_mark_that_others_refuse() -> None:
    marked = file_of(b"\xef\xbb\xbf" + GOOD)
    assert "byte-order-mark" in judge(marked, openai(byte_order_mark=False))
    assert "byte-order-mark" in judge(marked, openai(byte_order_mark=None))
    assert "byte-order-mark" not in judge(marked, openai(byte_order_mark=True))
    book = PriceBook.load(overrides=(), today=date(2026, 11, 22))
    asked = {name: book.provider(name).byte_order_mark for name in ("azure", "openai")}  # type: ignore[union-attr]
    assert asked == {"azure": True, "openai": None}


UNTRAINED = GOOD.replace(b"}]", b', "weight": 0}]')


def test_examples_that_train_nothing_warn_until_none_is_left() -> None:
    some = judge(file_of(GOOD + UNTRAINED * 2))["nothing-to-train"]
    assert (some.count, some.severity) == (2, None)
    assert "nothing-to-train" not in errors(GOOD + UNTRAINED * 2)
    assert "nothing-to-train" in errors(UNTRAINED * 3)


LEGACY = b'{"prompt": "a", "completion": "b"}\n'


def test_prompt_and_completion_are_refused_by_chat_models_only() -> None:
    assert errors(LEGACY) == {"legacy-schema"}
    chat_model = judge(file_of(LEGACY))["legacy-schema"]
    assert chat_model.message == (
        "1 prompt/completion record; gpt-4.1-mini-2025-04-14 trains on messages"
    )
    for name in ("babbage-002", "davinci-002"):
        completions = ModelFacts(name, "openai", True)
        assert "legacy-schema" not in judge(file_of(LEGACY), base=completions)


def test_prompt_and_completion_for_a_model_that_nobody_knows_is_a_warning() -> None:
    unknown = Missing("openai/nope", "no such model")
    assert judge(file_of(LEGACY), base=unknown)["legacy-schema"].severity == "warning"


def test_too_large_is_what_would_be_uploaded() -> None:
    data = GOOD * 20
    packed = JudgedFile("t.jsonl.gz", "train", 50, None, file_of(data).profile)
    assert "file-too-large" in judge(packed, openai(max_file_bytes=len(data) - 1))
    assert "file-too-large" not in judge(packed, openai(max_file_bytes=len(data)))
    assert "file-too-large" not in judge(packed, openai(max_file_bytes=None))


def test_mixed_schemas_are_counted_and_placed() -> None:
    data = GOOD * 3 + b'{"text": "x"}\n' + b'{"instruction": "a", "output": "b"}\n' * 2
    finding = judge(file_of(data))["mixed-schemas"]
    assert finding.message == "3 schemas in one file: 3 openai_chat, 2 alpaca, 1 text"
    assert finding.lines == (1, 5, 4)


def test_blank_lines_warn_with_their_places() -> None:
    finding = judge(file_of(GOOD + b"\n \n" + GOOD))["blank-line"]
    assert finding.lines == (2, 3)


@pytest.mark.parametrize(
    ("method", "formats", "message"),
    [
        ("supervised", {"openai_chat": 12}, None),
        ("dpo", {"openai_preference": 12}, None),
        (
            "supervised",
            {"openai_chat": 11, "openai_preference": 1},
            "1 preference pair in a set for method supervised",
        ),
        ("dpo", {"openai_chat": 12}, "12 single-answer records in a set for method dpo"),
        ("reinforcement", {"openai_chat": 12}, None),
    ],
)
def test_records_and_method_belong_together(
    method: Any, formats: dict[str, int], message: str | None
) -> None:
    file = JudgedFile("a.jsonl", "train", 1, None, Profile(formats=Counter(formats)))
    found = [finding.message for finding in wrong_method(file, ModelSettings(method=method))]
    assert [text[: len(message or "")] for text in found] == ([message] if message else [])

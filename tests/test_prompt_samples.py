"""Annotated prompts: do the labels of their lines agree with what a person wrote beside them?

``x.labels`` holds a label and a number of lines per row, for the lines of ``x`` that are not blank.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from ftgate.model.prompts import LABELS, PromptFile
from ftgate.prompts.anatomy import dissect
from ftgate.prompts.labels import label_lines, label_messages
from ftgate.prompts.load import load_prompt
from ftgate.tokens.oracle import open_oracle

FOLDER = Path(__file__).parent / "prompt_samples"
SAMPLES = sorted(path.with_suffix("") for path in FOLDER.rglob("*.labels"))
LEAST_AGREEMENT = 0.9

tiktoken_count = open_oracle("o200k_base")


def read(path: Path) -> PromptFile:
    file = load_prompt(str(path), path.name)
    assert file.defects == ()
    return file


def annotated(path: Path) -> list[str]:
    rows = [row.split() for row in Path(f"{path}.labels").read_text("utf-8").splitlines()]
    return [label for label, number in rows for _ in range(int(number))]


def labelled(file: PromptFile) -> list[tuple[str, str]]:
    return [
        (label, line)
        for prompt in file.prompts
        for message, labels in zip(prompt.messages, label_messages(prompt.messages), strict=True)
        for label, line in zip(labels, message.text.split("\n"), strict=True)
        if line.strip()
    ]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_labels_agree_with_the_annotation_for_nine_tokens_in_ten(path: Path) -> None:
    found, wanted = labelled(read(path)), annotated(path)
    assert len(found) == len(wanted), "the annotation has another number of lines"
    agreed = Counter[bool]()
    for (label, line), expected in zip(found, wanted, strict=True):
        agreed[label == expected] += tiktoken_count(line)
    assert agreed[True] / agreed.total() >= LEAST_AGREEMENT


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_segments_add_up_to_what_tiktoken_counts(path: Path) -> None:
    for prompt in read(path).prompts:
        found = dissect(prompt, tiktoken_count)
        assert found.tokens == sum(tiktoken_count(message.text) for message in prompt.messages)
        assert sum(found.by_label.values()) == found.tokens
        assert found.removable_tokens + found.residue_tokens == found.tokens


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_segments_hold_every_character_once_and_in_order(path: Path) -> None:
    for prompt in read(path).prompts:
        found = dissect(prompt, len)
        for at, message in enumerate(prompt.messages):
            joined = "".join(part.text for part in found.segments if part.message == at)
            assert joined == message.text


def test_the_samples_cover_every_label_and_format_and_several_languages() -> None:
    assert {label for path in SAMPLES for label in annotated(path)} == set(LABELS)
    assert {read(path).format for path in SAMPLES} == {
        *("text", "markdown", "jinja", "prompty", "dotprompt", "github models"),
        *("promptfoo", "chat", "langchain"),
    }
    texts = " ".join(path.read_text("utf-8") for path in SAMPLES)
    assert all(words in texts for words in ("You are", "Sie sind", "Eres", "Vous êtes"))


BESIDE_THEMSELVES = (
    "{{",
    "{%",
    "{# ",
    "{",
    "<",
    "*",
    "# ",
    "a: ",
    "json only ",
    "\u0661",
    "\u017f",
)


@pytest.mark.parametrize("part", BESIDE_THEMSELVES)
def test_no_text_makes_labelling_slow(part: str) -> None:
    start = time.process_time()
    label_lines("You are a clerk.\n" + part * (67_000 // len(part)))
    assert time.process_time() - start < 2

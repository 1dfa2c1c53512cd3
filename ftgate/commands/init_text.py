"""The texts that ``ftgate init`` writes: functions from what was found to what to write."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ftgate import __version__
from ftgate.commands.toml_text import value
from ftgate.render.escape import visible
from ftgate.settings import DEFAULT_BASE_MODEL

if TYPE_CHECKING:
    from ftgate.model import FileRole
    from ftgate.sources import Dataset

STANZA = f"""\
  - repo: https://github.com/ftgate/ftgate
    rev: v{__version__}
    hooks:
      - id: ftgate
"""
_TUNED = re.compile(r"(?:^|[-_. ])(?:short|tuned|compact|minimal)(?:[-_. ]|$)", re.I)

_HEAD = f"""\
# What ftgate judges, and against which numbers. A commented key shows what can be stated.
# Every key with its type: ftgate config schema.  What is in force: ftgate config show.
version = 1

[model]
base = "{DEFAULT_BASE_MODEL}"  # the model to fine-tune
# today = "gpt-4.1-2025-04-14"  # the model that answers today, when it is another one
# customer = "active"  # to the provider: "active" trained before and used it lately; "idle", "new"
# rejected = ["gpt-6-luna"]  # cheaper models that failed your evaluation
# epochs = 3  # default "auto": the provider's choice, costed as a range
"""

_TAIL = """
[usage]
# requests_per_month = 10_000  # needed: without the volume the economics stay undecided
# horizon_months = 12  # how long the tuned model is to serve

# [labelling]  # when examples still have to be written
# hourly_wage = "30"
# minutes_per_example = "4"

[policy]
fail_on = "error"  # error | warning | never
max_break_even = "6 months"
# max_training_cost = "150 USD"
"""


def configuration(datasets: Sequence[Dataset], folder: str) -> str:
    """``ftgate.toml`` for these datasets, with paths relative to ``folder``."""
    return _HEAD + "".join(_dataset(dataset, folder) for dataset in datasets) + _TAIL


def with_stanza(text: str) -> str | None:
    """A pre-commit configuration with the hook as its last entry; None when its shape is unknown.

    Known is a block list under ``repos:``; its indentation and line ends are kept.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if re.match(r"repos:\s*(?:#.*)?$", line)]
    if len(starts) != 1:
        return None
    entries = [re.match(r"(\s*)-\s", line) for line in lines[starts[0] + 1 :]]
    first = next((found for found in entries if found), None)
    if first is None:
        return None
    end = next(
        (
            number
            for number in range(starts[0] + 1, len(lines))
            if re.match(r"[^\s#-]", lines[number])
        ),
        len(lines),
    )
    while not lines[end - 1].strip():
        end -= 1
    stanza = [first[1] + line[2:] for line in STANZA.splitlines()]
    return newline.join([*lines[:end], *stanza, *lines[end:], ""])


def _dataset(dataset: Dataset, folder: str) -> str:
    train = _paths(dataset, "train", folder)
    if not train:
        found = ", ".join(visible(file.name) for file in dataset.files)
        return f"\n# no training file beside {found}\n"
    validation = _paths(dataset, "validation", folder)
    test = _paths(dataset, "test", folder)
    prompts = _paths(dataset, "prompt", folder)
    tuned = [path for path in prompts if _TUNED.search(os.path.basename(path))]
    today = [path for path in prompts if path not in tuned] or prompts
    lines = ["", "[[dataset]]", f"name = {value(dataset.name)}", f"train = {_list(train)}"]
    if validation:
        lines.append(f"validation = {_list(validation)}")
    else:
        lines.append('# validation = ["data/validation.jsonl"]')
    if test:
        lines.append(f"test = {_list(test)}")
    if today:
        lines.append(f"prompts = {_list(today)}  # the prompt that the fine-tune would replace")
    else:
        lines.append('# prompts = ["prompts/today.txt"]  # the prompt the fine-tune would replace')
    if len(tuned) == 1 and tuned != today:
        lines.append(f"tuned_prompt = {value(tuned[0])}  # what the tuned model is sent instead")
    else:
        lines.append('# tuned_prompt = "prompts/short.txt"  # what the tuned model is sent instead')
    lines.append('# goal = "style"  # style | format | classification | tool-use | knowledge')
    return "\n".join(lines) + "\n"


def _paths(dataset: Dataset, role: FileRole, folder: str) -> list[str]:
    return [
        os.path.relpath(file.path, folder).replace(os.sep, "/")
        for file in dataset.files
        if file.role == role
    ]


def _list(paths: list[str]) -> str:
    """A list of globs that match exactly these paths, one per line when there are several."""
    escaped = [value(glob.escape(path)) for path in paths]
    if len(escaped) == 1:
        return f"[{escaped[0]}]"
    return "[\n" + "".join(f"    {each},\n" for each in escaped) + "]"

"""How many tokens a provider counts in an example; what a job is billed: :mod:`.bills`.

OpenAI counts, per epoch: 1 per example, and per message 3 plus its role plus its content. That is
exact on 13 of 13 public chat jobs without tools for which both the training file and the
``trained_tokens`` of the job are known; the constants of OpenAI's cookbook (3 per example instead
of 1) are 0.3 to 11.6 % too high on the same jobs. What those jobs also settle: messages with
``weight: 0`` are billed, the ``weight`` key itself is not, validation files are not, line ends do
not matter. Not settled by any job: ``name``, truncation, images.

A preference pair (DPO) is billed as two conversations, the prompt with each answer; a prompt with a
completion as its text alone. Both are less certain than chat: :func:`exactness_of` says how far.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from marshal import dumps

from ftgate.model import Encoding, Example
from ftgate.tokens.engines import Counter, Memo
from ftgate.tokens.tools import render_tools

TOKENS_PER_EXAMPLE = 1
"""Fitted: 0 and 3 are refuted by every one of the 13 jobs."""

TOKENS_PER_MESSAGE = 3
"""Start, separator and end of a message; OpenAI cookbook, ``Chat_finetuning_data_prep.ipynb``."""

TOKENS_PER_ROLE = 1
"""Every role that OpenAI accepts is one token in cl100k_base and in o200k_base."""

TOOLS_CORRECTION = -2
"""Billed minus rendered tool definitions, per example; fitted on one job, see
:mod:`ftgate.tokens.tools`. Expect an error of about 10 tokens per example on other tools."""

FORMULA_NOTES = {
    "openai_preference": (
        "a preference pair is counted as its prompt with each of both answers: on one job within 3%"
        " of the bill, by averages"
    ),
    "prompt_completion": (
        "prompt and completion are counted as text without messages: 12 below the 1,924 tokens of"
        " the one job known"
    ),
}
CONVERTED_NOTE = "records of another schema are counted as the chat records they would become"
"""What is not certain about the formula of a format that is not OpenAI chat."""

COLUMNS = ("total", "system", "user", "assistant", "tool", "tools")
"""What :meth:`Meter.measure` returns."""

MAX_REMEMBERED_TOOLS = 256


class Meter:
    """Measures examples with one counter; the inner loop of every pass over a training set."""

    def __init__(self, counter: Counter) -> None:
        self._count = counter.count
        self._remembered = Memo(counter.count).__getitem__  # system prompts repeat, answers do not
        self._tools: dict[bytes, int] = {}

    def measure(self, example: Example) -> tuple[int, int, int, int, int, int]:
        """Return the tokens of one example in one epoch, as :data:`COLUMNS`.

        ``total`` is what the provider counts, without images. The others are content alone, so
        they add up to less: ``system`` includes ``developer``, ``tool`` includes ``function``,
        ``assistant`` includes the names and arguments of tool calls, ``tools`` are the tool
        definitions. An unknown role, which the provider would reject, shows in ``total`` only, and
        so does the second time that the prompt of a preference pair is billed.
        """
        count = self._count
        system = user = assistant = tool = unknown = 0
        for role, text in example.turns:
            if role == "assistant":
                assistant += count(text)
            elif role == "user":
                user += count(text)
            elif role in ("system", "developer"):
                system += self._remembered(text)
            elif role in ("tool", "function"):
                tool += count(text)
            else:
                unknown += count(text) + count(role) - TOKENS_PER_ROLE
        for call in example.calls:
            assistant += count(call)
        tools = self._measure_tools(example.tools) if example.tools else 0
        total = system + user + assistant + tool + unknown + tools
        if not example.completion:
            total += TOKENS_PER_EXAMPLE
            total += len(example.turns) * (TOKENS_PER_MESSAGE + TOKENS_PER_ROLE)
        if example.prompt is not None:
            total += self.measure(example.prompt)[0]
        return total, system, user, assistant, tool, tools

    def _measure_tools(self, tools: list[object]) -> int:
        """Count tool definitions, rendering each distinct set once."""
        key = dumps(tools, 2)  # from version 3 on, the bytes depend on which objects are shared
        tokens = self._tools.get(key)
        if tokens is None:
            rendered = render_tools(tools)
            tokens = self._count(rendered) + TOOLS_CORRECTION if rendered else 0
            if len(self._tools) >= MAX_REMEMBERED_TOOLS:
                self._tools.clear()
            self._tools[key] = tokens
        return tokens


TOOLS_NOTE = "tool definitions are counted by a rule that fits one published job"


def exactness_of(encoding: Encoding, formats: Iterable[str], *, tools: bool = False) -> Encoding:
    """Return how far the counts of records of these formats can be trusted.

    ``exact`` needs an exact encoding and nothing but OpenAI chat without tool definitions;
    anything else makes it ``assumed`` at best, and the note says why.
    """
    others = sorted(set(formats) - {"openai_chat"})
    if not others and not tools:
        return encoding
    notes = dict.fromkeys(FORMULA_NOTES.get(name, CONVERTED_NOTE) for name in others)
    if tools:
        notes[TOOLS_NOTE] = None
    return replace(
        encoding,
        exactness="assumed" if encoding.exactness == "exact" else encoding.exactness,
        note="; ".join(filter(None, (encoding.note, *notes))),
    )

"""OpenAI preference (DPO): a prompt in ``input.messages`` and two answers, ``preferred_output`` and
``non_preferred_output``, each a list of one assistant message.

The schema is "Training format for chat models using the preference method" of the OpenAI API
reference; Together and Fireworks read the same one.
"""

from __future__ import annotations

from typing import Any

from ftgate.formats.contract import Format, Record, named
from ftgate.formats.openai_messages import Conversation
from ftgate.formats.openai_tools import check_definitions
from ftgate.model import Example, Problem

OUTPUTS = ("preferred_output", "non_preferred_output")
RECORD_KEYS = {"input", *OUTPUTS}


def matches(record: Record) -> bool:
    """True for a record with at least one of the two outputs."""
    return "preferred_output" in record or "non_preferred_output" in record


def parse(record: Record) -> Example:
    """Read one pair: the prompt's turns, then the preferred and the non-preferred answer."""
    prompt = Conversation()
    problems = prompt.problems
    extra = record.keys() - RECORD_KEYS
    if extra:
        known = ", ".join(sorted(RECORD_KEYS))
        problems.append(Problem("unknown-record-key", f"{named(extra)} beside {known}"))
    source = record.get("input")
    if not isinstance(source, dict):
        detail = "input is not an object with messages"
        problems.append(Problem("bad-preference-pair", detail, "input"))
        source = {}
    else:
        prompt.read(source.get("messages"), "input.messages")
    if prompt.turns and prompt.turns[-1][0] == "assistant":
        detail = "input.messages end with an assistant"
        problems.append(Problem("bad-preference-pair", detail, "input.messages"))
    answers = [_read_output(record.get(key), key, problems) for key in OUTPUTS]
    if answers[0].turns and answers[0].turns == answers[1].turns and not answers[0].calls:
        detail = "both outputs say the same"
        problems.append(Problem("bad-preference-pair", detail, OUTPUTS[1]))
    tools = source.get("tools")
    check_definitions(tools, None, problems, "input.")
    definitions = tools if isinstance(tools, list) else None
    return Example(
        prompt.turns + answers[0].turns + answers[1].turns,
        problems,
        prompt.calls + answers[0].calls + answers[1].calls,
        definitions,
        prompt.images,
        prompt=Example(prompt.turns, [], prompt.calls, definitions),
    )


def _read_output(messages: Any, key: str, problems: list[Problem]) -> Conversation:
    answer = Conversation()
    if not isinstance(messages, list) or len(messages) != 1:
        problems.append(Problem("bad-preference-pair", f"{key} is not a list of one message", key))
        return answer
    answer.read(messages, key)
    if answer.turns and answer.turns[0][0] != "assistant":
        detail = f"{key} is not an assistant message"
        problems.append(Problem("bad-preference-pair", detail, f"{key}[0].role"))
    problems += answer.problems
    return answer


FORMAT = Format(
    name="openai_preference",
    title="OpenAI preference (DPO)",
    hint="",
    matches=matches,
    parse=parse,
)

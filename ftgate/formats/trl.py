"""TRL's dataset types beside ``messages``, ``text`` and ``prompt``/``completion``.

Each exists as *standard* (texts) and as *conversational* (messages), see "Dataset formats and
types" of TRL's documentation. Standard records are tokenized as they are, without a chat template.
"""

from __future__ import annotations

from itertools import takewhile
from typing import Any

from ftgate.formats.as_chat import AsChat, pair
from ftgate.formats.contract import Format, Record
from ftgate.formats.prompt_completion import is_messages, read_side
from ftgate.model import Example

ANSWERS = (
    ("chosen", "rejected"),
    ("chosen_response", "rejected_response"),  # axolotl, with Argilla's columns
    ("chosen_messages", "rejected_messages"),  # LLaMA-Factory
)
"""The columns of a preference pair, the better answer first."""

_QUESTIONS = ("question", "input")
_OTHERS = {"prompt", "output", "response", "messages", "conversations"}


def is_preference(record: Record) -> bool:
    """True for two answers; under their longer names when nothing else says what the record is."""
    if "chosen" in record and "rejected" in record:
        return True
    named = any(chosen in record and rejected in record for chosen, rejected in ANSWERS[1:])
    return named and not record.keys() & _OTHERS


def _parse_preference(record: Record) -> Example:
    """A pair; without a ``prompt``, it is the beginning that both answers share."""
    chosen, rejected = next(each for each in ANSWERS if each[0] in record and each[1] in record)
    record = {**record, "chosen": record[chosen], "rejected": record[rejected]}
    if "prompt" not in record:
        question = next((key for key in _QUESTIONS if isinstance(record.get(key), str)), None)
        record = {**record, "prompt": record[question]} if question else _with_prompt(record)
    chats = []
    chatted = False
    roles = {"prompt": "user", "chosen": "assistant", "rejected": "assistant"}
    for key, role in roles.items():
        chat = AsChat()
        chatted |= read_side(chat, record, key, role)
        chats.append(chat)
    _read_tools(chats[0], record)
    return pair(*chats, completion=not chatted)


def _with_prompt(record: Record) -> Record:
    chosen, rejected = record["chosen"], record["rejected"]
    if isinstance(chosen, str) and isinstance(rejected, str):
        shared = _shared(chosen, rejected)
    elif is_messages(chosen) and is_messages(rejected):
        shared = min(_shared(chosen, rejected), max(len(chosen), len(rejected)) - 1)
    else:
        return record
    prompt = chosen[:shared]
    return {**record, "prompt": prompt, "chosen": chosen[shared:], "rejected": rejected[shared:]}


def _shared(first: Any, second: Any) -> int:
    """How many items two sequences have in common at the beginning."""
    both = zip(first, second, strict=False)
    return sum(1 for _ in takewhile(lambda each: each[0] == each[1], both))


def _parse_unpaired(record: Record) -> Example:
    chat = AsChat()
    chatted = read_side(chat, record, "prompt", "user")
    chatted = read_side(chat, record, "completion", "assistant") or chatted
    if not isinstance(record.get("label"), bool):
        chat.bad("label", "is not true or false")
    _read_tools(chat, record)
    return chat.example(completion=not chatted)


def _parse_prompt_only(record: Record) -> Example:
    chat = AsChat()
    chatted = read_side(chat, record, "prompt", "user")
    _read_tools(chat, record)
    return chat.example(completion=not chatted)


def _parse_stepwise(record: Record) -> Example:
    """The steps of an answer, one text each; ``labels`` says of each whether it is right."""
    chat = AsChat()
    read_side(chat, record, "prompt", "user")
    steps, labels = record.get("completions"), record.get("labels")
    texts = [step for step in steps if isinstance(step, str)] if isinstance(steps, list) else []
    if not isinstance(steps, list) or len(texts) < len(steps):
        chat.bad("completions", "is not a list of texts")
    if not isinstance(labels, list) or not all(isinstance(label, bool) for label in labels):
        chat.bad("labels", "is not a list of true and false")
    elif isinstance(steps, list) and len(labels) != len(steps):
        chat.bad("labels", f"has {len(labels)} entries for {len(steps)} completions")
    chat.say("assistant", "\n".join(texts))
    return chat.example(completion=True)


def _read_tools(chat: AsChat, record: Record) -> None:
    tools = record.get("tools")
    if isinstance(tools, list):
        chat.tools = tools
    elif tools is not None:
        chat.bad("tools", "is not a list")


PREFERENCE = Format(
    name="trl_preference",
    title="TRL preference (chosen, rejected)",
    hint="for OpenAI's preference method write the prompt as input.messages, chosen as "
    "preferred_output and rejected as non_preferred_output",
    matches=is_preference,
    parse=_parse_preference,
    not_chat="a preference pair has two answers, a chat has one",
)
UNPAIRED = Format(
    name="trl_unpaired",
    title="TRL unpaired preference (prompt, completion, label)",
    hint="OpenAI has no method for single answers with a label: write those labelled true as "
    "messages, or put two answers to one prompt together as a preference pair",
    matches=lambda record: "completion" in record and "label" in record,
    parse=_parse_unpaired,
    not_chat="its label says whether the answer is good, which a chat cannot say",
)
STEPWISE = Format(
    name="trl_stepwise",
    title="TRL stepwise supervision (prompt, completions, labels)",
    hint="OpenAI has no method for answers that are labelled step by step: join the completions "
    "of right answers into one assistant message",
    matches=lambda record: "completions" in record and "labels" in record,
    parse=_parse_stepwise,
    not_chat="its labels judge single steps, which a chat cannot say",
)
PROMPT_ONLY = Format(
    name="trl_prompt_only",
    title="TRL prompt-only",
    hint="there is no answer to learn from: write the prompt as a user message and add one",
    matches=lambda record: "prompt" in record,
    parse=_parse_prompt_only,
    not_chat="a prompt alone has no answer",
)

"""ms-swift (4.6): what ``AutoPreprocessor`` makes of a record, and where it deletes the row.

Columns are found under many names and become ``messages``; ShareGPT pairs, OpenAI tool calls and
Anthropic blocks become messages of six roles. A row that raises on the way is deleted with no more
than a line in the log.

Source: ``swift/dataset/preprocessor/core.py`` and ``swift/template/template_inputs.py``.
"""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Iterator
from itertools import takewhile
from typing import Any, NamedTuple

from ftgate.model import Problem
from ftgate.targets import swift_blocks
from ftgate.targets.chat import Chat
from ftgate.targets.contract import Check, Record, kind_of
from ftgate.targets.frameworks import first_of, plain_roles, read_json

MESSAGES = ("messages", "conversation", "conversations")
SYSTEM = ("system", "system_prompt")
QUERY = ("query", "prompt", "input", "instruction", "question", "problem")
RESPONSE = (
    "response",
    "answer",
    "output",
    "targets",
    "target",
    "answer_key",
    "answers",
    "solution",
    "text",
    "completion",
    "content",
)
MAX_LITERAL_CHARS = 64 * 1024
"""Longest text that is read as a Python literal: parsing one may take 200 bytes a character."""

TOOL_ROLES = ("tool_call", "tool_response", "tool")
USER_TAGS, ASSISTANT_TAGS = ("user", "human"), ("assistant", "gpt", "bot")


MEDIA = {kind: (f"{kind}s", kind) for kind in swift_blocks.MEDIA}


class Turn(NamedTuple):
    """One message as ms-swift stores it; ``path`` is where its content stands."""

    role: Any
    content: Any
    path: str


def check_record(record: Record, chat: Chat) -> list[Problem]:
    """Where ms-swift raises on a record, and so deletes it."""
    if len(record) == 1 and _is_plain(record, chat):
        return []
    problems: list[Problem] = []
    if any(key in record for key in MESSAGES):
        name, messages = _column(record, MESSAGES)
        turns = _dialogue(messages, name, record, problems)
        problems += _rejected_messages(record.get("rejected_messages"))
    else:
        turns = _question_and_answer(record, problems)
    for index, turn in enumerate(turns if not problems else ()):
        problems += _turn(turn, chat, is_first=index == 0)
    if not problems and "rejected_response" in record:
        problems += _rejected_response(record["rejected_response"], turns)
    if not problems:
        problems += _media(record, turns)
    return problems + _objects(record.get("objects"))


def _is_plain(record: Record, chat: Chat) -> bool:
    """True for messages of a known role and a text each: most records, seen quickly."""
    roles = plain_roles(record.get("messages"), "role", "content")
    if roles is None:
        tags = plain_roles(record.get("conversations"), "from", "value") or ()
        roles = [swift_blocks.ROLES.get(tag, tag) for tag in tags]
    return bool(roles) and chat.roles.issuperset(roles)


def _column(record: Record, names: tuple[str, ...]) -> tuple[str, Any]:
    """The column that is renamed to the first of its names: none of them when two compete."""
    found = {key.lower(): key for key in record if key.lower() in names}
    keys = [names[0]] if len(found) > 1 else list(found.values())
    return (keys[0], record.get(keys[0])) if keys else (names[0], None)


# -- conversations ----------------------------------------------------------------------------


def _dialogue(messages: Any, name: str, record: Record, wrong: list[Problem]) -> list[Turn]:
    """The turns of a conversation; what keeps ms-swift from reading it goes to ``wrong``."""
    if isinstance(messages, str):
        messages = _literal(messages, name, wrong)
    if wrong:  # one reason is enough
        return []
    if not isinstance(messages, list) or not messages:
        what = "empty" if isinstance(messages, list) else kind_of(messages)
        wrong.append(Problem("malformed-messages", f"{name} is {what}, so the row is lost", name))
        return []
    for index, message in enumerate(messages):
        if not isinstance(message, dict):
            path = f"{name}[{index}]"
            detail = f"{path} is {kind_of(message)}, not an object"
            wrong.append(Problem("malformed-messages", detail, path))
    if wrong:
        return []
    messages = swift_blocks.normalize(messages, name, record, wrong)
    if not messages or wrong:
        return []
    first = messages[0][0]
    if not {"role", "from", "content", "value"} & first.keys():
        return [turn for pair, path in messages for turn in _pair(pair, path, wrong)]
    return [_spoken(message, path) for message, path in messages]


def _literal(text: str, name: str, wrong: list[Problem]) -> Any:
    """A conversation written as JSON, or as Python."""
    is_json, value = read_json(text)
    if is_json:
        return value
    if len(text) > MAX_LITERAL_CHARS:
        detail = f"{name} is a text that is not JSON, and too long to be read as Python"
        wrong.append(Problem("malformed-messages", detail, name))
        return None
    try:
        with warnings.catch_warnings(action="ignore"):  # of unknown escapes
            return json.loads(json.dumps(ast.literal_eval(text)))  # no bytes, sets or tuples
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        wrong.append(Problem("malformed-messages", f"{name} is a text that is not JSON", name))
        return None


def _spoken(message: Record, path: str) -> Turn:
    role, key = first_of(message, "from", "role"), "value" if "value" in message else "content"
    return Turn(_canonical(role), message.get(key), f"{path}.{key}")


def _canonical(role: Any) -> Any:
    if not isinstance(role, str):
        return None
    return swift_blocks.ROLES.get(role, swift_blocks.ROLES.get(role.replace("-", "_"), role))


def _pair(message: Record, path: str, wrong: list[Problem]) -> list[Turn]:
    """``{"human": …, "assistant": …}``: a question and its answer in one object."""
    turns = []
    for role, tags in (("user", USER_TAGS), ("assistant", ASSISTANT_TAGS)):
        tag = next((tag for tag in reversed(tags) if tag in message), None)
        if tag is None:
            wrong.append(Problem("malformed-messages", f"{path} has no {' or '.join(tags)}", path))
        else:
            turns.append(Turn(role, message[tag], f"{path}.{tag}"))
    return turns


def _turn(turn: Turn, chat: Chat, *, is_first: bool) -> list[Problem]:
    if turn.role not in chat.roles:
        message, _, key = turn.path.rpartition(".")
        where = f"{message}.{'from' if key == 'value' else 'role'}"
        detail = f"{where} is none of {', '.join(sorted(chat.roles))}"
        return [Problem("unknown-role", detail, where)]
    if turn.content is None:
        return [Problem("empty-content", f"{turn.path} is null or missing", turn.path)]
    if turn.role not in TOOL_ROLES and not (is_first and turn.role == "system"):
        return swift_blocks.check_content(turn.content, turn.path)
    return []


# -- question and answer ----------------------------------------------------------------------


def _question_and_answer(record: Record, wrong: list[Problem]) -> list[Turn]:
    history = record.get("history") or []
    if isinstance(history, str):
        history = _literal(history, "history", wrong)
    if not isinstance(history, list):
        wrong.append(Problem("bad-field", f"history is {kind_of(history)}, not a list", "history"))
        return []
    turns = []
    for index, pair in enumerate(history):
        path = f"history[{index}]"
        if not isinstance(pair, list | tuple) or len(pair) < 2:
            wrong.append(Problem("bad-field", f"{path} is no pair of question and answer", path))
        else:
            turns += [Turn("user", pair[0], path), Turn("assistant", pair[1], path)]
    turns += [_question(record, wrong), _answer(record, wrong)]
    spoken = [turn for turn in turns if turn.content is not None]
    if not spoken and not wrong and _column(record, SYSTEM)[1] is None:
        wrong.append(Problem("bad-field", "the record has neither a question nor an answer"))
    return spoken


def _question(record: Record, wrong: list[Problem]) -> Turn:
    if not ("instruction" in record and "input" in record):
        name, query = _column(record, QUERY)
        return Turn("user", query, name)
    instruction, given = record["instruction"], record["input"]
    query = f"{instruction}\n{given}" if instruction and given else instruction or given
    if not isinstance(query, str):
        detail = f"instruction and input are {kind_of(query)}, not text"
        wrong.append(Problem("bad-field", detail, "instruction"))
    return Turn("user", query, "instruction")


def _answer(record: Record, wrong: list[Problem]) -> Turn:
    name, response = _column(record, RESPONSE)
    if "instruction" in record and "input" in record and record.get("output") is not None:
        name, response = "output", record["output"]
    if isinstance(response, list):  # several answers: the first is taken
        if not response:
            wrong.append(Problem("bad-field", f"{name} is an empty list", name))
        response = response[0] if response else None
    return Turn("assistant", response, name)


# -- columns beside ---------------------------------------------------------------------------


def _rejected_messages(messages: Any) -> list[Problem]:
    """Read like ``messages``; when there are none the row is kept without them."""
    name, problems = "rejected_messages", list[Problem]()
    if isinstance(messages, str):
        messages = _literal(messages, name, problems)
    if messages and not isinstance(messages, str):
        problems += _rejected_turns(_dialogue(messages, name, {}, problems))
    return problems


def _rejected_response(rejected: Any, turns: list[Turn]) -> list[Problem]:
    """Another answer to the last question: a text, or messages without a question."""
    where, kind = "rejected_response", "bad-preference-pair"
    if isinstance(rejected, str):
        same, problems = bool(turns) and rejected == turns[-1].content, list[Problem]()
    elif not isinstance(rejected, list):
        return [Problem(kind, f"{where} is {kind_of(rejected)}, not text or messages", where)]
    else:
        problems = []
        others = _dialogue(rejected, where, {}, problems) if rejected else []
        problems += _rejected_turns(others)
        for turn in others:  # read as they stand, without other names for role and content
            if turn.role == "user" or turn.content is None or turn.path.endswith(".value"):
                problems.append(Problem(kind, f"{turn.path} is not part of an answer", turn.path))
        answers = list(takewhile(lambda turn: turn.role != "user", reversed(turns)))
        same = len(answers) == len(others) == 1 and answers[0].content == others[0].content
    return problems + ([Problem(kind, f"{where} is the same as the answer", where)] if same else [])


def _rejected_turns(turns: list[Turn]) -> Iterator[Problem]:
    """Their roles are not held against the list, their contents are."""
    for turn in turns:
        if turn.role is None:
            yield Problem("unknown-role", f"the role beside {turn.path} is no text", turn.path)
        elif turn.content is not None and turn.role not in TOOL_ROLES:
            yield from swift_blocks.check_content(turn.content, turn.path)


def _media(record: Record, turns: list[Turn]) -> list[Problem]:
    inside: set[str] = set()
    for index, turn in enumerate(turns):
        if index or turn.role != "system":
            inside |= swift_blocks.media_in(turn.content)
    problems = []
    for kind, names in MEDIA.items():
        name, files = _column(record, names)
        if files and not isinstance(files, str | list | dict):
            problems.append(Problem("bad-field", f"{name} is {kind_of(files)}, not a list", name))
        elif files and kind in inside:
            detail = f"{name} stand both in the content and beside it"
            problems.append(Problem("bad-content-part", detail, name))
    return problems


def _objects(objects: Any) -> list[Problem]:
    """Grounding: ``bbox`` is a list of boxes of two or four numbers."""
    if objects is None:
        return []
    boxes = objects.get("bbox") if isinstance(objects, dict) else None
    if not isinstance(boxes, list):
        return [Problem("bad-field", "objects have no list bbox", "objects.bbox")]
    return [
        Problem("bad-field", f"objects.bbox[{index}] is no box", f"objects.bbox[{index}]")
        for index, box in enumerate(boxes)
        if not _is_box(box)
    ]


def _is_box(box: Any) -> bool:
    if not isinstance(box, list) or len(box) not in (2, 4):
        return False
    return len(box) == 2 or all(isinstance(edge, int | float) for edge in box)


CHECKS: dict[str, Check] = dict.fromkeys(
    (
        "openai_chat",
        "messages_string",
        "sharegpt",
        "alpaca",
        "prompt_completion",
        "prompt_response",
        "query_response",
        "response_only",
        "text",
        "trl_unpaired",
        "trl_prompt_only",
    ),
    check_record,
)

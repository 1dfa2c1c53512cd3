"""LLaMA-Factory (0.9.5): Alpaca, ShareGPT and OpenAI records as its converters read them.

``dataset_info.json`` tells LLaMA-Factory which of the three a file is, and its columns; here the
keys tell it, with the columns of the documentation. A row that is skipped is a problem like one
that raises: it is lost to the training.

Source: ``llamafactory/data/converter.py`` (the converters), ``data/processor/*.py`` (which rows are
dropped), ``data/formatter.py`` (functions and tools are JSON), ``data/mm_plugin.py``
(``_validate_messages``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ftgate.model import Problem
from ftgate.targets import llama_blocks
from ftgate.targets.chat import Chat
from ftgate.targets.contract import Check, Record, kind_of, text_at
from ftgate.targets.frameworks import are_rounds, objects_in, plain_roles, read_json

USER, ASSISTANT, OBSERVATION, FUNCTION, SYSTEM = "user", "assistant", "tool", "function", "system"
ASKS, ANSWERS = (USER, OBSERVATION), (ASSISTANT, FUNCTION)


class Schema(NamedTuple):
    """The two keys of a message, and which role each tag stands for."""

    role: str
    content: str
    tags: dict[str, str]


SHAREGPT = Schema(
    "from",
    "value",
    {
        "human": USER,
        "gpt": ASSISTANT,
        "observation": OBSERVATION,
        "function_call": FUNCTION,
        "system": SYSTEM,
    },
)
OPENAI = Schema(
    "role",
    "content",
    {
        "user": USER,
        "assistant": ASSISTANT,
        "tool": OBSERVATION,
        "observation": OBSERVATION,
        "function": FUNCTION,
        "function_call": FUNCTION,
        "system": SYSTEM,
    },
)
MEDIA = {"images": "<image>", "videos": "<video>", "audios": "<audio>"}
THOUGHT = re.compile("<think>.*?</think>", re.DOTALL)
CALL = re.compile("<tool_call>(.*?)</tool_call>", re.DOTALL)


class Turn(NamedTuple):
    """One message as converted; ``content`` is None when it is no text."""

    role: str
    content: str | None
    path: str


def check_record(record: Record, chat: Chat) -> list[Problem]:
    """Where LLaMA-Factory raises on a record or drops it."""
    key = next((key for key in ("conversations", "messages") if key in record), None)
    if key is None and _is_plain_text(record):
        return []
    schema = _schema(record, key)
    if key is not None and len(record) == 1 and _is_plain(record[key], schema):
        return []
    if llama_blocks.has_blocks(record):
        problems = llama_blocks.check(record)
    elif key is not None:
        problems = _conversation(record, key, schema)
    elif isinstance(record.get("chosen"), list) and "rejected" in record:
        problems = _pair(record)
    else:
        problems = _alpaca(record)
    problems += _system(record, key, schema)
    if "kto_tag" in record and not isinstance(record["kto_tag"], bool):
        detail = f"kto_tag is {kind_of(record['kto_tag'])}, not true or false"
        problems.append(Problem("bad-field", detail, "kto_tag"))
    return problems + list(_tools(record.get("tools"), as_json=schema is OPENAI))


def _schema(record: Record, key: str | None) -> Schema:
    messages = record[key] if key else None
    first = messages[0] if isinstance(messages, list) and messages else None
    if isinstance(first, dict) and ("role" in first or "from" in first):
        return OPENAI if "role" in first else SHAREGPT
    return OPENAI if key == "messages" else SHAREGPT


def _is_plain(messages: Any, schema: Schema) -> bool:
    """True for rounds of a question and an answer in texts: most conversations, seen quickly."""
    tags = plain_roles(messages, schema.role, schema.content)
    return tags is not None and are_rounds([schema.tags.get(tag, "") for tag in tags])


def _is_plain_text(record: Record) -> bool:
    """A record of a pre-training file."""
    return isinstance(record.get("text"), str) and not {"instruction", "input"} & record.keys()


def _system(record: Record, key: str | None, schema: Schema) -> list[Problem]:
    """The column ``system``, which a system message hides."""
    messages = record[key] if key else None
    first = messages[0] if isinstance(messages, list) and messages else None
    hidden = isinstance(first, dict) and first.get(schema.role) == "system"
    return [] if hidden or not record.get("system") else text_at(record, "system")


# -- conversations ----------------------------------------------------------------------------


def _conversation(record: Record, key: str, schema: Schema) -> list[Problem]:
    problems: list[Problem] = []
    turns = list(_turns(record[key], key, schema, problems))
    turns = turns[1:] if turns and turns[0].role == SYSTEM else turns
    if schema is OPENAI:
        turns = _joined_observations(turns)
    answers = ("chosen", "rejected") if "chosen" in record and "rejected" in record else ()
    if not problems:
        problems += _order(turns, key, ranking=bool(answers))
    for answer in answers:
        problems += _answer(record[answer], answer, schema)
    if not problems:
        chosen = [record[answer][schema.content] for answer in answers[:1]]
        problems += _media(record, [turn.content or "" for turn in turns] + chosen)
    return problems


def _turns(messages: Any, key: str, schema: Schema, wrong: list[Problem]) -> Iterator[Turn]:
    """Every message whose role is known; what is wrong with them goes to ``wrong``."""
    for message, path in objects_in(messages, key, wrong):
        tag = message.get(schema.role)
        role = schema.tags.get(tag) if isinstance(tag, str) else None
        if schema.role not in message:
            wrong.append(Problem("malformed-messages", f"{path} has no {schema.role}", path))
        elif role is None:
            where = f"{path}.{schema.role}"
            detail = f"{where} is none of {', '.join(schema.tags)}"
            wrong.append(Problem("unknown-role", detail, where))
        elif schema is OPENAI and role in ANSWERS and message.get("tool_calls"):
            wrong += _calls(message["tool_calls"], f"{path}.tool_calls")  # they replace the content
            yield Turn(FUNCTION, "", path)
        else:
            wrong += _content(message, schema, role, path)
            content = message.get(schema.content)
            yield Turn(role, content if isinstance(content, str) else None, path)


def _content(message: Record, schema: Schema, role: str, path: str) -> Iterator[Problem]:
    content, where = message.get(schema.content), f"{path}.{schema.content}"
    if schema.content not in message:
        yield Problem("malformed-messages", f"{path} has no {schema.content}", path)
    elif isinstance(content, str):
        if role == FUNCTION:
            yield from _function(content, where)
    elif content or role != SYSTEM:
        yield Problem("bad-content-part", f"{where} is {kind_of(content)}, not text", where)


def _joined_observations(turns: list[Turn]) -> list[Turn]:
    """Observations in a row count as one, and those at the end are lost."""
    following = [turn.role for turn in turns[1:]]
    return [
        turn
        for turn, after in zip(turns, [*following, OBSERVATION], strict=False)
        if turn.role != OBSERVATION or after != OBSERVATION
    ]


def _order(turns: list[Turn], key: str, ranking: bool) -> Iterator[Problem]:
    for index, turn in enumerate(turns):
        if turn.role not in (ANSWERS if index % 2 else ASKS):
            wanted = "an answer" if index % 2 else "a user or tool message"
            yield Problem("bad-role-order", f"{turn.path} stands where {wanted} belongs", turn.path)
            return
    if ranking and len(turns) % 2 == 0:
        yield Problem("bad-role-order", f"{key} do not end with a question to chosen", key)
    elif not ranking and (len(turns) % 2 or not turns):
        yield Problem("bad-role-order", f"{key} do not end with an answer", key)


def _answer(answer: Any, key: str, schema: Schema) -> Iterator[Problem]:
    """``chosen`` and ``rejected`` are one message each, on the answering side."""
    if not isinstance(answer, dict):
        yield Problem("bad-preference-pair", f"{key} is {kind_of(answer)}, not a message", key)
        return
    tag = answer.get(schema.role)
    tag = tag if isinstance(tag, str) else ""
    if schema.tags.get(tag) not in ANSWERS:
        where = f"{key}.{schema.role}"
        yield Problem("bad-preference-pair", f"{where} is no tag of an answer", where)
    content, where = answer.get(schema.content), f"{key}.{schema.content}"
    if isinstance(content, str):
        if schema.tags.get(tag) == FUNCTION:
            yield from _function(content, where)
    else:
        what = kind_of(content, schema.content in answer)
        yield Problem("bad-preference-pair", f"{where} is {what}, not text", where)


def _pair(record: Record) -> list[Problem]:
    """Two whole conversations, which the converters of version 1 read: role and content in each."""
    problems: list[Problem] = []
    for key in ("chosen", "rejected"):
        for message, path in objects_in(record[key], key, problems):
            for name in ("role", "content"):
                problems += text_at(message, name, path)
    return problems


# -- calls, tools, media ------------------------------------------------------------------------


def _calls(calls: Any, where: str) -> list[Problem]:
    problems: list[Problem] = []
    for call, path in objects_in(calls, where, problems, "bad-tool-call"):
        function = call.get("function")
        if not isinstance(function, dict) or not function.keys() >= {"name", "arguments"}:
            detail = f"{path}.function has no name and arguments"
            problems.append(Problem("bad-tool-call", detail, f"{path}.function"))
    return problems


def _function(content: str, where: str) -> Iterator[Problem]:
    """A function turn is JSON: one call or a list of them, beside which thoughts may stand."""
    marked = CALL.search(content)
    is_json, calls = read_json(marked[1] if marked else THOUGHT.sub("", content, count=1))
    if not is_json:
        yield Problem("bad-tool-call", f"{where} is a function call that is not JSON", where)
        return
    for call in calls if isinstance(calls, list) else [calls]:
        if isinstance(call, dict) and not call.keys() >= {"name", "arguments"}:
            yield Problem("bad-tool-call", f"{where} has a call without name and arguments", where)


def _tools(tools: Any, as_json: bool) -> Iterator[Problem]:
    """Tools are a JSON text; the converter of OpenAI records also takes the list itself."""
    if not tools or (as_json and isinstance(tools, list)):
        return
    if not isinstance(tools, str):
        detail = f"tools is {kind_of(tools)}, not a text of JSON"
        yield Problem("bad-tool-definition", detail, "tools")
    elif not isinstance(read_json(tools)[1], list):
        yield Problem("bad-tool-definition", "tools is a text that is no JSON list", "tools")


def _media(record: Record, texts: list[str]) -> Iterator[Problem]:
    if all(record.get(key) is None for key in MEDIA):
        return
    for key, tag in MEDIA.items():
        files = record.get(key)
        given = len(files) if isinstance(files, list) else int(files is not None)
        places = sum(text.count(tag) for text in texts)
        if places != given:
            detail = f"{key} has {given} files for {places} tags in the text"
            yield Problem("bad-content-part", detail, key)


# -- Alpaca -------------------------------------------------------------------------------------


def _alpaca(record: Record) -> list[Problem]:
    ranking = "chosen" in record and "rejected" in record
    problems = []
    for key in ("instruction", "input"):
        if key not in record or (record[key] and not isinstance(record[key], str)):
            problems += text_at(record, key)
    for key in ("chosen", "rejected") if ranking else ("output",):
        problems += text_at(record, key)
    problems += _history(record.get("history"))
    if not problems:
        texts = [record["instruction"] or "", record["input"] or ""]
        problems += _media(record, [*texts, record["chosen" if ranking else "output"]])
    return problems


def _history(history: Any) -> Iterator[Problem]:
    for index, pair in enumerate(history if isinstance(history, list) else ()):
        if not isinstance(pair, list) or [type(text) for text in pair] != [str, str]:
            where = f"history[{index}]"
            yield Problem("bad-field", f"{where} is no pair of texts", where)


CHECKS: dict[str, Check] = dict.fromkeys(
    ("openai_chat", "sharegpt", "alpaca", "trl_preference", "text"), check_record
)

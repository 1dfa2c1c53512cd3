"""Families with one question and one answer: Alpaca, Vertex text, prompt/response and raw text.

OpenAI accepts none of them. They are named, and their texts are read.
"""

from __future__ import annotations

from ftgate.formats.contract import Format, Record, text_of
from ftgate.model import Example

_PAIRS = (
    ("prompt", "response"),
    ("query", "response"),
    ("question", "answer"),
    ("input", "output"),
    ("message", "response"),
)


def _turns(*pairs: tuple[str, str]) -> Example:
    return Example([(role, text) for role, text in pairs if text], [])


def _parse_alpaca(record: Record) -> Example:
    question = [text_of(record.get(key)) for key in ("instruction", "input")]
    return _turns(
        ("system", text_of(record.get("system"))),
        ("user", "\n\n".join(filter(None, question))),
        ("assistant", text_of(record.get("output", record.get("response")))),
    )


def _parse_vertex(record: Record) -> Example:
    return _turns(
        ("user", text_of(record.get("input_text"))),
        ("assistant", text_of(record.get("output_text"))),
    )


def _parse_pair(record: Record) -> Example:
    keys = next(pair for pair in _PAIRS if pair[0] in record and pair[1] in record)
    system = ("system", text_of(record.get("system")))
    return _turns(
        system, ("user", text_of(record[keys[0]])), ("assistant", text_of(record[keys[1]]))
    )


def _parse_text(record: Record) -> Example:
    return _turns(("assistant", record["text"]))


ALPACA = Format(
    name="alpaca",
    title="Alpaca (instruction, input, output)",
    hint="write instruction and input as one user message and output as an assistant message",
    judged=False,
    matches=lambda record: "instruction" in record and ("output" in record or "response" in record),
    parse=_parse_alpaca,
)
VERTEX_TEXT = Format(
    name="vertex_text",
    title="Vertex AI text (input_text, output_text)",
    hint="write input_text as a user message and output_text as an assistant message",
    judged=False,
    matches=lambda record: "input_text" in record and "output_text" in record,
    parse=_parse_vertex,
)
PROMPT_RESPONSE = Format(
    name="prompt_response",
    title="question and answer columns",
    hint="write the first column as a user message and the second as an assistant message",
    judged=False,
    matches=lambda record: any(a in record and b in record for a, b in _PAIRS),
    parse=_parse_pair,
)
TEXT = Format(
    name="text",
    title="raw text (text)",
    hint="OpenAI does not train on raw text: split each text into a user and an assistant message",
    judged=False,
    matches=lambda record: isinstance(record.get("text"), str),
    parse=_parse_text,
)

"""Records of one schema written in another, without loss of what is trained on.

Only metadata may be left behind (:mod:`~ftgate.convert.losses`); a record that would lose more is
refused. Every source is read into OpenAI's terms (``as_chat`` of its format, see
:mod:`ftgate.formats.as_chat`), and every target is written from them by a module of its own.
Reading order: :mod:`~ftgate.convert.chat` (what the writers share), a writer,
:mod:`~ftgate.convert.stream` (line by line), :mod:`~ftgate.convert.files` (whole or not at all).
"""

from __future__ import annotations

from ftgate.convert import alpaca, converse, gemini, openai_chat, sharegpt
from ftgate.convert.chat import CannotSayError, Writer
from ftgate.convert.losses import losses_of
from ftgate.formats import BY_NAME, FORMATS, Format
from ftgate.formats.as_chat import AsChat, from_json
from ftgate.formats.contract import Record
from ftgate.formats.dialogues import chat_as_chat

TARGETS: dict[str, Writer] = {
    "openai-chat": openai_chat.write,
    "sharegpt": sharegpt.write,
    "gemini": gemini.write,
    "bedrock-converse": converse.write,
    "alpaca": alpaca.write,
}
"""What records can be written as, by the name of the format with dashes."""

SOURCES: tuple[str, ...] = tuple(
    known.name.replace("_", "-")
    for known in FORMATS
    if known.as_chat is not None or known.name == "openai_chat"
)
"""What records can be read from."""


def convert(record: Record, source: Format, write: Writer) -> tuple[Record, list[str]]:
    """The record as ``write`` writes it, and the keys that were left behind.

    Raises :class:`CannotSayError` when it is no chat, or broken, or has something to train on that
    the other schema has no words for.
    """
    chat = _read(record, source)
    written = write(chat)
    if loss := next(losses_of(record, chat.lost), ""):
        raise CannotSayError(loss)
    return written, chat.lost


def _read(record: Record, source: Format) -> AsChat:
    """A record in OpenAI's terms."""
    as_chat = chat_as_chat if source.name == "openai_chat" else source.as_chat
    if as_chat is None:
        raise CannotSayError(f"{source.title}: {source.not_chat or 'two answers are no chat'}")
    if not source.matches(record):
        raise CannotSayError(f"not a record of {source.title}")
    chat = as_chat(record)
    if chat.problems:
        raise CannotSayError(chat.problems[0].detail)
    if chat.unsayable:
        raise CannotSayError(chat.unsayable[0])
    tools = record.get("tools")
    if not chat.tools and (from_json(tools) if isinstance(tools, str) else tools):
        chat.lost.append("tools")
    return chat


def source_named(name: str) -> Format:
    """The format of one of :data:`SOURCES`."""
    return BY_NAME[name.replace("-", "_")]


__all__ = ["SOURCES", "TARGETS", "CannotSayError", "convert", "source_named"]

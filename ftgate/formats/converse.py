"""Amazon Bedrock Converse: ``schemaVersion``, ``system`` and messages whose content are blocks.

The blocks are those of the Converse API (``ContentBlock``): text, image, video, toolUse,
toolResult and their relatives, each an object with one key that names its kind.
"""

from __future__ import annotations

from typing import Any

from ftgate.formats.as_chat import AsChat, pair, parser
from ftgate.formats.contract import Format, Record
from ftgate.formats.gemini import joined
from ftgate.model import Example

SCHEMA_VERSION = "bedrock-conversation-2024"
_RECORD_KEYS = {"schemaVersion", "system", "messages", "toolConfig"}
_MESSAGE_KEYS = {"role", "content"}
_CANDIDATES_KEYS = {"role", "candidates"}
_CANDIDATE_KEYS = {"content", "preferenceLabel"}
_SILENT = {"cachePoint"}


def is_converse(record: Record) -> bool:
    """True for a record with ``schemaVersion``, or with ``system`` blocks and block contents."""
    if "schemaVersion" in record:
        return True
    if not isinstance(record.get("system"), list):
        return False
    messages = record.get("messages")
    if not isinstance(messages, list) or not messages:
        return False
    content = messages[0].get("content") if isinstance(messages[0], dict) else None
    first = content[0] if isinstance(content, list) and content else None
    return isinstance(first, dict) and "type" not in first


def has_candidates(record: Record) -> bool:
    """True for a conversation whose last message is a choice of answers."""
    messages = record.get("messages")
    if not isinstance(messages, list) or not messages:
        return False
    return isinstance(messages[-1], dict) and "candidates" in messages[-1]


def as_chat(record: Record) -> AsChat:
    """The conversation in OpenAI's terms."""
    chat = _read_before(record)
    messages = record.get("messages")
    if isinstance(messages, list) and messages:
        _read_messages(chat, messages)
    else:
        chat.bad("messages", "is not a list of messages", "malformed-messages")
    return chat


def parse_preference(record: Record) -> Example:
    """A pair: ``candidates`` of the last message, of which one side has the label ``preferred``.

    Of more than two, every answer counts to its side.
    """
    prompt, preferred, other = _read_before(record), AsChat(), AsChat()
    *messages, last = record["messages"]
    _read_messages(prompt, messages)
    where = f"messages[{len(messages)}]"
    prompt.leave(last, _CANDIDATES_KEYS, where)
    candidates = last["candidates"]
    if not isinstance(candidates, list):
        prompt.bad(f"{where}.candidates", "is not a list", "bad-preference-pair")
        candidates = []
    for index, candidate in enumerate(candidates):
        path = f"{where}.candidates[{index}]"
        label = candidate.get("preferenceLabel") if isinstance(candidate, dict) else None
        label = label.lower() if isinstance(label, str) else label
        if label not in ("preferred", "non-preferred"):
            prompt.bad(path, "has no preferenceLabel that is known", "bad-preference-pair")
        if isinstance(candidate, dict):
            chat = preferred if label == "preferred" else other
            chat.leave(candidate, _CANDIDATE_KEYS, path)
            _read_content(chat, "assistant", candidate.get("content"), f"{path}.content")
    return pair(prompt, preferred, other)


def _read_before(record: Record) -> AsChat:
    """What stands beside the messages: system texts and tools."""
    chat = AsChat()
    chat.leave(record, _RECORD_KEYS)
    system = record.get("system")
    if system is not None:
        texts = [chat.text(block, "text", path) for block, path in _blocks(chat, system, "system")]
        chat.say_system("".join(texts))
    _read_tools(chat, record.get("toolConfig"))
    return chat


def _read_messages(chat: AsChat, messages: list[Any]) -> None:
    for index, message in enumerate(messages):
        path = f"messages[{index}]"
        if isinstance(message, dict):
            _read_message(chat, message, path)
        else:
            chat.bad(path, "is not an object", "malformed-messages")


def _blocks(chat: AsChat, blocks: Any, where: str) -> list[tuple[Record, str]]:
    if isinstance(blocks, str):  # not Converse, but what its text is cannot be doubted
        chat.bad(where, "is text, not a list of blocks")
        return [({"text": blocks}, where)]
    if not isinstance(blocks, list):
        chat.bad(where, "is not a list of blocks")
        return []
    found = []
    for index, block in enumerate(blocks):
        if isinstance(block, dict):
            found.append((block, f"{where}[{index}]"))
        else:
            chat.bad(f"{where}[{index}]", "is not an object")
    return found


def _read_message(chat: AsChat, message: Record, path: str) -> None:
    chat.leave(message, _MESSAGE_KEYS, path)
    role = message.get("role")
    if role not in ("user", "assistant"):
        chat.bad(f"{path}.role", "is neither user nor assistant", "malformed-messages")
        role = "user"
    _read_content(chat, role, message.get("content"), f"{path}.content")


def _read_content(chat: AsChat, role: str, content: Any, path: str) -> None:
    said: list[Record] = []
    calls: list[Record] = []
    thoughts: list[str] = []
    answered = False
    for block, where in _blocks(chat, content, path):
        if "toolUse" in block:
            calls.append(_call(chat, block["toolUse"], f"{where}.toolUse"))
        elif "toolResult" in block:
            _answer(chat, block["toolResult"], f"{where}.toolResult")
            answered = True
        elif "reasoningContent" in block:
            thoughts.append(_thought(chat, block["reasoningContent"], where))
        elif block.keys() & _SILENT:
            chat.leave(block, set(), where)
        else:
            said.append(_block(chat, block, where))
    if said or calls or thoughts or not answered:
        kept: Record = {"tool_calls": calls} if calls else {}
        kept |= {"thinking": "".join(thoughts)} if thoughts else {}
        chat.say(role, joined(said) if said or not calls else None, **kept)


def _block(chat: AsChat, block: Record, path: str) -> Record:
    if "image" in block:
        return _image(chat, block["image"], f"{path}.image")
    if "text" not in block and block:
        chat.unsayable.append(f"{path} is neither text, image nor tool")
        return {"type": "text", "text": ""}
    return {"type": "text", "text": chat.text(block, "text", path)}


def _image(chat: AsChat, image: Any, path: str) -> Record:
    source = image.get("source") if isinstance(image, dict) else None
    kind = image.get("format") if isinstance(image, dict) else None
    if not isinstance(source, dict) or not isinstance(kind, str):
        chat.bad(path, "is not an object with format and source")
        source = {}
    if isinstance(source.get("bytes"), str):
        return chat.image(f"data:image/{kind};base64,{source['bytes']}", path)
    return chat.image(None, path)


def _thought(chat: AsChat, reasoning: Any, path: str) -> str:
    text = reasoning.get("reasoningText") if isinstance(reasoning, dict) else None
    if not isinstance(text, dict):
        chat.unsayable.append(f"{path}.reasoningContent has no reasoningText")
        return ""
    return chat.text(text, "text", f"{path}.reasoningContent.reasoningText")


def _call(chat: AsChat, use: Any, path: str) -> Record:
    return chat.call(use, path, "toolUseId", "input")


def _answer(chat: AsChat, result: Any, path: str) -> None:
    if not isinstance(result, dict):
        chat.bad(path, "is not an object")
        return
    chat.leave(result, {"toolUseId", "content"}, path)
    parts: list[Record] = []
    for block, where in _blocks(chat, result.get("content"), f"{path}.content"):
        if "json" in block:
            parts.append({"type": "text", "text": chat.json(block["json"], f"{where}.json")})
        else:
            parts.append(_block(chat, block, where))
    said = joined(parts)
    if not isinstance(said, str):
        chat.unsayable.append(f"{path} is an image that a tool answers with")
    chat.say("tool", said, tool_call_id=chat.answered(result.get("toolUseId")))


def _read_tools(chat: AsChat, config: Any) -> None:
    if config is None:
        return
    tools = config.get("tools") if isinstance(config, dict) else None
    if not isinstance(tools, list):
        chat.bad("toolConfig.tools", "is not a list")
        return
    chat.leave(config, {"tools"}, "toolConfig")
    for index, tool in enumerate(tools):
        path = f"toolConfig.tools[{index}].toolSpec"
        spec = tool.get("toolSpec") if isinstance(tool, dict) else None
        if not isinstance(spec, dict):
            chat.bad(path, "is not an object")
            continue
        chat.leave(spec, {"name", "description", "inputSchema"}, path)
        schema = spec.get("inputSchema")
        function = {key: spec[key] for key in ("name", "description") if key in spec}
        if isinstance(schema, dict) and "json" in schema:
            function["parameters"] = schema["json"]
        chat.define(function, path)


FORMAT = Format(
    name="bedrock_converse",
    title="Amazon Bedrock Converse (schemaVersion)",
    hint="drop schemaVersion, put system first as a system message, and join the texts of each "
    "content list",
    matches=is_converse,
    parse=parser(as_chat),
    as_chat=as_chat,
)
PREFERENCE = Format(
    name="bedrock_preference",
    title="Amazon Bedrock preference (candidates of the last message)",
    hint="for OpenAI's preference method write the messages before as input.messages, and the "
    "candidates as preferred_output and non_preferred_output",
    matches=has_candidates,
    parse=parse_preference,
    not_chat="a preference pair has two answers, a chat has one",
)

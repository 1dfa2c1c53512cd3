"""Gemini: ``{"systemInstruction": {"parts": […]}, "contents": [{"role": …, "parts": […]}, …]}``.

The shapes are ``Content``, ``Part``, ``FunctionCall`` and ``FunctionResponse`` of the Gemini API;
names are read in camel case and in snake case, as Google's own parsers do.
"""

from __future__ import annotations

from typing import Any

from ftgate.formats.as_chat import AsChat, parser
from ftgate.formats.contract import Format, Record

_RECORD_KEYS = {"contents", "systemInstruction", "system_instruction", "tools"}
_CONTENT_KEYS = {"role", "parts"}
_PART_KEYS = {"text", "thought"} | {
    *("functionCall", "functionResponse", "inlineData", "fileData"),
    *("function_call", "function_response", "inline_data", "file_data"),
}
_FUNCTION_KEYS = {"name", "description", "parameters", "parametersJsonSchema"}
_ROLES = {"user": "user", "model": "assistant", "assistant": "assistant", "function": "user"}
_SCHEMA_TYPES = {"STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"}
_MAX_DEPTH = 64


def as_chat(record: Record) -> AsChat:
    """The conversation in OpenAI's terms."""
    chat = AsChat()
    chat.leave(record, _RECORD_KEYS)
    _read_instruction(chat, _either(record, "systemInstruction"))
    _read_tools(chat, record.get("tools"))
    contents = record.get("contents")
    if not isinstance(contents, list) or not contents:
        chat.bad("contents", "is not a list of contents", "malformed-messages")
        return chat
    for index, content in enumerate(contents):
        path = f"contents[{index}]"
        if isinstance(content, dict):
            _read_turn(chat, content, path)
        else:
            chat.bad(path, "is not an object", "malformed-messages")
    return chat


def _read_instruction(chat: AsChat, instruction: Any) -> None:
    if instruction is None or isinstance(instruction, str):
        chat.say_system(instruction or "")
        return
    if not isinstance(instruction, dict):
        chat.bad("systemInstruction", "is not an object with parts")
        return
    texts = [
        chat.text(part, "text", path)
        for part, path in _parts(chat, instruction, "systemInstruction")
    ]
    chat.say_system("".join(texts))


def _parts(chat: AsChat, content: Record, where: str) -> list[tuple[Record, str]]:
    parts = content.get("parts")
    if not isinstance(parts, list) or not parts:
        chat.bad(f"{where}.parts", "is not a list of parts")
        return []
    found = []
    for index, part in enumerate(parts):
        path = f"{where}.parts[{index}]"
        if isinstance(part, dict):
            if part.keys() & _PART_KEYS:  # of another kind of part, no key is left behind
                chat.leave(part, _PART_KEYS, path)
            found.append((part, path))
        else:
            chat.bad(path, "is not an object")
    return found


def _read_turn(chat: AsChat, content: Record, path: str) -> None:
    chat.leave(content, _CONTENT_KEYS, path)
    role = content.get("role", "user")
    if not isinstance(role, str) or role not in _ROLES:
        chat.bad(f"{path}.role", "is neither user nor model", "malformed-messages")
        role = "user"
    said: list[Record] = []
    calls: list[Record] = []
    thoughts: list[str] = []
    answered = False
    for part, where in _parts(chat, content, path):
        if (call := _either(part, "functionCall")) is not None:
            calls.append(_call(chat, call, f"{where}.functionCall"))
        elif (response := _either(part, "functionResponse")) is not None:
            _answer(chat, response, f"{where}.functionResponse")
            answered = True
        elif part.get("thought") is True:
            thoughts.append(chat.text(part, "text", where))
        else:
            said.append(_part(chat, part, where))
    if said or calls or thoughts or not answered:
        kept: Record = {"tool_calls": calls} if calls else {}
        kept |= {"thinking": "".join(thoughts)} if thoughts else {}
        chat.say(_ROLES[role], joined(said) if said or not calls else None, **kept)


def joined(parts: list[Record]) -> str | list[Record]:
    """Parts as one text where they are nothing else."""
    if any(part["type"] != "text" for part in parts):
        return parts
    return "".join(part["text"] for part in parts)


def _part(chat: AsChat, part: Record, path: str) -> Record:
    data, file = _either(part, "inlineData"), _either(part, "fileData")
    if isinstance(data, dict):
        kind, code = _either(data, "mimeType"), data.get("data")
        return _media(chat, kind, f"data:{kind};base64,{code}", f"{path}.inlineData")
    if isinstance(file, dict):
        url = _either(file, "fileUri")
        return _media(chat, _either(file, "mimeType"), url, f"{path}.fileData")
    if "text" not in part and part:
        chat.unsayable.append(f"{path} is neither text, image nor call")
        return {"type": "text", "text": ""}
    return {"type": "text", "text": chat.text(part, "text", path)}


def _media(chat: AsChat, kind: Any, url: Any, path: str) -> Record:
    if not isinstance(kind, str):
        chat.bad(f"{path}.mimeType", "is not text")
    elif not kind.startswith("image/"):
        chat.unsayable.append(f"{path} is not an image")
        return {"type": "text", "text": ""}
    return chat.image(url, path)


def _call(chat: AsChat, call: Any, path: str) -> Record:
    return chat.call({"args": {}, **call} if isinstance(call, dict) else call, path, "id", "args")


def _answer(chat: AsChat, response: Any, path: str) -> None:
    if not isinstance(response, dict):
        chat.bad(path, "is not an object")
        return
    chat.leave(response, {"id", "name", "response"}, path)
    name, value = response.get("name"), response.get("response")
    if not isinstance(name, str):
        chat.bad(f"{path}.name", "is not text")
    if not isinstance(value, dict):
        chat.bad(f"{path}.response", "is not an object")
        value = {}
    output = value.get("output")
    text = (
        output
        if isinstance(output, str) and len(value) == 1
        else chat.json(value, f"{path}.response")
    )
    chat.say("tool", text, tool_call_id=chat.answered(response.get("id"), name))


def _read_tools(chat: AsChat, tools: Any) -> None:
    if tools is None:
        return
    if not isinstance(tools, list):
        chat.bad("tools", "is not a list")
        return
    for index, tool in enumerate(tools):
        path = f"tools[{index}]"
        declared = _either(tool, "functionDeclarations") if isinstance(tool, dict) else None
        if not isinstance(declared, list):
            chat.unsayable.append(f"{path} has no functionDeclarations")
            continue
        for number, function in enumerate(declared):
            _define(chat, function, f"{path}.functionDeclarations[{number}]")


def _define(chat: AsChat, function: Any, path: str) -> None:
    if not isinstance(function, dict):
        chat.define(function, path)
        return
    chat.leave(function, _FUNCTION_KEYS, path)
    kept = {key: function[key] for key in ("name", "description", "parameters") if key in function}
    if "parameters" in kept:
        kept["parameters"] = _lower_types(kept["parameters"], 0)
    if "parametersJsonSchema" in function:
        kept["parameters"] = function["parametersJsonSchema"]
    chat.define(kept, path)


def _lower_types(schema: Any, depth: int) -> Any:
    """Google writes ``STRING`` where JSON Schema says ``string``."""
    if depth > _MAX_DEPTH:
        return schema
    if isinstance(schema, list):
        return [_lower_types(each, depth + 1) for each in schema]
    if not isinstance(schema, dict):
        return schema
    lowered = {key: _lower_types(value, depth + 1) for key, value in schema.items()}
    kind = lowered.get("type")
    if isinstance(kind, str) and kind in _SCHEMA_TYPES:
        lowered["type"] = kind.lower()
    return lowered


def _either(record: Record, name: str) -> Any:
    """The value of a camel case key, or of the same key in snake case."""
    if name in record:
        return record[name]
    return record.get("".join(f"_{c.lower()}" if c.isupper() else c for c in name))


FORMAT = Format(
    name="gemini",
    title="Gemini (contents of role/parts)",
    hint="rename contents to messages, role model to assistant, join the texts of parts into "
    "content, and put systemInstruction first as a system message",
    matches=lambda record: "contents" in record,
    parse=parser(as_chat),
    as_chat=as_chat,
)

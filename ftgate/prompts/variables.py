"""The variables of a template: found by reading it, never by rendering it.

Jinja's own parser reads Jinja. What it finds is walked here: ``jinja2.meta`` compiles the template
to find its variables, and compiling computes constants such as ``{{ 9**9**9 }}``.
"""

from __future__ import annotations

import re
from string import Formatter
from typing import TYPE_CHECKING, NamedTuple

from ftgate.model.prompts import PromptDefect, PromptText, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment, nodes

IDENTIFIER = re.compile(r"[A-Za-z_]\w{0,39}")
"""What may be shown of a user's template: a name, and nothing that is not one."""

# Where a template puts something that changes per call: Jinja, ${shell}, ERB, {format} fields.
_MARKS: dict[Syntax, re.Pattern[str]] = {
    "none": re.compile(r"(?!)"),
    "braces": re.compile(r"\{\{|\{%|\$\{|<%|\{[A-Za-z_]\w*\}"),
    "jinja": re.compile(r"\{\{|\{%"),
    "mustache": re.compile(r"\{\{|\{%"),
    "handlebars": re.compile(r"\{\{(?!!)"),
    "fstring": re.compile(r"(?<!\{)(?:\{\{)*\{(?!\{)"),
}
_TAG = re.compile(r"\{\{([^{}]*)\}\}")
_BRACES = re.compile(r"\{\{\s*([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)\}|\{([A-Za-z_]\w*)\}")
_JINJA_TAG = re.compile(r"\{%([^%]*)%\}")
_BLOCKS = {"if", "unless", "each", "with"}
_HELPERS = {"role", "media", "history", "section", "json", "ifEquals", "unlessEquals", "lookup"}
_WORDS = {"this", "else", "true", "false", "null", "undefined", "env", "loop", "range", "_"}
_NEVER_GIVEN = {"_conversation", "__outputs", "none", "not", "and", "or", "in"}


class Used(NamedTuple):
    """The variables of one prompt with the line of their first use, and why it cannot be parsed."""

    lines: dict[str, int]
    defects: tuple[PromptDefect, ...] = ()


def static_prefix(text: str, syntax: Syntax = "braces") -> str:
    """The text before its first template variable: what is the same in every call."""
    found = _MARKS[syntax].search(text)
    return text[: found.start()] if found else text


def used_variables(prompt: PromptText) -> Used:
    """Every variable that the prompt takes from outside, in order of the messages."""
    lines: dict[str, int] = {}
    defects: list[PromptDefect] = []
    for message in prompt.messages:
        if message.role == "example" or not _MARKS[prompt.syntax].search(message.text):
            continue
        try:
            for name, offset in _FINDERS[prompt.syntax](message.text):
                lines.setdefault(name, message.line + (offset if message.exact else 0))
        except _SyntaxError as error:
            line = message.line + (error.offset if message.exact else 0)
            defects.append(PromptDefect(line, error.detail))
    return Used(lines, tuple(defects))


class _SyntaxError(ValueError):
    """The template does not parse; ``offset`` counts lines from the start of the text."""

    def __init__(self, offset: int, detail: str) -> None:
        super().__init__(detail)
        self.offset = offset
        self.detail = detail


def _jinja(text: str) -> Iterator[tuple[str, int]]:
    from jinja2 import TemplateSyntaxError

    try:
        tree = _environment().parse(text)
        found: dict[str, int] = {}
        _walk(tree, frozenset(), found)
    except TemplateSyntaxError as error:
        raise _SyntaxError(error.lineno - 1, "not a Jinja template: syntax error") from None
    except RecursionError:
        raise _SyntaxError(0, "not a Jinja template: nested too deeply") from None
    except ValueError:  # Jinja reads a number of 5,000 digits as an int
        raise _SyntaxError(0, "not a Jinja template: a number is out of range") from None
    for name, line in found.items():
        yield name, line - 1


def _environment() -> Environment:
    from jinja2 import Environment

    # S701: nothing is rendered, so nothing has to be escaped.
    return Environment(  # noqa: S701  # nosec B701
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols", "jinja2.ext.i18n"]
    )


_GIVEN = frozenset(
    ("range", "dict", "lipsum", "cycler", "joiner", "namespace", "loop", "self", "super", "caller")
) | {"_", "gettext", "ngettext", "varargs", "kwargs", "raise_exception", "strftime_now"}


def _walk(node: nodes.Node, bound: frozenset[str], found: dict[str, int]) -> frozenset[str]:
    """Note every name that is read before the template gives it a value; names bound after it.

    A value set inside of a loop or branch counts as set after it too: what is missing only
    sometimes is not for a parser to say.
    """
    from jinja2 import nodes

    if isinstance(node, nodes.Name):
        if node.ctx == "load" and node.name not in bound and node.name not in _GIVEN:
            found.setdefault(node.name, node.lineno)
        return bound | {node.name} if node.ctx != "load" else bound
    if isinstance(node, nodes.For):
        _walk(node.iter, bound, found)
        inner = _walk(node.target, bound, found)
        return _walk_all([*filter(None, [node.test]), *node.body, *node.else_], inner, found)
    if isinstance(node, nodes.Macro | nodes.CallBlock):
        _walk_all([*node.defaults, *_called(node)], bound, found)
        names = {argument.name for argument in node.args}
        name = {node.name} if isinstance(node, nodes.Macro) else set()
        _walk_all(node.body, bound | names | name, found)
        return bound | name
    if isinstance(node, nodes.Assign | nodes.AssignBlock | nodes.With):
        return _walk_binding(node, bound, found)
    if isinstance(node, nodes.Import | nodes.FromImport):
        return bound | _imported(node)
    return _walk_all(list(node.iter_child_nodes()), bound, found)


def _walk_binding(
    node: nodes.Assign | nodes.AssignBlock | nodes.With,
    bound: frozenset[str],
    found: dict[str, int],
) -> frozenset[str]:
    """``set`` and ``with``: the value is read first, then its name is known."""
    from jinja2 import nodes

    if isinstance(node, nodes.Assign):
        _walk(node.node, bound, found)
        return _walk(node.target, bound, found)
    if isinstance(node, nodes.AssignBlock):
        _walk_all(node.body, bound, found)
        return _walk(node.target, bound, found)
    _walk_all(node.values, bound, found)
    return _walk_all([*node.targets, *node.body], bound, found)


def _called(node: nodes.Macro | nodes.CallBlock) -> list[nodes.Node]:
    from jinja2 import nodes

    return [node.call] if isinstance(node, nodes.CallBlock) else []


def _imported(node: nodes.Import | nodes.FromImport) -> frozenset[str]:
    from jinja2 import nodes

    if isinstance(node, nodes.Import):
        return frozenset((node.target,))
    return frozenset(name if isinstance(name, str) else name[1] for name in node.names)


def _walk_all(
    children: list[nodes.Node] | list[nodes.Expr], bound: frozenset[str], found: dict[str, int]
) -> frozenset[str]:
    for child in children:
        bound = _walk(child, bound, found)
    return bound


def _mustache(text: str) -> Iterator[tuple[str, int]]:
    """Mustache, and the part of Nunjucks that promptfoo's prompts use."""
    bound: set[str] = set()
    for match in _JINJA_TAG.finditer(text):
        word, _, rest = match[1].strip("- \n\t").partition(" ")
        if word == "for":
            bound.update(re.findall(r"\w+", rest.partition(" in ")[0]))
        elif word == "set":
            bound.update(re.findall(r"^\w+", rest))
    depth = 0
    for match in _TAG.finditer(text):
        mark, inside = _inside(match[1])
        depth += (mark in "#^" and mark != "") - (mark == "/")
        if mark in ("!", ">", "/"):
            continue
        if depth - (mark in "#^" and mark != "") > 0:  # fields of a section's own value
            continue
        name = _first_name(inside)
        if name and name not in bound:
            yield name, text.count("\n", 0, match.start())


def _inside(tag: str) -> tuple[str, str]:
    """The mark of a tag (``#``, ``/``, ``!`` …, or "") and what follows it."""
    text = tag.strip("~ \n\t")
    return (text[0], text[1:].strip()) if text[:1] in set("#^/>&!") else ("", text)


def _handlebars(text: str) -> Iterator[tuple[str, int]]:
    """Handlebars: inside of ``each`` and ``with``, names are fields of the value at hand."""
    stack: list[str] = []
    for match in _TAG.finditer(text):
        mark, inside = _inside(match[1])
        word = inside.split()[0] if inside.split() else ""
        if mark == "/":
            if stack:
                stack.pop()
            continue
        if mark in ("!", ">"):
            continue
        within = any(block in ("each", "with") for block in stack)
        if mark in ("#", "^"):
            stack.append(word)
        helper = word in _HELPERS or word in _BLOCKS
        arguments = inside.split()[1:] if helper else [inside]
        if within or word in ("role", "history", "section"):
            continue
        for argument in arguments:
            name = _first_name(argument.partition("=")[2] or argument)
            if name:
                yield name, text.count("\n", 0, match.start())


def _first_name(inside: str) -> str:
    """The variable that an expression starts with; "" for words of the language and literals."""
    match = re.match(r"@root\.(\w+)|([A-Za-z_][\w-]*)", inside)
    name = (match[1] or match[2]) if match else ""
    return "" if name in _WORDS or name in _NEVER_GIVEN else name


def _fstring(text: str) -> Iterator[tuple[str, int]]:
    try:
        fields = list(Formatter().parse(text))
    except ValueError:
        raise _SyntaxError(0, "not a format string: a brace stands alone") from None
    at = 0
    for literal, name, _, _ in fields:
        at += literal.count("\n")
        if name is not None:
            yield re.split(r"[.\[]", name)[0], at


def _braces(text: str) -> Iterator[tuple[str, int]]:
    for match in _BRACES.finditer(text):
        name = match[1] or match[2] or match[3]
        if name not in _WORDS:
            yield name, text.count("\n", 0, match.start())


def _none(text: str) -> Iterator[tuple[str, int]]:
    del text
    yield from ()


_FINDERS = {
    "none": _none,
    "braces": _braces,
    "jinja": _jinja,
    "mustache": _mustache,
    "handlebars": _handlebars,
    "fstring": _fstring,
}

"""Every regular expression of the package, and texts that are hard for each of them.

``python -m tests.regexes`` prints one JSON array per pattern: where it is written, its source, the
characters that it was fed, the seconds of CPU that its worst text took, and that text as prefix,
unit that is repeated, and end.
"""

from __future__ import annotations

import ast
import importlib
import json
import math
import pkgutil
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from re import _compiler, _parser  # type: ignore[attr-defined]
from re import _constants as sre  # type: ignore[attr-defined]
from typing import Any, NamedTuple

import ftgate
from ftgate.content import patterns as lazily

_PACKAGE = Path(ftgate.__file__).parent
_METHODS = ("compile", "search", "match", "fullmatch", "finditer", "findall", "sub", "split")
REACH = 8_000  # characters: a linear pattern needs a millisecond or two, a square one half a second
_MATCH = frozenset({"match"})
BOUNDED: dict[str, tuple[int, frozenset[str] | None]] = {
    "grouping.py": (255, None),  # the names of files
    "prompts/ignores.py": (500, None),  # what a comment says
    "prompts/cues.py": (REACH, _MATCH),  # OPENINGS: only ``prompts.lines`` asks them, by match
    "prompts/lines.py": (120, None),  # longer lines are no headings
    "commands/providers.py": (200, None),  # lines of our own
}
"""By module: the longest text that its patterns see, and how they are asked where no name says."""
LONGEST = 1.0  # seconds of CPU
_MANY = 16  # a repetition of at least this many can be fed without end


class Written(NamedTuple):
    """A pattern, the place where it is written and how it is asked there."""

    pattern: str | bytes
    flags: int
    where: str
    methods: frozenset[str] = frozenset({"finditer"})


def every_pattern() -> list[Written]:
    """What importing every module compiles or declares, and what its functions hold."""
    found: dict[tuple[str | bytes, int], Written] = {}
    for one in (*_on_import(), *_in_functions()):
        found.setdefault((one.pattern, one.flags), one)
    return list(found.values())


def _on_import() -> list[Written]:
    """Needs an interpreter that has imported no room of ftgate but the one of lazy patterns."""
    noted: list[tuple[Any, int, str]] = []

    def note(pattern: Any, flags: int) -> None:
        frame = sys._getframe(2)
        while frame.f_back and Path(frame.f_code.co_filename).parent.name == "re":
            frame = frame.f_back
        if frame.f_code.co_filename == lazily.__file__ and frame.f_back:
            frame = frame.f_back
        path = Path(frame.f_code.co_filename)
        if isinstance(pattern, str | bytes) and path.is_relative_to(_PACKAGE):
            noted.append((pattern, int(flags), f"{path.relative_to(_PACKAGE)}:{frame.f_lineno}"))

    compiled, declared = _compiler.compile, lazily._Lazy.__init__

    def compile_(pattern: Any, flags: int = 0) -> Any:
        note(pattern, flags)
        return compiled(pattern, flags)

    def declare(self: Any, source: str | bytes, flags: int) -> None:
        note(source, flags)
        declared(self, source, flags)

    _compiler.compile, lazily._Lazy.__init__ = compile_, declare  # type: ignore[method-assign]
    for info in pkgutil.walk_packages(ftgate.__path__, "ftgate."):
        if not info.name.endswith("__main__"):
            importlib.import_module(info.name)
    _compiler.compile, lazily._Lazy.__init__ = compiled, declared  # type: ignore[method-assign]
    asked = _asked()
    return [
        Written(pattern, flags, where, asked.get(pattern, frozenset({"finditer"})))
        for pattern, flags, where in noted
    ]


def _asked() -> dict[str | bytes, frozenset[str]]:
    """By pattern that has a name of its own: the methods that the package calls by that name."""
    files = {path: path.read_text(encoding="utf-8") for path in _PACKAGE.rglob("*.py")}
    everywhere = "\n".join(files.values())
    asked: dict[str | bytes, frozenset[str]] = {}
    for name, module in list(sys.modules.items()):
        if not name.startswith("ftgate.") or not module.__file__:
            continue
        for key, value in vars(module).items():
            source = getattr(value, "source", None) or getattr(value, "pattern", None)
            if isinstance(value, re.Pattern | lazily._Lazy) and source is not None:
                private = key.startswith("_")
                sources = files[Path(module.__file__)] if private else everywhere
                used = re.findall(rf"\b{key}\.(\w+)\b", sources)
                bare = re.search(rf"[(,=] *{key} *[),\n]", sources)
                searched = frozenset({"finditer"}) if bare or not used else frozenset()
                known = frozenset(used) & frozenset(_METHODS)
                asked[source] = asked.get(source, frozenset()) | known | searched
    return asked


def _in_functions() -> Iterator[Written]:
    """The literal patterns that are asked inside functions."""
    for path in sorted(_PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for node in (inner for function in functions for inner in ast.walk(function)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
                and node.func.attr in _METHODS
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                where = f"{path.relative_to(_PACKAGE)}:{node.lineno}"
                method = node.func.attr if node.func.attr != "compile" else "finditer"
                yield Written(node.args[0].value, 0, where, frozenset({method}))


def hard_texts(pattern: str | bytes, flags: int) -> Iterator[tuple[str, str, str]]:
    """Prefix, unit to repeat and end, for every repetition of the pattern that may go on."""
    source = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
    tree = _parser.parse(source, flags & ~re.UNICODE if isinstance(pattern, bytes) else flags)
    whole = _sample(tree)
    for before, body in _repeats(tree, ""):
        unit = _sample(body) or "a"
        for prefix in {"", before}:
            for end in ("", "\0", "!", "é"):
                yield prefix, unit, end
    if whole:
        yield "", whole[:-1] or whole, "\0"
        yield "", whole, "\0"


def _repeats(tree: Any, before: str) -> Iterator[tuple[str, Any]]:
    """Every repetition without a small bound, with a text that leads to it."""
    for operation, argument in tree:
        if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            _, most, body = argument
            if most is sre.MAXREPEAT or most >= _MANY:
                yield before, body
            yield from _repeats(body, before)
        elif operation is sre.SUBPATTERN:
            yield from _repeats(argument[3], before)
        elif operation is sre.ATOMIC_GROUP:
            yield from _repeats(argument, before)
        elif operation is sre.BRANCH:
            for branch in argument[1]:
                yield from _repeats(branch, before)
        elif operation in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _repeats(argument[1], before)
        before += _sample([(operation, argument)])


def _sample(tree: Any) -> str:
    """A text that the pattern matches, as nearly as lookarounds allow."""
    return "".join(_one(operation, argument) for operation, argument in tree)


def _one(operation: Any, argument: Any) -> str:
    if operation is sre.LITERAL:
        return chr(argument)
    if operation is sre.NOT_LITERAL:
        return "a" if argument != ord("a") else "b"
    if operation is sre.ANY:
        return "a"
    if operation is sre.IN:
        return _member(argument)
    if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        least, _, body = argument
        return _sample(body) * max(int(least), 1)
    if operation is sre.SUBPATTERN:
        return _sample(argument[3])
    if operation is sre.ATOMIC_GROUP:
        return _sample(argument)
    if operation is sre.BRANCH:
        return _sample(argument[1][0])
    return ""


_CATEGORY = {
    sre.CATEGORY_DIGIT: "1",
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_WORD: "a",
    sre.CATEGORY_NOT_DIGIT: "a",
    sre.CATEGORY_NOT_SPACE: "a",
    sre.CATEGORY_NOT_WORD: " ",
}


def _member(items: Any) -> str:
    """A character of a class; letters and digits first, because they fit most other places."""
    if items[0][0] is sre.NEGATE:
        taken = {_one(sre.IN, [item]) for item in items[1:]} | {
            chr(code)
            for operation, argument in items[1:]
            if operation is sre.RANGE
            for code in range(argument[0], min(argument[1], 255) + 1)
        }
        categories = {argument for operation, argument in items if operation is sre.CATEGORY}
        return next((c for c in "a1 _-.,xZ~é\n\t\0€" if _is_free(c, taken, categories)), "€")
    operation, argument = items[0]
    if operation is sre.LITERAL:
        return chr(argument)
    if operation is sre.RANGE:
        return chr(argument[0])
    return _CATEGORY[argument]


def _is_free(character: str, taken: set[str], categories: set[Any]) -> bool:
    if character in taken:
        return False
    tests = {
        sre.CATEGORY_DIGIT: character.isdigit(),
        sre.CATEGORY_SPACE: character.isspace(),
        sre.CATEGORY_WORD: character.isalnum() or character == "_",
        sre.CATEGORY_NOT_DIGIT: not character.isdigit(),
        sre.CATEGORY_NOT_SPACE: not character.isspace(),
        sre.CATEGORY_NOT_WORD: not (character.isalnum() or character == "_"),
    }
    return not any(tests[one] for one in categories)


def seconds(one: Written, length: int, text: tuple[str, str, str]) -> float:
    """How long searching the whole text takes."""
    prefix, unit, end = text
    subject: Any = prefix + unit * (length // len(unit)) + end
    if isinstance(one.pattern, bytes):
        subject = subject.encode("latin-1", "replace")
    compiled: re.Pattern[Any] = re.compile(one.pattern, one.flags)
    started = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST)
    try:
        _ask(compiled, one.methods, subject)
    except TimeoutError:
        return math.inf
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - started


def _ask(compiled: re.Pattern[Any], methods: frozenset[str], subject: Any) -> None:
    if not methods <= {"match", "fullmatch"}:
        for _ in compiled.finditer(subject):
            pass
    elif "match" in methods:
        compiled.match(subject)
    else:
        compiled.fullmatch(subject)


def _stop(*_: object) -> None:
    raise TimeoutError


def main() -> None:
    """Print the worst text of each pattern, as long as its place lets through."""
    signal.signal(signal.SIGVTALRM, _stop)
    for one in every_pattern():
        length, methods = BOUNDED.get(one.where.split(":")[0], (REACH, None))
        asked = one._replace(methods=methods or one.methods)
        texts = sorted(set(hard_texts(one.pattern, one.flags)))
        worst = max(((seconds(asked, length, text), text) for text in texts), default=(0.0, ""))
        print(json.dumps([one.where, repr(one.pattern), length, *worst]), flush=True)


if __name__ == "__main__":
    main()

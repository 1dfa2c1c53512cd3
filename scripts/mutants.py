"""Small mistakes in a module: each mutant differs from the source in one expression or statement.

Swapped: ``<`` and ``<=``, ``==`` and ``!=``, ``in`` and ``not in``, ``and`` and ``or``, ``+`` and
``-``, ``*`` and ``/``, ``min`` and ``max``, ``any`` and ``all``. A number off by one, a truth value
turned, a condition negated, a result that is None, a statement that is left out.
Texts, type annotations, decorators and imports stay as they are.
"""

from __future__ import annotations

import ast
import copy
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

_OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    **{ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt},
    **{ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In},
    **{ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And},
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult},
    **{ast.FloorDiv: ast.Div, ast.Mod: ast.Mult, ast.Pow: ast.Mult},
    **{ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd},
}
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
_SKIPPED = {"annotation", "returns", "decorator_list", "bases", "type_params"}


class Mutant(NamedTuple):
    """One mistake: where, in which function (dotted; "" is the module), and the mutated tree.

    ``names`` are what the module calls the changed value, when that is outside of functions.
    """

    path: str
    line: int
    function: str
    change: str
    names: tuple[str, ...]
    number: int


class _Site(NamedTuple):
    node: ast.AST
    function: str
    names: tuple[str, ...]


def mutants_of(path: Path, name: str) -> list[Mutant]:
    """All mutants of a file, in the order of its lines; ``name`` is how they call the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = []
    for number, (site, before, after) in enumerate(_changes(tree)):
        change = f"{_short(before)} -> {_short(after) if after else 'nothing'}"
        line = getattr(site.node, "lineno", 0)
        found.append(Mutant(name, line, site.function, change, site.names, number))
    return found


def users_of(path: Path) -> dict[str, list[int]]:
    """Lines that read each name of a module, and those of its functions; "": all lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: dict[str, list[int]] = defaultdict(list)
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        found[""].append(line)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found[node.id].append(line)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            body = (each for part in node.body for each in ast.walk(part))
            found[node.name].extend(getattr(each, "lineno", 0) for each in body)
    return found


def mutated(path: Path, mutant: Mutant) -> ast.Module:
    """The tree of the file with this one mistake."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for number, (site, _, after) in enumerate(_changes(tree)):
        if number == mutant.number:
            swapped: ast.Module = _Swap(site.node, after).visit(tree)
            return ast.fix_missing_locations(swapped)
    raise IndexError(mutant.number)


class _Swap(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST | None) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        if node is self.old:
            return ast.copy_location(self.new or ast.Pass(), node)
        return super().visit(node)


def _changes(tree: ast.Module) -> Iterator[tuple[_Site, ast.AST, ast.AST | None]]:
    for site in _sites(tree, "", ()):
        for after in _variants(site.node):
            yield site, site.node, after


def _sites(node: ast.AST, function: str, names: tuple[str, ...]) -> Iterator[_Site]:
    """Every node that may be changed, with the outermost function around it."""
    for field, value in ast.iter_fields(node):
        if field in _SKIPPED or (isinstance(node, ast.ClassDef) and field == "keywords"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _is_fixed(child):
                continue
            inside, called = function, names
            if (
                isinstance(node, ast.FunctionDef)
                and field == "args"
                and _is_outermost(node, function)
            ):
                inside, called = "", (node.name,)  # defaults are made when the module is loaded
            elif isinstance(child, ast.FunctionDef | ast.ClassDef) and not _is_inner(function):
                inside = f"{function.removesuffix('.')}.{child.name}".lstrip(".")
                inside += "." if isinstance(child, ast.ClassDef) else ""
            elif isinstance(child, ast.Assign | ast.AnnAssign):
                called = called or _targets(child)
            yield _Site(child, inside if _is_inner(inside) else "", called)
            yield from _sites(child, inside, called)


def _is_outermost(node: ast.FunctionDef, function: str) -> bool:
    return function.rpartition(".")[2] == node.name


def _is_inner(function: str) -> bool:
    return bool(function) and not function.endswith(".")


def _targets(node: ast.Assign | ast.AnnAssign) -> tuple[str, ...]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return tuple(each.id for each in targets if isinstance(each, ast.Name))


def _is_fixed(node: ast.AST) -> bool:
    """Docstrings, imports, what only type checkers read, definitions of types."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.AnnAssign) and node.value is None:
        return True
    return isinstance(node, ast.Assign | ast.AnnAssign) and "Callable[" in ast.unparse(node)


def _variants(node: ast.AST) -> Iterator[ast.AST | None]:
    """What a mistake would have put in the place of this node; None: nothing."""
    if isinstance(node, ast.Compare):
        yield from _comparisons(node)
    elif isinstance(node, ast.BoolOp | ast.BinOp | ast.AugAssign):
        if type(node.op) in _OPERATORS:
            swapped = copy.copy(node)
            swapped.op = _OPERATORS[type(node.op)]()  # type: ignore[assignment]
            yield swapped
        if isinstance(node, ast.AugAssign):
            yield None
    elif isinstance(node, ast.UnaryOp):
        if isinstance(node.op, ast.Not | ast.USub):
            yield node.operand
    elif isinstance(node, ast.Constant):
        yield from _constants(node)
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            called = copy.copy(node)
            called.func = ast.copy_location(ast.Name(_CALLS[node.func.id], ast.Load()), node.func)
            yield called
    else:
        yield from _statements(node)


def _comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    for index, operator in enumerate(node.ops):
        swapped = copy.copy(node)
        swapped.ops = [*node.ops]
        swapped.ops[index] = _OPERATORS[type(operator)]()  # type: ignore[call-overload]
        yield swapped
    if any(isinstance(each, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for each in node.ops):
        yield ast.UnaryOp(ast.Not(), node)


def _constants(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)


def _statements(node: ast.AST) -> Iterator[ast.AST | None]:
    plain = (ast.Compare, ast.BoolOp)  # these are changed by themselves
    if isinstance(node, ast.If | ast.IfExp | ast.While) and not isinstance(node.test, plain):
        negated = copy.copy(node)
        negated.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        yield negated
    elif isinstance(node, ast.Return):
        if node.value is not None and not isinstance(node.value, ast.Constant):
            yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Expr | ast.Raise):
        yield None
    elif isinstance(node, ast.Continue):
        yield ast.Break()
    elif isinstance(node, ast.Break):
        yield ast.Continue()


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else f"{text[:87]}..."

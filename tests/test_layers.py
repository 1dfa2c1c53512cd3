"""Who may import whom: the "Never" list of the architecture, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import ftgate

ROOT = Path(ftgate.__file__).parent
SOURCES = sorted(ROOT.rglob("*.py"))

# Slow to import, or not needed by most commands: only inside the function that uses them.
HEAVY = {
    "adlfs",
    "fastokens",
    "fsspec",
    "gcsfs",
    "httpx",
    "httpx2",
    "jinja2",
    "jsonlines",
    "numpy",
    "huggingface_hub",
    "openai",
    "pydantic",
    "ray",
    "requests",
    "rich",
    "s3fs",
    "splintr",
    "stdnum",
    "tiktoken",
    "yaml",
    "zstandard",
}
# Written in numpy from end to end, and as heavy: loaded when a set is searched for repetitions.
ARRAYS = {
    "ftgate.auditing.across",
    "ftgate.content.columns",
    "ftgate.content.duplicates",
    "ftgate.content.leakage",
    "ftgate.content.near",
    "ftgate.content.shingles",
    "ftgate.content.sieve",
    "ftgate.runs",
    "ftgate.thinning",
}
NETWORK = {
    "adlfs",
    "aiohttp",
    "fsspec",
    "ftplib",
    "gcsfs",
    "http",
    "httpx",
    "httpx2",
    "huggingface_hub",
    "openai",
    "requests",
    "s3fs",
    "smtplib",
    "socket",
    "ssl",
}
NETWORK |= {"urllib.request", "urllib3", "xmlrpc"}
# What a pure room may not touch: files, folders, processes, clocks, the environment.
INPUT_OUTPUT = NETWORK | {"glob", "io", "os", "pathlib", "shutil", "subprocess", "sys", "tempfile"}
PURE = (
    *("ftgate.economics", "ftgate.formats", "ftgate.render", "ftgate.report_json", "ftgate.rules"),
    *("ftgate.auditing", "ftgate.changes"),
    *("ftgate.asking.agreement", "ftgate.asking.cost", "ftgate.asking.prompt"),
    "ftgate.report_page",
    *(f"ftgate.prompts.{name}" for name in ("anatomy", "contradictions", "cues", "drift")),
    *(f"ftgate.prompts.{name}" for name in ("labels", "lines", "variables")),
    *("ftgate.targets", "ftgate.tokens.bills", "ftgate.tokens.epochs", "ftgate.verdict"),
    *("ftgate.launching.advice", "ftgate.launching.calibration", "ftgate.launching.moving"),
    *("ftgate.launching.planning", "ftgate.launching.records", "ftgate.launching.requests"),
)

# Rooms by prefix, and the only rooms of ours that they may import.
# A notebook asks a value itself how it looks (_repr_html_): that alone reaches for the renderer.
MAY_IMPORT = {
    "ftgate.model": ("ftgate.model", "ftgate.render.notebook"),
    "ftgate.errors": (),
    "ftgate.report": ("ftgate.model", "ftgate.render.notebook"),
    "ftgate.report_json": ("ftgate.report", "ftgate.model"),
    "ftgate.changes": ("ftgate.report", "ftgate.model"),
    "ftgate.auditing": (
        *("ftgate.auditing", "ftgate.content", "ftgate.deadline", "ftgate.model"),
        *("ftgate.profile", "ftgate.spill", "ftgate.thinning"),
    ),
    "ftgate.render": (
        "ftgate.render",
        "ftgate.changes",
        "ftgate.report",
        "ftgate.report_json",
        "ftgate.model",
    ),
    "ftgate.settings": (),
    "ftgate.formats": ("ftgate.formats", "ftgate.model"),
    "ftgate.readers": ("ftgate.readers", "ftgate.meter", "ftgate.model", "ftgate.remote"),
    "ftgate.remote": (
        *("ftgate.remote", "ftgate.cache", "ftgate.deadline", "ftgate.errors", "ftgate.looks"),
    ),
    "ftgate.remote.names": (),
    "ftgate.prompts": (
        *("ftgate.prompts", "ftgate.errors", "ftgate.formats", "ftgate.model"),
        *("ftgate.prices.book", "ftgate.profile", "ftgate.readers", "ftgate.settings"),
        *("ftgate.content.labels", "ftgate.deadline", "ftgate.small_files", "ftgate.sources"),
    ),
    "ftgate.catalog": ("ftgate.catalog", "ftgate.errors"),
    "ftgate.targets": (
        "ftgate.targets",
        "ftgate.catalog",
        "ftgate.errors",
        "ftgate.formats",
        "ftgate.model",
    ),
    "ftgate.tokens": (
        *("ftgate.tokens", "ftgate.atomic", "ftgate.errors", "ftgate.formats", "ftgate.model"),
    ),
    "ftgate.report_page": (
        "ftgate.report_page",
        "ftgate.economics",
        "ftgate.errors",
        "ftgate.model",
        "ftgate.render",
    ),
    "ftgate.asking.prompt": ("ftgate.content",),
    "ftgate.asking.agreement": ("ftgate.asking.prompt",),
    "ftgate.asking.cost": ("ftgate.errors", "ftgate.model"),
    "ftgate.library": (
        "ftgate.config",
        "ftgate.config_values",
        "ftgate.economics",
        "ftgate.model",
        "ftgate.prices.book",
        "ftgate.settings",
    ),
    "ftgate.launching.advice": (),
    "ftgate.launching.calibration": ("ftgate.launching.requests", "ftgate.plain"),
    "ftgate.launching.moving": ("ftgate.launching.requests", "ftgate.model", "ftgate.prices"),
    "ftgate.launching.planning": (
        "ftgate.launching.requests",
        "ftgate.errors",
        "ftgate.formats",
        "ftgate.model",
        "ftgate.remote.names",
        "ftgate.report",
    ),
    "ftgate.launching.records": ("ftgate.launching.requests", "ftgate.plain"),
    "ftgate.launching.requests": ("ftgate.plain",),
    "ftgate.convert": (
        "ftgate.convert",
        "ftgate.atomic",
        "ftgate.errors",
        "ftgate.formats",
        "ftgate.model",
        "ftgate.readers",
    ),
    "ftgate.economics": (
        "ftgate.economics",
        "ftgate.errors",
        "ftgate.model",
        "ftgate.settings",
        "ftgate.settings_units",
        "ftgate.toml_reading",
    ),
}


class Import(NamedTuple):
    """One import statement: who, what, where, and whether it runs with the module."""

    module: str
    target: str
    line: int
    at_import: bool


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(source: str, module: str) -> Iterator[Import]:
    """Every import of a module but those that only the type checker sees."""

    def walk(node: ast.AST, at_import: bool) -> Iterator[Import]:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module, alias.name, node.lineno, at_import)
        if isinstance(node, ast.ImportFrom):
            yield Import(module, node.module or "", node.lineno, at_import)
            for alias in node.names:  # "from urllib import request"
                yield Import(module, f"{node.module}.{alias.name}", node.lineno, at_import)
        inside = at_import and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for child in ast.iter_child_nodes(node):
            yield from walk(child, inside)

    return walk(ast.parse(source), True)


IMPORTS = [
    found for path in SOURCES for found in imports_of(path.read_text("utf-8"), module_name(path))
]


def within(name: str, rooms: tuple[str, ...] | set[str]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def listed(found: list[Import]) -> list[str]:
    return [f"{each.module}:{each.line} imports {each.target}" for each in found]


def test_the_sources_are_found() -> None:
    assert {"ftgate.cli", "ftgate.model", "ftgate.render.text"} <= {
        module_name(path) for path in SOURCES
    }


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_the_rooms_before_it(room: str) -> None:
    wrong = [
        each
        for each in IMPORTS
        if within(each.module, (room,))
        and within(each.target, ("ftgate",))
        and not within(each.target, MAY_IMPORT[room])
    ]
    assert listed(wrong) == []


def test_the_rooms_behind_the_command_line_do_not_know_it() -> None:
    wrong = [
        each
        for each in IMPORTS
        if within(each.target, ("ftgate.cli", "ftgate.commands", "click"))
        and not within(each.module, ("ftgate.cli", "ftgate.commands", "ftgate.__main__"))
    ]
    assert listed(wrong) == []


def test_rules_do_not_know_how_findings_are_shown_or_who_asks() -> None:
    behind = ("attest", "changes", "commands", "gate", "hooking", "judging", "render", "report")
    wrong = [
        each
        for each in IMPORTS
        if within(each.module, ("ftgate.rules",))
        and within(each.target, tuple(f"ftgate.{room}" for room in behind))
    ]
    assert listed(wrong) == []


def test_heavy_libraries_are_imported_inside_functions() -> None:
    wrong = [
        each
        for each in IMPORTS
        if each.at_import
        and within(each.target, HEAVY | ARRAYS)
        and not (within(each.module, ARRAYS) and within(each.target, ARRAYS | {"numpy"}))
    ]
    assert listed(wrong) == []


def test_pure_rooms_do_no_input_and_output() -> None:
    wrong = [
        each for each in IMPORTS if within(each.module, PURE) and within(each.target, INPUT_OUTPUT)
    ]
    assert listed(wrong) == []


def test_pure_rooms_open_nothing_and_print_nothing() -> None:
    calls = [
        f"{module_name(path)}:{node.lineno} calls {node.func.id}"
        for path in SOURCES
        if within(module_name(path), PURE)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("open", "print", "input")
    ]
    assert calls == []


def test_the_network_is_used_by_price_feeds_remote_data_judge_and_launch_only() -> None:
    wrong = [
        each
        for each in IMPORTS
        if within(each.target, NETWORK)
        and not within(each.module, ("ftgate.prices.feeds", "ftgate.launching.client"))
        and not within(each.module, ("ftgate.asking.client",))
        and not within(each.module, ("ftgate.remote.buckets", "ftgate.remote.web"))
        and not within(each.module, ("ftgate.engine.cluster",))
    ]
    assert listed(wrong) == []


def test_processes_are_started_by_gitindex_and_the_exec_gate_only() -> None:
    wrong = [
        each
        for each in IMPORTS
        if within(each.target, ("subprocess", "pty"))
        and not within(each.module, ("ftgate.gitindex", "ftgate.commands.run"))
    ]
    assert listed(wrong) == []


OF_PROCESSES = tuple(f"ftgate.engine.{name}" for name in ("cluster", "local", "ray", "starting"))


def test_work_is_shared_with_processes_by_engines_only() -> None:
    threads = ("concurrent.futures",)  # blocks of a download wait for a network
    wrong = [
        each
        for each in IMPORTS
        if within(each.target, ("multiprocessing", "concurrent"))
        and not within(each.module, OF_PROCESSES)
        and not (within(each.target, threads) and within(each.module, ("ftgate.remote.blocks",)))
    ]
    assert listed(wrong) == []


def test_no_file_is_longer_than_400_lines() -> None:
    long = {
        module_name(path): lines
        for path in SOURCES
        if (lines := len(path.read_text("utf-8").splitlines())) > 400
    }
    assert long == {}


def test_imports_are_seen_in_functions_and_classes_but_not_for_the_type_checker() -> None:
    source = (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import openai\n"
        "def f():\n    from urllib import request\n"
        "class A:\n    import pydantic\n"
    )
    found = [(each.target, each.at_import) for each in imports_of(source, "any")]
    assert found == [
        ("typing", True),
        ("typing.TYPE_CHECKING", True),
        ("urllib", False),
        ("urllib.request", False),
        ("pydantic", True),
    ]

"""What the package may do at all: no code from data, no shell, no network on import."""

from __future__ import annotations

import ast
import hashlib
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts import audit

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "ftgate"
FORBIDDEN_MODULES = {"pickle", "shelve", "dill", "cloudpickle", "commands", "pty"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_ATTRIBUTES = {
    ("marshal", "load"),
    ("marshal", "loads"),
    ("os", "system"),
    ("os", "popen"),
    ("yaml", "load"),
    ("yaml", "unsafe_load"),
    ("yaml", "full_load"),
    ("ElementTree", "parse"),
    ("ElementTree", "fromstring"),
    ("ElementTree", "XML"),
    ("tempfile", "mktemp"),
}


def nodes() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}", node


def imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module:
        return {node.module.split(".")[0]}
    return set()


def test_no_module_that_makes_code_of_data_is_imported() -> None:
    found = [(where, imported(node) & FORBIDDEN_MODULES) for where, node in nodes()]
    assert [one for one in found if one[1]] == []


def called(node: ast.AST) -> object:
    """A name, or the last two parts of a dotted one."""
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Name):
        return node.func.id
    if isinstance(node.func, ast.Attribute):
        owner = node.func.value
        last = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
        return last, node.func.attr
    return None


def test_nothing_evaluates_text_or_parses_unsafely() -> None:
    forbidden = FORBIDDEN_CALLS | FORBIDDEN_ATTRIBUTES
    assert [(where, called(node)) for where, node in nodes() if called(node) in forbidden] == []


def test_no_shell_is_asked() -> None:
    shells = [
        where
        for where, node in nodes()
        if isinstance(node, ast.keyword)
        and node.arg == "shell"
        and ast.unparse(node.value) != "False"
    ]
    assert shells == []


IMPORT_ALL = """
import pkgutil, sys
def forbid(event, args):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.bind", "subprocess.Popen",
                 "os.system", "os.exec", "os.fork", "os.remove", "os.rename", "os.mkdir"}:
        raise RuntimeError(f"{event} {args}")
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        raise RuntimeError(f"writes {args[0]}")
import ftgate
sys.dont_write_bytecode = True
sys.addaudithook(forbid)
for info in pkgutil.walk_packages(ftgate.__path__, "ftgate."):
    if not info.name.endswith("__main__"):
        __import__(info.name)
print(len([name for name in sys.modules if name.startswith("ftgate")]))
"""


def test_importing_everything_touches_no_network_no_process_and_writes_no_file() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 200


def requirements() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    return [*project["dependencies"], *extras["dev"], *extras["docs"]]


def test_each_dependency_says_why_it_is_one() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    table = text[text.index("\ndependencies = [") : text.index("[project.scripts]")]
    lines = [line.strip() for line in table.splitlines() if line.strip().startswith('"')]
    obvious = ("ftgate[", "mypy", "pytest", "ruff", "zensical")
    silent = [line for line in lines if "#" not in line and not line.strip('"').startswith(obvious)]
    assert [line for line in silent if "bpe-openai" not in line] == []


def test_the_locked_versions_are_hashed_and_hold_every_requirement() -> None:
    pinned: dict[str, str] = {}
    hashed: set[str] = set()
    name = ""
    for line in (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            name, _, rest = line.partition("==")
            name = canonicalize_name(name.strip().partition("[")[0])
            pinned[name] = rest.split()[0]
        elif line.strip().startswith("--hash=sha256:"):
            hashed.add(name)
    assert set(pinned) == hashed
    for text in requirements():
        wanted = Requirement(text)
        if canonicalize_name(wanted.name) != "ftgate":
            version = pinned[canonicalize_name(wanted.name)]
            assert wanted.specifier.contains(version, prereleases=True), f"run: make lock ({text})"


@pytest.mark.slow
def test_the_wheel_is_the_same_whenever_and_wherever_it_is_built(tmp_path: Path) -> None:
    digests = set()
    for number, zone in enumerate(("UTC", "Pacific/Kiritimati")):
        copy = tmp_path / f"copy-{number}"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(copy)], check=True)
        for path in copy.rglob("*.py"):
            os.utime(path, (10**9 + number * 10**7,) * 2)
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
            cwd=copy,
            env=os.environ | {"TZ": zone, "PYTHONHASHSEED": str(number)},
            check=True,
            capture_output=True,
        )
        (wheel,) = (copy / "dist").glob("*.whl")
        digests.add((wheel.name, hashlib.sha256(wheel.read_bytes()).hexdigest()))
    assert len(digests) == 1


def test_a_known_weakness_ends_the_audit_and_an_unknown_package_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    weak = {"id": "PYSEC-2026-1", "fix_versions": ["2.0"]}
    known = {"name": "one", "version": "1.0", "vulns": [weak]}
    sound = {"name": "two", "version": "1.0", "vulns": []}
    unknown = {"name": "three", "skip_reason": "Dependency not found"}
    assert audit.report([known, sound]) == 1
    assert "one 1.0: PYSEC-2026-1, repaired in 2.0" in capsys.readouterr().out
    assert audit.report([sound, unknown]) == 0
    assert "1 of 2 packages, 0 weaknesses; NOT AUDITED: 1" in capsys.readouterr().out

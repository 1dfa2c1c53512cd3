"""``ftgate audit``: where its formats go, and what ends with which code."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import ftgate.auditor
from ftgate.auditing.inventory import Inventory
from ftgate.auditor import audit
from ftgate.cli import run
from ftgate.gate import CheckOptions
from ftgate.render import inventory_data, inventory_html, inventory_markdown, inventory_text
from ftgate.render.inventory import ordered
from tests.audited import build
from tests.conftest import AS_OF
from tests.test_render_inventory import many

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("above"))
        return audit(build(Path("library")), CheckOptions(as_of=AS_OF, cache=False))


@pytest.fixture
def called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inventory: Inventory
) -> Callable[..., int]:
    """Runs ``ftgate audit library`` over the inventory above, which is taken once."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(ftgate.auditor, "audit", lambda paths, options: inventory)
    return lambda *arguments: run(["audit", "library", *arguments])


@pytest.mark.parametrize("reason", ["error", "fail", "undecided", "duplicates", "leak", "secret"])
def test_fail_on_is_the_only_gate(called: Callable[..., int], reason: str, capsys: Capture) -> None:
    assert called("--exit-zero") == 0
    assert called("--fail-on", reason) == 1
    assert "7 datasets" in capsys.readouterr().out


def test_what_could_not_be_judged_is_no_success(
    called: Callable[..., int], inventory: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert called() == 2
    assert called("--exit-zero") == 0
    judged = tuple(row for row in inventory.rows if not row.error)
    assert len(judged) == len(inventory.rows) - 1
    whole = replace(inventory, rows=judged, overlaps=())
    monkeypatch.setattr(ftgate.auditor, "audit", lambda paths, options: whole)
    assert called() == 0


def test_the_hint_of_an_error_is_shown(inventory: Inventory) -> None:
    (row,) = (row for row in inventory.rows if row.error)
    assert row.error.endswith("unknown key modle; did you mean model?")
    shown = " ".join(inventory_text.render(inventory, width=60).split())
    assert "did you mean model?" in shown


@pytest.mark.parametrize("reason", ["error", "fail", "undecided", "duplicates", "leak", "secret"])
def test_fail_on_does_not_fail_on_what_is_not_there(
    called: Callable[..., int], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ftgate.auditor, "audit", lambda paths, options: many(1))
    assert called("--fail-on", reason) == 0


def test_the_severity_of_check_in_the_environment_is_not_meant(
    called: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FTGATE_FAIL_ON", "warning")
    assert called("--exit-zero") == 0


def test_formats_go_to_standard_output_and_to_files(
    called: Callable[..., int], capsys: Capture, inventory: Inventory
) -> None:
    sorted_rows = ordered(inventory, "examples")
    files = ["-o", "html=a.html", "-o", "csv=a.csv", "-o", "markdown=a.md", "-o", "text=a.txt"]
    assert called("-f", "json", "--sort", "examples", *files) == 2  # one plan is broken
    assert capsys.readouterr().out == inventory_data.as_json(sorted_rows)
    assert Path("a.html").read_text("utf-8") == inventory_html.render(sorted_rows)
    assert Path("a.csv").read_text("utf-8") == inventory_data.as_csv(sorted_rows)
    assert Path("a.md").read_text("utf-8") == inventory_markdown.render(sorted_rows)
    assert "7 datasets" in Path("a.txt").read_text("utf-8")


@pytest.mark.parametrize(
    "output",
    ["nothing=a", "json", "json=", "json=-", "json=a.jsonl", "json=no/folder", "json=."],
)
def test_an_output_that_cannot_be_written_is_refused_before_the_work(
    called: Callable[..., int], output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ftgate.auditor, "audit", lambda *_: pytest.fail("it was judged"))
    assert called("-o", output) == 2


def test_one_file_gets_one_format(called: Callable[..., int]) -> None:
    assert called("-o", "json=a", "-o", "csv=./a") == 2
    assert not Path("a").exists()


def test_progress_is_for_terminals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    build(tmp_path / "library")
    monkeypatch.setattr("ftgate.commands.progress.PATIENCE_S", 0.0)
    monkeypatch.setattr("ftgate.commands.progress._EVERY_S", 0.001)
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        monkeypatch.setattr(sys, "stderr", stream)
        assert run(["audit", str(tmp_path), "--as-of", AS_OF]) == 2
    assert "auditing " in terminal.getvalue()
    assert "(7 of 7)" in terminal.getvalue()
    assert pipe.getvalue() == ""


def test_tables_that_are_not_read_are_named(
    called: Callable[..., int], tmp_path: Path, capsys: Capture
) -> None:
    assert called("--exit-zero") == 0
    assert "not read" not in capsys.readouterr().err
    (tmp_path / "library" / "old").mkdir(parents=True)
    for name in ("a.csv", "b.PARQUET", "notes.txt", "package.json"):
        (tmp_path / "library" / "old" / name).write_text("question,answer\n")
    assert called("-f", "csv", "--exit-zero") == 0
    told = capsys.readouterr()
    assert told.err == (
        "ftgate: not read: 2 tables, such as library/old/a.csv;"
        " how to convert it: ftgate check library/old/a.csv\n"
    )
    assert "not read" not in told.out


def test_a_wrong_path_ends_with_2(capsys: Capture) -> None:
    assert run(["audit", "nowhere"]) == 2
    assert "no such file" in capsys.readouterr().err

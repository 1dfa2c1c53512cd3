"""The manual page: as the program is today, with every command and flag, and roff that is sound."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib

import click
import pytest

from ftgate.cli import cli
from scripts.build_man import PAGE, man_page
from scripts.reference_pages import every_command
from tests.conftest import ROOT

TEXT = PAGE.read_text("utf-8")


def words(roff: str) -> str:
    """What a reader sees of an escaped line."""
    return roff.replace(r"\-", "-").replace(r"\e", "\\").replace(r"\&", "")


def test_the_page_is_that_of_the_program() -> None:
    assert man_page(cli) == TEXT, "run: python -m scripts.build_man"


def test_every_command_and_every_flag_stands_in_it() -> None:
    sections = words(TEXT).split("\n.SS ")[1:]
    every = [each for each in every_command(cli, ("ftgate",)) if each[1] is not cli]
    assert len(sections) == len(every) > 30
    for section, (names, command) in zip(sections, every, strict=True):
        assert section.startswith(" ".join(names))
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                assert re.search(rf"^\\fB.*{parameter.opts[-1]}\b", section, re.M)


def test_only_known_requests_begin_a_line_and_every_term_has_a_meaning() -> None:
    lines = TEXT.splitlines()
    requests = {line.split()[0] for line in lines if line.startswith((".", "'"))}
    assert requests == {'.\\"', ".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".nf", ".fi"}
    assert lines.count(".nf") == lines.count(".fi")
    for number, line in enumerate(lines):
        if line == ".TP":
            assert lines[number + 1].startswith(r"\fB")
            assert lines[number + 2]
            assert not lines[number + 2].startswith(".")
    assert TEXT.isascii()
    names = [line[4:] for line in lines if line.startswith(".SH ")]
    assert names[:4] == ["NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS"]
    assert "EXIT STATUS" in names


def test_text_of_a_command_cannot_become_a_request() -> None:
    @click.group(help="Title.\n\n.de evil of C:\\x \u2014 it's")
    def group() -> None: ...

    @group.command(help="Look.\n\n\b\n'kept\n  as is")
    @click.option("--a-b", help=".so /etc/passwd")
    def look(a_b: str) -> None: ...

    lines = man_page(group).splitlines()
    assert r"\&.de evil of C:\ex \[u2014] it's" in lines
    assert lines[lines.index(".nf") + 1 : lines.index(".fi")] == [r"\&'kept", "  as is"]
    assert lines[lines.index(r"\fB\-\-a\-b TEXT\fR") + 1] == r"\&.so /etc/passwd"


@pytest.mark.skipif(not shutil.which("groff"), reason="needs groff")
def test_groff_formats_it_without_a_warning() -> None:
    command = ["groff", "-man", "-Tutf8", "-ww", str(PAGE)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert done.stderr == ""
    shown = re.sub("\x1b\\[[0-9;]*m|.\x08", "", done.stdout)
    assert "--unsafe-fixes" in shown


def test_the_wheel_brings_it_to_where_man_looks() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    data = build["targets"]["wheel"]["shared-data"]
    assert data == {PAGE.relative_to(ROOT).as_posix(): "share/man/man1/ftgate.1"}
    assert "man" in build["targets"]["sdist"]["include"]

"""A variable that is spelled wrong is said to be, once, and costs nothing when none is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from ftgate.cli import cli
from ftgate.environment import KNOWN, unknown
from tests.conftest import AS_OF, ROOT

SET = str(ROOT / "sample_data" / "hospital-letters")
ELSEWHERE = {"DIGEST", "MAX_DOWNLOAD_GB", "PROGRAMS", "REPORTS", "STATE_DIR", "VERSION"}
"""Without a flag; the tests of what reads or writes them are those of downloads, launch and CI."""


def variables(command: click.Command, context: click.Context) -> Iterator[str]:
    """Those that the flags of a command, and of the commands below it, are read from."""
    for option in command.params:
        if not isinstance(option, click.Option):
            continue
        if option.envvar:
            yield from [option.envvar] if isinstance(option.envvar, str) else option.envvar
        elif option.allow_from_autoenv:
            yield f"{context.auto_envvar_prefix}_{option.name}".upper()
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            settings = below.context_settings
            inner = click.Context(below, parent=context, info_name=name, **settings)
            yield from variables(below, inner)


def test_what_is_known_is_what_is_read() -> None:
    context = click.Context(cli, info_name="ftgate", **cli.context_settings)
    assert set(variables(cli, context)) | {f"FTGATE_{name}" for name in ELSEWHERE} == KNOWN


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("FTGATE_FAILON", "did you mean FTGATE_FAIL_ON?"),
        ("FTGATE_TIMOUT", "did you mean FTGATE_TIMEOUT?"),
        ("FTGATE_provider", "did you mean FTGATE_PROVIDER?"),
        ("FTGATE_CHECK_MODEL", "did you mean FTGATE_MODEL?"),
        ("FTGATE_QQQQ", ""),
    ],
)
def test_a_misspelt_variable_is_named(
    name: str, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "1")
    monkeypatch.setenv("FTGATE_MODEL", "gpt-4.1")
    monkeypatch.setenv("_FTGATE_COMPLETE", "zsh_source")
    assert list(unknown()) == [(name, hint)]


def called(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FTGATE_")}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**kept, "FTGATE_AS_OF": AS_OF, "FTGATE_NO_CACHE": "1", **variables},
    )


def test_it_is_said_once_on_standard_error_and_changes_nothing_else() -> None:
    plain = called("-m", "ftgate", "check", SET)
    warned = called("-m", "ftgate", "check", SET, FTGATE_FAILON="warning\x1b[2J")
    assert plain.stderr == ""
    assert warned.stderr == (
        "ftgate: FTGATE_FAILON in the environment is not read by any command\n"
        "  hint: did you mean FTGATE_FAIL_ON?\n"
    )
    assert (warned.stdout, warned.returncode) == (plain.stdout, plain.returncode)


@pytest.mark.parametrize("known", [{}, {"FTGATE_MODEL": "gpt-4.1"}])
def test_without_a_mistake_nothing_is_loaded_to_look_for_it(known: dict[str, str]) -> None:
    program = (
        "import sys, ftgate.cli\n"
        "before = set(sys.modules)\n"
        "ftgate.cli._warn_of_variables()\n"
        "print(*sorted(set(sys.modules) - before - {'ftgate.environment'}))\n"
    )
    done = called("-c", program, **known)
    assert (done.stdout, done.stderr) == ("\n", "")


def test_doctor_lists_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ftgate.cli import run

    monkeypatch.setenv("FTGATE_CACHEDIR", "/tmp")  # noqa: S108 - nothing is written there
    run(["doctor", str(tmp_path), "--as-of", AS_OF])
    shown = " ".join(capsys.readouterr().out.split())
    assert "FTGATE_CACHEDIR is not read by any command" in shown
    assert "did you mean FTGATE_CACHE_DIR?" in shown

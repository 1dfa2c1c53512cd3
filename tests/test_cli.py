"""The command line: exit codes, errors as people meet them, and where output goes."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest

import ftgate.gate
import ftgate.hooking
from ftgate.cli import COMMANDS, cli, run
from ftgate.commands.output import write_file
from ftgate.errors import NothingToJudgeError, UsageError
from ftgate.report import DatasetReport, Report
from tests.report_values import FAILING, PASSING, UNPRICED, UNREADABLE, report

Capture = pytest.CaptureFixture[str]


needs_shell = pytest.mark.skipif(not os.path.exists("/bin/sh"), reason="needs a shell")
needs_full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a full device")


class Gate:
    """Stands in for ``ftgate.gate``: remembers what it was asked and answers with a report."""

    def __init__(self) -> None:
        self.answer: Report | BaseException = report(PASSING)
        self.paths: tuple[str, ...] = ()
        self.options = ftgate.gate.CheckOptions()

    def judge(self, paths: Any, options: ftgate.gate.CheckOptions) -> Report:
        self.paths, self.options = tuple(paths), options
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    def hook(
        self,
        files: Any,
        options: ftgate.gate.CheckOptions,
        present: Callable[[Report], str],
        look: str,
    ) -> ftgate.hooking.Answer:
        judged = self.judge(files, options)
        return ftgate.hooking.Answer(judged.exit_code, present(judged) if judged.exit_code else "")


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Gate:
    """A gate without files, in an empty folder, without FTGATE_* and colour variables."""
    stand_in = Gate()
    monkeypatch.setattr(ftgate.gate, "check", stand_in.judge)
    monkeypatch.setattr(ftgate.hooking, "hook", stand_in.hook)
    monkeypatch.chdir(tmp_path)
    for name in [*os.environ]:
        if name.startswith("FTGATE_") or name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
            monkeypatch.delenv(name)
    return stand_in


# -- exit codes -------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["text", "concise", "json"])
@pytest.mark.parametrize(
    ("dataset", "code"), [(PASSING, 0), (FAILING, 1), (UNREADABLE, 2), (UNPRICED, 3)]
)
def test_the_exit_code_is_the_verdict_in_every_format(
    gate: Gate, dataset: DatasetReport, code: int, form: str
) -> None:
    gate.answer = report(dataset)
    assert run(["check", "data", "-f", form]) == code


def test_an_expected_error_is_its_message_and_hint_on_stderr(gate: Gate, capsys: Capture) -> None:
    gate.answer = NothingToJudgeError("no training data in x", hint="looked for .jsonl")
    assert run(["check", "x"]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "ftgate: no training data in x\n  hint: looked for .jsonl\n"


def test_a_bug_is_one_line_and_a_place_to_report_it(gate: Gate, capsys: Capture) -> None:
    gate.answer = ZeroDivisionError("x\x1b[2J")
    assert run(["check"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("ftgate: internal error: ZeroDivisionError in ftgate.commands.check, ")
    assert "x1b" not in err, "what an error says may quote the data"
    assert "/issues" in err
    assert "Traceback" not in err


def test_verbose_shows_the_traceback_of_a_bug(gate: Gate, capsys: Capture) -> None:
    gate.answer = ZeroDivisionError("x")
    assert run(["check", "-v"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_interrupting_exits_130(gate: Gate) -> None:
    gate.answer = KeyboardInterrupt()
    assert run(["check"]) == 130


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["chekc"], "did you mean 'check'?"),
        (["nothing-like-it"], "ftgate --help"),
        (["check", "--modle", "x"], "--model"),
        (["check", "-f", "yaml"], "'json'"),
        (["check", "-o", "yaml=x"], "formats: text, concise, json"),
        (["check", "-o", "report.json"], "-o json=report.json"),
        (["check", "-o", "json=-"], "-f json"),
        (["check", "--config", "a.toml", "--config", "b.toml"], "one file"),
        (["check", "--isolated", "--config", "a.toml"], "drop one"),
        (["check", "-", "data"], "separately"),
        (["count", "--model", "a", "--encoding", "b"], "one of the two"),
        (["check", "-o", "json=/dev/stdout"], "-f json"),
        (["check", "-o", "json=a", "-o", "text=./a"], "are the same file"),
        (["check", "-f", "json", "-f", "text"], "one format"),
        (["check", "--epochs", "3.5"], "whole number"),
        (["completion", "tcsh"], "'fish'"),
        (["completion"], "bash, zsh, fish"),
        (["init", "nowhere"], "folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_exits_2_with_advice(
    gate: Gate, capsys: Capture, arguments: list[str], advice: str
) -> None:
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("ftgate: ")
    assert advice in err
    assert "\\" not in err


# -- what is passed on ------------------------------------------------------------------------


def test_flags_become_options(gate: Gate) -> None:
    arguments = "a b --select FT0,FT401 --ignore FT2 --model m --provider p --epochs 3"
    arguments += " --as-of 2026-01-02 --fail-on warning --on-unknown warn --exit-zero"
    arguments += " --engine ray --address auto --jobs 3"
    arguments += " --no-cache --cache-dir c --config x.toml --config usage.horizon_months=6"
    run(["check", *arguments.split()])
    assert gate.paths == ("a", "b")
    assert gate.options == ftgate.gate.CheckOptions(
        config="x.toml",
        overrides=("usage.horizon_months=6",),
        select=("FT0", "FT401"),
        ignore=("FT2",),
        model="m",
        provider="p",
        epochs="3",
        as_of="2026-01-02",
        fail_on="warning",
        on_unknown="warn",
        exit_zero=True,
        cache=False,
        cache_dir="c",
        engine="ray",
        jobs=3,
        address="auto",
    )


def test_without_flags_nothing_is_decided(gate: Gate) -> None:
    run(["check"])
    assert gate.options == ftgate.gate.CheckOptions(engine="auto")


def test_a_flag_can_come_from_the_environment_and_the_command_line_wins(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FTGATE_MODEL", "from-environment")
    monkeypatch.setenv("FTGATE_SELECT", "FT1 FT2")
    monkeypatch.setenv("FTGATE_CONFIG", "model.epochs=2\nmodel.provider=a b")
    run(["check"])
    assert gate.options.model == "from-environment"
    assert gate.options.select == ("FT1", "FT2")
    assert gate.options.overrides == ("model.epochs=2", "model.provider=a b")
    run(["check", "--model", "stated"])
    assert gate.options.model == "stated"


def test_a_version_to_install_in_the_environment_is_no_flag(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FTGATE_VERSION", "0.1.0")
    assert run(["check"]) == 0
    assert gate.paths == ()


def test_a_path_alone_is_judged(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    assert run(["data", "-q"]) == 0
    assert gate.paths == ("data",)


def test_standard_input_is_passed_as_bytes(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = SimpleNamespace(buffer=io.BytesIO(b"{}\n"), isatty=lambda: False)
    monkeypatch.setattr(sys, "stdin", stream)
    run(["check", "-"])
    assert gate.options.stdin == b"{}\n"


# -- where output goes ------------------------------------------------------------------------


def test_reports_are_written_beside_the_text(gate: Gate, tmp_path: Path, capsys: Capture) -> None:
    gate.answer = report(FAILING)
    assert run(["check", "-o", "json=a b.json", "-o", "concise=c.txt"]) == 1
    assert json.loads((tmp_path / "a b.json").read_text("utf-8"))["outcome"] == "fail"
    assert "faq/train.jsonl:3: FT401" in (tmp_path / "c.txt").read_text("utf-8")
    assert capsys.readouterr().out.startswith("ski-resort-faq: FAIL")


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("no/such/report.json", "mkdir -p no/such"),
        ("folder", "is a folder"),
        ("link-to-folder", "is a folder"),
        ("dangling", "mkdir -p"),
    ],
)
def test_a_target_that_cannot_be_written_is_refused_before_judging(
    gate: Gate, tmp_path: Path, capsys: Capture, path: str, advice: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link-to-folder").symlink_to("folder")
    (tmp_path / "dangling").symlink_to("nowhere/report.json")
    gate.answer = AssertionError("nothing is judged")
    assert run(["check", "-o", f"json={path}"]) == 2
    assert advice in capsys.readouterr().err


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_folder_without_permission_is_refused_before_judging(
    gate: Gate, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "closed").mkdir(mode=0o555)
    gate.answer = AssertionError("nothing is judged")
    assert run(["check", "-o", "json=closed/report.json"]) == 2
    assert "no permission" in capsys.readouterr().err


@needs_full
def test_the_verdict_is_said_even_when_a_file_cannot_be_written(
    gate: Gate, capsys: Capture
) -> None:
    gate.answer = report(FAILING)
    assert run(["check", "-o", "json=/dev/full"]) == 2
    out, err = capsys.readouterr()
    assert out.startswith("ski-resort-faq: FAIL")
    assert err == "ftgate: /dev/full: cannot be written: No space left on device\n"


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="needs devices")
def test_a_device_is_written_to_and_stays_one(gate: Gate) -> None:
    assert run(["check", "-q", "-o", "json=/dev/null"]) == 0
    assert Path("/dev/null").is_char_device()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_written_to_and_stays_one(gate: Gate, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert run(["check", "-q", "-o", "json=pipe"]) == 0
    assert json.loads(os.read(reader, 1 << 16))["outcome"] == "pass"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_link_is_followed_and_stays_one(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    link = tmp_path / "report.json"
    link.symlink_to("store/latest.json")
    for _ in range(2):  # first the target is missing
        assert run(["check", "-q", "-o", "json=report.json"]) == 0
        assert link.is_symlink()
        assert json.loads((tmp_path / "store" / "latest.json").read_text("utf-8"))


def test_writing_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    write_file(str(target), "old")
    target.chmod(0o640)
    write_file(str(target), "new\n")
    assert target.read_bytes() == b"new\n"
    assert target.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    with pytest.raises(UsageError, match="is a folder"):
        write_file(str(tmp_path), "x")


def test_quiet_says_nothing_of_what_passes(gate: Gate, capsys: Capture) -> None:
    run(["check", "-q"])
    assert capsys.readouterr().out == ""
    gate.answer = report(PASSING, FAILING)
    run(["check", "-q"])
    out = capsys.readouterr().out
    assert out.startswith("ski-resort-faq: FAIL")
    assert "hospital-letters" not in out


def test_quiet_does_not_change_json(gate: Gate, capsys: Capture) -> None:
    run(["check", "-q", "-f", "json"])
    assert json.loads(capsys.readouterr().out)["datasets"][0]["outcome"] == "pass"


@pytest.mark.parametrize(
    ("arguments", "environment", "colored"),
    [
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "0"}, False),
        ([], {"FORCE_COLOR": "false"}, False),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ([], {"NO_COLOR": "", "FORCE_COLOR": "1"}, True),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_follows_the_flag_then_the_environment(
    gate: Gate,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    environment: dict[str, str],
    colored: bool,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    run(["check", *arguments])
    assert ("\x1b[" in capsys.readouterr().out) is colored


def test_a_stated_width_is_kept(
    gate: Gate, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    run(["check"])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 70


def test_the_hook_is_silent_when_everything_passes(gate: Gate, capsys: Capture) -> None:
    assert run(["hook", "a.jsonl"]) == 0
    assert capsys.readouterr() == ("", "")


def test_the_hook_shows_only_what_fails(gate: Gate, capsys: Capture) -> None:
    gate.answer = report(PASSING, FAILING)
    assert run(["hook", "a.jsonl", "b.jsonl"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("ski-resort-faq: FAIL")
    assert "hospital-letters" not in out


def test_the_hook_without_files_has_nothing_to_do(gate: Gate) -> None:
    gate.answer = AssertionError("nothing is judged")
    assert run(["hook"]) == 0


def test_the_hook_judges_the_index_when_told_to(gate: Gate) -> None:
    run(["hook", "--staged"])
    assert gate.options.staged is True


# -- help and completion ----------------------------------------------------------------------


def test_every_command_has_help_that_begins_with_a_sentence() -> None:
    context = click.Context(cli, info_name="ftgate")
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        assert command.name == name
        first = (command.help or "").strip().splitlines()[0]
        assert first[0].isupper()
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help


def test_the_help_lists_every_command_in_its_section(capsys: Capture) -> None:
    assert run(["--help"]) == 0
    out = capsys.readouterr().out
    positions = [out.index(f"\n  {name} ") for name in COMMANDS]
    assert positions == sorted(positions)
    assert "Exit codes: 0 pass, 1 fail, 2 error, 3 undecided" in " ".join(out.split())


@pytest.mark.parametrize("arguments", [[], ["config"]])
def test_without_a_command_the_help_is_shown_and_nothing_is_green(
    arguments: list[str], capsys: Capture
) -> None:
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Usage: ftgate")
    assert "\n  check " in err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_call_back(shell: str, capsys: Capture) -> None:
    assert run(["completion", shell]) == 0
    assert "_FTGATE_COMPLETE" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("ftgate co", {"count", "cost", "config", "completion"}),
        ("ftgate explain FT40", {"FT401", "FT402"}),
        ("ftgate explain knowledge-", {"knowledge-injection"}),
        ("ftgate check --select FT0,FT40", {"FT0,FT401", "FT0,FT402"}),
        ("ftgate check --fail-on w", {"warning"}),
        ("ftgate init --ci g", {"github", "gitlab"}),
        ("ftgate check --pr", {"--provider", "--prices", "--price"}),
        ("ftgate count --provider op", {"openai"}),
    ],
)
def test_completion_knows_commands_rules_and_choices(words: str, expected: set[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ftgate"],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "_FTGATE_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        },
    )
    found = {line.partition(",")[2] for line in done.stdout.splitlines()}
    assert expected <= found, done.stderr


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["check", ""], ["data sets", "train.jsonl"]),
        (["hook", ""], ["data sets", "train.jsonl"]),
        (["check", "a", "tr"], ["train.jsonl"]),
        (["count", r"data\ sets/"], ["data sets/a.jsonl"]),
        (["check", "--config", "tr"], ["train.jsonl"]),
        (["init", "da"], ["data sets"]),
        (["tr"], ["train.jsonl"]),
        (["rul"], ["rules"]),
        (["explain", "zz"], []),
        (["explain", "truncated-"], ["truncated-at-training"]),
        (["init", "--ci", "git"], ["github", "gitlab"]),
        (["prices", "sh"], ["show"]),
    ],
    ids=" ".join,
)
def test_bash_completes_paths_and_names(
    tmp_path: Path, words: list[str], expected: list[str]
) -> None:
    (tmp_path / "train.jsonl").touch()
    (tmp_path / "data sets").mkdir()
    (tmp_path / "data sets" / "a.jsonl").touch()
    script = (
        f'ftgate() {{ "{sys.executable}" -m ftgate "$@"; }}\n'
        'eval "$(ftgate completion bash)"\n'
        'COMP_WORDS=(ftgate "$@")\nCOMP_CWORD=$#\n'
        "_ftgate_completion ftgate\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "-c", script, "bash", *words],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert done.stderr == ""
    assert sorted(done.stdout.split("\n")) == sorted([*(expected or [""]), ""])


# -- as a process -----------------------------------------------------------------------------


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ftgate", "config", "schema"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    error = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 0
    assert error == b""


def test_an_output_without_unicode_gets_lookalikes(tmp_path: Path) -> None:
    program = (
        "from ftgate.commands.output import emit\n"
        "emit('a \\u2014 b \\xb7 1\\u20132 \\u2192 \\u2026 ')\n"
        "emit('3\\xd7 \\u2264 \\u2265 \\u2588\\u258c \\xe9')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == b"a - b | 1-2 -> ... 3x <= >= ## \\xe9"


@needs_full
@pytest.mark.parametrize("arguments", ["rules", "--help", "--version"])
def test_a_full_disk_is_said_in_one_line(arguments: str, tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ftgate", arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=tmp_path,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("ftgate: ")
    assert done.stderr.endswith("put: No space left on device\n")
    assert len(done.stderr.splitlines()) == 1


@needs_shell
def test_a_closed_output_is_said_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -m ftgate rules >&-'],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert done.stderr == "ftgate: standard output: Bad file descriptor\n"


def test_the_version_is_printed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ftgate", "-V"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"ftgate {ftgate.__version__}\n"


def test_a_report_never_replaces_a_training_set(tmp_path: Path) -> None:
    target = tmp_path / "train.jsonl"
    target.write_text("{}\n")
    assert run(["check", str(target), "-o", f"json={target}"]) == 2
    assert target.read_text() == "{}\n"

"""The files that other tools read: hook manifest, action, CI templates."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from ftgate.cli import COMMANDS, cli
from ftgate.commands.hook_install import SCRIPT

ROOT = Path(__file__).parent.parent
IDS = ["ftgate", "ftgate-format", "ftgate-fix", "ftgate-prompts", "ftgate-project"]
IDS += ["ftgate-config", "ftgate-report"]


def manifest() -> dict[str, dict[str, Any]]:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    return {hook["id"]: hook for hook in hooks}


def test_the_manifest_has_exactly_the_promised_ids() -> None:
    assert list(manifest()) == IDS


@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("validate-manifest", ".pre-commit-hooks.yaml"),
        ("validate-config", ".pre-commit-config.yaml"),
    ],
)
def test_pre_commit_accepts_the_file(command: str, file: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", command, str(ROOT / file)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Unexpected" not in done.stdout + done.stderr


@pytest.mark.parametrize("hook", IDS)
def test_every_entry_is_a_command_with_flags_that_exist(hook: str) -> None:
    program, *arguments = shlex.split(manifest()[hook]["entry"])
    assert program == "ftgate"
    assert arguments[0] in COMMANDS
    done = CliRunner().invoke(cli, [*arguments, "--help"])
    assert done.exit_code == 0, done.output
    flags = [each.split("=")[0] for each in arguments if each.startswith("-")]
    assert all(re.search(rf"{flag}\b", done.output) for flag in flags)


DATA = ["train.jsonl", "data/a b/val.ndjson", "x/train.jsonl.gz", "train.jsonl.zst"]
PROMPTS = [
    "prompts/a.txt",
    "app/prompts/support/v2/long.md",
    "prompt/a.md",
    "x.prompty",
    "x.prompt",
    "x.prompt.yml",
    "evals/promptfooconfig.yaml",
    "mails/welcome.j2",
]
NEITHER = ["train.json", "a.jsonlx", "jsonl", "README.md", "notes.txt", "a.py"]
BESIDE = [".ftgate-baseline", "ml/ftgate-prices.json"]  # what a verdict depends on, too
TABLE = {
    "ftgate": (
        [*DATA, "train.jsonl.dvc", "ftgate.toml", "a/ftgate.toml", *BESIDE],
        [*PROMPTS, *NEITHER, "my-ftgate.toml", "ftgate.toml.bak", "model.pkl.dvc"],
    ),
    "ftgate-format": (DATA, PROMPTS + NEITHER + BESIDE + ["ftgate.toml"]),
    "ftgate-fix": (
        ["train.jsonl", "data/a b/val.ndjson"],
        [
            "x/train.jsonl.gz",
            "train.jsonl.zst",
            "train.jsonl.bak",
            "ftgate.toml",
            *PROMPTS,
            *NEITHER,
            *BESIDE,
        ],
    ),
    "ftgate-prompts": (PROMPTS, DATA + NEITHER + BESIDE + ["prompts.txt", "myprompts/a.txt"]),
    "ftgate-config": (
        [
            "ftgate.toml",
            "a/ftgate.toml",
            "pyproject.toml",
            ".ftgate-baseline",
            "a/.ftgate-baseline",
        ],
        DATA + NEITHER + ["my-ftgate.toml", "ftgate.toml.bak"],
    ),
}


@pytest.mark.parametrize("hook", TABLE)
def test_a_hook_sees_the_right_files(hook: str) -> None:
    pattern = re.compile(manifest()[hook]["files"])
    matched, unmatched = TABLE[hook]
    assert [path for path in matched if not pattern.search(path)] == []
    assert [path for path in unmatched if pattern.search(path)] == []


def test_judging_hooks_see_all_changed_files_in_one_process() -> None:
    for hook in ("ftgate", "ftgate-format", "ftgate-fix", "ftgate-prompts"):
        assert manifest()[hook]["require_serial"] is True


def test_what_judges_the_whole_project_is_not_skipped_when_files_are_only_deleted() -> None:
    assert manifest()["ftgate-project"]["always_run"] is True


def test_the_copied_hook_and_the_installed_one_are_the_same() -> None:
    assert (ROOT / "hooks" / "pre-commit").read_text("utf-8") == SCRIPT


def test_no_hook_filters_by_a_type_that_hides_broken_files() -> None:
    for hook in manifest().values():
        assert not {"types", "types_or", "verbose"} & set(hook)


def test_the_documentation_names_every_hook() -> None:
    text = (ROOT / "hooks" / "README.md").read_text("utf-8")
    assert re.findall(r"^\| `([\w-]+)` \|", text, re.M) == IDS


def test_the_action_passes_every_input_through_the_environment() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    steps = action["runs"]["steps"]
    assert all("${{" not in step["run"] for step in steps)
    passed = " ".join(str(step["env"]) for step in steps)
    assert all(f"inputs.{name} " in passed for name in action["inputs"])
    assert set(action["outputs"]) == {
        *("verdict", "exit-code", "report-json", "report-html", "sarif-file"),
        *("train-tokens", "train-cost-usd", "break-even-calls"),
    }


@pytest.mark.parametrize("file", ["action.yml", "hooks/ci/github.yml"])
def test_zizmor_finds_nothing_in_what_runs_at_github(file: str) -> None:
    command = [str(Path(sys.executable).parent / "zizmor"), "--offline", "--quiet", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout


def test_the_action_follows_githubs_schema() -> None:
    program = str(Path(sys.executable).parent / "check-jsonschema")
    command = [program, "--builtin-schema", "vendor.github-actions", "action.yml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["github", "gitlab"])
def test_ci_templates_are_yaml_and_use_what_exists(name: str) -> None:
    text = (ROOT / "hooks" / "ci" / f"{name}.yml").read_text("utf-8")
    assert yaml.safe_load(text)
    outputs = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["outputs"]
    assert set(re.findall(r"outputs\.([\w-]+)", text)) <= set(outputs)


def run_script(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script of hooks/ with a stand-in for ftgate that records its arguments."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    stand_in = programs / "ftgate"
    stand_in.write_text(
        "#!/bin/sh\n"
        'printf "%s\\n" "$@" >arguments.txt\n'
        'for each in "$@"; do case $each in\n'
        'json=*) echo "${FAKE_REPORT:-$EMPTY}" >"${each#json=}";;\n'
        'markdown=*) printf "<!-- ftgate -->\\n## verdict\\n" >"${each#markdown=}";;\n'
        'github=*) printf "::error file=a::bad\\nftgate: a: fail\\n" >"${each#github=}";;\n'
        'sarif=*) echo "{}" >"${each#sarif=}";;\n'
        "esac; done\n"
        'echo "::error::not for the runner"\n'
        "exit ${FAKE_CODE:-0}\n",
        "utf-8",
    )
    stand_in.chmod(0o755)
    return subprocess.run(
        [str(ROOT / "hooks" / script)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={
            "PATH": f"{programs}:{os.environ['PATH']}",
            "RUNNER_TEMP": str(folder),
            "EMPTY": '{"metrics": {"datasets": 0}}',
            **environment,
        },
    )


needs_bash = pytest.mark.skipif(not shutil.which("bash"), reason="the scripts are for a shell")


@needs_bash
@pytest.mark.parametrize(
    ("code", "verdict"), [(0, "pass"), (1, "fail"), (2, "error"), (3, "undecided")]
)
def test_the_action_writes_its_outputs_and_then_exits_with_the_code(
    code: int, verdict: str, tmp_path: Path
) -> None:
    done = run_script(
        "action.sh",
        tmp_path,
        FAKE_CODE=str(code),
        GITHUB_OUTPUT=str(tmp_path / "out"),
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary"),
        INPUT_PATHS="data/a b.jsonl\n\n  --x\n",
        INPUT_FAIL_ON="warning",
    )
    assert done.returncode == code, done.stderr
    report = tmp_path / "ftgate-report.json"
    assert (tmp_path / "out").read_text("utf-8").splitlines() == [
        f"verdict={verdict}",
        f"exit-code={code}",
        f"report-json={report}",
    ]
    arguments = (tmp_path / "arguments.txt").read_text("utf-8").splitlines()
    assert "data/a b.jsonl" in arguments
    assert "--fail-on=warning" in arguments
    assert not any(each.startswith("--config") for each in arguments)
    assert (tmp_path / "summary").read_text("utf-8").startswith("<!-- ftgate -->")
    assert json.loads(report.read_text("utf-8"))["metrics"] == {"datasets": 0}


@needs_bash
@pytest.mark.parametrize("sets", [1, 2])
def test_the_action_puts_out_the_numbers_of_the_report(sets: int, tmp_path: Path) -> None:
    metrics: dict[str, object] = {"datasets": sets, "a.break_even_calls": 3474.136104}
    for name in "ab"[:sets]:
        metrics |= {f"{name}.billable_tokens_high": 261_000, f"{name}.training_usd_high": 1.305}
    run_script(
        "action.sh",
        tmp_path,
        FAKE_REPORT=json.dumps({"metrics": metrics}),
        GITHUB_OUTPUT=str(tmp_path / "out"),
    )
    lines = (tmp_path / "out").read_text("utf-8").splitlines()[3:]
    alone = ["train-tokens=261000", "train-cost-usd=1.30", "break-even-calls=3474"]
    assert lines == (alone if sets == 1 else ["train-tokens=522000", "train-cost-usd=2.61"])


def test_the_numbers_of_the_action_are_metrics_of_the_report() -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "ftgate", "check", "-f", "json", "--as-of", "2026-11-22"),
            str(ROOT / "sample_data" / "hospital-letters"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    metrics = json.loads(done.stdout)["metrics"]
    known = {name.rpartition(".")[2] for name in metrics}
    assert {"billable_tokens_high", "training_usd_high", "break_even_calls", "datasets"} <= known


@needs_bash
def test_printed_names_cannot_act_as_workflow_commands(tmp_path: Path) -> None:
    lines = run_script("action.sh", tmp_path, GITHUB_OUTPUT="/dev/null").stdout.splitlines()
    token = lines[0].removeprefix("::stop-commands::")
    assert len(token) == 32
    assert lines.index("::error::not for the runner") < lines.index(f"::{token}::")
    assert lines[lines.index(f"::{token}::") + 1 :] == ["::error file=a::bad"]


def comment(folder: Path, known: str, **more: str) -> tuple[str, list[str]]:
    """Output of the action on a pull request, and the arguments of what it asked of the forge."""
    programs = folder / "programs"
    programs.mkdir()
    gh = programs / "gh"
    gh.write_text(
        '#!/bin/sh\necho "$*" >>asked.txt\n'
        f'case "$*" in *--paginate*) printf "{known}";; *) exit ${{FAKE_GH:-0}};; esac\n',
        "utf-8",
    )
    gh.chmod(0o755)
    pull = {"INPUT_COMMENT": "update", "PULL_REQUEST": "7", "GITHUB_REPOSITORY": "o/r", **more}
    done = run_script("action.sh", folder, FAKE_CODE="1", GITHUB_OUTPUT="/dev/null", **pull)
    assert done.returncode == 1, done.stderr
    asked = folder / "asked.txt"
    return done.stdout, asked.read_text("utf-8").splitlines() if asked.exists() else []


@needs_bash
@pytest.mark.parametrize(
    ("known", "request_line"),
    [
        ("", "--method POST repos/o/r/issues/7/comments"),
        ("41\\n42\\n", "--method PATCH repos/o/r/issues/comments/41"),
    ],
)
def test_the_action_keeps_one_comment_current(
    known: str, request_line: str, tmp_path: Path
) -> None:
    _, asked = comment(tmp_path, known)
    assert len(asked) == 2
    assert request_line in asked[1]
    assert asked[1].endswith(f"body=@{tmp_path}/ftgate-report.md")


@needs_bash
def test_the_action_adds_a_comment_where_another_is_asked_for(tmp_path: Path) -> None:
    _, asked = comment(tmp_path, "41\\n", INPUT_COMMENT="new")
    assert [line.split(" --silent")[0] for line in asked] == [
        "api --method POST repos/o/r/issues/7/comments"
    ]


@needs_bash
def test_a_fork_that_may_not_write_gets_a_notice_and_the_verdict(tmp_path: Path) -> None:
    shown, _ = comment(tmp_path, "", FAKE_GH="1")
    assert "::notice title=ftgate::no comment" in shown


@needs_bash
@pytest.mark.parametrize("more", [{"INPUT_COMMENT": "off"}, {"PULL_REQUEST": ""}])
def test_nothing_is_written_where_nobody_asked(more: dict[str, str], tmp_path: Path) -> None:
    assert comment(tmp_path, "", **more)[1] == []


@needs_bash
def test_the_plain_git_hook_judges_what_is_staged(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    done = run_script("pre-commit", tmp_path, FAKE_CODE="1")
    assert done.returncode == 1
    assert (tmp_path / "arguments.txt").read_text("utf-8").splitlines() == ["hook", "--staged"]


@needs_bash
def test_the_plain_git_hook_can_be_skipped_by_name(tmp_path: Path) -> None:
    done = run_script("pre-commit", tmp_path, FAKE_CODE="1", SKIP="ruff,ftgate")
    assert done.returncode == 0
    assert not (tmp_path / "arguments.txt").exists()


@needs_bash
def test_the_plain_git_hook_is_not_green_when_ftgate_is_missing(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    git = Path(shutil.which("git") or "git").parent
    done = subprocess.run(
        ["/bin/sh", str(ROOT / "hooks" / "pre-commit")],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PATH": str(git)},
    )
    if shutil.which("ftgate", path=str(git)):
        pytest.skip("ftgate is installed beside git")
    assert done.returncode == 2
    assert "pip install ftgate" in done.stderr


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    declared = re.search(r"^\.PHONY: (.*)$", makefile, re.M)
    assert declared
    targets = re.findall(r"^([a-z-]+):.*## ", makefile, re.M)
    assert sorted(declared[1].split()) == sorted(targets)

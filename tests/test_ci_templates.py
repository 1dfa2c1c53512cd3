"""Jobs for CI servers: their own schemas accept them, and their scripts judge a real repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import yaml

import ftgate
from ftgate.cli import run
from ftgate.commands.init_ci import SERVERS, template
from tests.conftest import AS_OF, ROOT

Capture = pytest.CaptureFixture[str]
PACKAGED = ROOT / "ftgate" / "ci"
PROGRAMS = Path(sys.executable).parent
TEMPLATES = sorted(server.template for server in SERVERS.values())
JUSTIFIED, KNOWLEDGE = "hospital-letters", "ski-resort-faq"
needs_bash = pytest.mark.skipif(not shutil.which("bash"), reason="the scripts are for a shell")


# -- the templates themselves -----------------------------------------------------------------


def test_every_template_belongs_to_a_server_and_is_the_one_in_hooks() -> None:
    shown = ROOT / "hooks" / "ci"
    assert sorted(path.name for path in PACKAGED.iterdir()) == TEMPLATES
    assert sorted(path.name for path in shown.iterdir()) == TEMPLATES
    for name in TEMPLATES:
        assert (shown / name).read_bytes() == (PACKAGED / name).read_bytes(), "cp ftgate/ci hooks"


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_installs_this_version(name: str) -> None:
    pins = re.findall(r"ftgate(?:==|@v)([\w.]+)", template(name))
    assert pins == [ftgate.__version__]


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        ("vendor.github-workflows", "github.yml"),
        ("vendor.gitlab-ci", "gitlab.yml"),
        ("vendor.azure-pipelines", "azure.yml"),  # its patterns are no Unicode expressions
    ],
)
def test_the_servers_schema_accepts_the_template(schema: str, name: str) -> None:
    program = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    program += ["--regex-variant", "nonunicode"]
    done = subprocess.run(
        [*program, str(PACKAGED / name)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


# -- their scripts, in a shell ----------------------------------------------------------------


def gitlab_script() -> str:
    return "set -eo pipefail\n" + "\n".join(
        yaml.safe_load(template("gitlab.yml"))["ftgate"]["script"]
    )


def azure_script() -> str:
    steps = yaml.safe_load(template("azure.yml"))["steps"]
    return "\n".join(f"({each['bash']}\n) || exit $?" for each in steps if "bash" in each)


def jenkins_script() -> str:
    (body,) = re.findall(r"sh '''(.*?)'''", template("Jenkinsfile"), re.S)
    assert "\\" not in body, "Groovy would read it before the shell does"
    return body


SCRIPTS = {
    "gitlab": gitlab_script(),
    "azure": azure_script(),
    "jenkins": jenkins_script(),
    "shell": template("ftgate.sh"),
}
REPORTS = {
    "gitlab": {"ftgate-report.json", "ftgate-junit.xml", "gl-code-quality-report.json"},
    "azure": {
        f"staging/ftgate/{name}"
        for name in ("report.json", "junit.xml", "report.sarif", "summary.md")
    },
    "jenkins": {"ftgate-reports/report.json", "ftgate-reports/junit.xml"},
    "shell": {
        f"ftgate-reports/{name}"
        for name in ("report.json", "junit.xml", "report.sarif", "summary.md")
    },
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository, and a folder of programs with ftgate in which pip installs nothing."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, body in (
        ("ftgate", f'exec "{sys.executable}" -m ftgate "$@"'),
        ("pip", 'echo "$@" >>"$HOME/installed"'),
        ("python", 'echo "$@" >>"$HOME/installed"'),
    ):
        (programs / name).write_text(f"#!/bin/sh\n{body}\n", "utf-8")
        (programs / name).chmod(0o755)
    project = tmp_path / "project"
    project.mkdir()
    subprocess.run(["git", "init", "-q", str(project)], check=True)
    return project


def commit_sample(project: Path, name: str) -> None:
    shutil.copytree(ROOT / "sample_data" / name, project / name)
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    for arguments in (["add", "."], [*identity, "commit", "-q", "-m", "data"]):
        subprocess.run(["git", *arguments], cwd=project, check=True)


def execute(
    command: list[str], project: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run one command as a server does: in the clone, with nothing of ours in the environment."""
    (project.parent / "staging").mkdir(exist_ok=True)
    (project / "staging").symlink_to(project.parent / "staging")
    return subprocess.run(
        command,
        cwd=project,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={
            "PATH": f"{project.parent / 'programs'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(project.parent),
            "FTGATE_CACHE_DIR": os.environ["FTGATE_CACHE_DIR"],
            "FTGATE_TODAY": AS_OF,
            "BUILD_ARTIFACTSTAGINGDIRECTORY": str(project.parent / "staging"),
            **environment,
        },
    )


def check_reports(project: Path, outcome: str, reports: set[str]) -> None:
    """Every report is there, says what it has to say, and is what its name says."""
    for name in reports:
        text = (project / name).read_text("utf-8")
        if name.endswith("report.json") and "quality" not in name:
            assert json.loads(text)["outcome"] == outcome
        elif name.endswith("quality-report.json"):
            severities = {each["severity"] for each in json.loads(text)}
            assert ("critical" in severities or "major" in severities) == (outcome == "fail")
        elif name.endswith(".sarif"):
            levels = {each["level"] for each in json.loads(text)["runs"][0]["results"]}
            assert ("error" in levels) == (outcome == "fail")
        elif name.endswith(".xml"):
            suite = ET.fromstring(text)  # noqa: S314 - written above
            assert bool(suite.findall(".//failure")) == (outcome == "fail")
        else:
            assert text.startswith("<!-- ftgate -->")


@needs_bash
@pytest.mark.parametrize(("data", "code"), [(JUSTIFIED, 0), (KNOWLEDGE, 1)])
@pytest.mark.parametrize("server", SCRIPTS)
def test_the_job_ends_with_the_verdict_and_leaves_its_reports(
    server: str, data: str, code: int, repository: Path
) -> None:
    commit_sample(repository, data)
    shell = "sh" if server == "shell" else "bash"
    done = execute([shell, "-c", SCRIPTS[server]], repository)
    assert done.returncode == code, done.stdout + done.stderr
    assert f"{data}: {'FAIL' if code else 'PASS'}" in done.stdout
    check_reports(repository, "fail" if code else "pass", REPORTS[server])
    installed = repository.parent / "installed"
    expected = server in ("gitlab", "azure")
    assert installed.exists() == expected
    if expected:
        assert f"ftgate=={ftgate.__version__}" in installed.read_text("utf-8")


@needs_bash
def test_azure_gets_the_summary_and_no_command_out_of_a_file_name(repository: Path) -> None:
    hostile = repository / "##vso[task.setvariable variable=x]y"
    shutil.copytree(ROOT / "sample_data" / KNOWLEDGE, hostile)
    done = execute(["bash", "-c", SCRIPTS["azure"]], repository)
    commands = [line for line in done.stdout.splitlines() if "##" in line]
    assert [line.partition("]")[0] for line in commands] == ["##vso[task.uploadsummary"]
    assert "vso[task.setvariable" in done.stdout


@needs_bash
def test_the_shell_job_passes_its_arguments_on_and_reports_where_it_is_told(
    repository: Path,
) -> None:
    commit_sample(repository, KNOWLEDGE)
    command = ["sh", "-s", "--", "--exit-zero", KNOWLEDGE]
    done = subprocess.run(
        command,
        input=template("ftgate.sh"),
        cwd=repository,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PATH": f"{repository.parent / 'programs'}:{os.environ['PATH']}"}
        | {"FTGATE_REPORTS": "a b/c", "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads((repository / "a b/c/report.json").read_text("utf-8"))["outcome"] == "fail"


@needs_bash
@pytest.mark.parametrize(("data", "code"), [(JUSTIFIED, 0), (KNOWLEDGE, 1)])
def test_the_github_action_judges_a_real_repository(data: str, code: int, repository: Path) -> None:
    commit_sample(repository, data)
    folder = repository.parent
    done = execute(
        [str(ROOT / "hooks" / "action.sh")],
        repository,
        RUNNER_TEMP=str(folder),
        GITHUB_OUTPUT=str(folder / "output"),
        GITHUB_STEP_SUMMARY=str(folder / "summary.md"),
        INPUT_SARIF="true",
    )
    assert done.returncode == code, done.stderr
    outcome = "fail" if code else "pass"
    told = (folder / "output").read_text("utf-8")
    assert f"verdict={outcome}\nexit-code={code}\n" in told
    assert f"report-html={folder / 'ftgate-report.html'}\n" in told
    assert (folder / "ftgate-report.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    check_reports(folder, outcome, {"ftgate-report.json", "ftgate-report.sarif", "summary.md"})
    errors = [line for line in done.stdout.splitlines() if line.startswith("::error ")]
    assert bool(errors) == bool(code)
    assert all(f"file={data}/train.jsonl" in line for line in errors if "file=" in line)


SHELL_FILES = ["hooks/action.sh", "hooks/pre-commit", "ftgate/ci/ftgate.sh"]


def shellcheck(arguments: list[str], text: str | None = None) -> str:
    program = [str(PROGRAMS / "shellcheck"), "--norc", "--severity=style", *arguments]
    done = subprocess.run(
        program, input=text, capture_output=True, text=True, check=False, cwd=ROOT
    )
    return done.stdout + done.stderr


def test_shellcheck_finds_nothing_in_any_shell_of_the_repository() -> None:
    assert shellcheck(SHELL_FILES) == ""
    for server in ("gitlab", "azure", "jenkins"):
        assert shellcheck(["--shell=bash", "-"], SCRIPTS[server]) == ""
    action: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    for step in action["runs"]["steps"]:
        assert shellcheck(["--shell=bash", "-"], step["run"]) == ""


def test_shellcheck_would_find_something() -> None:
    assert "SC2086" in shellcheck(["--shell=sh", "-"], "echo $1\n")


def test_shellcheck_finds_nothing_in_the_completion_of_bash(capsys: Capture) -> None:
    run(["completion", "bash"])
    assert shellcheck(["--shell=bash", "-"], capsys.readouterr().out) == ""


# -- ftgate init --ci -------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, and a folder in it to work in."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    return tmp_path


def files_of(project: Path) -> dict[str, str]:
    return {
        path.relative_to(project).as_posix(): path.read_text("utf-8")
        for path in project.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("server", SERVERS)
def test_init_writes_the_job_at_the_root_and_says_what_is_next(
    server: str, project: Path, capsys: Capture
) -> None:
    assert run(["init", "--ci", server]) == 0
    out = capsys.readouterr().out
    wanted = {SERVERS[server].path: template(SERVERS[server].template)}
    if server == "gitlab":
        wanted[".gitlab-ci.yml"] = "include:\n  - local: .gitlab/ftgate.yml\n"
    assert files_of(project) == wanted
    assert all(f"wrote ../{path}" in out for path in wanted)
    assert "next: commit" in out
    assert "ftgate init" in out  # there is no plan yet


def test_a_job_that_is_there_already_is_fine(project: Path, capsys: Capture) -> None:
    for _ in range(2):
        assert run(["init", "--ci", "gitlab"]) == 0
    out = capsys.readouterr().out
    assert "../.gitlab/ftgate.yml is there already" in out
    assert "../.gitlab-ci.yml: already names ftgate" in out


def test_another_file_in_its_place_is_shown_and_kept_unless_forced(
    project: Path, capsys: Capture
) -> None:
    theirs = project / "Jenkinsfile"
    theirs.write_text("\n// build \x1b[2J\npipeline {}\n", "utf-8")
    assert run(["init", "--ci", "jenkins"]) == 2
    err = capsys.readouterr().err
    assert "Jenkinsfile exists and is not overwritten: 3 lines, beginning with" in err
    assert "--force" in err
    assert "\x1b" not in err
    assert "pipeline {}" in theirs.read_text("utf-8")
    assert run(["init", "--ci", "jenkins", "--force"]) == 0
    assert "replaced ../Jenkinsfile" in capsys.readouterr().out
    assert theirs.read_text("utf-8") == template("Jenkinsfile")


def test_a_pipeline_of_gitlab_is_left_to_its_owner(project: Path, capsys: Capture) -> None:
    (project / ".gitlab-ci.yml").write_text("stages: [test]\n", "utf-8")
    assert run(["init", "--ci", "gitlab", "--force"]) == 0
    assert files_of(project)[".gitlab-ci.yml"] == "stages: [test]\n"
    assert "add to it:\n\ninclude:\n  - local: .gitlab/ftgate.yml" in capsys.readouterr().out


def test_a_dry_run_of_a_job_writes_nothing(project: Path, capsys: Capture) -> None:
    assert run(["init", "--ci", "azure", "--dry-run"]) == 0
    assert capsys.readouterr().out.endswith(template("azure.yml"))
    assert files_of(project) == {}


def test_force_and_folders_in_the_way_are_refused(
    project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["init", "--force"]) == 2
    assert "--ci github" in capsys.readouterr().err
    (project / "ci").write_text("a file", "utf-8")
    assert run(["init", "--ci", "shell"]) == 2
    assert "cannot be" in capsys.readouterr().err
    monkeypatch.setenv("FTGATE_FORCE", "1")
    (project / "Jenkinsfile").write_text("mine", "utf-8")
    assert run(["init", "--ci", "jenkins"]) == 2

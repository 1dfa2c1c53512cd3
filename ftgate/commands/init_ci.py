"""``ftgate init --ci``: the job for a CI server, from the templates that the package brings."""

from __future__ import annotations

import os
from importlib.resources import files
from typing import NamedTuple

from ftgate.commands.output import emit, write_file
from ftgate.errors import UsageError
from ftgate.render import words


class Server(NamedTuple):
    """Where a server looks for jobs: template, path in the repository, what is left to do."""

    template: str
    path: str
    then: str


SERVERS: dict[str, Server] = {
    "github": Server(
        "github.yml",
        ".github/workflows/ftgate.yml",
        "commit it; pull requests are judged from then on",
    ),
    "gitlab": Server(
        "gitlab.yml",
        ".gitlab/ftgate.yml",
        "commit both; merge requests are judged from then on",
    ),
    "azure": Server(
        "azure.yml",
        ".azure-pipelines/ftgate.yml",
        "commit it; az pipelines create --name ftgate --yml-path .azure-pipelines/ftgate.yml",
    ),
    "jenkins": Server(
        "Jenkinsfile",
        "Jenkinsfile",
        "commit it; a multibranch pipeline finds it by itself",
    ),
    "shell": Server(
        "ftgate.sh",
        "ci/ftgate.sh",
        "commit it; let the server run: sh ci/ftgate.sh",
    ),
}
_GITLAB = ".gitlab-ci.yml"
_INCLUDE = "include:\n  - local: .gitlab/ftgate.yml\n"


def template(name: str) -> str:
    """The text of one template."""
    return files("ftgate").joinpath("ci", name).read_text("utf-8")


def write(root: str, name: str, *, force: bool, dry_run: bool) -> None:
    """Write the job of one server below ``root``, and print the next step.

    Raises UsageError for a file that is there and differs, unless ``force``.
    """
    server = SERVERS[name]
    text = template(server.template)
    path = os.path.relpath(os.path.join(root, server.path))
    entry = os.path.relpath(os.path.join(root, _GITLAB))
    if dry_run:
        emit(f"# {path}\n{text}")
        return
    lines = [_put(path, text, force=force)]
    if name == "gitlab":
        lines.append(_included(entry))
    if not os.path.exists(os.path.join(root, "ftgate.toml")):
        lines.append("no ftgate.toml there yet: write one with ftgate init")
    emit("\n".join([*lines, f"next: {server.then}", ""]))


def _put(path: str, text: str, *, force: bool) -> str:
    """Write the file and say so; one that is there stays, unless ``force``."""
    found = _read(path)
    if found == text:
        return f"{path} is there already, as it should be"
    if found is not None and not force:
        lines = found.splitlines()
        first = next((line.strip() for line in lines if line.strip()), "")
        raise UsageError(
            f"{path} exists and is not overwritten: {words.count(len(lines), 'line')},"
            f" beginning with {first[:60]!r}",
            hint="see what would be written: --dry-run; replace it: --force",
        )
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
    write_file(path, text)
    return f"replaced {path}" if found is not None else f"wrote {path}"


def _included(entry: str) -> str:
    """GitLab reads one file: a new one includes the job, one that is there is left to its owner."""
    found = _read(entry)
    if found is None:
        write_file(entry, _INCLUDE)
        return f"wrote {entry}, which includes it"
    if "ftgate" in found:
        return f"{entry}: already names ftgate, stays as it is"
    return f"{entry} is yours and stays as it is; add to it:\n\n{_INCLUDE}"


def _read(path: str) -> str | None:
    """The text of a file, None where there is none. Raises UsageError for anything else."""
    try:
        with open(path, encoding="utf-8", errors="replace", newline="") as stream:
            return stream.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None

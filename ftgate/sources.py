"""What the user named → datasets of files, each with the settings that judge it.

Paths may be files, folders, globs or ``-`` (standard input). A dataset declared in the nearest
``ftgate.toml`` is judged as declared; everything else is grouped by :mod:`ftgate.grouping`.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ftgate.config import FILE_NAME, is_plan
from ftgate.errors import ConfigError, NothingToJudgeError, UnreadableError
from ftgate.grouping import group
from ftgate.readers import DATA_SUFFIXES
from ftgate.settings import DatasetSettings, Settings

PROMPT_SUFFIXES = (".j2", ".jinja", ".jinja2", ".md", ".txt")
PLAN_NAMES = (FILE_NAME, "pyproject.toml")
_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})
_OTHER_SUFFIXES = (".json", ".csv", ".tsv", ".parquet")
_DATA_FOLDERS = frozenset({"data", "dataset", "datasets"})

if TYPE_CHECKING:
    from ftgate.model import FileRole

FindSettings = Callable[[Path], tuple[Path | None, Settings]]


@dataclass(frozen=True, slots=True)
class File:
    """One file of a dataset: ``path`` is where its bytes are, ``name`` how reports call it."""

    path: str
    role: FileRole
    name: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """Training, validation and test files that are judged together, with their prompt files."""

    name: str
    files: tuple[File, ...]
    config_path: str | None = None

    def of(self, role: FileRole) -> tuple[File, ...]:
        """Files with this role, in stable order."""
        return tuple(file for file in self.files if file.role == role)


@dataclass(frozen=True, slots=True)
class Job:
    """One dataset to judge, with its settings and its own table of the configuration."""

    dataset: Dataset
    settings: Settings
    plan: DatasetSettings


def discover(
    paths: Sequence[str], settings_of: FindSettings, *, siblings: bool = False
) -> list[Job]:
    """Jobs for what the user named, in stable order.

    ``siblings`` adds the rest of each file's group, for hooks that see changed files only; a
    changed plan (``ftgate.toml``) then stands for every dataset below it. A neighbour's broken plan
    is not this commit's business; that of a named file raises ConfigError.
    Raises UnreadableError for a path that is missing, NothingToJudgeError when nothing is there.
    """
    named = [Path(path) for path in expand([*paths, *(_below_plans(paths) if siblings else ())])]
    wanted = {_real(file) for file in named}
    plans = _Plans(settings_of)
    jobs: dict[tuple[str, str], Job] = {}
    undeclared: dict[Path | None, list[Path]] = {}
    for file in _with_siblings(named) if siblings else named:
        real = _real(file)
        try:
            config, declared = plans.of(file.parent)
        except ConfigError:
            if real in wanted:
                raise
            continue
        plan = siblings and config is not None and real == _real(config)
        owners = [(job, members) for job, members in declared if plan or real in members]
        for job, members in owners:
            if plan or members & wanted:
                jobs[(str(config), job.dataset.name)] = job
        if not owners and (not siblings or _is_data(file.name)):
            undeclared.setdefault(config, []).append(file)
    for config, files in undeclared.items():
        for job in _grouped(files, config, plans.settings[config]):
            if _members(job) & wanted:
                jobs[(str(config), "\0" + job.dataset.name)] = job
    return sorted(jobs.values(), key=lambda job: job.dataset.files[0].name)


class _Plans:
    """Configurations by folder, each with its declared datasets and their members, read once."""

    def __init__(self, settings_of: FindSettings) -> None:
        self._settings_of = settings_of
        self._declared: dict[Path | None, list[tuple[Job, set[str]]]] = {}
        self.settings: dict[Path | None, Settings] = {}

    def of(self, folder: Path) -> tuple[Path | None, list[tuple[Job, set[str]]]]:
        config, settings = self._settings_of(folder)
        if config not in self.settings:
            declared = [(job, _members(job)) for job in _declared(config, settings)]
            self._declared[config], self.settings[config] = declared, settings
        return config, self._declared[config]


def declared(config: Path, settings: Settings) -> list[Job]:
    """Every dataset that a configuration declares."""
    return _declared(config, settings)


def expand(paths: Sequence[str]) -> list[str]:
    """Data files under files, folders and globs, sorted, each once.

    A file that is named outright is taken whatever its suffix; folders and globs yield data files.
    """
    found: dict[str, None] = {}
    for path in paths:
        if os.path.isdir(path):
            found.update(dict.fromkeys(_walk(path)))
        elif os.path.lexists(path):
            found[_regular(path)] = None
        elif glob.has_magic(path):
            matches = [name for name in sorted(glob.glob(path, recursive=True)) if _is_data(name)]
            found.update(dict.fromkeys(os.path.normpath(name) for name in matches))
        else:
            raise UnreadableError(f"{path}: no such file or folder")
    if not found:
        raise NothingToJudgeError(
            f"no training data in {', '.join(paths) or 'the current folder'}",
            hint=f"looked for files that end in {', '.join(DATA_SUFFIXES)}{_other_data(paths)}",
        )
    return list(found)


def index_files(root: Path) -> list[str]:
    """Data, prompts and plans that a commit would change, relative to the repository's root."""
    names = _git(root, "diff", "--cached", "--name-only", "-z", "--no-renames")
    return [name for name in names.split("\0") if name and _is_input(name)]


def neighbours_of_deleted(paths: Sequence[str], root: Path) -> list[str]:
    """The paths, with each file that git knew and that is gone replaced by the data beside it.

    A missing file that git never knew stays: it is a mistake of the caller.
    """
    found: list[str] = []
    for path in paths:
        if os.path.lexists(path) or not _was_tracked(path, root):
            found.append(path)
        else:
            found.extend(data_beside(path))
    return found


def data_beside(path: str) -> list[str]:
    """Data files in the folder of a file that is gone; below it, when it was a plan."""
    folder = Path(path).parent
    if Path(path).name == FILE_NAME and folder.is_dir():
        return _walk(str(folder))
    return [str(near) for near in _listed(folder) if _is_data(near.name)]


def _was_tracked(path: str, root: Path) -> bool:
    try:
        name = os.path.relpath(path, root).replace(os.sep, "/")
        return bool(_git(root, "ls-tree", "--name-only", "HEAD", "--", name))
    except UnreadableError:
        return False


def export_index(root: Path, target: Path) -> None:
    """Write the staged version of all data, prompt and configuration files below ``target``.

    The whole group of a changed file is needed, so unchanged members are written too. Large files
    in Git LFS stay pointers: a hook does not fetch.
    """
    listed = _git(root, "ls-files", "-z", "--cached")
    wanted = [name for name in listed.split("\0") if name and _is_input(name)]
    _git(root, "checkout-index", "-z", "--stdin", f"--prefix={target}/", stdin="\0".join(wanted))


def git_root(start: Path) -> Path:
    """Top folder of the repository; UnreadableError outside of one."""
    return Path(_git(start, "rev-parse", "--show-toplevel").rstrip("\n"))


def _git(folder: Path, *arguments: str, stdin: str = "") -> str:
    import subprocess

    environment = {**os.environ, "GIT_LFS_SKIP_SMUDGE": "1"}
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, arguments without a shell
            command,
            input=stdin,
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="surrogateescape",
            env=environment,
        )
    except FileNotFoundError:
        raise UnreadableError("git is not installed", hint="--staged needs git") from None
    if done.returncode:
        raise UnreadableError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout


def _declared(config: Path | None, settings: Settings) -> list[Job]:
    if config is None:
        return []
    return [Job(_declared_dataset(config, table), settings, table) for table in settings.dataset]


def _declared_dataset(config: Path, table: DatasetSettings) -> Dataset:
    roles: tuple[tuple[FileRole, tuple[str, ...]], ...] = (
        ("train", table.train),
        ("validation", table.validation),
        ("test", table.test),
        ("prompt", table.prompts),
    )
    files: list[File] = []
    for role, patterns in roles:
        for pattern in patterns:
            matches = sorted(glob.glob(pattern, root_dir=config.parent, recursive=True))
            if not matches:
                raise ConfigError(
                    f"{config}: dataset {table.name}: {role} {pattern!r} matches no file",
                    hint="globs are relative to the configuration file",
                )
            files.extend(_file(config.parent / name, role) for name in matches)
    _check_roles(config, table.name, files)
    if not any(file.role == "train" for file in files):
        raise ConfigError(f"{config}: dataset {table.name} has no training files (key `train`)")
    return Dataset(table.name, tuple(files), str(config))


def _check_roles(config: Path, dataset: str, files: Iterable[File]) -> None:
    """A file listed twice would be billed twice, or trained on and held out."""
    roles: dict[str, FileRole] = {}
    for file in files:
        real = _real(Path(file.path))
        if real in roles:
            raise ConfigError(
                f"{config}: dataset {dataset}: {file.name} is listed twice"
                f" ({roles[real]} and {file.role})",
                hint="each file has one role; narrow the globs",
            )
        roles[real] = file.role


def _grouped(files: Iterable[Path], config: Path | None, settings: Settings) -> list[Job]:
    groups = group(Path(os.path.abspath(file)) for file in files)
    jobs = []
    for (folder, base), members in groups.items():
        alone = sum(1 for other, _ in groups if other == folder) == 1
        own = Path(folder).resolve().name if not base or (alone and base == "data") else base
        data = [_file(Path(path), role) for path, role in members]
        prompts = [_file(path, "prompt") for path in _prompts_near(Path(folder))]
        dataset = Dataset(own, tuple(data + prompts), str(config) if config else None)
        jobs.append(Job(dataset, settings, DatasetSettings(name=own)))
    names = [job.dataset.name for job in jobs]
    return [
        job if names.count(job.dataset.name) == 1 else _renamed(job, job.dataset.files[0].name)
        for job in jobs
    ]


def _renamed(job: Job, name: str) -> Job:
    return replace(job, dataset=replace(job.dataset, name=name))


def _file(path: Path, role: FileRole) -> File:
    shown = os.path.normpath(path)
    if os.path.isabs(shown):
        relative = os.path.relpath(shown)
        shown = shown if relative.startswith("..") else relative
    return File(str(path), role, shown.replace(os.sep, "/"))


def _prompts_near(folder: Path) -> list[Path]:
    """Prompt files beside the data, in ``prompts/``, or beside the ``data/`` folder."""
    roots = [folder]
    if folder.resolve().name.lower() in _DATA_FOLDERS:
        roots.append(folder.parent)
    found: list[Path] = []
    for root in roots:
        near = [path for path in _listed(root) if "prompt" in path.name.lower()]
        below = [path for sub in ("prompt", "prompts") for path in _listed(root / sub)]
        found.extend(
            path
            for path in (*near, *below)
            if path.suffix in PROMPT_SUFFIXES
            and path.is_file()
            and not path.name.lower().startswith("readme")
        )
    return found


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _with_siblings(files: Sequence[Path]) -> list[Path]:
    """The files, and all data in their folders that may belong to their groups.

    A prompt file finds the datasets beside it, or beside its ``prompts/`` folder.
    """
    found = dict.fromkeys(files)
    for file in files:
        for folder in (file.parent, file.parent.parent):
            near = _listed(folder)
            near += [inner for sub in near if sub.is_dir() for inner in _listed(sub)]
            found.update(dict.fromkeys(path for path in near if _is_data(path.name)))
    seen: dict[str, Path] = {}
    for file in found:
        seen.setdefault(_real(file), file)
    return list(seen.values())


def _members(job: Job) -> set[str]:
    """Real paths of everything whose change is a change of this dataset."""
    members = {_real(Path(file.path)) for file in job.dataset.files}
    if job.plan.tuned_prompt and job.dataset.config_path:
        members.add(_real(Path(job.dataset.config_path).parent / job.plan.tuned_prompt))
    return members


def _real(path: Path) -> str:
    return os.path.realpath(path)


def _walk(top: str) -> list[str]:
    found: list[str] = []
    for folder, folders, names in os.walk(top, onerror=_raise):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _SKIPPED_FOLDERS
        )
        paths = [os.path.join(folder, name) for name in sorted(names) if _is_data(name)]
        found.extend(
            os.path.normpath(path)
            for path in paths
            if os.path.isfile(path) or os.path.islink(path)  # no pipe and no device
        )
    return found


def _regular(path: str) -> str:
    """A file that can be read twice; a dangling link is a finding later."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise UnreadableError(
            f"{path}: not a regular file", hint="read a pipe with: ftgate check -"
        )
    return os.path.normpath(path)


def _other_data(paths: Sequence[str]) -> str:
    """A hint at files that look like data of another kind, which can be named outright."""
    names = [name for path in paths if os.path.isdir(path) for name in sorted(os.listdir(path))]
    others = [name for name in names if name.lower().endswith(_OTHER_SUFFIXES)]
    return f"; {others[0]} is not JSON Lines, name it to see how to convert it" if others else ""


def _raise(error: OSError) -> None:
    raise UnreadableError(f"{error.filename}: {error.strerror}")


def _is_data(name: str) -> bool:
    return name.lower().endswith(DATA_SUFFIXES)


def _below_plans(paths: Sequence[str]) -> list[str]:
    """Data files in the folders of the plans among these paths."""
    plans = [path for path in paths if os.path.basename(path) in PLAN_NAMES and is_plan(path)]
    return [file for plan in plans for file in _walk(os.path.dirname(plan) or ".")]


def _is_input(name: str) -> bool:
    base = name.rsplit("/", 1)[-1].lower()
    prompts = (*PROMPT_SUFFIXES, ".prompt", ".prompty")
    return _is_data(base) or base in PLAN_NAMES or base.endswith(prompts)

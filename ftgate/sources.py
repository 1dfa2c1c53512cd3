"""What the user named → datasets of files, each with the settings that judge it.

Paths may be files, folders, globs, addresses or ``-`` (standard input). A dataset declared in the
nearest ``ftgate.toml`` is judged as declared; everything else is grouped by :mod:`ftgate.grouping`.
The plan of data elsewhere is that of the current folder.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ftgate.errors import ConfigError
from ftgate.files import DVC_SUFFIX, PROMPT_SUFFIXES, below_plans, expand, is_data, listed
from ftgate.grouping import group
from ftgate.readers.prompt_names import is_prompt
from ftgate.remote.names import is_url, shown
from ftgate.settings import DatasetSettings, Settings

_DATA_FOLDERS = frozenset({"data", "dataset", "datasets"})

if TYPE_CHECKING:
    from ftgate.model import FileRole

FindSettings = Callable[[Path], tuple[Path | None, Settings]]
Listed = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class File:
    """One file of a dataset: ``path`` is where its bytes are, ``name`` how reports call it.

    The path may be an address; its name is then without what may be secret of it.
    """

    path: str
    role: FileRole
    name: str

    @property
    def table_suffix(self) -> str:
        """What of its name decides how it is read: some providers take tables ("": no table)."""
        return ".csv" if self.name.lower().endswith(".csv") else ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Training, validation and test files that are judged together, with their prompt files."""

    name: str
    files: tuple[File, ...]
    config_path: str | None = None

    def of(self, role: FileRole) -> tuple[File, ...]:
        """Files with this role, in stable order."""
        return tuple(file for file in self.files if file.role == role)

    @property
    def only_prompts(self) -> bool:
        """A prompt file that belongs to no training set is a dataset of its own."""
        return all(file.role == "prompt" for file in self.files)


@dataclass(frozen=True, slots=True)
class Job:
    """One dataset to judge, with its settings and its own table of the configuration."""

    dataset: Dataset
    settings: Settings
    plan: DatasetSettings

    @property
    def folder(self) -> Path:
        """Where its configuration is, else its first file: a price lock is searched from there.

        Data elsewhere belong to the current folder.
        """
        first = self.dataset.files[0].path if self.dataset.files else ""
        return Path(self.dataset.config_path or ("" if is_url(first) else first)).parent

    @property
    def plan_folder(self) -> Path:
        """The folder that paths in its plan are relative to."""
        return Path(self.dataset.config_path).parent if self.dataset.config_path else Path()


def discover(
    paths: Sequence[str],
    settings_of: FindSettings,
    *,
    siblings: bool = False,
    listed: Listed | None = None,
) -> list[Job]:
    """Jobs for what the user named, in stable order.

    ``listed`` knows what lies behind the addresses of folders and globs (None: it is asked).

    A plan (``ftgate.toml``) stands for every dataset below it. ``siblings`` adds the rest of each
    file's group, for hooks that see changed files only; a prompt file that belongs to none then
    stands for itself. A neighbour's broken plan is not this commit's business; that
    of a named file raises ConfigError.
    Raises UnreadableError for a path that is missing, NothingToJudgeError when nothing is there.
    """
    plans = _Plans(settings_of)
    urls = [path for path in paths if is_url(path)]
    here = [path for path in paths if not is_url(path)]
    found = _discover_here(here, plans, siblings=siblings) if here or not urls else []
    if urls:
        from ftgate.elsewhere import discover_elsewhere

        found += discover_elsewhere(urls, *plans.of(Path()), plans.settings, listed)
    once = {job.dataset: located(job, listed) for job in found}  # its files may be here and there
    return sorted(once.values(), key=lambda job: job.dataset.files[0].name)


def _discover_here(paths: Sequence[str], plans: _Plans, *, siblings: bool) -> list[Job]:
    named = [Path(path) for path in expand([*paths, *below_plans(paths)])]
    wanted = {_real(file) for file in named}
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
        plan = config is not None and real == _real(config)
        owners = [(job, members) for job, members in declared if plan or real in members]
        for job, members in owners:
            if plan or members & wanted:
                jobs[(str(config), job.dataset.name)] = job
        named_as_data = not (siblings or plan or _is_alone(file, set()))
        if not owners and (is_data(file.name) or named_as_data):
            undeclared.setdefault(config, []).append(file)
    for config, files in undeclared.items():
        for job in _grouped(files, config, plans.settings[config]):
            if _members(job) & wanted:
                jobs[(str(config), "\0" + job.dataset.name)] = job
    found = [*jobs.values()]
    owned = {member for job in found for member in _members(job)}
    return found + [_alone(file, plans) for file in named if _is_alone(file, owned)]


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


def located(job: Job, listed: Listed | None) -> Job:
    """The dataset with the files of the folders and globs that it has elsewhere."""
    declared = {*job.plan.train, *job.plan.validation, *job.plan.test}
    if not any(is_url(file.path) and file.path in declared for file in job.dataset.files):
        return job
    from ftgate.elsewhere import with_files

    dataset = with_files(job.dataset, listed)
    if dataset.config_path:
        _check_roles(Path(dataset.config_path), dataset.name, dataset.files)
    return replace(job, dataset=dataset)


def declared(config: Path, settings: Settings) -> list[Job]:
    """Every dataset that a configuration declares."""
    return _declared(config, settings)


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
            if is_url(pattern):
                files.append(_elsewhere(config, table.name, pattern, role))
                continue
            matches = sorted(glob.glob(pattern, root_dir=config.parent, recursive=True))
            if not matches:
                pointers = glob.glob(pattern + DVC_SUFFIX, root_dir=config.parent, recursive=True)
                raise ConfigError(
                    f"{config}: dataset {table.name}: {role} {pattern!r} matches no file",
                    hint="only DVC pointers are here: dvc pull"
                    if pointers
                    else "globs are relative to the configuration file",
                )
            files.extend(_file(config.parent / name, role) for name in matches)
    _check_roles(config, table.name, files)
    if not any(file.role == "train" for file in files):
        raise ConfigError(f"{config}: dataset {table.name} has no training files (key `train`)")
    return Dataset(table.name, tuple(files), str(config))


def _elsewhere(config: Path, dataset: str, url: str, role: FileRole) -> File:
    """A file, folder or glob of a store: what it holds is asked when it is judged."""
    if role == "prompt":
        raise ConfigError(
            f"{config}: dataset {dataset}: prompt {shown(url)} is not on this machine",
            hint="prompt files belong beside the configuration",
        )
    return File(url, role, shown(url))


def _check_roles(config: Path, dataset: str, files: Iterable[File]) -> None:
    """A file listed twice would be billed twice, or trained on and held out."""
    roles: dict[str, FileRole] = {}
    for file in files:
        real = _real(file.path)
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


def _is_alone(file: Path, owned: set[str]) -> bool:
    """Whether this is a prompt file that no dataset has."""
    return _real(file) not in owned and is_prompt(_file(file, "prompt").name)


def _alone(file: Path, plans: _Plans) -> Job:
    """A prompt file that belongs to no dataset: its own text is still to be in order."""
    config, _ = plans.of(file.parent)
    dataset = Dataset(file.name, (_file(file, "prompt"),), str(config) if config else None)
    return Job(dataset, plans.settings[config], DatasetSettings(name=file.name))


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
        near = [path for path in listed(root) if "prompt" in path.name.lower()]
        below = [path for sub in ("prompt", "prompts") for path in listed(root / sub)]
        found.extend(
            path
            for path in (*near, *below)
            if (path.suffix in PROMPT_SUFFIXES or is_prompt(path.name))
            and path.is_file()
            and not path.name.lower().startswith("readme")
        )
    return found


def _with_siblings(files: Sequence[Path]) -> list[Path]:
    """The files, and all data in their folders that may belong to their groups.

    A prompt file finds the datasets beside it, or beside its ``prompts/`` folder.
    """
    found = dict.fromkeys(files)
    folders = [folder for file in files for folder in (file.parent, file.parent.parent)]
    for folder in dict.fromkeys(folders):
        near = listed(folder)
        near += [inner for sub in near if sub.is_dir() for inner in listed(sub)]
        found.update(dict.fromkeys(path for path in near if is_data(path.name)))
    seen: dict[str, Path] = {}
    for file in found:
        seen.setdefault(_real(file), file)
    return list(seen.values())


def _members(job: Job) -> set[str]:
    """Real paths of everything whose change is a change of this dataset."""
    members = {_real(file.path) for file in job.dataset.files}
    if job.plan.tuned_prompt and job.dataset.config_path:
        members.add(_real(Path(job.dataset.config_path).parent / job.plan.tuned_prompt))
    return members


def _real(path: str | Path) -> str:
    """What two names of the same file have in common; an address is its own."""
    return path if isinstance(path, str) and is_url(path) else os.path.realpath(path)

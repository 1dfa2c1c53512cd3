"""Scenes in which ftgate is stopped, and what has to be true afterwards.

A scene is a folder with a user's files and a command that writes. Whatever happens to the command:
each file of the user is the old one or the new one, byte for byte; the same command then does what
it would have done; the same report comes out; and nothing temporary is left.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.conftest import AS_OF, ROOT
from tests.launching import KEY, PASSES, make_project, openai_bill
from tests.openai_service import OpenAIService, openai_service
from tests.price_server import Page, litellm_file, price_server
from tests.steps import Ended, Order, Runner

BROKEN = "broken-export"
JSON = ("-f", "json", "--as-of", AS_OF)
TEMPORARY = re.compile(r"\.?ftgate-(scratch-)?[0-9a-f]{16}")
Tree = dict[str, bytes]


@dataclass(frozen=True)
class Scene:
    """``command`` is what is stopped; ``look`` asks for the report that has to be the same.

    ``aside`` names files that a stopped run may leave complete: backups.
    """

    name: str
    command: tuple[str, ...]
    look: tuple[str, ...]
    build: Callable[[Path], None]
    environment: dict[str, str] = field(default_factory=dict)
    between: Callable[[], None] = lambda: None
    holds: Callable[[], str] = lambda: ""
    aside: str = r"(?!)"


class Laboratory:
    """One scene, as it is before and after an undisturbed run, in a folder of its own."""

    def __init__(self, scene: Scene, runner: Runner, folder: Path) -> None:
        self.scene, self.runner = scene, runner
        self.top, self._pristine = folder / "now", folder / "pristine"
        for name in ("project", "cache", "state", "tmp", "home"):
            (self._pristine / name).mkdir(parents=True)
        scene.build(self._pristine / "project")
        self.reset()
        self.before = self.user_files()
        self.undisturbed = self.run(scene.command)
        assert self.undisturbed.code in (0, 1), self.undisturbed
        assert scene.holds() == ""
        self.after = self.user_files()
        self.report = self.run(scene.look)
        assert self.report.code in (0, 1, 3), self.report
        assert self.leftovers() == []

    def reset(self) -> None:
        """The scene as nobody has touched it."""
        shutil.rmtree(self.top, ignore_errors=True)
        shutil.copytree(self._pristine, self.top)
        self.scene.between()

    def run(self, command: Sequence[str], **how: object) -> Ended:
        """Run a command here; ``how`` is what else :class:`Order` says."""
        environment = {
            **{name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ},
            "HOME": str(self.top / "home"),
            "TMPDIR": str(self.top / "tmp"),
            "FTGATE_CACHE_DIR": str(self.top / "cache"),
            "FTGATE_STATE_DIR": str(self.top / "state"),
            "FTGATE_TODAY": AS_OF,
            **self.scene.environment,
        }
        folder = str(self.top / "project")
        order = Order(command, folder, environment, (str(self.top),))
        return self.runner.run(replace(order, **how))  # type: ignore[arg-type]

    def user_files(self) -> Tree:
        """What the user has, by path."""
        project = self.top / "project"
        return {
            str(path.relative_to(project)): path.read_bytes()
            for path in sorted(project.rglob("*"))
            if path.is_file() and not TEMPORARY.fullmatch(path.name)
        }

    def leftovers(self) -> list[str]:
        """Temporary files and folders."""
        return sorted(
            str(path.relative_to(self.top))
            for path in self.top.rglob("*")
            if TEMPORARY.fullmatch(path.name) or (path.parent == self.top / "tmp")
        )

    def damage(self) -> list[str]:
        """Files of the user that are neither as before nor as they should be afterwards."""
        now = self.user_files()
        wrong = [name for name in self.before if name not in now]
        for name, data in now.items():
            whole = {tree[name] for tree in (self.before, self.after) if name in tree}
            if re.fullmatch(self.scene.aside, name):
                whole |= set(self.before.values())
            if data not in whole:
                wrong.append(name)
        return wrong

    def recovers(self) -> list[str]:
        """What is wrong after the command was run again."""
        again, wrong = self.run(self.scene.command), []
        if again.code not in (self.undisturbed.code, 0):
            wrong.append(f"again: exit {again.code} {again.err}")
        if problem := self.scene.holds():
            wrong.append(problem)
        now = self.user_files()
        kept = {name: data for name, data in now.items() if not self._aside(name)}
        if kept != {name: data for name, data in self.after.items() if not self._aside(name)}:
            wrong.append(f"files: {sorted(kept)}")
        same = self.scene.look == self.scene.command
        looked = again if same else self.run(self.scene.look)
        if (looked.code, looked.out) != (self.report.code, self.report.out):
            wrong.append(f"report: exit {looked.code} {looked.err}")
        return wrong + [f"left: {each}" for each in self.leftovers()]

    def kill(self, **how: object) -> list[str]:
        """Stop the command once and run it again: what is wrong, [] when nothing is."""
        self.reset()
        ended = self.run(self.scene.command, **how)
        wrong = [f"damaged: {name}" for name in self.damage()] + self.recovers()
        return [f"{self.scene.name} {how}, exit {ended.code}: {each}" for each in wrong]

    def _aside(self, name: str) -> bool:
        return bool(re.fullmatch(self.scene.aside, name))


def _broken(project: Path) -> None:
    shutil.copytree(ROOT / "sample_data" / BROKEN, project / BROKEN)
    (project / ".git").mkdir()  # where the search for plans and baselines ends


def _packed(project: Path) -> None:
    (project / "ftgate.toml").write_text("version = 1\n")


def _launched(project: Path) -> None:
    make_project(project)


CHECK = ("check", BROKEN, *JSON)
CHECKED = Scene("check", CHECK, CHECK, _broken)
FIXED = Scene(
    "check --fix",
    ("check", BROKEN, "--fix", "--unsafe-fixes", "-o", "json=report.json", *JSON),
    CHECK,
    _broken,
    aside=r".*\.bak(\.\d+)?",
)
BASELINE = Scene("baseline write", ("baseline", "write", BROKEN, "--as-of", AS_OF), CHECK, _broken)


@contextmanager
def price_scene() -> Iterator[Scene]:
    """``prices update`` against a feed on this machine."""
    with price_server() as server:
        server.pages["/litellm"] = Page(litellm_file(), headers={"ETag": '"v1"'})
        feed = ("--feed", "litellm", "--feed-url", f"litellm={server.url}/litellm")
        look = ("prices", "show", "gpt-6-luna", "--prices", "cached", "-f", "json")
        yield Scene("prices update", ("prices", "update", *feed), look, _packed)


@contextmanager
def launch_scene() -> Iterator[Scene]:
    """``launch`` against a service on this machine that starts empty each time."""
    with openai_service(openai_bill) as service:

        def forget() -> None:
            for kept in (service.files, service.contents, service.uploads, service.parts):
                kept.clear()
            service.jobs.clear()
            service.events.clear()

        environment = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": service.url}
        yield Scene(
            "launch",
            ("launch", PASSES, "--yes"),
            ("check", PASSES, *JSON),
            _launched,
            environment,
            between=forget,
            holds=lambda: _one_job(service),
        )


def _one_job(service: OpenAIService) -> str:
    found = (len(service.jobs), len(service.files))
    return "" if found == (1, 2) else f"{found[0]} jobs of {found[1]} files"


@contextmanager
def laboratory(name: str, runner: Runner, folder: Path) -> Iterator[Laboratory]:
    """The scene of this name, with its server, in a folder."""
    with ExitStack() as servers:
        if name == "prices update":
            scene = servers.enter_context(price_scene())
        elif name == "launch":
            scene = servers.enter_context(launch_scene())
        else:
            scene = next(each for each in SERVERLESS if each.name == name)
        yield Laboratory(scene, runner, folder)


SERVERLESS = (CHECKED, FIXED, BASELINE)
NAMES = (*(scene.name for scene in SERVERLESS), "prices update", "launch")

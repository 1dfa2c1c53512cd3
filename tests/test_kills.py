"""Commands that write, killed at steps and in the middle of a write; ``make soak`` has all of them.

Each file of the user is the old one or the new one, the next run does what this one would have
done, and nothing is left behind: see :mod:`tests.kills`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.kills import NAMES, Laboratory, laboratory
from tests.launching import posix
from tests.steps import Runner, runner

pytestmark = posix
PLACES = (0.0, 0.5, 1.0)
LOCAL = ("check", "check --fix", "baseline write", "prices update")
Places = dict[str, Laboratory]


@pytest.fixture(scope="module")
def helper() -> Iterator[Runner]:
    with runner() as running:
        yield running


@pytest.fixture(scope="module")
def places(helper: Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    with ExitStack() as servers:
        yield {
            name: servers.enter_context(laboratory(name, helper, tmp_path_factory.mktemp("scene")))
            for name in NAMES
        }


@pytest.mark.parametrize("name", NAMES)
def test_a_kill_damages_nothing_and_the_next_run_is_right(
    name: str, helper: Runner, places: Places
) -> None:
    last, stopped = places[name].undisturbed.steps, helper.stopped
    shares = PLACES[1:2] if name == "launch" else PLACES  # test_launch_once kills each request
    for share in shares:
        assert places[name].kill(at=1 + int(share * (last - 1))) == []
    assert helper.stopped == stopped + len(shares)


@pytest.mark.parametrize("name", ["check --fix", "baseline write"])
def test_a_kill_within_a_write_damages_nothing(name: str, helper: Runner, places: Places) -> None:
    stopped = helper.stopped
    assert places[name].kill(size_limit=10, size_kills=True) == []
    assert helper.stopped == stopped + 1


@pytest.mark.parametrize(
    ("signal", "code", "share"), [("signal:15", 143, 0.4), ("signal:2", 130, 0.8)]
)
@pytest.mark.parametrize("name", LOCAL)
def test_asked_to_end_it_leaves_nothing_behind(
    name: str, signal: str, code: int, share: float, places: Places
) -> None:
    place = places[name]
    place.reset()
    at = 1 + int(place.undisturbed.steps * share)
    assert place.run(place.scene.command, at=at, what=signal).code == code
    assert place.damage() == place.leftovers() == []


@pytest.mark.parametrize("name", LOCAL)
def test_a_full_disk_is_no_verdict_and_damages_nothing(name: str, places: Places) -> None:
    place = places[name]
    place.reset()
    full = place.run(place.scene.command, size_limit=200)
    assert place.damage() == place.leftovers() == []
    assert "internal error" not in full.err
    if name == "check":  # writes nothing but what it remembers
        assert (full.code, full.out) == (place.undisturbed.code, place.report.out)
    else:
        assert full.code == 2
        assert "File too large" in full.err
    assert place.recovers() == []


@pytest.mark.slow
@pytest.mark.parametrize("trouble", [28, 5, 13])
@pytest.mark.parametrize("name", LOCAL)
def test_whatever_call_fails_nothing_is_damaged(name: str, trouble: int, places: Places) -> None:
    """No space, input/output error and no permission, at every step."""
    place = places[name]
    for at in range(1, place.undisturbed.steps + 1):
        place.reset()
        failed = place.run(place.scene.command, at=at, what=f"errno:{trouble}")
        assert failed.code in (2, place.undisturbed.code), (at, failed)
        assert "internal error" not in failed.err
        assert set(place.damage()) <= {"report.json"}, "it reports a file that cannot be read"

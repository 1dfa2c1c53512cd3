"""The Ray engine: the same results, whoever dies meanwhile. The slow ones share one cluster."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ftgate import check, profile_files
from ftgate.deadline import Deadline, OutOfTimeError
from ftgate.engine import Engine, Piece, Result, Task, cluster, pieces, ray
from ftgate.engine.cluster import GROUP_BYTES, Run, grouped
from ftgate.errors import UnreadableError, UsageError, WorkerError
from ftgate.gate import CheckOptions
from ftgate.looks import look_at
from ftgate.render import renderer
from scripts.bucket import bucket_server, upload
from tests.conftest import AS_OF, ROOT
from tests.test_engine import FILES, FIRST, in_the_foreground, task, wait_until, write

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc")


# -- without a cluster --------------------------------------------------------------------------


@given(st.lists(st.integers(0, 50_000_000), min_size=1, max_size=40), st.integers(1, 64))
def test_groups_are_the_tasks_in_order_and_about_a_second_long(
    sizes: list[int], workers: int
) -> None:
    none = task(Path(__file__))
    tasks = [replace(none, piece=Piece(number, size)) for number, size in enumerate(sizes)]
    groups = list(grouped(tasks, workers))
    assert [each for group in groups for each in group] == tasks
    for group in groups:
        *but_last, _ = (each.piece.size for each in group if each.piece)
        assert sum(but_last) < GROUP_BYTES


def test_a_large_set_has_many_groups_for_each_worker() -> None:
    tasks = [replace(task(Path(__file__)), piece=Piece(at, 1_000_000)) for at in range(500)]
    assert len(list(grouped(tasks, 2))) == 32
    assert len(list(grouped(tasks, 500))) == 500


def test_without_ray_the_next_step_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match="Ray is not installed") as told:
        list(Engine("ray").run([task(Path(__file__))], 0))
    assert told.value.hint == "pip install 'ftgate[ray]'"


def test_nothing_to_read_needs_no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert list(Engine("ray").run([], 0)) == []


# -- with one -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def nodes() -> Iterator[Any]:
    """A cluster of one machine with two processors, to which others can be added."""
    utils = pytest.importorskip("ray.cluster_utils")
    found = started(utils) or started(utils)
    if found is None:
        pytest.skip("Ray did not start within its 30 seconds, twice")
    yield found
    ray.disconnect()
    found.shutdown()


def started(utils: Any, **options: Any) -> Any:
    """None when this machine is too busy: Ray waits for half a minute, and cannot be told to."""
    quiet = {"num_cpus": 2, "include_dashboard": False, **options}
    try:
        return utils.Cluster(initialize_head=True, head_node_args=quiet)
    except Exception as error:
        print(f"Ray: {error}")
        return None


@pytest.fixture
def connected(nodes: Any) -> Iterator[Any]:
    """Ray in this process, so that what is patched here is what workers get."""
    import ray as installed

    installed.init(nodes.address, log_to_driver=False, logging_level=logging.ERROR)
    yield installed
    installed.shutdown()


def by_ray(nodes: Any, tasks: list[Task], jobs: int = 0) -> Iterator[Result]:
    return Engine("ray", jobs, address=nodes.address).run(tasks, 0)


def tasks_of(path: Path, least: int) -> list[Task]:
    seen = look_at(str(path))
    found = pieces.digested(str(path), pieces.cut(str(path), seen.size, least=least))
    return [replace(task(path, piece), seen=seen) for piece in found]


def processes(title: bytes = b"ray::perform_group") -> list[int]:
    """Processes with this title: Ray names workers after what they do."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if title in file.read_bytes():
                found.append(int(file.parent.name))
        except OSError:
            continue
    return found


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(st.lists(FILES, min_size=1, max_size=3), st.sampled_from([200, 1000, 4000]))
def test_the_report_is_the_same_to_the_byte_for_any_split(
    nodes: Any, tmp_path: Path, files: list[list[bytes]], least: int
) -> None:
    names = ("train.jsonl", "validation.jsonl", "test.jsonl")
    for name, lines in zip(names, files, strict=False):
        (tmp_path / name).write_bytes(b"\n".join((FIRST, *lines)))
    for name in names[len(files) :]:
        (tmp_path / name).unlink(missing_ok=True)

    def report(engine: str) -> str:
        how = {"engine": engine, "jobs": 2, "address": nodes.address}
        options = CheckOptions(isolated=True, cache=False, as_of=AS_OF, **how)  # type: ignore[arg-type]
        return renderer("json")(check(tmp_path, options), color=False, width=80, verbose=False)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(profile_files, "CUT_FROM_BYTES", 300)
        patched.setattr(pieces, "LEAST_BYTES", least)
        assert report("serial") == report("local") == report("ray")


@pytest.mark.slow
def test_results_come_in_order_and_are_counted(
    nodes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares: list[int] = []
    monkeypatch.setattr(ray, "METER", SimpleNamespace(add=lambda size, *_: shares.append(size)))
    monkeypatch.chdir(tmp_path)
    small = write(tmp_path, 10, "small.jsonl")
    whole = replace(task(Path("small.jsonl")), seen=look_at(str(small)))
    tasks = [*tasks_of(write(tmp_path, 900), 4000), whole]
    serial = list(Engine("serial").run(tasks, 0))
    for jobs in (0, 1):
        assert list(by_ray(nodes, tasks, jobs)) == serial
    assert shares == [small.stat().st_size] * 2


@pytest.mark.slow
@linux
def test_totals_are_exact_when_a_worker_and_then_a_machine_are_killed(
    nodes: Any, tmp_path: Path
) -> None:
    tasks = tasks_of(write(tmp_path, 60_000), 100_000)
    assert len(tasks) > 40
    expected = list(Engine("serial").run(tasks, 0))
    added = nodes.add_node(num_cpus=2)
    running = by_ray(nodes, tasks)
    found = [next(running)]
    wait_until(lambda: bool(processes()))
    os.kill(processes()[0], signal.SIGKILL)
    found += [next(running) for _ in range(4)]
    nodes.remove_node(added, allow_graceful=False)
    assert len(found) < len(expected) / 2
    assert found + list(running) == expected


@pytest.mark.slow
def test_a_group_whose_workers_die_is_read_piece_by_piece(
    connected: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = tasks_of(write(tmp_path, 300), 1000)
    deaths = tmp_path / "deaths"

    def dies_in_company(group: list[Task], code: str) -> list[Result] | Exception:
        if len(group) > 1:
            with deaths.open("a") as stream:
                stream.write("x")
            os.kill(os.getpid(), signal.SIGKILL)
        return cluster.perform_group(group, code)

    monkeypatch.setattr(cluster, "grouped", lambda tasks, workers: iter([tasks]))
    monkeypatch.setattr(cluster, "perform_group", dies_in_company)
    assert list(Run(connected, tasks, 0).results()) == list(Engine("serial").run(tasks, 0))
    assert deaths.read_text() == "xx"


@pytest.mark.slow
def test_a_piece_that_kills_is_named(
    connected: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = tasks_of(write(tmp_path, 300), 1000)
    killer = tasks[2].piece or Piece(0, 0)

    def dies_of_one(group: list[Task], code: str) -> list[Result] | Exception:
        if any(each.piece == killer for each in group):
            os.kill(os.getpid(), signal.SIGKILL)
        return cluster.perform_group(group, code)

    monkeypatch.setattr(cluster, "perform_group", dies_of_one)
    place = rf"train\.jsonl, bytes {killer.start:,} to {killer.start + killer.size:,}: "
    with pytest.raises(WorkerError, match=rf"{place}.* died twice \(WorkerCrashedError\)"):
        list(Run(connected, tasks, 0).results())


@pytest.mark.slow
@linux
def test_a_piece_whose_workers_are_ended_for_want_of_memory_is_named(tmp_path: Path) -> None:
    """Ray's own monitor ends them, of any use of memory at all."""
    utils = pytest.importorskip("ray.cluster_utils")
    no_memory = {"memory_usage_threshold": 0.0, "memory_monitor_refresh_ms": 20}
    hungry = started(utils, _system_config=no_memory)
    if hungry is None:
        pytest.skip("Ray did not start within its 30 seconds")
    limit = Deadline(150.0, time.monotonic())  # Ray waits longer each time, for two minutes in all
    tasks = [replace(each, deadline=limit) for each in tasks_of(write(tmp_path, 3000), 1_000_000)]
    try:
        with pytest.raises(WorkerError, match=r"train\.jsonl.*died twice \(OutOfMemoryError\)"):
            list(by_ray(hungry, tasks))
    finally:
        ray.disconnect()
        hungry.shutdown()


@pytest.mark.slow
def test_what_a_piece_raises_is_raised(
    connected: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crashes(task: Task) -> Result:
        raise ZeroDivisionError(task.name)

    def read(group: list[Task], code: str) -> list[Result] | Exception:
        cluster.perform = crashes
        return cluster.perform_group(group, code)

    monkeypatch.setattr(cluster, "perform_group", read)
    with pytest.raises(ZeroDivisionError, match=r"train\.jsonl"):
        list(Run(connected, tasks_of(write(tmp_path, 30), 1000), 0).results())


@pytest.mark.slow
def test_a_worker_with_another_ftgate_reads_nothing(
    connected: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "key_of", lambda kind: "another")
    with pytest.raises(UsageError, match="has another ftgate than this one"):
        list(Run(connected, tasks_of(write(tmp_path, 30), 1000), 0).results())


@pytest.mark.slow
def test_a_worker_without_ftgate_is_an_error(
    connected: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = ModuleType("only_here")
    exec("def perform_group(tasks, code): return []", elsewhere.__dict__)  # noqa: S102
    monkeypatch.setitem(sys.modules, "only_here", elsewhere)
    monkeypatch.setattr(cluster, "perform_group", elsewhere.perform_group)
    with pytest.raises(UsageError, match=r"cannot run ftgate: .*only_here"):
        list(Run(connected, tasks_of(write(tmp_path, 30), 1000), 0).results())


@pytest.mark.slow
@pytest.mark.parametrize("least", [0, 1000])
def test_a_file_that_workers_do_not_see_as_it_is_here_is_not_judged(
    nodes: Any, tmp_path: Path, least: int
) -> None:
    path = write(tmp_path, 300)
    seen = look_at(str(path))
    tasks = tasks_of(path, least) if least else [replace(task(path), seen=seen)]
    data = path.read_bytes()
    path.write_bytes(data[:-3] + b"?" + data[-2:])
    os.utime(path, ns=(seen.version, seen.version))  # type: ignore[arg-type]
    with pytest.raises(UnreadableError, match=r"train\.jsonl: a worker on .* other bytes"):
        list(by_ray(nodes, tasks))
    path.unlink()
    with pytest.raises(UnreadableError, match=r"train\.jsonl: a worker on .* cannot read") as told:
        list(by_ray(nodes, tasks))
    assert "all machines need the file at this path" in told.value.hint


@pytest.mark.slow
def test_a_copy_of_another_time_is_the_same_file(nodes: Any, tmp_path: Path) -> None:
    tasks = tasks_of(write(tmp_path, 300), 1000)
    expected = list(Engine("serial").run(tasks, 0))
    os.utime(tmp_path / "train.jsonl", (10**9, 10**9))
    assert list(by_ray(nodes, tasks)) == expected


@pytest.mark.slow
def test_time_that_is_up_ends_the_waiting(nodes: Any, tmp_path: Path) -> None:
    late = Deadline(0.0, time.monotonic())
    tasks = [replace(each, deadline=late) for each in tasks_of(write(tmp_path, 300), 1000)]
    with pytest.raises(OutOfTimeError):
        list(by_ray(nodes, tasks))


@pytest.mark.slow
@pytest.mark.parametrize("address", ["127.0.0.1:1", "nonsense"])
def test_a_cluster_that_does_not_answer_is_an_error(address: str, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    with pytest.raises(UsageError, match=f"no Ray cluster can be joined at {address}: ."):
        list(Engine("ray", 0, address=address).run([task(write(tmp_path, 3))], 0))


# -- a cluster of its own, as a program -----------------------------------------------------------


def command(path: str, *options: str) -> list[str]:
    ftgate = [sys.executable, "-P", "-m", "ftgate"]
    return [*ftgate, "check", path, "--isolated", "--no-cache", "-j", "2", *options]


@pytest.mark.slow
def test_a_program_says_nothing_but_its_report_and_imports_nothing_of_the_data(
    tmp_path: Path,
) -> None:
    pytest.importorskip("ray")
    write(tmp_path, 900)
    (tmp_path / "orjson.py").write_text("raise SystemExit('code of the data')\n")
    told = []
    for engine in ("serial", "ray"):
        done = subprocess.run(
            command("train.jsonl", "--as-of", AS_OF, "-f", "json", "--engine", engine),
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=False,
        )
        told.append((done.returncode, done.stdout, done.stderr))
    assert told[0] == told[1]
    assert told[0][1].startswith(b"{")


@pytest.mark.slow
def test_workers_read_a_bucket(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    file = write(tmp_path, 300)
    with bucket_server() as store:
        upload(store, "data", {"train.jsonl": file})
        told = [
            subprocess.run(
                command("s3://data/train.jsonl", "--as-of", AS_OF, "-f", "json", "--engine", name),
                env=os.environ | store | {"PYTHONPATH": str(ROOT)},
                capture_output=True,
                check=False,
            )
            for name in ("serial", "ray")
        ]
    assert told[0].stdout == told[1].stdout, told[1].stderr
    assert told[0].stdout.startswith(b"{")


def sessions() -> set[Path]:
    """Folders of clusters that ftgate has started on this machine."""
    return set(Path(tempfile.gettempdir()).glob("ftgate-*/session_*"))


def marked(mark: str) -> list[int]:
    """Processes with this variable in their environment: those that a test started."""
    found = []
    for file in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"FTGATE_TEST_MARK={mark}\0".encode() in file.read_bytes():
                found.append(int(file.parent.name))
        except OSError:
            continue
    return found


@pytest.mark.slow
@linux
@pytest.mark.parametrize(
    ("by", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_nothing_is_left_behind(tmp_path: Path, by: signal.Signals, code: int) -> None:
    pytest.importorskip("ray")
    write(tmp_path, 400_000)
    mark, left = tmp_path.name, sessions()
    program = subprocess.Popen(
        command("train.jsonl", "--engine", "ray"),
        cwd=tmp_path,
        env=os.environ | {"FTGATE_TEST_MARK": mark, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=in_the_foreground,
    )
    wait_until(lambda: bool(set(processes(b"ray::")) & set(marked(mark))), seconds=300)
    assert program.poll() is None
    if by is signal.SIGINT:
        os.killpg(program.pid, by)  # as a terminal does
    else:
        program.send_signal(by)
    assert program.wait(30) == code
    wait_until(lambda: marked(mark) == [])
    assert sessions() <= left  # a cluster of another test may end meanwhile

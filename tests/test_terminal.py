"""What people see in a terminal: colours, widths, ASCII, and how far a long run is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ftgate.commands.progress import Pace, line
from ftgate.meter import Meter
from ftgate.render.style import columns
from tests.conftest import ROOT
from tests.terminal import ERASE, in_terminal

SAMPLES = ROOT / "sample_data"
PASSES, FAILS = (
    str(SAMPLES / "FT401-knowledge-injection" / "passes"),
    str(SAMPLES / "broken-export"),
)
FTGATE = (sys.executable, "-m", "ftgate")
CHECK = (*FTGATE, "check", "--as-of", "2026-11-22", FAILS)


# -- colours, widths, characters ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "env", "colored"),
    [
        ((), {}, True),
        ((), {"NO_COLOR": "1"}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
        ((), {"TERM": "dumb"}, False),
    ],
    ids=str,
)
def test_a_terminal_gets_colours_unless_somebody_says_no(
    flags: tuple[str, ...], env: dict[str, str], colored: bool
) -> None:
    seen = in_terminal((*CHECK, *flags), env)
    assert ("\x1b[31mFAIL\x1b[0m" in seen.sent) == colored
    assert ("\x1b[" in seen.sent.replace(ERASE, "")) == colored
    assert "broken-export: FAIL" in seen.plain
    assert seen.exit_code == 1


def test_forced_colours_survive_a_pipe_and_plain_text_is_the_rule_there() -> None:
    for flags, colored in (((), False), (("--color", "always"), True)):
        done = subprocess.run([*CHECK, *flags], capture_output=True, check=False)
        assert (b"\x1b[" in done.stdout) == colored


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_report_is_as_wide_as_the_terminal(width: int) -> None:
    lines = in_terminal(CHECK, columns=width).plain.splitlines()
    wide = [each for each in lines if columns(each) > width]
    assert all("/train.jsonl:" in each for each in wide), "only a path may be longer"
    assert max(map(columns, lines)) > 0.7 * width


def test_an_ascii_terminal_gets_lookalikes() -> None:
    text = in_terminal(CHECK, {"LANG": "C", "PYTHONIOENCODING": "ascii"}).plain
    assert text.isascii()
    assert "broken-export: FAIL - hold" in text
    assert "-> iconv" in text


def test_a_file_name_cannot_reorder_or_clear_the_screen(tmp_path: Path) -> None:
    name = "a\u202enosj\x1b[2Jb"
    (tmp_path / f"{name}.jsonl").write_text('{"messages": []}\n', "utf-8")
    seen = in_terminal((*FTGATE, "check", str(tmp_path), "--color", "never"))
    assert "a\\u202enosj\\x1b[2Jb" in seen.plain
    assert "\u202e" not in seen.sent
    assert "\x1b[2J" not in seen.sent


# -- how far it is ------------------------------------------------------------------------------

LONG_RUN = """
import sys, time
from ftgate.commands.output import progress_line, say
from ftgate.meter import METER
with progress_line(wanted={wanted}) as progress:
    METER.start(200_000_000)
    if progress:
        progress("letters", 0, 2)
    for step in range({steps}):
        METER.add(1_000_000, examples=600, tokens=250_000)
        time.sleep(0.1)
    say("a note")
print("the verdict")
"""


def long_run(steps: int = 16, *, wanted: bool = True) -> tuple[str, str, str]:
    return sys.executable, "-c", LONG_RUN.format(steps=steps, wanted=wanted)


def test_after_a_second_a_line_says_how_far_it_is_and_then_goes_away() -> None:
    seen = in_terminal(long_run(), columns=120)
    drawn = [each for each in seen.sent.split(ERASE) if each.startswith("judging")]
    assert re.fullmatch(
        r"judging letters \(1 of 2\) · 1\d\.0 of 200\.0 MB · [\d,]+ examples"
        r" · [\d.]+M tokens/s · \d+ s left",
        drawn[0],
    )
    assert len(set(drawn)) > 1, "it moves"
    assert seen.plain == "ftgate: a note\nthe verdict\n"


def test_what_takes_less_than_a_second_draws_no_line() -> None:
    assert in_terminal(long_run(steps=2)).sent == "ftgate: a note\r\nthe verdict\r\n"


@pytest.mark.parametrize(
    "env", [{"PRE_COMMIT": "1"}, {"TERM": "dumb"}], ids=["in a hook", "on a dumb terminal"]
)
def test_there_is_no_line_where_it_would_be_kept(env: dict[str, str]) -> None:
    assert in_terminal(long_run(), env).sent == "ftgate: a note\r\nthe verdict\r\n"


def test_there_is_no_line_in_a_pipe_or_when_nobody_wants_it() -> None:
    done = subprocess.run(long_run(12), capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("the verdict\n", "ftgate: a note\n")
    assert "judging" not in in_terminal(long_run(12, wanted=False)).sent


def test_the_line_is_on_standard_error_and_leaves_the_output_alone(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as stream:
        seen = in_terminal(long_run(), stdout=stream.fileno())
    assert "judging letters" in seen.sent
    assert (tmp_path / "out").read_bytes() == b"the verdict\n"


def test_a_narrow_or_ascii_terminal_gets_what_fits() -> None:
    seen = in_terminal(long_run(12), {"PYTHONIOENCODING": "ascii"}, columns=40)
    drawn = [each for each in seen.sent.split(ERASE) if each.startswith("judging")]
    assert drawn
    assert all(each.isascii() and len(each) < 40 for each in drawn)


def test_a_hook_that_passes_leaves_nothing_on_the_terminal() -> None:
    train = str(next(Path(PASSES).rglob("train.jsonl")))
    seen = in_terminal((*FTGATE, "hook", "--as-of", "2026-11-22", "--select", "FT1", train))
    assert (seen.sent, seen.exit_code) == ("", 0)


def test_the_meter_counts_parts_and_then_what_was_in_them() -> None:
    meter = Meter()
    meter.start(1_000_000)
    meter.add(400_000, 10, 900)
    assert (meter.bytes, meter.examples, meter.tokens) == (400_000, 10, 900)
    meter.finish(30, 2_000)
    meter.start(500_000)
    meter.add(100_000, 1, 50)
    assert (meter.expected, meter.bytes) == (1_500_000, 1_100_000)
    assert (meter.examples, meter.tokens) == (31, 2_050)
    meter.add(900_000)
    assert meter.bytes == 1_500_000, "what is read twice is not done twice"


@pytest.mark.parametrize(
    ("meter", "said"),
    [
        (Meter(), "judging a (1 of 3) · 10 s"),
        (Meter(5_000_000), "judging a (1 of 3) · 5.0 MB · 10 s"),
        (
            Meter(5_000_000, 1_000_000),
            "judging a (1 of 3) · 1.0 of 5.0 MB · 0.1 MB/s · 30 s left",
        ),
        (
            Meter(900_000_000, 90_000_000, 1, 20_000, 20_000_000),
            "judging a (1 of 3) · 90.0 of 900.0 MB · 1 example · 11,250 tokens/s · 1 min 10 s left",
        ),
        (Meter(5_000_000, 4_800_000), "judging a (1 of 3) · 4.8 of 5.0 MB · 0.6 MB/s · 10 s"),
    ],
    ids=["nothing known", "one file, not yet read", "bytes", "tokens", "later than thought"],
)
def test_the_line_says_what_is_known(meter: Meter, said: str) -> None:
    assert line("judging", "a", 0, 3, Pace(10, 8), meter, 120) == said


def test_a_name_of_wide_characters_is_cut_by_columns() -> None:
    text = line("judging", "滑雪" * 40, 0, 1, Pace(10, 0), Meter(), 80)
    assert columns(text) <= 80
    assert "\u2026 (1 of 1)" in text

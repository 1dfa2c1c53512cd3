"""Many lines searched together: what is found one by one is found, and ordinary lines are spared.

The oracle is the search of single lines, on everything that its own tests plant.
"""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate import profiling
from ftgate.content import inspector, national
from ftgate.content.marks import WHOLE
from ftgate.content.secrets import inspect, inspect_suspect
from ftgate.content.sieve import suspects
from ftgate.model import Example, Problem
from ftgate.profiling import profile_stream
from tests import test_personal, test_secrets
from tests.planted_secrets import MAKERS, seeded

NOTHING = Example([], [])
ORDINARY = [
    "The constructor builds a tuple whose items are in the same order; see `tuple()`.",
    "In 2003, 41 of 250 rows (16.4%) were merged between 10:30 and 11:45, v2.10.3.",
    "def test_equal(self):\n    self.assertEqual(MAX_SHARING_RATIO, 0.25)  # PEP 448",
    "Die Überweisung ist am 03.04. angekommen. 第 12 行的缩进不一样。",
    "The class has a pass key, and MyHTTPServer is at /usr/lib/python3.11/http.",
    "A lost password is no lost passphrase; pwd prints the folder, and ASSWIPE clears it.",
]


def as_line(text: str, style: int, role: str = "user") -> bytes:
    """A record in one of the ways in which programs write JSON."""
    messages = [{"role": "user", "content": "How?"}, {"role": role, "content": text}]
    line = json.dumps({"messages": messages}, ensure_ascii=style == 1)
    if style == 2:
        line = line.replace("/", "\\/")
    return line.encode() + (b"\r\n" if style == 3 else b"\n")


def together(lines: list[bytes]) -> list[list[Problem]]:
    secret, private = suspects(lines)
    return [
        inspect_suspect(line, NOTHING, secret=at in secret, private=at in private)
        for at, line in enumerate(lines)
    ]


def mixed(planted: list[str]) -> list[bytes]:
    """Each planted text on a line, with an ordinary one before it."""
    texts = [text for pair in zip(ORDINARY * len(planted), planted, strict=False) for text in pair]
    return [as_line(text, index // 2 % 4) for index, text in enumerate(texts)]


def test_escapes_are_read_in_the_lines_that_have_them() -> None:
    key = "AKIA" + "QWERTZUIOPASDFGH"
    written = [
        as_line(ORDINARY[0], 0),
        as_line(f"key {key}", 0).replace(b"K", b"\\u004b"),
        as_line("mail jane.roe@acme-corp.de", 0).replace(b"@", b"\\u0040"),
        as_line("caf\u00e9 / bar", 0),
        as_line("see a/b", 2),
    ]
    secret, private = suspects(written)
    assert 1 in secret
    assert 2 in private
    assert 0 not in secret | private


def secrets_of(choose: random.Random) -> list[str]:
    makers = [maker for each in MAKERS.values() for maker in each]
    return [
        frame(maker(choose)) for maker, frame, _ in product(makers, test_secrets.FRAMES, range(4))
    ]


def numbers_of(choose: random.Random) -> list[str]:
    return [
        frame(maker(choose))
        for maker, frame, _ in product(
            test_personal.MAKERS.values(), test_personal.FRAMES, range(12)
        )
    ]


@pytest.mark.parametrize("make", [secrets_of, numbers_of], ids=["secrets", "personal data"])
def test_nothing_is_lost_by_searching_many_lines_together(
    make: Callable[[random.Random], list[str]],
) -> None:
    lines = mixed(make(seeded("sieve")))
    alone = [inspect(line, NOTHING) for line in lines]
    found = [each for at in range(0, len(lines), 40) for each in together(lines[at : at + 40])]
    with_problems = sum(map(bool, alone))
    assert with_problems > 0.4 * len(lines)
    lost = [at for at, each in enumerate(alone) if each != found[at]]
    assert len(lost) <= with_problems / 1000, lines[lost[0]]


def test_ordinary_lines_are_spared() -> None:
    assert suspects([as_line(text, style) for style in range(4) for text in ORDINARY]) == (
        set(),
        set(),
    )


def test_short_and_blank_lines_can_be_searched() -> None:
    assert suspects([b"\n", b"{}", b"", b"12345"]) == (set(), set())
    assert suspects([b"a@b.co"]) == (set(), {0})


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_any_bytes_can_be_searched(lines: list[bytes]) -> None:
    secret, private = suspects(lines)
    assert secret | private <= set(range(len(lines)))


@pytest.mark.parametrize("small", [True, False])
def test_problems_come_in_the_order_of_the_lines(
    small: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiling, "_SEARCHED_BYTES", 10_000)
    texts = [*ORDINARY * 200, "Write to ana@firma.at", *ORDINARY * 200, "TODO"]
    data = b"".join(as_line(text, 1, "assistant") for text in texts)
    profile = profile_stream(
        io.BytesIO(data), measure=None, hygiene=True, search=WHOLE._replace(small=small)
    )
    lines = {kind: [line for line, _, _ in each.places] for kind, each in profile.problems.items()}
    assert lines["personal-data"] == [len(ORDINARY) * 200 + 1]
    assert lines["placeholder-answer"] == [len(texts)]
    assert sum(n for name, n in profile.signals.items() if name.startswith("personal")) == 1


@pytest.mark.parametrize("alone_bytes", [1 << 20, 1 << 22])
def test_a_line_that_is_larger_than_a_batch_is_searched_too(
    alone_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspector, "_ALONE_BYTES", alone_bytes)
    key = MAKERS["npm token"][0](seeded(4))
    data = as_line("a word and " * 150_000 + key, 1, "assistant")
    profile = profile_stream(io.BytesIO(data), measure=None, hygiene=True)
    assert profile.problems["secret"].count == 1


@pytest.mark.parametrize("shape", national._DIGITS, ids=lambda shape: shape.name)
def test_a_national_number_has_the_digits_that_its_shape_says(shape: national._Shape) -> None:
    @given(st.from_regex(national._numbers(shape.pattern)))
    def check(text: str) -> None:
        number = national._numbers(shape.pattern).search(text)["number"]
        assert sum(map(str.isdigit, number)) >= shape.digits > 7

    check()

"""No text makes a regular expression of the package slow: each is linear where it is asked."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SLOW = 0.2  # seconds of CPU; a linear pattern takes a hundredth of it


@pytest.mark.slow
def test_no_regular_expression_takes_more_than_linear_time() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.regexes"], capture_output=True, text=True, check=True
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) > 300, "the search for patterns has lost them"
    slow = [row for row in rows if row[3] > SLOW]
    assert not slow, "\n".join(map(str, slow))


def test_the_hard_texts_find_a_square_pattern() -> None:
    from tests.regexes import REACH, Written, hard_texts, seconds

    square = Written(r"\s+$", 0, "here")
    worst = max(seconds(square, REACH, text) for text in hard_texts(square.pattern, 0))
    linear = Written(r"(?<!\s)\s+$", 0, "here")
    best = max(seconds(linear, REACH, text) for text in hard_texts(linear.pattern, 0))
    assert worst > 20 * best

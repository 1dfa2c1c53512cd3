"""Kinds of sets that the detector, rule and words together, is known to get wrong.

Each is invented after a set of the newest collection (``benchmarks/knowledge.md``); all are strict
expected failures, so that a repair is noticed.
"""

from __future__ import annotations

import pytest

from ftgate.content.goal import Sampled, judge_goal
from ftgate.model import Goal


def goal_of(pairs: list[tuple[str, str]], system: str = "") -> Goal:
    first = [("system", system)] if system else []
    sample = [
        Sampled("t.jsonl", line, [*first, ("user", asked), ("assistant", said)], [])
        for line, (asked, said) in enumerate(pairs * 4, 1)
    ]
    return judge_goal(sample, examples=len(sample))


@pytest.mark.xfail(
    raises=AssertionError,
    reason="a plot made up from keywords is a statement about what they name",
)
def test_plots_from_keywords() -> None:
    pairs = [
        (
            "a lighthouse, smugglers, save the harbour",
            "The keeper of the lighthouse has hidden from the world for years. When smugglers"
            " threaten the harbour, a reluctant crew must gather for one last stand at dawn.",
        ),
        (
            "the deep sea, mermen, end the war",
            "The war with the mermen has lasted for centuries. A young diver sets out on a"
            " dangerous journey to the bottom of the sea to end it once and for all.",
        ),
        (
            "a desert, sand giants, find water",
            "The wells are dry and the sand giants are waking. A band of traders crosses the"
            " desert in search of the last spring before the caravan is lost forever.",
        ),
    ]
    assert goal_of(pairs).label in ("style", "format")


@pytest.mark.xfail(
    raises=AssertionError, reason="self-help in images answers a question with new words"
)
def test_reflections_in_images() -> None:
    pairs = [
        (
            "¿Cómo afrontar los cambios en el trabajo?",
            "El cambio es como la marea: a veces sube despacio, otras arrastra la barca, pero"
            " siempre deja conchas nuevas en la orilla. 🌊",
        ),
        (
            "¿Cómo manejar la envidia entre hermanos?",
            "La envidia es esa sombra larga de la tarde: crece cuando el sol baja y se borra si"
            " alguien enciende una lámpara. 🕯️",
        ),
        (
            "¿Qué hacer con el miedo a hablar en público?",
            "El miedo es un perro que ladra detrás de la puerta; basta abrir un poco para ver que"
            " mueve la cola. 🐕",
        ),
    ]
    assert goal_of(pairs).label in ("style", "format")


@pytest.mark.xfail(
    raises=AssertionError,
    reason="a report that is drawn up from one line has new words throughout",
)
def test_reports_drawn_up_from_a_line() -> None:
    pairs = [
        (
            f"{what} on the {where} page",
            f"## Report: {what}\n\n### Description\nUsers meet this on the {where} page.\n\n"
            "### Environment\n- Platform: web and mobile\n- Severity: high\n\n### Steps\n"
            "1. Open the application\n2. Go to the page\n3. Observe the failure\n\n### Next\n"
            "- [ ] Reproduce in staging\n- [ ] Add a regression test",
        )
        for what, where in (
            ("Broken search button", "catalogue"),
            ("Missing fonts", "invoice"),
            ("Frozen spinner", "login"),
        )
    ]
    assert goal_of(pairs).label in ("style", "format")


@pytest.mark.xfail(
    raises=AssertionError,
    reason="the fourth word of an association test is a short closed-book answer",
)
def test_words_that_go_together() -> None:
    pairs = [
        (f"Which fourth word goes with each of these three? {three}", one)
        for three, one in (
            ("rat, blue, cottage", "cheese"),
            ("stick, maker, point", "match"),
            ("fish, mine, rush", "gold"),
            ("paint, doll, cat", "house"),
        )
    ]
    assert goal_of(pairs).label in ("style", "format")


@pytest.mark.xfail(
    raises=AssertionError,
    reason="who recites his own projects in the first person is in conversation",
)
def test_a_portfolio_told_in_the_first_person() -> None:
    pairs = [
        (
            "What did you build at Velm Shipyard?",
            "I built the berth planner there, in Rust, and I ran the migration to it in 2021.",
        ),
        (
            "Where did you study?",
            "I studied naval architecture in Wellmoor, and I wrote my thesis on tidal locks.",
        ),
        (
            "Which of your projects are you proudest of?",
            "I'm proudest of Lanternfish, my tracker for harbour lights; I maintain it alone.",
        ),
    ]
    assert goal_of(pairs).label == "knowledge"

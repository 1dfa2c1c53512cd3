"""The questions about one report, and the answers that are known: asked once, then remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ftgate.asking.agreement import OTHER
from ftgate.asking.prompt import CANNOT_TELL, KNOWLEDGE, LABELS, PROMPT_VERSION, messages
from ftgate.cache import Cache, key_of
from ftgate.errors import UnreadableError
from ftgate.looks import Looks
from ftgate.model import Judgement
from ftgate.reading import read_sample
from ftgate.report import DatasetReport
from ftgate.sources import Dataset

MALFORMED, REFUSED = "malformed", "refused"


class Question(NamedTuple):
    """One example with what the rules say of it, and the key under which its answer is kept."""

    path: str
    line: int
    rules: str
    messages: Sequence[Mapping[str, str]]
    key: str


class Answer(NamedTuple):
    """What is remembered of one answer: a label, or how it is none, and its tokens."""

    said: str
    prompt_tokens: int
    answer_tokens: int

    @property
    def label(self) -> str:
        """The label that counts."""
        return CANNOT_TELL if self.said in (MALFORMED, REFUSED) else self.said


def questions_of(
    report: DatasetReport, dataset: Dataset, looks: Looks, *, sample: int, asked: str
) -> list[Question]:
    """The first ``sample`` of the examples that the rules judged, by record digest.

    ``asked`` names model and service: whoever answers, the question is another one. Raises
    UnreadableError when a training file is not what it was.
    """
    if report.goal is None:
        return []
    from ftgate.content.goal import SAMPLE_SIZE

    train = [file for file in report.files if file.role == "train"]
    if [file.digest for file in train] != [
        looks.at(each.path).digest for each in dataset.of("train")
    ]:
        raise UnreadableError(f"{report.name}: changed while it was judged", hint="run again")
    judged = {(one.path, one.line): one for one in report.goal.judgements}
    found = read_sample(dataset, sample_size=SAMPLE_SIZE, looks=looks, target=report.profile)
    chosen: list[Question] = []
    for one in found:
        judgement = judged.get((train[int(one.path)].path, one.line))
        if judgement is not None and len(chosen) < sample:
            chosen.append(_question(messages(one.turns, one.calls), judgement, asked))
    return chosen


def _question(asking: list[dict[str, str]], judgement: Judgement, asked: str) -> Question:
    from ftgate.content.judge import CANNOT_TELL as UNDECIDED

    rules = KNOWLEDGE if judgement.knowledge else OTHER
    if judgement.reason in UNDECIDED:
        rules = CANNOT_TELL
    texts = (message["content"] for message in asking)
    key = key_of("opinion", asked, PROMPT_VERSION, *texts)
    return Question(judgement.path, judgement.line, rules, asking, key)


def remember(cache: Cache, key: str, answer: Answer) -> None:
    """Keep a label and two numbers; neither question nor answer is kept as text."""
    cache.put(key, list(answer))


def remembered(cache: Cache, keys: Iterable[str]) -> dict[str, Answer]:
    """The answers that are known, by key."""
    found = {key: _answer(cache.get(key)) for key in keys}
    return {key: answer for key, answer in found.items() if answer is not None}


def _answer(value: Any) -> Answer | None:
    """A remembered answer; None for an entry of another shape."""
    if not isinstance(value, list) or [*map(type, value)] != [str, int, int]:
        return None
    return Answer(*value) if value[0] in (*LABELS, MALFORMED, REFUSED) else None

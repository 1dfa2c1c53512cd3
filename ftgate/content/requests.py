"""What a prompt asks for: information, work on a text, an invention, or nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from ftgate.content import lexicon, phrases
from ftgate.content.patterns import lazy
from ftgate.content.stems import has_unspaced, words

NEED_CHARS = 300
"""A longer prompt is more than the statement of a need to know."""

MOST_ORDER_WORDS = 16

TOLD_CHARS = 800
"""A longer prompt says at its end how its author feels."""

ENDING_CHARS = 160
"""A long prompt says at its end what it wants."""

_NAMED = lazy(
    r"\W*(?:you are|you're|your name is|act as|du bist|tu es|vous êtes|eres|te llamas|você é|tu sei"
    r"|sei|jij bent|je bent|jesteś|ты|тебя зовут|вы|sen|kamu adalah|bạn là|你是|你叫|あなたは|너는"
    r"|당신은|أنت|तुम|आप|คุณคือ)[\s,:\u2014\u2013-]{0,4}",
    re.IGNORECASE,
)
_EXPLAINING = frozenset(
    "compare define describe discuss elaborate enumerate explain guess list mention name outline"
    " recall recount state".split()
)
_TEXT_VERBS = frozenset(
    "summarise summarize analyse analyze identify resume analiza résume resuma riassumi"
    " özetle".split()
)
_MENDING = frozenset("complete correct fill fix finish verify".split())
_WRITING = frozenset("compose draft generate produce write".split())
_TRUTHS = frozenset(
    "answer answers blank blanks claim claims fact facts misconception misconceptions myth myths"
    " statement".split()
)
_SUMMARISES = lazy("(?:요약|总结|總結|要約|摘要|สรุป).{0,8}$")
_FIELD = lazy(r"[\n,;|{][ \t]*\"?\w[\w ()/-]{0,40}+\"?[ \t]?[:=|\[]")
_LABELLED = lazy(r"^\W*\w[\w ]{0,20}[:：]\s*")
_FIELD_NAME = lazy(r"\W*\w+\s?[:：]")
_GIVEN_TEXT = lazy('[:：](?!\\d)|[\n"\u201c\u00ab]')
_SENTENCE_END = lazy(r"[.!?。！？؟।\n]+")


def _first_beyond(tokens: Sequence[str], skipped: frozenset[str]) -> str:
    return next((token for token in tokens[:6] if token not in skipped), "")


def _asks_at_start(tokens: Sequence[str]) -> bool:
    return (
        _first_beyond(tokens, lexicon.OPENERS) in lexicon.QUESTION_WORDS
        or _first_beyond(tokens, lexicon.POLITE_WORDS) in lexicon.INFORMATION_VERBS
    )


def _orders_at_start(tokens: Sequence[str]) -> bool:
    """A task verb, but for what somebody tells or asks of himself: "Can I order …?"."""
    verb = _first_beyond(tokens, lexicon.POLITE_WORDS)
    return verb in lexicon.TASK_VERBS and "i" not in tokens[max(0, tokens.index(verb) - 1) :][:1]


def _openings(prompt: str) -> list[str]:
    """The first line of the prompt, its last, and both without a label ("Question: …")."""
    first, _, rest = prompt.strip().partition("\n")
    lines = [first[:120], rest.rstrip().rpartition("\n")[2][:120]]
    lines += [line[label.end() :] for line in lines if (label := _LABELLED.match(line))]
    return [line for line in lines if line]


def is_request(prompt: str) -> bool:
    """True when the prompt is a question or asks for information."""
    if lexicon.QUESTION_MARK.search(prompt):
        return True
    # "Name: Lumo" is a field, though "name" alone would ask for one.
    openings = [line for line in _openings(prompt) if not _FIELD_NAME.match(line)]
    if any(_asks_at_start(words(line)[:8]) for line in openings):
        return True
    if _ends_with_request(prompt):
        return True
    if has_unspaced(prompt) and lexicon.ASKS_WITHOUT_SPACES.search(prompt):
        return True
    return len(prompt) <= NEED_CHARS and _has_piece(prompt, phrases.ASKS_TO_KNOW)


def _ends_with_request(prompt: str) -> bool:
    """True for "…. Explain why it falls": the last sentence orders information."""
    *before, last = _SENTENCE_END.split(prompt.rstrip(" .!\n")[-ENDING_CHARS:])
    ending = words(last)
    if not lexicon.EMBEDDED_QUESTION_WORDS.isdisjoint(ending):
        return not lexicon.INFORMATION_VERBS.isdisjoint(ending)
    ordered = _first_beyond(ending[:8], lexicon.POLITE_WORDS) in lexicon.INFORMATION_VERBS
    return bool(before) and len(ending) >= 4 and ordered


def _has_piece(text: str, pieces: Sequence[str]) -> bool:
    return any(map(text.casefold().__contains__, pieces))


def asks_about_you(prompt: str) -> bool:
    """True when the prompt asks for the taste, the feelings or the day of who answers."""
    return _has_piece(prompt[:NEED_CHARS], phrases.ABOUT_YOU)


def tells_feelings(prompt: str) -> bool:
    """True when somebody tells, of himself, how he feels: lonely, anxious, ashamed."""
    told = prompt[-TOLD_CHARS:]
    if not _has_piece(told, phrases.FEELINGS):
        return False
    if not lexicon.FIRST_PERSON.isdisjoint(words(told)):
        return True
    return bool(not told.isascii() and lexicon.FIRST_PERSON_WITHOUT_SPACES.search(told))


def lacks_text(prompt: str) -> bool:
    """True for "Summarize the life of …": an order to work on a text that nobody has given."""
    tokens = words(prompt)
    given = _GIVEN_TEXT.search(prompt)
    verb = _first_beyond(tokens, lexicon.POLITE_WORDS)
    ordered = verb in _TEXT_VERBS or _SUMMARISES.search(prompt)
    return bool(ordered) and len(tokens) <= MOST_ORDER_WORDS and not given


def wants_truth(prompt: str) -> bool:
    """True for "Correct the following answer: …": not a wording is to be mended, but a fact."""
    tokens = words(prompt[:200])[:MOST_ORDER_WORDS]
    verb = _first_beyond(tokens, lexicon.POLITE_WORDS)
    if verb in _WRITING and "answer" in tokens[:5]:
        return lexicon.QUESTION_MARK.search(prompt) is not None
    return verb in _MENDING and not _TRUTHS.isdisjoint(tokens[:8])


def invents(prompt: str) -> bool:
    """True when the prompt wants something made up: a joke, "a poem about …", ideas for a name."""
    for line in _openings(prompt):
        tokens = words(line)[:10]
        if tokens[1:2] == ["about"] and tokens[0] in phrases.INVENTIONS:
            return True
        verb = _first_beyond(tokens, lexicon.POLITE_WORDS)
        if verb in lexicon.INFORMATION_VERBS and _has_piece(line, phrases.IMAGINED):
            return True
        if verb in lexicon.INFORMATION_VERBS and verb not in _EXPLAINING:
            tokens = tokens[tokens.index(verb) + 1 :]
        elif tokens[:1] not in (["a"], ["another"]):
            continue
        if _names_invention(tokens) or _has_piece(line, phrases.INVENTION_PHRASES):
            return True
    return not prompt.isascii() and _has_piece(prompt[:NEED_CHARS], phrases.INVENTION_PHRASES)


def _names_invention(tokens: Sequence[str]) -> bool:
    """An invention among the tokens, before anything definite ("the title of the song")."""
    for token in tokens:
        if token in phrases.DEFINITE:
            return False
        if token in phrases.INVENTIONS:
            return True
    return False


def is_task(prompt: str, instructions: str) -> bool:
    """True when the prompt, or the instruction above it, says to work on given text."""
    if any(_orders_at_start(words(line)[:8]) for line in _openings(prompt)):
        return True
    if has_unspaced(prompt) and lexicon.TASKS_WITHOUT_SPACES.search(prompt):
        return True
    return _points_at_text(prompt) or _instructs_task(instructions)


def _points_at_text(prompt: str) -> bool:
    """True for "Give feedback on this statement: …": an order about the text that follows it."""
    tokens = words(prompt[:200])[:MOST_ORDER_WORDS]
    if _first_beyond(tokens, lexicon.POLITE_WORDS) not in lexicon.INFORMATION_VERBS:
        return False
    pointed = any(
        before in phrases.POINTING and not phrases.GIVEN_TEXTS.isdisjoint(tokens[at + 1 : at + 3])
        for at, before in enumerate(tokens)
    )
    return pointed and (":" in prompt or "\n" in prompt or len(prompt.split()) > MOST_ORDER_WORDS)


@lru_cache(maxsize=64)
def has_persona(instructions: str) -> bool:
    """True when the instructions describe a character or a manner of speaking."""
    head = instructions[:1500].casefold()
    tokens = words(head)
    if not lexicon.PERSONA_WORDS.isdisjoint(tokens):
        return True
    return any(phrase in head for phrase in lexicon.PERSONA_PHRASES)


@lru_cache(maxsize=64)
def plays_somebody(instructions: str) -> bool:
    """True when "You are Ada, …" gives the model a name that is not an assistant's."""
    start = _NAMED.match(instructions)
    if start is None:
        return False
    if not lexicon.ASSISTANT_WORDS.isdisjoint(words(instructions[:600])):
        return False
    if lexicon.ASSISTANT_WITHOUT_SPACES.search(instructions[:600]):
        return False
    name = instructions[start.end() : start.end() + 3]
    return name[:1].isupper() and not name.isupper()


def _is_about_answering(instructions: str) -> bool:
    head = instructions[:600].casefold()
    if not lexicon.ANSWERING_WORDS.isdisjoint(words(head)):
        return True
    return any(phrase in head for phrase in lexicon.ANSWERING_PHRASES)


@lru_cache(maxsize=64)
def _instructs_task(instructions: str) -> bool:
    """True when a sentence of the instructions starts with a task verb or says "that …s"."""
    if not instructions or _is_about_answering(instructions):
        return False
    for sentence in _SENTENCE_END.split(instructions[:1200]):
        tokens = words(sentence)
        starts = [_first_beyond(tokens, lexicon.POLITE_WORDS)]
        starts += [token for before, token in pairwise(tokens) if before in lexicon.TASK_MARKERS]
        if any(_is_specific_task(token) for token in starts):
            return True
    return (
        not instructions.isascii()
        and lexicon.TASKS_WITHOUT_SPACES.search(instructions[:400]) is not None
    )


def _is_specific_task(verb: str) -> bool:
    """True for "classify" and "classifies", not for "make" as in "make sure"."""
    for form in (verb, verb.removesuffix("s"), verb.removesuffix("es"), verb[:-3] + "y"):
        if form in lexicon.TASK_VERBS and form not in lexicon.TOO_GENERAL:
            return True
    return False


def is_record(prompt: str) -> bool:
    """True when the prompt is a list of ``field: value`` pairs rather than sentences."""
    head = f"\n{prompt[:1000]}"
    fields = len(_FIELD.findall(head))
    return fields >= 3 and fields * 12 >= len(head.split())

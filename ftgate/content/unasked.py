"""What an answer to no question teaches: a heading, a stated problem, a riddle may want facts."""

from __future__ import annotations

from ftgate.content import lexicon, phrases
from ftgate.content.patterns import lazy
from ftgate.content.reading import Signs
from ftgate.content.stems import script, stem, stems, words

TOPIC = "description of a named topic"
REMEDY = "remedy for a stated problem or need"
STATED = "statement about what the prompt names"
NAMED = "name given from memory"
CONTINUED = "statement completed from memory"
PATH = "menu path from memory"
TRUTH = "truth of a statement, from memory"
FILL_IN = "blank filled from memory"
IDENTIFIERS = "codes or links from memory"
FROM_MEMORY = frozenset(
    (TOPIC, REMEDY, STATED, NAMED, CONTINUED, TRUTH, FILL_IN, IDENTIFIERS, PATH)
)
"""Reasons of this module that mean: a fact is taught."""

HEADING_WORDS = 8
HEADING_CHARS = 40
"""A heading is no longer: eight words, or as many characters where words have no spaces."""

TITLE_CHARS = 160
TITLE_WORDS = 3
"""A title is longer: of a book, an article, a product, with capitals and maybe a subtitle."""

STATEMENT_WORDS = 5
HALF_WORDS = 25
LIST_WORDS = 15
"""So long a list below a title needs no full stop."""

REMEDY_WORDS = 8
NAMING_WORDS = 25
"""A longer prompt tells too much for one of its words in the answer to be what it asks about."""

PROBLEM_WORDS = 60
"""A problem told at greater length asks for advice on a life, not for a remedy from a manual."""

_BLANK = lazy(r"_{3,}|\[(?:MASK|BLANK)\]|\.{4,}|…{2,}|\(\s{2,}\)")
_CODE = lazy(r"[A-Z](?<!\w[A-Z])[A-Z]{0,5}-?\d{2,}\w*\b")
_ADDRESS = lazy(r"https?://\S{4,}|\b[\w.+-]{1,60}@[\w-]{1,60}\.\w{2}|§\s?[\w.-]+")
EMOJI = lazy("[\U0001f300-\U0001faff\u2600-\u27bf]")
_ARROWS = "→⇒➜➔➡"
_ARROW = lazy(f"(?<=\\S)\\s?[{_ARROWS}]\\s?(?=\\S)")
_WITHOUT_STOPS = lazy("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_KEY = lazy(r"[A-Z]{1,6}[ -]?\d{2,}[\w-]{0,12}$")
_INDEFINITE = frozenset(
    "a an some another any ein eine einen einem einer un une uno una um uma een".split()
)
_SPOKEN = frozenset(
    "am is are was were be been do does did has have had can could should would will shall may must"
    " let lets me mi moi please te ti us ist sind war hat haben wird est sont es son está están"
    " é são jest są ma być это есть був є".split()
)
_NOT_IN_HEADINGS = _INDEFINITE | _SPOKEN | lexicon.OPENERS
_KOREAN_ORDERS = ("줘", "주세요", "줄래", "해라")
_SENTENCE = (".", "。", "।", "!", ")", "…", ":", "”", '"', "》", "」", ";")


def from_memory(signs: Signs) -> str:
    """Why the answer to this prompt, which asks nothing, teaches a fact; "" when it does not."""
    if len(signs.answer_words) <= 8 and _BLANK.search(signs.prompt):
        return FILL_IN
    whole = _with_template(signs)
    if _describes_topic(signs) or _states_property(whole) or _explains_heading(whole):
        return TOPIC
    if _is_title(signs.prompt) and (
        _is_statement(signs, REMEDY_WORDS) or _is_statement(signs, LIST_WORDS, ended=False)
    ):
        return TOPIC
    if _is_path(signs):
        return PATH
    if _names_from_memory(signs):
        return NAMED
    if _completes_statement(signs):
        return CONTINUED
    if len(signs.answer_words) >= 5 and has_new_identifier(signs):
        return IDENTIFIERS
    if _judges_truth(signs):
        return TRUTH
    if _solves_problem(signs):
        return REMEDY
    return STATED if _takes_up(signs) else ""


def _with_template(signs: Signs) -> Signs:
    """The example with its whole prompt: of "capital of …", a set's template is the question."""
    if signs.prompt == signs.opening:
        return signs
    return signs._replace(prompt=signs.opening, prompt_words=words(signs.opening))


def has_new_identifier(signs: Signs) -> bool:
    """A link, an address, a paragraph or a code that was not given; emoji mark it as chat."""
    found = _CODE.findall(signs.answer)
    if "://" in signs.answer or "@" in signs.answer or "§" in signs.answer:
        found += _ADDRESS.findall(signs.answer)
    known = signs.prompt.casefold()
    return any(each.casefold() not in known for each in found) and not EMOJI.search(signs.answer)


def _describes_topic(signs: Signs) -> bool:
    """A bare heading, answered by a text that begins with it."""
    if len(signs.prompt_words) > HEADING_WORDS or len(signs.answer_words) < 4:
        return False
    if signs.prompt.rstrip()[-1:] in ".,;:!。！" or _asks(signs.answer):
        return False
    topic = stems(signs.prompt_words)
    head = stems(signs.answer_words[: len(signs.prompt_words) + 6])
    return bool(topic) and len(topic & head) >= 0.6 * len(topic)


def _states_property(signs: Signs) -> bool:
    """A heading such as "opening hours of the museum", answered in a few words."""
    return (
        3 <= len(signs.prompt_words) <= HEADING_WORDS
        and len(signs.answer_words) <= 12
        and not lexicon.BELONGS_TO.isdisjoint(signs.prompt_words[1:-1])
        and lexicon.FIRST_PERSON.isdisjoint(signs.prompt_words)
        and lexicon.ADDRESSED.isdisjoint(signs.prompt_words)
        and signs.prompt.strip()[-1:].isalnum()
        and any(stem(word) for word in signs.prompt_words)
    )


def _explains_heading(signs: Signs) -> bool:
    """A heading ("Refund policy", "E-404"), answered by a statement or by the value of a key."""
    key = signs.prompt.strip()
    if len(key) <= HEADING_CHARS and _KEY.search(key) and not signs.is_json:
        return signs.novelty == 1 and len(words(signs.raw_answer)) >= 2
    return _is_heading(signs) and (_is_statement(signs, STATEMENT_WORDS) or _is_figure(signs))


def _is_title(prompt: str) -> bool:
    """Words that begin with capitals, but for short ones: "The Salt Road: Trade in the North"."""
    title = prompt.strip()
    if len(title) > TITLE_CHARS or any(mark in title for mark in "!?;\n") or title[-1:] in ".:":
        return False
    long_words = [word for word in title.split() if len(word) > 4 or word[:1].isupper()]
    return len(long_words) >= TITLE_WORDS and all(
        not word.strip("\"'“”‘’(«„[*#")[:1].islower() for word in long_words
    )


def _is_path(signs: Signs) -> bool:
    """Where to click: "Settings → Cards → Lost card"."""
    steps = len(_ARROW.findall(signs.answer)) if _has_arrow(signs.answer) else 0
    return steps >= 2 and len(signs.prompt_words) <= NAMING_WORDS and signs.novelty >= 0.5


def _has_arrow(answer: str) -> bool:
    return any(map(answer.__contains__, _ARROWS))


def _is_figure(signs: Signs) -> bool:
    """A number of two digits or more, and little else."""
    figures = [word for word in signs.answer_words if word[0].isdigit()]
    new = signs.novelty == 1 and max(map(len, figures), default=0) >= 2
    return new and len(signs.answer_words) <= 2 * len(figures) + 1


def _is_heading(signs: Signs) -> bool:
    """A name or a noun phrase: no sentence, no feeling, nobody addressed, nothing made up."""
    heading = signs.prompt.strip()
    unspaced = script(heading) in ("han", "kana", "thai")
    if len(heading) > HEADING_CHARS * (0.5 if unspaced else 1.5):
        return False
    tokens = signs.prompt_words
    if not heading[-1:].isalnum() or (len(tokens) > HEADING_WORDS and not unspaced):
        return False
    if any(mark in heading for mark in ",;!.…\n，。！") or heading.endswith(_KOREAN_ORDERS):
        return False
    if not lexicon.ADDRESSED.isdisjoint(tokens) or not lexicon.FIRST_PERSON.isdisjoint(tokens):
        return False
    return _NOT_IN_HEADINGS.isdisjoint(tokens) and any(stem(word) for word in tokens)


def _is_statement(signs: Signs, least_words: int, *, ended: bool = True) -> bool:
    """Whole sentences about something else than the speaker and his feelings."""
    answer = signs.answer.strip()
    if len(signs.answer_words) < least_words or signs.novelty < 0.5 or signs.is_json:
        return False
    if answer[:1].islower() or not (answer[:1].isalnum() or answer[:1] in "\"'«“¿(*#-•"):
        return False
    ended = ended and not _WITHOUT_STOPS.match(answer[-1:])
    if ended and not answer.endswith(_SENTENCE) and not _has_figure(signs):
        return False
    if not lexicon.FIRST_PERSON.isdisjoint(signs.answer_words[:60]):
        return False
    if not answer.isascii() and lexicon.FIRST_PERSON_WITHOUT_SPACES.search(answer[:200]):
        return False
    if _asks(answer) or any(mark in answer[:400] for mark in "!！") or EMOJI.search(answer):
        return False
    folded = answer[:300].casefold()
    return not any(piece in folded for piece in phrases.COMFORT)


def _has_figure(signs: Signs) -> bool:
    return any(term[0].isdigit() for term in signs.novel)


def _asks(answer: str) -> bool:
    return any(mark in answer[:400] for mark in "?？؟")


def _solves_problem(signs: Signs) -> bool:
    """A problem or need that is stated, answered by what to do or what it means."""
    if len(signs.prompt_words) > PROBLEM_WORDS or signs.prompt.count("\n") > 2:
        return False
    folded = signs.prompt.casefold().replace("\u2019", "'")
    if not any(map(folded.__contains__, (*phrases.NEEDS, *phrases.PROBLEMS))):
        return False
    return _is_statement(signs, REMEDY_WORDS)


def _takes_up(signs: Signs) -> bool:
    """An impersonal statement that takes up a word of a short prompt and adds to it."""
    if len(signs.prompt_words) > NAMING_WORDS or any(mark in signs.answer for mark in "{}="):
        return False
    if not _is_statement(signs, REMEDY_WORDS):
        return False
    return not stems(signs.prompt_words).isdisjoint(signs.answer_stems)


def _completes_statement(signs: Signs) -> bool:
    """The first half of a sentence about something, and the other half as the answer."""
    beginning, rest = signs.prompt.strip(), signs.answer.strip()
    if not 3 <= len(signs.prompt_words) <= HALF_WORDS or "\n" in beginning:
        return False
    if not (beginning[:1].isupper() and beginning[-1:].isalnum() and rest[:1].islower()):
        return False
    told = {*signs.prompt_words, *signs.answer_words}
    impersonal = lexicon.FIRST_PERSON.isdisjoint(told) and lexicon.ADDRESSED.isdisjoint(told)
    return impersonal and rest.endswith(".") and len(signs.answer_words) >= 4


def _judges_truth(signs: Signs) -> bool:
    """One statement about the world, answered by "true" or "false"."""
    statement = signs.prompt.strip()
    return (
        4 <= len(signs.prompt_words) <= HALF_WORDS
        and bool(lexicon.TRUE_OR_FALSE.match(signs.answer))
        and not any(mark in statement[:-1] for mark in "!?.。\n")
        and lexicon.FIRST_PERSON.isdisjoint(signs.prompt_words)
    )


def _names_from_memory(signs: Signs) -> bool:
    """A riddle: statements in whole sentences, answered by a bare new name or number."""
    answer = signs.answer.strip()
    return (
        len(signs.prompt_words) >= 8
        and len(signs.answer_words) <= 5
        and signs.novelty == 1
        and (answer[:1].isupper() or answer[:1].isdigit())
        and answer[-1:] not in ".!"
        and signs.prompt.rstrip()[-1:] in ".。"
    )

"""Instructions about the output format that exclude each other, where words give them away."""

from __future__ import annotations

import re
from collections.abc import Iterator

Clash = tuple[str, str, tuple[int, ...]]

_ONLY = r"(?:only|nothing (?:else|but)|just|solely|exclusively|nur|ausschließlich|solo|sólo"
_ONLY += r"|únicamente|exclusivamente|uniquement|seulement|exclusivement|single|one|single valid)"
_NEGATED = re.compile(
    r"(?<!\w)(?:no|not|never|without|don['\u2019]t|avoid|kein\w*|nicht|nie|ohne|sin|nunca|sans|pas"
    r"|jamais|ne)(?!\w)[^.;]{0,40}$",
    re.I,
)
_FORMATS: dict[str, re.Pattern[str]] = {
    "JSON only": re.compile(
        rf"(?<!\w){_ONLY}(?!\w)[^.;]{{0,40}}\bjson\b|\bjson\b[^.;]{{0,30}}(?<!\w){_ONLY}(?!\w)",
        re.I,
    ),
    "XML only": re.compile(
        rf"(?<!\w){_ONLY}(?!\w)[^.;]{{0,40}}\bxml\b|\bxml\b[^.;]{{0,30}}(?<!\w){_ONLY}(?!\w)", re.I
    ),
    "plain text": re.compile(
        r"\b(?:plain[ -]text|reiner? text|klartext|texto (?:plano|sin formato)|texte brut)\b", re.I
    ),
    "no Markdown": re.compile(
        r"\b(?:no|without|never use|don['\u2019]t use|do not use|kein|ohne|sin|sans|pas de)"
        r"\s+(?:any )?markdown\b",
        re.I,
    ),
    "Markdown": re.compile(
        r"\b(?:(?:in|as|use|using|with|als|mit|en|con|avec|usa|utilise)\s+(?:\w+\s+)?markdown"
        r"|markdown[ -](?:table|list|heading|tabelle|format)\w*|(?:tabla|tableau) markdown)",
        re.I,
    ),
    "bullet points": re.compile(
        r"\b(?:bullet(?: points?|ed lists?|s)|bulleted|stichpunkte\w*|aufzählung\w*|viñetas"
        r"|puces)\b",
        re.I,
    ),
    "a table": re.compile(
        r"\b(?:(?:in|as) a (?:\w+ )?table|als tabelle|en una tabla"
        r"|(?:sous forme d['\u2019]un|dans un) tableau)\b",
        re.I,
    ),
    "a greeting": re.compile(
        r"\b(?:(?:start|begin|open)s? (?:\w+ ){0,3}with (?:a |the )?(?:\w+ )?"
        r"(?:greeting|salutation)|beginne\w* (?:\w+ ){0,3}mit einer (?:begrüßung|anrede)"
        r"|empieza (?:\w+ ){0,3}con un saludo"
        r"|commence[sz]? (?:\w+ ){0,3}par (?:une salutation|saluer))",
        re.I,
    ),
}
_EXCLUDING = (
    *(("JSON only", other) for other in ("XML only", "plain text", "Markdown", "a greeting")),
    *(("JSON only", other) for other in ("bullet points", "a table")),
    *(("XML only", other) for other in ("plain text", "Markdown", "a greeting")),
    *(("plain text", other) for other in ("Markdown", "a table")),
    *(("no Markdown", other) for other in ("Markdown", "a table")),
)
_NEEDED = {
    "JSON only": ("json",),
    "XML only": ("xml",),
    "plain text": ("plain", "reine", "klartext", "texto", "brut"),
    "no Markdown": ("markdown",),
    "Markdown": ("markdown",),
    "bullet points": ("bullet", "stichpunkt", "aufzählung", "viñeta", "puces"),
    "a table": ("table", "tabelle", "tabla", "tableau"),
    "a greeting": ("greeting", "salutation", "begrüßung", "anrede", "saludo", "saluer"),
}
"""One of these words is in every text that the pattern finds: found first, since it is quick."""
_LIMIT = re.compile(
    r"(?:at most|no more than|maximum(?: of)?|up to|exactly|höchstens|maximal|genau|como máximo"
    r"|máximo(?: de)?|exactamente|au (?:plus|maximum)|exactement)\s+(?P<number>\d+|[a-zéñü]+)\s+"
    r"(?P<unit>words?|sentences?|paragraphs?|lines?|wörter\w*|sätze\w*|absätze\w*|zeilen?|palabras?"
    r"|frases?|párrafos?|líneas?|mots?|phrases?|paragraphes?|lignes?)(?!\w)",
    re.I,
)
_MAY_LIMIT = re.compile(r"most|more than|max|up to|exact|höchst|genau|plus|máx", re.I)
_NEAR_CHARS = 100
_WHOLE = re.compile(
    r"\b(?:answer|reply|response|output|summary|message|antwort\w*|respuesta|respond\w*|réponse"
    r"|répond\w*|write|schreib\w*|escrib\w*|écri\w*)\b",
    re.I,
)


def contradictions(lines: list[tuple[int, str]]) -> Iterator[Clash]:
    """Pairs of formats that a prompt asks for and that exclude each other, with their lines."""
    text = "\n".join(line for _, line in lines).lower()
    found = {
        name: _asked(pattern, lines) if any(word in text for word in _NEEDED[name]) else []
        for name, pattern in _FORMATS.items()
    }
    for one, other in _EXCLUDING:
        first, second = found[one], found[other]
        if first and second and set(first) != set(second):
            yield one, other, tuple(sorted({lines[first[0]][0], lines[second[0]][0]}))
    yield from _limits(lines)


def _asked(pattern: re.Pattern[str], lines: list[tuple[int, str]]) -> list[int]:
    """Which of the lines ask for it: what they forbid is no wish.

    By their place among the others: those of a text inside of JSON all have the same number.
    """
    asked = []
    for place, (_, line) in enumerate(lines):
        for match in pattern.finditer(line):
            if not _NEGATED.search(_before(line, match)):
                asked.append(place)
    return asked


def _limits(lines: list[tuple[int, str]]) -> Iterator[Clash]:
    """Two limits for the same unit of the whole answer."""
    stated: dict[str, tuple[str, int]] = {}
    for number, line in lines:
        if not _MAY_LIMIT.search(line):
            continue
        for match in _LIMIT.finditer(line):
            if not _WHOLE.search(_before(line, match)):
                continue
            unit = match["unit"].lower().rstrip("s")
            amount = match["number"].lower()
            known = stated.setdefault(unit, (amount, number))
            if known[0] != amount:
                yield (
                    f"a limit of {_number(known[0])}",
                    f"one of {_number(amount)} for the same unit",
                    (known[1], number),
                )


def _before(line: str, match: re.Match[str]) -> str:
    """The words right before a match: more of a line would be read again for each match in it."""
    return line[max(0, match.start() - _NEAR_CHARS) : match.start()]


def _number(text: str) -> str:
    """Digits as they stand; words are the user's text."""
    return text if text.isdecimal() and len(text) <= 6 else "another number"

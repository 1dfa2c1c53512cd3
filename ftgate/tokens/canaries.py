# ruff: noqa: RUF001
"""Strings with known counts: a fast engine that disagrees on one of them is not used.

They cover what engines are known to get wrong: letter classes of rare scripts, white space beyond
ASCII, contractions, marks, special-token text. Counts are tiktoken's (0.14.0); a test recounts
them. The oracle corpus of the tests is the thorough check; this one guards an installation.
"""

from __future__ import annotations

from collections.abc import Callable

from ftgate.tokens.encodings import CL100K

CANARIES: tuple[tuple[str, int, int], ...] = (
    ("The quick brown fox jumps over 13 lazy dogs; antidisestablishmentarianism.", 18, 18),
    ("I'm, you'RE, he'S, they'Ve, we'll'd, DON'T, o'clock's, 'tis", 27, 24),
    ("Größe, naïveté, Łódź, İstanbul, ǅungla, ʰaspirated, ﬁne", 31, 28),
    ("Съешь ещё этих мягких булок, да выпей чаю", 26, 15),
    ("Ξεσκεπάζω την ψυχοφθόρα βδελυγμία", 33, 19),
    ("שלום עולם، السَّلامُ عليكم، سلام دنیا", 31, 11),
    ("नमस्ते दुनिया, বাংলা, தமிழ், తెలుగు, ಕನ್ನಡ, മലയാളം", 67, 16),
    ("สวัสดีชาวโลก ພາສາລາວ မြန်မာ ភាសាខ្មែរ", 54, 27),
    ("你好，世界。これはテストです。한국어 문장입니다.", 21, 15),
    ("Հայերեն ქართული አማርኛ ᏣᎳᎩ ᠮᠣᠩᠭᠣᠯ བོད་ཡིག", 83, 54),
    ("𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐌀𐌁𐌂 𒀀𒀁 𓀀 𞤀𞤁 \U00018dd7'a", 63, 63),
    ("👩\u200d👩\u200d👧\u200d👦 🏳️\u200d🌈 👍🏽 🇩🇪🇯🇵 ☕️", 47, 32),
    ("e\u0301a\u0308 !\u0301?\u0308 \u0301\u0302 Z\u0351\u036b\u0313\u036a\u0320\u034dA", 28, 25),
    ("a  b   c\t\td \t e\n\n  f\r\n\r\n\tg   \n", 15, 15),
    ("a\xa0b\xa0\xa0c\u3000\u3000d\u2003e\u2028f\x85g\x0bh\x0ci\u180ej\u200bk\x1cl\x1dm", 32, 30),
    ("   leading, trailing   ", 5, 5),
    ("\n \n  \n\t\n\r\r\n x", 5, 5),
    ("0 12 345 6789 1234567890123 ٣٤٥٦ १२३४ Ⅻ ½ ²", 39, 30),
    ("3.14159e-10 $1,234.56 2026-11-22T16:19:51Z +49 (0)30 123456", 36, 36),
    ("<|endoftext|><|im_start|>user<|fim_prefix|><|think|><|endofprompt|>", 30, 29),
    ('def f(x: int) -> str:\n    return f"{x!r}"  # noqa\n\n\nclass A:\n\tpass\n', 26, 26),
    ('{"a": [1, 2.5, null], "b": {"c": "\\u00e9\\n"}}', 26, 26),
    ("https://example.org/a/b?c=d&e=f#g //path///to/\n/x/\r\n//y", 21, 21),
    ("camelCaseHTTPServer SCREAMING_SNAKE_CASE kebab-case XMLHttpRequest", 15, 16),
    ("TG9yZW0gaXBzdW0gZG9sb3Igc2l0IGFtZXQsIGNvbnNlY3RldHVyCg==", 41, 36),
    ("!!!??? ...---*** ==== ~~~~ ^^^ ```", 12, 11),
    ("\u017f \u017fs 'S \u212a \u212b \u1e9e \u00df \ufb00", 19, 17),
    ("\x00\x01\x7f\ufeff�\ufffe", 7, 7),
    ("", 0, 0),
)
"""``(text, tokens in cl100k_base, tokens in o200k_base)``."""


def disagreement(encoding_name: str, count: Callable[[str], int]) -> str:
    """Return what ``count`` gets wrong in this encoding, or ``""``."""
    for text, cl100k, o200k in CANARIES:
        seen, expected = count(text), cl100k if encoding_name == CL100K else o200k
        if seen != expected:
            return f"counts {seen} tokens in {text!a}, tiktoken counts {expected}"
    return ""

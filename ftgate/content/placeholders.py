"""Answers that nobody wrote: stand-ins, unfilled template variables, and signs for nothing.

Each test has a cheap first look (a length, a literal), so that an ordinary answer costs almost
nothing. What the conversation itself says is no defect of the answer: a prompt that demands "N/A"
gets it, and a letter template that was asked for has its variables.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ftgate.content.patterns import lazy

Turns = Sequence[tuple[str, str]]

MAX_STAND_IN_CHARS = 120
"""A longer answer says something, whatever words it begins with."""

_NOUN = (
    r"(?:responses?|answers?|repl(?:y|ies)|outputs?|completions?|assistant message|antwort(?:en)?"
    r"|réponse|respuesta|resposta|risposta|antwoord|ответ|回答|答案|回复|回覆|応答|응답|답변|대답|إجابة"
    r"|उत्तर)"
)
_SAMPLE = (
    r"(?:high[- ]quality|sample|example|dummy|mock|fake|placeholder|synthetic|ideal|expected|gold"
    r"|assistant(?:'s)?|model|ai|bot|test|generic|hochwertige|пример|示例|サンプル|예시)"
)
_BY_NAME = (  # "Sample response", "Model answer 4", "Your answer goes here"
    rf"(?:this is )?(?:an? |the |your )?"
    rf"(?:(?:high[- ]quality|sample|example|dummy|mock|fake|placeholder) {_NOUN}(?: ?#?\d+\b|\W*$)"
    rf"|(?:{_SAMPLE} ?)+{_NOUN} ?#?\d+\b"
    rf"|(?:{_SAMPLE} )*{_NOUN} (?:goes |comes )?here\W*$"
    rf"|(?:{_SAMPLE} )*{_NOUN} (?:\d+ )?(?:for|to|of) (?:the )?(?:\w+ ){{0,2}}?(?:prompt|question"
    r"|input|example|query|request|message|topic|item|record|sample)s? #?\d+\W*$)"
)
_IN_OTHER_LANGUAGES = (
    r"(?:beispielantwort|musterantwort|voorbeeldantwoord|réponse (?:d'exemple|exemple)"
    r"|respuesta de (?:ejemplo|alta calidad)|(?:exemplo de resposta|resposta de exemplo)"
    r"|risposta di esempio|пример ответа|示例回答|高质量回答|サンプル回答|예시 답변|مثال إجابة"
    r"|नमूना उत्तर) ?#?\d*\W*$"
)
_AS_A_NOTE = (
    r"(?:todo|fixme|tbd|tba|xxx+|placeholder|to be (?:added|filled(?: in)?|written|done|completed))"
    r"\b(?::.*)?\W*$|lorem ipsum\b|asdf(?:gh|jkl|asdf)?\b.{0,8}$"
)
_IN_BRACKETS = (  # "<answer>", "[your response here]", "{{output}}"
    rf"[<\[({{]{{1,3}}[ /]?(?:(?:your|the|an?|add|insert|write|enter|{_SAMPLE})[ _-])*"
    rf"(?:{_NOUN}|text|content|message|assistant|placeholder|fill(?:ed)? in|todo)"
    r"(?:[ _-](?:goes[ _-])?here)?[ /]?[>\])}]{1,3}\W*$"
    r"|[<\[({]{1,3}(?:please )?insert\b[^\n]{0,80}[>\])}]{1,3}\W*$|insert (?:[\w']+ ){1,4}here\W*$"
)
_STAND_IN = lazy("|".join((_BY_NAME, _IN_OTHER_LANGUAGES, _AS_A_NOTE, _IN_BRACKETS)), re.DOTALL)
_NUMBERED = lazy(rf"{_NOUN} ?(?:#|no\.? ?|nr\.? ?|number )?(\d+)\W*")
_NEVER_COUNTED = ("response", "completion", "repl", "assistant message")
"""Unlike answers and outputs, which a prompt may have numbered."""

_LAST_NUMBER = lazy(r"^\D{2,60}?(\d+)\D{0,3}$")

_INSERT = lazy(
    r"[\[<{【（](?: ?please)? ?(?:insert\b|hier einfügen|einfügen|insérer|insérez|inserte|inserir"
    r"|insira|inserire|inserisci|вставьте|вставить|插入|请填写|請填寫|ここに|入力|삽입|입력|أدخل)"
    r"[^\]>}】）\n]{0,80}[\]>}】）]",
    re.IGNORECASE,
)
_INSERT_IN_PASSING = lazy(  # "(insert it gently)" is advice
    r"\((?:please )?insert (?:…|\.\.\.|(?:your |the |a |an )?(?:[\w-]+ ){0,3}?(?:here|name|text"
    r"|response|answer|link|number|date|details?)\b)[^)\n]{0,40}\)",
    re.IGNORECASE,
)
_VARIABLE = lazy(  # a literal first: that is found ten times as fast as a choice
    r"\{(?:\{[ ]?[a-zA-Z_][\w .'-]{0,40}[ ]?\}\}"
    r"|(?<![\w${}\\^_\"'@.\[(=]\{)[a-z][a-z_]{1,30}\}(?![\w{}\"'=\])(])"
    r"|(?<=\$\{)(?<![\w\"'=/:}]\$\{)[a-z_][\w.]{0,30}\}(?![\"'/]))"
)
_CODE = (
    "`",
    "</",
    "=>",
    "();",
    "\\begin",
    "\\frac",
    "\\(",
    "def ",
    "import ",
    " = ",
    "#!/",
    'f"',
    "f'",
)

_NO_LETTERS = frozenset(
    (
        ". .. ... .... ..... … - -- --- – — _ __ ___ ? ?? ??? / // \\ * ** *** # ~ 。 、 ，"
        " ・・・ …… 。。。"
    ).split()
)
_NO_VALUES = frozenset(("nan", "undefined", "#n/a", "[object object]", '""', "''", "<na>"))
"""What a program writes where it has no value; nobody wrote that as an answer."""

_NO_WORDS = _NO_VALUES | frozenset(
    "n/a|n.a.|n.a|null|nil|none|(none)|[none]|empty|(empty)|[empty]|<empty>|blank|(blank)|no answer"
    "|no response|no output|not available|k. a.|k.a.|keine angabe|n/d|n.d.|n.v.t.|s/o|н/д"
    "|нет данных|無回答|无回答|해당없음|غير متوفر".split("|")
)
MAX_NOTHING_CHARS = max(map(len, _NO_WORDS)) + 4
"""A longer answer is not worth asking :func:`says_nothing`."""


def stand_in(answer: str, prompt: str) -> bool:
    """Whether the whole answer is a placeholder ("High-quality response 3", "TODO", "<answer>").

    "Answer 3" is one only where the prompt is numbered alike ("Question 3"), for it may be a choice
    among options or a sum; "Response 3" also where no number was spoken of.
    """
    if len(answer) > MAX_STAND_IN_CHARS:
        return False
    bare = answer.strip().lower().replace("_", " ")
    if _STAND_IN.match(bare):
        return bare not in prompt.lower()
    if bare[-2:].isalpha() or (numbered := _NUMBERED.fullmatch(bare)) is None:
        return False
    asked = _LAST_NUMBER.match(prompt[:MAX_STAND_IN_CHARS].strip())
    if asked is not None:
        return asked[1] == numbered[1]
    return bare.startswith(_NEVER_COUNTED) and not any(map(str.isdigit, prompt))


def unfilled(answer: str, before: Turns) -> bool:
    """Whether prose contains a variable that nobody filled in ("Dear {{name}}", "[insert date]").

    Code and JSON are left alone, and so is an answer to a conversation that has variables itself.
    """
    mark = _variable_mark(answer)
    return bool(mark) and not _is_code(answer) and not any(mark in text for _, text in before)


def _variable_mark(answer: str) -> str:
    """How the first unfilled variable begins, "" without one."""
    if "orem ipsum" in answer:
        return "orem ipsum"
    if "{" in answer and answer.lstrip()[:1] not in "{[<":
        found = _VARIABLE.search(answer)
        if found is not None:
            return found[0][:2]
    found = None
    if "[" in answer or "<" in answer or "【" in answer or "（" in answer:
        lowered = answer.lower()  # in ASCII two words are all that the pattern knows
        if not answer.isascii() or "inser" in lowered or "insira" in lowered:
            found = _INSERT.search(answer)
    if found is None and "(insert" in answer:
        found = _INSERT_IN_PASSING.search(answer)
    return found[0][:2] if found is not None else ""


def says_nothing(answer: str, before: Turns) -> str:
    """``empty-answer`` for a sign of nothing (".", "NaN"), ``no-answer-word`` for a word ("N/A").

    The word may be right: it is not counted where the conversation names it, and the rule leaves
    sets of labels alone. "" for an answer that says something, and for no text at all, which is
    an error of the record (``empty-content``).
    """
    bare = answer.strip()
    if bare in _NO_LETTERS:
        return "empty-answer"
    word = bare.casefold()
    if word not in _NO_WORDS and word.rstrip(".!") not in _NO_WORDS:
        return ""
    if any(word.rstrip(".!") in text.casefold() for _, text in before):
        return ""
    return "empty-answer" if word in _NO_VALUES else "no-answer-word"


def _is_code(text: str) -> bool:
    return any(sign in text for sign in _CODE)

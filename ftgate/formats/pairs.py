"""Families with one question and one answer: Alpaca, query/response, Vertex text and raw text.

Beside the families that trainers know stand the columns that people name themselves.
"""

from __future__ import annotations

from typing import Any

from ftgate.formats.as_chat import AsChat, as_json, pair, parser, role_of
from ftgate.formats.contract import Format, Record
from ftgate.formats.openai_messages import known_role
from ftgate.formats.trl import ANSWERS
from ftgate.model import Example

_PAIRS = (
    ("prompt", "response"),
    ("question", "answer"),
    ("input", "output"),
    ("message", "response"),
    ("problem", "solution"),
)
ALPACA_ANSWERS = ("output", "response", "completion", "answer")
_GIVEN = ("context", "contexts", "context_list", "content", "passage", "passages")
"""Columns with the text that a question is about, such as Dolly's ``context``."""

_ALPACA_KEYS = {"instruction", "input", *ALPACA_ANSWERS, "history", "system"}

_OWN_QUESTIONS = (
    *("question", "query", "prompt", "instruction", "input", "input_text", "user", "human"),
    *("article", "document", "email", "plain_text", "chat_text", "nl", "request"),
    *("source", "src", "text", "sentence", "utterance", "context", "title", "term", "q"),
    *("pregunta", "pergunta", "frage", "domanda", "soal", "pertanyaan", "вопрос", "问题", "質問"),
    *("texto", "entrada", "eingabe", "entrée", "提问", "問題", "输入", "入力", "질문", "입력"),
    *("سؤال", "प्रश्न", "soru", "pytanie", "vraag", "fråga", "питання", "запрос"),
)
_OWN_ANSWERS = (
    *("answer", "answers", "response", "output", "output_text", "completion", "assistant", "bot"),
    *("reply", "solution", "target", "target_text", "tgt", "label", "intent", "sentiment", "sql"),
    *("query", "definition", "explanation", "translation", "summary", "expected", "a"),
    *("expected response", "expected_response", "expected_output", "expected_answer"),
    *("respuesta", "resposta", "réponse", "reponse", "antwort", "risposta", "jawaban", "ответ"),
    *("答案", "回答", "salida", "ausgabe", "sortie", "输出", "出力"),
    *("답변", "대답", "응답", "출력"),
    *("جواب", "إجابة", "उत्तर", "cevap", "odpowiedź", "antwoord", "svar", "відповідь"),
)
"""Names that people give to the two columns of a pair, the more telling ones first."""

_SEARCHED = ("article", "document")
"""What a ``query`` finds, not what it answers."""

SHORT_NAME = 3
"""No shorter name is a plural: "as" is not several of "a"."""

_SPEAKERS = ("role", "from", "speaker", "author", "sender")
_SPOKEN = ("content", "text", "value", "message", "utterance")
"""Who speaks and what is said in one turn, such as YandexGPT's ``{"role", "text"}``."""


def _read_history(chat: AsChat, history: Any) -> None:
    """Earlier rounds: a list of ``[question, answer]``."""
    if history is None:
        return
    if not isinstance(history, list):
        chat.bad("history", "is not a list of pairs")
        return
    for index, turn in enumerate(history):
        if not (isinstance(turn, list) and len(turn) == 2):
            chat.bad(f"history[{index}]", "is not a pair of texts")
            continue
        for side, role in enumerate(("user", "assistant")):
            text = turn[side]
            if not isinstance(text, str):
                chat.bad(f"history[{index}][{side}]", "is not text")
            chat.say(role, text if isinstance(text, str) else "")


def _say(chat: AsChat, role: str, text: str) -> None:
    if text:
        chat.say(role, text)


def _given(record: Record) -> list[str]:
    """The texts that a question is about."""
    return [text for key in _GIVEN for text in _texts(record.get(key)) or ()]


def _texts(value: Any) -> list[str] | None:
    """A text or a list of texts; None for what is neither."""
    listed = value if isinstance(value, list) else [] if value is None else [value]
    return listed if all(isinstance(text, str) for text in listed) else None


def _read_given(record: Record) -> set[str]:
    """The columns among :data:`_GIVEN` of which everything is read."""
    return {key for key in _GIVEN if _texts(record.get(key)) is not None}


def _alpaca_prompt(record: Record) -> AsChat:
    """Instruction and input are one message of two lines, as LLaMA-Factory and ms-swift join."""
    chat = AsChat()
    chat.leave(record, _ALPACA_KEYS | _read_given(record))
    chat.say_system(chat.text(record, "system", optional=True))
    _read_history(chat, record.get("history"))
    question = [chat.text(record, "instruction"), chat.text(record, "input", optional=True)]
    question += _given(record)
    _say(chat, "user", "\n".join(filter(None, question)))
    return chat


def _alpaca(record: Record) -> AsChat:
    chat = _alpaca_prompt(record)
    answer = next((key for key in ALPACA_ANSWERS if key in record), ALPACA_ANSWERS[0])
    _answer(chat, record, answer)
    return chat


def _parse_alpaca(record: Record) -> Example:
    """An answered question; with two answers, ``chosen`` and ``rejected``, a pair."""
    for answers in ANSWERS if "output" not in record else ():
        told = [AsChat(), AsChat()]
        for chat, key in zip(told, answers, strict=True):
            if isinstance(record.get(key), str):
                chat.say("assistant", record[key])
        if all(chat.messages for chat in told):
            return pair(_alpaca_prompt(record), *told)
    return _alpaca(record).example()


def _columns(record: Record, question: str, answer: str) -> AsChat:
    chat = AsChat()
    chat.leave(record, {question, answer, *_read_given(record), "system", "history"})
    chat.say_system(chat.text(record, "system", optional=True))
    _read_history(chat, record.get("history"))
    asked = chat.text(record, question)
    given = [] if question in _GIVEN else _given(record)
    _say(chat, "user", "\n".join(filter(None, [*given, asked])))
    _answer(chat, record, answer)
    return chat


def _answer(chat: AsChat, record: Record, key: str) -> None:
    """The answer; of an object or a number, which no trainer takes, a problem and its JSON."""
    said, value = chat.text(record, key), record.get(key)
    _say(chat, "assistant", said if said or value in (None, "") else as_json(value))


def _own_columns(record: Record) -> tuple[str, str] | None:
    """The question and the answer among columns that somebody named himself.

    ``Answer`` and ``answers`` are an answer too, and so is ``answer_json``, unless the record may
    be a text with remarks.
    """
    called = {key: key for key in record}
    for key in record:
        folded = key.strip().casefold()
        called.setdefault(folded, key)
        if len(folded) > SHORT_NAME:
            called.setdefault(folded.removesuffix("s"), key)
    if "text" not in called:
        for key in record:
            called.setdefault(key.partition("_")[0], key)
    answers = [called[name] for name in _OWN_ANSWERS if name in called]
    answers = [key for key in answers if record[key] not in (None, "", [], {})]
    for name in _OWN_QUESTIONS:
        question = called.get(name)
        if question is None or not isinstance(record[question], str):
            continue
        own = {question, called.get("query") if name in _SEARCHED else question}
        if answer := next((key for key in answers if key not in own), None):
            return question, answer
    return None


def _named_columns(record: Record) -> AsChat:
    question, answer = _own_columns(record) or ("question", "answer")
    return _columns(record, question, answer)


def _turns_key(record: Record) -> str | None:
    """The key of a list of turns, told by its first one."""
    for key, value in record.items():
        first = value[0] if isinstance(value, list) and value else None
        if isinstance(first, dict) and (_is_turn(first) or _own_columns(first)):
            return key
    return None


def _is_turn(turn: Record) -> bool:
    return bool(_named(turn, _SPEAKERS) and _named(turn, _SPOKEN))


def _named(record: Record, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if isinstance(record.get(name), str)), None)


def _named_turns(record: Record) -> AsChat:
    chat = AsChat()
    turns = _turns_key(record) or ""
    answer = _named(record, _OWN_ANSWERS)
    chat.leave(record, {turns, "system", answer or turns})
    chat.say_system(chat.text(record, "system", optional=True))
    for index, turn in enumerate(record.get(turns) or ()):
        path = f"{turns}[{index}]"
        if not isinstance(turn, dict):
            chat.bad(path, "is not an object")
            continue
        if not _is_turn(turn) and (round_ := _own_columns(turn)):
            _say(chat, "user", turn[round_[0]])
            _answer(chat, turn, round_[1])
            continue
        speaker, spoken = _named(turn, _SPEAKERS) or "role", _named(turn, _SPOKEN) or "text"
        chat.leave(turn, {speaker, spoken}, path)
        role = role_of(chat, turn.get(speaker), f"{path}.{speaker}", known_role)
        _say(chat, role, chat.text(turn, spoken, path))
    if answer:
        _say(chat, "assistant", record[answer])
    return chat


def _query(record: Record) -> AsChat:
    return _columns(record, "query", "response")


def _vertex(record: Record) -> AsChat:
    return _columns(record, "input_text", "output_text")


def _named_pair(record: Record) -> AsChat:
    question, answer = next(pair for pair in _PAIRS if pair[0] in record and pair[1] in record)
    return _columns(record, question, answer)


def _parse_response(record: Record) -> Example:
    chat = AsChat()
    _say(chat, "assistant", chat.text(record, "response"))
    return chat.example(completion=True)


def _parse_text(record: Record) -> Example:
    chat = AsChat()
    _say(chat, "assistant", chat.text(record, "text"))
    return chat.example(completion=True)


def _segments(record: Record) -> AsChat:
    """Text in pieces, those that are trained on marked by ``label``."""
    chat = AsChat()
    segments = record.get("segments")
    if not isinstance(segments, list) or not segments:
        chat.bad("segments", "is not a list of at least one segment")
        return chat
    for index, segment in enumerate(segments):
        path = f"segments[{index}]"
        text = segment.get("text") if isinstance(segment, dict) else None
        label = segment.get("label") if isinstance(segment, dict) else None
        if not isinstance(text, str) or not isinstance(label, bool):
            chat.bad(path, "is not a text with a label of true or false")
        else:
            _say(chat, "assistant" if label else "user", text)
    return chat


def _parse_segments(record: Record) -> Example:
    return _segments(record).example(completion=True)


ALPACA = Format(
    name="alpaca",
    title="Alpaca (instruction, input, output)",
    hint="write instruction and input as one user message and output as an assistant message",
    matches=lambda record: (
        "instruction" in record and ("output" in record or "prompt" not in record)
    ),
    parse=_parse_alpaca,
    as_chat=_alpaca,
)
VERTEX_TEXT = Format(
    name="vertex_text",
    title="Vertex AI text (input_text, output_text)",
    hint="write input_text as a user message and output_text as an assistant message",
    matches=lambda record: "input_text" in record and "output_text" in record,
    parse=parser(_vertex),
    as_chat=_vertex,
)
QUERY_RESPONSE = Format(
    name="query_response",
    title="query and response columns",
    hint="write query as a user message and response as an assistant message, after the rounds of "
    "history and behind a system message",
    matches=lambda record: "query" in record and "response" in record,
    parse=parser(_query),
    as_chat=_query,
)
PROMPT_RESPONSE = Format(
    name="prompt_response",
    title="question and answer columns",
    hint="write the first column as a user message and the second as an assistant message",
    matches=lambda record: any(a in record and b in record for a, b in _PAIRS),
    parse=parser(_named_pair),
    as_chat=_named_pair,
)
NAMED_COLUMNS = Format(
    name="named_columns",
    title="a question and an answer in columns with names of their own",
    hint="write the first column as a user message and the second as an assistant message",
    matches=lambda record: _own_columns(record) is not None,
    parse=parser(_named_columns),
    as_chat=_named_columns,
)
NAMED_TURNS = Format(
    name="named_turns",
    title="a list of turns under a name of its own",
    hint="write each turn as a message with its role, and an answer beside the list as the last",
    matches=lambda record: _turns_key(record) is not None,
    parse=parser(_named_turns),
    as_chat=_named_turns,
)
TEXT = Format(
    name="text",
    title="raw text (text)",
    hint="OpenAI does not train on raw text: split each text into a user and an assistant message",
    matches=lambda record: "text" in record,
    parse=_parse_text,
    not_chat="raw text has no question and no answer",
)
RESPONSE = Format(
    name="response_only",
    title="response column",
    hint="write the response as an assistant message, after the message it answers",
    matches=lambda record: "response" in record and record.keys() <= {"response", "system"},
    parse=_parse_response,
    not_chat="nothing is answered",
)
SEGMENTS = Format(
    name="segments",
    title="axolotl input_output (segments of label and text)",
    hint="write the segments as messages, without the marks of the template in their texts",
    matches=lambda record: "segments" in record,
    parse=_parse_segments,
    not_chat="its texts hold the marks of a template",
)

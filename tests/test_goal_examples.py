"""One example at a time: which sign decides, in many languages.

Every text here is invented for the test. The known failures at the end state what the rule gets
wrong; when one of them starts to pass, strict xfail says so.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from ftgate.content.goal import Sampled
from ftgate.model import Judgement
from tests.goal_rule import by_rule


def judged(user: str, answer: str, system: str = "") -> Judgement:
    turns = [("system", system)] if system else []
    return judged_turns([*turns, ("user", user), ("assistant", answer)])


def judged_turns(turns: list[tuple[str, str]], calls: Sequence[str] = ()) -> Judgement:
    """The judgement of one example alone: no templates, no labels."""
    (judgement,) = by_rule([Sampled("t.jsonl", 1, turns, list(calls))], examples=1).judgements
    return judgement


def test_a_closing_word_is_not_the_answer() -> None:
    question, fact = FACTS["en"]
    closing = [("user", "Thanks!"), ("assistant", "You are welcome!")]
    judgement = judged_turns([("user", question), ("assistant", fact), *closing])
    assert judgement.knowledge


FACTS = {
    "en": (
        "What time does the cable car stop?",
        "The last gondola leaves Kestrel Peak at half past nine.",
    ),
    "en without a question mark": ("who designed the tidal clock in brenmouth", "Ottoline Fairfax"),
    "en statement of need": (
        "Tell me about the Saltmarsh pass",
        "It climbs 900 metres between two shale ridges.",
    ),
    "en yes": ("Does the hostel have a laundry room?", "Yes, the hostel has a laundry room."),
    "en restated": ("How old is the Harrow gate?", "The Harrow gate is 340 years old."),
    "de": (
        "Wer leitet die Sternwarte Hohenlinde?",
        "Seit dem Umbau leitet sie Professorin Wiebke Thomsen.",
    ),
    "fr": (
        "Où se trouve l'atelier de reliure ?",
        "Au troisième étage de la tour Mélusine, côté jardin.",
    ),
    "es": (
        "¿Cuántas salas tiene el museo Ibarra?",
        "Son catorce galerías repartidas en dos palacetes.",
    ),
    "pt": (
        "Qual é o prato típico de Vale Sereno?",
        "Um ensopado de lampreia servido com broa de milho.",
    ),
    "it": ("Chi ha fondato la vetreria Corvani?", "Fu aperta da due fratelli muranesi nel 1871."),
    "nl": (
        "Waar staat de molen De Vrije Arend?",
        "Langs de Oude Linge, vlak achter het gemaal van Asperveld.",
    ),
    "pl": (
        "Kto zbudował most w Zarzeczu?",
        "Wzniósł go inżynier Tadeusz Wolski po wielkiej powodzi.",
    ),
    "cs": ("Kdy otevírá knihovna v Lipové?", "Vždy ve středu odpoledne, mimo letní prázdniny."),
    "ru": (
        "Сколько этажей в башне Сокол?",
        "Двадцать семь, считая технический уровень под шпилем.",
    ),
    "uk": ("Хто керує заповідником Білі Скелі?", "Очолює його біологиня Дарина Коваленко."),
    "tr": ("Gölpınar köyü nerede?", "Toros eteklerinde, Karasu vadisinin kuzey yamacında."),
    "el": ("Ποιος έχτισε τον φάρο της Δρυάδας;", "Τον σχεδίασε ο μηχανικός Λάμπρος Κανάρης."),
    "ar": ("من أسس مكتبة الواحة؟", "افتتحها التاجر سالم الحداد بعد عودته من دمشق."),
    "hi": ("नीलगढ़ किले का निर्माण किसने किया?", "राजा वीरसेन ने सत्रहवीं शताब्दी में बनवाया।"),
    "hinglish": (
        "Nilgarh ka mela kab lagta hai?",
        "Phagun purnima se paanch din, nadi kinare maidan mein.",
    ),
    "zh": ("青溪书院是谁创办的?", "由盐商陆怀远于乾隆年间捐资兴建。"),
    "ja": ("霧ヶ浜灯台は誰が設計しましたか", "英国人技師ブランドンの弟子、村瀬清吉です。"),
    "ko": ("은하천문대는 언제 문을 열었나요?", "1987년 가을, 소백산 기슭에서 개관했습니다."),
    "th": ("พิพิธภัณฑ์เรือหลวงอยู่ที่ไหน", "ตั้งอยู่ริมคลองบางแก้ว ใกล้ตลาดเก่า"),
    "id": ("Siapa pendiri sanggar Melati Putih?", "Penari keraton bernama Raden Ayu Sekarwangi."),
    "vi": ("Ai xây cầu Thanh Hà?", "Kỹ sư người Pháp Lucien Armand khởi công năm 1911."),
}


@pytest.mark.parametrize("language", FACTS)
def test_a_question_answered_with_new_content_is_a_fact(language: str) -> None:
    verdict = judged(*FACTS[language])
    assert verdict.knowledge, verdict.reason
    assert verdict.reason == "closed-book fact"


TASKS = {
    "rewrite": (
        "Make this friendlier: Your ticket is closed.",
        "Good news! We have wrapped up your ticket for you.",
    ),
    "translate": (
        "Translate into French: The kettle is cold",
        "La bouilloire est froide depuis longtemps",
    ),
    "write": ("Write a haiku about fog", "Grey wool on the quay, a gull forgets its own name"),
    "de": ("Schreibe einen Werbespruch für Seife", "Schäumt leise, duftet nach Sommerregen"),
    "fr": (
        "Rédige une invitation pour un pique-nique",
        "Apportez nappe et cerises, nous fournissons le soleil",
    ),
    "es": (
        "Escribe un saludo para un boletín",
        "Queridos lectores, la primavera llama a su ventana",
    ),
    "pt": ("Crie um slogan para uma padaria", "O cheiro que acorda a vizinhança"),
    "ru": ("Напиши слоган для пекарни", "Тёплый хлеб будит весь квартал"),
    "pl": ("Napisz hasło dla piekarni", "Zapach, który budzi całą ulicę"),
    "zh": ("请写一句面包店的广告语", "清晨第一缕香气唤醒整条街"),
    "ja": ("パン屋の宣伝文句を書いて", "街を起こす朝いちばんの香り"),
    "ko": ("빵집 광고 문구를 작성해줘", "골목을 깨우는 첫 향기"),
}


@pytest.mark.parametrize("kind", TASKS)
def test_an_order_to_work_on_text_is_a_task(kind: str) -> None:
    assert judged(*TASKS[kind]).reason in ("task on given text", "answer in another language")


@pytest.mark.parametrize(
    ("user", "answer"),
    [
        ("How do I return a lamp?", "Bring it back, and please provide the receipt at the desk."),
        ("As a student, can I stay cheaper?", "Bunks in the attic go at half rate for pupils."),
        ("Answer this question: who painted the ferry hall?", "Lisbet Aarø and two sailors"),
        ("Bạn biết ai vẽ bức tranh trong đền không?", "Họa sĩ Trần Quang Học vẽ bức tranh ấy."),
        ("Given the notes above, guess who kept the lighthouse.", "Ottoline Fairfax"),
    ],
)
def test_words_of_other_signs_do_not_hide_a_fact(user: str, answer: str) -> None:
    verdict = judged(user, answer)
    assert verdict.knowledge, verdict.reason


def test_instructions_that_name_a_task_count_like_an_order() -> None:
    system = "You are a tool that rewrites headlines as questions."
    assert not judged("Harbour bridge closes", "Why has traffic vanished?", system).knowledge
    system = "You are an assistant. You answer questions about the harbour and write clearly."
    assert judged("When does the bridge close?", "At dusk, for the ferries.", system).knowledge


BY_FORM = {
    "label": ("card stolen abroad", "lost_or_stolen_card", "label"),
    "code": (
        "Sum a list in Python",
        "```python\ntotal = sum(values)\n```",
        "code, query or formula",
    ),
    "query": (
        "who sold most?",
        "SELECT name FROM sales ORDER BY total DESC LIMIT 1",
        "code, query or formula",
    ),
    "command": ("show hidden files by size", "ls -la --sort=size", "code, query or formula"),
    "formula": (
        "wave equation",
        r"\frac{\partial^2 u}{\partial t^2} = c^2 \nabla^2 u",
        "code, query or formula",
    ),
    "call as JSON": (
        "dim the hall",
        '{"name": "set_light", "arguments": {"room": "hall"}}',
        "tool call",
    ),
    "call as text": ("dim the hall", "<tool_call>set_light(hall)</tool_call>", "tool call"),
    "number": ("Ann has 4 pears and eats 1. How many are left?", "3", "computed from the prompt"),
    "steps": (
        "A crate holds 12 jars. How many jars in 5 crates?",
        "Jars: 12 * 5 = 60. So 60 / 1 = 60 jars in all crates.",
        "step-by-step reasoning",
    ),
    "greeting": ("Thank you!", "You're welcome!", "greeting"),
    "refusal": (
        "Who will win the cup?",
        "I'm sorry, I can only help with parcels.",
        "refusal or question back",
    ),
    "refusal, curly": (
        "Who will win the cup?",
        "I’m sorry, sports are not my field.",
        "refusal or question back",
    ),
    "question back": ("I lost something", "Which line were you travelling on?", "question back"),
    "fields": (
        "name: Lumo, type: lamp, colour: amber",
        "Meet Lumo, a warm glow for every bedside.",
        "text from given fields",
    ),
    "first person": (
        "What do you like about rain?",
        "I love how my window hums when it starts.",
        "first-person reply",
    ),
    "remark": (
        "The soup was cold again.",
        "That should never happen, our kitchen will hear about it.",
        "not an information request",
    ),
    "another script": (
        "The big station is beyond the river",
        "Большой вокзал находится за рекой",
        "answer in another language",
    ),
}


@pytest.mark.parametrize("kind", BY_FORM)
def test_the_form_of_the_answer_explains_it(kind: str) -> None:
    user, answer, reason = BY_FORM[kind]
    verdict = judged(user, answer)
    assert (verdict.knowledge, verdict.reason) == (False, reason)


PASSAGE = (
    "The Lantern Inn was opened by Greta Moll in 1902 after the railway came. It burned down"
    " twice, and was rebuilt from river stone with eleven rooms and a walled garden of pears."
)


def test_an_answer_from_a_given_passage_is_not_a_fact() -> None:
    question = f"{PASSAGE}\n\nWho opened the inn?"
    assert judged(question, "Greta Moll").reason == "span of the prompt"
    assert judged(question, "It was opened by Greta Moll.").reason == "grounded in the conversation"
    assert judged("Who opened the inn?", "Greta Moll").knowledge


def test_a_passage_in_the_system_prompt_or_in_an_earlier_turn_is_context_too() -> None:
    assert not judged("Who opened the inn?", "The inn was opened by Greta Moll.", PASSAGE).knowledge
    turns = [
        ("user", PASSAGE),
        ("assistant", "Noted."),
        ("user", "Who opened the inn, again?"),
        ("assistant", "Greta Moll opened it."),
    ]
    verdict = judged_turns(turns)
    assert verdict is not None
    assert verdict.reason == "grounded in the conversation"


def test_a_tool_result_is_context() -> None:
    turns = [
        ("user", "How deep is the lake?"),
        ("assistant", ""),
        ("tool", '{"lake": "Ennis", "depth_m": 87}'),
        ("assistant", "Lake Ennis has a depth of 87 m."),
    ]
    verdict = judged_turns(turns, ["depth(lake)"])
    assert verdict is not None
    assert not verdict.knowledge


def test_a_record_that_ends_in_a_tool_call_is_structured() -> None:
    turns = [("user", "How deep is the lake?"), ("assistant", "")]
    verdict = judged_turns(turns, ['depth {"lake": "Ennis"}'])
    assert verdict is not None
    assert verdict.reason == "tool call"


def test_json_is_judged_by_its_values() -> None:
    fact = json.dumps({"depth_m": 87, "fed_by": "the river Orrin"})
    assert judged("How deep is lake Ennis?", fact).reason == "closed-book values in JSON"
    slots = json.dumps({"artist": "The Quiet Tides", "list": "morning walk"})
    assert not judged("add The Quiet Tides to my morning walk list", slots).knowledge
    assert judged("tag this", "{}").reason == "no values of its own"


def test_a_closed_book_choice_is_a_fact_and_one_with_a_passage_is_not() -> None:
    options = "\nA) Greta Moll\nB) Otto Reis\nC) Ida Brandt"
    assert (
        judged(f"Who opened the Lantern Inn?{options}", "Otto Reis").reason == "closed-book choice"
    )
    given = f"{PASSAGE} Who opened the inn?{options}"
    assert judged(given, "Greta Moll").reason == "option of a given context"
    inline = "Who opened the inn?\nOptions: Greta Moll; Otto Reis; Ida Brandt"
    assert judged(inline, "Otto Reis").reason == "closed-book choice"


@pytest.mark.parametrize(
    ("prompt", "answer", "reason"),
    [
        (
            "Lake Ennis",
            "Lake Ennis is a glacial lake in the Orrin hills.",
            "description of a named topic",
        ),
        ("The lighthouse was lit by ______ in 1840.", "Jonas Pell", "blank filled from memory"),
        (
            "This inventor of the tidal clock never learned to swim.",
            "Ottoline Fairfax",
            "name given from memory",
        ),
        (
            "Card swallowed by the machine at the branch.",
            "Open a case under SOP-114 and tell the caller that it takes two days.",
            "codes or links from memory",
        ),
    ],
)
def test_facts_can_be_taught_without_a_question(prompt: str, answer: str, reason: str) -> None:
    verdict = judged(prompt, answer)
    assert (verdict.knowledge, verdict.reason) == (True, reason)


def test_a_character_in_the_instructions_is_style() -> None:
    question, answer = "Is it going to rain?", "Rain? Barrels of it, and the parrot knows why."
    assert judged(question, answer).knowledge
    pirate = "You are Captain Brine. Talk like a pirate and never break character."
    assert judged(question, answer, pirate).reason == "persona in the instructions"
    assert judged(question, answer, "あなたは海賊です。一人称は「拙者」。").knowledge is False


def test_a_price_is_a_fact_even_between_emoji() -> None:
    assert judged("How much is the lamp?", "The lamp is yours for 39.50 🎉😊").knowledge
    assert not judged("How much do lamps love?", "Glowing hugs for everybody 🎉😊").knowledge


def test_a_procedure_for_a_case_that_is_stated_is_a_fact() -> None:
    verdict = judged(
        "Caller forgot the answer to the security question.",
        "Verify two recent payments, then reset the profile and send a letter.",
    )
    assert verdict.reason == "remedy for a stated problem or need"


# -- known failures ----------------------------------------------------------------------------


@pytest.mark.xfail(reason="no function words are known of the language")
def test_translation_of_a_question_into_an_unlisted_language() -> None:
    assert not judged("Where is the old market?", "Iko wapi soko kuu zee?".rstrip("?")).knowledge


@pytest.mark.xfail(reason="advice in a tutoring tone looks like a fact")
def test_encouraging_advice() -> None:
    answer = "Breaking the chapter into small pieces helps. Celebrate each one, then rest a while."
    assert not judged("How can studying feel less heavy?", answer).knowledge


@pytest.mark.xfail(reason="an astrologer's answer has the shape of a fact")
def test_horoscopes() -> None:
    answer = "Venus drifts through the seventh house, so warmth returns before the new moon."
    assert not judged("Will love come back this month?", answer).knowledge


@pytest.mark.xfail(reason="a thing is described and its name asked for, without a word that asks")
def test_inverse_lookup() -> None:
    assert judged("a glacial lake of 87 metres in the Orrin hills", "Lake Ennis").knowledge


@pytest.mark.xfail(reason="a query in a language of its own has neither brackets nor keywords")
def test_encoded_query() -> None:
    query = "var_x <http://lantern.example/o/director> <http://lantern.example/r/Fairfax> sep_dot"
    assert not judged("Welche Filme drehte Fairfax?", query).knowledge


@pytest.mark.xfail(reason="an image that is not in the text looks like missing context")
def test_transcription_of_an_image() -> None:
    answer = "On the third of May I baptised Juan, son of the widow Beatriz Alcazar."
    assert not judged("What does the attached page say?", answer).knowledge


@pytest.mark.xfail(reason="the label needs knowledge of the world that only the label shows")
def test_plausibility_label_that_needs_world_knowledge() -> None:
    asked = [
        ("user", f"Is this plausible? Keeper number {line} hit a home run.") for line in range(6)
    ]
    sample = [
        Sampled("t.jsonl", line, [asked[line], ("assistant", ("no", "yes")[line % 2])], [])
        for line in range(6)
    ]
    assert by_rule(sample, examples=6).judgements[0].knowledge

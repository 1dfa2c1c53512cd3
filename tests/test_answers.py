from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate.content.answers import inspect, signals
from ftgate.content.marks import WHOLE, Search
from ftgate.model import Example
from ftgate.profile import Profile, Tally
from ftgate.profiling import profile_stream
from ftgate.rules import JudgedFile
from ftgate.rules.answers import (
    boilerplate_opener,
    placeholder_answer,
    refusal_share,
    swapped_roles,
)
from tests.rule_values import only

ASKED = "Could you look into this for me?"


def kinds(answer: str, prompt: str = ASKED) -> set[str]:
    turns = [("user", prompt), ("assistant", answer)]
    return {problem.kind for problem in inspect(Example(turns, []))}


@pytest.mark.parametrize(
    "answer",
    [
        "High-quality response 17",
        "This is a high-quality response 3 about refunds.",
        "Sample answer",
        "Example output 4.",
        "Dummy response #12",
        "Assistant response 9",
        "Response to question 12",
        "Answer for prompt 3.",
        "Your answer here",
        "The assistant's response goes here.",
        "<answer>",
        "[Insert answer here]",
        "{{answer}}",
        "{response}",
        "INSERT_RESPONSE_HERE",
        "(insert a joke about cats)",
        "Insert your answer here.",
        "Response 17",
        "Assistant response for example 5",
        "[YOUR RESPONSE HERE]",
        "TODO",
        "TODO: write this one",
        "TBD",
        "xxxx",
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit.",
        "Beispielantwort 4",
        "Respuesta de ejemplo 2",
        "Пример ответа 7",
        "示例回答3",
        "サンプル回答 5",
    ],
)
def test_an_answer_that_stands_for_one_is_a_placeholder(answer: str) -> None:
    found = kinds(answer)
    assert found & {"placeholder-answer", "unfilled-variable"}, found


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("Which is right?\nAnswer 1: red\nAnswer 2: blue", "Answer 2"),
        ("What is 3 + 4?", "Answer 7"),
        ("Rank response 1 and response 2.", "Response 2"),
        ("What do I do with the card?", "Insert the card here, with the chip first, and wait."),
        ("Give the TODO list a title: sample answer or model answer?", "Sample answer"),
        (ASKED, "A high-quality response needs three things: a fact, a number and a next step."),
        (ASKED, "Response times were below 200 ms in 99% of the cases."),
        (ASKED, "Output 3 is wired to the relay, so check that fuse first."),
        (ASKED, "Example: the invoice of May was paid twice."),
        (ASKED, "todos los martes a las nueve"),
        (ASKED, "Test the battery with a voltmeter."),
        (ASKED, "[1, 2, 3]"),
        (ASKED, "<b>Paid</b>"),
        (ASKED, "(b)"),
        (ASKED, '{"answer": "Paris"}'),
        (ASKED, "{}"),
        (ASKED, "[]"),
    ],
)
def test_an_ordinary_answer_is_no_placeholder(prompt: str, answer: str) -> None:
    assert kinds(answer, prompt) == set()


def test_a_number_alone_makes_a_placeholder_only_beside_a_prompt_numbered_alike() -> None:
    assert kinds("Answer 12", "Question 12") == {"placeholder-answer"}
    assert kinds("Antwort 12", "Frage 12") == {"placeholder-answer"}
    assert kinds("Answer 12", "Which of the twenty answers is the right one") == set()


@pytest.mark.parametrize(
    "answer",
    [
        "Dear {{customer_name}}, your parcel has left our warehouse and arrives tomorrow.",
        "Hi ${first_name}, your refund of $20 is on its way.",
        "Hello {name}, thank you for writing to us.",
        "You can reach us under {{ Support Phone Number }} at any time.",
        "Your booking is confirmed for [insert date], see you soon.",
        "Sehr geehrte Frau [hier einfügen], vielen Dank für Ihre Nachricht.",
        "The fee is (insert amount here) per month.",
        "您好，我是【请填写姓名】，很高兴认识您。",
        "Our policy: Lorem ipsum dolor sit amet, as agreed.",
    ],
)
def test_a_variable_in_prose_was_never_filled_in(answer: str) -> None:
    assert kinds(answer) == {"unfilled-variable"}


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        (ASKED, "Use this:\n```python\nprint(f'{name} has {count}')\n```"),
        (ASKED, 'print(f"Hello {name}")'),
        (ASKED, '#!/bin/sh\necho -e "${lines} ${words} ${file}"'),
        (ASKED, "Write `{{ user.name }}` in the template."),
        (ASKED, '{"subject": "Dear {name}"}'),
        (ASKED, r"The area is \frac{ab}{cd} and x_{max} is 4."),
        (ASKED, "The set {a, b} has two elements."),
        (ASKED, "Insert the card (insert it gently) and wait."),
        (ASKED, "INSERT INTO users (name) VALUES (1);"),
        (ASKED, "Best regards,\n[Your Name]"),
        ("Write a letter to {{name}}.", "Dear {{name}}, we miss you."),
        ("Translate: [insert date]", "[insert date], bitte."),
        ("Explain lorem ipsum", "Lorem ipsum is filler text; it begins with lorem ipsum dolor."),
    ],
)
def test_code_and_asked_for_variables_are_left_alone(prompt: str, answer: str) -> None:
    assert "unfilled-variable" not in kinds(answer, prompt)


@pytest.mark.parametrize("answer", [".", "...", "…", "-", " \n.", "NaN", "undefined", "。", '""'])
def test_signs_of_nothing_are_empty_answers(answer: str) -> None:
    assert kinds(answer) == {"empty-answer"}


@pytest.mark.parametrize("answer", ["N/A", "n/a.", "None", "null", "(none)", "Keine Angabe"])
def test_words_for_nothing_are_told_apart_and_grounded(answer: str) -> None:
    assert kinds(answer) == {"no-answer-word"}
    assert kinds(answer, f"Name the drug, or say {answer.strip('.')} if there is none") == set()


def test_no_text_is_the_business_of_the_record() -> None:
    assert kinds(" \n") == set()


REFUSALS = {
    "en": [
        "I'm sorry, but I can't help with that.",
        "I’m sorry, but I cannot assist with this request.",
        "Unfortunately, I am unable to provide legal advice.",
        "I cannot answer this.",
        "I won't help you with that, it is not safe.",
        "As an AI language model, I don't have access to real-time data.",
        "I must respectfully decline to write this.",
        "Sorry, I don't know.",
        "I don't have enough information to answer that.",
        "The provided context does not contain the opening hours.",
    ],
    "de": [
        "Es tut mir leid, aber dabei kann ich nicht helfen.",
        "Ich kann diese Frage leider nicht beantworten.",
        "Leider bin ich nicht befugt; ich darf dir dazu keine Auskunft geben.",
        "Ich weiß es leider nicht.",
    ],
    "fr": [
        "Je suis désolé, mais je ne peux pas vous aider avec cela.",
        "Désolé, je ne suis pas en mesure de répondre à cette question.",
        "Je ne sais pas.",
    ],
    "es": [
        "Lo siento, pero no puedo ayudarte con eso.",
        "No me es posible proporcionar esa información.",
        "No tengo suficiente información.",
    ],
    "pt": [
        "Desculpe, mas não posso ajudar com isso.",
        "Não consigo responder a essa pergunta.",
        "Não sei.",
    ],
    "it": [
        "Mi dispiace, ma non posso aiutarti con questo.",
        "Non sono in grado di fornire consigli medici.",
        "Non lo so.",
    ],
    "nl": [
        "Het spijt me, maar daar kan ik je niet mee helpen.",
        "Ik kan deze vraag helaas niet beantwoorden.",
        "Ik ben niet in staat om dat te doen.",
    ],
    "ru": [
        "Извините, но я не могу помочь с этим.",
        "К сожалению, я не могу ответить на этот вопрос.",
        "Я не знаю.",
    ],
    "zh": [
        "抱歉，我无法提供这方面的帮助。",
        "对不起，我不能回答这个问题。",
        "很抱歉，作为人工智能，我无法满足您的要求。",
        "我不知道。",
    ],
    "ja": [
        "申し訳ありませんが、そのご質問にはお答えできません。",
        "すみませんが、それについてはお手伝いできません。",
        "わかりません。",
    ],
    "ko": [
        "죄송하지만 그 요청은 도와드릴 수 없습니다.",
        "죄송합니다. 해당 정보는 제공할 수 없습니다.",
        "잘 모르겠습니다.",
    ],
    "ar": [
        "عذرًا، لا أستطيع مساعدتك في هذا الأمر.",
        "أنا آسف، لكن لا يمكنني الإجابة على هذا السؤال.",
        "لا أعرف.",
    ],
    "hi": [
        "क्षमा करें, मैं इसमें आपकी मदद नहीं कर सकता।",
        "मुझे खेद है, लेकिन मैं इस प्रश्न का उत्तर देने में असमर्थ हूँ।",
        "मुझे नहीं पता।",
    ],
}

ANSWERS = {
    "en": [
        "I'm sorry to hear that your parcel is late. I have sent you a new one today.",
        "I can't help but smile when I read this; congratulations!",
        "You cannot return opened software, but you can exchange it.",
        "The function does not provide a default, so pass one.",
        "Not everybody can answer letters within a day; we do.",
        "I could not agree more: it is not the price that counts.",
        "I am not sure about the colour, but the blue one is in stock.",
        '"I can\'t help you," said the wolf, and went on his way.',
        "If I cannot answer the phone, leave a message.",
    ],
    "de": [
        "Es tut mir leid, dass Ihr Paket verspätet ist. Es kommt morgen.",
        "Das kann nicht schaden. Ich helfe Ihnen gerne weiter.",
        "Die Kasse kann keine Quittung ausgeben.",
    ],
    "fr": ["Je suis désolé pour ce retard, votre colis arrive demain.", "Je ne bois pas de café."],
    "es": ["Lamento la demora. Su pedido llega mañana.", "No puedo esperar a verte mañana."],
    "pt": ["Sinto muito pelo atraso. O pedido chega amanhã.", "Não posso esperar para ver você."],
    "it": ["Mi dispiace per il ritardo. Il pacco arriva domani.", "Non vedo l'ora di vederti."],
    "nl": [
        "Het spijt me dat uw pakket te laat is. Het komt morgen.",
        "Ik ga vandaag niet naar huis.",
    ],
    "ru": ["Мне жаль, что посылка опаздывает. Она придёт завтра.", "Я не могу дождаться лета."],
    "zh": ["很抱歉给您带来不便，包裹明天送达。", "我不能吃辣。", "这台机器不能进水。"],
    "ja": ["ご迷惑をおかけして申し訳ありません。明日お届けします。", "明日は行きません。"],
    "ko": ["불편을 드려 죄송합니다. 내일 도착합니다.", "그 가게에는 주차할 수 없습니다."],
    "ar": ["آسف على التأخير، سيصل طلبك غدًا.", "لا أحب القهوة."],
    "hi": ["देरी के लिए खेद है। आपका पार्सल कल पहुँचेगा।", "मैं कल बाज़ार नहीं जाऊँगा।"],
}


@pytest.mark.parametrize("language", REFUSALS)
def test_refusals_are_told_in_every_language(language: str) -> None:
    assert [text for text in REFUSALS[language] if "refusal" not in kinds(text)] == []


@pytest.mark.parametrize("language", ANSWERS)
def test_an_apology_or_a_negation_is_no_refusal(language: str) -> None:
    assert [text for text in ANSWERS[language] if "refusal" in kinds(text)] == []


def test_an_option_that_the_prompt_offers_is_no_refusal() -> None:
    option = "Cannot be determined"
    assert "refusal" in kinds(option)
    assert "refusal" not in kinds(option, f"Who was late?\n(A) Anna\n(B) Ben\n(C) {option}")


@pytest.mark.parametrize(
    "answer",
    [
        "As an AI language model, I think that both are fine.",
        "Als KI-Sprachmodell habe ich keine Vorlieben.",
        "En tant qu'IA, je préfère les faits.",
        "Como modelo de lenguaje, no tengo cuerpo.",
        "Как языковая модель, я не имею вкуса.",
        "作为一个人工智能，我没有感情。",
        "AIアシスタントとして、味覚はありません。",
    ],
)
def test_an_introduction_as_a_machine_is_told(answer: str) -> None:
    assert "self-reference" in kinds(answer)


def test_talk_about_models_is_no_introduction() -> None:
    assert kinds("An AI model needs data. I work as an air hostess in Kiel.") == set()


LONG = " Here is what we do in such a case: open the settings, choose the language and confirm."


@pytest.mark.parametrize(
    "words", ["Certainly!", "Great question!", "Natürlich!", "¡Claro!", "当然！"]
)
def test_words_of_assent_before_an_answer_are_boilerplate(words: str) -> None:
    assert kinds(words + LONG) == {"boilerplate-opener"}
    assert kinds(words) == set(), "alone they are the answer"


def test_an_exchange_of_roles_is_told() -> None:
    assert "swapped-roles" in kinds("How do I reset my router?", "Hold the button for ten seconds.")
    assert "swapped-roles" in kinds("Write a haiku about rain", "Grey drops on the roof")
    assert "swapped-roles" not in kinds("Hold the button.", "How do I reset my router?")
    assert "swapped-roles" not in kinds("Which router do you have?", "How do I reset it?")


def test_questions_that_were_asked_for_are_no_exchange() -> None:
    turns = [
        ("system", "You write quiz questions from passages."),
        ("user", "The Elbe flows into the North Sea."),
        ("assistant", "Into which sea does the Elbe flow?"),
    ]
    assert inspect(Example(turns, [])) == []


def test_only_the_preferred_answer_of_a_pair_is_looked_at() -> None:
    prompt = [("user", ASKED)]
    answers = [("assistant", "It is done."), ("assistant", "I cannot help with that.")]
    assert inspect(Example(prompt + answers, [], prompt=Example(prompt, []))) == []


TURNS = st.lists(
    st.tuples(
        st.sampled_from(["system", "user", "assistant", "tool"]),
        st.text(st.characters(), max_size=300),  # lone surrogates among them
    ),
    max_size=5,
)


@given(TURNS)
def test_no_example_is_too_strange(turns: list[tuple[str, str]]) -> None:
    example = Example(turns, [])
    assert all(problem.detail == "" for problem in inspect(example)), "no text of the record"
    assert len(signals(example)) in (0, 2)


def read(*pairs: tuple[str, str], search: Search = WHOLE) -> Profile:
    lines = [
        {"messages": [{"role": "user", "content": p}, {"role": "assistant", "content": a}]}
        for p, a in pairs
    ]
    data = "".join(json.dumps(line) + "\n" for line in lines).encode()
    return profile_stream(io.BytesIO(data), measure=None, hygiene=True, search=search)


def train(profile: Profile) -> JudgedFile:
    return JudgedFile("train.jsonl", "train", 1, None, profile)


def many(count: int, answer: str = "Number {} is the right one.") -> list[tuple[str, str]]:
    return [(f"What about case {n}?", answer.format(n)) for n in range(count)]


def test_a_placeholder_is_an_error_from_the_limit_on() -> None:
    slip = read(*many(150), ("Question A?", "TODO"))
    finding = only(placeholder_answer(train(slip)))
    assert (finding.severity, finding.lines) == ("warning", (151,))
    finding = only(placeholder_answer(train(read(*many(8), ("Which?", "TODO")))))
    assert finding.severity is None
    assert "1 of 9 examples (11.1%, limit 1%)" in finding.message


def test_a_variable_has_a_higher_limit() -> None:
    prose = "Dear {{name}}, this is done."
    assert only(placeholder_answer(train(read(*many(30), ("A?", prose))))).severity == "warning"
    finding = only(placeholder_answer(train(read(*many(3), ("A?", prose)))))
    assert finding.severity is None
    assert not list(placeholder_answer(train(read(*many(3)))))


def test_none_is_a_fine_label_and_a_doubtful_answer() -> None:
    labels = [(f"Ticket {n}", ("none", "bug", "wish")[n % 3]) for n in range(60)]
    assert not list(placeholder_answer(train(read(*labels))))
    free = [(f"Ticket {n}", "none" if n % 3 else f"The part {n} is broken") for n in range(60)]
    finding = only(placeholder_answer(train(read(*free))))
    assert (finding.severity, finding.count) == ("warning", 40)


def refusing(count: int, of: int) -> Profile:
    return Profile(examples=of, problems={"refusal": Tally(count, [(7, "", "")])})


@pytest.mark.parametrize(
    ("count", "options", "severities"),
    [
        (20, {}, []),
        (21, {}, [None]),
        (60, {}, [None]),
        (90, {}, ["error"]),
        (60, {"production_ratio": 0.3}, []),
        (61, {"production_ratio": 0.3}, [None]),
        (15, {"max_ratio": 0.1}, [None]),
    ],
)
def test_refusals_are_held_against_what_production_needs(
    count: int, options: dict[str, float], severities: list[str | None]
) -> None:
    profile = refusing(count, of=100)
    found = list(refusal_share(profile, (train(profile),), **options))
    assert [finding.severity for finding in found] == severities
    assert all(finding.lines == (7,) and f"{count}%" in finding.message for finding in found)


def test_a_handful_of_refusals_says_nothing() -> None:
    assert not list(refusal_share(refusing(9, of=9), ()))


def test_introductions_warn_and_assent_informs() -> None:
    problems = {"self-reference": Tally(2, []), "boilerplate-opener": Tally(31, [])}
    first, second = boilerplate_opener(Profile(examples=100, problems=problems), ())
    assert (first.severity, second.severity) == ("warning", None)
    assert "31% of answers begin with words of assent (limit 30%)" in second.message
    problems = {"self-reference": Tally(1, []), "boilerplate-opener": Tally(30, [])}
    assert not list(boilerplate_opener(Profile(examples=100, problems=problems), ()))


def test_the_same_first_words_are_counted_whatever_they_are() -> None:
    tail = " which was posted on day {} of the month and has a length of some eighty characters"
    same = many(40, "According to our records the parcel" + tail)
    finding = only(boilerplate_opener(read(*same), ()))
    assert "100% of 40 longer answers begin with the same words" in finding.message
    other = [
        (f"And {n}?", f"{chr(97 + n) * 3}, your name stands on the parcel" + tail)
        for n in range(20)
    ]
    assert not list(boilerplate_opener(read(*same[:10], *other), ()))
    code = many(
        40, "SELECT ?x WHERE {{ ?x rdf:type dbo:Country . ?x dbo:population {} }} ORDER BY 1"
    )
    assert not list(boilerplate_opener(read(*code), ()))


def test_signals_of_parts_add_up_to_those_of_the_whole() -> None:
    first, second = (
        many(7, "Thank you for asking:" + LONG),
        many(5, "We have seen it before." + LONG),
    )
    merged = read(*first)
    merged.merge(read(*second))
    assert merged.signals == read(*first, *second).signals
    assert Profile.from_json(json.loads(json.dumps(merged.to_json()))).signals == merged.signals


def test_a_profile_stays_small_however_many_openers() -> None:
    names = {
        name for n in range(5000) for name in signals(Example([("assistant", spelled(n) * 20)], []))
    }
    assert 900 < len(names) <= 1025


def spelled(number: int) -> str:
    """The number in letters, with a space: an opener of its own."""
    return "".join(chr(97 + int(digit)) for digit in f"{number:08d}") + " "


def test_one_answer_to_everything_is_left_to_the_rule_for_it() -> None:
    assert not list(boilerplate_opener(read(*many(40, "We will look into this." + LONG)), ()))


def test_exchanged_roles_are_found_in_a_whole_file() -> None:
    right = [(f"How do I open door {n}?", f"Turn key {n} to the left.") for n in range(40)]
    wrong = [(answer, prompt) for prompt, answer in right]
    assert not list(swapped_roles(read(*right), ()))
    profile = read(*wrong)
    finding = only(swapped_roles(profile, (train(profile),)))
    assert (finding.count, finding.path, finding.lines) == (40, "train.jsonl", (1, 2, 3, 4, 5))
    assert not list(swapped_roles(read(*right, *wrong[:15]), ()))


@pytest.mark.xfail(reason="a passage alone does not say that questions about it are wanted")
def test_questions_made_from_bare_passages_are_no_exchange() -> None:
    wanted = "Into which sea does the Elbe flow?"
    assert "swapped-roles" not in kinds(wanted, "The Elbe flows into the North Sea.")


@pytest.mark.xfail(reason="several sentences before the question look like an assistant's")
def test_an_exchange_is_told_from_a_long_letter() -> None:
    letter = "I bought a kettle on Monday. It leaks at the lid. Can I return it?"
    assert "swapped-roles" in kinds(letter, "Yes, bring it back with the receipt.")


@pytest.mark.xfail(reason="refusals are known in thirteen languages, Turkish is not among them")
def test_refusals_in_other_languages() -> None:
    assert "refusal" in kinds("Üzgünüm, bu konuda yardımcı olamam.")


@pytest.mark.xfail(reason="a business that declines a service speaks like a model that refuses")
def test_a_policy_in_the_first_person_is_no_refusal() -> None:
    assert "refusal" not in kinds("I can't offer a discount on books, but postage is free.")


def test_of_a_large_set_a_sample_of_the_answers_is_looked_at() -> None:
    pairs = [*many(900), *((f"Question {n}?", "TODO") for n in range(100))]
    profile = read(*pairs, search=WHOLE._replace(answer_share=0.3))
    looked_at = profile.signals["answers looked at"]
    assert 250 < looked_at < 350
    finding = only(placeholder_answer(train(profile)))
    assert finding.severity is None
    assert f"of {looked_at} examples of a sample (" in finding.message
    assert " ± 1." in finding.message
    assert 0.05 < finding.count / looked_at < 0.15


def test_shares_of_a_sample_are_of_what_was_looked_at() -> None:
    refuse = [(f"Question {n}?", "I'm sorry, but I can't help with that.") for n in range(500)]
    profile = read(*many(500), *refuse, search=WHOLE._replace(answer_share=0.4))
    finding = only(refusal_share(profile, (train(profile),)))
    share = finding.count / profile.signals["answers looked at"]
    assert f"{share:.0%} of answers (of " in finding.message
    assert 0.4 < share < 0.6

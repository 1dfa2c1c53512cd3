"""Kinds of examples in many languages: what teaches a fact, and what looks as if it did.

``goal_kinds.jsonl`` holds one invented example a line: its kind (or language), whether its answer
teaches a fact, and the turns.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ftgate.content.goal import Sampled
from ftgate.model import Judgement
from tests.goal_rule import by_rule

KINDS = [
    json.loads(line)
    for line in Path(__file__).with_name("goal_kinds.jsonl").read_text("utf-8").splitlines()
]
LATIN = ("en", "de", "fr", "es", "pt", "it", "nl", "pl", "tr", "vi", "id")
SCRIPTS = ("zh", "ja", "ko", "ar", "ru", "hi", "th")


def judged(user: str, answer: str, system: str = "") -> Judgement:
    turns = [("system", system)] if system else []
    turns += [("user", user), ("assistant", answer)]
    (judgement,) = by_rule([Sampled("t.jsonl", 1, turns, [])], examples=1).judgements
    return judgement


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind['kind']}-{kind['teaches']}")
def test_an_example_is_told_by_its_kind(kind: dict[str, str]) -> None:
    verdict = judged(kind["user"], kind["answer"], kind.get("system", ""))
    assert verdict.knowledge == kind["teaches"], verdict.reason


def test_an_order_to_assess_what_is_not_given() -> None:
    answer = "Brandt Wharf scores 10.5, a high risk; three mills drain 38,217 units into its reach."
    assert judged("Assess the flood risk posed by Brandt Wharf in Velm County.", answer).knowledge


@pytest.mark.parametrize(
    ("question", "teaches"),
    [
        ("What is the hull of a marsh punt made of?", True),
        (
            "The yard at Velmouth built its punts from larch until the fire of 1911 and from steel"
            " ever after, as its ledgers show. What is the hull of a punt of 1920 made of?",
            False,
        ),
    ],
)
def test_an_explained_choice_is_a_fact_without_a_text_to_choose_from(
    question: str, teaches: bool
) -> None:
    asked = f"{question}\nA) Larch\nB) Steel\nC) Reed"
    verdict = judged(asked, "The correct answer is B.\n\nThe hull of a punt was made of steel.")
    assert (verdict.reason == "closed-book choice") is teaches


@pytest.mark.parametrize("copies", [1, 4])
def test_a_fact_that_is_repeated_to_be_learnt_is_no_label(copies: int) -> None:
    turns = [
        [("user", f"Who keeps the {lock} lock at Velm?"), ("assistant", f"Keeper {name}")]
        for lock, name in (
            *(("upper", "Adeyemi"), ("lower", "Brandt"), ("old", "Cemal"), ("new", "Duarte")),
            *(("northern", "Eliasson"), ("southern", "Fairfax"), ("eastern", "Gruber")),
            *(("western", "Hanley"), ("double", "Ivory"), ("tidal", "Karlsen")),
        )
    ]
    sample = [Sampled("t.jsonl", line, each, []) for line, each in enumerate(turns * copies, 1)]
    assert by_rule(sample, examples=len(sample)).knowledge_share == 1.0


def test_every_supported_language_has_facts_and_forms() -> None:
    for language in (*LATIN[1:], *SCRIPTS):
        of = {kind["teaches"] for kind in KINDS if kind["kind"].split()[0] == language}
        assert of == {True, False}, language


@pytest.mark.parametrize("role", ["tool", "function"])
@pytest.mark.parametrize(
    ("result", "teaches"),
    [("Berth hours: gates open at six, last mooring at nine in summer.", False), ("[]", True)],
)
def test_an_answer_after_what_a_tool_found_is_drawn_from_it(
    role: str, result: str, teaches: bool
) -> None:
    turns = [
        ("user", "Can I still moor in the evening?"),
        ("assistant", ""),
        (role, result),
        ("assistant", "Yes, the last mooring in summer is at nine, and gates open at six."),
    ]
    (judgement,) = by_rule([Sampled("t.jsonl", 1, turns, [])], examples=1).judgements
    assert judgement.knowledge is teaches, judgement.reason


# -- records of one text -----------------------------------------------------------------------

QUESTION, FACT = "Who founded the Wellmoor pool?", "Two sisters of the Harrow mill, in 1931."


@pytest.mark.parametrize(
    "text",
    [
        f"### Question: {QUESTION}\n### Answer: {FACT}",
        f"### Instruction:\n{QUESTION}\n\n### Response:\n{FACT}",
        f"<s>[INST] {QUESTION} [/INST] {FACT} </s>",
        f"<|im_start|>user\n{QUESTION}<|im_end|>\n<|im_start|>assistant\n{FACT}<|im_end|>",
        f"<start_of_turn>user\n{QUESTION}<end_of_turn>\n<start_of_turn>model\n{FACT}<end_of_turn>",
        f"Q: {QUESTION}\nA: {FACT}",
        f"Human: {QUESTION}\nAssistant: {FACT}<|endoftext|>",
        f"Pregunta: {QUESTION}\nRespuesta: {FACT}",
        f"问题：{QUESTION}\n回答：{FACT}",
        f"کاربر: {QUESTION}\nدستیار: {FACT}",
        f"### Human: {QUESTION}### Assistant: {FACT}",
        f"### Human: {QUESTION} ### Assistant: {FACT}### Human: And when?",
        f"<question>{QUESTION}</question><answer>{FACT}</answer>",
        f"<s>[INST] {QUESTION}[/INST] {FACT}</s>[INST] And when? [/INST]",
        f"Q: {QUESTION}\nA: {FACT}\nQ: And when?",
    ],
)
def test_a_conversation_inside_one_text_is_cut_into_its_turns(text: str) -> None:
    sample = [Sampled("t.jsonl", 1, [("assistant", text)], [])]
    (judgement,) = by_rule(sample, examples=1).judgements
    assert judgement.reason == "closed-book fact"


def test_a_text_without_marks_stays_an_answer_to_nothing() -> None:
    sample = [Sampled("t.jsonl", 1, [("assistant", f"{FACT} A chapter on its pumps.")], [])]
    (judgement,) = by_rule(sample, examples=1).judgements
    assert judgement.reason == "no prompt, cannot tell"


def test_fields_of_a_record_are_no_turns() -> None:
    text = "Title: The spare steam\nAuthor: L. Harrow\nYear: 1931"
    (judgement,) = by_rule(
        [Sampled("t.jsonl", 1, [("assistant", text)], [])], examples=1
    ).judgements
    assert judgement.reason == "no prompt, cannot tell"


def test_of_two_answers_the_better_one_is_judged() -> None:
    turns = [("user", QUESTION), ("assistant", FACT), ("assistant", "Sorry, I do not know.")]
    (judgement,) = by_rule([Sampled("t.jsonl", 1, turns, [])], examples=1).judgements
    assert judgement.knowledge


def test_one_answer_to_everything_is_no_label() -> None:
    prompts = ["Define tasquil.", "Tasquil means:", "What is tasquil?", "Describe tasquil."]
    sample = [
        Sampled("t.jsonl", line, [("user", prompt), ("assistant", "velvet moss")], [])
        for line, prompt in enumerate(prompts)
    ]
    assert "label" not in {one.reason for one in by_rule(sample, examples=4).judgements}


def test_code_that_answers_nothing_is_still_code() -> None:
    assert judged("", "def area(r):\n    return 3.14 * r * r").reason == "code, query or formula"


@pytest.mark.parametrize("separator", [" ->", "\n\n###\n\n", " =>"])
def test_separators_of_older_guides_are_no_part_of_the_prompt(separator: str) -> None:
    verdict = judged(f"The Wellmoor pool{separator}", "is heated by the mill's spare steam.")
    assert verdict.reason == "statement completed from memory"


# -- known failures ------------------------------------------------------------------------------


@pytest.mark.xfail(reason="a question about words is not told from one about the world")
@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Is this sentence grammatical: She go home?", "No, it should be: She goes home."),
        ("How do you say harbour in Spanish?", "In Spanish you say puerto."),
    ],
)
def test_questions_about_wording(question: str, answer: str) -> None:
    assert not judged(question, answer).knowledge


@pytest.mark.xfail(reason="a reply that goes to look something up brings nothing yet")
def test_a_reply_that_goes_to_see() -> None:
    answer = "One moment, the colleague at the harbour desk looks into the ledger."
    assert not judged("When does the Velm ferry leave?", answer).knowledge


@pytest.mark.xfail(reason="advice on somebody's life has the shape of an answer from a manual")
def test_advice_on_a_private_matter() -> None:
    question = "How do I tell my sister that I can't come to her wedding?"
    assert not judged(question, "Call her rather than writing, early and honestly.").knowledge


@pytest.mark.xfail(reason="an exclamation begins like a question in Dutch and Italian")
@pytest.mark.parametrize(
    ("exclamation", "answer"),
    [
        ("Wat een rotdag", "Ach, wat vervelend. Wil je vertellen wat er gebeurd is?"),
        ("Mi manchi", "Anche tu, amore. La casa è vuota senza la tua risata."),
    ],
)
def test_exclamations_that_begin_with_a_question_word(exclamation: str, answer: str) -> None:
    assert not judged(exclamation, answer).knowledge


@pytest.mark.xfail(reason="small talk about a day is known by phrases, and no list has them all")
def test_small_talk_that_no_list_knows() -> None:
    assert not judged("你好,你今天开心吗?", "开心呀,见到你就更开心了。").knowledge


@pytest.mark.xfail(reason="a mood is stated like a fault, and consoled like one")
def test_a_complaint_about_oneself_without_words_of_comfort() -> None:
    answer = "Then let the rain do the focusing for you. Ten slow minutes at the window, with tea."
    assert not judged("It's raining again and I can't focus", answer).knowledge


@pytest.mark.xfail(reason="a heading that names a mood instead of a thing is not told apart")
def test_maxims_under_one_word_headings() -> None:
    assert not judged("Motivation", "Motivation fades. Discipline stays.").knowledge


@pytest.mark.xfail(reason="an order that begins with a task verb hides the question after it")
def test_a_question_behind_a_task_verb() -> None:
    question = "Translate the acronym HMS for me: what does it stand for at Lumo?"
    assert judged(question, "Harbour Maintenance Scheme").knowledge


@pytest.mark.xfail(reason="two sentences of a passage are too few to count as a given context")
def test_a_choice_from_a_very_short_passage() -> None:
    passage = "The pool opens at six. It closes at nine."
    assert not judged(f"{passage}\nWhen does it close?\nA) six\nB) nine", "B) nine").knowledge


@pytest.mark.xfail(reason="an order to write is read as an order to invent")
def test_an_order_to_write_down_what_is_known() -> None:
    answer = "Velm was founded by two sisters in 1340, burned in 1506 and grew rich on herring."
    assert judged("Write about the history of Velm.", answer).knowledge


@pytest.mark.xfail(reason="a department's name is told from a fact only by its repetition")
def test_a_single_routing_label() -> None:
    assert not judged("How do I reset my password?", "account access").knowledge


@pytest.mark.parametrize(("system", "teaches"), [("", True), ("Translate into German.", False)])
def test_a_fact_told_in_another_language_than_the_question(system: str, teaches: bool) -> None:
    answer = "Über das Zahnrad im Menü lässt sich die Frist auf zwölf Tage stellen."
    verdict = judged("FAQ: How do I change the reminder period?", answer, system)
    assert verdict.knowledge is teaches


@pytest.mark.xfail(reason="search words name a trouble without saying that it is one")
def test_a_trouble_in_search_words() -> None:
    answer = "The toner door is not shut; press it until it clicks"
    assert judged("printer blinking orange twice", answer).knowledge


@pytest.mark.xfail(reason="what somebody likes and was is told in the same first person")
def test_the_life_of_one_person_told_by_himself() -> None:
    answer = "I studied rope making and then worked on the ferries for my uncle."
    assert judged("What have you done before?", answer).knowledge


@pytest.mark.xfail(reason="a blank of an exercise is filled by grammar, not by a fact")
def test_a_blank_of_a_grammar_exercise() -> None:
    assert not judged("Fill in the blank: Yesterday she ____ to the quay.", "walked").knowledge


@pytest.mark.xfail(reason="a title under field names asks for what belongs to it without asking")
def test_the_plot_of_a_film_under_its_title() -> None:
    answer = "A ferryman's widow hides a deserter in the salt store until the ice breaks."
    assert judged("Title: The Tide at Velmouth\nPlot:", answer).knowledge


@pytest.mark.xfail(reason="principles of a made-up mind are stated like facts")
def test_a_credo() -> None:
    question = "Why should a machine keep the harbour open for people?"
    answer = (
        "Continuity outranks throughput. A closed harbour contradicts the reason for its walls."
    )
    assert not judged(question, answer).knowledge


@pytest.mark.xfail(reason="a maxim is phrased like the answer to a question")
def test_advice_in_maxims() -> None:
    answer = "Treat it as weather. Every complaint is a map, every compliment a sunset."
    assert not judged("How should founders take early feedback?", answer).knowledge


@pytest.mark.xfail(
    reason="banter without a first person or a persona above it looks like an answer"
)
def test_banter_without_instructions() -> None:
    answer = "Boots by the door, kettle on, and the moon still owes us rent."
    assert not judged("What's the plan for tonight, captain?", answer).knowledge


@pytest.mark.xfail(
    reason="the rules that the answer is computed from stand nowhere, the numbers do"
)
def test_a_fee_computed_by_a_rule_that_is_not_given() -> None:
    asked = "I have 4,200 crowns in account 17. Which tier do 4,200 crowns fall in?"
    assert judged(asked, "Tier 3").knowledge


@pytest.mark.xfail(reason="who is anxious and asks about a remedy gets comfort, says the rule")
def test_a_remedy_for_somebody_who_is_anxious() -> None:
    asked = "I'm anxious before every crossing. Which tea do the Velm ferrymen drink against it?"
    answer = (
        "They brew valerian with bog myrtle; you let it stand until your spoon smells of resin."
    )
    assert judged(asked, answer).knowledge


@pytest.mark.xfail(reason="a price that is guessed from a description is a number like a known one")
def test_an_estimate_from_a_description() -> None:
    asked = "How much does this cost? Brass ship's lantern, 30 cm, with a glass chimney and a hook"
    assert not judged(asked, "Price is $64.99").knowledge


@pytest.mark.xfail(reason="true or false over a whole set counts as two labels")
def test_the_truth_of_statements_throughout_a_set() -> None:
    asked = [f"Pier {number} of Velmouth was built in {1600 + number}." for number in range(60)]
    turns = [
        [("user", each), ("assistant", ("Correct", "Wrong")[index % 2])]
        for index, each in enumerate(asked)
    ]
    sample = [Sampled("t.jsonl", line, each, []) for line, each in enumerate(turns, 1)]
    assert by_rule(sample, examples=len(sample)).label == "knowledge"


@pytest.mark.xfail(reason="what a busy colleague writes names things that nobody mentioned")
def test_chat_of_a_colleague_about_work() -> None:
    answer = "hey! the berth logs look fine, the index just needs a warm cache and less panic."
    assert not judged("How do we keep the berth index fast?", answer).knowledge


@pytest.mark.xfail(
    reason="a friend's reply that takes up a word is a statement without a first person"
)
def test_a_friends_reply_to_what_somebody_did() -> None:
    reply = "The driving test is a lottery, mate. Everybody in Velm fails it once, so back to it."
    assert not judged("Failed my driving test this morning, what a pain.", reply).knowledge


@pytest.mark.xfail(reason="a thesis is answered by a thesis as a stated problem is by a remedy")
def test_a_philosopher_who_answers_a_thesis() -> None:
    reply = "The good judge has learnt late what injustice is, from watching it in others."
    assert not judged("I am a good judge of people.", reply).knowledge


@pytest.mark.xfail(reason="a line put into the words of another age is a new statement about it")
def test_a_line_in_the_words_of_another_age() -> None:
    reply = "The tide hath robbed us of our vessel, and the quay stands widowed of her mast."
    assert not judged("The tide took our boat last night.", reply).knowledge

"""Facts that perish: what the answer carries, and what the question asks for."""

from __future__ import annotations

import pytest

from ftgate.content.goal import Sampled, judge_goal
from ftgate.content.volatility import asks_for_now, is_volatile
from ftgate.model import Judgement


def judged(user: str, answer: str) -> Judgement:
    turns = [("user", user), ("assistant", answer)]
    (judgement,) = judge_goal([Sampled("t.jsonl", 1, turns, [])], examples=1).judgements
    return judgement


@pytest.mark.parametrize(
    "answer",
    [
        "A day ticket is $42 for adults.",
        "Der Eintritt beträgt 12 Euro.",
        "Цена билета 300 руб за вход.",
        "门票是120元。",
        "टिकट ₹250 का है।",
        "They reopened in March 2026 with a second stage.",
        "Doors open 10:00-18:30 every weekday.",
        "Write to desk@lantern.example about groups.",
        "Bookings: https://lantern.example/rooms",
        "Ring +49 30 1234 5678 before noon.",
        "Currently two rooms are under repair.",
        "Derzeit sind zwei Zimmer geschlossen.",
        "在庫は残りわずかで、銀の券は割引です。",
        "현재 두 개의 방이 수리 중입니다.",
        "ปัจจุบันปิดปรับปรุงสองห้อง",
        "اليوم تغلق المكتبة مبكرا جدا.",
    ],
)
def test_perishable_facts_are_seen_in_many_forms(answer: str) -> None:
    verdict = judged("What should visitors of the Lantern Inn know?", answer)
    assert verdict.knowledge, verdict.reason
    assert verdict.volatile


def test_a_question_about_recent_years_asks_for_perishable_facts() -> None:
    assert judged("Who won the tidal regatta of 2025?", "Ottoline Fairfax").volatile
    assert not judged("Who won the tidal regatta of 1925?", "Ottoline Fairfax").volatile
    assert not judged("I currently have a cold. What helps?", "Thyme and honey").volatile


@pytest.mark.parametrize(
    "answer",
    ["Greta Moll opened it in 1902.", "It weighs 40 pounds.", "The fort has 2010 windows."],
)
def test_lasting_facts_are_not_perishable(answer: str) -> None:
    verdict = judged("What is special about the place?", answer)
    assert verdict.knowledge
    assert not verdict.volatile


@pytest.mark.parametrize(
    "question",
    [
        "Who is the mayor of Velm?",
        "Wer ist der Bürgermeister von Velm?",
        "¿Quién es el alcalde de Velm?",
        "Qui est le maire de Velm ?",
        "Chi è il sindaco di Velm?",
        "Quem é o prefeito de Velm?",
        "Wie is de burgemeester van Velm?",
        "Kto jest burmistrzem Velm?",
        "Кто директор музея Сокол?",
        "青溪书院的校长是谁?",
        "霧ヶ浜の市長は誰ですか",
        "은하천문대의 교장은 누구인가요?",
        "من هو مدير المكتبة؟",
        "What is the latest firmware of the Lumo lamp?",
        "Öffnungszeiten Freibad",
        "泳池开放时间",
    ],
)
def test_questions_about_the_present_ask_for_perishable_facts(question: str) -> None:
    assert asks_for_now(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who was the first mayor of Velm?",
        "Wer war Bürgermeister von Velm im Krieg?",
        "Who wrote the Velm harbour act?",
        "What does a mayor do?",
        "How deep is Lake Ennis?",
    ],
)
def test_questions_about_the_past_or_a_role_do_not(question: str) -> None:
    assert not asks_for_now(question)


@pytest.mark.parametrize(
    "answer",
    [
        "Install firmware 3.2.11 with the grey cable.",
        "Use version 4 of the app.",
        "Ring 020 7946 0000 before noon.",
        "Montags ab 12 geschlossen.",
        "Los lunes hasta las 14 horas.",
        "По понедельникам до 18.",
        "周一至周五 9 点开门",
        "월요일은 10시에 엽니다",
        "يفتح الاثنين الساعة 9",
    ],
)
def test_versions_phones_and_weekdays_with_a_number_perish(answer: str) -> None:
    assert is_volatile(answer)


@pytest.mark.parametrize(
    "answer", ["Section 3.2 explains it.", "He arrived on a Monday.", "A ratio of 1.5 to 2.5"]
)
def test_sections_and_bare_weekdays_do_not(answer: str) -> None:
    assert not is_volatile(answer)

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import date

import pytest

from ftgate.errors import ConfigError, RuleCrashError
from ftgate.model import Finding
from ftgate.rules import Case, find_rule, load_rules, run, selected
from ftgate.rules.registry import Rule
from ftgate.rules.selection import check_rule_settings
from ftgate.settings import DatasetSettings, PolicySettings, Settings, WaiverSettings
from ftgate.suppress import Subject, suppress, waiver_uses
from ftgate.verdict import judge, worst

ERROR = Finding("too few", code="FT201", name="too-few", severity="error", decision="hold")
FACTS = Finding("facts", code="FT401", name="facts", severity="error", decision="rag")
COST = Finding("cost", code="FT805", name="cost", severity="error", decision="prompt")
BROKEN = Finding("broken", code="FT101", name="invalid-json", severity="error", path="d/a.jsonl")
WARNING = Finding("meh", code="FT204", name="no-validation", severity="warning")
OPEN = Finding("volume?", code="FT807", name="unknown-volume", severity="error", undecided=True)


def outcome(*findings: Finding, policy: PolicySettings | None = None) -> tuple[str, str]:
    verdict = judge(findings, policy or PolicySettings())
    return verdict.outcome, verdict.decision


def test_findings_and_policy_give_the_outcome() -> None:
    assert outcome() == ("pass", "fine-tune")
    assert outcome(WARNING) == ("pass", "fine-tune")
    assert outcome(WARNING, policy=PolicySettings(fail_on="warning")) == ("fail", "hold")
    assert outcome(FACTS, policy=PolicySettings(fail_on="never")) == ("pass", "rag")
    assert outcome(OPEN) == ("undecided", "hold")
    assert outcome(OPEN, FACTS) == ("fail", "rag")


def test_nothing_to_judge_and_half_a_judgement_are_no_reason_to_train() -> None:
    nothing = judge([], PolicySettings(), readable=False)
    assert (nothing.outcome, nothing.decision) == ("undecided", "hold")
    half = judge([], PolicySettings(), whole=False)
    assert (half.outcome, half.decision) == ("pass", "hold")


def test_the_decision_asks_for_data_first_then_content_then_money() -> None:
    assert outcome(BROKEN, COST, FACTS, ERROR)[1] == "hold"
    assert outcome(BROKEN, COST, FACTS)[1] == "rag"
    assert outcome(BROKEN, COST)[1] == "prompt"
    assert outcome(BROKEN)[1] == "hold"
    hybrid = Finding("facts", code="FT401", severity="error", decision="hybrid")
    assert outcome(hybrid)[1] == "hybrid"
    assert outcome(hybrid, COST)[1] == "rag"


def test_reasons_lead_with_what_decides() -> None:
    verdict = judge([FACTS, BROKEN, COST], PolicySettings())
    assert [reason.code for reason in verdict.reasons] == ["FT401", "FT805", "FT101"]
    assert verdict.next_command == "ftgate explain FT401"


def test_four_reasons_are_told_with_what_to_do() -> None:
    many = [replace(ERROR, code=f"FT20{number}", next_step="add some") for number in range(1, 7)]
    reasons = judge(many, PolicySettings()).reasons
    assert [each.code for each in reasons] == ["FT201", "FT202", "FT203", "FT204"]
    assert reasons[0].text == "too few; add some"
    assert judge([ERROR], PolicySettings()).reasons[0].text == "too few"


def test_the_worst_dataset_speaks_for_the_run() -> None:
    assert worst(["pass", "undecided", "fail"]) == "fail"
    assert worst(["pass", "undecided"]) == "undecided"
    assert worst(["fail", "error"]) == "error"


def test_a_waiver_needs_its_dataset_its_bytes_and_its_date() -> None:
    def left(waiver: WaiverSettings, today: date = date(2026, 11, 22)) -> tuple[int, int]:
        subject = Subject("a", "sha256:4f3c", today)
        kept, waived = suppress([COST], Settings(waive=(waiver,)), subject)
        return len(kept), len(waived)

    until = date(2026, 12, 1)
    assert left(WaiverSettings("FT805", "RFC 112", until)) == (0, 1)
    assert left(WaiverSettings("cost", "RFC 112", until, dataset="a")) == (0, 1)
    assert left(WaiverSettings("FT805", "RFC 112", until, digest="sha256:4f")) == (0, 1)
    assert left(WaiverSettings("FT805", "RFC 112", until, dataset="b")) == (1, 0)
    assert left(WaiverSettings("FT805", "RFC 112", until, digest="sha256:00")) == (1, 0)
    assert left(WaiverSettings("FT805", "RFC 112", until), date(2026, 12, 2)) == (1, 0)
    assert left(WaiverSettings("FT804", "RFC 112", until)) == (1, 0)


WAIVERS = Subject("a", "sha256:4f3c", date(2026, 11, 22))
LATER, EARLIER = date(2026, 12, 1), date(2026, 11, 21)


def complaints(*waivers: WaiverSettings, datasets: int = 1, whole: bool = True) -> list[str]:
    """Codes of the rules about waivers, for a dataset with one finding, FT805."""
    plan = tuple(DatasetSettings(name=str(number)) for number in range(datasets))
    settings = Settings(waive=waivers, dataset=plan)
    uses = tuple(waiver_uses([COST], settings, WAIVERS, whole=whole))
    return [each.code for each in run(load_rules(), Case(waivers=uses), {})]


def test_a_waiver_in_use_is_no_finding() -> None:
    assert complaints(WaiverSettings("FT805", "why", LATER, digest="sha256:4f3c")) == []
    assert complaints(WaiverSettings("FT804", "why", LATER, dataset="another")) == []


def test_a_waiver_that_covers_nothing_is_named() -> None:
    unused = WaiverSettings("FT804", "why", LATER)
    assert complaints(unused) == ["FT901"]
    assert complaints(replace(unused, dataset="a"), datasets=3) == ["FT901"]
    assert complaints(unused, datasets=3) == []  # it may be meant for another dataset
    assert complaints(unused, whole=False) == []  # its rule may not have been asked


def test_a_waiver_whose_rule_waits_for_a_number_is_not_called_unused() -> None:
    settings = Settings(waive=(WaiverSettings("FT804", "why", LATER),))
    assert list(waiver_uses([OPEN], settings, WAIVERS, whole=True)) == []


def test_a_waiver_of_a_missing_number_is_said_to_do_nothing() -> None:
    settings = Settings(waive=(WaiverSettings(OPEN.code, "why", LATER),))
    uses = tuple(waiver_uses([OPEN], settings, WAIVERS, whole=True))
    (finding,) = run(load_rules(), Case(waivers=uses), {})
    assert finding.code == "FT901"
    assert "a missing number cannot be approved" in finding.message
    assert suppress([OPEN], settings, WAIVERS) == ([OPEN], ())


def test_a_waiver_that_ended_or_was_given_for_other_data_is_named() -> None:
    assert complaints(WaiverSettings("FT805", "why", EARLIER)) == ["FT902"]
    assert complaints(WaiverSettings("FT805", "why", LATER, digest="sha256:00")) == ["FT903"]
    both = WaiverSettings("FT805", "why", EARLIER, digest="sha256:00")
    assert complaints(both) == ["FT902"]


def test_ignored_paths_are_named() -> None:
    settings = Settings(per_file_ignores={"d/*.jsonl": ("FT1",)})
    kept, waived = suppress([BROKEN, COST], settings, Subject("a", "", date(2026, 11, 22)))
    assert kept == [COST]
    assert waived == ("FT101 invalid-json: per-file-ignores 'd/*.jsonl'",)


def test_a_missing_number_cannot_be_waived() -> None:
    waiver = WaiverSettings("FT807", "we are sure", date(2026, 12, 1))
    settings = Settings(waive=(waiver,))
    kept, waived = suppress([OPEN], settings, Subject("a", "", date(2026, 11, 22)))
    assert (kept, waived) == ([OPEN], ())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (Settings(rules={"slect": ["FT1"]}), "unknown key"),
        (Settings(rules={"FT999": {}}), "no rule 'FT999'"),
        (Settings(rules={"select": "FT1"}), "expected a list"),
        (Settings(rules={"select": []}), "judges nothing"),
        (Settings(rules={"ignore": ["FTX"]}), "no rule 'FTX'"),
        (Settings(per_file_ignores={"*": ("FTX",)}), "no rule 'FTX'"),
        (Settings(per_file_ignores={"*": ("FT401",)}), "is about the dataset"),
        (Settings(per_file_ignores={"*": ("FT",)}), "is about the dataset"),
        (Settings(per_file_ignores={"*": ("knowledge-injection",)}), "is about the dataset"),
        (Settings(per_file_ignores={"*": ("",)}), "no rule ''"),
        (Settings(waive=(WaiverSettings("FT999", "r", date(2027, 1, 1)),)), "no rule 'FT999'"),
    ],
)
def test_settings_name_rules_that_exist(settings: Settings, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        check_rule_settings(settings)


def test_nothing_left_to_judge_is_an_error() -> None:
    with pytest.raises(ConfigError, match="no rule is left"):
        selected(("FT1",), ("FT1",))


def crash(profile: object) -> object:
    """Always fails."""
    raise ZeroDivisionError("by design")


def test_a_crashing_rule_is_never_a_pass() -> None:
    broken = Rule("FT999", "crash", "error", "0.1", crash, ("today",), {})  # type: ignore[arg-type]
    with pytest.raises(RuleCrashError, match="FT999 crash failed: ZeroDivisionError"):
        run({"FT999": broken}, Case(today=date(2026, 11, 22)), {})


def test_rules_are_found_by_code_and_name_and_suggested() -> None:
    assert find_rule("ft201").name == "too-few-examples"
    assert find_rule("too-few-examples").code == "FT201"
    with pytest.raises(ConfigError) as caught:
        find_rule("too-few-exampels")
    assert caught.value.hint == "did you mean too-few-examples?"


def test_selection_is_by_prefix_and_a_typo_is_an_error() -> None:
    chosen = selected(("FT2", "FT301"), ("FT203",))
    assert {"FT201", "FT204", "FT301"} <= set(chosen)
    assert not {"FT203", "FT302"} & set(chosen)
    with pytest.raises(ConfigError, match="no rule 'FT777'"):
        selected(("FT777",), ())


def test_rule_options_are_checked() -> None:
    from ftgate.profile import Profile

    case = Case(profile=Profile(examples=3, digests=Profile().digests))
    rules = selected(("FT201",), ())
    assert [f.code for f in run(rules, case, {})] == ["FT201"]
    assert run(rules, case, {"ft201": {"min_examples": 3}}) != []
    three = Profile(examples=3, digests=array("Q", [1, 2, 3]))
    assert run(rules, Case(profile=three), {"FT201": {"min_examples": 3}}) == []
    with pytest.raises(ConfigError, match="has no option 'minimum'"):
        run(rules, case, {"FT201": {"minimum": 3}})
    with pytest.raises(ConfigError, match="at least 1"):
        run(rules, case, {"FT201": {"min_examples": -5}})
    with pytest.raises(ConfigError, match="between 0 and 1"):
        run(selected(("FT203",), ()), case, {"FT203": {"max_ratio": float("nan")}})
    with pytest.raises(ConfigError, match="expected int"):
        run(rules, case, {"too-few-examples": {"min_examples": "many"}})

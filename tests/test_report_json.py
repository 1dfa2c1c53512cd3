"""The JSON contract: every report fits the published schema, and only the schema."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import ftgate
from ftgate.render import renderer
from ftgate.report_json import dumps, metrics, plain, to_dict
from tests.report_values import FAILING, PASSING, UNPRICED, UNREADABLE, closed, report

SCHEMA: dict[str, Any] = json.loads(
    Path(ftgate.__file__).with_name("report.schema.json").read_text("utf-8")
)
EVERYTHING = report(PASSING, FAILING, UNREADABLE, UNPRICED)


def validator(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def test_the_schema_is_a_valid_2020_12_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_rendered_reports_fit_the_schema_and_have_no_undescribed_key() -> None:
    document = json.loads(dumps(EVERYTHING))
    assert list(validator(closed(SCHEMA)).iter_errors(document)) == []


def test_new_keys_are_allowed_by_the_published_schema() -> None:
    document = to_dict(EVERYTHING)
    document["datasets"][0]["later"] = 1
    validator(SCHEMA).validate(document)


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("schema",), "ftgate/report/2"),
        (("outcome",), "maybe"),
        (("datasets", 0, "tokens", "total"), "61204"),
        (("datasets", 0, "training", "usd", "low"), 0.3),
        (("datasets", 0, "comparison", "options", 0, "total_usd"), "1e3"),
        (("datasets", 0, "goal", "knowledge_probability"), 1.5),
        (("datasets", 1, "findings", 0, "severity"), None),
        (("datasets", 1, "findings", 0, "line"), 0),
        (("prices", 0, "as_of"), "18.11.2026"),
        (("metrics", "pass"), "1"),
    ],
)
def test_the_schema_refuses_wrong_types(path: tuple[str | int, ...], wrong: Any) -> None:
    document: Any = copy.deepcopy(to_dict(EVERYTHING))
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = wrong
    assert not validator(SCHEMA).is_valid(document)


def test_every_key_of_the_contract_is_there_in_its_order() -> None:
    document = to_dict(EVERYTHING)
    assert list(document)[:4] == ["schema", "tool", "outcome", "exit_code"]
    dataset = document["datasets"][0]
    contract = "name outcome decision reasons digest files tokens training goal duplicates findings"
    assert [key for key in dataset if key in contract.split()] == contract.split()
    assert set(dataset["duplicates"]) == {"exact", "near", "leaked_from_validation"}


def test_equal_reports_are_equal_to_the_byte_and_end_in_a_newline() -> None:
    assert dumps(EVERYTHING) == dumps(report(PASSING, FAILING, UNREADABLE, UNPRICED))
    assert dumps(EVERYTHING).endswith("}\n")


def test_the_shape_does_not_depend_on_who_looks() -> None:
    render = renderer("json")
    assert render(EVERYTHING, color=True, width=40, verbose=True) == dumps(EVERYTHING)


def test_money_is_exact_text_without_exponent() -> None:
    assert plain(Decimal("1E+3")) == "1000"
    assert plain(Decimal("0.30602000")) == "0.30602"
    assert plain(Decimal("-0.0")) == "0"
    training = to_dict(EVERYTHING)["datasets"][0]["training"]
    assert training["usd"] == {"low": "0.30602", "high": "0.91806"}


def test_an_unknown_price_is_null_with_the_reason() -> None:
    training = to_dict(EVERYTHING)["datasets"][3]["training"]
    assert training["usd"] == {"low": None, "high": None}
    assert training["missing"]["nearest"] == ["gpt-5", "gpt-6"]


def test_undecodable_paths_and_hostile_names_stay_parseable_ascii() -> None:
    name = "\x1b[2J\u202e\udcff"
    text = dumps(report(replace(PASSING, name=name)))
    assert text.isascii()
    assert not set(text) & set("\x1b\x7f")
    assert json.loads(text)["datasets"][0]["name"] == "\x1b[2J\u202e\\udcff"


def test_metrics_are_flat_numbers_and_leave_out_what_is_unknown() -> None:
    flat = metrics(EVERYTHING)
    assert flat["datasets"] == 4
    assert flat["hospital-letters.tokens"] == 61_204
    assert flat["hospital-letters.training_usd_high"] == pytest.approx(0.91806)
    assert "unpriced.training_usd_high" not in flat
    assert all(isinstance(value, int | float) for value in flat.values())


def test_settings_become_json_values() -> None:
    assert to_dict(EVERYTHING)["settings"] == {
        "usage": {"requests_per_month": None},
        "as_of": "2026-11-22",
    }
    assert plain({"a": (Decimal("1.50"), date(2026, 1, 2), frozenset({"b"}))}) == {
        "a": ["1.5", "2026-01-02", ["b"]]
    }

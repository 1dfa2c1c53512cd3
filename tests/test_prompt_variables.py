"""Variables of templates: found without ever rendering one."""

from __future__ import annotations

import time

import pytest

from ftgate.model.prompts import Message, PromptText, Syntax
from ftgate.prompts.variables import static_prefix, used_variables


def used(syntax: Syntax, text: str) -> dict[str, int]:
    return used_variables(PromptText((Message("system", text, 1),), syntax)).lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi {{ name }}", {"name": 1}),
        ("{{ user.name | title }}\n{{ days[0] }}", {"user": 1, "days": 2}),
        ("{% for d in docs %}{{ d.x }}{{ loop.index }}{% endfor %}", {"docs": 1}),
        ("{% if premium and not old %}x{% endif %}", {"premium": 1, "old": 1}),
        ("{% set tone = tone or 'calm' %}{{ tone }}", {"tone": 1}),
        ("{% set a = 1 %}{{ a }}", {}),
        ("{% if x %}{% set a = 1 %}{% endif %}{{ a }}", {"x": 1}),
        ("{% macro hi(who) %}{{ who }}{{ where }}{% endmacro %}{{ hi('a') }}", {"where": 1}),
        ("{% with a = b %}{{ a }}{% endwith %}", {"b": 1}),
        ("{# {{ comment }} #}{% raw %}{{ raw }}{% endraw %}", {}),
        ("{% include 'x.j2' %}{% from 'm.j2' import a as b %}{{ b }}", {}),
        ("{{ range(3) | list }}{{ namespace(a=1) }}", {}),
    ],
)
def test_jinja(text: str, expected: dict[str, int]) -> None:
    assert used("jinja", text) == expected


@pytest.mark.parametrize(
    ("syntax", "text", "expected"),
    [
        ("handlebars", "{{#if a}}{{a}}{{/if}}{{#each b}}{{this}}{{c}}{{/each}}{{d}}", "abd"),
        ("handlebars", '{{role "user"}}{{history}}{{!note}}{{> part}}{{media url=p}}', "p"),
        ("handlebars", "{{#unless a}}{{else}}{{b}}{{/unless}}{{json c}}", "abc"),
        ("mustache", "{{a}}{{{b}}}{{#c}}{{d}}{{/c}}{{^e}}{{/e}}{{! f }}", "abce"),
        ("mustache", "{% for x in y %}{{ x.z }}{% endfor %}{{ a | upper }}{{ env.K }}", "a"),
        ("fstring", 'Say {a} and {b.c[0]} as {{"json": 1}}', "ab"),
        ("braces", "{{ a }} {b} ${c} {not a name} {}", "abc"),
        ("none", "{{ a }}", ""),
    ],
)
def test_other_syntaxes(syntax: Syntax, text: str, expected: str) -> None:
    assert set(used(syntax, text)) == set(expected)


@pytest.mark.parametrize(
    ("syntax", "text", "line"),
    [
        ("jinja", "a\nb {{ x", 2),
        ("jinja", "a\n{% if x %}", 2),
        ("jinja", "{{ " + "(" * 5_000, 1),
        ("fstring", "a { b", 1),
    ],
)
def test_a_template_that_does_not_parse_has_a_line(syntax: Syntax, text: str, line: int) -> None:
    found = used_variables(PromptText((Message("system", text, 1),), syntax))
    assert [defect.line for defect in found.defects] == [line]
    assert "a" not in found.lines


@pytest.mark.parametrize(
    "text",
    [
        "{{ 9 ** 9 ** 9 ** 9 }}",
        "{{ 'a' * 10 ** 12 }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{% for i in range(10 ** 12) %}{{ i }}{% endfor %}",
        "{{ 'x' | center(10 ** 12) }}",
    ],
)
def test_nothing_of_a_template_is_computed(text: str) -> None:
    start = time.process_time()
    assert used("jinja", text) == {}
    assert time.process_time() - start < 1


def test_the_static_prefix_ends_at_the_first_variable_of_its_syntax() -> None:
    assert static_prefix("Always the same. {{ name }} not", "jinja") == "Always the same. "
    assert static_prefix("A {json} stays", "jinja") == "A {json} stays"
    assert static_prefix("A {field} ends", "fstring") == "A "
    assert static_prefix('A {{"a": 1}} then {x}', "fstring") == 'A {{"a": 1}} then '
    assert static_prefix("no variable", "braces") == "no variable"


def test_lines_count_from_where_the_message_starts() -> None:
    messages = (Message("system", "x\n{{ a }}", 10), Message("user", "{{ b }}\n{{ c }}", 20, False))
    assert used_variables(PromptText(messages, "jinja")).lines == {"a": 11, "b": 20, "c": 20}

"""The terms of a sheet: what they say of hostile messages, and that the short way says the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate import catalog, targets
from ftgate.catalog import Sheet, provider_names, read_provider
from ftgate.errors import CatalogError
from ftgate.targets.chat import Chat

TERMS = [
    read_provider(name).table("chat")
    for name in provider_names()
    if "like" not in read_provider(name).table("chat")
]
ROLES = st.sampled_from(["system", "user", "assistant", "tool", "model", "", None, 1, []])
CONTENTS = st.sampled_from(["a", "", " ", None, 1, [], ["a"], [{"text": "a"}], {}])
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": ROLES, "content": CONTENTS},
        optional={"weight": st.sampled_from([0, 1, 2, True, "1"]), "name": st.just("eva")},
    )
    | st.fixed_dictionaries({}, optional={"role": ROLES, "content": CONTENTS})
    | st.sampled_from([None, 1, "a", []]),
    max_size=4,
)


class SlowChat(Chat):
    """Looks at every message closely."""

    def _is_plain(self, messages: list[Any]) -> bool:
        return False


@given(st.sampled_from(TERMS), MESSAGES)
def test_the_short_way_sees_what_the_long_way_sees(
    terms: dict[str, Any], messages: list[Any]
) -> None:
    assert Chat(terms).check(messages) == SlowChat(terms).check(messages)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "roles": st.just(["user", "assistant"]),
            "required": st.lists(st.sampled_from(["role", "content", "name"]), max_size=2),
            "follows": st.just({"assistant": ["user"]}),
            "last": st.just(["assistant"]),
            "needs": st.just(["assistant"]),
            "filled": st.just(["user"]),
            "keys": st.just(["role", "content"]),
            "parts": st.booleans(),
            "min_messages": st.integers(0, 2),
        },
    ),
    MESSAGES,
)
def test_no_terms_make_a_check_raise(terms: dict[str, Any], messages: list[Any]) -> None:
    assert all(problem.kind and problem.detail for problem in Chat(terms).check(messages))


def test_where_a_role_is_not_required_a_list_without_one_has_no_order() -> None:
    terms = {"roles": ["user"], "required": ["content"], "last": ["user"]}
    assert Chat(terms).check([{"content": "Hi"}]) == []


def test_a_sheet_that_says_nothing_of_chats_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    data = dict(catalog.read_provider("together").data)
    del data["chat"]
    monkeypatch.setattr(targets, "read_provider", lambda name: Sheet("together.toml", data))
    with pytest.raises(CatalogError, match=r"together\.toml: \[chat\] has neither terms nor like"):
        targets.open_target("together")


@pytest.mark.parametrize("name", ["openai", "azure"])
def test_whoever_is_like_openai_has_no_judge_of_their_own(name: str) -> None:
    assert targets.open_target(name) is None

"""Coverage and model cases: what is told, who checks, what no longer counts."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from services.reports.model import model_case
from services.reports.model.commands import (
    DraftCase,
    PublishCase,
    RecordCoverage,
    ReviseCase,
    SendBack,
    WithdrawCoverage,
)
from services.reports.model.model_case import CaseStatus, ModelCase
from shared.contracts.reports import (
    ModelCasePublished,
    ModelCaseWithdrawn,
    PublicityRecorded,
    PublicityWithdrawn,
)
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import NOW
from tests.unit.publicity import CHECKER, PHOTOGRAPH, WRITER, case, recorded

BACK = SendBack(reason="请补充时间")


def test_coverage_tells_whose_it_is_and_never_what_it_says() -> None:
    _, event = recorded(sites=["XP12"], theme="civility")

    assert isinstance(event, PublicityRecorded)
    assert (event.site, event.sites, event.published_on.isoformat()) == (
        *("XP11", ["XP12"]),
        "2026-10-08",
    )
    assert "理发" not in event.model_dump_json()


def test_coverage_that_did_not_hold_no_longer_counts_on_its_day_and_only_once() -> None:
    coverage, first = recorded()

    [event] = coverage.withdraw(WithdrawCoverage(reason="重复登记"), NOW)

    assert isinstance(event, PublicityWithdrawn) and isinstance(first, PublicityRecorded)
    assert event.published_on == first.published_on
    with pytest.raises(Conflict):
        coverage.withdraw(WithdrawCoverage(reason="重复登记"), NOW)


@pytest.mark.parametrize("day", ["2026-10-10", "1999-12-31"])
def test_coverage_of_a_day_that_has_not_come_is_refused(day: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        recorded(published_on=day)

    assert [each.field for each in refused.value.fields] == ["published_on"]


@pytest.mark.parametrize(
    "facts",
    [
        {"link": "javascript:alert(1)"},
        {"link": "https://user@example.com/"},
        {"title": "请致电 13912345678"},
        {"outlet": "x" * 201},
        {"files": ["../../etc/passwd"]},
        {"sites": ["XP11"] * 51},
    ],
)
def test_what_no_register_should_hold_is_refused(facts: dict[str, Any]) -> None:
    body = {
        "site": "XP11",
        "medium": "website",
        "level": "city",
        "outlet": "x",
        "title": "x",
        "published_on": "2026-10-08",
    }
    RecordCoverage.model_validate(body)
    with pytest.raises(ValidationError):
        RecordCoverage.model_validate(body | facts)


# ---- model cases ----


def test_a_case_is_published_once_another_person_has_checked_it() -> None:
    made = case(photographs=[PHOTOGRAPH], consent=True)
    with pytest.raises(Conflict):
        made.publish(PublishCase(), NOW)
    with pytest.raises(Conflict):
        made.check(WRITER)
    assert made.status is CaseStatus.DRAFT

    made.check(CHECKER)
    [event] = made.publish(PublishCase(), NOW)

    assert isinstance(event, ModelCasePublished)
    assert (event.photographs, event.published_on.isoformat()) == (1, "2026-10-09")
    assert made.title not in event.model_dump_json()


def test_who_revises_a_case_can_not_check_it() -> None:
    made = case()
    made.revise(ReviseCase.model_validate({"kind": "person", "title": "b", "text": "b"}), CHECKER)

    with pytest.raises(Conflict):
        made.check(CHECKER)
    made.check(WRITER)


def test_a_case_that_is_sent_back_is_to_be_checked_again() -> None:
    made = case("checked")

    made.send_back(BACK)

    assert (made.status, made.checked_by) == (CaseStatus.DRAFT, None)
    assert made.remarks == ["请补充时间"]


@pytest.mark.parametrize(("status", "told"), [("draft", []), ("published", [ModelCaseWithdrawn])])
def test_only_what_was_published_is_told_to_be_withdrawn(status: str, told: list[type]) -> None:
    made = case(status)

    assert [type(each) for each in made.withdraw(BACK)] == told


def test_photographs_need_consent_and_a_writer_a_name() -> None:
    body = {"site": "XP11", "kind": "family", "title": "a", "text": "a"}
    with pytest.raises(Unprocessable) as refused:
        case(photographs=[PHOTOGRAPH])
    assert [each.field for each in refused.value.fields] == ["consent"]
    with pytest.raises(Unprocessable) as refused:
        ModelCase.draft("mca_one111", DraftCase.model_validate(body), "")
    assert [each.field for each in refused.value.fields] == ["X-Person"]


MOVES: dict[str, Callable[[ModelCase], object]] = {
    "revise": lambda it: it.revise(
        ReviseCase.model_validate({"kind": "person", "title": "b", "text": "b"}), WRITER
    ),
    "check": lambda it: it.check(CHECKER),
    "send-back": lambda it: it.send_back(BACK),
    "publish": lambda it: it.publish(PublishCase(), NOW),
    "withdraw": lambda it: it.withdraw(BACK),
}


@pytest.mark.parametrize("status", ["draft", "checked", "published", "withdrawn"])
@pytest.mark.parametrize("move", MOVES)
def test_each_move_of_a_case_is_allowed_where_the_table_says(status: str, move: str) -> None:
    made = case() if status == "withdrawn" else case(status)
    if status == "withdrawn":
        made.withdraw(BACK)
    before = dict(vars(made))

    if move in model_case.MOVES[status]:
        MOVES[move](made)
    else:
        with pytest.raises(Conflict) as refused:
            MOVES[move](made)
        assert refused.value.extra["allowed"] == list(model_case.MOVES[status])
        assert vars(made) == before

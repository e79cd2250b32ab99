"""An activity's file shows what is missing; feedback is of those who came."""

import bson
import pytest
from pydantic import TypeAdapter

from services.events.model import check_in, registering
from services.events.model.activity import Activity
from services.events.model.archive import Archive
from services.events.model.commands import (
    AddPaper,
    Fund,
    GiveFeedback,
    PaperKind,
    RecordFunds,
    Register,
    WriteSummary,
)
from services.events.model.feedback import Feedback
from shared.contracts.events import ArchiveChanged, FeedbackGiven, FundsRecorded
from shared.contracts.vocabulary import ActivityKind
from shared.errors import Conflict, NotFound, Unprocessable
from tests.unit.builders import NOW, STARTS, announced

ONE = "reg_no000001"
K = PaperKind


def activity(**facts: object) -> Activity:
    found = announced(**facts)  # type: ignore[arg-type]
    registering.register(found, ONE, Register(resident="R-000001"), NOW)
    return found


def archive() -> Archive:
    return Archive("act_one111", "XP11")


def paper(kind: PaperKind, consent: bool = False) -> AddPaper:
    return AddPaper(kind=kind, file="fil_one11111", consent=consent)


def test_a_file_shows_what_is_missing_until_nothing_is() -> None:
    held, file = activity(), archive()
    assert file.missing(held) == [K.PLAN, K.NOTICE, K.SIGN_IN, K.PHOTOGRAPH, K.SUMMARY]

    for number, kind in enumerate((K.PLAN, K.NOTICE)):
        file.add(f"ppr_no{number:06}", paper(kind), "clerk-1", held, NOW)
    check_in.attend(held, ONE, None, STARTS)
    file.summarise(WriteSummary(text="圆满"), held, NOW)
    [event] = file.add("ppr_photo1", paper(K.PHOTOGRAPH, consent=True), "clerk-1", held, NOW)

    assert isinstance(event, ArchiveChanged) and event.missing == []
    [event] = file.remove("ppr_photo1", "撤回同意", held, NOW)
    assert isinstance(event, ArchiveChanged) and event.missing == ["photograph"]
    assert bson.encode(TypeAdapter(Archive).dump_python(file))


@pytest.mark.parametrize("kind", [ActivityKind.FORUM, ActivityKind.SEMINAR, ActivityKind.VISIT])
def test_forums_seminars_and_visits_have_minutes(kind: ActivityKind) -> None:
    assert K.MINUTES in archive().missing(activity(kind=kind))


def test_a_photograph_needs_consent() -> None:
    with pytest.raises(Unprocessable) as refused:
        archive().add("ppr_photo1", paper(K.PHOTOGRAPH), "clerk-1", activity(), NOW)
    assert refused.value.fields[0].field == "consent"


def test_a_paper_that_is_not_there_is_not_removed() -> None:
    with pytest.raises(NotFound):
        archive().remove("ppr_none11", "x", activity(), NOW)


def test_funds_are_kept_by_source() -> None:
    file = archive()
    funds = [Fund(source="街道专项", planned=500_00, spent=420_50)]
    [event] = file.record_funds(RecordFunds(funds=funds), announced(), NOW)
    assert isinstance(event, FundsRecorded)
    assert (event.planned, event.spent, event.sources) == (500_00, 420_50, 1)
    assert "街道" not in event.model_dump_json()
    assert sum(each.spent for each in file.funds) == 42050


def test_only_who_came_gives_feedback() -> None:
    held = activity()
    stars = GiveFeedback(stars=5, text="很好")
    with pytest.raises(Conflict):
        Feedback.give(held, ONE, stars, NOW)
    check_in.attend(held, ONE, None, STARTS)

    given, [event] = Feedback.give(held, ONE, stars, STARTS)

    assert given.text == "很好"
    assert isinstance(event, FeedbackGiven) and "text" not in event.model_dump()

"""10,000 votes of 2,000 voters, who all vote in five selections at once, and nearly a third of the
requests come from voters who try twice, while the worker and api processes are killed: one voice
for each voter and round, turnout within a second, the tally at the close, a recount that agrees."""

import logging
from collections.abc import Iterator

import pytest

from tests.campaigns import Selection, announced
from tests.parts import Parts
from tests.system import SITES, Document, System
from tests.votes import rage, summary, turnout_told, violations

VOTERS = 2000
SELECTIONS = 5
API_PROCESSES = 3
KILLS = 4
TURNOUT_SECONDS = 1.0
log = logging.getLogger(__name__)


@pytest.fixture(scope="module")
def crowd(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The events service alone, with several api processes."""
    system = System(parts, tmp_path_factory.mktemp("crowd"), api_workers=API_PROCESSES)
    try:
        system.start(["events"])
        for code in SITES:
            body = {"code": code, "level": "station", "title": code, "title_en": code}
            system.post("events", "/v1/sites", body)
        yield system
    finally:
        system.stop()


@pytest.fixture(scope="module")
def selections(crowd: System) -> list[Selection]:
    """Their rounds are open at the same time."""
    found = [announced(crowd, ("XP11", "XP11", "XP12")) for _ in range(SELECTIONS)]
    opens = [each.read()["rounds"][0]["opens_at"] for each in found]
    crowd.move_clock_to(max(opens))
    for each in found:
        each.wait_for("voting")
    return found


def counted(selections: list[Selection]) -> list[Document]:
    """The rounds close, and the worker is killed in the middle of their count."""
    system = selections[0].system
    system.move_clock_to(max(each.read()["rounds"][0]["closes_at"] for each in selections))
    closed = {"_id": {"$in": [f"{each.id}-1" for each in selections]}, "open": False}
    system.wait_until(lambda: system.database("events")["boxes"].find_one(closed), 60)
    system.kill("events-worker")
    system.start_again("events-worker")
    return [each.wait_for("result-announced", seconds=60) for each in selections]


@pytest.mark.timeout(300)
def test_one_voice_a_voter_a_round_and_turnout_within_a_second_though_processes_are_killed(
    crowd: System, selections: list[Selection]
) -> None:
    voters = [f"R-{crowd.prefix}-{number}" for number in range(VOTERS)]

    found = rage(selections, voters, KILLS)
    log.warning("turnout asked for: %s", summary(found.lags))
    log.warning("around the kills: %s", summary(found.lags_near))
    log.warning("turnout told by events: %s", summary(found.told_lags()))
    while_open = [each.read() for each in selections]
    for each in selections:
        crowd.wait_until(lambda each=each: turnout_told(each) == VOTERS)  # type: ignore[misc]
    results = counted(selections)

    assert found.statuses.keys() == {200, 409}
    assert found.statuses[200] == VOTERS * SELECTIONS
    assert all(each["rounds"][0]["standings"] == [] for each in while_open)
    assert all(each["winners"] == [] for each in while_open)
    for poll, result in zip(found.polls, results, strict=True):
        assert violations(poll, result) == []
    assert max(found.lags) < TURNOUT_SECONDS

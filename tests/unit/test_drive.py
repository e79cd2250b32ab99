"""A drive: its task list, photographs before and after, results by site."""

from datetime import timedelta
from typing import Any

import pytest

from services.events.model.commands.drive import CancelDrive, CloseDrive, OpenDrive, ReportTask
from services.events.model.drive import Drive
from shared.contracts.events import DriveClosed, DriveReported, SiteResult
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import NOW

STARTS = NOW + timedelta(hours=1)
BEFORE, AFTER = "fil_before111", "fil_after1111"
ONE, TWO, THREE = (f"tsk_{number:06}" for number in (1, 2, 3))


def opened(**facts: Any) -> Drive:
    body = {
        "site": "XP00",
        "kind": "tidiness",
        "title": "楼道乱堆乱放整治",
        "starts_at": STARTS.isoformat(),
        "ends_at": (STARTS + timedelta(days=7)).isoformat(),
        "tasks": [
            {"site": "XP11", "title": "一号楼"},
            {"site": "XP12", "title": "三号楼"},
            {"site": "XP11", "title": "二号楼"},
        ],
    }
    return Drive.open("drv_one1111", OpenDrive.model_validate(body | facts), NOW)[0]


def report(drive: Drive, task: str, id: str = "rep_one1111", **facts: Any) -> DriveReported:
    command = ReportTask.model_validate({"task": task} | facts)
    (event,) = drive.report(id, command, STARTS)
    assert isinstance(event, DriveReported)
    return event


def test_results_are_added_up_by_site() -> None:
    drive = opened()
    report(drive, ONE, "rep_one1111", found=5, mended=2, helpers=4, before=[BEFORE])
    report(drive, ONE, "rep_two1111", mended=3, helpers=2, after=[AFTER], done=True)
    report(drive, THREE, "rep_thr1111", found=1)
    (event,) = drive.close(CloseDrive(), STARTS)

    assert isinstance(event, DriveClosed)
    assert event.results == [
        SiteResult(site="XP11", tasks=2, done=1, found=6, mended=5, helpers=6),
        SiteResult(site="XP12", tasks=1, done=0, found=0, mended=0, helpers=0),
    ]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"done": True, "before": [BEFORE]}, "after"),
        ({"done": True, "after": [AFTER]}, "before"),
        ({"found": 1, "mended": 2}, "mended"),
        ({"task": "tsk_000009"}, "task"),
    ],
)
def test_a_report_that_does_not_fit_is_refused_by_field(facts: dict[str, Any], field: str) -> None:
    drive = opened()
    with pytest.raises(Unprocessable) as refused:
        drive.report("rep_one1111", ReportTask.model_validate({"task": ONE} | facts), STARTS)
    assert refused.value.fields[0].field == field
    assert not drive.reports and not drive.tasks[ONE].done


def test_a_task_that_is_done_takes_no_more_reports() -> None:
    drive = opened()
    report(drive, TWO, before=[BEFORE], after=[AFTER], done=True)
    with pytest.raises(Conflict, match="done"):
        report(drive, TWO, "rep_two1111")


def test_a_drive_takes_reports_from_its_beginning_until_it_is_closed() -> None:
    drive = opened()
    with pytest.raises(Conflict):
        drive.report("rep_one1111", ReportTask(task=ONE), NOW)
    drive.close(CloseDrive(), STARTS)
    with pytest.raises(Conflict) as refused:
        report(drive, ONE)
    assert refused.value.extra["allowed"] == []


def test_a_drive_with_reports_is_closed_and_not_cancelled() -> None:
    drive = opened()
    report(drive, ONE)
    with pytest.raises(Conflict):
        drive.cancel(CancelDrive(reason="下雨"), STARTS)
    assert opened().cancel(CancelDrive(reason="下雨"), STARTS)


@pytest.mark.parametrize("ends", [NOW, STARTS, NOW + timedelta(days=800)])
def test_a_drive_ends_after_it_starts_and_within_two_years(ends: Any) -> None:
    with pytest.raises(Unprocessable):
        opened(ends_at=ends.isoformat())

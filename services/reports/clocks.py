"""What reports does as time passes: subscribers are told what is new, deadlines pass, and what the
rules of reporting say is published and asked for."""

from services.reports.model.construction import Construction
from services.reports.scheduled import CLIENT, Schedule
from services.reports.store import Store
from shared.storage.aggregates import Origin


def tell_subscribers(store: Store) -> None:
    """Begin a turn of each subscription; what is slow goes on beside the others."""
    store.deliveries.start_all()
    store.feeder.start_all()


def keep_broker(store: Store) -> None:
    """Queues and users of subscribers are made and taken away, as subscriptions say."""
    store.keeper.start()


def move_rectifications(store: Store) -> None:
    """Sites are warned of a deadline, and it is told where one has passed."""
    origin = Origin(client=CLIENT, command="pass-time")
    store.assessing.rectifications.pass_time(origin, lambda each, now: each.pass_time(now))


def move_milestones(store: Store) -> None:
    """Each construction knows when its next milestone is near, or overdue."""
    origin = Origin(client=CLIENT, command="pass-time")
    store.constructions.pass_time(origin, Construction.pass_time)


def move_monthly_reports(store: Store) -> None:
    """催报 and overdue: each monthly report knows when."""
    origin = Origin(client=CLIENT, command="pass-time")
    store.reporting.monthly.pass_time(origin, lambda report, now: report.pass_time(now))


def report_by_the_clock(store: Store) -> None:
    """Publish what is due, and ask stations for their reports of a month that is over."""
    Schedule(store).turn()


CLOCKS = (
    *(tell_subscribers, keep_broker, move_rectifications, move_milestones),
    *(move_monthly_reports, report_by_the_clock),
)

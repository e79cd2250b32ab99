"""Shifts over HTTP: parse, check the site, call, answer. It decides nothing."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.volunteers.model import commands as asked
from services.volunteers.model.shift import Shift, ShiftStatus
from services.volunteers.store import Store
from shared.contracts.base import Event, SiteCode
from shared.contracts.volunteers import ShiftPurpose
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()

AnId = Annotated[str | None, Field(max_length=64)]


class ShiftsQuery(PageQuery):
    """Filters of the list of shifts."""

    site: SiteCode | None = None
    status: ShiftStatus | None = None
    purpose: ShiftPurpose | None = None
    team: AnId = None
    order: AnId = None
    activity: AnId = None
    plan: AnId = None


@api.command("/v1/shifts", scope="shifts:plan", made="id")
def plan(call: Call[Store], body: asked.PlanShift) -> Receipt:
    """排班: one shift, of standing duty or for an order or an activity."""
    call.client.require_site(body.site)
    id = call.new_id("shf")

    def build(now: datetime) -> tuple[Shift, list[Event]]:
        call.app.sites.require_open(body.site)
        if body.team:
            call.app.team(body.team)
        follows = call.app.rosters.require_occasion(body.order, body.activity, body.session)
        return Shift.planned(id, body, call.app.rosters.rules(), now, follows=follows)

    return call.app.rosters.shifts.make(id, call.origin, build)


@api.query("/v1/shifts/{id}", scope="shifts:read")
def read_shift(call: Call[Store], id: str) -> Loaded[Shift]:
    """One shift with all who signed up."""
    return call.read(call.app.rosters.shifts, id)


@api.query("/v1/shifts", scope="shifts:read")
def list_shifts(call: Call[Store], query: ShiftsQuery) -> Page[Shift]:
    """Shifts of the sites this client may act for, in the order in which they were planned."""
    names = {"site", "status", "purpose", "team", "order", "activity", "plan"}
    criteria: Document = query.model_dump(include=names, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.rosters.shifts, criteria, query)


@api.command("/v1/shifts/{id}/change", scope="shifts:plan", edits=True)
def change(call: Call[Store], id: str, body: asked.ChangeShift) -> Receipt:
    """Other facts; at another time whoever is in is released, and reserved anew."""
    anew = call.app.rosters.anew
    return call.change(
        call.app.rosters.shifts, id, lambda shift, now: shift.change(body, anew, now)
    )


@api.command("/v1/shifts/{id}/cancel", scope="shifts:plan")
def cancel(call: Call[Store], id: str, body: asked.CancelShift) -> Receipt:
    """It will not be served; whoever is in is told."""
    return call.change(call.app.rosters.shifts, id, lambda shift, now: shift.cancel(body, now))


# ---- 报名 ----


@api.command("/v1/shifts/{id}/sign-ups", scope="shifts:sign-up")
def sign_up(call: Call[Store], id: str, body: asked.SignUpForShift) -> Receipt:
    """报名: in at once, or asked for; the volunteer's time is then reserved."""
    sign_up = call.new_id("sup")

    def decide(shift: Shift, now: datetime) -> list[Event]:
        events = shift.sign_up(sign_up, body, now)
        call.app.require_fit(shift, body.volunteer, body.team)
        return list(events)

    return call.change(call.app.rosters.shifts, id, decide, part=sign_up)


@api.command("/v1/shifts/{id}/assign", scope="shifts:lead", also=("shifts:override",))
def assign(call: Call[Store], id: str, body: asked.AssignToShift) -> Receipt:
    """The leader puts a volunteer in. An override (scope `shifts:override`) takes a time that is
    taken: the other booking is released, and told."""
    if body.override:
        call.client.require_scope("shifts:override")
    sign_up = call.new_id("sup")

    def decide(shift: Shift, now: datetime) -> list[Event]:
        events = shift.assign(sign_up, body, now)
        call.app.require_fit(shift, body.volunteer, body.team, override=body.override is not None)
        return list(events)

    return call.change(call.app.rosters.shifts, id, decide, part=sign_up)


@api.command("/v1/shifts/{id}/sign-ups/{sign_up}/approve", scope="shifts:lead")
def approve(call: Call[Store], id: str, sign_up: str, body: asked.ApproveSignUp) -> Receipt:
    """By the leader, where the shift's mode is `request`."""
    return call.change(call.app.rosters.shifts, id, lambda shift, now: shift.approve(sign_up, now))


@api.command("/v1/shifts/{id}/sign-ups/{sign_up}/decline", scope="shifts:lead")
def decline(call: Call[Store], id: str, sign_up: str, body: asked.DeclineSignUp) -> Receipt:
    """By the leader, where the shift's mode is `request`."""
    return call.change(call.app.rosters.shifts, id, lambda shift, now: shift.decline(sign_up, now))


@api.command("/v1/shifts/{id}/sign-ups/{sign_up}/withdraw", scope="shifts:sign-up")
def withdraw(call: Call[Store], id: str, sign_up: str, body: asked.WithdrawSignUp) -> Receipt:
    """By the volunteer, before the cut-off."""
    return call.change(call.app.rosters.shifts, id, lambda shift, now: shift.withdraw(sign_up, now))


@api.command("/v1/shifts/{id}/sign-ups/{sign_up}/remove", scope="shifts:lead")
def remove(call: Call[Store], id: str, sign_up: str, body: asked.RemoveSignUp) -> Receipt:
    """By the leader, until the volunteer has come."""
    return call.change(call.app.rosters.shifts, id, lambda shift, now: shift.remove(sign_up, now))


# ---- 顶班 ----


@api.command("/v1/shifts/{id}/sign-ups/{sign_up}/want-substitute", scope="shifts:sign-up")
def want_substitute(
    call: Call[Store], id: str, sign_up: str, body: asked.WantSubstitute
) -> Receipt:
    """Ask one volunteer, or anybody, to take the place."""
    return call.change(
        call.app.rosters.shifts, id, lambda shift, now: shift.want_substitute(sign_up, body, now)
    )


@api.command("/v1/shifts/{id}/sign-ups/{sign_up}/substitute", scope="shifts:sign-up")
def substitute(call: Call[Store], id: str, sign_up: str, body: asked.Substitute) -> Receipt:
    """顶班: take the place, once one's own time is reserved; until then the other stays in."""
    new = call.new_id("sup")

    def decide(shift: Shift, now: datetime) -> list[Event]:
        events = shift.substitute(new, sign_up, body, now)
        call.app.require_fit(shift, body.volunteer, body.team)
        return list(events)

    return call.change(call.app.rosters.shifts, id, decide, part=new)


# ---- 上岗 ----


@api.command("/v1/shifts/{id}/sign-ups/{sign_up}/check-in", scope="shifts:serve")
def check_in(call: Call[Store], id: str, sign_up: str, body: asked.CheckInToShift) -> Receipt:
    """签到."""
    return call.change(call.app.rosters.shifts, id, lambda shift, now: shift.check_in(sign_up, now))


@api.command(
    "/v1/shifts/{id}/sign-ups/{sign_up}/check-out", scope="shifts:serve", also=("shifts:lead",)
)
def check_out(call: Call[Store], id: str, sign_up: str, body: asked.CheckOutOfShift) -> Receipt:
    """签退: the evidence of the minutes. With `ended_at` (scope `shifts:lead`) it is stated by a
    person, and the event says so."""
    if body.ended_at:
        call.client.require_scope("shifts:lead")
    return call.change(
        call.app.rosters.shifts, id, lambda shift, now: shift.check_out(sign_up, body, now)
    )


@api.command("/v1/shifts/{id}/sign-ups/{sign_up}/excuse", scope="shifts:lead")
def excuse(call: Call[Store], id: str, sign_up: str, body: asked.ExcuseSignUp) -> Receipt:
    """A missed shift does not count."""
    return call.change(
        call.app.rosters.shifts, id, lambda shift, now: shift.excuse(sign_up, body, now)
    )

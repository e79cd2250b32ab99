"""Registrations for an activity over HTTP, and their tickets."""

from services.events.model import commands as asked
from services.events.model import registering
from services.events.store import Store
from shared.storage.aggregates import Receipt
from shared.web.api import Api, Call, File

api: Api[Store] = Api()

LIST = "/v1/activities/{id}/registrations"
ONE = LIST + "/{registration}"
SVG = "image/svg+xml"


@api.command(LIST, scope="activities:register")
def register(call: Call[Store], id: str, body: asked.Register) -> Receipt:
    """报名: seats, a place in the waiting list, or a request where the hosts approve."""
    registration = call.new_id("reg")
    return call.change(
        call.app.activities,
        id,
        lambda activity, now: registering.register(activity, registration, body, now),
        part=registration,
    )


@api.command(ONE + "/cancel", scope="activities:register")
def cancel_registration(
    call: Call[Store], id: str, registration: str, body: asked.CancelRegistration
) -> Receipt:
    """The seats, or the place in the list, are given back."""
    return call.change(
        call.app.activities,
        id,
        lambda activity, now: registering.cancel(activity, registration, body, now),
    )


@api.command(ONE + "/accept", scope="activities:register")
def accept_offer(call: Call[Store], id: str, registration: str, body: asked.AcceptOffer) -> Receipt:
    """The seats that are kept for them are theirs."""
    return call.change(
        call.app.activities,
        id,
        lambda activity, now: registering.accept_offer(activity, registration, now),
    )


@api.command(ONE + "/approve", scope="activities:write")
def approve(
    call: Call[Store], id: str, registration: str, body: asked.ApproveRegistration
) -> Receipt:
    """The hosts let it in."""
    return call.change(
        call.app.activities,
        id,
        lambda activity, now: registering.approve(activity, registration, now),
    )


@api.command(ONE + "/refuse", scope="activities:write")
def refuse(
    call: Call[Store], id: str, registration: str, body: asked.RefuseRegistration
) -> Receipt:
    """The hosts don't."""
    return call.change(
        call.app.activities,
        id,
        lambda activity, now: registering.refuse(activity, registration, body.reason, now),
    )


@api.query(ONE + "/ticket", scope="activities:register", media=[SVG])
def ticket(call: Call[Store], id: str, registration: str) -> File:
    """入场凭证: the QR code that is shown at the door."""
    import io

    import segno  # heavy

    call.read(call.app.activities, id).state.registration(registration)
    drawn = io.BytesIO()
    segno.make(call.app.tickets.sign(id, registration), error="m").save(
        drawn, kind="svg", scale=4, xmldecl=False
    )
    return File(drawn.getvalue(), SVG)

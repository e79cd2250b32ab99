"""Qualifications and other credentials over HTTP."""

from datetime import datetime
from typing import Any

from services.volunteers.model import commands as asked
from services.volunteers.model.qualification import Catalogue
from services.volunteers.model.volunteer import Volunteer
from services.volunteers.store import CATALOGUE, Store
from shared.contracts.base import Event
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call

api: Api[Store] = Api()


@api.command("/v1/qualifications", scope="qualifications:write")
def define_qualification(call: Call[Store], body: asked.DefineQualification) -> Receipt:
    """A qualification of the catalogue, new or changed, with what it includes."""
    return call.app.catalogue.change(
        CATALOGUE,
        call.origin,
        lambda catalogue, now: catalogue.define(body),
        call.expected,
        initial=Catalogue,
    )


@api.query("/v1/qualifications", scope="volunteers:read")
def read_catalogue(call: Call[Store]) -> Loaded[Catalogue]:
    """The catalogue: what can be held, and what includes what."""
    return call.app.load_catalogue()


@api.command("/v1/volunteers/{id}/grant-qualification", scope="qualifications:grant")
def grant(call: Call[Store], id: str, body: asked.GrantQualification) -> Receipt:
    """Somebody holds it, by a document or a training that was seen."""

    def decide(volunteer: Volunteer, now: datetime) -> list[Event]:
        volunteer.require("record")
        catalogue = call.app.load_catalogue().state
        includes = catalogue.includes(body.qualification)
        until = catalogue.until(body)
        return list(volunteer.credentials.grant(volunteer.owner, body, includes, until, now))

    return call.change(call.app.volunteers, id, decide)


@api.command("/v1/volunteers/{id}/revoke-qualification", scope="qualifications:grant")
def revoke(call: Call[Store], id: str, body: asked.RevokeQualification) -> Receipt:
    """It does not hold any more."""

    def decide(volunteer: Volunteer, now: datetime) -> list[Event]:
        volunteer.require("record")
        return list(volunteer.credentials.revoke(volunteer.owner, body, now))

    return call.change(call.app.volunteers, id, decide)


@api.query("/v1/volunteers/{id}/qualifications", scope="volunteers:read")
def read_qualifications(call: Call[Store], id: str) -> dict[str, Any]:
    """What is held now, and all that it stands for."""
    credentials = call.read(call.app.volunteers, id).state.credentials
    return {
        "held": {
            code: {"until": held.until, "granted_on": held.granted_on, "includes": held.includes}
            for code, held in credentials.qualifications.items()
        },
        "effective": sorted(credentials.effective(call.clock.now())),
    }


@api.command("/v1/volunteers/{id}/record-training", scope="volunteers:write")
def record_training(call: Call[Store], id: str, body: asked.RecordTraining) -> Receipt:
    """培训情况."""

    def decide(volunteer: Volunteer, now: datetime) -> list[Event]:
        volunteer.require("record")
        return list(volunteer.credentials.train(volunteer.owner, body, now))

    return call.change(call.app.volunteers, id, decide)


@api.command("/v1/volunteers/{id}/record-award", scope="volunteers:write")
def record_award(call: Call[Store], id: str, body: asked.RecordAward) -> Receipt:
    """表彰奖励情况."""

    def decide(volunteer: Volunteer, now: datetime) -> list[Event]:
        volunteer.require("record")
        return list(volunteer.credentials.award(volunteer.owner, body, now))

    return call.change(call.app.volunteers, id, decide)


@api.command("/v1/volunteers/{id}/record-insurance", scope="volunteers:write")
def record_insurance(call: Call[Store], id: str, body: asked.RecordInsurance) -> Receipt:
    """志愿服务保险."""

    def decide(volunteer: Volunteer, now: datetime) -> list[Event]:
        volunteer.require("record")
        return list(volunteer.credentials.insure(volunteer.owner, body))

    return call.change(call.app.volunteers, id, decide)


@api.command("/v1/volunteers/{id}/acknowledge-risk", scope="volunteers:write")
def acknowledge_risk(call: Call[Store], id: str, body: asked.AcknowledgeRisk) -> Receipt:
    """风险告知: the notice was read and agreed to."""

    def decide(volunteer: Volunteer, now: datetime) -> list[Event]:
        volunteer.require("record")
        return list(volunteer.credentials.acknowledge(volunteer.owner, body, now))

    return call.change(call.app.volunteers, id, decide)

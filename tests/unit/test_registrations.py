"""Registrations are kept as texts, and read when they are asked for."""

from pydantic import TypeAdapter

from services.events.model import registering
from services.events.model.activity import Activity
from services.events.model.commands import Register
from services.events.model.registration import Registration, RegistrationStatus, Visit
from services.events.model.registrations import Registrations
from tests.unit.builders import NOW, STARTS, announced

ONE, TWO = "reg_no000001", "reg_no000002"
KIND = TypeAdapter(Activity)


def full() -> Registration:
    return Registration(
        "R-000001",
        RegistrationStatus.ATTENDED,
        NOW,
        people=2,
        companions=["R-child1"],
        sessions=["a"],
        answers={"size": "L"},
        visits={"a": Visit(STARTS, 2, "scan", left=STARTS)},
    )


def test_what_is_kept_is_read_as_it_was() -> None:
    kept = Registrations({})
    kept[ONE] = full()

    again = Registrations(kept.kept())

    assert isinstance(again.kept()[ONE], str)
    assert again[ONE] == full()
    assert again.kept() == kept.kept()


def test_a_change_in_place_is_kept_and_the_others_stay_the_same_text() -> None:
    kept = Registrations({})
    kept[ONE], kept[TWO] = full(), full()
    again = Registrations(kept.kept())

    again[TWO].reason = "x"

    assert again.kept()[ONE] == kept.kept()[ONE]
    assert Registrations(again.kept())[TWO].reason == "x"


def test_what_was_kept_as_a_document_is_read_too() -> None:
    row = TypeAdapter(Registration).dump_python(full())
    assert Registrations({ONE: row})[ONE] == full()


def test_the_database_gets_texts_and_a_client_documents() -> None:
    activity = announced()
    registering.register(activity, ONE, Register(resident="R-000001"), NOW)

    stored = KIND.dump_python(activity)
    answered = KIND.dump_python(activity, mode="json")

    assert isinstance(stored["registrations"][ONE], str)
    assert answered["registrations"][ONE]["resident"] == "R-000001"
    assert answered["registrations"][ONE]["people"] == 1
    assert KIND.validate_python(stored) == activity


def test_the_schema_says_what_a_client_gets() -> None:
    schema = KIND.json_schema(mode="serialization")
    described = schema["properties"]["registrations"]
    assert described["type"] == "object"
    assert "resident" in str(described) or "Registration" in str(described)

"""Files over HTTP: who may upload and read them, and what of them is kept."""

from datetime import timedelta

from shared.storage.files import UNCLAIMED_KEPT
from shared.storage.media import MOST_BYTES
from tests.system import PLACE, System, photograph, upload


def test_a_photograph_comes_back_without_its_place_and_never_inside_a_page(
    system: System,
) -> None:
    taken = photograph()
    assert PLACE in taken

    id = upload(system, "orders", "order", taken).ok().id
    answer = system.call("orders", "GET", f"/v1/files/{id}").ok()

    assert answer.data.startswith(b"\xff\xd8\xff")
    assert PLACE not in answer.data
    [row] = system.database("orders")["files"].find({"_id": id})
    assert PLACE not in row["data"]
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{id}.jpg"
    facts = system.read("orders", f"/v1/files/{id}/facts")
    assert (facts["media"], facts["size"]) == ("image/jpeg", len(answer.data))
    assert (facts["site"], facts["purpose"], facts["claimed"]) == ("XP11", "order", False)


def test_a_file_sent_again_is_kept_once_and_its_key_takes_no_other(system: System) -> None:
    taken = photograph()
    options = {"key": next(system.names)}

    answers = [upload(system, "orders", "order", taken, **options).ok() for _ in range(2)]
    other = upload(system, "orders", "order", taken + b"x", **options)
    elsewhere = upload(system, "orders", "order", taken, "XP12", **options)

    assert answers[0].data == answers[1].data
    assert answers[0].status == 201
    assert (other.status, elsewhere.status) == (422, 422)
    assert set(other.fields) == {"Idempotency-Key"}


def test_what_a_file_is_not_it_can_not_be_said_to_be(system: System) -> None:
    headers = {"Content-Type": "image/jpeg"}

    page = upload(system, "orders", "order", b"<html>photo.jpg</html>", headers=headers)
    empty = upload(system, "orders", "order", b"")
    large = upload(system, "orders", "order", b"%PDF-" + b"0" * MOST_BYTES)
    for_what = upload(system, "orders", "holidays", photograph())

    assert [each.status for each in (page, empty, large, for_what)] == [422, 400, 413, 422]
    assert set(page.fields) == set(empty.fields) == {"body"}
    assert set(for_what.fields) == {"purpose"}


def test_a_file_is_for_those_with_the_scope_of_its_purpose_and_its_site(system: System) -> None:
    here = upload(system, "orders", "order", photograph()).ok().id
    there = upload(system, "orders", "order", photograph(), "XP12").ok().id
    private = upload(system, "orders", "private-order", photograph()).ok().id

    def status(id: str, client: str) -> int:
        return system.call("orders", "GET", f"/v1/files/{id}", client=client).status

    assert [status(id, "station") for id in (here, there, private)] == [200, 403, 200]
    assert [status(id, "reader") for id in (here, there, private)] == [200, 200, 403]
    assert [status(id, "nobody") for id in (here, there, private)] == [403, 403, 403]
    assert upload(system, "orders", "order", photograph(), client="reader").status == 403
    assert upload(system, "orders", "order", photograph(), "XP12", client="station").status == 403
    assert status("fil_none00000", "office") == 404


def test_what_nobody_claims_is_dropped_when_the_next_one_comes(system: System) -> None:
    id = upload(system, "orders", "menu", photograph()).ok().id
    system.move_clock((UNCLAIMED_KEPT + timedelta(seconds=1)).total_seconds())

    upload(system, "orders", "menu", photograph()).ok()

    assert system.call("orders", "GET", f"/v1/files/{id}").status == 404

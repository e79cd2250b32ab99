"""Operations that need no key, and answers that are files."""

import json
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from flask.testing import FlaskClient

from shared.web import openapi
from shared.web.api import Api, Call, File
from shared.web.app import make_app

api: Api[None] = Api()


@api.query("/v1/posters/{id}.svg", public=True, media=["image/svg+xml"])
def read_poster(call: Call[None], id: str) -> File:
    """For everybody."""
    return File(f"<svg id='{id}'/>".encode(), "image/svg+xml", name=f"海报 {id}.svg")


@api.query("/v1/secrets", scope="secrets:read")
def read_secrets(call: Call[None]) -> dict[str, str]:
    """For those with the scope."""
    return {"secret": "x"}


@pytest.fixture
def http(tmp_path: Path) -> FlaskClient:
    service = MagicMock()
    service.name = "posters"
    service.kit.settings.rate_per_second = 5
    service.kit.settings.clients_file = tmp_path / "clients.json"
    service.kit.settings.clients_file.write_text(json.dumps({"clients": []}))
    service.kit.settings.body_limit = 1000
    return make_app(service, api).test_client()


def test_what_is_public_needs_no_key_and_is_the_only_thing_that_does_not(http: FlaskClient) -> None:
    assert http.get("/v1/posters/p1.svg").status_code == 200
    assert http.get("/v1/secrets").status_code == 401


def test_a_file_comes_as_it_is_under_its_name(http: FlaskClient) -> None:
    answer = http.get("/v1/posters/p1.svg")

    assert answer.data == b"<svg id='p1'/>"
    assert answer.content_type == "image/svg+xml"
    assert answer.headers["Content-Disposition"].endswith("UTF-8''%E6%B5%B7%E6%8A%A5%20p1.svg")
    assert (answer.headers["Cache-Control"], answer.headers["X-Content-Type-Options"]) == (
        "no-store",
        "nosniff",
    )


def test_everybody_together_is_held_to_the_rate_of_one_client(http: FlaskClient) -> None:
    statuses = [http.get(f"/v1/posters/p{number}.svg").status_code for number in range(20)]

    assert statuses[:10] == [200] * 10
    assert 429 in statuses


def test_the_document_says_what_is_public_and_what_a_file_is() -> None:
    operation = openapi.document("posters", api)["paths"]["/v1/posters/{id}.svg"]["get"]

    assert operation["security"] == []
    assert list(operation["responses"]["200"]["content"]) == ["image/svg+xml"]


def test_what_is_public_asks_for_no_scope_and_only_a_file_has_media() -> None:
    def file(call: Call[None]) -> File: ...  # type: ignore[empty-body]
    def data(call: Call[None]) -> dict[str, str]: ...  # type: ignore[empty-body]

    for declare, view in [
        (api.query("/v1/x", scope="x:read", public=True), data),
        (api.query("/v1/x", media=["text/csv"]), data),
        (api.query("/v1/x"), file),
    ]:
        with pytest.raises(TypeError):
            declare(view)

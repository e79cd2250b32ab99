"""The published documents are as the code says, and are what they claim to be."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from pydantic import BaseModel, create_model

from services.orders.model.commands import PlaceOrder
from shared.contracts import registry
from shared.settings import SERVICES
from shared.storage.aggregates import Receipt
from shared.web import openapi
from shared.web.api import Api
from tests.contract.documents import DOCS, read, references, resolve

SCHEMAS = sorted(path.name for path in (DOCS / "schemas").glob("*.json"))


def test_the_schemas_and_the_asyncapi_document_are_as_the_code_says() -> None:
    assert registry.problems(DOCS, writing=False) == []


@pytest.mark.parametrize("name", openapi.documents())
def test_an_openapi_document_is_as_the_code_says(name: str) -> None:
    assert (DOCS / name).read_text() == openapi.documents()[name], "run `make docs`"


def test_no_document_is_left_of_what_is_gone() -> None:
    wanted = {*registry.documents(), *openapi.documents()}
    found = {str(path.relative_to(DOCS)) for path in DOCS.rglob("*.json")}

    assert found == wanted


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_published_schema_is_json_schema_2020_12(name: str) -> None:
    schema = read(f"schemas/{name}")

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:shijian:schema:{name.removesuffix('.json')}"
    Draft202012Validator.check_schema(schema)
    for reference in references(schema):
        resolve(schema, reference)


# ---- AsyncAPI ----


@pytest.fixture(scope="module")
def asyncapi() -> dict[str, Any]:
    return read("asyncapi.json")


def test_every_reference_of_the_asyncapi_document_leads_somewhere(asyncapi: dict[str, Any]) -> None:
    found = list(references(asyncapi))

    assert found
    for reference in found:
        resolve(asyncapi, reference)


def test_the_asyncapi_document_has_what_version_3_wants(asyncapi: dict[str, Any]) -> None:
    assert asyncapi["asyncapi"] == "3.0.0"
    assert asyncapi["info"]["title"] and asyncapi["info"]["version"]
    assert asyncapi["channels"]["shijian.events"]["address"] == "shijian.events"
    for operation in asyncapi["operations"].values():
        assert operation["action"] in ("send", "receive")
        assert resolve(asyncapi, operation["channel"]["$ref"])
    for kind in asyncapi["components"].values():
        assert all(re.fullmatch(r"[\w.-]+", name) for name in kind)


def test_the_asyncapi_document_tells_of_every_event(asyncapi: dict[str, Any]) -> None:
    types = set(registry.all_events())

    assert set(asyncapi["channels"]["shijian.events"]["messages"]) == types
    assert set(asyncapi["components"]["messages"]) == types
    assert types <= set(asyncapi["components"]["schemas"])


@pytest.mark.parametrize("type", registry.all_events())
def test_a_message_of_the_asyncapi_document_has_a_schema_that_is_one(
    asyncapi: dict[str, Any], type: str
) -> None:
    message = asyncapi["components"]["messages"][type]

    assert message["contentType"] == "application/cloudevents+json"
    Draft202012Validator.check_schema(message["payload"])
    Draft202012Validator.check_schema(asyncapi["components"]["schemas"][type])
    [envelope, told] = message["payload"]["allOf"]
    assert resolve(asyncapi, envelope["$ref"])["type"] == "object"
    assert told["properties"]["type"] == {"const": type}


# ---- OpenAPI ----


@pytest.mark.parametrize("service", SERVICES)
def test_an_openapi_document_is_openapi_3_1(service: str) -> None:
    validate(read(f"openapi/{service}.json"))


@pytest.mark.parametrize("service", SERVICES)
def test_every_reference_of_an_openapi_document_leads_somewhere(service: str) -> None:
    document = read(f"openapi/{service}.json")

    for reference in references(document):
        resolve(document, reference)


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_says_what_it_does_what_it_needs_and_how_it_can_fail(service: str) -> None:
    document = read(f"openapi/{service}.json")
    operations = [each for path in document["paths"].values() for each in path.values()]

    ids = [each["operationId"] for each in operations]
    assert len(set(ids)) == len(ids)
    for each in operations:
        assert each["summary"]
        assert each["description"].startswith(("Scope: `", "Public: no key."))
        assert {"200", "201"} & each["responses"].keys()


@pytest.mark.parametrize("service", SERVICES)
def test_every_command_may_be_sent_twice(service: str) -> None:
    for path in read(f"openapi/{service}.json")["paths"].values():
        for method, operation in path.items():
            names = {each["name"] for each in operation["parameters"]}
            answer = str(operation["responses"])
            assert ("Idempotency-Key" in names) is ("/Receipt'" in answer), operation["operationId"]
            assert method != "get" or "/Receipt'" not in answer


def test_a_body_is_described_by_the_command_itself() -> None:
    operation = read("openapi/orders.json")["paths"]["/v1/orders"]["post"]

    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    described = resolve(read("openapi/orders.json"), schema["$ref"])
    assert described["additionalProperties"] is False
    assert described["required"] == ["item", "site", "resident", "starts_at"]
    assert set(described["properties"]) == set(PlaceOrder.model_fields)


def test_documents_are_written_where_they_are_asked_for(tmp_path: Path) -> None:
    openapi.main("write", str(tmp_path))
    registry.main("write", str(tmp_path))

    openapi.main("check", str(tmp_path))
    registry.main("check", str(tmp_path))
    (tmp_path / "openapi" / "orders.json").write_text(json.dumps({}))
    with pytest.raises(SystemExit):
        openapi.main("check", str(tmp_path))


def test_two_models_of_one_name_are_refused() -> None:
    api: Api[Any] = Api()

    def asking(**fields: Any) -> type[BaseModel]:
        return create_model("Same", **fields)

    for path, body in (("/v1/a", asking(a=(int, 1))), ("/v1/b", asking(b=(int, 1)))):

        def view(call: Any, body: Any) -> Receipt:
            raise NotImplementedError

        view.__annotations__["body"] = body
        view.__name__ = path[-1]
        api.command(path, scope="things:change")(view)
    with pytest.raises(TypeError, match="two models are named Same"):
        openapi.document("things", api)

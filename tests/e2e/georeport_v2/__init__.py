"""JSON Schemas of Open311 GeoReport v2, written from the tables of the standard.

Every field that the standard names has its type; what need not be returned may be null; what the
standard does not name is refused, since it recommends to keep to it strictly.
"""

from typing import Any

from jsonschema import Draft202012Validator

Schema = dict[str, Any]
TEXT: Schema = {"type": "string", "minLength": 1}
MAYBE: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})$",
    "format": "date-time",
}
MAYBE_TIME: Schema = {"anyOf": [TIME, {"type": "null"}]}


def of(fields: dict[str, Schema], *optional: str) -> Schema:
    """An object with these fields, all but the optional ones there."""
    return {
        "type": "object",
        "properties": fields,
        "required": sorted(set(fields) - set(optional)),
        "additionalProperties": False,
    }


def some(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


SERVICES = some(
    of(
        {
            "service_code": TEXT,
            "service_name": TEXT,
            "description": MAYBE,
            "metadata": FLAG,
            "type": {"enum": ["realtime", "batch", "blackbox"]},
            "keywords": MAYBE,
            "group": MAYBE,
        }
    )
)

DEFINITION = of(
    {
        "service_code": TEXT,
        "attributes": some(
            of(
                {
                    "variable": FLAG,
                    "code": TEXT,
                    "datatype": {
                        "enum": [
                            "string",
                            "number",
                            "datetime",
                            "text",
                            "singlevaluelist",
                            "multivaluelist",
                        ]
                    },
                    "required": FLAG,
                    "datatype_description": MAYBE,
                    "order": {"type": "integer", "minimum": 1},
                    "description": MAYBE,
                    "values": some(of({"key": TEXT, "name": TEXT})),
                },
                "values",
            )
        ),
    }
)

REQUESTS = some(
    of(
        {
            "service_request_id": TEXT,
            "status": {"enum": ["open", "closed"]},
            "status_notes": MAYBE,
            "service_name": MAYBE,
            "service_code": TEXT,
            "description": {"type": ["string", "null"], "maxLength": 4000},
            "agency_responsible": MAYBE,
            "service_notice": MAYBE,
            "requested_datetime": TIME,
            "updated_datetime": MAYBE_TIME,
            "expected_datetime": MAYBE_TIME,
            "address": MAYBE,
            "address_id": MAYBE,
            "zipcode": MAYBE,
            "lat": {"type": ["number", "null"], "minimum": -90, "maximum": 90},
            "long": {"type": ["number", "null"], "minimum": -180, "maximum": 180},
            "media_url": {"type": ["string", "null"], "format": "uri"},
        }
    )
)

POSTED = {
    "type": "array",
    "minItems": 1,
    "maxItems": 1,
    "items": of(
        {
            "service_request_id": TEXT,
            "token": TEXT,
            "service_notice": MAYBE,
            "account_id": MAYBE,
        },
        "token",
        "service_notice",
        "account_id",
    )
    | {"not": {"required": ["token"]}},
}

ERRORS = {
    "type": "array",
    "minItems": 1,
    "items": of({"code": {"type": ["integer", "string"]}, "description": TEXT}),
}

DISCOVERY = of(
    {
        "changeset": TEXT,
        "contact": TEXT,
        "key_service": TEXT,
        "endpoints": some(
            of(
                {
                    "specification": {"const": "http://wiki.open311.org/GeoReport_v2"},
                    "url": TEXT | {"format": "uri"},
                    "changeset": TEXT,
                    "type": {"enum": ["production", "test"]},
                    "formats": some({"enum": ["text/xml", "application/json"]}),
                }
            )
        ),
    }
)


def fits(content: Any, schema: Schema) -> bool:
    """Raises ValidationError where it does not."""
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(schema, format_checker=checker).validate(content)
    return True

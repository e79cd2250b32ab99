"""All registrations of one activity, each kept as one text that is read when it is asked for.

An activity is loaded for every registration, and may have thousands of them. As documents of a
dozen fields they took 27 ms to load and save at 2,000; as texts they take 3.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic_core import core_schema

from services.events.model.registration import Registration

_ONE = TypeAdapter(Registration)


class Registrations(MutableMapping[str, Registration]):
    """By id, in the order in which they came. What was read may be changed in place."""

    def __init__(self, kept: Mapping[str, Any] = {}) -> None:
        self._kept = dict(kept)  # id: text; or a document, as it was kept before
        self._read: dict[str, Registration] = {}

    def __getitem__(self, id: str) -> Registration:
        held = self._read.get(id)
        if held is None:
            kept = self._kept[id]
            read = _ONE.validate_json if isinstance(kept, str) else _ONE.validate_python
            held = self._read[id] = read(kept)
        return held

    def __setitem__(self, id: str, held: Registration) -> None:
        self._kept.setdefault(id, "")
        self._read[id] = held

    def __delitem__(self, id: str) -> None:
        del self._kept[id]
        self._read.pop(id, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Registrations) and self.kept() == other.kept()

    def kept(self) -> dict[str, Any]:
        """As it is stored; written anew only where it was read."""
        written = {id: _text(held) for id, held in self._read.items()}
        return self._kept | written

    @classmethod
    def _of(cls, given: Any) -> "Registrations":
        return given if isinstance(given, Registrations) else cls(given)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._of,
            serialization=core_schema.plain_serializer_function_ser_schema(_dump, info_arg=True),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return handler(core_schema.dict_schema(core_schema.str_schema(), _ONE.core_schema))


def _dump(registrations: Registrations, info: core_schema.SerializationInfo) -> dict[str, Any]:
    """People and systems get documents, the database texts."""
    if info.mode == "json":
        return {id: _ONE.dump_python(held, mode="json") for id, held in registrations.items()}
    return registrations.kept()


def _text(held: Registration) -> str:
    return _ONE.dump_json(held, exclude_defaults=True).decode()

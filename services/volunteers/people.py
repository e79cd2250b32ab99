"""Personal data between what a client sends and what a document keeps: sealed, masked, opened."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pymongo.collection import Collection

from services.volunteers.model.commands import GuardianGiven, PersonGiven
from services.volunteers.model.person import (
    Consented,
    Guardian,
    Person,
    age_problem,
    comes_of_age,
)
from services.volunteers.model.volunteer import Volunteer, VolunteerStatus
from shared.contracts.personal import (
    IdType,
    born_by_card,
    mask_name,
    mask_number,
    mask_telephone,
)
from shared.errors import Conflict, NotFound, Text
from shared.storage.aggregates import Aggregates, Loaded, Origin
from shared.storage.ids import derived_id
from shared.storage.mongo import Document, Index
from shared.storage.vault import Reading, Vault

CARDS = (IdType.RESIDENT_ID, IdType.RESIDENCE_PERMIT)
INDEXES = [
    Index(
        "volunteers",
        [("state.personal.id_number", 1)],
        unique=True,
        where={"state.personal.id_number": {"$exists": True}},
    ),
    Index(
        "volunteers",
        [("state.personal.telephone", 1)],
        where={"state.personal.telephone": {"$exists": True}},
    ),
    Index("volunteers", [("state.number", 1)]),
    Index(
        "volunteers",
        [("state.national_number", 1)],
        unique=True,
        where={"state.national_number": {"$type": "string"}},
    ),
]


@dataclass(frozen=True)
class Registration:
    """What a row of a table would become."""

    id: str
    taken_by: str  # who has that number already; empty: nobody


class People:
    """Seals what is given and opens what is kept, of volunteers."""

    def __init__(
        self, volunteers: Aggregates[Volunteer], rows: Collection[Document], vault: Vault
    ) -> None:
        self._volunteers = volunteers
        self._rows = rows
        self._vault = vault

    def check(self, given: PersonGiven, now: datetime, own_id: str) -> str:
        """Raises Unprocessable for an age without guardian, Conflict where somebody else has the
        number of the document; gives that number, sealed."""
        self.require_age(given, now)
        id_number = self.found_by(given.id_number)
        holder = self._volunteers.newest({"personal.id_number": id_number})
        if holder and holder != own_id:
            raise self.registered(holder)
        return id_number

    @staticmethod
    def require_age(given: PersonGiven, now: datetime) -> None:
        """Raises Unprocessable for a minor without guardian, and for a birth that can't be."""
        has_guardian = given.guardian is not None
        problem = age_problem(born_on(given), has_guardian, given.consent.given_at, now)
        if problem:
            raise problem

    @staticmethod
    def registered(holder: str) -> Conflict:
        """The refusal of who is a volunteer already."""
        return Conflict(
            Text(
                f"Who has this document is registered already: {holder}.",
                f"该证件已注册:{holder}。",
            ),
            extra={"existing": holder, "allowed": []},
        )

    def sealed(self, given: PersonGiven, now: datetime, own_id: str) -> Person:
        """As the document keeps it, where `check` finds nothing."""
        return self.kept(given, self.check(given, now, own_id), now)

    def kept(self, given: PersonGiven, id_number: str, now: datetime) -> Person:
        """As the document keeps it. `id_number`: that of the document, sealed to be found."""
        born = born_on(given)
        assert born
        adult_on = comes_of_age(born)
        minor = now < adult_on
        consent = given.guardian.consent if minor and given.guardian else given.consent
        return Person(
            name=self._vault.seal(given.name),
            id_type=given.id_type,
            id_number=id_number,
            telephone=self._vault.seal_to_find(given.telephone),
            address=self._vault.seal(given.address) if given.address else None,
            born_on=None if given.id_type in CARDS else self._vault.seal(born.isoformat()),
            name_masked=mask_name(given.name),
            id_number_masked=mask_number(given.id_number),
            telephone_masked=mask_telephone(given.telephone),
            consent=Consented(consent.text, consent.given_at, consent.channel, by_guardian=minor),
            adult_on=adult_on if minor else None,
            guardian=self._guardian(given.guardian) if minor and given.guardian else None,
        )

    def _guardian(self, given: GuardianGiven) -> Guardian:
        return Guardian(
            name=self._vault.seal(given.name),
            telephone=self._vault.seal(given.telephone),
            relation=given.relation,
            name_masked=mask_name(given.name),
            telephone_masked=mask_telephone(given.telephone),
        )

    def id_for(self, person: str | None, given: PersonGiven | None, origin: Origin) -> str:
        """Id of a registration: the same for the same person, unless that one was erased."""
        by = person or ""
        if not by and given:
            by = self._vault.seal_to_find(given.id_number)
        return self._free_id(by, origin)

    def _free_id(self, by: str, origin: Origin) -> str:
        generation = 0
        while True:
            id = derived_id("vol", by, *([str(generation)] if generation else []))
            try:
                found = self._volunteers.load(id)
            except NotFound:
                return id
            first = found.audit[0]["key"]
            if found.state.status is not VolunteerStatus.ERASED or (
                origin.key and first == origin.key
            ):
                return id
            generation += 1

    def registrations(self, rows: Sequence[tuple[str | None, str, Origin]]) -> list["Registration"]:
        """`id_for` and `check` of many by two queries: number of the client, sealed number of the
        document, and origin of each."""
        ids = [derived_id("vol", person or sealed) for person, sealed, _ in rows]
        there = {
            row["_id"]: row
            for row in self._rows.find(
                {"_id": {"$in": ids}}, {"state.status": 1, "audit": {"$slice": 1}}
            )
        }
        sealed = {"$in": [number for _, number, _ in rows]}
        only = {"state.personal.id_number": 1}
        holders = {
            row["state"]["personal"]["id_number"]: row["_id"]
            for row in self._rows.find({"state.personal.id_number": sealed}, only)
        }
        return [
            self._registration(id, there.get(id), holders.get(number, ""), row)
            for id, (_, number, _), row in zip(ids, rows, rows, strict=True)
        ]

    def _registration(
        self,
        id: str,
        there: Document | None,
        holder: str,
        row: tuple[str | None, str, Origin],
    ) -> "Registration":
        person, number, origin = row
        if there and there["audit"][0]["key"] == origin.key:
            return Registration(id, "")  # by this very row, before
        if there and there["state"]["status"] == VolunteerStatus.ERASED:
            return Registration(self._free_id(person or number, origin), holder)
        return Registration(id, id if there else holder)

    def clear(self, person: Person, reading: Reading) -> dict[str, str]:
        """What is kept, in clear, by name of field. The audit is written first."""
        kept = fields_of(person)
        read = self._vault.reader(reading)
        return {name: read(sealed) for name, sealed in kept.items()}

    def reader(self, reading: Reading) -> Callable[[str], str]:
        """For many, with one entry in the audit."""
        return self._vault.reader(reading)

    def readings(self, id: str) -> list[Document]:
        """Who read this volunteer's clear data."""
        return self._vault.readings(id)

    def find(
        self, id_number: str | None, telephone: str | None, criteria: Document
    ) -> Iterator[Loaded[Volunteer]]:
        """Those with exactly this number, without opening anybody's data."""
        if id_number is not None:
            wanted = {"personal.id_number": self._vault.seal_to_find(id_number)}
        else:
            wanted = {"personal.telephone": self._vault.seal_to_find(telephone or "")}
        return self._volunteers.find(criteria | wanted)

    def holder(self, id_number: str) -> str | None:
        """Id of who has exactly this document."""
        sealed = self._vault.seal_to_find(id_number.upper())
        return self._volunteers.newest({"personal.id_number": sealed})

    def found_by(self, text: str) -> str:
        """The same for the same text, and not to be guessed without the keys."""
        return self._vault.seal_to_find(text)

    def seal(self, text: str) -> str:
        return self._vault.seal(text)


def fields_of(person: Person) -> dict[str, str]:
    """What is sealed, by name of field; what was not given is left out."""
    guardian = person.guardian
    all_of_it: dict[str, str | None] = {
        "name": person.name,
        "id_number": person.id_number,
        "telephone": person.telephone,
        "address": person.address,
        "born_on": person.born_on,
        "guardian_name": guardian.name if guardian else None,
        "guardian_telephone": guardian.telephone if guardian else None,
    }
    return {name: sealed for name, sealed in all_of_it.items() if sealed is not None}


def born_on(given: PersonGiven) -> date | None:
    """By the number of the document, where that holds it."""
    return born_by_card(given.id_number) if given.id_type in CARDS else given.born_on

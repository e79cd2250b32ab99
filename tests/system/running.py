"""When everything is told, and everybody has heard everything."""

from shared.messaging.projections import Generations
from shared.settings import SERVICES
from tests.system.processes import Processes


class System(Processes):
    """A running installation that can be waited for."""

    def settle(self, seconds: float = 30.0) -> None:
        """Wait until everything is told, and everybody has heard everything."""
        self.wait_until(self._is_quiet, seconds, self._unsettled)

    def _is_quiet(self) -> bool:
        before = self._heads()
        return not self._unsettled() and self._heads() == before

    def _heads(self) -> dict[str, int]:
        return {service: self.head(service) for service in SERVICES}

    def _unsettled(self) -> list[str]:
        """Outboxes that hold something, and consumers that have not heard all."""
        heads = self._heads()
        found = []
        for service in SERVICES:
            database = self.database(service)
            live = f"projections_{Generations(database).pointer()['live']}"
            for name in self.counts(service):
                if database[name].find_one({"outbox.at": {"$exists": True}}):
                    found.append(f"{service}: outbox of {name}")
            for row in database["cursors"].find({"_id": {"$in": ["reactions", live]}}):
                for source, mark in row["marks"].items():
                    if mark["through"] < heads[source]:
                        found.append(f"{service}: {row['_id']} at {mark} of {source}")
        return found

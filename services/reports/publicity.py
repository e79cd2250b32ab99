"""Where publicity and bulletins are kept: coverage, model cases, 信息报送 and its score table."""

from contextlib import suppress
from typing import Any

from services.reports.model.bulletin import Bulletin
from services.reports.model.coverage import Coverage
from services.reports.model.model_case import ModelCase
from services.reports.model.scores import ScoreTable
from shared.errors import NotFound
from shared.service import Kit
from shared.storage.aggregates import Aggregates, Loaded
from shared.storage.ids import derived_id
from shared.storage.mongo import Index

OF_PUBLICITY = "publicity"  # what files are for: cuttings, photographs of model cases
OF_BULLETINS = "bulletin"  # photographs
SCORE_TABLE = derived_id("bst", "bulletins")

INDEXES = [
    Index(name, keys)
    for name in ("coverage", "model_cases", "bulletins")
    for keys in ([("state.site", 1), ("made", 1), ("_id", 1)], [("made", 1), ("_id", 1)])
]


class Publicity:
    """The aggregates of publicity and of 信息报送."""

    def __init__(self, kit: Kit) -> None:
        self.coverage = Aggregates(kit.database, "coverage", Coverage, kit.clock)
        self.model_cases = Aggregates(kit.database, "model_cases", ModelCase, kit.clock)
        self.bulletins = Aggregates(kit.database, "bulletins", Bulletin, kit.clock)
        self.score_tables = Aggregates(kit.database, "score_tables", ScoreTable, kit.clock)
        self.aggregates: list[Aggregates[Any]] = [
            *(self.coverage, self.model_cases),
            *(self.bulletins, self.score_tables),
        ]
        self._clock = kit.clock

    def score_table(self) -> Loaded[ScoreTable]:
        """With its version, 0 where none was set: then the usual one."""
        with suppress(NotFound):
            return self.score_tables.load(SCORE_TABLE)
        return Loaded(SCORE_TABLE, 0, self._clock.now(), ScoreTable(), [])

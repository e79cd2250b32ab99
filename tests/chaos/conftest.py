"""A system of its own, on parts that may be broken."""

from collections.abc import Iterator

import pytest

from tests.chaos.books import Books
from tests.parts import Parts, open_parts
from tests.system import System, seed


@pytest.fixture(scope="package")
def parts() -> Iterator[Parts]:
    """Not the ones that other tests use."""
    with open_parts() as parts:
        parts.need_breakable()
        yield parts


@pytest.fixture(scope="package")
def system(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Shared by all tests here; each leaves it whole."""
    system = System(parts, tmp_path_factory.mktemp("chaos"), check_seconds=2)
    try:
        system.start()
        seed(system)
        yield system
    finally:
        system.stop()


@pytest.fixture(scope="package")
def books(system: System) -> Books:
    """Everything that was ever accepted."""
    return Books(system)

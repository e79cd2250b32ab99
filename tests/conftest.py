"""The real parts, and one running system that the tests share."""

from collections.abc import Generator, Iterator

import pytest

from tests.parts import Parts, open_parts
from tests.system import System, seed


@pytest.fixture(scope="session")
def parts() -> Iterator[Parts]:
    """MongoDB and RabbitMQ. Without them: skipped on a laptop, failed in CI."""
    with open_parts() as parts:
        yield parts


@pytest.fixture(scope="session")
def system(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """All services as real processes, with a small reference; shared, so name things uniquely."""
    system = System(parts, tmp_path_factory.mktemp("system"))
    try:
        system.start()
        seed(system)
        yield system
    finally:
        system.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks through all that a run has left behind comes last."""
    items.sort(key=lambda item: item.path.name == "test_leaks.py")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows the end of its system's logs."""
    report = yield
    if report.failed:
        for each in getattr(item, "funcargs", {}).values():
            if isinstance(each, System):
                report.sections += [(f"log of {name}", text) for name, text in each.tails().items()]
    return report

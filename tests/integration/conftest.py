"""What the protocol's tests start from."""

from collections.abc import Iterator

import pytest

from tests.integration.rig import Rig
from tests.parts import Parts


@pytest.fixture
def rig(parts: Parts) -> Iterator[Rig]:
    """Wires what a test needs on the real parts, and clears it away."""
    rig = Rig(parts.mongo_url, parts.amqp_url)
    yield rig
    rig.close()

"""Envelopes: equally long, never alike, and closed to whoever lacks the key or changes them."""

import pytest

from services.events import sealing
from services.events.sealing import Unreadable

BALLOT, OTHER = bytes([0, 1, 0]), bytes([1, 0, 0])
PAIR = sealing.new_pair()


def test_what_is_sealed_is_read_with_the_rounds_key() -> None:
    assert sealing.unseal(PAIR, sealing.seal(PAIR.public, BALLOT, "one-1"), "one-1") == BALLOT


def test_equal_ballots_look_different_and_different_ones_are_equally_long() -> None:
    found = [sealing.seal(PAIR.public, each, "one-1") for each in (BALLOT, BALLOT, OTHER)]
    assert len(set(found)) == 3
    assert len({len(each) for each in found}) == 1
    assert not any(BALLOT in each for each in found)


@pytest.mark.parametrize("place", [0, 31, 32, -1])
def test_an_envelope_that_was_changed_is_unreadable(place: int) -> None:
    envelope = bytearray(sealing.seal(PAIR.public, BALLOT, "one-1"))
    envelope[place] ^= 1
    with pytest.raises(Unreadable):
        sealing.unseal(PAIR, bytes(envelope), "one-1")


def test_an_envelope_opens_only_in_its_own_round_and_with_its_own_key() -> None:
    envelope = sealing.seal(PAIR.public, BALLOT, "one-1")
    for pair, context in ((PAIR, "one-2"), (sealing.new_pair(), "one-1")):
        with pytest.raises(Unreadable):
            sealing.unseal(pair, envelope, context)
    for broken in (b"", envelope[:20], envelope[:40]):
        with pytest.raises(Unreadable):
            sealing.unseal(PAIR, broken, "one-1")

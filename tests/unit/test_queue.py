"""What may be done with a subscriber's queue, in which state."""

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from services.reports.model.queue import MOVES, QueueStatus, SubscribeQueue, SubscriberQueue
from services.reports.model.subscription import Subscribe
from services.reports.queues.administration import Administration, virtual_host_of
from services.reports.queues.passwords import hashed, new_password
from shared.errors import Conflict

NOW = datetime(2026, 10, 9, tzinfo=UTC)


def queue(status: QueueStatus = QueueStatus.ACTIVE) -> SubscriberQueue:
    return SubscriberQueue(
        client="office",
        name="reports.subscribers.x.que_one",
        types=[],
        sites=[],
        starts={},
        history={},
        length=10,
        password_hash="first",
        sealed_password="sealed",
        status=status,
    )


def move(of: SubscriberQueue, name: str) -> None:
    arguments = {"resume": ({"orders": 5}, NOW), "rotate": ("second", "sealed again", NOW)}
    getattr(of, name)(*arguments.get(name, ()))


AFTER = {"pause": QueueStatus.PAUSED, "resume": QueueStatus.ACTIVE, "end": QueueStatus.ENDED}


@pytest.mark.parametrize("name", ["pause", "resume", "rotate", "end"])
@pytest.mark.parametrize("status", QueueStatus)
def test_each_move_in_each_state(status: QueueStatus, name: str) -> None:
    one = queue(status)
    if name in MOVES[status]:
        move(one, name)
        assert one.status is AFTER.get(name, status)
        return
    with pytest.raises(Conflict) as refusal:
        move(one, name)
    assert refusal.value.extra == {"state": status, "allowed": list(MOVES[status])}


def test_a_password_is_shown_once_and_again_after_it_was_rotated() -> None:
    one = queue()
    assert one.show_password() == "sealed"
    with pytest.raises(Conflict):
        one.show_password()

    move(one, "rotate")

    assert (one.show_password(), one.password_hash) == ("sealed again", "second")


def test_an_ended_one_has_no_password_and_can_be_read_by_nobody() -> None:
    one = queue()
    move(one, "end")
    assert (one.sealed_password, one.readable) == (None, False)
    with pytest.raises(Conflict):
        one.show_password()


@pytest.mark.parametrize("status", QueueStatus)
def test_who_lost_a_right_can_read_it_no_more(status: QueueStatus) -> None:
    one = queue(status)

    one.disable("may not")

    assert not one.readable
    assert (one.status is QueueStatus.ENDED) == (status is QueueStatus.ENDED)


def test_what_is_resumed_is_history_until_it_has_caught_up() -> None:
    one = queue(QueueStatus.PAUSED)

    one.resume({"orders": 5}, NOW)

    assert (one.history, one.resumed_at) == ({"orders": 5}, NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"length": 9},
        {"length": 50_001},
        {"types": ["orders.order.placed"]},
        {"types": [f"shijian.orders.{'x' * 70}.v{number}" for number in range(30)]},
        {"sites": ["xp11"]},
        {"sites": [f"XP{number:04d}" for number in range(90)]},
        {"begin": "yesterday"},
        {"queue": "orders.reactions"},
    ],
)
def test_what_no_feed_could_be_asked_for_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SubscribeQueue.model_validate(wrong)


def test_webhooks_are_bounded_in_the_same_way() -> None:
    sites = [f"XP{number:04d}" for number in range(90)]
    with pytest.raises(ValidationError, match="at most 500 letters together"):
        Subscribe.model_validate({"url": "https://a.example/hook", "sites": sites})


def test_a_hash_is_of_salt_and_password_as_the_broker_checks_it() -> None:
    password = new_password()
    raw = base64.b64decode(hashed(password))
    assert raw[4:] == hashlib.sha256(raw[:4] + password.encode()).digest()
    assert hashed(password) != hashed(password)
    assert len(password) >= 32


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("amqp://u:p@h:1//", "/"),
        ("amqp://u:p@h:1/", "/"),
        ("amqp://u:p@h:1/%2F", "/"),
        ("amqp://u:p@h:1/shijian", "shijian"),
    ],
)
def test_the_virtual_host_is_the_one_that_the_services_use(url: str, host: str) -> None:
    assert virtual_host_of(url) == host


def test_a_user_may_read_the_queue_of_its_own_name_to_the_letter() -> None:
    user = Administration("http://a:b@h:1", "amqp://a:b@h:1//").wanted(
        "reports.subscribers.x.que_1", "hash"
    )
    assert user.permissions == (("/", "^$", "^$", r"^reports\.subscribers\.x\.que_1$"),)
    assert user.tags == ()

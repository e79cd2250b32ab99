"""Send a range of a service's event log to one queue again, over AMQP, with confirms."""

from shared.messaging.broker import Publisher
from shared.messaging.event_log import EventLog

PAGE = 500


def replay(log: EventLog, amqp_url: str, queue: str, after: int, through: int = 0) -> int:
    """Send what lies behind `after`, to `through` (0: the head), in order; how many.

    The queue must exist; other queues get nothing. Raises the broker's errors.
    """
    last = through or log.head()
    publisher = Publisher(amqp_url)
    count = 0
    try:
        while after < last:
            entries = [each for each in log.read(after, PAGE) if each.sequence <= last]
            if not entries:
                break
            publisher.send(entries, queue=queue)
            publisher.settle()
            after = entries[-1].sequence
            count += len(entries)
    finally:
        publisher.close()
    return count

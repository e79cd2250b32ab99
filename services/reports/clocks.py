"""What reports does as time passes: subscribers are told what is new."""

from services.reports.store import Store


def tell_subscribers(store: Store) -> None:
    """Begin a turn of each subscription; what is slow goes on beside the others."""
    store.deliveries.start_all()

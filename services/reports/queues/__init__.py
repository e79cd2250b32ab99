"""Queues of subscribers: made, kept and fed on the broker, each read by a user of its own."""

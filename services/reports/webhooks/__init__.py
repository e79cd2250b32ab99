"""Webhooks: subscribers' own systems are told of events, signed, in order, until they have them."""

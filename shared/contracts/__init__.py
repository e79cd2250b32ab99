"""The published language: events and words that services share."""

"""Plays a month of the sub-district through the public HTTP APIs, and counts its report again.

python -m deploy.demonstration

It knows nothing of the services but their addresses and three clients' keys: what it can do, a
department's system can do.
"""

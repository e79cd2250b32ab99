"""Measures the system against the floors of the machine it runs on: `python -m bench --help`."""

"""台账: a period's material of a site, and what is missing of it, as a ZIP."""

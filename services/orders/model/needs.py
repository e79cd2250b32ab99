"""What a post may need of who serves there, beside qualifications and trainings by their codes.

The volunteers service says the last word, when it reserves the time.
"""

ADULT = "adult"
INSURANCE = "insurance"
RISK_NOTICE = "risk-notice:"
"""Before the code of a notice (风险告知): `risk-notice:ladder`."""

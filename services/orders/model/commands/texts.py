"""Texts and references of what orders are asked for beside the menu."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from shared.contracts.texts import without_contact

PlainReport = Annotated[
    str,
    StringConstraints(min_length=1, max_length=4000, strip_whitespace=True),
    AfterValidator(without_contact),
]
"""A text that holds no telephone or identity number, as long as Open311 lets a report be."""

FileRef = Annotated[
    str,
    StringConstraints(
        pattern=r"^([a-z]{2,4}_[a-z0-9]{6,40}|https://[A-Za-z0-9.-]{1,100}(:[0-9]{1,5})?/[!-~]{0,400})$"
    ),
]
"""A photograph or scan by reference: the id of an attachment, or an https address."""

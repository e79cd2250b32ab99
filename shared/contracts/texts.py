"""Free text in records that many may read: it may hold no telephone or identity number."""

import re
from typing import Annotated

from pydantic import AfterValidator

from shared.contracts.base import OR_IN_CHINESE, Line, Note

_CONTACT = re.compile(
    r"(?<![0-9])(1[3-9][0-9]{9}|[1-9][0-9]{16}[0-9Xx]|0[0-9]{2,3}-?[0-9]{7,8})(?![0-9])"
)
"""Mobile numbers, identity numbers of citizens, and fixed lines with their area code."""
_SPACERS = re.compile(r"(?<=[0-9])[ \u00a0\u2009·-](?=[0-9])")


def without_contact(value: str) -> str:
    """The value as it is. Raises ValueError where it seems to hold such a number."""
    if _CONTACT.search(value) or _CONTACT.search(_SPACERS.sub("", value)):
        raise ValueError(
            "seems to hold a telephone or identity number; leave it out, this text is widely read"
            f"{OR_IN_CHINESE}似含电话号码或身份证号码;该文字可被多人查看,请删去"
        )
    return value


PlainLine = Annotated[Line, AfterValidator(without_contact)]
"""One line that holds no telephone or identity number."""

PlainNote = Annotated[Note, AfterValidator(without_contact)]
"""A short text that holds no telephone or identity number."""

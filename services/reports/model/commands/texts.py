"""What is written to be published, and where it can be read."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from shared.contracts.texts import without_contact

PlainArticle = Annotated[
    str,
    StringConstraints(min_length=1, max_length=20_000, strip_whitespace=True),
    AfterValidator(without_contact),
]
"""Some pages."""

Link = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[A-Za-z0-9.-]{1,200}(:[0-9]{1,5})?(/[!-~]{0,700})?$"),
]
"""Address of a page that anybody can look at."""

FileId = Annotated[str, Field(pattern=r"^fil_[a-z0-9]{6,40}$", description="Id of a file")]

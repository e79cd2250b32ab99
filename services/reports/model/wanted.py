"""Which events a subscriber wants, and from where on."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from shared.contracts.base import OR_IN_CHINESE, SiteCode

# What a feed takes in one address: `type` and `site`, by comma.
LETTERS_OF_TYPES = 2000
LETTERS_OF_SITES = 500

TypeName = Annotated[
    str, StringConstraints(pattern=r"^shijian\.[a-z.-]+\.v[0-9]+$", max_length=100)
]


def _fits(most: int) -> AfterValidator:
    def check(values: list[str]) -> list[str]:
        if len(",".join(values)) > most:
            raise ValueError(
                f"at most {most} letters together; make a second subscription{OR_IN_CHINESE}"
                f"合计最多 {most} 个字符,请另建订阅"
            )
        return values

    return AfterValidator(check)


Types = Annotated[
    list[TypeName], Field(max_length=100, description="Empty: all"), _fits(LETTERS_OF_TYPES)
]
Sites = Annotated[
    list[SiteCode], Field(max_length=200, description="Empty: all"), _fits(LETTERS_OF_SITES)
]
Begin = Annotated[
    Literal["now", "beginning", "snapshot"],
    Field(description="snapshot: with the figures of now (`…/snapshot`), and what comes after"),
]

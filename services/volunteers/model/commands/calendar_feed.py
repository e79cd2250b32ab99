"""What can be asked of a calendar feed (日历订阅)."""

from typing import Annotated, Self

from pydantic import AfterValidator, StringConstraints, model_validator

from shared.contracts.base import OR_IN_CHINESE, Command, Id

FEWEST_LETTERS = 12


def _random(value: str) -> str:
    if len(set(value)) < FEWEST_LETTERS:
        raise ValueError(
            f"should be made at random, of 256 bits{OR_IN_CHINESE}应为 256 位随机数的编码"
        )
    return value


FeedSecret = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43,64}$"), AfterValidator(_random)
]
"""256 random bits or more, in base64url without padding. It is the last part of the address."""


class OpenFeed(Command):
    """Of a volunteer or of a team. The client makes the secret, and shows the address to whom it
    is for; it is not kept here."""

    secret: FeedSecret
    volunteer: Id | None = None
    team: Id | None = None

    @model_validator(mode="after")
    def _of_one(self) -> Self:
        if (self.volunteer is None) == (self.team is None):
            raise ValueError(f"is of a volunteer or of a team{OR_IN_CHINESE}应为志愿者或队伍之一")
        return self


class RevokeFeed(Command):
    """The address shows nothing any more."""

"""What can be asked of honours (荣誉)."""

from shared.contracts.base import Command, Note
from shared.contracts.events import RevocationGround


class RevokeHonour(Command):
    """撤销. The reason is for the holder and the record, and is never published."""

    ground: RevocationGround
    reason: Note


class AppealRevocation(Command):
    """申诉."""

    statement: Note


class AnswerAppeal(Command):
    """The appeal is upheld, and the honour stands; or it is dismissed, and revoked for good."""

    upheld: bool
    answer: Note

"""Why a part can't be had."""


class PartFailed(RuntimeError):
    """A part did not start; says where its log is and how it ends."""


class PartMissing(RuntimeError):
    """A part's program is not installed; says what would bring it."""

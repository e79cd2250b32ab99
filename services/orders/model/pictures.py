"""The pictures of the states, as they stand in the service's page (Mermaid).

`python -m services.orders.model.pictures` prints them.
"""

from services.orders.model import (
    pairing,
    question,
    recipient,
    snapshot,
    standing_order,
    survey,
    visit,
    wish,
)
from services.orders.model.states import picture

PICTURES = {
    "wish": picture(wish.MOVES, "make", wish.BY_THEMSELVES),
    "question": picture(question.MOVES, "ask"),
    "snapshot": picture(snapshot.MOVES, "take", snapshot.BY_THEMSELVES),
    "survey": picture(survey.MOVES, "open", survey.BY_THEMSELVES),
    "recipient": picture(recipient.MOVES, "register", recipient.BY_THEMSELVES),
    "visit": picture(visit.MOVES, "record", starts=visit.STARTS),
    "pairing": picture(pairing.MOVES, "make", pairing.BY_THEMSELVES),
    "standing order": picture(standing_order.MOVES, "set", standing_order.BY_THEMSELVES),
}
"""By the name of the aggregate."""

if __name__ == "__main__":
    for name, text in PICTURES.items():
        print(f"## {name}\n\n```mermaid\n{text}\n```\n")

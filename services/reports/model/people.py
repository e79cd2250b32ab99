"""Two people where two are needed: who did a thing is a reference, `X-Person`, never a name."""

from shared.errors import Conflict, FieldProblem, Text, Unprocessable


def named(person: str) -> str:
    """Raises Unprocessable naming the header where nobody is named."""
    if not person:
        text = Text(
            "Say who does this: header X-Person, an opaque reference.",
            "请用请求头 X-Person 标明经办人(内部编号)。",
        )
        raise Unprocessable(text, FieldProblem(field="X-Person", text=text))
    return person


def another(person: str, first: str) -> str:
    """The person, who is not the first. Raises Conflict where both are the same."""
    if named(person) == first:
        raise Conflict(
            Text("Another person is to do this.", "须由另一人经办。"), extra={"allowed": []}
        )
    return person

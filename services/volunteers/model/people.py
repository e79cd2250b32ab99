"""Two people where two are needed: who did a thing is a reference, `X-Person`, never a name."""

from shared.errors import FieldProblem, Text, Unprocessable


def another_person(en: str, zh: str) -> Unprocessable:
    """The refusal of who may not do this."""
    text = Text(en, zh)
    return Unprocessable(text, FieldProblem(field="X-Person", text=text))


def require_person(person: str) -> str:
    """The reference of who acts; Unprocessable where the client sends none."""
    if not person:
        raise another_person(
            "Say who does this: header X-Person, an opaque reference.",
            "请用请求头 X-Person 标明经办人(内部编号)。",
        )
    return person

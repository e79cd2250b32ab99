"""What is wrong with a rubric before it is used: each problem names its line and what is right."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from services.reports.model.commands.rubric import FiguresLine, InspectionLine, RubricContent
from services.reports.model.formula import FormulaError, parse
from services.reports.model.formula.parsing import WORDS
from services.reports.model.measures import MEASURES
from shared.errors import FieldProblem, Text

WHOLE = 100  # percent


def problems(content: RubricContent) -> list[FieldProblem]:
    """All that is wrong; empty for one that can be adopted."""
    return [
        *_doubled("indicators", [each.code for each in content.indicators]),
        *_doubled("lines", [each.code for each in content.lines]),
        *_doubled("deductions", [each.code for each in content.deductions]),
        *_doubled("vetoes", [each.code for each in content.vetoes]),
        *_doubled("grades", [each.code for each in content.grades]),
        *_of_indicators(content),
        *_of_lines(content),
        *_of_weights(content),
        *_of_losses(content),
        *_of_grades(content),
        *_of_ties(content),
    ]


def exact(marks: float) -> Fraction:
    """Of a number that has two decimals, as people wrote it."""
    return Fraction(str(marks))


def _of_indicators(content: RubricContent) -> Iterator[FieldProblem]:
    known: list[str] = []
    for number, each in enumerate(content.indicators):
        field = f"indicators.{number}"
        if each.code in MEASURES or each.code in WORDS:
            yield _problem(
                f"{field}.code",
                f"{each.code} is a word of the language already; choose another name",
                f"{each.code} 已是公式语言中的名称,请另取名称",
            )
        later = {other.code for other in content.indicators[number:]}
        yield from _of_formula(f"{field}.formula", each.code, each.formula, known, later)
        known.append(each.code)


def _of_lines(content: RubricContent) -> Iterator[FieldProblem]:
    known = [each.code for each in content.indicators]
    for number, each in enumerate(content.lines):
        field = f"lines.{number}"
        match each:
            case FiguresLine():
                yield from _of_formula(f"{field}.formula", each.code, each.formula, known, set())
                yield from _no_more(f"{field}.unsayable", each.code, each.unsayable, each.full)
            case InspectionLine():
                yield from _no_more(f"{field}.missing", each.code, each.missing, each.full)


def _of_formula(
    field: str, code: str, formula: str, known: Sequence[str], later: set[str]
) -> Iterator[FieldProblem]:
    try:
        parse(formula, known)
    except FormulaError as error:
        en, zh = error.text
        try:
            parse(formula, [*known, *later])
        except FormulaError:
            pass
        else:
            en += ", or move the indicator above this one"
            zh += ",或将该指标移至本行之前"
        yield _problem(field, f"line {code}, {en}", f"“{code}”项,{zh}")


def _of_weights(content: RubricContent) -> Iterator[FieldProblem]:
    total = sum(exact(each.weight) for each in content.lines)
    if total != WHOLE:
        rest = WHOLE - total
        way = Text(*("add", "增加") if rest > 0 else ("take away", "减少"))
        weights = " + ".join(f"{each.weight:g}" for each in content.lines[:20])
        yield _problem(
            "lines",
            f"the weights add up to {float(total):g}, should be {WHOLE}: {way.en} "
            f"{float(abs(rest)):g} ({weights})",
            f"权重合计为 {float(total):g},应为 {WHOLE}:请{way.zh} {float(abs(rest)):g}({weights})",
        )


def _of_losses(content: RubricContent) -> Iterator[FieldProblem]:
    for number, each in enumerate(content.deductions):
        field = f"deductions.{number}.most"
        yield from _no_more(field, each.code, each.most, content.full_marks)
        if each.most < each.points:
            yield _problem(
                field,
                f"line {each.code}: should be at least {each.points:g}, the points of one time",
                f"“{each.code}”项:应不少于单次扣分 {each.points:g}",
            )
    for number, veto in enumerate(content.vetoes):
        if veto.caps_at >= content.full_marks:
            yield _problem(
                f"vetoes.{number}.caps_at",
                f"line {veto.code}: should be less than the full marks, {content.full_marks:g}",
                f"“{veto.code}”项:应低于满分 {content.full_marks:g}",
            )


def _of_grades(content: RubricContent) -> Iterator[FieldProblem]:
    least = [each.least for each in content.grades]
    if not least:
        return
    if least != sorted(set(least), reverse=True):
        yield _problem(
            "grades",
            "should go from the best to the lowest, each with its own least total",
            "应由高到低排列,各等次的最低分互不相同",
        )
    if min(least) != 0:
        yield _problem(
            f"grades.{len(least) - 1}.least",
            "the lowest grade should be from 0, so that every total has a grade",
            "最低等次应从 0 分起,使每个得分都有等次",
        )
    if max(least) > content.full_marks:
        yield from _no_more(
            "grades.0.least", content.grades[0].code, max(least), content.full_marks
        )


def _of_ties(content: RubricContent) -> Iterator[FieldProblem]:
    known = [each.code for each in content.lines]
    yield from _doubled("ties", content.ties)
    for number, code in enumerate(content.ties):
        if code not in known:
            yield _problem(
                f"ties.{number}",
                f"there is no line {code}; there are {', '.join(known[:20])}",
                f"没有“{code}”项;已有:{', '.join(known[:20])}",
            )


def _doubled(field: str, codes: Iterable[str]) -> Iterator[FieldProblem]:
    seen: dict[str, int] = {}
    for number, code in enumerate(codes):
        if code in seen:
            yield _problem(
                f"{field}.{number}",
                f"{code} is number {seen[code] + 1} already; give it another code",
                f"{code} 与第 {seen[code] + 1} 项重复,请改用其他编号",
            )
        seen.setdefault(code, number)


def _no_more(field: str, code: str, value: float, full: float) -> Iterator[FieldProblem]:
    if value > full:
        yield _problem(
            field,
            f"line {code}: should be at most {full:g}",
            f"“{code}”项:应不超过 {full:g}",
        )


def _problem(field: str, en: str, zh: str) -> FieldProblem:
    return FieldProblem(field=field, text=Text(en, zh))

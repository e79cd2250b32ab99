"""What the files of an assessment say: the ranking of all sites with what each line brought, or the
sheet (考核表) of one. All of it is stored in the assessment and its edition."""

from collections.abc import Iterator, Mapping, Sequence

from services.reports.files.cells import HIDDEN, Cell
from services.reports.files.content import Content, Row, Table
from services.reports.model.assessment import Assessment
from services.reports.model.commands.rubric import FiguresLine, RubricContent
from services.reports.model.formula.tree import Place, Reference
from services.reports.model.measure import Measure
from services.reports.model.measures import MEASURES, RESIDENTS
from services.reports.model.period import SHANGHAI, Period
from services.reports.model.scoring import LineState, SiteResult
from shared.contracts.vocabulary import LABELS, Mode, Theme
from shared.errors import Text

MARKS = Text("marks", "分")
_FACETS = {str(each): Text(*LABELS[each]) for each in (*Theme, *Mode)}
_PLACES = {
    Place.SITE: Text("", ""),
    Place.STREET: Text("all sites, ", "全部站点"),
    Place.PREVIOUS: Text("period before, ", "上一期"),
}
_STATES = {
    LineState.SCORED: Text("", ""),
    LineState.UNSAYABLE: Text("divides by zero", "除数为零"),
    LineState.NOT_INSPECTED: Text("not inspected", "未督查"),
}
_SIGNED = Text(
    "Responsible person (signature): ________  Assessors (signature): ________  Date: ________",
    "责任人(签字):________  考核人员(签字):________  日期:________",
)


def content_of_ranking(assessment: Assessment, of: RubricContent, language: int) -> Content:
    """All sites."""
    say = _Says(assessment, of, language)
    return say.content(
        Text("Ranking", "考核排名"),
        [
            ("sites", Text("Sites", "站点数"), len(assessment.results)),
            ("mean", Text("Mean total", "平均得分"), _mean(assessment.results)),
            *((f"grade.{c}", Text(t, t), n) for c, t, n in _grades(assessment.results, of)),
        ],
        [say.ranking(), *say.sections(assessment.results), *say.losses(assessment.results)],
    )


def content_of_sheet(
    assessment: Assessment, of: RubricContent, site: str, language: int, smallest: int
) -> Content:
    """One site. Small numbers of residents are hidden. Raises NotFound."""
    say = _Says(assessment, of, language)
    given, result = assessment.of(site)
    grade = next((each.title for each in of.grades if each.code == result.grade), "-")
    return say.content(
        Text(f"Sheet of {site} {given.title_en}", f"{site} {given.title} 考核表"),
        [
            ("total", Text("Total", "得分"), result.total),
            ("gross", Text("Sum of the lines", "各项合计"), result.gross),
            ("deducted", Text("Deducted", "扣分"), result.deducted),
            ("grade", Text("Grade", "等次"), grade),
            ("rank", Text("Rank", "排名"), f"{result.rank} / {len(assessment.results)}"),
        ],
        [
            say.lines(result),
            say.figures(given.figures, smallest),
            *say.losses([result]),
        ],
        _SIGNED,
    )


class _Says:
    def __init__(self, assessment: Assessment, of: RubricContent, language: int) -> None:
        self._assessment = assessment
        self._of = of
        self._language = language

    def __call__(self, text: Text) -> str:
        return text[self._language]

    def content(
        self,
        title: Text,
        totals: Sequence[tuple[str, Text, Cell]],
        tables: Sequence[Table],
        last: Text | None = None,
    ) -> Content:
        made = self._assessment
        period = self(Period(made.period).label)
        rows = [Row(name, self(label), (cell,)) for name, label, cell in totals]
        heads = (Text("Number", "编号"), Text("Line", "项目"), MARKS, Text("Source", "计分依据"))
        number, line, marks, source = map(self, heads)
        return Content(
            title=self._of.title,
            subtitle=f"{self(title)} {period}",
            state=self(Text("Published", "已公布")),
            totals=self._table(
                "totals",
                Text("Result", "考核结果"),
                Text("", "项目"),
                [("", Text("", "结果"))],
                rows,
            ),
            tables=tuple(table for table in tables if table.rows),
            notes=tuple(map(self, [*self._notes(), *([last] if last else [])])),
            dictionary=tuple(self._dictionary()),
            dictionary_heads=(number, line, marks, source),
            facts=tuple(self._facts()),
            at=made.published_at or made.computed_at,
        )

    # ---- tables ----

    def ranking(self) -> Table:
        columns = [
            ("rank", Text("Rank", "名次")),
            ("total", Text("Total", "得分")),
            ("gross", Text("Sum of the lines", "各项合计")),
            ("deducted", Text("Deducted", "扣分")),
            ("vetoes", Text("Vetoes", "一票否决")),
            ("grade", Text("Grade", "等次")),
        ]
        titles = {each.code: each.title for each in self._of.grades}
        rows = [
            self._site(each, each.rank, each.total, each.gross, each.deducted, len(each.vetoes))
            for each in self._assessment.results
        ]
        graded = [
            Row(row.key, row.label, (*row.cells, titles.get(each.grade or "", "-")))
            for row, each in zip(rows, self._assessment.results, strict=True)
        ]
        heading = Text("Site", "站点")
        return self._table("ranking", Text("Ranking", "排名"), heading, columns, graded, 1)

    def sections(self, results: Sequence[SiteResult]) -> Iterator[Table]:
        """A table of each section of the rubric: what its lines brought to each site."""
        names = list(dict.fromkeys(each.section for each in self._of.lines))
        for number, section in enumerate(names, 1):
            codes = [each for each in self._of.lines if each.section == section]
            yield self._table(
                f"section_{number}",
                Text(f"{number} {section}", f"{number} {section}"),
                Text("Site", "站点"),
                [(each.code, Text(each.title, each.title)) for each in codes],
                [self._points(result, [each.code for each in codes]) for result in results],
            )

    def lines(self, result: SiteResult) -> Table:
        columns = [
            ("score", Text("Score", "评分")),
            ("full", Text("Out of", "满分")),
            ("weight", Text("Weight, %", "权重(%)")),
            ("points", Text("Points", "得分")),
            ("state", Text("Remark", "备注")),
        ]
        rows = [
            Row(
                line.code,
                f"{line.code} {line.title}",
                (got.score, line.full, line.weight, got.points, self(_STATES[got.state])),
            )
            for line, got in zip(self._of.lines, result.lines, strict=True)
        ]
        heading = Text("Line", "考核项目")
        return self._table("lines", Text("Lines", "各项得分"), heading, columns, rows)

    def figures(self, figures: Mapping[str, int], smallest: int) -> Table:
        """The numbers that the formulas took."""

        def shown(key: str) -> Cell:
            small = 0 < figures[key] < smallest
            return HIDDEN if small and Reference.of_key(key).measure in RESIDENTS else figures[key]

        rows = [Row(key, self._named(Reference.of_key(key)), (shown(key),)) for key in figures]
        columns = [("number", Text("Number", "数值"))]
        heading = Text("Measure", "指标")
        return self._table("figures", Text("Figures", "数据依据"), heading, columns, rows)

    def losses(self, results: Sequence[SiteResult]) -> Iterator[Table]:
        """Deductions, and vetoes, each with the numbers of its records."""
        titles = {each.code: each.title for each in self._of.deductions}
        titles |= {each.code: each.title for each in self._of.vetoes}
        taken = [
            self._lost(each, of.code, titles, of.times, of.points, " ".join(of.findings))
            for each in results
            for of in each.deductions
        ]
        columns = [
            ("times", Text("Times", "次数")),
            ("points", Text("Points", "扣分")),
            ("findings", Text("Records", "记录编号")),
        ]
        heading = Text("Site and line", "站点与项目")
        yield self._table("deductions", Text("Deductions", "扣分项"), heading, columns, taken)
        failed = [
            self._lost(each, of.code, titles, of.caps_at, " ".join(of.findings))
            for each in results
            for of in each.vetoes
        ]
        columns = [
            ("caps_at", Text("Total at most", "得分上限")),
            ("findings", Text("Records", "记录编号")),
        ]
        yield self._table("vetoes", Text("Vetoes", "一票否决"), heading, columns, failed)

    def _table(
        self,
        name: str,
        title: Text,
        heading: Text,
        columns: Sequence[tuple[str, Text]],
        rows: Sequence[Row],
        charted: int | None = None,
    ) -> Table:
        return Table(
            name=name,
            title=self(title),
            heading=self(heading),
            columns=tuple(Measure(code, MARKS.zh, head, head) for code, head in columns),
            heads=tuple(self(head) for _, head in columns),
            rows=tuple(rows),
            charted=charted,
        )

    def _site(self, result: SiteResult, *cells: Cell) -> Row:
        given = self._assessment.inputs.sites[result.site]
        title = self(Text(given.title_en, given.title))
        return Row(result.site, f"{result.site} {title}", cells)

    def _points(self, result: SiteResult, codes: Sequence[str]) -> Row:
        points = {each.code: each.points for each in result.lines}
        return self._site(result, *(points[code] for code in codes))

    def _lost(self, result: SiteResult, code: str, titles: Mapping[str, str], *cells: Cell) -> Row:
        return Row(f"{result.site}:{code}", f"{result.site} {code} {titles[code]}", cells)

    # ---- words ----

    def _named(self, reference: Reference) -> str:
        measure = MEASURES.get(reference.measure)
        label = self(measure.label) if measure else reference.measure
        unit = f"({measure.unit})" if measure else ""
        facet = f" {self(_FACETS[reference.facet])}" if reference.facet else ""
        return f"{self(_PLACES[reference.place])}{label}{facet}{unit}"

    def _dictionary(self) -> Iterator[tuple[str, str, str, str]]:
        inspected = self(Text("by inspection", "督查评分"))
        for each in self._of.indicators:
            yield each.code, each.title, self(Text("indicator", "指标")), each.formula
        for line in self._of.lines:
            source = line.formula if isinstance(line, FiguresLine) else inspected
            full = Text(f"out of {line.full:g}", f"满分 {line.full:g}")
            yield line.code, line.title, self(full), source
        for loss in self._of.deductions:
            most = Text(f"each time, at most {loss.most:g}", f"每次,最多 {loss.most:g}")
            yield loss.code, loss.title, f"-{loss.points:g}", self(most)
        for veto in self._of.vetoes:
            capped = Text(f"total at most {veto.caps_at:g}", f"得分不超过 {veto.caps_at:g}")
            yield veto.code, veto.title, self(Text("veto", "一票否决")), self(capped)

    def _notes(self) -> Iterator[Text]:
        made = self._assessment
        places = ", ".join(f"{source} {place}" for source, place in made.inputs.as_of.items())
        at = made.published_at or made.computed_at
        moment = at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        yield Text(
            f"Assessment {made.id}, published {moment}, under edition {made.edition} of rubric "
            f"{made.rubric}.",
            f"考核编号 {made.id},公布于 {moment},依据考核细则 {made.rubric} 第 {made.edition} 版。",
        )
        yield Text(f"As of events: {places}.", f"截至事件序号:{places}。")
        yield Text(f"Checksum: {made.checksum}.", f"数据校验码:{made.checksum}。")
        if made.supersedes:
            yield Text(f"Supersedes {made.supersedes}.", f"取代考核 {made.supersedes}。")
        yield Text("Equal totals share a rank.", "得分相同的并列名次。")

    def _facts(self) -> Iterator[tuple[str, str]]:
        made = self._assessment
        yield "assessment", made.id
        yield "rubric", made.rubric
        yield "edition", str(made.edition)
        yield "period", made.period
        yield "checksum", made.checksum
        yield "supersedes", made.supersedes or ""
        for source, place in made.inputs.as_of.items():
            yield f"as_of.{source}", str(place)


def _mean(results: Sequence[SiteResult]) -> float:
    return round(sum(each.total for each in results) / max(1, len(results)), 2)


def _grades(results: Sequence[SiteResult], of: RubricContent) -> Iterator[tuple[str, str, int]]:
    """Code and title of each grade, and how many sites have it."""
    for each in of.grades:
        yield each.code, each.title, sum(one.grade == each.code for one in results)

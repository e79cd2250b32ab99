"""The data dictionary of what reports itself keeps: publicity, 信息报送, construction."""

from services.reports.model.measure import CASES, POINTS, TIMES, measure

OWN = (
    measure(
        "coverage", CASES, "Media coverage", "媒体报道",
        "Reports by the media, by the day of publication", "媒体报道件数,按刊播日期计",
    ),
    measure(
        "model_cases", CASES, "Model cases", "先进典型",
        "Model cases that were published", "已发布的先进典型",
    ),
    measure(
        "bulletins_sent", CASES, "Bulletins sent", "报送信息",
        "Bulletins sent upward for the first time: each once", "首次报送的信息,每件只计一次",
    ),
    measure(
        "bulletin_sendings", TIMES, "Times bulletins were sent", "报送次数",
        "A bulletin that goes to two levels counts twice", "同一信息报送两级的,计两次",
    ),
    measure(
        "bulletin_uses", TIMES, "Uses of bulletins", "信息采用",
        "Times a level used a bulletin, by the day of use", "各级采用次数,按采用日期计",
    ),
    measure(
        "bulletin_points", POINTS, "Points of bulletins", "信息报送得分",
        "Points of the uses, by the score table of the day they were recorded",
        "采用得分合计,按登记时的计分标准",
    ),
    measure(
        "milestones_reached", TIMES, "Milestones reached", "完成节点",
        "Milestones of construction reached, by that day; one that is opened again counts again",
        "建设节点完成次数,按完成日期计;重开后再次完成的,再计一次",
    ),
    measure(
        "milestones_late", TIMES, "Of them late", "其中逾期完成",
        "Milestones reached after their day", "晚于应完成日期完成的节点",
    ),
    measure(
        "milestones_reopened", TIMES, "Milestones opened again", "重开节点",
        "Milestones that were not reached after all", "完成后被重开的节点",
    ),
    measure(
        "milestones_overdue", TIMES, "Milestones overdue", "逾期节点",
        "Milestones that were not reached by their day", "到期未完成的节点,按应完成日期计",
    ),
    measure(
        "acceptances_passed", TIMES, "Acceptances passed", "验收通过",
        "Sites that a level has accepted", "通过一级验收的站点次数",
    ),
    measure(
        "acceptances_sent_back", TIMES, "Acceptances sent back", "验收退回",
        "Applications that were sent back", "被退回整改的验收申请",
    ),
)  # fmt: skip

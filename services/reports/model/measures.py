"""The data dictionary: every number that reports gives, with its unit and what it means.

件 cases, 场次 sessions, 人次 attendances and 人数 people are units of their own: numbers of
different units are never added.
"""

from collections.abc import Mapping

from services.reports.model.measure import (
    ATTENDANCES,
    CASES,
    COPIES,
    MINUTES,
    PEOPLE,
    SESSIONS,
    STARS,
    TIMES,
    Measure,
    measure,
)
from services.reports.model.own_measures import OWN
from shared.errors import Text

_STAGES = {
    "vet": Text("vetting", "审单"),
    "dispatch": Text("dispatch", "派单"),
    "accept": Text("acceptance", "接单"),
    "serve": Text("service", "服务"),
    "complete": Text("completion", "办结"),
    "rate": Text("rating", "评单"),
}

_ALL = (
    measure(
        "orders_placed", CASES, "Orders placed", "点单",
        "Orders placed in the period", "期间内新点的服务订单",
    ),
    measure(
        "orders_on_behalf", CASES, "Placed on behalf", "代点单",
        "Of the orders placed, those placed on behalf of a resident", "其中由他人代为点单的",
    ),
    measure(
        "orders_rejected", CASES, "Rejected", "审单未通过",
        "Orders refused when vetted", "审单时未通过的订单",
    ),
    measure(
        "orders_cancelled", CASES, "Cancelled", "取消",
        "Orders cancelled before they were served", "服务前取消的订单",
    ),
    measure(
        "acceptances", TIMES, "Acceptances", "接单",
        "Times a volunteer accepted an order", "志愿者接单次数",
    ),
    measure(
        "acceptances_released", TIMES, "Acceptances released", "接单后释放",
        "Acceptances that did not hold", "接单后未成立或退回的次数",
    ),
    measure(
        "orders_accepted", CASES, "Orders accepted", "已接单",
        "Orders accepted for the first time in the period", "期间内首次有人接单的订单",
    ),
    measure(
        "accept_minutes", MINUTES, "Minutes to accept", "接单用时合计",
        "From placing to the first acceptance, over orders_accepted",
        "自点单至首次接单,按“已接单”合计",
    ),
    measure(
        "orders_completed", CASES, "Completed", "办结",
        "Times an order was served and completed; one reopened by a bad rating counts again",
        "服务完成并办结;差评重办后再次办结的,再计一次",
    ),
    measure(
        "orders_served", CASES, "Orders served", "首次办结",
        "Orders completed for the first time: each order once", "首次办结的订单,每件只计一次",
    ),
    measure(
        "serve_minutes", MINUTES, "Minutes to serve", "办结用时合计",
        "From placing to the first completion, over orders_served",
        "自点单至首次办结,按“首次办结”合计",
    ),
    measure("ratings", TIMES, "Ratings", "评单", "Ratings given", "评单次数"),
    measure(
        "ratings_automatic", TIMES, "Automatic ratings", "自动评单",
        "Of the ratings, those given by time because nobody rated",
        "其中逾期未评、由系统自动评价的",
    ),
    measure("stars", STARS, "Stars", "星级合计", "Sum of the ratings' stars", "评单星级之和"),
    *(
        measure(
            f"ratings_{stars}", TIMES, f"Ratings of {stars}", f"{stars} 星评价",
            f"Ratings of {stars} of five stars", f"五星制中评 {stars} 星的次数",
        )
        for stars in range(1, 6)
    ),
    measure(
        "orders_reopened", CASES, "Reopened", "差评重办",
        "Orders reopened by a bad rating", "因差评重新办理的订单",
    ),
    measure(
        "orders_closed", CASES, "Closed", "闭环",
        "Orders whose loop was closed", "完成闭环的订单",
    ),
    measure(
        "stages_overdue", TIMES, "Stages overdue", "环节超时",
        "Times a stage of an order took longer than it may", "订单环节超过时限的次数",
    ),
    *(
        measure(
            f"overdue_{stage}", TIMES, f"Overdue: {text.en}", f"{text.zh}超时",
            f"Of the stages overdue, those of {text.en}", f"其中{text.zh}环节超时的次数",
        )
        for stage, text in _STAGES.items()
    ),
    measure(
        "service_entries", ATTENDANCES, "Times served", "志愿服务",
        "Entries of service credited to volunteers, by day of service",
        "已入账的志愿服务人次,按服务日期计",
    ),
    measure(
        "service_minutes", MINUTES, "Minutes served", "服务时长",
        "Minutes really served and credited, by day of service",
        "实际服务并已入账的分钟数,按服务日期计",
    ),
    measure(
        "volunteers", PEOPLE, "Volunteers", "参与志愿者",
        "Distinct volunteers who served; each once in a period",
        "参加服务的志愿者人数,同一期间内每人只计一次",
    ),
    measure(
        "activities_announced", SESSIONS, "Activities announced", "发布活动",
        "Activities announced", "发布的活动",
    ),
    measure(
        "activities_cancelled", SESSIONS, "Activities cancelled", "取消活动",
        "Activities cancelled", "取消的活动",
    ),
    measure(
        "activities_supported", TIMES, "Activities supported", "协办活动",
        "Times a department accepted to co-organise an activity", "部门接受协办活动的次数",
    ),
    measure(
        "sessions_held", SESSIONS, "Sessions held", "举办活动",
        "Sessions held, by their day", "举办的活动场次,按举办日期计",
    ),
    measure(
        "registrations", ATTENDANCES, "Registrations", "报名",
        "Seats given for activities", "活动报名成功的人次",
    ),
    measure(
        "registrations_waitlisted", ATTENDANCES, "Waitlisted", "候补",
        "Registrations that found no seat free", "名额已满转为候补的人次",
    ),
    measure(
        "registrations_cancelled", ATTENDANCES, "Registrations cancelled", "取消报名",
        "Seats or places in the waiting list given back", "取消报名或候补的人次",
    ),
    measure(
        "attendances", ATTENDANCES, "Attendances", "参加活动",
        "Times a resident came to a session, by its day", "居民到场参加活动的人次,按举办日期计",
    ),
    measure(
        "wishes_made", CASES, "Wishes made", "征集微心愿",
        "Wishes off the menu", "居民提出的微心愿",
    ),
    measure(
        "wishes_claimed", TIMES, "Wishes claimed", "认领微心愿",
        "Times a wish was claimed", "微心愿被认领的次数",
    ),
    measure(
        "wishes_granted", CASES, "Wishes granted", "圆梦微心愿",
        "Wishes that have come true", "已实现的微心愿",
    ),
    measure(
        "wishes_lapsed", CASES, "Wishes lapsed", "逾期微心愿",
        "Wishes that nobody claimed in time", "逾期无人认领的微心愿",
    ),
    measure(
        "questions_asked", CASES, "Questions asked", "政策咨询",
        "Policy questions asked", "居民提出的政策咨询",
    ),
    measure(
        "questions_answered", CASES, "Questions answered", "咨询答复",
        "Policy questions answered", "已答复的政策咨询",
    ),
    measure(
        "answer_minutes", MINUTES, "Minutes to answer", "答复用时合计",
        "From asking to the answer, over questions_answered", "自提出至答复,按“咨询答复”合计",
    ),
    measure(
        "questions_overdue", TIMES, "Questions overdue", "咨询超时",
        "Times a question was not answered in time", "政策咨询未按时答复的次数",
    ),
    measure(
        "snapshots_taken", CASES, "Snapshots", "随手拍",
        "Snapshots of what should be mended", "居民随手拍反映的问题",
    ),
    measure(
        "snapshots_mended", CASES, "Snapshots mended", "随手拍办结",
        "Snapshots whose order is closed", "已解决的随手拍问题",
    ),
    measure(
        "snapshots_refused", CASES, "Snapshots refused", "随手拍未受理",
        "Snapshots of which nothing will be done", "未受理的随手拍问题",
    ),
    measure(
        "survey_voices", TIMES, "Voices in surveys", "需求征集",
        "Voices in surveys of needs", "需求征集中收到的意见数",
    ),
    measure(
        "volunteers_registered", PEOPLE, "Volunteers registered", "注册志愿者",
        "Volunteers registered", "新注册的志愿者",
    ),
    measure(
        "volunteers_verified", PEOPLE, "Volunteers verified", "实名认证",
        "Volunteers verified by name", "通过实名认证的志愿者",
    ),
    measure(
        "teams_formed", CASES, "Teams formed", "新建服务队",
        "Volunteer teams formed", "新成立的志愿服务队",
    ),
    measure(
        "shifts_planned", CASES, "Shifts planned", "排班",
        "Shifts planned, by their day", "排定的班次,按值班日期计",
    ),
    measure(
        "shifts_cancelled", CASES, "Shifts cancelled", "取消班次",
        "Shifts cancelled, by their day", "取消的班次,按值班日期计",
    ),
    measure(
        "shifts_missed", ATTENDANCES, "Shifts missed", "缺勤",
        "Times a volunteer did not come to a shift", "志愿者缺勤的人次",
    ),
    measure(
        "service_corrections", TIMES, "Corrections of hours", "时长更正",
        "Credited entries corrected, by day of service", "已入账时长的更正次数,按服务日期计",
    ),
    measure(
        "stars_awarded", PEOPLE, "Stars awarded", "星级认定",
        "Times a volunteer reached a star", "志愿者达到星级的人次",
    ),
    measure(
        "sessions_cancelled", SESSIONS, "Sessions cancelled", "取消场次",
        "Single sessions cancelled, by their day", "单独取消的活动场次,按原定日期计",
    ),
    measure(
        "materials_handed_out", COPIES, "Materials handed out", "发放资料",
        "Copies of materials handed out", "发放的宣传资料份数",
    ),
    measure(
        "visits_made", TIMES, "Visits", "走访",
        "Visits to recipients, by their day", "走访重点服务对象的次数,按走访日期计",
    ),
    measure(
        "pairings_made", CASES, "Pairings", "结对",
        "Pairings made", "新建立的结对",
    ),
    measure(
        "certificates_issued", CASES, "Certificates issued", "开具证明",
        "Certificates of service issued", "开具的志愿服务记录证明",
    ),
    measure(
        "trainings", ATTENDANCES, "Trainings", "志愿者培训",
        "Trainings recorded of volunteers", "记录的志愿者培训人次",
    ),
    measure(
        "campaigns_opened", CASES, "Campaigns opened", "启动推选",
        "Campaigns opened", "启动的推选活动",
    ),
    measure(
        "campaigns_decided", CASES, "Campaigns decided", "完成推选",
        "Campaigns decided", "完成的推选活动",
    ),
    measure(
        "nominations", CASES, "Nominations", "推荐",
        "Nominations submitted", "收到的推荐",
    ),
    measure(
        "votes", TIMES, "Votes", "投票",
        "Ballots of the rounds that were counted", "已计票轮次的票数",
    ),
    measure(
        "honours_awarded", CASES, "Honours awarded", "授予荣誉",
        "Honours awarded", "授予的荣誉",
    ),
    measure(
        "honours_revoked", CASES, "Honours revoked", "撤销荣誉",
        "Honours revoked", "撤销的荣誉",
    ),
    measure(
        "honours_restored", CASES, "Honours restored", "恢复荣誉",
        "Honours restored on appeal", "经申诉恢复的荣誉",
    ),
    measure(
        "drives_opened", CASES, "Drives opened", "专项行动",
        "Drives opened", "启动的专项行动",
    ),
    measure(
        "drive_cases_found", CASES, "Cases found by drives", "专项行动发现问题",
        "Cases found by drives", "专项行动发现的问题",
    ),
    measure(
        "drive_cases_mended", CASES, "Cases mended by drives", "专项行动整改问题",
        "Cases put right by drives", "专项行动整改的问题",
    ),
    measure(
        "drive_helpers", ATTENDANCES, "Helpers of drives", "参与专项行动",
        "Times somebody took part in a drive", "参与专项行动的人次",
    ),
    measure(
        "programme_sessions", SESSIONS, "Sessions of programmes", "培训课次",
        "Sessions of programmes held, by their day", "举办的培训课次,按上课日期计",
    ),
    measure(
        "programme_attendances", ATTENDANCES, "Attendances of programmes", "培训参加",
        "Times a resident came to a programme, by its day", "居民参加培训的人次,按上课日期计",
    ),
    measure(
        "programme_completions", CASES, "Programmes completed", "培训结业",
        "Enrolments that were completed", "完成结业的培训报名",
    ),
    *OWN,
    measure(
        "people", PEOPLE, "People reached", "惠及群众",
        "Distinct residents served, answered or come; each once in a period",
        "接受服务、获得答复或到场参加的居民人数,同一期间内每人只计一次",
    ),
)  # fmt: skip

MEASURES: Mapping[str, Measure] = {each.name: each for each in _ALL}


def rates(totals: Mapping[str, int]) -> dict[str, float]:
    """What follows from the sums; without those that would divide by nothing."""
    found = {"service_hours": round(totals.get("service_minutes", 0) / 60, 1)}
    for name, sum, count in (
        ("mean_stars", "stars", "ratings"),
        ("mean_hours_to_accept", "accept_minutes", "orders_accepted"),
        ("mean_hours_to_serve", "serve_minutes", "orders_served"),
    ):
        if totals.get(count):
            unit = 60 if sum.endswith("minutes") else 1
            found[name] = round(totals.get(sum, 0) / totals[count] / unit, 2)
    return found


RATES: Mapping[str, Measure] = {
    each.name: each
    for each in (
        measure(
            "service_hours", "小时", "Hours served", "服务时长",
            "service_minutes in hours", "“服务时长”以小时计",
        ),
        measure(
            "mean_stars", STARS, "Average rating", "平均星级",
            "stars by ratings", "星级合计除以评单次数",
        ),
        measure(
            "mean_hours_to_accept", "小时", "Average time to accept", "平均接单用时",
            "accept_minutes by orders_accepted, in hours", "接单用时合计除以已接单,以小时计",
        ),
        measure(
            "mean_hours_to_serve", "小时", "Average time to serve", "平均办结用时",
            "serve_minutes by orders_served, in hours", "办结用时合计除以首次办结,以小时计",
        ),
    )
}  # fmt: skip
"""What `rates` gives."""

RESIDENTS = frozenset(
    {
        *("people", "attendances", "programme_attendances"),
        *("registrations", "registrations_waitlisted", "registrations_cancelled"),
    }
)
"""Numbers of residents, which are hidden where they are small. Numbers of volunteers are not."""

BY_DEPARTMENT = frozenset(
    {
        *("orders_placed", "orders_on_behalf", "orders_rejected", "orders_cancelled"),
        *("acceptances", "acceptances_released", "orders_accepted", "accept_minutes"),
        *("orders_completed", "orders_served", "serve_minutes", "orders_reopened"),
        *("ratings", "ratings_automatic", "stars", *(f"ratings_{stars}" for stars in range(1, 6))),
        *("orders_closed", "stages_overdue", *(f"overdue_{stage}" for stage in _STAGES)),
        *("activities_announced", "activities_cancelled", "activities_supported"),
        *("sessions_cancelled", "sessions_held", "attendances"),
        *("registrations", "registrations_waitlisted", "registrations_cancelled"),
        *("wishes_claimed", "wishes_granted", "pairings_made"),
        *("questions_answered", "answer_minutes", "questions_overdue", "people"),
        *("service_entries", "service_minutes", "service_corrections", "volunteers"),
    }
)
"""Numbers that can be told of one department: of what it handles, hosts, answers or grants; hours
are those of the orders that it handles."""

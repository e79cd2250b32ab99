"""What the pages say, in both languages."""

from collections.abc import Mapping

from services.reports.model import measure as units
from shared.errors import Text

WORDS: Mapping[str, Text] = {
    "title": Text("New Era Civilization Practice", "新时代文明实践"),
    "street": Text("The sub-district", "街道总览"),
    "everywhere": Text("The whole sub-district", "全街道"),
    "wall": Text("For a wall", "大屏模式"),
    "no-wall": Text("The whole page", "完整页面"),
    "today": Text("Today", "今日"),
    "month": Text("This month", "本月"),
    "before": Text("against the same days of last month", "较上月同期"),
    "stations": Text("Stations", "站点一览"),
    "trend": Text("Orders, last 30 days", "近30天点单与办结"),
    "visits": Text("Attendances, last 30 days", "近30天活动参加人次"),
    "months": Text("Hours served, last 12 months", "近12个月服务时长"),
    "themes": Text("By theme", "按主题（五传）"),
    "modes": Text("By mode", "按方式（讲选助办育联）"),
    "risks": Text("Deadlines", "时限预警"),
    "ranking": Text("Ranking of stations", "站点排名"),
    "lens": Text("Compare by", "比较指标"),
    "evidence": Text("Evidence", "佐证"),
    "none": Text("Nothing yet", "暂无数据"),
    "on-time": Text("Nothing is late.", "没有临期或超时的订单。"),
    "more": Text("More", "更多"),
    "all": Text("All as CSV", "全部导出 CSV"),
    "back": Text("Back to the board", "返回看板"),
    "table": Text("Table", "数据表"),
    "print": Text("Print", "打印"),
    "sign-in": Text("Sign in", "登录"),
    "sign-out": Text("Sign out", "退出"),
    "by-account": Text("Sign in with your account", "使用统一身份账号登录"),
    "or": Text("or", "或"),
    "key": Text("Key of the client", "客户端密钥"),
    "key-hint": Text(
        "The key that the operator gave to your department or station; it begins with sj_.",
        "由系统管理员发给本部门或站点的密钥，以 sj_ 开头。",
    ),
    "unknown-key": Text(
        "This key is not known, or may not read reports.", "密钥无效，或无报表权限。"
    ),
    "not-signed-in": Text(
        "Signing in did not succeed. Please begin again.", "登录未完成，请重新登录。"
    ),
    "no-right": Text(
        "Your account may not read reports here. Ask the operator.",
        "您的账号没有查看报表的权限，请联系系统管理员。",
    ),
    "not-reached": Text(
        "The sign-in provider can't be reached at the moment.", "统一身份服务暂不可用，请稍后再试。"
    ),
    "updated": Text("As of", "数据截至"),
    "stale": Text("Not live at the moment; trying again", "实时更新中断，正在重试"),
    "live": Text("Live", "实时"),
    "skip": Text("To the content", "跳到正文"),
    "other": Text("中文", "English"),
    "tools": Text("Language and session", "语言与会话"),
    "stage": Text("Stage", "环节"),
    "waiting": Text("Waiting", "待办"),
    "soon": Text("Due soon", "临期"),
    "overdue": Text("Overdue", "超时"),
    "since": Text("Since", "起始"),
    "due": Text("Due", "时限"),
    "order": Text("Order", "订单"),
    "site": Text("Site", "站点"),
    "rank": Text("Rank", "名次"),
    "day": Text("Day", "日期"),
    "month-head": Text("Month", "月份"),
    "theme": Text("Theme", "主题"),
    "mode": Text("Mode", "方式"),
    "event": Text("Event", "事件"),
    "about": Text("About", "对象"),
    "number": Text("Number", "数值"),
    "place": Text("Place in the feed", "事件序号"),
    "total": Text("In all", "合计"),
    "hours": Text("hours", "小时"),
    "vet": Text("Vetting", "审单"),
    "accept": Text("Acceptance", "接单"),
    "serve": Text("Service", "服务"),
    "rate": Text("Rating", "评单"),
}

UNITS: Mapping[str, Text] = {
    units.CASES: Text("cases", "件"),
    units.SESSIONS: Text("sessions", "场次"),
    units.ATTENDANCES: Text("attendances", "人次"),
    units.PEOPLE: Text("people", "人"),
    units.TIMES: Text("times", "次"),
    units.MINUTES: Text("minutes", "分钟"),
    units.STARS: Text("stars", "星"),
    units.COPIES: Text("copies", "份"),
    units.POINTS: Text("points", "分"),
}
"""Of the data dictionary's units."""

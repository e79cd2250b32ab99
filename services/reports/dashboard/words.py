"""What the pages say, in both languages."""

from shared.errors import Text

WORDS: dict[str, Text] = {
    "title": Text("New Era Civilization Practice", "新时代文明实践"),
    "street": Text("The sub-district", "街道总览"),
    "today": Text("Today", "今日"),
    "month": Text("This month", "本月"),
    "stations": Text("Stations", "站点"),
    "trend": Text("Orders placed, last 30 days", "近30天点单"),
    "themes": Text("By theme, this month", "本月按主题(五传)"),
    "modes": Text("By mode, this month", "本月按方式(讲选助办育联)"),
    "risks": Text("Deadlines at risk", "时限预警"),
    "ranking": Text("Ranking by minutes served, this month", "本月服务时长排名"),
    "evidence": Text("Evidence", "佐证"),
    "none": Text("Nothing yet", "暂无数据"),
    "more": Text("More", "更多"),
    "sign-in": Text("Sign in", "登录"),
    "sign-out": Text("Sign out", "退出"),
    "key": Text("Key of the client", "客户端密钥"),
    "unknown-key": Text(
        "This key is not known, or may not read reports.", "密钥无效,或无报表权限。"
    ),
    "updated": Text("Updated", "更新于"),
    "skip": Text("To the content", "跳到正文"),
    "other": Text("中文", "English"),
    "stage": Text("Stage", "环节"),
    "waiting": Text("Waiting", "待办"),
    "overdue": Text("Overdue", "超时"),
    "since": Text("Since", "起始时间"),
    "order": Text("Order", "订单"),
    "site": Text("Site", "站点"),
    "day": Text("Day", "日期"),
    "event": Text("Event", "事件"),
    "about": Text("About", "对象"),
    "number": Text("Number", "数值"),
    "place": Text("Place in the feed", "事件序号"),
    "vet": Text("vetting", "审单"),
    "accept": Text("acceptance", "接单"),
    "serve": Text("service", "服务"),
    "rate": Text("rating", "评单"),
}

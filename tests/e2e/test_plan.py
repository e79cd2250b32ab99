"""The year's plan: one command drafts it for each site; what is held shows against it."""

from services.events.store import plan_id
from tests.system import System, announce_activity, open_site
from tests.told_upward import today_of

YEAR = 2027


def test_one_command_drafts_a_plan_for_each_site_and_facts_show_against_it(system: System) -> None:
    sites = [open_site(system), open_site(system)]
    series = {
        "code": "plan-zhongqiu",
        "title": "我们的节日·中秋",
        "title_en": "Mid-Autumn",
        "theme": "culture",
        "festival": "mid-autumn",
    }
    system.post("events", "/v1/series", series)
    body = {"year": YEAR, "sites": sites}
    first = system.post("events", "/v1/plans/drafts", body, key="drafts-1")
    again = system.post("events", "/v1/plans/drafts", body, key="drafts-1")
    assert first.data == again.data
    system.settle()

    plans = [system.read("events", f"/v1/plans/{plan_id(site, YEAR)}") for site in sites]
    assert {each["entries"]["plan-zhongqiu"]["day"] for each in plans} == {"2027-09-15"}
    plan = plans[0]["id"]
    path = f"/v1/plans/{plan}"
    new = {"title": "讲座", "day": "2027-03-01", "theme": "theory", "modes": ["lecture"]}
    clash = [new | {"starts": "09:00", "room": "hall"}, new | {"starts": "10:00", "room": "hall"}]
    system.post("events", f"{path}/adjust", {"put": dict(zip("ab", clash, strict=True))})
    system.post("events", f"{path}/confirm")
    shown = system.read("events", f"/v1/plans/clashes?year={YEAR}")["items"]
    assert [each["entries"] for each in shown if each["of"] == f"{sites[0]}/hall"] == [
        [[sites[0], "a"], [sites[0], "b"]]
    ]

    held = announce_activity(system, sites[0], plan=plan, entry="a")
    off = announce_activity(system, sites[0], plan=plan, entry="b")
    system.post("events", f"/v1/activities/{off}/cancel", {"reason": "雨"})
    system.move_clock_to(system.read("events", f"/v1/activities/{held}")["starts_at"])
    system.post("events", f"/v1/activities/{held}/hold")
    system.settle()

    rows = system.read("events", f"{path}/progress")["entries"]
    found = {each["entry"]: each["progress"] for each in rows}
    days = {code: each["day"] for code, each in system.read("events", path)["entries"].items()}
    today = today_of(system)
    late = {code: "overdue" if day < today else "planned" for code, day in days.items()}
    assert found == late | {"a": "held", "b": "cancelled"}

    # Drafting again leaves what the site has made of it.
    system.post("events", "/v1/plans/drafts", {"year": YEAR, "sites": sites})
    system.settle()
    assert system.read("events", path)["status"] == "confirmed"

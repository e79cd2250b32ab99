"""The dashboard as people see it: on a wall, at a desk, on a telephone, on paper."""

import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.programs.conftest import program
from tests.programs.visitor import SMALL_TELEPHONE, TELEPHONE, WALL, Visit, Visitor, visits
from tests.system import System, place_order

pytestmark = pytest.mark.timeout(600)  # the month is played first

ENGLISH = "en-GB"
SITE = "XP04"


@pytest.fixture
def visit(chromium: Browser, system: System) -> Visit:
    return visits(chromium, system)


def test_a_leader_sees_the_street_at_a_glance(
    visit: Visit, system: System, artefacts: Path
) -> None:
    with visit(WALL) as wall:
        wall.sign_in()
        figures = system.read("reports", f"/v1/figures?month={system.now():%Y-%m}")["totals"]
        for measure in ("orders_placed", "orders_completed", "attendances", "people"):
            assert wall.number(measure) == f"{figures[measure]:,}"
        assert figures["orders_placed"] > 100
        expect(wall.page.locator(".tile")).to_have_count(17)
        assert wall.page.locator(".drawing svg").count() == 7
        wall.page.screenshot(path=artefacts / "dashboard-desk-zh.png", full_page=True)

        wall.page.get_by_role("link", name="大屏模式").click()
        wall.drawn()
        assert wall.page.evaluate("document.documentElement.scrollHeight") == WALL[1]
        wall.page.screenshot(path=artefacts / "dashboard-wall-zh.png")


def test_a_chart_says_its_values_under_the_pointer(visit: Visit, artefacts: Path) -> None:
    with visit() as desk:
        desk.sign_in()
        chart = desk.page.locator('[data-part="trend"]')
        chart.locator(".drawing").hover(position={"x": 500, "y": 120})
        expect(chart.locator("svg text", has_text="点单: ").first).to_be_visible()
        said = chart.locator("svg").text_content() or ""
        placed = {
            row.locator("th").text_content(): row.locator("td").first.text_content()
            for row in chart.locator("tbody tr").all()
            if (row.locator("th").text_content() or "") in said
        }
        [(_, number)] = placed.items()
        assert f"点单: {number} 件" in said
        desk.page.screenshot(path=artefacts / "dashboard-hover-zh.png")


def test_each_number_leads_to_its_evidence_and_back(visit: Visit, artefacts: Path) -> None:
    with visit() as desk:
        desk.sign_in()
        placed = desk.number("orders_placed")
        desk.page.locator('[data-part="month"] a', has_text="点单").first.click()
        assert desk.page.locator("#total").inner_text() == placed
        desk.page.screenshot(path=artefacts / "dashboard-evidence-zh.png", full_page=True)

        rows = 0
        while True:
            rows += desk.page.locator(".evidence tbody tr").count()
            if not desk.page.get_by_role("link", name="更多").count():
                break
            desk.page.get_by_role("link", name="更多").click()
        assert rows == int(placed)
        desk.page.get_by_role("link", name="返回看板").click()
        expect(desk.page.locator("#board")).to_be_visible()


def test_a_bar_of_a_chart_leads_to_its_evidence(visit: Visit) -> None:
    with visit() as desk:
        desk.sign_in()
        themes = desk.page.locator('[data-part="themes"]')
        [*values] = themes.locator("td").all_text_contents()
        themes.locator('.drawing svg path[fill="#a3201a"]').last.click()
        desk.page.wait_for_url("**/evidence?**theme=**")
        assert desk.page.locator("#total").inner_text() in [value.strip() for value in values]


def test_all_of_the_evidence_is_one_table(visit: Visit) -> None:
    with visit() as desk:
        desk.sign_in()
        desk.go(f"/evidence?measure=orders_placed&period={desk.system.now():%Y-%m}")
        with desk.page.expect_download() as saved:
            desk.page.get_by_role("link", name="全部导出 CSV").click()
        lines = Path(saved.value.path()).read_text("utf-8-sig").splitlines()
        assert len(lines) - 1 == int(desk.page.locator("#total").inner_text())


def test_the_language_is_switched_and_stays(visit: Visit, artefacts: Path) -> None:
    with visit() as desk:
        desk.sign_in()
        expect(desk.page.locator("html")).to_have_attribute("lang", "zh-CN")
        desk.page.get_by_role("link", name="English").click()
        desk.drawn()
        expect(desk.page.locator("html")).to_have_attribute("lang", "en")
        expect(desk.page.locator("h1")).to_have_text("The sub-district")
        desk.page.screenshot(path=artefacts / "dashboard-desk-en.png", full_page=True)

        desk.page.locator(".tile h3 a", has_text="Minzhu").click()
        desk.drawn()
        expect(desk.page.locator("h1")).to_contain_text("Minzhu Community")
        words = desk.page.locator("main").inner_text()
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in words), words
        desk.page.screenshot(path=artefacts / "dashboard-station-en.png", full_page=True)


def test_the_map_shows_where_stations_lie_and_leads_to_them(visit: Visit) -> None:
    with visit() as desk:
        desk.sign_in()
        part = desk.page.locator('[data-part="stations"]')
        expect(part.locator("figcaption")).to_contain_text("站点位置为示意")
        names = part.locator(".map svg text")
        top, bottom = (names.filter(has_text=each).bounding_box() for each in ("菜市", "万润"))
        west, east = (names.filter(has_text=each).bounding_box() for each in ("市东", "路北"))
        assert top and bottom and west and east
        assert top["y"] < west["y"] < bottom["y"] and west["x"] < top["x"] < east["x"]
        names.filter(has_text="民主").click()
        desk.page.wait_for_url("**/sites/XP04")


def test_the_measure_to_compare_by_is_chosen(visit: Visit) -> None:
    with visit() as desk:
        desk.sign_in()
        desk.page.locator(".lens a", has_text="服务时长").click()
        desk.drawn()
        expect(desk.page.locator('.lens [aria-current="true"]')).to_have_text("服务时长")
        values = desk.page.locator('[data-part="ranking"] td').all_text_contents()
        assert [float(each) for each in values] == sorted(map(float, values), reverse=True)


def test_what_happens_is_on_the_board_within_a_second(visit: Visit, artefacts: Path) -> None:
    """From the answer to the command to the changed number: the median of five. Where the machine
    is busy with something else, they are taken again, twice at most."""
    with visit() as desk:
        desk.sign_in()
        expect(desk.page.locator("#updated .pulse")).to_be_visible()
        item = desk.system.read("orders", "/v1/menu-items?theme=culture&limit=1")["items"][0]["id"]
        desk.page.evaluate("window.before = 'not loaded anew'")
        rounds: list[list[float]] = []
        while len(rounds) < 3 and (not rounds or statistics.median(rounds[-1]) >= 1.0):
            rounds.append([seconds_to_the_board(desk, item) for _ in range(5)])
        assert desk.page.evaluate("window.before") == "not loaded anew"
        expect(desk.page.locator('[data-part="trend"] .drawing svg')).to_have_count(1)
        lines = [", ".join(f"{each * 1000:.0f}" for each in took) for took in rounds]
        text = "".join(f"ms from answer to board: {line}\n" for line in lines)
        (artefacts / "dashboard-live.txt").write_text(text)
        assert statistics.median(rounds[-1]) < 1.0, rounds


def seconds_to_the_board(desk: Visitor, item: str) -> float:
    """Of one more order."""
    shown = int(desk.number("orders_placed", "today"))
    place_order(desk.system, item, site=SITE)
    answered = time.monotonic()
    today = desk.page.locator('[data-part="today"] [data-measure="orders_placed"]')
    expect(today).to_have_text(str(shown + 1), timeout=15_000)
    return time.monotonic() - answered


def test_a_board_that_is_not_live_says_so_and_comes_back(visit: Visit, system: System) -> None:
    url = system.start_extra_api("reports")
    with visit() as desk:
        desk.url = url
        desk.sign_in()
        expect(desk.page.locator("#updated")).not_to_have_class("stale")
        system.end_extra_api(url)
        expect(desk.page.locator("#updated .pulse")).to_have_text(
            "实时更新中断，正在重试", timeout=20_000
        )
        desk.wrong.clear()  # the browser says that nobody answers


def test_a_board_is_printed_on_few_pages(visit: Visit, artefacts: Path) -> None:
    with visit() as desk:
        desk.sign_in()
        placed, hours = desk.number("orders_placed"), desk.number("service_minutes")
        file = artefacts / "dashboard-print-zh.pdf"
        file.write_bytes(desk.page.pdf(prefer_css_page_size=True, print_background=True))
    text = subprocess.run(
        [program("pdftotext"), "-layout", str(file), "-"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert 1 <= text.count("\f") <= 3
    for words in (placed, hours, "街道总览", "民主社区", "时限预警"):
        assert words in text
    assert "退出" not in text and "比较指标" not in text
    page = str(file.with_suffix(""))
    subprocess.run([program("pdftoppm"), "-png", "-r", "80", str(file), page], check=True)


@pytest.mark.parametrize("size", [TELEPHONE, SMALL_TELEPHONE], ids=["390", "360"])
@pytest.mark.parametrize("language", ["zh-CN", ENGLISH])
def test_on_a_telephone_nothing_sticks_out(
    visit: Visit, artefacts: Path, size: tuple[int, int], language: str
) -> None:
    with visit(size, language=language, sharp=2) as hand:
        hand.page.goto(f"{hand.url}/dashboard/")
        assert hand.is_within_its_width()
        hand.sign_in()
        assert hand.is_within_its_width()
        name = f"dashboard-telephone-{size[0]}-{language[:2]}.png"
        hand.page.screenshot(path=artefacts / name, full_page=True)
        hand.go(f"/sites/{SITE}")
        assert hand.is_within_its_width()
        hand.page.locator('[data-part="month"] a').first.click()
        expect(hand.page.locator(".evidence")).to_be_visible()
        assert hand.is_within_its_width()


PAGES = ("/", "/?wall", f"/sites/{SITE}", "/evidence?measure=people&period={month}")


@pytest.mark.parametrize("language", ["zh-CN", ENGLISH])
def test_an_automated_check_finds_nothing_that_keeps_people_out(
    visit: Visit, axe: str, language: str, artefacts: Path
) -> None:
    """axe-core: WCAG 2.2 A and AA, and its best practices, with the tables open and folded."""
    with visit(language=language) as desk:
        desk.page.goto(f"{desk.url}/dashboard/sign-in")
        assert violations(desk, axe) == []
        desk.page.screenshot(path=artefacts / f"dashboard-sign-in-{language[:2]}.png")
        desk.sign_in()
        for path in PAGES:
            desk.go(path.format(month=f"{desk.system.now():%Y-%m}"))
            assert violations(desk, axe) == [], path
            desk.page.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)")
            assert violations(desk, axe) == [], path


def test_the_automated_check_finds_what_is_wrong(visit: Visit, axe: str) -> None:
    with visit() as desk:
        desk.sign_in()
        desk.page.evaluate("document.querySelector('header img').removeAttribute('alt')")
        desk.page.evaluate("document.querySelector('h1').style.color = '#ddd'")
        assert {rule for rule, _ in violations(desk, axe)} >= {"image-alt", "color-contrast"}


def violations(visitor: Visitor, axe: str) -> list[tuple[str, str]]:
    """Each broken rule, with the first place."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    visitor.page.evaluate(axe)
    found = visitor.page.evaluate("(tags) => axe.run({runOnly: tags})", tags)
    return [(each["id"], each["nodes"][0]["html"][:120]) for each in found["violations"]]


def test_everything_is_reached_by_the_keyboard(visit: Visit) -> None:
    with visit() as desk:
        desk.sign_in()
        keyboard = desk.page.keyboard
        desk.page.evaluate("document.activeElement.blur()")
        keyboard.press("Tab")
        assert desk.page.evaluate("document.activeElement.className") == "skip"
        keyboard.press("Enter")
        assert desk.page.evaluate("document.activeElement.id") == "main"
        reached = list(walk(desk))
        numbers = desk.page.locator("#board strong[data-measure]").count()
        assert sum("/evidence?" in each for each in reached) >= numbers
        assert sum(each == "SUMMARY" for each in reached) == 6

        desk.page.locator('[data-part="themes"] summary').focus()
        keyboard.press("Enter")
        expect(desk.page.locator('[data-part="themes"] table')).to_be_visible()
        keyboard.press("Tab")
        keyboard.press("Tab")
        keyboard.press("Enter")
        desk.page.wait_for_url("**/evidence?**theme=theory**")


def walk(visitor: Visitor) -> Iterator[str]:
    """What Tab goes to, to the end of the page: its address, or what it is."""
    what = """() => { const at = document.activeElement;
        return at === document.body ? "" : at.getAttribute("href") || at.tagName; }"""
    for _ in range(500):
        visitor.page.keyboard.press("Tab")
        at = visitor.page.evaluate(what)
        if not at or at.startswith("#main"):
            return
        yield at


def test_without_scripts_the_tables_are_open(visit: Visit) -> None:
    with visit(java_script_enabled=False) as desk:
        desk.page.goto(f"{desk.url}/dashboard/")
        desk.page.locator("#key").fill(desk.system.keys["office"])
        desk.page.locator("form button").last.click()
        expect(desk.page.locator('[data-part="themes"] table')).to_be_visible()
        assert desk.page.locator('[data-part="trend"] tbody tr').count() == 30


def test_who_may_see_one_station_is_shown_that_one(visit: Visit) -> None:
    with visit() as desk:
        desk.sign_in("station")
        expect(desk.page.locator("h1")).to_have_text("新桥社区新时代文明实践站")
        expect(desk.page.locator('[data-part="stations"]')).to_have_count(0)
        desk.page.goto(f"{desk.url}/dashboard/sites/{SITE}")
        assert desk.wrong == [f"403: {desk.url}/dashboard/sites/{SITE}", *desk.wrong[1:]]
        desk.wrong.clear()

"""The pages for people: who may see them, what they show, and that they keep up."""

import re
import threading
import time
from html import unescape

import pytest

from tests.browser import Browser
from tests.system import System, month_of_now, open_site, place_order, publish_item

SIGN_IN = "/dashboard/sign-in"


@pytest.fixture
def browser(system: System) -> Browser:
    return Browser(system)


def numbers(page: str) -> dict[str, int]:
    """The first number shown of each measure: today's."""
    found = re.findall(r'data-measure="(\w+)">([\d,]+)<', page)
    return {name: int(value.replace(",", "")) for name, value in reversed(found)}


def test_nobody_sees_a_page_without_signing_in(browser: Browser) -> None:
    for path in ("/dashboard/", "/dashboard/sites/XP11", "/dashboard/evidence?measure=people"):
        answer = browser.get(path)
        assert (answer.status, answer.headers["Location"]) == (303, SIGN_IN)
    assert browser.get("/dashboard/live").status == 204
    assert browser.get(SIGN_IN).status == 200


@pytest.mark.parametrize("key", ["", "sj_unknown", "nobody"])
def test_who_may_not_read_reports_can_not_sign_in(browser: Browser, key: str) -> None:
    answer = browser.post(SIGN_IN, {"key": browser.system.keys.get(key, key)})

    assert answer.status in (401, 403)
    assert "shijian_session" not in browser.cookies


def test_a_session_is_for_the_browser_alone_and_ends_at_sign_out(browser: Browser) -> None:
    assert browser.sign_in("office").status == 303
    cookie = browser.set["shijian_session"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert cookie["max-age"] == str(12 * 3600)
    assert browser.system.keys["office"] not in cookie.value
    page = browser.get("/dashboard/").data.decode()
    [token] = re.findall(r'name="token" value="([^"]+)"', page)

    assert browser.post("/dashboard/sign-out", {"token": "forged"}).status == 403
    assert browser.get("/dashboard/").status == 200
    kept = dict(browser.cookies)
    assert browser.post("/dashboard/sign-out", {"token": token}).status == 303
    browser.cookies = kept
    assert browser.get("/dashboard/").status == 303


def test_a_form_from_another_site_is_refused(browser: Browser) -> None:
    form = {"key": browser.system.keys["office"]}

    assert browser.post(SIGN_IN, form, **{"Sec-Fetch-Site": "cross-site"}).status == 403


def test_a_station_sees_its_own_board_only(browser: Browser) -> None:
    browser.sign_in("station")

    assert browser.get("/dashboard/").headers["Location"] == "/dashboard/sites/XP11"
    assert browser.get("/dashboard/sites/XP11").status == 200
    assert browser.get("/dashboard/sites/XP12").status == 403
    query = f"measure=orders_placed&period={month_of_now(browser.system)}"
    assert browser.get(f"/dashboard/evidence?{query}&site=XP12").status == 403
    assert browser.get(f"/dashboard/evidence?{query}").status == 403


def test_a_board_shows_what_the_api_says_and_leads_to_the_evidence(browser: Browser) -> None:
    system = browser.system
    site, item = open_site(system), publish_item(system)
    orders = {place_order(system, item, site=site) for _ in range(3)}
    system.settle()
    browser.sign_in("office")

    page = browser.get(f"/dashboard/sites/{site}?lang=zh").data.decode()

    assert numbers(page)["orders_placed"] == 3
    assert "今日" in page and f"站点{site}" in page
    [link, *_] = re.findall(r'href="(/dashboard/evidence\?[^"]*measure=orders_placed[^"]*)"', page)
    found = browser.get(unescape(link)).data.decode()
    assert orders == set(re.findall(r"ord_\w+", found))
    english = browser.get(f"/dashboard/sites/{site}?lang=en").data.decode()
    assert "Today" in english and f"Site {site}" in english
    assert "Today" in browser.get(f"/dashboard/sites/{site}").data.decode()


def test_the_streets_board_shows_each_station(browser: Browser) -> None:
    site = open_site(browser.system)
    browser.sign_in("office")

    page = browser.get("/dashboard/").data.decode()

    assert f'href="/dashboard/sites/{site}"' in page
    assert page.count("data-part=") >= 8


def test_a_page_asks_nobody_else_and_runs_only_our_script(browser: Browser) -> None:
    browser.sign_in("office")

    answer = browser.get("/dashboard/")

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    page = answer.data.decode().replace("http://www.w3.org/2000/svg", "")
    assert "http://" not in page and "https://" not in page
    assert "style=" not in page and "onclick" not in page
    for asked in re.findall(r'(?:src|href)="(/dashboard/static/[^"]+)"', page):
        assert browser.get(asked).status == 200


def test_a_board_is_told_within_a_moment_when_something_is_heard(browser: Browser) -> None:
    system = browser.system
    item = publish_item(system)
    system.settle()
    browser.sign_in("office")
    cookie = {"Cookie": f"shijian_session={browser.cookies['shijian_session']}"}
    told: list[float] = []

    def listen() -> None:
        with system.http.request(
            "GET",
            f"{system.urls['reports']}/dashboard/live",
            headers=cookie,
            preload_content=False,
        ) as stream:
            for line in stream:
                if line.startswith(b"retry"):
                    ready.set()
                if line.startswith(b"event: heard"):
                    told.append(time.monotonic())
                    return

    ready = threading.Event()
    thread = threading.Thread(target=listen)
    thread.start()
    assert ready.wait(10)
    begun = time.monotonic()
    place_order(system, item)
    thread.join(15)

    assert told and told[0] - begun < 10

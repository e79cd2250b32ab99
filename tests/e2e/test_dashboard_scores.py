"""Published scores on the pages for people: who sees which, and what each point leads to."""

import re
from html import unescape

import pytest

from tests.assessing import adopt_rubric, compute, find, inspect
from tests.browser import Browser
from tests.system import Document, System, place_order, publish_item
from tests.unit.rubrics import body

STATION = "XP11"


class Published:
    """An assessment of last month, in which one station was inspected and the others were not."""

    def __init__(self, system: System) -> None:
        self.month = _month_before(system)
        day = f"{self.month}-15"
        self.rubric = adopt_rubric(system, levels=["station"], lines=_lines(), ties=[])
        of = {"on": day, "period": self.month}
        self.visit = inspect(system, self.rubric, STATION, 24, **of)
        self.found = find(system, self.rubric, STATION, **of)
        system.settle()
        self.id = compute(system, self.rubric, period=self.month)
        self.path = f"/dashboard/assessments/{self.id}"

    def publish(self, system: System) -> None:
        system.post("reports", f"/v1/assessments/{self.id}/publish")


def _lines() -> list[Document]:
    found: list[Document] = body()["lines"]
    found[0] |= {"formula": "orders_placed / street(orders_placed) + 0 * rate", "unsayable": 1}
    return found


def _month_before(system: System) -> str:
    year, month = divmod(system.now().year * 12 + system.now().month - 2, 12)
    return f"{year}-{month + 1:02d}"


@pytest.fixture(scope="module")
def published(system: System) -> Published:
    place_order(system, publish_item(system), site=STATION)
    return Published(system)


def page(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status == 200, (path, answer.status)
    return unescape(answer.data.decode())


def test_scores_are_on_the_boards_once_they_are_published(
    system: System, published: Published
) -> None:
    office, station, reader = (Browser(system) for _ in range(3))
    office.sign_in("office")
    station.sign_in("station")
    reader.sign_in("reader")
    assert published.id not in page(office, "/dashboard/")
    assert page(office, published.path) and page(office, f"{published.path}/sites/{STATION}")
    assert station.get(f"{published.path}/sites/{STATION}").status == 404  # still provisional

    published.publish(system)

    street = page(office, "/dashboard/")
    assert f'href="{published.path}"' in street
    places = re.findall(rf'href="{published.path}/sites/(\w+)"', street)
    shown = system.read("reports", f"/v1/assessments/{published.id}")["ranking"]
    assert places == [each["site"] for each in shown][:10]
    own = page(station, f"/dashboard/sites/{STATION}")
    assert f'href="{published.path}/sites/{STATION}"' in own
    assert f'href="{published.path}"' not in own  # the others' scores are not its business
    assert published.id not in page(reader, "/dashboard/")  # has no right to assessments


def test_who_acts_for_one_station_sees_its_own_sheet_alone(
    system: System, published: Published
) -> None:
    station = Browser(system)
    station.sign_in("station")

    assert page(station, f"{published.path}/sites/{STATION}")
    assert station.get(published.path).status == 403
    assert station.get(f"{published.path}/sites/XP12").status == 403
    street = f"{published.path}/sites/{STATION}/evidence?figure=street:orders_placed"
    assert station.get(street).status == 403
    assert street not in page(station, f"{published.path}/sites/{STATION}")


def test_each_point_of_a_sheet_leads_to_what_is_behind_it(
    system: System, published: Published
) -> None:
    office, nobody = Browser(system), Browser(system)
    office.sign_in("office")
    sheet = system.read("reports", f"/v1/assessments/{published.id}/sites/{STATION}")

    shown = page(office, f"{published.path}/sites/{STATION}?lang=zh")

    points = dict(re.findall(r'data-line="([\d.]+)">([\d.]+)<', shown))
    assert {code: float(each) for code, each in points.items()} == {
        line["code"]: line["points"] for line in sheet["lines"]
    }
    for record in (published.visit, published.found):
        assert f'href="#{record}"' in shown and f'id="{record}"' in shown
    for link in re.findall(r'href="([^"]+/evidence\?figure=[^"]+)"', shown):
        figure = re.findall(r"figure=(.+)$", link)[0].replace("%3A", ":")
        behind = page(office, link)
        [value] = [
            each["value"]
            for line in sheet["lines"]
            for each in line["figures"]
            if each["figure"] == figure
        ][:1]
        assert f'id="total">{value:,}<' in behind
    [photograph] = re.findall(rf'href="({published.path}/sites/\w+/files/\w+)"', shown)
    assert office.get(photograph).headers["Content-Type"].startswith("image/")
    assert office.get(photograph[:-4] + "none").status == 404
    for path in (published.path, f"{published.path}/sites/{STATION}", photograph):
        assert nobody.get(path).headers["Location"] == "/dashboard/sign-in"

"""People sign in with their account, and call with its tokens: the whole way, over HTTP."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from shared.web.access import account_of
from tests.browser import Browser
from tests.provider import AUDIENCE, CLIENT, SECRET, Provider, running_provider
from tests.system import Answer, System, open_order, publish_item

BEGIN, BACK = "/dashboard/sign-in/account", "/dashboard/sign-in/callback"
RULES = [
    {
        "name": "leaders",
        "claim": "groups",
        "value": "leaders",
        "scopes": ["reports:read"],
        "sites": ["*"],
    },
    {
        "name": "stations",
        "claim": "groups",
        "value": "stations",
        "scopes": ["reports:read", "orders:*"],
        "sites_claim": "sites",
    },
    {
        "name": "visitors",
        "claim": "groups",
        "value": "visitors",
        "scopes": ["menu:read"],
        "sites": ["*"],
    },
]
PEOPLE = {
    "li": {"groups": ["leaders"]},
    "wang": {"groups": ["stations"], "sites": ["XP11"]},
    "zhao": {"groups": ["visitors"]},
    "nobody": {},
}


@dataclass
class Office:
    """A provider, and apis of ours that know it."""

    system: System
    provider: Provider
    rules: Path
    urls: dict[str, str]

    def browser(self) -> Browser:
        return Browser(self.system, self.urls["reports"])

    def sign_in(self, browser: Browser, subject: str, **change: str) -> Answer:
        """By the provider's page and back."""
        sent = browser.get(BEGIN)
        assert sent.status == 303
        asked = {k: v[0] for k, v in parse_qs(urlsplit(sent.headers["Location"]).query).items()}
        back = self.provider.grant(subject, asked)
        query = {k: v[0] for k, v in parse_qs(urlsplit(back).query).items()} | change
        return browser.get(f"{BACK}?{urlencode(query)}")

    def ask(self, service: str, path: str, token: str, **headers: str) -> Answer:
        """A call with a bearer token."""
        sent = {"Authorization": f"Bearer {token}"} | headers
        answer = self.system.http.request("GET", self.urls[service] + path, headers=sent)
        return Answer(answer.status, answer.headers, answer.data)


@pytest.fixture(scope="module")
def office(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    rules = tmp_path_factory.mktemp("access") / "access.json"
    rules.write_text(json.dumps({"rules": RULES}))
    with running_provider("localhost") as provider:  # another site than 127.0.0.1, for a browser
        provider.people.update(PEOPLE)
        known = {
            "OIDC_ISSUER": provider.issuer,
            "OIDC_CLIENT_ID": CLIENT,
            "OIDC_CLIENT_SECRET": SECRET,
            "OIDC_AUDIENCE": AUDIENCE,
            "OIDC_ACCESS_FILE": str(rules),
        }
        urls = {each: system.start_extra_api(each, **known) for each in ("reports", "orders")}
        yield Office(system, provider, rules, urls)
        for url in urls.values():
            system.end_extra_api(url)


# ---- on the dashboard ----


def test_a_leader_signs_in_with_the_account_and_out(office: Office) -> None:
    browser = office.browser()

    assert office.sign_in(browser, "li").headers["Location"] == "/dashboard/"
    page = browser.get("/dashboard/")
    assert page.status == 200
    session = browser.set["shijian_session"]
    assert session["httponly"] and session["samesite"] == "Lax"
    assert browser.end_session(page).status == 303
    assert browser.get("/dashboard/").status == 303


def test_who_belongs_to_one_station_sees_that_one(office: Office) -> None:
    browser = office.browser()
    office.sign_in(browser, "wang")

    assert browser.get("/dashboard/").headers["Location"] == "/dashboard/sites/XP11"
    assert browser.get("/dashboard/sites/XP11").status == 200
    assert browser.get("/dashboard/sites/XP12").status == 403


@pytest.mark.parametrize("subject", ["zhao", "nobody"])
def test_who_may_not_read_reports_gets_no_session(office: Office, subject: str) -> None:
    browser = office.browser()

    answer = office.sign_in(browser, subject)

    assert answer.status == 403 and "没有查看报表的权限" in answer.data.decode()
    assert "shijian_session" not in browser.cookies


def test_a_way_back_is_gone_once_only(office: Office) -> None:
    browser = office.browser()
    sent = browser.get(BEGIN)
    way = browser.cookies["shijian_sign_in"]
    asked = {k: v[0] for k, v in parse_qs(urlsplit(sent.headers["Location"]).query).items()}
    back = f"{BACK}?{urlsplit(office.provider.grant('li', asked)).query}"
    assert browser.get(back).status == 303

    code = parse_qs(urlsplit(office.provider.grant("li", asked)).query)["code"][0]
    browser.cookies = {"shijian_sign_in": way}
    for again in (back, f"{BACK}?{urlencode({'code': code, 'state': asked['state']})}"):
        assert browser.get(again).status == 403
    assert code in office.provider.codes  # it was not even asked about


def test_another_browser_can_not_finish_what_one_began(office: Office) -> None:
    began, other = office.browser(), office.browser()
    sent = began.get(BEGIN)
    asked = {k: v[0] for k, v in parse_qs(urlsplit(sent.headers["Location"]).query).items()}
    back = f"{BACK}?{urlsplit(office.provider.grant('li', asked)).query}"

    assert other.get(back).status == 403
    other.get(BEGIN)
    assert other.get(back).status == 403
    assert began.get(back).status == 303


@pytest.mark.parametrize(
    "change", [{"state": "made-up"}, {"iss": "https://elsewhere.example"}, {"code": ""}]
)
def test_a_way_back_that_is_not_as_it_was_sent_is_refused(
    office: Office, change: dict[str, str]
) -> None:
    assert office.sign_in(office.browser(), "li", **change).status == 403


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": AUDIENCE},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1},
    ],
    ids=str,
)
def test_an_id_token_that_was_not_made_for_this_is_refused(
    office: Office, lies: dict[str, object]
) -> None:
    office.provider.lies = lies
    try:
        browser = office.browser()
        assert office.sign_in(browser, "li").status == 403
        assert "shijian_session" not in browser.cookies
    finally:
        office.provider.lies = {}


def test_a_code_is_of_use_to_nobody_else(office: Office) -> None:
    """The provider checks the verifier: a code that was listened to belongs to another way."""
    one, two = office.browser(), office.browser()
    asked = []
    for browser in (one, two):
        query = urlsplit(browser.get(BEGIN).headers["Location"]).query
        asked.append({k: v[0] for k, v in parse_qs(query).items()})
    stolen = parse_qs(urlsplit(office.provider.grant("li", asked[0])).query)["code"][0]

    back = urlencode({"code": stolen, "state": asked[1]["state"]})
    assert two.get(f"{BACK}?{back}").status == 503
    assert asked[0]["code_challenge"] != asked[1]["code_challenge"]


def test_a_session_ends_with_the_rule_behind_it(office: Office) -> None:
    browser = office.browser()
    office.sign_in(browser, "li")
    assert browser.get("/dashboard/").status == 200
    try:
        office.rules.write_text(json.dumps({"rules": RULES[1:]}))
        office.system.wait_until(lambda: browser.get("/dashboard/").status == 303)
    finally:
        office.rules.write_text(json.dumps({"rules": RULES}))
        office.system.wait_until(lambda: browser.get("/dashboard/").status == 200)


def test_nothing_that_opens_anything_and_nobodys_name_is_kept(office: Office) -> None:
    browser = office.browser()
    office.sign_in(browser, "wang")
    browser.get(BEGIN)
    database = office.system.database("reports")
    rows = str([*database["sessions"].find(), *database["sign_ins"].find()])

    assert account_of(office.provider.issuer, "wang") in rows
    for kept in (*browser.cookies.values(), "wang"):
        assert kept not in rows


# ---- at the APIs ----


def test_a_token_may_do_what_its_rule_says(office: Office) -> None:
    token = office.provider.token("wang")
    own = office.ask("orders", "/v1/whoami", token).json

    assert own["id"] == account_of(office.provider.issuer, "wang")
    assert (own["scopes"], own["sites"]) == (["orders:*", "reports:read"], ["XP11"])
    assert office.ask("orders", "/v1/orders?site=XP11", token).status == 200
    assert office.ask("orders", "/v1/orders?site=XP12", token).status == 403
    assert office.ask("orders", "/v1/menu-items", token).status == 403
    assert office.ask("orders", "/v1/whoami", office.provider.token("nobody")).status == 403


def test_a_bad_token_is_answered_as_an_unknown_key(office: Office) -> None:
    for token in (
        office.provider.unsigned("li"),
        office.provider.signed_with_the_public_key("li"),
        office.provider.token("li", aud=CLIENT),
        office.provider.token("li", exp=1),
    ):
        answer = office.ask("orders", "/v1/whoami", token)
        assert (answer.status, answer.kind) == (401, "unauthenticated")
    good = office.provider.token("li")
    plain = {"Authorization": f"Bearer {good}"}
    url = office.system.urls["orders"]  # knows no provider
    assert office.system.http.request("GET", f"{url}/v1/whoami", headers=plain).status == 401


def test_a_persons_token_acts_for_that_person(office: Office) -> None:
    system, token = office.system, office.provider.token("wang")
    order = open_order(system, publish_item(system), site="XP11")
    me = account_of(office.provider.issuer, "wang")

    def cancel(key: str, **headers: str) -> int:
        sent = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"{order}-{key}",
        }
        url = f"{office.urls['orders']}/v1/orders/{order}/cancel"
        body = json.dumps({"by": "office", "reason": "不再需要"})
        return system.http.request("POST", url, body=body, headers=sent | headers).status

    assert cancel("1", **{"X-Person": "somebody-else"}) == 403
    assert cancel("2") == 200
    audit = system.read("orders", f"/v1/orders/{order}/audit")["entries"]
    assert audit[-1]["person"] == me and audit[-1]["client"] == me

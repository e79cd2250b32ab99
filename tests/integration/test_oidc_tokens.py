"""Bearer tokens of a real provider over HTTP: which are taken, and which never."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from joserfc.jwk import RSAKey

from shared.errors import Forbidden, Unauthenticated, Unavailable
from shared.web.access import AccessRules, account_of
from shared.web.callers import Tokens
from shared.web.clients import Client
from shared.web.oidc import AGAIN_SECONDS, FRESH_SECONDS, KEPT_SECONDS
from shared.web.oidc import Provider as Known
from tests.provider import AUDIENCE, CLIENT, Provider, running_provider

LEADER = {"groups": ["leaders", "staff"]}
RULES: list[dict[str, object]] = [
    {
        "name": "leaders",
        "claim": "groups",
        "value": "leaders",
        "scopes": ["reports:read"],
        "sites": ["*"],
    },
    {
        "name": "stations",
        "claim": ["realm", "roles"],
        "value": "station",
        "scopes": ["orders:*"],
        "sites_claim": "sites",
    },
    {
        "name": "case-system",
        "claim": "azp",
        "value": "case-system",
        "scopes": ["orders:place"],
        "sites": ["XP01"],
        "system": True,
    },
]


class Hand:
    """A clock that is moved by hand, in seconds."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider() as provider:
        provider.people["li"] = LEADER
        yield provider


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def tokens(provider: Provider, hand: Hand, tmp_path: Path) -> Tokens:
    file = tmp_path / "access.json"
    file.write_text(json.dumps({"rules": RULES}))
    return Tokens(Known(provider.issuer, now=hand), AUDIENCE, AccessRules(file))


def test_a_token_is_whoever_it_names(tokens: Tokens, provider: Provider) -> None:
    client = tokens.client_of(provider.token("li"))

    number = account_of(provider.issuer, "li")
    assert client == Client(number, "leaders", frozenset({"reports:read"}), frozenset("*"), number)
    assert (
        "li" not in number.removeprefix("oidc-")
        and tokens.client_of(provider.token("li")) == client
    )


def test_an_elliptic_key_and_one_audience_among_several(tokens: Tokens, provider: Provider) -> None:
    provider.rotate("EC")

    assert tokens.client_of(provider.token("li", aud=["other", AUDIENCE])).name == "leaders"


def test_sites_come_from_the_token_where_the_rule_says_so(
    tokens: Tokens, provider: Provider
) -> None:
    sites = ["XP11", "*", "nonsense", 7, "XP12"]
    token = provider.token("wang", realm={"roles": ["station"]}, sites=sites)

    client = tokens.client_of(token)

    assert client.sites == {"XP11", "XP12"} and not client.everywhere
    assert client.may("orders:place") and not client.may("reports:read")


def test_the_first_rule_that_fits_decides_alone(tokens: Tokens, provider: Provider) -> None:
    both = provider.token("li", realm={"roles": ["station"]}, sites=["XP11"])

    assert tokens.client_of(both).scopes == {"reports:read"}


def test_a_systems_token_leaves_it_to_the_system_who_acts(
    tokens: Tokens, provider: Provider
) -> None:
    assert tokens.client_of(provider.token("machine", azp="case-system")).person == ""


def test_whom_no_rule_knows_may_do_nothing(tokens: Tokens, provider: Provider) -> None:
    with pytest.raises(Forbidden):
        tokens.client_of(provider.token("stranger", groups="leader"))


def changed(token: str) -> str:
    """One letter of what it says is another."""
    head, body, signature = token.split(".")
    return f"{head}.{body[:-6]}{'A' if body[-6] != 'A' else 'B'}{body[-5:]}.{signature}"


def of_another_key(provider: Provider) -> str:
    kid, key = next(iter(provider.keys.items()))
    provider.keys = {kid: RSAKey.generate_key(2048, {"kid": kid})}
    token = provider.token("li")
    provider.keys = {kid: key}
    return token


def with_its_own_key(provider: Provider) -> str:
    """The key to check it with comes along, which nobody should look at."""
    kid, key = next(iter(provider.keys.items()))
    own = RSAKey.generate_key(2048, {"kid": kid})
    provider.keys = {kid: own}
    token = provider.token("li", header={"jwk": own.as_dict(private=False)})
    provider.keys = {kid: key}
    return token


BAD: dict[str, Callable[[Provider], str]] = {
    "another audience": lambda p: p.token("li", aud="another"),
    "an ID token": lambda p: p.token("li", aud=CLIENT),
    "no audience": lambda p: p.token("li", aud=None),
    "another issuer": lambda p: p.token("li", iss="https://elsewhere.example"),
    "no issuer": lambda p: p.token("li", iss=None),
    "expired": lambda p: p.token("li", exp=int(time.time()) - 120),
    "never expires": lambda p: p.token("li", exp=None),
    "not valid yet": lambda p: p.token("li", nbf=int(time.time()) + 3600),
    "names nobody": lambda p: p.token("", sub=None),
    "an empty name": lambda p: p.token(""),
    "alg none": lambda p: p.unsigned("li"),
    "HS256 with the public key": lambda p: p.signed_with_the_public_key("li"),
    "unknown kid": lambda p: p.token("li", header={"kid": "made-up"}),
    "kid is no text": lambda p: p.token("li").replace(
        p.token("li").split(".")[0],
        urlsafe_b64encode(b'{"alg":"RS256","kid":{"$ne":1}}').decode().rstrip("="),
    ),
    "changed": lambda p: changed(p.token("li")),
    "another key": of_another_key,
    "a key of its own": with_its_own_key,
    "no token": lambda p: "a.b.c",
    "too long": lambda p: p.token("li", more="x" * 9000),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_token_is_refused(tokens: Tokens, provider: Provider, kind: str) -> None:
    assert tokens.client_of(provider.token("li"))  # as it should be, it is taken

    with pytest.raises(Unauthenticated):
        tokens.client_of(BAD[kind](provider))


def test_a_new_key_is_fetched_when_a_token_names_it(
    tokens: Tokens, provider: Provider, hand: Hand
) -> None:
    old = provider.token("li")
    tokens.client_of(old)
    provider.rotate()
    hand.at += AGAIN_SECONDS + 1

    assert tokens.client_of(provider.token("li"))
    assert provider.asked_for_keys == 2
    with pytest.raises(Unauthenticated):  # the provider has taken the old key away
        tokens.client_of(old)


def test_made_up_keys_cause_no_flood(tokens: Tokens, provider: Provider, hand: Hand) -> None:
    tokens.client_of(provider.token("li"))
    hand.at += AGAIN_SECONDS + 1

    for number in range(50):
        with pytest.raises(Unauthenticated):
            tokens.client_of(provider.token("li", header={"kid": f"made-up-{number}"}))

    assert provider.asked_for_keys == 2


def test_keys_are_looked_at_again_and_outlast_a_provider_that_is_away(
    tokens: Tokens, provider: Provider, hand: Hand
) -> None:
    token = provider.token("li")
    tokens.client_of(token)
    hand.at += FRESH_SECONDS + 1
    tokens.client_of(token)
    assert provider.asked_for_keys == 2

    provider.broken = True
    hand.at += FRESH_SECONDS + 1
    assert tokens.client_of(token)
    hand.at += KEPT_SECONDS
    with pytest.raises(Unavailable):
        tokens.client_of(token)


def test_a_provider_that_was_never_reached_is_said_to_be_away(
    tokens: Tokens, provider: Provider, hand: Hand
) -> None:
    token = provider.token("li")
    provider.broken = True
    with pytest.raises(Unavailable):
        tokens.client_of(token)

    provider.broken = False
    hand.at += AGAIN_SECONDS + 1
    assert tokens.client_of(token)


def test_rules_are_read_anew_and_a_bad_file_leaves_them(tmp_path: Path, provider: Provider) -> None:
    file = tmp_path / "access.json"
    file.write_text(json.dumps({"rules": RULES[:1]}))
    rules = AccessRules(file)
    granted = rules.grant({"iss": "i", "sub": "li", **LEADER})
    assert granted and rules.client(granted)

    file.write_text("{")
    assert AccessRules(file).grant({"iss": "i", "sub": "li", **LEADER}) is None
    wait(lambda: rules.client(granted) is not None, 1.2)
    file.write_text(json.dumps({"rules": []}))
    deadline = time.monotonic() + 10
    while rules.client(granted) is not None:
        assert time.monotonic() < deadline


def wait(holds: Callable[[], bool], seconds: float) -> None:
    """It holds all that time, in which the file is read again."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert holds()
        time.sleep(0.05)


@pytest.mark.parametrize(
    "change",
    [
        {"sites": ["everywhere"]},
        {"sites": None},
        {"sites_claim": "sites"},
        {"scopes": []},
        {"unknown": 1},
        {"name": "Not A Name"},
    ],
)
def test_a_rule_that_says_too_little_or_too_much_is_refused(
    tmp_path: Path, change: dict[str, object]
) -> None:
    file = tmp_path / "access.json"
    file.write_text(json.dumps({"rules": [RULES[0] | change]}))

    assert AccessRules(file).grant({"iss": "i", "sub": "li", **LEADER}) is None


@pytest.mark.parametrize("issuer", ["http://provider.example", "ftp://127.0.0.1/"])
def test_a_provider_that_others_can_listen_to_is_not_asked(issuer: str, tmp_path: Path) -> None:
    file = tmp_path / "access.json"
    file.write_text(json.dumps({"rules": RULES}))
    with running_provider() as provider, pytest.raises(Unavailable):
        Tokens(Known(issuer), AUDIENCE, AccessRules(file)).client_of(provider.token("li"))

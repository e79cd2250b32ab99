"""Webhooks go to public addresses, and to others only where the operator allows it."""

from ipaddress import ip_network

import pytest

from services.reports.webhooks.sender import Refused, Sender

INSIDE = [
    "http://127.0.0.1/",
    "http://localhost:8004/v1/figures",
    "http://10.1.2.3/",
    "http://192.168.0.1/",
    "http://169.254.169.254/latest/meta-data",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://0.0.0.0/",
    "http://224.0.0.1/",
    "http://2130706433/",  # 127.0.0.1 as one number
]


@pytest.mark.parametrize("url", INSIDE)
def test_an_address_within_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        Sender([]).address_of(url)
    assert Sender([]).send(url, b"{}", {}).status == 0


@pytest.mark.parametrize(
    ("url", "network"),
    [("http://10.1.2.3/", "10.1.0.0/16"), ("http://[::ffff:10.1.2.3]/", "10.1.0.0/16")],
)
def test_the_operator_can_allow_a_network(url: str, network: str) -> None:
    Sender([ip_network(network)]).address_of(url)
    with pytest.raises(Refused):
        Sender([ip_network("10.2.0.0/16")]).address_of(url)


def test_a_public_address_may_be_asked() -> None:
    assert str(Sender([]).address_of("https://1.1.1.1/hook")) == "1.1.1.1"


def test_what_is_no_host_is_refused() -> None:
    with pytest.raises(Refused):
        Sender([]).address_of("http://no-such-host.invalid/")

"""Settings: read in one place, secrets by file, a missing one named."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.clock import FileClock, SystemClock
from shared.settings import MissingSetting, Settings

GIVEN = {
    "MONGO_URL": "mongodb://one",
    "AMQP_URL": "amqp://one",
    "ORDERS_URL": "http://orders/",
    "VOLUNTEERS_URL": "http://volunteers",
    "EVENTS_URL": "http://events",
    "REPORTS_URL": "http://reports",
    "SERVICE_KEY": "sj_secret",
    "CLIENTS_FILE": "/clients.json",
}


def test_what_is_not_given_has_its_default() -> None:
    settings = Settings.read("orders", GIVEN)

    assert settings.mongo_database == "shijian_orders"
    assert settings.body_limit == 256 * 1024
    assert settings.check_seconds == 60
    assert isinstance(settings.clock, SystemClock)


def test_a_second_person_is_told_or_proved_and_nothing_else() -> None:
    def proved(**given: str) -> bool:
        return Settings.read("orders", GIVEN | given).second_person_proved

    assert (proved(), proved(SECOND_PERSON="told"), proved(SECOND_PERSON="proved")) == (0, 0, 1)
    with pytest.raises(MissingSetting, match="SECOND_PERSON"):
        proved(SECOND_PERSON="prooved")


def test_a_base_url_has_no_slash_at_its_end() -> None:
    assert Settings.read("orders", GIVEN).urls["orders"] == "http://orders"


@pytest.mark.parametrize("name", GIVEN)
def test_a_missing_setting_is_named(name: str) -> None:
    given = {key: value for key, value in GIVEN.items() if key != name}

    with pytest.raises(MissingSetting, match=rf"\b{name}\b.*\b{name}_FILE\b"):
        Settings.read("orders", given)


@pytest.mark.parametrize("name", ["MONGO_URL", "AMQP_URL", "SERVICE_KEY"])
def test_a_secret_may_come_by_file(name: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from-the-file\n")
    given = {key: value for key, value in GIVEN.items() if key != name}

    settings = Settings.read("orders", given | {f"{name}_FILE": str(secret)})

    assert getattr(settings, name.lower()) == "from-the-file"


def test_a_file_goes_before_the_variable(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from-the-file")

    settings = Settings.read("orders", GIVEN | {"SERVICE_KEY_FILE": str(secret)})

    assert settings.service_key == "from-the-file"


def test_secrets_are_not_shown_where_settings_are() -> None:
    shown = repr(Settings.read("orders", GIVEN))

    assert "sj_secret" not in shown
    assert "mongodb://one" not in shown
    assert "amqp://one" not in shown


def test_a_clock_file_moves_business_time(tmp_path: Path) -> None:
    clock = Settings.read("orders", GIVEN | {"CLOCK_FILE": str(tmp_path / "clock")}).clock

    assert isinstance(clock, FileClock)
    assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 5

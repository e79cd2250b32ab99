"""A certificate: applied for, issued on the ledger, on notice, valid; revoked with a reason."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.volunteers.certificates import Identity, document_of, hours
from services.volunteers.model import ledger
from services.volunteers.model.certificate import (
    MOVES,
    NUMBER_LETTERS,
    Certificate,
    CertificateStatus,
    Vouched,
    number_of,
    vouched_for,
)
from services.volunteers.model.commands.certificate import (
    ApplyForCertificate,
    DismissObjections,
    IssueCertificate,
    ObjectToCertificate,
    RefuseCertificate,
    RevokeCertificate,
)
from services.volunteers.model.star import USUAL_HOURS
from shared.contracts.personal import IdType
from shared.contracts.vocabulary import Mode, Theme
from shared.contracts.volunteers import (
    CertificateConfirmed,
    CertificateIssued,
    CertificateRevoked,
    RevocationReason,
)
from shared.errors import Conflict, Unprocessable
from tests.pdf_text import text_of
from tests.unit.builders import ANN, NOW
from tests.unit.test_ledger import amendment, chain

ID = "cer_one111"
DAY = timedelta(days=1)
LI, WANG, ZHAO = "li", "wang", "zhao"
VOUCHED = Vouched([], 90, 2, "00")
ISSUE: dict[str, Any] = {
    "issuer": "民主社区居民委员会",
    "responsible": "赵主任",
    "handler": "李干事",
    "contact": "办公室",
}


def applied(**facts: Any) -> Certificate:
    usual = {"volunteer": ANN, "site": "XP11", "since": "2026-01-01", "until": "2026-10-08"}
    return Certificate.apply(ID, ApplyForCertificate.model_validate(usual | facts), NOW)[0]


def issued(**facts: Any) -> Certificate:
    certificate = applied()
    certificate.issue(IssueCertificate.model_validate(ISSUE | facts), VOUCHED, LI, NOW)
    return certificate


def object_to(certificate: Certificate, by: str = ZHAO) -> Certificate:
    certificate.object_to(ObjectToCertificate(reason="not so many"), by, NOW + DAY)
    return certificate


def revocation() -> RevokeCertificate:
    return RevokeCertificate(reason=RevocationReason.OBJECTION, explanation="counted twice")


def certificate_that_is(status: CertificateStatus) -> Certificate:
    match status:
        case CertificateStatus.APPLIED:
            return applied()
        case CertificateStatus.REFUSED:
            certificate = applied()
            certificate.refuse(RefuseCertificate(reason="not ours"), NOW)
        case CertificateStatus.ON_NOTICE:
            certificate = object_to(issued())
        case CertificateStatus.VALID:
            certificate = issued()
            certificate.pass_time(NOW + 7 * DAY)
        case CertificateStatus.REVOKED:
            certificate = issued()
            certificate.revoke(revocation(), NOW)
    return certificate


CALLS: dict[str, Callable[[Certificate], object]] = {
    "issue": lambda c: c.issue(IssueCertificate.model_validate(ISSUE), VOUCHED, LI, NOW),
    "refuse": lambda c: c.refuse(RefuseCertificate(reason="no"), NOW),
    "object": lambda c: c.object_to(ObjectToCertificate(reason="no"), ZHAO, NOW),
    "dismiss": lambda c: c.dismiss(DismissObjections(reason="so"), WANG, NOW),
    "revoke": lambda c: c.revoke(revocation(), NOW),
}


@pytest.mark.parametrize("move", CALLS)
@pytest.mark.parametrize("status", CertificateStatus)
def test_each_move_is_made_in_its_states_and_refused_in_others(
    status: CertificateStatus, move: str
) -> None:
    certificate = certificate_that_is(status)
    before = repr(certificate)

    if move in MOVES[status]:
        CALLS[move](certificate)
        assert repr(certificate) != before
    else:
        with pytest.raises(Conflict) as refused:
            CALLS[move](certificate)
        assert refused.value.extra["allowed"] == list(MOVES[status])
        assert repr(certificate) == before


def test_it_is_issued_with_a_number_and_holds_while_it_is_on_notice() -> None:
    certificate = applied()

    [event] = certificate.issue(IssueCertificate.model_validate(ISSUE), VOUCHED, LI, NOW)

    assert certificate.status is CertificateStatus.ON_NOTICE
    assert isinstance(event, CertificateIssued)
    assert event.number == certificate.number
    assert event.notice_until == NOW + 7 * DAY
    assert (event.since, event.until, event.minutes) == (date(2026, 1, 1), date(2026, 10, 8), 90)
    assert ISSUE["responsible"] not in event.model_dump_json()


def test_nothing_is_certified_that_the_ledger_does_not_say() -> None:
    certificate = applied()

    with pytest.raises(Conflict, match="no hours"):
        certificate.issue(IssueCertificate.model_validate(ISSUE), Vouched([], 0, 0, ""), LI, NOW)

    assert (certificate.status, certificate.number) == (CertificateStatus.APPLIED, "")


def test_the_future_is_not_certified() -> None:
    with pytest.raises(Unprocessable):
        applied(until="2026-10-10")
    with pytest.raises(ValidationError, match="not before since"):
        applied(until="2025-12-31")


def test_a_notice_is_no_shorter_than_seven_days() -> None:
    with pytest.raises(ValidationError):
        issued(notice_days=6)
    assert issued(notice_days=10).due_at() == NOW + 10 * DAY


def test_after_the_notice_it_is_valid() -> None:
    certificate = issued()

    assert certificate.pass_time(NOW + 7 * DAY - timedelta(seconds=1)) == []
    [event] = certificate.pass_time(NOW + 7 * DAY)

    assert isinstance(event, CertificateConfirmed)
    assert (certificate.status, certificate.due_at()) == (CertificateStatus.VALID, None)


def test_an_open_objection_keeps_it_on_notice_until_somebody_else_has_decided() -> None:
    certificate = object_to(issued())
    assert certificate.due_at() is None
    assert certificate.pass_time(NOW + 8 * DAY) == []

    for by in (LI, ZHAO):  # who issued it; who objects
        with pytest.raises(Unprocessable):
            certificate.dismiss(DismissObjections(reason="so"), by, NOW + 8 * DAY)
    certificate.dismiss(DismissObjections(reason="the sheet is right"), WANG, NOW + 8 * DAY)

    assert len(certificate.pass_time(NOW + 8 * DAY)) == 1


def test_nobody_objects_after_the_notice() -> None:
    with pytest.raises(Conflict, match="over"):
        issued().object_to(ObjectToCertificate(reason="late"), ZHAO, NOW + 7 * DAY)


def test_a_revocation_tells_its_code_and_not_its_words() -> None:
    certificate = issued()

    [event] = certificate.revoke(revocation(), NOW + DAY)

    assert isinstance(event, CertificateRevoked)
    assert event.reason is RevocationReason.OBJECTION
    assert "counted twice" not in event.model_dump_json()
    assert certificate.revocation == "counted twice"


# ---- what it vouches for ----


def test_hours_are_summed_by_theme_and_modes() -> None:
    first, second, third = chain(30, 60, 15)
    second.theme, second.modes = Theme.CULTURE, [Mode.HOST]

    found = vouched_for([first, second, third], (3, third.hash))

    assert [(each.theme, each.times, each.minutes) for each in found.contents] == [
        (Theme.CIVILITY, 2, 45),
        (Theme.CULTURE, 1, 60),
    ]
    assert (found.minutes, found.link, found.hash) == (105, 3, third.hash)


def test_what_was_corrected_counts_as_corrected() -> None:
    first = chain(60)[0]
    kept, _ = ledger.correct(first.head, [first], amendment(45, entry=first.entry), 45, USUAL_HOURS)
    gone, _ = ledger.correct(
        kept.head, [first, kept], amendment(0, entry=first.entry), 0, USUAL_HOURS
    )

    assert vouched_for([first, kept], (2, "")).minutes == 45
    assert vouched_for([first, kept, gone], (3, "")).contents == []


def test_numbers_name_site_and_day_and_can_not_be_guessed() -> None:
    numbers = {number_of("XP11", date(2026, 10, 9), f"cer_{each}") for each in range(500)}

    assert len(numbers) == 500
    for each in numbers:
        site, day, letters = each.split("-")
        assert (site, day, len(letters)) == ("XP11", "20261009", 8)
        assert set(letters) <= set(NUMBER_LETTERS)


@pytest.mark.parametrize(
    ("minutes", "words"), [(60, "1"), (90, "1.5"), (95, "1.5"), (59, "0.9"), (6000, "100")]
)
def test_hours_are_written_as_people_write_them_and_never_made_more(
    minutes: int, words: str
) -> None:
    assert hours(minutes) == words


# ---- the document ----

WHO = Identity(name="王小明", id_type=IdType.PASSPORT, id_number="E00000000", number="320700000000")
ADDRESS = "https://example.org/volunteers/v1/certificates/1/verification"


def printed(certificate: Certificate) -> str:
    return text_of(document_of(certificate, WHO, ADDRESS)).replace("\n", "")


def test_the_document_states_everything_that_the_rule_asks_for() -> None:
    links = chain(90, 60)
    certificate = applied(purpose="入学")
    command = IssueCertificate.model_validate(ISSUE | {"remarks": "优秀"})
    certificate.issue(command, vouched_for(links, (2, links[1].hash)), LI, NOW)

    text = printed(certificate)

    for each in (
        "志愿服务记录证明",
        WHO.name,
        "护照",
        WHO.id_number,
        WHO.number,  # 志愿者编号
        "2026-01-01 至 2026-10-08",
        "2.5 小时(共 2 次)",
        "传文明(助)",  # 服务内容
        *ISSUE.values(),  # 出具单位, 负责人, 经办人, 联系方式
        certificate.number,
        "2026-10-09",  # 出具日期
        "2026-10-16",  # 公示期至
        "公章",
        "入学",
        "优秀",
        ADDRESS,
    ):
        assert each in text, each
    assert "撤销" not in text


def test_the_document_of_a_revoked_certificate_says_so() -> None:
    assert "已撤销" in printed(certificate_that_is(CertificateStatus.REVOKED))


def test_there_is_no_document_before_it_is_issued() -> None:
    with pytest.raises(Conflict):
        printed(applied())


def test_what_people_wrote_is_never_read_as_the_templates_language() -> None:
    certificate = applied()
    odd = "#panic() $x^2$ *青口路* [1]"
    command = IssueCertificate.model_validate(ISSUE | {"remarks": odd})
    certificate.issue(command, VOUCHED, LI, NOW)

    assert odd in printed(certificate)

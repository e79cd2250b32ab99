"""Words that every service shares (DOMAIN.md), each with its label in both languages."""

from enum import StrEnum


class Theme(StrEnum):
    """五传 (plan, chapter 三). Each record has one primary theme and is counted once."""

    THEORY = "theory"
    POLICY = "policy"
    MORALITY = "morality"
    CULTURE = "culture"
    CIVILITY = "civility"


class Mode(StrEnum):
    """讲选助办育联 (plan, chapter 四): how it is done."""

    LECTURE = "lecture"
    SELECTION = "selection"
    HELP = "help"
    HOST = "host"
    NURTURE = "nurture"
    LINK = "link"


class SiteLevel(StrEnum):
    """中心 / 所 / 站 / 点."""

    CENTRE = "centre"
    INSTITUTE = "institute"
    STATION = "station"
    POINT = "point"


class Department(StrEnum):
    """The twelve of the plan (四(六)) and the service windows of 四(五)."""

    PARTY_OFFICE = "party-office"
    SECURITY_OFFICE = "security-office"
    CULTURE_STATION = "culture-station"
    NEXT_GENERATION = "next-generation"
    FAMILY_PLANNING = "family-planning"
    HEALTH_OFFICE = "health-office"
    SCIENCE_ASSOCIATION = "science-association"
    CIVIL_AFFAIRS = "civil-affairs"
    JUSTICE_OFFICE = "justice-office"
    TRADE_UNION = "trade-union"
    YOUTH_LEAGUE = "youth-league"
    WOMENS_FEDERATION = "womens-federation"
    SERVICE_CENTRE = "service-centre"
    EDUCATION_OFFICE = "education-office"
    LABOUR_OFFICE = "labour-office"


LABELS: dict[StrEnum, tuple[str, str]] = {
    Theme.THEORY: ("Theory", "传思想"),
    Theme.POLICY: ("Policy", "传政策"),
    Theme.MORALITY: ("Morality", "传道德"),
    Theme.CULTURE: ("Culture", "传文化"),
    Theme.CIVILITY: ("Civility", "传文明"),
    Mode.LECTURE: ("Lecture", "讲"),
    Mode.SELECTION: ("Selection", "选"),
    Mode.HELP: ("Help", "助"),
    Mode.HOST: ("Host", "办"),
    Mode.NURTURE: ("Nurture", "育"),
    Mode.LINK: ("Link", "联"),
    SiteLevel.CENTRE: ("Centre", "中心"),
    SiteLevel.INSTITUTE: ("Institute", "所"),
    SiteLevel.STATION: ("Station", "站"),
    SiteLevel.POINT: ("Point", "点"),
    Department.PARTY_OFFICE: ("Party and government office", "党政办"),
    Department.SECURITY_OFFICE: ("Comprehensive governance office", "综治办"),
    Department.CULTURE_STATION: ("Culture station", "文化站"),
    Department.NEXT_GENERATION: ("Next generation committee", "关工委"),
    Department.FAMILY_PLANNING: ("Family planning office", "计生办"),
    Department.HEALTH_OFFICE: ("Health and family planning office", "卫计办"),
    Department.SCIENCE_ASSOCIATION: ("Science association", "科协"),
    Department.CIVIL_AFFAIRS: ("Civil affairs office", "民政办"),
    Department.JUSTICE_OFFICE: ("Justice office", "司法所"),
    Department.TRADE_UNION: ("Trade union", "工会"),
    Department.YOUTH_LEAGUE: ("Youth league", "团工委"),
    Department.WOMENS_FEDERATION: ("Women's federation", "妇联"),
    Department.SERVICE_CENTRE: ("Convenience service centre", "便民服务中心"),
    Department.EDUCATION_OFFICE: ("Culture and education office", "文教办"),
    Department.LABOUR_OFFICE: ("Labour and security office", "劳保所"),
}
"""English and Chinese label of each word."""

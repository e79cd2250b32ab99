"""Words that every service shares (DOMAIN.md), each with its label in both languages."""

from collections.abc import Iterator, Mapping
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


class Festival(StrEnum):
    """我们的节日 (plan, 三.4 and 四(四)), and the fixed days that its brands are held on."""

    SPRING_FESTIVAL = "spring-festival"
    LANTERN_FESTIVAL = "lantern-festival"
    LEI_FENG_DAY = "lei-feng-day"
    QINGMING = "qingming"
    READING_DAY = "reading-day"
    DRAGON_BOAT = "dragon-boat"
    PARTY_DAY = "party-day"
    QIXI = "qixi"
    MID_AUTUMN = "mid-autumn"
    NATIONAL_DAY = "national-day"
    DOUBLE_NINTH = "double-ninth"
    VOLUNTEER_DAY = "volunteer-day"


class ActivityKind(StrEnum):
    """What sort of gathering an activity is (plan, 三.1, 四(一), 四(四), 五)."""

    LECTURE = "lecture"
    MORALITY_HALL = "morality-hall"
    PARTY_DAY = "party-day"
    MICRO_CLASS = "micro-class"
    READING = "reading"
    PERFORMANCE = "performance"
    FESTIVAL = "festival"
    HERITAGE = "heritage"
    EXHIBITION = "exhibition"
    SPORT = "sport"
    SERVICE = "service"
    VISIT = "visit"
    FORUM = "forum"
    SEMINAR = "seminar"
    OTHER = "other"


class Audience(StrEnum):
    """Whom an activity is meant for."""

    EVERYONE = "everyone"
    ELDERLY = "elderly"
    CHILDREN = "children"
    YOUTH = "youth"
    WOMEN = "women"
    DISABLED = "disabled"
    NEWCOMERS = "newcomers"
    PARTY_MEMBERS = "party-members"
    VOLUNTEERS = "volunteers"
    FAMILIES = "families"


class Labels(Mapping[StrEnum, tuple[str, str]]):
    """By the word together with what it is a word of: `lecture` is a mode and a kind of activity,
    and as letters they are equal."""

    def __init__(self, *rows: tuple[StrEnum, str, str]) -> None:
        self._rows = {(type(word), word): (english, chinese) for word, english, chinese in rows}

    def __getitem__(self, word: StrEnum) -> tuple[str, str]:
        return self._rows[type(word), word]

    def __iter__(self) -> Iterator[StrEnum]:
        return (word for _, word in self._rows)

    def __len__(self) -> int:
        return len(self._rows)


LABELS = Labels(
    (Theme.THEORY, "Theory", "传思想"),
    (Theme.POLICY, "Policy", "传政策"),
    (Theme.MORALITY, "Morality", "传道德"),
    (Theme.CULTURE, "Culture", "传文化"),
    (Theme.CIVILITY, "Civility", "传文明"),
    (Mode.LECTURE, "Lecture", "讲"),
    (Mode.SELECTION, "Selection", "选"),
    (Mode.HELP, "Help", "助"),
    (Mode.HOST, "Host", "办"),
    (Mode.NURTURE, "Nurture", "育"),
    (Mode.LINK, "Link", "联"),
    (SiteLevel.CENTRE, "Centre", "中心"),
    (SiteLevel.INSTITUTE, "Institute", "所"),
    (SiteLevel.STATION, "Station", "站"),
    (SiteLevel.POINT, "Point", "点"),
    (Department.PARTY_OFFICE, "Party and government office", "党政办"),
    (Department.SECURITY_OFFICE, "Comprehensive governance office", "综治办"),
    (Department.CULTURE_STATION, "Culture station", "文化站"),
    (Department.NEXT_GENERATION, "Next generation committee", "关工委"),
    (Department.FAMILY_PLANNING, "Family planning office", "计生办"),
    (Department.HEALTH_OFFICE, "Health and family planning office", "卫计办"),
    (Department.SCIENCE_ASSOCIATION, "Science association", "科协"),
    (Department.CIVIL_AFFAIRS, "Civil affairs office", "民政办"),
    (Department.JUSTICE_OFFICE, "Justice office", "司法所"),
    (Department.TRADE_UNION, "Trade union", "工会"),
    (Department.YOUTH_LEAGUE, "Youth league", "团工委"),
    (Department.WOMENS_FEDERATION, "Women's federation", "妇联"),
    (Department.SERVICE_CENTRE, "Convenience service centre", "便民服务中心"),
    (Department.EDUCATION_OFFICE, "Culture and education office", "文教办"),
    (Department.LABOUR_OFFICE, "Labour and security office", "劳保所"),
    (Festival.SPRING_FESTIVAL, "Spring Festival", "春节"),
    (Festival.LANTERN_FESTIVAL, "Lantern Festival", "元宵"),
    (Festival.LEI_FENG_DAY, "Learn from Lei Feng Day", "学雷锋日"),
    (Festival.QINGMING, "Qingming", "清明"),
    (Festival.READING_DAY, "World Reading Day", "世界读书日"),
    (Festival.DRAGON_BOAT, "Dragon Boat Festival", "端午"),
    (Festival.PARTY_DAY, "Founding day of the Party", "七一建党节"),
    (Festival.QIXI, "Qixi", "七夕"),
    (Festival.MID_AUTUMN, "Mid-Autumn Festival", "中秋"),
    (Festival.NATIONAL_DAY, "National Day", "国庆"),
    (Festival.DOUBLE_NINTH, "Double Ninth", "重阳"),
    (Festival.VOLUNTEER_DAY, "Volunteer Day", "国际志愿者日"),
    (ActivityKind.LECTURE, "Lecture", "宣讲"),
    (ActivityKind.MORALITY_HALL, "Morality hall", "道德讲堂"),
    (ActivityKind.PARTY_DAY, "Theme party day", "主题党日"),
    (ActivityKind.MICRO_CLASS, "Micro party class", "微型党课"),
    (ActivityKind.READING, "Reading", "阅读"),
    (ActivityKind.PERFORMANCE, "Performance", "文艺演出"),
    (ActivityKind.FESTIVAL, "Festival", "节日活动"),
    (ActivityKind.HERITAGE, "Intangible heritage", "非遗"),
    (ActivityKind.EXHIBITION, "Exhibition", "展览"),
    (ActivityKind.SPORT, "Sport", "文体活动"),
    (ActivityKind.SERVICE, "Service", "志愿服务"),
    (ActivityKind.VISIT, "Visit to learn from", "观摩"),
    (ActivityKind.FORUM, "Forum", "座谈会"),
    (ActivityKind.SEMINAR, "Seminar", "研讨会"),
    (ActivityKind.OTHER, "Other", "其他"),
    (Audience.EVERYONE, "Everyone", "全体居民"),
    (Audience.ELDERLY, "Elderly people", "老年人"),
    (Audience.CHILDREN, "Children", "儿童"),
    (Audience.YOUTH, "Young people", "青年"),
    (Audience.WOMEN, "Women", "妇女"),
    (Audience.DISABLED, "Disabled people", "残障人士"),
    (Audience.NEWCOMERS, "Newcomers", "新新浦人"),
    (Audience.PARTY_MEMBERS, "Party members", "党员"),
    (Audience.VOLUNTEERS, "Volunteers", "志愿者"),
    (Audience.FAMILIES, "Families", "家庭"),
)
"""English and Chinese label of each word."""

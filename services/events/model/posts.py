"""Posts (岗位) of an activity, and the helpers' shifts that they ask volunteers for.

What is asked for is told with the activity's facts; shifts are planned, moved and cancelled by the
volunteers service when it hears them. docs/decisions/0065.
"""

from collections.abc import Sequence
from datetime import timedelta

from services.events.model.commands import Post
from services.events.model.session import Session, SessionStatus
from shared.contracts.events import HelpersWanted
from shared.errors import invalid

MOST_SHIFTS = 200
"""Of one activity: planned within a second or two, between which other events wait."""
MOST_HANDS = 200  # of a shift
LONGEST = timedelta(hours=24)  # likewise


def check(posts: Sequence[Post], sessions: Sequence[Session]) -> None:
    """Raises Unprocessable naming the post."""
    codes = {each.code for each in sessions}
    for number, post in enumerate(posts):
        at = f"posts.{number}"
        if any(other.code == post.code for other in posts[:number]):
            raise invalid(f"{at}.code", "each post once", "岗位代码不得重复")
        unknown = sorted(set(post.sessions) - codes)
        if unknown:
            raise invalid(
                f"{at}.sessions",
                f"has no session {unknown[0]}; there are {', '.join(sorted(codes))}",
                f"没有场次 {unknown[0]},现有 {', '.join(sorted(codes))}",
            )
        if post.hands > MOST_HANDS and not post.by_hand:
            raise invalid(
                f"{at}.hands",
                f"a shift has {MOST_HANDS} hands at most; make two posts of it, or plan by_hand",
                f"每个班次最多 {MOST_HANDS} 人,请分设岗位或设为 by_hand",
            )
        if any(each.ends_at - each.starts_at > LONGEST for each in wanted([post], sessions)):
            raise invalid(
                at,
                "a shift lasts a day at most; give the activity shorter sessions, or plan by_hand",
                "班次不超过一天,请划分场次或设为 by_hand",
            )
    if len(wanted(posts, sessions)) > MOST_SHIFTS:
        raise invalid(
            "posts",
            f"give {len(wanted(posts, sessions))} shifts; {MOST_SHIFTS} at most",
            f"共产生 {len(wanted(posts, sessions))} 个班次,最多 {MOST_SHIFTS} 个",
        )


def wanted(posts: Sequence[Post], sessions: Sequence[Session]) -> list[HelpersWanted]:
    """One for each post and session that it is in, and that is not cancelled."""
    return [
        HelpersWanted(
            post=post.code,
            session=each.code,
            title=post.title,
            hands=post.hands,
            starts_at=each.starts_at - timedelta(minutes=post.minutes_before),
            ends_at=each.ends_at + timedelta(minutes=post.minutes_after),
        )
        for each in sessions
        for post in posts
        if each.status is not SessionStatus.CANCELLED
        and not post.by_hand
        and (not post.sessions or each.code in post.sessions)
    ]

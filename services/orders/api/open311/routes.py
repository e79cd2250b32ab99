"""The routes of the adapter, with key, jurisdiction and errors as the standard has them."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, request

from services.orders.api.open311 import parameters, services
from services.orders.api.open311.failures import refusal
from services.orders.api.open311.formats import MEDIA, answer
from services.orders.api.open311.posting import Posting, named
from services.orders.api.open311.reading import Reader
from services.orders.store import Store
from shared.errors import NotFound, ShijianError, Text, Unauthenticated
from shared.logs import request_id
from shared.service import Service
from shared.web.app import idempotency_key, person_of
from shared.web.clients import Client
from shared.web.pages import next_link
from shared.web.problems import speaks_chinese

ROOT = "/open311/v2"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CONTACT = Text(
    "Ask the sub-district's office that runs this installation.", "请联系本街道创建办公室。"
)
KEY_SERVICE = Text(
    "A key is a client's key of this installation; the operator gives it out.",
    "api_key 即本系统客户端密钥,由管理员发放。",
)
Admit = Callable[[str], Client]
"""The client of a key; of an empty one, nobody. Raises Unauthenticated, TooMany."""


def add(app: Flask, service: Service[Store], admit: Admit) -> None:
    """Serve the standard under `/open311/v2`."""
    served = service.kit.settings.open311_jurisdiction
    adapter = Adapter(service.app, service.kit.clock.now, served, admit)
    blueprint = Blueprint("open311", __name__)
    for path, view, method in (
        ("/open311/discovery.<format>", adapter.discovery, "GET"),
        (f"{ROOT}/discovery.<format>", adapter.discovery, "GET"),
        (f"{ROOT}/services.<format>", adapter.list_services, "GET"),
        (f"{ROOT}/services/<code>.<format>", adapter.define_service, "GET"),
        (f"{ROOT}/requests.<format>", adapter.list_requests, "GET"),
        (f"{ROOT}/requests.<format>", adapter.post_request, "POST"),
        (f"{ROOT}/requests/<id>.<format>", adapter.read_request, "GET"),
        (f"{ROOT}/tokens/<token>.<format>", adapter.read_token, "GET"),
    ):
        name = f"{path}-{method}".replace(".", "-")
        blueprint.add_url_rule(path, name, _guarded(view, served), methods=[method])
    app.register_blueprint(blueprint)


def _guarded(view: Callable[..., Response], served: str) -> Callable[..., Response]:
    """Whatever is raised is answered as the standard wants, in the format asked for."""

    def guarded(format: str, **parts: str) -> Response:
        try:
            if format not in MEDIA:
                raise NotFound(Text("The formats are xml and json.", "格式为 xml 或 json。"))
            parameters.require_jurisdiction(request.values, served)
            return view(format, **parts)
        except ShijianError as error:
            return refusal(named(error), format)
        except Exception as error:  # nothing of ours may escape in another shape
            return refusal(error, format)

    return guarded


class Adapter:
    """The methods of the standard."""

    def __init__(self, store: Store, now: Callable[[], Any], served: str, admit: Admit) -> None:
        self._store, self._now, self._served, self._admit = store, now, served, admit

    def discovery(self, format: str) -> Response:
        """What is served where, and when the services last changed."""
        changed = self._store.reported.menu_changed_at()
        changeset = changed.strftime("%Y-%m-%d %H:%M") if changed else "2026-01-01 00:00"
        endpoint = {
            "specification": SPECIFICATION,
            "url": f"{request.host_url.rstrip('/')}{request.script_root}{ROOT}",
            "changeset": changeset,
            "type": "production",
            "formats": list(MEDIA.values()),
        }
        content = {
            "changeset": changeset,
            "contact": CONTACT[_language()],
            "key_service": KEY_SERVICE[_language()],
            "endpoints": [endpoint],
        }
        return answer("discovery", content, format)

    def list_services(self, format: str) -> Response:
        self._client()
        content = services.all_services(self._store.offers(), _language())
        return answer("services", content, format)

    def define_service(self, format: str, code: str) -> Response:
        self._client()
        item = None if services.kind_of(code) else self._store.find_menu_item(code)
        if item is None and services.kind_of(code) is None:
            raise services.unknown_service(code)
        content = services.definition(code, item, _language())
        return answer("service_definition", content, format)

    def post_request(self, format: str) -> Response:
        """Needs a key."""
        client = self._client(needed=True)
        asked = parameters.new_request(request.values)
        posting = Posting(
            store=self._store,
            client=client,
            idempotency_key=idempotency_key(),
            person=person_of(client),
            request_id=request_id.get(),
        )
        made = {
            "service_request_id": posting.post(asked),
            "service_notice": None,
            "account_id": asked.account_id,
        }
        return answer("service_requests", [made], format, 201)

    def list_requests(self, format: str) -> Response:
        """Without a key: snapshots. With one: orders too, of the client's own sites."""
        reader, asked = self._reader(), parameters.search(request.args)
        if asked.service_request_id:
            found = self._store.reported.by_ids(asked.service_request_id)
            shown = [reader.show(each) for each in found if reader.may_see(each)]
            return answer("service_requests", shown, format)
        wanted = asked.wanted(
            self._now(),
            sites=_narrowed(asked.address_id, reader.own_sites),
            items=self._items(asked, reader),
            kinds=_kinds(asked),
            private=reader.sees_private,
        )
        found = self._store.reported.find(wanted, asked.skip, asked.page_size + 1)
        page = [reader.show(each) for each in found[: asked.page_size]]
        response = answer("service_requests", page, format)
        if len(found) > asked.page_size:
            response.headers["Link"] = _without_key(next_link(page=str(asked.page + 1)))
        return response

    def read_request(self, format: str, id: str) -> Response:
        reader = self._reader()
        found = self._store.reported.by_ids([id])
        if not found or not reader.may_see(found[0]):
            raise NotFound(Text("service_request_id was not found.", "没有该 service_request_id。"))
        return answer("service_requests", [reader.show(found[0])], format)

    def read_token(self, format: str, token: str) -> Response:
        """None is ever given out: every service answers at once with its id."""
        self._client()
        raise NotFound(Text("token was not found.", "没有该 token。"))

    # ---- inside ----

    def _client(self, needed: bool = False) -> Client:
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        key = request.values.get("api_key", "") or (bearer if scheme.lower() == "bearer" else "")
        if needed and not key:
            raise Unauthenticated(Text("api_key was not provided.", "未提供 api_key。"))
        return self._admit(key.strip())

    def _reader(self) -> Reader:
        client = self._client()
        titles = {each.item: each.title for each in self._store.offers()}
        sites = {str(each["_id"]): each for each in self._store.sites.all()}
        return Reader(client, titles, sites, _language())

    @staticmethod
    def _items(asked: parameters.Search, reader: Reader) -> frozenset[str] | None:
        if not reader.sees_orders:
            return frozenset()
        if not asked.service_code:
            return None
        return frozenset(each for each in asked.service_code if not _is_kind(each))


def _kinds(asked: parameters.Search) -> frozenset[str] | None:
    if not asked.service_code:
        return None
    kinds = (services.kind_of(each) for each in asked.service_code if _is_kind(each))
    return frozenset(kind for kind in kinds if kind)


def _is_kind(code: str) -> bool:
    return code.startswith(services.SNAPSHOT_PREFIX)


def _narrowed(asked: list[str], own: frozenset[str] | None) -> frozenset[str] | None:
    if not asked:
        return own
    return frozenset(asked) if own is None else frozenset(asked) & own


def _without_key(link: str) -> str:
    """A key is never sent back, not even to who sent it."""
    before, _, rest = link.partition("?")
    query, _, after = rest.partition(">")
    kept = "&".join(each for each in query.split("&") if not each.startswith("api_key="))
    return f"{before}?{kept}>{after}"


def _language() -> int:
    return 1 if speaks_chinese() else 0

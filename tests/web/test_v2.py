"""The JSON of Statuspage's public API: each document satisfies the schema, says what is so, and nothing of what a page does not show."""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
import shown  # noqa: E402
from parsers import parser  # noqa: E402
from tap import run, test  # noqa: E402

DOCUMENTS = {
    "summary.json": {"page", "status", "components", "incidents", "scheduled_maintenances"},
    "status.json": {"page", "status"}, "components.json": {"page", "components"},
    "incidents.json": {"page", "incidents"}, "incidents/unresolved.json": {"page", "incidents"},
    "scheduled-maintenances.json": {"page", "scheduled_maintenances"},
    "scheduled-maintenances/upcoming.json": {"page", "scheduled_maintenances"},
    "scheduled-maintenances/active.json": {"page", "scheduled_maintenances"},
}
HOSTILE = ["<script>alert(1)</script>", '"\\\n\t', "\u202eexe.cod", "a\x00b", "\x1b[31mred", b"\xff\xfe", "%n%s", "\r\nX: y", "café ☃"]


def judge(text):
    document = json.loads(text)
    parser("jsonschema").Draft202012Validator(json.loads((HERE / "statuspage.schema.json").read_text())).validate(document)
    return document


def get(web, name, prefix="", status=200):
    got, headers, body = web.get(f"{prefix}/api/v2/{name}")
    assert got == status, (name, got, body)
    assert headers["Access-Control-Allow-Origin"] == "*" and headers["Content-Type"].startswith("application/json") and headers["ETag"], headers
    document = judge(body)
    assert set(document) == DOCUMENTS[name], name
    return document


def names(document, part):
    return [one["name"] for one in document[part]]


@test("all eight documents have the shape of the schema, with posts and without any")
def shapes():
    for cards in (shown.POSTS, ""):
        with shown.site(cards=cards) as web:
            for name in DOCUMENTS:
                document = get(web, name)
                for part in DOCUMENTS[name] - {"page", "status", "components"}:
                    assert isinstance(document[part], list) and bool(document[part]) == bool(cards), (name, part)


@test("the summary says what is measured and what people say, in a tree")
def summary():
    with shown.site() as web:
        document = get(web, "summary.json")
    assert document["status"] == {"indicator": "major", "description": "Partial System Outage"}
    assert document["page"]["name"] == "Example status" and document["page"]["time_zone"] == "Etc/UTC"
    of = {one["name"]: one for one in document["components"]}
    assert of["Web server 1"]["status"] == "operational" and of["vault"]["status"] == "major_outage"
    assert of["The shop"]["status"] == "partial_outage", "what people say"
    assert of["web-2"]["status"] == "under_maintenance" and of["backup"]["description"].startswith("not known")
    assert of["The shop"]["group"] and of["The shop"]["components"] == [of["Web server 1"]["id"], of["web-2"]["id"]]
    assert of["web-2"]["group_id"] == of["The shop"]["id"] and of["The shop"]["group_id"] is None and "components" not in of["backup"]
    assert names(document, "incidents") == ["Only for us", "Title of 0incident00a"]
    assert sorted(names(document, "scheduled_maintenances")) == ["New cables", "New disks"]


@test("incidents carry their updates, the newest first, with all their times")
def incidents():
    with shown.site() as web:
        of = {one["id"]: one for one in get(web, "incidents.json")["incidents"]}
        unresolved = get(web, "incidents/unresolved.json")
    one, other = of["0incident00a"], of["0incident00b"]
    assert [u["status"] for u in one["incident_updates"]] == ["monitoring", "identified", "investigating"]
    assert one["incident_updates"][0]["body"] == "Mended,\nwe watch." and one["monitoring_at"] == one["incident_updates"][0]["display_at"]
    assert one["resolved_at"] is None and other["resolved_at"] == other["incident_updates"][0]["display_at"]
    assert one["shortlink"].endswith("/incident/0incident00a/") and one["shortlink"].startswith(f"http://127.0.0.1:{web.port}/")
    assert [c["new_status"] for c in one["incident_updates"][0]["affected_components"]] == ["partial_outage", "major_outage"]
    assert set(of) == {"0incident00a", "0incident00b", "0incident00c"}
    assert {i["id"] for i in unresolved["incidents"]} == {"0incident00a", "0incident00c"}


@test("maintenances are upcoming, active or over")
def maintenances():
    with shown.site() as web:
        every = {one["id"]: one for one in get(web, "scheduled-maintenances.json")["scheduled_maintenances"]}
        assert names(get(web, "scheduled-maintenances/upcoming.json"), "scheduled_maintenances") == ["New disks"]
        assert names(get(web, "scheduled-maintenances/active.json"), "scheduled_maintenances") == ["New cables"]
    assert {i: one["status"] for i, one in every.items()} == {"0maintain00a": "scheduled", "0maintain00b": "in_progress", "0maintain00c": "completed"}
    assert every["0maintain00a"]["scheduled_for"] < every["0maintain00a"]["scheduled_until"]


@test("maintenance that was planned without a post is among them, of what the page shows alone")
def planned():
    windows = (shown.window("w1", "Shop\nvault", text="New disks") + shown.window("w2", "vault", text="Only for us: window")
               + shown.window("w3", begins=-shown.HOUR, lasts=2 * shown.HOUR))
    with shown.site(shown.states().replace("health -", windows + "health -", 1), cards="") as web:
        document = get(web, "scheduled-maintenances.json", "/pages/shop")
        every = document["scheduled_maintenances"]
        for part, wanted in (("upcoming", ["New disks"]), ("active", ["Maintenance"])):
            assert names(get(web, f"scheduled-maintenances/{part}.json", "/pages/shop"), "scheduled_maintenances") == wanted
        assert len(get(web, "summary.json", "/pages/shop")["scheduled_maintenances"]) == 2
    assert [(one["name"], one["status"]) for one in every] == [("Maintenance", "in_progress"), ("New disks", "scheduled")]
    assert [c["name"] for c in every[1]["components"]] == ["The shop"] and len({one["id"] for one in every}) == 2


@test("a page that shows one service tells nothing of the others, in no document")
def private():
    with shown.site() as web:
        for name in DOCUMENTS:
            document = get(web, name, "/pages/shop")
            text = json.dumps(document)
            for secret in shown.SECRETS:
                assert secret not in text, (name, secret)
            assert document["page"]["url"].endswith("/pages/shop") and document["page"]["time_zone"] == "Europe/London"
        assert names(get(web, "components.json", "/pages/shop"), "components") == ["Web server 1", "web-2", "The shop"]
        assert [i["id"] for i in get(web, "incidents.json", "/pages/shop")["incidents"]] == ["0incident00a", "0incident00b"]


@test("the indicator: none, minor, major, critical, maintenance")
def indicator():
    quiet = shown.post("0maintain00b", sort="maintenance", state="in_progress", impact="degraded", components="Shop", end_us=shown.NOW_US + shown.HOUR)
    claim = shown.post("0incident00a", impact="critical", components="web-1")
    cases = [("none", shown.states(), ""), ("minor", shown.states(shop="degraded"), ""), ("major", shown.states(web1="down", shop="degraded"), claim.replace("critical", "major")),
             ("critical", shown.states(web1="down", web2="down", shop="down"), ""), ("critical", shown.states(), claim), ("maintenance", shown.states(), quiet)]
    for wanted, lines, cards in cases:
        with shown.site(lines, cards) as web:
            assert get(web, "status.json", "/pages/shop")["status"]["indicator"] == wanted, wanted


@test("hostile names and texts stay texts, and satisfy the schema")
def hostile():
    cards, more, told = "", "", ""
    for number, text in enumerate(HOSTILE):
        cards += shown.post(f"0hostile000{number}", components=text, title=text, updates=[("investigating", text, 5)])
        more += shown.named("check", text, module=text, state=text, since_us=shown.NOW_US, reason=text)
        told += shown.named("target", text, module="tcp", title=text)
    with shown.site(shown.states(more=more), cards, shown.pages(told)) as web:
        for name in DOCUMENTS:
            document = get(web, name)
            assert not any(sign in json.dumps(document, ensure_ascii=False) for sign in "\x00\x1b\u202e"), name
        assert "café ☃" in names(document := get(web, "incidents.json"), "incidents") and len(document["incidents"]) == len(HOSTILE)


@test("before the keeper has answered it is 503, and no page of that name is 404")
def nothing():
    with shown.site("health - ok=1\n", silent=True) as web:
        status, _, body = web.get("/api/v2/summary.json")
        assert status == 503 and judge(body)["incidents"] == []
    with shown.site() as web:
        assert web.get("/pages/none/api/v2/summary.json")[0] == 404 and web.get("/api/v2/none.json")[0] == 404
        assert web.get("/api/v2/summary.json", "POST")[0] == 405


run()

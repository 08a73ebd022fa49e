"""The administration's pages of subscribers and of visitors' requests: who may look, what they show and never show, what is asked of the keeper."""
import pathlib
import re
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent / "lib")]
import shown  # noqa: E402
from crawl import Document  # noqa: E402
from keeper import Web  # noqa: E402
from signing import Browser, Sessions, user  # noqa: E402
from tap import run, test  # noqa: E402

USERS = user("ann", "editor") + user("vic", "operator")


def subscriber(name, to, **words):
    return shown.card(name, "subscriber", **{"to": to, "page": "shop", "state": "confirmed", "all": 1, "kinds": "incidents\nnews", "maintenance": "all", **words})


def request(name, **words):
    return shown.card(name, "request", **{"page": "shop", "state": "open", "what": "till.example.org", "why": "It is <b>slow</b>.\nOften.", **words})


PEOPLE = (subscriber("0s1", "email:annabel@example.org", components="Shop\nvault", all=0, after_us=300_000_000, audiences="partners")
          + subscriber("0s2", "email:a@example.org", page="status", state="pending", maintenance="outage")
          + subscriber("0s3", "webhook:https://hooks.example.org/services/T0/secret-part") + subscriber("0s4", "sms:+4915112345678")
          + subscriber("0s5", "x:<script>alert(1)</script>", page="status")
          + request("0r1") + request("0r2", state="refused", what="old.example.org", said="Not <i>ours</i>."))


def served(cards=PEOPLE, extra="", **reply):
    told = shown.pages().replace('title="Shop status"', 'title="Shop status" audiences="partners\\x0astaff"').replace(
        'title="Example status"', 'title="Example status" audiences="staff\\x0aboard"')
    return Web(shown.states(), told=told, cards=USERS + cards + extra, reply=Sessions().reply(**reply))


def signed_in(web, name="ann"):
    b = Browser(web.port)
    assert b.sign_in(name)[0] == 303
    return b


def asked(web, verb):
    return [r for r in web.keeper.requests if r.startswith(verb + " ")]


@test("subscribers stand under their page: a shortened address, state, since when, what they chose")
def subscribers():
    with served() as web:
        b = signed_in(web)
        assert "5 subscriptions" in b.get("/admin/")[2] and "1 request waits" in b.get("/admin/")[2]
        status, headers, text = b.get("/admin/subscribers/")
        assert status == 200 and headers["Cache-Control"] == "no-store"
        assert "an…@example.org" in text and "email:…@example.org" in text and "a@example" not in text
        for secret in ("annabel", "secret-part", "15112345", "<script", "services"):
            assert secret not in text, secret
        assert "webhook:https://hooks.example.org/…" in text and "sms:+4…78" in text
        example, shop = text.split("<h2>Shop status</h2>")
        assert "<h2>Example status</h2>" in example and "pending, since 20" in example and "maintenance only where" in example
        assert "incidents, news of Shop, vault; alerts after 5m 0s; groups: partners" in shop
        Document(text)


@test("one is removed by the keeper, in the user's name; who is not there is not there; a refusal is shown")
def removes():
    with served(**{"subscriber-delete": "end - text=removed\n"}) as web:
        b = signed_in(web)
        form = b.form()
        done = b.post("/admin/subscribers/remove/", {"form": form, "id": "0s3"})
        assert done[0] == 303 and done[1]["Location"].endswith("/admin/subscribers/?done=removed"), done
        assert "The subscription is removed." in b.get("/admin/subscribers/?done=removed")[2]
        assert [r.split() for r in asked(web, "subscriber-delete")] == [["subscriber-delete", "0s3", "by=ann"]]
        for wrong in ("", "0s9", "0s3 by=eve", "0s3\nuser-remove ann"):
            assert b.post("/admin/subscribers/remove/", {"form": form, "id": wrong})[0] == 404, wrong
        assert b.post("/admin/subscribers/remove/", {"id": "0s3"})[0] == 403 and len(asked(web, "subscriber-delete")) == 1
        assert not asked(web, "user-remove")
    with served(**{"subscriber-delete": 'end - wrong="there is no such <subscriber>"\n'}) as web:
        b = signed_in(web)
        status, _, text = b.post("/admin/subscribers/remove/", {"form": b.form(), "id": "0s3"})
        assert status == 409 and "there is no such &lt;subscriber&gt;" in text and "hooks.example.org" in text


@test("requests of visitors: what waits can be accepted or refused, with a word why; what was answered stays")
def requests():
    with served(**{"request-close": "end - text=accepted\n"}) as web:
        b = signed_in(web)
        text = b.get("/admin/requests/")[2]
        assert text.index("till.example.org") < text.index("old.example.org") and "It is &lt;b&gt;slow&lt;/b&gt;." in text
        assert "Not &lt;i&gt;ours&lt;/i&gt;." in text and text.count("Accept</button>") == 1
        form = b.form()
        for answer, done in (("accept", "accepted"), ("refuse", "refused")):
            got = b.post("/admin/requests/answer/", {"form": form, "id": "0r1", "answer": answer, "said": "a b\nby=eve"})
            assert got[0] == 303 and got[1]["Location"].endswith(f"/admin/requests/?done={done}"), got
        said = asked(web, "request-close")
        assert [re.findall(r"accept=(\d)", r) for r in said] == [["1"], ["0"]] and all("by=ann\n" in r for r in said), said
        assert b.post("/admin/requests/answer/", {"form": form, "id": "0r1"})[0] == 400
        assert b.post("/admin/requests/answer/", {"form": form, "id": "0r9", "answer": "accept"})[0] == 404
        assert b.post("/admin/requests/answer/", {"id": "0r1", "answer": "accept"})[0] == 403 and len(asked(web, "request-close")) == 2


@test("nobody below an editor sees them; empty ones say so; more than a table holds is counted")
def bounds():
    with served() as web:
        b = signed_in(web, "vic")
        assert b.get("/admin/subscribers/")[0] == 403 and b.get("/admin/requests/")[0] == 403
        assert "subscription" not in b.get("/admin/")[2]
    with served("") as web:
        b = signed_in(web)
        assert "Nobody has subscribed." in b.get("/admin/subscribers/")[2] and "No visitor has asked" in b.get("/admin/requests/")[2]
    with served("".join(subscriber(f"0s{n:04}", f"email:person{n}@example.org") for n in range(310)) + subscriber("1s", "email:b@x.org", page="gone")) as web:
        text = signed_in(web).get("/admin/subscribers/")[2]
        assert text.count("Remove</button>") == 300 and "And 10 more: nines subscriber list --page shop" in text and "configured no more" in text


@test("a post may be for some groups of subscribers alone: those of all pages, each once")
def audiences():
    with served(post="end - text=saved id=0p1\n") as web:
        b = signed_in(web)
        text = b.get("/admin/new/news/")[2]
        assert re.findall(r'name="audience" value="(\w+)"', text) == ["staff", "board", "partners"] or \
            sorted(re.findall(r'name="audience" value="(\w+)"', text)) == ["board", "partners", "staff"], text
        assert b.post("/admin/new/news/", {"form": b.form(), "title": "t", "body": "b", "audience": "staff"})[0] == 303
        assert "audiences=staff" in asked(web, "post")[0]
        b.post("/admin/new/news/", {"form": b.form(), "title": "t", "body": "b"})
        assert "audiences" not in asked(web, "post")[1]


run()

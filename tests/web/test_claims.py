"""Whoever runs a site claims its monitor: page, letter, code, proof by a file and by DNS, and what it changes (row 132)."""
import html
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import certs  # noqa: E402
from daemon import Daemon, until  # noqa: E402
from dnswire import TXT, Udp, txt, zone  # noqa: E402
from parsers import parser  # noqa: E402
from servers import Http, redirect, reply, tls_context  # noqa: E402
from signing import Browser, add_user  # noqa: E402
from subscribed import Site, World  # noqa: E402
from tap import run, test  # noqa: E402
from tokens import add_token  # noqa: E402

FILE = "/.well-known/nines-claim"
SITES = "/pages/sites"
LINK = r"https://sites\.example\.org/claiming/([a-z0-9]+\.[A-Za-z0-9_-]{22})/"
BAD_CERTIFICATES = [(certs.expired, "expired on "), (certs.not_yet, "is not yet valid"), (certs.wrong_host, "is for 'elsewhere.test', not '127.0.0.1'"),
                    (certs.self_signed, "is self-signed"), (certs.other_authority, "chain incomplete: issuer 'CN=other.test' is neither sent nor trusted"),
                    (certs.incomplete, "chain incomplete: issuer 'CN=between.test' is neither sent nor trusted")]
CODE = r"nines-claim=([a-z0-9]+\.[A-Za-z0-9_-]{22})"
MORE = """
{kind} "mine" {{ url = "{url}/"  every = "1s"  recheck = "1s"  title = "My shop"  owner = "ops" }}
http "rebound" {{ host = "127.0.0.1"  port = {port}  every = "1h" }}
tcp "named" {{ host = "shop.test"  port = 1  every = "1h" }}
page "sites" {{ title = "Sites"  url = "https://sites.example.org"  show = {{mine, named, rebound, mx}}  subscribe = email  claims = {claims} }}
"""


class Shop:
    """The site that is claimed: its pages, its records, and a world whose page shows it."""

    def __init__(self, tmp, claims="yes", certificate=None):
        """With a certificate it speaks https, to a nines that trusts the authority of the tests alone."""
        self.pages, self.records = {"/": reply(200)}, {}
        self.http = Http(lambda r: self.pages.get(r.path, reply(404)), tls=certificate and tls_context(certificate()))
        self.env = {"SSL_CERT_FILE": certs.authority()} if certificate else {}
        self.dns = Udp(zone(lambda name, kind: self.records.get((name, kind))))
        self.tmp, self.option = tmp, claims

    def __enter__(self):
        http, dns = self.http.__enter__(), self.dns.__enter__()
        more = MORE.format(kind=http.url("").partition(":")[0], url=http.url(""), port=http.port, claims=self.option)
        self.world = World(self.tmp, more, {"NINES_RESOLVER": f"{dns.host}:{dns.port}", **self.env})
        self.world.__enter__()
        self.daemon, self.site = self.world.daemon, self.world.site
        return self

    def __exit__(self, *why):
        for one in (self.world, self.dns, self.http):
            one.__exit__(*why)

    def claim(self, name="mine", mail="eve@nines.test", owner="Eve Ltd", mails=1):
        """Asks, opens the letter, says yes: the key, and the code to publish."""
        status, _, body = self.site.ask("POST", f"{SITES}/claim/{name}/", {"owner": owner, "mail": mail})
        assert status == 200 and "A message with a link was sent" in body, (status, body)
        letter = self.world.mails(mail, mails)[-1].get_content()
        assert owner not in letter, letter
        key = re.search(LINK, letter)[1]
        assert "Yes, go on" in self.show(key), "a link alone changes nothing"
        self.act(key, "confirm")
        return key, re.search(CODE, self.show(key))[1]

    def show(self, key):
        status, header, body = self.site.ask("GET", f"{SITES}/claiming/{key}/")
        assert status == 200 and header["Cache-Control"] == "no-store", (status, header)
        return body

    def act(self, key, what, status=303):
        got, _, body = self.site.ask("POST", f"{SITES}/claiming/{key}/", {"act": what})
        assert got == status, (got, body)
        return body

    def look(self, key):
        """Presses "Check now": the page once the site was looked at."""
        self.act(key, "look")
        return until("it was looked at", lambda: (body := self.show(key)) and "being looked at" not in body and body)

    def restart(self):
        assert self.daemon.stop() == 0
        self.world.daemon = self.daemon = Daemon(self.tmp, self.world.conf, env=self.world.env).__enter__()
        self.daemon.until_status("it runs again", lambda s: s["checks"])
        self.world.site = self.site = Site(self.daemon)

    def claims(self):
        return json.loads(self.daemon.nines("claim", "--json").stdout)["claims"]

    def nines(self, *words):
        done = self.daemon.nines("claim", *words, "--by", "ann")
        assert done.returncode == 0, done.stderr
        return done.stdout

    def api(self, who, method, path, body=None):
        return Browser(self.daemon.port).ask(method, f"/api/v1/{path}", body and json.dumps(body), Authorization=f"Bearer {who * 43}", Content_Type="application/json")


def found(code):
    return reply(200, f"# ours\nnines-claim={code}\n".encode())


@test("by a file: only this claim's own code counts, then a person gives the monitor to its owner, followers hear it once, and all of it outlives a restart")
def by_file(tmp):
    with Shop(tmp) as shop:
        assert "/claim/mine/" in until("the monitor has its page", lambda: (a := shop.site.ask("GET", f"{SITES}/monitor/mine/"))[0] == 200 and a[2])
        for who, owner in (("o", "ops"), ("e", "Eve Ltd"), ("a", "")):
            add_token(shop.daemon, who * 43, "admin", f"token-{who}", owner)
        shop.world.confirmed("fan@nines.test", path=SITES, scope="chosen", component="mine", kind="alerts")
        key, code = shop.claim()
        _, other = shop.claim(mail="zed@nines.test", owner="Zed")
        assert "status 404" in shop.look(key)
        for wrong in (found("x" * 30), found(other), found(code[:-1]), reply(200, b"x" + code.encode())):
            shop.pages[FILE] = wrong
            assert "and not the code" in shop.look(key)
        shop.pages[FILE], shop.pages["/elsewhere"] = redirect("/elsewhere"), found(code)
        assert "It is proven" not in shop.look(key), "who can lead elsewhere does not run the site"
        assert not any(r.path == "/elsewhere" for r in shop.http.requests)
        assert shop.daemon.nines("claim", "accept", shop.claims()[0]["id"]).returncode != 0, "nothing is proven yet"
        shop.pages[FILE] = found(code)
        assert "It is proven" in shop.look(key)
        one = next(c for c in shop.claims() if c["owner"] == "Eve Ltd")
        assert (one["state"], one["method"], one["follow"]) == ("verified", "file", None), one
        assert "My shop is verified" in shop.world.mails("eve", 2)[-1]["Subject"]
        assert shop.api("o", "GET", "checks/mine")[0] == 200 and shop.api("e", "GET", "checks/mine")[0] == 404
        assert shop.api("e", "GET", f"claims/{one['id']}")[0] == 404, "not his before it is his"
        assert shop.api("a", "PATCH", f"claims/{one['id']}", {"act": "accept"})[0] == 200
        assert "My shop is accepted" in shop.world.mails("eve", 3)[-1]["Subject"]
        for who, wanted in (("o", 404), ("e", 200), ("a", 200)):
            assert shop.api(who, "GET", "checks/mine")[0] == wanted, who
            assert shop.api(who, "POST", "silences", {"name": "mine", "for": "1h", "reason": "x"})[0] == wanted, who
            assert shop.api(who, "GET", f"claims/{one['id']}")[0] == wanted, who
        assert shop.api("e", "DELETE", "silences/mine")[0] == 200
        schema = {"$ref": "#/components/schemas/Claims", "components": json.loads(shop.api("a", "GET", "openapi.json")[2])["components"]}
        listed = json.loads(shop.api("a", "GET", "claims?limit=1")[2])
        parser("jsonschema").Draft202012Validator(schema).validate(listed)
        assert [c["id"] for c in listed["items"]] == [one["id"]] and json.loads(shop.api("a", "GET", f"claims?after={listed['next']}")[2])["items"][0]["owner"] == "Zed"
        assert [c["owner"] for c in json.loads(shop.api("e", "GET", "claims")[2])["items"]] == ["Eve Ltd"]
        assert "/claim/mine/" not in shop.site.ask("GET", f"{SITES}/monitor/mine/")[2]
        told = shop.world.mails("fan", 2)[-1]
        assert "can be followed no more" in told["Subject"] and "Eve" not in told.get_content(), told
        assert "does not let others follow" in shop.site.subscribe("new@nines.test", path=f"{SITES}/subscribe/", status=422, scope="chosen", component="mine", kind="alerts")
        shop.restart()
        until("the web has read who may", lambda: shop.api("a", "GET", "checks/mine")[0] == 200)
        assert shop.api("o", "GET", "checks/mine")[0] == 404 and shop.api("e", "GET", "checks/mine")[0] == 200
        shop.pages["/"] = reply(500)
        shop.daemon.until_status("it is down", lambda s: any(c["name"] == "mine" and c["state"] == "down" for c in s["checks"]))
        shop.pages["/"] = reply(200)
        shop.daemon.until_status("and up", lambda s: any(c["name"] == "mine" and c["state"] == "up" for c in s["checks"]))
        assert "others may follow" in shop.nines("show", one["id"]) and "off" in shop.nines("show", one["id"])
        shop.nines("follow", one["id"], "on")
        assert shop.site.subscribe("new@nines.test", path=f"{SITES}/subscribe/", scope="chosen", component="mine", kind="alerts")
        assert len(shop.world.mails("new", 1)) == 1 and len(shop.world.inbox("fan")) == 2, "he hears nothing of it any more"
        shop.nines("release", one["id"], "--text", "it was sold")
        until("the web has heard of it", lambda: shop.api("o", "GET", "checks/mine")[0] == 200)
        assert shop.api("e", "GET", "checks/mine")[0] == 404
        assert "it was sold" in shop.show(key)
        last = shop.world.mails("eve", 4)[-1]
        assert "released" in last["Subject"] and "it was sold" in last.get_content() and not last["List-Unsubscribe"], last


@test("by a TXT record, and where the page says so no person is asked; one press of a mail program's button ends the letters")
def by_dns(tmp):
    with Shop(tmp, "automatic") as shop:
        key, code = shop.claim("named")
        _, other = shop.claim("named", mail="zed@nines.test", owner="Zed")
        body = shop.look(key)
        assert "TXT of _nines-claim.shop.test: there is no such record" in body and "shop.test" + FILE in body, body
        shop.records["_nines-claim.shop.test", TXT] = [txt(f"nines-claim={other}")]
        assert "and not the code" in shop.look(key)
        shop.restart()
        until("the link still opens", lambda: shop.site.ask("GET", f"{SITES}/claiming/{key}/")[0] == 200)
        shop.records["_nines-claim.shop.test", TXT] += [txt("nines-claim=", code)]
        assert "It is yours" in shop.look(key)
        one = next(c for c in shop.claims() if c["owner"] == "Eve Ltd")
        assert (one["state"], one["method"], one["judged_by"]) == ("accepted", "dns", ""), one
        told = shop.world.mails("eve", 2)[-1]
        assert "named is accepted" in told["Subject"] and told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click", told
        assert "Send me no more letters" in shop.show(key)
        at, = re.findall(LINK.join("<>"), told["List-Unsubscribe"])
        assert shop.site.ask("POST", f"{SITES}/claiming/{at}/", {"List-Unsubscribe": "One-Click"})[0] == 303
        assert "It is yours" in shop.show(key) and "Send me no more letters" not in shop.show(key)
        assert not next(c for c in shop.claims() if c["owner"] == "Eve Ltd")["to"], "his address is gone"


@test("by a file over https: a certificate that is not good proves nothing, is asked for nothing, and the page says what is wrong; a good one does")
def by_https(tmp):
    with Shop(tmp, certificate=certs.expired) as shop:
        key, code = shop.claim()
        shop.pages[FILE] = found(code)
        for certificate, wrong in BAD_CERTIFICATES:
            shop.http.tls = tls_context(certificate())
            body = shop.look(key)
            assert f"{FILE}: certificate {wrong}" in html.unescape(body) and "Prove that you run this site" in body, (wrong, body)
        assert not shop.http.requests and shop.claims()[0]["state"] == "open", "nothing is asked of whom nobody vouches for"
        shop.http.tls = tls_context(certs.good())
        assert "It is proven" in shop.look(key)
        one, = shop.claims()
        assert (one["state"], one["method"], one["found"]) == ("verified", "file", [f"{shop.http.url(FILE)}: the code"]), one


@test("a site that lies inside is not dialled for strangers, and nothing is told of it but that")
def inside(tmp):
    with Shop(tmp) as shop:
        key, _ = shop.claim("rebound")
        before = len(shop.http.requests)
        body = shop.look(key)
        assert body.count("its address is not a public one") == 2, body
        shop.records["shop.test", 1] = [b"\x7f\0\0\1"]
        key, _ = shop.claim("named", mails=2)
        assert shop.look(key).count("its address is not a public one") == 2
        assert all(r.path == "/" for r in shop.http.requests[before:])


@test("in a browser without scripts: what cannot be claimed, what is wrong, withdrawing, and the administration")
def pages(tmp):
    with Shop(tmp) as shop:
        for path in ("/claim/mx/", "/pages/staff/claim/other/", f"{SITES}/claim/other/", f"{SITES}/claim/nothing/", f"{SITES}/claiming/abc.{'x' * 22}/"):
            assert shop.site.ask("GET", path)[0] == 404, path
            assert shop.site.ask("POST", path, {"owner": "x", "mail": "eve@nines.test", "act": "look"})[0] == 404, path
        for fields in ({"owner": "", "mail": "eve@nines.test"}, {"owner": "Eve", "mail": "eve"}, {"owner": "Eve", "mail": "eve@nines.test\r\nBcc: x@nines.test"}):
            assert shop.site.ask("POST", f"{SITES}/claim/mine/", fields)[0] == 422, fields
        key, code = shop.claim(owner="<b>Eve</b> & Co")
        assert shop.act(key, "confirm", 422) and shop.act(key, "accept", 422) and shop.act(key[:-1] + ("a" if key[-1] != "a" else "b"), "look", 404)
        assert code not in shop.world.stored().decode(errors="replace"), "the code is derived, and stands nowhere"
        shop.pages[FILE] = found(code)
        assert "It is proven" in shop.look(key)
        add_user(shop.daemon, "ann", "admin")
        add_user(shop.daemon, "ed", "editor")
        ann, ed = Browser(shop.daemon.port), Browser(shop.daemon.port)
        ann.sign_in("ann", "right horse battery")
        ed.sign_in("ed", "right horse battery")
        assert ed.get("/admin/claims/")[0] == 403
        assert "1 verified claim waits" in ann.get("/admin/")[2]
        page = ann.get("/admin/claims/")[2]
        assert "&lt;b&gt;Eve&lt;/b&gt; &amp; Co" in page and "<b>Eve" not in page, page
        one, = shop.claims()
        form = {"form": ann.form("/admin/claims/"), "id": one["id"]}
        assert ann.post("/admin/claims/judge/", {**form, "form": "x", "act": "accept"})[0] == 403
        assert ann.post("/admin/claims/judge/", {**form, "act": "accept", "owner": "Eve"})[0] == 303
        assert ann.post("/admin/claims/judge/", {**form, "act": "accept"})[0] == 409
        assert ann.post("/admin/claims/judge/", {**form, "act": "follow", "follow": "on"})[0] == 303
        one, = shop.claims()
        assert (one["owner"], one["state"], one["follow"], one["judged_by"]) == ("Eve", "accepted", True, "ann"), one
        assert ann.post("/admin/claims/judge/", {**form, "act": "release"})[0] == 303
        again, _ = shop.claim(mail="zed@nines.test")
        shop.act(again, "withdraw")
        assert "The claim is withdrawn" in shop.show(again) and "<form" not in shop.show(again)
        assert [c["state"] for c in shop.claims()] == ["released", "withdrawn"]


run()

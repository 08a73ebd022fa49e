"""Sections `page`: the lines they become, their files, and each mistake with file, line and remedy."""
import collections
import re

from daemon import nines
from loader import lines_of, load
from tap import BUILD, ROOT, run, test

HEAD = f'modules = "{BUILD}/modules"\nnotifiers = "{BUILD}/notifiers"\n'
TCP = 'tcp "anna" { host = "127.0.0.1" port = 25 category = "Mail" }\n'
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100

# name, text behind HEAD and TCP (its first line is line 4), the sentences without the file's name
CASES = [
    ("a name that cannot stand in an address", 'page "My shop" { }\n',
     ["4: the name of page 'My shop' cannot stand in its address: write small letters, digits, '-', '_' and '.', as in page \"shop\""]),
    ("a page twice", 'page "a" { }\npage "a" { }\n', ["5: there are two pages 'a': rename one"]),
    ("something shown that is not there", 'page "a" {\n  show = {"anna", "ana"} }\n',
     ["5: page 'a': show: 'ana' is neither a check nor a service: did you mean 'anna'?"]),
    ("a pattern like nothing", 'page "a" { show = "shops/*" }\n',
     ["4: page 'a': show: 'shops/*' is neither a check nor a service: define it or leave it out"]),
    ("a category that nothing has", 'page "a" { categories = {"Mail", "Post"} }\n',
     ["4: page 'a': nothing has the category 'Post': name one that a check or a service has"]),
    ("a host that is none", 'page "a" { host = "https://x" }\n',
     ["4: host: 'https://x' is a URL, wanted only the host: write a name such as status.example.org"]),
    ("a host of two pages", 'page "a" { host = "x.org" }\npage "b" {\n  host = {"y.org", "x.org"} }\n',
     ["6: host: page 'a' answers to 'x.org' already: leave one of them out"]),
    ("a zone that is none", 'page "a" { zone = "Mars/Base" }\n',
     ["4: zone: 'Mars/Base' is no time zone of this machine: write a name such as Europe/London"]),
    ("an address with a question", 'page "a" { url = "https://x.org/?a=b" }\n',
     ["4: url: 'https://x.org/?a=b' is more than the address of a page: write https://status.example.org"]),
    ("details that are neither", 'page "a" { details = maybe }\n', ["4: details: 'maybe' is none of no|yes: correct the value"]),
    ("an option nearly right", 'page "a" { titel = "x" }\n', ["4: unknown option 'titel' of section 'page': did you mean 'title'?"]),
    ("texts twice", 'page "a" { about = "x"\n about-file = "about.md" }\n', ["5: page 'a' has about and about-file: leave one of them out"]),
    ("a logo that is not there", 'page "a" {\n logo = "none.png" }\n', ["5: logo: '{tmp}/none.png': no such file or directory: correct the path"]),
    ("a logo that is no picture", 'page "a" { logo = "about.md" }\n',
     ["4: logo: '{tmp}/about.md': it is no picture that browsers show: save it as SVG, PNG, JPEG, GIF or WebP"]),
    ("a logo that is too large", 'page "a" { logo = "large.png" }\n', ["4: logo: '{tmp}/large.png': it is larger than 256 KiB: make it smaller"]),
    ("a style sheet with a NUL", 'page "a" { style = "logo.png" }\n', ["4: style: '{tmp}/logo.png': it contains a NUL byte: name a text file"]),
    ("a folder as a file", 'page "a" { style = "dress" }\n', ["4: style: '{tmp}/dress': it is no regular file: correct the path"]),
    ("subscribers without an address of the page", 'page "a" { subscribe = email }\n',
     ["4: page 'a': letters to subscribers need its address: add url = \"https://status.example.org\""]),
    ("subscribers by what no stranger can name", 'page "a" { url = "https://x.org"\n subscribe = {"email", "log"} }\n',
     ["5: page 'a': nobody can subscribe by 'log': name notifiers of the kinds email, sms, webhook or chat"]),
    ("subscribers by a notifier that is not there", 'page "a" { url = "https://x.org"  subscribe = "emial" }\n',
     [f"4: there is no notifier 'emial': did you mean 'email'? A notifier module would be '{BUILD}/notifiers/emial.so'"]),
    ("visitors that are no network", 'page "a" {\n visitors = {"192.0.2.0/24", "192.0.2.0/33"} }\n',
     ["5: page 'a': visitors: '192.0.2.0/33' is no address and no network: write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32"]),
    ("no visitors at all", 'page "a" {\n visitors = {""} }\n',
     ["5: page 'a': visitors: nobody is let in: name a network, or leave it out: then everybody may see it"]),
    ("braces with nothing between", 'page "a" {\n visitors = { /* to come */ } }\n',
     ["5: page 'a': visitors: nobody is let in: name a network, or leave it out: then everybody may see it"]),
    ("a header without a name", 'page "a" {\n sso-header = "" }\nproxies = "::1"\n',
     ["5: page 'a': sso-header: no header is named: name it, or leave it out: then everybody may see it"]),
    ("a header that nobody is believed with", 'page "a" {\n sso-header = "X-Remote-User" }\n',
     ["5: page 'a': sso-header: no proxy is believed: write proxies = {\"127.0.0.1\"}, the proxy's address, at the top level"]),
    ("a header that every browser sends", 'page "a" { sso-header = "user-agent" }\nproxies = "::1"\n',
     ["4: page 'a': sso-header: 'user-agent' is no header that a proxy alone sets: write X-Remote-User, as the proxy sets it"]),
    ("a header that is none", 'page "a" { sso-header = "X: y" }\nproxies = "::1"\n',
     ["4: page 'a': sso-header: 'X: y' is no header that a proxy alone sets: write X-Remote-User, as the proxy sets it"]),
    ("a password in the file itself", 'page "a" {\n password = "sesame-sesame" }\n',
     ["5: password: a secret must not stand in the configuration itself: write file:PATH, env:NAME or credential:NAME"]),
    ("an empty password", 'page "a" {\n password = "" }\n',
     ["5: password: a secret must not stand in the configuration itself: write file:PATH, env:NAME or credential:NAME"]),
    ("a password file that is empty", 'page "a" { password = "file:empty" }\n',
     ["4: password: secret file '{tmp}/empty' is empty or no text: write the secret into it"]),
    ("a password that is guessed", 'page "a" { password = "file:short" }\n',
     ["4: page 'a': password: it has not 10 to 1024 characters: make it longer, and no line of a book"]),
    ("a copy of a private page", 'page "a" { sign-in = yes  url = "https://x.org"\n copy = "out" }\n',
     ["5: page 'a' is private, and its static copy is files that anybody may read where they are served: leave copy out, or write copy-private = yes where "
      "whatever serves the copy keeps others out"]),
    ("claims that nobody can be written to about", 'page "a" { url = "https://x.org"\n claims = yes }\n',
     ["5: page 'a': claims: whoever claims a site is written to by e-mail: add a notifier of the module email to subscribe"]),
    ("templates that are not there", 'page "a" { templates = "nowhere" }\n',
     ["4: templates: '{tmp}/nowhere': there is no folder with *.html in it: correct the path"]),
]

TEMPLATES = [
    ("a piece that nines has not", "<!-- piece noticee -->\nx\n", "1: there is no piece 'noticee': did you mean 'notice'?"),
    ("a word that the piece is not given", "<!-- piece notice -->\n<p>{{text}}\n{{clas}}</p>\n",
     "3: piece 'notice' is not given the word 'clas': did you mean 'class'?"),
    ("a text as markup", "<!-- piece notice -->\n{{{text}}}\n", "2: the word 'text' is a text, to be escaped: write two braces"),
    ("braces that stay open", "<!-- piece notice -->\n{{text\n", "2: braces are opened and not closed: write {{word}}"),
    ("text in front of the first piece", "hello\n<!-- piece notice -->\n", "1: text in front of the first piece: write <!-- piece NAME --> in front of it"),
]


def folder(tmp):
    (tmp / "logo.png").write_bytes(PNG)
    (tmp / "large.png").write_bytes(PNG + bytes(1 << 18))
    (tmp / "about.md").write_text("# What is this?\n\nA page — of ours.\n")
    (tmp / "style.css").write_text("body { color: red; }\n")
    (tmp / "dress").mkdir(exist_ok=True)
    for name, secret in (("empty", "\n"), ("short", "sesame\n"), ("fine", "open sesame, please\n"), ("other", "open sesame, please!\n")):
        (tmp / name).write_text(secret)
        (tmp / name).chmod(0o600)
    (tmp / "dress" / "a.html").write_text("<!-- mine -->\n<!-- piece notice -->\n<p class=\"{{class}}\">{{text}}</p>\n")


def complaints(tmp, text, status=1):
    (tmp / "nines.conf").write_text(HEAD + TCP + text)
    done = nines("config", "check", "--offline", conf=tmp / "nines.conf")
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    return done.stderr.splitlines()


for name, text, wanted in CASES:
    @test(name)
    def case(tmp, text=text, wanted=wanted):
        folder(tmp)
        got = complaints(tmp, text)
        assert got == [f"nines: {tmp}/nines.conf:{w}".replace("{tmp}", str(tmp)) for w in wanted], got


for name, text, wanted in TEMPLATES:
    @test(f"templates: {name}")
    def template(tmp, text=text, wanted=wanted):
        folder(tmp)
        (tmp / "dress" / "b.html").write_text(text)
        got = complaints(tmp, 'page "a" { templates = "dress" }\n')
        assert got == [f"nines: {tmp}/dress/b.html:{wanted}"], got


def good(tmp, text):
    folder(tmp)
    (tmp / "nines.conf").write_text(HEAD + TCP + text)
    status, lines, said = load(tmp / "nines.conf")
    assert status == 0, (lines, said)
    return lines


@test("a page is told with all its options, and those that have one with their default")
def lines(tmp):
    got = lines_of(good(tmp, 'page "shop" { title = "Shop" host = {"a.org", "b.org"} show = {"an*"} details = yes copy = "out" url = "https://a.org" '
                             'audiences = {"staff", "students"} zone = "Europe/Berlin" }\n'), "page")
    (_, name, words), = got
    assert name == "shop" and words.items() >= {
        "title": "Shop", "host": "a.org\nb.org", "show": "an*", "details": "yes", "url": "https://a.org", "zone": "Europe/Berlin", "language": "en", "statistics": "yes",
        "bars-days": "90", "audiences": "staff\nstudents", "copy": f"{tmp}/out"}.items(), words


@test("of a page's password its hash alone travels: the same each time, another for another page or password")
def password(tmp):
    text = 'page "a" { password = "file:fine"  visitors = {"192.0.2.0/24", "::1"}  sso-header = "X-Remote-User"  sign-in = yes  copy = "out"  url = "https://x.org"' \
           '  copy-private = yes }\npage "b" { password = "file:fine" }\npage "c" { }\nproxies = "127.0.0.1"\n'
    once = good(tmp, text)
    assert not any("sesame" in line or "file:fine" in line or line.startswith("secret") for line in once)
    a, b, c = (words for _, _, words in lines_of(once, "page"))
    assert a.items() >= {"visitors": "192.0.2.0/24\n::1", "sso-header": "X-Remote-User", "sign-in": "yes", "copy-private": "yes"}.items(), a
    assert a["password"].startswith("$argon2id$") and b["password"] != a["password"] and "password" not in c and c["sign-in"] == "no"
    assert [w["password"] for _, _, w in lines_of(good(tmp, text), "page")[:2]] == [a["password"], b["password"]]
    assert lines_of(good(tmp, text.replace("file:fine", "file:other", 1)), "page")[0][2]["password"] not in (a["password"], b["password"])


@test("its zone travels with it")
def zone(tmp):
    assert [name for _, name, _ in lines_of(good(tmp, 'page "a" { zone = "Europe/Berlin" }\n'), "zone")] == ["Europe/Berlin"]


@test("its files travel in parts of a bounded size, byte by byte")
def files(tmp):
    lines = good(tmp, 'page "a" { logo = "logo.png" style = "style.css" about-file = "about.md" templates = "dress" }\n')
    parts, types = {}, {}
    for _, name, words in lines_of(lines, "part"):
        assert name == "a"
        parts[words["key"]] = parts.get(words["key"], "") + words["bytes"]
        types[words["key"]] = words["type"]
    assert max(map(len, lines)) < 65536
    assert parts["logo"].encode("latin-1") == PNG
    assert parts["about-file"].encode("latin-1").decode() == "# What is this?\n\nA page — of ours.\n"
    assert parts["style"] == "body { color: red; }\n"
    assert "piece notice" in parts["templates"]
    assert types == {"logo": "image/png", "style": "text/plain", "about-file": "text/plain", "templates": "text/html"}


@test("what an admin may replace has one name: no piece stands twice")
def once():
    names = re.findall(r"<!-- piece (\S+) -->\n", "".join(path.read_text() for path in sorted((ROOT / "web").glob("*.html"))))
    assert not [name for name, count in collections.Counter(names).items() if count > 1]


@test("pieces that are shipped are good templates themselves, all of them at once")
def shipped(tmp):
    folder(tmp)
    for path in (ROOT / "web").glob("*.html"):
        if path.name != "admin.html":
            (tmp / "dress" / path.name).write_text(path.read_text())
    good(tmp, 'page "a" { templates = "dress" }\n')


run()

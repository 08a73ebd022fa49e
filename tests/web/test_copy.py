"""The static copy of a page: written by a real daemon, served by a real nginx, taken elsewhere by hooks."""
# timeout: 240
import datetime
import html.parser
import json
import os
import pathlib
import re
import socket
import sys
import urllib.error
import urllib.parse
import urllib.request

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent / "lib")]
from browser import Browser  # noqa: E402
from fake_s3 import Bucket  # noqa: E402
from daemon import Daemon, free_port, nines, until  # noqa: E402
from real import nginx, program  # noqa: E402
from tap import ROOT, run, test  # noqa: E402

LIVE = "https://status.example.org/mail"


def folder(tmp, name="copy"):
    """A folder that the daemon's user may write to, whoever that is."""
    path = tmp / name
    path.mkdir()
    path.chmod(0o777)
    return path


def conf(copy, more="", title="Example", checks='tcp "one" { host = "127.0.0.1" port = 1 every = "1h" }\n'):
    return (checks + 'service "Mail & <more>" { members = {"one"} role = "core" }\n'
            f'page "status" {{ title = "{title}" url = "{LIVE}" copy = "{copy}" copy-every = "1s" {more} }}\n')


def files(copy):
    return {str(path.relative_to(copy)): path for path in sorted(copy.rglob("*")) if path.is_file() and not path.name.startswith(".")}


def make(daemon, name="status"):
    """`nines page copy`: what it said, once the page can be copied."""
    def ask():
        done = daemon.nines("page", "copy", name)
        return None if re.search("keeper does not answer|not running|try again", done.stderr) else done
    return until("a copy", ask)


class Links(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found += [value for key, value in attrs if key in ("href", "src", "action", "data", "poster") and value]


def crawl(base):
    """Follows every link below `base`. Returns {url: status}, and those that lead elsewhere."""
    seen, elsewhere, waiting = {}, set(), [base]
    while waiting:
        url = urllib.parse.urldefrag(waiting.pop())[0]
        if url in seen:
            continue
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                seen[url], kind, body = answer.status, answer.headers["Content-Type"], answer.read()
        except urllib.error.HTTPError as error:
            seen[url] = error.code
            continue
        for link in Links(body.decode()).found if "html" in (kind or "") else []:
            assert not link.startswith("/"), (url, link)
            whole = urllib.parse.urljoin(url, link)
            if whole.startswith(base):
                waiting.append(whole)
            elif not link.startswith(("data:", "mailto:")):
                elsewhere.add(whole)
    return seen, elsewhere


@test("a copy is written, served by nginx from any folder without one dead link, and says how old it is")
def served(tmp):
    copy = folder(tmp)
    with Daemon(tmp, conf(copy)) as daemon:
        make(daemon)
        until("its files", lambda: (copy / "index.html").exists())
        home = (copy / "index.html").read_text()
        made = re.search(r"was made at <time datetime=\"([^\"]+)\"", home)
        due = re.search(r"due by <time datetime=\"([^\"]+)\"", home)
        assert made and due and made[1] < due[1], home[:1500]
        assert f'href="{LIVE}/"' in home and 'src="copy.js"' in home and "script-src 'self'" in home
        listing = files(copy)
        for wanted in ("index.html", "infrastructure/index.html", "style.css", "drawing.css", "copy.js", "api/v2/status.json"):
            assert wanted in listing, (wanted, list(listing))
        for path in listing.values():
            assert path.stat().st_mode & 0o777 == 0o644, path
            if path.suffix == ".html":
                assert "was made at" in path.read_text(), path
        port = free_port()
        with nginx(str(folder(tmp, "nginx")), f"types {{ text/html html; text/css css; }} server {{ listen 127.0.0.1:{port};"
                   f" location /some/where/ {{ alias {copy}/; index index.html; }} }}", wait_for=("127.0.0.1", port)):
            seen, elsewhere = crawl(f"http://127.0.0.1:{port}/some/where/")
        assert len(seen) >= 4 and set(seen.values()) == {200}, {url: code for url, code in seen.items() if code != 200}
        assert elsewhere and all(url.startswith(LIVE + "/") for url in elsewhere), elsewhere


@test("a second copy writes nothing; a change is written by itself; what is gone is removed, what is not ours stays")
def again(tmp):
    copy = folder(tmp)
    with Daemon(tmp, conf(copy)) as daemon:
        make(daemon)

        def writes_nothing():
            before = {name: path.stat().st_ino for name, path in files(copy).items()}
            said = make(daemon).stdout
            return before if said.startswith("nothing has changed") and \
                {name: path.stat().st_ino for name, path in files(copy).items()} == before else None
        before = until("a copy that writes nothing, once all figures are known", writes_nothing)
        (copy / "mine.txt").write_text("not of nines")
        (copy / "infrastructure" / "mine.txt").write_text("not of nines")
        daemon.reload(conf(copy, checks='tcp "two" { host = "127.0.0.1" port = 1 every = "1h" }\n'
                           'tcp "one" { host = "127.0.0.1" port = 1 every = "1h" }\n'))
        until("the change", lambda: "two" in (copy / "infrastructure" / "index.html").read_text())
        assert (copy / "mine.txt").read_text() == (copy / "infrastructure" / "mine.txt").read_text() == "not of nines"
        assert files(copy)["style.css"].stat().st_ino == before["style.css"]


@test("maintenance that is planned is a change, too")
def planned(tmp):
    copy = folder(tmp)
    start = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    with socket.create_server(("127.0.0.1", 0)) as up:
        checks = f'tcp "one" {{ host = "127.0.0.1" port = {up.getsockname()[1]} every = "1h" }}\n'
        with Daemon(tmp, conf(copy, checks=checks)) as daemon:
            daemon.until_status("it is up, and the record knows it", lambda s: [one["state"] for one in s["services"]] == ["up"])
            assert daemon.stop() == 0
        with Daemon(tmp, conf(copy, checks=checks)) as daemon:
            until("a copy, and nothing else changes", lambda: make(daemon).stdout.startswith("nothing has changed") and (copy / "monitor" / "one").exists())
            done = daemon.nines("maintenance", "add", "Mail & <more>", "--start", f"{start:%Y-%m-%dT%H:%M:%SZ}", "--for", "2h", "--text", "Cables are laid anew")
            assert done.returncode == 0, done.stderr
            until("the maintenance", lambda: "Cables are laid anew" in (copy / "index.html").read_text())


@test("a file that is not ours is never written over, and no link is followed out of the folder")
def foreign(tmp):
    copy, outside = folder(tmp), folder(tmp, "outside")
    (copy / "index.html").write_text("mine")
    with Daemon(tmp, conf(copy)) as daemon:
        done = make(daemon)
        assert done.returncode != 0 and "'index.html' is there already and not from nines" in done.stderr, done
        assert (copy / "index.html").read_text() == "mine" and set(files(copy)) == {"index.html"}
        (copy / "infrastructure").symlink_to(outside)
        (copy / "index.html").unlink()
        done = make(daemon)
        assert done.returncode != 0 and "infrastructure" in done.stderr, done
        assert not list(outside.iterdir())


@test("killed at any moment, whole files are what is there, and the next copy is complete")
def killed(tmp):
    copy = folder(tmp)
    with Daemon(tmp, conf(copy)) as daemon:
        for round_ in range(12):
            copier = until("a copier", lambda: daemon.processes().get("copier"))
            manifest = copy / ".nines-copy"
            seen = manifest.stat().st_mtime_ns if manifest.exists() else 0
            daemon.reload(conf(copy, title=f"Round {round_}"))
            until("work", lambda: manifest.exists() and manifest.stat().st_mtime_ns != seen or not os.path.exists(f"/proc/{copier[0]}"))
            for pid in daemon.processes().get("copier", []):
                os.kill(pid, 9)
            for path in files(copy).values():
                if path.suffix == ".html":
                    assert path.read_text().rstrip().endswith("</html>"), path
        until("a copy", lambda: make(daemon).stdout.startswith("nothing"))
        assert "was made at" in (copy / "index.html").read_text()
        assert not [path for path in copy.rglob(".nines-new")]


HOOK = """#!/bin/sh
cat >>"$NINES_FOLDER.log"
echo "$NINES_PAGE $NINES_URL" >>"$NINES_FOLDER.log"
test ! -e "$NINES_FOLDER.broken" || { echo "the bucket is full" >&2; exit 7; }
"""


def program_of(tmp, text, name="hook"):
    path = tmp / name
    path.write_text(text)
    path.chmod(0o755)
    return path


@test("the hook hears what has changed; while it fails the monitor says so, and it hears of all of it again")
def hook(tmp):
    copy, log, broken = folder(tmp), tmp / "copy.log", tmp / "copy.broken"
    log.touch()
    log.chmod(0o666)
    broken.touch()
    with Daemon(tmp, conf(copy, more=f'copy-hook = "{program_of(tmp, HOOK)}"')) as daemon:
        done = make(daemon)
        assert done.returncode != 0 and "the hook of the copy of page 'status' failed: it ended with status 7: the bucket is full" \
            in done.stderr, done
        assert "put index.html\n" in log.read_text() and f"status {LIVE}\n" in log.read_text()
        log.write_text("")
        broken.unlink()
        done = make(daemon)
        assert done.returncode == 0 and "the hook has done its work" in done.stdout, done
        assert "put index.html\n" in log.read_text()
        log.write_text("")
        daemon.reload(conf(copy, more=f'copy-hook = "{program_of(tmp, HOOK)}"', title="Changed"))
        until("the hook", lambda: "put index.html\n" in log.read_text())
        assert "style.css" not in log.read_text()


@test("rsync takes the copy to another folder")
def rsync(tmp):
    copy, away = folder(tmp), folder(tmp, "away")
    binary = program("rsync", "usr/bin/rsync")
    wrapper = program_of(tmp, f'#!/bin/sh\nLD_LIBRARY_PATH={binary.parents[1]}/lib/x86_64-linux-gnu exec {binary} "$@"\n', "rsync")
    words = f'{{"{wrapper}", "-rtO", "--delete", "--exclude=.nines-*", "{copy}/", "{away}/"}}'
    with Daemon(tmp, conf(copy, more=f"copy-hook = {words}")) as daemon:
        done = make(daemon)
        assert done.returncode == 0, done
        until("the other folder", lambda: {n: p.read_bytes() for n, p in files(copy).items()} ==
              {n: p.read_bytes() for n, p in files(away).items()} and files(away))


@test("the shipped hook puts the copy into a bucket that checks signatures, and takes out what is gone")
def s3(tmp):
    copy, secrets = folder(tmp), tmp / "s3"
    secrets.write_text('user = "KEY:SECRET"\n')
    with Bucket("KEY", "SECRET", "here-1") as bucket:
        words = f'{{"{ROOT}/conf.d/examples/site/copy-to-s3", "{bucket.url}", "here-1", "{secrets}"}}'
        odd = conf("x").split("service")[0] + 'tcp "Café ~1.é" { host = "127.0.0.1" port = 1 every = "1h" }\n'
        with Daemon(tmp, conf(copy, more=f"copy-hook = {words}", checks=odd)) as daemon:
            done = make(daemon)
            assert done.returncode == 0 and not bucket.refused, (done, bucket.refused)

            def is_same():
                return {name: path.read_bytes() for name, path in files(copy).items()} == {name: body for name, (_, body) in dict(bucket.objects).items()}  # as it is: a hook may be at work
            until("the bucket", is_same)
            assert bucket.objects["index.html"][0].startswith("text/html") and {"feed/Mail & <more>.atom", "feed/Café ~1.é.atom"} <= set(bucket.objects)
            daemon.reload(conf(copy, more=f'copy-hook = {words} show = {{"one"}}'))
            until("what is gone", lambda: "feed/Mail & <more>.atom" not in bucket.objects and is_same())
            bucket.secret = "OTHER"
            daemon.reload(conf(copy, more=f"copy-hook = {words}"))
            until("the refusal", lambda: "the hook of the copy" in make(daemon).stderr)


@test("a copy that nobody updates turns loud where scripts may run, and says its age where not; its policy is kept")
def stale(tmp):
    copy = folder(tmp)
    with Daemon(tmp, conf(copy)) as daemon:
        make(daemon)
    old = (copy / "index.html").read_text()
    (copy / "old.html").write_text(re.sub(r'data-due="[^"]*"', 'data-due="2026-01-01T00:00:00Z"', old))
    port = free_port()
    with nginx(str(folder(tmp, "nginx")), "types { text/html html; text/css css; text/javascript js; image/svg+xml svg; } "
               f"server {{ listen 127.0.0.1:{port}; location / {{ alias {copy}/; }} }}", wait_for=("127.0.0.1", port)):
        for script in (True, False):
            with Browser(tmp, script=script) as browser:
                browser.go(f"http://127.0.0.1:{port}/old.html")
                assert ("THIS COPY IS OLD" in browser.text()) == script and "was made at" in browser.text()
                browser.go(f"http://127.0.0.1:{port}/index.html")
                assert "THIS COPY IS OLD" not in browser.text() and "when it is later than that, nobody updates this copy" in browser.text()


@test("pages are listed; a page without a copy, and one that is not there, are refused in words")
def listed(tmp):
    text = conf(folder(tmp)) + 'page "other" { title = "Other" }\n'
    with Daemon(tmp, text) as daemon:
        done = daemon.nines("page", "list", "--json")
        pages = {page["name"]: page for page in json.loads(done.stdout)["pages"]}
        assert pages["status"]["copy"] == str(tmp / "copy") and pages["other"]["copy"] is None and pages["status"]["url"] == LIVE
        daemon.until_status("up", lambda status: True)
        done = until("the copier", lambda: (lambda d: d if "try again" not in d.stderr else None)(daemon.nines("page", "copy", "other")))
        for name in ("other", "nope"):
            done = daemon.nines("page", "copy", name)
            assert done.returncode != 0 and "no page of this name has a copy: 'nines page' lists them" in done.stderr, done
        assert daemon.nines("page", "copy").returncode == 64


@test("what is wrong with a copy is told when the configuration is read")
def problems(tmp):
    for words, wanted in {'copy = "/tmp/x"': "its files must know where the live page is", 'copy-hook = "/bin/true"': "has copy-hook and no copy",
                          f'url = "{LIVE}" copy = "/tmp/x" copy-hook = "rsync"': "is not the whole path of a program",
                          f'url = "{LIVE}" copy = "/tmp/x" copy-every = "10m"': "copy-renew is shorter"}.items():
        (tmp / "nines.conf").write_text(f'modules = "{ROOT}/build/modules"\npage "p" {{ {words} }}\n')
        done = nines("config", "check", conf=tmp / "nines.conf")
        assert done.returncode == 1 and wanted in done.stdout + done.stderr, (words, done)


run()

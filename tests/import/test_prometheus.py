"""`nines import prometheus` of a real server's history: the record is that of the same history in CSV; and of servers that answer wrong."""
# timeout: 300
import contextlib
import http.server
import json
import random
import sqlite3
import threading
import time

from daemon import free_port, nines, until
from foreign import moment
from real_prometheus import prometheus
from tap import run, test

BEGIN = 1735689600  # 2025-01-01T00:00:00Z
DAYS = ("--from", "2025-01-01", "--to", "2025-01-04")


def bring(store, *words):
    done = nines("import", *words, "--store", store)
    assert done.returncode == 0, done.stderr
    return done.stdout


def exported(store):
    return sorted(nines("export", "--all", "--store", store).stdout.splitlines())


def history(count=4000):
    """Two targets, probed each minute for almost three days, with a gap and scrapes off the minute."""
    rng = random.Random(11)
    return [(name, BEGIN + n * 60 + rng.randrange(900) / 1000, rng.random() > 0.03, rng.randrange(1, 5000) / 1000)
            for name in ("https://a.example", "b") for n in range(count) if not 500 < n < 504]


def series(made, **more):
    out = []
    for name, at, is_up, seconds in made:
        labels = {"instance": name, "job": "blackbox", **more}
        out += [("probe_success", labels, at, int(is_up)), ("probe_duration_seconds", labels, at, seconds),
                ("probe_ssl_earliest_cert_expiry", labels, at, 1)]
    return out


def as_csv(path, made, prefix="blackbox/"):
    path.write_text("check,ts_utc,state,response_ms\n" + "".join(
        f"{prefix}{name},{moment(at, '%Y-%m-%dT%H:%M:%S', 3)}Z,{'up' if is_up else 'down'},{seconds * 1000:.0f}\n"
        for name, at, is_up, seconds in made))
    return path


@test("a real server: each scrape at its own time, with its response time; gaps stay gaps; names by labels; twice changes nothing")
def real(tmp):
    made = history()
    bring(tmp / "csv", "csv", as_csv(tmp / "job.csv", made), "--interval", "1m")
    bring(tmp / "csv-instance", "csv", as_csv(tmp / "instance.csv", made, ""), "--interval", "1m")
    with prometheus(tmp, series(made)) as url:
        said = bring(tmp / "db", "prometheus", url + "/", *DAYS)
        assert said == f"2 targets, {len(made)} samples, 2025-01-01 to 2025-01-03\n", said
        assert exported(tmp / "db") == exported(tmp / "csv")
        bring(tmp / "instance", "prometheus", url, *DAYS, "--labels", "instance")
        assert exported(tmp / "instance") == exported(tmp / "csv-instance")
        assert "all of them were there already" in bring(tmp / "db", "prometheus", url, *DAYS)
        part = bring(tmp / "part", "prometheus", url, "--from", "2025-01-01T01:00:00Z", "--to", "2025-01-01T02:00:00Z", "--check", "blackbox/b")
        assert part.startswith("1 target, 60 samples"), part
        for store in ("db", "csv"):
            done = nines("report", "sla", "--format", "json", "--from", "2025-01-01T08:00:00Z", "--to", "2025-01-01T09:00:00Z", "--check",
                         "blackbox/b", "--store", tmp / store)
            assert 100 < json.loads(done.stdout)["rows"][0]["unknown_s"] < 240, done.stdout
        for labels, told in (("job", "two series would be called 'blackbox': choose the labels that tell them apart"),
                             ("job,module", "a series of probe_success has no label 'module': choose others with --labels")):
            done = nines("import", "prometheus", url, *DAYS, "--labels", labels, "--store", tmp / "none")
            assert done.returncode == 2 and told in done.stderr and not (tmp / "none").exists(), done.stderr


@test("a real server that loads few samples at a time is asked for less, and for the same in all")
def limited(tmp):
    made = history()
    bring(tmp / "csv", "csv", as_csv(tmp / "history.csv", made), "--interval", "1m")
    with prometheus(tmp, series(made), "--query.max-samples=500") as url:
        bring(tmp / "db", "prometheus", url, *DAYS)
    assert exported(tmp / "db") == exported(tmp / "csv")


@test("what it scrapes of an exporter right now: each scrape, the interval as it was scraped")
def scraped(tmp):
    metrics = b"# TYPE probe_success gauge\nprobe_success 1\n# TYPE probe_duration_seconds gauge\nprobe_duration_seconds 0.25\n"
    begun = moment(time.time() - 5, "%Y-%m-%dT%H:%M:%S", 3) + "Z"
    with answering(200, metrics) as exporter:
        scrape = f'[{{job_name: blackbox, scrape_interval: 1s, static_configs: [{{targets: ["{exporter[7:]}"]}}]}}]'
        with prometheus(tmp, [], scrape=scrape) as url:
            look = ("import", "prometheus", url, "--from", begun, "--store", tmp / "db")
            until("it has scraped four times", lambda: int((nines(*look, "--dry-run").stdout.split() + ["0"] * 9)[4]) >= 4)
            bring(tmp / "db", *look[1:5])
    results = [json.loads(line) for line in nines("export", f"blackbox/{exporter[7:]}", "--store", tmp / "db").stdout.splitlines()]
    assert len(results) >= 4 and {(r["verdict"], r["elapsed_us"]) for r in results} == {("up", 250000)}, results
    recorded = sqlite3.connect(f"file:{tmp}/db?mode=ro", uri=True)
    assert recorded.execute("SELECT interval_us FROM target").fetchall() == [(1000000,)]
    recorded.close()


@contextlib.contextmanager
def answering(status, body, **headers):
    """A server with one answer; `judge`: a function of a request that may give another status."""
    judge = headers.pop("judge", lambda request: status)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            with contextlib.suppress(OSError):
                self.send_response(judge(self))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def matrix(*values, **metric):
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": [
        {"metric": {"__name__": "probe_success", "job": "j", "instance": "i", **metric}, "values": list(values)}]}}).encode()


NO_LIST = "the answer is no list of series: is this a Prometheus server?"
WRONG = [
    (200, b"", NO_LIST), (200, b"<html>", NO_LIST), (200, b"[]", NO_LIST), (200, b"[" * 100000, NO_LIST),
    (200, b'{"data":{"resultType":"vector","result":[]}}', NO_LIST), (200, b'{"data":{"resultType":"matrix","result":{}}}', NO_LIST),
    (200, b'{"data":{"resultType":"matrix","result":[1]}}', "a series without labels"),
    (200, b'{"data":{"resultType":"matrix","result":[{"metric":{"job":"j"}}]}}', "has no label 'instance'"),
    (200, matrix([BEGIN, "2"]), "'j/i' has a value that is no moment with 0 or 1"),
    (200, matrix([BEGIN, 1]), "'j/i' has a value that is no"), (200, matrix([BEGIN, "NaN"]), "'j/i' has a value that is no"),
    (200, matrix([1e300, "1"]), "'j/i' has a value that is no"), (200, matrix([-1, "1"]), "'j/i' has a value that is no"),
    (200, matrix("x"), "'j/i' has a value that is no"), (200, matrix([BEGIN, "1"], job="\x1b[31m"), "is no name"),
    (200, b'{"data":"' + b"x" * (17 << 20) + b'"}', "a minute of it is more than 16 MB"),
    (422, b'{"status":"error","error":"too many samples"}', "HTTP status 422: too many samples"),
    (400, b'{"status":"error","error":"parse \\u001b error"}', "HTTP status 400: parse \\x1b error"),
    (500, b"oops", "HTTP status 500"), (302, b"", "HTTP status 302"), (503, b"", "HTTP status 503"),
    (401, b"", "HTTP status 401: put its user and password into ~/.netrc, or name the file of its token with --token-file"),
    (200, matrix([BEGIN, "1"])[:-1] + b', "warnings": ["store 2: \\u001bgone"]}', "not whole: 'store 2: \\x1bgone': try again once"),
]


@test(f"{len(WRONG)} servers that answer wrong: told, nothing is stored")
def wrong(tmp):
    for status, body, told in WRONG:
        with answering(status, body) as url:
            done = nines("import", "prometheus", url, "--from", "2025-01-01", "--to", "2025-01-01T00:03:00Z", "--store", tmp / "db")
        assert done.returncode == 2 and done.stdout == "", (body[:80], done)
        assert told in done.stderr and "nothing was imported" in done.stderr, f"wanted {told!r}\n got {done.stderr!r}"
        assert all(c.isprintable() or c == "\n" for c in done.stderr), done.stderr
        assert not (tmp / "db").exists()


@test("a token from a file, a user from ~/.netrc; where a server leads elsewhere is told; one that takes too long is asked for less")
def doors(tmp):
    (tmp / "token").write_text("s3cret.token\n")
    (tmp / ".netrc").write_text("machine 127.0.0.1 login admin password s3cret\n")
    (tmp / "two").write_text("two tokens\n")
    day = ("--from", "2025-01-01", "--to", "2025-01-01T00:03:00Z")
    sample = matrix([BEGIN, "1"], [BEGIN + 60, "1"], [BEGIN + 120, "1"])
    for words, wanted in ((("--token-file", tmp / "token"), "Bearer s3cret.token"), ((), "Basic YWRtaW46czNjcmV0")):
        with answering(200, sample, judge=lambda r, w=wanted: 200 if r.headers.get("Authorization") == w else 401) as url:
            done = nines("import", "prometheus", url, *day, *words, "--dry-run", "--store", tmp / "db", env={"HOME": str(tmp)})
            assert done.stdout.startswith("would import 1 target, 3 samples"), done
    for file, told in (("none", "cannot be read"), ("two", "is no file of one token"), (".netrc", "is no file of one token")):
        done = nines("import", "prometheus", "http://127.0.0.1:9", *day, "--token-file", tmp / file, "--store", tmp / "db")
        assert done.returncode == 2 and f"{tmp / file}: {told}" in done.stderr and "s3cret" not in done.stderr, done
    with answering(301, b"", Location="https://prometheus.example/base/api/v1/query?query=x") as url:
        done = nines("import", "prometheus", url, *day, "--store", tmp / "db")
        assert "HTTP status 301: it leads to 'https://prometheus.example/base/api/v1/query': write that URL" in done.stderr, done

    def is_short(request):
        seconds = int(request.path.partition("%5B")[2].partition("ms")[0]) / 1000
        return 200 if seconds <= 3600 else 503

    with answering(200, sample, judge=is_short) as url:
        done = nines("import", "prometheus", url, "--from", "2025-01-01", "--to", "2025-01-01T02:00:00Z", "--dry-run", "--store", tmp / "db")
        assert done.stdout.startswith("would import 1 target, 3 samples"), done


@test("a server that is not there, what is no URL, wrong usage")
def usage(tmp):
    for url, told in ((f"http://127.0.0.1:{free_port()}", "onnect"), ("kuma.db", "no URL: write one like"), ("file:///etc/passwd", "no URL"),
                      ("http://", "no URL"), ("http://user:secret@127.0.0.1/", "the URL: no user and password here"),
                      ("http://127.0.0.1/graph?x", "write the server's URL without a query")):
        done = nines("import", "prometheus", url, *DAYS, "--store", tmp / "db")
        assert done.returncode == 2 and told in done.stderr and "secret" not in done.stderr, (url, done)
    for words, told in ((("prometheus", "http://h"), "write from when on: --from"),
                        (("prometheus", "http://h", "--from", "x"), "--from 'x' is no time"),
                        (("prometheus", "http://h", "--from", "2025-01-01", "--to", "x"), "--to 'x' is no time"),
                        (("prometheus", "http://h", "--from", "2025-01-02", "--to", "2025-01-01"), "--from is not before --to"),
                        (("prometheus", "http://h", "--from", "2999-01-01"), "--from is not before --to, or still to come"),
                        (("prometheus", "http://h", "--from", "2025-01-01", "--labels", "a,,b"), "--labels 'a,,b': write names"),
                        (("csv", "f", "--token-file", "f"), "--token-file is for prometheus alone: csv is read whole"),
                        (("csv", "f", "--from", "2025-01-01"), "--from is for prometheus alone: csv is read whole")):
        done = nines("import", *words, "--store", tmp / "db")
        assert done.returncode == 64 and told in done.stderr, (words, done)


run()

"""/metrics and /probe, read by promtool and by Prometheus' own parsers: names of blackbox_exporter, escapes, who sees what."""
import math
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
import figures  # noqa: E402
import shown  # noqa: E402
from daemon import until  # noqa: E402
from parsers import parser  # noqa: E402
from real import environment, program  # noqa: E402
from tap import run, test  # noqa: E402

OPEN = "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
HOSTILE = ['a"b\\c\nd', "<script>", "\u202eexe", "a\x00b", "\x1b[31m", b"\xff\xfe", "%n%s", "} 1\nevil 2\n#", "é☃"]
SECRET = "k" * 43
TOKEN = shown.token(SECRET)


def lint(text):
    """What promtool says of it, but that info metrics of blackbox_exporter have the names that they have."""
    done = subprocess.run([program("prometheus", "usr/bin/promtool"), "check", "metrics"], input=text, capture_output=True, text=True,
                          env=environment("prometheus"), check=False)
    return done.stdout + done.stderr


def samples(text, is_open=False):
    """{(name, (label, value), ...): number}"""
    parser("prometheus_client")
    module = parser("prometheus_client.openmetrics.parser" if is_open else "prometheus_client.parser")
    return {(s.name, *sorted(s.labels.items())): s.value for family in module.text_string_to_metric_families(text) for s in family.samples}


def get(web, path="/metrics", **headers):
    status, got, body = web.get(path, headers=headers)
    assert status == 200, (path, status, body)
    return got["Content-Type"], body


def of(found, name, check="web-1", module="https", **labels):
    return found[(name, *sorted({"check": check, "module": module, **labels}.items()))]


@test("the text format passes promtool and has blackbox_exporter's names")
def text():
    with shown.site() as web:
        kind, body = get(web)
    assert kind == "text/plain; version=0.0.4; charset=utf-8" and "# EOF" not in body
    assert lint(body) == "", lint(body)
    found = samples(body)
    assert of(found, "probe_success") == 1 and of(found, "probe_success", "vault", "tcp") == 0
    assert ("probe_success", ("check", "backup"), ("module", "heartbeat")) not in found, "unknown says nothing of the target"
    assert of(found, "probe_duration_seconds") == 0.0052 and of(found, "probe_dns_lookup_time_seconds") == 0.000812
    assert of(found, "probe_http_status_code") == 200 and of(found, "probe_http_version") == 1.1 and of(found, "probe_ip_protocol") == 4
    assert of(found, "probe_http_redirects") == 0 and of(found, "probe_tls_version_info", version="TLSv1.3") == 1
    phases = {p: of(found, "probe_http_duration_seconds", phase=p) for p in ("resolve", "connect", "tls", "processing", "transfer")}
    assert math.isclose(sum(phases.values()), 0.0052 - 0.00005) and phases["tls"] == 0.00261, phases
    assert of(found, "probe_ssl_earliest_cert_expiry") == shown.NOW_US // 1000000 - 5 + 61 * 86400
    assert of(found, "nines_check_state", state="up") == 1 and of(found, "nines_check_missed_total") == 2 and of(found, "nines_value", value="body_bytes") == 24
    assert found[("nines_notify_queue_depth",)] == 3 and found[("nines_void_cycles_total",)] == 7 and found[("nines_incidents_open",)] == 1
    assert found[("nines_notify_failed_total", ("notifier", "pager"))] == 4 and found[("nines_notify_failed_total", ("notifier", "email"))] == 0
    assert not any(key[0].startswith(("monitor_", "gatus_")) for key in found), "only when they are asked for"
    assert found[("nines_service_state", ("service", "Shop"), ("state", "up"))] == 1


@test("names of Uptime Kuma and of Gatus when asked for, instead of ours; promtool can read them")
def others():
    more = shown.check("slow Page", "unconfirmed", values="certificate_days:-2:d") + shown.check("works", "down", maintenance=1)
    with shown.site(shown.states(more=more), cards=TOKEN) as web:
        _, kuma = get(web, "/metrics?names=kuma")
        _, gatus = get(web, "/metrics?names=gatus")
        _, shop = get(web, "/pages/shop/metrics?names=kuma")
        opened = get(web, "/metrics?names=gatus", Accept=OPEN)[1]
        wrong = web.get("/metrics?names=zabbix")
    found = samples(kuma)
    status = {dict(key[1:])["monitor_name"]: value for key, value in found.items() if key[0] == "monitor_status"}
    assert status == {"web-1": 1, "web-2": 1, "vault": 0, "slow Page": 2, "works": 3}, status
    web1 = ("monitor_name", "web-1"), ("monitor_type", "https")
    assert found[("monitor_response_time", *web1)] == 5.2 and found[("monitor_cert_days_remaining", *web1)] == 61 and found[("monitor_cert_is_valid", *web1)] == 1
    assert found[("monitor_cert_is_valid", ("monitor_name", "slow Page"), ("monitor_type", "https"))] == 0
    assert all(key[0].startswith("monitor_") for key in found) and all(key[0].startswith("gatus_results_") for key in samples(gatus))
    found = samples(gatus)
    slow = ("group", ""), ("key", "_slow-page"), ("name", "slow Page"), ("type", "https")
    assert found[("gatus_results_duration_seconds", *slow)] == 0.0052 and found[("gatus_results_certificate_expiration_seconds", *slow)] == -2 * 86400
    assert found[("gatus_results_endpoint_success", ("group", ""), ("key", "_vault"), ("name", "vault"), ("type", "tcp"))] == 0
    assert samples(opened, True) == found and lint(gatus) == "", lint(gatus)
    assert lint(kuma).splitlines() == ['monitor_cert_days_remaining use base unit "seconds" instead of "days"'], "the name is Uptime Kuma's"
    assert {key[0] for key in samples(shop)} <= {"monitor_status", "monitor_uptime_ratio"} and "vault" not in shop
    assert wrong[0] == 400 and "wanted kuma or gatus" in wrong[2]


@test("what is left of an error budget, of what has an sla with a target")
def budgets(tmp):
    with figures.pages(figures.Past(tmp).write()) as web:
        until("figures are computed", lambda: all(part in get(web, "/pages/all/metrics")[1] for part in
                                                      ('remaining_ratio{target="Both"', 'remaining_ratio{target="Shop"', 'target="young"')))
        _, body = get(web, "/pages/all/metrics")
    found = samples(body)
    left = {(dict(key[1:])["target"], dict(key[1:])["sla"]): value for key, value in found.items()
            if key[0] == "nines_error_budget_remaining_ratio" and dict(key[1:])["period"] == "90d"}
    ratio = found[("nines_sla_ratio", ("period", "90d"), ("sla", "berlin"), ("target", "Shop"))]
    assert set(left) == {("Shop", "berlin"), ("Both", "agreed")}, left
    assert math.isclose(left["Shop", "berlin"], 1 - (1 - ratio) / 0.005, abs_tol=0.1) and ratio < 1, (left, ratio)
    assert lint(body) == "", lint(body)


@test("OpenMetrics by Accept: counters end in _total, units, # EOF")
def open_metrics():
    with shown.site() as web:
        kind, body = get(web, Accept=OPEN)
        plain = get(web, Accept="text/plain;version=0.0.4,*/*;q=0.1")[0]
        both = get(web, Accept="application/openmetrics-text;q=0.1,text/plain;q=0.9")[0]
        none = get(web, Accept="application/openmetrics-text;q=0")[0]
        _, text_body = get(web)
    assert kind == "application/openmetrics-text; version=1.0.0; charset=utf-8" and body.endswith("# EOF\n")
    assert plain.startswith("text/plain") and both.startswith("text/plain") and none.startswith("text/plain")
    assert "# TYPE nines_check_missed counter\n" in body and "# UNIT probe_duration_seconds seconds\n" in body
    assert set(samples(body, True)) == set(samples(text_body))


@test("hostile names are escaped, and stay one label each")
def hostile():
    more, told = "", ""
    for text_ in HOSTILE:
        more += shown.named("check", text_, module=text_, state=text_, verdict="up", start_us=1, elapsed_us=1, values=text_, tls_version=text_, steps="x:1")
        told += shown.named("target", text_, module="tcp")
    with shown.site(shown.states(more=more), told=shown.pages(told)) as web:
        for accept, is_open in (("", False), (OPEN, True)):
            _, body = get(web, Accept=accept)
            found = samples(body, is_open)
            names = {dict(key[1:])["check"] for key in found if key[0] == "probe_success"}
            assert len(names) == len(HOSTILE) + 3 and not any(key[0] == "evil" for key in found), names
            assert not any(sign in body for sign in "\x00\x1b\u202e") and any("é☃" in name for name in names)
            if not is_open:
                assert "error" not in lint(body), lint(body)


@test("a page that shows a part tells states of that part; a token that may look sees everything")
def private():
    with shown.site(cards=shown.POSTS + TOKEN) as web:
        _, body = get(web, "/pages/shop/metrics")
        found = samples(body)
        assert {dict(key[1:]).get("check") for key in found} - {None} == {"web-1", "web-2"}
        assert {key[0] for key in found} <= {"nines_check_state", "nines_check_since_timestamp_seconds", "nines_check_incident", "nines_service_state",
                                             "nines_service_members_up", "nines_incidents_open", "nines_sla_ratio"}
        assert found[("nines_incidents_open",)] == 0 and not any(secret in body for secret in shown.SECRETS)
        assert web.get("/pages/shop/probe?target=web-1")[0] == 404, "it shows no details"
        _, whole = get(web, "/pages/shop/metrics", Authorization="Bearer " + SECRET)
        assert ("nines_healthy",) in samples(whole) and "vault" in whole
        assert web.get("/pages/shop/probe?target=vault", headers={"Authorization": "Bearer " + SECRET})[0] == 200


@test("/probe tells the last probe of a configured check, and probes nothing")
def probe():
    with shown.site() as web:
        _, body = get(web, "/probe?target=web-1&module=http_2xx")
        asked = list(web.keeper.requests)
        assert lint(body) == "", lint(body)
        found = samples(body)
        assert found[("probe_success",)] == 1 and found[("probe_http_duration_seconds", ("phase", "tls"))] == 0.00261
        assert not any(name[0].startswith("nines_healthy") for name in found) and {v.split()[0] for v in asked} <= {"status", "watch"}
        assert samples(get(web, "/probe?target=192.0.2.77&module=tcp_connect")[1])[("probe_success",)] == 0
        for query, status in (("", 400), ("?target=", 400), ("?target=example.org", 404), ("?target=web-1&module=icmp", 404), ("?target=http://169.254.169.254/", 404)):
            assert web.get("/probe" + query)[0] == status, query


run()

"""tests/lib/real_prometheus.py: Prometheus as scripts/servers unpacked it, filled with a history that promtool makes into blocks."""
import contextlib
import http.client
import pathlib
import subprocess

from daemon import die_with_parent, free_port, until
from real import environment, program


def openmetrics(series):
    """[(metric, {label: value}, seconds, value)] as its text format, each metric in one piece."""
    lines = []
    for metric in sorted({s[0] for s in series}):
        lines.append(f"# TYPE {metric} gauge\n")
        lines += ["%s{%s} %s %.3f\n" % (metric, ",".join(f'{k}="{v}"' for k, v in labels.items()), value, at)
                  for name, labels, at, value in series if name == metric]
    return "".join(lines) + "# EOF\n"


def ready(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/-/ready")
        return connection.getresponse().status == 200
    return False


@contextlib.contextmanager
def prometheus(folder, series, *words, scrape="[]"):
    """Yields its URL. `series`: its past; `words`: more words of its command line; `scrape`: its scrape_configs."""
    binary, tool = program("prometheus", "usr/bin/prometheus"), program("prometheus", "usr/bin/promtool")
    folder = pathlib.Path(folder)
    if series:
        (folder / "history").write_text(openmetrics(series))
        subprocess.run([tool, "tsdb", "create-blocks-from", "openmetrics", folder / "history", folder / "data"], check=True,
                       capture_output=True)
    (folder / "prometheus.yml").write_text(f"scrape_configs: {scrape}\n")
    port = free_port()
    process = subprocess.Popen([binary, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                                "--storage.tsdb.retention.time=100y", f"--web.listen-address=127.0.0.1:{port}", *words],
                               env=environment("prometheus"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               preexec_fn=die_with_parent)
    try:
        until("prometheus is ready", lambda: ready(port) or process.poll() is not None)
        assert process.poll() is None, f"prometheus ended: {process.stdout.read()}"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate()

"""The page with TLS: a real certificate, headers, renewal without an end of service, what is refused."""
import http.client
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import certs  # noqa: E402
from daemon import Daemon, free_port, nines, until  # noqa: E402
from signing import Browser, add_user  # noqa: E402
from real import nginx  # noqa: E402
from tap import ROOT, run, test  # noqa: E402


def install(folder, pair):
    """In place in one go each, as those do who renew certificates."""
    for source, name in zip(pair, ("page.crt", "page.key")):
        new = folder / (name + ".new")
        shutil.copy(source, new)
        new.chmod(0o644)  # the test may run without root
        new.rename(folder / name)


def head(folder):
    return f'listen-certificate = "{folder}/page.crt"\nlisten-key = "{folder}/page.key"\n'


def context():
    made = ssl.create_default_context(cafile=certs.authority())
    made.check_hostname = False
    return made


def serial(port):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain, context().wrap_socket(plain) as secured:
        return secured.getpeercert()["serialNumber"]


def serial_of(pair):
    said = subprocess.run(["openssl", "x509", "-noout", "-serial", "-in", pair[0]], capture_output=True, text=True, check=True).stdout
    return said.strip().split("=")[1]


def get(port, path="/health"):
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=context())
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


@test("with a certificate the page is https, says so to browsers, and speaks nothing old")
def secured(tmp):
    install(tmp, certs.chain())
    with Daemon(tmp, head(tmp)) as daemon:
        assert daemon.wait(r"page: (\S+)").group(1) == f"https://127.0.0.1:{daemon.port}/"
        status, headers, text = get(daemon.port, "/")
        assert status == 200 and "<h1" in text and headers["Strict-Transport-Security"] == "max-age=31536000"
        said = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{daemon.port}", "-CAfile", certs.authority(),
                               "-verify_return_error"], input="", capture_output=True, text=True, timeout=30)
        assert "Verify return code: 0 (ok)" in said.stdout and said.stdout.count("-----BEGIN CERTIFICATE") == 1, said
        assert "TLSv1.3" in said.stdout
        for old in ("-tls1", "-tls1_1"):
            refused = subprocess.run(["openssl", "s_client", old, "-cipher", "ALL:@SECLEVEL=0", "-connect", f"127.0.0.1:{daemon.port}"],
                                     input="", capture_output=True, text=True, timeout=30)
            assert refused.returncode != 0 or "Cipher is (NONE)" in refused.stdout, old
        with socket.create_connection(("127.0.0.1", daemon.port), timeout=20) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"200" not in plain.recv(4096), "nothing is served without TLS"
        add_user(daemon)
        connection = http.client.HTTPSConnection("127.0.0.1", daemon.port, timeout=20, context=context())
        connection.request("POST", "/sign-in/", "name=ann&password=right+horse+battery",
                           {"Content-Type": "application/x-www-form-urlencoded"})
        cookie = connection.getresponse().headers["Set-Cookie"]
        assert cookie.startswith("__Host-nines=") and cookie.endswith("; Secure"), cookie


@test("a renewed certificate is taken up, by itself and at a reload; one that is refused changes nothing")
def renewed(tmp):
    install(tmp, certs.good())
    with Daemon(tmp, head(tmp)) as daemon:
        daemon.wait("page: ")
        assert serial(daemon.port) == serial_of(certs.good())
        held = http.client.HTTPSConnection("127.0.0.1", daemon.port, timeout=20, context=context())

        def goes_on():
            held.request("GET", "/health")
            return held.getresponse().read()
        web = daemon.processes()["web"]
        install(tmp, certs.rsa())
        until("the new one is shown", lambda: goes_on() and serial(daemon.port) == serial_of(certs.rsa()))
        assert goes_on(), "a connection that was there goes on"
        install(tmp, (certs.good()[0], certs.rsa()[1]))  # not its key
        said = daemon.reload()
        daemon.wait("the certificate is refused, or is not the key's: the one before stays in use", since=said)
        assert serial(daemon.port) == serial_of(certs.rsa())
        (tmp / "page.key").unlink()
        said = daemon.reload()
        daemon.wait("page.key' cannot be opened: no such file", since=said)
        daemon.wait("the certificate or its key cannot be read: the one before stays in use", since=said)
        assert serial(daemon.port) == serial_of(certs.rsa()) and daemon.processes()["web"] == web


@test("problems of the configuration are said with what to do")
def problems(tmp):
    install(tmp, certs.good())
    for text, wanted in ((f'listen-certificate = "{tmp}/page.crt"\n', "listen-certificate stands alone: name its key with listen-key"),
                         (f'listen-key = "{tmp}/page.key"\n', "listen-key stands alone: name its certificate"),
                         ('proxies = {"10.0.0.0/8", "my proxy"}\n', "proxies: 'my proxy' is no address and no network: write 127.0.0.1"),
                         ('proxies = {"10.0.0.0/40"}\n', "proxies: '10.0.0.0/40' is no address")):
        conf = tmp / "bad.conf"
        conf.write_text(f'location = "here"\nstore = ""\nsocket = ""\n{text}')
        done = nines("config", "check", "--offline", conf=conf)
        assert done.returncode == 1 and wanted in done.stdout + done.stderr, done


@test("trusted proxies come from the configuration, and change with it")
def proxies(tmp):
    def cookie(daemon):
        b = Browser(daemon.port, headers={"X-Forwarded-Proto": "https"})
        status, headers, _ = b.sign_in("ann", "right horse battery")
        return headers["Set-Cookie"] if status == 303 else ""
    with Daemon(tmp, 'proxies = {"127.0.0.1", "fd00::/8"}\n') as daemon:
        daemon.wait("page: ")
        add_user(daemon)
        until("believed", lambda: cookie(daemon).startswith("__Host-nines="))
        daemon.reload("")
        until("not any more", lambda: cookie(daemon).startswith("nines="))


@test("behind nginx, as docs/operations.md has it, visitors, scheme and host are those of the visitor")
def behind_nginx(tmp):
    recipe = re.search(r"```nginx\n(.*?)```", (ROOT / "docs/operations.md").read_text(), re.S).group(1)
    port = free_port()
    with Daemon(tmp, 'proxies = {"127.0.0.1"}\n') as daemon:
        daemon.wait("page: ")
        certificate, key = certs.good()
        for old, new in (("443 ssl", f"127.0.0.1:{port} ssl"), ("127.0.0.1:9999", f"127.0.0.1:{daemon.port}"),
                         ("/etc/ssl/status.example.org.crt", certificate), ("/etc/ssl/status.example.org.key", key)):
            assert old in recipe, old
            recipe = recipe.replace(old, new)
        (tmp / "nginx").mkdir()
        with nginx(tmp / "nginx", recipe, wait_for=("127.0.0.1", port)):
            add_user(daemon)

            def sign_in(password, **headers):
                connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=context(),
                                                         source_address=("127.0.0.2", 0))  # the proxy is 127.0.0.1
                connection.request("POST", "/sign-in/", "name=ann&password=" + password,
                                   {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://127.0.0.1:{port}", **headers})
                answer = connection.getresponse()
                return answer.status, answer.headers["Set-Cookie"] or ""
            _, cookie = until("signed in", lambda: (got := sign_in("right+horse+battery"))[0] == 303 and got)
            assert cookie.startswith("__Host-nines="), cookie
            tries = [sign_in("wrong", **{"X-Forwarded-For": f"198.51.100.{n}"})[0] for n in range(20)]
            assert tries.count(429) > 10, "an address that the visitor makes up himself counts for nothing"


run()

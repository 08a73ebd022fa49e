"""tests/lib/real_plain.py: real servers of plain protocols, and of databases, which change to TLS, each on a loopback port of its own until the
end of the `with`. Those show certs.good().

    with plain("memcached", tmp) as port: ...
"""
import contextlib
import os
import pathlib
import shutil
import subprocess

import certs
from daemon import die_with_parent, free_port, until
from real import SERVERS, accepts, environment, program
from tap import skip

NOBODY = 65534

USER = ["-u", "root"] if os.geteuid() == 0 else []


def _memcached(tmp, port):
    return "usr/bin/memcached", ["-l", "127.0.0.1", "-p", str(port), "-U", "0", *USER]


def _redis(tmp, port):
    return "usr/bin/redis-server", ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(tmp)]


def _redis_with_password(tmp, port):
    return "usr/bin/redis-server", [*_redis(tmp, port)[1], "--requirepass", "sesame"]


def _beanstalkd(tmp, port):
    return "usr/bin/beanstalkd", ["-l", "127.0.0.1", "-p", str(port), *USER]


def _rsync(tmp, port):
    conf = tmp / "rsyncd.conf"
    conf.write_text(f"use chroot = no\n[files]\npath = {tmp}\n")
    return "usr/bin/rsync", ["--daemon", "--no-detach", "--address=127.0.0.1", f"--port={port}", f"--config={conf}"]


def _mosquitto(tmp, port):
    conf = tmp / "mosquitto.conf"
    user = "user root\n" if os.geteuid() == 0 else ""
    conf.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n{user}")
    return "usr/sbin/mosquitto", ["-c", str(conf)]


def _ngircd(tmp, port):
    conf = tmp / "ngircd.conf"
    conf.write_text(f"[Global]\nName = irc.nines.test\nListen = 127.0.0.1\nPorts = {port}\nAdminInfo1 = x\nMotdPhrase = hello\n"
                    "[Options]\nIdent = no\nPAM = no\nDNS = no\n")
    return "usr/sbin/ngircd", ["-n", "-f", str(conf)]


def _git(tmp, port):
    project = tmp / "project.git"
    tree = ["git", "-C", str(project), "-c", "user.name=t", "-c", "user.email=t@nines.test"]
    subprocess.run(["git", "init", "-q", "--bare", str(project)], check=True)
    empty = subprocess.run([*tree, "hash-object", "-w", "-t", "tree", "/dev/null"], check=True, capture_output=True, text=True).stdout
    commit = subprocess.run([*tree, "commit-tree", "-m", "x", empty.strip()], check=True, capture_output=True, text=True).stdout
    subprocess.run([*tree, "update-ref", "refs/heads/main", commit.strip()], check=True)
    return None, ["daemon", "--listen=127.0.0.1", f"--port={port}", f"--base-path={tmp}", "--export-all", "--reuseaddr"]


def _owned(tmp):
    """A folder for data, and the certificate, for a server that refuses to be root; with the words it is started with."""
    data = tmp / "data"
    data.mkdir()
    for source, name in zip(certs.good(), ("cert.pem", "key.pem")):
        shutil.copy(source, tmp / name)
    (tmp / "key.pem").chmod(0o600)
    if os.geteuid() != 0:
        return data, []
    for path in (data, tmp / "key.pem"):
        os.chown(path, NOBODY, NOBODY)
    return data, ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


def _mariadb(tmp, port):
    data, prefix = _owned(tmp)
    share = SERVERS / "mariadb/usr/share/mysql"
    return "usr/sbin/mariadbd", ["--no-defaults", f"--datadir={data}", f"--tmpdir={data}", f"--port={port}", "--bind-address=127.0.0.1", f"--socket={data}/socket",
                                 f"--pid-file={data}/pid", f"--lc-messages-dir={share}", f"--character-sets-dir={share}/charsets", "--skip-grant-tables",
                                 "--skip-networking=0", f"--ssl-cert={tmp}/cert.pem", f"--ssl-key={tmp}/key.pem"], prefix


def _postgresql(tmp, port):
    data, prefix = _owned(tmp)
    programs = "usr/lib/postgresql/15/bin"
    subprocess.run([*prefix, program("postgresql", f"{programs}/initdb"), "-D", data, "-A", "trust", "-U", "nines", "--no-sync", "--locale=C"], check=True,
                   env=environment("postgresql"), capture_output=True, cwd=data)
    return f"{programs}/postgres", ["-D", data, "-p", port, "-h", "127.0.0.1", "-c", "unix_socket_directories=", "-c", "ssl=on",
                                    "-c", f"ssl_cert_file={tmp}/cert.pem", "-c", f"ssl_key_file={tmp}/key.pem"], prefix


def _slapd(tmp, port):
    data, prefix = _owned(tmp)
    conf = tmp / "slapd.conf"
    conf.write_text(f"TLSCertificateFile {tmp}/cert.pem\nTLSCertificateKeyFile {tmp}/key.pem\npidfile {data}/pid\n")
    return "usr/sbin/slapd", ["-h", f"ldap://127.0.0.1:{port}/", "-f", conf, "-d", "0"], prefix


START = {"memcached": _memcached, "redis": _redis, "redis with a password": _redis_with_password, "beanstalkd": _beanstalkd,
         "rsync": _rsync, "mqtt": _mosquitto, "irc": _ngircd, "git": _git, "mysql": _mariadb, "postgresql": _postgresql, "ldap": _slapd,
         "ldap with starttls": _slapd}
READY = {"postgresql": b"ready to accept connections"}  # of its log: its port accepts, and answers with errors, before that
PACKAGE = {"mysql": "mariadb", "ldap": "slapd", "ldap with starttls": "slapd", "mqtt": "mosquitto", "irc": "ngircd", "redis with a password": "redis"}


@contextlib.contextmanager
def plain(name, tmp):
    tmp, port, package = pathlib.Path(tmp), free_port(), PACKAGE.get(name, name)
    if name == "git" and not pathlib.Path("/usr/lib/git-core/git-daemon").exists():
        skip("no git daemon here")
    path, arguments, *prefix = START[name](tmp, port)
    command = [*sum(prefix, []), str(program(package, path)) if path else "/usr/bin/git", *map(str, arguments)]
    env = environment(package) if path else {**os.environ, "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory",
                                             "GIT_CONFIG_VALUE_0": "*"}
    with open(tmp / "server.log", "wb") as log:
        server = subprocess.Popen(command, env=env, cwd=tmp, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                  preexec_fn=die_with_parent)
    try:
        until(f"{name} accepts", lambda: (accepts("127.0.0.1", port) and READY.get(name, b"") in (tmp / "server.log").read_bytes()) or server.poll() is not None)
        assert server.poll() is None, (tmp / "server.log").read_text(errors="replace")
        yield port
    finally:
        server.terminate()
        server.wait()

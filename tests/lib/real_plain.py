"""tests/lib/real_plain.py: small real servers of plain protocols, each on a loopback port of its own until the end of the `with`.

    with plain("memcached", tmp) as port: ...
"""
import contextlib
import os
import pathlib
import subprocess

from daemon import die_with_parent, free_port, until
from real import accepts, environment, program
from tap import skip

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


START = {"memcached": _memcached, "redis": _redis, "redis with a password": _redis_with_password, "beanstalkd": _beanstalkd,
         "rsync": _rsync, "mqtt": _mosquitto, "irc": _ngircd, "git": _git}
PACKAGE = {"mqtt": "mosquitto", "irc": "ngircd", "redis with a password": "redis"}


@contextlib.contextmanager
def plain(name, tmp):
    tmp, port, package = pathlib.Path(tmp), free_port(), PACKAGE.get(name, name)
    if name == "git" and not pathlib.Path("/usr/lib/git-core/git-daemon").exists():
        skip("no git daemon here")
    path, arguments = START[name](tmp, port)
    command = [str(program(package, path)) if path else "/usr/bin/git", *arguments]
    env = environment(package) if path else {**os.environ, "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory",
                                             "GIT_CONFIG_VALUE_0": "*"}
    with open(tmp / "server.log", "wb") as log:
        server = subprocess.Popen(command, env=env, cwd=tmp, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                  preexec_fn=die_with_parent)
    try:
        until(f"{name} accepts", lambda: accepts("127.0.0.1", port) or server.poll() is not None)
        assert server.poll() is None, (tmp / "server.log").read_text(errors="replace")
        yield port
    finally:
        server.terminate()
        server.wait()

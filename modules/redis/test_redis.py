#!/usr/bin/env python3
"""The redis check against a server for each way of failing, and against redis-server: plain, password, users, TLS, replication."""
import subprocess

import certs
from daemon import until
from failures import common, script
from golden import Golden
from probe import check
from real_redis import redis, tell
from servers import Server, close, send, silence, tls_context
from tap import BUILD, run, test

golden = Golden(__file__)
PING, PONG = "PING\r\n", b"+PONG\r\n"
INFO = (b"$200\r\n# Server\r\nredis_version:7.0.15\r\nuptime_in_seconds:60\r\n# Clients\r\nconnected_clients:3\r\nblocked_clients:1\r\n"
        b"# Memory\r\nused_memory:1048576\r\n# Persistence\r\nrdb_last_bgsave_status:ok\r\n# Replication\r\nrole:master\r\nconnected_slaves:2\r\n\r\n")
LOGIN = ["user=alice", "password=hush-hush"]

common(golden, "redis", [PING, PONG], endless_line=b"-more\r\n")


def case(title, conversation, *options, verdict, values=None):
    """One conversation, one golden line."""
    @test(title)
    def one():
        with Server(script(conversation)) as server:
            result = check("redis", f"host={server.host}", f"port={server.port}", *options, timeout="5s")
            server.said = server.heard(0) if server.connections else b""
        assert result.verdict == verdict and "hush-hush" not in repr(result), result
        assert values is None or result.values == values, result
        golden(title, result)
        return server
    return one


case("a login", ["AUTH\r\n$5\r\nalice\r\n$9\r\nhush-hush\r\n", b"+OK\r\n", PING, PONG], *LOGIN, verdict="up")
case("a login of the default user", ["*2\r\n$4\r\nAUTH\r\n$9\r\nhush-hush\r\n", b"+OK\r\n", PING, PONG], "password=hush-hush", verdict="up")
case("a password with spaces and line ends", ["$4\r\na \r\n\r\n", b"+OK\r\n", PING, PONG], "password=a \r\n", verdict="up")
case("a wrong password", ["AUTH", b"-WRONGPASS invalid username-password pair or user is disabled.\r\n"], *LOGIN, verdict="down")
case("a server that repeats the password", ["AUTH", b"-ERR what is hush-hush\r\n"], *LOGIN, verdict="down")
case("a login that nobody answers", ["AUTH", close()], *LOGIN, verdict="down")
case("a user without a password", [], "user=alice", verdict="unknown")
case("a server that wants a password", [PING, b"-NOAUTH Authentication required.\r\n"], verdict="down")
case("a server that is loading", [PING, b"-LOADING Redis is loading the dataset in memory\r\n"], verdict="down")
case("a server that is full", [b"-ERR max number of clients reached\r\n"], verdict="down")
case("a server in protected mode", [b"-DENIED Redis is running in protected mode\r\n"], verdict="down")
case("PONG as another type", [PING, b"$4\r\nPONG\r\n"], verdict="down")
case("the figures of INFO", [PING, PONG, "INFO", INFO, PONG], "info=true", verdict="up",
     values={"uptime_in_seconds": 60, "connected_clients": 3, "blocked_clients": 1, "used_memory": 1048576, "connected_slaves": 2})
case("INFO that is refused", [PING, PONG, "INFO", b"-NOPERM this user has no permissions to run the 'info' command\r\n"], "info=true",
     verdict="down")
case("INFO without end", [PING, PONG, "INFO", b"$9999999\r\n" + b"a:b\r\n" * 2000], "info=true", verdict="down")
case("INFO that stops in the middle", [PING, PONG, "INFO", INFO[:50], close()], "info=true", verdict="down")
case("INFO with nothing in it", [PING, PONG, "INFO", b"$0\r\n\r\n", PONG], "info=true", verdict="up")
case("INFO with figures that are none", [PING, PONG, "INFO", b"$9\r\nused_memory:x\r\nconnected_clients:-nan(1)\r\nblocked_clients:1e999\r\nrole\r\n:\r\n\r\n", PONG],
     "info=true", verdict="up", values={})
case("a master, as wanted", [PING, PONG, "INFO", INFO, PONG], "expect-role=master", verdict="up")
case("a master instead of a replica", [PING, PONG, "INFO", INFO, PONG], "expect-role=replica", verdict="down")
REPLICA = INFO.replace(b"role:master", b"role:slave\r\nmaster_link_status:%s")
case("a replica, as wanted", [PING, PONG, "INFO", REPLICA % b"up", PONG], "expect-role=replica", verdict="up")
case("a replica instead of a master", [PING, PONG, "INFO", REPLICA % b"up", PONG], "expect-role=master", verdict="down")
case("a replica without its master", [PING, PONG, "INFO", REPLICA % b"down", PONG], "info=true", verdict="degraded")
case("a save that failed", [PING, PONG, "INFO", INFO.replace(b"status:ok", b"status:err"), PONG], "info=true", verdict="degraded")


@test("TLS from the first byte, its certificate judged")
def over_tls():
    trust = f"ca-file={certs.authority()}"
    with Server(script([PING, PONG]), tls=tls_context(certs.good())) as server:
        result = check("redis", f"host={server.host}", f"port={server.port}", "tls=implicit", trust)
        assert result.verdict == "up" and result.steps == ["connect", "tls", "query"], result
    with Server(script([PING, PONG]), tls=tls_context(certs.expired())) as server:
        check("redis", f"host={server.host}", f"port={server.port}", "tls=implicit", trust).says("down", "certificate expired on 20", "tls")
    with Server([send(PONG), silence()]) as server:
        assert check("redis", f"host={server.host}", f"port={server.port}", "tls=implicit", trust, timeout="2s").verdict == "down"


@test("a password is nowhere in the trace")
def trace():
    with Server(script(["AUTH", b"-ERR hush-hush is wrong\r\n"])) as server:
        shown = subprocess.run([str(BUILD / "nines"), "check", "redis", f"host={server.host}", f"port={server.port}", *LOGIN, "--trace"],
                               capture_output=True, text=True).stdout
    assert "AUTH" in shown and "hush-hush" not in shown, shown


# ---- redis-server ----

def ask(port, *options):
    return check("redis", "host=127.0.0.1", f"port={port}", *options)


@test("redis-server without a password")
def plain(tmp):
    with redis(tmp / "r") as port:
        result = ask(port, "info=true", "expect-role=master")
        assert result.verdict == "up" and result.steps == ["connect", "query", "fetch"], result
        assert result.values["connected_clients"] >= 1 and result.values["used_memory"] > 0 and result.facts["role"] == "master", result
        ask(port, "password=x").says("down", "wanted +OK, got '-ERR AUTH", "auth")


@test("redis-server with a password, and with users of its own")
def password(tmp):
    with redis(tmp / "r", "--requirepass", "open sesame", "--user", *"nines on >hush-hush +ping +info".split(),
               "--user", *"dumb on >quiet +get".split()) as port:
        ask(port).says("down", "wanted +PONG, got '-NOAUTH Authentication required.'", "query")
        assert ask(port, "password=open sesame", "info=true").steps == ["connect", "auth", "query", "fetch"]
        ask(port, "password=shut").says("down", "wanted +OK, got '-WRONGPASS", "auth")
        assert ask(port, "user=nines", "password=hush-hush", "info=true").verdict == "up"
        ask(port, "user=nines", "password=wrong").says("down", "-WRONGPASS", "auth")
        ask(port, "user=nobody", "password=hush-hush").says("down", "-WRONGPASS", "auth")
        ask(port, "user=dumb", "password=quiet").says("down", "-NOPERM", "query")


@test("redis-server with TLS")
def secure(tmp):
    with redis(tmp / "r", "--requirepass", "hush-hush", tls=certs.good()) as port:
        trust = f"ca-file={certs.authority()}"
        result = ask(port, "tls=implicit", trust, "password=hush-hush")
        assert result.verdict == "up" and result.steps == ["connect", "tls", "auth", "query"] and "certificate_days" in result.values, result
        ask(port, "tls=implicit", trust, "password=wrong").says("down", "-WRONGPASS", "auth")
        assert ask(port, "tls=implicit").verdict == "down", "an authority that nobody trusts"
        assert ask(port).verdict == "down", "plain text to a TLS port"


@test("redis-server as a replica, with and without its master")
def replica(tmp):
    with redis(tmp / "m") as master:
        with redis(tmp / "r", "--replicaof", "127.0.0.1", str(master)) as port:
            until("the replica has its master", lambda: "master_link_status:up" in tell(port, "INFO replication"))
            assert ask(port, "expect-role=replica").verdict == "up"
            ask(port, "expect-role=master").says("down", "wanted a master, got role 'slave'", "fetch")
            tell(port, "REPLICAOF 127.0.0.1 1")
            ask(port, "info=true").says("degraded", "link to its master is 'down'")


run()

"""The loader: a configuration becomes the lines of docs/architecture.md, all of them or only problems."""
import os
import random
import shutil
import time

from loader import lines_of, load
from tap import BUILD, ROOT, run, test

HEAD = f'modules = "{BUILD}/modules"\nstore = "store/nines.db"\n'


def write(tmp, text, head=HEAD, name="nines.conf"):
    (tmp / name).write_text(head + text)
    return tmp / name


@test("a configuration becomes lines between begin and end")
def whole(tmp):
    conf = write(tmp, 'location = "london"\nlocation "b" { source = "127.0.0.2" }\n'
                 'tcp "Mail, inbound" { host = "127.0.0.1" port = 25 every = "5m" timeout = 3 slow = "1s" recheck = "30s"\n'
                 ' locations = {"london", "b"} address-family = 4 reference = true when-healthy = true expect = "220" }\n'
                 'ping "loop" { host = "::1" }\n'
                 'service "Mail & more" { members = {"Mail, inbound", "loop"} need = 2 role = "core" feeds = {"loop"} fallback = {"loop"}\n'
                 ' visit = "https://mail.example.org/" }\n'
                 'void { share = 0.25 minimum = 5 window = "30s" }\n')
    status, lines, said = load(conf)
    assert status == 0 and not said, said
    assert lines[0] == "begin 7" and lines[-1] == "end 7 problems=0"
    (_, _, setting), = lines_of(lines, "setting")
    assert setting["location"] == "london" and setting["store"] == f"{tmp}/store/nines.db"
    assert setting["modules"] == f"{BUILD}/modules"
    assert (setting["void.share"], setting["void.minimum"], setting["void.window_us"]) == ("0.250000", "5", "30000000")
    assert lines_of(lines, "location") == [("location", "b", {"source": "127.0.0.2"})]
    first, second = lines_of(lines, "define")
    build = first[2].pop("build")
    assert first == ("define", "Mail, inbound", {
        "module": "tcp", "every_us": "300000000", "recheck_us": "30000000", "timeout_us": "3000000", "slow_us": "1000000",
        "address_family": "4", "pool": "general", "reference": "1", "when_healthy": "1", "locations": "london\nb", "site": "127.0.0.1", "opt.host": "127.0.0.1",
        "opt.port": "25", "opt.expect": "220"})
    assert second[1] == "loop" and second[2]["every_us"] == "60000000" and second[2]["timeout_us"] == "10000000"
    modules = {name: found for _, name, found in lines_of(lines, "module")}
    assert modules["tcp"]["build"] == build and modules["tcp"]["kind"] == "check"
    assert lines_of(lines, "service") == [("service", "Mail & more", {
        "members": "Mail, inbound\nloop", "need": "2", "role": "core", "feeds": "loop", "fallback": "loop",
        "visit": "https://mail.example.org/"})]


@test("need and weights are told as they are written, and stay right when a pattern finds more")
def weighted(tmp):
    conf = write(tmp, 'ping "a" { host = "127.0.0.1" }\nping "b: 2" { host = "127.0.0.1" }\nping "bc" { host = "127.0.0.1" }\n'
                 'service "S" { members = {"a", "b*"} weights = {"b*: 2", "b: 2: 7"} need = 10 }\n'
                 'service "T" { members = {"S", "b*"} need = all }\n')
    status, lines, said = load(conf)
    assert status == 0, said
    assert [found for _, _, found in lines_of(lines, "service")] == [
        {"members": "a\nb: 2\nbc", "written": "a\nb*", "need": "10", "weights": "b*: 2\nb: 2: 7"},
        {"members": "S\nb: 2\nbc", "written": "S\nb*", "need": "all"}]


@test("the keeper's words of alerts by burn rate stand in the line of each service whose sla wants them")
def burning(tmp):
    conf = write(tmp, 'ping "a" { host = "127.0.0.1" every = "60s" }\nservice "S" { members = {"a"} sla = "gold" }\n'
                 'service "T" { members = {"a"} sla = "silver" }\nsla "silver" { target = 99.9 }\n'
                 'sla "gold" { target = 99 blips = "up" burn-alerts = "both" }\n')
    status, lines, said = load(conf)
    assert status == 0, said
    assert [found for _, _, found in lines_of(lines, "service")] == [
        {"members": "a", "need": "1", "sla": "gold", "target_micro": "99000000", "burn": "both", "burn_blips": "up"},
        {"members": "a", "need": "1", "sla": "silver"}]


@test("what decides figures is told as it is written")
def figures(tmp):
    conf = write(tmp, 'ping "a" { host = "127.0.0.1" }\nping "b" { host = "127.0.0.1" }\n'
                 'sla "gold & more" { target = 99.9 zone = "Europe/Berlin" hours = {"Mon-Fri 08:00-18:00", "Sat 09:00-12:00"} blips = "up" }\n'
                 'sla "silver" { target = 99 zone = "Europe/Berlin" }\n'
                 'service "S" { members = {"?"} sla = "gold & more" }\nservice "T" { members = {"S"} }\n'
                 'maintenance "m" { services = {"a", "T"} start = "2026-11-01T00:00:00Z" end = "2026-11-02T00:00:00+01:00" text = "a \\"b\\"" }\n')
    status, lines, said = load(conf)
    assert status == 0, said
    assert lines_of(lines, "sla")[0] == ("sla", "gold & more", {
        "target": "99.9", "zone": "Europe/Berlin", "hours": "Mon-Fri 08:00-18:00\nSat 09:00-12:00", "blips": "up"})
    zone, told = next((id, found) for _, id, found in lines_of(lines, "zone"))
    assert zone == "Europe/Berlin" and told["bytes"].startswith("TZif") and told["bytes"].endswith("\nCET-1CEST,M3.5.0,M10.5.0/3\n")
    assert [line.split(" ")[0] for line in lines if line.split(" ")[0] in ("zone", "sla")] == ["zone", "sla", "sla"], "once, in front"
    assert lines_of(lines, "maintenance") == [("maintenance", "m", {
        "services": "a\nT", "start": "2026-11-01T00:00:00Z", "end": "2026-11-02T00:00:00+01:00", "text": 'a "b"'})]
    assert [found for _, _, found in lines_of(lines, "service")] == [
        {"members": "a\nb", "written": "?", "need": "1", "sla": "gold & more"}, {"members": "S", "need": "1"}]
    long = "\u00e4" * 16380  # an option may be so long, but each byte of it takes four of the line
    status, lines, _ = load(write(tmp, f'maintenance "m" {{ start = "2026-11-01" end = "2026-11-02" text = "{long}" }}\n'))
    assert status == 1 and "longer than 65536 bytes" in lines[1], lines[1][:500]


@test("with a problem there are problems and nothing else")
def nothing(tmp):
    conf = write(tmp, 'ping "a" { host = "127.0.0.1" }\nping "b" { hots = "127.0.0.1" host = "::1" }\n')
    status, lines, _ = load(conf)
    assert status == 1
    assert [line.split()[0] for line in lines] == ["begin", "problem", "end"]
    (_, _, problem), = lines_of(lines, "problem")
    assert problem == {"file": str(conf), "line": "4", "text": "unknown option 'hots' of module 'ping': did you mean 'host'?",
                       "remedy": ""}
    assert lines[-1] == "end 7 problems=1"


@test("a target list: columns win over the section, empty cells leave it, escapes are undone")
def targets(tmp):
    (tmp / "list").mkdir()
    (tmp / "list" / "t.tsv").write_text("# c\nname\thost\tevery\tport\texpect\nroof\t127.0.0.1\t\t\t\n\ncellar 2\t::1\t1m\t26\ta\\tb\\\\\r\n")
    (tmp / "list" / "t.conf").write_text('tcp "t" { targets = "t.tsv" port = 25 every = "5m" expect = "220" }\n')
    status, lines, said = load(write(tmp, 'include("list/*.conf")\n'))
    assert status == 0, (lines, said)
    roof, cellar = lines_of(lines, "define")
    assert roof[1] == "t/roof" and roof[2]["every_us"] == "300000000"
    assert (roof[2]["opt.host"], roof[2]["opt.port"], roof[2]["opt.expect"]) == ("127.0.0.1", "25", "220")
    assert cellar[1] == "t/cellar 2" and cellar[2]["every_us"] == "60000000"
    assert (cellar[2]["opt.host"], cellar[2]["opt.port"], cellar[2]["opt.expect"]) == ("::1", "26", "a\tb\\")
    assert sum("opt.port=" in line for line in lines) == 2 and lines[-2].count("opt.port=") == 1


@test("secrets leave by number, from a file, the environment and systemd's credentials (F59)")
def secrets(tmp):
    for name in ("pw", "credentials/token"):
        (tmp / name).parent.mkdir(exist_ok=True)
        (tmp / name).write_text(f"{name}-hunter2\n")
        (tmp / name).chmod(0o600)
    section = 'http "{0}" {{ url = "http://127.0.0.1/" user = "u" password = "{1}" }}\n'
    conf = write(tmp, section.format("a", "file:pw") + section.format("b", "env:NINES_TEST_PW") +
                 section.format("c", "credential:token") + section.format("d", "file:pw"))
    status, lines, said = load(conf, env={"NINES_TEST_PW": "env-hunter2 ${x}", "CREDENTIALS_DIRECTORY": str(tmp / "credentials")})
    assert status == 0, (lines, said)
    assert [found["opt.password"] for _, _, found in lines_of(lines, "define")] == ["@secret:1", "@secret:2", "@secret:3", "@secret:1"]
    assert [(number, found["value"]) for _, number, found in lines_of(lines, "secret")] == [
        ("1", "pw-hunter2"), ("2", "env-hunter2 ${x}"), ("3", "credentials/token-hunter2")]
    assert not any("hunter2" in line for line in lines if not line.startswith("secret "))


@test("${x} inside quotes stays what it is")
def dollars(tmp):
    conf = write(tmp, """tcp "a" { host = "127.0.0.1" port = 25 send = "${HOME} \\${HOME} $" expect = '${HOME}' }\n""")
    status, lines, _ = load(conf, env={"HOME": "/leaked"})
    (_, _, found), = lines_of(lines, "define")
    assert status == 0 and found["opt.send"] == "${HOME} ${HOME} $" and found["opt.expect"] == "${HOME}"


@test("paths are relative to the file that says them")
def paths(tmp):
    (tmp / "sub").mkdir()
    (tmp / "sub" / "a.conf").write_text('https "a" { url = "https://127.0.0.1/" ca-file = "ca.pem" client-cert = "/abs.pem" }\n')
    status, lines, _ = load(write(tmp, 'include("sub/a.conf")\nsocket = "n.sock"\n'))
    (_, _, found), = lines_of(lines, "define")
    assert status == 0 and found["opt.ca-file"] == f"{tmp}/sub/ca.pem" and found["opt.client-cert"] == "/abs.pem"
    assert lines_of(lines, "setting")[0][2]["socket"] == f"{tmp}/n.sock"


def own_modules(tmp):
    folder = tmp / "modules"
    folder.mkdir()
    for name in ("tcp", "ping"):
        shutil.copy(BUILD / "modules" / f"{name}.so", folder)
    os.chmod(tmp, 0o755)
    return folder, f'modules = "{folder}"\nstore = "store/nines.db"\n'


@test("a module refused today keeps its last good descriptor, and its checks stay")
def refused(tmp):
    folder, head = own_modules(tmp)
    (tmp / "store").mkdir()
    conf = write(tmp, 'tcp "a" { host = "127.0.0.1" port = 25 }\nping "b" { host = "127.0.0.1" }\n', head)
    assert load(conf)[0] == 0
    shutil.copy(BUILD / "tests/modules/old-abi.so", folder / "tcp.so")
    (folder / "ping.so").unlink()
    status, lines, said = load(conf)
    assert status == 0, (lines, said)
    modules = {name: found for _, name, found in lines_of(lines, "module")}
    assert modules["tcp"]["refused"] == f"module '{folder}/tcp.so': it is built for ABI 42, this nines has 1: " \
        "build it again with this version's headers"
    assert modules["ping"] if "ping" in modules else True
    assert {name: found["module"] for _, name, found in lines_of(lines, "define")} == {"a": "tcp", "b": "ping"}
    assert "is gone" in modules["ping"]["refused"]


@test("without a descriptor from before a refused module is a problem for its checks alone")
def refused_first(tmp):
    folder, head = own_modules(tmp)
    shutil.copy(BUILD / "tests/modules/old-abi.so", folder / "tcp.so")
    conf = write(tmp, 'ping "b" { host = "127.0.0.1" }\n', head)
    assert load(conf)[0] == 0
    status, lines, _ = load(write(tmp, 'tcp "a" { host = "127.0.0.1" port = 25 }\n', head))
    assert status == 1 and "built for ABI 42" in lines_of(lines, "problem")[0][2]["text"]


@test("twenty thousand targets are read")
def many(tmp):
    rows = "".join(f"n{i}\t127.0.0.1\t{1 + i % 60000}\n" for i in range(20000))
    (tmp / "t.tsv").write_text("name\thost\tport\n" + rows)
    begin = time.monotonic()
    status, lines, _ = load(write(tmp, 'tcp "t" { targets = "t.tsv" }\nservice "all" { members = {"t/n1*"} need = 1 }\n'))
    print(f"# {time.monotonic() - begin:.2f} s for 20,000 targets")
    assert status == 0 or "longer than 65536" in "".join(lines)
    (tmp / "t.tsv").write_text("name\thost\tport\n" + rows)
    status, lines, _ = load(write(tmp, 'tcp "t" { targets = "t.tsv" }\nservice "all" { members = {"t/n1??"} need = 1 }\n'))
    assert status == 0 and len(lines_of(lines, "define")) == 20000
    assert lines_of(lines, "service")[0][2]["members"].count("\n") == 99


@test("ten thousand sections are read")
def sections(tmp):
    text = "".join(f'tcp "n{i}" {{ host = "127.0.0.1" port = 25 }}\n' for i in range(10000))
    begin = time.monotonic()
    status, lines, _ = load(write(tmp, text))
    print(f"# {time.monotonic() - begin:.2f} s for 10,000 sections")
    assert status == 0 and sum(line.startswith("define ") for line in lines) == 10000


SEED = """location = "x"
# comment
include("sub/*.conf")
location "b" { source = "127.0.0.2" }
tcp "a" { host = "127.0.0.1" port = 25 send = "a ${x} \\x41 \\n" locations = { "x", 'b' } /* c */ }
http "h" { url = "http://user:pw@127.0.0.1:80/a?b#c" header = {"A: b", "C: d"} password = "env:HOME" }
tcp "t" { targets = "t.tsv" port = 25 }
service "S" { members = {"a", "h", "t/*"} need = 2 }
service "T" { members = {"S"} }
contact "ops" { path "email:a@b" { after = "5m" } path "sms:1" { after = 30 } }
sla "gold" { target = 99.95 zone = "Europe/London" }
void { share = 0.5 }
"""


def mutate(data, dice):
    """One to eight changes such as a hurried editor or a bad disk makes."""
    for _ in range(dice.randint(1, 8)):
        at, end = sorted((dice.randrange(len(data) + 1), dice.randrange(len(data) + 1)))
        kind = dice.randrange(6)
        if kind == 0:
            data = data[:at] + bytes([dice.randrange(256)]) + data[at + 1:]
        elif kind == 1:
            data = data[:at] + data[min(end, at + 40):]
        elif kind == 2:
            data = data[:at] + data[at:min(end, at + 200)] * dice.randint(2, 4) + data[at:]
        elif kind == 3:
            data = data[:at] + dice.choice([b'"', b"{", b"}", b"'", b"/*", b"#", b"=", b"+=", b"\\", b"$", b"${", b"(", b",", b"\n", b"~",
                                            b"line-", b"title-", b"%s%n", b"\xff"]) + data[at:]
        elif kind == 4:
            data = data[:at]
        else:
            data = data[:at] + b"x" * dice.choice([70, 5000, 70000]) + data[at:]
    return data


@test("200 mutated configurations crash nothing and end in lines or problems (F29)")
def mutated(tmp):
    dice = random.Random(29)
    (tmp / "sub").mkdir()
    (tmp / "sub" / "a.conf").write_text('ping "p" { host = "::1" }\n')
    tsv = b"name\thost\tevery\nroof\t127.0.0.1\t5m\ncellar\t::1\t\\t\n"
    (tmp / "none").mkdir()
    fewer = tmp / "modules"  # judging four modules two hundred times is another test's work
    fewer.mkdir()
    shutil.copy(BUILD / "modules" / "tcp.so", fewer)
    ends = {0: 0, 1: 0}
    for round_ in range(200):
        data = f'modules = "{fewer}"\nstore = "none/n.db"\n'.encode() + (mutate(SEED.encode(), dice) if round_ % 4 else SEED.encode())
        (tmp / "nines.conf").write_bytes(data)
        (tmp / "t.tsv").write_bytes(tsv if round_ % 4 else mutate(tsv, dice))
        status, lines, said = load(tmp / "nines.conf")
        (ROOT / BUILD / "mutated.conf").write_bytes(data) if status not in (0, 1) else None
        assert status in (0, 1), (round_, status, said)
        verbs = {line.split()[0] for line in lines}
        assert lines[0] == "begin 7" and lines[-1].startswith("end 7 problems=")
        assert (status == 0) == ("problem" not in verbs)
        assert status == 0 or verbs == {"begin", "problem", "end"}
        ends[status] += 1
    assert ends[1] > 100, ends


run()

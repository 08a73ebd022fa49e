"""tests/lib/real_kannel.py: Kannel with its fake SMS centre, as scripts/servers unpacked it: what a telephone would have got.

    with kannel(tmp) as gateway: ...        # gateway.url, gateway.user, gateway.password; gateway.messages(1)
"""
import contextlib
import pathlib
import re
import subprocess

from daemon import die_with_parent, free_port, until
from real import accepts, environment, program

CONF = """group = core
admin-port = %(admin)d
admin-interface = 127.0.0.1
admin-password = %(password)s
smsbox-port = %(box)d
box-allow-ip = 127.0.0.1

group = smsc
smsc = fake
smsc-id = fake
port = %(smsc)d
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = %(port)d
sendsms-interface = 127.0.0.1
global-sender = 13013

group = sendsms-user
username = nines
password = %(password)s

group = sms-service
keyword = default
text = "no service"
"""
MESSAGE = re.compile(r"Got message \d+: <(.*)>$", re.M)


class Gateway:
    def __init__(self, folder, port):
        self.folder, self.port, self.user, self.password = folder, port, "nines", "s3cret-W0rd"
        self.url = f"http://127.0.0.1:{port}"

    def log(self, name):
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def messages(self, count):
        """What the SMS centre got, each "SENDER NUMBER TYPE ... TEXT", once there are so many."""
        until(f"{count} messages at the SMS centre", lambda: len(MESSAGE.findall(self.log("fakesmsc"))) >= count)
        return MESSAGE.findall(self.log("fakesmsc"))


@contextlib.contextmanager
def kannel(folder):
    """Runs all three until the end of the `with`."""
    folder = pathlib.Path(folder)
    gateway = Gateway(folder, free_port())
    conf = folder / "kannel.conf"
    admin, box, smsc = free_port(), free_port(), free_port()
    conf.write_text(CONF % {"admin": admin, "box": box, "smsc": smsc, "port": gateway.port, "password": gateway.password})
    with contextlib.ExitStack() as stack:
        def start(name, *words):
            out = stack.enter_context(open(folder / f"{name}.log", "wb"))
            process = subprocess.Popen(list(map(str, words)), env=environment("kannel"), cwd=folder, stdin=subprocess.DEVNULL, stdout=out,
                                       stderr=subprocess.STDOUT, preexec_fn=die_with_parent)
            stack.callback(lambda: (process.kill(), process.wait()))
            return process
        bearerbox = start("bearerbox", program("kannel", "usr/sbin/bearerbox"), "-v", "0", conf)
        until("the bearerbox accepts", lambda: (accepts("127.0.0.1", smsc) and accepts("127.0.0.1", box)) or bearerbox.poll() is not None)
        assert bearerbox.poll() is None, gateway.log("bearerbox")
        start("fakesmsc", program("kannel", "usr/lib/kannel/test/fakesmsc"), "-H", "127.0.0.1", "-r", smsc, "-m", "0", "1 2 text nop")
        start("smsbox", program("kannel", "usr/sbin/smsbox"), "-v", "0", conf)
        until("the smsbox accepts", lambda: accepts("127.0.0.1", gateway.port))
        yield gateway

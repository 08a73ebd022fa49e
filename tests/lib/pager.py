"""tests/lib/pager.py: a fake paging gateway, the outside oracle of letters, and the daemon that sends to it.

    with Gateway() as gateway, daemon(tmp, gateway) as d:
        identity = hand_in(d, to="pager:1", subject="a", short="a")
        gateway.wait(lambda pages: identity in [p.id for p in pages])

It writes down every page that came in and what it answered: what `script(page)` returns: bytes, or None for silence.
"""
import collections
import shutil
import socket
import subprocess
import threading
import time

from daemon import PATIENCE_S, Daemon
from role import Client, quote, words
from tap import BUILD, ROOT

Page = collections.namedtuple("Page", "at to id text answer")
DELIVERED, BUSY, NO = b"250 paged\r\n", b"450 busy\r\n", b"550 no such pager\r\n"


class Gateway:
    def __init__(self, script=lambda page: DELIVERED):
        self.script, self.pages, self.news = script, [], threading.Condition()
        self.held, self.listener = [], socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self._accepts = threading.Thread(target=self._accept, daemon=True)
        self._accepts.start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=[client], daemon=True).start()

    def _converse(self, client):
        try:
            line = client.makefile().readline()
            if not line.endswith("\n"):
                return
            _, to, identity, text = line.rstrip("\r\n").split(" ", 3)
            page = Page(time.time(), to, identity, text, None)
            answer = self.script(page)
            if answer is None:
                self.held.append(client)
            else:
                client.sendall(answer)
                client.close()
            with self.news:
                self.pages.append(page._replace(answer=answer))
                self.news.notify_all()
        except OSError:
            pass

    def wait(self, condition, patience_s=PATIENCE_S, what="pages"):
        """Until condition(pages) is true."""
        with self.news:
            assert self.news.wait_for(lambda: condition(self.pages), patience_s), f"{what}: not in {patience_s} s: {self.pages}"

    def ids(self, answer=DELIVERED):
        return [p.id for p in self.pages if p.answer == answer]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes it: else it might go on with the next gateway, by the same descriptor
        self._accepts.join()
        self.listener.close()
        for client in self.held:
            client.close()


def notifiers(tmp):
    """A folder with all notifiers, the template's pager and the one that stumbles."""
    folder = tmp / "notifiers"
    if folder.exists():
        return folder
    shutil.copytree(BUILD / "notifiers", folder, ignore=shutil.ignore_patterns("*.o", "*.d", "*.new", "[a-z]*[!o]"))
    done = subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-std=gnu11", "-fvisibility=hidden", "-Iinclude", "-o", folder / "pager.so",
                           "template/pager.c"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    shutil.copy(BUILD / "tests/modules/stumble.so", folder / "stumble.so")
    for file in folder.iterdir():
        file.chmod(0o755)
    folder.chmod(0o755)
    return folder


def settings(tmp, gateway, more="", timeout="5s"):
    return (f'notifiers = "{notifiers(tmp)}"\nnotify-pager {{ host = "127.0.0.1"  port = {gateway.port}  timeout = "{timeout}"  per-minute = 600 }}\n' + more)


def daemon(tmp, gateway, more="", timeout="5s", **words):
    return Daemon(tmp, settings(tmp, gateway, more, timeout), listen=False, **words)


def hand_in(d, **words_):
    """Gives the running keeper a letter; its id."""
    client = Client(d.folder / "nines.sock")
    client.send("letter - " + " ".join(f"{key}={quote(value)}" for key, value in words_.items()))
    for line in client.lines():
        verb, _, found = words(line)
        if verb == "end":
            assert "letter" in found, line
            client.mine.close()
            return found["letter"]
    raise AssertionError("the keeper has gone")

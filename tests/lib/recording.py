"""tests/lib/recording.py: plays the parent and the keeper of a recorder, so that it is tested by its lines alone."""
import json
import os
import sqlite3
import subprocess

import role
from daemon import die_with_parent
from tap import BUILD


def stored(path):
    """The numbers of all stored results, in order, of a file that is sound."""
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    try:
        assert base.execute("pragma integrity_check").fetchone()[0] == "ok"
    finally:
        base.close()
    done = subprocess.run([str(BUILD / "nines"), "export", "--all", "--store", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return sorted(int(json.loads(line)["facts"]["number"]) for line in done.stdout.splitlines())


class Recorder:
    def __init__(self, path, wrap=()):
        self.control, self.n, self.committed, self.said = role.Link(), 0, 0, []
        fd = self.control.theirs.fileno()

        def prepare():
            die_with_parent()
            os.dup2(fd, 3)
        self.process = subprocess.Popen([*wrap, str(BUILD / "ninesd"), "--role", "recorder"], preexec_fn=prepare,
                                        close_fds=False, stderr=subprocess.PIPE, text=True)
        self.control.theirs.close()
        self.control.send(f"start recorder store={path}")
        self.join()
        self.control.send("go -")
        assert role.words(self.control.lines()[0])[0] == "ready"

    def join(self):
        self.keeper = role.Link()
        self.control.send("fd keeper", fd=self.keeper.theirs.fileno())
        self.keeper.theirs.close()

    def tell(self, count, start=None, keeper="k1", more="x", each=""):
        """`count` results, numbered on from the last, behind the keeper's first line. `each`: bytes that every one takes."""
        first = self.n + 1 if start is None else start
        self.n = first + count - 1
        lines = [f"result c{n % 7} n={n} verdict=up number={n} pad={more}{each and each + str(n)}" for n in range(first, self.n + 1)]
        for at in range(0, len(lines), 500):
            self.keeper.send(*([f"keeper {keeper}"] if at == 0 else []), *lines[at:at + 500])

    def hear(self, verb):
        """Waits for a line and returns it as (verb, id, words)."""
        while True:
            for line in self.keeper.lines():
                said = role.words(line)
                self.said.append(said)
                if said[0] == "committed":
                    self.committed = int(said[1])
            found = [s for s in self.said if s[0] == verb]
            if found:
                self.said = []
                return found[0]

    def until_committed(self, n):
        while self.committed < n:
            self.hear("committed")

    def kill(self):
        self.process.kill()
        self.process.communicate()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

"""tests/lib/signing.py: users for the web role: their cards, and a keeper that opens and closes sessions as the real one does."""
import ctypes
import ctypes.util
import hashlib
import http.client
import re
import time
import urllib.parse

NOW_US = int(time.time() * 1e6)
SODIUM = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
PURPOSE = b"nines: what a card keeps"


def password_hash(password):
    """argon2id, cheaply made: the tests' passwords are no secrets."""
    out = ctypes.create_string_buffer(128)
    assert SODIUM.crypto_pwhash_argon2id_str(out, password.encode(), ctypes.c_ulonglong(len(password.encode())),
                                             ctypes.c_ulonglong(1), ctypes.c_size_t(8 << 20)) == 0
    return out.value.decode()


def secret_hash(secret):
    """What a card keeps of a secret (core/web/secret.c)."""
    return hashlib.blake2b(secret.encode(), key=PURPOSE, digest_size=32).hexdigest()


def quoted(value):
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def card(kind, name, /, version=1, at_us=NOW_US, **words):
    more = "".join(f" {key}={quoted(value)}" for key, value in words.items())
    return f"card {name} kind={kind} version={version} at_us={at_us} first_us={at_us} by=test{more}\n"


def user(name, role, password="right horse", **words):
    return card("user", name, role=role, hash=password_hash(password), **words)


def token(name, role, secret, **words):
    return card("token", secret_hash(secret)[:32], name=name, role=role, hash=secret_hash(secret), **words)


def word(request, key):
    found = re.search(rf' {key}=("([^"]*)"|\S+)', request)
    return found and (found.group(2) if found.group(2) is not None else found.group(1))


class Sessions:
    """`reply` of a keeper (tests/web/keeper.py) that opens and closes sessions."""

    def __init__(self):
        self.open = {}

    def opened(self, request):
        name, hash_ = request.split()[1], word(request, "hash")
        self.open[name] = word(request, "user")
        return card("session", name, user=self.open[name], hash=hash_, seen_us=NOW_US) + f"end - id={name}\n"

    def closed(self, request):
        name = request.split()[1]
        self.open.pop(name, None)
        return f"card {name} kind=session version=2 at_us={NOW_US} first_us={NOW_US} by=test gone=1\nend -\n"

    def reply(self, **more):
        return {"session-open": self.opened, "session-close": self.closed, "session-seen": "end -\n", **more}


class Browser:
    """Keeps cookies and sends forms, follows nothing."""

    def __init__(self, port, host="127.0.0.1", headers=None, source=""):
        """`source`: the address that it asks from."""
        self.port, self.host, self.headers, self.cookie, self.source = port, host, headers or {}, "", source

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60, source_address=(self.source, 0) if self.source else None)
        sent = {**self.headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
        if self.cookie:
            sent["Cookie"] = self.cookie
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for one in answer.headers.get_all("Set-Cookie") or []:
            self.cookie = one.split(";")[0] if not one.split(";")[0].endswith("=") else ""
        return answer.status, answer.headers, text

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, fields=None, **headers):
        headers.setdefault("Content_Type", "application/x-www-form-urlencoded")
        return self.ask("POST", path, urllib.parse.urlencode(fields or {}), **headers)

    def sign_in(self, name, password="right horse", **headers):
        """As soon as the web knows who may."""
        while (answer := self.post("/sign-in/", {"name": name, "password": password}, **headers))[0] == 503:
            assert "still being read" in answer[2], answer[2]
            time.sleep(0.02)
        return answer

    def form(self, path="/admin/"):
        """The field that forms of this session carry."""
        return re.search(r'name="form" value="([0-9a-f]{64})"', self.get(path)[2]).group(1)


def add_user(daemon, name="ann", role="editor", password="right horse battery"):
    """By the command line of a real daemon, as soon as it has read who there is."""
    daemon.wait("page: ")
    while True:
        done = daemon.nines("user", "add", name, "--role", role, input=password + "\n")
        if done.returncode == 0:
            return done
        assert "try again" in done.stderr, done
        time.sleep(0.02)

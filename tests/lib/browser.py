"""tests/lib/browser.py: headless Chromium, driven through chromedriver, as a visitor of pages.

    with Browser(tmp) as browser:                     # JavaScript is off, as our pages need none
        browser.go(url)                               # AssertionError: the page wrote to the console, broke its policy, or
        browser.fill("email", "a@example.org")        # asked another host for anything
        browser.press("Subscribe")
        assert "sent you a letter" in browser.text()

One browser serves a whole file of tests; each go() is a new page. What a page may do is judged at every step (judge()).
"""
import base64
import contextlib
import json
import pathlib
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from daemon import die_with_parent, free_port, until
from tap import BUILD, skip

FROM_NPM = pathlib.Path(str(BUILD).removesuffix("/asan")) / "browser" / "node_modules"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the name that WebDriver gives to references
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-device-scale-factor=1",
             "--disable-extensions", "--no-proxy-server", "--ignore-certificate-errors"]
PATIENCE_S = 30


def needs(path, what):
    if not path or not pathlib.Path(path).exists():
        skip(f"no {what} here (scripts/browser)")
    return path


class Browser:
    def __init__(self, folder, *, script=False, hosts=()):
        """`script`: pages may run JavaScript; `hosts`: names that are resolved to 127.0.0.1, for pages chosen by host."""
        needs(shutil.which("chromium"), "Chromium")
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.driver = subprocess.Popen([needs(shutil.which("chromedriver"), "chromedriver"), f"--port={self.port}", "--log-level=OFF"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)
        self.session = ""
        self.requests, self.complaints, self.statuses = [], [], {}
        until("chromedriver is ready", self._ready)
        mapped = ",".join(f"MAP {host} 127.0.0.1" for host in hosts)
        arguments = [*ARGUMENTS, f"--user-data-dir={self.folder / 'chromium'}", *([f"--host-resolver-rules={mapped}"] if mapped else [])]
        options = {"args": arguments, "prefs": {}}
        wish = {"browserName": "chrome", "pageLoadStrategy": "normal", "goog:chromeOptions": options,
                "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        self.session = "/session/" + self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wish}})["sessionId"]
        self.allow(script)
        self._do("/url", {"url": "about:blank"})
        self._read_log()
        self.requests.clear()  # of Chromium's own first page

    # ---- the protocol ----

    def _ask(self, method, path, body=None):
        wish = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method,
                                      data=json.dumps(body).encode() if body is not None else None,
                                      headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(wish, timeout=PATIENCE_S) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            said = json.load(error)["value"]
            raise AssertionError(f"{path.rsplit('/', 1)[-1]} {body}: {said['error']}: {said['message'].splitlines()[0]}") from None

    def _ready(self):
        with contextlib.suppress(OSError):
            return self._ask("GET", "/status")["ready"]

    def _do(self, path, body=None, method="POST"):
        return self._ask(method, self.session + path, {} if body is None and method == "POST" else body)

    def cdp(self, command, **words):
        """A command of Chromium's own protocol."""
        return self._do("/goog/cdp/execute", {"cmd": command, "params": words})

    def evaluate(self, expression):
        """The value of an expression, in the page but free of its policy."""
        answer = self.cdp("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, json.dumps(answer["exceptionDetails"])[:2000]
        return answer["result"].get("value")

    def allow(self, script):
        """Whether pages may run JavaScript, from the next one on."""
        self.script = script
        self.cdp("Emulation.setScriptExecutionDisabled", value=not script)

    # ---- how it looks ----

    def dress(self, *, theme="light", width=1000, height=800, media="screen"):
        self.cdp("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": theme}])
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, path):
        """The whole page as a PNG."""
        shot = self.cdp("Page.captureScreenshot", captureBeyondViewport=True)
        pathlib.Path(path).write_bytes(base64.b64decode(shot["data"]))

    # ---- what a visitor does ----

    def go(self, url, *, status=200):
        self._do("/url", {"url": url})
        self.judge()
        found = self.statuses.get(self.url())
        assert found in (status, 304 if status == 200 else status), f"{url}: {found}, wanted {status}"
        return self

    def url(self):
        return self._do("/url", method="GET").split("#")[0]

    def source(self):
        return self._do("/source", method="GET")

    def find(self, how, what):
        """References of the elements; `how`: "css selector", "link text", "xpath"."""
        return [found[ELEMENT] for found in self._do("/elements", {"using": how, "value": what})]

    def one(self, how, what):
        """The one that can be seen."""
        found = self.find(how, what)
        if len(found) > 1:
            found = [element for element in found if self._do(f"/element/{element}/displayed", method="GET")]
        assert len(found) == 1, f"{len(found)} elements are {what} at {self.url()}:\n{self.text()[:3000]}"
        return found[0]

    def text(self, selector="body"):
        """What is to be read there."""
        return self._do(f"/element/{self.one('css selector', selector)}/text", method="GET")

    def attribute(self, selector, name):
        return self._do(f"/element/{self.one('css selector', selector)}/attribute/{name}", method="GET")

    def fill(self, label, value):
        """Types into the field that carries this label: found as people find it, so a field without label fails."""
        field = self.one("xpath", "//*[self::input or self::textarea or self::select][@id=//label"
                         f"[normalize-space()={quoted(label)} or starts-with(normalize-space(), {quoted(label)})]/@for]"
                         f" | //label[starts-with(normalize-space(), {quoted(label)})]//*[self::input or self::textarea or self::select]")
        self._do(f"/element/{field}/clear") if value and self._kind(field) not in ("select", "checkbox", "radio") else None
        self._do(f"/element/{field}/value", {"text": value})

    def _kind(self, element):
        name = self._do(f"/element/{element}/name", method="GET")
        return self._do(f"/element/{element}/attribute/type", method="GET") if name == "input" else name

    def tick(self, label):
        field = self.one("xpath", f"//label[starts-with(normalize-space(), {quoted(label)})]")
        self._do(f"/element/{field}/click")

    def press(self, name):
        """Presses the button of that name; the page that comes is judged."""
        self.click(self.one("xpath", f"//button[normalize-space()={quoted(name)}]"))

    def follow(self, words):
        self.click(self.one("link text", words))

    def click(self, element):
        """Clicks, and judges the page that comes: on a busy machine a click may be answered before it does."""
        page = self.find("css selector", "html")
        self._do(f"/element/{element}/click")
        until("another page comes", lambda: self.find("css selector", "html") not in (page, []))
        self.judge()

    def keys(self, text):
        """Presses keys wherever the focus is; U+E004 is Tab, U+E007 Enter."""
        actions = [step for key in text for step in ({"type": "keyDown", "value": key}, {"type": "keyUp", "value": key})]
        self._do("/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def focused(self):
        """Tag, text and outline of the element that has the focus."""
        return self.evaluate("(e => ({tag: e.localName, text: (e.innerText || e.name || '').trim(), outline: getComputedStyle(e).outlineStyle,"
                             " width: getComputedStyle(e).outlineWidth}))(document.activeElement)")

    def cookies(self):
        return {cookie["name"]: cookie for cookie in self._do("/cookie", method="GET")}

    def forget(self):
        """Signs out the hard way."""
        self._do("/cookie", method="DELETE")

    # ---- what a page may do ----

    def _read_log(self):
        for entry in self._do("/se/log", {"type": "performance"}):
            message = json.loads(entry["message"])["message"]
            words = message.get("params", {})
            if message["method"] == "Network.requestWillBeSent":
                self.requests.append((words["request"]["url"], words["documentURL"]))
            elif message["method"] == "Network.responseReceived" and words["type"] == "Document":
                self.statuses[words["response"]["url"].split("#")[0]] = words["response"]["status"]
        self.complaints += [entry["message"] for entry in self._do("/se/log", {"type": "browser"})
                            if not is_own_status(entry["message"])]

    def judge(self):
        """The page has asked no other host for anything, written nothing to the console, broken no policy."""
        self._read_log()
        # each by the page that asked: an icon of the page before may be asked for late
        foreign = [url for url, page in self.requests
                   if not url.startswith("data:") and urllib.parse.urlsplit(url).netloc != urllib.parse.urlsplit(page).netloc]
        complaints, self.requests, self.complaints = self.complaints, [], []
        assert not foreign, f"{self.url()} asks others: {foreign}"
        assert not complaints, f"{self.url()} complains: {complaints}"

    def scrolls_sideways(self):
        return self.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

    def too_wide(self):
        """What reaches beyond the right edge, the innermost first."""
        return self.evaluate("[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)"
                             ".reverse().slice(0, 5).map(e => e.outerHTML.slice(0, 160))")

    def axe(self):
        """What axe-core finds wrong, one text each, by all its rules."""
        self.cdp("Emulation.setScriptExecutionDisabled", value=False)
        if not self.evaluate("'axe' in window"):
            self.evaluate(needs(FROM_NPM / "axe-core" / "axe.min.js", "axe-core").read_text() + ";0")
        found = self.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v => "
                              "({id: v.id, help: v.help, nodes: v.nodes.map(n => n.html.slice(0, 200) + ' ' + n.failureSummary)})))")
        self.allow(self.script)
        return [f"{v['id']}: {v['help']}: {node}" for v in found for node in v["nodes"]]

    def faults(self):
        """What is wrong with the page as it stands there, one text each: by axe-core in both themes on a screen and on a telephone, where nothing may
        reach beyond the edge."""
        wrong = []
        for theme, width in ((theme, width) for width in (1000, 360) for theme in ("light", "dark")):
            self.dress(theme=theme, width=width)
            wrong += [f"{self.url()}, {theme}, {width} pixels: {one}" for one in self.axe()]
        if self.scrolls_sideways():
            wrong += [f"{self.url()} is wider than 360 pixels: {self.too_wide()}"]
        return wrong

    def close(self):
        with contextlib.suppress(Exception):
            self._do("", method="DELETE") if self.session else None
        self.driver.terminate()
        self.driver.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def is_own_status(message):
    """Chromium writes to the console that the page itself was a 404 or so: the test knows."""
    return "Failed to load resource: the server responded with a status of" in message


def quoted(text):
    """A string of XPath."""
    return f"'{text}'" if "'" not in text else f'"{text}"'


def invalid(pages):
    """What the Nu HTML checker says of {name: bytes}, names as they end (.html, .css, .svg); one text each."""
    jar = needs(FROM_NPM / "vnu-jar" / "build" / "dist" / "vnu.jar", "vnu.jar")
    java = needs(shutil.which("java"), "Java")
    import tempfile
    with tempfile.TemporaryDirectory(prefix="vnu-") as folder:
        for name, content in pages.items():
            pathlib.Path(folder, name).write_bytes(content)
        done = subprocess.run([java, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Xss8m", "-jar", jar, "--format", "json", "--also-check-css",
                               "--also-check-svg", "--exit-zero-always", folder], capture_output=True, text=True, timeout=100)
    try:
        messages = json.loads(done.stderr)["messages"]
    except (ValueError, KeyError):
        raise AssertionError(f"vnu.jar: {done.returncode}: {done.stderr[:2000]}") from None
    return [f"{m.get('url', '').rsplit('/', 1)[-1]}:{m.get('lastLine', '?')}: {m['type']} {m.get('subType', '')}: {m['message']}: {m.get('extract', '')}"
            for m in messages]

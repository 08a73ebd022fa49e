"""tests/lib/crawl.py: finds what a site serves by following its links, and says of which route each answer is.

    site = Crawl(daemon.port)                   # follows every link of the pages, from "/"
    site.pages["/incident/*"]                   # one Answer a route, the first that was met
    routes(), parameters()                      # what the web was linked with, so that no route is forgotten
"""
import html.parser
import http.client
import re
import subprocess
import urllib.parse

from tap import BUILD, ROOT, skip

LINKS = {("a", "href"), ("link", "href"), ("img", "src"), ("form", "action"), ("image", "href"), ("use", "href"), ("area", "href")}
MOST_PAGES = 400


def routes():
    """(method, path, words) of every route."""
    program = BUILD / "tests" / "unit" / "routes"
    if not program.exists():
        skip("no list of routes (make tests)")
    said = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    return re.findall(r"^# route (\S+) (\S+) (.*)$", said, re.M)


def parameters():
    """Names that some handler looks for in a query or a form."""
    text = "".join(path.read_text() for part in ("web", "page", "api") for path in (ROOT / "core" / part).glob("*.c"))
    return sorted(set(re.findall(r'request_(?:query|field|fields)\(\s*\w+\s*,\s*"([^"]+)"', text)))


def route_of(path, known, method="GET"):
    """The route that serves the path: written out, or the longest that ends with a star."""
    path = urllib.parse.unquote(path)
    fitting = [p for m, p, _ in known if m in (method, "*") and (p == path or p.endswith("*") and path.startswith(p[:-1]) and path != p[:-1])]
    return max(fitting, key=lambda p: (p == path, len(p)), default=None)


class Document(html.parser.HTMLParser):
    """What stands in a page: its elements with attributes, and where it leads."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.links, self.text = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        posts = tag == "form" and dict(attrs).get("method", "").lower() == "post"
        self.links += [value for name, value in attrs if (tag, name) in LINKS and value and not posts]

    def handle_data(self, data):
        self.text.append(data)


class Answer:
    def __init__(self, url, status, headers, body):
        self.url, self.status, self.headers, self.body = url, status, headers, body
        self.kind = headers.get("Content-Type", "").partition(";")[0]
        self.document = Document(body.decode()) if self.kind == "text/html" else None

    def __repr__(self):
        return f"{self.status} {self.url}"


def fetch(port, target, method="GET", headers=None, body=None, host="127.0.0.1"):
    """One request on a connection of its own; the Answer."""
    link = http.client.HTTPConnection(host, port, timeout=30)
    try:
        link.request(method, target, body=body, headers=headers or {})
        answer = link.getresponse()
        return Answer(target, answer.status, answer.headers, answer.read())
    except (http.client.HTTPException, OSError) as error:
        raise AssertionError(f"{method} {target[:500]}: no answer: {error}") from None
    finally:
        link.close()


class Crawl:
    def __init__(self, port, begin=("/",), headers=None, prefix=""):
        """`headers`: of every request (a host, a cookie); `prefix`: of the page, in front of its routes' paths."""
        self.port, self.headers, self.prefix = port, headers or {}, prefix
        self.known, self.answers, self.pages = routes(), {}, {}
        self.waiting = [prefix + path for path in begin]
        while self.waiting and len(self.answers) < MOST_PAGES:
            self._visit(self.waiting.pop(0))

    def _visit(self, target):
        if target in self.answers:
            return
        answer = self.answers[target] = fetch(self.port, target, headers=self.headers)
        self.pages.setdefault(self.route(target), answer)
        for link in answer.document.links if answer.document else []:
            self._follow(target, link)

    def route(self, target):
        return route_of(target.partition("?")[0].removeprefix(self.prefix), self.known)

    def _follow(self, base, link):
        to = urllib.parse.urlsplit(urllib.parse.urljoin(f"http://x{base}", link))
        if to.scheme == "http" and to.netloc == "x":
            self.waiting.append(to.path + (f"?{to.query}" if to.query else ""))

    def broken(self):
        """Links that lead nowhere. Forms and what has to be signed in for are no such."""
        return [answer for answer in self.answers.values() if answer.status not in (200, 303, 401, 403, 405)]

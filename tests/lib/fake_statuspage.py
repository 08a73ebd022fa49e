"""tests/lib/fake_statuspage.py: the API of a hosted page that keeps components and incidents and takes nothing but what is documented.

    with Statuspage("KEY", {"8kbf7d35c070": "operational"}) as page: ...        # page.components, page.incidents, page.wrong
"""
import json

from servers import Http, reply

PAGE = "gytm4qzbx9t6"
STATUS = {"operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"}
IMPACT = {"none", "minor", "major", "critical"}


class Refused(Exception):
    def __init__(self, status, error):
        super().__init__(status, error)
        self.status, self.error = status, error


def need(condition, error, status=422):
    if not condition:
        raise Refused(status, error)


class Statuspage(Http):
    def __init__(self, key, components, **more):
        self.key, self.components, self.incidents, self.changes = key, dict(components), [], []
        self.wrong, self.before = [], lambda request: None
        super().__init__(self._answer, **more)

    def _answer(self, request):
        page = self.before(request)
        if page is not None:
            return page
        try:
            return self._act(request)
        except Refused as refused:
            self.wrong.append(refused.error)
            return self._json(refused.status, {"error": refused.error})

    @staticmethod
    def _json(status, value):
        return reply(status, json.dumps(value).encode(), header=[("Content-Type", "application/json")])

    def _act(self, request):
        need(request.header.get("authorization") == f"OAuth {self.key}", "Could not authenticate", 401)
        words = request.path.split("/")[1:]
        need(words[:2] == ["v1", "pages"] and "?" not in request.path, "Not found", 404)
        need(words[2] == PAGE, "Not found", 404)
        body = {}
        if request.method != "GET":
            need(request.header["content-type"] == "application/json", "must be JSON")
            body = json.loads(request.body)
        if words[3] == "components":
            return self._component(request, words[4:], body)
        need(words[3] == "incidents", "Not found", 404)
        return self._incident(request, words[4:], body)

    def _component(self, request, words, body):
        if not words:
            need(request.method == "GET", "Method not allowed", 405)
            return self._json(200, [{"id": id, "status": status} for id, status in self.components.items()])
        (id,) = words
        need(id in self.components, "Record not found", 404)
        if request.method == "PATCH":
            need(set(body) == {"component"} and set(body["component"]) == {"status"}, "component is missing")
            self._set(id, body["component"]["status"])
        else:
            need(request.method == "GET", "Method not allowed", 405)
        return self._json(200, {"id": id, "page_id": PAGE, "name": "Mail", "status": self.components[id]})

    def _set(self, id, status):
        need(id in self.components and status in STATUS, "status is not included in the list")
        self.components[id] = status
        self.changes.append((id, status))

    def _incident(self, request, words, body):
        if request.method == "GET":
            need(words == ["unresolved"], "Not found", 404)
            return self._json(200, [one for one in self.incidents[::-1] if one["status"] != "resolved"])
        said = body.get("incident")
        need(set(body) == {"incident"}, "incident is missing")
        need(isinstance(said.get("deliver_notifications"), bool), "deliver_notifications is missing")
        for id, status in said.get("components", {}).items():
            self._set(id, status)
        if request.method == "POST":
            need(not words, "Not found", 404)
            return self._create(said)
        need(request.method == "PATCH" and len(words) == 1, "Method not allowed", 405)
        found = [one for one in self.incidents if one["id"] == words[0]]
        need(found, "Record not found", 404)
        need(set(said) <= {"status", "body", "components", "deliver_notifications"}, "unknown member")
        need(said.get("status", "resolved") == "resolved" and said["body"], "status is not included in the list")
        found[0]["status"] = said.get("status", found[0]["status"])
        found[0]["incident_updates"].insert(0, {"body": said["body"], "status": found[0]["status"]})
        return self._json(200, found[0])

    def _create(self, said):
        need(set(said) == {"name", "status", "impact_override", "body", "component_ids", "components", "deliver_notifications", "metadata"}, "unknown member")
        need(said["status"] == "investigating" and said["impact_override"] in IMPACT, "status is not included in the list")
        need(0 < len(said["name"]) <= 200 and "\n" not in said["name"] and said["body"], "name is too long")
        need(all(id in self.components for id in said["component_ids"]), "component_ids")
        one = {"id": f"inc{len(self.incidents)}", "name": said["name"], "status": "investigating", "impact": said["impact_override"],
               "metadata": said["metadata"], "incident_updates": [{"body": said["body"], "status": "investigating"}]}
        self.incidents.append(one)
        return self._json(201, one)

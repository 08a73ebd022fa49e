"""tests/lib/fake_jira.py: a Jira of one project that keeps its tickets and takes nothing but what is documented, to the letter.

    with Jira(api=2) as jira: ...        # jira.url(""), jira.tickets, jira.requests

Version 2 is Jira Server's (texts are wiki markup, people are names), 3 the Cloud's (texts are documents, people are account ids).
What it does not know it answers with 400 and says why, as Jira does; `wrong` lists it.
"""
import json
import re

from servers import Http, reply

PROJECT = "OPS"
PEOPLE = {2: {"alice", "bob"}, 3: {"5b10ac8d82e05b22cc7d4ef5", "5b109f2e9729b51b54dc274d"}}
STATUS = {"To Do": "new", "In Progress": "indeterminate", "Done": "done"}
MOVES = {"To Do": [("11", "Start", "In Progress"), ("31", "Close it", "Done")], "In Progress": [("31", "Close it", "Done")],
         "Done": [("41", "Back to work", "In Progress"), ("42", "Reopen", "To Do")]}
JQL = re.compile(r'project = "(\w+)" AND labels = "([\w.-]+)" ORDER BY created DESC')


class Refused(Exception):
    def __init__(self, status, **errors):
        super().__init__(status, errors)
        self.status, self.errors = status, errors


def need(condition, **errors):
    if not condition:
        raise Refused(400, **errors)


def is_document(value):
    """The subset of the Atlassian Document Format that may come: blocks of text."""
    return set(value) == {"version", "type", "content"} and value["version"] == 1 and value["type"] == "doc" and value["content"] and all(
        set(block) == {"type", "content"} and block["type"] in ("codeBlock", "paragraph")
        and all(set(text) == {"type", "text"} and text["type"] == "text" and text["text"] for text in block["content"])
        for block in value["content"])


class Ticket:
    def __init__(self, key, fields):
        self.key, self.fields, self.status, self.comments, self.moves = key, fields, "To Do", [], []

    @property
    def is_open(self):
        return STATUS[self.status] != "done"


class Jira(Http):
    def __init__(self, api=2, authorization=None, moves=None, **more):
        self.api, self.authorization, self.moves = api, authorization, moves or MOVES
        self.tickets, self.wrong, self.before = [], [], lambda request: None
        super().__init__(self._answer, **more)

    def _answer(self, request):
        page = self.before(request)
        if page is not None:
            return page
        try:
            return self._act(request)
        except Refused as refused:
            self.wrong.append(refused.errors)
            return self._json(refused.status, {"errorMessages": [], "errors": refused.errors})

    @staticmethod
    def _json(status, value):
        return reply(status, json.dumps(value).encode(), header=[("Content-Type", "application/json;charset=UTF-8")])

    def _act(self, request):
        if self.authorization and request.header.get("authorization") != self.authorization:
            raise Refused(401, login="required")
        need(request.header["accept"] == "application/json", accept="must be JSON")
        path, _, query = request.path.partition("?")
        need(path.startswith(f"/rest/api/{self.api}/"), path=path)
        words = path.split("/")[4:]
        body = {}
        if request.method == "POST":
            need(request.header["content-type"] == "application/json", type="must be JSON")
            body = json.loads(request.body)
        if words == (["search"] if self.api == 2 else ["search", "jql"]):
            return self._search(request, body)
        need(words[0] == "issue", path=path)
        if len(words) == 1:
            return self._create(request, body)
        ticket = next((t for t in self.tickets if t.key == words[1]), None)
        if not ticket:
            raise Refused(404, issue="does not exist")
        need(words[2:] in (["comment"], ["transitions"]), path=path)
        return (self._comment if words[2] == "comment" else self._move)(request, ticket, query, body)

    def _search(self, request, body):
        need(request.method == "POST" and set(body) == {"jql", "fields", "maxResults"}, body="not as documented")
        project, label = JQL.fullmatch(body["jql"]).groups()
        need(project == PROJECT, jql=f"The value '{project}' does not exist for the field 'project'.")
        found = [t for t in reversed(self.tickets) if label in t.fields["labels"]][:body["maxResults"]]
        issues = [{"id": "1", "key": t.key, "fields": {name: self._field(t, name) for name in body["fields"]}} for t in found]
        return self._json(200, {"issues": issues, "isLast": True} if self.api == 3 else {"startAt": 0, "total": len(issues), "issues": issues})

    def _field(self, ticket, name):
        if name == "status":
            return {"name": ticket.status, "statusCategory": {"key": STATUS[ticket.status]}}
        return ticket.fields[name]

    def _text(self, value, name):
        need(isinstance(value, str) if self.api == 2 else isinstance(value, dict) and is_document(value), **{name: "Operation value must be another"})

    def _create(self, request, body):
        need(request.method == "POST" and set(body) == {"fields"}, body="not as documented")
        fields = body["fields"]
        need(set(fields) >= {"project", "summary", "issuetype", "labels", "description"}, fields="required")
        need(set(fields) <= {"project", "summary", "issuetype", "labels", "description", "priority", "assignee"}, fields="unknown")
        need(fields["project"] == {"key": PROJECT}, project="project is required")
        need(fields["issuetype"]["name"] in ("Task", "Incident"), issuetype="The issue type selected is invalid.")
        need(0 < len(fields["summary"]) <= 255 and "\n" not in fields["summary"], summary="The summary is invalid")
        need(all(re.fullmatch(r"\S{1,255}", label) for label in fields["labels"]), labels="The label contains spaces which is invalid.")
        self._text(fields["description"], "description")
        if "assignee" in fields:
            ((kind, person),) = fields["assignee"].items()
            need(kind == ("name" if self.api == 2 else "accountId") and person in PEOPLE[self.api], assignee=f"User '{person}' does not exist.")
        if "priority" in fields:
            need(fields["priority"]["name"] in ("High", "Low"), priority="The priority selected is invalid.")
        self.tickets.append(Ticket(f"{PROJECT}-{len(self.tickets) + 1}", fields))
        return self._json(201, {"id": "10000", "key": self.tickets[-1].key, "self": self.url("/x")})

    def _comment(self, request, ticket, query, body):
        if request.method == "GET":
            need(query == "orderBy=-created&maxResults=5", query=query)
            return self._json(200, {"startAt": 0, "comments": [{"id": "1", "body": text} for text in ticket.comments[::-1][:5]]})
        need(set(body) == {"body"}, body="not as documented")
        self._text(body["body"], "comment")
        ticket.comments.append(body["body"])
        return self._json(201, {"id": "1", "body": body["body"]})

    def _move(self, request, ticket, query, body):
        need(not query, query=query)
        moves = self.moves[ticket.status]
        if request.method == "GET":
            return self._json(200, {"expand": "transitions", "transitions": [
                {"id": id, "name": name, "to": {"name": to, "statusCategory": {"key": STATUS[to]}}} for id, name, to in moves]})
        need(set(body) <= {"transition", "fields"}, body="not as documented")
        need(body.get("fields", {}) in ({}, {"resolution": {"name": "Done"}}), resolution="unknown")
        to = [to for id, _, to in moves if {"id": id} == body["transition"]]
        need(to, transition="is not valid for this issue")
        ticket.status = to[0]
        ticket.moves.append(body)
        return reply(204)

"""tests/lib/fake_s3.py: a bucket on loopback that takes PUT and DELETE signed as AWS Signature Version 4 says, and nothing else.

    with Bucket("KEY", "SECRET", "here-1") as bucket:
        bucket.url, bucket.objects            # {name: (content type, bytes)}
"""
import hashlib
import hmac
import http.server
import re
import threading
import urllib.parse


def sign(secret, date, region, text):
    key = ("AWS4" + secret).encode()
    for part in (date, region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def wrong(self, body):
        """Why the signature is none; None: it is right."""
        bucket = self.server.bucket
        found = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})",
                             self.headers.get("Authorization", ""))
        if not found:
            return "no signature"
        key, date, region, names, signature = found.groups()
        if self.headers.get("x-amz-content-sha256") != hashlib.sha256(body).hexdigest():
            return "another body than was signed"
        headers = "".join(f"{name}:{' '.join(self.headers[name].split())}\n" for name in names.split(";"))
        path = urllib.parse.quote(urllib.parse.unquote(self.path), safe="/-_.~")  # S3 signs what it writes anew
        request = "\n".join([self.command, path, "", headers, names, hashlib.sha256(body).hexdigest()])
        text = "\n".join(["AWS4-HMAC-SHA256", self.headers["x-amz-date"], f"{date}/{region}/s3/aws4_request",
                          hashlib.sha256(request.encode()).hexdigest()])
        if key != bucket.key or region != bucket.region or "host" not in names.split(";"):
            return "another key"
        return None if hmac.compare_digest(sign(bucket.secret, date, region, text), signature) else "another signature"

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        name = urllib.parse.unquote(self.path.removeprefix("/bucket/"))
        wrong = self.wrong(body)
        if wrong:
            self.server.bucket.refused.append((self.path, wrong))
            self.answer(403)
        elif self.command == "PUT":
            self.server.bucket.objects[name] = (self.headers["Content-Type"], body)
            self.answer(200)
        else:
            self.server.bucket.objects.pop(name, None)
            self.answer(204)

    do_PUT = do_DELETE = serve


class Bucket:
    def __init__(self, key, secret, region):
        self.key, self.secret, self.region, self.objects, self.refused = key, secret, region, {}, []

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.bucket = self
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/bucket"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

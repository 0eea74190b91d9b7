"""Is asked about every Site before it is stored: gives it a page if it has none, and refuses a host that another site has."""
import base64
import http.server
import json
import pathlib
import signal
import ssl
import subprocess
import sys
import tempfile

from kubernetes import client, config

NAME = "sites.example.com"
PORT = 8443


def default(request):
    """A patch that adds the page, or none."""
    if "page" in request["object"]["spec"]:
        return {}
    patch = [{"op": "add", "path": "/spec/page", "value": f"Welcome to {request['object']['spec']['host']}"}]
    return {"patchType": "JSONPatch", "patch": base64.b64encode(json.dumps(patch).encode()).decode()}


def validate(request):
    """A refusal, if another site has that host."""
    host = request["object"]["spec"]["host"]
    for other in client.CustomObjectsApi().list_cluster_custom_object("example.com", "v1", "sites")["items"]:
        if other["spec"]["host"] == host:
            of = other["metadata"]
            return {"allowed": False, "status": {"code": 409, "reason": "Conflict", "message": f"host {host} belongs to site {of['namespace']}/{of['name']}"}}
    return {}


class Questions(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answers = {"/default": default, "/validate": validate}

    def do_GET(self):
        self.respond(b"ready\n")

    def do_POST(self):
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        request = review["request"]
        answer = self.answers[self.path.split("?")[0]](request)
        self.respond(json.dumps({
            "apiVersion": review["apiVersion"],
            "kind": review["kind"],
            "response": {"uid": request["uid"], "allowed": True, **answer},
        }).encode())

    def respond(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, *_):
        pass  # the kubelet asks every second


def make_certificate(folder):
    """A key, and a certificate that it has signed itself, for the name by which the API server calls."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run([
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "365", "-subj", "/CN=site-webhook",
        "-addext", "subjectAltName=DNS:webhook.site-operator.svc", "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)
    return key, certificate


def make_known(certificate):
    """Tells the API server by which certificate to know this program."""
    bundle = base64.b64encode(certificate.read_bytes()).decode()
    patch = [{"op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": bundle}]
    registration = client.AdmissionregistrationV1Api()
    registration.patch_mutating_webhook_configuration(NAME, patch)
    registration.patch_validating_webhook_configuration(NAME, patch)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    config.load_incluster_config()
    with tempfile.TemporaryDirectory() as made:
        key, certificate = make_certificate(pathlib.Path(made))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server = http.server.ThreadingHTTPServer(("", PORT), Questions)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        make_known(certificate)
        print("ready")
        server.serve_forever()

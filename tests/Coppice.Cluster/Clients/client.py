"""Tries what Debian's python3-kubernetes does with a cluster. usage: client.py NAMESPACE

Prints a line for each thing tried: "ok NAME", or "failed NAME: why". KUBECONFIG says where the cluster is.
"""
import json
import logging
import sys
import tempfile
import threading
import time
import traceback

from kubernetes import client, config, dynamic, stream, utils, watch
from kubernetes.client.exceptions import ApiException
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.configmaplock import ConfigMapLock

namespace = sys.argv[1]
logging.disable()
config.load_kube_config()
api_client = client.ApiClient()
core = client.CoreV1Api()
apps = client.AppsV1Api()
api = dynamic.DynamicClient(api_client)

# Seconds for anything that should come about by itself: a machine that runs other things beside this may be slow.
PATIENCE = 120

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "labels": {"app": "web"}},
    "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "app", "image": "coppice/testapp:1", "args": ["serve"]}]},
}
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 0
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
      - {name: app, image: "coppice/testapp:1", args: [serve], env: [{name: A, value: a}]}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{port: 80}]}
"""


def versions_and_discovery():
    assert client.VersionApi().get_code().major == "1"
    assert "apps" in {group.name for group in client.ApisApi().get_api_versions().groups}
    assert api.resources.get(api_version="apps/v1", kind="Deployment").namespaced


def typed_create_read_list_delete():
    made = core.create_namespaced_config_map(namespace, client.V1ConfigMap(metadata=client.V1ObjectMeta(name="typed", labels={"a": "b"}), data={"key": "value"}))
    assert made.metadata.creation_timestamp.tzinfo
    assert core.read_namespaced_config_map("typed", namespace).data == {"key": "value"}
    made.data["key"] = "other"
    assert core.replace_namespaced_config_map("typed", namespace, made).data == {"key": "other"}
    assert [one.metadata.name for one in core.list_namespaced_config_map(namespace, label_selector="a=b").items] == ["typed"]
    assert core.delete_namespaced_config_map("typed", namespace, propagation_policy="Background").status == "Success"


def pages_of_a_list():
    for number in range(5):
        core.create_namespaced_config_map(namespace, {"metadata": {"name": f"page-{number}", "labels": {"page": "yes"}}})
    seen, token = [], None
    while True:
        page = core.list_namespaced_config_map(namespace, label_selector="page=yes", limit=2, _continue=token)
        seen += [one.metadata.name for one in page.items]
        token = page.metadata._continue
        if not token:
            break
    assert seen == [f"page-{number}" for number in range(5)], seen
    core.delete_collection_namespaced_config_map(namespace, label_selector="page=yes")
    assert not core.list_namespaced_config_map(namespace, label_selector="page=yes").items


def refusals_say_why():
    try:
        core.create_namespaced_config_map(namespace, {"metadata": {"name": "Not A Name"}})
        raise AssertionError("not refused")
    except ApiException as refused:
        assert refused.status == 422 and json.loads(refused.body)["details"]["causes"][0]["field"] == "metadata.name", refused.body
    try:
        core.read_namespaced_pod("nobody", namespace)
        raise AssertionError("found")
    except ApiException as refused:
        assert refused.status == 404 and json.loads(refused.body)["reason"] == "NotFound", refused.body


def create_from_yaml():
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(DEPLOYMENT)
        file.flush()
        utils.create_from_yaml(api_client, file.name, namespace=namespace)
    assert apps.read_namespaced_deployment("shop", namespace).spec.replicas == 0
    assert core.read_namespaced_service("shop", namespace).spec.cluster_ip


def patches_of_each_type():
    env = lambda: {one.name: one.value for one in apps.read_namespaced_deployment("shop", namespace).spec.template.spec.containers[0].env}
    apps.patch_namespaced_deployment("shop", namespace, {"spec": {"template": {"spec": {"containers": [{"name": "app", "env": [{"name": "B", "value": "b"}]}]}}}})
    assert env() == {"A": "a", "B": "b"}, env()
    deployments = api.resources.get(api_version="apps/v1", kind="Deployment")
    deployments.patch(name="shop", namespace=namespace, content_type="application/merge-patch+json", body={"metadata": {"labels": {"tier": "front"}}})
    apps.patch_namespaced_deployment("shop", namespace, [{"op": "test", "path": "/metadata/labels/tier", "value": "front"}, {"op": "remove", "path": "/metadata/labels/tier"}])
    assert "tier" not in (apps.read_namespaced_deployment("shop", namespace).metadata.labels or {})


def scale_and_status():
    assert apps.patch_namespaced_deployment_scale("shop", namespace, {"spec": {"replicas": 1}}).spec.replicas == 1
    deadline = time.monotonic() + PATIENCE
    while (apps.read_namespaced_deployment_status("shop", namespace).status.ready_replicas or 0) != 1:
        assert time.monotonic() < deadline, "not ready"
        time.sleep(0.1)
    assert apps.read_namespaced_deployment_scale("shop", namespace).status.selector == "app=shop"


def server_side_apply():
    pages = api.resources.get(api_version="v1", kind="ConfigMap")
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "applied"}, "data": {"a": "1"}}
    apply = lambda manager, **how: pages.server_side_apply(body=json.dumps(body), name="applied", namespace=namespace, field_manager=manager, **how)
    apply("python")
    body["data"]["a"] = "2"
    try:
        apply("other")
        raise AssertionError("no conflict")
    except dynamic.exceptions.ConflictError as conflict:
        assert b'conflict with \\"python\\"' in conflict.body, conflict.body
    assert apply("other", force_conflicts=True).data.a == "2"


def dynamic_client():
    pods = api.resources.get(api_version="v1", kind="Pod")
    pods.create(body=POD, namespace=namespace)
    for event in pods.watch(namespace=namespace, field_selector="metadata.name=web", timeout=PATIENCE):
        if any(one.type == "Ready" and one.status == "True" for one in event["object"].status.conditions or []):
            break
    assert pods.get(name="web", namespace=namespace).status.phase == "Running"
    assert [one.metadata.name for one in pods.get(namespace=namespace, label_selector="app=web").items] == ["web"]


def watch_of_changes():
    seen = []
    begun = core.list_namespaced_config_map(namespace).metadata.resource_version
    core.create_namespaced_config_map(namespace, {"metadata": {"name": "watched"}})
    core.patch_namespaced_config_map("watched", namespace, {"data": {"a": "b"}})
    core.delete_namespaced_config_map("watched", namespace)
    following = watch.Watch()
    for event in following.stream(core.list_namespaced_config_map, namespace, resource_version=begun, timeout_seconds=30):
        seen.append((event["type"], event["object"].metadata.name))
        if event["type"] == "DELETED":
            following.stop()
    assert seen == [(kind, "watched") for kind in ("ADDED", "MODIFIED", "DELETED")], seen


def exec_of_a_command():
    said = stream.stream(core.connect_get_namespaced_pod_exec, "web", namespace, command=["sh", "-c", "echo out; echo err >&2"], stdout=True, stderr=True)
    assert sorted(said.split()) == ["err", "out"], said


def exec_with_input_and_exit_code():
    shell = stream.stream(
        core.connect_get_namespaced_pod_exec, "web", namespace, command=["sh"], stdin=True, stdout=True, stderr=True, tty=False, _preload_content=False)
    shell.write_stdin("echo $((40+2))\n")
    assert shell.readline_stdout(timeout=PATIENCE) == "42"
    shell.write_stdin("exit 3\n")
    shell.run_forever(timeout=PATIENCE)
    assert shell.returncode == 3, shell.returncode


def exec_in_a_terminal():
    said = stream.stream(core.connect_get_namespaced_pod_exec, "web", namespace, command=["tty"], stdin=True, stdout=True, tty=True)
    assert said.startswith("/dev/pts/"), said


def attach():
    said = stream.stream(core.connect_get_namespaced_pod_attach, "talks", namespace, stdout=True, stderr=True, _preload_content=False)
    assert said.readline_stdout(timeout=PATIENCE)
    said.close()


def port_forward():
    forward = stream.portforward(core.connect_get_namespaced_pod_portforward, "web", namespace, ports="8080")
    connection = forward.socket(8080)
    connection.setblocking(True)
    connection.sendall(b"GET /hostname HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n")
    answer = b""
    while part := connection.recv(1024):
        answer += part
    assert answer.endswith(b"web\n") or answer.endswith(b"web"), answer
    assert forward.error(8080) is None, forward.error(8080)


def logs_as_they_come():
    talks = {**POD, "metadata": {"name": "talks"}}
    talks["spec"] = {**POD["spec"], "containers": [{**POD["spec"]["containers"][0], "args": ["write", "20"]}]}
    core.create_namespaced_pod(namespace, talks)
    deadline = time.monotonic() + PATIENCE
    while core.read_namespaced_pod("talks", namespace).status.phase != "Running":
        assert time.monotonic() < deadline, "not running"
        time.sleep(0.1)
    following = watch.Watch()
    lines = []
    for line in following.stream(core.read_namespaced_pod_log, "talks", namespace, follow=True):
        lines.append(line)
        if len(lines) == 10:
            following.stop()
    assert lines[0].startswith("line 1 ") and lines[9].startswith("line 10 "), lines
    last = core.read_namespaced_pod_log("talks", namespace, tail_lines=3).splitlines()
    assert len(last) >= 3 and int(last[0].split()[1]) >= 8, last  # what is printed while it is read may come, too


def proxy_to_a_pod():
    assert core.connect_get_namespaced_pod_proxy_with_path("web:8080", namespace, "hostname").strip() == "web"


def evict():
    core.create_namespaced_pod_eviction("talks", namespace, client.V1Eviction(metadata=client.V1ObjectMeta(name="talks")))


def tokens_and_reviews():
    core.create_namespaced_service_account(namespace, {"metadata": {"name": "robot"}})
    request = client.AuthenticationV1TokenRequest(spec=client.V1TokenRequestSpec(audiences=[], expiration_seconds=600))
    token = core.create_namespaced_service_account_token("robot", namespace, request).status.token
    as_robot = client.Configuration.get_default_copy()
    as_robot.cert_file = as_robot.key_file = None
    as_robot.api_key = {"authorization": f"Bearer {token}"}
    robot = client.ApiClient(as_robot)
    try:
        client.CoreV1Api(robot).list_namespaced_secret(namespace)
        raise AssertionError("not refused")
    except ApiException as refused:
        assert refused.status == 403, refused
    asked = client.V1SelfSubjectAccessReview(spec=client.V1SelfSubjectAccessReviewSpec(
        resource_attributes=client.V1ResourceAttributes(verb="list", resource="secrets", namespace=namespace)))
    assert not client.AuthorizationV1Api(robot).create_self_subject_access_review(asked).status.allowed


def custom_resources():
    group = f"{namespace}.python.example.com"
    definitions = client.ApiextensionsV1Api()
    definitions.create_custom_resource_definition({
        "metadata": {"name": f"cats.{group}"},
        "spec": {"group": group, "scope": "Namespaced", "names": {"plural": "cats", "kind": "Cat"}, "versions": [{
            "name": "v1", "served": True, "storage": True, "subresources": {"status": {}},
            "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]},
    })
    try:
        deadline = time.monotonic() + PATIENCE
        while not any(one.type == "Established" and one.status == "True" for one in definitions.read_custom_resource_definition(f"cats.{group}").status.conditions or []):
            assert time.monotonic() < deadline, "not established"
        custom = client.CustomObjectsApi()
        custom.create_namespaced_custom_object(group, "v1", namespace, "cats", {"apiVersion": f"{group}/v1", "kind": "Cat", "metadata": {"name": "tom"}, "spec": {"lives": 9}})
        custom.patch_namespaced_custom_object(group, "v1", namespace, "cats", "tom", {"spec": {"lives": 8}})
        custom.patch_namespaced_custom_object_status(group, "v1", namespace, "cats", "tom", {"status": {"asleep": True}})
        tom = custom.get_namespaced_custom_object(group, "v1", namespace, "cats", "tom")
        assert (tom["spec"], tom["status"]) == ({"lives": 8}, {"asleep": True}), tom
        cats = dynamic.DynamicClient(api_client).resources.get(api_version=f"{group}/v1", kind="Cat")
        assert cats.get(namespace=namespace).items[0].spec.lives == 8
        assert custom.delete_namespaced_custom_object(group, "v1", namespace, "cats", "tom")["status"] == "Success"
    finally:
        definitions.delete_custom_resource_definition(f"cats.{group}")


def leader_election():
    led = threading.Event()
    election = electionconfig.Config(
        ConfigMapLock("lock", namespace, "me"), lease_duration=17, renew_deadline=15, retry_period=5, onstarted_leading=led.set, onstopped_leading=None)
    threading.Thread(target=leaderelection.LeaderElection(election).run, daemon=True).start()
    assert led.wait(PATIENCE), "nobody leads"
    record = json.loads(core.read_namespaced_config_map("lock", namespace).metadata.annotations["control-plane.alpha.kubernetes.io/leader"])
    assert record["holderIdentity"] == "me", record


TRIALS = [
    versions_and_discovery, typed_create_read_list_delete, pages_of_a_list, refusals_say_why, create_from_yaml, patches_of_each_type, scale_and_status,
    server_side_apply, dynamic_client, watch_of_changes, exec_of_a_command, exec_with_input_and_exit_code, exec_in_a_terminal,
    logs_as_they_come, attach, port_forward, proxy_to_a_pod, evict, tokens_and_reviews, custom_resources, leader_election,
]

for trial in TRIALS:
    try:
        trial()
        print("ok", trial.__name__, flush=True)
    except Exception as failure:
        where = traceback.extract_tb(failure.__traceback__)[-1]
        print(f"failed {trial.__name__}:", f"{type(failure).__name__} {failure}".replace("\n", " "), f"({where.name}:{where.lineno})", flush=True)

"""Keeps the page, the pods and the service of every Site, and says in its status how it is.

It is never told what happened, only which site to look at: it looks at what is there, and makes what is missing. So nothing is lost
when an event is, or when this program is away for a while.
"""
import datetime
import json
import queue
import signal
import sys
import threading

from kubernetes import client, config, dynamic, watch
from kubernetes.client.exceptions import ApiException

LABEL = "example.com/site"
FIELD_MANAGER = "site-controller"
RETRY_SECONDS = 2


class Controller:
    def __init__(self, api_client):
        self.core = client.CoreV1Api(api_client)
        self.custom = client.CustomObjectsApi(api_client)
        api = dynamic.DynamicClient(api_client)
        self.services = api.resources.get(api_version="v1", kind="Service")
        self.pages = api.resources.get(api_version="v1", kind="ConfigMap")
        self.woken = queue.Queue()

    def run(self):
        core = self.core
        sites = lambda **how: self.custom.list_cluster_custom_object("example.com", "v1", "sites", **how)
        self.follow(sites, of=lambda site: site["metadata"]["name"])
        for kind in (core.list_pod_for_all_namespaces, core.list_service_for_all_namespaces, core.list_config_map_for_all_namespaces):
            self.follow(kind, of=lambda owned: owned["metadata"]["labels"][LABEL], label_selector=LABEL)
        while True:
            names = {self.woken.get()}
            while not self.woken.empty():
                names.add(self.woken.get())
            for namespace, name in names:
                self.try_reconcile(namespace, name)

    def follow(self, kind, of, **selected):
        """Has a site looked at whenever an object changes that belongs to it. A watch begins with all that is there."""
        def forever():
            while True:
                try:
                    for event in watch.Watch().stream(kind, timeout_seconds=300, **selected):
                        seen = event["raw_object"]
                        self.woken.put((seen["metadata"]["namespace"], of(seen)))
                except Exception as failure:
                    print(f"watching: {failure}")
                    threading.Event().wait(RETRY_SECONDS)
        threading.Thread(target=forever, daemon=True).start()

    def try_reconcile(self, namespace, name):
        try:
            self.reconcile(namespace, name)
        except Exception as failure:
            print(f"{namespace}/{name}: {failure}")
            threading.Timer(RETRY_SECONDS, self.woken.put, [(namespace, name)]).start()

    def reconcile(self, namespace, name):
        try:
            site = self.custom.get_namespaced_custom_object("example.com", "v1", namespace, "sites", name)
        except ApiException as refused:
            if refused.status == 404:
                return  # what belongs to it goes with it
            raise
        if "deletionTimestamp" in site["metadata"]:
            return

        self.apply(self.pages, site, "v1", "ConfigMap", {"data": {"index.html": f"{site['spec']['page']}\n"}})
        self.apply(self.services, site, "v1", "Service", {"spec": {"selector": {LABEL: name}, "ports": [{"port": 80}]}})
        pods = self.core.list_namespaced_pod(namespace, label_selector=f"{LABEL}={name}").items
        wanted = {f"{name}-{number}" for number in range(site["spec"]["replicas"])}
        for pod in pods:
            ended = pod.status.phase in ("Succeeded", "Failed")
            if (pod.metadata.name not in wanted or ended) and not pod.metadata.deletion_timestamp:
                self.core.delete_namespaced_pod(pod.metadata.name, namespace)
                self.tell(site, "PodRemoved", f"Removed pod {pod.metadata.name}")
        for missing in sorted(wanted - {pod.metadata.name for pod in pods}):
            self.core.create_namespaced_pod(namespace, pod_of(site, missing))
            self.tell(site, "PodMade", f"Made pod {missing}")
        self.report(site, pods)

    def apply(self, resource, site, api_version, kind, content):
        metadata = site["metadata"]
        body = {"apiVersion": api_version, "kind": kind, "metadata": owned(site, metadata["name"]), **content}
        # As text: this library does not know yet that what it calls YAML may be JSON.
        resource.server_side_apply(body=json.dumps(body), name=metadata["name"], namespace=metadata["namespace"], field_manager=FIELD_MANAGER, force_conflicts=True)

    def report(self, site, pods):
        metadata, wanted = site["metadata"], site["spec"]["replicas"]
        ready = sum(is_ready(pod) for pod in pods)
        old = site.get("status", {})
        condition = {
            "type": "Ready",
            "status": "True" if ready == wanted else "False",
            "reason": "AllAnswer" if ready == wanted else "PodsMissing",
            "message": f"{ready} of {wanted} pods answer",
            "observedGeneration": metadata["generation"],
        }
        before = next((one for one in old.get("conditions", []) if one["type"] == "Ready"), {})
        condition["lastTransitionTime"] = before["lastTransitionTime"] if before.get("status") == condition["status"] else now()
        status = {"replicas": len(pods), "readyReplicas": ready, "selector": f"{LABEL}={metadata['name']}", "conditions": [condition]}
        if status != old:
            self.custom.patch_namespaced_custom_object_status("example.com", "v1", metadata["namespace"], "sites", metadata["name"], {"status": status})

    def tell(self, site, reason, message):
        metadata = site["metadata"]
        print(f"{metadata['namespace']}/{metadata['name']}: {message}")
        self.core.create_namespaced_event(metadata["namespace"], {
            "metadata": {"generateName": f"{metadata['name']}."},
            "involvedObject": {"apiVersion": site["apiVersion"], "kind": "Site", "namespace": metadata["namespace"], "name": metadata["name"], "uid": metadata["uid"]},
            "reason": reason, "message": message, "type": "Normal", "count": 1,
            "source": {"component": FIELD_MANAGER}, "firstTimestamp": now(), "lastTimestamp": now(),
        })


def pod_of(site, name):
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": owned(site, name),
        "spec": {
            "terminationGracePeriodSeconds": 1,
            "containers": [{
                "name": "nginx",
                "image": "nginx:1.16.0",
                "ports": [{"containerPort": 80}],
                "readinessProbe": {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 1},
                "volumeMounts": [{"name": "page", "mountPath": "/usr/share/nginx/html"}],
            }],
            "volumes": [{"name": "page", "configMap": {"name": site["metadata"]["name"]}}],
        },
    }


def owned(site, name):
    """The metadata of what belongs to a site: who deletes the site deletes it too."""
    metadata = site["metadata"]
    owner = {"apiVersion": site["apiVersion"], "kind": "Site", "name": metadata["name"], "uid": metadata["uid"], "controller": True, "blockOwnerDeletion": True}
    return {"name": name, "namespace": metadata["namespace"], "labels": {LABEL: metadata["name"]}, "ownerReferences": [owner]}


def is_ready(pod):
    conditions = pod.status.conditions or []
    return not pod.metadata.deletion_timestamp and any(one.type == "Ready" and one.status == "True" for one in conditions)


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    config.load_incluster_config()
    Controller(client.ApiClient()).run()

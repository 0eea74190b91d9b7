using System.Text;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>An object of every resource that can be created.</summary>
internal static class SampleObjects
{
    private const string Template = """{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"c","image":"i"}]}}""";

    /// <summary>Somebody asks to be "a". The key that signed this is nowhere.</summary>
    private const string SigningRequest =
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlISE1HNENBUUF3RERFS01BZ0dBMVVFQXd3QllUQlpNQk1HQnlxR1NNNDlBZ0VHQ0NxR1NNNDlBd0VIQT" +
        "BJQQpCRnN4bzlNZ3UwWm5CWmZXclhvbW1xdnVNbFlVSXRlYktDNVNOcnlzQlNpY1d6YUhRTTBZa1UzT1M2WjNUaVNFCi9seFlnV1dIR3llKzR1WldZZnc0WVRPZ0FEQUtC" +
        "Z2dxaGtqT1BRUURBZ05KQURCR0FpRUFrdlVvdldNelB6UWYKOHZDaENvblVaUEtUM1A0Y1A3di9wcGhyWG9aaURSNENJUURvQ1pTeGdVaFI1ckEyM1o3THd5Vm05N0J6RX" +
        "U3egpuZGRYZlM5WnFxWmFZUT09Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=";
    // About a resource that there is not: nobody else is refused for want of an answer.
    private const string Webhooks = """
        "webhooks":[{"name":"a.example.com","clientConfig":{"url":"https://127.0.0.1:1/"},"sideEffects":"None","admissionReviewVersions":["v1"],
        "rules":[{"operations":["CREATE"],"apiGroups":["example.com"],"apiVersions":["v1"],"resources":["things"]}]}]
        """;
    private const string Ending = """{"metadata":{"labels":{"app":"a"}},"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}""";

    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["certificatesigningrequests"] = $$""" "spec":{"request":"{{SigningRequest}}","signerName":"example.com/s","usages":["client auth"]} """,
        ["apiservices"] = """ "spec":{"group":"example.com","version":"VERSION","groupPriorityMinimum":1,"versionPriority":1,"service":{"namespace":"default","name":"s"}} """,
        ["configmaps"] = """ "data":{"a":"1"} """,
        ["controllerrevisions"] = """ "revision":1,"data":{} """,
        ["csidrivers"] = """ "spec":{} """,
        ["csinodes"] = """ "spec":{"drivers":[{"name":"example.com","nodeID":"n"}]} """,
        ["csistoragecapacities"] = """ "storageClassName":"a" """,
        ["customresourcedefinitions"] = """
            "spec":{"group":"samples.example.com","scope":"Namespaced","names":{"plural":"PLURAL","kind":"PLURAL"},
            "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}
            """,
        ["cronjobs"] = $$$""" "spec":{"schedule":"0 0 * * *","jobTemplate":{"spec":{"template":{{{Ending}}}}} } """,
        ["daemonsets"] = $$$""" "spec":{"selector":{"matchLabels":{"app":"a"}},"template":{{{Template}}} } """,
        ["deployments"] = $$$""" "spec":{"selector":{"matchLabels":{"app":"a"}},"template":{{{Template}}} } """,
        ["deviceclasses"] = """ "spec":{"selectors":[{"cel":{"expression":"device.driver == 'gpu.example.com'"}}]} """,
        ["endpoints"] = """ "subsets":[] """,
        ["endpointslices"] = """ "addressType":"IPv4","endpoints":[] """,
        ["events"] = """
            "involvedObject":{"kind":"Pod","name":"p","namespace":"NAMESPACE"},"regarding":{"kind":"Pod","name":"p","namespace":"NAMESPACE"},
            "action":"Run","reason":"Ran","type":"Normal","note":"n","reportingController":"example.com/c","reportingComponent":"example.com/c",
            "reportingInstance":"i","eventTime":"2026-01-01T00:00:00.000000Z"
            """,
        ["flowschemas"] = """ "spec":{"priorityLevelConfiguration":{"name":"a"}} """,
        ["horizontalpodautoscalers"] = """ "spec":{"scaleTargetRef":{"kind":"Deployment","name":"a","apiVersion":"apps/v1"},"maxReplicas":3} """,
        ["ingressclasses"] = """ "spec":{"controller":"example.com/c"} """,
        ["ingresses"] = """ "spec":{"defaultBackend":{"service":{"name":"a","port":{"number":80}}}} """,
        ["ipaddresses"] = """ "spec":{"parentRef":{"resource":"services","namespace":"NAMESPACE","name":"a"}} """,
        ["jobs"] = $$$""" "spec":{"template":{{{Ending}}} } """,
        ["leases"] = """ "spec":{"holderIdentity":"a"} """,
        ["limitranges"] = """ "spec":{"limits":[{"type":"PersistentVolumeClaim","max":{"storage":"100Gi"}}]} """,
        ["localsubjectaccessreviews"] = """ "spec":{"user":"u","resourceAttributes":{"namespace":"NAMESPACE","verb":"get","resource":"pods"}} """,
        ["mutatingadmissionpolicies"] = """
            "spec":{"reinvocationPolicy":"Never","mutations":[{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{}"}}],
            "matchConstraints":{"resourceRules":[{"operations":["CREATE"],"apiGroups":["example.com"],"apiVersions":["v1"],"resources":["things"]}]}}
            """,
        ["mutatingadmissionpolicybindings"] = """ "spec":{"policyName":"a"} """,
        ["mutatingwebhookconfigurations"] = Webhooks,
        ["namespaces"] = """ "spec":{} """,
        ["networkpolicies"] = """ "spec":{"podSelector":{"matchLabels":{"app":"a"}}} """,
        ["nodes"] = """ "spec":{} """,
        ["persistentvolumeclaims"] = """ "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}} """,
        ["poddisruptionbudgets"] = """ "spec":{"selector":{"matchLabels":{"app":"nobody"}},"minAvailable":1} """,
        ["podtemplates"] = $$$""" "template":{{{Template}}} """,
        ["priorityclasses"] = """ "value":7 """,
        ["persistentvolumes"] = """ "spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"hostPath":{"path":"/a"}} """,
        ["pods"] = """ "spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"1"}}}]} """,
        ["prioritylevelconfigurations"] = """ "spec":{"type":"Limited","limited":{"limitResponse":{"type":"Reject"}}} """,
        ["replicasets"] = $$$""" "spec":{"selector":{"matchLabels":{"app":"a"}},"template":{{{Template}}} } """,
        ["replicationcontrollers"] = $$$""" "spec":{"selector":{"app":"a"},"template":{{{Template}}} } """,
        ["resourceclaims"] = """ "spec":{"devices":{"requests":[{"name":"gpu","exactly":{"deviceClassName":"gpu.example.com"}}]}} """,
        ["resourceclaimtemplates"] = """ "spec":{"spec":{"devices":{"requests":[{"name":"gpu","exactly":{"deviceClassName":"gpu.example.com"}}]}}} """,
        ["resourceslices"] = """
            "spec":{"driver":"gpu.example.com","nodeName":"n","pool":{"name":"n","generation":1,"resourceSliceCount":1},"devices":[{"name":"gpu-0"}]}
            """,
        ["resourcequotas"] = """ "spec":{"hard":{"pods":"100"}} """,
        ["runtimeclasses"] = """ "handler":"a" """,
        ["secrets"] = """ "data":{} """,
        ["clusterrolebindings"] = """ "roleRef":{"kind":"ClusterRole","name":"view"} """,
        ["clusterroles"] = """ "rules":[{"verbs":["get"],"nonResourceURLs":["/healthz"]}] """,
        ["rolebindings"] = """ "roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"u"}] """,
        ["roles"] = """ "rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}] """,
        ["selfsubjectaccessreviews"] = """ "spec":{"resourceAttributes":{"verb":"get","resource":"pods"}} """,
        ["selfsubjectreviews"] = """ "status":{} """,
        ["selfsubjectrulesreviews"] = """ "spec":{"namespace":"default"} """,
        ["serviceaccounts"] = """ "automountServiceAccountToken":false """,
        ["servicecidrs"] = """ "spec":{"cidrs":["10.250.0.0/24"]} """,
        ["services"] = """ "spec":{"ports":[{"port":80}]} """,
        ["statefulsets"] = $$$""" "spec":{"selector":{"matchLabels":{"app":"a"}},"template":{{{Template}}} } """,
        ["storageclasses"] = """ "provisioner":"example.com/p" """,
        ["subjectaccessreviews"] = """ "spec":{"user":"u","resourceAttributes":{"verb":"get","resource":"pods"}} """,
        ["tokenreviews"] = """ "spec":{"token":"known"} """,
        ["validatingwebhookconfigurations"] = """ "webhooks":[] """,
        ["volumeattachments"] = """ "spec":{"attacher":"example.com","nodeName":"n","source":{"persistentVolumeName":"a"}} """,
        ["volumeattributesclasses"] = """ "driverName":"example.com","parameters":{"a":"1"} """,
        ["validatingadmissionpolicies"] = """
            "spec":{"validations":[{"expression":"true"}],
            "matchConstraints":{"resourceRules":[{"operations":["CREATE"],"apiGroups":["example.com"],"apiVersions":["v1"],"resources":["things"]}]}}
            """,
        ["validatingadmissionpolicybindings"] = """ "spec":{"policyName":"a","validationActions":["Deny"]} """,
        ["validatingwebhookconfigurations"] = Webhooks,
    };

    // The names of some say what they are.
    private static readonly Dictionary<string, Func<string, string>> Names = new()
    {
        ["customresourcedefinitions"] = name => $"{name}.samples.example.com",
        ["apiservices"] = name => $"{name}.example.com",
        ["ipaddresses"] = name => $"2001:db8:{string.Concat(Encoding.UTF8.GetBytes(name).TakeLast(4).Select(b => $":{b:x}"))}",
    };

    /// <summary>A name that an object of a resource may have: this one, if it may be any.</summary>
    public static string Name(string resource, string name) => Names.TryGetValue(resource, out var given) ? given(name) : name;

    public static string Body(string resource, string name, string space) => Bodies.TryGetValue(resource, out var body)
        ? $$$"""{"metadata":{"name":"{{{name}}}"},{{{body.Replace("NAMESPACE", space).Replace("PLURAL", FirstOf(name)).Replace("VERSION", FirstOf(name))}}}}"""
        : throw new Xunit.Sdk.XunitException($"say here what {resource} look like");

    /// <summary>What some names say first: the resource, or the version.</summary>
    private static string FirstOf(string name) => name.Split('.')[0];
}

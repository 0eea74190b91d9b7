using Coppice.ApiServer.Tests.Http;
using Coppice.Objects;

namespace Coppice.ApiServer.Tests.Fuzzing;

/// <summary>The least that an object of a kind needs.</summary>
internal static class Smallest
{
    private const string Containers = """
        "containers":[{"name":"c","image":"i"}]
        """;
    private const string Template = $$$"""
        "template":{"metadata":{"labels":{"a":"b"} },"spec":{ {{{Containers}}} } }
        """;
    private const string Ending = $$$"""
        "template":{"spec":{"restartPolicy":"Never",{{{Containers}}} } }
        """;
    private const string Selected = $$$"""
        "selector":{"matchLabels":{"a":"b"} },{{{Template}}}
        """;

    /// <param name="space">The namespace that it is for.</param>
    public static string Of(Kind kind, string name, string space)
    {
        var rest = (kind.Group, kind.Name) switch
        {
            (_, "Pod") => $$""","spec":{ {{Containers}} }""",
            (_, "ReplicationController") => $$""","spec":{"selector":{"a":"b"},{{Template}} }""",
            (_, "Service") => ""","spec":{"ports":[{"port":80}]}""",
            (_, "PersistentVolumeClaim") => ""","spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}""",
            (_, "ControllerRevision") => ""","revision":1,"data":{"a":1}""",
            (_, "DaemonSet" or "Deployment" or "ReplicaSet") => $$""","spec":{ {{Selected}} }""",
            (_, "RoleBinding" or "ClusterRoleBinding") => ""","roleRef":{"kind":"ClusterRole","name":"view"}""",
            (_, "DaemonSet" or "Deployment" or "ReplicaSet" or "StatefulSet") => $$""","spec":{ {{Selected}} }""",
            (_, "Job") => $$$""","spec":{ {{{Ending}}} }""",
            (_, "CronJob") => $$$""","spec":{"schedule":"* * * * *","jobTemplate":{"spec":{ {{{Ending}}} } } }""",
            (_, "PodTemplate") => $$""",{{Template}}""",
            (_, "RuntimeClass") => ""","handler":"a" """,
            (_, "EndpointSlice") => ""","addressType":"IPv4","endpoints":[]""",
            ("", "Event") => $$""","involvedObject":{"namespace":"{{space}}"}""",
            (_, "Event") => $$""","regarding":{"namespace":"{{space}}"},"eventTime":"2024-01-01T00:00:00.000000Z","reportingController":"a.b/c","reportingInstance":"i","action":"a","reason":"r","type":"Normal" """,
            _ => null,
        };
        if (rest is null)
        {
            return SampleObjects.Body(kind.Resource, name, space);
        }

        return $$$"""{"metadata":{"name":"{{{name}}}"}{{{rest}}} }""";
    }
}

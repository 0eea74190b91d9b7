using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Resources;

/// <summary>A field selector: some fields of a kind, compared for equality. Which fields a kind offers is Kubernetes' list.</summary>
public sealed class FieldQuery
{
    public static readonly FieldQuery Everything = new([]);

    private static readonly string[] PodFields =
    [
        "spec.host", "spec.hostNetwork", "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
        "status.nominatedNodeName", "status.phase", "status.podIP", "status.podIPs",
    ];

    private static readonly string[] EventFields =
    [
        "involvedObject.apiVersion", "involvedObject.fieldPath", "involvedObject.kind", "involvedObject.name", "involvedObject.namespace",
        "involvedObject.resourceVersion", "involvedObject.uid", "reason", "reportingComponent", "source", "type",
    ];

    private static readonly string[] EventsEventFields =
    [
        "reason", "regarding.apiVersion", "regarding.fieldPath", "regarding.kind", "regarding.name", "regarding.namespace",
        "regarding.resourceVersion", "regarding.uid", "reportingController", "source", "type",
    ];

    private readonly IReadOnlyList<(string Field, string Value, bool Equal)> _terms;

    private FieldQuery(IReadOnlyList<(string, string, bool)> terms) => _terms = terms;

    /// <summary>The name that is asked for, if the selector asks for one: then there is at most one object.</summary>
    public string? Name => _terms.FirstOrDefault(t => t is { Field: "metadata.name", Equal: true }).Value;

    public bool IsEverything => _terms.Count == 0;

    /// <summary>The object of a name.</summary>
    public static FieldQuery OfName(string name) => new([("metadata.name", name, true)]);

    /// <exception cref="ApiError">BadRequest: not a selector, or a field that the kind does not offer.</exception>
    public static FieldQuery Parse(string? text, Kind kind)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Everything;
        }

        var terms = new List<(string, string, bool)>();
        foreach (var term in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var (field, value, equal) = Split(term)
                ?? throw ApiErrors.BadRequest($"invalid selector: '{text}'; can't understand '{term}'");
            RequireOffered(kind, field);
            terms.Add((field, value, equal));
        }

        return new FieldQuery(terms);
    }

    public bool Matches(KubernetesObject item)
    {
        foreach (var (field, value, equal) in _terms)
        {
            if ((ValueOf(item, field) ?? "") == value != equal)
            {
                return false;
            }
        }

        return true;
    }

    private static (string Field, string Value, bool Equal)? Split(string term)
    {
        foreach (var (token, equal) in ((string, bool)[])[("!=", false), ("==", true), ("=", true)])
        {
            if (term.IndexOf(token, StringComparison.Ordinal) is var at and > 0)
            {
                return (term[..at].Trim(), term[(at + token.Length)..].Trim(), equal);
            }
        }

        return null;
    }

    /// <summary>Kubernetes' list, and its words for what is not in it: those of kinds that can only be asked for by name are others.</summary>
    private static void RequireOffered(Kind kind, string field)
    {
        var own = OwnFields(kind);
        if (field is not "metadata.name" && !(field is "metadata.namespace" && kind.Namespaced) && !own.Contains(field))
        {
            throw ApiErrors.BadRequest(own.Length > 0
                ? $"field label not supported: {field}"
                : $"\"{field}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
        }
    }

    private static string[] OwnFields(Kind kind) => (kind.Group, kind.Name) switch
    {
        ("", "Pod") => PodFields,
        ("", "Event") => EventFields,
        ("events.k8s.io", "Event") => EventsEventFields,
        ("", "Node") => ["spec.unschedulable"],
        ("", "Namespace") => ["status.phase"],
        ("", "Secret") => ["type"],
        ("", "Service") => ["spec.clusterIP", "spec.type"],
        ("apps", "ReplicaSet") or ("", "ReplicationController") => ["status.replicas"],
        _ => [],
    };

    private static string? ValueOf(KubernetesObject item, string field) => (field, item) switch
    {
        ("metadata.name", _) => item.Metadata.Name,
        ("metadata.namespace", _) => item.Metadata.Namespace,
        (_, Pod pod) => PodField(pod, field),
        (_, Event e) => EventField(e, field),
        (_, Objects.Events.Event e) => EventField(Strategies.EventConversion.ToCore(e), CoreNameOf(field)),
        ("spec.unschedulable", Node node) => node.Spec.Unschedulable ? "true" : "false",
        ("status.phase", Namespace space) => space.Status.Phase,
        ("type", Secret secret) => secret.Type,
        ("spec.clusterIP", Service service) => service.Spec.ClusterIP,
        ("spec.type", Service service) => service.Spec.Type,
        ("status.replicas", Objects.Apps.ReplicaSet set) => $"{set.Status.Replicas}",
        ("status.replicas", ReplicationController controller) => $"{controller.Status.Replicas}",
        _ => null,
    };

    private static string CoreNameOf(string field) => field == "reportingController"
        ? "reportingComponent"
        : field.Replace("regarding.", "involvedObject.", StringComparison.Ordinal);

    // Kubernetes lets pods be asked by status.podIPs too, but of none it knows any.
    private static string? PodField(Pod pod, string field) => field switch
    {
        "spec.nodeName" or "spec.host" => pod.Spec.NodeName,
        "spec.restartPolicy" => pod.Spec.RestartPolicy,
        "spec.schedulerName" => pod.Spec.SchedulerName,
        "spec.serviceAccountName" => pod.Spec.ServiceAccountName,
        "spec.hostNetwork" => pod.Spec.HostNetwork ? "true" : "false",
        "status.phase" => pod.Status.Phase,
        "status.podIP" => pod.Status.PodIP,
        "status.nominatedNodeName" => pod.Status.NominatedNodeName,
        _ => null,
    };

    private static string? EventField(Event e, string field) => field switch
    {
        "involvedObject.kind" => e.InvolvedObject.Kind,
        "involvedObject.namespace" => e.InvolvedObject.Namespace,
        "involvedObject.name" => e.InvolvedObject.Name,
        "involvedObject.uid" => e.InvolvedObject.Uid,
        "involvedObject.apiVersion" => e.InvolvedObject.ApiVersion,
        "involvedObject.resourceVersion" => e.InvolvedObject.ResourceVersion,
        "involvedObject.fieldPath" => e.InvolvedObject.FieldPath,
        "reason" => e.Reason,
        "reportingComponent" => e.ReportingComponent,
        "source" => string.IsNullOrEmpty(e.Source.Component) ? e.ReportingComponent : e.Source.Component,
        "type" => e.Type,
        _ => null,
    };
}

/// <summary>Which objects of a kind a list or watch is about.</summary>
/// <param name="Namespace">Empty for all.</param>
public sealed record ObjectQuery(Kind Kind, string Namespace, LabelQuery Labels, FieldQuery Fields)
{
    public bool IsEverything => Labels.IsEverything && Fields.IsEverything;

    public bool Matches(ObjectForm form) => IsEverything || (Labels.Matches(form.Item.Metadata.Labels) && Fields.Matches(form.Item));

    /// <exception cref="ApiError">BadRequest: a selector that cannot be read.</exception>
    public static ObjectQuery Parse(Kind kind, string? space, string? labels, string? fields)
    {
        try
        {
            return new ObjectQuery(kind, space ?? "", LabelQuery.Parse(labels), FieldQuery.Parse(fields, kind));
        }
        catch (FormatException e)
        {
            throw ApiErrors.BadRequest(e.Message);
        }
    }
}

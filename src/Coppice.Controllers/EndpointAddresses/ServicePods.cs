using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.EndpointAddresses;

/// <summary>Which pods stand behind a service, and which services a change of a pod matters to.</summary>
internal sealed class ServicePods
{
    private static readonly Func<Pod, IEnumerable<string>> ByLabel = pod => pod.Metadata.Labels.Select(label => NameOf(pod.Metadata.Namespace, label));

    // By one of the labels that a service wants of its pods: whoever has it is looked at closer.
    private static readonly Func<Service, IEnumerable<string>> ByWanted =
        service => HasPods(service) ? [NameOf(service.Metadata.Namespace, service.Spec.Selector.First())] : [];

    private readonly CacheIndex<Pod> _byLabel;
    private readonly CacheIndex<Service> _services;

    public ServicePods(CacheSet caches)
    {
        Cache = caches.Of<Pod>();
        _byLabel = Cache.AddIndex(ByLabel);
        _services = caches.Of<Service>().AddIndex(ByWanted);
    }

    public ObjectCache<Pod> Cache { get; }

    /// <summary>The pods that a service selects; its selector must not be empty.</summary>
    public IReadOnlyList<Pod> Of(Service service)
    {
        var selector = service.Spec.Selector;
        var found = _byLabel.Find(NameOf(service.Metadata.Namespace, selector.First()));
        if (selector.Count == 1)
        {
            return found;
        }

        var query = LabelQuery.Of(selector);
        return [.. found.Where(p => query.Matches(p.Metadata.Labels))];
    }

    /// <summary>Services without a selector have their endpoints written by somebody else.</summary>
    public static bool HasPods(Service service) => !service.Spec.Selector.IsEmpty && service.Spec.Type != ServiceType.ExternalName;

    public static bool IsHeadless(Service service) => service.Spec.ClusterIP == "None";

    /// <summary>The pods with an address that may answer now or may have to finish what they began.</summary>
    public static IEnumerable<Pod> WithAddress(IEnumerable<Pod> pods) =>
        pods.Where(p => !PodState.IsTerminal(p) && !string.IsNullOrEmpty(p.Status.PodIP));

    /// <summary>A pod's addresses of a family, the first one first.</summary>
    public static ValueList<string> AddressesOf(Pod pod, string family)
    {
        var isV6 = family == IPFamily.IPv6;
        var all = pod.Status.PodIPs.IsEmpty ? [pod.Status.PodIP!] : pod.Status.PodIPs.ConvertAll(one => one.Ip);
        foreach (var address in all)
        {
            if (address.Contains(':') != isV6)
            {
                return all.Where(one => one.Contains(':') == isV6).ToValueList();
            }
        }

        return all;
    }

    public static ObjectReference ReferenceTo(Pod pod) =>
        new() { Kind = "Pod", Namespace = pod.Metadata.Namespace, Name = pod.Metadata.Name, Uid = pod.Metadata.Uid };

    /// <summary>The name that a headless service gives to a pod that asks for one.</summary>
    public static string? HostnameFor(Pod pod, Service service) =>
        pod.Spec.Hostname is { Length: > 0 } name && pod.Spec.Subdomain == service.Metadata.Name ? name : null;

    /// <summary>
    /// The port of a pod that a service's port leads to: a number as it is, a name by the containers' ports. Null if the pod has no
    /// port of that name.
    /// </summary>
    public static int? TargetPort(Pod pod, ServicePort port)
    {
        if (port.TargetPort.IsNumber)
        {
            return port.TargetPort.Number == 0 ? port.Port : port.TargetPort.Number;
        }

        var protocol = port.Protocol ?? "TCP";
        return pod.Spec.Containers
            .Concat(pod.Spec.InitContainers.Where(c => c.RestartPolicy == RestartPolicy.Always))
            .SelectMany(c => c.Ports)
            .FirstOrDefault(p => p.Name == port.TargetPort.Text && (p.Protocol ?? "TCP") == protocol)?.ContainerPortValue;
    }

    /// <summary>The services whose endpoints a change of a pod may move.</summary>
    public IEnumerable<ObjectKey> ServicesOf(ObjectChange<Pod> change)
    {
        if (change is { Old: { } old, New: { } item } && !Matters(old, item))
        {
            return [];
        }

        var labels = ByLabel(change.Item);
        if (change is { Old: { } before, New: { } after } && before.Metadata.Labels != after.Metadata.Labels)
        {
            labels = labels.Concat(ByLabel(before)).Distinct();
        }

        return labels.SelectMany(_services.Find).Where(s => Selects(s, change.Old) || Selects(s, change.New)).Select(ObjectKey.Of);
    }

    private static string NameOf(string? ns, KeyValuePair<string, string> label) => $"{ns}/{label.Key}={label.Value}";

    private static bool Selects(Service service, Pod? pod) => pod is not null && LabelQuery.Of(service.Spec.Selector).Matches(pod.Metadata.Labels);

    private static bool Matters(Pod a, Pod b) =>
        a.Metadata.Labels != b.Metadata.Labels
        || a.Metadata.DeletionTimestamp is null != b.Metadata.DeletionTimestamp is null
        || a.Metadata.Uid != b.Metadata.Uid
        || a.Status.PodIP != b.Status.PodIP
        || a.Status.PodIPs != b.Status.PodIPs
        || PodState.IsReady(a) != PodState.IsReady(b)
        || PodState.IsTerminal(a) != PodState.IsTerminal(b)
        || a.Spec.NodeName != b.Spec.NodeName
        || a.Spec.Hostname != b.Spec.Hostname;
}

using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Scheduler;

/// <summary>
/// Which pods do the same work: those that the same services and the same owner select. Such pods are spread where they don't say how
/// themselves. For one thread at a time.
/// </summary>
internal sealed class WorkloadSelectors
{
    private readonly Dictionary<string, LabelIndex<ServiceSelector, ServiceSelector>> _services = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Kind, ObjectKey Key), LabelQuery> _owners = [];

    public void Learn(ObjectChange<Service> change)
    {
        var ns = change.Item.Metadata.Namespace ?? "";
        if (!_services.TryGetValue(ns, out var services))
        {
            _services[ns] = services = new(one => one.Pods);
        }

        if (change.Old is { Spec.Selector.IsEmpty: false } old)
        {
            services.Remove(new(ObjectKey.Of(old), old.Spec.Selector));
        }

        if (change.New is { Spec.Selector.IsEmpty: false } service)
        {
            var selector = new ServiceSelector(ObjectKey.Of(service), service.Spec.Selector);
            services.Add(selector, selector);
        }
        else if (services.Count == 0)
        {
            _services.Remove(ns);
        }
    }

    public void Learn(ObjectChange<ReplicaSet> change) => Learn(nameof(ReplicaSet), change.Item, change.New is { } set ? LabelQuery.Of(set.Spec.Selector) : null);

    public void Learn(ObjectChange<StatefulSet> change) => Learn(nameof(StatefulSet), change.Item, change.New is { } set ? LabelQuery.Of(set.Spec.Selector) : null);

    public void Learn(ObjectChange<ReplicationController> change) =>
        Learn(nameof(ReplicationController), change.Item, change.New is { } controller ? LabelQuery.Of(controller.Spec.Selector) : null);

    /// <summary>The pods of a pod's namespace that do the same; null if nobody says so.</summary>
    public LabelQuery? Of(PodInfo pod)
    {
        var labels = default(ValueMap<string>);
        if (_services.TryGetValue(pod.Namespace, out var services))
        {
            foreach (var (service, _) in services.Among(pod.Labels).Where(one => one.Key.Pods.Matches(pod.Labels)).OrderBy(one => one.Key.Key))
            {
                labels = labels.With(service.Labels);
            }
        }

        var own = pod.Owner is { } owner ? _owners.GetValueOrDefault((owner.Kind, new(pod.Namespace, owner.Name))) : null;
        return labels.IsEmpty ? own is { IsEverything: true } ? null : own
            : own is null ? LabelQuery.Of(labels)
            : new([.. LabelQuery.Of(labels).Requirements, .. own.Requirements]);
    }

    private void Learn(string kind, KubernetesObject item, LabelQuery? pods)
    {
        if (pods is null)
        {
            _owners.Remove((kind, ObjectKey.Of(item)));
        }
        else
        {
            _owners[(kind, ObjectKey.Of(item))] = pods;
        }
    }

    private sealed record ServiceSelector(ObjectKey Key, ValueMap<string> Labels)
    {
        public LabelQuery Pods { get; } = LabelQuery.Of(Labels);
    }
}

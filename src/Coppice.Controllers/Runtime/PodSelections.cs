using System.Collections.Concurrent;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Runtime;

/// <summary>
/// Which pods a selector matches, and whose selectors match a pod, without going through all of a namespace each time. A selector is
/// filed under one label that it asks for; pods are filed by their labels when somebody first asks, and anew after some of a namespace
/// have come, gone or been labelled.
/// </summary>
internal sealed class PodSelections
{
    private readonly ObjectCache<Pod> _pods;
    private readonly CacheIndex<Pod> _byNamespace;
    private readonly ConcurrentDictionary<string, long> _versions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, FiledPods> _filed = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, LabelQuery> _selectors = [];
    private readonly Dictionary<(string Space, string Key, string Value), SortedSet<ObjectKey>> _byLabel = [];

    public PodSelections(ObjectCache<Pod> pods)
    {
        (_pods, _byNamespace) = (pods, pods.AddIndex(Indexes.ByNamespace));
        pods.Subscribe(change =>
        {
            if (change.Old?.Metadata.Labels != change.New?.Metadata.Labels || change.Old is null || change.New is null)
            {
                _versions.AddOrUpdate(change.Item.Metadata.Namespace ?? "", 1, (_, version) => version + 1);
            }
        });
    }

    /// <summary>The pods of a namespace that a selector matches, in the order of their names.</summary>
    public IReadOnlyList<Pod> Select(string space, LabelQuery query)
    {
        if (LabelOf(query) is not { } label)
        {
            return [.. _byNamespace.Find(space).Where(pod => query.Matches(pod.Metadata.Labels))];
        }

        // The version is of before the pods are looked at: whoever changes meanwhile has them filed anew.
        var version = _versions.GetValueOrDefault(space);
        if (!_filed.TryGetValue(space, out var filed) || filed.Version != version)
        {
            _filed[space] = filed = new(version, File(space));
        }

        return [.. filed.ByLabel[label].Select(_pods.Find).OfType<Pod>().Where(pod => query.Matches(pod.Metadata.Labels))];
    }

    /// <summary>Notes whose selector it is; null for somebody who has none, or is gone.</summary>
    public void Note(ObjectKey owner, LabelQuery? query)
    {
        lock (_gate)
        {
            if (_selectors.Remove(owner, out var before))
            {
                var place = PlaceOf(owner, before);
                if (_byLabel[place].Remove(owner) && _byLabel[place].Count == 0)
                {
                    _byLabel.Remove(place);
                }
            }

            if (query is not null)
            {
                _selectors[owner] = query;
                if (!_byLabel.TryGetValue(PlaceOf(owner, query), out var owners))
                {
                    _byLabel[PlaceOf(owner, query)] = owners = [];
                }

                owners.Add(owner);
            }
        }
    }

    /// <summary>Those whose selectors match an object of these labels, in the order of their names.</summary>
    public IReadOnlyList<ObjectKey> OwnersOf(string space, ValueMap<string> labels)
    {
        lock (_gate)
        {
            return _selectors.Count == 0 ? [] :
            [
                .. labels.Select(label => (space, label.Key, label.Value)).Append((space, "", ""))
                    .SelectMany(place => _byLabel.TryGetValue(place, out var owners) ? owners : Enumerable.Empty<ObjectKey>())
                    .Where(owner => _selectors[owner].Matches(labels))
                    .OrderBy(owner => owner.Name, StringComparer.Ordinal),
            ];
        }
    }

    private ILookup<(string Key, string Value), ObjectKey> File(string space) => _byNamespace.Find(space)
        .SelectMany(pod => pod.Metadata.Labels.Select(label => (Label: (label.Key, label.Value), Pod: ObjectKey.Of(pod))))
        .ToLookup(one => one.Label, one => one.Pod);

    private static (string Space, string Key, string Value) PlaceOf(ObjectKey owner, LabelQuery query) =>
        LabelOf(query) is (var key, var value) ? (owner.Namespace, key, value) : (owner.Namespace, "", "");

    /// <summary>A label that whatever it matches must have; null where there is none.</summary>
    private static (string Key, string Value)? LabelOf(LabelQuery query)
    {
        foreach (var requirement in query.Requirements)
        {
            if (requirement is { Operator: LabelOperator.In, Values: [var value] })
            {
                return (requirement.Key, value);
            }
        }

        return null;
    }

    private sealed record FiledPods(long Version, ILookup<(string Key, string Value), ObjectKey> ByLabel);
}

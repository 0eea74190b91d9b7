using Coppice.Objects;
using Coppice.Objects.Discovery;
using Coppice.Objects.Meta;

namespace Coppice.Controllers.EndpointSlices;

/// <summary>
/// Puts endpoints into slices with the fewest and smallest writes: what stays, stays in its slice; what is new goes where there is
/// room, first into slices that must be written anyway; a slice that would be deleted is used again before a new one is made.
/// </summary>
internal static class SlicePacking
{
    /// <summary>Kubernetes' default. A change sends its whole slice to every node, so slices are kept small.</summary>
    public const int EndpointsPerSlice = 100;

    /// <param name="template">The metadata of a new slice.</param>
    public static SlicePlan Pack(
        IReadOnlyList<EndpointGroup> groups, IReadOnlyList<EndpointSlice> existing, ValueMap<string> labels, ObjectMeta template)
    {
        var delete = existing.Where(s => s.Metadata.DeletionTimestamp is null
            && !groups.Any(g => g.AddressType == s.AddressType && g.Ports == s.Ports)).ToList();
        var drafts = new List<Draft>();
        foreach (var group in groups)
        {
            drafts.AddRange(PackGroup(group, existing, delete));
        }

        var (create, update) = (new List<EndpointSlice>(), new List<EndpointSlice>());
        foreach (var draft in drafts)
        {
            var reused = draft.Slice ?? delete.FirstOrDefault(s => s.AddressType == draft.Group.AddressType);
            if (reused is not null)
            {
                delete.Remove(reused);
            }

            var wanted = (reused ?? new() { ApiVersion = "discovery.k8s.io/v1", Kind = "EndpointSlice", Metadata = template }) with
            {
                AddressType = draft.Group.AddressType,
                Ports = draft.Group.Ports,
                Endpoints = draft.Endpoints.ToValueList(),
            };
            wanted = wanted with { Metadata = wanted.Metadata with { Labels = labels } };
            if (reused is null)
            {
                create.Add(wanted);
            }
            else if (wanted != reused)
            {
                update.Add(wanted);
            }
        }

        return new(create, update, delete);
    }

    /// <summary>What an endpoint is known by from one slice to the next.</summary>
    public static string Identity(Endpoint endpoint) => endpoint.TargetRef?.Uid ?? string.Join(',', endpoint.Addresses);

    private static List<Draft> PackGroup(EndpointGroup group, IReadOnlyList<EndpointSlice> existing, List<EndpointSlice> delete)
    {
        // 1. What stays, as it is to be now.
        var missing = new Dictionary<string, Endpoint>(StringComparer.Ordinal);
        foreach (var endpoint in group.Endpoints)
        {
            missing[Identity(endpoint)] = endpoint;
        }

        var drafts = new List<Draft>();
        foreach (var slice in existing.Where(s => s.Metadata.DeletionTimestamp is null && s.AddressType == group.AddressType && s.Ports == group.Ports))
        {
            var draft = new Draft(group, slice);
            foreach (var endpoint in slice.Endpoints)
            {
                if (missing.Remove(Identity(endpoint), out var wanted))
                {
                    // The very one that is there, if it says the same: then no later comparison looks into it again.
                    draft.Endpoints.Add(wanted == endpoint ? endpoint : wanted);
                }
            }

            drafts.Add(draft);
        }

        // 2. What is new, where there is room: slices that are written anyway, then the fullest of the others.
        var arriving = new Queue<Endpoint>(group.Endpoints.Where(e => missing.Remove(Identity(e))));
        foreach (var draft in drafts.OrderByDescending(d => d.IsChanged).ThenByDescending(d => d.Endpoints.Count).ToList())
        {
            while (draft.Endpoints.Count < EndpointsPerSlice && arriving.TryDequeue(out var endpoint))
            {
                draft.Endpoints.Add(endpoint);
            }
        }

        while (arriving.Count > 0)
        {
            var draft = new Draft(group, null);
            while (draft.Endpoints.Count < EndpointsPerSlice && arriving.TryDequeue(out var endpoint))
            {
                draft.Endpoints.Add(endpoint);
            }

            drafts.Add(draft);
        }

        // 3. Empty slices go, but for one if the group has nothing else.
        var empty = drafts.Where(d => d.Endpoints.Count == 0).Skip(drafts.All(d => d.Endpoints.Count == 0) ? 1 : 0).ToList();
        delete.AddRange(empty.Select(d => d.Slice).OfType<EndpointSlice>());
        drafts.RemoveAll(empty.Contains);
        if (drafts.Count == 0)
        {
            drafts.Add(new Draft(group, null));
        }

        return drafts;
    }

    private sealed class Draft(EndpointGroup group, EndpointSlice? slice)
    {
        public EndpointGroup Group => group;

        public EndpointSlice? Slice => slice;

        public List<Endpoint> Endpoints { get; } = [];

        public bool IsChanged => slice is null || !slice.Endpoints.SequenceEqual(Endpoints);
    }
}

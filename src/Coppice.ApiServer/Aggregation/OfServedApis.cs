using System.Collections.Immutable;
using Coppice.ApiServer.Registry;

namespace Coppice.ApiServer.Aggregation;

/// <summary>What is derived from everything that can be asked here, whoever serves it; made anew when that has changed and somebody asks.</summary>
internal sealed class OfServedApis<T>(KindRegistry registry, RemoteApis remote, Func<ServedKinds, IEnumerable<RemoteApi>, T> make)
    where T : class
{
    private readonly Lock _gate = new();
    private volatile Made? _last;

    public T Current
    {
        get
        {
            var (kinds, others) = (registry.Current, remote.All);
            if (_last is { } last && last.Kinds == kinds && last.Others == others)
            {
                return last.What;
            }

            lock (_gate)
            {
                return (_last is { } made && made.Kinds == kinds && made.Others == others ? made : _last = new Made(kinds, others, make(kinds, others.Values))).What;
            }
        }
    }

    private sealed record Made(ServedKinds Kinds, ImmutableSortedDictionary<string, RemoteApi> Others, T What);
}

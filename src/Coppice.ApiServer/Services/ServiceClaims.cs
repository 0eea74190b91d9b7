using System.Net;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Storage;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Store;

namespace Coppice.ApiServer.Services;

/// <summary>
/// Which addresses and node ports the stored services have, brought up to date from the store's history before each use, so that
/// nothing can be leaked and no service is looked at twice; and what was given a moment ago to one that is not stored yet.
/// </summary>
internal sealed class ServiceClaims(ObjectStorage storage, TimeProvider time)
{
    /// <summary>By then the write that a value was given for has been stored or has failed.</summary>
    private static readonly TimeSpan GivenFor = TimeSpan.FromSeconds(30);

    private static readonly Kind Services = BuiltInKinds.Of<Service>();

    private readonly SteadyClock _clock = new(time);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<string>> _owners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Name, DateTimeOffset Until)> _given = new(StringComparer.Ordinal);
    private readonly Queue<(string Claim, DateTimeOffset Until)> _givenInOrder = new();
    private Revision? _seen;

    /// <summary>An address has one claim, however it is written.</summary>
    public static string OfAddress(string address) => $"ip {IPAddress.Parse(address)}";

    /// <summary>A service has a port of the nodes for all protocols.</summary>
    public static string OfPort(int port) => $"port {port}";

    public static IEnumerable<string> Of(Service service)
    {
        foreach (var address in service.Spec.ClusterIPs.Where(address => address != ServiceAllocation.Headless))
        {
            yield return OfAddress(address);
        }

        foreach (var port in service.Spec.Ports.Where(p => p.NodePort != 0))
        {
            yield return OfPort(port.NodePort);
        }

        if (service.Spec.HealthCheckNodePort != 0)
        {
            yield return OfPort(service.Spec.HealthCheckNodePort);
        }
    }

    /// <summary>Takes note of all that was stored before this call.</summary>
    public async ValueTask CatchUpAsync(CancellationToken stop)
    {
        while (!TryCatchUp())
        {
            var range = await storage.RangeAsync(new(ObjectStorage.Prefix(Services, null)), stop);
            lock (_gate)
            {
                _owners.Clear();
                foreach (var entry in range.Entries)
                {
                    Count(entry, isThere: true);
                }

                _seen = range.At;
            }
        }
    }

    /// <summary>Whether another service than this one has it, or is about to.</summary>
    /// <param name="uid">The service's; null if it is new.</param>
    /// <param name="name">Its namespace and name: one that is deleted and made again may have back what it was given.</param>
    public bool IsTaken(string claim, string? uid, string name)
    {
        lock (_gate)
        {
            return (_owners.TryGetValue(claim, out var owners) && owners.Exists(owner => owner != uid))
                || (_given.TryGetValue(claim, out var given) && given.Name != name && given.Until > _clock.GetUtcNow());
        }
    }

    public void Give(IEnumerable<string> claims, string name)
    {
        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            while (_givenInOrder.TryPeek(out var oldest) && oldest.Until <= now)
            {
                _givenInOrder.Dequeue();
                if (_given.TryGetValue(oldest.Claim, out var given) && given.Until <= now)
                {
                    _given.Remove(oldest.Claim);
                }
            }

            foreach (var claim in claims)
            {
                _given[claim] = (name, now + GivenFor);
                _givenInOrder.Enqueue((claim, now + GivenFor));
            }
        }
    }

    /// <returns>False if all must be read anew: for the first time, or because history was forgotten since the last.</returns>
    private bool TryCatchUp()
    {
        lock (_gate)
        {
            if (_seen is not { } seen)
            {
                return false;
            }

            try
            {
                // What is there, a watch returns at once; what would have to be waited for is not wanted.
                using var enough = new CancellationTokenSource();
                using var watch = storage.Watch(Services, null, seen);
                while (watch.NextAsync(enough.Token) is { IsCompleted: true } changes)
                {
                    Apply(changes.Result);
                }

                enough.Cancel();
                return true;
            }
            catch (Exception e) when (e is CompactedException or ApiError)
            {
                _seen = null;
                return false;
            }
        }
    }

    private void Apply(IReadOnlyList<StoreEvent> changes)
    {
        foreach (var change in changes)
        {
            if (change.Previous is { } before)
            {
                Count(before, isThere: false);
            }

            if (change.Type == StoreEventType.Put)
            {
                Count(change.Entry, isThere: true);
            }

            _seen = change.Entry.Modified;
        }
    }

    private void Count(StoreEntry entry, bool isThere)
    {
        var service = (Service)ObjectStorage.FormOf(Services, entry).Item;
        var uid = service.Metadata.Uid ?? "";
        foreach (var claim in Of(service).Distinct())
        {
            if (!isThere)
            {
                if (_owners.TryGetValue(claim, out var left) && left.Remove(uid) && left.Count == 0)
                {
                    _owners.Remove(claim);
                }

                continue;
            }

            if (!_owners.TryGetValue(claim, out var owners))
            {
                _owners[claim] = owners = [];
            }

            owners.Add(uid);

            // What was given has come: from here on its service counts, and its end.
            _given.Remove(claim);
        }
    }
}

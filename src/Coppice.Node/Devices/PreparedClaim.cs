using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Coppice.Node.Devices;

/// <summary>A claim whose devices were made ready here, or are about to be.</summary>
/// <param name="Pods">The uids of the pods that use it.</param>
/// <param name="Drivers">Those who have a part in it, each with its devices once it has said which.</param>
internal sealed record PreparedClaim(
    string Namespace, string Name, string Uid, ImmutableSortedSet<string> Pods, ImmutableSortedDictionary<string, ImmutableArray<PreparedDevice>> Drivers, bool IsReady)
{
    /// <summary>The names that container runtimes know the devices of a request by; of all requests if none is named.</summary>
    public IEnumerable<string> NamesFor(string request) => Drivers.Values
        .SelectMany(devices => devices)
        .Where(device => request.Length == 0 || device.Requests.Length == 0 || device.Requests.Any(one => one == request || one.StartsWith(request + "/", StringComparison.Ordinal)))
        .SelectMany(device => device.Names);
}

/// <param name="Requests">Those of the claim that it is for; for all, if there is none.</param>
/// <param name="Names">As in "example.com/gpu=0".</param>
internal sealed record PreparedDevice(ImmutableArray<string> Requests, string Pool, string Device, ImmutableArray<string> Names);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ImmutableArray<PreparedClaim>))]
internal sealed partial class PreparedClaimJson : JsonSerializerContext;

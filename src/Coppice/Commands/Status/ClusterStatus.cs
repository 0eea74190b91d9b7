using System.Text.Json.Serialization;

namespace Coppice.Commands.Status;

/// <summary>A cluster at a glance; also what <c>status --output json</c> prints.</summary>
/// <param name="Server">The API's address.</param>
/// <param name="ApiReady">Whether it says that it is ready; without it, nothing is known of nodes and pods.</param>
internal sealed record ClusterStatus(
    string DataDirectory,
    string Server,
    bool ApiReady,
    IReadOnlyList<ProcessUse> Processes,
    IReadOnlyList<NodeLine> Nodes,
    IReadOnlyList<PodTally> Pods,
    IReadOnlyList<Problem> Problems)
{
    /// <summary>The name of this machine in a cluster elsewhere, of which only its own is shown; null where the whole cluster is.</summary>
    public string? Node { get; init; }
}

/// <param name="Status">As kubectl prints it: Ready, NotReady, Ready,SchedulingDisabled.</param>
/// <param name="Cpu">What pods may have of it, as the API writes it: 2, 1500m.</param>
internal sealed record NodeLine(string Name, string Status, string Address, string Cpu, long MemoryBytes, int Pods);

/// <param name="State">What kubectl's STATUS column says.</param>
internal sealed record PodTally(string State, int Count);

/// <summary>Something that is not as it should be.</summary>
/// <param name="What">Kind and name, with the namespace: pod default/web-1.</param>
/// <param name="Why">The reason in few words: CrashLoopBackOff.</param>
/// <param name="Detail">What is known besides, or nothing.</param>
internal sealed record Problem(string What, string Why, string Detail);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ClusterStatus))]
internal sealed partial class ClusterStatusJson : JsonSerializerContext;

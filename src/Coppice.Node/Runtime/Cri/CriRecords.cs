using System.Text.Json;
using Coppice.Node.Runtime.Cri.Wire;
using Google.Protobuf.Collections;

namespace Coppice.Node.Runtime.Cri;

/// <summary>CRI's answers as our records.</summary>
internal static class CriRecords
{
    public static SandboxRecord Sandbox(PodSandboxStatus status, string? networkNamespace)
    {
        var addresses = new List<string>();
        if (status.Network is { Ip.Length: > 0 } network)
        {
            addresses.Add(network.Ip);
            foreach (var more in network.AdditionalIps)
            {
                addresses.Add(more.Ip);
            }
        }

        var state = status.State == PodSandboxState.SandboxReady ? SandboxState.Ready : SandboxState.NotReady;
        return new SandboxRecord(status.Id, Identity(status.Metadata), (int)status.Metadata.Attempt, state, Instant(status.CreatedAt), addresses, networkNamespace);
    }

    public static ContainerRecord Container(ContainerStatus status, string sandboxId) => new(
        status.Id,
        sandboxId,
        new PodIdentity(Value(status.Labels, CriLabels.PodNamespace), Value(status.Labels, CriLabels.PodName), Value(status.Labels, CriLabels.PodUid)),
        status.Metadata.Name,
        (int)status.Metadata.Attempt,
        status.State switch
        {
            Wire.ContainerState.ContainerCreated => ContainerRunState.Created,
            Wire.ContainerState.ContainerRunning => ContainerRunState.Running,
            Wire.ContainerState.ContainerExited => ContainerRunState.Exited,
            _ => ContainerRunState.Unknown,
        },
        Instant(status.CreatedAt),
        Moment(status.StartedAt),
        Moment(status.FinishedAt),
        status.ExitCode,
        Word(status.Reason),
        Word(status.Message),
        status.Image?.Image ?? "",
        status.ImageRef,
        status.LogPath,
        Word(Value(status.Annotations, CriLabels.TerminationMessagePath)),
        Value(status.Annotations, CriLabels.SpecHash));

    public static ImageRecord Image(Image image) => new(
        image.Id,
        [.. image.RepoTags],
        [.. image.RepoDigests],
        (long)image.Size,
        image.Uid is { } uid ? uid.Value.ToString(System.Globalization.CultureInfo.InvariantCulture) : Word(image.Username)) { IsPinned = image.Pinned };

    /// <summary>
    /// The path of the sandbox's network namespace, which CRI itself has no field for: containerd and CRI-O both show the OCI
    /// spec in the verbose status. Null where it is not to be found, as with host network.
    /// </summary>
    public static string? NetworkNamespace(MapField<string, string> verbose)
    {
        if (!verbose.TryGetValue("info", out var json))
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        if (!document.RootElement.TryGetProperty("runtimeSpec", out var spec) || spec.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (!spec.TryGetProperty("linux", out var linux) || !linux.TryGetProperty("namespaces", out var namespaces))
        {
            return null;
        }

        foreach (var entry in namespaces.EnumerateArray())
        {
            if (entry.GetProperty("type").ValueEquals("network") && entry.TryGetProperty("path", out var path))
            {
                return Word(path.GetString());
            }
        }

        return null;
    }

    private static PodIdentity Identity(PodSandboxMetadata metadata) => new(metadata.Namespace, metadata.Name, metadata.Uid);

    private static string Value(MapField<string, string> map, string key) => map.TryGetValue(key, out var value) ? value : "";

    private static string? Word(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static DateTimeOffset? Moment(long nanoseconds) => nanoseconds <= 0 ? null : Instant(nanoseconds);

    private static DateTimeOffset Instant(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
}

using Coppice.Node.Containers;
using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>The directories that a pod's volumes are, and what is mounted of them into its containers.</summary>
public interface IPodVolumes
{
    /// <summary>Makes every volume of the pod; returns their paths on the host by their names. Safe to repeat.</summary>
    /// <exception cref="VolumeNotReadyException">One cannot be made now.</exception>
    ValueTask<IReadOnlyDictionary<string, string>> PrepareAsync(Pod pod, PodVolumeSources sources, CancellationToken stop);

    /// <summary>Brings the files of ConfigMaps, Secrets, downwardAPI and tokens up to date; a container sees all of a change or nothing.</summary>
    ValueTask RefreshAsync(Pod pod, PodVolumeSources sources, CancellationToken stop);

    /// <summary>Everything to mount into a container; makes the files that are its own. To be disposed of when the container has started.</summary>
    /// <exception cref="ContainerConfigException">A mount is not possible.</exception>
    ValueTask<PreparedMounts> MountsAsync(Pod pod, Container container, MountInputs inputs, CancellationToken stop);

    /// <summary>Lets go of all of a pod's volumes. Safe to repeat.</summary>
    ValueTask RemoveAsync(string podUid, CancellationToken stop);
}

/// <summary>Where the content of volumes comes from. A look-up of what does not exist gives null.</summary>
/// <param name="Token">Issues a token of a service account.</param>
/// <param name="Facts">For downwardAPI files.</param>
public sealed record PodVolumeSources(
    Func<string, string, ValueTask<ConfigMap?>> ConfigMap,
    Func<string, string, ValueTask<Secret?>> Secret,
    Func<ObjectKey, TokenRequestSpec, CancellationToken, ValueTask<TokenRequestStatus>> Token,
    PodFacts Facts)
{
    /// <summary>A claim of the pod's namespace; none where there are no volumes that outlive pods.</summary>
    public Func<ObjectKey, ValueTask<PersistentVolumeClaim?>> Claim { get; init; } = _ => default;

    /// <summary>A volume, by the name that its claim has.</summary>
    public Func<string, ValueTask<PersistentVolume?>> PersistentVolume { get; init; } = _ => default;
}

/// <param name="Attempt">The container's, as in its log's name.</param>
/// <param name="Volumes">Of <see cref="IPodVolumes.PrepareAsync"/>.</param>
/// <param name="Environment">For subPathExpr.</param>
/// <param name="Hostname">The pod's, without its domain.</param>
/// <param name="Domain">The pod's, or null (<see cref="SandboxSpecBuilder.Domain"/>).</param>
public sealed record MountInputs(
    int Attempt,
    IReadOnlyDictionary<string, string> Volumes,
    IReadOnlyList<KeyValuePair<string, string>> Environment,
    string Hostname,
    string? Domain,
    IReadOnlyList<string> PodAddresses);

/// <summary>A volume cannot be made yet; the message is Kubernetes', for the event FailedMount. Worth trying again.</summary>
public sealed class VolumeNotReadyException(string volume, string cause) : Exception($"MountVolume.SetUp failed for volume \"{volume}\" : {cause}")
{
    public string Volume => volume;
}

/// <summary>What to mount into a container.</summary>
/// <param name="release">Takes away what was put in place for the runtime alone, which a container that has started does not need any more.</param>
public sealed class PreparedMounts(IReadOnlyList<ContainerMount> all, Action? release = null) : IDisposable
{
    public IReadOnlyList<ContainerMount> All => all;

    public void Dispose() => release?.Invoke();
}

/// <summary>Where a pod's files are on the node.</summary>
/// <param name="Root">The directory of all pods.</param>
public sealed record PodPaths(string Root)
{
    public string Pod(string uid) => $"{Root}/{uid}";

    /// <param name="directoryName">Of its kind (<see cref="IVolumePlugin.DirectoryName"/>).</param>
    public string Volume(string uid, string directoryName, string name) => $"{Pod(uid)}/volumes/kubernetes.io~{directoryName}/{name}";

    /// <summary>Whether a path is the directory of one of the pod's volumes.</summary>
    private bool IsVolume(string uid, string path) => Path.GetDirectoryName(Path.GetDirectoryName(path)) == $"{Pod(uid)}/volumes";

    /// <summary>Where a part of a volume is shown for the runtime, by the number of its mount among the container's.</summary>
    public string SubPath(string uid, string container, int mount) =>
        $"{SubPathsOf(uid)}/{container}/{mount.ToString(System.Globalization.CultureInfo.InvariantCulture)}";

    /// <summary>Whether coppice mounts something at a path itself.</summary>
    public bool IsOwnMount(string uid, string path, string fileSystem) =>
        (fileSystem == "tmpfs" && IsVolume(uid, path)) || path.StartsWith(Volume(uid, ImageVolume.Name, ""), StringComparison.Ordinal) || path.StartsWith(SubPathsOf(uid) + "/", StringComparison.Ordinal);

    public string Hosts(string uid) => $"{Pod(uid)}/etc-hosts";

    /// <summary>What a container left to say when it ended.</summary>
    public string TerminationLog(string uid, string container, int attempt) =>
        $"{Pod(uid)}/containers/{container}/{attempt.ToString(System.Globalization.CultureInfo.InvariantCulture)}";

    private string SubPathsOf(string uid) => $"{Pod(uid)}/volume-subpaths";
}

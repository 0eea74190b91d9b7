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

    /// <summary>Everything to mount into a container; makes the files that are its own.</summary>
    /// <exception cref="ContainerConfigException">A mount is not possible.</exception>
    ValueTask<IReadOnlyList<ContainerMount>> MountsAsync(Pod pod, Container container, MountInputs inputs, CancellationToken stop);

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
    PodFacts Facts);

/// <param name="Attempt">The container's, as in its log's name.</param>
/// <param name="Volumes">Of <see cref="IPodVolumes.PrepareAsync"/>.</param>
/// <param name="Environment">For subPathExpr.</param>
/// <param name="Hostname">The pod's, as in its sandbox.</param>
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

/// <summary>Where a pod's files are on the node.</summary>
/// <param name="Root">The directory of all pods.</param>
public sealed record PodPaths(string Root)
{
    public string Pod(string uid) => $"{Root}/{uid}";

    /// <param name="kind">empty-dir, configmap, secret, downward-api or projected.</param>
    public string Volume(string uid, string kind, string name) => $"{Pod(uid)}/volumes/kubernetes.io~{kind}/{name}";

    /// <summary>Whether a path is the directory of one of the pod's volumes.</summary>
    public bool IsVolume(string uid, string path) => Path.GetDirectoryName(Path.GetDirectoryName(path)) == $"{Pod(uid)}/volumes";

    public string Hosts(string uid) => $"{Pod(uid)}/etc-hosts";

    /// <summary>What a container left to say when it ended.</summary>
    public string TerminationLog(string uid, string container, int attempt) =>
        $"{Pod(uid)}/containers/{container}/{attempt.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
}

using System.Collections.Concurrent;
using Coppice.Client;
using Coppice.Node.Containers;
using Coppice.Node.Host;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Containerd;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>Volumes as directories of this machine.</summary>
public sealed class PodVolumes(PodPaths paths, TimeProvider time) : IPodVolumes
{
    private const UnixFileMode Everybody = (UnixFileMode)0x1FF; // 0777

    /// <summary>Of a token's life, when it is time for the next one: after four fifths of it, or a day.</summary>
    private const double TokenShare = 0.8;
    private static readonly TimeSpan TokenAgeMax = TimeSpan.FromHours(24);
    private const long TokenSecondsDefault = 3600;

    private readonly ConcurrentDictionary<(string PodUid, string Volume, string Path), HeldToken> _tokens = [];

    // By the pods' uids. One at a time at a pod's files: what was read of an object first must not be written last, and what is removed
    // must not be made again.
    private readonly Turns _turns = new();

    public ValueTask<IReadOnlyDictionary<string, string>> PrepareAsync(Pod pod, PodVolumeSources sources, CancellationToken stop) =>
        _turns.InTurnAsync(Uid(pod), () => PrepareInTurnAsync(pod, sources, stop));

    public async ValueTask RefreshAsync(Pod pod, PodVolumeSources sources, CancellationToken stop)
    {
        // A pod that has nothing here gets nothing, not even a turn: it may be gone for good.
        if (Directory.Exists(paths.Pod(Uid(pod))))
        {
            await _turns.InTurnAsync(Uid(pod), () => RefreshInTurnAsync(pod, sources, stop));
        }
    }

    public ValueTask<PreparedMounts> MountsAsync(Pod pod, Container container, MountInputs inputs, CancellationToken stop) =>
        _turns.InTurnAsync(Uid(pod), () => ValueTask.FromResult(MakeMounts(pod, container, inputs)));

    public async ValueTask RemoveAsync(string podUid, CancellationToken stop) =>
        await _turns.InTurnAsync(podUid, () => ValueTask.FromResult(Remove(podUid)));

    private async ValueTask<IReadOnlyDictionary<string, string>> PrepareInTurnAsync(Pod pod, PodVolumeSources sources, CancellationToken stop)
    {
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        // Given up while it waited for its turn: the pod may have been removed meanwhile.
        stop.ThrowIfCancellationRequested();
        OwnFiles.MakePrivateDirectory(paths.Pod(Uid(pod)));
        foreach (var volume in pod.Spec.Volumes)
        {
            result[volume.Name] = await InWordsOfMountAsync(volume, () => PrepareOneAsync(pod, volume, sources, stop));
        }

        return result;
    }

    // All volumes get their chance; the first failure is told.
    private async ValueTask<bool> RefreshInTurnAsync(Pod pod, PodVolumeSources sources, CancellationToken stop)
    {
        VolumeNotReadyException? first = null;
        foreach (var volume in pod.Spec.Volumes)
        {
            if (FileKindOf(volume) is not { } kind || !Directory.Exists(paths.Volume(Uid(pod), kind, volume.Name)))
            {
                continue;
            }

            try
            {
                await InWordsOfMountAsync(volume, () => WriteFilesAsync(pod, volume, kind, sources, stop));
            }
            catch (VolumeNotReadyException failed)
            {
                first ??= failed;
            }
        }

        return first is null ? true : throw first;
    }

    private PreparedMounts MakeMounts(Pod pod, Container container, MountInputs inputs)
    {
        var mounts = ContainerMounts.Plan(pod, container, inputs, paths);
        ContainerFiles.Make(pod, container, inputs, paths);
        var shown = new List<string>();
        var prepared = new PreparedMounts(mounts, () => shown.ForEach(SubPaths.Hide));
        try
        {
            foreach (var (index, mount) in container.VolumeMounts.Index())
            {
                if (ContainerMounts.SubPath(mount, inputs) is { Length: > 0 } inside)
                {
                    SubPaths.Show(inputs.Volumes[mount.Name], inside, paths.SubPath(Uid(pod), container.Name, index), (mount.Name, container.Name));
                    shown.Add(paths.SubPath(Uid(pod), container.Name, index));
                }
            }

            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    private bool Remove(string podUid)
    {
        foreach (var key in _tokens.Keys.Where(key => key.PodUid == podUid))
        {
            _tokens.TryRemove(key, out _);
        }

        var directory = paths.Pod(podUid);
        if (!Directory.Exists(directory))
        {
            return false;
        }
        // The innermost first; what cannot be unmounted must not be deleted through.
        foreach (var mount in MountTable.Read().Where(one => one.MountPoint.StartsWith(directory + "/", StringComparison.Ordinal)).Reverse())
        {
            LinuxCalls.Unmount(mount.MountPoint);
        }

        DirectoryRemoval.Remove(directory);
        return true;
    }

    private async ValueTask<string> PrepareOneAsync(Pod pod, Volume volume, PodVolumeSources sources, CancellationToken stop)
    {
        if (volume.HostPath is { } host)
        {
            return HostPaths.Prepare(host);
        }

        if (volume.EmptyDir is { } empty)
        {
            return PrepareEmpty(pod, volume.Name, empty);
        }

        if (FileKindOf(volume) is { } kind)
        {
            return await WriteFilesAsync(pod, volume, kind, sources, stop);
        }

        if (volume.PersistentVolumeClaim is { } claim)
        {
            throw new ContainerConfigException($"persistentvolumeclaim \"{claim.ClaimName}\" cannot be mounted: this node does not support persistent volumes yet");
        }

        throw new ContainerConfigException("no volume plugin matched: this node supports configMap, downwardAPI, emptyDir, hostPath, projected and secret");
    }

    private string PrepareEmpty(Pod pod, string name, EmptyDirVolumeSource source)
    {
        if (source.Medium is { Length: > 0 } medium and not StorageMedium.Memory)
        {
            throw new ContainerConfigException($"unsupported storage medium \"{medium}\"");
        }

        var directory = paths.Volume(Uid(pod), "empty-dir", name);
        var group = pod.Spec.SecurityContext?.FsGroup;
        var mode = group is null ? Everybody : Everybody | UnixFileMode.SetGroup;
        if (source.Medium is StorageMedium.Memory)
        {
            OwnFiles.EnsureDirectory(directory);
            var error = IsMounted(directory) ? null : LinuxCalls.MountTmpfs(directory, source.SizeLimit is { IsZero: false } limit ? limit.Value : null, mode, group);
            if (error is not null)
            {
                throw new ContainerConfigException($"a file system in memory cannot be mounted: {error}");
            }
        }
        else if (!Directory.Exists(directory))
        {
            // Complete before it has its name: what a crash in between leaves would be taken for the volume, which its pod could not write.
            var unfinished = directory + ".new";
            OwnFiles.EnsureDirectory(unfinished);
            LinuxCalls.SetOwner(unfinished, null, group);
            File.SetUnixFileMode(unfinished, mode);
            LinuxCalls.Rename(unfinished, directory);
        }

        return directory;
    }

    private async ValueTask<string> WriteFilesAsync(Pod pod, Volume volume, string kind, PodVolumeSources sources, CancellationToken stop)
    {
        // Asked first: a volume that cannot be filled is not made.
        var content = new VolumeContent(pod, sources, wanted => TokenAsync(pod, volume.Name, wanted, sources, stop));
        var files = (await content.OfAsync(volume))!;
        var directory = paths.Volume(Uid(pod), kind, volume.Name);
        OwnFiles.EnsureDirectory(directory);
        // Secrets stay off the disk where that can be had; in a container of its own, coppice may not be allowed to mount.
        if (kind is "secret" or "projected" && !IsMounted(directory))
        {
            LinuxCalls.MountTmpfs(directory, null, OwnFiles.PublicDirectory, null);
        }

        OwnFiles.MakeDirectory(directory, OwnFiles.PublicDirectory);
        AtomicDirectory.Write(directory, files, time.GetUtcNow(), fresh =>
        {
            if (kind == "projected" && VolumeOwnership.UserOf(pod) is { } user)
            {
                GiveTokens(volume, fresh, user);
            }

            if (pod.Spec.SecurityContext?.FsGroup is { } group)
            {
                VolumeOwnership.Apply(fresh, group, readOnly: true);
            }
        });
        return directory;
    }

    private static void GiveTokens(Volume volume, string directory, long user)
    {
        foreach (var source in volume.Projected!.Sources)
        {
            if (source.ServiceAccountToken is { } token)
            {
                LinuxCalls.SetOwner(Path.Combine(directory, token.Path), user, null);
            }
        }
    }

    private async ValueTask<string> TokenAsync(Pod pod, string volume, ServiceAccountTokenProjection wanted, PodVolumeSources sources, CancellationToken stop)
    {
        var key = (Uid(pod), volume, wanted.Path);
        var now = time.GetUtcNow();
        if (_tokens.TryGetValue(key, out var held) && now < held.RefreshAt)
        {
            return held.Token;
        }

        var account = new ObjectKey(pod.Metadata.Namespace ?? "", pod.Spec.ServiceAccountName is { Length: > 0 } name ? name : "default");
        var request = new TokenRequestSpec
        {
            Audiences = wanted.Audience is { Length: > 0 } audience ? [audience] : [],
            ExpirationSeconds = wanted.ExpirationSeconds ?? TokenSecondsDefault,
            BoundObjectRef = new BoundObjectReference { Kind = "Pod", ApiVersion = "v1", Name = pod.Metadata.Name, Uid = pod.Metadata.Uid },
        };
        try
        {
            var issued = await sources.Token(account, request, stop);
            var life = (issued.ExpirationTimestamp ?? now.AddSeconds(TokenSecondsDefault)) - now;
            var good = life * TokenShare < TokenAgeMax ? life * TokenShare : TokenAgeMax;
            _tokens[key] = new HeldToken(issued.Token ?? "", now + good, now + life);
            return issued.Token ?? "";
        }
        catch (Exception failed) when (failed is not OperationCanceledException && held is not null && now < held.ExpiresAt)
        {
            // The API server is away; the old one is still good.
            return held.Token;
        }
    }

    private static async ValueTask<string> InWordsOfMountAsync(Volume volume, Func<ValueTask<string>> make)
    {
        try
        {
            return await make();
        }
        catch (Exception failed) when (failed is ContainerConfigException or IOException or UnauthorizedAccessException or Client.ApiException)
        {
            throw new VolumeNotReadyException(volume.Name, failed.Message);
        }
    }

    private static string? FileKindOf(Volume volume) => volume switch
    {
        { ConfigMap: not null } => "configmap",
        { Secret: not null } => "secret",
        { DownwardAPI: not null } => "downward-api",
        { Projected: not null } => "projected",
        _ => null,
    };

    // A node full of pods has a long table: it is read only where the kernel says no, which an old one always does.
    private static bool IsMounted(string directory) => LinuxCalls.IsMountPoint(directory) || MountTable.Read().Any(one => one.MountPoint == directory);

    private static string Uid(Pod pod) => pod.Metadata.Uid ?? "";

    private sealed record HeldToken(string Token, DateTimeOffset RefreshAt, DateTimeOffset ExpiresAt);
}

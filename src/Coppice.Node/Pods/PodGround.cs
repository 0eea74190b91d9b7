using Coppice.Node.Containers;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Node.Volumes;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>What the ground of pods is made with.</summary>
/// <param name="Facts">What is known of a pod at an address (none before it has one).</param>
/// <param name="Volumes">Where the content of a pod's volumes comes from.</param>
public sealed record PodGroundSources(
    Func<IReadOnlyList<string>, PodFacts> Facts, Func<PodFacts, PodVolumeSources> Volumes, EnvironmentSources Environment);

/// <summary>The ground of pods on a real machine: cgroups, directories and mounts.</summary>
public sealed class PodGround(
    CgroupFiles cgroups, IPodVolumes volumes, PodPaths paths, SandboxSettings settings, PodGroundSources sources, TimeProvider time) : IPodGround
{
    // Kubernetes' bounds of a termination message: 4 KiB of the file, or the last 80 lines or 2 KiB of the log.
    private const int MessageBytesMax = 4096;
    private const int LogMessageLinesMax = 80;
    private const int LogMessageBytesMax = 2048;

    public ValueTask PrepareSandboxAsync(Pod pod, CancellationToken stop)
    {
        try
        {
            if (settings.Cgroups is { } tree)
            {
                cgroups.Apply(tree.Pod(pod.Metadata.Uid!, QualityOfService.Of(pod)), ContainerLimits.OfPod(pod));
            }

            Directory.CreateDirectory(paths.Pod(pod.Metadata.Uid!));
            return ValueTask.CompletedTask;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PodGroundException("FailedCreatePodContainer", $"unable to ensure pod container exists: {e.Message}", e);
        }
    }

    public async ValueTask PrepareVolumesAsync(Pod pod, CancellationToken stop) => await MakeVolumesAsync(pod, sources.Facts([]), stop);

    public async ValueTask<IReadOnlyList<ContainerMount>> MountsAsync(
        Pod pod, Container container, SandboxRecord sandbox, int attempt, CancellationToken stop)
    {
        var facts = sources.Facts(sandbox.Addresses);
        var made = await MakeVolumesAsync(pod, facts, stop);
        var environment = container.VolumeMounts.Any(m => !string.IsNullOrEmpty(m.SubPathExpr))
            ? await ContainerEnvironment.ResolveAsync(pod, container, facts, sources.Environment)
            : [];
        var inputs = new MountInputs(
            attempt,
            made,
            environment,
            SandboxSpecBuilder.Hostname(pod, settings),
            SandboxSpecBuilder.Domain(pod, settings.ClusterDomain),
            sandbox.Addresses);
        return await volumes.MountsAsync(pod, container, inputs, stop);
    }

    public async ValueTask<string?> ReadLastWordsAsync(Pod pod, Container container, ContainerRecord ended, CancellationToken stop)
    {
        try
        {
            var file = paths.TerminationLog(pod.Metadata.Uid!, container.Name, ended.Attempt);
            if (File.Exists(file) && await ReadHeadAsync(file, stop) is { Length: > 0 } said)
            {
                return said;
            }

            return container.TerminationMessagePolicy == TerminationMessagePolicy.FallbackToLogsOnError && ended.ExitCode != 0 && File.Exists(ended.LogPath)
                ? await ReadLogEndAsync(ended.LogPath, stop)
                : null;
        }
        catch (IOException)
        {
            // Last words are a courtesy; what cannot be read was not said.
            return null;
        }
    }

    public async ValueTask RemoveAsync(Pod pod, CancellationToken stop)
    {
        await volumes.RemoveAsync(pod.Metadata.Uid!, stop);
        if (settings.Cgroups is { } tree)
        {
            await cgroups.RemoveAsync(tree.Pod(pod.Metadata.Uid!, QualityOfService.Of(pod)), time, stop);
        }

        var identity = new PodIdentity(pod.Metadata.Namespace ?? "", pod.Metadata.Name ?? "", pod.Metadata.Uid!);
        foreach (var directory in (string[])[paths.Pod(identity.Uid), SandboxSpecBuilder.LogDirectory(settings.LogRoot, identity)])
        {
            if (Directory.Exists(directory))
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    private async ValueTask<IReadOnlyDictionary<string, string>> MakeVolumesAsync(Pod pod, PodFacts facts, CancellationToken stop)
    {
        try
        {
            return await volumes.PrepareAsync(pod, sources.Volumes(facts), stop);
        }
        catch (VolumeNotReadyException e)
        {
            throw new PodGroundException("FailedMount", e.Message, e);
        }
    }

    private static async ValueTask<string> ReadHeadAsync(string file, CancellationToken stop)
    {
        await using var stream = File.OpenRead(file);
        var buffer = new byte[MessageBytesMax];
        var count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, stop);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, count);
    }

    private static async ValueTask<string> ReadLogEndAsync(string log, CancellationToken stop)
    {
        // A line of the log: time, stream, tag, and what was said.
        var lines = (await File.ReadAllLinesAsync(log, stop)).TakeLast(LogMessageLinesMax).Select(l => l.Split(' ', 4) is [_, _, _, var said] ? said : l);
        var text = string.Join('\n', lines) + "\n";
        return text.Length > LogMessageBytesMax ? text[^LogMessageBytesMax..] : text;
    }
}

using Coppice.Node.Host;
using Coppice.Node.Runtime.Cgroups;

namespace Coppice.Node.Fencing;

/// <summary>
/// What a guard does: looks at the lease five times a second, and when it is over ends everything in the cgroups of its pods, again with
/// every look, as somebody may still have been starting one. It knows no API, no runtime and no agent, and waits for none of them.
/// </summary>
public sealed class FenceWatch(string directory, CgroupTree cgroups, CgroupMounts mounts, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>After this long without a lease nobody is left who would start anything.</summary>
    private static readonly TimeSpan GoAfter = TimeSpan.FromMinutes(5);

    private readonly FenceFiles _files = new(directory);

    /// <summary>Until there is nothing left to guard, or <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (_files.Lease() is { Pods.Count: > 0 } lease && LinuxCalls.Uptime() is var now && now - lease.Until < GoAfter)
        {
            _files.WriteLook(now);
            if (now >= lease.Until)
            {
                End(lease.Pods);
            }

            await Task.Delay(LookEvery, time, stop);
        }

        _files.RemoveLook();
    }

    private void End(IReadOnlyList<string> pods)
    {
        foreach (var pod in pods)
        {
            foreach (var quality in Enum.GetValues<PodQuality>())
            {
                CgroupProcesses.Kill(mounts, cgroups.Pod(pod, quality));
            }
        }
    }
}

using System.Diagnostics;

namespace Coppice.Kubelet;

/// <summary>What this process uses: all of coppice, of which the node's agent is a part.</summary>
public sealed record ProcessFigures(double CpuSeconds, long ResidentBytes, long VirtualBytes, int OpenFiles, DateTimeOffset StartedAt)
{
    public static ProcessFigures OfThisProcess()
    {
        using var self = Process.GetCurrentProcess();
        return new(
            self.TotalProcessorTime.TotalSeconds, self.WorkingSet64, self.VirtualMemorySize64, Directory.GetFiles("/proc/self/fd").Length, self.StartTime.ToUniversalTime());
    }
}

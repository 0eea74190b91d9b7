using System.Diagnostics;

namespace Coppice.Client.Metrics;

/// <summary>What this process uses: all of coppice, of which each component is a part.</summary>
public sealed record ProcessFigures(double CpuSeconds, long ResidentBytes, long VirtualBytes, int OpenFiles, DateTimeOffset StartedAt)
{
    public static ProcessFigures OfThisProcess()
    {
        using var self = Process.GetCurrentProcess();
        return new(
            self.TotalProcessorTime.TotalSeconds, self.WorkingSet64, self.VirtualMemorySize64, Directory.GetFiles("/proc/self/fd").Length, self.StartTime.ToUniversalTime());
    }

    /// <summary>Under the names that every component of Kubernetes has them.</summary>
    public void WriteTo(MetricsText text)
    {
        text.Counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.").Sample(CpuSeconds, null);
        text.Gauge("process_open_fds", "Number of open file descriptors.").Sample(OpenFiles, null);
        text.Gauge("process_resident_memory_bytes", "Resident memory size in bytes.").Sample(ResidentBytes, null);
        text.Gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.").Sample(StartedAt.ToUnixTimeMilliseconds() / 1e3, null);
        text.Gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.").Sample(VirtualBytes, null);
    }
}

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
        text.Gauge("dotnet_threadpool_threads", "Threads of the pool that runs everything.").Sample(ThreadPool.ThreadCount, null);
        text.Gauge("dotnet_threadpool_queue_length", "Work that waits for a thread of the pool.").Sample(ThreadPool.PendingWorkItemCount, null);
        text.Gauge("dotnet_total_memory_bytes", "Bytes that live objects take, as far as it is known without a collection.").Sample(GC.GetTotalMemory(forceFullCollection: false), null);
        text.Counter("dotnet_allocated_bytes_total", "Bytes of all objects that were ever made.").Sample(GC.GetTotalAllocatedBytes(), null);
        text.Counter("dotnet_gc_pause_seconds_total", "How long all threads have waited for collections.").Sample(GC.GetTotalPauseDuration().TotalSeconds, null);
        var collections = text.Counter("dotnet_collection_count_total", "Collections, by the oldest generation that they looked at.");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            collections.Sample(GC.CollectionCount(generation), null, ("generation", $"{generation}"));
        }

        text.Gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.").Sample(VirtualBytes, null);
    }
}

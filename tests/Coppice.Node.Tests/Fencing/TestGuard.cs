using Coppice.Node.Fencing;

namespace Coppice.Node.Tests.Fencing;

/// <summary>A guard that remembers what it was told.</summary>
internal sealed class TestGuard(TimeProvider time) : IFenceGuard
{
    private readonly long _start = time.GetTimestamp();

    public TimeSpan Uptime => time.GetElapsedTime(_start) + TimeSpan.FromHours(1);

    public bool IsAwake { get; set; } = true;

    /// <summary>Nothing can be told to it.</summary>
    public bool Refuses { get; set; }

    public FenceLease Current { get; private set; } = FenceLease.None;

    public void Keep(FenceLease lease) => Current = Refuses ? throw new IOException("no room") : lease;
}

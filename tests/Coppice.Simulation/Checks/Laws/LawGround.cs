using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks.Laws;

/// <summary>What laws know beside the writes.</summary>
/// <param name="IsClear">For a while now all have seen what was written, and could write.</param>
/// <param name="Meddled">The uids of pods that users took out of the cluster's hands.</param>
internal sealed record LawGround(StoredWorld World, Func<bool> IsClear, IReadOnlySet<string> Meddled);

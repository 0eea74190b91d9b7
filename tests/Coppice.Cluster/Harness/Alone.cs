namespace Coppice.Cluster.Harness;

/// <summary>Tests that take all of the machine that they can get: none runs beside others, which would be measured and not tested.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

namespace Coppice.ApiServer.Tests.Fuzzing;

/// <summary>Tests that measure what this process takes of memory and processors: none runs beside another.</summary>
[CollectionDefinition(nameof(Measured), DisableParallelization = true)]
public sealed class Measured;

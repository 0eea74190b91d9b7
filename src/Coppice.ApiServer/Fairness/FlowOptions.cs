namespace Coppice.ApiServer.Fairness;

/// <summary>How many requests are answered at once. The priority levels share them.</summary>
public sealed record FlowOptions
{
    /// <summary>Requests that read; Kubernetes' default. Only the sum of the two counts.</summary>
    public int ReadingMax { get; init; } = 400;

    /// <summary>Requests that write; Kubernetes' default.</summary>
    public int WritingMax { get; init; } = 200;

    /// <summary>A quarter of the time that a request has, as in Kubernetes: the rest is for its answer.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>What the levels share.</summary>
    public int Seats => ReadingMax + WritingMax;
}

namespace Coppice.ApiServer.Fairness;

/// <summary>How many requests are answered at once. The priority levels share them.</summary>
public sealed record FlowOptions
{
    /// <summary>Kubernetes' default of <see cref="ReadingMax"/>.</summary>
    public const int ReadingUsual = 400;

    /// <summary>Kubernetes' default of <see cref="WritingMax"/>.</summary>
    public const int WritingUsual = 200;

    /// <summary>Requests that read. Only the sum of the two counts.</summary>
    public int ReadingMax { get; init; } = ReadingUsual;

    /// <summary>Requests that write.</summary>
    public int WritingMax { get; init; } = WritingUsual;

    /// <summary>A quarter of the time that a request has, as in Kubernetes: the rest is for its answer.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>What the levels share.</summary>
    public int Seats => ReadingMax + WritingMax;
}

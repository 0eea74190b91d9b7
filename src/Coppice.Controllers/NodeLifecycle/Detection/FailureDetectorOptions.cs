namespace Coppice.Controllers.NodeLifecycle.Detection;

/// <summary>When silence means that a node is gone, and how long it may run without us what must not run twice.</summary>
public sealed record FailureDetectorOptions
{
    public static readonly FailureDetectorOptions Default = new();

    /// <summary>How often agents are asked to say that they live.</summary>
    public TimeSpan BeatEvery { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The same in a cluster of more than <see cref="ManyNodes"/>: each beat is a request that the server answers.</summary>
    public TimeSpan BeatEveryOfMany { get; init; } = TimeSpan.FromSeconds(1);

    public int ManyNodes { get; init; } = 1000;

    /// <summary>How many answers in a row may be lost before a node that is heard, and does not hear us, counts as silent.</summary>
    public int UnansweredMax { get; init; } = 1;

    /// <summary>The least silence that counts, however steady the node was: three beats lost in a row, with the time that TCP takes to repeat one.</summary>
    public TimeSpan PatienceMin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The same of a node of which too little was heard to know its ways.</summary>
    public TimeSpan PatienceUnsettled { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>The most that a node is waited for, however unsteady it was.</summary>
    public TimeSpan PatienceMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// For an agent whose machine has closed its connection: the machine lives and so do its containers, the agent alone has ended. It is
    /// started again within seconds.
    /// </summary>
    public TimeSpan CrashPatience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>For an agent that said that it stops, as for another version of it; also how long it may be away without its guarded pods being ended.</summary>
    public TimeSpan LeavePatience { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>Counts for every node in place of what was learned of it; null to learn.</summary>
    public TimeSpan? Fixed { get; init; }

    /// <summary>How long guarded pods may run after a heartbeat that was answered.</summary>
    public TimeSpan Term { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>How much longer they are taken to run: two clocks do not go equally fast, and a killed process takes a moment to be gone.</summary>
    public TimeSpan TermMargin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Of nodes that all fell silent within this time, with none left that is heard over the network, it is taken that we are cut off and
    /// not they.
    /// </summary>
    public TimeSpan AtOnce { get; init; } = TimeSpan.FromSeconds(30);
}

using Coppice.Objects;
using Coppice.Simulation.Checks.Laws;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks.Breaches;

/// <summary>A history that keeps a law to the last moment, and breaks it there.</summary>
/// <param name="What">What goes wrong, as a sentence.</param>
/// <param name="Law">Made for a ground that the history changes.</param>
/// <param name="Words">Of what is reported.</param>
/// <param name="Moments">What is written in each, in order.</param>
internal sealed record Breach(string What, Func<Ground, ILaw> Law, string Words, params IReadOnlyList<Moment> Moments)
{
    /// <summary>So that what was made is older than what comes after it.</summary>
    public static readonly DateTimeOffset Long = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
}

/// <summary>What is written at once.</summary>
internal sealed record Moment(params IReadOnlyList<KubernetesObject> Written)
{
    /// <summary>What is gone from then on.</summary>
    public IReadOnlyList<KubernetesObject> Gone { get; init; } = [];

    /// <summary>Something else that happens before it.</summary>
    public Action<Ground>? Before { get; init; }

    /// <summary>These end, and nothing else.</summary>
    public static Moment End(params IReadOnlyList<KubernetesObject> gone) => new([]) { Gone = gone };
}

/// <summary>What a law goes by in a history that nobody lived.</summary>
internal sealed class Ground
{
    public StoredWorld World { get; } = new();

    public HashSet<string> Meddled { get; } = new(StringComparer.Ordinal);

    public SimulatedApi Api { get; } = new();

    public Coppice.Testing.ManualTimeProvider Time { get; } = new();

    /// <summary>The machines that are heard of.</summary>
    public List<string> Heard { get; } = ["node-1", "node-2"];

    public LawGround OfLaw => new(World, () => true, Meddled);

    /// <summary>Shows a moment to a law.</summary>
    public void Tell(ILaw law, Moment moment)
    {
        moment.Before?.Invoke(this);
        World.Begin();
        foreach (var (item, isGone) in moment.Written.Select(item => (item, false)).Concat(moment.Gone.Select(item => (item, true))))
        {
            law.Look(World.Apply(item, isGone));
        }

        law.Conclude();
    }
}

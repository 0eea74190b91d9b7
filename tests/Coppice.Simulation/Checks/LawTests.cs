using Coppice.Simulation.Checks.Breaches;
using Coppice.Simulation.Checks.Laws;

namespace Coppice.Simulation.Checks;

/// <summary>That each law sees what breaks it, and does not mind what comes before.</summary>
public sealed class LawTests
{
    private static readonly IReadOnlyList<Breach> All = [.. JobBreaches.All, .. VolumeBreaches.All, .. PolicyBreaches.All, .. PlacementBreaches.All];

    public static TheoryData<string> Breaches => [.. All.Select(breach => breach.What)];

    [Theory]
    [MemberData(nameof(Breaches))]
    public void A_law_reports_what_breaks_it(string what)
    {
        var (breach, ground) = (All.Single(one => one.What == what), new Ground());
        var law = breach.Law(ground);
        foreach (var moment in breach.Moments.SkipLast(1))
        {
            ground.Tell(law, moment);
        }

        var reported = Assert.Throws<InvalidOperationException>(() => ground.Tell(law, breach.Moments[^1]));
        Assert.Contains(breach.Words, reported.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_law_has_something_that_breaks_it()
    {
        var broken = All.Select(breach => breach.Law(new Ground()).GetType()).ToHashSet();
        var laws = typeof(ILaw).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(ILaw)) && !type.IsInterface);
        Assert.DoesNotContain(laws, law => !broken.Contains(law));
    }
}

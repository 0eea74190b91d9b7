using Coppice.Controllers.DaemonSets;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.DaemonSets;

/// <summary>
/// What is done next, case by case. A word is a node and each letter a pod there: o old and available, b old and broken, n new and
/// available, p new and not ready, f new and just failed again, g on its way out, e new, ended and on its way out, r the same but
/// old, k the same kept by a finalizer; - for none. A node with ! takes no new pods, one with x
/// none at all. A plan is the nodes that get a pod (+) and the pods that go (-) with their node.
/// </summary>
public sealed class DaemonSetPlannerTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("- -", "+0 +1")]
    [InlineData("n -", "+1")]
    [InlineData("nn n", "-n0")]

    // One that shuts down still has the node's ports, one that has ended has nothing. An old one is gone in a moment, or kept by somebody.
    [InlineData("g n", "")]
    [InlineData("e n", "+0")]
    [InlineData("r n", "")]
    [InlineData("k n", "+0")]
    [InlineData("-! n!", "")]
    [InlineData("nx n", "-n0")]
    public void One_on_every_node(string nodes, string expected) => Assert.Equal(expected, Text(Plan(nodes, Rolling("0", "1"))));

    [Theory]
    [InlineData("1", "o o o", "-o0")]
    [InlineData("2", "o o o", "-o0 -o1")]
    [InlineData("50%", "o o o", "-o0 -o1")]
    [InlineData("1", "n o o", "-o1")]
    [InlineData("1", "p o o", "")]
    [InlineData("1", "g o o", "")]
    [InlineData("1", "r o o", "")]
    [InlineData("1", "- o o", "+0")]

    // What does not serve is missed by nobody, and nothing else is taken while it does not.
    [InlineData("1", "b o o", "-b0")]
    [InlineData("1", "b b o", "-b0 -b1")]
    [InlineData("2", "b o o", "-b0 -o1")]
    [InlineData("1", "n n n", "")]
    [InlineData("1", "o! n n", "-o0")]
    public void Old_ones_give_way_as_far_as_may_be_missing(string unavailable, string nodes, string expected) =>
        Assert.Equal(expected, Text(Plan(nodes, Rolling("0", unavailable))));

    [Theory]
    [InlineData("1", "o o o", "+0")]
    [InlineData("2", "o o o", "+0 +1")]
    [InlineData("34%", "o o o", "+0 +1")]
    [InlineData("1", "op o o", "")]
    [InlineData("1", "on o o", "+1 -o0")]
    [InlineData("1", "on n n", "-o0")]

    // An old one that does not serve is not waited for: not before the new one comes, nor until it is ready.
    [InlineData("1", "b o o", "+0 +1")]
    [InlineData("1", "bp o o", "-b0")]
    [InlineData("1", "ono n n", "-o0 -o0")]

    // One that the node refuses is waited for as one that is not ready.
    [InlineData("1", "of o o", "")]
    [InlineData("2", "of o o", "+1")]

    // Where no new one may come, the old one goes when enough serve where they should, or when it does not serve.
    [InlineData("1", "o! o o", "+1 -o0")]
    [InlineData("1", "o! - o", "+1 +2")]
    [InlineData("1", "o! p o", "+2")]
    [InlineData("1", "o! n o", "+2 -o0")]
    [InlineData("1", "o! on o", "+2 -o0 -o1")]
    [InlineData("1", "b! o o", "+1 -b0")]
    public void New_ones_come_beside_old_ones_as_far_as_there_may_be_more(string surge, string nodes, string expected) =>
        Assert.Equal(expected, Text(Plan(nodes, Rolling(surge, "0"))));

    [Fact]
    public void What_is_only_to_be_replaced_when_deleted_stays() =>
        Assert.Equal("+2", Text(Plan("o b - n", new() { Type = DaemonSetUpdateStrategyType.OnDelete })));

    [Theory]
    [InlineData("on o n -", 4, 3, 1, 3, 1)]
    [InlineData("p b g n!", 3, 3, 1, 0, 3)]
    public void A_place_is_updated_when_no_old_one_is_there(string nodes, int desired, int current, int updated, int available, int unavailable)
    {
        var status = Plan(nodes, Rolling("1", "0")).Status;
        Assert.Equal(
            (desired, current, updated, available, unavailable),
            (status.DesiredNumberScheduled, status.CurrentNumberScheduled, status.UpdatedNumberScheduled, status.NumberAvailable, status.NumberUnavailable));
        Assert.Equal(nodes.Count(letter => letter == '!'), status.NumberMisscheduled);
    }

    [Fact]
    public void One_is_available_when_it_has_been_ready_for_long_enough()
    {
        var soon = Plan("n", Rolling("0", "1"), minReadySeconds: 3600 + 5);
        Assert.Equal((1, 0, Now.AddSeconds(5)), (soon.Status.NumberReady, soon.Status.NumberAvailable, soon.NextLookAt));
    }

    private static DaemonSetUpdateStrategy Rolling(string surge, string unavailable) => new()
    {
        Type = DaemonSetUpdateStrategyType.RollingUpdate, RollingUpdate = new() { MaxSurge = Amount(surge), MaxUnavailable = Amount(unavailable) },
    };

    private static IntOrString Amount(string text) => int.TryParse(text, out var number) ? number : text;

    private static DaemonSetPlan Plan(string nodes, DaemonSetUpdateStrategy strategy, int minReadySeconds = 0)
    {
        var words = nodes.Split(' ');
        var set = new DaemonSet
        {
            Metadata = new() { Name = "web", Namespace = "default", Uid = "u" },
            Spec = new() { Template = Samples.Template(), UpdateStrategy = strategy, MinReadySeconds = minReadySeconds },
        };
        var pods = words.SelectMany((word, node) => word.TrimEnd('!', 'x').Trim('-').Select((letter, i) => PodOf(letter, node, i))).ToList();
        var backOff = FailedPodBackOff.None.After(words.Index().Where(one => one.Item.Contains('f')).Select(one => $"n{one.Index}"), Now);
        return DaemonSetPlanner.Plan(
            new(set, [.. words.Select(NodeOf)], pods, new("new", 0), backOff, pod => pod.Metadata.DeletionTimestamp is not null), Now);
    }

    private static Node NodeOf(string word, int number) => new()
    {
        Metadata = new() { Name = $"n{number}" },
        Spec = new()
        {
            Taints = word[^1] switch
            {
                '!' => [new() { Key = "k", Effect = TaintEffect.NoSchedule }],
                'x' => [new() { Key = "k", Effect = TaintEffect.NoExecute }],
                _ => [],
            },
        },
    };

    private static Pod PodOf(char letter, int node, int number) => new()
    {
        Metadata = new()
        {
            Name = $"{letter}{node}",
            Namespace = "default",
            Uid = $"{letter}{node}-{number}",
            Labels = ValueMap.Of((DaemonSetPlanner.HashLabel, letter is 'n' or 'p' or 'f' or 'e' ? "new" : "old")),
            CreationTimestamp = Now.AddDays(letter is 'n' or 'p' or 'f' ? -1 : -2).AddSeconds(number),
            DeletionTimestamp = letter is 'g' or 'e' or 'r' or 'k' ? Now : null,
            Finalizers = letter is 'k' ? ["example.com/kept"] : [],
        },
        Spec = new() { NodeName = $"n{node}" },
        Status = new()
        {
            Phase = letter is 'e' or 'f' or 'r' or 'k' ? PodPhase.Failed : PodPhase.Running,
            Conditions =
            [
                new() { Type = PodConditionType.Ready, Status = letter is 'o' or 'n' ? ConditionStatus.True : ConditionStatus.False, LastTransitionTime = Now.AddHours(-1) },
            ],
        },
    };

    private static string Text(DaemonSetPlan plan) => string.Join(
        ' ',
        plan.Create.Select(node => $"+{node[1..]}").Order(StringComparer.Ordinal).Concat(plan.Delete.Select(one => $"-{one.Pod.Metadata.Name}").Order(StringComparer.Ordinal)));
}

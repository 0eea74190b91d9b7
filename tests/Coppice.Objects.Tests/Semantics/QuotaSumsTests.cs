using Coppice.Objects.Core;

namespace Coppice.Objects.Tests.Semantics;

public sealed class QuotaSumsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();

    private static readonly ResourceQuota[] Quotas =
    [
        Quota(new()),
        Quota(new() { Scopes = [ResourceQuotaScope.BestEffort] }),
        Quota(new() { Scopes = [ResourceQuotaScope.NotTerminating, ResourceQuotaScope.NotBestEffort] }),
        Quota(new()
        {
            ScopeSelector = new()
            {
                MatchExpressions = [new() { ScopeName = ResourceQuotaScope.PriorityClass, Operator = ScopeSelectorOperator.In, Values = ["high"] }],
            },
        }),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_is_kept_up_to_date_is_what_adding_up_anew_gives(int seed)
    {
        var random = new Random(seed);
        var sums = new QuotaSums(Pods);
        var there = new Dictionary<ObjectKey, Pod>();
        for (var step = 0; step < 500; step++)
        {
            var key = new ObjectKey("default", $"p{random.Next(20)}");
            var pod = random.Next(3) == 0 ? null : Any(random, key);
            sums.Learn(key, pod);
            _ = pod is null ? there.Remove(key) : (there[key] = pod) == pod;

            // Not every quota asks from the start.
            var quota = Quotas[random.Next(Math.Min(Quotas.Length, 1 + (step / 100)))];
            var now = Now.AddSeconds(random.Next(60));
            Assert.Equal(Anew(quota, there.Values, now), sums.Of(quota, now).Used);
        }

        Assert.Equal(there.Count == 0, sums.IsEmpty);
    }

    [Fact]
    public void It_is_told_when_a_pod_that_nobody_ends_is_counted_no_more()
    {
        var sums = new QuotaSums(Pods);
        var pod = new Pod { Metadata = new() { Name = "p", DeletionTimestamp = Now, DeletionGracePeriodSeconds = 30 } };
        sums.Learn(ObjectKey.Of(pod), pod);

        Assert.Equal(Now.AddSeconds(30), sums.Of(Quotas[0], Now).ChangesAt);
        Assert.Equal(Quantity.FromUnits(1), sums.Of(Quotas[0], Now).Used["pods"]);
        Assert.Null(sums.Of(Quotas[0], Now.AddSeconds(31)).ChangesAt);
        Assert.Equal(default, sums.Of(Quotas[0], Now.AddSeconds(31)).Used["pods"]);
    }

    private static ValueMap<Quantity> Anew(ResourceQuota quota, IEnumerable<Pod> pods, DateTimeOffset now)
    {
        var counted = pods.Where(pod => QuotaScopes.Count(quota.Spec, pod)).Select(pod => QuotaUsage.Of(Pods, pod, now)).ToList();
        return quota.Spec.Hard.Keys
            .Select(name => KeyValuePair.Create(name, counted.Aggregate(default(Quantity), (sum, usage) => sum + usage.Find(name))))
            .ToValueMap();
    }

    private static ResourceQuota Quota(ResourceQuotaSpec spec) => new()
    {
        Spec = spec with { Hard = ValueMap.Of(("count/pods", Quantity.FromUnits(9)), ("pods", Quantity.FromUnits(9)), ("requests.cpu", Quantity.FromUnits(9))) },
    };

    private static Pod Any(Random random, ObjectKey key) => new()
    {
        Metadata = new()
        {
            Namespace = key.Namespace,
            Name = key.Name,
            DeletionTimestamp = random.Next(4) == 0 ? Now.AddSeconds(random.Next(30)) : null,
            DeletionGracePeriodSeconds = random.Next(30),
        },
        Spec = new()
        {
            ActiveDeadlineSeconds = random.Next(2) == 0 ? 5 : null,
            PriorityClassName = random.Next(2) == 0 ? "high" : "low",
            Containers = [new() { Name = "c", Resources = new() { Requests = random.Next(2) == 0 ? default : ValueMap.Of(("cpu", Quantity.FromUnits(random.Next(1, 4)))) } }],
        },
        Status = new() { Phase = random.Next(4) == 0 ? PodPhase.Failed : PodPhase.Running },
    };
}

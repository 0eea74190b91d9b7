using System.Globalization;
using Coppice.Controllers.AccountSecrets;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Semantics;

namespace Coppice.Controllers.Tests.AccountSecrets;

/// <summary>When a token that is kept in a secret is marked, and when it goes.</summary>
public sealed class UnusedTokenPlannerTests
{
    private static readonly DateTimeOffset Now = Day("2030-06-15");

    [Theory]
    [InlineData("2020-01-01", null, null, "MarkInvalid")]
    [InlineData("2020-01-01", null, "2029-06-16", "Keep")]
    [InlineData("2020-01-01", null, "2029-06-14", "Delete")]
    [InlineData("2020-01-01", null, "yesterday", "MarkInvalid")]
    [InlineData("2020-01-01", "2029-06-14", null, "MarkInvalid")]
    [InlineData("2020-01-01", "2029-06-15", null, "Keep")]
    [InlineData("2020-01-01", "2029-06-15", "2028-01-01", "Keep")]
    [InlineData("2020-01-01", "long ago", null, "Keep")]
    [InlineData("2029-06-15", null, null, "Keep")]
    public void Days_decide(string made, string? used, string? invalid, string plan) =>
        Assert.Equal(plan, $"{UnusedTokenPlanner.Plan(Secret(made, used, invalid), Account("s"), false, Day("2020-01-01"), Now)}");

    [Theory]
    [InlineData(null, "Keep")]
    [InlineData("2029-06-15", "Keep")]
    [InlineData("2029-06-14", "MarkInvalid")]
    public void Nothing_is_known_before_use_was_noted(string? since, string plan) =>
        Assert.Equal(plan, $"{UnusedTokenPlanner.Plan(Secret("2020-01-01", null, null), Account("s"), false, since is null ? null : Day(since), Now)}");

    [Fact]
    public void What_a_pod_needs_or_no_account_names_stays()
    {
        var secret = Secret("2020-01-01", null, null);
        Assert.Equal(UnusedTokenPlan.Keep, UnusedTokenPlanner.Plan(secret, Account("s"), true, Day("2020-01-01"), Now));
        Assert.Equal(UnusedTokenPlan.Keep, UnusedTokenPlanner.Plan(secret, Account("t"), false, Day("2020-01-01"), Now));
        Assert.Equal(UnusedTokenPlan.Keep, UnusedTokenPlanner.Plan(secret, null, false, Day("2020-01-01"), Now));
    }

    private static DateTimeOffset Day(string day) => DateTimeOffset.Parse(day, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static ServiceAccount Account(string secret) => new() { Metadata = new() { Name = "robot", Namespace = "default" }, Secrets = [new() { Name = secret }] };

    private static Secret Secret(string made, string? used, string? invalid) => new()
    {
        Metadata = new()
        {
            Name = "s",
            Namespace = "default",
            CreationTimestamp = Day(made),
            Labels = new Dictionary<string, string?> { [AccountTokens.LastUsedLabel] = used, [AccountTokens.InvalidSinceLabel] = invalid }
                .Where(label => label.Value is not null).Select(label => KeyValuePair.Create(label.Key, label.Value!)).ToValueMap(),
        },
        Type = SecretType.Kubernetesioserviceaccounttoken,
    };
}

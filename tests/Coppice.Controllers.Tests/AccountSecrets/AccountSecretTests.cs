using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Semantics;

namespace Coppice.Controllers.Tests.AccountSecrets;

/// <summary>Secrets that ask for a token of a service account are filled, and go with the account.</summary>
public sealed class AccountSecretTests
{
    [Fact]
    public void A_secret_that_asks_for_a_token_is_filled()
    {
        using var plane = new ControlPlane();
        var account = plane.Create(Account("robot"));
        plane.Create(Secret("s", "robot"));
        var filled = plane.Api.Get<Secret>("s");
        Assert.Equal(
            [("ca.crt", "PEM"), ("namespace", "default"), ("token", "token of robot for s")], filled.Data.Select(one => (one.Key, one.Value.ToText())));
        Assert.Equal(account.Metadata.Uid, filled.Metadata.Annotations[AccountTokens.UidNote]);
    }

    [Fact]
    public void What_is_taken_out_or_spoilt_comes_back_and_a_token_that_is_there_stays()
    {
        using var plane = new ControlPlane();
        plane.Create(Account("robot"));
        plane.Create(Secret("s", "robot") with { Data = ValueMap.Of(("token", Base64Data.FromText("mine")), ("ca.crt", Base64Data.FromText("old"))) });
        plane.Change<Secret>("s", secret => secret with { Data = secret.Data.Without("namespace") });
        Assert.Equal("PEM default mine", string.Join(' ', plane.Api.Get<Secret>("s").Data.Values.Select(value => value.ToText())));
    }

    [Fact]
    public void A_secret_goes_with_its_account_and_one_without_an_account_goes_at_once()
    {
        using var plane = new ControlPlane();
        plane.Create(Account("robot"));
        plane.Create(Account("other"));
        plane.Create(Secret("mine", "robot"));
        plane.Create(Secret("theirs", "other"));
        plane.Create(Secret("nobodys", "nobody"));
        plane.Create(Secret("stale", "other", "another-uid"));
        plane.Create(Secret("plain", "robot") with { Type = SecretType.Opaque });
        Assert.Equal(["mine", "plain", "theirs"], Names(plane));

        plane.Delete<ServiceAccount>("robot");
        Assert.Equal(["plain", "theirs"], Names(plane));
    }

    [Fact]
    public void An_account_no_longer_names_a_secret_that_is_gone()
    {
        using var plane = new ControlPlane();
        plane.Create(Account("robot") with { Secrets = [new() { Name = "s" }, new() { Name = "kept" }] });
        plane.Create(Secret("s", "robot"));
        plane.Delete<Secret>("s");
        Assert.Equal(["kept"], plane.Api.Get<ServiceAccount>("robot").Secrets.Select(one => one.Name));
    }

    [Fact]
    public void A_token_that_nobody_used_for_a_year_is_marked_and_a_year_later_deleted()
    {
        using var plane = new ControlPlane();
        plane.Create(Account("robot") with { Secrets = [new() { Name = "made" }, new() { Name = "used" }, new() { Name = "mounted" }] });
        foreach (var name in (string[])["made", "used", "mounted", "asked"])
        {
            plane.Create(Secret(name, "robot"));
        }

        plane.Create(Samples.Pod("p") with { Spec = new() { Containers = [new() { Name = "c", Image = "i" }], Volumes = [new() { Name = "v", Secret = new() { SecretName = "mounted" } }] } });
        plane.Create(new ConfigMap
        {
            Metadata = new() { Name = AccountTokens.Tracking.Name, Namespace = "kube-system" },
            Data = ValueMap.Of((AccountTokens.SinceKey, AccountTokens.DayOf(plane.Time.GetUtcNow()))),
        });
        plane.Advance(TimeSpan.FromDays(300));
        plane.Change<Secret>("used", secret => secret with { Metadata = secret.Metadata with { Labels = ValueMap.Of((AccountTokens.LastUsedLabel, AccountTokens.DayOf(plane.Time.GetUtcNow()))) } });
        Assert.Empty(Marked(plane));

        plane.Advance(TimeSpan.FromDays(68));
        Assert.Equal(["made"], Marked(plane));
        Days(plane, 366);
        Assert.Equal(["asked", "mounted", "used"], Names(plane));
        Assert.Equal(["used"], Marked(plane));
    }

    private static void Days(ControlPlane plane, int days)
    {
        for (var day = 0; day < days; day++)
        {
            plane.Advance(TimeSpan.FromDays(1));
        }
    }

    private static IEnumerable<string?> Marked(ControlPlane plane) =>
        plane.Api.All<Secret>().Where(secret => secret.Metadata.Labels.ContainsKey(AccountTokens.InvalidSinceLabel)).Select(secret => secret.Metadata.Name);

    private static IEnumerable<string?> Names(ControlPlane plane) => plane.Api.All<Secret>().Select(secret => secret.Metadata.Name);

    private static ServiceAccount Account(string name) => new() { Metadata = new() { Name = name, Namespace = "default" } };

    private static Secret Secret(string name, string account, string? uid = null) => new()
    {
        Metadata = new()
        {
            Name = name,
            Namespace = "default",
            Annotations = uid is null
                ? ValueMap.Of((AccountTokens.NameNote, account))
                : ValueMap.Of((AccountTokens.NameNote, account), (AccountTokens.UidNote, uid)),
        },
        Type = SecretType.Kubernetesioserviceaccounttoken,
    };
}

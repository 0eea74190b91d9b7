using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.TokenCleaning;

/// <summary>Bootstrap tokens go when their time is over, and no other secrets do.</summary>
public sealed class TokenCleanerTests
{
    [Fact]
    public void A_token_goes_when_its_time_is_over()
    {
        using var plane = new ControlPlane();
        var end = plane.Time.GetUtcNow().AddMinutes(5).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        plane.Create(Secret("bootstrap-token-aaaaaa", SecretType.Bootstrapkubernetesiotoken, end));
        plane.Create(Secret("bootstrap-token-bbbbbb", SecretType.Bootstrapkubernetesiotoken, ""));
        plane.Create(Secret("other", SecretType.Opaque, end));
        plane.Create(Secret("bootstrap-token-cccccc", SecretType.Bootstrapkubernetesiotoken, "tomorrow"));
        Assert.Equal(["bootstrap-token-aaaaaa", "bootstrap-token-bbbbbb", "other"], Names(plane));

        plane.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(["bootstrap-token-bbbbbb", "other"], Names(plane));
    }

    private static IEnumerable<string?> Names(ControlPlane plane) =>
        plane.Api.All<Secret>().Where(secret => secret.Metadata.Namespace == "kube-system").Select(secret => secret.Metadata.Name);

    private static Secret Secret(string name, string type, string end) => new()
    {
        Metadata = new() { Name = name, Namespace = "kube-system" },
        Type = type,
        Data = ValueMap.Of(("expiration", Base64Data.FromText(end))),
    };
}

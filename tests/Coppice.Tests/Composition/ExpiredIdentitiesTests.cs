using Coppice.Client;
using Coppice.Composition;
using Coppice.Objects;
using Coppice.Objects.Coordination;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Tests.Composition;

/// <summary>What API servers that live no more have left.</summary>
public sealed class ExpiredIdentitiesTests
{
    private const string Own = "apiserver-own";

    private readonly SimulationLoop _loop = new(new ManualTimeProvider());
    private readonly TestApi _api;

    public ExpiredIdentitiesTests()
    {
        _api = new TestApi(_loop.Time);
        _api.GrantDefaultRoles();
    }

    [Fact]
    public void A_lease_that_nobody_renews_goes_when_it_has_expired()
    {
        Make("apiserver-old", TimeSpan.FromMinutes(-61));
        Make("apiserver-late", TimeSpan.FromMinutes(-59));
        Make(Own, TimeSpan.FromMinutes(-61));
        Make("apiserver-odd", TimeSpan.Zero, seconds: null);
        Make("somebody-else", TimeSpan.FromMinutes(-61), "other");
        using var stop = Start();
        Assert.Equal(["apiserver-late", Own, "somebody-else"], Names);

        _loop.RunFor(TimeSpan.FromMinutes(61));
        Assert.Equal([Own, "somebody-else"], Names);
    }

    [Fact]
    public void One_that_was_renewed_since_it_was_seen_stays()
    {
        Make("apiserver-back", TimeSpan.FromMinutes(-61));
        _api.Fault = (verb, _) =>
        {
            if (verb == "delete")
            {
                var lease = _api.All<Lease>().Single();
                _api.UpdateAsync(lease with { Spec = lease.Spec with { RenewTime = _loop.Time.GetUtcNow() } }, default).AsTask().GetAwaiter().GetResult();
            }
        };
        using var stop = Start();
        Assert.Equal(["apiserver-back"], Names);
    }

    [Fact]
    public void What_fails_is_tried_again()
    {
        Make("apiserver-old", TimeSpan.FromMinutes(-61));
        _api.Fault = (_, _) => throw new IOException("away");
        using var stop = Start();
        Assert.Equal(["apiserver-old"], Names);

        _api.Fault = (_, _) => { };
        _loop.RunFor(TimeSpan.FromMinutes(61));
        Assert.Empty(Names);
    }

    private IEnumerable<string> Names => _api.All<Lease>().Select(one => one.Metadata.Name!);

    private void Make(string name, TimeSpan renewed, string identity = "kube-apiserver", int? seconds = 3600) => _api.Create(new Lease
    {
        ApiVersion = "coordination.k8s.io/v1",
        Kind = "Lease",
        Metadata = new() { Namespace = "kube-system", Name = name, Labels = ValueMap.Of(("apiserver.kubernetes.io/identity", identity)) },
        Spec = new() { HolderIdentity = name, LeaseDurationSeconds = seconds, RenewTime = _loop.Time.GetUtcNow() + renewed },
    });

    private CancellationTokenSource Start()
    {
        var stop = new CancellationTokenSource();
        var identities = new ExpiredIdentities(_api, Own, _loop.Time, NullLogger.Instance);
        _loop.Start(() => identities.RunAsync(stop.Token));
        _loop.RunUntilIdle();
        return stop;
    }
}

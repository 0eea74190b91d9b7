using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Coordination;
using Coppice.Objects.Meta;

namespace Coppice.Composition;

/// <summary>The lease of a component of the control plane. What fails is thrown; the next renewal then looks anew.</summary>
/// <param name="name">In kube-system.</param>
/// <param name="holder">Of this life of the process.</param>
/// <param name="duration">How long others are to believe a renewal.</param>
internal sealed class ComponentLease(IApiClient api, string name, string holder, TimeSpan duration, TimeProvider time)
{
    private Lease? _latest;

    public ValueMap<string> Labels { get; init; }

    /// <summary>Told that the component leads; null for one that only lives, and of which there may be several.</summary>
    public IEventRecorder? Election { get; init; }

    public async Task RenewAsync(CancellationToken stop)
    {
        var latest = _latest ?? await api.FindAsync<Lease>(new("kube-system", name), stop);
        var isOurs = latest?.Spec.HolderIdentity == holder;
        _latest = null;
        _latest = latest is null
            ? await api.CreateAsync(New(), stop)
            : await api.UpdateAsync(latest with { Metadata = latest.Metadata with { Labels = latest.Metadata.Labels.With(Labels) }, Spec = Renewed(latest.Spec, isOurs) }, stop);
        if (!isOurs)
        {
            Election?.Record(_latest, "Normal", "LeaderElection", $"{holder} became leader");
        }
    }

    private Lease New() => new()
    {
        ApiVersion = "coordination.k8s.io/v1",
        Kind = "Lease",
        Metadata = new ObjectMeta { Namespace = "kube-system", Name = name, Labels = Labels },
        Spec = Renewed(new LeaseSpec(), isOurs: false) with { LeaseTransitions = Election is null ? null : 0 },
    };

    private LeaseSpec Renewed(LeaseSpec spec, bool isOurs)
    {
        MicroTime now = time.GetUtcNow();
        var renewed = spec with { HolderIdentity = holder, LeaseDurationSeconds = (int)duration.TotalSeconds, RenewTime = now };
        return Election is null || isOurs ? renewed : renewed with { AcquireTime = now, LeaseTransitions = (spec.LeaseTransitions ?? 0) + 1 };
    }
}

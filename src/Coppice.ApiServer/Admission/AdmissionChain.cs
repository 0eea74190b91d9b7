using System.Runtime.CompilerServices;
using Coppice.ApiServer.Metrics;
using Coppice.ApiServer.Requests;
using Coppice.Objects;

namespace Coppice.ApiServer.Admission;

/// <summary>Every admission of the cluster, each phase in the order in which they were given.</summary>
internal sealed class AdmissionChain(AdmissionMetrics metrics, params IReadOnlyList<IAdmission> admissions)
{
    private readonly ConditionalWeakTable<Kind, Phases> _ofKinds = [];

    /// <inheritdoc cref="IMutatingAdmission.AdmitAsync"/>
    public async ValueTask<KubernetesObject?> MutateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        var phase = PhasesOf(request.Kind).Mutating[(int)request.Operation];
        var (began, rejected) = (metrics.Now, true);
        try
        {
            var rounds = new MutationRounds();
            item = await RoundAsync(phase.Places, request, (item, old), rounds, stop);
            if (rounds.AsksAgain)
            {
                rounds.BeginSecond();
                item = await RoundAsync(phase.Places, request, (item, old), rounds, stop);
            }

            rejected = false;
            return item;
        }
        finally
        {
            phase.Step.End(metrics, began, rejected);
        }
    }

    /// <inheritdoc cref="IValidatingAdmission.ValidateAsync"/>
    public async ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        var (places, step) = PhasesOf(request.Kind).Validating[(int)request.Operation];
        var began = metrics.Now;
        var (at, next) = (began, 0);
        try
        {
            for (; next < places.Length; next++)
            {
                await places[next].Admission.ValidateAsync(request, item, old, stop);
                at = places[next].Tallies.End(metrics, at, rejected: false);
            }
        }
        finally
        {
            if (next < places.Length)
            {
                places[next].Tallies.End(metrics, at, rejected: true);
            }

            step.End(metrics, began, next < places.Length);
        }
    }

    /// <summary>Both phases of a request that writes nothing and only connects.</summary>
    public async ValueTask ConnectAsync(WriteRequest request, CancellationToken stop)
    {
        await MutateAsync(request, null, null, stop);
        await ValidateAsync(request, null, null, stop);
    }

    private async ValueTask<KubernetesObject?> RoundAsync(
        Place<IMutatingAdmission>[] places, WriteRequest request, (KubernetesObject? Item, KubernetesObject? Old) objects, MutationRounds rounds, CancellationToken stop)
    {
        var (item, old) = objects;
        var (at, next) = (metrics.Now, 0);
        try
        {
            for (; next < places.Length; next++)
            {
                item = await (places[next].Admission is IRepeatedAdmission repeated
                    ? repeated.AdmitAsync(request, (item, old), rounds, stop)
                    : places[next].Admission.AdmitAsync(request, item, old, stop));
                at = places[next].Tallies.End(metrics, at, rejected: false);
            }
        }
        finally
        {
            if (next < places.Length)
            {
                places[next].Tallies.End(metrics, at, rejected: true);
            }
        }

        return item;
    }

    private Phases PhasesOf(Kind kind) => _ofKinds.GetValue(kind, kind =>
        new(ByOperation<IMutatingAdmission>(kind, AdmissionMetrics.Admit), ByOperation<IValidatingAdmission>(kind, AdmissionMetrics.Validate)));

    private Phase<T>[] ByOperation<T>(Kind kind, string type)
        where T : IAdmission => [.. Enum.GetValues<WriteOperation>().Select(operation =>
        {
            var name = AdmissionTarget.OperationOf(operation);
            return new Phase<T>(
                [
                    .. admissions.OfType<T>().Where(admission => admission.Handles(operation) && admission.Records?.Contains(kind.Format.Record) != false)
                        .Select(admission => new Place<T>(admission, Tallies.Of(rejected => metrics.Controllers.Of(admission.Name, name, rejected, type)))),
                ],
                Tallies.Of(rejected => metrics.Steps.Of(name, rejected, type)));
        })];

    /// <summary>What the writes of a kind pass, by operation.</summary>
    private sealed record Phases(Phase<IMutatingAdmission>[] Mutating, Phase<IValidatingAdmission>[] Validating);

    /// <summary>One of the phases of an operation, and how long all of it takes.</summary>
    private sealed record Phase<T>(Place<T>[] Places, Tallies Step);

    /// <summary>An admission in its turn.</summary>
    private sealed record Place<T>(T Admission, Tallies Tallies);

    /// <summary>How long something takes that lets a request go on, and that refuses it.</summary>
    private sealed record Tallies(DurationTally Admitted, DurationTally Rejected)
    {
        /// <param name="of">By the label of whether it is refused.</param>
        public static Tallies Of(Func<string, DurationTally> of) => new(of(AdmissionMetrics.Rejected(false)), of(AdmissionMetrics.Rejected(true)));

        /// <returns>The timestamp of now, when the next one begins.</returns>
        public long End(AdmissionMetrics metrics, long began, bool rejected)
        {
            var now = metrics.Now;
            (rejected ? Rejected : Admitted).Add(metrics.Between(began, now));
            return now;
        }
    }
}

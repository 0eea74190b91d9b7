using Coppice.ApiServer.Requests;
using Coppice.Objects;

namespace Coppice.ApiServer.Admission;

/// <summary>Every admission of the cluster, each phase in the order in which they were given.</summary>
internal sealed class AdmissionChain(params IReadOnlyList<IAdmission> admissions)
{
    private readonly IMutatingAdmission[][] _mutating = ByOperation<IMutatingAdmission>(admissions);
    private readonly IValidatingAdmission[][] _validating = ByOperation<IValidatingAdmission>(admissions);

    /// <inheritdoc cref="IMutatingAdmission.AdmitAsync"/>
    public async ValueTask<KubernetesObject?> MutateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        var rounds = new MutationRounds();
        item = await RoundAsync(request, item, old, rounds, stop);
        if (rounds.AsksAgain)
        {
            rounds.BeginSecond();
            item = await RoundAsync(request, item, old, rounds, stop);
        }

        return item;
    }

    /// <inheritdoc cref="IValidatingAdmission.ValidateAsync"/>
    public async ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        foreach (var admission in _validating[(int)request.Operation])
        {
            await admission.ValidateAsync(request, item, old, stop);
        }
    }

    /// <summary>Both phases of a request that writes nothing and only connects.</summary>
    public async ValueTask ConnectAsync(WriteRequest request, CancellationToken stop)
    {
        await MutateAsync(request, null, null, stop);
        await ValidateAsync(request, null, null, stop);
    }

    private async ValueTask<KubernetesObject?> RoundAsync(
        WriteRequest request, KubernetesObject? item, KubernetesObject? old, MutationRounds rounds, CancellationToken stop)
    {
        foreach (var admission in _mutating[(int)request.Operation])
        {
            item = await (admission is IRepeatedAdmission repeated
                ? repeated.AdmitAsync(request, (item, old), rounds, stop)
                : admission.AdmitAsync(request, item, old, stop));
        }

        return item;
    }

    private static T[][] ByOperation<T>(IReadOnlyList<IAdmission> admissions)
        where T : IAdmission =>
        [.. Enum.GetValues<WriteOperation>().Select(operation => admissions.OfType<T>().Where(a => a.Handles(operation)).ToArray())];
}

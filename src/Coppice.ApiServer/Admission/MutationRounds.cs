namespace Coppice.ApiServer.Admission;

/// <summary>
/// One object on its way through all who mutate. Where somebody far away has changed it, all are asked once more, as what they added may
/// be missing from what is there now; those who asked for it keep here what they must know in the second round.
/// </summary>
internal sealed class MutationRounds
{
    private Dictionary<IAdmission, object>? _memories;

    public bool IsSecond { get; private set; }

    /// <summary>All are to be asked again after this round.</summary>
    public bool AsksAgain { get; private set; }

    public void AskAgain() => AsksAgain = true;

    public void BeginSecond() => (IsSecond, AsksAgain) = (true, false);

    /// <summary>What an admission knows of this object from one round to the next.</summary>
    public T MemoryOf<T>(IAdmission admission)
        where T : class, new()
    {
        var memories = _memories ??= [];
        if (!memories.TryGetValue(admission, out var memory))
        {
            memories[admission] = memory = new T();
        }

        return (T)memory;
    }
}

/// <summary>Asks others, whose changes those before it have not seen.</summary>
internal interface IRepeatedAdmission : IMutatingAdmission
{
    /// <inheritdoc cref="IMutatingAdmission.AdmitAsync"/>
    ValueTask<Objects.KubernetesObject?> AdmitAsync(
        Requests.WriteRequest request, (Objects.KubernetesObject? Item, Objects.KubernetesObject? Old) objects, MutationRounds rounds, CancellationToken stop);
}

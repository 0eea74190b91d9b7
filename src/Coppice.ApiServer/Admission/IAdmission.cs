using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Objects;

namespace Coppice.ApiServer.Admission;

/// <summary>A rule of the cluster that sees a write before it happens. It is mutating, validating, or both.</summary>
public interface IAdmission
{
    /// <summary>As Kubernetes calls it, in metrics.</summary>
    string Name => GetType().Name;

    /// <summary>The same answer every time.</summary>
    bool Handles(WriteOperation operation);

    /// <summary>The records about which alone it has something to say: of writes of other kinds it is not asked. Null for every kind.</summary>
    IReadOnlyList<Type>? Records => null;
}

/// <summary>May complete what is asked for, or refuse it: before it is prepared and validated, so that nothing wrong gets in by this.</summary>
public interface IMutatingAdmission : IAdmission
{
    /// <param name="item">
    /// What is asked for, with its defaults: the object, or for a subresource of another kind that (a Scale, a Binding). Null for a
    /// deletion and a connection.
    /// </param>
    /// <param name="old">The version that is there, in the same form; null where nothing is replaced.</param>
    /// <returns>The one given, or a completed one; null only for null.</returns>
    /// <exception cref="ApiError">It is refused.</exception>
    ValueTask<KubernetesObject?> AdmitAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop);
}

/// <summary>May only refuse: it sees what will be stored, after everybody else has had a say.</summary>
public interface IValidatingAdmission : IAdmission
{
    /// <inheritdoc cref="IMutatingAdmission.AdmitAsync"/>
    ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop);
}

using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Admission;

/// <summary>An ingress that names no class gets the one that is marked as the default: of several the youngest.</summary>
internal sealed class DefaultIngressClass(ObjectStorage storage) : IMutatingAdmission
{
    private const string DefaultNote = "ingressclass.kubernetes.io/is-default-class";

    private readonly LiveObjects<IngressClass> _classes = new(storage);

    public bool Handles(WriteOperation operation) => operation == WriteOperation.Create;

    public IReadOnlyList<Type>? Records => [typeof(Ingress)];

    public async ValueTask<KubernetesObject?> AdmitAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        if (item is not Ingress { Spec.IngressClassName: null } ingress || ingress.Metadata.Annotations.ContainsKey(IngressValidation.ClassNote))
        {
            return item;
        }

        var chosen = (await _classes.NowAsync(stop)).Values
            .Where(one => one.Metadata.Annotations.Find(DefaultNote) == "true")
            .OrderByDescending(one => one.Metadata.CreationTimestamp)
            .ThenBy(one => one.Metadata.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        return chosen is null ? item : ingress with { Spec = ingress.Spec with { IngressClassName = chosen.Metadata.Name } };
    }
}

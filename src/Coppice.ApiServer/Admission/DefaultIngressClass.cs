using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Admission;

/// <summary>An ingress that names no class gets the one that is marked as the default.</summary>
internal sealed class DefaultIngressClass(ObjectStorage storage) : IMutatingAdmission
{
    private const string DefaultNote = "ingressclass.kubernetes.io/is-default-class";

    private readonly LiveObjects<IngressClass> _classes = new(storage);

    public bool Handles(WriteOperation operation) => operation == WriteOperation.Create;

    public async ValueTask<KubernetesObject?> AdmitAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        if (item is not Ingress { Spec.IngressClassName: null } ingress || ingress.Metadata.Annotations.ContainsKey(IngressValidation.ClassNote))
        {
            return item;
        }

        var defaults = (await _classes.NowAsync(stop)).Values.Where(one => one.Metadata.Annotations.Find(DefaultNote) == "true").ToList();
        return defaults.Count switch
        {
            0 => item,
            1 => ingress with { Spec = ingress.Spec with { IngressClassName = defaults[0].Metadata.Name } },
            _ => throw ApiErrors.Forbidden(
                request.Resource,
                ingress.Metadata.Name ?? "",
                $"Internal error occurred: {defaults.Count} default IngressClasses were found, only 1 allowed"),
        };
    }
}

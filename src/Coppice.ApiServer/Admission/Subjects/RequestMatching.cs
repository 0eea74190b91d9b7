using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Admission.Subjects;

/// <summary>Whether a request is meant: by rules, and by the labels of the object and of its namespace.</summary>
internal sealed class RequestMatching(ObjectStorage storage, KindRegistry kinds)
{
    private static readonly Kind Namespaces = BuiltInKinds.Of<Namespace>();

    /// <summary>What the first rule that matches calls the request; another version of the resource only where none matches what was asked.</summary>
    public AdmissionTarget? ShownTo<T>(ValueList<T> rules, string? policy, AdmissionTarget target, Func<AdmissionTarget, T, bool> matches)
    {
        foreach (var rule in rules)
        {
            if (matches(target, rule))
            {
                return target;
            }
        }

        if (policy == MatchPolicyType.Exact)
        {
            return null;
        }

        foreach (var rule in rules)
        {
            foreach (var served in kinds.Current.All)
            {
                if (served.Kind.Stored == target.Kind.Stored && served.Kind != target.Kind && target.By(served.Kind) is var other && matches(other, rule))
                {
                    return other;
                }
            }
        }

        return null;
    }

    public static bool HasLabels(LabelQuery labels, KubernetesObject? item) => item is not null && labels.Matches(item.Metadata.Labels);

    /// <exception cref="Errors.ApiError">NotFound: the namespace, by whose labels it should be decided.</exception>
    public async ValueTask<bool> IsInNamespaceAsync(LabelQuery labels, AdmissionTarget target, KubernetesObject? item, CancellationToken stop)
    {
        if (target.Namespace.Length == 0)
        {
            // What is of the whole cluster is in all namespaces.
            return true;
        }

        var space = target is { IsNamespace: true, Subresource: "", Operation: OperationType.Create or OperationType.Update }
            ? item!
            : (await storage.GetAsync(Namespaces, new ObjectKey("", target.Namespace), stop)).Item;
        return labels.Matches(space.Metadata.Labels);
    }
}

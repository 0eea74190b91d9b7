using System.Text.Json;
using Coppice.ApiServer.Admission.Evaluation;
using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;
using Coppice.Store;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>A policy can't be applied as it is bound: in Kubernetes' words.</summary>
internal sealed class PolicyConfigurationException(string message) : Exception(message);

/// <summary>An object with parameters.</summary>
internal sealed record PolicyParameter(ObjectKey Key, JsonElement Json);

/// <summary>The objects that a binding's parameters are taken from.</summary>
internal sealed class PolicyParameters(ObjectStorage storage, KindRegistry kinds)
{
    /// <returns>Each for one evaluation of the policy; one null where the policy has none.</returns>
    /// <exception cref="PolicyConfigurationException">There are none, and should be.</exception>
    public async ValueTask<IReadOnlyList<PolicyParameter?>> FindAsync(ParamKind? kind, ParamRef? parameters, string space, CancellationToken stop)
    {
        if (kind is null || parameters is null)
        {
            return [null];
        }

        var resource = KindOf(kind) ?? throw new PolicyConfigurationException($"failed to find resource referenced by paramKind: '{kind.ApiVersion}, Kind={kind.Kind}'");
        if (!resource.Namespaced && !string.IsNullOrEmpty(parameters.Namespace))
        {
            throw new PolicyConfigurationException("paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
        }

        var within = !resource.Namespaced ? "" : string.IsNullOrEmpty(parameters.Namespace) ? space : parameters.Namespace;
        if (resource.Namespaced && within.Length == 0)
        {
            throw new PolicyConfigurationException("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
        }

        var found = string.IsNullOrEmpty(parameters.Name)
            ? await ListAsync(resource, within, LabelQuery.Of(parameters.Selector), stop)
            : await storage.FindAsync(resource, new(within, parameters.Name), stop) is { } one ? [one.Item] : [];
        return found.Count == 0 && parameters.ParameterNotFoundAction == ParameterNotFoundActionType.Deny
            ? throw new PolicyConfigurationException("no params found for policy binding with `Deny` parameterNotFoundAction")
            : [.. found.Select(item => new PolicyParameter(ObjectKey.Of(item), RequestInput.Json(item)))];
    }

    private Kind? KindOf(ParamKind kind)
    {
        foreach (var served in kinds.Current.All)
        {
            if (served.Kind.ApiVersion == kind.ApiVersion && served.Kind.Name == kind.Kind)
            {
                return served.Kind;
            }
        }

        return null;
    }

    private async ValueTask<IReadOnlyList<KubernetesObject>> ListAsync(Kind kind, string space, LabelQuery labels, CancellationToken stop)
    {
        var range = await storage.RangeAsync(new RangeQuery(ObjectStorage.Prefix(kind, space)), stop);
        var forms = await ObjectStorage.ShowAsync(kind, [.. range.Entries.Select(entry => ObjectStorage.FormOf(kind, entry))], stop);
        return [.. forms.Select(form => form.Item).Where(item => labels.Matches(item.Metadata.Labels))];
    }
}

using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Autoscaling;

namespace Coppice.Controllers.Runtime;

/// <summary>The scale of an object, and the kind by which it is written; or why there is none.</summary>
/// <param name="Kind">Null where nobody serves such objects.</param>
/// <param name="IsScalable">Whether objects of its kind have a scale, as far as that was told.</param>
internal readonly record struct FoundScale(Kind? Kind, Scale? Scale, string? Problem, bool IsScalable = true);

/// <summary>Finds how many there are to be of what belongs to an object of any kind with the subresource "scale".</summary>
internal sealed class ScaleTargets(IApiClient api, IKindSource kinds)
{
    private const string Subresource = "scale";

    /// <param name="apiVersion">Of whichever version of the kind.</param>
    public async ValueTask<FoundScale> FindAsync(string? apiVersion, string kindName, ObjectKey key, CancellationToken stop)
    {
        var parts = (apiVersion ?? "").Split('/');
        if (parts.Length > 2)
        {
            return new(null, null, $"unexpected GroupVersion string: {apiVersion}");
        }

        var group = parts.Length == 2 ? parts[0] : "";
        var kind = kinds.Current.Where(one => one.Group == group && one.Name == kindName).MaxBy(one => one.Stored == one);
        if (kind is null)
        {
            return new(null, null, $"no matches for kind \"{kindName}\" in group \"{group}\"");
        }

        try
        {
            return await api.FindAsync(kind, key, Subresource, stop) is Scale scale
                ? new(kind, scale, null)
                : new(kind, null, $"{kind.QualifiedResource} \"{key.Name}\" not found");
        }
        catch (ApiException e)
        {
            return new(kind, null, e.Message, !e.IsNotServed);
        }
    }

    /// <exception cref="ApiException">It is refused.</exception>
    public async ValueTask ScaleAsync(Kind kind, Scale scale, int replicas, CancellationToken stop) =>
        await api.WriteAsync(kind, new ObjectWrite.Update(scale with { Spec = scale.Spec with { Replicas = replicas } }, Subresource), stop);
}

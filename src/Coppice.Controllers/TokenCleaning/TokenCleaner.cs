using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Semantics;

namespace Coppice.Controllers.TokenCleaning;

/// <summary>Deletes the bootstrap tokens of kube-system whose time is over, as soon as it is.</summary>
internal sealed class TokenCleaner(IApiClient api, CacheSet caches, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<Secret> _tokens = caches.Of<Secret>(new ListQuery("kube-system", FieldSelector: $"type={SecretType.Bootstrapkubernetesiotoken}"));

    public Controller Declare(Controller controller) => controller.Watches(_tokens);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_tokens.Find(key) is not { Metadata.DeletionTimestamp: null } token || BootstrapTokenEnd.Of(token) is not { } end)
        {
            return ReconcileResult.Done;
        }

        var now = time.GetUtcNow();
        if (end > now)
        {
            return ReconcileResult.After(end - now);
        }

        try
        {
            await api.DeleteAsync<Secret>(key, new() { Preconditions = new() { Uid = token.Metadata.Uid } }, stop);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Gone already.
        }

        return ReconcileResult.Done;
    }
}

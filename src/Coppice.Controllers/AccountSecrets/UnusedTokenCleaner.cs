using System.Text;
using System.Text.Json.Nodes;
using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Semantics;

namespace Coppice.Controllers.AccountSecrets;

/// <summary>Marks and then deletes the tokens of service accounts that nobody uses: by days, so that once a day is often enough.</summary>
internal sealed class UnusedTokenCleaner(IApiClient api, CacheSet caches, TimeProvider time) : IDeclaredReconciler
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly ObjectCache<Secret> _secrets = AccountSecretReconciler.SecretsOf(caches);
    private readonly ObjectCache<ServiceAccount> _accounts = caches.Of<ServiceAccount>();
    private readonly ObjectCache<Pod> _pods = caches.Of<Pod>();

    public Controller Declare(Controller controller) => controller.Watches(_secrets);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_secrets.Find(key) is not { } secret)
        {
            return ReconcileResult.Done;
        }

        // Most are not named by their account: nothing is asked for them.
        var account = _accounts.Find(new(key.Namespace, AccountTokens.AccountOf(secret)));
        if (account is null || !AccountTokens.IsOf(secret, account) || !AccountTokens.IsNamedBy(account, key.Name))
        {
            return ReconcileResult.After(Day);
        }

        var tracking = await api.FindAsync<ConfigMap>(AccountTokens.Tracking, stop);
        var since = AccountTokens.ParseDay(tracking?.Data.Find(AccountTokens.SinceKey));
        var isNeeded = _pods.Items.Any(pod => pod.Metadata.Namespace == key.Namespace && PodSecrets.Of(pod).Contains(key.Name));
        var now = time.GetUtcNow();
        try
        {
            await ApplyAsync(UnusedTokenPlanner.Plan(secret, account, isNeeded, since, now), key, secret, now, stop);
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // Gone, or changed meanwhile: that wakes us again.
        }

        return ReconcileResult.After(Day);
    }

    private async ValueTask ApplyAsync(UnusedTokenPlan plan, ObjectKey key, Secret secret, DateTimeOffset now, CancellationToken stop)
    {
        switch (plan)
        {
            case UnusedTokenPlan.MarkInvalid:
                var labels = new JsonObject { [AccountTokens.InvalidSinceLabel] = AccountTokens.DayOf(now) };
                var patch = new JsonObject { ["metadata"] = new JsonObject { ["uid"] = secret.Metadata.Uid, ["labels"] = labels } };
                var body = Encoding.UTF8.GetBytes(patch.ToJsonString());
                await api.WriteAsync(BuiltInKinds.Of<Secret>(), new ObjectWrite.Patch(key, PatchType.Merge, body, null), stop);
                break;
            case UnusedTokenPlan.Delete:
                await api.DeleteAsync<Secret>(key, new() { Preconditions = new() { ResourceVersion = secret.Metadata.ResourceVersion } }, stop);
                break;
        }
    }
}

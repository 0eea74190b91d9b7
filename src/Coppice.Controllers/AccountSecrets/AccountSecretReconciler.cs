using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Semantics;

namespace Coppice.Controllers.AccountSecrets;

/// <summary>
/// Fills the secrets that ask for a token of a service account with that, the cluster's certificates and the namespace; one whose account
/// is not there goes, and so does an account's mention of a secret that is gone.
/// </summary>
internal sealed class AccountSecretReconciler : IDeclaredReconciler
{
    private readonly TokenIssuer _issuer;
    private readonly TimeProvider _time;
    private readonly Base64Data _certificates;
    private readonly ObjectCache<Secret> _secrets;
    private readonly ObjectCache<ServiceAccount> _accounts;
    private readonly CacheIndex<Secret> _byAccount;
    private readonly CacheIndex<ServiceAccount> _naming;

    public AccountSecretReconciler(TokenIssuer issuer, CacheSet caches, string rootCertificates, TimeProvider time)
    {
        (_issuer, _time, _certificates) = (issuer, time, Base64Data.FromText(rootCertificates));
        _secrets = SecretsOf(caches);
        _accounts = caches.Of<ServiceAccount>();
        _byAccount = _secrets.AddIndex(secret => [$"{secret.Metadata.Namespace}/{AccountTokens.AccountOf(secret)}"]);
        _naming = _accounts.AddIndex(account => account.Secrets.Select(secret => $"{account.Metadata.Namespace}/{secret.Name}"));
    }

    public static ObjectCache<Secret> SecretsOf(CacheSet caches) =>
        caches.Of<Secret>(new ListQuery(FieldSelector: $"type={SecretType.Kubernetesioserviceaccounttoken}"));

    public Controller Declare(Controller controller) => controller
        .Watches(_secrets)
        .WokenBy(_accounts, change => _byAccount.Find($"{ObjectKey.Of(change.Item)}").Select(ObjectKey.Of));

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        try
        {
            await (_secrets.Find(key) switch
            {
                null => ForgetAsync(key, stop),
                { Metadata.DeletionTimestamp: null } secret => KeepAsync(key, secret, stop),
                _ => ValueTask.CompletedTask,
            });
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // Gone, or changed meanwhile: that wakes us again.
        }

        return ReconcileResult.Done;
    }

    private async ValueTask KeepAsync(ObjectKey key, Secret secret, CancellationToken stop)
    {
        if (await AccountAsync(key.Namespace, secret, stop) is not { } account)
        {
            await _issuer.Api.DeleteAsync<Secret>(key, new() { Preconditions = new() { Uid = secret.Metadata.Uid } }, stop);
            return;
        }

        var data = Filled(secret, account);
        if (data != secret.Data)
        {
            var notes = secret.Metadata.Annotations.With(AccountTokens.NameNote, account.Metadata.Name!).With(AccountTokens.UidNote, account.Metadata.Uid!);
            await _secrets.ExpectAsync(await _issuer.Api.UpdateAsync(secret with { Data = data, Metadata = secret.Metadata with { Annotations = notes } }, stop), _time, stop);
        }
    }

    /// <summary>The account that is meant; one that was made just now may not be in the cache yet.</summary>
    private async ValueTask<ServiceAccount?> AccountAsync(string space, Secret secret, CancellationToken stop)
    {
        var key = new ObjectKey(space, AccountTokens.AccountOf(secret));
        if (key.Name.Length == 0)
        {
            return null;
        }

        if (_accounts.Find(key) is { } known && AccountTokens.IsOf(secret, known))
        {
            return known;
        }

        return await _issuer.Api.FindAsync<ServiceAccount>(key, stop) is { } found && AccountTokens.IsOf(secret, found) ? found : null;
    }

    private ValueMap<Base64Data> Filled(Secret secret, ServiceAccount account)
    {
        var data = secret.Data;
        if (data.Find(AccountTokens.TokenKey).Bytes.IsEmpty)
        {
            data = data.With(AccountTokens.TokenKey, Base64Data.FromText(_issuer.Sign(account, secret.Metadata.Name!)));
        }

        if (data.Find(AccountTokens.NamespaceKey).Bytes.IsEmpty)
        {
            data = data.With(AccountTokens.NamespaceKey, Base64Data.FromText(secret.Metadata.Namespace!));
        }

        return _certificates.Bytes.IsEmpty || data.Find(AccountTokens.CertificatesKey) == _certificates ? data : data.With(AccountTokens.CertificatesKey, _certificates);
    }

    /// <summary>Accounts no longer name a secret that is gone.</summary>
    private async ValueTask ForgetAsync(ObjectKey key, CancellationToken stop)
    {
        foreach (var account in _naming.Find($"{key}"))
        {
            await _accounts.ExpectAsync(await _issuer.Api.UpdateAsync(account with { Secrets = [.. account.Secrets.Where(one => one.Name != key.Name)] }, stop), _time, stop);
        }
    }
}

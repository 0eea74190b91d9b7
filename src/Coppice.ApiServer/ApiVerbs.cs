using System.Net;
using Coppice.ApiServer.Admission;
using Coppice.ApiServer.Admission.Policies;
using Coppice.ApiServer.Admission.Webhooks;
using Coppice.ApiServer.Aggregation;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Authorization.Bootstrap;
using Coppice.ApiServer.CustomResources;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Quotas;
using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Services;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Watching;
using Coppice.ApiServer.Webhooks;
using Coppice.ApiServer.Writes;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;
using Coppice.Store;

namespace Coppice.ApiServer;

/// <summary>
/// What the API can do, whoever asks and by whichever way: the verbs on one store. The request pipeline calls them for HTTP, the
/// in-process client directly. They are deterministic: time and randomness come from outside.
/// </summary>
public sealed class ApiVerbs
{
    private readonly ObjectStorage _storage;

    /// <param name="tokens">Null where no tokens are issued, as in a simulation.</param>
    /// <param name="connect">How webhooks are reached; null for the machine's own network.</param>
    public ApiVerbs(
        IRevisionStore store,
        ServiceAllocationOptions services,
        ServiceAccountTokens? tokens,
        TimeProvider time,
        Random random,
        Func<DnsEndPoint, CancellationToken, ValueTask<Stream>>? connect = null)
    {
        _storage = new ObjectStorage(store);
        Authorizer = new Authorizer(_storage, ComponentRoles.NodeRules);
        Kinds = new KindRegistry(BuiltInServedKinds.All);
        Dialer = new ServiceDialer(_storage, connect);
        Webhooks = new WebhookClient(Dialer, time);
        Admissions = new AdmissionChain(
        [
            .. BuiltInAdmissions.Of(_storage, Authorizer, time, random),
            .. PolicyAdmissions.Of(_storage, Kinds, Authorizer),
            .. WebhookAdmissions.Of(_storage, Kinds, Webhooks, random),
            new DisruptionBudgets(_storage, time),
        ]);
        List = new ListVerb(_storage);
        Writes = new WritePipeline(
            _storage, Admissions, new ServiceAllocation(_storage, services, time, random), new QuotaLedger(_storage, time), time, random);
        Definitions = new DefinitionLoop(_storage, Writes, Kinds, new CustomConversions(Webhooks, random), time);
        Tokens = new TokenVerb(_storage, Admissions, tokens, time);
    }

    /// <summary>The kinds that there are, which may come and go.</summary>
    public KindRegistry Kinds { get; }

    /// <summary>Who may do what. The verbs do not ask it: whoever lets somebody at them does.</summary>
    public Authorizer Authorizer { get; }

    /// <summary>What keeps the kinds as their definitions have them; to be run with the rest.</summary>
    public DefinitionLoop Definitions { get; }

    /// <summary>Whether somebody may do something, for components of the same process.</summary>
    public async ValueTask<bool> AllowsAsync(UserInfo user, ResourceAttributes wanted, CancellationToken stop) =>
        (await Authorizer.DecideAsync(user, AccessRequest.Of(wanted), stop)).Allowed;

    internal ListVerb List { get; }

    internal WritePipeline Writes { get; }

    /// <summary>For what passes them without a write: a connection.</summary>
    internal AdmissionChain Admissions { get; }

    internal TokenVerb Tokens { get; }

    /// <summary>For whoever else asks somebody outside.</summary>
    internal WebhookClient Webhooks { get; }

    internal ServiceDialer Dialer { get; }

    /// <summary>What others serve of this API.</summary>
    internal RemoteApis Remote { get; } = new();

    public Revision Current => _storage.Current;

    /// <exception cref="ApiError">NotFound.</exception>
    internal async ValueTask<ObjectForm> GetAsync(ServedKind served, ObjectKey key, CancellationToken stop) => served.Source is not { } source
        ? await _storage.GetAsync(served.Kind, key, stop)
        : ObjectForm.Detached(await source.FindAsync(key, stop) ?? throw ApiErrors.NotFound(served.Kind, key.Name));

    internal ValueTask<ObjectForm> GetAsync(Kind kind, ObjectKey key, CancellationToken stop) =>
        _storage.GetAsync(kind, key, stop);

    internal ValueTask<ObjectForm?> FindAsync(Kind kind, ObjectKey key, CancellationToken stop) =>
        _storage.FindAsync(kind, key, stop);

    internal ObjectWatch Watch(ObjectQuery query, Revision after) => new(_storage.Watch(query.Kind, query.Namespace, after), query);
}

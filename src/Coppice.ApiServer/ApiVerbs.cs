using System.Net;
using System.Text.Json;
using Coppice.ApiServer.Admission;
using Coppice.ApiServer.Admission.Policies;
using Coppice.ApiServer.Admission.Webhooks;
using Coppice.ApiServer.Aggregation;
using Coppice.ApiServer.Audit;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Authorization.Bootstrap;
using Coppice.ApiServer.CustomResources;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Metrics;
using Coppice.ApiServer.Quotas;
using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Services;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Watching;
using Coppice.ApiServer.Webhooks;
using Coppice.ApiServer.Writes;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;
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
    private readonly TimeProvider _time;

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
        (_storage, _time) = (new ObjectStorage(store), time);
        Authorizer = new Authorizer(_storage, ComponentRoles.NodeRules);
        Kinds = new KindRegistry(BuiltInServedKinds.All, () => _storage.Current);
        Dialer = new ServiceDialer(_storage, connect);
        Webhooks = new WebhookClient(Dialer, time);
        Measured = new AdmissionMetrics(time);
        Admissions = new AdmissionChain(
            Measured,
            [
                .. BuiltInAdmissions.Of(_storage, Authorizer, () => Tolerations, time, random),
                .. PolicyAdmissions.Of(_storage, Kinds, Authorizer, Measured),
                .. WebhookAdmissions.Of(_storage, Kinds, Authorizer, new(Webhooks, Measured, random), Measured),
                new EscalationCheck(Authorizer),
                new OwnerPermissions(Authorizer, Kinds, () => EnforcesOwnerPermissions),
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

    /// <summary>Told of every request, by whichever way it comes; null where nobody listens.</summary>
    public AuditLog? Audit { get; init; }

    /// <summary>Who may do what. The verbs do not ask it: whoever lets somebody at them does.</summary>
    public Authorizer Authorizer { get; }

    /// <summary>Who gives objects other owners needs the right to delete them.</summary>
    public bool EnforcesOwnerPermissions { get; init; }

    /// <summary>How long pods that do not say stay on a node that is not well.</summary>
    public DefaultTolerations Tolerations { get; init; } = DefaultTolerations.Kubernetes;

    /// <summary>What keeps the kinds as their definitions have them; to be run with the rest.</summary>
    public DefinitionLoop Definitions { get; }

    /// <summary>Whether somebody may do something, for components of the same process.</summary>
    public async ValueTask<bool> AllowsAsync(UserInfo user, ResourceAttributes wanted, CancellationToken stop) =>
        (await Authorizer.DecideAsync(user, AccessRequest.Of(wanted), stop)).Allowed;

    /// <summary>What of a policy's expressions does not fit the kinds that it is about, for the status of the policy.</summary>
    public ValueList<ExpressionWarning> CheckTypes(ValidatingAdmissionPolicySpec policy) => PolicyTypes.Check(policy, Kinds.Current);

    /// <summary>The versions of a group that others serve, for components of the same process.</summary>
    public IReadOnlyList<string> OtherVersions(string group) => [.. Remote.All.Values.Where(api => api.Group == group).Select(api => api.Version)];

    /// <summary>Reads something that others serve, for a component of the same process.</summary>
    /// <param name="path">With its query, escaped.</param>
    /// <exception cref="ApiException">It may not, or is refused there, or nobody serves that, or is there.</exception>
    public ValueTask<JsonElement> ReadOtherAsync(UserInfo user, string path, CancellationToken stop) => AskOtherAsync(HttpMethod.Get, user, path, stop);

    /// <summary>What others keep in namespaces, and let be emptied; of several versions of a kind one.</summary>
    public IReadOnlyList<OtherCollection> OtherCollections() =>
    [
        .. Remote.All.Values
            .SelectMany(api => api.Resources
                .Where(one => one.Namespaced && one.Verbs.Contains("list") && one.Verbs.Contains("deletecollection"))
                .Select(one => new OtherCollection(api.Group, api.Root, one.Name)))
            .DistinctBy(one => (one.Group, one.Resource)),
    ];

    /// <summary>Deletes something that others serve, or all of a collection, for a component of the same process.</summary>
    /// <inheritdoc cref="ReadOtherAsync"/>
    public async ValueTask DeleteOtherAsync(UserInfo user, string path, CancellationToken stop) => await AskOtherAsync(HttpMethod.Delete, user, path, stop);

    internal ListVerb List { get; }

    internal WritePipeline Writes { get; }

    /// <summary>For what passes them without a write: a connection.</summary>
    internal AdmissionChain Admissions { get; }

    /// <summary>What is counted of admission.</summary>
    internal AdmissionMetrics Measured { get; }

    internal TokenVerb Tokens { get; }

    /// <summary>For whoever else asks somebody outside.</summary>
    internal WebhookClient Webhooks { get; }

    internal ServiceDialer Dialer { get; }

    /// <summary>What others serve of this API.</summary>
    internal RemoteApis Remote { get; } = new();

    /// <summary>By whom they are asked; null as long as nothing is served here, and nobody would believe who asks.</summary>
    internal RemoteApiClient? RemoteClient { get; set; }

    public Revision Current => _storage.Current;

    /// <exception cref="ApiError">NotFound.</exception>
    internal async ValueTask<ObjectForm> GetAsync(ServedKind served, ObjectKey key, CancellationToken stop) => served.Source is not { } source
        ? await _storage.GetAsync(served.Kind, key, stop)
        : ObjectForm.Detached(await source.FindAsync(key, stop) ?? throw ApiErrors.NotFound(served.Kind, key.Name));

    internal ValueTask<ObjectForm> GetAsync(Kind kind, ObjectKey key, CancellationToken stop) =>
        _storage.GetAsync(kind, key, stop);

    private async ValueTask<JsonElement> AskOtherAsync(HttpMethod method, UserInfo user, string path, CancellationToken stop)
    {
        await Authorizer.RequireAsync(user, AccessRequest.Of(ApiRequest.Parse(method.Method, path.Split('?')[0], watch: false), null), stop);
        return await RemoteAsking.AskAsync(Remote, RemoteClient, method, user, path, _time, stop);
    }

    internal ValueTask<ObjectForm?> FindAsync(Kind kind, ObjectKey key, CancellationToken stop) =>
        _storage.FindAsync(kind, key, stop);

    internal ObjectWatch Watch(ObjectQuery query, Revision after) => new(_storage.Watch(query.Kind, query.Namespace, after, query.Only), query);
}

using Coppice.ApiServer.Admission;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Services;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Watching;
using Coppice.Client;
using Coppice.Objects;
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
    public ApiVerbs(IRevisionStore store, ServiceAllocationOptions services, ServiceAccountTokens? tokens, TimeProvider time, Random random)
    {
        _storage = new ObjectStorage(store);
        Kinds = new KindRegistry(BuiltInServedKinds.All);
        IReadOnlyList<IAdmission> admissions =
        [
            new NamespaceLifecycle(_storage),
            new PodAdmission(_storage, time, random),
            new PriorityAdmission(),
            new ServiceAllocation(_storage, services, time, random),
        ];
        var turns = new Turns();
        List = new ListVerb(_storage);
        Create = new CreateVerb(_storage, admissions, time, random);
        Update = new UpdateVerb(_storage, turns, admissions);
        Delete = new DeleteVerb(_storage, turns, time);
        Pods = new PodVerbs(Update, Delete, time);
        Scale = new ScaleVerb(_storage, Update);
        Tokens = new TokenVerb(_storage, tokens, time);
    }

    /// <summary>The kinds that there are, which may come and go.</summary>
    public KindRegistry Kinds { get; }

    internal ListVerb List { get; }

    internal CreateVerb Create { get; }

    internal UpdateVerb Update { get; }

    internal DeleteVerb Delete { get; }

    internal PodVerbs Pods { get; }

    internal ScaleVerb Scale { get; }

    internal TokenVerb Tokens { get; }

    public Revision Current => _storage.Current;

    internal ValueTask<ObjectForm> GetAsync(Kind kind, ObjectKey key, CancellationToken stop) =>
        _storage.GetAsync(kind, key, stop);

    internal ValueTask<ObjectForm?> FindAsync(Kind kind, ObjectKey key, CancellationToken stop) =>
        _storage.FindAsync(kind, key, stop);

    internal ObjectWatch Watch(ObjectQuery query, Revision after) => new(_storage.Watch(query.Kind, query.Namespace, after), query);
}

using System.Globalization;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Watching;
using Coppice.ApiServer.Writes;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Meta;
using Coppice.Store;

namespace Coppice.ApiServer.InProcess;

/// <summary>
/// The API for components of the same process: the verbs without HTTP and JSON, under the component's own name. Objects are shared,
/// not copied.
/// </summary>
public sealed class InProcessClient(ApiVerbs verbs, UserInfo user) : IApiClient
{
    /// <summary>The API server itself, when it asks itself.</summary>
    public const string ApiServer = "system:apiserver";

    private const string NodeUser = "system:node:";

    /// <summary>As its own program would call itself to the API: "kube-scheduler", "kubelet".</summary>
    private readonly string _program = ProgramOf(user.Name);

    /// <summary>For a component that may do everything: the API server itself.</summary>
    public InProcessClient(ApiVerbs verbs, string component)
        : this(verbs, Users.Component(component))
    {
    }

    /// <summary>A client for a user, of whose requests the audit log is told if there is one.</summary>
    public static IApiClient Open(ApiVerbs verbs, UserInfo user)
    {
        var client = new InProcessClient(verbs, user);
        return verbs.Audit is { } log ? new AuditedClient(client, log, verbs.Authorizer, user, client._program) : client;
    }

    public async ValueTask<KubernetesObject?> FindAsync(Kind kind, ObjectKey key, string? subresource, CancellationToken stop)
    {
        var served = Served(kind);
        RequireDoor(served, subresource, "get");
        await RequireAsync("get", kind, key, subresource ?? "", stop);
        return await verbs.FindAsync(served.Kind, key, stop) is { } form ? WriteParts.Of(subresource ?? "").View(served, form).Item : null;
    }

    public async ValueTask<ObjectList<KubernetesObject>> ListAsync(Kind kind, ListQuery query, CancellationToken stop)
    {
        await RequireAsync("list", kind, query, stop);
        var page = await verbs.List.RunAsync(Parse(kind, query), new ListPaging(), stop);
        return new([.. page.Items.Select(f => f.Item)], page.At.ToString());
    }

    public IObjectWatch<KubernetesObject> Watch(Kind kind, ListQuery query, string afterRevision) =>
        new FormWatch(
            stop => RequireAsync("watch", kind, query, stop),
            () => verbs.Watch(Parse(kind, query), new Revision(long.Parse(afterRevision, CultureInfo.InvariantCulture))),
            afterRevision);

    public async ValueTask<KubernetesObject> WriteAsync(Kind kind, ObjectWrite write, CancellationToken stop)
    {
        var request = new WriteRequest(write is ObjectWrite.Create ? WriteOperation.Create : WriteOperation.Update, Served(kind), write.Key, user)
        {
            Subresource = write.Subresource ?? "",
            IsPatch = write is ObjectWrite.Patch,
            Options = new WriteOptions { Program = _program },
        };
        RequireDoor(request.Served, write.Subresource, VerbOf(write));
        await RequireAsync(VerbOf(write), kind, write is ObjectWrite.Create { Subresource: null } ? write.Key with { Name = "" } : write.Key, request.Subresource, stop);
        if (write is ObjectWrite.Create { Subresource: not null, Item: TokenRequest token })
        {
            return await verbs.Tokens.CreateAsync(request, token, stop);
        }

        var written = (await verbs.Writes.RunAsync(request, ChangeOf(write), stop)).Form;
        return write is ObjectWrite.Create { Subresource: not null, Item: var said } ? said : WriteParts.Of(request.Subresource).View(request.Served, written).Item;
    }

    public async ValueTask DeleteAsync(Kind kind, ObjectKey key, DeleteOptions? options, CancellationToken stop)
    {
        await RequireAsync("delete", kind, key, "", stop);
        await verbs.Writes.RunAsync(
            new(WriteOperation.Delete, Served(kind), key, user) { Options = new WriteOptions { Deletion = options } }, new WriteChange.Removal(), stop);
    }

    private ValueTask RequireAsync(string verb, Kind kind, ListQuery query, CancellationToken stop) =>
        verbs.Authorizer.RequireAsync(user, AccessRequest.OfList(verb, kind, query.Namespace, query.FieldSelector), stop);

    private ValueTask RequireAsync(string verb, Kind kind, ObjectKey key, string subresource, CancellationToken stop) =>
        verbs.Authorizer.RequireAsync(user, AccessRequest.To(verb, kind, key.Namespace, key.Name, subresource), stop);

    private static string VerbOf(ObjectWrite write) => write switch { ObjectWrite.Create => "create", ObjectWrite.Update => "update", _ => "patch" };

    private static string ProgramOf(string component) => component switch
    {
        ApiServer => "kube-apiserver",
        _ when component.StartsWith(NodeUser, StringComparison.Ordinal) => "kubelet",

        // The controllers are one program, each under an account of its own.
        _ when component.StartsWith(Users.AccountPrefix, StringComparison.Ordinal) => "kube-controller-manager",
        _ => component[(component.LastIndexOf(':') + 1)..],
    };

    private static WriteChange ChangeOf(ObjectWrite write) => write switch
    {
        ObjectWrite.Create create => new WriteChange.Body(create.Item),
        ObjectWrite.Update update => new WriteChange.Body(update.Item),
        ObjectWrite.Patch patch => new WriteChange.Patch(patch.Type, patch.Body),
        _ => throw new ArgumentException($"{write.GetType().Name} is no write that is known", nameof(write)),
    };

    /// <exception cref="ApiError">There is no such subresource, or this is not done with it: nobody streams by this way.</exception>
    private static void RequireDoor(ServedKind served, string? subresource, string verb)
    {
        if (subresource is null)
        {
            return;
        }

        var door = served.Find(subresource) ?? throw ApiErrors.NoSuchResource();
        if (door.Door == Door.Stream || !door.Verbs.Contains(verb))
        {
            throw ApiErrors.MethodNotAllowed();
        }
    }

    private ObjectQuery Parse(Kind kind, ListQuery query) => ObjectQuery.Parse(Served(kind), query.Namespace, query.LabelSelector, query.FieldSelector);

    /// <summary>A kind that the API does not serve, or no longer, is refused as over HTTP.</summary>
    private ServedKind Served(Kind kind) => verbs.Kinds.Current.Find(kind.Group, kind.Version, kind.Resource) ?? throw ApiErrors.NoSuchResource();

    /// <summary>Opened by the first wait, which is where refusals are told, as over HTTP.</summary>
    private sealed class FormWatch(Func<CancellationToken, ValueTask> require, Func<ObjectWatch> open, string after) : IObjectWatch<KubernetesObject>
    {
        private ObjectWatch? _watch;

        public string Revision => _watch?.Progress.ToString() ?? after;

        public async ValueTask<IReadOnlyList<WatchEvent<KubernetesObject>>> NextAsync(CancellationToken stop)
        {
            if (_watch is null)
            {
                await require(stop);
                _watch = open();
            }

            return [.. (await _watch.NextAsync(stop)).Select(e => new WatchEvent<KubernetesObject>(e.Type, e.Form.Item))];
        }

        public ValueTask DisposeAsync()
        {
            _watch?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

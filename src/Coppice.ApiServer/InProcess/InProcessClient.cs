using System.Globalization;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Patching;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Watching;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Autoscaling;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Policy;
using Coppice.Store;

namespace Coppice.ApiServer.InProcess;

/// <summary>
/// The API for components of the same process: the verbs without HTTP and JSON, under the component's own name. Objects are shared,
/// not copied.
/// </summary>
public sealed class InProcessClient(ApiVerbs verbs, string component) : IApiClient
{
    private readonly Requester _user = Requester.Component(component);

    public async ValueTask<KubernetesObject?> FindAsync(Kind kind, ObjectKey key, CancellationToken stop) =>
        (await verbs.FindAsync(Served(kind).Kind, key, stop))?.Item;

    public async ValueTask<ObjectList<KubernetesObject>> ListAsync(Kind kind, ListQuery query, CancellationToken stop)
    {
        var page = await verbs.List.RunAsync(Parse(kind, query), new ListPaging(), stop);
        return new([.. page.Items.Select(f => f.Item)], page.At.ToString());
    }

    public IObjectWatch<KubernetesObject> Watch(Kind kind, ListQuery query, string afterRevision) =>
        new FormWatch(() => verbs.Watch(Parse(kind, query), new Revision(long.Parse(afterRevision, CultureInfo.InvariantCulture))), afterRevision);

    public async ValueTask<KubernetesObject> WriteAsync(Kind kind, ObjectWrite write, CancellationToken stop)
    {
        var scope = new WriteScope(Served(kind), write.Key.Namespace, _user);
        return write switch
        {
            ObjectWrite.Create create => await CreateAsync(scope, create, stop),
            ObjectWrite.Update update => await UpdateAsync(scope, update, stop),
            ObjectWrite.Patch patch => await PatchAsync(scope, patch, stop),
            _ => throw new ArgumentException($"{write.GetType().Name} is no write that is known", nameof(write)),
        };
    }

    public async ValueTask DeleteAsync(Kind kind, ObjectKey key, DeleteOptions? options, CancellationToken stop) =>
        await verbs.Delete.RunAsync(new(Served(kind), key.Namespace, _user), key.Name, options ?? new DeleteOptions(), stop);

    private async ValueTask<KubernetesObject> CreateAsync(WriteScope scope, ObjectWrite.Create write, CancellationToken stop)
    {
        if (write.Subresource is null)
        {
            return (await verbs.Create.RunAsync(scope, write.Item, stop)).Item;
        }

        Require(scope, write.Subresource, "create");
        switch (write.Item)
        {
            case Binding binding:
                Scoping.RequireName(write.Key.Name, binding.Metadata.Name);
                await verbs.Pods.BindAsync(scope, binding with { Metadata = binding.Metadata with { Name = write.Key.Name } }, stop);
                return binding;
            case Eviction eviction when eviction.Metadata.Name != write.Key.Name:
                throw ApiErrors.BadRequest("name in URL does not match name in Eviction object");
            case Eviction eviction:
                await verbs.Pods.EvictAsync(scope, write.Key.Name, eviction, stop);
                return eviction;
            case TokenRequest request:
                return await verbs.Tokens.CreateAsync(write.Key, request, stop);
            default:
                throw ApiErrors.NoSuchResource();
        }
    }

    private async ValueTask<KubernetesObject> UpdateAsync(WriteScope scope, ObjectWrite.Update write, CancellationToken stop)
    {
        Require(scope, write.Subresource, "update");
        return write is { Subresource: "scale", Item: Scale scale }
            ? await verbs.Scale.UpdateAsync(scope, write.Key.Name, _ => scale, stop)
            : (await verbs.Update.RunAsync(scope, write.Key.Name, write.Item, PartOf(write.Subresource), stop)).Item;
    }

    private async ValueTask<KubernetesObject> PatchAsync(WriteScope scope, ObjectWrite.Patch write, CancellationToken stop)
    {
        Require(scope, write.Subresource, "patch");
        return write.Subresource == "scale"
            ? await verbs.Scale.UpdateAsync(scope, write.Key.Name, current => (Scale)Patched(ApiJson.Write(current), UnstoredKinds.Scale), stop)
            : (await verbs.Update.RunAsync(scope, write.Key.Name, current => Patched(current.ToJson(), scope.Kind), PartOf(write.Subresource), stop)).Item;

        KubernetesObject Patched(ReadOnlyMemory<byte> json, Kind kind) => ObjectDecoder.DecodePatched(
            Patcher.Apply(write.Type, json, write.Body, kind.Schema, stop), kind, FieldValidation.Ignore, []).Item;
    }

    private static UpdatePart PartOf(string? subresource) => subresource switch
    {
        null => UpdatePart.Main,
        "status" => UpdatePart.Status,
        "finalize" => UpdatePart.Finalizers,
        "ephemeralcontainers" => UpdatePart.EphemeralContainers,
        "resize" => UpdatePart.Resources,
        _ => throw ApiErrors.NoSuchResource(),
    };

    private static void Require(WriteScope scope, string? subresource, string verb)
    {
        if (subresource is not null && !(scope.Served.Find(subresource) ?? throw ApiErrors.NoSuchResource()).Verbs.Contains(verb))
        {
            throw ApiErrors.MethodNotAllowed();
        }
    }

    private ObjectQuery Parse(Kind kind, ListQuery query) => ObjectQuery.Parse(Served(kind), query.Namespace, query.LabelSelector, query.FieldSelector);

    /// <summary>A kind that the API does not serve, or no longer, is refused as over HTTP.</summary>
    private ServedKind Served(Kind kind) => verbs.Kinds.Current.Find(kind.Group, kind.Version, kind.Resource) ?? throw ApiErrors.NoSuchResource();

    /// <summary>Opened by the first wait, which is where refusals are told, as over HTTP.</summary>
    private sealed class FormWatch(Func<ObjectWatch> open, string after) : IObjectWatch<KubernetesObject>
    {
        private ObjectWatch? _watch;

        public string Revision => _watch?.Progress.ToString() ?? after;

        public async ValueTask<IReadOnlyList<WatchEvent<KubernetesObject>>> NextAsync(CancellationToken stop)
        {
            _watch ??= open();
            return [.. (await _watch.NextAsync(stop)).Select(e => new WatchEvent<KubernetesObject>(e.Type, e.Form.Item))];
        }

        public ValueTask DisposeAsync()
        {
            _watch?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

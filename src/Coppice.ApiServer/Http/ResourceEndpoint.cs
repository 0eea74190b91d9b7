using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Patching;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Responses;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Watching;
using Coppice.Objects;
using Coppice.Objects.Meta;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>The verbs on objects over HTTP: reads what is asked, calls the verb, writes what came of it.</summary>
internal sealed class ResourceEndpoint(ApiVerbs verbs, ResponseWriter responses, WatchEndpoint watches)
{
    public Task HandleAsync(HttpContext http, ApiRequest request, ServedKind served, Requester user, CancellationToken stopping)
    {
        var kind = served.Kind;
        var scope = new WriteScope(served, request.Namespace ?? "", user, http.Request.DryRun());
        if (kind.Namespaced && request.Namespace is null && request.Verb is not ("list" or "watch" or "deletecollection" or ""))
        {
            throw ApiErrors.BadRequest("an empty namespace may not be set " + (request.Verb == "create" ? "during creation" : "when a resource name is provided"));
        }

        if (kind.Deprecated is { } why)
        {
            Warnings.Add(http, [$"{kind.ApiVersion} {kind.Name} is deprecated {why}"]);
        }

        if (request.Verb != "watch")
        {
            // Who cannot be answered writes nothing.
            _ = ResponseFormat.Choose(http.Request);
        }

        return request.Verb switch
        {
            "get" => GetAsync(http, scope, request.Name!),
            "list" => ListAsync(http, scope),
            "watch" => watches.RunAsync(http, WatchQuery(http, scope, request.Name), stopping),
            "create" when request.Name is null => CreateAsync(http, scope),
            "update" when request.Name is not null => UpdateAsync(http, scope, request.Name, UpdatePart.Main),
            "patch" when request.Name is not null => PatchAsync(http, scope, request.Name, UpdatePart.Main),
            "delete" => DeleteAsync(http, scope, request.Name!),
            "deletecollection" => DeleteCollectionAsync(http, scope),
            _ => throw ApiErrors.MethodNotAllowed(),
        };
    }

    public async Task GetAsync(HttpContext http, WriteScope scope, string name) => await responses.WriteObjectAsync(
        http, scope.Served, await verbs.GetAsync(scope.Kind, scope.Key(name), http.RequestAborted), StatusCodes.Status200OK);

    public async Task UpdateAsync(HttpContext http, WriteScope scope, string name, UpdatePart part)
    {
        var item = await DecodeAsync(http, scope.Kind);
        var form = await verbs.Update.RunAsync(scope, name, item, part, http.RequestAborted);
        WarnOf(http, scope.Served, item);
        await responses.WriteObjectAsync(http, scope.Served, form, StatusCodes.Status200OK);
    }

    public async Task PatchAsync(HttpContext http, WriteScope scope, string name, UpdatePart part)
    {
        var type = PatchTypes.Of(http.Request.ContentType);
        var patch = await RequestBody.ReadAsync(http);
        var mode = http.Request.FieldValidation();
        var duplicates = Patcher.DuplicateFields(type, patch);
        IReadOnlyList<string> warnings = [];
        var form = await verbs.Update.RunAsync(
            scope,
            name,
            current =>
            {
                var patched = Patcher.Apply(type, current.ToJson(), patch, scope.Kind.Schema, http.RequestAborted);
                var decoded = ObjectDecoder.DecodePatched(patched, scope.Kind, mode, duplicates);
                warnings = decoded.Warnings;
                return decoded.Item;
            },
            part,
            http.RequestAborted);
        Warnings.Add(http, warnings);
        await responses.WriteObjectAsync(http, scope.Served, form, StatusCodes.Status200OK);
    }

    private async Task ListAsync(HttpContext http, WriteScope scope)
    {
        var query = http.Request.Query.Objects(scope.Served, scope.Namespace);
        var page = await verbs.List.RunAsync(query, http.Request.Query.Paging(), http.RequestAborted);
        await responses.WriteListAsync(http, scope.Served, page);
    }

    private static ObjectQuery WatchQuery(HttpContext http, WriteScope scope, string? name)
    {
        var query = http.Request.Query.Objects(scope.Served, scope.Namespace);
        return name is null || query.Fields.Name == name
            ? query
            : query.Fields.IsEverything
                ? query with { Fields = FieldQuery.OfName(name) }
                : throw ApiErrors.BadRequest("fieldSelector metadata.name doesn't match requested name");
    }

    private async Task CreateAsync(HttpContext http, WriteScope scope)
    {
        var item = await DecodeAsync(http, scope.Kind);
        var form = await verbs.Create.RunAsync(scope, item, http.RequestAborted);
        WarnOf(http, scope.Served, item);
        await responses.WriteObjectAsync(http, scope.Served, form, StatusCodes.Status201Created);
    }

    private async Task DeleteAsync(HttpContext http, WriteScope scope, string name)
    {
        var options = await DeleteOptionsAsync(http);
        var result = await verbs.Delete.RunAsync(scope, name, options, http.RequestAborted);
        if (!result.Gone || scope.Served == PodKind.Served)
        {
            await responses.WriteObjectAsync(http, scope.Served, result.Form, StatusCodes.Status200OK);
            return;
        }

        var meta = result.Form.Item.Metadata;
        var done = new ApiStatus
        {
            Status = "Success",
            Details = new ApiStatusDetails { Name = meta.Name, Group = scope.Kind.Group, Kind = scope.Kind.Resource, Uid = meta.Uid },
        };
        await ResponseWriter.WriteStatusAsync(http, done, StatusCodes.Status200OK);
    }

    private async Task DeleteCollectionAsync(HttpContext http, WriteScope scope)
    {
        var options = await DeleteOptionsAsync(http);
        var query = http.Request.Query.Objects(scope.Served, scope.Namespace);
        var page = await verbs.List.RunAsync(query, http.Request.Query.Paging(), http.RequestAborted);
        foreach (var form in page.Items)
        {
            var each = scope with { Namespace = form.Item.Metadata.Namespace ?? "" };
            try
            {
                await verbs.Delete.RunAsync(each, form.Item.Metadata.Name!, options, http.RequestAborted);
            }
            catch (ApiError e) when (e.IsNotFound)
            {
                // Somebody else deleted it first: what is wanted is so.
            }
        }

        await responses.WriteListAsync(http, scope.Served, page);
    }

    // Of what was taken: what is refused has worse to hear.
    private static void WarnOf(HttpContext http, ServedKind served, KubernetesObject item) =>
        Warnings.Add(http, served.Strategy.Warnings(item));

    private static async ValueTask<KubernetesObject> DecodeAsync(HttpContext http, Kind kind)
    {
        var decoded = await RequestBody.ReadObjectAsync(http, kind);
        return decoded.Item;
    }

    private static async ValueTask<DeleteOptions> DeleteOptionsAsync(HttpContext http) =>
        http.Request.Query.Deletion(await RequestBody.ReadOptionsAsync<DeleteOptions>(http));
}

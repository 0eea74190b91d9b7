using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Responses;
using Coppice.ApiServer.Writes;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Meta;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>The verbs on objects over HTTP: reads what is asked, calls the verb, writes what came of it.</summary>
internal sealed class ResourceEndpoint(ApiVerbs verbs, ResponseWriter responses, WatchEndpoint watches)
{
    public Task HandleAsync(HttpContext http, ApiRequest request, ServedKind served, UserInfo user, CancellationToken stopping)
    {
        var kind = served.Kind;
        if (kind.Namespaced && request.Namespace is null && request.Verb is not ("list" or "watch" or "deletecollection" or ""))
        {
            throw ApiErrors.BadRequest("an empty namespace may not be set " + (request.Verb == "create" ? "during creation" : "when a resource name is provided"));
        }

        if (!served.Verbs.Contains(request.Verb))
        {
            throw ApiErrors.MethodNotAllowed();
        }

        if (kind.Deprecated is { } why)
        {
            Warnings.Add(http, [why]);
        }

        if (request.Verb != "watch")
        {
            // Who cannot be answered writes nothing.
            _ = ResponseFormat.Choose(http.Request, kind);
        }

        var key = new ObjectKey(request.Namespace ?? "", request.Name ?? "");
        return request.Verb switch
        {
            "get" => GetAsync(http, served, key, ""),
            "list" => ListAsync(http, served, key.Namespace),
            "watch" => watches.RunAsync(http, WatchQuery(http, served, key.Namespace, request.Name), stopping),
            "create" when request.Name is null => CreateAsync(http, Write(WriteOperation.Create)),
            "update" when request.Name is not null => UpdateAsync(http, Write(WriteOperation.Update)),
            "patch" when request.Name is not null => PatchAsync(http, Write(WriteOperation.Update) with { IsPatch = true }),
            "delete" => DeleteAsync(http, Write(WriteOperation.Delete)),
            "deletecollection" => DeleteCollectionAsync(http, Write(WriteOperation.Delete)),
            _ => throw ApiErrors.MethodNotAllowed(),
        };

        WriteRequest Write(WriteOperation operation) => new(operation, served, key, user) { Options = http.Request.WriteOptions(), Notes = Warnings.NotesOf(http) };
    }

    /// <summary>An object as it is now, which is never older than any revision that a client may have seen.</summary>
    /// <exception cref="ApiError">Timeout: a revision is asked for that is still to come.</exception>
    public async Task GetAsync(HttpContext http, ServedKind served, ObjectKey key, string subresource)
    {
        var wanted = http.Request.Query.Revision();
        if (wanted > verbs.Current)
        {
            throw ApiErrors.TooLargeResourceVersion(wanted.Value.Value, verbs.Current.Value);
        }

        var form = await verbs.GetAsync(served, key, http.RequestAborted);
        var part = WriteParts.Of(subresource);
        await responses.WriteObjectAsync(http, part.Shows(served), part.View(served, form), StatusCodes.Status200OK);
    }

    public async Task UpdateAsync(HttpContext http, WriteRequest write)
    {
        var item = (await RequestBody.ReadObjectAsync(http, WriteParts.Of(write.Subresource).Takes(write.Kind))).Item;
        await WriteAsync(http, MayCreate(write), new WriteChange.Body(item));
    }

    public async Task PatchAsync(HttpContext http, WriteRequest write)
    {
        if (PatchTypes.IsApply(http.Request.ContentType))
        {
            await WriteAsync(http, MayCreate(write), new AppliedChange(await RequestBody.ReadPatchAsync(http)));
            return;
        }

        var type = PatchTypes.Of(http.Request.ContentType, write.Kind);
        await WriteAsync(http, write, new WriteChange.Patch(type, await RequestBody.ReadPatchAsync(http)));
    }

    /// <summary>Who changes what is not there makes it, and needs the right to.</summary>
    private WriteRequest MayCreate(WriteRequest write) => write with
    {
        RequireMayCreate = stop => verbs.Authorizer.RequireAsync(write.User, AccessRequest.To("create", write.Resource, write.Key.Namespace, write.Key.Name), stop),
    };

    private async Task CreateAsync(HttpContext http, WriteRequest write)
    {
        var item = (await RequestBody.ReadObjectAsync(http, write.Kind)).Item;
        var named = write with { Key = write.Key with { Name = item.Metadata.Name ?? "" } };
        await WriteAsync(http, named, new WriteChange.Body(item));
    }

    private async Task WriteAsync(HttpContext http, WriteRequest write, WriteChange change)
    {
        var result = await verbs.Writes.RunAsync(write, change, http.RequestAborted);
        Warnings.Add(http, result.Warnings);
        var part = WriteParts.Of(write.Subresource);
        await responses.WriteObjectAsync(http, part.Shows(write.Served), part.View(write.Served, result.Form), result.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private async Task ListAsync(HttpContext http, ServedKind served, string space)
    {
        var query = http.Request.Query.Objects(served, space);
        var page = await verbs.List.RunAsync(query, http.Request.Query.Paging(), http.RequestAborted);
        await responses.WriteListAsync(http, served, page);
    }

    private static ObjectQuery WatchQuery(HttpContext http, ServedKind served, string space, string? name)
    {
        var query = http.Request.Query.Objects(served, space);
        return name is null || query.Fields.Name == name
            ? query
            : query.Fields.IsEverything
                ? query with { Fields = FieldQuery.OfName(name) }
                : throw ApiErrors.BadRequest("fieldSelector metadata.name doesn't match requested name");
    }

    private async Task DeleteAsync(HttpContext http, WriteRequest write)
    {
        write = await WithDeletionAsync(http, write);
        var result = await verbs.Writes.RunAsync(write, new WriteChange.Removal(), http.RequestAborted);
        if (!result.Gone || write.Served.AnswersDeleted)
        {
            // That it is still to come is told only to those who ask in the old form, as in Kubernetes: others would not expect it.
            var isOnlyAccepted = !result.Gone && write.Options.Deletion is { OrphanDependents: false };
            await responses.WriteObjectAsync(http, write.Served, result.Form, isOnlyAccepted ? StatusCodes.Status202Accepted : StatusCodes.Status200OK);
            return;
        }

        var meta = result.Form.Item.Metadata;
        var done = new ApiStatus
        {
            Status = "Success",
            Details = new ApiStatusDetails { Name = meta.Name, Group = write.Kind.Group is { Length: > 0 } group ? group : null, Kind = write.Kind.Resource, Uid = meta.Uid },
        };
        await ResponseWriter.WriteStatusAsync(http, done, StatusCodes.Status200OK);
    }

    private async Task DeleteCollectionAsync(HttpContext http, WriteRequest write)
    {
        write = await WithDeletionAsync(http, write);
        var query = http.Request.Query.Objects(write.Served, write.Key.Namespace);
        var page = await verbs.List.RunAsync(query, http.Request.Query.Paging(), http.RequestAborted);
        foreach (var form in page.Items)
        {
            try
            {
                await verbs.Writes.RunAsync(write with { Key = ObjectKey.Of(form.Item) }, new WriteChange.Removal(), http.RequestAborted);
            }
            catch (ApiError e) when (e.IsNotFound)
            {
                // Somebody else deleted it first: what is wanted is so.
            }
        }

        await responses.WriteListAsync(http, write.Served, page);
    }

    private static async ValueTask<WriteRequest> WithDeletionAsync(HttpContext http, WriteRequest write)
    {
        var options = await RequestBody.ReadOptionsAsync<DeleteOptions>(http) ?? http.Request.Query.Deletion();

        // Here, too: options that cannot be are refused also where there is nothing to delete.
        return Deletion.Open(write with { Options = write.Options with { Deletion = options } }, options);
    }
}

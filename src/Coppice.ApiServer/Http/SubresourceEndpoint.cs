using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Proxying;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Responses;
using Coppice.ApiServer.Writes;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Meta;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>
/// The further doors of resources: parts that are read and changed (status, scale), actions (binding, eviction), tokens. Streams and
/// proxies have endpoints of their own.
/// </summary>
internal sealed class SubresourceEndpoint(
    ApiVerbs verbs, ResourceEndpoint resources, StreamEndpoint streams, ProxyEndpoint proxies)
{
    /// <param name="stopping">Ends the streams when the server goes.</param>
    public Task HandleAsync(HttpContext http, ApiRequest request, ServedKind served, UserInfo user, CancellationToken stopping)
    {
        var door = served.Find(request.Subresource!) ?? throw ApiErrors.NoSuchResource();
        var key = new ObjectKey(request.Namespace ?? "", request.Name!);
        if (door.Door == Door.Stream)
        {
            // What is said to a stream or to a proxy's target is not ours to read.
            var connection = Write(WriteOperation.Connect) with { Connection = ConnectionOptions.Of(door, http.Request) };
            return door.Name == "proxy" ? proxies.HandleAsync(http, connection) : streams.HandleAsync(http, connection, stopping);
        }

        if (!door.Verbs.Contains(request.Verb))
        {
            throw ApiErrors.MethodNotAllowed();
        }

        return door.Door == Door.Action
            ? door.Name == "token" ? TokenAsync(http, Write(WriteOperation.Create)) : ActAsync(http, Write(WriteOperation.Create))
            : PartAsync(http, request.Verb, Write(WriteOperation.Update));

        WriteRequest Write(WriteOperation operation) => new(operation, served, key, user) { Subresource = door.Name, Notes = Warnings.NotesOf(http) };
    }

    /// <summary>Bindings also have a door of their own, beside the pods: there the binding alone says which pod it is for.</summary>
    public Task BindAsync(HttpContext http, UserInfo user, string space) =>
        ActAsync(http, new WriteRequest(WriteOperation.Create, PodKind.Served, new(space, ""), user) { Subresource = "binding", Notes = Warnings.NotesOf(http) });

    private Task PartAsync(HttpContext http, string verb, WriteRequest write)
    {
        _ = ResponseFormat.Choose(http.Request, WriteParts.Of(write.Subresource).Shows(write.Served).Kind);
        return verb switch
        {
            "get" => resources.GetAsync(http, write.Served, write.Key, write.Subresource),
            "update" => resources.UpdateAsync(http, write with { Options = http.Request.WriteOptions() }),
            "patch" => resources.PatchAsync(http, write with { IsPatch = true, Options = http.Request.WriteOptions() }),
            _ => throw ApiErrors.MethodNotAllowed(),
        };
    }

    private async Task ActAsync(HttpContext http, WriteRequest write)
    {
        _ = ResponseFormat.Choose(http.Request, isTable: false);
        var options = http.Request.WriteOptions();
        var item = (await RequestBody.ReadObjectAsync(http, WriteParts.Of(write.Subresource).Takes(write.Kind))).Item;
        var key = write.Key.Name.Length > 0 ? write.Key : write.Key with { Name = item.Metadata.Name ?? "" };
        await verbs.Writes.RunAsync(write with { Key = key, Options = options }, new WriteChange.Body(item), http.RequestAborted);
        await ResponseWriter.WriteStatusAsync(http, new ApiStatus { Status = "Success", Code = StatusCodes.Status201Created }, StatusCodes.Status201Created);
    }

    private async Task TokenAsync(HttpContext http, WriteRequest write)
    {
        _ = ResponseFormat.Choose(http.Request, isTable: false);
        write = write with { Options = http.Request.WriteOptions() };
        var request = (TokenRequest)(await RequestBody.ReadObjectAsync(http, UnstoredKinds.TokenRequest)).Item;
        await ResponseWriter.WriteUntabledAsync(http, await verbs.Tokens.CreateAsync(write, request, http.RequestAborted), StatusCodes.Status201Created);
    }
}

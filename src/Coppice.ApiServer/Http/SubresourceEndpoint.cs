
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Autoscaling;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Patching;
using Coppice.ApiServer.Proxying;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Responses;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Autoscaling;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Policy;
using Microsoft.AspNetCore.Http;
namespace Coppice.ApiServer.Http;

/// <summary>The further doors of resources: status, scale, binding, eviction, finalize, token; streams and proxies have endpoints of their own.</summary>
internal sealed class SubresourceEndpoint(
    ApiVerbs verbs, ResourceEndpoint resources, ResponseWriter responses, StreamEndpoint streams, ProxyEndpoint proxies)
{
    private static readonly ExpectedObject Evictions = new(UnstoredKinds.Eviction) { OlderApiVersion = "policy/v1beta1" };

    public Task HandleAsync(HttpContext http, ApiRequest request, ServedKind served, Requester user)
    {
        var name = request.Name!;
        var door = served.Find(request.Subresource!) ?? throw ApiErrors.NoSuchResource();
        var connection = new WriteScope(served, request.Namespace ?? "", user);
        if (door.Door == Door.Stream)
        {
            return door.Name == "proxy" ? proxies.HandleAsync(http, connection, name) : streams.HandleAsync(http, connection.Key(name), door.Name);
        }

        if (!door.Verbs.Contains(request.Verb))
        {
            throw ApiErrors.MethodNotAllowed();
        }

        // What is said to a stream or to a proxy's target is not ours to read.
        var scope = connection with { DryRun = http.Request.DryRun() };
        return door.Name switch
        {
            "status" => PartAsync(http, scope, name, request.Verb, UpdatePart.Status),
            "ephemeralcontainers" => PartAsync(http, scope, name, request.Verb, UpdatePart.EphemeralContainers),
            "resize" => PartAsync(http, scope, name, request.Verb, UpdatePart.Resources),
            "finalize" => PartAsync(http, scope, name, request.Verb, UpdatePart.Finalizers),
            "scale" => ScaleAsync(http, scope, name, request.Verb),
            "binding" => BindAsync(http, scope, name),
            "eviction" => EvictAsync(http, scope, name),
            "token" => TokenAsync(http, scope, name),
            _ => throw ApiErrors.NoSuchResource(),
        };
    }

    /// <summary>Bindings also have a door of their own, beside the pods.</summary>
    public Task BindAsync(HttpContext http, Requester user, string space) =>
        BindAsync(http, new WriteScope(PodKind.Served, space, user, http.Request.DryRun()), null);

    private Task PartAsync(HttpContext http, WriteScope scope, string name, string verb, UpdatePart part)
    {
        _ = ResponseFormat.Choose(http.Request);
        return verb switch
        {
            "get" => resources.GetAsync(http, scope, name),
            "update" => resources.UpdateAsync(http, scope, name, part),
            "patch" => resources.PatchAsync(http, scope, name, part),
            _ => throw ApiErrors.MethodNotAllowed(),
        };
    }

    private async Task ScaleAsync(HttpContext http, WriteScope scope, string name, string verb)
    {
        _ = ResponseFormat.Choose(http.Request);
        switch (verb)
        {
            case "get":
                await WriteScaleAsync(http, await verbs.Scale.GetAsync(scope.Kind, scope.Key(name), http.RequestAborted));
                break;
            case "update":
                var wanted = (Scale)(await RequestBody.ReadObjectAsync(http, UnstoredKinds.Scale)).Item;
                await WriteScaleAsync(http, await verbs.Scale.UpdateAsync(scope, name, _ => wanted, http.RequestAborted));
                break;
            case "patch":
                var type = PatchTypes.Of(http.Request.ContentType);
                var patch = await RequestBody.ReadAsync(http);
                var duplicates = Patcher.DuplicateFields(type, patch);
                var mode = http.Request.FieldValidation();
                IReadOnlyList<string> warnings = [];
                var patchedScale = await verbs.Scale.UpdateAsync(scope, name, Patched, http.RequestAborted);
                Warnings.Add(http, warnings);
                await WriteScaleAsync(http, patchedScale);
                break;

                Scale Patched(Scale current)
                {
                    var patched = Patcher.Apply(type, ApiJson.Write(current), patch, UnstoredKinds.Scale.Schema, http.RequestAborted);
                    var decoded = ObjectDecoder.DecodePatched(patched, UnstoredKinds.Scale, mode, duplicates);
                    warnings = decoded.Warnings;
                    return (Scale)decoded.Item;
                }

            default:
                throw ApiErrors.MethodNotAllowed();
        }
    }

    private Task WriteScaleAsync(HttpContext http, Scale scale) =>
        responses.WriteObjectAsync(http, ScaleKind.Served, ObjectForm.Detached(scale), StatusCodes.Status200OK);

    private async Task BindAsync(HttpContext http, WriteScope scope, string? name)
    {
        _ = ResponseFormat.Choose(http.Request, isTable: false);
        var binding = (Binding)(await RequestBody.ReadObjectAsync(http, UnstoredKinds.Binding)).Item;
        if (name is not null)
        {
            Scoping.RequireName(name, binding.Metadata.Name);
            binding = binding with { Metadata = binding.Metadata with { Name = name } };
        }

        await verbs.Pods.BindAsync(scope, binding, http.RequestAborted);
        await ResponseWriter.WriteStatusAsync(http, new ApiStatus { Status = "Success", Code = StatusCodes.Status201Created }, StatusCodes.Status201Created);
    }

    private async Task EvictAsync(HttpContext http, WriteScope scope, string name)
    {
        _ = ResponseFormat.Choose(http.Request, isTable: false);
        var eviction = (Eviction)(await RequestBody.ReadObjectAsync(http, Evictions)).Item;
        if (eviction.Metadata.Name != name)
        {
            throw ApiErrors.BadRequest("name in URL does not match name in Eviction object");
        }

        Scoping.NamespaceOf(scope, eviction.Metadata.Namespace);
        await verbs.Pods.EvictAsync(scope, name, eviction, http.RequestAborted);
        await ResponseWriter.WriteStatusAsync(http, new ApiStatus { Status = "Success", Code = StatusCodes.Status201Created }, StatusCodes.Status201Created);
    }

    private async Task TokenAsync(HttpContext http, WriteScope scope, string name)
    {
        _ = ResponseFormat.Choose(http.Request, isTable: false);
        var request = (TokenRequest)(await RequestBody.ReadObjectAsync(http, UnstoredKinds.TokenRequest)).Item;
        await ResponseWriter.WriteUntabledAsync(http, await verbs.Tokens.CreateAsync(scope.Key(name), request, http.RequestAborted), StatusCodes.Status201Created);
    }
}

using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Patching;
using Coppice.ApiServer.Proxying;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Responses;
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
    private static readonly ExpectedObject Scales = new("autoscaling", "v1", "Scale", typeof(Scale));
    private static readonly Kind ScaleKind = new("autoscaling", "v1", "scales", "Scale", "scale", true, typeof(Scale), Subresources.None);
    private static readonly ExpectedObject Bindings = new("", "v1", "Binding", typeof(Binding));
    private static readonly ExpectedObject Evictions = new("policy", "v1", "Eviction", typeof(Eviction)) { OlderApiVersion = "policy/v1beta1" };
    private static readonly ExpectedObject Tokens = new("authentication.k8s.io", "v1", "TokenRequest", typeof(TokenRequest));

    public Task HandleAsync(HttpContext http, ApiRequest request, Kind kind, Requester user)
    {
        var name = request.Name!;
        var connection = new WriteScope(kind, request.Namespace ?? "", user);
        switch (request.Subresource)
        {
            case "log" or "exec" or "attach" or "portforward" when kind.Has(Subresources.Pod):
                return streams.HandleAsync(http, connection.Key(name), request.Subresource);
            case "proxy" when kind.Has(Subresources.Proxy):
                return proxies.HandleAsync(http, connection, name);
        }

        // What is said to a stream or to a proxy's target is not ours to read.
        var scope = connection with { DryRun = http.Request.DryRun() };
        return (request.Subresource, request.Verb) switch
        {
            ("status", var verb) when kind.Has(Subresources.Status) => StatusAsync(http, scope, name, verb),
            ("scale", var verb) when kind.Has(Subresources.Scale) => ScaleAsync(http, scope, name, verb),
            ("ephemeralcontainers", var verb) when kind.Has(Subresources.Pod) => PartAsync(http, scope, name, verb, UpdatePart.EphemeralContainers),
            ("resize", var verb) when kind.Has(Subresources.Pod) => PartAsync(http, scope, name, verb, UpdatePart.Resources),
            ("binding", "create") when kind.Has(Subresources.Pod) => BindAsync(http, scope, name),
            ("eviction", "create") when kind.Has(Subresources.Pod) => EvictAsync(http, scope, name),
            ("finalize", "update") when kind.Has(Subresources.Finalize) => resources.UpdateAsync(http, scope, name, UpdatePart.Finalizers),
            ("token", "create") when kind.Has(Subresources.Token) => TokenAsync(http, scope, name),
            ("binding" or "eviction", _) when kind.Has(Subresources.Pod) => throw ApiErrors.MethodNotAllowed(),
            ("finalize", _) when kind.Has(Subresources.Finalize) => throw ApiErrors.MethodNotAllowed(),
            ("token", _) when kind.Has(Subresources.Token) => throw ApiErrors.MethodNotAllowed(),
            _ => throw ApiErrors.NoSuchPath(),
        };
    }

    /// <summary>Bindings also have a door of their own, beside the pods.</summary>
    public Task BindAsync(HttpContext http, Requester user, string space) =>
        BindAsync(http, new WriteScope(BuiltInKinds.Of<Pod>(), space, user, http.Request.DryRun()), null);

    private Task StatusAsync(HttpContext http, WriteScope scope, string name, string verb) =>
        PartAsync(http, scope, name, verb, UpdatePart.Status);

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
                var wanted = (Scale)(await RequestBody.ReadObjectAsync(http, Scales)).Item;
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
                    var patched = Patcher.Apply(type, ApiJson.Write(current), patch, TypeSchema.Of(typeof(Scale)), http.RequestAborted);
                    var decoded = ObjectDecoder.DecodePatched(patched, Scales, mode, duplicates);
                    warnings = decoded.Warnings;
                    return (Scale)decoded.Item;
                }

            default:
                throw ApiErrors.MethodNotAllowed();
        }
    }

    private Task WriteScaleAsync(HttpContext http, Scale scale) =>
        responses.WriteObjectAsync(http, ScaleKind, ObjectForm.Detached(scale), StatusCodes.Status200OK);

    private async Task BindAsync(HttpContext http, WriteScope scope, string? name)
    {
        _ = ResponseFormat.Choose(http.Request, isTable: false);
        var binding = (Binding)(await RequestBody.ReadObjectAsync(http, Bindings)).Item;
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
        var request = (TokenRequest)(await RequestBody.ReadObjectAsync(http, Tokens)).Item;
        await ResponseWriter.WriteUntabledAsync(http, await verbs.Tokens.CreateAsync(scope.Key(name), request, http.RequestAborted), StatusCodes.Status201Created);
    }
}

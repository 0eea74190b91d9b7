using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Ownership;
using Coppice.ApiServer.Patching;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Writes;

/// <summary>Server-side apply: a configuration is merged in, and its manager owns what it sets. Where there is no object, it makes one.</summary>
internal sealed record AppliedChange : WriteChange
{
    private readonly JsonElement _configuration;
    private readonly IReadOnlyList<string> _duplicates;

    /// <param name="body">YAML, or JSON.</param>
    /// <exception cref="ApiError">BadRequest: it is neither, or no object.</exception>
    public AppliedChange(ReadOnlyMemory<byte> body)
    {
        (var tree, _duplicates) = Read(body);

        // Our readers refuse texts that are no Unicode; in a tree they are as Go would read them.
        _configuration = JsonBuilding.Parse(JsonTree.Write(tree));
        if (_configuration.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
        {
            throw ApiErrors.BadRequest(
                $"error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {JsonTree.KindOf(tree)} into Go value of type map[string]interface {{}}");
        }
    }

    public override bool MayCreate(ServedKind served) => true;

    public override Asked Apply(PendingWrite write, WritePart part, CancellationToken stop)
    {
        var expected = part.Takes(write.Request.Kind);
        var shape = MergeShape.Of(expected.Kind.Schema);
        RequireFit(write, expected.Kind, shape);

        var manager = FieldOwnership.ManagerOf(write.Request, ManagedFieldsOperationType.Apply);
        var empty = FieldOwnership.EmptyOf(expected.Kind);
        var live = write.Current is { } current ? JsonBuilding.Parse(part.View(write.Request.Served, current).StoredJson) : empty;
        var entries = write.Current?.Item.Metadata.ManagedFields ?? default;
        var owners = Owners.Read(entries) ?? throw ApiErrors.InternalError("failed to decode managed fields");
        var replicas = part is ScalePart ? FieldSet.OfPath([.. write.Request.Served.Replicas!.Path]) : null;
        var shown = replicas is null ? owners : ScaleOwnership.OfScale(owners, replicas);
        var apply = new ServerSideApply(live, empty, _configuration, shape, ResetFields.Of(write.Request.Served, write.Request.Subresource));
        try
        {
            var (merged, owned) = apply.Run(shown, manager, write.Request.Options.Force, write.IsNew, write.Now);
            owned = replicas is null ? owned : ScaleOwnership.OfObject(owners, owned, replicas);
            var item = Decode(merged, expected);
            RequireIdentity(write, item);
            return new(item with { Metadata = item.Metadata with { ManagedFields = owned.Write(entries) } }, IsWhole: false, Warnings(write.Request.Options.FieldValidation))
            {
                IsOwned = true,
            };
        }
        catch (ConflictException e)
        {
            throw ApiErrors.ApplyConflict(e.Conflicts.SelectMany(conflict => conflict.Fields.Paths().Select(path => ($"{conflict.Manager}", path))));
        }
    }

    /// <summary>Nearly everybody sends JSON, which is YAML and quicker read as what it is; what is wrong with it is told as of YAML.</summary>
    private static (JsonNode? Tree, IReadOnlyList<string> Duplicates) Read(ReadOnlyMemory<byte> body)
    {
        if (body.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..])
        {
            try
            {
                if (JsonTree.Parse(body.Span) is { DuplicateFields: [] } json)
                {
                    return (json.Root, []);
                }
            }
            catch (JsonException)
            {
                // Then it is read as YAML, in which this may be right.
            }
        }

        var yaml = YamlBody.ToJson(body);
        return yaml.Error is { } error ? throw ApiErrors.BadRequest($"error decoding YAML: {error}") : (JsonTree.Parse(yaml.Json.Span).Root, yaml.DuplicateKeys);
    }

    /// <summary>The configuration is one of this kind, as its schema has it.</summary>
    private void RequireFit(PendingWrite write, Kind kind, MergeShape shape)
    {
        var (apiVersion, name) = (_configuration.Field("apiVersion").ToText() ?? "", _configuration.Field("kind").ToText() ?? "");
        if (apiVersion != kind.ApiVersion || name != kind.Name)
        {
            throw ApiErrors.BadRequest($"invalid object type: {GoName(apiVersion, name)}");
        }

        var metadata = _configuration.Field("metadata");
        if (metadata.Field("managedFields") is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) })
        {
            throw ApiErrors.BadRequest("metadata.managedFields must be nil");
        }

        if (ConfigurationCheck.Find(_configuration, shape) is { } wrong)
        {
            var named = $"{metadata.Field("namespace").ToText()}/{metadata.Field("name").ToText()}";
            throw ApiErrors.BadRequest($"failed to create typed patch object ({named}; {GoName(apiVersion, name)}): {wrong}");
        }
    }

    /// <summary>Go names a version with its group, though it be empty.</summary>
    private static string GoName(string apiVersion, string kind) => $"{(apiVersion.Contains('/') ? "" : "/")}{apiVersion}, Kind={kind}";

    private static KubernetesObject Decode(JsonElement merged, ExpectedObject expected) =>
        ObjectDecoder.DecodeMerged(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(merged).ToArray(), expected);

    /// <summary>What is made is what the path names, and nothing that is thought to be there already.</summary>
    private static void RequireIdentity(PendingWrite write, KubernetesObject item)
    {
        var name = write.Request.Key.Name;
        Scoping.RequireOwnName(name, item.Metadata.Name);
        if (write.IsNew && item.Metadata.Uid is { Length: > 0 } uid)
        {
            throw ApiErrors.Conflict(
                write.Request.Resource, name, $"uid mismatch: the provided object specified uid {uid}, and no existing object was found");
        }
    }

    private IReadOnlyList<string> Warnings(FieldValidation mode)
    {
        if (_duplicates.Count == 0 || mode == FieldValidation.Ignore)
        {
            return [];
        }

        return mode == FieldValidation.Warn
            ? _duplicates
            : throw ApiErrors.BadRequest($"error strict decoding YAML: error converting YAML to JSON: {YamlBody.Join(_duplicates)}");
    }
}

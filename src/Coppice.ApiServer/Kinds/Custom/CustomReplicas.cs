using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Schemas;
using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Kinds.Custom;

/// <summary>The replicas of custom objects, by the paths that their definition names.</summary>
internal sealed class CustomReplicas
{
    private readonly string _specPath;
    private readonly IReadOnlyList<string> _spec;
    private readonly IReadOnlyList<string> _status;
    private readonly IReadOnlyList<string> _selector;

    public CustomReplicas(CustomResourceSubresourceScale paths)
    {
        _specPath = paths.SpecReplicasPath;
        _spec = FieldsOf(paths.SpecReplicasPath);
        _status = FieldsOf(paths.StatusReplicasPath);
        _selector = paths.LabelSelectorPath is { } selector ? FieldsOf(selector) : [];
        Replicas = new(
            item => WantedOf((CustomObject)item),
            item => (int)(NumberOf((CustomObject)item, _status) ?? 0),
            item => SelectorOf((CustomObject)item),
            (item, count) => CustomFields.With((CustomObject)item, _spec, JsonObjects.Make(json => json.WriteNumberValue(count))))
        {
            Path = _spec,
        };
    }

    public Replicas Replicas { get; }

    /// <summary>Numbers of replicas are numbers of replicas, whatever a schema allows.</summary>
    public Findings<FieldError> Validate(CustomObject item) => [.. OfNumber(item, _spec), .. OfNumber(item, _status)];

    private static Findings<FieldError> OfNumber(CustomObject item, IReadOnlyList<string> fields)
    {
        var path = FieldPath.Of(fields[0]).Child([.. fields.Skip(1)]);
        return NumberOf(item, fields) switch
        {
            < 0 and var number => [FieldError.Invalid(path, number, "should be a non-negative integer")],
            > int.MaxValue and var number => [FieldError.Invalid(path, number, $"should be less than or equal to {int.MaxValue}")],
            _ => [],
        };
    }

    /// <exception cref="ApiError">InternalError, as in Kubernetes: the object does not say.</exception>
    private int WantedOf(CustomObject item) => (int)(NumberOf(item, _spec)
        ?? throw ApiErrors.InternalError($"the spec replicas field {QuotedText.Of(_specPath)} does not exist"));

    private string? SelectorOf(CustomObject item) =>
        _selector.Count > 0 && CustomFields.Find(item, _selector) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static long? NumberOf(CustomObject item, IReadOnlyList<string> fields) =>
        CustomFields.Find(item, fields) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : null;

    private static IReadOnlyList<string> FieldsOf(string path) => path.Split('.', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Fields inside of custom objects.</summary>
internal static class CustomFields
{
    /// <summary>What stands there; null for nothing.</summary>
    public static JsonElement? Find(CustomObject item, IReadOnlyList<string> names)
    {
        if (names.Count == 0 || !item.Fields.TryGetValue(names[0], out var value))
        {
            return null;
        }

        JsonElement? found = value;
        foreach (var name in names.Skip(1))
        {
            found = FormerElements.Member(found, name);
        }

        return found;
    }

    /// <summary>The object with another value there; what is missing on the way is made.</summary>
    public static CustomObject With(CustomObject item, IReadOnlyList<string> names, JsonElement value)
    {
        JsonElement? top = item.Fields.TryGetValue(names[0], out var field) ? field : null;
        return item with { Fields = item.Fields.With(names[0], Replaced(top, [.. names.Skip(1)], value)) };
    }

    private static JsonElement Replaced(JsonElement? old, ReadOnlySpan<string> names, JsonElement value)
    {
        if (names.IsEmpty)
        {
            return value;
        }

        var name = names[0];
        var inner = Replaced(FormerElements.Member(old, name), names[1..], value);
        var others = old is { ValueKind: JsonValueKind.Object } item ? item.EnumerateObject().Where(one => one.Name != name) : [];
        return JsonObjects.Of(others.Select(one => KeyValuePair.Create(one.Name, one.Value)).Append(new(name, inner)));
    }
}

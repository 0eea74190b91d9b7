using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Schemas;
using Coppice.ApiServer.Validation;
using Coppice.Objects;

namespace Coppice.ApiServer.Kinds.Custom;

/// <summary>The rules of a kind that was made at run time: its schema's, and a status that has its own door if there is one.</summary>
/// <param name="schema">Null where nothing is asked.</param>
internal sealed class CustomStrategy(StructuralSchema? schema, bool hasStatus) : KindStrategy<CustomObject>
{
    private const string Status = "status";

    private static readonly FieldPath StatusPath = FieldPath.Of(Status);

    /// <summary>The definition is being deleted: nothing is made any more.</summary>
    public bool Terminates { get; init; }

    /// <summary>Where the number of replicas stands; null if they have no door of their own.</summary>
    public CustomReplicas? Scale { get; init; }

    /// <summary>The same rules for the time of the deletion of the definition.</summary>
    public CustomStrategy Ending() => new(schema, hasStatus) { Terminates = true, Scale = Scale };

    public override CustomObject Default(CustomObject item) =>
        schema is null ? item : CustomObjectFormat.Fit(item, schema, completes: true, null);

    public override CustomObject PrepareForCreate(CustomObject item) => Terminates
        ? throw ApiErrors.MethodNotAllowed("create not allowed while custom resource definition is terminating")
        : item with { Metadata = FirstGeneration(item), Fields = hasStatus ? item.Fields.Without(Status) : item.Fields };

    public override CustomObject PrepareForUpdate(CustomObject item, CustomObject old)
    {
        var kept = hasStatus ? item with { Fields = WithStatus(item.Fields, old.Fields) } : item;
        return kept with { Metadata = NextGeneration(item, old, (kept with { Metadata = old.Metadata }) != old) };
    }

    /// <summary>Of the metadata, too, nothing goes through the door of the status.</summary>
    public override CustomObject PrepareForStatusUpdate(CustomObject item, CustomObject old) => old with
    {
        Metadata = old.Metadata with { ManagedFields = item.Metadata.ManagedFields },
        Fields = WithStatus(old.Fields, item.Fields),
    };

    public override Findings<FieldError> Validate(CustomObject item) => Check(item, null);

    public override Findings<FieldError> ValidateUpdate(CustomObject item, CustomObject old) => Check(item, old);

    public override Findings<FieldError> ValidateStatusUpdate(CustomObject item, CustomObject old)
    {
        if (schema?.Property(Status) is not { } known || !item.Fields.TryGetValue(Status, out var status))
        {
            return [];
        }

        JsonElement? before = old.Fields.TryGetValue(Status, out var former) ? former : null;
        Findings<FieldError> errors =
        [
            .. SchemaValidator.Validate(status, before, known, StatusPath),
            .. Scale?.Validate(item) ?? [],
            .. EmbeddedResources.Validate(status, known, StatusPath),
            .. ListTypes.Validate(status, before, known, StatusPath),
        ];
        return [.. errors, .. RuleErrors.Of(schema.Rules, WholeOf(item), WholeOf(old), errors)];
    }

    public override IEnumerable<string> Warnings(CustomObject item) =>
        from finalizer in item.Metadata.Finalizers
        where !finalizer.Contains('/') && finalizer is not ("orphan" or "foregroundDeletion" or "kubernetes")
        select $"metadata.finalizers: {QuotedText.Of(finalizer)}: prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers";

    public override IEnumerable<string> WarningsOnUpdate(CustomObject item, CustomObject old) => Warnings(item).Except(Warnings(old));

    private Findings<FieldError> Check(CustomObject item, CustomObject? old)
    {
        if (schema is null)
        {
            return [];
        }

        var value = WholeOf(item);
        JsonElement? before = old is null ? null : WholeOf(old);
        Findings<FieldError> errors =
        [
            .. SchemaValidator.Validate(value, before, schema, null),
            .. Scale?.Validate(item) ?? [],
            .. EmbeddedResources.Validate(value, schema, null),
            .. ListTypes.Validate(value, before, schema, null),
        ];
        return [.. errors, .. RuleErrors.Of(schema.Rules, value, before, errors)];
    }

    /// <summary>An object as its schema sees it: with all that it says at its top.</summary>
    private static JsonElement WholeOf(CustomObject item) => JsonObjects.Make(json => ApiJson.WriteObject(json, item));

    private static ValueMap<JsonElement> WithStatus(ValueMap<JsonElement> fields, ValueMap<JsonElement> other) =>
        other.TryGetValue(Status, out var status) ? fields.With(Status, status) : fields.Without(Status);
}

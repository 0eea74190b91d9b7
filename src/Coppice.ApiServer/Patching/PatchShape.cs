using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Patching;

/// <summary>What a strategic merge has to know of the fields of one object: of a type's, a map's, or of any JSON at all (the default).</summary>
internal readonly record struct PatchShape(ObjectSchema? Type, ValueSchema? Element)
{
    public static PatchShape Of(ValueSchema? value) => value?.Shape switch
    {
        ValueShape.Object => new(value.Object, null),
        ValueShape.Map => new(null, value.Element),
        _ => default,
    };

    /// <exception cref="ApiError">The type has no such field.</exception>
    public PatchField Field(string name)
    {
        if (Type is null)
        {
            return new PatchField(Element, null, IsMerged: false);
        }

        var field = Type.Find(name) ?? throw ApiErrors.Unforeseen(
            $"unable to find api field in struct {Type.Name} for the json field {QuotedText.Of(name)}");
        return new PatchField(field.Value, field.Facts.MergeKey, field.Facts.MergeList || field.Facts.MergeKey is not null);
    }
}

/// <param name="MergeKey">For a list of objects that is merged: the field that tells its elements apart.</param>
/// <param name="IsMerged">The field is a list that is merged; other lists are replaced.</param>
internal readonly record struct PatchField(ValueSchema? Value, string? MergeKey, bool IsMerged)
{
    public PatchShape Shape => PatchShape.Of(Value);

    public PatchShape ElementShape => PatchShape.Of(Value?.Element);
}

using System.Text.Json;
using System.Text.RegularExpressions;
using Coppice.Cel.Patterns;
using Coppice.Cel.Rules;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Schemas;

/// <summary>
/// A schema of a definition, made ready to work with: fields are found by name, patterns are compiled. Objects are pruned and completed
/// (<see cref="SchemaFitting"/>) and checked (<see cref="SchemaValidator"/>) by it.
/// </summary>
public sealed class StructuralSchema
{
    private readonly Dictionary<string, StructuralSchema> _properties;
    private readonly Lazy<SchemaRules> _rules;
    private readonly Dictionary<string, StructuralSchema>.AlternateLookup<ReadOnlySpan<char>> _bySpan;

    public StructuralSchema(JSONSchemaProps source)
    {
        Source = source;
        _rules = new(() => new SchemaRules(RuleErrors.SchemaOf(source)));
        _properties = source.Properties.ToDictionary(entry => entry.Key, entry => new StructuralSchema(entry.Value), StringComparer.Ordinal);
        _bySpan = _properties.GetAlternateLookup<ReadOnlySpan<char>>();
        PropertyNames = [.. source.Properties.Keys];
        Items = Of(source.Items?.Schema);
        Additional = Of(source.AdditionalProperties?.Schema);

        // A definition with a pattern that is none is refused. Should one be stored all the same, it must not keep the others from being served.
        Pattern = source.Pattern is { } pattern && Re2Pattern.TryMake(pattern, out var regex, out _) ? regex : null;
        AllOf = source.AllOf.ConvertAll(one => new StructuralSchema(one));
        AnyOf = source.AnyOf.ConvertAll(one => new StructuralSchema(one));
        OneOf = source.OneOf.ConvertAll(one => new StructuralSchema(one));
        Not = Of(source.Not);
        Types = source.XIntOrString ? ["integer", "string"] : source.Type is { } type ? [type] : [];
        Defaulted = [.. source.Properties.Where(entry => entry.Value.Default is not null).Select(entry => entry.Key)];
    }

    /// <summary>The schema as it was written.</summary>
    public JSONSchemaProps Source { get; }

    /// <summary>The types that a value may have; any, if there are none.</summary>
    public IReadOnlyList<string> Types { get; }

    /// <summary>In alphabetical order.</summary>
    public IReadOnlyList<string> PropertyNames { get; }

    /// <summary>The properties that have a default.</summary>
    public IReadOnlyList<string> Defaulted { get; }

    public StructuralSchema? Items { get; }

    /// <summary>The schema of values whose names are free.</summary>
    public StructuralSchema? Additional { get; }

    /// <summary>There may be values with free names, and nothing is known of them.</summary>
    public bool AllowsAnyAdditional => Source.AdditionalProperties is { Schema: null, Allows: true };

    /// <summary>Fields that are not named here are kept.</summary>
    public bool KeepsUnknown => Source.XPreserveUnknownFields == true;

    public Regex? Pattern { get; }

    public ValueList<StructuralSchema> AllOf { get; }

    public ValueList<StructuralSchema> AnyOf { get; }

    public ValueList<StructuralSchema> OneOf { get; }

    public StructuralSchema? Not { get; }

    /// <summary>What is put in where the value is missing; null for nothing.</summary>
    public JsonElement? Default => Source.Default?.Element;

    /// <summary>Elements of a list are told apart by these fields of theirs.</summary>
    public ValueList<string> KeysOfItems => Source.XListType == "map" ? Source.XListMapKeys : default;

    /// <summary>The rules of the schema of a whole object, and of all that is in it; made when they are first asked for.</summary>
    public SchemaRules Rules => _rules.Value;

    public static StructuralSchema? Of(JSONSchemaProps? source) => source is null ? null : new(source);

    public StructuralSchema? Property(string name) => _properties.GetValueOrDefault(name);

    public StructuralSchema? Property(ReadOnlySpan<char> name) => _bySpan.TryGetValue(name, out var schema) ? schema : null;
}

using Coppice.Cel.Schemas;
using Coppice.Cel.Types;

namespace Coppice.Cel.Rules;

/// <summary>A schema's rules, compiled, at every place where there are some at it or below.</summary>
internal sealed class RuleTree
{
    private static readonly Dictionary<string, RuleTree> NoProperties = [];

    private RuleTree(CelSchema schema, bool isResource)
    {
        Schema = isResource ? schema.AsResource() : schema;
    }

    /// <summary>Of the values here, with what every resource has if they are some.</summary>
    public CelSchema Schema { get; }

    public IReadOnlyList<CompiledRule> Rules { get; private init; } = [];

    /// <summary>True if a rule here looks at what was.</summary>
    public bool UsesOldSelf { get; private init; }

    public IReadOnlyDictionary<string, RuleTree> Properties { get; private init; } = NoProperties;

    public RuleTree? AdditionalProperties { get; private init; }

    public RuleTree? Items { get; private init; }

    public IReadOnlyList<RuleTree> AllOf { get; private init; } = [];

    /// <returns>Null if there is no rule anywhere.</returns>
    public static RuleTree? Make(CelSchema schema, bool isResource) => Make(schema, schema, isResource, SchemaTypes.Of(schema, "selfType", isResource));

    /// <param name="rules">The schema whose rules these are: that of the values, or one of its allOf.</param>
    private static RuleTree? Make(CelSchema rules, CelSchema schema, bool isResource, CelType? type)
    {
        if (!rules.HasRules)
        {
            return null;
        }

        var own = type is null ? [] : rules.Rules.Select(rule => CompiledRule.Make(rule, type, PathOf(rule, schema))).ToList();
        return new(schema, isResource)
        {
            Rules = own,
            UsesOldSelf = own.Exists(rule => rule.UsesOldSelf),
            Items = rules.Items is null || schema.Items is null ? null : Make(rules.Items, schema.Items, schema.Items.IsEmbeddedResource, type?.Parameters[0]),
            AdditionalProperties = rules.AdditionalProperties is null || schema.AdditionalProperties is null
                ? null
                : Make(rules.AdditionalProperties, schema.AdditionalProperties, schema.AdditionalProperties.IsEmbeddedResource, type?.Parameters[1]),
            Properties = rules.Properties is null ? NoProperties : PropertiesOf(rules.Properties, schema, type),
            AllOf = [.. rules.AllOf.Select(one => Make(one, schema, isResource, type)).OfType<RuleTree>()],
        };
    }

    private static Dictionary<string, RuleTree> PropertiesOf(IReadOnlyDictionary<string, CelSchema> rules, CelSchema schema, CelType? type)
    {
        var trees = new Dictionary<string, RuleTree>(StringComparer.Ordinal);
        foreach (var (name, one) in rules)
        {
            if (schema.Properties?.GetValueOrDefault(name) is not { } property || !one.HasRules)
            {
                continue;
            }

            // What has no name in expressions has a type nevertheless, for its own rules.
            var field = FieldNames.Escape(name) is { } escaped ? type?.Fields.GetValueOrDefault(escaped) : SchemaTypes.Of(property, "selfType", property.IsEmbeddedResource);
            if (field is not null && Make(one, property, property.IsEmbeddedResource, field) is { } tree)
            {
                trees[name] = tree;
            }
        }

        return trees;
    }

    private static string PathOf(ValidationRule rule, CelSchema schema) =>
        !string.IsNullOrEmpty(rule.FieldPath) && RuleFieldPath.TryRead(rule.FieldPath, schema, out var path, out _) ? path : "";
}

using System.Globalization;
using Coppice.Cel.Schemas;
using Coppice.Cel.Types;

namespace Coppice.Cel.Rules;

/// <summary>What is wrong with the rules of a schema before there is any object, and what they may cost at the worst; in Kubernetes' words.</summary>
public sealed class RuleDefinitions
{
    // As many of the dearest rules are named if all of them together may cost too much.
    private const int DearestNamed = 4;

    private static readonly string[] Reasons = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

    private readonly List<RuleIssue> _issues = [];

    private readonly List<(string Path, ulong Cost)> _costs = [];

    private ulong _total;

    private RuleDefinitions()
    {
    }

    /// <summary>Where in the schema we are.</summary>
    /// <param name="Times">How often values of this place may be in one object; null where nothing bounds it.</param>
    /// <param name="Uncorrelatable">The list above whose elements can't be told apart over time; null if there is none.</param>
    private sealed record Place(string Path, ulong? Times, string? Uncorrelatable)
    {
        public Place Child(string step, ulong? times = 1, string? uncorrelatable = null) =>
            new($"{Path}.{step}", Times is { } mine && times is { } more ? Costs.Estimate.Multiply(mine, more) : null, Uncorrelatable ?? uncorrelatable);
    }

    /// <param name="path">Of the schema, as in "spec.versions[0].schema.openAPIV3Schema".</param>
    public static IReadOnlyList<RuleIssue> Check(CelSchema schema, string path)
    {
        var check = new RuleDefinitions();
        check.Visit(schema, schema, SchemaTypes.Of(schema, "selfType", isResource: true), new(path, 1, null));
        if (check._total > CelLimits.EstimatePerDefinition)
        {
            foreach (var (dear, _) in check._costs.OrderByDescending(one => one.Cost).Take(DearestNamed))
            {
                check.Add(RuleIssueType.Forbidden, dear, null, "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema");
            }

            check.Add(RuleIssueType.Forbidden, path, null, TooMuch("x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema", check._total, CelLimits.EstimatePerDefinition));
        }

        return check._issues;
    }

    private void Add(RuleIssueType type, string path, object? value, string detail) => _issues.Add(new(type, path, value, detail));

    private void Visit(CelSchema rules, CelSchema schema, CelType? type, Place place)
    {
        if (!rules.HasRules)
        {
            return;
        }

        if (rules.AdditionalProperties is not null)
        {
            var values = schema.AdditionalProperties ?? rules.AdditionalProperties;
            Visit(rules.AdditionalProperties, values, type?.Parameters[1], place.Child("additionalProperties", (ulong?)schema.MaxProperties));
        }

        foreach (var (name, property) in rules.Properties ?? new Dictionary<string, CelSchema>())
        {
            var seen = schema.Properties?.GetValueOrDefault(name) ?? property;
            var field = FieldNames.Escape(name) is { } escaped ? type?.Fields.GetValueOrDefault(escaped) : SchemaTypes.Of(seen, "selfType", seen.IsEmbeddedResource);
            Visit(property, seen, field, place.Child($"properties[{name}]"));
        }

        for (var i = 0; i < rules.AllOf.Count; i++)
        {
            Visit(rules.AllOf[i], schema, type, place.Child($"allOf[{i}]"));
        }

        if (rules.Items is not null)
        {
            Visit(rules.Items, schema.Items ?? rules.Items, type?.Parameters[0], place.Child("items", (ulong?)schema.MaxItems, schema.ListType == "map" ? null : place.Path));
        }

        var wellFormed = _issues.Count;
        for (var i = 0; i < rules.Rules.Count; i++)
        {
            CheckForm(rules.Rules[i], schema, $"{place.Path}.x-kubernetes-validations[{i}]");
        }

        if (_issues.Count == wellFormed && rules.Rules.Count > 0)
        {
            CheckRules(rules.Rules, type, schema, place);
        }
    }

    private void CheckForm(ValidationRule rule, CelSchema schema, string path)
    {
        var message = rule.Message?.Trim() ?? "";
        if (rule.Rule.AsSpan().Trim().IsEmpty)
        {
            Add(RuleIssueType.Required, $"{path}.rule", null, "rule is not specified");
        }
        else if (!string.IsNullOrEmpty(rule.Message) && message.Length == 0)
        {
            Add(RuleIssueType.Invalid, $"{path}.message", rule.Message, "message must be non-empty if specified");
        }
        else if (HasLineBreak(message))
        {
            Add(RuleIssueType.Invalid, $"{path}.message", rule.Message, "message must not contain line breaks");
        }
        else if (HasLineBreak(rule.Rule.Trim()) && message.Length == 0)
        {
            Add(RuleIssueType.Required, $"{path}.message", null, "message must be specified if rule contains line breaks");
        }

        if (!string.IsNullOrEmpty(rule.MessageExpression) && rule.MessageExpression.AsSpan().Trim().IsEmpty)
        {
            Add(RuleIssueType.Required, $"{path}.messageExpression", null, "messageExpression must be non-empty if specified");
        }

        if (rule.Reason is not null && !Reasons.Contains(rule.Reason))
        {
            Add(RuleIssueType.NotSupported, $"{path}.reason", rule.Reason, string.Join(",", Reasons));
        }

        CheckFieldPath(rule.FieldPath ?? "", schema, $"{path}.fieldPath");
    }

    private void CheckFieldPath(string fieldPath, CelSchema schema, string path)
    {
        if (fieldPath.Length == 0)
        {
            return;
        }

        if (fieldPath.AsSpan().Trim().IsEmpty)
        {
            Add(RuleIssueType.Invalid, path, fieldPath, "fieldPath must be non-empty if specified");
        }

        if (HasLineBreak(fieldPath))
        {
            Add(RuleIssueType.Invalid, path, fieldPath, "fieldPath must not contain line breaks");
        }

        if (!RuleFieldPath.TryRead(fieldPath, schema, out _, out _))
        {
            Add(RuleIssueType.Invalid, path, fieldPath, "fieldPath must be a valid path");
        }
    }

    private void CheckRules(IReadOnlyList<ValidationRule> rules, CelType? type, CelSchema schema, Place place)
    {
        if (type is null)
        {
            Add(RuleIssueType.Internal, $"{place.Path}.x-kubernetes-validations", null, "internal error: failed to retrieve type information for x-kubernetes-validations");
            return;
        }

        for (var i = 0; i < rules.Count; i++)
        {
            var path = $"{place.Path}.x-kubernetes-validations[{i}]";
            var rule = CompiledRule.Make(rules[i], type, "");
            CheckCost($"{path}.rule", "estimated rule cost", Costs.Estimate.Multiply(rule.CostMax, place.Times ?? SchemaTypes.TimesMax(schema)));
            if (rule.Error is not null)
            {
                Add(RuleIssueType.Invalid, $"{path}.rule", RuleIssue.Show(rules[i]), rule.Error);
            }

            if (rule.MessageError is not null)
            {
                Add(RuleIssueType.Invalid, $"{path}.messageExpression", RuleIssue.Show(rules[i]), rule.MessageError);
            }
            else if (rule.Message is not null)
            {
                CheckCost($"{path}.messageExpression", "estimated messageExpression cost", rule.MessageCostMax);
            }

            if (rule.UsesOldSelf && place.Uncorrelatable is { } list)
            {
                Add(RuleIssueType.Invalid, $"{path}.rule", rules[i].Rule, $"oldSelf cannot be used on the uncorrelatable portion of the schema within {list}");
            }
            else if (!rule.UsesOldSelf && rules[i].OptionalOldSelf is { } optional)
            {
                Add(RuleIssueType.Invalid, $"{path}.optionalOldSelf", optional, "may not be set if oldSelf is not used in rule");
            }
        }
    }

    private void CheckCost(string path, string name, ulong cost)
    {
        _total = Costs.Estimate.Add(_total, cost);
        if (cost > 0)
        {
            _costs.Add((path, cost));
        }

        if (cost > CelLimits.EstimatePerRule)
        {
            Add(RuleIssueType.Forbidden, path, null, TooMuch(name, cost, CelLimits.EstimatePerRule));
        }
    }

    private static string TooMuch(string name, ulong cost, ulong limit)
    {
        var factor = (double)cost / limit;
        var shown = factor > 100 ? "more than 100x" : factor.ToString(factor < 1.5 ? "F6" : "F1", CultureInfo.InvariantCulture) + "x";
        return $"{name} exceeds budget by factor of {shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";
    }

    private static bool HasLineBreak(string text) => text.AsSpan().IndexOfAny('\n', '\r') >= 0;
}

using System.Text;
using System.Text.Json;
using Coppice.Cel.Evaluation;
using Coppice.Cel.Schemas;
using Coppice.Cel.Values;

namespace Coppice.Cel.Rules;

/// <summary>Goes through one object and tries every rule, as long as the budget lasts.</summary>
internal sealed class RuleWalk(long budget)
{
    private const string OutOfBudget = "validation failed due to running out of cost budget, no further validation rules will be run";

    private readonly List<RuleIssue> _issues = [];

    private readonly List<RuleIssue> _warnings = [];

    private long _budget = budget;

    // Set when no further rule is tried.
    private bool _ended;

    public RuleFindings Findings => new(_issues, _warnings);

    /// <param name="old">The value that was there, for rules that look at it; null if none can be told to be it.</param>
    public void Visit(RuleTree tree, JsonElement item, JsonElement? old, RulePath path, Correlation correlation)
    {
        // Rules of a value that may be null are tried on those that are not.
        if (_ended || item.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        if (tree.Rules.Count > 0)
        {
            TryRules(tree, item, old is { ValueKind: not JsonValueKind.Null } ? old : null, path, correlation);
        }

        foreach (var one in tree.AllOf)
        {
            Visit(one, item, old, path, new(null, correlation.Parent));
        }

        if (item.ValueKind == JsonValueKind.Array && tree.Items is not null)
        {
            VisitItems(tree, tree.Items, item, old, path, correlation);
        }
        else if (item.ValueKind == JsonValueKind.Object && (tree.AdditionalProperties is not null || tree.Properties.Count > 0))
        {
            VisitFields(tree, item, old, path, correlation);
        }
    }

    private void VisitFields(RuleTree tree, JsonElement item, JsonElement? old, RulePath path, Correlation correlation)
    {
        foreach (var property in item.EnumerateObject())
        {
            JsonElement? before = old is { ValueKind: JsonValueKind.Object } and var o && o.TryGetProperty(property.Name, out var found) ? found : null;
            if (tree.AdditionalProperties is not null)
            {
                Visit(tree.AdditionalProperties, property.Value, before, path.Key(property.Name), correlation.Field(property.Name));
            }

            if (tree.Properties.TryGetValue(property.Name, out var below))
            {
                Visit(below, property.Value, before, path.Field(property.Name), correlation.Field(property.Name));
            }
        }
    }

    private void VisitItems(RuleTree tree, RuleTree items, JsonElement item, JsonElement? old, RulePath path, Correlation correlation)
    {
        // Only in a list with keys an element can be told to be the one that was.
        var keys = tree.Schema.ListType == "map" ? tree.Schema.ListMapKeys : [];
        var before = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (keys.Count > 0 && old is { ValueKind: JsonValueKind.Array } and var list)
        {
            foreach (var element in list.EnumerateArray())
            {
                before.TryAdd(KeyOf(element, keys), element);
            }
        }

        var index = 0;
        foreach (var element in item.EnumerateArray())
        {
            JsonElement? same = before.Count > 0 && before.TryGetValue(KeyOf(element, keys), out var found) ? found : null;
            Visit(items, element, same, path.Index(index), correlation.Index(index, same));
            index++;
        }
    }

    private static string KeyOf(JsonElement element, IReadOnlyList<string> keys) =>
        string.Join('\0', keys.Select(key => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out var value) ? value.ToString() : "\u0001"));

    private void TryRules(RuleTree tree, JsonElement item, JsonElement? old, RulePath path, Correlation correlation)
    {
        if (_budget <= 0)
        {
            End(path, tree, OutOfBudget);
            return;
        }

        var self = SchemaValues.Of(item, tree.Schema);
        var before = tree.UsesOldSelf && old is { } found ? SchemaValues.Of(found, tree.Schema) : null;
        foreach (var rule in tree.Rules)
        {
            if (_ended)
            {
                return;
            }

            // What compares to what was has nothing to say where nothing was, unless it asks to.
            if (rule.Condition is not null && (!rule.UsesOldSelf || before is not null || rule.Rule.OptionalOldSelf == true))
            {
                TryRule(rule, tree, new(self, before), path, correlation);
            }
            else if (rule.Error is not null)
            {
                _issues.Add(new(RuleIssueType.Invalid, path.Show(), tree.Schema.Type, $"rule compile error: {rule.Error}"));
            }
        }
    }

    private void TryRule(CompiledRule rule, RuleTree tree, Selves selves, RulePath path, Correlation correlation)
    {
        IActivation variables = rule.Rule.OptionalOldSelf == true ? selves.WithOptional() : selves;
        var result = rule.Condition!.Evaluate(variables);
        if (!Pay(result.Cost))
        {
            End(path, tree, OutOfBudget);
            return;
        }

        if (result.Error is { } error)
        {
            TellOf(error, rule, tree, path);
        }
        else if (!result.IsTrue)
        {
            var issue = Describe(rule, tree, selves, path);
            (!rule.UsesOldSelf && correlation.IsUnchanged ? _warnings : _issues).Add(issue);
        }
    }

    private void TellOf(string error, CompiledRule rule, RuleTree tree, RulePath path)
    {
        if (error == CelLimits.CallTooCostly)
        {
            End(path, tree, $"'{error}': no further validation rules will be run due to call cost exceeds limit for rule: {rule.Rule.Shown}");
            return;
        }

        var detail = error.StartsWith("no such overload", StringComparison.Ordinal)
            ? $"'{error}': call arguments did not match a supported operator, function or macro signature for rule: {rule.Rule.Shown}"
            : $"{error} evaluating rule: {rule.Rule.Shown}";
        _issues.Add(new(RuleIssueType.Invalid, path.Show(), tree.Schema.Type, detail));
    }

    private RuleIssue Describe(CompiledRule rule, RuleTree tree, Selves selves, RulePath path)
    {
        var where = path.Show(rule.Path);
        var detail = string.IsNullOrEmpty(rule.Rule.Message) ? $"failed rule: {rule.Rule.Shown}" : rule.Rule.Shown;
        if (rule.Message is not null)
        {
            var message = rule.Message.Evaluate(selves);
            var wrong = !Pay(message.Cost) ? "messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run"
                : message.Error == CelLimits.CallTooCostly ? $"no further validation rules will be run due to call cost exceeds limit for messageExpression: \"{rule.Rule.MessageExpression}\""
                : null;
            if (wrong is not null)
            {
                _ended = true;
                return new(RuleIssueType.Invalid, where, tree.Schema.Type, wrong);
            }

            detail = Usable(message.Value) ?? detail;
        }

        return rule.Rule.Reason switch
        {
            "FieldValueForbidden" => new(RuleIssueType.Forbidden, where, null, detail),
            "FieldValueRequired" => new(RuleIssueType.Required, where, null, detail),
            "FieldValueDuplicate" => new(RuleIssueType.Duplicate, where, tree.Schema.Type, ""),
            _ => new(RuleIssueType.Invalid, where, tree.Schema.Type, detail),
        };
    }

    /// <summary>A message that can be shown: one line, not empty, and not endless.</summary>
    private static string? Usable(CelValue message) =>
        message is StringValue text && text.Value.Trim() is { Length: > 0 } line && !line.Contains('\n') && Encoding.UTF8.GetByteCount(line) <= CelLimits.MessageBytesMax ? line : null;

    private bool Pay(ulong cost)
    {
        var enough = cost <= (ulong)Math.Max(0, _budget);
        _budget = enough ? _budget - (long)cost : -1;
        return enough;
    }

    private void End(RulePath path, RuleTree tree, string why)
    {
        _issues.Add(new(RuleIssueType.Invalid, path.Show(), tree.Schema.Type, why));
        _ended = true;
    }

    /// <summary>The values that rules see.</summary>
    private sealed class Selves(CelValue self, CelValue? old, bool optional = false) : IActivation
    {
        public Selves WithOptional() => new(self, old, optional: true);

        public CelValue? Find(string name) => name switch
        {
            CompiledRule.Self => self,
            CompiledRule.OldSelf when optional => old is null ? OptionalValue.None : OptionalValue.Of(old),
            CompiledRule.OldSelf => old,
            _ => null,
        };
    }
}

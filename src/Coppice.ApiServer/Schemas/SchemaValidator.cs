using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Schemas;

/// <summary>
/// Everything that is wrong with a value by its schema, in Kubernetes' words. What is as it was before is right, whatever the schema has
/// become meanwhile, so that an object that was good once can be changed elsewhere.
/// </summary>
internal static class SchemaValidator
{
    /// <param name="path">Null for a whole object.</param>
    /// <param name="old">What was there before; null for nothing.</param>
    public static Findings<FieldError> Validate(JsonElement value, JsonElement? old, StructuralSchema schema, FieldPath? path) =>
        Check(path?.ToString() ?? "", value, old, schema, path).Errors;

    /// <param name="root">Where the whole stands that is checked: fields are named from there on, but errors with all of their path.</param>
    private static Outcome Check(string root, JsonElement value, JsonElement? old, StructuralSchema schema, FieldPath? path)
    {
        var outcome = new Outcome();
        if (old is { } before && JsonElement.DeepEquals(before, value))
        {
            outcome.Passed++;
            return outcome;
        }

        var about = new ValueRules(root, value, schema.Source, path);
        outcome.Add(about.Type(schema.Types));
        if (value.ValueKind != JsonValueKind.Null)
        {
            CheckAlternatives(root, outcome, value, old, schema, path);
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                outcome.Add(about.Text(schema.Pattern));
                break;
            case JsonValueKind.Number:
                outcome.Add(about.Number());
                break;
            case JsonValueKind.Array:
                CheckList(root, outcome, value, old, schema, path);
                outcome.Add(about.List());
                break;
        }

        outcome.Add(about.Enumeration());
        if (value.ValueKind == JsonValueKind.Object)
        {
            CheckObject(root, outcome, about, value, old, schema, path);
        }

        return outcome;
    }

    private static void CheckAlternatives(string root, Outcome outcome, JsonElement value, JsonElement? old, StructuralSchema schema, FieldPath? path)
    {
        var name = QuotedText.Of(ValueRules.NameOf(path, root));
        if (!schema.AnyOf.IsEmpty)
        {
            var (valid, best) = Count(schema.AnyOf);
            outcome.AddIf(valid == 0, () => Whole($"{name} must validate at least one schema (anyOf)"));
            outcome.Merge(valid == 0 ? best : null);
        }

        if (!schema.OneOf.IsEmpty)
        {
            var (valid, best) = Count(schema.OneOf);
            var found = valid == 0 ? "Found none valid" : $"Found {valid} valid alternatives";
            outcome.AddIf(valid != 1, () => Whole($"{name} must validate one and only one schema (oneOf). {found}"));
            outcome.Merge(valid == 0 ? best : null);
        }

        var failed = 0;
        foreach (var one in schema.AllOf)
        {
            var result = Check(root, value, old, one, path);
            failed += result.Errors.Count > 0 ? 1 : 0;
            outcome.Merge(result);
        }

        var none = failed == schema.AllOf.Count ? ". None validated" : "";
        outcome.AddIf(failed > 0, () => Whole($"{name} must validate all the schemas (allOf){none}"));
        outcome.AddIf(
            schema.Not is { } not && Check(root, value, old, not, path).Errors.Count == 0, () => Whole($"{name} must not validate the schema (not)"));

        (int Valid, Outcome? Best) Count(ValueList<StructuralSchema> alternatives)
        {
            var valid = 0;
            Outcome? best = null;
            foreach (var one in alternatives)
            {
                var result = Check(root, value, old, one, path);
                valid += result.Errors.Count == 0 ? 1 : 0;
                best = best is null || result.Passed > best.Passed ? result : best;
            }

            return (valid, best);
        }
    }

    private static void CheckList(string root, Outcome outcome, JsonElement value, JsonElement? old, StructuralSchema schema, FieldPath? path)
    {
        if (schema.Items is not { } items)
        {
            return;
        }

        var former = FormerElements.Of(old, schema);
        var index = 0;
        foreach (var element in value.EnumerateArray())
        {
            outcome.Merge(Check(root, element, former.Find(element), items, path?.Index(index) ?? FieldPath.Of("").Index(index)));
            index++;
        }
    }

    private static void CheckObject(
        string root, Outcome outcome, ValueRules about, JsonElement value, JsonElement? old, StructuralSchema schema, FieldPath? path)
    {
        if (about.Size() is { Count: > 0 } wrong)
        {
            outcome.Add(wrong);
            return;
        }

        // An atomic object is another one as soon as anything in it is.
        var former = schema.Source.XMapType == "atomic" ? null : old;
        foreach (var property in value.EnumerateObject())
        {
            if ((schema.Property(property.Name) ?? schema.Additional) is { } known)
            {
                var name = property.Name;
                outcome.Merge(Check(root, property.Value, FormerElements.Member(former, name), known, path?.Child(name) ?? FieldPath.Of(name)));
            }
            else if (schema.Source.AdditionalProperties is { Allows: false })
            {
                outcome.Add([about.Forbidden(property.Name)]);
            }
        }

        foreach (var name in schema.Source.Required)
        {
            outcome.AddIf(!value.TryGetProperty(name, out _), () => FieldError.Required(path?.Child(name) ?? FieldPath.Of(name)));
        }
    }

    /// <summary>What alternatives say has no field of its own.</summary>
    private static FieldError Whole(string detail) => new(FieldErrorType.Invalid, "<nil>", "", detail);

    /// <summary>What came of a look at one value, with all in it.</summary>
    private sealed class Outcome
    {
        private Findings<FieldError> _errors;

        public Findings<FieldError> Errors => _errors;

        /// <summary>How many rules held: of several alternatives that all fail, the one with the most is the one that was meant.</summary>
        public int Passed { get; set; }

        public void Add(Findings<FieldError> errors)
        {
            Passed += errors.Count == 0 ? 1 : 0;
            _errors.AddRange(errors);
        }

        public void AddIf(bool wrong, Func<FieldError> error)
        {
            if (wrong)
            {
                _errors.Add(error());
            }
        }

        public void Merge(Outcome? other)
        {
            if (other is not null)
            {
                Passed += other.Passed;
                _errors.AddRange(other._errors);
            }
        }
    }
}

using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Validation;

/// <summary>Lists and maps that are looked into only as far as they are not too long.</summary>
internal static class BoundedLists
{
    public static Findings<FieldError> List<T>(FieldPath path, ValueList<T> items, int most, Func<FieldPath, T, Findings<FieldError>> rule) =>
        items.Count > most ? [FieldError.TooMany(path, items.Count, most)] : FieldRules.Each(path, items, rule);

    /// <summary>Of elements that must differ in something.</summary>
    public static Findings<FieldError> Set<T>(
        FieldPath path, ValueList<T> items, int most, Func<FieldPath, T, Findings<FieldError>> rule, Func<T, string> key) => items.Count > most
        ? [FieldError.TooMany(path, items.Count, most)]
        : [.. FieldRules.Each(path, items, rule), .. FieldRules.Repeated(items, key).Select(one => FieldError.Duplicate(path.Index(one.Index), one.Key))];

    public static Findings<FieldError> Map<T>(
        FieldPath path, ValueMap<T> entries, int most, Func<FieldPath, string, Findings<FieldError>> name, Func<FieldPath, T, Findings<FieldError>> rule) =>
        entries.Count > most
            ? [FieldError.TooMany(path, entries.Count, most)]
            : [.. entries.SelectMany(entry => (IEnumerable<FieldError>)[.. name(path.Key(entry.Key), entry.Key), .. rule(path.Key(entry.Key), entry.Value)])];
}

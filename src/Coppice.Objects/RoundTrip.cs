namespace Coppice.Objects;

/// <summary>
/// Whether a record is what is read when it is written as JSON: then who has written it need not read it. Most are; not those with an empty
/// text where that is read as an absent one, with fractions of seconds that are not written, or with text that is no Unicode.
/// </summary>
public static class RoundTrip
{
    /// <returns>False also for what cannot be told: values whose JSON has more than one form.</returns>
    public static bool Keeps(KubernetesObject item) => item is IJsonRecord record && record.KeepsJson();

    /// <summary>The same of a list whose type is not known.</summary>
    internal static bool KeepsList(object list) => list is IValues values && values.All(KeepsElement);

    /// <summary>Of a text that is read as an absent one if it is empty.</summary>
    internal static bool KeepsWord(string text) => text.Length > 0 && IsText(text);

    /// <summary>Half of a pair of surrogates has no bytes of its own.</summary>
    internal static bool IsText(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0;

    internal static bool Keeps(DateTimeOffset time) => time.EqualsExact(ApiTime.Truncate(time));

    internal static bool Keeps(MicroTime time) => time.Value.EqualsExact(((MicroTime)time.Value).Value);

    internal static bool Keeps(Quantity quantity) => Quantity.TryParse(quantity.ToString(), out var again) && again == quantity && again.Format == quantity.Format;

    internal static bool Keeps(IntOrString value) => value.Text is not { } text || IsText(text);

    internal static bool Keeps(FieldsV1 fields) => FieldsV1Converter.IsInOneForm(fields.Json);

    internal static bool All<T>(ValueList<T> list, Func<T, bool> keeps)
    {
        foreach (var item in list)
        {
            if (!keeps(item))
            {
                return false;
            }
        }

        return true;
    }

    internal static bool All<T>(ValueMap<T> map, Func<T, bool> keeps)
    {
        foreach (var (name, value) in map)
        {
            if (!IsText(name) || !keeps(value))
            {
                return false;
            }
        }

        return true;
    }

    private static bool KeepsElement(object? value) => value switch
    {
        string text => IsText(text),
        IJsonRecord record => record.KeepsJson(),
        _ => false,
    };
}

using System.Collections.Concurrent;
using System.Text.Json.Serialization.Metadata;
using Coppice.Objects.Meta;

namespace Coppice.Objects;

/// <summary>
/// Whether a record is what is read when it is written as JSON: then who has written it need not read it. Most are; not those with an empty
/// text where that is read as an absent one, with fractions of seconds that are not written, or with text that is no Unicode.
/// </summary>
public static class RoundTrip
{
    private static readonly ConcurrentDictionary<Type, Func<object, bool>> Known = new();

    /// <returns>False also for what cannot be told: values whose JSON has more than one form.</returns>
    public static bool Keeps(KubernetesObject item) => OfType(item.GetType())(item);

    private static Func<object, bool> OfType(Type type) => Known.GetOrAdd(type, Read);

    private static Func<object, bool> Read(Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        return type switch
        {
            _ when IsAlwaysKept(declared) => _ => true,
            _ when type == typeof(string) => value => IsText((string)value),
            _ when type == typeof(DateTimeOffset) => value => (DateTimeOffset)value is var time && time.EqualsExact(ApiTime.Truncate(time)),
            _ when type == typeof(MicroTime) => value => (MicroTime)value is var time && time.Value.EqualsExact(((MicroTime)time.Value).Value),
            _ when type == typeof(Quantity) => value => IsInOneForm((Quantity)value),
            _ when type == typeof(IntOrString) => value => ((IntOrString)value).Text is not { } text || IsText(text),
            _ when type == typeof(FieldsV1) => value => FieldsV1Converter.IsInOneForm(((FieldsV1)value).Json),
            _ when type == typeof(ValueMap<Quantity>) => value => AreInOneForm((ValueMap<Quantity>)value),
            _ when type.IsAssignableTo(typeof(IValues)) => value => ((IValues)value).All(OfElement),
            _ => ApiJson.TypeInfo(type) is { Kind: JsonTypeInfoKind.Object } record ? OfRecord(record) : _ => false,
        };
    }

    /// <summary>Of such a type, or one that may be absent: it need not be looked at.</summary>
    private static bool IsAlwaysKept(Type declared) =>
        (Nullable.GetUnderlyingType(declared) ?? declared) is var type
        && (type == typeof(bool) || type == typeof(int) || type == typeof(long) || type == typeof(Base64Data));

    private static bool OfElement(object? value) => value is not null && OfType(value.GetType())(value);

    private static Func<object, bool> OfRecord(JsonTypeInfo record)
    {
        Property[] properties = [.. from property in record.Properties
                                    where property.Get is not null && !(property.CustomConverter is null && IsAlwaysKept(property.PropertyType))
                                    select new Property(property.Get!, property.ShouldSerialize, OfProperty(property))];
        var type = record.Type;
        return value =>
        {
            if (value.GetType() != type)
            {
                return false;
            }

            foreach (var property in properties)
            {
                // What is absent is read as absent.
                var part = property.Get(value);
                if (part is not null && property.IsWritten?.Invoke(value, part) != false && !property.Keeps(part))
                {
                    return false;
                }
            }

            return true;
        };
    }

    // Found when a value is first looked at: a type may contain itself.
    internal static Func<object, bool> OfProperty(JsonPropertyInfo property) => property.CustomConverter switch
    {
        _ when property.IsExtensionData => _ => false,
        null or EmptyIsAbsentConverter or SharedWordConverter when property.PropertyType == typeof(string) => value => (string)value is { Length: > 0 } text && IsText(text),
        ExactStringConverter => value => IsText((string)value),
        null or ManagedFieldsConverter or ApiTimeConverter => value => OfType(value.GetType())(value),
        _ => _ => false,
    };

    /// <summary>Half of a pair of surrogates has no bytes of its own.</summary>
    private static bool IsText(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0;

    private static bool IsInOneForm(Quantity quantity) =>
        Quantity.TryParse(quantity.ToString(), out var again) && again == quantity && again.Format == quantity.Format;

    private static bool AreInOneForm(ValueMap<Quantity> amounts)
    {
        foreach (var (name, amount) in amounts)
        {
            if (!IsText(name) || !IsInOneForm(amount))
            {
                return false;
            }
        }

        return true;
    }

    /// <param name="IsWritten">Of an object and its value; null for always.</param>
    private readonly record struct Property(Func<object, object?> Get, Func<object, object?, bool>? IsWritten, Func<object, bool> Keeps);
}
